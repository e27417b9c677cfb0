#include "tests/sim/swarms.h"

#include <stdlib.h>

#include "tests/support/check.h"

enum { SLOTS = 1 << 16 };

struct swarms {
	struct swarm *slot[SLOTS];
};

static uint32_t slot_of(uint32_t upstream, uint32_t lesson)
{
	return (upstream * 2654435761U ^ lesson * 40503U) % SLOTS;
}

struct swarms *swarms_new(void)
{
	struct swarms *all = calloc(1, sizeof(*all));

	CHECK(all != NULL);
	return all;
}

void swarms_free(struct swarms *all)
{
	for (unsigned i = 0; i < SLOTS; i++)
		for (struct swarm *s = all->slot[i], *next; s != NULL;
		     s = next) {
			next = s->next;
			free(s->list);
			free(s);
		}
	free(all);
}

struct swarm *swarm_of(const struct swarms *all, uint32_t upstream,
		       uint32_t lesson)
{
	struct swarm *s = all->slot[slot_of(upstream, lesson)];

	while (s != NULL && (s->upstream != upstream || s->lesson != lesson))
		s = s->next;
	return s;
}

static struct swarm *made(struct swarms *all, uint32_t upstream,
			  uint32_t lesson)
{
	struct swarm **slot = &all->slot[slot_of(upstream, lesson)];
	struct swarm *s = calloc(1, sizeof(*s));

	CHECK(s != NULL);
	*s = (struct swarm){ .upstream = upstream, .lesson = lesson,
			     .next = *slot };
	*slot = s;
	return s;
}

void swarm_join(struct swarms *all, uint32_t upstream, uint32_t lesson,
		uint32_t node, double until)
{
	struct swarm *s = swarm_of(all, upstream, lesson);

	if (s == NULL)
		s = made(all, upstream, lesson);
	for (uint32_t i = 0; i < s->count; i++)
		if (s->list[i].node == node) {
			s->list[i].until = until;
			return;
		}
	if (s->count == s->room) {
		s->room = s->room == 0 ? 8 : 2 * s->room;
		s->list = realloc(s->list, s->room * sizeof(*s->list));
		CHECK(s->list != NULL);
	}
	s->list[s->count++] = (struct swarm_member){ node, until };
}
