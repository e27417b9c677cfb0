#include "catalog/intake.h"

#include "catalog/forks.h"
#include "catalog/log_rows.h"
#include "catalog/pack.h"
#include "tests/support/logs.h"

/* Here is a publisher with its database, and a follower with its own. */
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

static void every_growth_arrives_whole(void)
{
	static const uint64_t sizes[] = { 1,	2,    255,  256,   257,	 512,
					  600,	1700, 1701, 66000, 66001 };

	for (int way = 0; way < 16; way++) {
		start();
		source.zstd = (way & 1) != 0;
		source.ranges = (way & 2) != 0;
		if ((way & 4) != 0)
			options.entry_bytes_max = 100;
		follow_through(sizes, way == 11 ? 11 : 8);
		finish();
	}
}

static void one_new_entry_costs_its_own_bytes(void)
{
	start();
	source.ranges = true;
	grow(publisher, theirs, key, 'a', 1000);
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	grow(publisher, theirs, key, 'a', 1001);
	source.asked = 0;
	source.bytes = 0;
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	CHECK(source.asked == 1 && source.bytes < 64);
	finish();
}

static void a_first_empty_checkpoint_is_kept(void)
{
	struct buf note = BUF_INIT;

	start();
	grow(publisher, theirs, key, 'a', 0);
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OLD);
	CHECK(log_read_note(follower, ours, &note, &err) == STATUS_OK);
	buf_release(&note);
	follow_through((const uint64_t[]){ 3 }, 1);
	finish();
}

/* A publisher that serves full resources only must have them: the follower is
 * shown a checkpoint of fewer entries than the source has. */
static void a_missing_partial_is_cut_from_the_full_one(void)
{
	static const uint64_t sizes[][2] = {
		{ 0, 100 }, { 50, 100 }, { 0, 3000 }, { 300, 3000 }
	};
	static const uint64_t after[] = { 500, 500, 3200, 65600 };
	struct buf note = BUF_INIT;
	struct intake *in;

	for (size_t i = 0; i < 4; i++)
		for (int ranges = 0; ranges < 2; ranges++) {
			start();
			source.no_partials = true;
			source.ranges = ranges != 0;
			if (sizes[i][0] > 0) {
				source.no_partials = false;
				follow_through(&sizes[i][0], 1);
				source.no_partials = true;
			}
			grow(publisher, theirs, key, 'a', sizes[i][1]);
			buf_clear(&note);
			CHECK(log_read_note(publisher, theirs, &note, &err) ==
			      STATUS_OK);
			grow(publisher, theirs, key, 'a', after[i]);
			CHECK(intake_open(&in, follower, ours,
					  buf_bytes(&note), &options,
					  &err) == STATUS_OK);
			CHECK(feed(in, &source, 1000, &err) == STATUS_OK);
			CHECK(intake_done(in));
			CHECK(intake_commit(in, &err) == STATUS_OK);
			intake_free(in);
			source.no_partials = false;
			follow_through(&after[i], 1);
			finish();
		}
	buf_release(&note);
}

static void without_full_or_partial_the_want_comes_back(void)
{
	struct intake_want want, again;
	struct buf note = BUF_INIT;
	struct intake *in;

	start();
	grow(publisher, theirs, key, 'a', 100);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	CHECK(intake_size(in) == 100 && intake_progress(in) == 0);
	CHECK(intake_next(in, &want, &err) == STATUS_OK);
	CHECK(want.path.width == 100 && want.path.kind == TILE_ENTRIES);
	CHECK(intake_next(in, &again, &err) == STATUS_NOT_FOUND);
	CHECK(intake_missing(in, &want) == STATUS_OK);
	CHECK(intake_next(in, &want, &err) == STATUS_OK);
	CHECK(want.path.width == 256);
	CHECK(intake_missing(in, &want) == STATUS_NOT_FOUND);
	CHECK(intake_next(in, &want, &err) == STATUS_OK);
	CHECK(want.path.width == 100);
	intake_return(in, &want);
	CHECK(intake_next(in, &again, &err) == STATUS_OK);
	CHECK(again.path.width == 100);
	intake_free(in);
	intake_free(NULL);
	buf_release(&note);
	finish();
}

/* --- lies --- */

