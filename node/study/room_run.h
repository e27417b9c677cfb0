/* A run: what the screen showed one lesson after the other while nobody was
 * there, from the last key, register or card on. One that is long enough was
 * played to an empty room, all of it, also the plays of it that have ended
 * (docs/formats-records.md, "How minutes are counted").
 *
 * Pure. Times are the node's own, in ms. */
#ifndef NODE_STUDY_ROOM_RUN_H
#define NODE_STUDY_ROOM_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/spans.h"

enum {
	ROOM_EMPTY_MS = 2 * 60 * 60 * 1000, /* so long without a key */
	/* Whoever goes on after such a pause was there to begin. */
	ROOM_RUN_GAP_MS = 30 * 60 * 1000,
	/* Plays of a run that are known; of more, the newest. */
	ROOM_RUN_MAX = 512
};

/* All zero: none. */
struct room_run {
	uint64_t counted_ms;
	uint64_t last_ms; /* until when something of it was counted */
	size_t count;	  /* of plays, also of those not known any more */
	uint64_t plays[ROOM_RUN_MAX];
};

/* Somebody was there. */
void room_run_end(struct room_run *run);

/*
 * `when` was counted of a play with nobody there, `fresh_ms` of it on no other
 * screen.
 *
 * Returns: is this a run to an empty room? All its plays are to be marked.
 */
bool room_run_counts(struct room_run *run, uint64_t play,
		     const struct span *when, uint64_t fresh_ms);

/* How many plays are in `plays`. */
size_t room_run_known(const struct room_run *run);

#endif
