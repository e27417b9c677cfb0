/* Payloads that somebody asked for: fetched as if they were wanted, while the
 * asking is fresh or somebody reads them as they come. */
#include <string.h>

#include "catalog/lessons.h"
#include "node/fetch_job.h"

static struct asked *find(const struct fetcher *f, const uint8_t *btmh)
{
	for (unsigned i = 0; i < f->n_asked; i++)
		if (memcmp(f->asked[i].btmh, btmh, 32) == 0)
			return (struct asked *)(uintptr_t)&f->asked[i];
	return NULL;
}

bool fetcher_ask(struct fetcher *f, const uint8_t *btmh,
		 enum fetcher_asker asker, unsigned hops)
{
	struct asked *asked = find(f, btmh);
	struct job *job = fetcher_find(f, btmh);

	if (f->closing)
		return false;
	if (asked == NULL) {
		if (f->n_asked == FETCHER_ASKED_MAX)
			return false;
		asked = &f->asked[f->n_asked++];
		memcpy(asked->btmh, btmh, 32);
		asked->by = asker;
		asked->hops = hops;
	}
	if (hops > asked->hops)
		asked->hops = hops;
	asked->until_ms = fetcher_now(f) + FETCHER_ASKED_MS;
	if (asker == FETCHER_VIEWER)
		asked->by = FETCHER_VIEWER;
	if (job == NULL && !shelf_has(f->o.shelf, btmh))
		fetcher_look(f);
	else if (job != NULL && asked->by == FETCHER_VIEWER)
		job->first = true;
	return true;
}

void fetcher_read(struct fetcher *f, const uint8_t *btmh)
{
	struct asked *asked = find(f, btmh);

	if (asked != NULL)
		asked->until_ms = fetcher_now(f) + FETCHER_ASKED_MS;
}

unsigned job_hops(const struct job *job)
{
	const struct asked *asked = find(job->f, job->btmh);

	return job->asked && asked != NULL ? asked->hops - 1 : PULL_HOPS;
}

bool fetcher_is_asked(const struct fetcher *f, const uint8_t *btmh)
{
	const struct asked *asked = find(f, btmh);
	const struct job *job = fetcher_find(f, btmh);

	return (asked != NULL && asked->until_ms > fetcher_now(f)) ||
	       (job != NULL && job_is_watched(job));
}

void asked_forget(struct fetcher *f, const uint8_t *btmh)
{
	struct asked *asked = find(f, btmh);

	if (asked != NULL)
		*asked = f->asked[--f->n_asked];
}

void asked_start(struct fetcher *f, enum fetcher_asker by, unsigned jobs_max)
{
	for (unsigned i = 0; i < f->n_asked && f->n_jobs < jobs_max; i++) {
		uint8_t btmh[32];

		memcpy(btmh, f->asked[i].btmh, 32);
		if (f->asked[i].by != by || shelf_has(f->o.shelf, btmh) ||
		    !fetcher_begin(f, btmh, by == FETCHER_VIEWER))
			continue;
		if (fetcher_find(f, btmh) != NULL)
			fetcher_find(f, btmh)->asked = true;
	}
}

/* Does a lesson want it besides? */
static bool is_wanted(struct fetcher *f, const uint8_t *btmh)
{
	struct payload_standing standing;
	struct err err = ERR_INIT;

	return lessons_standing(f->o.house->catalog, btmh, &standing, &err) !=
		       STATUS_OK ||
	       standing.wanted;
}

/* What came of it stays on disk: it may be asked for again. */
static void stop_unasked(struct fetcher *f)
{
	struct job *next;

	for (struct job *job = f->jobs; job != NULL; job = next) {
		next = job->next;
		if (!job->asked || job->stopping ||
		    fetcher_is_asked(f, job->btmh))
			continue;
		if (is_wanted(f, job->btmh)) {
			job->asked = false;
			continue;
		}
		job->stopping = true;
		job_step(job);
	}
}

void asked_tick(struct fetcher *f)
{
	for (unsigned i = f->n_asked; i > 0; i--)
		if (!fetcher_is_asked(f, f->asked[i - 1].btmh))
			f->asked[i - 1] = f->asked[--f->n_asked];
	stop_unasked(f);
}
