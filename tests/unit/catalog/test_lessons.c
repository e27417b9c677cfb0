#include "catalog/lessons.h"

#include "proto/encoding.h"
#include "tests/support/shelf.h"

/* Field lessons: what a county really makes. */
static const struct {
	const char *title;
	const char *initials;
	const char *topic;
	const char *region;
	const char *date;
	const char *summary;
} field[] = {
	{ "黑山羊养殖技术", "hsyyzjs", "产业/养殖/黑山羊", "431081",
	  "2024-01-01", "选种、建栏、防疫" },
	{ "黑山羊春季防疫", "hsycjfy", "产业/养殖/黑山羊", "431081101",
	  "2024-03-01", "" },
	{ "东江鱼网箱养殖", "djywxyz", "产业/养殖/鱼", "431081", "2024-02-01",
	  "罗非鱼（Tilapia）与叉尾鮰" },
	{ "东江果：脐橙修剪", "djgqcxj", "产业/果树", "431081", "2023-05-01",
	  "" },
	{ "杂交制种", "zjzz", "产业/粮食", "4310", "2022-05-01",
	  "与养殖无关" },
	{ "狗脑贡茶", "gngc", "产业/茶", "431081", "2021-05-01", "" },
	{ "昆曲欣赏 H264", "kqxsh264", "文艺", "43", "2020-05-01", "" },
};
enum { FIELD = sizeof(field) / sizeof(*field) };

static struct lesson field_lesson(unsigned n)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, n);

	strcpy(l.title, field[n].title);
	strcpy(l.initials, field[n].initials);
	strcpy(l.topic, field[n].topic);
	strcpy(l.region, field[n].region);
	strcpy(l.date, field[n].date);
	strcpy(l.summary, field[n].summary);
	return l;
}

static void fill(struct shelf *s)
{
	shelf_init(s);
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "43");
	(void)shelf_use_trust(s);
	for (unsigned n = 0; n < FIELD; n++) {
		struct lesson l = field_lesson(n);

		shelf_log_lesson(s, 0, &l);
	}
	shelf_settle(s);
}

static bool add_number(void *context, const struct lesson_row *row)
{
	char *out = context;

	for (unsigned n = 0; n < FIELD; n++)
		if (strcmp(row->lesson.title, field[n].title) == 0)
			(void)sprintf(out + strlen(out), "%u ", n);
	return true;
}

/* The numbers of field lessons that are found, in order. */
static const char *find(struct shelf *s, struct lessons_query query)
{
	static char out[256];

	out[0] = 0;
	SHELF_OK(lessons_find(s->c, &query, add_number, out, &s->err));
	return out;
}

static bool finds(struct shelf *s, const char *text, const char *numbers)
{
	const char *found = find(s, (struct lessons_query){ .text = text });

	if (strcmp(found, numbers) != 0)
		fprintf(stderr, "'%s' finds %s\n", text, found);
	return strcmp(found, numbers) == 0;
}

static void chinese_words_of_any_length_are_found(struct shelf *s)
{
	CHECK(finds(s, "羊", "1 0 "));
	CHECK(finds(s, "山羊", "1 0 "));
	CHECK(finds(s, "黑山羊", "1 0 "));
	CHECK(finds(s, "黑山羊养殖技术", "0 "));
	CHECK(finds(s, "羊养", "0 "));
	CHECK(finds(s, "羊 防疫", "1 0 "));
	CHECK(finds(s, "羊山", ""));
	CHECK(finds(s, "茶", "5 "));
	CHECK(finds(s, "东江", "2 3 "));
	CHECK(finds(s, "果修", ""));
	CHECK(finds(s, "果 修剪", "3 "));
	CHECK(finds(s, "鮰", "2 "));
	CHECK(finds(s, "曹", ""));
}

static void titles_come_first_then_the_newest(struct shelf *s)
{
	CHECK(finds(s, "养殖", "2 0 1 4 "));
	CHECK(finds(s, "防疫", "1 0 "));
}

static void initials_are_found(struct shelf *s)
{
	CHECK(finds(s, "hsy", "1 0 "));
	CHECK(finds(s, "HSY", "1 0 "));
	CHECK(finds(s, "ｈｓｙ", "1 0 "));
	CHECK(finds(s, "syyz", "0 "));
	CHECK(finds(s, "gngc", "5 "));
	CHECK(finds(s, "hsx", ""));
	CHECK(finds(s, "hsy fy", "1 "));
	CHECK(finds(s, "z", "2 0 4 "));
}

