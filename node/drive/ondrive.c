/* The drives that are plugged in: they come, and go without leaving anything
 * open. */
#include "node/drive/ondrive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/drive/ondrive_inside.h"
#include "proto/encoding.h"

enum { PATIENCE_MS = 330 };

enum status ondrive_open(struct ondrive **out, const char *catalog,
			 const char *torrent_dir, struct err *err)
{
	struct ondrive *od = calloc(1, sizeof(*od));
	uint64_t seed = uv_hrtime();
	enum status status;

	if (od == NULL)
		return err_set(err, STATUS_NO_MEMORY, "drives");
	(void)snprintf(od->torrent_dir, sizeof(od->torrent_dir), "%s",
		       torrent_dir);
	status = catalog_open_reader(&od->reader, catalog, err);
	if (status != STATUS_OK) {
		free(od);
		return status;
	}
	(void)uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL);
	share_init(&od->places, seed, ONDRIVE_ANSWERS_MAX);
	od->last_id = ONDRIVE_STAGE;
	od->holds = 1;
	/* These fail only for attributes that are not used. */
	(void)pthread_mutex_init(&od->reader_lock, NULL);
	(void)pthread_mutex_init(&od->lock, NULL);
	(void)pthread_cond_init(&od->quiet, NULL);
	*out = od;
	return STATUS_OK;
}

void plugged_leave(struct ondrive *od, struct plugged *drive)
{
	(void)pthread_mutex_lock(&od->lock);
	if (--drive->busy == 0)
		(void)pthread_cond_broadcast(&od->quiet);
	(void)pthread_mutex_unlock(&od->lock);
}

static void plugged_free(struct plugged *drive)
{
	mount_free(drive->m);
	aside_drop(drive->disk);
	alive_release(&drive->who);
	free(drive);
}

static void free_all(struct ondrive *od)
{
	struct plugged *next;

	for (struct plugged *drive = od->drives; drive != NULL; drive = next) {
		next = drive->next;
		plugged_free(drive);
	}
	catalog_free(od->reader);
	(void)pthread_mutex_destroy(&od->reader_lock);
	(void)pthread_mutex_destroy(&od->lock);
	(void)pthread_cond_destroy(&od->quiet);
	free(od);
}

void ondrive_hold(struct ondrive *od)
{
	od->holds++;
}

void ondrive_drop(struct ondrive *od)
{
	bool is_last;

	(void)pthread_mutex_lock(&od->lock);
	is_last = --od->holds == 0;
	(void)pthread_mutex_unlock(&od->lock);
	if (is_last)
		free_all(od);
}

void ondrive_free(struct ondrive *od)
{
	if (od == NULL)
		return;
	(void)pthread_mutex_lock(&od->lock);
	for (struct plugged *drive = od->drives; drive != NULL;
	     drive = drive->next)
		drive->leaving = true;
	(void)pthread_mutex_unlock(&od->lock);
	ondrive_drop(od);
}

/* --- here --- */

static struct plugged *find(struct ondrive *od, const char *path)
{
	struct plugged *drive = od->drives;

	while (drive != NULL && strcmp(drive->path, path) != 0)
		drive = drive->next;
	return drive;
}

static unsigned count_drives(const struct ondrive *od)
{
	unsigned count = 0;

	for (struct plugged *drive = od->drives; drive != NULL;
	     drive = drive->next)
		count++;
	return count;
}

static enum status add(struct ondrive *od, const char *path,
		       const struct alive *who, struct err *err)
{
	struct plugged *drive;
	enum status status;

	if (count_drives(od) == ONDRIVE_DRIVES_MAX)
		return err_set(err, STATUS_BUSY, "too many drives are here");
	drive = calloc(1, sizeof(*drive));
	if (drive != NULL)
		drive->disk = aside_new(&(struct aside_options){
			.threads = ONDRIVE_THREADS });
	if (drive == NULL || drive->disk == NULL) {
		free(drive);
		return err_set(err, STATUS_NO_MEMORY, "drives");
	}
	status = mount_open(&drive->m, path, err);
	if (status != STATUS_OK) {
		aside_drop(drive->disk);
		free(drive);
		return status;
	}
	drive->who = *who;
	(void)snprintf(drive->path, sizeof(drive->path), "%s", path);
	(void)pthread_mutex_lock(&od->lock);
	drive->id = ++od->last_id;
	drive->next = od->drives;
	od->drives = drive;
	(void)pthread_mutex_unlock(&od->lock);
	return STATUS_OK;
}

enum status ondrive_here(struct ondrive *od, const char *path, pid_t pid,
			 struct err *err)
{
	struct plugged *drive = find(od, path);
	struct alive who;
	enum status status;

