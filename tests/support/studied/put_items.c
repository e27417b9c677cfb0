/* put_items DIR: months of use for a station that stands still.
 *
 * Reads items (docs/formats-records.md) from standard input, one JSON object a
 * line, and has them wait to be sent, as if the node in DIR had counted them in
 * one life before the next: in each `w` that lacks them (0) the number of that
 * life and the floor are filled in, which it prints. What becomes of the items
 * is then up to the node. */
#include <stdio.h>
#include <string.h>

#include "catalog/outbox.h"
#include "node/clock_floor.h"
#include "node/house.h"
#include "signing/key.h"
#include "tests/support/check.h"

static struct err err = ERR_INIT;

static void must(enum status status)
{
	if (status == STATUS_OK)
		return;
	fprintf(stderr, "put_items: %s\n", err.text);
	exit(1);
}

struct life {
	int64_t number, floor_s;
};

/* A life of its own, as a start of the node counts them. */
static struct life begin_life(struct house *h)
{
	struct life life = { 0, (int64_t)clock_floor_s(h->catalog) };

	(void)catalog_get_int(h->catalog, "node.boot", &life.number, &err);
	life.number++;
	must(catalog_set_int(h->catalog, "node.boot", life.number, &err));
	return life;
}

static void put(struct catalog *records, const struct life *life, json_t *item)
{
	json_t *w = json_object_get(item, "w");
	const char *kind = json_string_value(json_object_get(item, "k"));
	const char *id = json_string_value(json_object_get(item, "id"));
	const json_t *v = json_object_get(item, "v");

	if (id == NULL) /* of a photo */
		id = json_string_value(json_object_get(item, "study"));
	CHECK(kind != NULL && id != NULL);
	if (w != NULL && json_integer_value(json_array_get(w, 1)) == 0)
		CHECK(json_array_set_new(w, 1, json_integer(life->number)) ==
			      0 &&
		      json_array_set_new(w, 3, json_integer(life->floor_s)) ==
			      0);
	must(outbox_put(records, kind, id,
			v == NULL ? 1 : (uint32_t)json_integer_value(v), item,
			&err));
}

int main(int argc, char **argv)
{
	static char line[100000];
	struct catalog *records;
	struct house house;
	struct life life;

	CHECK(argc == 2 && signing_init() == STATUS_OK);
	must(house_open(&house, argv[1], HOUSE_WRITE, &err));
	must(house_records(&house, &records, &err));
	life = begin_life(&house);
	must(catalog_begin(records, CATALOG_DURABLE, &err));
	while (fgets(line, sizeof(line), stdin) != NULL) {
		json_t *item = json_loads(line, 0, NULL);

		CHECK(item != NULL);
		put(records, &life, item);
		json_decref(item);
	}
	must(catalog_commit(records, &err));
	house_close(&house);
	printf("%lld %lld\n", (long long)life.number, (long long)life.floor_s);
	return 0;
}
