/* An answer from a drive: found, opened, then read a piece at a time. All of
 * it runs on the server's threads. */
#include <stdlib.h>
#include <string.h>

#include "catalog/lessons.h"
#include "node/drive/ondrive_inside.h"
#include "node/payload.h"
#include "node/serve_file.h"
#include "proto/encoding.h"

enum { NO_PIECE = UINT32_MAX };

/* --- finding --- */

/* May it be shown to anybody: does a lesson that is not withdrawn name it? */
static bool is_known(struct ondrive *od, const uint8_t *btmh)
{
	struct payload_standing standing;
	struct err err = ERR_INIT;
	bool known;

	(void)pthread_mutex_lock(&od->reader_lock);
	known = lessons_standing(od->reader, btmh, &standing, &err) ==
			STATUS_OK &&
		standing.known;
	(void)pthread_mutex_unlock(&od->reader_lock);
	return known;
}

static void playing_free(struct playing *p)
{
	cargo_free(p->cargo);
	torrentfile_free(p->tf);
	free(p->piece);
	free(p);
}

/* NULL when the drive has no such file of it; while the drive is busy. */
static struct playing *playing_new(struct ondrive *od, struct plugged *drive,
				   const uint8_t *btmh, const char *path)
{
	struct playing *p = calloc(1, sizeof(*p));
	struct err err = ERR_INIT;

	if (p == NULL)
		return NULL;
	p->od = od;
	p->drive = drive;
	p->at = NO_PIECE;
	p->tf = plugged_torrent(od, drive, btmh);
	if (p->tf != NULL)
		p->file = metainfo_find(&p->tf->mi, path);
	if (p->file != NULL)
		p->piece = malloc(p->tf->mi.piece_length);
	if (p->piece == NULL ||
	    cargo_open(&p->cargo, drive->m, btmh, &p->tf->mi, &err) !=
		    STATUS_OK) {
		playing_free(p);
		return NULL;
	}
	cargo_will_seek(p->cargo);
	return p;
}

/* --- reading --- */

/* Have a piece in memory, verified; while the drive is busy. */
static bool read_piece(struct playing *p, uint32_t piece)
{
	struct err err = ERR_INIT;

	p->at = NO_PIECE;
	if (cargo_read(p->cargo, piece, p->piece, &err) != STATUS_OK ||
	    !payload_piece_good(&p->tf->mi, piece, p->piece))
		return false;
	p->at = piece;
	return true;
}

/* The same between the reads of an answer, when the drive may have gone. */
static bool next_piece(struct playing *p, uint32_t piece)
{
	struct ondrive *od = p->od;
	bool good = false;

	(void)pthread_mutex_lock(&od->lock);
	p->reading = p->drive != NULL && !p->drive->leaving;
	if (p->reading)
		p->drive->busy++;
	(void)pthread_mutex_unlock(&od->lock);
	if (!p->reading)
		return false;
	good = read_piece(p, piece);
	(void)pthread_mutex_lock(&od->lock);
	p->reading = false;
	if (--p->drive->busy == 0)
		(void)pthread_cond_broadcast(&od->quiet);
	(void)pthread_mutex_unlock(&od->lock);
	return good;
}

static uint32_t piece_of(const struct playing *p, uint64_t offset)
{
	return p->file->first_piece +
	       (uint32_t)(offset / p->tf->mi.piece_length);
}

static ssize_t play_some(void *owner, uint64_t offset, uint8_t *to,
			 size_t size)
{
	struct playing *p = owner;
	uint32_t piece = piece_of(p, offset);
	struct metainfo_piece at = metainfo_piece(&p->tf->mi, piece);
	size_t skip = (size_t)(offset - at.offset);

	if (p->at != piece && !next_piece(p, piece))
		return -1;
	if (size > at.length - skip)
		size = at.length - skip;
	memcpy(to, p->piece + skip, size);
	return (ssize_t)size;
}

static void play_end(void *owner)
{
	struct playing *p = owner;
	struct ondrive *od = p->od;
	struct playing **at = &od->playing;

	(void)pthread_mutex_lock(&od->lock);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	od->answers--;
	/* Under the lock: whoever waits for the drive must find it closed. */
	cargo_free(p->cargo);
	p->cargo = NULL;
	(void)pthread_mutex_unlock(&od->lock);
	playing_free(p);
}

