/* Measuring a drive: honest ones pass, fakes of each kind show, and nothing of
 * the test is left behind. */
#include "node/drive/capacity.h"

#include <stdlib.h>
#include <string.h>

#include "signing/key.h"
#include "tests/support/scratch.h"

enum { REAL = 8 }; /* blocks a double really has */

/* A stick of some vice. */
struct stick {
	enum { HONEST, WRAPS, DROPS } vice;
	uint64_t full_at;  /* blocks; 0 never */
	uint64_t fails_at; /* the write of this block fails; 0 none */
	uint64_t unread;   /* this block cannot be read; 0 none */
	uint64_t pulled_at; /* the n-th call finds it gone; 0 never */
	uint8_t *memory;
	uint64_t written, calls, flushed;
};

static bool is_pulled(struct stick *s)
{
	return ++s->calls == s->pulled_at && s->pulled_at != 0;
}

static enum status stick_write(void *owner, uint64_t n, const uint8_t *block,
			       struct err *err)
{
	struct stick *s = owner;

	CHECK(n == s->written);
	if (is_pulled(s))
		return err_set(err, STATUS_UNREACHABLE, "gone");
	if (s->full_at != 0 && n >= s->full_at)
		return err_set(err, STATUS_NO_ROOM, "full");
	if (s->fails_at != 0 && n >= s->fails_at)
		return err_set(err, STATUS_IO, "write");
	s->written++;
	if (s->vice == DROPS && n >= REAL)
		return STATUS_OK;
	memcpy(s->memory + n % REAL * CAPACITY_BLOCK, block, CAPACITY_BLOCK);
	return STATUS_OK;
}

static enum status stick_flush(void *owner, struct err *err)
{
	struct stick *s = owner;

	(void)err;
	s->flushed = s->written;
	return STATUS_OK;
}

static enum status stick_read(void *owner, uint64_t n, uint8_t *block,
			      struct err *err)
{
	struct stick *s = owner;

	CHECK(n < s->flushed); /* what was not flushed proves nothing */
	if (is_pulled(s))
		return err_set(err, STATUS_UNREACHABLE, "gone");
	if (s->unread != 0 && n == s->unread)
		return err_set(err, STATUS_IO, "read");
	memset(block, 0, CAPACITY_BLOCK);
	if (s->vice != DROPS || n < REAL)
		memcpy(block, s->memory + n % REAL * CAPACITY_BLOCK,
		       CAPACITY_BLOCK);
	return STATUS_OK;
}

static enum status measure(struct stick *s, uint64_t blocks,
			   const struct capacity_options *options,
			   struct capacity_result *r)
{
	struct capacity_disk disk = { .write = stick_write,
				      .flush = stick_flush,
				      .read = stick_read,
				      .owner = s };
	struct err err = ERR_INIT;
	enum status status;

	s->memory = calloc(REAL, CAPACITY_BLOCK);
	CHECK(s->memory != NULL);
	status = capacity_measure(&disk, blocks * CAPACITY_BLOCK, options, r,
				  &err);
	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	free(s->memory);
	return status;
}

static uint64_t blocks(uint64_t bytes)
{
	CHECK(bytes % CAPACITY_BLOCK == 0);
	return bytes / CAPACITY_BLOCK;
}

static void an_honest_stick_passes(void)
{
	struct capacity_options options = { .first = 0 };
	struct capacity_result r;
	struct stick s = { .vice = HONEST };

	CHECK(measure(&s, REAL, &options, &r) == STATUS_OK);
	CHECK(blocks(r.written) == REAL && r.kept == r.written);
	CHECK(!r.stopped && !r.full && r.errors == 0);
}

static void only_as_much_as_was_asked_for_is_tested(void)
{
	struct capacity_options options = { .first = 3 * CAPACITY_BLOCK };
	struct capacity_result r;
	struct stick s = { .vice = HONEST };

	CHECK(measure(&s, REAL, &options, &r) == STATUS_OK);
	CHECK(blocks(r.written) == 3 && s.written == 3);
}

