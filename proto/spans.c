#include "proto/spans.h"

#include <string.h>

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The first span that ends at `from` or behind it. */
static size_t first_touched(const struct spans *s, uint64_t from)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->at[middle].to < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint64_t spans_lacking(const struct spans *s, uint64_t from, uint64_t to)
{
	uint64_t lacking = from < to ? to - from : 0;

	if (lacking == 0)
		return 0;
	for (size_t i = first_touched(s, from);
	     i < s->count && s->at[i].from < to; i++) {
		uint64_t begin = later(from, s->at[i].from);
		uint64_t end = sooner(to, s->at[i].to);

		if (begin < end)
			lacking -= end - begin;
	}
	return lacking;
}

/* Room for one more: the two with the least between them become one. */
static void join_nearest(struct spans *s)
{
	size_t best = 0;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i + 1 < s->count; i++) {
		uint64_t gap = s->at[i + 1].from - s->at[i].to;

		if (gap < least) {
			least = gap;
			best = i;
		}
	}
	s->at[best].to = s->at[best + 1].to;
	s->count--;
	memmove(&s->at[best + 1], &s->at[best + 2],
		(s->count - best - 1) * sizeof(s->at[0]));
}

static void insert(struct spans *s, uint64_t from, uint64_t to)
{
	size_t first = first_touched(s, from), last = first;

	while (last < s->count && s->at[last].from <= to)
		last++;
	if (first < last) {
		from = sooner(from, s->at[first].from);
		to = later(to, s->at[last - 1].to);
	}
	memmove(&s->at[first + 1], &s->at[last],
		(s->count - last) * sizeof(s->at[0]));
	s->at[first] = (struct span){ from, to };
	s->count = s->count - (last - first) + 1;
}

uint64_t spans_add(struct spans *s, uint64_t from, uint64_t to)
{
	uint64_t lacking = spans_lacking(s, from, to);

	if (lacking == 0)
		return 0;
	if (s->count == SPANS_MAX)
		join_nearest(s);
	insert(s, from, to);
	return lacking;
}

uint64_t spans_total(const struct spans *s)
{
	uint64_t total = 0;

	for (size_t i = 0; i < s->count; i++)
		total += s->at[i].to - s->at[i].from;
	return total;
}
