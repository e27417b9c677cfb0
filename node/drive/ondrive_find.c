/* What a drive has is asked of it aside, and waited for a moment: a loop that
 * asks stands still no longer than that. */
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/drive/ondrive_inside.h"

enum { PATIENCE_MS = 330 };

/* The asker's until it has its answer; the thread's when that comes late. */
struct finding {
	struct aside_task task; /* first: a task is its finding */
	struct ondrive *od;	/* held */
	struct aside *disk;	/* held */
	uint64_t drive;
	uint8_t btmh[32];
	sem_t done;

	struct torrentfile *tf; /* what was found */
};

static void work(struct aside_task *task)
{
	struct finding *f = (struct finding *)task;
	struct plugged *drive = plugged_enter(f->od, f->drive);

	if (drive == NULL)
		return;
	if (plugged_has(drive, f->btmh))
		f->tf = plugged_torrent(f->od, drive, f->btmh);
	plugged_leave(f->od, drive);
}

static void done(struct aside_task *task)
{
	(void)sem_post(&((struct finding *)task)->done);
}

static void finding_free(struct finding *f)
{
	torrentfile_free(f->tf);
	(void)sem_destroy(&f->done);
	aside_drop(f->disk);
	ondrive_drop(f->od);
	free(f);
}

static void release(struct aside_task *task)
{
	finding_free((struct finding *)task);
}

static void wait_for(sem_t *done)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += PATIENCE_MS * 1000000L;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	while (sem_timedwait(done, &until) != 0 && errno == EINTR)
		continue;
}

static struct torrentfile *find_on(struct ondrive *od,
				   const struct plugged *drive,
				   const uint8_t *btmh)
{
	struct finding *f = calloc(1, sizeof(*f));
	struct torrentfile *tf = NULL;
	struct aside *disk = drive->disk;

	if (f == NULL)
		return NULL;
	f->task = (struct aside_task){ .work = work,
				       .done = done,
				       .release = release };
	f->disk = aside_hold(disk);
	f->drive = drive->id;
	memcpy(f->btmh, btmh, 32);
	(void)sem_init(&f->done, 0, 0);
	(void)pthread_mutex_lock(&od->lock);
	ondrive_hold(od);
	(void)pthread_mutex_unlock(&od->lock);
	f->od = od;
	if (aside_ask(disk, &f->task, 0)) {
		wait_for(&f->done);
		if (aside_take(disk, &f->task)) {
			tf = f->tf;
			f->tf = NULL;
		}
	}
	if (aside_leave(disk, &f->task))
		finding_free(f);
	return tf;
}

struct torrentfile *ondrive_find(struct ondrive *od,
				 const uint8_t btmh[static 32])
{
	struct torrentfile *tf = NULL;

	/* Drives are freed on this thread only. */
	for (struct plugged *drive = od->drives; drive != NULL && tf == NULL;
	     drive = drive->next)
		if (!drive->leaving && !aside_is_late(drive->disk))
			tf = find_on(od, drive, btmh);
	return tf;
}
