#include "node/evict.h"

#include <string.h>

enum { COPIES_ENOUGH = 3 };

static const char *const reason_texts[] = {
	[EVICT_KEEP] = "stays",
	[EVICT_WITHDRAWN] = "withdrawn",
	[EVICT_EXPIRED] = "expired",
	[EVICT_SUPERSEDED] = "an earlier revision",
	[EVICT_UNWANTED] = "not wanted here any more",
	[EVICT_LEAST_USEFUL] = "least useful",
};

const char *evict_reason_text(enum evict_reason reason)
{
	return reason_texts[reason];
}

enum evict_reason evict_judge(const struct evict_facts *facts,
			      const char *today)
{
	if (facts->withdrawn)
		return EVICT_WITHDRAWN;
	if (facts->pinned || facts->due || facts->busy)
		return EVICT_KEEP;
	if (facts->copies == 0 && facts->others > 0)
		return EVICT_KEEP;
	if (facts->expires[0] != 0 && today[0] != 0 &&
	    strcmp(facts->expires, today) < 0)
		return EVICT_EXPIRED;
	if (!facts->named)
		return EVICT_SUPERSEDED;
	return facts->wanted ? EVICT_LEAST_USEFUL : EVICT_UNWANTED;
}

bool evict_older(const struct evict_age *a, const struct evict_age *b)
{
	int by_date = strcmp(a->date, b->date);

	return by_date < 0 || (by_date == 0 && a->row < b->row);
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static uint64_t last_use(const struct evict_facts *facts)
{
	return facts->used_s > facts->added_s ? facts->used_s : facts->added_s;
}

static unsigned copies(const struct evict_facts *facts)
{
	return facts->copies < COPIES_ENOUGH ? facts->copies : COPIES_ENOUGH;
}

int evict_order(const struct evict_facts *a, const struct evict_facts *b,
		const char *today)
{
	int by_reason = compare(evict_judge(a, today), evict_judge(b, today));
	int by_copies = compare(copies(b), copies(a));
	int by_use = compare(last_use(a), last_use(b));
	int by_age = compare(a->added_s, b->added_s);

	if (by_reason != 0)
		return by_reason;
	if (by_copies != 0)
		return by_copies;
	if (by_use != 0)
		return by_use;
	if (by_age != 0)
		return by_age;
	return memcmp(a->btmh, b->btmh, sizeof(a->btmh));
}

/* A heap of indexes with the first to go on top: few are taken of many. */
struct heap {
	const struct evict_facts *facts;
	const struct evict_for *what;
	const char *today;
	size_t *at;
	size_t count;
};

static bool goes_before(const struct heap *h, size_t a, size_t b)
{
	const struct evict_facts *x = &h->facts[h->at[a]];
	const struct evict_facts *y = &h->facts[h->at[b]];

	if (!h->what->first &&
	    evict_judge(x, h->today) == EVICT_LEAST_USEFUL &&
	    evict_judge(y, h->today) == EVICT_LEAST_USEFUL &&
	    (evict_older(&x->age, &y->age) || evict_older(&y->age, &x->age)))
		return evict_older(&x->age, &y->age);
	return evict_order(x, y, h->today) < 0;
}

static void sink(struct heap *h, size_t from)
{
	for (;;) {
		size_t first = from, left = 2 * from + 1, kept = h->at[from];

		if (left < h->count && goes_before(h, left, first))
			first = left;
		if (left + 1 < h->count && goes_before(h, left + 1, first))
			first = left + 1;
		if (first == from)
			return;
		h->at[from] = h->at[first];
		h->at[first] = kept;
		from = first;
	}
}

static size_t take_first(struct heap *h)
{
	size_t first = h->at[0];

	h->at[0] = h->at[--h->count];
	sink(h, 0);
	return first;
}

/* May go for what the room is for? */
static bool may_go(const struct evict_facts *facts,
		   const struct evict_for *what, const char *today)
{
	enum evict_reason reason = evict_judge(facts, today);

	return reason != EVICT_KEEP &&
	       (what->first || reason != EVICT_LEAST_USEFUL ||
		evict_older(&facts->age, &what->age));
}

/* Move what was taken from the top, which lies behind the heap in the order
 * last to first, to the front. */
static void to_front(size_t *at, size_t from, size_t count)
{
	memmove(at, at + from, count * sizeof(*at));
	for (size_t i = 0; i < count / 2; i++) {
		size_t kept = at[i];

		at[i] = at[count - 1 - i];
		at[count - 1 - i] = kept;
	}
}

/* Small ones that went before a large one are not needed any more, perhaps:
 * they would only come again. Those that would go last stay first. */
static size_t spare(const struct evict_facts *facts, const char *today,
		    uint64_t need, size_t *chosen, size_t count,
		    uint64_t *freed)
{
	size_t kept = count;

	for (size_t i = count; i > 0; i--) {
		const struct evict_facts *f = &facts[chosen[i - 1]];

		if (evict_judge(f, today) != EVICT_LEAST_USEFUL ||
		    *freed == UINT64_MAX || *freed < need ||
		    *freed - need < f->bytes)
			continue;
		*freed -= f->bytes;
		memmove(chosen + i - 1, chosen + i,
			(kept - i) * sizeof(*chosen));
		kept--;
	}
	return kept;
}

size_t evict_choose(const struct evict_facts *facts, size_t count,
		    uint64_t need, const struct evict_for *what,
		    const char *today,
		    size_t *chosen, enum evict_reason *reasons,
		    uint64_t *freed)
{
	struct heap h = { .facts = facts, .what = what, .today = today,
			  .at = chosen };
	size_t taken = 0;

	*freed = 0;
	for (size_t i = 0; i < count; i++)
		if (may_go(&facts[i], what, today))
			chosen[h.count++] = i;
	for (size_t i = h.count / 2; i > 0; i--)
		sink(&h, i - 1);
	while (h.count > 0 && *freed < need) {
		size_t first = take_first(&h);

		/* The place that the heap has just given up. */
		chosen[h.count] = first;
		taken++;
		*freed = facts[first].bytes > UINT64_MAX - *freed ?
				 UINT64_MAX :
				 *freed + facts[first].bytes;
	}
	to_front(chosen, h.count, taken);
	taken = spare(facts, today, need, chosen, taken, freed);
	for (size_t i = 0; i < taken; i++)
		reasons[i] = evict_judge(&facts[chosen[i]], today);
	return taken;
}