/* --- answering --- */

static void too_many(struct http_answer *answer)
{
	answer->code = 503;
	answer->type = "text/plain; charset=utf-8";
	answer->body = bytes_of("too many play from the drive already\n");
	(void)http_answer_header(answer, "Retry-After", "5");
}

static void answer_with(struct playing *p, struct http_answer *answer)
{
	answer->reader = (struct http_reader){ .owner = p,
					       .read = play_some,
					       .close = play_end };
	answer->length = p->file->length;
	answer->type = content_type_of(p->file->path);
	answer->flags |= HTTP_IMMUTABLE | HTTP_NO_SNIFF;
}

/* Is the first byte that will be sent a good one? Else somebody else may have
 * it: what has not begun needs no breaking off. */
static bool begins_well(struct playing *p, const struct http_head *head)
{
	struct range range = { 0, 0 };

	if (p->file->length == 0)
		return true;
	if (http_head_range(head, p->file->length, &range) != RANGE_PART)
		range.first = 0;
	return read_piece(p, piece_of(p, range.first));
}

/* One place among the answers. */
static bool take_place(struct ondrive *od)
{
	bool taken;

	(void)pthread_mutex_lock(&od->lock);
	taken = od->answers < ONDRIVE_ANSWERS_MAX;
	od->answers += taken;
	(void)pthread_mutex_unlock(&od->lock);
	return taken;
}

/* Into the list, and its place is its own now; or free both. */
static bool settle(struct ondrive *od, struct playing *p, bool good)
{
	(void)pthread_mutex_lock(&od->lock);
	good = good && !p->drive->leaving;
	if (good) {
		p->next = od->playing;
		od->playing = p;
	} else {
		od->answers--;
	}
	(void)pthread_mutex_unlock(&od->lock);
	if (!good)
		playing_free(p);
	return good;
}

/* True when it is answered; while the drive is busy. */
static bool try_drive(struct ondrive *od, struct plugged *drive,
		      const struct http_head *head, const uint8_t *btmh,
		      const char *path, struct http_answer *answer)
{
	struct playing *p;

	if (!plugged_has(drive, btmh) || !is_known(od, btmh))
		return false;
	if (!take_place(od)) {
		too_many(answer);
		return true;
	}
	p = playing_new(od, drive, btmh, path);
	if (p == NULL) {
		(void)pthread_mutex_lock(&od->lock);
		od->answers--;
		(void)pthread_mutex_unlock(&od->lock);
		return false;
	}
	if (!settle(od, p, begins_well(p, head)))
		return false;
	answer_with(p, answer);
	return true;
}

/* Drives there are now, each one entered. */
static unsigned enter_all(struct ondrive *od,
			  struct plugged *out[static ONDRIVE_DRIVES_MAX])
{
	unsigned count = 0;

	(void)pthread_mutex_lock(&od->lock);
	for (struct plugged *drive = od->drives; drive != NULL;
	     drive = drive->next)
		if (!drive->leaving) {
			drive->busy++;
			out[count++] = drive;
		}
	(void)pthread_mutex_unlock(&od->lock);
	return count;
}

bool ondrive_try(void *ondrive, const struct http_head *head,
		 struct http_answer *answer)
{
	struct ondrive *od = ondrive;
	const char *rest = head->path + strlen("/payload/");
	struct plugged *drives[ONDRIVE_DRIVES_MAX];
	bool answered = false;
	uint8_t btmh[32];
	unsigned count;

	if (strncmp(head->path, "/payload/", 9) != 0 || strlen(rest) < 66 ||
	    rest[64] != '/' ||
	    hex_decode((struct bytes){ (const uint8_t *)rest, 64 }, btmh,
		       32) != STATUS_OK)
		return false;
	count = enter_all(od, drives);
	for (unsigned i = 0; i < count; i++) {
		if (!answered)
			answered = try_drive(od, drives[i], head, btmh,
					     rest + 65, answer);
		plugged_leave(od, drives[i]);
	}
	return answered;
}
