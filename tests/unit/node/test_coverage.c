/* Who holds a lesson: of those it is meant for, as far as they were heard. */
#include "node/page/coverage.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/own_statement.h"
#include "tests/support/check.h"

static const char log_name[] = "a.example/lessons";

static struct lesson lesson_of(unsigned n, const char *region)
{
	struct lesson l = { .rev = 1 };

	(void)snprintf(l.id, sizeof(l.id), "%s#%08u", log_name, n);
	(void)snprintf(l.title, sizeof(l.title), "课 %u", n);
	(void)snprintf(l.region, sizeof(l.region), "%s", region);
	return l;
}

static struct coverage *of_lesson(uint64_t entry, const char *region)
{
	struct coverage *c = coverage_new(true);
	struct lesson l = lesson_of(1, region);

	CHECK(coverage_add_lesson(c, &l, log_name, entry) == STATUS_OK);
	return c;
}

static void key_of(unsigned n, uint8_t key[static 32])
{
	memset(key, 0, 32);
	/* Not in the order they are enrolled in. */
	key[0] = (uint8_t)(n * 37);
	key[1] = (uint8_t)n;
	key[2] = (uint8_t)(n >> 8);
}

static void enrol(struct coverage *c, unsigned n, const char *region,
		  const char *name)
{
	struct station s = { .entry = n };

	key_of(n, s.key.bytes);
	(void)snprintf(s.region, sizeof(s.region), "%s", region);
	(void)snprintf(s.name, sizeof(s.name), "%s", name);
	CHECK(coverage_add_station(c, &s) == STATUS_OK);
}

static void put_map(struct buf *text, enum statement_kind kind,
		    const uint8_t *bits, size_t size)
{
	struct buf zstd = BUF_INIT;

	CHECK(bitmap_compress((struct bytes){ bits, size }, &zstd) ==
	      STATUS_OK);
	if (kind == STATEMENT_WANT)
		statement_put_want(text, log_name, buf_bytes(&zstd));
	else if (kind == STATEMENT_INSTEAD)
		statement_put_instead(text, log_name, buf_bytes(&zstd));
	else
		statement_put_have(text, log_name, buf_bytes(&zstd));
	buf_release(&zstd);
}

struct says {
	unsigned node;
	enum level level;
	const char *region, *name;
	uint64_t size; /* of the log; 0: it does not follow it */
	uint8_t have, want; /* entries 0 to 7 */
};

/* The lists of a statement, as statement_parse() leaves them. */
static void say(struct coverage *c, const struct says *s, int64_t ago_s)
{
	static const uint8_t root[STATEMENT_ROOT_SIZE];
	struct statement st = { .level = s->level };
	struct buf text = BUF_INIT;

	key_of(s->node, st.key);
	(void)snprintf(st.region, sizeof(st.region), "%s", s->region);
	(void)snprintf(st.name, sizeof(st.name), "%s", s->name);
	if (s->size > 0)
		statement_put_log(&text, log_name, s->size, root);
	if (s->want != 0)
		put_map(&text, STATEMENT_WANT, &s->want, 1);
	if (s->have != 0)
		put_map(&text, STATEMENT_HAVE, &s->have, 1);
	st.lists = buf_bytes(&text);
	CHECK(coverage_add_statement(c, &st, ago_s) == STATUS_OK);
	buf_release(&text);
}

static int number(const json_t *json, const char *key)
{
	return (int)json_integer_value(json_object_get(json, key));
}

static const json_t *find(const json_t *list, const char *key,
			  const char *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (strcmp(json_string_value(json_object_get(one, key)),
			   value) == 0)
			return one;
	return NULL;
}

static const char *state_of(const json_t *answer, const char *name)
{
	const json_t *node =
		find(json_object_get(answer, "nodes"), "name", name);

	return node == NULL ?
		       "" :
		       json_string_value(json_object_get(node, "state"));
}

