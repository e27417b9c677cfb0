#include "node/gate.h"

enum { TOKEN = 1000 };

static void fill(struct gate_bucket *b, int64_t rate, int64_t now)
{
	int64_t since = now - b->at_ms;

	b->at_ms = now;
	/* Full after a second; the rest cannot overflow. */
	b->tokens = since >= 1000 ? rate * TOKEN : b->tokens + since * rate;
	if (b->tokens > rate * TOKEN)
		b->tokens = rate * TOKEN;
}

void gate_init(struct gate *g, uint64_t seed, int64_t now)
{
	*g = (struct gate){ .seed = seed };
	g->strangers = (struct gate_bucket){ now, GATE_STRANGERS * TOKEN };
	g->known = (struct gate_bucket){ now, GATE_KNOWN * TOKEN };
	for (unsigned i = 0; i < GATE_SLOTS; i++)
		g->sources[i] =
			(struct gate_bucket){ now, GATE_PER_SOURCE * TOKEN };
}

/* The finalizer of MurmurHash3: every bit of source and seed matters. */
static unsigned slot_of(const struct gate *g, uint32_t source)
{
	uint64_t mixed = source ^ g->seed;

	mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccd;
	mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53;
	return (unsigned)((mixed ^ mixed >> 33) % GATE_SLOTS);
}

bool gate_admit(struct gate *g, uint32_t source, bool known, int64_t now)
{
	struct gate_bucket *own = &g->sources[slot_of(g, source)];
	struct gate_bucket *shared = known ? &g->known : &g->strangers;

	fill(own, GATE_PER_SOURCE, now);
	fill(shared, known ? GATE_KNOWN : GATE_STRANGERS, now);
	if (own->tokens < TOKEN || shared->tokens < TOKEN)
		return false;
	own->tokens -= TOKEN;
	shared->tokens -= TOKEN;
	return true;
}
