#include "node/announcer_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

static struct sockaddr_in address_of(uint32_t ip, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(ip) };
}

enum status announcer_socket_open(uint16_t port, int *fd, struct err *err)
{
	struct sockaddr_in any = address_of(INADDR_ANY, port);
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (s < 0)
		return err_set(err, STATUS_IO, "socket: %s", strerror(errno));
	/* The address for sharing among users, the port for sharing at all on
	 * systems where the address alone does not do it. */
	if (!set(s, SOL_SOCKET, SO_REUSEADDR, 1) ||
	    !set(s, SOL_SOCKET, SO_BROADCAST, 1) ||
	    !set(s, IPPROTO_IP, IP_MULTICAST_TTL, 1) ||
	    !set(s, IPPROTO_IP, IP_MULTICAST_LOOP, 1)) {
		err_set(err, STATUS_IO, "setsockopt: %s", strerror(errno));
		goto close_socket;
	}
	(void)set(s, SOL_SOCKET, SO_REUSEPORT, 1);
	(void)set(s, IPPROTO_IP, IP_PKTINFO, 1); /* whom it was sent to */
	/* Only what this socket joined, not what others of the machine did. */
	(void)set(s, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	if (bind(s, (struct sockaddr *)&any, sizeof(any)) != 0) {
		err_set(err, STATUS_IO, "UDP port %u: %s", port,
			strerror(errno));
		goto close_socket;
	}
	*fd = s;
	return STATUS_OK;

close_socket:
	close(s);
	return err->status;
}

static bool membership(int fd, int option, unsigned index)
{
	struct ip_mreqn m = { .imr_multiaddr.s_addr = htonl(ANNOUNCER_GROUP),
			      .imr_ifindex = (int)index };

	return setsockopt(fd, IPPROTO_IP, option, &m, sizeof(m)) == 0;
}

bool announcer_socket_join(int fd, unsigned index)
{
	return membership(fd, IP_ADD_MEMBERSHIP, index) || errno == EADDRINUSE;
}

void announcer_socket_leave(int fd, unsigned index)
{
	(void)membership(fd, IP_DROP_MEMBERSHIP, index);
}

bool announcer_socket_send(int fd, unsigned index, uint32_t source, uint32_t to,
			   uint16_t port, struct bytes datagram)
{
	struct sockaddr_in address = address_of(to, port);
	struct ip_mreqn out = { .imr_address.s_addr = htonl(source),
				.imr_ifindex = (int)index };
	struct in_pktinfo info = { .ipi_ifindex = (int)index,
				   .ipi_spec_dst.s_addr = htonl(source) };
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(sizeof(info))];
	} control = { .bytes = { 0 } };
	struct iovec run = { .iov_base = (void *)(uintptr_t)datagram.data,
			     .iov_len = datagram.size };
	struct msghdr msg = { .msg_name = &address,
			      .msg_namelen = sizeof(address),
			      .msg_iov = &run,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	/* Without it a machine that has no default route refuses multicast
	 * with ENETUNREACH. */
	if (to == ANNOUNCER_GROUP &&
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)) != 0)
		return false;
	return sendmsg(fd, &msg, 0) == (ssize_t)datagram.size;
}

/* Where the header says it was sent (ipi_addr) and what address of ours took it
 * (ipi_spec_dst) differ for all but plain unicast. */
static bool was_to_all(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR(msg, c)) {
		struct in_pktinfo info;

		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		return info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
	}
	return false;
}

bool announcer_socket_receive(int fd, uint8_t *wire, size_t room,
			      struct announcer_received *got)
{
	struct sockaddr_in from = { .sin_family = AF_UNSPEC };
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control;
	struct iovec run = { .iov_base = wire, .iov_len = room };
	struct msghdr msg = { .msg_name = &from,
			      .msg_namelen = sizeof(from),
			      .msg_iov = &run,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	ssize_t size = recvmsg(fd, &msg, 0);

	if (size < 0)
		return false;
	*got = (struct announcer_received){ .size = (size_t)size,
					    .to_all = was_to_all(&msg) };
	if (from.sin_family == AF_INET)
		got->from = ntohl(from.sin_addr.s_addr);
	return true;
}
