#include "proto/datagram.h"

#include <string.h>

#include "tests/support/check.h"

static const uint8_t community[DATAGRAM_COMMUNITY_SIZE] = { 1, 2, 3, 4,
							    5, 6, 7, 8 };

static struct datagram sample(size_t heads)
{
	struct datagram d = { .boot = 7,
			      .seq = 0x01020304,
			      .http_port = 7433,
			      .swarm_port = 7434,
			      .flags = DATAGRAM_HAS_UPSTREAM,
			      .level = LEVEL_TOWNSHIP,
			      .region = "431081101",
			      .statement_version = 5,
			      .trust_version = 9,
			      .root_version = 2,
			      .head_count = heads };

	memcpy(d.community, community, sizeof(community));
	memset(d.key, 0xaa, sizeof(d.key));
	memset(d.instance, 0xbb, sizeof(d.instance));
	for (size_t i = 0; i < heads; i++) {
		memset(d.heads[i].origin, (int)i, sizeof(d.heads[i].origin));
		d.heads[i].size = 1000 + i;
		memset(d.heads[i].root, (int)(200 + i),
		       sizeof(d.heads[i].root));
	}
	return d;
}

/* Encode and put 64 bytes where the signature goes. */
static struct bytes encoded(const struct datagram *d,
			    uint8_t wire[static DATAGRAM_MAX])
{
	size_t size = 0;

	CHECK(datagram_encode(d, wire, &size) == STATUS_OK);
	CHECK(size + DATAGRAM_SIGNATURE_SIZE <= DATAGRAM_MAX);
	memset(wire + size, 0xcc, DATAGRAM_SIGNATURE_SIZE);
	return (struct bytes){ wire, size + DATAGRAM_SIGNATURE_SIZE };
}

static bool same(const struct datagram *a, const struct datagram *b)
{
	uint8_t wire_a[DATAGRAM_MAX], wire_b[DATAGRAM_MAX];

	return bytes_equal(encoded(a, wire_a), encoded(b, wire_b));
}

static void what_was_said_is_what_is_heard(void)
{
	for (size_t heads = 0; heads <= DATAGRAM_HEADS_MAX; heads++) {
		struct datagram d = sample(heads), back;
		uint8_t wire[DATAGRAM_MAX];
		struct bytes all = encoded(&d, wire), covered;
		const uint8_t *signature;

		CHECK(datagram_peek(all, community) == STATUS_OK);
		CHECK(datagram_decode(all, &back, &covered, &signature) ==
		      STATUS_OK);
		CHECK(same(&d, &back));
		CHECK(strcmp(back.region, "431081101") == 0);
		CHECK(back.level == LEVEL_TOWNSHIP && back.seq == d.seq);
		CHECK(covered.size == all.size - DATAGRAM_SIGNATURE_SIZE);
		CHECK(signature == wire + covered.size && signature[0] == 0xcc);
	}
}

static void the_bytes_are_the_documented_ones(void)
{
	static const uint8_t start[] = { 'x', 't', 'a', 'n', 1, 1, 2, 0,
					 1,   2,   3,   4,   5, 6, 7, 8 };
	static const uint8_t numbers[] = { 7, 0, 0, 0, 4, 3, 2, 1,
					   0x09, 0x1d, 0x0a, 0x1d, 5, 0, 0, 0,
					   9, 0, 0, 0, 2, 0, 0, 0, 9, '4' };
	struct datagram d = sample(1);
	uint8_t wire[DATAGRAM_MAX];
	struct bytes all = encoded(&d, wire);

	CHECK(memcmp(wire, start, sizeof(start)) == 0);
	CHECK(wire[16] == 0xaa && wire[47] == 0xaa && wire[48] == 0xbb);
	CHECK(memcmp(wire + 56, numbers, sizeof(numbers)) == 0);
	CHECK(wire[90] == 1); /* one head */
	CHECK(wire[107] == 0xe8 && wire[108] == 3);
	CHECK(wire[123] == 0 && wire[124] == 0); /* no extension */
	CHECK(all.size == 125 + DATAGRAM_SIGNATURE_SIZE);
}

