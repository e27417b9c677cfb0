#include "catalog/entry.h"

#include "tests/support/lessons.h"

#define ID "zixing.example/431081/lessons#0c0001r1"
#define HASH \
	"070000005a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
/* The fields every lesson has, without braces. */
#define LESSON                                                              \
	"\"type\":\"lesson\",\"id\":\"" ID "\",\"rev\":2,\"title\":\"羊\"," \
	"\"topic\":\"产业\",\"region\":\"43\",\"date\":\"2024-01-01\","     \
	"\"btmh\":\"" HASH "\",\"bytes\":5,\"files\":1,\"trust\":1"

static enum status parse_bytes(struct bytes json, struct entry *entry)
{
	struct err err = ERR_INIT;
	enum status status;

	memset(entry, 0x77, sizeof(*entry));
	status = entry_parse(json, entry, &err);
	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	if (status != STATUS_OK)
		CHECK(entry->type_name[0] == 0x77);
	return status;
}

static enum status parse(const char *json, struct entry *entry)
{
	return parse_bytes(bytes_of(json), entry);
}

static enum status parsed(const char *json)
{
	struct entry entry;

	return parse(json, &entry);
}

static void a_lesson_needs_few_fields(void)
{
	struct entry e;

	CHECK(parse("{" LESSON "}", &e) == STATUS_OK);
	CHECK(e.type == ENTRY_LESSON);
	CHECK(strcmp(e.type_name, "lesson") == 0);
	CHECK(e.lesson.rev == 2 && e.lesson.seconds == 0);
	CHECK(!e.lesson.has_poster && e.lesson.also_count == 0);
	CHECK(e.lesson.summary[0] == 0 && e.lesson.series.title[0] == 0);
}

static void unknown_keys_are_ignored(void)
{
	CHECK(parsed(" {" LESSON ",\"later\":{\"x\":[1,null,true]}}\n") ==
	      STATUS_OK);
}

static void unknown_types_are_recognised_as_such(void)
{
	struct entry e;

	CHECK(parse("{\"type\":\"programme\",\"id\":5}", &e) == STATUS_OK);
	CHECK(e.type == ENTRY_OTHER);
	CHECK(strcmp(e.type_name, "programme") == 0);
}

static void malformed_entries_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"null",
		"[]",
		"\"lesson\"",
		"{",
		"{}",
		"{\"type\":5}",
		"{\"type\":\"\"}",
		"{\"type\":\"Lesson\"}",
		"{\"type\":\"a b\"}",
		"{\"type\":\"x\",\"type\":\"x\"}",
		"{\"type\":\"x\"} {}",
		"{\"type\":\"x\",}",
		"{type:\"x\"}",
		"{\"type\":\"x\",\"a\":1.5}",
		"{\"type\":\"x\",\"a\":1e3}",
		"{\"type\":\"x\",\"a\":9007199254740993}",
		"{\"type\":\"x\",\"a\":[-9007199254740993]}",
		"{\"type\":\"x\",\"a\":99999999999999999999}",
		"{\"type\":\"x\",\"a\":\"\\u0000\"}",
		"{\"type\":\"x\",\"a\":\"\xff\"}",
		"{\"type\":\"x\",\"a\":\"\\ud800\"}",
		"{\"type\":\"x\",\"a\":{\"b\":1,\"b\":2}}",
		"{\"type\":\"x\",\"a\":\"\n\"}",
		"{" LESSON ",\"poster\":null}",
		"{" LESSON ",\"poster\":\"00\"}",
		"{" LESSON ",\"seconds\":-1}",
		"{" LESSON ",\"seconds\":\"5\"}",
		"{" LESSON ",\"series\":\"a\"}",
		"{" LESSON ",\"series\":{\"n\":1}}",
		"{" LESSON ",\"series\":{\"title\":\"\"}}",
		"{" LESSON ",\"also\":{}}",
		"{" LESSON ",\"also\":[1]}",
		"{" LESSON ",\"also\":[{\"as\":\"a\",\"bytes\":1}]}",
		"{" LESSON ",\"summary\":7}",
		"{\"type\":\"lesson\"}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (parsed(bad[i]) != STATUS_MALFORMED) {
			fprintf(stderr, "taken: %s\n", bad[i]);
			abort();
		}
	CHECK(parsed("{\"type\":\"x\",\"a\":9007199254740992}") == STATUS_OK);
}

