/* The announcement. What is read says the same when it is written again (an
 * extension of later versions, and unknown flags, apart). */
#include "proto/datagram.h"
#include "tests/fuzz/fuzz.h"

static bool fetches_same(const struct datagram *a, const struct datagram *b)
{
	if (a->fetch_count != b->fetch_count)
		return false;
	for (size_t i = 0; i < a->fetch_count; i++)
		if (memcmp(a->fetches[i].name, b->fetches[i].name,
			   DATAGRAM_NAME_SIZE) != 0 ||
		    a->fetches[i].saying != b->fetches[i].saying ||
		    a->fetches[i].pieces != b->fetches[i].pieces)
			return false;
	return true;
}

static bool heads_same(const struct datagram *a, const struct datagram *b,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(a->heads[i].origin, b->heads[i].origin,
			   DATAGRAM_ORIGIN_SIZE) != 0 ||
		    a->heads[i].size != b->heads[i].size ||
		    memcmp(a->heads[i].root, b->heads[i].root,
			   DATAGRAM_ROOT_SIZE) != 0)
			return false;
	return true;
}

static void write_again(const struct datagram *d)
{
	uint8_t out[DATAGRAM_MAX];
	struct datagram second;
	struct bytes covered;
	const uint8_t *signature;
	size_t size;

	CHECK(datagram_encode(d, out, &size) == STATUS_OK);
	CHECK(size + DATAGRAM_SIGNATURE_SIZE <= DATAGRAM_MAX);
	memset(out + size, 7, DATAGRAM_SIGNATURE_SIZE);
	CHECK(datagram_decode((struct bytes){ out,
					      size + DATAGRAM_SIGNATURE_SIZE },
			      &second, &covered, &signature) == STATUS_OK);
	CHECK(covered.size == size && signature == out + size);
	CHECK(second.boot == d->boot && second.seq == d->seq &&
	      second.http_port == d->http_port &&
	      second.swarm_port == d->swarm_port &&
	      second.level == d->level &&
	      strcmp(second.region, d->region) == 0 &&
	      second.statement_version == d->statement_version &&
	      second.trust_version == d->trust_version &&
	      second.root_version == d->root_version &&
	      memcmp(second.key, d->key, DATAGRAM_KEY_SIZE) == 0 &&
	      memcmp(second.instance, d->instance, DATAGRAM_INSTANCE_SIZE) ==
		      0);
	CHECK(fetches_same(d, &second));
	CHECK(second.head_count <= d->head_count);
	CHECK(heads_same(d, &second, second.head_count));
	/* Nobody looks at it with less than was needed to believe it. */
	CHECK(datagram_peek((struct bytes){ out,
					    size + DATAGRAM_SIGNATURE_SIZE },
			    d->community) == STATUS_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t community[DATAGRAM_COMMUNITY_SIZE] = { 1, 2, 3, 4,
								    5, 6, 7, 8 };
	struct bytes wire = { data, size };
	struct datagram d;
	struct bytes covered;
	const uint8_t *signature;

	(void)datagram_peek(wire, community);
	if (datagram_decode(wire, &d, &covered, &signature) != STATUS_OK)
		return 0;
	CHECK(datagram_peek(wire, d.community) == STATUS_OK);
	CHECK(size <= DATAGRAM_MAX && d.head_count <= DATAGRAM_HEADS_MAX &&
	      d.fetch_count <= DATAGRAM_FETCHES_MAX);
	CHECK(covered.data == data &&
	      covered.size + DATAGRAM_SIGNATURE_SIZE == size &&
	      signature == data + covered.size);
	write_again(&d);
	return 0;
}

void fuzz_seeds(void)
{
	struct datagram d = { .community = { 1, 2, 3, 4, 5, 6, 7, 8 },
			      .boot = 3,
			      .seq = 9,
			      .http_port = 7433,
			      .swarm_port = 7434,
			      .level = LEVEL_STATION,
			      .region = "431081101203",
			      .statement_version = 2,
			      .trust_version = 1,
			      .root_version = 1 };
	uint8_t out[DATAGRAM_MAX];
	size_t size;

	for (unsigned heads = 0; heads <= 2; heads++) {
		d.head_count = heads * heads * 8;
		d.fetch_count = heads * 12;
		for (size_t i = 0; i < d.head_count; i++)
			d.heads[i].size = i * 1000;
		for (size_t i = 0; i < d.fetch_count; i++)
			d.fetches[i].pieces = (uint32_t)i;
		CHECK(datagram_encode(&d, out, &size) == STATUS_OK);
		memset(out + size, 7, DATAGRAM_SIGNATURE_SIZE);
		fuzz_seed(out, size + DATAGRAM_SIGNATURE_SIZE);
	}
}
