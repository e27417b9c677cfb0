#include "catalog/authority.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

/* What logs have said, as a list. */
struct said {
	const char *parent;
	struct delegation child;
};

struct world {
	struct trust trust;
	struct said *list;
	size_t count, room;
	struct authority *a;
	size_t read;
	struct err err;
};

static enum status children(void *owner, const struct authority_parent *parent,
			    authority_child_cb each, void *context,
			    unsigned *read, struct err *err)
{
	struct world *w = owner;

	for (size_t i = 0; i < w->count; i++) {
		enum status status;

		if (strcmp(w->list[i].parent, parent->publisher->origin) != 0)
			continue;
		++*read;
		w->read++;
		status = each(context, &w->list[i].child, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static struct publisher publisher(const char *origin, const char *region,
				  const char *topic, bool may_delegate)
{
	uint8_t seed[KEY_SEED_SIZE] = { 1 };
	struct secret_key *secret;
	struct publisher p;

	CHECK(secret_key_from_seed(&secret, origin, KEY_ED25519, seed) ==
	      STATUS_OK);
	CHECK(publisher_init(&p, origin) == STATUS_OK);
	CHECK(publisher_add_key(&p, secret_key_public(secret)) == STATUS_OK);
	CHECK(publisher_add_region(&p, region) == STATUS_OK);
	CHECK(publisher_add_topic(&p, topic) == STATUS_OK);
	p.may_delegate = may_delegate;
	secret_key_free(secret);
	return p;
}

static void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	trust_init(&w->trust);
	w->a = authority_new();
	CHECK(w->a != NULL);
}

static void world_release(struct world *w)
{
	authority_free(w->a);
	trust_release(&w->trust);
	free(w->list);
}

static void named(struct world *w, const char *origin, const char *region,
		  const char *topic)
{
	struct publisher p = publisher(origin, region, topic, true);

	CHECK(trust_add_publisher(&w->trust, &p) == STATUS_OK);
}

static struct delegation *delegates_as(struct world *w, const char *parent,
				       const struct publisher *p)
{
	struct said *said;

	if (w->count == w->room) {
		w->room = w->room == 0 ? 64 : 2 * w->room;
		w->list = realloc(w->list, w->room * sizeof(*w->list));
		CHECK(w->list != NULL);
	}
	said = &w->list[w->count++];
	memset(said, 0, sizeof(*said));
	said->parent = parent;
	said->child.publisher = *p;
	return &said->child;
}

static struct delegation *delegates(struct world *w, const char *parent,
				    const char *origin, const char *region,
				    const char *topic)
{
	struct publisher p = publisher(origin, region, topic, true);

	return delegates_as(w, parent, &p);
}

static void build(struct world *w)
{
	const struct authority_source source = { w, children };

	CHECK(authority_build(w->a, &w->trust, &source, &w->err) ==
	      STATUS_OK);
}

static bool is_below(const struct world *w, const char *origin,
		     const char *parent)
{
	const char *found = authority_parent(w->a, origin);

	return found != NULL && strcmp(found, parent) == 0;
}

static enum authority_void_why void_of(const struct world *w,
				       const char *parent, const char *origin)
{
	for (size_t i = 0; i < authority_void_count(w->a); i++) {
		const struct authority_void *v = authority_void_at(w->a, i);

		if (strcmp(v->parent, parent) == 0 &&
		    strcmp(v->origin, origin) == 0)
			return v->why;
	}
	CHECK(!"it counts");
	return AUTHORITY_ENDED;
}

static void scope_narrows_down_the_chain(void)
{
	const struct publisher *p;
	struct world w;

	world_init(&w);
	named(&w, "county", "431081", "*");
	delegates(&w, "county", "town", "431081101", "产业/养殖")
		->publisher.entries_max = 50;
	delegates(&w, "town", "dept", "43", "产业")->publisher.entries_max =
		100;
	build(&w);
	CHECK(authority_count(w.a) == 3);
	CHECK(authority_parent(w.a, "county") == NULL);
	CHECK(is_below(&w, "dept", "town"));
	CHECK(authority_find(w.a, "dept")->depth == 2);
	p = authority_publisher(w.a, "dept");
	CHECK(p->region_count == 1 && strcmp(p->regions[0], "431081101") == 0);
	CHECK(p->topic_count == 1 && strcmp(p->topics[0], "产业/养殖") == 0);
	CHECK(p->entries_max == 50);
	CHECK(authority_publisher(w.a, "nobody") == NULL);
	world_release(&w);
}

/* `产业/养` is no part of `产业/养殖`, nor is 43108110 a region within. */
static void components_count_not_prefixes(void)
{
	struct world w;

	world_init(&w);
	named(&w, "county", "431081", "产业/养");
	delegates(&w, "county", "town", "431081101", "产业/养殖");
	delegates(&w, "county", "far", "4310", "产业/养/猪");
	delegates(&w, "county", "other", "431082", "产业/养");
	build(&w);
	CHECK(authority_publisher(w.a, "town") == NULL);
	CHECK(void_of(&w, "county", "town") == AUTHORITY_NO_SCOPE);
	CHECK(void_of(&w, "county", "other") == AUTHORITY_NO_SCOPE);
	CHECK(strcmp(authority_publisher(w.a, "far")->regions[0], "431081") ==
	      0);
	world_release(&w);
}

static void the_trust_note_outranks(void)
{
	struct cutoff cutoff = { .origin = "town", .size = 7 };
	struct world w;

	world_init(&w);
	named(&w, "county", "431081", "*");
	named(&w, "town", "431081101", "a");
	delegates(&w, "county", "town", "431081", "*");
	build(&w);
	CHECK(authority_parent(w.a, "town") == NULL);
	CHECK(strcmp(authority_publisher(w.a, "town")->topics[0], "a") == 0);
	CHECK(void_of(&w, "county", "town") == AUTHORITY_OUTRANKED);
	/* Its cut-off counts, whatever the parent says. */
	CHECK(trust_remove_publisher(&w.trust, "town") == STATUS_OK);
	CHECK(trust_add_cutoff(&w.trust, &cutoff) == STATUS_OK);
	w.list[0].child.ended = w.list[0].child.has_end = true;
	w.list[0].child.end.size = 9;
	build(&w);
	CHECK(authority_publisher(w.a, "town") != NULL);
	CHECK(authority_cutoff(w.a, "town")->size == 7);
	CHECK(authority_cutoff_count(w.a) == 1);
	world_release(&w);
}

static void the_nearest_parent_wins_then_the_first(void)
{
	struct world w;

	world_init(&w);
	named(&w, "b", "43", "*");
	named(&w, "a", "43", "*");
	delegates(&w, "b", "c", "4310", "*");
	delegates(&w, "b", "x", "4310", "from-b");
	delegates(&w, "c", "y", "4310", "from-c");
	delegates(&w, "c", "z", "4310", "from-c");
	delegates(&w, "a", "x", "4310", "from-a");
	delegates(&w, "b", "z", "4310", "from-b");
	build(&w);
	CHECK(is_below(&w, "x", "a"));
	CHECK(is_below(&w, "y", "c"));
	CHECK(is_below(&w, "z", "b"));
	CHECK(void_of(&w, "b", "x") == AUTHORITY_OTHER_PARENT);
	CHECK(void_of(&w, "c", "z") == AUTHORITY_OTHER_PARENT);
	world_release(&w);
}

static void rings_lead_nowhere(void)
{
	struct world w;

	world_init(&w);
	named(&w, "a", "43", "*");
	delegates(&w, "a", "b", "43", "*");
	delegates(&w, "b", "c", "43", "*");
	delegates(&w, "c", "b", "43", "*");
	delegates(&w, "c", "a", "43", "*");
	delegates(&w, "c", "c", "43", "*");
	delegates(&w, "ring-1", "ring-2", "43", "*");
	delegates(&w, "ring-2", "ring-1", "43", "*");
	build(&w);
	CHECK(authority_count(w.a) == 3);
	CHECK(authority_publisher(w.a, "ring-1") == NULL);
	CHECK(void_of(&w, "c", "a") == AUTHORITY_OUTRANKED);
	CHECK(void_of(&w, "c", "c") == AUTHORITY_OTHER_PARENT);
	world_release(&w);
}

static void depth_is_bounded(void)
{
	static const char *const chain[] = { "0", "1", "2", "3", "4", "5" };
	struct world w;

	world_init(&w);
	named(&w, "0", "43", "*");
	for (size_t i = 1; i < 6; i++)
		delegates(&w, chain[i - 1], chain[i], "43", "*");
	build(&w);
	CHECK(authority_count(w.a) == AUTHORITY_DEPTH_MAX + 1);
	CHECK(authority_publisher(w.a, "4") != NULL);
	CHECK(authority_publisher(w.a, "5") == NULL);
	CHECK(void_of(&w, "4", "5") == AUTHORITY_TOO_DEEP);
	world_release(&w);
}

static void what_is_taken_back_ends_or_stays_up_to_its_end(void)
{
	struct delegation *town, *gone;
	struct world w;

	world_init(&w);
	named(&w, "county", "43", "*");
	gone = delegates(&w, "county", "gone", "43", "*");
	gone->ended = true;
	town = delegates(&w, "county", "town", "43", "*");
	town->ended = town->has_end = true;
	town->end.size = 3;
	strcpy(town->end.successor, "town-2");
	delegates(&w, "county", "town-2", "43", "*");
	delegates(&w, "gone", "below", "43", "*");
	delegates(&w, "town", "dept", "43", "*");
	build(&w);
	CHECK(authority_publisher(w.a, "gone") == NULL);
	CHECK(authority_publisher(w.a, "below") == NULL);
	CHECK(void_of(&w, "county", "gone") == AUTHORITY_ENDED);
	CHECK(authority_publisher(w.a, "town") != NULL);
	CHECK(authority_cutoff(w.a, "town")->size == 3);
	CHECK(authority_publisher(w.a, "dept") != NULL);
	CHECK(authority_succeeds(w.a, "town-2", "town"));
	CHECK(!authority_succeeds(w.a, "town", "town-2"));
	CHECK(!authority_succeeds(w.a, "county", "town"));
	world_release(&w);
}

/* Two successors, one of the trust note's, one of a parent's; then a ring. */
static void succession_goes_through_several(void)
{
	struct cutoff cutoff = { .origin = "old",
				 .size = 1,
				 .successor = "new" };
	struct delegation *d;
	struct world w;

	world_init(&w);
	named(&w, "county", "43", "*");
	d = delegates(&w, "county", "new", "43", "*");
	d->ended = d->has_end = true;
	d->end.size = 2;
	strcpy(d->end.successor, "newer");
	d = delegates(&w, "county", "newer", "43", "*");
	CHECK(trust_add_cutoff(&w.trust, &cutoff) == STATUS_OK);
	build(&w);
	CHECK(authority_succeeds(w.a, "newer", "old"));
	CHECK(authority_succeeds(w.a, "new", "old"));
	CHECK(!authority_succeeds(w.a, "old", "newer"));
	w.list[1].child.ended = w.list[1].child.has_end = true;
	strcpy(w.list[1].child.end.successor, "old");
	build(&w);
	CHECK(authority_succeeds(w.a, "newer", "old"));
	CHECK(!authority_succeeds(w.a, "elsewhere", "old"));
	world_release(&w);
}

struct before {
	const struct authority *a;
	const char *successor;
	size_t count;
};

static void count_before(void *context, const char *origin)
{
	struct before *b = context;

	if (strcmp(b->successor, "heir") == 0)
		CHECK(authority_succeeds(b->a, b->successor, origin));
	b->count++;
}

static size_t count_of_before(const struct world *w, const char *successor)
{
	struct before b = { w->a, successor, 0 };

	CHECK(authority_each_before(w->a, successor, count_before, &b) ==
	      STATUS_OK);
	return b.count;
}

/* As many as a key that may delegate can make, each ended and naming the next.
 * Going along each chain for each log again would take until tomorrow. */
static void long_chains_and_rings_of_ends_cost_little(void)
{
	enum { PARENTS = 8, CHAIN = 1200, RING = 800, ALL = CHAIN + RING };
	static char parents[PARENTS][16], origins[ALL][16];
	struct publisher p = publisher("x", "43", "*", false);
	struct world w;

	world_init(&w);
	for (unsigned i = 0; i < PARENTS; i++) {
		(void)snprintf(parents[i], sizeof(parents[i]), "p%u", i);
		named(&w, parents[i], "43", "*");
	}
	for (unsigned i = 0; i < ALL; i++)
		(void)snprintf(origins[i], sizeof(origins[i]), "c%04u", i);
	for (unsigned i = 0; i < ALL; i++) {
		struct delegation *d =
			delegates_as(&w, parents[i % PARENTS], &p);
		const char *next = i + 1 < CHAIN ? origins[i + 1] :
				   i + 1 == CHAIN ? "heir" :
				   i + 1 < ALL ? origins[i + 1] :
						 origins[CHAIN];

		strcpy(d->publisher.origin, origins[i]);
		d->ended = d->has_end = true;
		strcpy(d->end.successor, next);
	}
	build(&w);
	CHECK(authority_cutoff_count(w.a) == ALL);
	for (unsigned i = 0; i < ALL; i++) {
		CHECK(strcmp(authority_cutoff(w.a, origins[i])->origin,
			     origins[i]) == 0);
		CHECK(count_of_before(&w, origins[i]) ==
		      (i < CHAIN ? i : RING - 1));
	}
	CHECK(count_of_before(&w, "heir") == CHAIN);
	CHECK(count_of_before(&w, parents[0]) == 0);
	CHECK(!authority_succeeds(w.a, "heir", origins[CHAIN]));
	CHECK(authority_cutoff(w.a, "heir") == NULL);
	world_release(&w);
}

/* Who has one place in the trust note fills no more than his part, and nobody
 * else's. */
static void numbers_are_bounded_nearest_first(void)
{
	static const char *const tops[] = { "a", "b", "c", "d", "e" };
	enum { TOPS = 5, OF_EACH = 1200, CHILDREN = 200 };
	char (*names)[16] = calloc(TOPS * OF_EACH, sizeof(*names));
	struct world w;

	CHECK(names != NULL);
	world_init(&w);
	for (size_t top = 0; top < TOPS; top++) {
		char (*own)[16] = names + top * OF_EACH;

		named(&w, tops[top], "43", "*");
		for (size_t i = 0; i < OF_EACH; i++) {
			/* Some are the top's, the others are theirs. */
			(void)snprintf(own[i], sizeof(*own), "%s%05zu",
				       tops[top], i);
			delegates(&w,
				  i < CHILDREN ? tops[top] : own[i % CHILDREN],
				  own[i], "43", "*");
		}
		build(&w);
		CHECK(authority_count(w.a) ==
		      (top < 3 ? (top + 1) * (AUTHORITY_BELOW_MAX + 1) :
				 AUTHORITY_MAX));
		for (size_t i = 0; i < CHILDREN; i++)
			CHECK(authority_publisher(w.a, own[i]) != NULL);
		CHECK(!authority_has_room(w.a, tops[top]));
	}
	CHECK(authority_void_count(w.a) == AUTHORITY_VOIDS_MAX);
	world_release(&w);
	free(names);
}

/* What counts for nothing must be read, too, and so much is not. */
static void not_more_than_enough_is_read(void)
{
	enum { CHILDREN = 64, OF_EACH = 256 };
	char (*names)[16] = calloc(CHILDREN, sizeof(*names));
	struct publisher claimed = publisher("town", "43", "*", true);
	struct world w;

	CHECK(names != NULL);
	world_init(&w);
	named(&w, "honest", "43", "*");
	named(&w, "thief", "43", "*");
	delegates(&w, "honest", "town", "43", "*");
	delegates(&w, "town", "dept", "43", "*");
	for (size_t i = 0; i < CHILDREN; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "n%05zu", i);
		delegates(&w, "thief", names[i], "43", "*");
		for (size_t k = 0; k < OF_EACH; k++)
			(void)delegates_as(&w, names[i], &claimed);
	}
	build(&w);
	CHECK(authority_count(w.a) == CHILDREN + 4);
	CHECK(authority_publisher(w.a, "dept") != NULL);
	CHECK(!authority_has_room(w.a, "thief"));
	CHECK(authority_has_room(w.a, "town"));
	CHECK(w.read < AUTHORITY_READ_MAX + OF_EACH + 8);
	world_release(&w);
	free(names);
}

/* --- random chains --- */

static uint32_t state = 1;

static uint32_t pick(uint32_t n)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % n;
}

