/* Counting against a plain model that walks through the play in small steps. */
#include "proto/playcount.h"

#include <string.h>

#include "tests/support/check.h"
#include "tests/support/dice.h"

enum {
	FILM_MS = 300 * 1000,
	STEP_MS = 100,
	PAGE_CLOCK = 7654321, /* the page's clock when ours is 0 */
	BEGIN_MS = 100 * 1000,
	PAGES = 12
};

/* A page with a player, and the model that watches it. */
struct scene {
	struct playcount count;
	uint64_t now_ms, came_ms; /* when the last post came */
	bool playing, hidden;
	uint64_t at;
	uint32_t rate;
	struct playcount_sample samples[PLAYCOUNT_SAMPLES_MAX];
	size_t n;
	uint64_t delay_most, delay_seen;
	uint64_t samples_in_all;
	/* Credits so far. */
	uint64_t credited, credit_end;
	/* The model's. */
	uint64_t model_ms;
	uint64_t dwell_ms;
	bool touched;
	bool shown[FILM_MS + 1];
};

static struct scene s;

static void open_scene(enum playcount_kind kind, uint64_t delay_most)
{
	memset(&s, 0, sizeof(s));
	s.count.kind = kind;
	s.count.of = kind == PLAYCOUNT_MEDIA ? FILM_MS : PAGES;
	s.now_ms = BEGIN_MS;
	s.rate = 1000;
	s.delay_most = delay_most;
}

static void sample(void)
{
	s.samples[s.n++] = (struct playcount_sample){
		.t_ms = s.now_ms + PAGE_CLOCK,
		.at = s.at,
		.rate = s.rate,
		.running = s.playing && !s.hidden,
	};
	s.samples_in_all++;
}

static void check_credits(const struct span *credits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CHECK(credits[i].from < credits[i].to);
		CHECK(credits[i].from >= s.credit_end);
		CHECK(credits[i].to <= s.came_ms);
		s.credit_end = credits[i].to;
		s.credited += credits[i].to - credits[i].from;
	}
	CHECK(s.credited == s.count.ms);
}

static void post(void)
{
	struct span credits[PLAYCOUNT_SAMPLES_MAX];
	uint64_t delay = s.delay_most == 0 ? 0 : dice(s.delay_most + 1);
	size_t n;

	if (delay > s.delay_seen)
		s.delay_seen = delay;
	if (s.came_ms < s.now_ms + delay)
		s.came_ms = s.now_ms + delay;
	n = playcount_take(&s.count, s.samples, s.n, s.touched, s.came_ms,
			   credits);
	check_credits(credits, n);
	if (dice(10) == 0) { /* the answer was lost: it comes again */
		CHECK(playcount_take(&s.count, s.samples, s.n, false,
				     s.came_ms, credits) == 0);
	}
	s.n = 0;
	s.touched = false;
}

/* --- film --- */

static void step_film(void)
{
	uint64_t length = STEP_MS * s.rate / 1000, fresh = 0;

	s.now_ms += STEP_MS;
	if (!s.playing)
		return;
	if (s.at + length > FILM_MS)
		length = FILM_MS - s.at;
	for (uint64_t i = s.at; i < s.at + length && !s.hidden; i++) {
		fresh += !s.shown[i];
		s.shown[i] = true;
	}
	s.at += length;
	if (length > 0 && !s.hidden) {
		uint64_t in_time = fresh * 1000 / s.rate;

		s.model_ms += in_time < fresh ? in_time : fresh;
	}
	if (s.at == FILM_MS) {
		s.playing = false;
		sample();
	}
}

static void act(void)
{
	static const uint32_t rates[] = { 500, 1000, 1500, 2000 };

	sample(); /* as it was until now */
	switch (dice(5)) {
	case 0:
		s.playing = !s.playing;
		break;
	case 1:
		s.at = dice(FILM_MS);
		break;
	case 2:
		s.rate = rates[dice(4)];
		break;
	case 3:
		s.hidden = !s.hidden;
		break;
	case 4:
		s.at = s.at < 10000 ? 0 : s.at - 10000;
		s.playing = true;
		break;
	}
	sample();
}

static void watch(void)
{
	s.playing = true;
	sample();
	post();
	for (int second = 0; second < 600; second++) {
		for (int i = 0; i < 1000 / STEP_MS; i++)
			step_film();
		if (dice(8) == 0)
			act();
		if (dice(5) == 0)
			sample();
		if (second % 10 == 9 || s.n > 100) {
			sample();
			post();
		}
	}
}

static void a_film_counts_as_the_model_says(void)
{
	for (int round = 0; round < 150; round++) {
		uint64_t rounding;

		open_scene(PLAYCOUNT_MEDIA, 0);
		watch();
		rounding = s.samples_in_all + s.model_ms / 400;
		CHECK(s.model_ms > 0);
		CHECK(s.count.ms <= s.model_ms + rounding);
		CHECK(s.model_ms <= s.count.ms + rounding);
		for (size_t i = 0; i < s.count.shown.count; i++)
			for (uint64_t at = s.count.shown.at[i].from;
			     at < s.count.shown.at[i].to; at++)
				CHECK(s.shown[at]);
		CHECK(!s.count.clock_jump);
	}
}

/* What comes late costs at most the longest delay, once. */
static void a_slow_line_costs_little_and_gives_nothing(void)
{
	for (int round = 0; round < 150; round++) {
		uint64_t rounding;

		open_scene(PLAYCOUNT_MEDIA, 3000);
		watch();
		rounding = s.samples_in_all + s.model_ms / 400;
		CHECK(s.count.ms <= s.model_ms + rounding);
		CHECK(s.model_ms <= s.count.ms + s.delay_seen + rounding);
	}
}

/* --- documents --- */

