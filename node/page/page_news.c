#include "node/page/page_news.h"

#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/page_events.h"
#include "proto/encoding.h"

/* A payload under way, and whose it is. */
struct coming {
	char btmh[65];
	char id[LESSON_ID_MAX + 1]; /* "" when no lesson has it */
};

struct page_news {
	uint64_t number;
	uint64_t heard; /* statements taken */
	uint64_t told;	/* of them the pages know */
	unsigned ticks; /* since then */
	struct coming coming[FETCHER_SHARES_MAX];
	unsigned n_coming;
	bool pictures; /* that nobody was told of */
	int64_t pictures_ms; /* when somebody was */
};

/* Everybody asks for the lessons again: not for each poster. */
enum { PICTURES_MS = 3000 };

struct page_news *page_news_new(void)
{
	return calloc(1, sizeof(struct page_news));
}

void page_news_free(struct page_news *news)
{
	free(news);
}

void page_news_changed(struct page_news *news)
{
	news->number++;
}

void page_news_picture(struct page_news *news)
{
	news->pictures = true;
}

static void tell_pictures(struct page_news *news, int64_t now_ms)
{
	if (!news->pictures || now_ms - news->pictures_ms < PICTURES_MS)
		return;
	news->pictures = false;
	news->pictures_ms = now_ms;
	page_news_changed(news);
}

uint64_t page_news_number(const struct page_news *news)
{
	return news->number;
}

void page_news_heard(struct page_news *news)
{
	news->heard++;
}

uint64_t page_news_heard_number(const struct page_news *news)
{
	return news->told;
}

static const struct coming *find(const struct page_news *news,
				 const char *btmh)
{
	for (unsigned i = 0; i < news->n_coming; i++)
		if (strcmp(news->coming[i].btmh, btmh) == 0)
			return &news->coming[i];
	return NULL;
}

static void look_up(struct node *n, const char *btmh, struct coming *out)
{
	struct err err = ERR_INIT;
	struct lesson_row row;

	(void)snprintf(out->btmh, sizeof(out->btmh), "%s", btmh);
	out->id[0] = 0;
	if (lessons_get(n->house.catalog, btmh, &row, &err) == STATUS_OK)
		(void)snprintf(out->id, sizeof(out->id), "%s", row.lesson.id);
}

/* Which payloads are under way. Another set is a change of lessons: they are
 * fetched now, or no longer. */
static void take_coming(struct node *n)
{
	struct page_news *news = n->page->news;
	struct fetcher_share shares[FETCHER_SHARES_MAX];
	unsigned count = fetcher_shares(n->fetcher, shares);
	struct coming now[FETCHER_SHARES_MAX];
	bool same = count == news->n_coming;
	char btmh[65];

	for (unsigned i = 0; i < count; i++) {
		const struct coming *known;

		hex_encode((struct bytes){ shares[i].btmh, 32 }, btmh);
		known = find(news, btmh);
		if (known != NULL)
			now[i] = *known;
		else
			look_up(n, btmh, &now[i]);
		same = same && known != NULL;
	}
	if (same)
		return;
	memcpy(news->coming, now, count * sizeof(*now));
	news->n_coming = count;
	page_news_changed(news);
}

/* Of the jobs, what concerns people who watch. */
static json_t *arriving_json(struct node *n)
{
	json_t *jobs = fetcher_jobs(n->fetcher), *list = json_array(), *job;
	size_t at;

	json_array_foreach(jobs, at, job) {
		const char *btmh = page_text(job, "btmh");
		const struct coming *known = find(n->page->news, btmh);

		if (known == NULL || known->id[0] == 0)
			continue;
		(void)json_array_append_new(
			list, json_pack("{s:s, s:O, s:O}", "id", known->id,
					"progress",
					json_object_get(job, "progress"),
					"rate", json_object_get(job, "rate")));
	}
	json_decref(jobs);
	return list;
}

static void tell_heard(struct node *n)
{
	static const struct page_event heard = { PAGE_STREAM_DESK, PAGE_OFFICE,
						 "heard", true };
	struct page_news *news = n->page->news;

	if (++news->ticks < PAGE_NEWS_HEARD_TICKS)
		return;
	news->ticks = 0;
	news->told = news->heard;
	page_events_publish(n->page->events, &heard,
			    json_pack("{s:I}", "n", (json_int_t)news->told));
}

void page_news_tick(struct node *n)
{
	static const struct page_event library = {
		PAGE_STREAM_ALL, PAGE_VIEWER, "library", true
	};
	static const struct page_event arriving = {
		PAGE_STREAM_ALL, PAGE_VIEWER, "arriving", true
	};

	tell_heard(n);
	if (n->fetcher == NULL)
		return;
	take_coming(n);
	tell_pictures(n->page->news, node_now(n));
	page_events_publish(
		n->page->events, &library,
		json_pack("{s:I}", "n",
			  (json_int_t)page_news_number(n->page->news)));
	if (page_events_heard(n->page->events, PAGE_STREAM_ALL))
		page_events_publish(n->page->events, &arriving,
				    arriving_json(n));
}
