/* What one that may delegate can cost a node: by many delegations, by many
 * children with many, and by changing its mind about a child with many lessons.
 * `bench_delegations [LESSONS]`, 100,000 unless told. The longest step is how
 * long the loop of a node stands still. */
#include <time.h>

#include "catalog/delegations.h"
#include "catalog/entry.h"
#include "tests/support/shelf.h"

enum { BATCH = 1000, STEP = 250, MANY = 100000, TOGGLES = 1000 };

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* The index until it is done, in slices as a node takes. */
static void settle(struct shelf *s, const char *name)
{
	double start = now_ms(), worst = 0, from, took;
	unsigned did, steps = 0;

	do {
		from = now_ms();
		SHELF_OK(index_step(s->x, STEP, &did, &s->err));
		took = now_ms() - from;
		worst = took > worst ? took : worst;
		steps++;
	} while (did > 0);
	printf("%-44s %8.0f ms in %u steps, longest %.0f ms\n", name,
	       now_ms() - start, steps, worst);
}

static void new_trust(struct shelf *s, const char *region, const char *name)
{
	struct publisher p;
	double start;

	shelf_new_trust(s);
	p = shelf_publisher(s, 0, region);
	p.may_delegate = true;
	CHECK(trust_add_publisher(shelf_trust(s), &p) == STATUS_OK);
	start = now_ms();
	(void)shelf_use_trust(s);
	printf("%-44s %8.0f ms at once\n", name, now_ms() - start);
	settle(s, "  and the rest");
}

static void append(struct shelf *s, size_t log, struct buf *entries,
		   size_t count)
{
	struct bytes list[BATCH];

	for (size_t i = 0; i < count; i++)
		list[i] = buf_bytes(&entries[i]);
	SHELF_OK(log_append(s->c, s->logs[log].id, list, count,
			    s->logs[log].key, &s->err));
	for (size_t i = 0; i < count; i++)
		buf_release(&entries[i]);
}

static void delegate(struct buf *out, struct shelf *s, const char *origin)
{
	struct entry_delegate said = { .trust = 0 };
	uint8_t seed[KEY_SEED_SIZE] = { 7 };
	struct secret_key *key;

	CHECK(secret_key_from_seed(&key, origin, KEY_ED25519, seed) ==
	      STATUS_OK);
	said.publisher = shelf_publisher(s, 0, "431081101");
	strcpy(said.publisher.origin, origin);
	said.publisher.keys[0] = *secret_key_public(key);
	said.publisher.may_delegate = true;
	secret_key_free(key);
	*out = (struct buf)BUF_INIT;
	SHELF_OK(entry_format_delegate(&said, out, &s->err));
}

static void who_may_publish(struct shelf *s)
{
	struct authority *a = authority_new();
	double start = now_ms();

	SHELF_OK(delegations_authority(s->c, shelf_trust(s), a, &s->err));
	printf("%-44s %8.1f ms, %zu publishers of %zu bytes\n",
	       "  who may publish", now_ms() - start, authority_count(a),
	       sizeof(struct authority_row));
	authority_free(a);
}

static void many_delegations(struct shelf *s)
{
	static struct buf entries[BATCH];
	char origin[64];

	for (unsigned n = 0; n < MANY; n += BATCH) {
		for (unsigned i = 0; i < BATCH; i++) {
			(void)snprintf(origin, sizeof(origin), "x.example/%u",
				       n + i);
			delegate(&entries[i], s, origin);
		}
		append(s, 0, entries, BATCH);
	}
	settle(s, "100,000 delegations of one log");
	who_may_publish(s);
}

