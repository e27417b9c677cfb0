/* Runs of an unattended screen against a plain model that has all of the night
 * before it. */
#include "node/study/room_run.h"

#include <string.h>

#include "tests/support/check.h"
#include "tests/support/dice.h"

enum { EVENTS = 120, PLAYS = 40, MINUTE = 60 * 1000, NIGHTS = 3000 };

/* One after the other: something was counted, or somebody was there. */
struct event {
	bool somebody;
	uint64_t play;
	struct span when;
	uint64_t fresh_ms;
};

static struct event night[EVENTS];

static void dream(void)
{
	uint64_t now = MINUTE, play = 1;

	for (size_t i = 0; i < EVENTS; i++) {
		struct event *e = &night[i];
		uint64_t took = dice(20) * MINUTE;

		*e = (struct event){ .somebody = dice(12) == 0 };
		if (dice(4) == 0 && play < PLAYS)
			play++;
		if (dice(20) == 0)
			now += (20 + dice(20)) * MINUTE;
		e->play = play;
		e->when = (struct span){ now, now + took };
		/* Another screen may have had some of it. */
		e->fresh_ms = dice(8) == 0 ? took / 2 : took;
		now += took;
	}
}

/* By looking back: a run is what lies between people and long pauses, and all
 * that played in one of more than two hours is marked. */
static void model(bool *marked)
{
	size_t from = 0;

	for (size_t i = 0; i <= EVENTS; i++) {
		bool over = i == EVENTS || night[i].somebody ||
			    (i > from && night[i].when.from >
						 night[i - 1].when.to +
							 ROOM_RUN_GAP_MS);
		uint64_t sum = 0;

		if (!over)
			continue;
		for (size_t k = from; k < i; k++)
			sum += night[k].fresh_ms;
		for (size_t k = from; k < i && sum > ROOM_EMPTY_MS; k++)
			marked[night[k].play] = true;
		from = i < EVENTS && night[i].somebody ? i + 1 : i;
	}
}

static void watch(bool *marked)
{
	struct room_run run = { 0 };

	for (size_t i = 0; i < EVENTS; i++) {
		const struct event *e = &night[i];

		if (e->somebody)
			room_run_end(&run);
		else if (room_run_counts(&run, e->play, &e->when, e->fresh_ms))
			for (size_t k = 0; k < room_run_known(&run); k++)
				marked[run.plays[k]] = true;
	}
}

static void all_of_a_run_is_marked_and_nothing_else(void)
{
	unsigned marked = 0, not_marked = 0;

	dice_begin(1);
	for (unsigned n = 0; n < NIGHTS; n++) {
		bool wanted[PLAYS + 1] = { 0 }, got[PLAYS + 1] = { 0 };

		dream();
		model(wanted);
		watch(got);
		CHECK(memcmp(wanted, got, sizeof(got)) == 0);
		for (unsigned i = 1; i <= PLAYS; i++) {
			marked += got[i];
			not_marked += !got[i];
		}
	}
	CHECK(marked > NIGHTS && not_marked > NIGHTS);
}

static void of_too_many_plays_the_newest_are_known(void)
{
	struct room_run run = { 0 };
	struct span when = { MINUTE, 2 * MINUTE };
	bool last = false;

	for (uint64_t play = 1; play <= ROOM_RUN_MAX + 3; play++)
		(void)room_run_counts(&run, play, &when, 0);
	CHECK(room_run_known(&run) == ROOM_RUN_MAX);
	for (size_t i = 0; i < room_run_known(&run); i++) {
		CHECK(run.plays[i] > 3);
		last |= run.plays[i] == ROOM_RUN_MAX + 3;
	}
	CHECK(last);
	CHECK(!room_run_counts(&run, 1, &when, ROOM_EMPTY_MS));
	CHECK(room_run_counts(&run, 1, &when, 1));
}

int main(void)
{
	all_of_a_run_is_marked_and_nothing_else();
	of_too_many_plays_the_newest_are_known();
	return 0;
}
