/* The announcement: one signed UDP datagram that says who is here, how to
 * reach it and which heads it holds. At most DATAGRAM_MAX bytes; the rest is
 * fetched at `GET /node`.
 *
 * The format is docs/formats-neighbourhood.md, "Announcement". This file knows
 * the bytes; who signs and who checks is signing's (through node/announcer.h).
 * No I/O, no allocation. */
#ifndef PROTO_DATAGRAM_H
#define PROTO_DATAGRAM_H

#include "proto/bytes.h"
#include "proto/place.h"

enum {
	DATAGRAM_MAX = 1200,
	DATAGRAM_VERSION = 1,
	DATAGRAM_COMMUNITY_SIZE = 8, /* start of the root-1 fingerprint */
	DATAGRAM_KEY_SIZE = 32,      /* Ed25519 */
	DATAGRAM_INSTANCE_SIZE = 8,  /* random, new at each start */
	DATAGRAM_SIGNATURE_SIZE = 64,
	DATAGRAM_ORIGIN_SIZE = 16, /* start of SHA-256(origin) */
	DATAGRAM_ROOT_SIZE = 8,    /* start of the tree's root */
	DATAGRAM_HEADS_MAX = 32,
	DATAGRAM_FETCHES_MAX = 24,
	DATAGRAM_NAME_SIZE = 8 /* start of a btmh */
};

/* What the signature covers: this, then every byte before the signature. */
#define DATAGRAM_DOMAIN "xiangtu-announce/v1\n"

/* Flags; those a reader does not know are ignored. */
enum {
	DATAGRAM_LEAVING = 1,     /* the node is going down: forget it now */
	DATAGRAM_HAS_UPSTREAM = 2 /* it can fetch from beyond the LAN */
};

/* One log it holds: `size` entries under a root that begins so. */
struct datagram_head {
	uint8_t origin[DATAGRAM_ORIGIN_SIZE];
	uint64_t size;
	uint8_t root[DATAGRAM_ROOT_SIZE];
};

/* One payload it is at just now (docs/formats-neighbourhood.md, "Fetches"):
 * in the extension, so that readers without it step over it. `saying` is a set
 * of enum carrier_saying (node/carrier.h); bits not known are ignored. */
struct datagram_fetch {
	uint8_t name[DATAGRAM_NAME_SIZE];
	uint8_t saying;
	uint32_t pieces; /* verified so far */
};

struct datagram {
	uint8_t community[DATAGRAM_COMMUNITY_SIZE];
	uint8_t key[DATAGRAM_KEY_SIZE];
	uint8_t instance[DATAGRAM_INSTANCE_SIZE];
	uint32_t boot; /* (boot, seq) grows with every announcement */
	uint32_t seq;
	uint16_t http_port;  /* 0: serves none */
	uint16_t swarm_port; /* 0: no swarm */
	uint16_t flags;
	enum level level;
	char region[REGION_MAX + 1]; /* "" when it has none */
	/* The `seq` of its newest statement (proto/statement.h) of this same
	 * boot; 0 before the first. */
	uint32_t statement_version;
	uint32_t trust_version;
	uint32_t root_version;
	size_t head_count;
	struct datagram_head heads[DATAGRAM_HEADS_MAX]; /* newest change first;
							 * cut to what fits */
	size_t fetch_count;
	struct datagram_fetch fetches[DATAGRAM_FETCHES_MAX];
};

/*
 * Write everything up to the signature to `out`, `*size` bytes: what is left
 * of DATAGRAM_MAX has room for the signature, which the caller appends.
 *
 * Heads that do not fit beside the fetches are left out, the last first.
 *
 * Returns: STATUS_OK, or STATUS_MALFORMED for a region, level or count that
 *          has no place in the format.
 */
enum status datagram_encode(const struct datagram *d,
			    uint8_t out[static DATAGRAM_MAX], size_t *size);

/*
 * The checks that cost nothing, for floods: size, magic, version, community.
 *
 * Returns: STATUS_OK, STATUS_NOT_FOUND for another community's datagram, or
 *          STATUS_MALFORMED (also for versions of the format newer than ours).
 */
enum status datagram_peek(struct bytes wire,
			  const uint8_t community[static DATAGRAM_COMMUNITY_SIZE]);

/*
 * Read a datagram. Nothing in it is to be believed before `signature` has been
 * checked over DATAGRAM_DOMAIN and `covered`, both of which point into `wire`.
 *
 * Returns: STATUS_OK or STATUS_MALFORMED (outputs untouched). What is not
 *          understood in the extension is stepped over.
 */
enum status datagram_decode(struct bytes wire, struct datagram *d,
			    struct bytes *covered, const uint8_t **signature);

/* Is (boot, seq) of `a` later than that of `b`? */
bool datagram_sequence_after(uint32_t boot_a, uint32_t seq_a, uint32_t boot_b,
			     uint32_t seq_b);

#endif
