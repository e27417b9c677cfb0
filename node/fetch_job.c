/* One payload on its way here: when it goes on, what it does next, and how it
 * ends. The steps themselves are in the other files fetch_*.c. */
#include "node/fetch_job.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/payload.h"
#include "proto/encoding.h"

static void soon_fired(uv_timer_t *timer);

void job_wake_at(struct job *job, int64_t at_ms)
{
	struct fetcher *f = job->f;
	int64_t now = fetcher_now(f);

	if (job->wake_ms == 0 || at_ms < job->wake_ms)
		job->wake_ms = at_ms;
	if (uv_is_closing((uv_handle_t *)&f->soon) ||
	    (uv_is_active((uv_handle_t *)&f->soon) && f->soon_ms <= at_ms))
		return;
	f->soon_ms = at_ms;
	(void)uv_timer_start(&f->soon, soon_fired,
			     at_ms > now ? (uint64_t)(at_ms - now) : 0, 0);
}

/* New work is not left to the tick. */
static void soon_fired(uv_timer_t *timer)
{
	struct fetcher *f = timer->data;
	struct job *next;

	for (struct job *job = f->jobs; job != NULL; job = next) {
		int64_t at = job->wake_ms;

		next = job->next;
		if (at == 0)
			continue;
		job->wake_ms = 0;
		if (at > fetcher_now(f))
			job_wake_at(job, at);
		else
			job_step(job);
	}
}

void job_pause(struct job *job, int64_t ms, const char *why)
{
	job->not_before_ms = fetcher_now(job->f) + ms;
	(void)snprintf(job->trouble, sizeof(job->trouble), "%s", why);
	job_wake_at(job, job->not_before_ms);
}

void job_give_up(struct job *job, const char *why)
{
	fetcher_put_to_rest(job->f, job->btmh, true, false, why);
	job->stopping = true;
	job_step(job);
}

void job_step_aside(struct job *job)
{
	fetcher_put_to_rest(job->f, job->btmh, false, job->hopeless,
			    job->trouble);
	job->stopping = true;
	job_step(job);
}

static void job_free(struct job *job)
{
	struct job **at = &job->f->jobs;

	assert(!job->on_pool && job->fetch == NULL);
	job_swarm_quiet(job);
	job_untell(job);
	job_give_back_room(job);
	job_arriving_end(job, false);
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->f->n_jobs--;
	job->f->look = true;
	torrentfile_free(job->tf);
	free(job->have);
	free(job->got);
	free(job->claimed);
	free(job->kept);
	free(job);
}

struct job *job_new(struct fetcher *f, const uint8_t *btmh)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->moved_ms = fetcher_now(f);
	job->f = f;
	memcpy(job->btmh, btmh, 32);
	hex_encode((struct bytes){ btmh, 32 }, job->hex);
	(void)snprintf(job->dir, sizeof(job->dir), "%s/%s",
		       f->o.house->payload_dir, job->hex);
	job->next = f->jobs;
	f->jobs = job;
	f->n_jobs++;
	return job;
}

void job_is_held(struct job *job)
{
	struct fetcher *f = job->f;

	job_swarm_quiet(job);
	job->state = JOB_DONE;
	if (engine_has(f->o.engine, job->btmh))
		seed_adopt(f, job->btmh);
	job_give_back_room(job);
	fetcher_now_held(f, job->btmh);
	if (job->tf != NULL)
		fetcher_has_arrived(f, job->btmh, &job->tf->mi);
	/* Those it fetched with find it there, as one that gives. */
	if (job->swarmed)
		(void)fetcher_serve(f, job->btmh);
	job_untell(job); /* held by now: that is what others are told */
	job_arriving_end(job, true);
}

/* An engine that does not answer must not keep the node from stopping: it is
 * ended next. */
static bool is_out_of_time(const struct fetcher *f)
{
	return f->closing &&
	       fetcher_now(f) - f->closing_ms > FETCHER_CLOSE_MS;
}

/* Nobody wants it any more: let everything go, then the job itself. */
static void job_wind_down(struct job *job)
{
	struct fetcher *f = job->f;

	job_swarm_quiet(job);
	job_untell(job);
	job_arriving_end(job, false);
	if (job->fetch != NULL) {
		http_client_cancel(job->fetch);
		job->fetch = NULL;
		source_drop(job->fetch_from);
		job->fetch_from = NULL;
	}
	if (job->on_pool || !job_pieces_end(job))
		return;
	if (engine_has(f->o.engine, job->btmh) && !is_out_of_time(f)) {
		seed_release(f, job->btmh);
		return; /* RELEASED brings us back */
	}
	if (!job->discard && !job_take_back(job) && !f->closing)
		return;
	if (job->discard && !f->closing) {
		job_delete(job);
		if (job->on_pool)
			return;
	}
	job_free(job);
}

static bool something_claimed(const struct job *job)
{
	size_t size = havemap_size(job->tf->mi.pieces);

	for (size_t i = 0; i < size; i++)
		if ((job->claimed[i] & ~job->have[i]) != 0)
			return true;
	return false;
}

static void let_engine_go(struct job *job)
{
	if (!engine_has(job->f->o.engine, job->btmh)) {
		if (!job_take_back(job))
			return;
		job->state = JOB_SALVAGE;
	} else
		seed_release(job->f, job->btmh);
}

void job_step(struct job *job)
{
	if (job->stopping || job->f->closing || job->state == JOB_DONE) {
		if (job->state == JOB_DONE && !job->stopping) {
			if (!job->on_pool)
				job_free(job);
			return;
		}
		job_wind_down(job);
		return;
	}
	if (job->on_pool || job->fetch != NULL ||
	    fetcher_now(job->f) < job->not_before_ms)
		return;
	switch (job->state) {
	case JOB_TORRENT:
		job_get_torrent(job);
		break;
	case JOB_REUSE:
		if (job_has_room(job))
			job_reuse(job);
		break;
	case JOB_SALVAGE:
		if (engine_has(job->f->o.engine, job->btmh))
			job->state = JOB_LETTING_GO; /* it was a seed */
		else
			job_verify(job, NULL);
		break;
	case JOB_SWARM:
		if (job->given && job_is_all_claimed(job))
			let_engine_go(job); /* what counts is what is then */
		else if (something_claimed(job))
			job_verify(job, job->claimed);
		else if (job_has_room(job))
			job_swarm(job);
		break;
	case JOB_LETTING_GO:
		let_engine_go(job);
		break;
	case JOB_PIECES:
		if (job->swarm_next || job_has_room(job))
			job_pieces(job);
		break;
	case JOB_DONE:
		break;
	}
}
