/* Any tree of publishers, any proofs in any order: whoever has little finds
 * room, and what is left does not depend on how it is listed. */
#include "catalog/forkroom.h"

#include <string.h>

#include "tests/support/check.h"

enum { PLACES = 64, HEADS = 4, CHILDREN = 5, PROOFS = 1000 };

static const char *const heads[HEADS] = { "a", "b", "c", "d" };
static const char *const children[CHILDREN] = { "1", "2", "3", "4", "5" };

static uint32_t state;

static uint32_t any(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % below;
}

static struct forkroom_proof proof(const char *head, const char *child)
{
	struct forkroom_proof p = { .depth = child == NULL ? 1 : 2 };

	for (size_t i = 0; i < sizeof(p.id); i++)
		p.id[i] = (uint8_t)any(256);
	p.line[0] = head;
	p.line[1] = child;
	return p;
}

struct places {
	struct forkroom_proof list[PLACES];
	size_t count;
};

static size_t count_of(const struct places *p, const char *head)
{
	size_t found = 0;

	for (size_t i = 0; i < p->count; i++)
		found += p->list[i].depth > 0 &&
			 strcmp(p->list[i].line[0], head) == 0;
	return found;
}

/* Whether it was let in. */
static bool offer(struct places *p, const struct forkroom_proof *newcomer)
{
	size_t at = p->count;

	if (at == PLACES)
		at = forkroom_choose(p->list, p->count, newcomer);
	else
		p->count++;
	if (at != FORKROOM_NONE)
		p->list[at] = *newcomer;
	return at != FORKROOM_NONE;
}

static void one_alone_may_have_all_and_gives_back(void)
{
	struct places p = { .count = 0 };
	struct forkroom_proof n;

	state = 1;
	for (unsigned i = 0; i < 2 * PLACES; i++) {
		n = proof("a", children[i % CHILDREN]);
		CHECK(offer(&p, &n) == (i < PLACES));
	}
	CHECK(count_of(&p, "a") == PLACES);
	/* Three more, each with more than their part. */
	for (unsigned i = 0; i < PLACES; i++)
		for (size_t h = 1; h < HEADS; h++) {
			n = proof(heads[h], NULL);
			CHECK(offer(&p, &n) || i >= PLACES / HEADS);
		}
	for (size_t h = 0; h < HEADS; h++)
		CHECK(count_of(&p, heads[h]) == PLACES / HEADS);
}

/* A thief with a child's key, beside his honest brothers. */
static void a_child_leaves_room_for_its_siblings(void)
{
	struct places p = { .count = 0 };
	struct forkroom_proof n;

	state = 2;
	for (unsigned i = 0; i < PLACES; i++) {
		n = proof("a", "1");
		n.line[2] = children[i % CHILDREN];
		n.depth = 3;
		CHECK(offer(&p, &n));
	}
	n = proof("a", "2");
	CHECK(offer(&p, &n));
	n = proof("a", NULL);
	CHECK(offer(&p, &n));
	n = proof("a", "1");
	n.line[2] = "grandchild of its own";
	n.depth = 3;
	CHECK(offer(&p, &n)); /* within its part, from a branch with more */
	n.line[2] = children[0];
	CHECK(!offer(&p, &n));
}

static void those_of_nobody_go_first(void)
{
	struct places p = { .count = 0 };
	struct forkroom_proof n;

	state = 3;
	for (unsigned i = 0; i < PLACES; i++) {
		n = proof("a", NULL);
		if (i % 2 == 0)
			n.depth = 0;
		CHECK(offer(&p, &n));
	}
	for (unsigned i = 0; i < PLACES / 2; i++) {
		n = proof("a", NULL);
		CHECK(offer(&p, &n));
		CHECK(count_of(&p, "a") == PLACES / 2 + i + 1);
	}
	n.depth = 0;
	CHECK(!offer(&p, &n));
	n = proof("a", NULL);
	CHECK(!offer(&p, &n));
}

/* Whatever comes: who is refused has its part already. */
static void whoever_stays_outside_has_as_much_as_any(uint32_t seed)
{
	struct places p = { .count = 0 };

	state = seed;
	for (unsigned i = 0; i < PROOFS; i++) {
		/* Some send much more than others. */
		const char *head = heads[any(1 + any(HEADS))];
		struct forkroom_proof n =
			proof(head, any(3) == 0 ? NULL :
						  children[any(CHILDREN)]);
		size_t own = count_of(&p, head);
		struct places before = p;
		bool in = offer(&p, &n);

		CHECK(p.count <= PLACES);
		if (!in) {
			CHECK(own >= PLACES / HEADS);
			for (size_t h = 0; h < HEADS; h++)
				CHECK(count_of(&p, heads[h]) <= own + 1);
		}
		/* Nobody falls below an equal part for somebody else. */
		for (size_t h = 0; h < HEADS; h++)
			CHECK(count_of(&p, heads[h]) >=
				      count_of(&before, heads[h]) ||
			      count_of(&p, heads[h]) >= PLACES / HEADS);
	}
}

static void it_does_not_depend_on_how_they_are_listed(uint32_t seed)
{
	struct places p = { .count = PLACES }, turned;

	state = seed;
	for (size_t i = 0; i < PLACES; i++)
		p.list[i] = proof(heads[any(1 + any(HEADS))],
				  any(2) == 0 ? NULL :
						children[any(CHILDREN)]);
	for (size_t i = 0; i < PLACES; i++)
		turned.list[i] = p.list[(i * 5 + 3) % PLACES];
	for (size_t h = 0; h < HEADS; h++) {
		struct forkroom_proof n = proof(heads[h], "1");
		size_t a = forkroom_choose(p.list, PLACES, &n),
		       b = forkroom_choose(turned.list, PLACES, &n);

		CHECK((a == FORKROOM_NONE) == (b == FORKROOM_NONE));
		if (a != FORKROOM_NONE)
			CHECK(memcmp(p.list[a].id, turned.list[b].id, 32) == 0);
	}
}

int main(void)
{
	one_alone_may_have_all_and_gives_back();
	a_child_leaves_room_for_its_siblings();
	those_of_nobody_go_first();
	for (uint32_t seed = 1; seed <= 20; seed++) {
		whoever_stays_outside_has_as_much_as_any(seed);
		it_does_not_depend_on_how_they_are_listed(seed);
	}
	return 0;
}