static void no_cut_datagram_is_read(void)
{
	struct datagram d = sample(3), back;
	uint8_t wire[DATAGRAM_MAX];
	struct bytes all = encoded(&d, wire), covered;
	const uint8_t *signature;

	for (size_t size = 0; size < all.size; size++) {
		struct bytes cut = { wire, size };

		CHECK(datagram_decode(cut, &back, &covered, &signature) ==
		      STATUS_MALFORMED);
		if (size < 84 + DATAGRAM_SIGNATURE_SIZE)
			CHECK(datagram_peek(cut, community) ==
			      STATUS_MALFORMED);
	}
	wire[all.size] = 0;
	CHECK(datagram_decode((struct bytes){ wire, all.size + 1 }, &back,
			      &covered, &signature) == STATUS_MALFORMED);
}

static void any_flipped_bit_is_survived(void)
{
	struct datagram d = sample(3), back;
	uint8_t wire[DATAGRAM_MAX];
	struct bytes all = encoded(&d, wire), covered;
	const uint8_t *signature;

	for (size_t bit = 0; bit < 8 * all.size; bit++) {
		wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (datagram_decode(all, &back, &covered, &signature) ==
		    STATUS_OK)
			CHECK(covered.data == wire &&
			      signature == wire + covered.size);
		wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void a_later_extension_is_stepped_over(void)
{
	struct datagram d = sample(2), back;
	uint8_t wire[DATAGRAM_MAX + 8];
	struct bytes all = encoded(&d, wire), covered;
	const uint8_t *signature;
	size_t at = all.size - DATAGRAM_SIGNATURE_SIZE;

	wire[at - 2] = 5;
	memset(wire + at, 0x55, 5 + DATAGRAM_SIGNATURE_SIZE);
	all.size += 5;
	CHECK(datagram_decode(all, &back, &covered, &signature) == STATUS_OK);
	CHECK(same(&d, &back) && covered.size == at + 5);
	wire[at - 1] = 0xff;
	CHECK(datagram_decode(all, &back, &covered, &signature) ==
	      STATUS_MALFORMED);
}

static struct datagram with_fetches(size_t heads, size_t fetches)
{
	struct datagram d = sample(heads);

	d.fetch_count = fetches;
	for (size_t i = 0; i < fetches; i++) {
		memset(d.fetches[i].name, (int)(100 + i), DATAGRAM_NAME_SIZE);
		d.fetches[i].saying = (uint8_t)(1 + i);
		d.fetches[i].pieces = (uint32_t)(0x01020300 + i);
	}
	return d;
}

static void fetches_are_said_and_heads_make_room_for_them(void)
{
	for (size_t n = 0; n <= DATAGRAM_FETCHES_MAX; n++) {
		struct datagram d = with_fetches(DATAGRAM_HEADS_MAX, n), back;
		uint8_t wire[DATAGRAM_MAX];
		struct bytes all = encoded(&d, wire), covered;
		const uint8_t *signature;

		CHECK(datagram_decode(all, &back, &covered, &signature) ==
		      STATUS_OK);
		CHECK(back.fetch_count == n);
		CHECK(memcmp(back.fetches, d.fetches,
			     n * sizeof(d.fetches[0])) == 0);
		CHECK(back.head_count <= DATAGRAM_HEADS_MAX);
		CHECK(memcmp(back.heads, d.heads,
			     back.head_count * sizeof(d.heads[0])) == 0);
		/* Not one head less than need be. */
		CHECK(back.head_count == DATAGRAM_HEADS_MAX ||
		      all.size + 32 > DATAGRAM_MAX);
		if (n == 0)
			CHECK(back.head_count == DATAGRAM_HEADS_MAX);
	}
}

static void fetches_have_the_documented_bytes(void)
{
	static const uint8_t item[] = { 16,  0,   1,   13,  0,	 100, 100, 100,
					100, 100, 100, 100, 100, 1,   0,   3,
					2,   1 };
	struct datagram d = with_fetches(1, 1);
	uint8_t wire[DATAGRAM_MAX];
	struct bytes all = encoded(&d, wire);

	CHECK(all.size == 125 + 16 + DATAGRAM_SIGNATURE_SIZE);
	CHECK(memcmp(wire + 123, item, sizeof(item)) == 0);
}

/* Decode sample(0) with this extension; how many fetches are read. */
static size_t fetches_in(const uint8_t *extension, size_t size,
			 struct datagram *back)
{
	struct datagram d = sample(0);
	uint8_t wire[DATAGRAM_MAX];
	struct bytes all = encoded(&d, wire), covered;
	const uint8_t *signature;
	size_t at = all.size - DATAGRAM_SIGNATURE_SIZE;

	wire[at - 2] = (uint8_t)size;
	wire[at - 1] = (uint8_t)(size >> 8);
	memcpy(wire + at, extension, size);
	all.size += size;
	CHECK(datagram_decode(all, back, &covered, &signature) == STATUS_OK);
	return back->fetch_count;
}

static void what_is_not_understood_spoils_nothing(void)
{
	uint8_t item[600] = { 1, 13, 0, 7 }, many[3 + 13 * 30] = { 1, 134, 1 };
	uint8_t mixed[64] = { 9, 2, 0, 1, 1 };
	struct datagram back;

	CHECK(fetches_in(item, 16, &back) == 1 && back.fetches[0].name[0] == 7);
	CHECK(fetches_in(item, 15, &back) == 0); /* it ends early */
	item[1] = 12;
	CHECK(fetches_in(item, 15, &back) == 0); /* no whole fetch */
	item[1] = 0;
	CHECK(fetches_in(item, 3, &back) == 0);
	CHECK(fetches_in(item, 1, &back) == 0);
	/* Another kind first, another list last. */
	memcpy(mixed + 5, (const uint8_t[]){ 1, 13, 0, 8 }, 4);
	memcpy(mixed + 21, (const uint8_t[]){ 1, 13, 0, 9 }, 4);
	CHECK(fetches_in(mixed, 37, &back) == 1);
	CHECK(back.fetches[0].name[0] == 8);
	/* More than we keep. */
	CHECK(fetches_in(many, sizeof(many), &back) == DATAGRAM_FETCHES_MAX);
}

static void what_has_no_place_in_the_format_is_refused(void)
{
	uint8_t wire[DATAGRAM_MAX];
	struct datagram d = sample(1), back;
	struct bytes all, covered;
	const uint8_t *signature;
	size_t size = 99;

	strcpy(d.region, "4310811");
	CHECK(datagram_encode(&d, wire, &size) == STATUS_MALFORMED);
	d = sample(1);
	d.level = (enum level)7;
	CHECK(datagram_encode(&d, wire, &size) == STATUS_MALFORMED);
	d = sample(DATAGRAM_HEADS_MAX);
	d.head_count++;
	CHECK(datagram_encode(&d, wire, &size) == STATUS_MALFORMED);
	d = with_fetches(0, DATAGRAM_FETCHES_MAX);
	d.fetch_count++;
	CHECK(datagram_encode(&d, wire, &size) == STATUS_MALFORMED);
	CHECK(size == 99);

	d = sample(1);
	all = encoded(&d, wire);
	wire[5] = 3; /* level */
	CHECK(datagram_decode(all, &back, &covered, &signature) ==
	      STATUS_MALFORMED);
	wire[5] = 1;
	wire[4] = 2; /* version */
	CHECK(datagram_peek(all, community) == STATUS_MALFORMED);
	CHECK(datagram_decode(all, &back, &covered, &signature) ==
	      STATUS_MALFORMED);
	wire[4] = 1;
	wire[114] = 0x80; /* a size beyond 2^63 */
	CHECK(datagram_decode(all, &back, &covered, &signature) ==
	      STATUS_MALFORMED);
	wire[114] = 0;
	wire[81] = 'x'; /* region */
	CHECK(datagram_decode(all, &back, &covered, &signature) ==
	      STATUS_MALFORMED);
}

static void another_community_is_told_at_a_glance(void)
{
	static const uint8_t other[DATAGRAM_COMMUNITY_SIZE] = { 9 };
	struct datagram d = sample(1);
	uint8_t wire[DATAGRAM_MAX];

	CHECK(datagram_peek(encoded(&d, wire), other) == STATUS_NOT_FOUND);
}

static void a_boot_outranks_any_sequence(void)
{
	CHECK(datagram_sequence_after(2, 1, 1, 99));
	CHECK(datagram_sequence_after(2, 2, 2, 1));
	CHECK(!datagram_sequence_after(2, 2, 2, 2));
	CHECK(!datagram_sequence_after(1, 99, 2, 1));
}

int main(void)
{
	what_was_said_is_what_is_heard();
	the_bytes_are_the_documented_ones();
	no_cut_datagram_is_read();
	any_flipped_bit_is_survived();
	a_later_extension_is_stepped_over();
	fetches_are_said_and_heads_make_room_for_them();
	fetches_have_the_documented_bytes();
	what_is_not_understood_spoils_nothing();
	what_has_no_place_in_the_format_is_refused();
	another_community_is_told_at_a_glance();
	a_boot_outranks_any_sequence();
	return 0;
}
