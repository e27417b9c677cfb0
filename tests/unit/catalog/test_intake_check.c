/* What lies, or was damaged on its way, is not taken in. */
#include "catalog/intake.h"

#include "tests/support/follower.h"

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

int main(void)
{
	a_tampered_bundle_is_named_at_every_position();
	a_tampered_small_growth_is_no_fork();
	a_tampered_tile_is_damage_and_honesty_recovers();
	lying_contents_are_malformed();
	bombs_go_off_at_their_cap();
	return 0;
}
