#include "node/shelf.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/serve_file.h"
#include "node/warm.h"
#include "proto/encoding.h"

/* A held payload. `read_s` is written by the server's threads, under the lock
 * for reading, by all of them at once: monotonic seconds, 0 never. */
struct place {
	uint8_t btmh[32];
	_Atomic uint32_t read_s;
	uint32_t told_s; /* the one that was given out */
};

struct shelf {
	int payload, torrent, blob; /* folders */
	struct aside *payload_disk, *small_disk; /* NULL: waited for */
	bool payload_remote, small_remote;
	pthread_rwlock_t lock;
	struct place *held; /* sorted */
	size_t count, room;
	_Atomic uint32_t read_s; /* as in struct place, of any */
};

static int open_folder(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		(void)err_set(err, STATUS_IO, "cannot open '%s'", path);
	return fd;
}

enum status shelf_open(struct shelf **out, const char *payload_dir,
		       const char *torrent_dir, const char *blob_dir,
		       struct err *err)
{
	struct shelf *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(err, STATUS_NO_MEMORY, "shelf");
	s->payload = open_folder(payload_dir, err);
	s->torrent = open_folder(torrent_dir, err);
	s->blob = open_folder(blob_dir, err);
	if (s->payload < 0 || s->torrent < 0 || s->blob < 0 ||
	    pthread_rwlock_init(&s->lock, NULL) != 0) {
		if (s->payload >= 0)
			(void)close(s->payload);
		if (s->torrent >= 0)
			(void)close(s->torrent);
		if (s->blob >= 0)
			(void)close(s->blob);
		free(s);
		return STATUS_IO;
	}
	*out = s;
	return STATUS_OK;
}

void shelf_use_disks(struct shelf *s, struct aside *payload,
		     struct aside *small)
{
	s->payload_disk = payload;
	s->payload_remote = warm_is_remote(s->payload);
	s->small_disk = small;
	s->small_remote = warm_is_remote(s->torrent) ||
			  warm_is_remote(s->blob);
}

void shelf_free(struct shelf *s)
{
	if (s == NULL)
		return;
	(void)close(s->payload);
	(void)close(s->torrent);
	(void)close(s->blob);
	(void)pthread_rwlock_destroy(&s->lock);
	free(s->held);
	free(s);
}

/* Where `btmh` is, or would go; under either lock. */
static size_t place_of(const struct shelf *s, const uint8_t *btmh, bool *found)
{
	size_t at;

	*found = bytes_find32(s->held, s->count, sizeof(*s->held), btmh, &at);
	return at;
}

enum status shelf_put(struct shelf *s, const uint8_t btmh[static 32])
{
	enum status status = STATUS_OK;
	bool found;
	size_t at;

	(void)pthread_rwlock_wrlock(&s->lock);
	at = place_of(s, btmh, &found);
	if (!found && s->count == s->room) {
		size_t room = s->room == 0 ? 64 : 2 * s->room;
		struct place *grown =
			realloc(s->held, room * sizeof(*s->held));

		if (grown == NULL) {
			status = STATUS_NO_MEMORY;
			goto unlock;
		}
		s->held = grown;
		s->room = room;
	}
	if (!found) {
		memmove(s->held + at + 1, s->held + at,
			(s->count - at) * sizeof(*s->held));
		memcpy(s->held[at].btmh, btmh, 32);
		s->held[at].read_s = s->held[at].told_s = 0;
		s->count++;
	}
unlock:
	(void)pthread_rwlock_unlock(&s->lock);
	return status;
}

void shelf_take(struct shelf *s, const uint8_t btmh[static 32])
{
	bool found;
	size_t at;

	(void)pthread_rwlock_wrlock(&s->lock);
	at = place_of(s, btmh, &found);
	if (found) {
		s->count--;
		memmove(s->held + at, s->held + at + 1,
			(s->count - at) * sizeof(*s->held));
	}
	(void)pthread_rwlock_unlock(&s->lock);
}

bool shelf_has(const struct shelf *shelf, const uint8_t btmh[static 32])
{
	/* The lock is not part of what the shelf says. */
	struct shelf *s = (struct shelf *)(uintptr_t)shelf;
	bool found;

	(void)pthread_rwlock_rdlock(&s->lock);
	(void)place_of(s, btmh, &found);
	(void)pthread_rwlock_unlock(&s->lock);
	return found;
}

static uint32_t seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint32_t)now.tv_sec + 1; /* never 0 */
}

/* As shelf_has(), for somebody who reads. */
static bool read_begins(struct shelf *s, const uint8_t btmh[static 32])
{
	uint32_t now = seconds();
	bool found;
	size_t at;

	(void)pthread_rwlock_rdlock(&s->lock);
	at = place_of(s, btmh, &found);
	/* The line of memory is left alone by all but one reader a second. */
	if (found && s->held[at].read_s != now)
		s->held[at].read_s = now;
	(void)pthread_rwlock_unlock(&s->lock);
	if (found && s->read_s != now)
		s->read_s = now;
	return found;
}

static uint32_t since(uint32_t read_s)
{
	uint32_t now = seconds();

	return read_s == 0 || read_s > now ? UINT32_MAX : now - read_s;
}

uint32_t shelf_quiet_s(const struct shelf *s)
{
	return since(s->read_s);
}