static void flip_bundle(const struct intake_want *want, struct buf *body,
			void *owner)
{
	const uint64_t *n = owner;

	if (want->path.kind == TILE_ENTRIES && want->path.n == *n)
		body->data[body->size - 1] ^= 1;
}

static void a_tampered_bundle_is_named_at_every_position(void)
{
	struct log_info info;
	char path[TILE_PATH_MAX + 1];

	start();
	grow(publisher, theirs, key, 'a', 2700);
	for (uint64_t n = 0; n <= 10; n++) {
		source.tamper = flip_bundle;
		source.owner = &n;
		CHECK(take_in(follower, ours, &source, &options, &err) ==
		      STATUS_DAMAGED);
		/* The last one hangs together with the tiles. */
		tile_path_format(&(struct tile_path){ TILE_ENTRIES, 0, n, 256 },
				 path);
		CHECK(strstr(err.text, n == 10 ? "tile/1" : path) != NULL);
		CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
		CHECK(info.size == 0 && !info.forked);
	}
	source.tamper = NULL;
	source.asked = 0;
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	/* What was proven on the way was kept: the tile, the last bundle, and
	 * the one that no attempt got to. */
	CHECK(source.asked == 3);
	CHECK(logs_equal(publisher, theirs, follower, ours));
	finish();
}

static void a_tampered_small_growth_is_no_fork(void)
{
	static const uint64_t sizes[][2] = { { 0, 100 },   { 0, 300 },
					     { 10, 100 },  { 10, 256 },
					     { 300, 301 }, { 512, 1000 } };
	struct log_info info;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int ranges = 0; ranges < 2; ranges++) {
			start();
			source.ranges = ranges != 0;
			if (sizes[i][0] > 0)
				follow_through(&sizes[i][0], 1);
			grow(publisher, theirs, key, 'a', sizes[i][1]);
			for (uint64_t n = sizes[i][0] / 256;
			     n * 256 < sizes[i][1]; n++) {
				source.tamper = flip_bundle;
				source.owner = &n;
				CHECK(take_in(follower, ours, &source,
					      &options,
					      &err) == STATUS_DAMAGED);
			}
			CHECK(log_get(follower, ours, &info, &err) ==
			      STATUS_OK);
			CHECK(!info.forked && info.size == sizes[i][0]);
			source.tamper = NULL;
			CHECK(take_in(follower, ours, &source, &options,
				      &err) == STATUS_OK);
			CHECK(logs_equal(publisher, theirs, follower, ours));
			finish();
		}
}

static void flip_tile(const struct intake_want *want, struct buf *body,
		      void *owner)
{
	(void)owner;
	if (want->path.kind == TILE_HASHES)
		body->data[body->size - 1] ^= 1;
}

static void a_tampered_tile_is_damage_and_honesty_recovers(void)
{
	struct buf note = BUF_INIT;
	struct log_info info;
	struct intake *in;

	start();
	follow_through((const uint64_t[]){ 66000 }, 1);
	grow(publisher, theirs, key, 'a', 70000);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	source.tamper = flip_tile;
	CHECK(feed(in, &source, 100, &err) == STATUS_DAMAGED);
	CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
	CHECK(!info.forked);
	/* The same intake goes on with another source. */
	source.tamper = NULL;
	CHECK(feed(in, &source, 100, &err) == STATUS_OK);
	CHECK(intake_done(in) && intake_progress(in) == 70000);
	CHECK(intake_commit(in, &err) == STATUS_OK);
	intake_free(in);
	CHECK(logs_equal(publisher, theirs, follower, ours));
	buf_release(&note);
	finish();
}

struct lie {
	int kind;
};

enum { LIE_KINDS = 9 };

