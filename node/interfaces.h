/* The network interfaces of this machine that are up and have an IPv4 address,
 * loopback included, and prefixes an administrator adds by hand. What of it is
 * the LAN: node/lan.h.
 *
 * IPv4 addresses are uint32_t in host order: 192.0.2.1 is 0xc0000201.
 * Threads: any; blocks for a moment (netlink). */
#ifndef NODE_INTERFACES_H
#define NODE_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

enum {
	INTERFACES_MAX = 64,
	INTERFACES_PREFIXES_MAX = 16,
	INTERFACE_NAME_SIZE = 16,
	IPV4_TEXT_SIZE = 16
};

struct interface {
	char name[INTERFACE_NAME_SIZE];
	unsigned index; /* the kernel's; several addresses may share it */
	uint32_t address;
	unsigned prefix; /* bits */
	uint32_t broadcast; /* 0: none (point to point, /31, /32) */
	bool multicast;
	bool loopback;
};

struct interfaces {
	size_t count;
	struct interface list[INTERFACES_MAX];
	size_t prefix_count; /* set by hand; kept by interfaces_read() */
	struct {
		uint32_t address;
		unsigned prefix;
	} prefixes[INTERFACES_PREFIXES_MAX];
};

/* Zero is an empty list. Read it anew; STATUS_IO leaves the old one. */
enum status interfaces_read(struct interfaces *all, struct err *err);

/* Note the network `text` ("10.20.0.0/16") in `prefixes`. STATUS_MALFORMED,
 * STATUS_NO_ROOM. */
enum status interfaces_add_prefix(struct interfaces *all, const char *text);

/* Is it one of this machine's own? (All of 127/8 is.) */
bool interfaces_own(const struct interfaces *all, uint32_t address);

/* Dotted decimal and back; parsing is strict. */
void ipv4_format(uint32_t address, char out[static IPV4_TEXT_SIZE]);
enum status ipv4_parse(const char *text, uint32_t *address);

#endif
