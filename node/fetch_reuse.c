/* Before anything of a payload is fetched: what other payloads have of it. */
#include <stdlib.h>

#include "node/fetch_job.h"
#include "node/payload_reuse.h"

struct task {
	uv_work_t work;
	struct job *job;
	struct payload_source from[PAYLOAD_REUSE_MAX];
	unsigned count;
	uint64_t bytes;
};

/* Looking through all that is here takes the longer the more there is: by a
 * connection of its own. Whatever fails, nothing is reused. */
static void find(struct task *t)
{
	const struct job *job = t->job;
	struct catalog *catalog;
	struct err err = ERR_INIT;

	if (catalog_open_reader(&catalog,
				catalog_path(job->f->o.house->catalog),
				&err) != STATUS_OK)
		return;
	if (payload_reuse_find(catalog, job->btmh, t->from, &t->count, &err) !=
	    STATUS_OK)
		t->count = 0;
	catalog_free(catalog);
}

static void on_pool(uv_work_t *work)
{
	struct task *t = work->data;
	struct job *job = t->job;

	find(t);
	if (t->count == 0)
		return;
	payload_reuse_all(job->f->o.house->payload_dir,
			  job->f->o.house->torrent_dir, job->btmh,
			  &job->tf->mi, t->from, t->count, &t->bytes);
}

static void pool_done(uv_work_t *work, int cancelled)
{
	struct task *t = work->data;
	struct job *job = t->job;

	(void)cancelled;
	job->on_pool = false;
	job->state = JOB_SALVAGE;
	job->reused_bytes = t->bytes;
	free(t);
	job_step(job);
}

void job_reuse(struct job *job)
{
	struct task *t = NULL;

	job->state = JOB_SALVAGE;
	/* One writer at a time; and what is all here lacks no file. */
	if (!engine_has(job->f->o.engine, job->btmh) &&
	    job->good < job->tf->mi.pieces)
		t = calloc(1, sizeof(*t));
	if (t == NULL) {
		job_step(job);
		return;
	}
	t->work.data = t;
	t->job = job;
	job->state = JOB_REUSE;
	job->on_pool = true;
	(void)uv_queue_work(job->f->o.loop, &t->work, on_pool, pool_done);
}
