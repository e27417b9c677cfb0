/* Handing a payload's files to the engine, where that has a user of its own,
 * and taking them back.
 *
 * What the engine may write is not remembered as verified: before it gets the
 * files, the have-map on disk is cut down to the pieces of files it does not
 * get, and when it has let go, the one in memory is, too. JOB_SALVAGE then
 * hashes what it wrote, which nobody can change any more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/payloads.h"
#include "node/clock.h"
#include "node/fetch_job.h"
#include "node/payload_owner.h"

struct giving {
	uv_work_t work;
	struct job *job;
	uint8_t *have;
	enum status status;
	struct err err;
};

static const struct engine_user *user_of(const struct job *job)
{
	const struct engine_user *user = job->f->o.engine_user;

	return user != NULL && user->uid != 0 ? user : NULL;
}

static void on_pool(uv_work_t *work)
{
	struct giving *g = work->data;
	struct job *job = g->job;

	g->status = payload_give(job->dir, &job->tf->mi, g->have, user_of(job),
				 &g->err);
}

static void pool_done(uv_work_t *work, int cancelled)
{
	struct giving *g = work->data;
	struct job *job = g->job;

	(void)cancelled;
	job->on_pool = false;
	if (g->status != STATUS_OK) {
		(void)job_take_back(job);
		job_pause(job, JOB_TRY_AGAIN_MS, g->err.text);
	}
	free(g->have);
	free(g);
	job_step(job);
}

/* Remember no more than what the engine cannot change. */
static bool forget_rest(struct job *job)
{
	const struct metainfo *mi = &job->tf->mi;
	size_t size = havemap_size(mi->pieces);
	struct err err = ERR_INIT;

	if (job->kept == NULL)
		job->kept = malloc(size);
	if (job->kept == NULL) {
		job_pause(job, JOB_TRY_AGAIN_MS, "out of memory");
		return false;
	}
	memcpy(job->kept, job->have, size);
	payload_owner_keep(mi, job->kept);
	if (memcmp(job->kept, job->have, size) == 0 ||
	    payload_put(job->f->o.house->catalog, job->btmh, mi->total,
			mi->pieces, (struct bytes){ job->kept, size },
			clock_s(), &err) == STATUS_OK)
		return true;
	job_pause(job, JOB_ROOM_MS, err.text);
	return false;
}

bool job_give(struct job *job)
{
	size_t size = havemap_size(job->tf->mi.pieces);
	struct giving *g;

	if (user_of(job) == NULL || job->given)
		return true;
	if (!forget_rest(job))
		return false;
	g = calloc(1, sizeof(*g));
	if (g != NULL)
		g->have = malloc(size);
	if (g == NULL || g->have == NULL) {
		free(g);
		job_pause(job, JOB_TRY_AGAIN_MS, "out of memory");
		return false;
	}
	memcpy(g->have, job->have, size);
	g->work.data = g;
	g->job = job;
	g->err = (struct err)ERR_INIT;
	job->given = job->on_pool = true;
	job->ended_engine = false;
	(void)uv_queue_work(job->f->o.loop, &g->work, on_pool, pool_done);
	return false;
}

/* An engine that says it let go and did not is no longer one that can be
 * worked with. */
static bool still_written(struct job *job)
{
	static const char why[] = "it keeps files open that it gave back";

	if (job->ended_engine)
		return false; /* it is another's doing */
	job->ended_engine = true;
	(void)fprintf(stderr, "xiangtu: engine: %s: ended\n", why);
	engine_end(job->f->o.engine, why);
	job_pause(job, JOB_TICK_MS, why);
	return true;
}

bool job_take_back(struct job *job)
{
	const struct metainfo *mi;
	struct err err = ERR_INIT;
	bool open;

	if (!job->given)
		return true;
	if (payload_take_back(job->dir, &open, &err) != STATUS_OK) {
		job_pause(job, JOB_TRY_AGAIN_MS, err.text);
		return false;
	}
	if (open && still_written(job))
		return false;
	mi = &job->tf->mi;
	job->given = false;
	memcpy(job->have, job->kept, havemap_size(mi->pieces));
	memcpy(job->got, job->kept, havemap_size(mi->pieces));
	job->good = havemap_count(job->have, mi->pieces);
	job->good_bytes = metainfo_bytes_of(mi, job->have);
	job_arriving_settle(job);
	return true;
}

bool job_is_all_claimed(const struct job *job)
{
	for (uint32_t i = 0; i < job->tf->mi.pieces; i++)
		if (!havemap_has(job->claimed, i) &&
		    !havemap_has(job->have, i))
			return false;
	return true;
}
