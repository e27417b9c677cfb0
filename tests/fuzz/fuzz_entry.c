/* Entries of publishers' logs. What reads is written again and reads the same. */
#include "catalog/entry.h"
#include "tests/fuzz/keys.h"
#include "tests/support/lessons.h"

void fuzz_begin(void)
{
	CHECK(signing_init() == STATUS_OK);
	json_object_seed(1); /* the same order of buckets each time */
}

static void lesson_again(const struct lesson *lesson)
{
	char origin[ORIGIN_MAX + 1], id[LESSON_ID_MAX + 1], digits[9];
	struct buf json = BUF_INIT, twice = BUF_INIT;
	struct err err = ERR_INIT;
	struct lesson second;
	uint64_t short_id;

	CHECK(lesson_check(lesson, &err) == STATUS_OK);
	CHECK(lesson_format(lesson, &json, &err) == STATUS_OK);
	CHECK(lesson_parse(buf_bytes(&json), &second, &err) == STATUS_OK);
	CHECK(lesson_format(&second, &twice, &err) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&json), buf_bytes(&twice)));
	CHECK(lesson_id_split(lesson->id, origin, &short_id) == STATUS_OK);
	lesson_short_text(short_id, digits);
	(void)snprintf(id, sizeof(id), "%.200s#%s", origin, digits);
	CHECK(strcmp(id, lesson->id) == 0);
	buf_release(&json);
	buf_release(&twice);
}

static void cards_again(const struct entry *e, struct bytes read,
			struct buf *json)
{
	struct buf ids = BUF_INIT, twice = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(entry_card_ids(read, &ids, &err) == STATUS_OK);
	CHECK(ids.size == (e->type == ENTRY_CARDS ?
				   e->cards.count * ENTRY_CARD_SIZE :
				   e->cards_end.count * CARD_ID_SIZE));
	CHECK((e->type == ENTRY_CARDS ?
		       entry_format_cards(&e->cards, buf_bytes(&ids), json,
					  &err) :
		       entry_format_cards_end(&e->cards_end, buf_bytes(&ids),
					      json, &err)) == STATUS_OK);
	CHECK(entry_card_ids(buf_bytes(json), &twice, &err) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&ids), buf_bytes(&twice)));
	buf_release(&ids);
	buf_release(&twice);
}

static void write_again(const struct entry *e, struct bytes read)
{
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct entry second;

	if (e->type == ENTRY_LESSON) {
		lesson_again(&e->lesson);
		return;
	}
	if (e->type == ENTRY_WITHDRAW)
		CHECK(entry_format_withdraw(&e->withdraw, &json, &err) ==
		      STATUS_OK);
	else if (e->type == ENTRY_STATION)
		CHECK(entry_format_station(&e->station, &json, &err) ==
		      STATUS_OK);
	else if (e->type == ENTRY_STATION_END)
		CHECK(entry_format_station_end(&e->station_end, &json, &err) ==
		      STATUS_OK);
	else if (e->type == ENTRY_DELEGATE)
		CHECK(entry_format_delegate(&e->delegate, &json, &err) ==
		      STATUS_OK);
	else if (e->type == ENTRY_UNDELEGATE)
		CHECK(entry_format_undelegate(&e->undelegate, &json, &err) ==
		      STATUS_OK);
	else if (e->type == ENTRY_CARDS || e->type == ENTRY_CARDS_END)
		cards_again(e, read, &json);
	else
		return;
	CHECK(entry_parse(buf_bytes(&json), &second, &err) == STATUS_OK);
	CHECK(second.type == e->type);
	buf_release(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct entry e;
	enum status status = entry_parse((struct bytes){ data, size }, &e,
					 &err);

	CHECK(status == STATUS_OK || status == STATUS_MALFORMED);
	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	if (status == STATUS_OK)
		write_again(&e, (struct bytes){ data, size });
	return 0;
}

static void seed_station(void)
{
	struct secret_key *key = fuzz_key("node-1", KEY_ED25519, 1);
	struct secret_key *old = fuzz_key("node-2", KEY_ED25519, 2);
	struct entry_station station = {
		.key = *secret_key_public(key), .region = "431081101203",
		.name = "联坪村", .group_count = 1, .groups = { "党校" },
		.has_replaces = true, .replaces = *secret_key_public(old)
	};
	struct entry_station_end end = { .key = *secret_key_public(key) };
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	CHECK(entry_format_station(&station, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	CHECK(entry_format_station_end(&end, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	secret_key_free(key);
	secret_key_free(old);
}

static void seed_delegate(void)
{
	struct secret_key *key = fuzz_key("b.example/x", KEY_ED25519, 3);
	struct entry_delegate delegate = { .trust = 3 };
	struct entry_undelegate undelegate = {
		.has_end = true,
		.end = { .origin = "b.example/x", .size = 9, .root = { 1 },
			 .successor = "c.example/x" },
		.trust = 4
	};
	struct publisher *p = &delegate.publisher;
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	CHECK(publisher_init(p, "b.example/x") == STATUS_OK);
	CHECK(publisher_add_key(p, secret_key_public(key)) == STATUS_OK);
	CHECK(publisher_add_region(p, "431081101") == STATUS_OK);
	CHECK(publisher_add_topic(p, "产业/养殖") == STATUS_OK);
	p->entries_max = 1000;
	p->may_delegate = true;
	CHECK(entry_format_delegate(&delegate, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	CHECK(entry_format_undelegate(&undelegate, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	undelegate = (struct entry_undelegate){ .end = { .origin =
							   "b.example/x" } };
	CHECK(entry_format_undelegate(&undelegate, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	secret_key_free(key);
}

static void seed_cards(void)
{
	static const uint8_t ids[2 * ENTRY_CARD_SIZE] = { 1, 2, 3 };
	struct entry_cards cards = { .batch = "0c0001r1", .region = "431081",
				     .trust = 3 };
	struct entry_cards_end end = { .trust = 4 };
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	CHECK(entry_format_cards(&cards, (struct bytes){ ids, sizeof(ids) },
				 &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	CHECK(entry_format_cards_end(&end, (struct bytes){ ids, sizeof(ids) },
				     &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
}

void fuzz_seeds(void)
{
	struct lesson lesson = lessons_make(LESSONS_ORIGIN, 1);
	struct entry_withdraw withdraw = { .reason = "错了" };
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	CHECK(lesson_format(&lesson, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	strcpy(lesson.series.title, "山羊");
	lesson.series.n = 2;
	strcpy(lesson.summary, "一\n二");
	strcpy(lesson.expires, "2026-01-01");
	lesson.has_poster = true;
	lesson.also_count = 1;
	strcpy(lesson.also[0].as, "480p");
	lesson.also[0].bytes = 9;
	CHECK(lesson_format(&lesson, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	strcpy(withdraw.id, lesson.id);
	CHECK(entry_format_withdraw(&withdraw, &b, &err) == STATUS_OK);
	fuzz_seed_buf(&b);
	seed_station();
	seed_delegate();
	seed_cards();
	fuzz_seed_text("{\"type\":\"notice\",\"x\":[1,2,{\"y\":null}]}");
}