static void latin_words_are_found_by_their_beginning(struct shelf *s)
{
	CHECK(finds(s, "tila", "2 "));
	CHECK(finds(s, "TILAPIA", "2 "));
	CHECK(finds(s, "lapia", ""));
	CHECK(finds(s, "h26", "6 "));
}

static void topics_are_found_by_whole_components(struct shelf *s)
{
	CHECK(finds(s, "产业/养殖", "1 2 0 "));
	CHECK(finds(s, "产业/养殖/", "1 2 0 "));
	CHECK(finds(s, "产业/", "1 2 0 3 4 5 "));
	CHECK(finds(s, "产业/养殖 东江", "2 "));
	CHECK(finds(s, "果树", "3 "));
	CHECK(strcmp(find(s, (struct lessons_query){ .topic = "产业/养殖" }),
		     "1 2 0 ") == 0);
	CHECK(strcmp(find(s, (struct lessons_query){ .topic = "产业/养" }),
		     "") == 0);
	CHECK(strcmp(find(s, (struct lessons_query){ .topic = "产业",
						     .text = "养殖" }),
		     "2 0 1 4 ") == 0);
}

static void syntax_and_noise_are_harmless(struct shelf *s)
{
	static const char *const typed[] = {
		"\"", "*", "羊\"", "a OR b", "NEAR(羊 山)", "title:羊", "^羊",
		"羊*", "(", "-羊", "NOT", "'; DROP TABLE lesson", "\xff\xfe",
		"a/b/\"*" };

	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++)
		(void)find(s, (struct lessons_query){ .text = typed[i] });
	CHECK(finds(s, "，。", ""));
	CHECK(finds(s, "“山羊”", "1 0 "));
	CHECK(finds(s, "", "1 2 0 3 4 5 6 "));
}

static void lists_are_narrowed_and_paged(struct shelf *s)
{
	CHECK(strcmp(find(s, (struct lessons_query){ .limit = 2 }), "1 2 ") ==
	      0);
	CHECK(strcmp(find(s, (struct lessons_query){ .limit = 2,
						     .offset = 2 }),
		     "0 3 ") == 0);
	CHECK(strcmp(find(s, (struct lessons_query){ .text = "养殖",
						     .limit = 2,
						     .offset = 1 }),
		     "0 1 ") == 0);
	CHECK(strcmp(find(s, (struct lessons_query){ .region = "431081" }),
		     "1 2 0 3 4 5 6 ") == 0);
	CHECK(strcmp(find(s, (struct lessons_query){ .region = "431081102" }),
		     "2 0 3 4 5 6 ") == 0);
	CHECK(strcmp(find(s, (struct lessons_query){ .region = "431082" }),
		     "4 6 ") == 0);
	CHECK(strcmp(find(s, (struct lessons_query){ .region = "x" }), "") ==
	      0);
	CHECK(strcmp(find(s, (struct lessons_query){ .filter =
							     LESSONS_HELD }),
		     "") == 0);
	CHECK(strcmp(find(s, (struct lessons_query){ .filter =
							     LESSONS_WANTED,
						     .text = "羊" }),
		     "1 0 ") == 0);
}

static uint64_t count(struct shelf *s, struct lessons_query query)
{
	uint64_t found = 99;

	SHELF_OK(lessons_count(s->c, &query, &found, &s->err));
	return found;
}

static void a_count_knows_no_pages(struct shelf *s)
{
	CHECK(count(s, (struct lessons_query){ .limit = 0 }) == 7);
	CHECK(count(s, (struct lessons_query){ .text = "养殖",
					       .limit = 1,
					       .offset = 2 }) == 4);
	CHECK(count(s, (struct lessons_query){ .text = "没有" }) == 0);
	CHECK(count(s, (struct lessons_query){ .text = "，" }) == 0);
	CHECK(count(s, (struct lessons_query){ .region = "x" }) == 0);
	CHECK(count(s, (struct lessons_query){ .filter = LESSONS_HERE }) +
		      count(s, (struct lessons_query){
				       .filter = LESSONS_OTHER }) ==
	      7);
}

static bool stop_at_once(void *context, const struct lesson_row *row)
{
	(void)row;
	++*(int *)context;
	return false;
}

