#include "node/gate.h"

#include "node/scatter.h"

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

bool gate_admit(struct gate *g, uint32_t source, bool known, int64_t now)
{
	struct gate_bucket *own = &g->sources[scatter(source, g->seed) %
					       GATE_SLOTS];
	struct gate_bucket *shared = known ? &g->known : &g->strangers;

	fill(own, GATE_PER_SOURCE, now);
	fill(shared, known ? GATE_KNOWN : GATE_STRANGERS, now);
	if (own->tokens < TOKEN || shared->tokens < TOKEN)
		return false;
	own->tokens -= TOKEN;
	shared->tokens -= TOKEN;
	return true;
}
