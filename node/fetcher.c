/* Which payloads to fetch, how many at a time, and what becomes of them. Each
 * has a job (fetch_job.c). */
#include "node/fetcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/deletions.h"
#include "catalog/lessons.h"
#include "catalog/payloads.h"
#include "node/fetch_job.h"

enum { LOOK_MAX = 512 };

int64_t fetcher_now(const struct fetcher *f)
{
	return (int64_t)uv_now(f->o.loop);
}

struct job *fetcher_find(const struct fetcher *f, const uint8_t *btmh)
{
	struct job *job = f->jobs;

	while (job != NULL && memcmp(job->btmh, btmh, 32) != 0)
		job = job->next;
	return job;
}

void fetcher_now_held(struct fetcher *f, const uint8_t *btmh)
{
	if (shelf_put(f->o.shelf, btmh) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: out of memory\n");
	f->o.on_held(f->o.owner, btmh, true);
}

/* --- what to start --- */

struct looking {
	struct fetch found[LOOK_MAX];
	unsigned count;
};

static bool collect(void *context, const struct fetch *fetch)
{
	struct looking *l = context;

	l->found[l->count++] = *fetch;
	return l->count < LOOK_MAX;
}

static int by_order(const void *a, const void *b)
{
	return fetch_order(a, b);
}

bool fetcher_begin(struct fetcher *f, const uint8_t *btmh, bool first)
{
	struct job *job = fetcher_find(f, btmh);

	if (job != NULL)
		job->first |= first; /* it was pinned meanwhile, perhaps */
	if (job != NULL || lent_is(f, btmh) || fetcher_is_resting(f, btmh))
		return false;
	job = job_new(f, btmh);
	if (job == NULL)
		return false;
	job->first = first;
	job->told = true;
	job_tell(job);
	job_step(job);
	return true;
}

static void start_wanted(struct fetcher *f)
{
	struct looking *l = calloc(1, sizeof(*l));
	struct err err = ERR_INIT;

	if (l == NULL || payloads_to_fetch(f->o.house->catalog, LOOK_MAX,
					   collect, l, &err) != STATUS_OK) {
		free(l);
		return;
	}
	qsort(l->found, l->count, sizeof(*l->found), by_order);
	/* Those that run already may have become first meanwhile. */
	for (unsigned i = 0; i < l->count; i++)
		if ((f->n_jobs < FETCHER_JOBS_MAX &&
		     !fetcher_is_full_for(f, &l->found[i])) ||
		    fetcher_find(f, l->found[i].btmh) != NULL)
			(void)fetcher_begin(f, l->found[i].btmh,
					    l->found[i].first);
	free(l);
}

static void start_jobs(struct fetcher *f)
{
	if (!f->look)
		return;
	/* What begins or ends meanwhile is a reason to look once more. */
	f->look = false;
	asked_start(f, FETCHER_VIEWER, FETCHER_JOBS_MAX + JOBS_FOR_VIEWERS);
	start_wanted(f);
	asked_start(f, FETCHER_BELOW, FETCHER_JOBS_MAX + JOBS_FOR_BELOW);
}

/* Does it sit on its place for nothing? */
static bool is_stuck(const struct job *job)
{
	if (job->stopping || job->on_pool)
		return false;
	if (job->hopeless)
		return true;
	if (job->state == JOB_TORRENT)
		return job->rounds >= 12 && job->fetch == NULL;
	return fetcher_now(job->f) - job->moved_ms > JOB_STUCK_MS;
}

struct waiting {
	const struct fetcher *f;
	bool found;
};

static bool waits(void *context, const struct fetch *fetch)
{
	struct waiting *w = context;

	w->found = fetcher_find(w->f, fetch->btmh) == NULL &&
		   !fetcher_is_full_for(w->f, fetch) &&
		   !lent_is(w->f, fetch->btmh) &&
		   !fetcher_is_resting(w->f, fetch->btmh);
	return !w->found;
}

/* A job that cannot go on makes room for one that may. */
static void rotate(struct fetcher *f)
{
	struct waiting w = { .f = f };
	struct err err = ERR_INIT;
	struct job *job = f->jobs;

	while (job != NULL && !is_stuck(job))
		job = job->next;
	if (f->n_jobs < FETCHER_JOBS_MAX || job == NULL)
		return;
	if (payloads_to_fetch(f->o.house->catalog, LOOK_MAX, waits, &w,
			      &err) == STATUS_OK &&
	    w.found)
		job_step_aside(job);
}

static void ticked(uv_timer_t *timer)
{
	struct fetcher *f = timer->data;
	struct job *next;

	for (struct job *job = f->jobs; job != NULL; job = next) {
		next = job->next;
		job_step(job);
	}
	seeds_tick(f);
	lent_tick(f);
	asked_tick(f);
	if (++f->ticks % 4 == 0)
		rotate(f);
	if (f->ticks % 20 == 0)
		f->look = true;
	start_jobs(f);
}

void fetcher_look(struct fetcher *f)
{
	f->look = true;
	if (!f->closing)
		start_jobs(f);
}

void fetcher_peers_changed(struct fetcher *f, const uint8_t *btmh)
{
	struct job *job = fetcher_find(f, btmh);

	if (job == NULL || f->closing)
		return;
	/* Whoever waited for somebody to ask need not wait any longer. */
	if (!job->no_room)
		job->not_before_ms = 0;
	job->peers_new = true;
	job_pieces_peers_changed(job);
	job_wake_at(job, fetcher_now(f));
}

void fetcher_urgent(struct fetcher *f, const uint8_t *btmh)
{
	struct job *job = fetcher_find(f, btmh);

	if (job != NULL && !f->closing)
		job_wake_at(job, fetcher_now(f));
}

void fetcher_hurry(struct fetcher *f)
{
	for (unsigned i = 0; i < f->n_resting; i++)
		if (!f->resting[i].bad || f->resting[i].times < 3)
			f->resting[i].until_ms = 0;
	for (struct job *job = f->jobs; job != NULL; job = job->next)
		if (!job->no_room) {
			job->not_before_ms = 0;
			job_pieces_peers_changed(job);
			job_wake_at(job, fetcher_now(f));
		}
	fetcher_look(f);
}

/* --- changes of mind --- */

/* Take it off the shelf and out of the engine, then delete it, as a job that
 * only winds down. */
void fetcher_discard(struct fetcher *f, const uint8_t *btmh, const char *why)
{
	struct catalog *catalog = f->o.house->catalog;
	struct job *job = fetcher_find(f, btmh);
	struct payload_row row;
	struct err err = ERR_INIT;

	if (job == NULL &&
	    payload_get(catalog, btmh, &row, NULL, &err) != STATUS_OK &&
	    !deletion_is_pending(catalog, btmh))
		return; /* nothing of it is here */
	if (deletion_intend(catalog, btmh, why, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: delete: %s\n", err.text);
	if (shelf_has(f->o.shelf, btmh)) {
		shelf_take(f->o.shelf, btmh);
		f->o.on_held(f->o.owner, btmh, false);
	}
	if (lent_discard(f, btmh))
		return;
	if (job == NULL)
		job = job_new(f, btmh);
	if (job == NULL)
		return;
	job->stopping = true;
	job->discard = true;
	job_step(job);
}

static bool is_here(struct fetcher *f, const uint8_t *btmh)
{
	struct payload_row row;
	struct err err = ERR_INIT;

	return fetcher_find(f, btmh) != NULL || shelf_has(f->o.shelf, btmh) ||
	       payload_get(f->o.house->catalog, btmh, &row, NULL, &err) ==
		       STATUS_OK;
}

bool fetcher_reconsider(struct fetcher *f, const uint8_t *btmh)
{
	struct payload_standing standing;
	struct job *job = fetcher_find(f, btmh);
	struct err err = ERR_INIT;

	if (f->closing || lessons_standing(f->o.house->catalog, btmh,
					   &standing, &err) != STATUS_OK)
		return false;
	if (!standing.wanted && !is_here(f, btmh))
		return false; /* most of what there is */
	if (!standing.wanted && standing.unwelcome) {
		asked_forget(f, btmh);
		fetcher_discard(f, btmh,
				standing.withdrawn ? "withdrawn" :
						     "dropped here");
	} else if (!standing.wanted && job != NULL &&
		   !fetcher_is_asked(f, btmh)) {
		job->stopping = true;
		job_step(job);
	} else {
		fetcher_room_made(f); /* it may go now, or come */
	}
	return standing.wanted;
}

enum status fetcher_damaged(struct fetcher *f, const uint8_t *btmh,
			    struct bytes good, struct err *err)
{
	enum status status;

	if (fetcher_find(f, btmh) != NULL || lent_is(f, btmh))
		return err_set(err, STATUS_BUSY,
			       "it is being fetched or repaired already");
	status = payload_damaged(f->o.house->catalog, btmh, good, err);
	if (status != STATUS_OK)
		return status;
	if (shelf_has(f->o.shelf, btmh)) {
		shelf_take(f->o.shelf, btmh);
		f->o.on_held(f->o.owner, btmh, false);
	}
	/* Others are not to be given what is damaged. */
	if (seed_find(f, btmh) != NULL)
		seed_release(f, btmh);
	fetcher_look(f);
	return STATUS_OK;
}

void fetcher_published(struct fetcher *f, const uint8_t *btmh)
{
	struct job *job = fetcher_find(f, btmh);
	struct err err = ERR_INIT;

	if (job != NULL) {
		job->stopping = true;
		job->published = true;
		job->discard = false; /* what is there now stays */
		(void)deletion_end(f->o.house->catalog, btmh, &err);
		job_step(job);
	}
	fetcher_now_held(f, btmh);
}

/* --- the engine --- */

void fetcher_engine_event(struct fetcher *f, const struct engine_event *event)
{
	struct job *job, *next;

	if (event->type == ENGINE_READY)
		f->swarm_port = event->ready.port;
	if (event->type == ENGINE_DIED) {
		seeds_forget(f);
		for (job = f->jobs; job != NULL; job = next) {
			next = job->next;
			if (job->state == JOB_SWARM ||
			    job->state == JOB_LETTING_GO)
				job_swarm_event(job, event);
			else
				job_step(job);
		}
		return;
	}
	if (event->btmh == NULL) {
		if (event->type == ENGINE_READY)
			fetcher_hurry(f);
		return;
	}
	seed_event(f, event);
	job = fetcher_find(f, event->btmh);
	if (job != NULL && (job->state == JOB_SWARM ||
			    job->state == JOB_LETTING_GO))
		job_swarm_event(job, event);
	else if (job != NULL)
		job_step(job);
}

/* --- lifetime --- */

static bool shelve(void *context, const struct payload_row *payload)
{
	struct fetcher *f = context;

	return shelf_put(f->o.shelf, payload->btmh) == STATUS_OK;
}

enum status fetcher_open(struct fetcher **out,
			 const struct fetcher_options *options,
			 struct err *err)
{
	struct fetcher *f = calloc(1, sizeof(*f));
	enum status status;

	if (f == NULL)
		return err_set(err, STATUS_NO_MEMORY, "fetcher");
	f->o = *options;
	f->look = true;
	f->from = provenance_new();
	if (f->from == NULL) {
		free(f);
		return err_set(err, STATUS_NO_MEMORY, "fetcher");
	}
	status = payloads_list(options->house->catalog, PAYLOAD_HELD, shelve,
			       f, err);
	if (status != STATUS_OK) {
		provenance_free(f->from);
		free(f);
		return status;
	}
	(void)uv_timer_init(options->loop, &f->timer); /* cannot fail */
	f->timer.data = f;
	(void)uv_timer_start(&f->timer, ticked, 0, JOB_TICK_MS);
	(void)uv_timer_init(options->loop, &f->soon); /* nor can this */
	f->soon.data = f;
	*out = f;
	return STATUS_OK;
}

static void timer_closed(uv_handle_t *timer)
{
	struct fetcher *f = timer->data;
	void (*on_closed)(void *) = f->on_closed;
	void *owner = f->closed_owner;

	if (++f->timers_closed < 2)
		return;
	provenance_free(f->from);
	free(f);
	on_closed(owner);
}

/* While closing the timer goes on until the last job has let go. */
static void closing_ticked(uv_timer_t *timer)
{
	struct fetcher *f = timer->data;
	struct job *next;

	for (struct job *job = f->jobs; job != NULL; job = next) {
		next = job->next;
		job_step(job);
	}
	if (f->jobs == NULL && !uv_is_closing((uv_handle_t *)timer)) {
		uv_close((uv_handle_t *)timer, timer_closed);
		uv_close((uv_handle_t *)&f->soon, timer_closed);
	}
}

void fetcher_close(struct fetcher *f, void (*on_closed)(void *owner),
		   void *owner)
{
	lent_release(f);
	f->closing = true;
	f->closing_ms = fetcher_now(f);
	f->on_closed = on_closed;
	f->closed_owner = owner;
	(void)uv_timer_start(&f->timer, closing_ticked, 0, 20);
}
