/* When something happened at a station whose clock may be wrong, dead or
 * jumping: what an office makes of the moments that stations write
 * (catalog/moment.h; docs/formats-records.md, "Placing").
 *
 * An **anchor** is a synchronised moment at or above its floor. Things happened
 * in the order of (boot, mono), within one **era**: where boots begin to go
 * back, the disk was put back to an earlier state, and a new era begins.
 *
 * Times are seconds since 1970. Pure; threads: any. */
#ifndef CATALOG_PLACING_H
#define CATALOG_PLACING_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog/moment.h"

enum {
	PLACING_DAY_S = 24 * 60 * 60,
	/* By how much a clock may be corrected within one boot and not have
	 * jumped; beyond that anchors of one boot contradict each other. */
	PLACING_JUMP_S = 10 * 60
};

bool placing_is_anchor(const struct when *w);

/* What the moments of one boot say together. */
struct placing_boot {
	int64_t era;
	int64_t boot;
	int64_t anchors; /* 0: least, most, first_s, last_s say nothing */
	int64_t least, most; /* s - mono of its anchors */
	int64_t first_s, last_s; /* its earliest and latest anchor */
	int64_t floor_s; /* greatest floor */
	bool said; /* any clock was set: */
	int64_t said_least, said_most; /* s - mono of all moments */
};

void placing_boot_init(struct placing_boot *b, int64_t era, int64_t boot);
/* Take a moment of that boot in. */
void placing_boot_add(struct placing_boot *b, const struct when *w);
/* Do its anchors count? Those that contradict each other do not. */
bool placing_boot_is_known(const struct placing_boot *b);
/* Was its clock seen to jump? */
bool placing_boot_has_jumped(const struct placing_boot *b);
/* `older` is to be forgotten: what it says of times after it goes to `next`,
 * the one after it of the same era. */
void placing_boot_fold(struct placing_boot *next,
		       const struct placing_boot *older);

enum { PLACE_UNCERTAIN = -1 };

struct placed {
	int month; /* proto/month.h, or PLACE_UNCERTAIN */
	bool exact; /* by an anchor of the same boot */
	bool unverified; /* by its own clock, which nothing contradicts */
	bool settled; /* no later anchor can change it */
	int64_t at_s; /* the best guess; lo_s where there is none */
	int64_t lo_s, hi_s;
};

/*
 * Where a moment of `era` lies. `boots` is what is known of the station, in any
 * order; `taken_s` is a time by which the moment was certainly over: when the
 * office took the entry in.
 *
 * Where anchors, floors and `taken_s` are true, what is placed exactly or by a
 * range is placed rightly, and the range of what is not holds the truth.
 */
void placing_place(const struct when *w, int64_t era,
		   const struct placing_boot *boots, size_t count,
		   int64_t taken_s, struct placed *out);

#endif
