/* The lessons that concern a drive, as node/drive/pack.h wants them: from the
 * catalog, the stops ahead, and what is on the drive already.
 *
 * A lesson concerns it when a stop lacks it, when it is of this place, held
 * here and not over (worth carrying unasked), or when it is on the drive. What
 * is on the drive and no log here knows of stays: it may be another county's. A
 * payload that several lessons name is one.
 *
 * Nodes that nobody enrolled count as one together, and their days not at all:
 * anybody can make as many of them as they like.
 *
 * Of this place: its region lies in this node's county (the first six digits
 * of its region) and touches this node's region.
 *
 * Gone, and to be removed: on the drive, and the lesson was withdrawn, or is
 * known here in a newer revision that has other files. Of a payload that no
 * lesson here names, `lesson` and `rev` of the item say whose it was.
 *
 * Threads: as the catalog. */
#ifndef NODE_DRIVE_LOAD_H
#define NODE_DRIVE_LOAD_H

#include "node/drive/pack.h"
#include "node/drive/stops.h"

/* A payload on the drive. */
struct load_item {
	uint8_t btmh[32];
	uint64_t there; /* bytes of it that are there */
	bool whole;	/* all of them, in their place */
	/* As its place file says; a hint. "" when it does not. */
	char lesson[LESSON_ID_MAX + 1];
	uint32_t rev;
};

/* What people and the copying want to know of a lesson. */
struct load_row {
	const char *id;	   /* full id; "" when no lesson here names it */
	const char *title; /* "" likewise */
	const char *topic;
	uint32_t rev;
	uint64_t bytes; /* of the payload itself */
};

struct load {
	struct pack_lesson *lessons;
	struct load_row *rows; /* rows[i] is about lessons[i] */
	size_t count;

	/* private */
	char **texts; /* what the rows point into */
};

struct load_options {
	const struct stops *stops;
	const struct load_item *items;
	size_t item_count;
	const char *region; /* this node's; "" none */
};

/*
 * Gather. Order: by btmh.
 *
 * Returns: STATUS_OK; STATUS_NO_MEMORY; what SQLite failed with. `out` needs
 *          load_release() only after STATUS_OK.
 */
enum status load_gather(struct load *out, struct catalog *c,
			const struct load_options *options, struct err *err);
void load_release(struct load *load);

/* The room a lesson takes on a drive: its files, what the file system rounds
 * each up by, its poster, torrent file and place file. */
uint64_t load_room(const struct lesson *lesson);
/* The room to be left on a drive of `size` bytes for what is no lesson (logs,
 * records, statements) and what the file system needs: a sixteenth, at most
 * 32 MiB. */
uint64_t load_reserve(uint64_t size);

#endif