static void a_stick_that_is_full_before_it_said_is_honest(void)
{
	struct capacity_options options = { .first = 0 };
	struct capacity_result r;
	struct stick s = { .vice = HONEST, .full_at = 5 };

	CHECK(measure(&s, REAL, &options, &r) == STATUS_OK);
	CHECK(blocks(r.written) == 5 && r.full && !r.stopped);
}

static void a_stick_that_wraps_around_shows(void)
{
	struct capacity_options options = { .look_every = 1000 };
	struct capacity_result r;
	struct stick s = { .vice = WRAPS };

	CHECK(measure(&s, 2 * REAL, &options, &r) == STATUS_DAMAGED);
	CHECK(blocks(r.written) == 2 * REAL && blocks(r.kept) == REAL);
}

static void a_stick_that_drops_writes_shows(void)
{
	struct capacity_options options = { .look_every = 1000 };
	struct capacity_result r;
	struct stick s = { .vice = DROPS };

	CHECK(measure(&s, 3 * REAL, &options, &r) == STATUS_DAMAGED);
	CHECK(blocks(r.kept) == REAL);
}

static void a_fake_is_known_long_before_it_is_full(void)
{
	struct capacity_options options = { .look_every = 4 };
	struct capacity_result r;
	struct stick wraps = { .vice = WRAPS }, drops = { .vice = DROPS };

	CHECK(measure(&wraps, 1000, &options, &r) == STATUS_DAMAGED);
	CHECK(blocks(r.written) == REAL + 4 && r.stopped);
	CHECK(measure(&drops, 1000, &options, &r) == STATUS_DAMAGED);
	CHECK(blocks(r.written) == REAL + 4 && blocks(r.kept) == REAL);
}

static void a_stick_that_fails_to_write_is_read_all_the_same(void)
{
	struct capacity_options options = { .first = 0 };
	struct capacity_result r;
	struct stick s = { .vice = HONEST, .fails_at = 5 };

	/* What is not flushed yet by then is flushed by the early look. */
	options.look_every = 5;
	CHECK(measure(&s, REAL, &options, &r) == STATUS_DAMAGED);
	CHECK(blocks(r.kept) == 5 && r.stopped);
}

static void a_block_that_cannot_be_read_is_counted(void)
{
	struct capacity_options options = { .first = 0 };
	struct capacity_result r;
	struct stick s = { .vice = HONEST, .unread = 3 };

	CHECK(measure(&s, REAL, &options, &r) == STATUS_DAMAGED);
	CHECK(blocks(r.errors) == 1 && blocks(r.kept) == REAL - 1);
}

static void a_pulled_stick_ends_it_at_any_call(void)
{
	struct capacity_options options = { .look_every = 3 };
	struct capacity_result r;
	uint64_t calls = 1;
	enum status status;

	do {
		struct stick s = { .vice = HONEST, .pulled_at = calls++ };

		status = measure(&s, REAL, &options, &r);
	} while (status == STATUS_UNREACHABLE);
	CHECK(status == STATUS_OK && calls > 2 * REAL);
}

static bool stop_at(void *owner, bool reading, uint64_t done, uint64_t total)
{
	unsigned *left = owner;

	(void)reading;
	CHECK(done <= total);
	return (*left)-- > 1;
}

static void it_can_be_stopped(void)
{
	struct capacity_result r;

	for (unsigned n = 1; n <= 2 * REAL; n++) {
		unsigned left = n;
		struct capacity_options options = { .progress = stop_at,
						    .owner = &left };
		struct stick s = { .vice = HONEST };

		CHECK(measure(&s, REAL, &options, &r) == STATUS_CANCELLED);
	}
}

/* --- on a drive --- */

static bool is_there(struct scratch *s, const char *name)
{
	return access(scratch_path(s, name), F_OK) == 0;
}