static void a_list_ends_when_told_to(struct shelf *s)
{
	const struct lessons_query all = { .limit = 0 };
	int count = 0;

	SHELF_OK(lessons_find(s->c, &all, stop_at_once, &count, &s->err));
	CHECK(count == 1);
}

static void a_lesson_is_got_by_any_of_its_names(struct shelf *s)
{
	struct lesson l = field_lesson(2);
	const char *short_id = strchr(l.id, '#') + 1;
	char hex[HEX_SIZE(32) + 1];
	char typed[64];
	struct lesson_row row;

	CHECK(shelf_get(s, l.id, &row));
	CHECK(shelf_get(s, short_id, &row));
	CHECK(strcmp(lesson_row_short(&row), short_id) == 0);
	(void)snprintf(typed, sizeof(typed), "%.4s-%s", short_id,
		       short_id + 4);
	for (char *at = typed; *at != 0; at++)
		*at = *at >= 'a' && *at <= 'z' ? (char)(*at - 32) :
			      *at == '0'       ? 'O' :
						 *at;
	CHECK(shelf_get(s, typed, &row));
	CHECK(strcmp(row.lesson.id, l.id) == 0);
	(void)snprintf(typed, sizeof(typed), "%.4s", short_id);
	CHECK(shelf_get(s, typed, &row));
	typed[3] = 0;
	CHECK(!shelf_get(s, typed, &row));
	hex_encode((struct bytes){ l.btmh, 32 }, hex);
	CHECK(shelf_get(s, hex, &row));
	CHECK(strcmp(row.lesson.id, l.id) == 0);
	CHECK(!shelf_get(s, "elsewhere.example#0c000001", &row));
	CHECK(!shelf_get(s, "", &row));
	CHECK(!shelf_get(s, "#", &row));
	CHECK(!shelf_get(s, "黑山羊", &row));
}

static void what_means_several_is_told(struct shelf *s)
{
	const uint8_t random[2][5] = { { 0xaa, 0xbb, 0xcc, 1, 1 },
				       { 0xaa, 0xbb, 0xcc, 1, 2 } };
	struct lesson l = field_lesson(0);
	char prefix[8];
	struct lesson_row row;

	for (size_t i = 0; i < 2; i++) {
		lesson_id_make(LESSONS_ORIGIN, random[i], l.id);
		shelf_log_lesson(s, 0, &l);
	}
	shelf_settle(s);
	(void)snprintf(prefix, sizeof(prefix), "%.5s", strchr(l.id, '#') + 1);
	memset(&row, 0x11, sizeof(row));
	CHECK(lessons_get(s->c, prefix, &row, &s->err) == STATUS_EXISTS);
	CHECK(strstr(s->err.text, l.id) != NULL);
	CHECK(row.row == 0x1111111111111111);
	CHECK(shelf_get(s, l.id, &row));
}

static bool add_topic(void *context, const char *topic, uint64_t lessons)
{
	char *out = context;

	(void)sprintf(out + strlen(out), "%s=%u ", topic, (unsigned)lessons);
	return true;
}

static void topics_are_listed_level_by_level(struct shelf *s)
{
	char out[512] = "";

	SHELF_OK(lessons_topics(s->c, "", add_topic, out, &s->err));
	CHECK(strcmp(out, "产业=6 文艺=1 ") == 0);
	out[0] = 0;
	SHELF_OK(lessons_topics(s->c, "产业", add_topic, out, &s->err));
	CHECK(strcmp(out, "产业/养殖=3 产业/果树=1 产业/粮食=1 产业/茶=1 ") ==
	      0);
	out[0] = 0;
	SHELF_OK(lessons_topics(s->c, "产业/养殖", add_topic, out, &s->err));
	CHECK(strcmp(out, "产业/养殖/鱼=1 产业/养殖/黑山羊=2 ") == 0);
}

