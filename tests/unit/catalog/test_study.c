/* What a room's sessions leave in records.db, and what of it goes on. */
#include "catalog/study.h"

#include <stdio.h>
#include <string.h>

#include "catalog/outbox.h"
#include "catalog/records_db.h"
#include "tests/support/scratch.h"

enum { NOW = 1790000000 };

struct box {
	struct scratch scratch;
	struct catalog *records;
	struct err err;
	char seen[400]; /* ids, as they were shown */
};

static void box_open(struct box *b)
{
	CHECK(records_db_open(&b->records,
			      scratch_path(&b->scratch, "records.db"),
			      &b->err) == STATUS_OK);
}

static void box_init(struct box *b)
{
	*b = (struct box){ .err = ERR_INIT };
	scratch_init(&b->scratch);
	box_open(b);
}

static void box_release(struct box *b)
{
	catalog_free(b->records);
	scratch_release(&b->scratch);
}

static bool see(void *context, const struct study_row *row)
{
	struct box *b = context;
	size_t size = strlen(b->seen);

	(void)snprintf(b->seen + size, sizeof(b->seen) - size, "%s%llx/%d",
		       size == 0 ? "" : " ", (unsigned long long)row->id,
		       (int)row->state);
	return true;
}

static const char *take_seen(struct box *b)
{
	static char seen[sizeof(b->seen)];

	memcpy(seen, b->seen, sizeof(seen));
	b->seen[0] = 0;
	return seen;
}

static void put(struct box *b, struct study_row row, bool tell)
{
	char id[STUDY_ID_TEXT + 1];
	json_t *item, *more = json_pack("{s:s}", "title", "养羊");

	study_id_format(row.id, id);
	item = json_pack("{s:s, s:s, s:i, s:s}", "k",
			 study_kind_name(row.kind), "id", id, "v", 2, "note",
			 "secret-note");
	row.item = item;
	row.more = more;
	CHECK(study_put(b->records, &row, tell, &b->err) == STATUS_OK);
	json_decref(item);
	json_decref(more);
}

static bool count_item(void *owner, const struct outbox_item *item)
{
	CHECK(item->v == 2);
	(*(unsigned *)owner)++;
	return true;
}

static unsigned waiting(struct box *b)
{
	unsigned count = 0;

	CHECK(outbox_each_waiting(b->records, count_item, &count, &b->err) ==
	      STATUS_OK);
	return count;
}

static void ids_are_spelled_one_way(void)
{
	char text[STUDY_ID_TEXT + 1];
	uint64_t id = 5;

	study_id_format(0xf00000000000002a, text);
	CHECK(strcmp(text, "f00000000000002a") == 0);
	CHECK(study_id_parse(text, &id) == STATUS_OK);
	CHECK(id == 0xf00000000000002a);
	CHECK(study_id_parse("F00000000000002A", &id) != STATUS_OK);
	CHECK(study_id_parse("f00000000000002", &id) != STATUS_OK);
	CHECK(study_id_parse("", &id) != STATUS_OK);
	CHECK(study_id_parse("0000000000000000", &id) != STATUS_OK);
	CHECK(id == 0xf00000000000002a);
}

static void what_runs_is_found_again(struct box *b)
{
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = 1,
				   .began_s = NOW }, false);
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = ~0ull,
				   .began_s = NOW - 1 }, false);
	put(b, (struct study_row){ .kind = STUDY_COLLECTIVE, .id = 1,
				   .state = STUDY_INTERRUPTED,
				   .began_s = NOW }, false);
	catalog_free(b->records);
	box_open(b);
	CHECK(study_each_open(b->records, STUDY_PLAY, see, b, &b->err) ==
	      STATUS_OK);
	CHECK(strcmp(take_seen(b), "ffffffffffffffff/0 1/0") == 0);
	CHECK(study_each_open(b->records, STUDY_COLLECTIVE, see, b,
			      &b->err) == STATUS_OK);
	CHECK(strcmp(take_seen(b), "1/1") == 0);
	CHECK(waiting(b) == 0);
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = 1,
				   .state = STUDY_ENDED, .began_s = NOW },
	    true);
	CHECK(study_each_open(b->records, STUDY_PLAY, see, b, &b->err) ==
	      STATUS_OK);
	CHECK(strcmp(take_seen(b), "ffffffffffffffff/0") == 0);
	CHECK(waiting(b) == 1);
	CHECK(study_take_out(b->records, STUDY_PLAY, ~0ull, &b->err) ==
	      STATUS_OK);
	CHECK(study_get(b->records, STUDY_PLAY, ~0ull, see, b, &b->err) ==
	      STATUS_NOT_FOUND);
	CHECK(study_get(b->records, STUDY_PLAY, 1, see, b, &b->err) ==
	      STATUS_OK);
	CHECK(strcmp(take_seen(b), "1/2") == 0);
}