static void nothing_is_left_on_a_drive(void)
{
	struct capacity_options options = { .first = 3 * CAPACITY_BLOCK };
	struct capacity_result r;
	struct scratch s;
	struct mount *m;
	struct err err = ERR_INIT;

	scratch_init(&s);
	CHECK(mount_open(&m, scratch_folder(&s, "drive"), &err) == STATUS_OK);
	/* What a killed one left goes, too; what is not ours stays. */
	(void)scratch_folder(&s, "drive/.xiangtu");
	(void)scratch_folder(&s, "drive/.xiangtu/test");
	scratch_file(&s, "drive/.xiangtu/test/0000", 10, 1);
	scratch_file(&s, "drive/.xiangtu/test/0001", 10, 1);
	scratch_file(&s, "drive/.xiangtu/test/mine", 10, 1);
	scratch_file(&s, "drive/0000", 10, 1);
	CHECK(capacity_of_drive(m, &options, &r, &err) == STATUS_OK);
	CHECK(blocks(r.written) == 3 && r.kept == r.written);
	CHECK(!is_there(&s, "drive/.xiangtu/test/0000"));
	CHECK(!is_there(&s, "drive/.xiangtu/test/0001"));
	CHECK(is_there(&s, "drive/.xiangtu/test/mine"));
	CHECK(is_there(&s, "drive/0000"));
	CHECK(unlink(scratch_path(&s, "drive/.xiangtu/test/mine")) == 0);
	CHECK(capacity_clean(m, &err) == STATUS_OK);
	CHECK(!is_there(&s, "drive/.xiangtu"));
	mount_free(m);
	scratch_release(&s);
}

static void stopped_halfway_nothing_is_left_either(void)
{
	unsigned left = 2;
	struct capacity_options options = { .first = 3 * CAPACITY_BLOCK,
					    .progress = stop_at,
					    .owner = &left };
	struct capacity_result r;
	struct scratch s;
	struct mount *m;
	struct err err = ERR_INIT;

	scratch_init(&s);
	CHECK(mount_open(&m, scratch_folder(&s, "drive"), &err) == STATUS_OK);
	CHECK(capacity_of_drive(m, &options, &r, &err) == STATUS_CANCELLED);
	CHECK(!is_there(&s, "drive/.xiangtu"));
	mount_free(m);
	scratch_release(&s);
}

static void a_link_in_the_place_of_our_files_is_not_followed(void)
{
	struct capacity_options options = { .first = CAPACITY_BLOCK };
	struct capacity_result r;
	struct scratch s;
	struct stat st;
	struct mount *m;
	struct err err = ERR_INIT;

	scratch_init(&s);
	CHECK(mount_open(&m, scratch_folder(&s, "drive"), &err) == STATUS_OK);
	(void)scratch_folder(&s, "drive/.xiangtu");
	(void)scratch_folder(&s, "drive/.xiangtu/test");
	scratch_file(&s, "precious", 10, 1);
	CHECK(symlink(scratch_path(&s, "precious"),
		      scratch_path(&s, "drive/.xiangtu/test/0000")) == 0);
	CHECK(capacity_of_drive(m, &options, &r, &err) == STATUS_UNTRUSTED);
	CHECK(stat(scratch_path(&s, "precious"), &st) == 0 &&
	      st.st_size == 10);
	mount_free(m);
	scratch_release(&s);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	an_honest_stick_passes();
	only_as_much_as_was_asked_for_is_tested();
	a_stick_that_is_full_before_it_said_is_honest();
	a_stick_that_wraps_around_shows();
	a_stick_that_drops_writes_shows();
	a_fake_is_known_long_before_it_is_full();
	a_stick_that_fails_to_write_is_read_all_the_same();
	a_block_that_cannot_be_read_is_counted();
	a_pulled_stick_ends_it_at_any_call();
	it_can_be_stopped();
	nothing_is_left_on_a_drive();
	stopped_halfway_nothing_is_left_either();
	a_link_in_the_place_of_our_files_is_not_followed();
	return 0;
}
