#include "node/interfaces.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "proto/bytes.h"

static_assert(INTERFACE_NAME_SIZE == IF_NAMESIZE, "names are the kernel's");

static uint32_t ipv4_of(const struct sockaddr *sa)
{
	struct sockaddr_in in;

	if (sa == NULL || sa->sa_family != AF_INET)
		return 0;
	memcpy(&in, sa, sizeof(in));
	return ntohl(in.sin_addr.s_addr);
}

static uint32_t mask_of(unsigned prefix)
{
	return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

static void describe(const struct ifaddrs *from, struct interface *to)
{
	uint32_t mask = ipv4_of(from->ifa_netmask);

	*to = (struct interface){
		.index = if_nametoindex(from->ifa_name),
		.address = ipv4_of(from->ifa_addr),
		.prefix = (unsigned)__builtin_popcount(mask),
		.multicast = (from->ifa_flags & IFF_MULTICAST) != 0,
		.loopback = (from->ifa_flags & IFF_LOOPBACK) != 0,
	};
	snprintf(to->name, sizeof(to->name), "%s", from->ifa_name);
	/* Loopback says neither of itself, yet carries both. */
	if (to->loopback)
		to->multicast = true;
	if (to->prefix < 31 &&
	    (to->loopback || (from->ifa_flags & IFF_BROADCAST) != 0))
		to->broadcast = to->address | ~mask_of(to->prefix);
}

enum status interfaces_read(struct interfaces *all, struct err *err)
{
	struct ifaddrs *found;

	if (getifaddrs(&found) != 0)
		return err_set(err, STATUS_IO, "getifaddrs: %s",
			       strerror(errno));
	all->count = 0;
	for (const struct ifaddrs *at = found; at != NULL; at = at->ifa_next) {
		if (at->ifa_addr == NULL ||
		    at->ifa_addr->sa_family != AF_INET ||
		    (at->ifa_flags & IFF_UP) == 0 ||
		    all->count == INTERFACES_MAX)
			continue;
		describe(at, &all->list[all->count]);
		/* Gone since it was listed? */
		if (all->list[all->count].index != 0)
			all->count++;
	}
	freeifaddrs(found);
	return STATUS_OK;
}

enum status interfaces_add_prefix(struct interfaces *all, const char *text)
{
	const char *slash = strchr(text, '/');
	char address_text[IPV4_TEXT_SIZE];
	uint32_t address;
	uint64_t prefix;

	if (slash == NULL ||
	    bytes_to_string((struct bytes){ (const uint8_t *)text,
					    (size_t)(slash - text) },
			    address_text, sizeof(address_text)) != STATUS_OK ||
	    ipv4_parse(address_text, &address) != STATUS_OK ||
	    decimal_parse(bytes_of(slash + 1), &prefix) != STATUS_OK ||
	    prefix > 32)
		return STATUS_MALFORMED;
	if (all->prefix_count == INTERFACES_PREFIXES_MAX)
		return STATUS_NO_ROOM;
	all->prefixes[all->prefix_count].address = address;
	all->prefixes[all->prefix_count].prefix = (unsigned)prefix;
	all->prefix_count++;
	return STATUS_OK;
}

bool interfaces_own(const struct interfaces *all, uint32_t address)
{
	if (address >> 24 == 127)
		return true;
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].address == address)
			return true;
	return false;
}

void ipv4_format(uint32_t address, char out[static IPV4_TEXT_SIZE])
{
	snprintf(out, IPV4_TEXT_SIZE, "%u.%u.%u.%u", address >> 24,
		 address >> 16 & 255, address >> 8 & 255, address & 255);
}

enum status ipv4_parse(const char *text, uint32_t *address)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return STATUS_MALFORMED;
	*address = ntohl(in.s_addr);
	return STATUS_OK;
}