/* Each of 256 children delegates 256 more. */
static void a_wide_tree(struct shelf *s)
{
	static struct buf entries[BATCH];
	uint8_t seed[KEY_SEED_SIZE] = { 7 };
	struct secret_key *key;
	char origin[64];
	int64_t id;

	for (unsigned i = 0; i < 256; i++) {
		(void)snprintf(origin, sizeof(origin), "x.example/%u", i);
		delegate(&entries[i], s, origin);
	}
	append(s, 0, entries, 256);
	for (unsigned child = 0; child < 256; child++) {
		struct bytes list[256];

		for (unsigned i = 0; i < 256; i++) {
			(void)snprintf(origin, sizeof(origin),
				       "x.example/%u/%u", child, i);
			delegate(&entries[i], s, origin);
			list[i] = buf_bytes(&entries[i]);
		}
		(void)snprintf(origin, sizeof(origin), "x.example/%u", child);
		CHECK(secret_key_from_seed(&key, origin, KEY_ED25519, seed) ==
		      STATUS_OK);
		SHELF_OK(log_follow(s->c, origin, true, &id, &s->err));
		SHELF_OK(log_append(s->c, id, list, 256, key, &s->err));
		secret_key_free(key);
		for (unsigned i = 0; i < 256; i++)
			buf_release(&entries[i]);
	}
	settle(s, "256 children that delegate 256 each");
	who_may_publish(s);
}

static void lessons(struct shelf *s, size_t log, unsigned count)
{
	static struct buf entries[BATCH];

	for (unsigned n = 0; n < count; n += BATCH) {
		for (unsigned i = 0; i < BATCH; i++) {
			struct lesson l = lessons_make(s->logs[log].origin,
						       n + i);

			/* Hashes come in no order. */
			for (size_t b = 0; b < 4; b++)
				l.btmh[b] = (uint8_t)((n + i) * 2654435761u >>
						      (8 * b));
			strcpy(l.region, "431081101");
			entries[i] = (struct buf)BUF_INIT;
			SHELF_OK(lesson_format(&l, &entries[i], &s->err));
		}
		append(s, log, entries, BATCH);
	}
}

/* Delegated for a region, or taken back (NULL). */
static void say(struct shelf *s, size_t child, const char *region,
		struct buf *out)
{
	struct entry_undelegate off = { .has_end = false };
	struct entry_delegate on = { .trust = 0 };

	strcpy(off.end.origin, s->logs[child].origin);
	*out = (struct buf)BUF_INIT;
	if (region == NULL) {
		SHELF_OK(entry_format_undelegate(&off, out, &s->err));
		return;
	}
	on.publisher = shelf_publisher(s, child, region);
	SHELF_OK(entry_format_delegate(&on, out, &s->err));
}

static void say_once(struct shelf *s, size_t child, const char *region,
		     const char *name)
{
	struct buf entry = BUF_INIT;

	say(s, child, region, &entry);
	append(s, 0, &entry, 1);
	settle(s, name);
}

static void changes_its_mind(struct shelf *s, unsigned count)
{
	static struct buf entries[BATCH];
	size_t child = shelf_log(s, "child.example/x");

	lessons(s, child, count);
	printf("a child with %u lessons\n", count);
	say_once(s, child, "431081101", "delegated");
	say_once(s, child, "431081", "wider");
	say_once(s, child, NULL, "taken back");
	say_once(s, child, "431081101", "delegated again");
	for (unsigned i = 0; i < TOGGLES; i++)
		say(s, child, i % 2 == 0 ? NULL : "431081101", &entries[i]);
	append(s, 0, entries, TOGGLES);
	settle(s, "taken back and delegated 500 times");
	new_trust(s, "4310", "a wider trust note");
	new_trust(s, "431081102", "a trust note without it");
}

static void county(struct shelf *s)
{
	struct publisher p;

	shelf_init(s);
	shelf_new_trust(s);
	p = shelf_publisher(s, 0, "431081");
	p.may_delegate = true;
	CHECK(trust_add_publisher(shelf_trust(s), &p) == STATUS_OK);
	(void)shelf_use_trust(s);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 100000;
	struct shelf shelf;
	struct shelf *s = &shelf;

	setvbuf(stdout, NULL, _IOLBF, 0);
	county(s);
	changes_its_mind(s, count - count % BATCH);
	shelf_release(s);
	county(s);
	many_delegations(s);
	shelf_release(s);
	county(s);
	a_wide_tree(s);
	shelf_release(s);
	return 0;
}