static void step_pages(void)
{
	s.now_ms += STEP_MS;
	if (!s.playing || s.hidden || s.dwell_ms >= PLAYCOUNT_DWELL_MS)
		return;
	s.dwell_ms += STEP_MS;
	s.model_ms += STEP_MS;
}

static void read_document(void)
{
	s.playing = true;
	s.at = 0;
	sample();
	post();
	for (int second = 0; second < 1800; second++) {
		for (int i = 0; i < 1000 / STEP_MS; i++)
			step_pages();
		if (second % 10 == 9) {
			/* Keys are counted from the post before on. */
			sample();
			post();
			if (dice(25) == 0) {
				s.touched = true;
				s.dwell_ms = 0;
			}
		} else if (dice(120) == 0) {
			sample();
			s.at = (s.at + 1) % PAGES;
			s.dwell_ms = 0;
			s.now_ms++; /* the new page's sample is a later one */
			sample();
		} else if (dice(60) == 0) {
			sample();
			s.hidden = !s.hidden;
			s.now_ms++;
			sample();
		}
	}
	sample();
	post();
}

static void a_document_counts_as_the_model_says(void)
{
	for (int round = 0; round < 60; round++) {
		open_scene(PLAYCOUNT_PAGES, 0);
		read_document();
		CHECK(s.model_ms > 0);
		CHECK(s.count.ms <= s.model_ms + s.samples_in_all);
		CHECK(s.model_ms <= s.count.ms + s.samples_in_all);
		CHECK(spans_total(&s.count.shown) <= PAGES);
	}
}

static void a_page_left_open_counts_three_minutes(void)
{
	open_scene(PLAYCOUNT_PAGES, 0);
	s.playing = true;
	for (int second = 0; second <= 3600; second += 10) {
		sample();
		post();
		s.now_ms += 10 * 1000;
	}
	CHECK(s.count.ms == PLAYCOUNT_DWELL_MS);
	s.touched = true;
	sample();
	post();
	CHECK(s.count.ms == PLAYCOUNT_DWELL_MS + 10 * 1000);
}

static void a_page_that_is_leafed_past_is_not_shown(void)
{
	open_scene(PLAYCOUNT_PAGES, 0);
	s.playing = true;
	for (s.at = 0; s.at < 6; s.at++) {
		sample();
		s.now_ms += s.at == 3 ? 1500 : 300;
	}
	post();
	CHECK(s.count.shown.count == 1);
	CHECK(s.count.shown.at[0].from == 3 && s.count.shown.at[0].to == 4);
}

/* --- who makes things up --- */

static void ten_seconds_a_second(void)
{
	open_scene(PLAYCOUNT_MEDIA, 0);
	s.playing = true;
	for (int i = 0; i < 20; i++) {
		uint64_t real_ms = s.now_ms;

		s.now_ms = BEGIN_MS + (uint64_t)i * 10000;
		s.at = (uint64_t)i * 10000;
		sample();
		s.now_ms = real_ms;
		post();
		s.now_ms += 1000;
	}
	CHECK(s.count.ms <= 20 * 1000 + PLAYCOUNT_GRACE_MS);
	CHECK(s.count.clock_jump);
}

static void nothing_counts_more_than_passed_here(void)
{
	struct playcount_sample made[PLAYCOUNT_SAMPLES_MAX];
	struct span credits[PLAYCOUNT_SAMPLES_MAX];

	for (int round = 0; round < 2000; round++) {
		uint64_t t_ms = dice(1000000), end = 0, first;
		struct playcount p = { .kind = dice(2) == 0 ? PLAYCOUNT_MEDIA :
							      PLAYCOUNT_PAGES,
				       .of = dice(2) == 0 ? 0 : dice(5000) };
		uint64_t now_ms = dice(10000000);

		first = now_ms;
		for (int i = 0; i < 20; i++) {
			size_t count = dice(PLAYCOUNT_SAMPLES_MAX + 1), n;

			for (size_t k = 0; k < count; k++) {
				t_ms += dice(3) == 0 ? dice(100000) : dice(90);
				made[k] = (struct playcount_sample){
					.t_ms = dice(9) == 0 ? dice(1u << 30) :
							       t_ms,
					.at = dice(9) == 0 ? dice(1u << 30) :
							     t_ms / 2,
					.rate = (uint32_t)dice(6000),
					.running = dice(4) != 0,
				};
			}
			n = playcount_take(&p, made, count, dice(2) == 0,
					   now_ms, credits);
			for (size_t k = 0; k < n; k++) {
				CHECK(credits[k].from >= end);
				CHECK(credits[k].to > credits[k].from);
				CHECK(credits[k].to <= now_ms);
				end = credits[k].to;
			}
			CHECK(p.ms <= now_ms - first + PLAYCOUNT_GRACE_MS);
			now_ms += dice(20000);
		}
	}
}

static void a_jump_without_a_word_counts_nothing(void)
{
	open_scene(PLAYCOUNT_MEDIA, 0);
	s.playing = true;
	sample();
	s.now_ms += 10000;
	s.at = 100000;
	sample();
	s.now_ms += 10000;
	s.at = 110000;
	sample();
	post();
	CHECK(s.count.ms <= 2000 && s.count.shown.count == 1);
	CHECK(s.count.shown.at[0].from == 100000);
}

int main(void)
{
	dice_begin(72);
	a_film_counts_as_the_model_says();
	a_slow_line_costs_little_and_gives_nothing();
	a_document_counts_as_the_model_says();
	a_page_left_open_counts_three_minutes();
	a_page_that_is_leafed_past_is_not_shown();
	ten_seconds_a_second();
	nothing_counts_more_than_passed_here();
	a_jump_without_a_word_counts_nothing();
	return 0;
}
