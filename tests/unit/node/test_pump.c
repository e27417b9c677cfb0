#include "node/drive/pump.h"

#include <pthread.h>
#include <time.h>

#include "tests/support/wares.h"

static struct wares wares;

/* What becomes of each piece at its source. */
enum fate { GOOD, MISSING, DAMAGED, UNREADABLE };

struct source {
	enum fate fate[METAINFO_PIECES_MAX];
	uint32_t last;	  /* the piece after it must be a later one */
	uint32_t gone_at; /* the drive is pulled out at this one */
	unsigned pause_ms; /* for each piece */
	uintptr_t lowest, highest; /* addresses that were filled */
};

struct sink {
	uint8_t *got; /* a have-map */
	uint32_t last;
	uint32_t full_at; /* refuses this piece */
	unsigned pause_ms;
};

static struct source source;
static struct sink sink;

static void pause_for(unsigned ms)
{
	struct timespec time = { .tv_nsec = ms * 1000000L };

	if (ms > 0)
		(void)nanosleep(&time, NULL);
}

static enum status read_piece(void *from, uint32_t piece, uint8_t *data,
			      struct err *err)
{
	uint32_t size = metainfo_piece(&wares.tf->mi, piece).length;

	CHECK(from == &source);
	CHECK(source.last == UINT32_MAX || piece > source.last);
	CHECK((uintptr_t)data % 4096 == 0);
	source.last = piece;
	if (source.lowest == 0 || (uintptr_t)data < source.lowest)
		source.lowest = (uintptr_t)data;
	if ((uintptr_t)data + size > source.highest)
		source.highest = (uintptr_t)data + size;
	pause_for(source.pause_ms);
	if (piece == source.gone_at)
		return err_set(err, STATUS_UNREACHABLE, "pulled out");
	switch (source.fate[piece]) {
	case MISSING:
		return err_set(err, STATUS_NOT_FOUND, "not there");
	case UNREADABLE:
		return err_set(err, STATUS_IO, "bad block");
	case GOOD:
	case DAMAGED:
		break;
	}
	memcpy(data, wares_piece(&wares, piece), size);
	if (source.fate[piece] == DAMAGED)
		data[piece % size] ^= 1;
	return STATUS_OK;
}

static enum status write_piece(void *to, uint32_t piece, const uint8_t *data,
			       struct err *err)
{
	CHECK(to == &sink);
	CHECK(sink.last == UINT32_MAX || piece > sink.last);
	sink.last = piece;
	pause_for(sink.pause_ms);
	if (piece == sink.full_at)
		return err_set(err, STATUS_NO_ROOM, "full");
	CHECK(memcmp(data, wares_piece(&wares, piece),
		     metainfo_piece(&wares.tf->mi, piece).length) == 0);
	havemap_set(sink.got, piece);
	return STATUS_OK;
}

struct teller {
	pthread_t thread; /* where it must be told */
	uint64_t bytes;
	unsigned calls;
	unsigned stop_after; /* calls; 0: never */
};

static bool told(void *owner, uint64_t bytes)
{
	struct teller *t = owner;

	CHECK(pthread_equal(t->thread, pthread_self()));
	CHECK(bytes >= t->bytes);
	t->bytes = bytes;
	t->calls++;
	return t->stop_after == 0 || t->calls < t->stop_after;
}

static struct teller teller;
static uint8_t *want, *moved;
static struct pump_result result;

static void set_up(uint64_t seed)
{
	uint32_t pieces;

	if (wares.tf == NULL)
		wares_make_any(&wares, seed);
	pieces = wares.tf->mi.pieces;
	memset(&source, 0, sizeof(source));
	source.last = source.gone_at = UINT32_MAX;
	sink = (struct sink){ .last = UINT32_MAX, .full_at = UINT32_MAX };
	sink.got = calloc(1, havemap_size(pieces));
	want = calloc(1, havemap_size(pieces));
	moved = calloc(1, havemap_size(pieces));
	CHECK(sink.got != NULL && want != NULL && moved != NULL);
	for (uint32_t i = 0; i < pieces; i++)
		havemap_set(want, i);
	teller = (struct teller){ .thread = pthread_self() };
}

static enum status run(struct err *err)
{
	const struct pump pump = {
		.mi = &wares.tf->mi,
		.want = want,
		.read = read_piece,
		.from = &source,
		.write = write_piece,
		.to = &sink,
		.progress = told,
		.owner = &teller,
	};
	enum status status;

	*err = (struct err)ERR_INIT;
	status = pump_run(&pump, moved, &result, err);
	CHECK(err->status == status);
	return status;
}

/* What was written is what is said to be moved, and nothing else. */
static void tear_down(bool keep)
{
	uint32_t pieces = wares.tf->mi.pieces;
	uint64_t bytes = 0;

	CHECK(memcmp(sink.got, moved, havemap_size(pieces)) == 0);
	CHECK(havemap_count(moved, pieces) == result.moved);
	for (uint32_t i = 0; i < pieces; i++)
		if (havemap_has(moved, i))
			bytes += metainfo_piece(&wares.tf->mi, i).length;
	CHECK(bytes == result.bytes);
	free(sink.got);
	free(want);
	free(moved);
	if (keep)
		return;
	wares_release(&wares);
	wares.tf = NULL;
}

