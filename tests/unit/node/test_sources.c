#include "node/sources.h"
#include "tests/support/check.h"

#include <stdio.h>

static void a_failing_source_rests_longer_each_time(void)
{
	struct sources all = { .count = 0 };
	struct source *s = sources_at(&all, "http://a:1", 0);
	int64_t now = 0, rest, last = 0;

	for (int i = 0; i < 12; i++) {
		source_failed(s, now, "no answer");
		CHECK(!source_is_fit(s, now));
		rest = s->rest_until_ms - now;
		CHECK(rest >= last && rest <= SOURCE_REST_MAX_MS);
		last = rest;
		now = s->rest_until_ms;
		CHECK(source_is_fit(s, now));
	}
	CHECK(last == SOURCE_REST_MAX_MS);
	source_worked(s, now);
	source_failed(s, now, "again");
	CHECK(s->rest_until_ms - now == SOURCE_REST_MS);
	sources_release(&all);
}

static void an_answer_does_not_make_a_liar_honest(void)
{
	struct sources all = { .count = 0 };
	struct source *s = sources_at(&all, "http://a:1", 0);

	source_failed(s, 0, "no answer");
	source_answered(s, 2000);
	CHECK(s->failures == 0 && s->trouble[0] == 0);
	source_lied(s, 3000, "other bytes");
	source_answered(s, 3100);
	CHECK(s->ok && s->failures == 1 && s->lied && s->lies == 1);
	CHECK(!source_is_fit(s, 3100));
	source_worked(s, 5000);
	CHECK(!s->lied && s->failures == 0 && s->lies == 1);
	sources_release(&all);
}

static void one_url_is_one_source(void)
{
	struct sources all = { .count = 0 };

	CHECK(sources_at(&all, "http://a:1", 0) ==
	      sources_at(&all, "http://a:1", 5));
	CHECK(all.count == 1);
	sources_release(&all);
}

static void held_sources_are_never_forgotten(void)
{
	struct sources all = { .count = 0 };
	struct source *kept = sources_at(&all, "http://kept:1", 0);
	char url[64];

	source_hold(kept);
	for (int i = 0; i < 3 * SOURCES_MAX; i++) {
		(void)snprintf(url, sizeof(url), "http://h%d:1", i);
		CHECK(sources_at(&all, url, i + 1) != NULL);
	}
	CHECK(all.count == SOURCES_MAX);
	CHECK(sources_at(&all, "http://kept:1", 9999) == kept);
	source_drop(kept);
	sources_release(&all);
}

int main(void)
{
	a_failing_source_rests_longer_each_time();
	an_answer_does_not_make_a_liar_honest();
	one_url_is_one_source();
	held_sources_are_never_forgotten();
	return 0;
}
