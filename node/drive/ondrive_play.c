/* An answer from a drive: found, opened, then read a piece at a time, all of it
 * on the drive's threads; what of a piece is in memory then goes out on the
 * server's. */
#include <stdlib.h>
#include <string.h>

#include "catalog/lessons.h"
#include "node/drive/ondrive_inside.h"
#include "node/pace.h"
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

/* Its place and its holds go with it. */
static void playing_free(struct playing *p)
{
	struct ondrive *od = p->od;

	cargo_free(p->cargo);
	torrentfile_free(p->tf);
	free(p->piece);
	(void)pthread_mutex_lock(&od->lock);
	share_give(&od->places, p->source);
	(void)pthread_mutex_unlock(&od->lock);
	aside_drop(p->disk);
	free(p);
	ondrive_drop(od);
}

/* One place among the answers. */
static bool take_place(struct ondrive *od, uint64_t source)
{
	bool taken;

	(void)pthread_mutex_lock(&od->lock);
	taken = share_take(&od->places, source);
	if (taken)
		ondrive_hold(od);
	(void)pthread_mutex_unlock(&od->lock);
	return taken;
}

static void give_place(struct ondrive *od, uint64_t source)
{
	(void)pthread_mutex_lock(&od->lock);
	share_give(&od->places, source);
	(void)pthread_mutex_unlock(&od->lock);
	ondrive_drop(od);
}

/* Takes over the place that `source` has. NULL when the drive has no such file
 * of it; while the drive is busy. */
