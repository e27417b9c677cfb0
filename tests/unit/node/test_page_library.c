/* Lessons as pages show them: what is in which row of the first page, what a
 * search gives, what a card says. A village, 431081101203. */
#include "node/page/page_library.h"

#include <string.h>

#include "tests/support/shelf.h"

enum { FAR = 30 };

static struct page_view view_of(struct shelf *s, struct page_names *names)
{
	return (struct page_view){ .catalog = s->c,
				   .names = names,
				   .region = "431081101203",
				   .today = "2024-03-10" };
}

static struct lesson make(unsigned n, const char *title, const char *topic,
			  const char *region, const char *date)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, n);

	strcpy(l.title, title);
	strcpy(l.topic, topic);
	strcpy(l.region, region);
	strcpy(l.date, date);
	return l;
}

/* Wanted here: 1, 2, 3. Held: 2, and 4, which is another county's. Not for
 * here: 5. Withdrawn: 6. */
static void fill(struct shelf *s)
{
	struct lesson l[] = {
		make(1, "村里的羊", "产业/养殖/黑山羊", "431081101203",
		     "2024-03-01"),
		make(2, "镇上的鱼", "产业/养殖/鱼", "431081101", "2024-03-05"),
		make(3, "县里的果", "产业/果树", "431081", "2023-01-01"),
		make(4, "别县的戏", "文艺", "431082", "2024-02-01"),
		make(5, "别县的茶", "产业/茶", "431082", "2024-03-09"),
		make(6, "收回的课", "产业/茶", "431081", "2024-03-09"),
	};

	shelf_init(s);
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "4310");
	(void)shelf_use_trust(s);
	for (size_t i = 0; i < sizeof(l) / sizeof(*l); i++)
		shelf_log_lesson(s, 0, &l[i]);
	shelf_withdraw(s, 0, l[5].id);
	shelf_settle(s);
	SHELF_OK(payload_put_held(s->c, l[1].btmh, 1, 4, 1, &s->err));
	SHELF_OK(payload_put_held(s->c, l[3].btmh, 1, 4, 1, &s->err));
}

static const char *titles(const json_t *list)
{
	static char out[1000];
	const json_t *card;
	size_t at;

	out[0] = 0;
	json_array_foreach(list, at, card) {
		strcat(out, json_string_value(json_object_get(card, "title")));
		strcat(out, " ");
	}
	return out;
}

static void the_first_page_has_what_is_here_or_coming(struct shelf *s)
{
	struct page_names *names = page_names_new();
	struct page_view v = view_of(s, names);
	json_t *home, *groups;

	SHELF_OK(page_home(&v, &home, &s->err));
	CHECK(strcmp(titles(json_object_get(home, "fresh")),
		     "镇上的鱼 村里的羊 别县的戏 县里的果 ") == 0);
	CHECK(strcmp(titles(json_object_get(home, "local")),
		     "村里的羊 镇上的鱼 县里的果 ") == 0);
	groups = json_object_get(home, "groups");
	CHECK(json_array_size(groups) == 2);
	CHECK(strcmp(titles(json_object_get(json_array_get(groups, 0),
					    "lessons")),
		     "镇上的鱼 村里的羊 县里的果 ") == 0);
	json_decref(home);
	page_names_free(names);
}

static void topics_are_counted_at_both_levels(struct shelf *s)
{
	static const struct {
		const char *topic;
		int count;
	} expected[] = { { "产业", 3 },	     { "产业/养殖", 2 },
			 { "产业/果树", 1 }, { "文艺", 1 } };
	struct page_names *names = page_names_new();
	struct page_view v = view_of(s, names);
	json_t *home, *topics, *one;
	size_t found = 0, at;

	SHELF_OK(page_home(&v, &home, &s->err));
	topics = json_object_get(home, "topics");
	CHECK(json_array_size(topics) == 4);
	json_array_foreach(topics, at, one)
		for (size_t i = 0; i < 4; i++)
			found += strcmp(json_string_value(json_object_get(
						one, "topic")),
					expected[i].topic) == 0 &&
				 json_integer_value(json_object_get(
					 one, "count")) == expected[i].count;
	CHECK(found == 4);
	json_decref(home);
	page_names_free(names);
}

