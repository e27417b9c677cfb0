/* How long a catalog of many lessons takes: to take in, to follow for search,
 * and to answer. `bench_lessons [LESSONS]`, 100,000 unless told. */
#include <time.h>

#include "catalog/initials.h"
#include "node/page/page_library.h"
#include "tests/support/shelf.h"

enum { BATCH = 1000, REPEATS = 10, STEP = 20000 };


static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static uint32_t state = 1;

static uint32_t any(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % below;
}

static const char *const words[] = {
	"黑山羊", "东江鱼", "东江果", "杂交制种", "狗脑贡茶", "甜玉米",
	"网箱养殖", "罗非鱼", "叉尾鮰", "脐橙", "水稻", "油茶", "生猪", "蜜蜂",
	"香菇", "春季", "秋季", "防疫", "饲料", "修剪", "嫁接", "育苗", "病虫害",
	"技术", "入门", "管理", "合作社", "电商", "昆曲", "花鼓戏", "党课",
	"法律", "卫生", "农机", "灌溉", "气象", "USB", "H264", "2024年" };
static const char *const topics[] = {
	"产业/养殖/黑山羊", "产业/养殖/鱼", "产业/果树", "产业/粮食", "产业/茶",
	"文艺/戏曲", "文艺/音乐", "党建/党课", "法律", "卫生/防疫",
	"卫生/常识" };
enum {
	WORDS = sizeof(words) / sizeof(*words),
	TOPICS = sizeof(topics) / sizeof(*topics)
};

static void add_some(char *out, size_t room, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const char *word = words[any(WORDS)];

		if (strlen(out) + strlen(word) < room)
			strcat(out, word);
	}
}

static struct lesson random_lesson(struct shelf *s, unsigned n)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, n);
	struct buf initials = BUF_INIT;

	for (size_t i = 4; i < sizeof(l.btmh); i++)
		l.btmh[i] = (uint8_t)any(256);
	l.btmh[0] = (uint8_t)any(256);
	l.title[0] = 0;
	add_some(l.title, sizeof(l.title), 2 + any(4));
	(void)snprintf(l.title + strlen(l.title),
		       sizeof(l.title) - strlen(l.title), "%u", n);
	if (any(2))
		add_some(l.summary, sizeof(l.summary), 8);
	strcpy(l.topic, topics[any(TOPICS)]);
	if (any(2))
		(void)snprintf(l.region, sizeof(l.region), "4310811%02u",
			       any(30));
	/* Logs grow with time: some 20 lessons a day. */
	(void)snprintf(l.date, sizeof(l.date), "20%02u-%02u-%02u",
		       n / 6720 % 100, 1 + n / 560 % 12, 1 + n / 20 % 28);
	SHELF_OK(initials_of(l.title, LESSON_INITIALS_MAX, &initials,
			     &s->err));
	strcpy(l.initials, buf_string(&initials));
	buf_release(&initials);
	return l;
}

static void publish(struct shelf *s, unsigned count)
{
	static struct buf json[BATCH];
	static struct bytes entries[BATCH];
	uint64_t size = 0;

	for (unsigned n = 0; n < count; n += BATCH) {
		for (unsigned i = 0; i < BATCH; i++) {
			struct lesson l = random_lesson(s, n + i);

			buf_clear(&json[i]);
			SHELF_OK(lesson_format(&l, &json[i], &s->err));
			entries[i] = buf_bytes(&json[i]);
			size += json[i].size;
		}
		SHELF_OK(log_append(s->c, s->logs[0].id, entries, BATCH,
				    s->logs[0].key, &s->err));
	}
	for (unsigned i = 0; i < BATCH; i++)
		buf_release(&json[i]);
	printf("%u lessons of %.0f bytes\n", count,
	       (double)size / (double)count);
}

static void steps(struct shelf *s, const char *name, unsigned count,
		  enum status (*step)(struct shelf *s, unsigned max,
				      unsigned *did))
{
	double start = now_ms(), worst = 0, took;
	unsigned did = 1;

	while (did > 0) {
		double from = now_ms();

		SHELF_OK(step(s, STEP, &did));
		if (now_ms() - from > worst)
			worst = now_ms() - from;
	}
	took = now_ms() - start;
	printf("%-28s %8.0f ms  %8.0f /s, longest step of %d: %.0f ms\n",
	       name, took, count / took * 1000, STEP, worst);
}

static enum status take_in(struct shelf *s, unsigned max, unsigned *did)
{
	return index_step(s->x, max, did, &s->err);
}

static enum status follow(struct shelf *s, unsigned max, unsigned *did)
{
	return search_step(s->c, max, did, &s->err);
}

