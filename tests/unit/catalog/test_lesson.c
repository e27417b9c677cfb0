#include "catalog/lesson.h"

#include "tests/support/lessons.h"

static struct lesson full(void)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, 7);

	strcpy(l.series.title, "黑山羊入门");
	l.series.n = 3;
	strcpy(l.expires, "2030-02-28");
	strcpy(l.summary, "选种、建栏。\n\"防疫\" \\ 饲料");
	l.has_poster = true;
	memset(l.poster, 0xab, sizeof(l.poster));
	l.also_count = 2;
	strcpy(l.also[0].as, "480p");
	strcpy(l.also[1].as, "audio");
	memset(l.also[0].btmh, 1, 32);
	memset(l.also[1].btmh, 2, 32);
	l.also[0].bytes = 12345;
	l.also[1].bytes = 1;
	return l;
}

static enum status format(const struct lesson *l, struct buf *out)
{
	struct err err = ERR_INIT;

	return lesson_format(l, out, &err);
}

static enum status check(const struct lesson *l)
{
	struct err err = ERR_INIT;
	enum status status = lesson_check(l, &err);

	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	return status;
}

static void what_is_written_reads_the_same(void)
{
	const struct lesson lessons[] = { full(), lessons_make("a.b/c", 1) };
	struct lesson back;
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 2; i++) {
		buf_clear(&json);
		CHECK(format(&lessons[i], &json) == STATUS_OK);
		CHECK(lesson_parse(buf_bytes(&json), &back, &err) ==
		      STATUS_OK);
		CHECK(memcmp(&back, &lessons[i], sizeof(back)) == 0);
	}
	buf_release(&json);
}

static void the_format_does_not_drift(void)
{
	struct lesson l = full();
	struct buf json = BUF_INIT;

	CHECK(format(&l, &json) == STATUS_OK);
	CHECK(strcmp(buf_string(&json),
		     "{\"type\":\"lesson\",\"id\":\"zixing.example/431081/"
		     "lessons#0c0001r1\",\"rev\":1,\"title\":\"黑山羊养殖技术\","
		     "\"series\":{\"title\":\"黑山羊入门\",\"n\":3},"
		     "\"topic\":\"产业/养殖/黑山羊\",\"region\":\"431081\","
		     "\"lang\":\"zh-CN\",\"seconds\":1260,"
		     "\"date\":\"2024-03-05\",\"expires\":\"2030-02-28\","
		     "\"summary\":\"选种、建栏。\\n\\\"防疫\\\" \\\\ 饲料\","
		     "\"initials\":\"hsyyzjs\",\"btmh\":\"070000005a5a5a5a"
		     "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\","
		     "\"bytes\":52428800,\"files\":1,\"poster\":\"abababababab"
		     "abababababababababababababababababababababababababab\","
		     "\"also\":[{\"as\":\"480p\",\"btmh\":\"0101010101010101"
		     "010101010101010101010101010101010101010101010101\","
		     "\"bytes\":12345},{\"as\":\"audio\",\"btmh\":\"02020202"
		     "02020202020202020202020202020202020202020202020202020202"
		     "\",\"bytes\":1}],\"trust\":1}") == 0);
	buf_release(&json);
}

static void a_plain_lesson_is_small(void)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, 1);
	struct buf json = BUF_INIT;

	CHECK(format(&l, &json) == STATUS_OK);
	CHECK(json.size < 350);
	buf_release(&json);
}

#define REFUSED(change)                              \
	do {                                         \
		struct lesson l = full();            \
		change;                              \
		CHECK(check(&l) == STATUS_MALFORMED); \
	} while (0)