static void payloads_are_known_by_their_lessons(struct shelf *s)
{
	struct lesson l = field_lesson(3);
	struct lesson other = lessons_make(LESSONS_ORIGIN, 100);
	struct payload_standing standing;
	uint8_t btmh[32] = { 0 };
	struct lesson_row row;
	char hex[HEX_SIZE(32) + 1];

	CHECK(lessons_payload_by_prefix(s->c, (struct bytes){ l.btmh, 20 },
					btmh, &s->err) == STATUS_OK);
	CHECK(memcmp(btmh, l.btmh, 32) == 0);
	CHECK(lessons_payload_by_prefix(s->c,
					(struct bytes){ other.btmh, 20 },
					btmh, &s->err) == STATUS_NOT_FOUND);
	SHELF_OK(lessons_standing(s->c, l.btmh, &standing, &s->err));
	CHECK(standing.known && standing.wanted && !standing.pinned);
	CHECK(standing.bytes == l.bytes);
	SHELF_OK(lessons_standing(s->c, other.btmh, &standing, &s->err));
	CHECK(!standing.known);
	/* A rendition is known, and not wanted. */
	l.rev = 2;
	l.also_count = 1;
	strcpy(l.also[0].as, "480p");
	memcpy(l.also[0].btmh, other.btmh, 32);
	l.also[0].bytes = 77;
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	SHELF_OK(lessons_standing(s->c, other.btmh, &standing, &s->err));
	CHECK(standing.known && !standing.wanted && standing.bytes == 77);
	hex_encode((struct bytes){ other.btmh, 32 }, hex);
	CHECK(shelf_get(s, hex, &row) && strcmp(row.lesson.id, l.id) == 0);
	shelf_withdraw(s, 0, l.id);
	shelf_settle(s);
	SHELF_OK(lessons_standing(s->c, l.btmh, &standing, &s->err));
	CHECK(!standing.known);
	CHECK(strcmp(find(s, (struct lessons_query){
				      .filter = LESSONS_WITHDRAWN }),
		     "3 ") == 0);
	CHECK(finds(s, "脐橙", ""));
}

static void revisions_leave_nothing_to_find(struct shelf *s)
{
	struct lesson l = field_lesson(5);

	l.rev = 2;
	strcpy(l.title, "昆曲欣赏 H264");
	strcpy(l.initials, "kqxs");
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(finds(s, "狗脑", ""));
	CHECK(finds(s, "昆曲", "6 6 "));
}

static void tidying_search_comes_to_an_end_and_loses_nothing(struct shelf *s)
{
	unsigned times = 0;
	bool did = true;

	for (; did; times++) {
		CHECK(times < 100);
		SHELF_OK(search_tidy(s->c, &did, &s->err));
	}
	CHECK(times > 1); /* shelf_settle() steps by threes */
	CHECK(finds(s, "昆曲", "6 6 "));
	SHELF_OK(search_tidy(s->c, &did, &s->err));
	CHECK(!did);
}

/* The newest lesson of a log says what its office is called now. */
static void an_office_is_called_as_it_last_said(struct shelf *s)
{
	struct lesson first = lessons_make(LESSONS_ORIGIN, 701);
	struct lesson second = lessons_make(LESSONS_ORIGIN, 702);
	char office[LESSON_OFFICE_MAX + 1];
	struct lesson_row row;

	strcpy(first.office, "农业局");
	shelf_log_lesson(s, 0, &first);
	shelf_settle(s);
	CHECK(shelf_get(s, first.id, &row));
	SHELF_OK(lessons_office(s->c, row.log, office, &s->err));
	CHECK(strcmp(office, "农业局") == 0);
	strcpy(second.office, "农业农村局");
	shelf_log_lesson(s, 0, &second);
	shelf_settle(s);
	SHELF_OK(lessons_office(s->c, row.log, office, &s->err));
	CHECK(strcmp(office, "农业农村局") == 0);
	SHELF_OK(lessons_office(s->c, row.log + 1000, office, &s->err));
	CHECK(office[0] == 0);
}

int main(void)
{
	struct shelf s;

	fill(&s);
	chinese_words_of_any_length_are_found(&s);
	titles_come_first_then_the_newest(&s);
	initials_are_found(&s);
	latin_words_are_found_by_their_beginning(&s);
	topics_are_found_by_whole_components(&s);
	syntax_and_noise_are_harmless(&s);
	lists_are_narrowed_and_paged(&s);
	a_count_knows_no_pages(&s);
	a_list_ends_when_told_to(&s);
	a_lesson_is_got_by_any_of_its_names(&s);
	topics_are_listed_level_by_level(&s);
	payloads_are_known_by_their_lessons(&s);
	what_means_several_is_told(&s);
	revisions_leave_nothing_to_find(&s);
	tidying_search_comes_to_an_end_and_loses_nothing(&s);
	an_office_is_called_as_it_last_said(&s);
	shelf_release(&s);
	return 0;
}
