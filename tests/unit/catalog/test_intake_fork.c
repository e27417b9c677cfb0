/* Two histories of one log, a log of our own that was lost, and cut-offs. */
#include "catalog/intake.h"

#include "tests/support/follower.h"

/* --- forks --- */

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
	a_fork_is_found_wherever_it_begins();
	a_fork_stops_the_log_without_a_proof_too();
	an_earlier_state_is_old();
	a_lost_own_log_is_taken_in_before_it_is_signed_again();
	a_cut_off_ends_a_log_at_its_root();
	a_fork_shorter_than_the_end_shows_on_the_way_to_it();
	a_fork_longer_than_the_end_goes_and_is_evidence();
	of_the_named_history_what_is_beyond_the_end_goes();
	return 0;
}
