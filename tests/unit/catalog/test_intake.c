/* A log grows at a follower: whole, in steps, interrupted. */
#include "catalog/intake.h"

#include "tests/support/follower.h"

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

int main(void)
{
	every_growth_arrives_whole();
	one_new_entry_costs_its_own_bytes();
	a_first_empty_checkpoint_is_kept();
	a_missing_partial_is_cut_from_the_full_one();
	without_full_or_partial_the_want_comes_back();
	only_a_signed_checkpoint_of_this_origin_counts();
	more_entries_than_permitted_are_out_of_scope();
	an_interrupted_intake_goes_on_where_it_was();
	scratch_of_a_large_intake_does_not_disturb_a_small_one();
	of_two_intakes_the_later_commit_is_old();
	wants_run_in_parallel_and_late_parts_do_no_harm();
	another_range_than_was_asked_for_is_refused();
	large_entries_lower_the_number_of_wants();
	return 0;
}
