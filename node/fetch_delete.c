/* A payload that must go. Its row is forgotten first, so that a power cut never
 * leaves a held row without files; that it is to be deleted is forgotten last,
 * so that one never leaves files nobody remembers. */
#include <stdio.h>
#include <stdlib.h>

#include "catalog/deletions.h"
#include "node/clock.h"
#include "node/fetch_job.h"
#include "node/tidy.h"

struct deletion {
	uv_work_t work;
	struct job *job;
	struct err err;
};

static void delete_on_pool(uv_work_t *work)
{
	struct deletion *d = work->data;

	d->err = (struct err)ERR_INIT;
	(void)tidy_remove(d->job->f->o.house, d->job->btmh, &d->err);
}

static void deleted(uv_work_t *work, int cancelled)
{
	struct deletion *d = work->data;
	struct job *job = d->job;
	struct fetcher *f = job->f;
	bool gone = d->err.status == STATUS_OK;

	(void)cancelled;
	if (gone)
		(void)tidy_end(f->o.house, job->btmh, &d->err);
	if (d->err.status != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", d->err.text);
	free(d);
	job->on_pool = false;
	job->discard = false;
	if (gone)
		fetcher_room_made(f);
	if (gone && f->o.on_deleted != NULL)
		f->o.on_deleted(f->o.owner, job->btmh);
	job_step(job);
}

void job_delete(struct job *job)
{
	struct fetcher *f = job->f;
	struct deletion *d = calloc(1, sizeof(*d));
	struct err err = ERR_INIT;

	if (d == NULL || deletion_begin(f->o.house->catalog, job->btmh,
					clock_s(), &err) != STATUS_OK) {
		if (err.status != STATUS_OK)
			(void)fprintf(stderr, "xiangtu: %s\n", err.text);
		free(d);
		job->discard = false; /* still intended: tried again later */
		return;
	}
	d->job = job;
	d->work.data = d;
	job->on_pool = true;
	(void)uv_queue_work(f->o.loop, &d->work, delete_on_pool, deleted);
}
