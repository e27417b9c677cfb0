/* Inside the announcer: one UDP socket that speaks on every interface. For
 * node/announcer*.c. */
#ifndef NODE_ANNOUNCER_SOCKET_H
#define NODE_ANNOUNCER_SOCKET_H

#include "node/interfaces.h"
#include "proto/bytes.h"

/* 239.192.74.33: organisation-local scope (RFC 2365). */
#define ANNOUNCER_GROUP 0xefc04a21u

/*
 * Open a socket that several processes of one machine may share: all of them
 * hear each multicast and broadcast datagram. `*fd` is non-blocking.
 */
enum status announcer_socket_open(uint16_t port, int *fd, struct err *err);
/* Join the group on an interface; true also when that was done before. */
bool announcer_socket_join(int fd, unsigned index);
void announcer_socket_leave(int fd, unsigned index);
/* Send from `source` through the interface `index`, whatever the routing table
 * says of `to`. */
bool announcer_socket_send(int fd, unsigned index, uint32_t source, uint32_t to,
			   uint16_t port, struct bytes datagram);

struct announcer_received {
	size_t size;
	uint32_t from; /* 0: of no use */
	bool to_all; /* sent to the group or to a broadcast address, which
		      * routers do not pass on */
};
/* Take one datagram; false when none is there. */
bool announcer_socket_receive(int fd, uint8_t *wire, size_t room,
			      struct announcer_received *got);

#endif