static const char *found(struct shelf *s, struct page_search search,
			 int *total)
{
	struct page_names *names = page_names_new();
	struct page_view v = view_of(s, names);
	const char *out;
	json_t *answer;

	SHELF_OK(page_lessons(&v, &search, &answer, &s->err));
	*total = (int)json_integer_value(json_object_get(answer, "total"));
	out = titles(json_object_get(answer, "lessons"));
	json_decref(answer);
	page_names_free(names);
	return out;
}

static void a_search_gives_what_is_here_first(struct shelf *s)
{
	int total;

	CHECK(strcmp(found(s, (struct page_search){ .query = "" }, &total),
		     "镇上的鱼 村里的羊 别县的戏 县里的果 别县的茶 ") == 0);
	CHECK(total == 5);
	CHECK(strcmp(found(s,
			   (struct page_search){ .limit = 2, .offset = 3 },
			   &total),
		     "县里的果 别县的茶 ") == 0);
	CHECK(total == 5);
	CHECK(strcmp(found(s, (struct page_search){ .query = "别县" },
			   &total),
		     "别县的戏 别县的茶 ") == 0);
	CHECK(total == 2);
	CHECK(strcmp(found(s, (struct page_search){ .topic = "产业/养殖" },
			   &total),
		     "镇上的鱼 村里的羊 ") == 0);
	CHECK(strcmp(found(s, (struct page_search){ .initials = "hsy",
						    .query = "羊" },
			   &total),
		     "村里的羊 ") == 0);
	CHECK(strcmp(found(s, (struct page_search){ .query = "没有" },
			   &total),
		     "") == 0);
	CHECK(total == 0);
}

static void states_narrow_a_search(struct shelf *s)
{
	int total;

	CHECK(strcmp(found(s, (struct page_search){ .state = "held" },
			   &total),
		     "镇上的鱼 别县的戏 ") == 0);
	CHECK(strcmp(found(s, (struct page_search){ .state = "wanted" },
			   &total),
		     "村里的羊 县里的果 ") == 0);
	CHECK(strcmp(found(s, (struct page_search){ .state = "known" },
			   &total),
		     "别县的茶 ") == 0);
	CHECK(strcmp(found(s, (struct page_search){ .state = "withdrawn" },
			   &total),
		     "收回的课 ") == 0);
	CHECK(strcmp(found(s, (struct page_search){ .state = "here" },
			   &total),
		     "镇上的鱼 村里的羊 别县的戏 县里的果 ") == 0);
}

static void what_makes_no_sense_is_refused(struct shelf *s)
{
	const struct page_search state = { .state = "nowhere" };
	const struct page_search initials = { .initials = "h s" };
	struct page_view v = view_of(s, NULL);
	struct err err = ERR_INIT;
	json_t *out = NULL;

	CHECK(page_lessons(&v, &state, &out, &err) == STATUS_USAGE);
	CHECK(page_lessons(&v, &initials, &out, &err) == STATUS_USAGE);
	CHECK(out == NULL);
}

/* 1 is on its way, and a quarter of it is here. */
static double a_quarter(void *owner, const uint8_t *btmh)
{
	(void)owner;
	return btmh[0] == 1 ? 0.25 : -1;
}

static void what_arrives_is_shown_with_its_share(struct shelf *s)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, 1);
	struct page_names *names = page_names_new();
	struct page_view v = view_of(s, names);
	json_t *home, *card;

	v.share = a_quarter;
	v.coming = (const uint8_t(*)[32])l.btmh;
	v.n_coming = 1;
	SHELF_OK(page_home(&v, &home, &s->err));
	CHECK(json_array_size(json_object_get(home, "arriving")) == 1);
	card = json_array_get(json_object_get(home, "arriving"), 0);
	CHECK(strcmp(json_string_value(json_object_get(card, "state")),
		     "fetching") == 0);
	CHECK(json_real_value(json_object_get(card, "progress")) == 0.25);
	json_decref(home);
	page_names_free(names);
}