static struct playing *playing_new(struct ondrive *od, struct plugged *drive,
				   uint64_t source, const uint8_t *btmh,
				   const char *path)
{
	struct playing *p = calloc(1, sizeof(*p));
	struct err err = ERR_INIT;

	if (p == NULL) {
		give_place(od, source);
		return NULL;
	}
	p->od = od;
	p->disk = aside_hold(drive->disk);
	p->source = source;
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

/* What `offset` is in: its piece, and how far from the piece's beginning. */
static size_t skip_of(const struct playing *p, uint64_t offset,
		      uint32_t *piece, size_t *length)
{
	struct metainfo_piece at;

	*piece = piece_of(p, offset);
	at = metainfo_piece(&p->tf->mi, *piece);
	*length = at.length;
	return (size_t)(offset - at.offset);
}

/* The piece that is in memory; 0: it is another one. */
static ssize_t play_now(void *owner, uint64_t offset, uint8_t *to, size_t size)
{
	struct playing *p = owner;
	uint32_t piece;
	size_t length, skip = skip_of(p, offset, &piece, &length);

	if (p->at != piece)
		return 0;
	if (size > length - skip)
		size = length - skip;
	memcpy(to, p->piece + skip, size);
	return (ssize_t)size;
}

static ssize_t play_some(void *owner, uint64_t offset, uint8_t *to,
			 size_t size)
{
	struct playing *p = owner;

	if (!next_piece(p, piece_of(p, offset)))
		return -1;
	return play_now(p, offset, to, size);
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

/* False when out of memory; `p` is gone then. */
static bool answer_with(struct playing *p, struct http_answer *answer)
{
	const struct metainfo_file *file = p->file;
	struct aside_read *r;

	answer->length = file->length;
	answer->type = content_type_of(file->path);
	r = aside_read_new(p->disk, p->source,
			   &(struct aside_source){ p, play_now, play_some,
						   play_end });
	if (r == NULL)
		return false;
	answer->reader = (struct http_reader){ r, aside_read_begin,
					       aside_read_some,
					       aside_read_close };
	answer->flags |= HTTP_IMMUTABLE | HTTP_NO_SNIFF;
	return true;
}

/* Into the list; or free it. */
static bool settle(struct ondrive *od, struct playing *p, bool good)
{
	(void)pthread_mutex_lock(&od->lock);
	good = good && !p->drive->leaving;
	if (good) {
		p->next = od->playing;
		od->playing = p;
	}
	(void)pthread_mutex_unlock(&od->lock);
	if (!good)
		playing_free(p);
	return good;
}

/* --- looking: on a drive's thread --- */

struct look {
	struct ondrive *od; /* held */
	struct aside *disk; /* held */
	uint64_t drive;
	uint64_t source;
	uint8_t btmh[32];
	const char *path;
	const char *range; /* the header; NULL: none */
	char text[];	   /* both of these */
};

/* Is the first byte that will be sent a good one? Else somebody else may have
 * it: what has not begun needs no breaking off. */
static bool begins_well(struct playing *p, const struct look *l)
{
	struct range range = { 0, 0 };

	if (p->file->length == 0)
		return true;
	if (range_parse(l->range, p->file->length, &range) != RANGE_PART)
		range.first = 0;
	return read_piece(p, piece_of(p, range.first));
}

/* True when it is answered; while the drive is busy. */
static bool look_on(const struct look *l, struct plugged *drive,
		    struct http_answer *answer)
{
	struct ondrive *od = l->od;
	struct playing *p;

	if (!plugged_has(drive, l->btmh) || !is_known(od, l->btmh))
		return false;
	if (!take_place(od, l->source)) {
		too_many(answer);
		return true;
	}
	p = playing_new(od, drive, l->source, l->btmh, l->path);
	return p != NULL && settle(od, p, begins_well(p, l)) &&
	       answer_with(p, answer);
}

static bool look(void *owner, struct http_answer *answer)
{
	const struct look *l = owner;
	struct plugged *drive = plugged_enter(l->od, l->drive);
	bool answered;

	if (drive == NULL)
		return false;
	answered = look_on(l, drive, answer);
	plugged_leave(l->od, drive);
	return answered;
}

static void look_release(void *owner)
{
	struct look *l = owner;

	aside_drop(l->disk);
	ondrive_drop(l->od);
	free(l);
}

/* NULL when out of memory. */
static struct look *look_new(const struct http_head *head, const char *path)
{
	const char *range = http_head_header(head, "Range");
	size_t path_size = strlen(path) + 1;
	size_t range_size = range == NULL ? 0 : strlen(range) + 1;
	struct look *l = malloc(sizeof(*l) + path_size + range_size);

	if (l == NULL)
		return NULL;
	memset(l, 0, sizeof(*l));
	memcpy(l->text, path, path_size);
	l->path = l->text;
	if (range != NULL) {
		memcpy(l->text + path_size, range, range_size);
		l->range = l->text + path_size;
	}
	l->source = pace_source(http_head_address(head));
	return l;
}

/* The next drive after this stage, which the look then holds; false when there
 * is none. */
static bool choose_drive(struct ondrive *od, uint64_t after, struct look *l)
{
	const struct plugged *next = NULL;

	(void)pthread_mutex_lock(&od->lock);
	for (const struct plugged *drive = od->drives; drive != NULL;
	     drive = drive->next)
		if (!drive->leaving && drive->id > after &&
		    (next == NULL || drive->id < next->id))
			next = drive;
	if (next != NULL) {
		l->drive = next->id;
		l->disk = aside_hold(next->disk);
		l->od = od;
		ondrive_hold(od);
	}
	(void)pthread_mutex_unlock(&od->lock);
	return next != NULL;
}

bool ondrive_try(void *ondrive, const struct http_head *head,
		 struct http_answer *answer)
{
	const char *rest = head->path + strlen("/payload/");
	struct look *l;
	uint8_t btmh[32];

	if (strncmp(head->path, "/payload/", 9) != 0 || strlen(rest) < 66 ||
	    rest[64] != '/' ||
	    hex_decode((struct bytes){ (const uint8_t *)rest, 64 }, btmh,
		       32) != STATUS_OK)
		return false;
	l = look_new(head, rest + 65);
	if (l == NULL || !choose_drive(ondrive, head->after, l)) {
		free(l);
		return false;
	}
	memcpy(l->btmh, btmh, sizeof(btmh));
	answer->look = (struct http_look){ .disk = l->disk,
					   .owner = l,
					   .look = look,
					   .release = look_release,
					   .stage = l->drive };
	return true;
}