static void each_required_field_is_required(void)
{
	static const char *const keys[] = { "id",   "rev",  "title", "topic",
					    "region", "date", "btmh", "bytes",
					    "files", "trust" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char json[] = "{" LESSON "}";
		char key[16];

		(void)snprintf(key, sizeof(key), "\"%s\":", keys[i]);
		CHECK(strstr(json, key) != NULL);
		strstr(json, key)[1] = 'X';
		CHECK(parsed(json) == STATUS_MALFORMED);
	}
}

static void depth_keys_and_length_are_bounded(void)
{
	struct buf json = BUF_INIT;
	struct entry e;

	CHECK(parsed("{\"type\":\"x\",\"a\":[[[[[[[1]]]]]]]}") == STATUS_OK);
	CHECK(parsed("{\"type\":\"x\",\"a\":[[[[[[[[1]]]]]]]]}") ==
	      STATUS_MALFORMED);
	for (int keys = 63; keys <= 64; keys++) {
		buf_clear(&json);
		buf_puts(&json, "{\"type\":\"x\"");
		for (int i = 0; i < keys; i++)
			buf_printf(&json, ",\"k%d\":1", i);
		buf_puts(&json, "}");
		CHECK(parse_bytes(buf_bytes(&json), &e) ==
		      (keys == 63 ? STATUS_OK : STATUS_MALFORMED));
	}
	buf_clear(&json);
	buf_puts(&json, "{\"type\":\"x\"}");
	while (json.size < ENTRY_MAX)
		buf_puts(&json, " ");
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_OK);
	buf_puts(&json, " ");
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_MALFORMED);
	buf_clear(&json);
	for (int i = 0; i < 60000; i++)
		buf_puts(&json, "[");
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_MALFORMED);
	buf_release(&json);
}

static void lengths_end_where_they_are_said_to(void)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, 1);
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct lesson back;

	memset(l.title, 'a', LESSON_TITLE_MAX);
	memset(l.summary, 'b', LESSON_SUMMARY_MAX);
	CHECK(lesson_format(&l, &json, &err) == STATUS_OK);
	CHECK(lesson_parse(buf_bytes(&json), &back, &err) == STATUS_OK);
	CHECK(strlen(back.title) == LESSON_TITLE_MAX);
	buf_release(&json);
	CHECK(parsed("{" LESSON ",\"lang\":"
		     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}") ==
	      STATUS_MALFORMED);
}

static void a_withdrawal_names_a_lesson(void)
{
	struct entry e;
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(parse("{\"type\":\"withdraw\",\"id\":\"" ID "\","
		    "\"reason\":\"内容有误\"}", &e) == STATUS_OK);
	CHECK(e.type == ENTRY_WITHDRAW);
	CHECK(strcmp(e.withdraw.id, ID) == 0);
	CHECK(strcmp(e.withdraw.reason, "内容有误") == 0);
	CHECK(entry_format_withdraw(&e.withdraw, &json, &err) == STATUS_OK);
	CHECK(strcmp(buf_string(&json),
		     "{\"type\":\"withdraw\",\"id\":\"" ID "\","
		     "\"reason\":\"内容有误\"}") == 0);
	CHECK(parsed("{\"type\":\"withdraw\"}") == STATUS_MALFORMED);
	CHECK(parsed("{\"type\":\"withdraw\",\"id\":\"x\"}") ==
	      STATUS_MALFORMED);
	buf_release(&json);
}

static void make_key(const char *name, uint8_t seed_byte,
		     struct public_key *out)
{
	uint8_t seed[KEY_SEED_SIZE] = { seed_byte };
	struct secret_key *secret;

	CHECK(secret_key_from_seed(&secret, name, KEY_ED25519, seed) ==
	      STATUS_OK);
	*out = *secret_key_public(secret);
	secret_key_free(secret);
}