static void lie(const struct intake_want *want, struct buf *body, void *owner)
{
	static uint8_t junk[300000];

	if (want->path.kind == TILE_HASHES &&
	    ((struct lie *)owner)->kind != 1 &&
	    ((struct lie *)owner)->kind != 2)
		return;
	switch (((struct lie *)owner)->kind) {
	case 0: /* nothing */
		body->size = 0;
		break;
	case 1: /* short */
		body->size--;
		break;
	case 2: /* long */
		buf_put_u8(body, 0);
		break;
	case 3: /* one entry more */
		buf_put(body, "\0\1x", 3);
		break;
	case 4: /* junk far beyond the caps */
		buf_put(body, junk, sizeof(junk));
		break;
	case 5: /* one entry swallows the rest */
		body->data[0] = 0xff;
		body->data[1] = 0xff;
		break;
	case 6: /* half of it */
		body->size /= 2;
		break;
	case 7: /* lengths of nothing */
		memset(body->data, 0, body->size);
		break;
	case 8: /* an entry too long for the publisher, well-formed */
		body->size = 0;
		buf_put_u8(body, 0x01);
		buf_put_u8(body, 0x00);
		buf_put(body, junk, 0x100);
		for (unsigned i = 1; i < want->path.width; i++)
			buf_put(body, junk, 2);
		break;
	}
}

static void lying_contents_are_malformed(void)
{
	static const uint64_t sizes[] = { 100, 5000 };
	struct log_info info;
	struct lie which;

	for (size_t i = 0; i < 2; i++)
		for (int zstd = 0; zstd < 2; zstd++) {
			start();
			options.entry_bytes_max = 100;
			grow(publisher, theirs, key, 'a', sizes[i]);
			source.tamper = lie;
			source.owner = &which;
			source.zstd = zstd != 0;
			for (which.kind = 0; which.kind < LIE_KINDS;
			     which.kind++) {
				CHECK(take_in(follower, ours, &source,
					      &options,
					      &err) == STATUS_MALFORMED);
				CHECK(strstr(err.text, "tile/") != NULL);
			}
			CHECK(log_get(follower, ours, &info, &err) ==
			      STATUS_OK);
			CHECK(info.size == 0 && !info.forked);
			finish();
		}
}

static void bombs_go_off_at_their_cap(void)
{
	struct buf bomb = BUF_INIT, note = BUF_INIT;
	struct intake_want want;
	struct intake *in;
	size_t size = 100 << 20;
	uint8_t *zeros = calloc(1, size);

	start();
	grow(publisher, theirs, key, 'a', 200);
	CHECK(zeros != NULL);
	CHECK(pack_compress((struct bytes){ zeros, size }, 1, &bomb) ==
	      STATUS_OK);
	free(zeros);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	CHECK(intake_next(in, &want, &err) == STATUS_OK);
	CHECK(want.size_max == 200 * (2 + 65535));
	CHECK(intake_supply(in, &want, buf_bytes(&bomb), 0, true, &err) ==
	      STATUS_MALFORMED);
	intake_free(in);
	buf_release(&bomb);
	buf_release(&note);
	finish();
}

/* --- checkpoints --- */

static enum status open_note(const char *text, size_t size)
{
	struct intake *in = NULL;
	enum status status = intake_open(
		&in, follower, ours,
		(struct bytes){ (const uint8_t *)text, size }, &options, &err);

	intake_free(in);
	return status;
}

static void only_a_signed_checkpoint_of_this_origin_counts(void)
{
	struct checkpoint head = { .size = 5 };
	struct buf note = BUF_INIT;
	struct secret_key *other, *stranger;

	start();
	grow(publisher, theirs, key, 'a', 5);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(open_note("", 0) == STATUS_MALFORMED);
	CHECK(open_note("junk\n", 5) == STATUS_MALFORMED);
	for (size_t i = 0; i < note.size; i++) {
		enum status status;

		note.data[i] ^= 1;
		status = open_note((char *)note.data, note.size);
		CHECK(status == STATUS_MALFORMED || status == STATUS_UNTRUSTED);
		note.data[i] ^= 1;
		status = open_note((char *)note.data, i);
		CHECK(status == STATUS_MALFORMED || status == STATUS_UNTRUSTED);
	}
	CHECK(open_note((char *)note.data, note.size) == STATUS_OK);
	other = test_key(2);
	strcpy(head.origin, TEST_ORIGIN);
	buf_clear(&note);
	CHECK(checkpoint_sign(&head, other, &note) == STATUS_OK);
	CHECK(open_note((char *)note.data, note.size) == STATUS_UNTRUSTED);
	CHECK(secret_key_new(&stranger, "other.example", KEY_ED25519) ==
	      STATUS_OK);
	strcpy(head.origin, "other.example");
	buf_clear(&note);
	CHECK(checkpoint_sign(&head, stranger, &note) == STATUS_OK);
	CHECK(open_note((char *)note.data, note.size) == STATUS_UNTRUSTED);
	secret_key_free(other);
	secret_key_free(stranger);
	buf_release(&note);
	finish();
}

