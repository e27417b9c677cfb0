#include "catalog/placing.h"

#include "proto/month.h"

bool placing_is_anchor(const struct when *w)
{
	return w->sync && w->boot != 0 && w->s > 0 && w->s >= w->floor;
}

void placing_boot_init(struct placing_boot *b, int64_t era, int64_t boot)
{
	*b = (struct placing_boot){ .era = era, .boot = boot };
}

static void widen(int64_t value, bool first, int64_t *least, int64_t *most)
{
	if (first || value < *least)
		*least = value;
	if (first || value > *most)
		*most = value;
}

void placing_boot_add(struct placing_boot *b, const struct when *w)
{
	int64_t s = (int64_t)w->s, offset = s - (int64_t)w->mono;

	if ((int64_t)w->floor > b->floor_s)
		b->floor_s = (int64_t)w->floor;
	if (s > 0) {
		widen(offset, !b->said, &b->said_least, &b->said_most);
		b->said = true;
	}
	if (!placing_is_anchor(w))
		return;
	widen(offset, b->anchors == 0, &b->least, &b->most);
	widen(s, b->anchors == 0, &b->first_s, &b->last_s);
	b->anchors++;
}

bool placing_boot_is_known(const struct placing_boot *b)
{
	return b->anchors > 0 && b->most - b->least <= PLACING_JUMP_S;
}

bool placing_boot_has_jumped(const struct placing_boot *b)
{
	return b->said && b->said_most - b->said_least > PLACING_JUMP_S;
}

/* The latest that is certainly not after the end of this boot. */
static int64_t reached_s(const struct placing_boot *b)
{
	return placing_boot_is_known(b) && b->last_s > b->floor_s ? b->last_s :
								    b->floor_s;
}

void placing_boot_fold(struct placing_boot *next,
		       const struct placing_boot *older)
{
	int64_t reached = reached_s(older);

	if (reached > next->floor_s)
		next->floor_s = reached;
}

static void place_exactly(const struct when *w, const struct placing_boot *b,
			  struct placed *out)
{
	int64_t at = (int64_t)w->mono + b->least + (b->most - b->least) / 2;

	*out = (struct placed){ .month = month_of(at),
			       .exact = true,
			       .settled = true,
			       .at_s = at,
			       .lo_s = at,
			       .hi_s = at };
}

/* What another boot says about a moment of (era, boot). An earlier boot of an
 * earlier era was before it, too; a later boot of another era says nothing. */
static void bound(int64_t era, int64_t boot, const struct placing_boot *b,
		  struct placed *out)
{
	if (b->boot < boot && b->era <= era) {
		if (reached_s(b) > out->lo_s)
			out->lo_s = reached_s(b);
	} else if (b->boot > boot && b->era == era &&
		   placing_boot_is_known(b)) {
		out->settled = true;
		if (b->first_s < out->hi_s)
			out->hi_s = b->first_s;
	}
	if (b->era > era)
		out->settled = true;
}

static void settle_on_month(const struct when *w, bool jumped,
			    struct placed *out)
{
	int64_t s = (int64_t)w->s;

	out->at_s = out->lo_s;
	if (s > 0 && !jumped && s >= out->lo_s - PLACING_DAY_S &&
	    s <= out->hi_s + PLACING_DAY_S) {
		out->unverified = true;
		out->at_s = s < out->lo_s ? out->lo_s :
			    s > out->hi_s ? out->hi_s :
					    s;
		out->month = month_of(out->at_s);
	} else if (month_of(out->lo_s) == month_of(out->hi_s)) {
		out->month = month_of(out->lo_s);
	}
}

void placing_place(const struct when *w, int64_t era,
		   const struct placing_boot *boots, size_t count,
		   int64_t taken_s, struct placed *out)
{
	struct placed place = { .month = PLACE_UNCERTAIN,
			       .lo_s = (int64_t)w->floor,
			       .hi_s = taken_s };
	int64_t boot = (int64_t)w->boot;
	bool jumped = false;

	for (size_t i = 0; i < count && boot != 0; i++) {
		const struct placing_boot *b = &boots[i];

		if (b->boot != boot || b->era != era) {
			bound(era, boot, b, &place);
			continue;
		}
		if (placing_boot_is_known(b)) {
			place_exactly(w, b, out);
			return;
		}
		jumped = placing_boot_has_jumped(b);
	}
	if (place.lo_s > place.hi_s) { /* they contradict each other */
		int64_t lo = place.hi_s;

		place.hi_s = place.lo_s;
		place.lo_s = lo;
		jumped = true;
	}
	settle_on_month(w, jumped, &place);
	*out = place;
}