static void a_station_reads_as_it_was_written(void)
{
	struct entry_station s = { .region = "431081101203",
				   .name = "东江村 1 站",
				   .group_count = 2,
				   .groups = { "管区一", "学校" },
				   .has_replaces = true,
				   .date = "2026-03-01" };
	struct entry_station_end end = { .date = "2027-12-31" };
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct entry e;

	make_key("node-a", 1, &s.key);
	make_key("node-b", 2, &s.replaces);
	CHECK(entry_format_station(&s, &json, &err) == STATUS_OK);
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_OK);
	CHECK(e.type == ENTRY_STATION);
	CHECK(memcmp(&e.station, &s, sizeof(s)) == 0);
	end.key = s.key;
	buf_clear(&json);
	CHECK(entry_format_station_end(&end, &json, &err) == STATUS_OK);
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_OK);
	CHECK(e.type == ENTRY_STATION_END);
	CHECK(public_key_same(&e.station_end.key, &s.key));
	s.replaces = s.key;
	CHECK(entry_format_station(&s, &json, &err) == STATUS_MALFORMED);
	buf_release(&json);
}

static void malformed_stations_are_refused(void)
{
	struct public_key key, cosigner;
	char vkey[VKEY_MAX + 1];
	char json[1024];

	make_key("node-a", 1, &key);
	public_key_format(&key, vkey);
#define STATION(rest)                                                    \
	((void)snprintf(json, sizeof(json),                              \
			"{\"type\":\"station\",\"key\":\"%s\"" rest "}", \
			vkey),                                           \
	 parsed(json))
#define PLACE ",\"region\":\"431081\",\"name\":\"站\""
	CHECK(STATION(PLACE) == STATUS_OK);
	CHECK(STATION(",\"region\":\"431081\"") == STATUS_MALFORMED);
	CHECK(STATION(",\"name\":\"a\"") == STATUS_MALFORMED);
	CHECK(STATION(PLACE ",\"groups\":\"a\"") == STATUS_MALFORMED);
	CHECK(STATION(PLACE ",\"groups\":[\"\"]") == STATUS_MALFORMED);
	CHECK(STATION(PLACE ",\"groups\":[\"a\\nb\"]") == STATUS_MALFORMED);
	CHECK(STATION(PLACE
		      ",\"groups\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]") ==
	      STATUS_MALFORMED);
	CHECK(STATION(PLACE ",\"replaces\":\"node+00000000+AA==\"") ==
	      STATUS_MALFORMED);
	CHECK(public_key_init(&cosigner, "w", KEY_COSIGNER, key.bytes) ==
	      STATUS_OK);
	public_key_format(&cosigner, vkey);
	CHECK(STATION(PLACE) == STATUS_MALFORMED);
	strcpy(vkey, "node-a+12345678+AAAA");
	CHECK(STATION(PLACE) == STATUS_MALFORMED);
}

static struct publisher below(void)
{
	struct publisher p;
	struct public_key key;

	CHECK(publisher_init(&p, "town/lessons") == STATUS_OK);
	make_key("town/lessons", 1, &key);
	CHECK(publisher_add_key(&p, &key) == STATUS_OK);
	make_key("town/lessons", 2, &key);
	CHECK(publisher_add_key(&p, &key) == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081101") == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081102") == STATUS_OK);
	CHECK(publisher_add_topic(&p, "产业/养殖") == STATUS_OK);
	p.entries_max = 1000;
	p.entry_bytes_max = 2000;
	p.lesson_bytes_max = 1 << 30;
	p.may_delegate = true;
	return p;
}

static void a_delegation_reads_as_it_was_written(void)
{
	struct entry_delegate d = { .publisher = below(), .trust = 7 };
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct entry e;

	CHECK(entry_format_delegate(&d, &json, &err) == STATUS_OK);
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_OK);
	CHECK(e.type == ENTRY_DELEGATE && e.trust == 7);
	CHECK(memcmp(&e.delegate.publisher, &d.publisher,
		     sizeof(d.publisher)) == 0);
	d.publisher.topic_count = 1;
	d.publisher.topics[0][0] = 0;
	d.publisher.entries_max = d.publisher.entry_bytes_max = 0;
	d.publisher.lesson_bytes_max = 0;
	d.publisher.may_delegate = false;
	buf_clear(&json);
	CHECK(entry_format_delegate(&d, &json, &err) == STATUS_OK);
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_OK);
	CHECK(e.delegate.publisher.topics[0][0] == 0);
	CHECK(!e.delegate.publisher.may_delegate);
	CHECK(e.delegate.publisher.entries_max == 0);
	d.publisher.key_count = 0;
	CHECK(entry_format_delegate(&d, &json, &err) == STATUS_MALFORMED);
	buf_release(&json);
}