	if (path[0] != '/' || strlen(path) >= sizeof(drive->path))
		return err_set(err, STATUS_USAGE,
			       "'%s' is no absolute path", path);
	status = alive_init(&who, pid, err);
	if (status != STATUS_OK)
		return status;
	/* What is mounted there now may be another one. */
	if (drive != NULL)
		status = ondrive_gone(od, path, err);
	if (status == STATUS_OK)
		status = add(od, path, &who, err);
	if (status != STATUS_OK)
		alive_release(&who);
	return status;
}

/* --- gone --- */

/* Close what answers hold open of it between two reads; under the lock. */
static void cut_answers(struct ondrive *od, struct plugged *drive)
{
	for (struct playing *p = od->playing; p != NULL; p = p->next) {
		if (p->drive != drive || p->reading)
			continue;
		cargo_free(p->cargo);
		p->cargo = NULL;
		p->drive = NULL;
	}
}

static struct timespec in_ms(long ms)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += ms % 1000 * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_nsec -= 1000000000;
		at.tv_sec++;
	}
	return at;
}

/* True when it is closed and freed. */
static bool end(struct ondrive *od, struct plugged *drive, long patience_ms)
{
	struct timespec until = in_ms(patience_ms);
	struct plugged **at = &od->drives;
	int rc = 0;

	(void)pthread_mutex_lock(&od->lock);
	drive->leaving = true;
	while (drive->busy > 0 && rc == 0)
		rc = patience_ms == 0 ?
			     1 :
			     pthread_cond_timedwait(&od->quiet, &od->lock,
						    &until);
	cut_answers(od, drive);
	if (drive->busy > 0) {
		(void)pthread_mutex_unlock(&od->lock);
		return false;
	}
	while (*at != drive)
		at = &(*at)->next;
	*at = drive->next;
	(void)pthread_mutex_unlock(&od->lock);
	plugged_free(drive);
	return true;
}

enum status ondrive_gone(struct ondrive *od, const char *path,
			 struct err *err)
{
	struct plugged *drive = find(od, path);

	if (drive != NULL && !end(od, drive, PATIENCE_MS))
		return err_set(err, STATUS_BUSY,
			       "the drive is still being read: ask again");
	return STATUS_OK;
}

void ondrive_tick(struct ondrive *od)
{
	struct plugged *next;

	for (struct plugged *drive = od->drives; drive != NULL; drive = next) {
		next = drive->next;
		if (!alive_still(&drive->who))
			(void)end(od, drive, 0);
	}
}

/* --- questions --- */

bool plugged_has(struct plugged *drive, const uint8_t btmh[static 32])
{
	char path[DRIVE_PATH_MAX];
	struct err err = ERR_INIT;
	uint64_t size;

	drive_path(DRIVE_PLACE, btmh, path);
	return mount_size(drive->m, path, &size, &err) == STATUS_OK;
}

struct torrentfile *plugged_torrent(struct ondrive *od,
				    struct plugged *drive,
				    const uint8_t btmh[static 32])
{
	char path[HOUSE_PATH_MAX + 96], there[DRIVE_PATH_MAX], hex[65];
	struct torrentfile *tf = NULL;
	struct buf torrent = BUF_INIT;
	struct err err = ERR_INIT;

	hex_encode((struct bytes){ btmh, 32 }, hex);
	(void)snprintf(path, sizeof(path), "%s/%s", od->torrent_dir, hex);
	if (torrentfile_open(&tf, path, btmh, &err) == STATUS_OK)
		return tf;
	drive_path(DRIVE_TORRENT, btmh, there);
	if (mount_read(drive->m, there, METAINFO_SIZE_MAX, &torrent, &err) ==
	    STATUS_OK)
		(void)torrentfile_open_bytes(&tf, buf_bytes(&torrent), btmh,
					     &err);
	buf_release(&torrent);
	return tf;
}

struct plugged *plugged_enter(struct ondrive *od, uint64_t id)
{
	struct plugged *drive;

	(void)pthread_mutex_lock(&od->lock);
	drive = od->drives;
	while (drive != NULL && (drive->id != id || drive->leaving))
		drive = drive->next;
	if (drive != NULL)
		drive->busy++;
	(void)pthread_mutex_unlock(&od->lock);
	return drive;
}

bool ondrive_is_late(struct ondrive *od)
{
	bool late = false;

	(void)pthread_mutex_lock(&od->lock);
	for (const struct plugged *drive = od->drives; drive != NULL;
	     drive = drive->next)
		late |= aside_is_late(drive->disk);
	(void)pthread_mutex_unlock(&od->lock);
	return late;
}
