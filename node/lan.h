/* What is near: the addresses of this node's LAN.
 *
 * By itself that is what the prefixes of its interfaces contain, and the
 * addresses of neighbours that were heard there (announcements have a TTL of
 * 1). What a point-to-point interface (PPP, a tunnel) leads to is beyond.
 * `lan = 192.168.5.0/24` in node.conf, repeatable, takes the place of both.
 *
 * This machine's own addresses are always near. All of 127/8 is, unless `lan`
 * names parts of it: then several LANs are played on one machine.
 *
 * The difference is what everything about thin lines rests on: near is never
 * limited, and what is beyond is fetched by one node for all.
 *
 * Threads: lan_has() on any; the rest on the loop thread. */
#ifndef NODE_LAN_H
#define NODE_LAN_H

#include <sys/socket.h>

#include "node/conf.h"
#include "node/interfaces.h"

struct lan;

/* STATUS_OK or STATUS_NO_MEMORY. Reads the interfaces. */
enum status lan_open(struct lan **out, const struct conf *conf,
		     struct err *err);
void lan_free(struct lan *lan);

/* The interfaces may have changed; call every few seconds. True when they
 * did. */
bool lan_look(struct lan *lan);
/* A neighbour was heard from there by multicast or broadcast. At most
 * LAN_HEARD_MAX are remembered, those heard last. */
enum { LAN_HEARD_MAX = 512 };
void lan_heard(struct lan *lan, uint32_t address);

/* Is it near? IPv6 addresses other than mapped IPv4 ones, link-local ones and
 * ::1 are beyond. A NULL `lan` has everything near. */
bool lan_has(const struct lan *lan, const struct sockaddr *address);
bool lan_has_ipv4(const struct lan *lan, uint32_t address);
/* The same of the host in "http://HOST:PORT/…"; a name that is no address is
 * beyond. */
bool lan_has_url(const struct lan *lan, const char *url);

/* The prefixes, for the engine: at most `max`; how many. IPv6's own come first,
 * then networks, then single addresses that were heard. */
struct engine_prefix;
unsigned lan_prefixes(const struct lan *lan, struct engine_prefix *out,
		      unsigned max);

#endif
