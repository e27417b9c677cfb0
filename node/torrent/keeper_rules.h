/* Where the engine may connect to: the keeper's judgement, without its world.
 *
 * Never to the node's own HTTP. To nothing else on this machine either, unless
 * the swarm itself is on this machine only (it listens on a loopback address,
 * as in tests and demonstrations). Everywhere else. */
#ifndef NODE_TORRENT_KEEPER_RULES_H
#define NODE_TORRENT_KEEPER_RULES_H

#include <sys/socket.h>

#include "proto/enginewire.h"

enum { KEEPER_OFF_MAX = 8 };

struct keeper_rules {
	bool at_home; /* peers are on this machine */
	unsigned count;
	struct engine_address off[KEEPER_OFF_MAX]; /* the node's; 0.0.0.0 and
						      :: are every address */
};

/* Read "1.2.3.4:80" or "[::1]:80". */
bool keeper_address_parse(const char *text, struct engine_address *out);
/* Read an IPv4 or IPv6 address of the system's; false for others. */
bool keeper_address_read(const struct sockaddr *from, socklen_t size,
			 struct engine_address *out);
/* 127.0.0.0/8 or ::1. */
bool keeper_address_is_loopback(const struct engine_address *address);

/* `is_here`: the address is one of this machine's now. */
bool keeper_may_connect(const struct keeper_rules *rules,
			const struct engine_address *to, bool is_here);

#endif