/* Entry 3 is the lesson, entry 1 its earlier revision. */
static void every_state_is_told_apart(void)
{
	struct coverage *c = of_lesson(3, "431081");
	const struct says all[] = {
		{ 1, LEVEL_STATION, "431081101201", "", 4, 1 << 3, 0 },
		{ 2, LEVEL_STATION, "431081101202", "", 3, 1 << 1, 0 },
		{ 3, LEVEL_STATION, "431081102201", "", 4, 0, 1 << 3 },
		{ 4, LEVEL_STATION, "431081102202", "", 4, 1 << 2, 0 },
		{ 6, LEVEL_TOWNSHIP, "431081101", "兴宁镇", 4, 1 << 3, 0 },
		/* A stranger is listed, not counted. */
		{ 7, LEVEL_STATION, "431081101209", "谁", 4, 1 << 3, 0 },
		/* Of another county: it does not follow the log. */
		{ 8, LEVEL_STATION, "430481101201", "远", 0, 0, 0 },
	};
	json_t *answer;
	const json_t *place;

	coverage_add_former(c, 1);
	enrol(c, 1, "431081101201", "一村");
	enrol(c, 2, "431081101202", "二村");
	enrol(c, 3, "431081102201", "三村");
	enrol(c, 4, "431081102202", "四村");
	enrol(c, 5, "431081102203", "五村"); /* never heard */
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		say(c, &all[i], (int64_t)(10 * all[i].node));
	answer = coverage_lesson(c);
	CHECK(number(answer, "stations") == 5 && number(answer, "heard") == 4);
	CHECK(number(answer, "held") == 1 && number(answer, "partial") == 1);
	CHECK(number(answer, "wanted") == 1 && number(answer, "unheard") == 1);
	CHECK(strcmp(state_of(answer, "一村"), "held") == 0);
	CHECK(strcmp(state_of(answer, "二村"), "partial") == 0);
	CHECK(strcmp(state_of(answer, "三村"), "wanted") == 0);
	CHECK(strcmp(state_of(answer, "四村"), "none") == 0);
	CHECK(strcmp(state_of(answer, "五村"), "unheard") == 0);
	CHECK(strcmp(state_of(answer, "谁"), "held") == 0);
	CHECK(strcmp(state_of(answer, "远"), "") == 0);
	place = find(json_object_get(answer, "by_place"), "region",
		     "431081101");
	CHECK(number(place, "all") == 2 && number(place, "held") == 1);
	CHECK(number(place, "partial") == 1 && number(place, "heard") == 2);
	CHECK(strcmp(json_string_value(json_object_get(place, "name")),
		     "兴宁镇") == 0);
	place = find(json_object_get(answer, "by_place"), "region",
		     "431081102");
	CHECK(number(place, "all") == 3 && number(place, "heard") == 2);
	CHECK(number(find(json_object_get(answer, "nodes"), "name", "五村"),
		     "heard_ago_s") == -1);
	CHECK(number(find(json_object_get(answer, "nodes"), "name", "三村"),
		     "heard_ago_s") == 30);
	json_decref(answer);
	coverage_free(c);
}

static void only_those_it_is_meant_for_count(void)
{
	struct coverage *c = of_lesson(3, "431081101");
	const struct says inside = { 1, LEVEL_STATION, "431081101201", "", 4,
				     0, 0 },
			  holds = { 2, LEVEL_STATION, "431081102201", "", 4,
				    1 << 3, 0 },
			  other = { 3, LEVEL_STATION, "431081102202", "", 4,
				    0, 0 };
	json_t *answer;

	enrol(c, 1, "431081101201", "一村");
	enrol(c, 2, "431081102201", "二村");
	enrol(c, 3, "431081102202", "三村");
	enrol(c, 4, "431081102203", "四村"); /* never heard, and elsewhere */
	say(c, &inside, 0);
	say(c, &holds, 0);
	say(c, &other, 0);
	answer = coverage_lesson(c);
	CHECK(number(answer, "stations") == 2 && number(answer, "held") == 1);
	CHECK(number(answer, "unheard") == 0);
	CHECK(strcmp(state_of(answer, "三村"), "") == 0);
	json_decref(answer);
	coverage_free(c);
}

static void where_nobody_is_enrolled_those_heard_count(void)
{
	struct coverage *c = of_lesson(3, "431081");
	const struct says one = { 1, LEVEL_STATION, "431081101201", "一村", 4,
				  1 << 3, 0 };
	json_t *answer;

	say(c, &one, 5);
	answer = coverage_lesson(c);
	CHECK(number(answer, "stations") == 1 && number(answer, "held") == 1);
	CHECK(json_array_size(json_object_get(answer, "by_place")) == 1);
	json_decref(answer);
	coverage_free(c);
}

