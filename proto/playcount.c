#include "proto/playcount.h"

#include <assert.h>

enum { A_DAY_MS = 24 * 60 * 60 * 1000 };

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* --- film and sound --- */

/* How much of the time between two samples counts, and what was shown in it. */
static uint64_t media_counts(struct playcount *p,
			     const struct playcount_sample *a,
			     const struct playcount_sample *b)
{
	uint64_t passed = b->t_ms - a->t_ms, end = b->at, fresh, length;
	uint64_t rate = a->rate > b->rate ? a->rate : b->rate;

	if (p->of != 0)
		end = sooner(end, p->of);
	if (end <= a->at || rate > PLAYCOUNT_RATE_MAX)
		return 0;
	length = end - a->at;
	/* A fifth more: players say where they are now and then. */
	if (length > passed * rate / 1000 * 6 / 5 + PLAYCOUNT_SLACK_MS)
		return 0;
	fresh = spans_add(&p->shown, a->at, end);
	return sooner(passed * fresh / length, fresh);
}

/* --- pages --- */

static uint64_t page_counts(struct playcount *p,
			    const struct playcount_sample *a,
			    const struct playcount_sample *b)
{
	uint64_t passed = b->t_ms - a->t_ms, counts;

	if (p->of != 0 && a->at > p->of)
		return 0;
	p->page_ms += passed;
	if (p->page_ms >= PLAYCOUNT_GLANCE_MS)
		(void)spans_add(&p->shown, a->at, a->at + 1);
	counts = sooner(passed, PLAYCOUNT_DWELL_MS - p->dwell_ms);
	p->dwell_ms += counts;
	return counts;
}

static void turn_page(struct playcount *p, const struct playcount_sample *to)
{
	if (p->last.at == to->at)
		return;
	p->page_ms = 0;
	p->dwell_ms = 0;
}

/* --- the two clocks --- */

static void begin(struct playcount *p, const struct playcount_sample *first,
		  uint64_t now_ms)
{
	p->begun = true;
	p->last = *first;
	p->until_ms = now_ms > PLAYCOUNT_GRACE_MS ?
			      now_ms - PLAYCOUNT_GRACE_MS :
			      0;
}

/* Samples cannot have been made after they came. */
static void lay_clocks(struct playcount *p, bool first, uint64_t newest_ms,
		       uint64_t now_ms)
{
	int64_t offset = (int64_t)now_ms - (int64_t)newest_ms;

	if (first)
		p->first_offset_ms = p->offset_ms = offset;
	if (offset < p->offset_ms)
		p->offset_ms = offset;
	if (p->first_offset_ms - p->offset_ms > PLAYCOUNT_JUMP_MS)
		p->clock_jump = true;
}

/* `counts` of the time between two samples, as a span of ours; false: nothing
 * is left of it. */
static bool credit(struct playcount *p, const struct playcount_sample *a,
		   const struct playcount_sample *b, uint64_t counts,
		   struct span *out)
{
	int64_t from = (int64_t)a->t_ms + p->offset_ms;
	int64_t end = (int64_t)b->t_ms + p->offset_ms;

	if (from < (int64_t)p->until_ms)
		from = (int64_t)p->until_ms;
	if (end - from < (int64_t)counts)
		counts = end > from ? (uint64_t)(end - from) : 0;
	counts = sooner(counts, A_DAY_MS - p->ms);
	if (counts == 0)
		return false;
	*out = (struct span){ (uint64_t)from, (uint64_t)from + counts };
	p->until_ms = out->to;
	p->ms += counts;
	return true;
}

/* --- both --- */

static uint64_t between(struct playcount *p, const struct playcount_sample *b)
{
	const struct playcount_sample *a = &p->last;

	if (!a->running || b->t_ms == a->t_ms ||
	    b->t_ms - a->t_ms > PLAYCOUNT_GAP_MS)
		return 0;
	return p->kind == PLAYCOUNT_MEDIA ? media_counts(p, a, b) :
					    page_counts(p, a, b);
}

/* The newest time among samples that come in order. */
static uint64_t newest(const struct playcount *p, bool first,
		       const struct playcount_sample *samples, size_t count)
{
	uint64_t t_ms = first ? samples[0].t_ms : p->last.t_ms;

	for (size_t i = 0; i < count; i++)
		if (samples[i].t_ms > t_ms)
			t_ms = samples[i].t_ms;
	return t_ms;
}

size_t playcount_take(struct playcount *p,
		      const struct playcount_sample *samples, size_t count,
		      bool touched, uint64_t now_ms, struct span *credits)
{
	bool first = !p->begun;
	uint64_t counts;
	size_t n = 0;

	assert(count <= PLAYCOUNT_SAMPLES_MAX);
	if (touched)
		p->dwell_ms = 0;
	if (count == 0)
		return 0;
	lay_clocks(p, first, newest(p, first, samples, count), now_ms);
	if (first)
		begin(p, &samples[0], now_ms);
	for (size_t i = 0; i < count; i++) {
		if (samples[i].t_ms < p->last.t_ms)
			continue;
		counts = between(p, &samples[i]);
		if (credit(p, &p->last, &samples[i], counts, &credits[n]))
			n++;
		turn_page(p, &samples[i]);
		p->last = samples[i];
	}
	return n;
}