static void malformed_delegations_are_refused(void)
{
	struct public_key key, foreign;
	char vkey[VKEY_MAX + 1], other[VKEY_MAX + 1];
	char json[2048];

	make_key("town/lessons", 1, &key);
	make_key("city/lessons", 2, &foreign);
	public_key_format(&key, vkey);
	public_key_format(&foreign, other);
#define DELEGATE(k, rest)                                                  \
	((void)snprintf(json, sizeof(json),                                \
			"{\"type\":\"delegate\",\"origin\":\"town/lessons\"," \
			"\"keys\":[\"%s\"]," rest "}",                     \
			k),                                                \
	 parsed(json))
#define WHERE "\"regions\":[\"431081101\"],\"topics\":[\"*\"]"
	CHECK(DELEGATE(vkey, WHERE) == STATUS_OK);
	CHECK(DELEGATE(other, WHERE) == STATUS_MALFORMED);
	CHECK(DELEGATE("x", WHERE) == STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, "\"regions\":[],\"topics\":[\"*\"]") ==
	      STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, "\"regions\":[\"4310811\"],"
			     "\"topics\":[\"*\"]") == STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, "\"regions\":[\"43\",\"43\"],"
			     "\"topics\":[\"*\"]") == STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, "\"regions\":[\"43\"],"
			     "\"topics\":[\"*\",\"a\"]") == STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, "\"regions\":[\"43\"],"
			     "\"topics\":[\"a//b\"]") == STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, "\"regions\":\"43\",\"topics\":[\"*\"]") ==
	      STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, WHERE ",\"entries\":0") == STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, WHERE ",\"entries\":\"1\"") ==
	      STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, WHERE ",\"may-delegate\":1") ==
	      STATUS_MALFORMED);
	CHECK(DELEGATE(vkey, WHERE ",\"may-delegate\":false") == STATUS_OK);
	CHECK(DELEGATE(vkey, WHERE ",\"trust\":-1") == STATUS_MALFORMED);
	CHECK(parsed("{\"type\":\"delegate\"}") == STATUS_MALFORMED);
}

static void a_delegation_is_taken_back_with_an_end_or_without(void)
{
	struct entry_undelegate u = { .has_end = true,
				      .end = { .origin = "town/lessons",
					       .size = 3,
					       .root = { 9, 8, 7 },
					       .successor = "town/l2" },
				      .trust = 2 };
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct entry e;

	CHECK(entry_format_undelegate(&u, &json, &err) == STATUS_OK);
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_OK);
	CHECK(e.type == ENTRY_UNDELEGATE && e.trust == 2);
	CHECK(e.undelegate.has_end);
	CHECK(memcmp(&e.undelegate.end, &u.end, sizeof(u.end)) == 0);
	u.has_end = false;
	CHECK(entry_format_undelegate(&u, &json, &err) == STATUS_MALFORMED);
	u.end.successor[0] = 0;
	buf_clear(&json);
	CHECK(entry_format_undelegate(&u, &json, &err) == STATUS_OK);
	CHECK(parse_bytes(buf_bytes(&json), &e) == STATUS_OK);
	CHECK(!e.undelegate.has_end);
#define UNDELEGATE(rest) \
	parsed("{\"type\":\"undelegate\",\"origin\":\"town/l\"" rest "}")
	CHECK(UNDELEGATE("") == STATUS_OK);
	CHECK(UNDELEGATE(",\"size\":1") == STATUS_MALFORMED);
	CHECK(UNDELEGATE(",\"root\":\"" HASH "\"") == STATUS_MALFORMED);
	CHECK(UNDELEGATE(",\"size\":1,\"root\":\"" HASH "\"") == STATUS_OK);
	CHECK(UNDELEGATE(",\"size\":0,\"root\":\"" HASH "\"") ==
	      STATUS_MALFORMED);
	CHECK(UNDELEGATE(",\"size\":1,\"root\":\"" HASH "\","
			 "\"successor\":\"town/l\"") == STATUS_MALFORMED);
	buf_release(&json);
}

/* It is advice: what a later version makes of it is no reason to refuse a
 * lesson. */