static void what_is_wanted_and_good_arrives_in_order(void)
{
	for (uint64_t seed = 1; seed < 60; seed++) {
		uint64_t state = seed, asked = 0;
		uint32_t fates[4] = { 0 };
		unsigned errors = 0;
		struct err err;

		set_up(seed);
		for (uint32_t i = 0; i < wares.tf->mi.pieces; i++) {
			enum fate fate = wares_random(&state) % 8;

			if (fate > UNREADABLE ||
			    (fate == UNREADABLE &&
			     ++errors >= PUMP_READ_ERRORS_MAX))
				fate = GOOD;
			source.fate[i] = fate;
			if (wares_random(&state) % 5 == 0) {
				havemap_unset(want, i);
				continue;
			}
			fates[fate]++;
			asked += metainfo_piece(&wares.tf->mi, i).length;
		}
		CHECK(run(&err) == STATUS_OK);
		CHECK(result.moved == fates[GOOD]);
		CHECK(result.missing == fates[MISSING]);
		CHECK(result.damaged == fates[DAMAGED]);
		CHECK(result.unread == fates[UNREADABLE]);
		CHECK(teller.bytes == asked && teller.calls > 0);
		tear_down(false);
	}
}

static void bits_of_others_stay(void)
{
	struct err err;

	set_up(3);
	memset(want, 0, havemap_size(wares.tf->mi.pieces));
	havemap_set(moved, 0);
	havemap_set(sink.got, 0);
	CHECK(run(&err) == STATUS_OK && result.moved == 0);
	CHECK(havemap_has(moved, 0));
	result.moved = 1;
	result.bytes = metainfo_piece(&wares.tf->mi, 0).length;
	tear_down(false);
}

/* 64 MiB in pieces of `length`. */
static void make_long(uint32_t length)
{
	const struct ware file = { NULL, (64 << 20) - 5 };

	wares_make(&wares, "长.mp4", false, &file, 1, length, 7);
}

static void memory_stays_bounded(void)
{
	static const uint32_t lengths[] = { 16 << 10, 1 << 20, 4 << 20,
					    16 << 20 };

	for (unsigned i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		uintptr_t most = 3 * (uintptr_t)lengths[i];
		struct err err;

		make_long(lengths[i]);
		set_up(0);
		CHECK(run(&err) == STATUS_OK);
		CHECK(result.moved == wares.tf->mi.pieces);
		if (most < PUMP_MEMORY)
			most = PUMP_MEMORY;
		CHECK(source.highest - source.lowest <= most);
		tear_down(false);
	}
}

static void a_source_that_fails_again_and_again_is_given_up(void)
{
	struct err err;

	make_long(1 << 20);
	set_up(0);
	for (uint32_t i = 10; i < 64; i++)
		source.fate[i] = UNREADABLE;
	CHECK(run(&err) == STATUS_IO);
	CHECK(strstr(err.text, "bad block") != NULL);
	CHECK(result.moved == 10 && result.unread == PUMP_READ_ERRORS_MAX);
	tear_down(true);

	/* Missing or damaged ones are no failures of the source. */
	set_up(0);
	for (uint32_t i = 10; i < 64; i++)
		source.fate[i] = i % 2 ? MISSING : DAMAGED;
	CHECK(run(&err) == STATUS_OK && result.moved == 10);
	tear_down(true);
}

static void what_was_read_before_the_drive_went_is_kept(void)
{
	struct err err;

	set_up(0);
	source.gone_at = 30;
	CHECK(run(&err) == STATUS_UNREACHABLE);
	CHECK(strcmp(err.text, "pulled out") == 0);
	CHECK(result.moved == 30 && result.unread == 0);
	tear_down(true);
}

static void a_place_that_takes_no_more_ends_it(void)
{
	struct err err;

	set_up(0);
	sink.full_at = 5;
	CHECK(run(&err) == STATUS_NO_ROOM);
	CHECK(strcmp(err.text, "full") == 0);
	CHECK(result.moved == 5);
	/* No more was read than there was memory for. */
	CHECK(source.last <= 5 + PUMP_MEMORY / (1 << 20));
	tear_down(true);
}

static void it_can_be_stopped(void)
{
	struct err err;

	set_up(0);
	source.pause_ms = 20;
	teller.stop_after = 2;
	CHECK(run(&err) == STATUS_CANCELLED);
	CHECK(result.moved > 0 && result.moved < 64);
	/* What was under way has arrived. */
	CHECK(result.moved == source.last + 1);
	tear_down(true);
}

static void it_tells_twice_a_second_while_a_side_is_slow(void)
{
	struct err err;

	for (unsigned side = 0; side < 2; side++) {
		set_up(0);
		memset(want, 0, havemap_size(wares.tf->mi.pieces));
		havemap_set(want, 1);
		*(side == 0 ? &source.pause_ms : &sink.pause_ms) = 999;
		CHECK(run(&err) == STATUS_OK && result.moved == 1);
		CHECK(teller.calls >= 2 && teller.calls < 8);
		tear_down(true);
	}
	wares_release(&wares);
}

int main(void)
{
	what_is_wanted_and_good_arrives_in_order();
	bits_of_others_stay();
	memory_stays_bounded();
	a_source_that_fails_again_and_again_is_given_up();
	what_was_read_before_the_drive_went_is_kept();
	a_place_that_takes_no_more_ends_it();
	it_can_be_stopped();
	it_tells_twice_a_second_while_a_side_is_slow();
	return 0;
}
