/* What a publisher may do to those who follow it: the input is the entries it
 * logs, a zero byte between them. Whatever they are, the index is made, search
 * finds without a fault, and no lesson lies beyond the publisher's scope. */
#include "catalog/index.h"
#include "catalog/log.h"
#include "catalog/search.h"
#include "catalog/stations.h"
#include "tests/fuzz/folder.h"
#include "tests/fuzz/keys.h"
#include "tests/support/lessons.h"

enum { ENTRIES_MAX = 40 };

static struct secret_key *key;
static struct trust trust;
static char empty[128], path[128];

static int64_t open_log(struct catalog **c, const char *at)
{
	struct err err = ERR_INIT;
	int64_t id;

	CHECK(catalog_open(c, at, &err) == STATUS_OK);
	CHECK(log_follow(*c, LESSONS_ORIGIN, true, &id, &err) == STATUS_OK);
	return id;
}

void fuzz_begin(void)
{
	struct publisher p;
	struct catalog *c;

	json_object_seed(1);
	key = fuzz_key(LESSONS_ORIGIN, KEY_ED25519, 1);
	trust_init(&trust);
	CHECK(publisher_init(&p, LESSONS_ORIGIN) == STATUS_OK);
	CHECK(publisher_add_key(&p, secret_key_public(key)) == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081") == STATUS_OK);
	CHECK(publisher_add_topic(&p, "产业") == STATUS_OK);
	p.lesson_bytes_max = 1 << 30;
	CHECK(trust_add_publisher(&trust, &p) == STATUS_OK);
	(void)fuzz_path("empty.db", empty);
	(void)fuzz_path("node.db", path);
	(void)open_log(&c, empty);
	catalog_free(c);
}

static void log_entries(struct catalog *c, int64_t id, const uint8_t *data,
			size_t size)
{
	struct fuzz_reader r = { data, size };
	struct bytes entries[ENTRIES_MAX];
	struct err err = ERR_INIT;
	size_t count = 0;

	while (r.left > 0 && count < ENTRIES_MAX)
		entries[count++] = fuzz_until_zero(&r);
	CHECK(log_append(c, id, entries, count, key, &err) == STATUS_OK);
}

static bool in_scope(void *context, const struct lesson_row *row)
{
	const struct lesson *l = &row->lesson;

	CHECK(strncmp(l->id, LESSONS_ORIGIN "#",
		      strlen(LESSONS_ORIGIN) + 1) == 0);
	CHECK(region_contains("431081", l->region));
	CHECK(topic_contains("产业", l->topic));
	CHECK(l->bytes <= 1 << 30);
	++*(unsigned *)context;
	return true;
}

static bool station_seen(void *context, const struct station *station)
{
	(void)context;
	CHECK(region_check(station->region) == STATUS_OK);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum lessons_filter filters[] = { LESSONS_ALL,
						       LESSONS_WANTED,
						       LESSONS_WITHDRAWN };
	struct err err = ERR_INIT;
	struct index *index;
	struct catalog *c;
	unsigned did, found = 0;
	int64_t id;

	fuzz_copy(empty, path);
	id = open_log(&c, path);
	CHECK(index_open(&index, c, LEVEL_STATION, "431081101203", &err) ==
	      STATUS_OK);
	CHECK(index_set_trust(index, &trust, NULL, &err) == STATUS_OK);
	log_entries(c, id, data, size);
	do
		CHECK(index_step(index, 7, &did, &err) == STATUS_OK);
	while (did > 0);
	do
		CHECK(search_step(c, 7, &did, &err) == STATUS_OK);
	while (did > 0);
	for (size_t i = 0; i < 3; i++)
		CHECK(lessons_find(c,
				   &(struct lessons_query){
					   .filter = filters[i] },
				   in_scope, &found, &err) == STATUS_OK);
	CHECK(lessons_find(c, &(struct lessons_query){ .text = "羊" },
			   in_scope, &found, &err) == STATUS_OK);
	CHECK(stations_list(c, true, station_seen, NULL, &err) == STATUS_OK);
	index_free(index);
	catalog_free(c);
	return 0;
}

static void put(struct buf *b, const struct lesson *lesson)
{
	struct err err = ERR_INIT;

	CHECK(lesson_format(lesson, b, &err) == STATUS_OK);
	buf_put_u8(b, 0);
}

/* Issued, and one of them ended. */
static void put_cards(struct buf *b)
{
	static const uint8_t ids[2 * ENTRY_CARD_SIZE] = { 1, 2, 3 };
	const struct entry_cards cards = { .batch = "0c0001r1",
					   .region = "431081" };
	const struct entry_cards_end end = { .trust = 0 };
	struct err err = ERR_INIT;

	CHECK(entry_format_cards(&cards, (struct bytes){ ids, sizeof(ids) }, b,
				 &err) == STATUS_OK);
	buf_put_u8(b, 0);
	CHECK(entry_format_cards_end(
		      &end, (struct bytes){ ids, CARD_ID_SIZE }, b, &err) ==
	      STATUS_OK);
	buf_put_u8(b, 0);
}

void fuzz_seeds(void)
{
	struct lesson lesson = lessons_make(LESSONS_ORIGIN, 1);
	struct lesson other = lessons_make(LESSONS_ORIGIN, 2);
	struct secret_key *box = fuzz_key("node-1", KEY_ED25519, 3);
	struct entry_withdraw withdraw = { .reason = "" };
	struct entry_station station = { .key = *secret_key_public(box),
					 .region = "431081101203",
					 .name = "联坪村" };
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	secret_key_free(box);
	put(&b, &lesson);
	put(&b, &other);
	lesson.rev = 2;
	put(&b, &lesson);
	strcpy(other.region, "43");
	other.rev = 2;
	put(&b, &other);
	strcpy(withdraw.id, lesson.id);
	CHECK(entry_format_withdraw(&withdraw, &b, &err) == STATUS_OK);
	buf_put_u8(&b, 0);
	CHECK(entry_format_station(&station, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	put_cards(&b);
	fuzz_seed_buf(&b);
	lesson = lessons_make("other.example/x", 1);
	put(&b, &lesson);
	fuzz_seed_buf(&b);
}
