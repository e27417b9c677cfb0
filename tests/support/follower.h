/* Here is a publisher with its database, there a follower with its own, and an
 * intake between them; and another history of the same log. */
#ifndef TESTS_SUPPORT_FOLLOWER_H
#define TESTS_SUPPORT_FOLLOWER_H

#include "catalog/forks.h"
#include "catalog/intake.h"
#include "catalog/log_rows.h"
#include "catalog/pack.h"
#include "tests/support/logs.h"

static struct place publisher_place, follower_place;
static struct catalog *publisher, *follower;
static int64_t theirs, ours;
static struct secret_key *key;
static struct intake_options options;
static struct source source;
static struct err err;

static void open_follower(void)
{
	CHECK(catalog_open(&follower, follower_place.path, &err) == STATUS_OK);
	CHECK(log_follow(follower, TEST_ORIGIN, false, &ours, &err) ==
	      STATUS_OK);
}

static void start(void)
{
	err = (struct err)ERR_INIT;
	place_make(&publisher_place);
	place_make(&follower_place);
	CHECK(catalog_open(&publisher, publisher_place.path, &err) ==
	      STATUS_OK);
	CHECK(log_follow(publisher, TEST_ORIGIN, true, &theirs, &err) ==
	      STATUS_OK);
	open_follower();
	key = test_key(1);
	options = (struct intake_options){ .keys = secret_key_public(key),
					   .key_count = 1,
					   .now_s = 1234 };
	source = (struct source){ .catalog = publisher, .log = theirs };
}

static void finish(void)
{
	secret_key_free(key);
	catalog_free(publisher);
	catalog_free(follower);
	place_remove(&publisher_place);
	place_remove(&follower_place);
}

/* Grow by entry batches so that the follower meets each size. */
static void follow_through(const uint64_t *sizes, size_t count)
{
	struct log_info info;

	for (size_t i = 0; i < count; i++) {
		grow(publisher, theirs, key, 'a', sizes[i]);
		CHECK(take_in(follower, ours, &source, &options, &err) ==
		      STATUS_OK);
		CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
		CHECK(info.size == sizes[i]);
		CHECK(take_in(follower, ours, &source, &options, &err) ==
		      STATUS_OLD);
	}
	CHECK(logs_equal(publisher, theirs, follower, ours));
}

static struct place fork_place;
static struct catalog *fork_catalog;
static int64_t fork_log;
static struct source fork_source;

/* A second history under the same key: `common` entries of 'a', then 'b'. */
MAYBE_UNUSED static void fork_at(uint64_t common, uint64_t size)
{
	place_make(&fork_place);
	CHECK(catalog_open(&fork_catalog, fork_place.path, &err) == STATUS_OK);
	CHECK(log_follow(fork_catalog, TEST_ORIGIN, true, &fork_log, &err) ==
	      STATUS_OK);
	grow(fork_catalog, fork_log, key, 'a', common);
	grow(fork_catalog, fork_log, key, 'b', size);
	fork_source = (struct source){ .catalog = fork_catalog,
				       .log = fork_log };
}

MAYBE_UNUSED static void fork_away(void)
{
	catalog_free(fork_catalog);
	place_remove(&fork_place);
}

#endif