static const char *const regions[] = { "43", "4310", "431081", "431081101",
				       "431082", "44", "431081101203" };
static const char *const topics[] = { "产业", "产业/养", "产业/养殖",
				      "产业/养殖/黑山羊", "学校", "学校/数学" };

static struct publisher random_publisher(const char *origin)
{
	struct publisher p = publisher(origin, regions[pick(7)],
				       pick(4) == 0 ? "*" : topics[pick(6)],
				       pick(4) != 0);

	for (unsigned n = pick(3); n > 0; n--) {
		(void)publisher_add_region(&p, regions[pick(7)]);
		(void)publisher_add_topic(&p, topics[pick(6)]);
	}
	p.entries_max = pick(3) == 0 ? 0 : 1 + pick(100);
	p.entry_bytes_max = pick(3) == 0 ? 0 : 1 + pick(1000);
	p.lesson_bytes_max = pick(3) == 0 ? 0 : 1 + pick(10000);
	return p;
}

static bool limit_within(uint64_t child, uint64_t parent)
{
	return parent == 0 || (child != 0 && child <= parent);
}

/* Whatever the child may publish, its parent may. */
static void check_within(const struct publisher *child,
			 const struct publisher *parent)
{
	for (size_t r = 0; r < child->region_count; r++)
		for (size_t t = 0; t < child->topic_count; t++)
			CHECK(publisher_allows(parent, child->regions[r],
					       child->topics[t][0] == 0 ?
						       "任何" :
						       child->topics[t],
					       1, 1) == STATUS_OK);
	CHECK(limit_within(child->entries_max, parent->entries_max));
	CHECK(limit_within(child->entry_bytes_max, parent->entry_bytes_max));
	CHECK(limit_within(child->lesson_bytes_max,
			   parent->lesson_bytes_max));
	CHECK(parent->may_delegate);
}