static void more_entries_than_permitted_are_out_of_scope(void)
{
	start();
	grow(publisher, theirs, key, 'a', 101);
	options.entries_max = 100;
	CHECK(take_in(follower, ours, &source, &options, &err) ==
	      STATUS_OUT_OF_SCOPE);
	options.entries_max = 101;
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	finish();
}

/* --- forks --- */

static struct place fork_place;
static struct catalog *fork_catalog;
static int64_t fork_log;
static struct source fork_source;

/* A second history under the same key: `common` entries of 'a', then 'b'. */
static void fork_at(uint64_t common, uint64_t size)
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

static void fork_away(void)
{
	catalog_free(fork_catalog);
	place_remove(&fork_place);
}

static enum status count_evidence(void *owner, const struct log_evidence *e,
				  struct err *er)
{
	struct buf ours_note = BUF_INIT, theirs_note = BUF_INIT;

	(*(unsigned *)owner)++;
	CHECK(e->log == ours && e->found_s == 1234);
	CHECK(log_read_note(follower, ours, &ours_note, er) == STATUS_OK);
	CHECK(log_read_note(fork_catalog, fork_log, &theirs_note, er) ==
	      STATUS_OK);
	CHECK(bytes_equal(e->ours, buf_bytes(&ours_note)));
	CHECK(bytes_equal(e->theirs, buf_bytes(&theirs_note)));
	buf_release(&ours_note);
	buf_release(&theirs_note);
	return STATUS_OK;
}

static enum status check_proof(void *owner, const struct fork_row *row,
			       struct err *er)
{
	struct fork fork;

	(void)er;
	(*(unsigned *)owner)++;
	CHECK(row->found_s == 1234 && row->source[0] == 0);
	CHECK(fork_parse(row->text, &fork) == STATUS_OK);
	CHECK(fork_verify(&fork, options.keys, options.key_count) ==
	      STATUS_OK);
	return STATUS_OK;
}

/* Is there one proof, which strangers believe, and does it say truly up to
 * where the histories are the same? */
static void check_span(uint64_t held, uint64_t common, uint64_t size)
{
	struct forks_span span;
	unsigned found = 0;

	CHECK(forks_each(follower, check_proof, &found, &err) == STATUS_OK);
	CHECK(found == 1);
	CHECK(forks_span(follower, TEST_ORIGIN, &span, &err) == STATUS_OK);
	CHECK(span.differ == (held < size ? held : size));
	CHECK(span.agree_known == (size > held));
	if (span.agree_known)
		CHECK(span.agree <= common &&
		      (span.agree == common || span.agree + 256 > common));
}

static void a_fork_is_found_wherever_it_begins(void)
{
	/* held, where it forks, how large the other is */
	static const uint64_t cases[][3] = {
		{ 5, 4, 5 },	     { 5, 0, 5 },	{ 5, 3, 9 },
		{ 100, 50, 300 },    { 300, 299, 300 }, { 300, 299, 301 },
		{ 300, 10, 301 },    { 300, 290, 5000 }, { 300, 10, 5000 },
		{ 300, 10, 299 },    { 300, 0, 1 },	{ 3000, 256, 2999 },
		{ 3000, 300, 2900 }, { 512, 3, 520 },
		/* where there are two tiles of level 1 */
		{ 65800, 65799, 67000 }, { 65800, 5, 67000 },
		{ 65536, 7, 65540 },
	};
	struct log_info info;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int ranges = cases[i][0] > 60000; ranges < 2; ranges++) {
			unsigned found = 0;

			start();
			follow_through(&cases[i][0], 1);
			fork_at(cases[i][1], cases[i][2]);
			fork_source.ranges = ranges != 0;
			CHECK(take_in(follower, ours, &fork_source, &options,
				      &err) == STATUS_FORKED);
			CHECK(log_get(follower, ours, &info, &err) ==
			      STATUS_OK);
			CHECK(info.forked && info.size == cases[i][0]);
			CHECK(log_each_evidence(follower, count_evidence,
						&found, &err) == STATUS_OK);
			CHECK(found == 1);
			check_span(cases[i][0], cases[i][1], cases[i][2]);
			/* What was held is still served. */
			CHECK(logs_equal(publisher, theirs, follower, ours));
			grow(publisher, theirs, key, 'a', cases[i][0] + 1);
			CHECK(take_in(follower, ours, &source, &options,
				      &err) == STATUS_FORKED);
			fork_away();
			finish();
		}
}