static void minutes_are_divided(struct box *b)
{
	struct study_sums sums;

	put(b, (struct study_row){ .kind = STUDY_COLLECTIVE, .id = 70,
				   .state = STUDY_ENDED, .began_s = NOW + 100 },
	    false);
	put(b, (struct study_row){ .kind = STUDY_PERSONAL, .id = 71,
				   .state = STUDY_ENDED, .began_s = NOW + 100,
				   .card = 9 }, false);
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = 72, .own = 1000,
				   .began_s = NOW + 100 }, false);
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = 73, .own = 200,
				   .began_s = NOW + 100, .part_of = 70 },
	    false);
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = 74, .own = 30,
				   .began_s = NOW + 101, .part_of = 71,
				   .card = 9 }, false);
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = 75, .own = 4,
				   .began_s = NOW + 200 }, false);
	CHECK(study_sum_between(b->records, NOW + 100, NOW + 200, &sums,
				&b->err) == STATUS_OK);
	CHECK(sums.open == 1000 && sums.collective == 200 &&
	      sums.personal == 30 && sums.plays == 3);
	CHECK(study_each_of_card(b->records, 9, 10, see, b, &b->err) ==
	      STATUS_OK);
	CHECK(strcmp(take_seen(b), "4a/0 47/2") == 0);
	CHECK(study_each_between(b->records, STUDY_PLAY, NOW + 100, NOW + 200,
				 1, see, b, &b->err) == STATUS_OK);
	CHECK(strcmp(take_seen(b), "4a/0") == 0);
}

/* Whether a file of the database has these bytes. */
static bool on_disk(struct box *b, const char *name, const char *needle)
{
	static char bytes[1 << 20];
	FILE *f = fopen(scratch_path(&b->scratch, name), "rb");
	size_t size;

	if (f == NULL)
		return false;
	size = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	return memmem(bytes, size, needle, strlen(needle)) != NULL;
}

static void what_is_acknowledged_goes(struct box *b)
{
	uint8_t hash[SHA256_SIZE] = { 0 };
	int64_t items[] = { 1 };
	struct outbox_shipment sent = { .size = 4, .items = items, .count = 1 };
	uint64_t gone = 9;

	memcpy(sent.hash, hash, sizeof(hash));
	/* This one no office knows of. */
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = 0xf00000000000beef,
				   .state = STUDY_ENDED, .began_s = 5 }, true);
	put(b, (struct study_row){ .kind = STUDY_PLAY, .id = 6,
				   .state = STUDY_RUNS, .began_s = 5 }, false);
	CHECK(study_forget(b->records, 10, 100, &gone, &b->err) == STATUS_OK);
	CHECK(gone == 0);
	CHECK(outbox_sent(b->records, &sent, &b->err) == STATUS_OK);
	CHECK(study_forget(b->records, 10, 100, &gone, &b->err) == STATUS_OK);
	CHECK(gone == 0);
	CHECK(outbox_acknowledged(b->records, 4, &b->err) == STATUS_OK);
	CHECK(study_forget(b->records, 10, 100, &gone, &b->err) == STATUS_OK);
	CHECK(gone == 1);
	CHECK(study_take_out(b->records, STUDY_PLAY, 6, &b->err) == STATUS_OK);
	catalog_free(b->records); /* the log goes into the database */
	CHECK(!on_disk(b, "records.db", "secret-note"));
	CHECK(!on_disk(b, "records.db-wal", "secret-note"));
	box_open(b);
}

int main(void)
{
	struct box b;

	ids_are_spelled_one_way();
	box_init(&b);
	what_is_acknowledged_goes(&b);
	what_runs_is_found_again(&b);
	minutes_are_divided(&b);
	box_release(&b);
	return 0;
}