static void a_card_names_office_and_place(struct shelf *s)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, 2);
	struct page_names *names = page_names_new();
	struct page_view v = view_of(s, names);
	struct lesson_row row;
	json_t *card;

	CHECK(shelf_get(s, l.id, &row));
	card = page_card(&v, &row);
	CHECK(strcmp(json_string_value(json_object_get(card, "office")),
		     LESSONS_ORIGIN) == 0);
	CHECK(json_object_get(card, "place") == NULL);
	CHECK(json_object_get(card, "poster") == NULL);
	CHECK(json_is_true(json_object_get(card, "new")));
	json_decref(card);

	page_names_office(names, LESSONS_ORIGIN, "431081");
	page_names_place(names, "431081", "资兴市");
	page_names_place(names, "431081", "another");
	page_names_place(names, "431081101", "");
	page_names_place(names, "431081101", "兴宁镇");
	row.lesson.has_poster = true;
	strcpy(row.lesson.series.title, "鱼");
	row.lesson.series.n = 3;
	v.today = "2025-03-10";
	card = page_card(&v, &row);
	CHECK(strcmp(json_string_value(json_object_get(card, "office")),
		     "资兴市") == 0);
	CHECK(strcmp(json_string_value(json_object_get(card, "place")),
		     "兴宁镇") == 0);
	CHECK(strncmp(json_string_value(json_object_get(card, "poster")),
		      "/blob/0000", 10) == 0);
	CHECK(json_integer_value(json_object_get(
		      json_object_get(card, "series"), "n")) == 3);
	CHECK(json_object_get(card, "new") == NULL);
	json_decref(card);

	strcpy(row.lesson.office, "资兴市农业农村局");
	card = page_card(&v, &row);
	CHECK(strcmp(json_string_value(json_object_get(card, "office")),
		     "资兴市农业农村局") == 0);
	json_decref(card);
	page_names_free(names);
}

static void a_series_is_shown_in_its_order(struct shelf *s)
{
	struct page_names *names = page_names_new();
	struct page_view v = view_of(s, names);
	static const unsigned order[] = { 12, 3, 7 };
	struct lesson_row row;
	struct lesson l;
	json_t *lesson;

	for (unsigned i = 0; i < 3; i++) {
		char title[20];

		(void)snprintf(title, sizeof(title), "第%u讲", order[i]);
		l = make(FAR + i, title, "文艺", "431081", "2024-01-01");
		strcpy(l.series.title, "昆曲 十二讲");
		l.series.n = order[i];
		shelf_log_lesson(s, 0, &l);
	}
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row));
	SHELF_OK(page_lesson(&v, &row, &lesson, &s->err));
	CHECK(strcmp(titles(json_object_get(lesson, "series_lessons")),
		     "第3讲 第7讲 第12讲 ") == 0);
	CHECK(json_is_true(json_object_get(lesson, "save")));
	json_decref(lesson);
	row.lesson.keep = true;
	SHELF_OK(page_lesson(&v, &row, &lesson, &s->err));
	CHECK(json_is_false(json_object_get(lesson, "save")));
	CHECK(strcmp(json_string_value(json_object_get(lesson, "initials")),
		     "hsyyzjs") == 0);
	json_decref(lesson);
	page_names_free(names);
}

static void new_is_what_is_two_weeks_old_at_most(void)
{
	CHECK(page_is_new("2024-03-01", "2024-03-15", 14));
	CHECK(!page_is_new("2024-03-01", "2024-03-16", 14));
	CHECK(page_is_new("2024-12-28", "2025-01-03", 14));
	CHECK(page_is_new("2026-01-01", "2025-01-03", 14));
	CHECK(!page_is_new("", "2025-01-03", 14));
	CHECK(!page_is_new("2024-03-01", "", 14));
}

int main(void)
{
	struct shelf s;

	fill(&s);
	the_first_page_has_what_is_here_or_coming(&s);
	topics_are_counted_at_both_levels(&s);
	a_search_gives_what_is_here_first(&s);
	states_narrow_a_search(&s);
	what_makes_no_sense_is_refused(&s);
	what_arrives_is_shown_with_its_share(&s);
	a_card_names_office_and_place(&s);
	a_series_is_shown_in_its_order(&s);
	new_is_what_is_two_weeks_old_at_most();
	shelf_release(&s);
	return 0;
}
