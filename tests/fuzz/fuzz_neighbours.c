/* The table of neighbours under announcements of nodes that say anything: the
 * input is what happens, a few bytes each. It stays within its bounds, finds
 * what it has, and lets nobody who answered be pushed out by those who only
 * announce. */
#include "node/neighbours.h"
#include "tests/fuzz/fuzz.h"

enum { STEPS_MAX = 300 };

static struct datagram announcement(struct fuzz_reader *r, uint8_t who)
{
	struct datagram d = { .boot = fuzz_u8(r) % 4, .seq = fuzz_u8(r) };
	uint8_t more = fuzz_u8(r);

	memset(d.key, who, sizeof(d.key));
	d.instance[0] = more & 3;
	d.http_port = more & 4 ? 0 : (uint16_t)(7000 + (more >> 6));
	d.flags = more & 8 ? DATAGRAM_LEAVING : 0;
	d.statement_version = fuzz_u8(r);
	d.trust_version = fuzz_u8(r);
	d.head_count = more >> 4 & 3;
	for (size_t i = 0; i < d.head_count; i++) {
		d.heads[i].origin[0] = fuzz_u8(r);
		d.heads[i].size = fuzz_u8(r);
	}
	return d;
}

static struct statement said_by(uint8_t who, struct fuzz_reader *r)
{
	struct statement st = { .boot = fuzz_u8(r) % 4, .seq = fuzz_u8(r) };

	memset(st.key, who, sizeof(st.key));
	return st;
}

static void step(struct neighbours *t, struct fuzz_reader *r, int64_t *now)
{
	uint8_t word = fuzz_u8(r), who = fuzz_u8(r);
	struct neighbour_news news = { .row = NULL };
	struct neighbour gone, *row;
	struct datagram d;
	struct statement st;
	uint32_t from = 0x0a000000 + fuzz_u8(r) % 7;
	char url[64];
	bool known;

	switch (word % 6) {
	case 0:
	case 1:
		d = announcement(r, who);
		if (neighbours_expect(t, &d, from, *now, &known))
			(void)neighbours_hear(t, &d, from, *now, &news);
		if (news.has_gone && (d.flags & DATAGRAM_LEAVING) == 0)
			CHECK(!news.gone.confirmed && !news.gone.listed);
		break;
	case 2:
		st = said_by(who, r);
		row = t->count == 0 ? NULL : &t->rows[fuzz_u8(r) % t->count];
		if (row != NULL)
			(void)neighbours_answered(t, row->id, &st, *now,
						  &news);
		break;
	case 3:
		(void)snprintf(url, sizeof(url), "http://10.0.0.%u:7433", who);
		(void)neighbours_add_url(t, url, *now);
		break;
	case 4:
		row = neighbours_next_to_ask(t, *now);
		if (row != NULL && word & 0x80)
			neighbours_failed(t, row->id, *now);
		break;
	default:
		*now += word & 0x80 ? NEIGHBOUR_GONE_MS : 1000;
		while (neighbours_take_gone(t, *now, &gone))
			CHECK(!gone.listed);
		break;
	}
	if (news.has_gone)
		CHECK(news.gone.id != 0 || news.gone.has_key);
}

static void check_table(struct neighbours *t)
{
	CHECK(t->count <= NEIGHBOURS_MAX);
	for (size_t i = 0; i < t->count; i++) {
		struct neighbour *row = &t->rows[i];

		CHECK(row->head_count <= NEIGHBOUR_HEADS_MAX);
		CHECK(neighbours_find_id(t, row->id) == row);
		if (row->has_key)
			CHECK(neighbours_find(t, row->key) == row);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };
	struct neighbours t;
	int64_t now = 0;

	CHECK(neighbours_init(&t) == STATUS_OK);
	for (unsigned i = 0; i < STEPS_MAX && r.left > 0; i++) {
		step(&t, &r, &now);
		if (i % 16 == 0)
			check_table(&t);
	}
	check_table(&t);
	neighbours_release(&t);
	return 0;
}

void fuzz_seeds(void)
{
	uint8_t many[2048];

	fuzz_seed("\0\1\1\1\1\x10\1\1\5\5\2\1\0\1\1\0\4\0\0\5\0\0", 22);
	/* Many nodes behind one address; then over seven. */
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = i % 8 == 1 ? (uint8_t)(i / 8) : i % 8 > 2;
	fuzz_seed(many, sizeof(many));
	for (size_t i = 0; i < sizeof(many); i++)
		if (i % 8 == 2)
			many[i] = (uint8_t)(i / 8);
	fuzz_seed(many, sizeof(many));
}