static void cards_read_as_they_were_written(void)
{
	static uint8_t many[(ENTRY_CARDS_MAX + 1) * ENTRY_CARD_SIZE];
	struct entry_cards cards = { .batch = "0c0001r1", .region = "431081",
				     .trust = 7 };
	struct entry_cards_end end = { .trust = 8 };
	struct buf json = BUF_INIT, ids = BUF_INIT;
	struct bytes full = { many, ENTRY_CARDS_MAX * ENTRY_CARD_SIZE };
	struct err err = ERR_INIT;
	struct entry e;

	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = (uint8_t)(i * 31);
	CHECK(entry_format_cards(&cards, full, &json, &err) == STATUS_OK);
	CHECK(json.size <= ENTRY_MAX);
	CHECK(entry_parse(buf_bytes(&json), &e, &err) == STATUS_OK);
	CHECK(e.type == ENTRY_CARDS && e.trust == 7);
	CHECK(e.cards.count == ENTRY_CARDS_MAX);
	CHECK(strcmp(e.cards.region, "431081") == 0 &&
	      strcmp(e.cards.batch, "0c0001r1") == 0);
	CHECK(entry_card_ids(buf_bytes(&json), &ids, &err) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&ids), full));
	buf_clear(&json);
	buf_clear(&ids);
	full.size = 5 * CARD_ID_SIZE;
	CHECK(entry_format_cards_end(&end, full, &json, &err) == STATUS_OK);
	CHECK(entry_parse(buf_bytes(&json), &e, &err) == STATUS_OK);
	CHECK(e.type == ENTRY_CARDS_END && e.trust == 8 &&
	      e.cards_end.count == 5);
	CHECK(entry_card_ids(buf_bytes(&json), &ids, &err) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&ids), full));
	/* Too many, none, parts of one; a batch or region that is none. */
	full.size = sizeof(many);
	CHECK(entry_format_cards(&cards, full, &json, &err) != STATUS_OK);
	CHECK(entry_format_cards_end(&end, (struct bytes){ many, 0 }, &json,
				     &err) != STATUS_OK);
	full.size = ENTRY_CARD_SIZE + 1;
	CHECK(entry_format_cards(&cards, full, &json, &err) != STATUS_OK);
	full.size = ENTRY_CARD_SIZE;
	strcpy(cards.batch, "0C0001R1");
	CHECK(entry_format_cards(&cards, full, &json, &err) != STATUS_OK);
	strcpy(cards.batch, "0c0001r1");
	strcpy(cards.region, "431");
	CHECK(entry_format_cards(&cards, full, &json, &err) != STATUS_OK);
	buf_release(&json);
	buf_release(&ids);
}

#define CARDS "{\"type\":\"cards\",\"batch\":\"0c0001r1\",\"region\":\"43\""
#define CARD_16 "AAAAAAAAAAAAAAAAAAAAAA=="
#define CARD_8 "AAAAAAAAAAA="

