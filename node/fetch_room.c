/* The room a job needs. There may be none for what is only wanted: older wanted
 * lessons have gone already, and newer ones stay (node/evict.h). Then nothing
 * as old that needs as much can have any either: it is not even begun until
 * room may have been made, so that it takes no place from smaller and newer
 * ones. */
#include <stdio.h>
#include <string.h>

#include "node/fetch_job.h"
#include "node/payload.h"

enum {
	DELETING_MS = 200, /* between looks whether room was made */
	ROOM_FORGET_MS = 10 * 60 * 1000 /* neighbours took copies, perhaps */
};

static bool disk_has_room(struct job *job)
{
	struct err err = ERR_INIT;
	uint64_t room, missing = job->tf->mi.total - job->good_bytes;

	if (payload_room(job->f->o.house->payload_dir, &room, &err) !=
		    STATUS_OK ||
	    room >= missing + JOB_KEEP_FREE)
		return true;
	/* What is half here already has its room taken, perhaps. */
	return job->state == JOB_SWARM && job->progress.bytes > 0;
}

static void remember(struct job *job)
{
	struct fetcher *f = job->f;
	struct err ignored = ERR_INIT;
	struct fetch fetch;

	if (job->first ||
	    payload_wanted_by(f->o.house->catalog, job->btmh, &fetch,
			      &ignored) != STATUS_OK)
		return;
	f->full = true;
	f->full_of = fetch;
	f->full_ms = fetcher_now(f);
}

bool fetcher_is_full_for(const struct fetcher *f, const struct fetch *fetch)
{
	int by_date = strcmp(fetch->date, f->full_of.date);

	if (!f->full || fetcher_now(f) - f->full_ms > ROOM_FORGET_MS ||
	    fetch->first ||
	    memcmp(fetch->btmh, f->full_of.btmh, sizeof(fetch->btmh)) == 0)
		return false;
	return fetch->bytes >= f->full_of.bytes &&
	       (by_date < 0 || (by_date == 0 && fetch->row < f->full_of.row));
}

const char *fetcher_full_trouble(const struct fetcher *f, const uint8_t *btmh)
{
	struct err ignored = ERR_INIT;
	struct fetch fetch;

	if (!f->full ||
	    payload_wanted_by(f->o.house->catalog, btmh, &fetch, &ignored) !=
		    STATUS_OK ||
	    !fetcher_is_full_for(f, &fetch))
		return "";
	return "no room: it is taken by newer lessons and by what may not go";
}

void fetcher_room_made(struct fetcher *f)
{
	f->full = false;
	for (unsigned i = 0; i < f->n_resting; i++)
		if (f->resting[i].no_room)
			f->resting[i].until_ms = 0;
	f->look = true;
}

void fetcher_room_changed(struct fetcher *f)
{
	fetcher_room_made(f);
	for (struct job *job = f->jobs; job != NULL; job = job->next)
		if (job->no_room) {
			job->not_before_ms = 0;
			job_wake_at(job, fetcher_now(f));
		}
}

bool job_has_room(struct job *job)
{
	const struct fetcher_options *o = &job->f->o;
	struct err err = ERR_INIT;
	enum status status = STATUS_OK;

	if (job->tf == NULL || job->good_bytes > job->tf->mi.total)
		return true;
	if (o->reserve != NULL) {
		/* Both ways of the answer are the cache's to tell. */
		if (!job->reserved)
			status = o->reserve(o->owner, job->btmh,
					    job->tf->mi.total,
					    job->good_bytes, job->first, &err);
		job->reserved = status == STATUS_OK;
	} else if (!disk_has_room(job)) {
		status = err_set(&err, STATUS_NO_ROOM, "the disk is full");
	}
	if (job->no_room && status == STATUS_OK)
		job->trouble[0] = 0; /* that was it */
	job->no_room = status != STATUS_OK;
	job->hopeless = status != STATUS_OK && status != STATUS_BUSY;
	if (status == STATUS_BUSY) {
		job_pause(job, DELETING_MS, err.text);
	} else if (status != STATUS_OK) {
		remember(job);
		job_pause(job, JOB_ROOM_MS, err.text);
	}
	return status == STATUS_OK;
}

void job_give_back_room(struct job *job)
{
	const struct fetcher_options *o = &job->f->o;

	/* Also what is being made for it. */
	if ((job->reserved || job->no_room) && o->release != NULL)
		o->release(o->owner, job->btmh);
	job->reserved = job->no_room = false;
}
