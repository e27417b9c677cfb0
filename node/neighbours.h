/* The neighbour table: who is on this LAN, how to reach it, what it holds.
 *
 * Rows come from announcements whose signature has been checked
 * (neighbours_hear), from `--neighbour URL` (neighbours_add_url) and from
 * statements fetched of them (neighbours_answered). A row is *confirmed* once
 * it has answered our own `GET /node`, or was listed by hand. Unconfirmed rows
 * make room for new ones, oldest first, and those of one address can only
 * push out each other beyond NEIGHBOURS_PER_ADDRESS. A confirmed row is pushed
 * out only when all are confirmed, and one address has more than its share: it
 * loses its newest. So a flood of invented nodes costs nothing but its own
 * rows.
 *
 * Only confirmed rows are good for anything: an announcement leads to one
 * question, `GET /node`, under a limit per address and in all, and nothing else
 * is sent because of it. So nobody can have this node send more than he sends
 * himself, wherever he says he is.
 *
 * Pure: no I/O, no clock. `now` is monotonic milliseconds, handed in.
 * Threads: the owner's one. Row pointers are valid until the next call that
 * takes a non-const table. */
#ifndef NODE_NEIGHBOURS_H
#define NODE_NEIGHBOURS_H

#include "proto/datagram.h"
#include "proto/statement.h"

enum {
	NEIGHBOURS_MAX = 512,
	NEIGHBOURS_PER_ADDRESS = 32, /* rows heard from it; not for loopback */
	NEIGHBOURS_STATIC_MAX = 32,
	NEIGHBOUR_HEADS_MAX = 64,
	NEIGHBOUR_GONE_MS = 60 * 1000, /* unheard for so long: gone */
	/* An address is kept while it is heard at least this often, so that
	 * a node seen on two networks does not flap between them. */
	NEIGHBOUR_ADDRESS_MS = 25 * 1000,
	NEIGHBOUR_POLL_MS = 20 * 1000, /* asking known ones that are silent */
	/* Questions to rows that are not confirmed: of one address, */
	NEIGHBOUR_ASKS_OF = 8, NEIGHBOUR_ASKS_OF_MS = 2000,
	/* to all whose addresses have been met, and to all others: so many at
	 * once, and then one each so many ms. */
	NEIGHBOUR_ASKS_MET = 64, NEIGHBOUR_ASKS_MET_MS = 30,
	NEIGHBOUR_ASKS_STRANGERS = 32, NEIGHBOUR_ASKS_STRANGERS_MS = 100
};

/* What a call has changed; a set of bits. */
enum {
	NEIGHBOUR_APPEARED = 1,  /* also: a listed one that was silent */
	NEIGHBOUR_HEADS = 2,     /* a head advanced or a log was added */
	NEIGHBOUR_STATEMENT = 4, /* it has a newer statement than it had */
	NEIGHBOUR_TRUST = 8,     /* a newer trust or root version */
	NEIGHBOUR_MOVED = 16,    /* another address or port */
	NEIGHBOUR_RESTARTED = 32, /* another instance */
	NEIGHBOUR_CONFIRMED = 64 /* it has answered for the first time */
};

struct neighbour {
	void *owner; /* the owner's own; not read here, NULL in a new row */
	uint64_t id; /* never used twice in one table */

	/* Where: "http://192.0.2.7:7433", or as listed by hand, without a final
	 * slash; "" when it serves no HTTP. */
	char url[STATEMENT_URL_MAX + 1];
	uint32_t address; /* IPv4, host order; 0 when known by name only */
	uint16_t http_port;
	uint16_t swarm_port;

	/* Who: has_key is false for a listed node that has not answered yet. */
	bool has_key;
	bool listed;
	bool confirmed;
	uint8_t key[DATAGRAM_KEY_SIZE];
	uint8_t instance[DATAGRAM_INSTANCE_SIZE];
	enum level level;
	char region[REGION_MAX + 1];
	char name[STATEMENT_NAME_MAX + 1]; /* "" until its statement came */
	uint16_t flags;                    /* DATAGRAM_HAS_UPSTREAM */

	/* What: the newest known of each. (boot, statement_version) is the
	 * newest statement it says it has; (…, taken) what we fetched. */
	uint32_t boot;
	uint32_t seq;
	uint32_t statement_version;
	uint32_t taken_boot;
	uint32_t taken_version;
	uint32_t trust_version;
	uint32_t root_version;
	size_t head_count;
	struct datagram_head heads[NEIGHBOUR_HEADS_MAX]; /* newest first */

	/* When, in monotonic ms; -1 for never. */
	int64_t appeared_ms;
	int64_t heard_ms;
	int64_t address_heard_ms; /* from `address` */
	int64_t twin_ms;  /* another instance spoke with the same key */
	int64_t asked_ms; /* neighbours_next_to_ask() gave it out */
	int64_t ask_from_ms; /* not before, while not confirmed */
	bool asking;	  /* and no answer came back yet */
	unsigned failures; /* of asking, in a row */
};

struct neighbour_index;

struct neighbours {
	size_t count;
	struct neighbour *rows; /* NEIGHBOURS_MAX of them */

	/* private */
	struct neighbour_index *index; /* of rows[i], for the search */
	struct neighbour_asks *asks;
	uint64_t next_id;
	uint64_t refused; /* announcements that found no room */
};

