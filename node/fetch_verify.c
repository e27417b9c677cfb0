/* What lies on disk already, or was written by the engine, is hashed on libuv's
 * pool and flushed; only then a piece counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/payloads.h"
#include "node/clock.h"
#include "node/fetch_job.h"
#include "node/payload.h"

struct task {
	uv_work_t work;
	struct job *job;
	uint8_t *only; /* pieces to look at */
	uint8_t *have; /* starts as the job's, ends as what is good */

	bool salvage; /* all that lies on disk is looked at */
	bool given;   /* the engine may still change it */

	enum status status;
	struct err err;
};

static void on_pool(uv_work_t *work)
{
	struct task *t = work->data;
	const struct metainfo *mi = &t->job->tf->mi;
	struct payload_check check = { .only = t->only };

	t->status = payload_verify(t->job->dir, mi, &check, t->have, &t->err);
	/* Files that are not there yet are no reason not to flush the rest. */
	if (t->status == STATUS_OK && havemap_count(t->have, mi->pieces) > 0) {
		t->status = payload_sync(t->job->dir, mi, &t->err);
		if (t->status == STATUS_NOT_FOUND)
			t->status = STATUS_OK;
	}
}

/* The engine said it had written pieces which are not what it said. */
static bool engine_was_wrong(const struct task *t)
{
	const struct metainfo *mi = &t->job->tf->mi;

	for (uint32_t i = 0; i < mi->pieces; i++)
		if (havemap_has(t->job->claimed, i) &&
		    havemap_has(t->only, i) && !havemap_has(t->have, i))
			return true;
	return false;
}

static void take_result(struct task *t)
{
	struct job *job = t->job;
	const struct metainfo *mi = &job->tf->mi;
	struct bytes map = { t->have, havemap_size(mi->pieces) };
	struct err err = ERR_INIT;

	/* What the engine gave back meanwhile is looked at anew. */
	if (job->published || t->given != job->given)
		return;
	if (t->status != STATUS_OK) {
		job_pause(job, JOB_ROOM_MS, t->err.text);
		return;
	}
	if (!t->given &&
	    payload_put(job->f->o.house->catalog, job->btmh, mi->total,
			mi->pieces, map, clock_s(), &err) != STATUS_OK) {
		job_pause(job, JOB_ROOM_MS, err.text);
		return;
	}
	for (uint32_t i = 0; i < mi->pieces; i++)
		if (havemap_has(t->have, i) && !havemap_has(job->have, i))
			job_arriving_piece(job, i);
	job_verified_from(job, job->have, t->have);
	memcpy(job->have, t->have, map.size);
	memcpy(job->got, t->have, map.size);
	if (havemap_count(job->have, mi->pieces) > job->good)
		job->moved_ms = fetcher_now(job->f);
	job->good = havemap_count(job->have, mi->pieces);
	job->good_bytes = metainfo_bytes_of(mi, job->have);
	job_tell(job);
}

static void pool_done(uv_work_t *work, int cancelled)
{
	struct task *t = work->data;
	struct job *job = t->job;
	bool wrong;

	(void)cancelled;
	wrong = job->state == JOB_SWARM && t->status == STATUS_OK &&
		engine_was_wrong(t);
	job->on_pool = false;
	take_result(t);
	if (job->state == JOB_SALVAGE && t->salvage &&
	    t->status == STATUS_OK) {
		job->state = JOB_PIECES;
		job->swarm_wrote = false;
		job->piece_ms = fetcher_now(job->f);
	} else if (wrong) {
		(void)snprintf(job->trouble, sizeof(job->trouble),
			       "the engine wrote pieces that do not verify");
		job->state = JOB_LETTING_GO;
	}
	free(t->only);
	free(t->have);
	free(t);
	/* Though it is winding down: what is complete is held. */
	if (!job->discard && !job->published && !job->given &&
	    job->good == job->tf->mi.pieces)
		job_is_held(job);
	job_step(job);
}

static struct task *task_new(struct job *job)
{
	size_t size = havemap_size(job->tf->mi.pieces);
	struct task *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->work.data = t;
	t->job = job;
	t->given = job->given;
	t->err = (struct err)ERR_INIT;
	t->only = calloc(1, size);
	t->have = malloc(size);
	if (t->only == NULL || t->have == NULL) {
		free(t->only);
		free(t->have);
		free(t);
		return NULL;
	}
	memcpy(t->have, job->have, size);
	return t;
}

static void task_start(struct task *t)
{
	t->job->on_pool = true;
	(void)uv_queue_work(t->job->f->o.loop, &t->work, on_pool, pool_done);
}

void job_verify(struct job *job, const uint8_t *only)
{
	struct task *t = task_new(job);
	size_t size = havemap_size(job->tf->mi.pieces);

	if (t == NULL) {
		job_pause(job, JOB_TRY_AGAIN_MS, "out of memory");
		return;
	}
	for (size_t i = 0; i < size; i++)
		t->only[i] = (uint8_t)((only == NULL ? 0xff : only[i]) &
				       ~job->have[i]);
	t->salvage = only == NULL;
	task_start(t);
}