static void a_bitmap_that_does_not_open_says_nothing(void)
{
	struct coverage *c = of_lesson(3, "431081");
	struct statement st = { .level = LEVEL_STATION };
	static const char lists[] =
		"log a.example/lessons 4 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
		"have a.example/lessons AAAA\n";
	json_t *answer;

	enrol(c, 1, "431081101201", "一村");
	key_of(1, st.key);
	st.lists = bytes_of(lists);
	CHECK(coverage_add_statement(c, &st, 0) == STATUS_OK);
	answer = coverage_lesson(c);
	CHECK(number(answer, "held") == 0 && number(answer, "heard") == 1);
	json_decref(answer);
	coverage_free(c);
}

/* A county of 2,000 stations and 1,000 lessons; each station holds every lesson
 * whose number its own divides. */
static void a_whole_county(void)
{
	enum { STATIONS = 2000, LESSONS = 1000 };
	static const uint8_t root[STATEMENT_ROOT_SIZE];
	struct coverage *c = coverage_new(false);
	struct timespec from, to;
	json_t *answer, *list;
	char region[16];

	for (unsigned i = 0; i < LESSONS; i++) {
		struct lesson l = lesson_of(i, "431081");

		CHECK(coverage_add_lesson(c, &l, log_name, i) == STATUS_OK);
	}
	for (unsigned i = 1; i <= STATIONS; i++) {
		(void)snprintf(region, sizeof(region), "431081%03u%03u",
			       100 + i / 40, i % 40);
		enrol(c, i, region, "村");
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	for (unsigned i = 1; i < STATIONS; i++) { /* one was never heard */
		struct statement st = { .level = LEVEL_STATION };
		uint8_t bits[LESSONS / 8] = { 0 };
		struct buf text = BUF_INIT;

		key_of(i, st.key);
		for (unsigned n = 0; n < LESSONS; n += i)
			bits[n / 8] |= (uint8_t)(1 << n % 8);
		statement_put_log(&text, log_name, LESSONS, root);
		put_map(&text, STATEMENT_HAVE, bits, sizeof(bits));
		st.lists = buf_bytes(&text);
		CHECK(coverage_add_statement(c, &st, 0) == STATUS_OK);
		buf_release(&text);
	}
	answer = coverage_list(c);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%d stations, %d lessons: %.1f ms\n", STATIONS, LESSONS,
	       (double)(to.tv_sec - from.tv_sec) * 1e3 +
		       (double)(to.tv_nsec - from.tv_nsec) / 1e6);
	list = json_object_get(answer, "lessons");
	CHECK(json_array_size(list) == LESSONS);
	for (unsigned n = 0; n < LESSONS; n++) {
		const json_t *one = json_array_get(list, n);
		int held = 0;

		for (unsigned i = 1; i < STATIONS; i++)
			held += n % i == 0;
		CHECK(number(one, "held") == held);
		CHECK(number(one, "all") == STATIONS);
		CHECK(number(one, "heard") == STATIONS - 1);
	}
	json_decref(answer);
	coverage_free(c);
}

/* In other sizes of picture than it was published in. */
static void a_rendition_in_its_place_is_the_lesson(void)
{
	struct coverage *c = of_lesson(9, "431081");
	const struct says other = { .node = 1,
				    .level = LEVEL_STATION,
				    .region = "431081101201",
				    .name = "",
				    .size = 10,
				    .have = 1 };
	static const uint8_t instead[] = { 0, 1 << 1 }, root[32];
	struct statement st = { .level = LEVEL_STATION };
	struct buf text = BUF_INIT;
	json_t *answer;

	enrol(c, 1, "431081101201", "一村");
	enrol(c, 2, "431081101202", "二村");
	say(c, &other, 10);
	key_of(2, st.key);
	strcpy(st.region, "431081101202");
	statement_put_log(&text, log_name, 10, root);
	put_map(&text, STATEMENT_HAVE, instead, 1); /* of another lesson */
	put_map(&text, STATEMENT_INSTEAD, instead, 2);
	st.lists = buf_bytes(&text);
	CHECK(coverage_add_statement(c, &st, 10) == STATUS_OK);
	buf_release(&text);
	answer = coverage_lesson(c);
	CHECK(strcmp(state_of(answer, "一村"), "none") == 0);
	CHECK(strcmp(state_of(answer, "二村"), "held") == 0);
	json_decref(answer);
	coverage_free(c);
}

int main(void)
{
	a_rendition_in_its_place_is_the_lesson();
	every_state_is_told_apart();
	only_those_it_is_meant_for_count();
	where_nobody_is_enrolled_those_heard_count();
	a_bitmap_that_does_not_open_says_nothing();
	a_whole_county();
	return 0;
}