static bool count_row(void *context, const struct lesson_row *row)
{
	(void)row;
	++*(unsigned *)context;
	return true;
}

static void ask(struct shelf *s, const char *name, struct lessons_query query)
{
	double start, took;
	unsigned found = 0, shown = 0;

	query.limit = 0;
	SHELF_OK(lessons_find(s->c, &query, count_row, &found, &s->err));
	query.limit = 20;
	start = now_ms();
	for (int i = 0; i < REPEATS; i++) {
		shown = 0;
		SHELF_OK(lessons_find(s->c, &query, count_row, &shown,
				      &s->err));
	}
	took = (now_ms() - start) / REPEATS;
	printf("%-28s %8.2f ms  %u of %u\n", name, took, shown, found);
}

static void ask_all(struct shelf *s)
{
	static const char *const typed[] = {
		"羊", "山羊", "黑山羊", "黑山羊防疫", "养殖 春季", "技术",
		"h", "hs", "hsy", "hsyfy", "usb", "2024", "产业/养殖",
		"产业/养殖 鱼", "产", "没有的词" };

	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++)
		ask(s, typed[i], (struct lessons_query){ .text = typed[i] });
	ask(s, "(all)", (struct lessons_query){ .text = NULL });
	ask(s, "(topic)", (struct lessons_query){ .topic = "卫生" });
	ask(s, "(region)", (struct lessons_query){ .region = "431081101" });
	ask(s, "(wanted)",
	    (struct lessons_query){ .filter = LESSONS_WANTED });
}

static void other_questions(struct shelf *s, unsigned count)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, count / 2);
	struct buf bits = BUF_INIT;
	struct lesson_row row;
	double start = now_ms();

	for (int i = 0; i < REPEATS; i++)
		(void)shelf_summary(s);
	printf("%-28s %8.2f ms\n", "summary", (now_ms() - start) / REPEATS);
	start = now_ms();
	for (int i = 0; i < REPEATS; i++)
		CHECK(shelf_get(s, l.id, &row));
	printf("%-28s %8.2f ms\n", "get", (now_ms() - start) / REPEATS);
	start = now_ms();
	SHELF_OK(lessons_bitmap(s->c, s->logs[0].id, LESSONS_BITS_WANTED,
				&bits, &s->err));
	printf("%-28s %8.2f ms\n", "bitmap of wants", now_ms() - start);
	buf_release(&bits);
}

static void change(struct shelf *s, unsigned count)
{
	const struct subscription all = { .region = "431081" };
	double start;

	SHELF_OK(index_subscribe(s->x, &all, &s->err));
	steps(s, "subscribe to all", count, take_in);
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "4310");
	start = now_ms();
	CHECK(shelf_use_trust(s));
	printf("%-28s %8.0f ms\n", "make all again", now_ms() - start);
}

/* What pages ask, of a village where so many are held. */
static void pages(struct shelf *s)
{
	static const struct page_search searches[] = {
		{ .query = "" },	      { .query = "羊" },
		{ .initials = "hs" },	      { .topic = "产业" },
		{ .query = "羊", .limit = 100 }
	};
	static const char *const names[] = { "all", "羊", "hs", "产业",
					     "羊, 100 of it" };
	struct page_names *known = page_names_new();
	const struct page_view v = { .catalog = s->c,
				     .names = known,
				     .region = "431081101203",
				     .today = "2024-03-10" };
	double best = 1e9;
	json_t *out;

	for (unsigned i = 0; i < REPEATS; i++) {
		double began = now_ms();

		SHELF_OK(page_home(&v, &out, &s->err));
		json_decref(out);
		if (now_ms() - began < best)
			best = now_ms() - began;
	}
	printf("page home %.1f ms\n", best);
	for (size_t k = 0; k < sizeof(searches) / sizeof(*searches); k++) {
		best = 1e9;
		for (unsigned i = 0; i < REPEATS; i++) {
			double began = now_ms();

			SHELF_OK(page_lessons(&v, &searches[k], &out,
					      &s->err));
			json_decref(out);
			if (now_ms() - began < best)
				best = now_ms() - began;
		}
		printf("page lessons %s %.1f ms\n", names[k], best);
	}
	page_names_free(known);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 100000;
	struct shelf shelf;
	struct shelf *s = &shelf;

	setvbuf(stdout, NULL, _IOLBF, 0);
	shelf_init(s);
	publish(s, count - count % BATCH);
	initials_forget();
	steps(s, "take in", count, take_in);
	steps(s, "follow for search", count, follow);
	ask_all(s);
	other_questions(s, count);
	pages(s);
	change(s, count);
	shelf_release(s);
	return 0;
}