static void malformed_cards_are_refused(void)
{
	static const char *const bad[] = {
		CARDS "}",
		CARDS ",\"ids\":\"\"}",
		CARDS ",\"ids\":7}",
		CARDS ",\"ids\":[\"" CARD_16 "\"]}",
		CARDS ",\"ids\":\"" CARD_8 "\"}",
		CARDS ",\"ids\":\"AAAAAAAAAAAAAAAAAAAAAA=\"}",
		CARDS ",\"ids\":\"AAAAAAAAAAAAAAAAAAAAAA-=\"}",
		CARDS ",\"ids\":\"" CARD_16 "\",\"trust\":-1}",
		"{\"type\":\"cards\",\"batch\":\"0c0001r1\",\"ids\":\"" CARD_16
		"\"}",
		"{\"type\":\"cards\",\"batch\":\"0c0001r\",\"region\":\"43\","
		"\"ids\":\"" CARD_16 "\"}",
		"{\"type\":\"cards-end\"}",
		"{\"type\":\"cards-end\",\"ids\":\"AAAA\"}",
	};

	CHECK(parsed(CARDS ",\"ids\":\"" CARD_16 "\"}") == STATUS_OK);
	CHECK(parsed("{\"type\":\"cards-end\",\"ids\":\"" CARD_8 "\"}") ==
	      STATUS_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (parsed(bad[i]) != STATUS_MALFORMED) {
			fprintf(stderr, "taken: %s\n", bad[i]);
			abort();
		}
}

static void only_true_asks_that_no_copies_leave_the_room(void)
{
	static const struct {
		const char *entry;
		bool keep;
	} cases[] = { { "{" LESSON ",\"keep\":true}", true },
		      { "{" LESSON ",\"keep\":false}", false },
		      { "{" LESSON ",\"keep\":\"room\"}", false },
		      { "{" LESSON "}", false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = ERR_INIT;
		struct buf json = BUF_INIT;
		struct entry e;

		CHECK(entry_parse(bytes_of(cases[i].entry), &e, &err) ==
		      STATUS_OK);
		CHECK(e.lesson.keep == cases[i].keep);
		CHECK(lesson_format(&e.lesson, &json, &err) == STATUS_OK);
		CHECK((strstr(buf_string(&json), ",\"keep\":true,\"trust\"") !=
		       NULL) == cases[i].keep);
		buf_release(&json);
	}
}

/* A name is shown when it is one line that hides nothing; else there is none,
 * and the lesson counts all the same: older nodes know nothing of names. */
static void an_office_says_its_name_in_its_lessons(void)
{
	char long_one[LESSON_OFFICE_MAX + 2], longest[LESSON_OFFICE_MAX + 1];
	const struct {
		const char *said, *name;
	} cases[] = { { "资兴市农业农村局", "资兴市农业农村局" },
		      { longest, longest },
		      { long_one, "" },
		      { "", "" },
		      { "two\\nlines", "" },
		      { "\\u202elatnuoc", "" },
		      { "bell\\u0007", "" } };

	memset(longest, 'o', LESSON_OFFICE_MAX);
	longest[LESSON_OFFICE_MAX] = 0;
	memset(long_one, 'o', LESSON_OFFICE_MAX + 1);
	long_one[LESSON_OFFICE_MAX + 1] = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf entry = BUF_INIT, json = BUF_INIT;
		struct err err = ERR_INIT;
		struct entry e;

		buf_printf(&entry, "{" LESSON ",\"office\":\"%s\"}",
			   cases[i].said);
		CHECK(entry_parse(buf_bytes(&entry), &e, &err) == STATUS_OK);
		CHECK(strcmp(e.lesson.office, cases[i].name) == 0);
		CHECK(lesson_format(&e.lesson, &json, &err) == STATUS_OK);
		CHECK((strstr(buf_string(&json), ",\"office\":") != NULL) ==
		      (cases[i].name[0] != 0));
		strcpy(e.lesson.office, "two\nlines");
		CHECK(lesson_check(&e.lesson, &err) == STATUS_MALFORMED);
		buf_release(&entry);
		buf_release(&json);
	}
	CHECK(parsed("{" LESSON ",\"office\":7}") == STATUS_OK);
}

/* Every byte of a good entry changed and every prefix of it: refused or read,
 * never worse. */
static void bent_entries_do_no_harm(void)
{
	static const char good[] = "{" LESSON ",\"also\":[{\"as\":\"a\","
				   "\"btmh\":\"" HASH "\",\"bytes\":1}]}";
	struct err err = ERR_INIT;
	struct entry e;
	char bent[sizeof(good)];

	for (size_t i = 0; i < sizeof(good) - 1; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(bent, good, sizeof(good));
			bent[i] = (char)(bent[i] ^ 1 << bit);
			(void)entry_parse((struct bytes){
						  (const uint8_t *)bent,
						  sizeof(good) - 1 },
					  &e, &err);
			(void)entry_parse((struct bytes){
						  (const uint8_t *)bent, i },
					  &e, &err);
		}
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	a_lesson_needs_few_fields();
	unknown_keys_are_ignored();
	unknown_types_are_recognised_as_such();
	malformed_entries_are_refused();
	each_required_field_is_required();
	depth_keys_and_length_are_bounded();
	lengths_end_where_they_are_said_to();
	a_withdrawal_names_a_lesson();
	a_station_reads_as_it_was_written();
	malformed_stations_are_refused();
	a_delegation_reads_as_it_was_written();
	malformed_delegations_are_refused();
	a_delegation_is_taken_back_with_an_end_or_without();
	cards_read_as_they_were_written();
	malformed_cards_are_refused();
	only_true_asks_that_no_copies_leave_the_room();
	an_office_says_its_name_in_its_lessons();
	bent_entries_do_no_harm();
	return 0;
}
