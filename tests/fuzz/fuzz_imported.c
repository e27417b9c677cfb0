/* Items of stations at an office: each line of the input is the items of one
 * entry, taken in one after the other. Whatever they say, the sums are those of
 * the rows. */
#include "catalog/entry.h"
#include "tests/fuzz/folder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/batches.h"

enum { NOW_S = 1800000000 };

static struct office_db o;
static int64_t station;

void fuzz_begin(void)
{
	static char path[300];
	uint8_t key[PUBLIC_KEY_SIZE] = { 1 };

	o.err = (struct err)ERR_INIT;
	CHECK(records_db_open(&o.c, fuzz_path("records.db", path), &o.err) ==
	      STATUS_OK);
	CHECK(imported_station(o.c, key, &station, &o.err) == STATUS_OK);
}

static void take_line(struct bytes line, uint64_t entry)
{
	struct imported_entry e = { .station = station,
				    .entry = entry,
				    .taken_s = NOW_S,
				    .now_s = NOW_S };
	struct err err = ERR_INIT;
	json_t *object;

	if (entry_load(line, &object, &err) != STATUS_OK)
		return;
	e.items = json_object_get(object, "items");
	e.when = when_at(NOW_S - 100, 1 + (int64_t)(entry % 3), 5000,
			 entry % 2 == 0);
	if (json_is_array(e.items))
		CHECK(imported_take(o.c, &e, NULL, &o.err) == STATUS_OK);
	json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = { data, size };

	CHECK(catalog_begin(o.c, CATALOG_DERIVED, &o.err) == STATUS_OK);
	for (uint64_t entry = 0; rest.size > 0 && entry < 16; entry++) {
		const uint8_t *end = memchr(rest.data, '\n', rest.size);
		size_t length = end == NULL ? rest.size :
					      (size_t)(end - rest.data);

		take_line((struct bytes){ rest.data, length }, entry);
		length += end != NULL;
		rest = (struct bytes){ rest.data + length,
				       rest.size - length };
	}
	office_sums_are_right(&o);
	catalog_rollback(o.c);
	return 0;
}

static void seed(json_t *items)
{
	json_t *object = json_pack("{s:o}", "items", items);
	char *text = json_dumps(object, JSON_COMPACT);

	CHECK(text != NULL);
	fuzz_seed_text(text);
	free(text);
	json_decref(object);
}

void fuzz_seeds(void)
{
	struct when w = when_at(NOW_S - 200, 1, 4900, false);

	seed(json_pack("[o, o, o]", play_item(1, w, 5, 60000, 50000),
		       study_item(9, 1, w, 12, "Li"),
		       personal_item(8, w, 77)));
	fuzz_seed_text(
		"{\"items\":[{\"k\":\"play\",\"id\":\"0000000000000001\",\"w\":"
		"[1790000000,1,9,1780000000,0],\"lesson\":\"a#b\",\"as\":"
		"\"video\",\"on\":\"tv\",\"ms\":5,\"own\":5}]}\n"
		"{\"items\":[{\"k\":\"play\",\"id\":\"0000000000000001\","
		"\"v\":2,\"w\":[1790000000,1,9,1780000000,1],"
		"\"lesson\":\"a#b\",\"as\":\"video\",\"on\":\"tv\",\"ms\":7,\"own\":5,\"flags\":["
		"\"empty-room\"]},{\"k\":\"machine\",\"w\":[0,2,9,0,0]}]}\n"
		"{\"items\":[{\"k\":\"photo\",\"study\":\"0000000000000009\","
		"\"jpeg\":\"/9j/4AAQ\"},{\"k\":\"wish\",\"id\":"
		"\"00000000000000a1\",\"w\":[1,1,1,1,0],\"text\":\"x\"}]}");
	fuzz_seed_text(
		"{\"items\":[{\"k\":\"equipment\",\"id\":\"00000000000000e1\","
		"\"name\":\"TV\",\"count\":1,\"state\":\"good\"},{\"k\":"
		"\"fault\",\"id\":\"00000000000000f1\",\"w\":[1,1,1,1,0],"
		"\"what\":\"tv\",\"text\":\"dark\",\"fixed\":0}]}");
}
