/* A set of numbers as sorted, disjoint spans: which seconds of a film were
 * shown, which pages of a document, which milliseconds were counted already.
 *
 * It is bounded. Where there is no place for one span more, the two nearest
 * are joined: what lies between them is then held to be in the set, so that
 * what is counted by what spans_add() returns is never more than there was.
 *
 * Pure. */
#ifndef PROTO_SPANS_H
#define PROTO_SPANS_H

#include <stddef.h>
#include <stdint.h>

enum { SPANS_MAX = 512 };

/* Half open: `to` is not in it. */
struct span {
	uint64_t from, to;
};

/* All zero: the empty set. */
struct spans {
	size_t count;
	struct span at[SPANS_MAX]; /* sorted, with gaps between them */
};

/* Put all of [from, to) in, nothing where that is empty: how much of it was not
 * in the set before. */
uint64_t spans_add(struct spans *s, uint64_t from, uint64_t to);
/* How much of [from, to) is not in the set. */
uint64_t spans_lacking(const struct spans *s, uint64_t from, uint64_t to);
/* How much is in the set. */
uint64_t spans_total(const struct spans *s);

#endif
