/* What the engine says, and whether it may: of a payload that it has, and when
 * it can be so. */
#include <string.h>

#include "node/engine_inside.h"

static void slot_release(struct engine *e, struct slot *slot)
{
	slot->used = false;
	e->used--;
}

void engine_tell(struct engine *e, const struct engine_event *event)
{
	if (e->state != CLOSING)
		e->on_event(e->owner, event);
}

static bool event_fits_engine(const struct engine *e,
			      const struct engine_event *event)
{
	if (event->type == ENGINE_READY)
		return e->state == STARTING;
	return event->type == ENGINE_STATS ||
	       (event->type == ENGINE_FAILED && event->failed.have.size == 0);
}

static bool event_fits_slot(const struct slot *s,
			    const struct engine_event *event)
{
	switch (event->type) {
	case ENGINE_ADDED:
		return !s->added && event->added.pieces == s->pieces;
	case ENGINE_PIECE:
		return s->added && event->piece < s->pieces;
	case ENGINE_PROGRESS:
		return s->added && event->progress.pieces <= s->pieces;
	case ENGINE_FINISHED:
		return s->added && s->mode == ENGINE_FETCH;
	case ENGINE_HAVE:
	case ENGINE_RELEASED:
		return s->added && engine_have_fits(event->have, s->pieces) &&
		       (event->type == ENGINE_HAVE || s->releasing);
	case ENGINE_FAILED:
		return event->failed.have.size == 0 ||
		       engine_have_fits(event->failed.have, s->pieces);
	case ENGINE_PEERS:
	case ENGINE_HELLO:
	case ENGINE_PROOF:
	case ENGINE_TURNED:
		return s->added;
	default:
		return false;
	}
}

static bool slot_told(struct engine *e, struct engine_event *event)
{
	uint8_t btmh[ENGINE_BTMH_SIZE];
	struct slot *s;

	if (event->slot > e->slot_count)
		return false;
	s = &e->slots[event->slot - 1];
	if (!s->used || !event_fits_slot(s, event))
		return false;
	/* The owner may add others from inside, which moves the slots. */
	memcpy(btmh, s->btmh, sizeof(btmh));
	event->btmh = btmh;
	if (event->type == ENGINE_ADDED)
		s->added = true;
	if (event->type == ENGINE_RELEASED || event->type == ENGINE_FAILED)
		slot_release(e, s);
	engine_tell(e, event);
	return true;
}

/* Told once, while no stranger has spoken with it. What the node never asked
 * for is its own to explain. */
static bool cage_told(struct engine *e, const struct engine_cage *cage)
{
	if (e->state != STARTING || e->cage_known)
		return false;
	e->cage = *cage;
	if (e->user.uid == 0)
		e->cage.lack[ENGINE_LAYER_USER] = e->user.lack;
	e->cage_known = true;
	return true;
}

bool engine_frame_came(void *owner, struct bytes frame)
{
	struct engine *e = owner;
	struct engine_event event;

	if (engine_event_decode(frame, &e->scratch, &event) != STATUS_OK)
		return false;
	if (event.slot != 0)
		return slot_told(e, &event);
	if (event.type == ENGINE_CAGE)
		return cage_told(e, &event.cage);
	if (!event_fits_engine(e, &event))
		return false;
	if (event.type == ENGINE_READY)
		engine_set_state(e, RUNNING);
	if (event.type == ENGINE_STATS)
		e->stats_due = false;
	engine_tell(e, &event);
	return true;
}