/* Who shows the fork keeps back what would prove it to others. */
static void a_fork_stops_the_log_without_a_proof_too(void)
{
	struct intake_want want;
	struct log_info info;
	struct intake *in;
	struct buf note = BUF_INIT, names = BUF_INIT;
	start();
	follow_through((const uint64_t[]){ 300 }, 1);
	fork_at(10, 5000);
	CHECK(log_read_note(fork_catalog, fork_log, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	while (!intake_is_forked(in))
		CHECK(feed(in, &fork_source, 1, &err) == STATUS_OK);
	CHECK(intake_next(in, &want, &err) == STATUS_OK);
	CHECK(want.path.kind == TILE_ENTRIES && want.path.n == 1);
	CHECK(intake_missing(in, &want) == STATUS_FORKED);
	intake_free(in);
	CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
	CHECK(info.forked && info.size == 300);
	CHECK(forks_names(follower, &names, &err) == STATUS_OK);
	CHECK(names.size == 0);
	buf_release(&note);
	buf_release(&names);
	fork_away();
	finish();
}

static void an_earlier_state_is_old(void)
{
	static const uint64_t sizes[] = { 0, 1, 255, 256, 2999 };
	struct log_info info;

	start();
	follow_through((const uint64_t[]){ 3000 }, 1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fork_at(sizes[i], sizes[i]);
		CHECK(take_in(follower, ours, &fork_source, &options, &err) ==
		      STATUS_OLD);
		fork_away();
	}
	CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
	CHECK(!info.forked && info.size == 3000);
	finish();
}

/* --- interruptions --- */

static void an_interrupted_intake_goes_on_where_it_was(void)
{
	struct buf note = BUF_INIT;
	struct log_info info;
	struct intake *in;
	uint8_t rubbish[SHA256_SIZE] = { 1 };

	start();
	source.zstd = true;
	follow_through((const uint64_t[]){ 300 }, 1);
	grow(publisher, theirs, key, 'a', 300 + 256 * 20);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	CHECK(feed(in, &source, 12, &err) == STATUS_OK);
	CHECK(!intake_done(in) && intake_progress(in) == 300 + 256 * 10);
	intake_free(in);
	/* Gone and back, as after a power cut. */
	catalog_free(follower);
	open_follower();
	CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
	CHECK(info.size == 300);
	/* One row does not have the hash that will be proven. */
	CHECK(log_rows_put_subtree(follower, ours, 1, 4, rubbish, &err) ==
	      STATUS_OK);
	source.asked = 0;
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	/* tile, last bundle, 20 - 10 bundles, and the one with the rubbish */
	CHECK(source.asked == 2 + 10 + 1);
	CHECK(logs_equal(publisher, theirs, follower, ours));
	follow_through((const uint64_t[]){ 6000, 6001 }, 2);
	buf_release(&note);
	finish();
}

static void scratch_of_a_large_intake_does_not_disturb_a_small_one(void)
{
	struct buf note = BUF_INIT;
	struct intake *in;
	uint8_t root[SHA256_SIZE];
	struct log_info info;

	start();
	follow_through((const uint64_t[]){ 300 }, 1);
	fork_at(5000, 5000); /* the same history, further on */
	CHECK(log_read_note(fork_catalog, fork_log, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	CHECK(feed(in, &fork_source, 5, &err) == STATUS_OK);
	intake_free(in);
	CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
	CHECK(info.size == 300);
	CHECK(log_root_at(follower, ours, 299, root, &err) == STATUS_OK);
	CHECK(logs_equal(publisher, theirs, follower, ours));
	follow_through((const uint64_t[]){ 301, 511, 512, 600 }, 4);
	fork_away();
	buf_release(&note);
	finish();
}

static void of_two_intakes_the_later_commit_is_old(void)
{
	struct buf note = BUF_INIT;
	struct intake *first, *second;

	start();
	grow(publisher, theirs, key, 'a', 10);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(intake_open(&first, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	CHECK(intake_open(&second, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	CHECK(feed(first, &source, 10, &err) == STATUS_OK);
	CHECK(feed(second, &source, 10, &err) == STATUS_OK);
	CHECK(intake_commit(second, &err) == STATUS_OK);
	CHECK(intake_commit(first, &err) == STATUS_OLD);
	intake_free(first);
	intake_free(second);
	CHECK(logs_equal(publisher, theirs, follower, ours));
	buf_release(&note);
	finish();
}

static void wants_run_in_parallel_and_late_parts_do_no_harm(void)
{
	struct buf note = BUF_INIT, body = BUF_INIT;
	struct intake_want wants[64];
	struct intake_part *parts[64];
	struct intake *in;
	size_t count;
	uint64_t from;
	bool zstd;

	start();
	options.entry_bytes_max = 100;
	grow(publisher, theirs, key, 'a', 256 * 40 + 1);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	while (!intake_done(in)) {
		for (count = 0; intake_next(in, &wants[count], &err) ==
				STATUS_OK;
		     count++)
			CHECK(count < INTAKE_PARALLEL);
		CHECK(count > 0);
		for (size_t i = 0; i < count; i++) {
			CHECK(source_get(&source, &wants[i], &body, &from,
					 &zstd) == STATUS_OK);
			CHECK(intake_check(&wants[i], buf_bytes(&body), from,
					   zstd, &parts[i],
					   &err) == STATUS_OK);
		}
		for (size_t i = count; i > 0; i--)
			CHECK(intake_accept(in, parts[i - 1], &err) ==
			      STATUS_OK);
		/* Once more, when it is of no use any longer. */
		CHECK(intake_check(&wants[0], buf_bytes(&body), from, zstd,
				   &parts[0], &err) != STATUS_OK ||
		      intake_accept(in, parts[0], &err) == STATUS_OK);
		intake_return(in, &wants[0]);
		CHECK(intake_missing(in, &wants[0]) == STATUS_OK ||
		      !intake_done(in));
	}
	CHECK(intake_commit(in, &err) == STATUS_OK);
	intake_free(in);
	CHECK(logs_equal(publisher, theirs, follower, ours));
	buf_release(&note);
	buf_release(&body);
	finish();
}

/* What an answer says of itself is the source's word, too. */
static void another_range_than_was_asked_for_is_refused(void)
{
	struct buf note = BUF_INIT, body = BUF_INIT;
	struct intake_want want;
	struct intake_part *part;
	struct intake *in;
	uint64_t from;
	bool zstd;

	start();
	grow(publisher, theirs, key, 'a', 10);
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	grow(publisher, theirs, key, 'a', 20);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	source.ranges = true;
	CHECK(intake_next(in, &want, &err) == STATUS_OK && want.from > 0);
	CHECK(source_get(&source, &want, &body, &from, &zstd) == STATUS_OK);
	CHECK(from == want.from && !zstd);
	CHECK(intake_check(&want, buf_bytes(&body), from + 1, false, &part,
			   &err) == STATUS_MALFORMED);
	CHECK(intake_check(&want, buf_bytes(&body), from - 1, false, &part,
			   &err) == STATUS_MALFORMED);
	CHECK(intake_check(&want, buf_bytes(&body), from, true, &part,
			   &err) == STATUS_MALFORMED);
	CHECK(intake_check(&want, buf_bytes(&body), from, false, &part,
			   &err) == STATUS_OK);
	CHECK(intake_accept(in, part, &err) == STATUS_OK);
	CHECK(intake_done(in));
	intake_free(in);
	buf_release(&note);
	buf_release(&body);
	finish();
}

static void large_entries_lower_the_number_of_wants(void)
{
	struct buf note = BUF_INIT;
	struct intake_want want;
	struct intake *in;
	size_t count = 0;

	start();
	grow(publisher, theirs, key, 'a', 256 * 40);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, follower, ours, buf_bytes(&note), &options,
			  &err) == STATUS_OK);
	CHECK(feed(in, &source, 1, &err) == STATUS_OK);
	while (intake_next(in, &want, &err) == STATUS_OK)
		count++;
	CHECK(count >= 2 && count * want.size_max <= 64 << 20);
	intake_free(in);
	buf_release(&note);
	finish();
}

/* --- our own log, and cut-offs --- */

static void a_lost_own_log_is_taken_in_before_it_is_signed_again(void)
{
	struct bytes entry = bytes_of("next");
	struct buf note = BUF_INIT;
	struct intake *in;
	struct log_info info;

	start();
	follow_through((const uint64_t[]){ 900 }, 1);
	/* The publisher's disk is gone; a follower still has it. */
	fork_at(0, 0);
	CHECK(log_read_note(follower, ours, &note, &err) == STATUS_OK);
	CHECK(intake_open(&in, fork_catalog, fork_log, buf_bytes(&note),
			  &options, &err) == STATUS_OK);
	intake_free(in);
	/* It was seen, so nothing is signed below it, now or later. */
	CHECK(log_append(fork_catalog, fork_log, &entry, 1, key, &err) ==
	      STATUS_OLD);
	CHECK(log_get(fork_catalog, fork_log, &info, &err) == STATUS_OK);
	CHECK(info.seen == 900 && info.size == 0);
	source = (struct source){ .catalog = follower, .log = ours };
	CHECK(take_in(fork_catalog, fork_log, &source, &options, &err) ==
	      STATUS_OK);
	CHECK(log_append(fork_catalog, fork_log, &entry, 1, key, &err) ==
	      STATUS_OK);
	CHECK(take_in(follower, ours, &fork_source, &options, &err) ==
	      STATUS_OK);
	CHECK(logs_equal(fork_catalog, fork_log, follower, ours));
	fork_away();
	buf_release(&note);
	finish();
}

static void a_cut_off_ends_a_log_at_its_root(void)
{
	struct checkpoint cutoff = { .size = 1500 }, read;
	struct buf note = BUF_INIT;
	struct log_info info;

	start();
	grow(publisher, theirs, key, 'a', 2000);
	CHECK(log_root_at(publisher, theirs, 1500, cutoff.root, &err) ==
	      STATUS_OK);
	options.cutoff = &cutoff;
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
	CHECK(info.size == 1500);
	CHECK(memcmp(info.root, cutoff.root, SHA256_SIZE) == 0);
	/* Nobody signed that size: a note stands in that needs no signature
	 * where the end is known, and counts for nothing elsewhere. */
	CHECK(log_read_note(follower, ours, &note, &err) == STATUS_OK);
	CHECK(strstr(buf_string(&note), "xiangtu-cutoff") != NULL);
	CHECK(checkpoint_open(buf_bytes(&note), info.origin, options.keys,
			      options.key_count, &read) == STATUS_UNTRUSTED);
	{
		struct intake *in;

		CHECK(intake_open(&in, follower, ours, buf_bytes(&note),
				  &options, &err) == STATUS_OLD);
		options.cutoff = NULL;
		CHECK(intake_open(&in, follower, ours, buf_bytes(&note),
				  &options, &err) == STATUS_UNTRUSTED);
		options.cutoff = &cutoff;
	}
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OLD);
	/* Somebody signs another tree of that size. */
	fork_at(1499, 1500);
	CHECK(take_in(follower, ours, &fork_source, &options, &err) ==
	      STATUS_UNTRUSTED);
	CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
	CHECK(!info.forked);
	fork_away();
	fork_at(1500, 1500);
	CHECK(take_in(follower, ours, &fork_source, &options, &err) ==
	      STATUS_OLD);
	buf_clear(&note);
	CHECK(log_read_note(follower, ours, &note, &err) == STATUS_OK);
	CHECK(checkpoint_open(buf_bytes(&note), info.origin, options.keys,
			      options.key_count, &read) == STATUS_OK);
	fork_away();
	buf_release(&note);
	finish();
}

static enum status count_beyond(void *owner, const struct log_evidence *e,
				struct err *er)
{
	(void)er;
	CHECK(strcmp(e->why, LOG_EVIDENCE_BEYOND) == 0);
	++*(unsigned *)owner;
	return STATUS_OK;
}

static void check_held(uint64_t size, const struct checkpoint *end)
{
	struct log_info info;

	CHECK(log_get(follower, ours, &info, &err) == STATUS_OK);
	CHECK(info.size == size && !info.forked);
	if (end != NULL)
		CHECK(memcmp(info.root, end->root, SHA256_SIZE) == 0);
}

/* The publisher has 1000 entries; its log ends at 700. */
static struct checkpoint start_with_an_end(void)
{
	struct checkpoint end = { .origin = TEST_ORIGIN, .size = 700 };

	start();
	grow(publisher, theirs, key, 'a', 1000);
	CHECK(log_root_at(publisher, theirs, end.size, end.root, &err) ==
	      STATUS_OK);
	options.cutoff = NULL;
	return end;
}

/* End the log as held; whether that changed it. */
static bool ends_at(const struct checkpoint *end)
{
	bool changed;

	CHECK(log_end_at(follower, ours, end, LOG_END_BY_TRUST, 1234, &changed,
			 &err) == STATUS_OK);
	return changed;
}

static void arrives_at(const struct checkpoint *end)
{
	options.cutoff = end;
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	check_held(end->size, end);
}

static void a_fork_shorter_than_the_end_shows_on_the_way_to_it(void)
{
	const struct checkpoint end = start_with_an_end();

	fork_at(500, 600);
	CHECK(take_in(follower, ours, &fork_source, &options, &err) ==
	      STATUS_OK);
	CHECK(!ends_at(&end));
	options.cutoff = &end;
	CHECK(take_in(follower, ours, &source, &options, &err) ==
	      STATUS_FORKED);
	CHECK(log_begin_anew(follower, ours, &err) == STATUS_OK);
	check_held(0, NULL);
	arrives_at(&end);
	fork_away();
	finish();
}

static void a_fork_longer_than_the_end_goes_and_is_evidence(void)
{
	const struct checkpoint end = start_with_an_end();
	unsigned beyond = 0;

	fork_at(500, 900);
	CHECK(take_in(follower, ours, &fork_source, &options, &err) ==
	      STATUS_OK);
	CHECK(ends_at(&end));
	check_held(0, NULL);
	CHECK(log_each_evidence(follower, count_beyond, &beyond, &err) ==
	      STATUS_OK);
	CHECK(beyond == 1); /* the note it had */
	arrives_at(&end);
	fork_away();
	finish();
}

static void of_the_named_history_what_is_beyond_the_end_goes(void)
{
	const struct checkpoint end = start_with_an_end();

	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OK);
	CHECK(ends_at(&end));
	check_held(700, &end);
	CHECK(!ends_at(&end));
	options.cutoff = &end;
	CHECK(take_in(follower, ours, &source, &options, &err) == STATUS_OLD);
	check_held(700, &end);
	finish();
}

int main(void)
{
	every_growth_arrives_whole();
	one_new_entry_costs_its_own_bytes();
	a_first_empty_checkpoint_is_kept();
	a_missing_partial_is_cut_from_the_full_one();
	without_full_or_partial_the_want_comes_back();
	a_tampered_bundle_is_named_at_every_position();
	a_tampered_small_growth_is_no_fork();
	a_tampered_tile_is_damage_and_honesty_recovers();
	lying_contents_are_malformed();
	bombs_go_off_at_their_cap();
	only_a_signed_checkpoint_of_this_origin_counts();
	more_entries_than_permitted_are_out_of_scope();
	a_fork_is_found_wherever_it_begins();
	a_fork_stops_the_log_without_a_proof_too();
	an_earlier_state_is_old();
	an_interrupted_intake_goes_on_where_it_was();
	scratch_of_a_large_intake_does_not_disturb_a_small_one();
	of_two_intakes_the_later_commit_is_old();
	wants_run_in_parallel_and_late_parts_do_no_harm();
	another_range_than_was_asked_for_is_refused();
	large_entries_lower_the_number_of_wants();
	a_lost_own_log_is_taken_in_before_it_is_signed_again();
	a_cut_off_ends_a_log_at_its_root();
	a_fork_shorter_than_the_end_shows_on_the_way_to_it();
	a_fork_longer_than_the_end_goes_and_is_evidence();
	of_the_named_history_what_is_beyond_the_end_goes();
	return 0;
}
