/* Announces this node on every interface and hears the others: UDP multicast
 * 239.192.74.33 and subnet broadcast, every 10 s and at once on change
 * (docs/formats-neighbourhood.md, "Announcement").
 *
 * What is heard is checked cheaply first, then by signature under a limit per
 * source and in all, and goes into the neighbour table. A network that is not
 * there, a port that is taken, an access point that drops: all are counted and
 * tried again, none fails the node.
 *
 * Threads:  loop thread only.
 * Lifetime: announcer_open() -> callbacks -> announcer_close() -> closed. */
#ifndef NODE_ANNOUNCER_H
#define NODE_ANNOUNCER_H

#include <uv.h>

#include "node/gate.h"
#include "node/interfaces.h"
#include "node/neighbours.h"
#include "signing/key.h"

enum {
	ANNOUNCER_PORT = 7433,
	ANNOUNCER_PERIOD_MS = 10 * 1000, /* +- a fifth */
	ANNOUNCER_BUSY_MS = 3 * 1000,    /* while it says CARRIER_WANTS */
	ANNOUNCER_GAP_MS = 250,          /* between announcements, at least */
	ANNOUNCER_URGENT_MS = 100,       /* before an urgent one, at least */
	ANNOUNCER_REPEAT_MS = 1000,      /* a change is said twice */
	ANNOUNCER_SCAN_MS = 30 * 1000    /* looking at the interfaces anew */
};

struct announcer;

/* About to announce: fill in what holds now. Zeroed but for key, instance,
 * community, boot, seq and ports, which are set already. */
typedef void (*announcer_fill_cb)(struct announcer *a, struct datagram *d);
/* The table has changed by an announcement (neighbours.h); `news` is valid
 * during the call. The table may be read and changed in it. */
typedef void (*announcer_news_cb)(struct announcer *a,
				  const struct neighbour_news *news);
/* An announcement that was believed, before announcer_news_cb. `from_lan`: it
 * was sent to all, not to this machine alone from who knows where. */
typedef void (*announcer_heard_cb)(struct announcer *a,
				   const struct datagram *d, uint32_t from,
				   bool from_lan);
/* Another machine speaks with this node's key: the data directory was copied.
 * Comes for each of its announcements from the second on. */
typedef void (*announcer_twin_cb)(struct announcer *a,
				  const struct datagram *d, uint32_t from);
typedef void (*announcer_closed_cb)(struct announcer *a);

struct announcer_options {
	struct neighbours *table; /* borrowed */
	uint16_t port;            /* 0: ANNOUNCER_PORT */
	/* Announce only from this address and on its interface (the address
	 * the HTTP port is bound to); 0: on all. */
	uint32_t only;
	uint8_t community[DATAGRAM_COMMUNITY_SIZE];
	uint8_t instance[DATAGRAM_INSTANCE_SIZE];
	const struct secret_key *secret; /* the node's; borrowed */
	uint32_t boot;
	uint16_t http_port;
	uint16_t swarm_port;
	announcer_fill_cb on_fill; /* the first two; the others may be NULL */
	announcer_news_cb on_news;
	announcer_heard_cb on_heard;
	announcer_twin_cb on_twin;
};

/* Counters since the start. */
struct announcer_counts {
	uint64_t sent;        /* datagrams */
	uint64_t send_failed; /* refused by the system (no route, ...) */
	uint64_t heard;       /* of our community, well-formed */
	uint64_t foreign;     /* of another community */
	uint64_t malformed;
	uint64_t repeated; /* heard before: the other interface, old news */
	uint64_t limited;  /* not looked at: too many */
	uint64_t forged;   /* signature wrong */
	uint64_t checked;  /* signatures checked */
};

struct announcer {
	void *owner; /* the owner's own; not read here */
	struct announcer_counts counts;
	struct interfaces interfaces; /* as of the last scan */
	char trouble[128]; /* why nothing is heard; "" when all is well */

	/* private */
	struct announcer_options options;
	uint8_t key[DATAGRAM_KEY_SIZE];
	struct gate gate;
	uv_loop_t *loop;
	uv_poll_t poll;
	uv_timer_t send_timer;
	uv_timer_t scan_timer;
	int fd; /* -1: no socket */
	bool polling;
	unsigned open_handles;
	uint32_t seq;
	uint64_t random;
	int64_t sent_ms;
	bool changed;
	bool busy; /* what was said last has fetches under way */
	size_t joined_count;
	unsigned joined[INTERFACES_MAX];
	struct {
		uint8_t instance[DATAGRAM_INSTANCE_SIZE];
		uint32_t boot, seq;
		bool heard;
	} twin;
	announcer_closed_cb on_closed;
};

/*
 * Start announcing; the first announcement goes out within 100 ms.
 *
 * Owns:    `options` is copied; its table and key must outlive the announcer.
 *          Prefixes in `a->interfaces` set before are kept (zero `*a` first).
 * Returns: STATUS_OK, also when there is no network or the port is taken
 *          (`a->trouble`; tried again at every scan).
 */
enum status announcer_open(struct announcer *a, uv_loop_t *loop,
			   const struct announcer_options *options,
			   struct err *err);

/* Something has changed: announce now, at most every ANNOUNCER_GAP_MS, many
 * changes at once; and once more a second later. */
void announcer_changed(struct announcer *a);
/* The same, sooner: others wait for what is said now. */
void announcer_urgent(struct announcer *a);

/* Say goodbye (on_fill may come once more, in this call) and stop. `on_closed`
 * comes exactly once, from a later loop iteration; no other callback comes
 * after this call. The table keeps its rows. */
void announcer_close(struct announcer *a, announcer_closed_cb on_closed);

#endif
