/* What is fetched first: the order that payloads.h promises, in thousands of
 * worlds. */
#include <stdlib.h>
#include <string.h>

#include "catalog/payloads.h"
#include "tests/support/check.h"

enum { THINGS = 24 };

static const char *const dates[] = { "2023-12-31", "2024-01-01", "2024-02-29",
				     "2025-03-02" };
static const char *const dues[] = { "", "", "2025-03-04", "2025-04-01" };

static struct fetch any_thing(void)
{
	struct fetch f = { .bytes = (uint64_t)rand() % 4,
			   .pinned = rand() % 4 == 0 };

	strcpy(f.date, dates[rand() % 4]);
	strcpy(f.due, dues[rand() % 4]);
	/* Few different ones: draws are what is interesting. */
	f.btmh[0] = (uint8_t)(rand() % 3);
	f.btmh[31] = (uint8_t)(rand() % 3);
	return f;
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static bool is_same(const struct fetch *a, const struct fetch *b)
{
	return a->bytes == b->bytes && a->pinned == b->pinned &&
	       strcmp(a->date, b->date) == 0 && strcmp(a->due, b->due) == 0 &&
	       memcmp(a->btmh, b->btmh, sizeof(a->btmh)) == 0;
}

static void it_is_an_order(void)
{
	for (unsigned n = 0; n < 200000; n++) {
		struct fetch a = any_thing(), b = any_thing(),
			     c = any_thing();
		int ab = fetch_order(&a, &b), bc = fetch_order(&b, &c);

		CHECK(sign(ab) == -sign(fetch_order(&b, &a)));
		CHECK((ab == 0) == is_same(&a, &b));
		if (ab <= 0 && bc <= 0)
			CHECK(fetch_order(&a, &c) <= 0);
	}
}

/* The four rules one after the other, said in another way. */
static int as_promised(const struct fetch *a, const struct fetch *b)
{
	const char *never = "9999-99-99";
	int order = strcmp(a->due[0] != 0 ? a->due : never,
			   b->due[0] != 0 ? b->due : never);

	if (order == 0)
		order = (int)b->pinned - (int)a->pinned;
	if (order == 0)
		order = -strcmp(a->date, b->date);
	if (order == 0)
		order = (a->bytes > b->bytes) - (a->bytes < b->bytes);
	return order;
}

static void it_is_the_order_that_is_promised(void)
{
	for (unsigned n = 0; n < 200000; n++) {
		struct fetch a = any_thing(), b = any_thing();
		int promised = as_promised(&a, &b);

		if (promised != 0)
			CHECK(sign(fetch_order(&a, &b)) == sign(promised));
	}
}

static int by_order(const void *a, const void *b)
{
	return fetch_order(a, b);
}

/* What was known first makes no difference. */
static void every_node_sorts_alike(void)
{
	struct fetch list[THINGS], other[THINGS];

	for (unsigned n = 0; n < 5000; n++) {
		for (unsigned i = 0; i < THINGS; i++)
			list[i] = any_thing();
		for (unsigned i = 0; i < THINGS; i++)
			other[i] = list[(i * 7 + n) % THINGS];
		qsort(list, THINGS, sizeof(*list), by_order);
		qsort(other, THINGS, sizeof(*other), by_order);
		for (unsigned i = 0; i < THINGS; i++)
			CHECK(is_same(&list[i], &other[i]));
	}
}

/* A pin or a sooner day never puts a lesson further back. */
static void asking_for_it_never_delays_it(void)
{
	for (unsigned n = 0; n < 100000; n++) {
		struct fetch a = any_thing(), b = any_thing(), asked;

		if (fetch_order(&a, &b) >= 0)
			continue;
		asked = a;
		asked.pinned = true;
		CHECK(fetch_order(&asked, &b) < 0);
		asked = a;
		strcpy(asked.due, "2025-03-03");
		CHECK(fetch_order(&asked, &b) < 0);
	}
}

int main(void)
{
	srand(11);
	it_is_an_order();
	it_is_the_order_that_is_promised();
	every_node_sorts_alike();
	asking_for_it_never_delays_it();
	return 0;
}
