/* What the node and its engine program say to each other: commands down,
 * events up, over one stream socket (docs/engine.md is the authority).
 *
 * A frame is u32 length (little-endian, of what follows it), u8 type, u32
 * slot, body. A slot is the node's number for one loaded payload; 0 speaks of
 * the engine as a whole. The node numbers commands from 1 and the engine its
 * events from 64, so that neither is ever taken for the other. Both sides
 * decode strictly: an unknown type, a missing or a spare byte, a number out of
 * its range are all STATUS_MALFORMED, and the receiver ends the other side.
 *
 * A have-map is that of proto/metainfo.h: piece 0 is the highest bit of the
 * first byte, the spare bits of the last byte are zero. */
#ifndef PROTO_ENGINEWIRE_H
#define PROTO_ENGINEWIRE_H

#include "proto/bytes.h"

enum {
	ENGINEWIRE_FRAME_MAX = 40 << 20, /* type, slot and body together */
	ENGINEWIRE_LENGTH_SIZE = 4,
	ENGINEWIRE_FIXED_SIZE = 5,	 /* type and slot */
	ENGINEWIRE_TEXT_MAX = 400,
	ENGINEWIRE_PEERS_MAX = 1000,
	ENGINEWIRE_LAN_MAX = 256,
	ENGINEWIRE_PIECES_MAX = 1 << 20,
	ENGINE_BTMH_SIZE = 32,
	ENGINE_KEY_SIZE = 32,
	ENGINE_NONCE_SIZE = 32,
	ENGINE_SIGNATURE_SIZE = 64,
	ENGINE_IP_SIZE = 16,
};

/* An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d. */
struct engine_address {
	uint8_t ip[ENGINE_IP_SIZE];
	uint16_t port;
};

/* The addresses whose first `bits` bits are those of `ip` (IPv4 counts from
 * bit 96: 192.168.1.0/24 is ::ffff:192.168.1.0 with 120 bits). */
struct engine_prefix {
	uint8_t ip[16];
	uint8_t bits; /* 0..128 */
};

/* Write `ip4` and `port` as an address. */
void engine_address_v4(struct engine_address *address,
		       const uint8_t ip4[4], uint16_t port);

/* Is `map` a have-map of exactly `pieces` pieces (size and spare bits)? */
bool engine_have_fits(struct bytes map, uint32_t pieces);

/* --- Commands --- */

enum engine_command_type {
	ENGINE_COMMAND_LIMITS = 1,  /* slot 0; also the first word said */
	ENGINE_COMMAND_ADD = 2,
	ENGINE_COMMAND_CONNECT = 3,
	ENGINE_COMMAND_RELEASE = 4, /* answered by RELEASED (or FAILED) */
	ENGINE_COMMAND_FLUSH = 5,   /* answered by HAVE (or FAILED) */
	ENGINE_COMMAND_REACH = 6,
	ENGINE_COMMAND_PEERS = 7,   /* answered by PEERS */
	ENGINE_COMMAND_STATS = 8,   /* slot 0; answered by STATS */
	ENGINE_COMMAND_DOOR = 9,    /* slot 0 */
	ENGINE_COMMAND_PROVE = 10,  /* the answer to HELLO */
	ENGINE_COMMAND_ADMIT = 11,  /* the answer to PROOF */
};

enum engine_mode {
	ENGINE_SEED = 1,  /* every byte is there and was verified by the node */
	ENGINE_FETCH = 2, /* the pieces of `have` are; the rest is wanted */
};

/* Rates are bytes per second and count only with peers outside `lan`; 0 is no
 * limit. `connections` 0 is the engine's usual. */
struct engine_limits {
	uint64_t rate_up;
	uint64_t rate_down;
	uint32_t connections;
	uint32_t lan_count;
	struct engine_prefix lan[ENGINEWIRE_LAN_MAX];
};

struct engine_add {
	uint8_t btmh[ENGINE_BTMH_SIZE];
	enum engine_mode mode;
	bool lan_only;	      /* speak of it with peers inside `lan` only */
	struct bytes torrent; /* a bencoded dictionary: info, piece layers */
	struct bytes have;    /* FETCH: a have-map; empty means none */
};

