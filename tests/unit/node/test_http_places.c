#include "node/http_places.h"

#include <stdlib.h>

#include "tests/support/check.h"

enum { MAX = 20, PER_SOURCE = 12, BODIES = 1000 };

static struct http_places places;
static struct http_place *all[200];
static size_t count;
static struct http_place *gone;

static void begin(void)
{
	http_places_init(&places, MAX, PER_SOURCE, BODIES, 12345);
	count = 0;
}

static void finish(void)
{
	for (size_t i = 0; i < count; i++)
		http_places_leave(&places, all[i]);
	CHECK(places.count == 0 && places.bodies == 0);
	http_places_release(&places);
}

static struct http_place *come(uint64_t source, int64_t now)
{
	struct http_place *place =
		http_places_come(&places, source, (int)count, now, &gone);

	CHECK(place != NULL && place != gone);
	all[count++] = place;
	return place;
}

static void who_has_most_gives_way(void)
{
	begin();
	for (int i = 0; i < 11; i++) {
		(void)come(1, i);
		CHECK(gone == NULL);
	}
	for (int i = 0; i < 9; i++) {
		(void)come(2, i);
		CHECK(gone == NULL);
	}
	(void)come(3, 100);
	CHECK(gone == all[0]); /* of source 1, the oldest */
	(void)come(4, 100);
	CHECK(gone == all[1]);
	(void)come(5, 100);
	(void)come(6, 100);
	CHECK(gone != NULL && places.count == MAX);
	finish();
}

static void one_source_goes_no_further_than_its_share(void)
{
	begin();
	for (int i = 0; i < PER_SOURCE; i++)
		(void)come(1, i);
	CHECK(gone == NULL);
	(void)come(1, 100);
	CHECK(gone == all[0]);
	(void)come(2, 100);
	CHECK(gone == NULL && places.count == PER_SOURCE + 1);
	finish();
}

static void a_flood_from_one_leaves_the_others_alone(void)
{
	begin();
	for (uint64_t source = 10; source < 16; source++)
		(void)come(source, 0);
	for (int i = 0; i < 150; i++) {
		(void)come(1, i);
		for (size_t j = 0; j < 6; j++)
			CHECK(gone != all[j]);
	}
	CHECK(places.count <= MAX);
	finish();
}

/* In the order in which they go. */
static void who_does_least_goes_first(void)
{
	struct http_place *head, *body, *stalled, *waits, *moves;
	struct http_place *order[5];

	begin();
	moves = come(1, 0);
	http_place_does(&places, moves, HTTP_DOING_SEND, 0);
	waits = come(1, 0);
	http_place_does(&places, waits, HTTP_DOING_WAIT, 0);
	stalled = come(1, 0);
	http_place_does(&places, stalled, HTTP_DOING_SEND, 0);
	body = come(1, 0);
	http_place_does(&places, body, HTTP_DOING_BODY, 60);
	head = come(1, 50);
	http_place_took(moves, HTTP_SEND_BYTES, true, 9000);
	http_place_took(stalled, HTTP_SEND_BYTES - 1, true, 9000);
	order[0] = head;
	order[1] = body;
	order[2] = stalled;
	order[3] = waits;
	order[4] = moves;
	places.per_source = 5;
	for (int i = 0; i < 5; i++) {
		struct http_place *fresh = come(1, 10000);

		CHECK(gone == order[i]);
		/* The new ones are worth more than any of the old. */
		http_place_does(&places, fresh, HTTP_DOING_SEND, 10000 + i);
	}
	finish();
}

static void bodies_have_a_bound_and_the_largest_gives_way(void)
{
	struct http_place *a, *b, *small, *other;

	begin();
	a = come(1, 0);
	b = come(1, 0);
	small = come(2, 0);
	other = come(3, 0);
	CHECK(http_place_keeps(&places, a, 600, &gone) && gone == NULL);
	CHECK(http_place_keeps(&places, b, 300, &gone) && gone == NULL);
	CHECK(http_place_keeps(&places, small, 100, &gone) && gone == NULL);
	CHECK(places.bodies == 1000);
	/* Not for oneself, and not for who would have more. */
	CHECK(!http_place_keeps(&places, b, 1, &gone) && gone == NULL);
	CHECK(!http_place_keeps(&places, small, 900, &gone) && gone == NULL);
	CHECK(http_place_keeps(&places, other, 500, &gone) && gone == a);
	CHECK(places.bodies == 900);
	/* It has gone, whatever it still sends. */
	CHECK(!http_place_keeps(&places, a, 1, &gone) && gone == NULL);
	CHECK(!http_place_keeps(&places, other, SIZE_MAX, &gone));
	http_place_does(&places, other, HTTP_DOING_SEND, 1);
	CHECK(places.bodies == 900);
	http_place_does(&places, other, HTTP_DOING_HEAD, 2);
	CHECK(places.bodies == 400);
	finish();
}

static struct http_place *overdue(int64_t now)
{
	return http_places_overdue(&places, now);
}

static void each_has_its_time(void)
{
	struct http_place *head, *body, *sent, *waits;

	begin();
	head = come(1, 0);
	body = come(2, 0);
	http_place_does(&places, body, HTTP_DOING_BODY, 0);
	CHECK(http_place_keeps(&places, body, 2 * HTTP_BODY_RATE, &gone));
	sent = come(3, 0);
	http_place_does(&places, sent, HTTP_DOING_SEND, 0);
	waits = come(4, 0);
	http_place_does(&places, waits, HTTP_DOING_WAIT, 0);
	CHECK(overdue(HTTP_BODY_MS + 1999) == NULL);
	CHECK(overdue(HTTP_BODY_MS + 2000) == body);
	CHECK(overdue(HTTP_BODY_MS + 2000) == NULL);
	/* A byte now and then is not enough, */
	http_place_took(sent, HTTP_SEND_BYTES - 1, true, HTTP_SEND_MS - 1);
	CHECK(overdue(HTTP_HEAD_MS - 1) == NULL);
	CHECK(overdue(HTTP_HEAD_MS) != NULL && overdue(HTTP_HEAD_MS) != NULL);
	CHECK(overdue(INT64_MAX / 2) == NULL);
	(void)head;
	finish();

	begin();
	sent = come(3, 0);
	http_place_does(&places, sent, HTTP_DOING_SEND, 0);
	/* and where nothing lies there to be taken, it is not to blame. */
	http_place_took(sent, 0, false, HTTP_SEND_MS);
	CHECK(overdue(2 * HTTP_SEND_MS - 1) == NULL);
	http_place_took(sent, HTTP_SEND_BYTES, true, 2 * HTTP_SEND_MS);
	CHECK(overdue(3 * HTTP_SEND_MS - 1) == NULL);
	CHECK(overdue(3 * HTTP_SEND_MS) == sent);
	finish();
}

int main(void)
{
	who_has_most_gives_way();
	one_source_goes_no_further_than_its_share();
	a_flood_from_one_leaves_the_others_alone();
	who_does_least_goes_first();
	bodies_have_a_bound_and_the_largest_gives_way();
	each_has_its_time();
	return 0;
}