uint32_t shelf_unread_s(const struct shelf *shelf,
			const uint8_t btmh[static 32])
{
	struct shelf *s = (struct shelf *)(uintptr_t)shelf;
	uint32_t read_s = 0;
	bool found;
	size_t at;

	(void)pthread_rwlock_rdlock(&s->lock);
	at = place_of(s, btmh, &found);
	if (found)
		read_s = s->held[at].read_s;
	(void)pthread_rwlock_unlock(&s->lock);
	return since(read_s);
}

size_t shelf_take_read(struct shelf *s, uint8_t (*out)[32], size_t max)
{
	size_t count = 0;

	(void)pthread_rwlock_wrlock(&s->lock);
	for (size_t i = 0; i < s->count && count < max; i++) {
		if (s->held[i].read_s == s->held[i].told_s)
			continue;
		s->held[i].told_s = s->held[i].read_s;
		memcpy(out[count++], s->held[i].btmh, 32);
	}
	(void)pthread_rwlock_unlock(&s->lock);
	return count;
}

/* --- finding --- */

/* What a request asks for. */
struct wanted {
	int folder;
	struct aside *disk; /* of the folder */
	bool remote; /* it asks others even for a name */
	const char *path;   /* below it */
	const char *type; /* NULL: by the name */
	bool tagged;	  /* the path is its entity tag */
};

/* What is served under this path of ours; false: nothing. */
static bool find_wanted(struct shelf *s, const char *path, struct wanted *w)
{
	uint8_t hash[32];
	const char *rest;

	if (strncmp(path, "/payload/", 9) == 0) {
		rest = path + 9;
		*w = (struct wanted){ s->payload, s->payload_disk,
				      s->payload_remote, rest, NULL, false };
		return strlen(rest) >= 66 && rest[64] == '/' &&
		       hex_decode((struct bytes){ (const uint8_t *)rest, 64 },
				  hash, 32) == STATUS_OK &&
		       read_begins(s, hash);
	}
	if (strncmp(path, "/blob/", 6) == 0)
		*w = (struct wanted){ s->blob,	 s->small_disk,
				      s->small_remote, path + 6,
				      "image/jpeg",	 true };
	else if (strncmp(path, "/torrent/", 9) == 0)
		*w = (struct wanted){ s->torrent, s->small_disk,
				      s->small_remote, path + 9,
				      "application/x-bittorrent", true };
	else
		return false;
	return hex_decode(bytes_of(w->path), hash, 32) == STATUS_OK;
}

static void fill_answer(const struct wanted *w, struct http_answer *answer)
{
	answer->disk = w->disk;
	answer->flags |= HTTP_IMMUTABLE;
	if (w->type != NULL)
		answer->type = w->type;
	if (w->tagged)
		(void)snprintf(answer->etag, sizeof(answer->etag), "%s",
			       w->path);
}

/* `warm`: only where nothing has to be waited for. */
static enum status open_wanted(const struct wanted *w, bool warm,
			       struct http_answer *answer)
{
	struct http_answer found = *answer;
	struct err err = ERR_INIT;
	enum status status = STATUS_BUSY;

	if (!warm)
		status = serve_file(&found, w->folder, w->path,
				    SERVE_FILE_WHOLE, &err);
	else if (!w->remote)
		status = serve_file_warm(&found, w->folder, w->path, &err);
	if (status != STATUS_OK)
		return status;
	fill_answer(w, &found);
	*answer = found;
	return STATUS_OK;
}

/* --- looking, on a thread of the disk's --- */

struct look {
	struct wanted wanted; /* its folder is our own copy */
	char path[];
};

static bool look(void *owner, struct http_answer *answer)
{
	struct look *l = owner;

	return open_wanted(&l->wanted, false, answer) == STATUS_OK;
}

static void look_release(void *owner)
{
	struct look *l = owner;

	if (l->wanted.folder >= 0)
		(void)close(l->wanted.folder);
	free(l);
}

/* False when out of memory: nobody finds it then. */
static bool say_where(const struct wanted *w, struct http_answer *answer)
{
	size_t size = strlen(w->path) + 1;
	struct look *l = malloc(sizeof(*l) + size);

	if (l == NULL)
		return false;
	memcpy(l->path, w->path, size);
	l->wanted = *w;
	l->wanted.path = l->path;
	/* The look may take longer than the shelf lives. */
	l->wanted.folder = fcntl(w->folder, F_DUPFD_CLOEXEC, 0);
	answer->look = (struct http_look){ .disk = w->disk,
					   .owner = l,
					   .look = look,
					   .release = look_release,
					   .stage = SHELF_STAGE,
					   .only_here = !w->tagged };
	return true;
}

bool shelf_try(void *shelf, const struct http_head *head,
	       struct http_answer *answer)
{
	struct shelf *s = shelf;
	enum status status;
	struct wanted w;

	if (head->after >= SHELF_STAGE || !find_wanted(s, head->path, &w))
		return false;
	status = open_wanted(&w, w.disk != NULL, answer);
	return status == STATUS_OK ||
	       (status == STATUS_BUSY && w.disk != NULL &&
		say_where(&w, answer));
}

bool shelf_look(struct shelf *s, const struct http_head *head,
		struct http_answer *answer)
{
	struct wanted w;

	return find_wanted(s, head->path, &w) &&
	       open_wanted(&w, false, answer) == STATUS_OK;
}