/* Whom peers are told this is, and who must say the same (docs/engine.md,
 * "Who may take pieces"). */
struct engine_door {
	bool known_only; /* nothing for peers beyond `lan` before ADMIT */
	uint8_t node_key[ENGINE_KEY_SIZE];
};

struct engine_prove {
	uint64_t peer; /* of HELLO */
	uint8_t signature[ENGINE_SIGNATURE_SIZE];
};

/* What becomes of a peer at a door that lets known nodes in; said to the peer
 * in one byte (docs/formats-payload.md), so numbers are never reused. */
enum engine_verdict {
	ENGINE_ADMITTED,
	ENGINE_UNKNOWN,	  /* it is a node that is not known here */
	ENGINE_BAD_PROOF, /* signed by another key, or for something else */
	ENGINE_ELSEWHERE, /* made for an address that is not this node's */
	ENGINE_SILENT,	  /* no proof came in time */
	ENGINE_VERDICTS,
};

struct engine_admit {
	uint64_t peer; /* of PROOF */
	enum engine_verdict verdict; /* not admitted: it is shown out */
};

struct engine_command {
	enum engine_command_type type;
	uint32_t slot;
	union {
		struct engine_limits limits;
		struct engine_add add;
		struct engine_address connect;
		bool lan_only; /* REACH */
		struct engine_door door;
		struct engine_prove prove;
		struct engine_admit admit;
	};
};

/* Append the frame of a command. STATUS_MALFORMED when it would be larger
 * than ENGINEWIRE_FRAME_MAX or a field is out of its range, STATUS_NO_MEMORY;
 * `out` is then as it was. */
enum status engine_command_encode(struct buf *out,
				  const struct engine_command *command);
/* Read one frame without its length. The runs inside point into `frame`. */
enum status engine_command_decode(struct bytes frame,
				  struct engine_command *command);

/* --- Events --- */

enum engine_event_type {
	ENGINE_READY = 64, /* slot 0: listening; payloads may be added */
	ENGINE_ADDED = 65,    /* its files were looked at; it answers peers */
	ENGINE_PIECE = 66,    /* verified, perhaps not yet written */
	ENGINE_PROGRESS = 67, /* at most once a second, when it changed */
	ENGINE_FINISHED = 68, /* all pieces verified and written */
	ENGINE_HAVE = 69,     /* pieces verified and written (not fsynced) */
	ENGINE_RELEASED = 70, /* the same, and the engine has let go of it */
	ENGINE_FAILED = 71,   /* slot 0: the engine; else: it has let go */
	ENGINE_PEERS = 72,
	ENGINE_STATS = 73,
	ENGINE_HELLO = 74, /* a peer asks this node to prove who it is */
	ENGINE_PROOF = 75, /* a peer proves who it is */
	ENGINE_CAGE = 76, /* slot 0: once, before READY */
	ENGINE_TURNED = 77, /* a peer was turned away, or turned this node away */

	/* Never on the wire: told by node/engine.h itself. */
	ENGINE_DIED = 128,
};

struct engine_ready {
	uint16_t port;
	uint32_t version; /* of libtorrent: 20008 is 2.0.8 */
};

struct engine_added {
	uint32_t pieces;
	uint32_t piece_size;
	uint64_t bytes; /* of its files, without padding */
};

struct engine_progress {
	uint32_t pieces; /* verified */
	uint64_t bytes;	 /* of wanted data, verified or not yet */
	uint64_t rate_down, rate_up;
	uint32_t peers;
	uint32_t seeds;
};

struct engine_failure {
	enum status status;
	const char *text; /* never NULL */
	struct bytes have; /* pieces known to be written; may be empty */
};

struct engine_peer {
	struct engine_address address;
	uint64_t bytes_from, bytes_to; /* payload, over this connection */
	uint64_t rate_from, rate_to;
	bool seed;
	bool outgoing;
};

struct engine_peers {
	uint32_t count;
	struct engine_peer *peer;
};