/* STATUS_OK or STATUS_NO_MEMORY. */
enum status neighbours_init(struct neighbours *table);
void neighbours_release(struct neighbours *table);

/* What came of an announcement. */
struct neighbour_news {
	unsigned what;         /* bits; 0: nothing new */
	struct neighbour *row; /* NULL when it has none (now) */
	bool has_gone;         /* a row ended: pushed out, or it said goodbye */
	struct neighbour gone; /* its last state, when has_gone */
};

/*
 * Would neighbours_hear() learn anything? False for a sequence number that is
 * not newer: then checking the signature is not worth the time. Notes that a
 * repetition has been heard from the row's own address. `*known` says whether
 * `from` is the address of a confirmed row, or has been met.
 */
bool neighbours_expect(struct neighbours *table, const struct datagram *d,
		       uint32_t from, int64_t now, bool *known);

/*
 * A connection came from this address, which shows that somebody is there: not
 * so a datagram. Its rows are asked before those of others, and make room after
 * them. Remembered for ten minutes, in fixed memory.
 */
void neighbours_met(struct neighbours *table, uint32_t address, int64_t now);
bool neighbours_has_met(const struct neighbours *table, uint32_t address,
			int64_t now);

/*
 * Take in an announcement whose signature has been checked.
 *
 * Returns: STATUS_OK; STATUS_OLD when (boot, seq) is not newer than the row's,
 *          or when it comes from a twin with the same key; STATUS_NO_ROOM when
 *          all rows are confirmed. `*news` is written in every case.
 */
enum status neighbours_hear(struct neighbours *table, const struct datagram *d,
			    uint32_t from, int64_t now,
			    struct neighbour_news *news);

/*
 * A neighbour listed by hand: never expires. The key is learned when it
 * answers.
 *
 * Returns: STATUS_OK; STATUS_EXISTS; STATUS_MALFORMED (not http:// or
 *          https://, too long); STATUS_NO_ROOM.
 */
enum status neighbours_add_url(struct neighbours *table, const char *url,
			       int64_t now);

/*
 * Somebody answered `GET <row->url>/node` with this statement (opened, its
 * signature checked). Confirms the row and takes what the statement says. A
 * statement by another key than the row's counts as a failure
 * (STATUS_UNTRUSTED), but makes a listed row that key's; when that key had a
 * row of its own, the two become one. (That the key is not this node's own,
 * at one of its own addresses, is the caller's to see.)
 *
 * Returns: STATUS_OK, STATUS_NOT_FOUND for an id that is gone,
 *          STATUS_UNTRUSTED. `*news` is written in every case; `gone` there is
 *          a row that has become one with this.
 */
enum status neighbours_answered(struct neighbours *table, uint64_t id,
				const struct statement *st, int64_t now,
				struct neighbour_news *news);

/* It answered something else just now (a poll, a file): it is alive. */
void neighbours_alive(struct neighbours *table, uint64_t id, int64_t now);
/* It did not answer, or not with what it should: it is asked less often. */
void neighbours_failed(struct neighbours *table, uint64_t id, int64_t now);

/*
 * Whose `/node` to fetch next, or NULL: rows with a statement newer than the
 * one taken, rows that never answered, and listed ones not heard for
 * NEIGHBOUR_POLL_MS. One row comes once a second at most; after failures it
 * waits longer each time (1 s doubling to 60 s), and for 10 s without
 * neighbours_answered() or neighbours_failed(). Confirmed and listed ones go
 * first, then the one that waits longest. Marks the row as asked.
 */
struct neighbour *neighbours_next_to_ask(struct neighbours *table,
					 int64_t now);

/* Remove one row that has not been heard for NEIGHBOUR_GONE_MS and copy it to
 * `gone`; false when there is none. Call until false, every few seconds. */
bool neighbours_take_gone(struct neighbours *table, int64_t now,
			  struct neighbour *gone);

struct neighbour *neighbours_find(struct neighbours *table,
				  const uint8_t key[static DATAGRAM_KEY_SIZE]);
struct neighbour *neighbours_find_id(struct neighbours *table, uint64_t id);
/* Is it there now: heard within NEIGHBOUR_GONE_MS? (Listed ones may not be.) */
bool neighbour_is_alive(const struct neighbour *row, int64_t now);
/* The head of a log, or NULL. */
const struct datagram_head *
neighbour_head(const struct neighbour *row,
	       const uint8_t origin[static DATAGRAM_ORIGIN_SIZE]);

/*
 * Which living neighbours show more than `size` entries of a log? Writes up to
 * `max` rows, largest first, ties by most recently heard; returns how many.
 * `origin` is the start of SHA-256(origin).
 */
size_t neighbours_with_head(struct neighbours *table,
			    const uint8_t origin[static DATAGRAM_ORIGIN_SIZE],
			    uint64_t size, int64_t now, struct neighbour **rows,
			    size_t max);
/* One of all of these, another one as `turn` goes up: whoever shows most may
 * only say so. NULL when there is none. */
struct neighbour *
neighbours_turn_with_head(struct neighbours *table,
			  const uint8_t origin[static DATAGRAM_ORIGIN_SIZE],
			  uint64_t size, int64_t now, unsigned turn);
/* Which show a newer trust note, or more root notes, than these? Newest trust
 * first. */
size_t neighbours_with_trust(struct neighbours *table, uint32_t trust_version,
			     uint32_t root_version, int64_t now,
			     struct neighbour **rows, size_t max);

#endif
