#include "tests/sim/packing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "node/drive/load.h"
#include "node/drive/pack.h"
#include "tests/sim/jobs.h"
#include "tests/sim/news.h"
#include "tests/support/check.h"

struct packing {
	struct world *w;
	struct drive *drive;
	struct pack_lesson *lessons;
	uint32_t *numbers;
	size_t count;
};

static double on_drive(const struct world *w, const struct drive *d,
		       uint32_t lesson)
{
	return block_size(w, lesson) *
	       (double)__builtin_popcount(d->blocks[lesson]);
}

/* What is over is told as wanted by nobody who knows; for who has said nothing
 * the office judges. */
static uint32_t wanters(const struct world *w, uint32_t office,
			uint32_t lesson, const uint32_t *stops, uint32_t count)
{
	uint32_t lack = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct node *n = &w->nodes[stops[i]];

		if (!box_wants(w, n, lesson) ||
		    (n->heard_at < 0 ?
			     lesson_over(w, &w->nodes[office], lesson, w->now) :
			     lesson_over(w, n, lesson, n->heard_at)))
			continue;
		lack += n->heard_at < 0 || !bit_of(n->known_held, lesson);
	}
	return lack;
}

static void add(struct packing *p, uint32_t office, uint32_t lesson,
		const uint32_t *stops, uint32_t count)
{
	const struct world *w = p->w;
	const struct course *l = &w->lessons[lesson];
	struct pack_lesson *out = &p->lessons[p->count];

	*out = (struct pack_lesson){
		.bytes = (uint64_t)l->bytes,
		.there = (uint64_t)on_drive(w, p->drive, lesson),
		.wanters = wanters(w, office, lesson, stops, count),
		.local = strlen(l->region) >= 6 &&
			 !lesson_over(w, &w->nodes[office], lesson, w->now),
		.here = node_holds(w, office, lesson),
		.on_drive = p->drive->blocks[lesson] == ALL_BLOCKS,
		.gone = l->withdrawn || !l->named,
	};
	if (out->wanters == 0 && out->there == 0 && !out->here)
		return;
	memcpy(out->btmh, l->btmh, sizeof(out->btmh));
	strcpy(out->date, l->date);
	strcpy(out->due, l->due);
	p->numbers[p->count++] = lesson;
}

static void take_off(struct packing *p, uint32_t lesson)
{
	p->drive->used -= on_drive(p->w, p->drive, lesson);
	p->drive->blocks[lesson] = 0;
}

/* As many blocks as there is time for, in order. */
static void put_on(struct packing *p, uint32_t lesson, double *seconds)
{
	double size = block_size(p->w, lesson);

	for (unsigned i = 0; i < BLOCKS; i++) {
		if ((p->drive->blocks[lesson] & block_bit(i)) != 0)
			continue;
		*seconds -= size / p->drive->speed;
		if (*seconds < 0)
			return;
		p->drive->blocks[lesson] |= block_bit(i);
		p->drive->used += size;
		p->w->tally.drive_loaded += size;
	}
}

static void carry_out(struct packing *p, const enum pack_act *acts,
		      const size_t *order, size_t steps, double seconds)
{
	for (size_t i = 0; i < steps; i++) {
		const struct pack_lesson *l = &p->lessons[order[i]];
		uint32_t lesson = p->numbers[order[i]];

		if (acts[order[i]] == PACK_REMOVE) {
			CHECK(l->gone || l->wanters == 0);
			take_off(p, lesson);
		} else {
			CHECK(acts[order[i]] == PACK_LOAD && l->here);
			put_on(p, lesson, &seconds);
		}
		CHECK(p->drive->used <= p->drive->size + 1);
	}
}

void drive_load(struct world *w, struct drive *d, uint32_t office,
		const uint32_t *stops, uint32_t count, double seconds)
{
	size_t most = (size_t)w->n_lessons + 1, steps;
	struct packing p = { .w = w, .drive = d };
	enum pack_act *acts = calloc(most, sizeof(*acts));
	size_t *order = calloc(most, sizeof(*order));
	uint32_t county = w->townships[d->township].county;

	p.lessons = calloc(most, sizeof(*p.lessons));
	p.numbers = calloc(most, sizeof(*p.numbers));
	CHECK(acts != NULL && order != NULL && p.lessons != NULL &&
	      p.numbers != NULL);
	for (uint32_t i = 0; i < w->n_lessons; i++)
		if (w->lessons[i].published <= w->now &&
		    (d->blocks[i] != 0 || lesson_concerns(w, i, county)))
			add(&p, office, i, stops, count);
	CHECK(pack_plan(p.lessons, p.count,
			(uint64_t)fmax(0, d->size - d->used),
			load_reserve((uint64_t)d->size), acts, order, &steps));
	carry_out(&p, acts, order, steps, seconds);
	free(acts);
	free(order);
	free(p.lessons);
	free(p.numbers);
}