/* Since the engine program started. */
struct engine_stats {
	uint64_t bytes_down, bytes_up;	   /* everything */
	uint64_t payload_down, payload_up; /* pieces only */
	uint64_t bytes_redundant, bytes_failed;
	uint64_t pieces_failed;
	uint32_t payloads, peers;
	uint64_t beyond_down, beyond_up; /* of payload_*: outside `lan` */
};

/* A peer that names a node key, as its extension handshake says. */
struct engine_token {
	uint64_t peer; /* of the engine; never used twice in one run */
	struct engine_address address;
	uint8_t key[ENGINE_KEY_SIZE];	    /* that it names */
	uint8_t nonce[ENGINE_NONCE_SIZE];   /* that it chose */
	uint8_t our_nonce[ENGINE_NONCE_SIZE]; /* that the engine chose */
	/* PROOF; else zeros. Addresses as in struct engine_address. */
	uint8_t reached[ENGINE_IP_SIZE]; /* this node, as the peer says */
	uint8_t local[ENGINE_IP_SIZE];	 /* and as the connection has it */
	uint8_t signature[ENGINE_SIGNATURE_SIZE];
};

struct engine_turned {
	struct engine_address address; /* the peer's */
	enum engine_verdict verdict;   /* never ENGINE_ADMITTED */
	bool by_peer; /* it turned this node away; else it was the engine, by
			 itself: what ADMIT said is not told again */
};

/* The layers of the engine's cage, and why one is not in force. */
enum engine_layer {
	ENGINE_LAYER_USER,	  /* a user of its own */
	ENGINE_LAYER_FILES,	  /* no file outside the payload folder */
	ENGINE_LAYER_CALLS,	  /* only the system calls it needs */
	ENGINE_LAYER_CONNECTIONS, /* a keeper connects in its place */
	ENGINE_LAYERS,
};
enum engine_lack {
	ENGINE_LACKS_NOTHING, /* it is in force */
	ENGINE_LACKS_ROOT,    /* the node was not started by root */
	ENGINE_LACKS_OWNERS,  /* files have no owners of their own there */
	ENGINE_LACKS_POWERS,  /* root without the capabilities for it */
	ENGINE_LACKS_KERNEL,  /* this kernel has not what it takes */
	ENGINE_LACKS_PROCESSOR, /* unknown kind of processor */
	ENGINE_LACKS_SIGHT,   /* no process may look into another here */
	ENGINE_LACK_COUNT,
};

struct engine_cage {
	enum engine_lack lack[ENGINE_LAYERS];
};

struct engine_event {
	enum engine_event_type type;
	uint32_t slot;
	const uint8_t *btmh; /* not on the wire: node/engine.h fills it in for
				events about a payload, else NULL */
	union {
		struct engine_ready ready;
		struct engine_added added;
		uint32_t piece;
		struct engine_progress progress;
		struct bytes have; /* HAVE, RELEASED */
		struct engine_failure failed;
		struct engine_peers peers;
		struct engine_stats stats;
		struct engine_token token; /* HELLO, PROOF */
		struct engine_cage cage;
		struct engine_turned turned;
	};
};

/* Append the frame of an event; as engine_command_encode(). Texts longer than
 * ENGINEWIRE_TEXT_MAX are cut. */
enum status engine_event_encode(struct buf *out,
				const struct engine_event *event);

/* Memory for what does not lie in a frame as a struct does. */
struct engine_scratch {
	char text[ENGINEWIRE_TEXT_MAX + 1];
	struct engine_peer peer[ENGINEWIRE_PEERS_MAX];
};

/* Read one frame without its length. What `event` points to lies in `frame`
 * or in `scratch`. */
enum status engine_event_decode(struct bytes frame,
				struct engine_scratch *scratch,
				struct engine_event *event);

/* --- Cutting the stream into frames --- */

/* If `stream` begins with a whole frame, set `*frame` to what follows its
 * length and `*taken` to the bytes it takes in all; otherwise `*taken` is 0.
 * STATUS_MALFORMED for a length no frame has. */
enum status enginewire_next(struct bytes stream, struct bytes *frame,
			    size_t *taken);

#endif
