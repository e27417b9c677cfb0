/* What node/upload_taker.c, which answers one body, and node/upload_long.c,
 * which goes on over several, share. For these two only. */
#ifndef NODE_UPLOAD_TAKER_INSIDE_H
#define NODE_UPLOAD_TAKER_INSIDE_H

#include "node/records.h"
#include "node/upload_taker.h"
#include "proto/upload.h"

/* A long log on its way in. */
struct taking {
	int64_t log;	       /* 0: free */
	uint64_t held;		/* entries that were here at the beginning */
	struct checkpoint head; /* what is being reached */
	struct intake *intake;
	struct intake_want want;
	uint64_t from;	 /* where of it we begin: want.from, or 0 */
	struct buf part; /* what came of it since */
	int64_t used_ms;
};

struct upload_taker {
	struct house *house;
	struct taking takings[UPLOAD_TAKING_MAX];
};

/* One body being taken. */
struct take {
	struct upload_taker *t;
	struct upload upload;
	uint64_t now_s;
	int64_t now_ms;
	struct records_offer offer;
	bool is_own; /* not of records: our own log of lessons, given back */
	struct upload_answer *answer;
};

/* --- upload_taker.c --- */
void upload_say(struct take *k, unsigned code, const char *text);
void upload_refuse(struct take *k, enum status status, const struct err *err);
/* Everything is proven: make it the state of the log, and answer. */
void upload_commit(struct take *k, struct intake *in);

/* --- upload_long.c --- */
/* The one under way for this log and head; NULL when there is none. */
struct taking *upload_find_taking(struct take *k);
/* Begin one with this intake, which is taken over. */
void upload_begin(struct take *k, struct intake *in);
void upload_take_part(struct take *k, struct taking *taking);
/* Say what is wanted. */
void upload_say_want(struct take *k, const struct taking *taking);
void upload_taking_end(struct taking *taking);

#endif