static void each_field_keeps_its_rule(void)
{
	struct lesson good = full();

	CHECK(check(&good) == STATUS_OK);
	REFUSED(l.id[0] = 0);
	REFUSED(strcpy(l.id, "zixing.example"));
	REFUSED(strcpy(l.id, "zixing.example#0000000"));
	REFUSED(strcpy(l.id, "zixing.example#00000000x"));
	REFUSED(strcpy(l.id, "zixing.example#0000000O"));
	REFUSED(strcpy(l.id, "zixing example#00000000"));
	REFUSED(strcpy(l.id, "#00000000"));
	REFUSED(l.rev = 0);
	REFUSED(l.rev = 0x80000000);
	REFUSED(l.title[0] = 0);
	REFUSED(strcpy(l.title, "a\nb"));
	REFUSED(strcpy(l.title, "a\xe2\x80\xae" "b"));
	REFUSED(strcpy(l.title, "a\xff"));
	REFUSED(strcpy(l.series.title, "a\tb"));
	REFUSED(l.series.title[0] = 0);
	REFUSED(strcpy(l.topic, "产业//养殖"));
	REFUSED(strcpy(l.region, "4310811"));
	REFUSED(strcpy(l.lang, "zh CN"));
	REFUSED(strcpy(l.date, "2024-02-30"));
	REFUSED(strcpy(l.date, "2024-2-3"));
	REFUSED(l.date[0] = 0);
	REFUSED(strcpy(l.expires, "2023-02-29"));
	REFUSED(strcpy(l.summary, "a\rb"));
	REFUSED(strcpy(l.initials, "HSY"));
	REFUSED(strcpy(l.initials, "h s"));
	REFUSED(l.bytes = 0);
	REFUSED(l.bytes = LESSON_BYTES_MAX + 1);
	REFUSED(l.files = 0);
	REFUSED(l.files = LESSON_FILES_MAX + 1);
	REFUSED(l.trust = LESSON_BYTES_MAX + 1);
	REFUSED(l.also_count = LESSON_ALSO_MAX + 1);
	REFUSED(l.also[0].as[0] = 0);
	REFUSED(strcpy(l.also[0].as, "4 K"));
	REFUSED(l.also[1].bytes = 0);
	REFUSED(memcpy(l.also[1].btmh, l.also[0].btmh, 32));
	REFUSED(memcpy(l.also[1].btmh, l.btmh, 32));
}

static void a_refused_lesson_writes_nothing(void)
{
	struct lesson l = full();
	struct buf json = BUF_INIT;

	buf_puts(&json, "before");
	l.rev = 0;
	CHECK(format(&l, &json) == STATUS_MALFORMED);
	CHECK(strcmp(buf_string(&json), "before") == 0);
	buf_release(&json);
}

static void dates_are_days_of_the_calendar(void)
{
	static const char *const good[] = { "2024-02-29", "2000-02-29",
					    "1999-12-31", "0001-01-01" };
	static const char *const bad[] = { "",		 "1900-02-29",
					   "2024-13-01", "2024-00-01",
					   "2024-01-00", "2024-04-31",
					   "0000-01-01", "2024/01/01",
					   "20240101",	 "2024-01-010",
					   "+024-01-01" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		CHECK(date_is_good(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(!date_is_good(bad[i]));
}

static void ids_split_into_what_they_were_made_of(void)
{
	const uint8_t random[] = { 0xff, 0, 0x12, 0x34, 0x56 };
	char id[LESSON_ID_MAX + 1];
	char origin[ORIGIN_MAX + 1];
	char text[LESSON_SHORT_SIZE + 1];
	uint64_t number;

	lesson_id_make("a.example/x", random, id);
	CHECK(lesson_id_split(id, origin, &number) == STATUS_OK);
	CHECK(strcmp(origin, "a.example/x") == 0);
	CHECK(number == 0xff00123456);
	lesson_short_text(number, text);
	CHECK(strcmp(strchr(id, '#') + 1, text) == 0);
}

int main(void)
{
	what_is_written_reads_the_same();
	the_format_does_not_drift();
	a_plain_lesson_is_small();
	each_field_keeps_its_rule();
	a_refused_lesson_writes_nothing();
	dates_are_days_of_the_calendar();
	ids_split_into_what_they_were_made_of();
	return 0;
}