static void no_scope_is_ever_larger_than_an_ancestors(void)
{
	static const char *const names[] = { "a", "b", "c", "d", "e",
					     "f", "g", "h", "i", "j" };
	size_t found = 0;

	for (unsigned round = 0; round < 300; round++) {
		struct world w;

		world_init(&w);
		for (size_t i = 0; i < 2; i++) {
			struct publisher p = random_publisher(names[i]);

			CHECK(trust_add_publisher(&w.trust, &p) == STATUS_OK);
		}
		for (size_t i = 0; i < 20; i++) {
			struct publisher p = random_publisher(names[pick(10)]);
			struct delegation *d =
				delegates_as(&w, names[pick(10)], &p);

			d->ended = pick(8) == 0;
			d->has_end = d->ended && pick(2) == 0;
		}
		build(&w);
		for (size_t i = 0; i < authority_count(w.a); i++) {
			const struct authority_row *row =
				authority_at(w.a, i);
			unsigned depth = row->depth;

			for (const struct authority_row *up = row->parent;
			     up != NULL; up = up->parent) {
				check_within(&row->publisher, &up->publisher);
				CHECK(up->depth == --depth);
				found++;
			}
			CHECK(depth == 0);
			CHECK(authority_find(w.a, row->publisher.origin) ==
			      row);
		}
		world_release(&w);
	}
	CHECK(found > 300);
}

static void without_a_source_nobody_has_delegated(void)
{
	struct world w;

	world_init(&w);
	named(&w, "county", "43", "*");
	delegates(&w, "county", "town", "43", "*");
	build(&w);
	CHECK(authority_build(w.a, &w.trust, NULL, &w.err) == STATUS_OK);
	CHECK(authority_count(w.a) == 1);
	world_release(&w);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	scope_narrows_down_the_chain();
	components_count_not_prefixes();
	the_trust_note_outranks();
	the_nearest_parent_wins_then_the_first();
	rings_lead_nowhere();
	depth_is_bounded();
	what_is_taken_back_ends_or_stays_up_to_its_end();
	succession_goes_through_several();
	long_chains_and_rings_of_ends_cost_little();
	numbers_are_bounded_nearest_first();
	not_more_than_enough_is_read();
	no_scope_is_ever_larger_than_an_ancestors();
	without_a_source_nobody_has_delegated();
	return 0;
}
