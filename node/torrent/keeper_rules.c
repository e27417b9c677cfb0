#include "node/torrent/keeper_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_v4(const struct engine_address *a)
{
	return memcmp(a->ip, mapped, sizeof(mapped)) == 0;
}

/* 0.0.0.0 or :: */
static bool is_any(const struct engine_address *a)
{
	static const uint8_t zero[16];

	return memcmp(a->ip, zero, 16) == 0 ||
	       (is_v4(a) && memcmp(a->ip + 12, zero, 4) == 0);
}

bool keeper_address_is_loopback(const struct engine_address *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return (is_v4(a) && a->ip[12] == 127) || memcmp(a->ip, one, 16) == 0;
}

bool keeper_address_parse(const char *text, struct engine_address *out)
{
	const char *colon = strrchr(text, ':');
	struct engine_address a;
	char host[64];
	uint64_t port;
	uint8_t v4[4];
	size_t size;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host) ||
	    decimal_parse(bytes_of(colon + 1), &port) != STATUS_OK ||
	    port > 65535)
		return false;
	size = (size_t)(colon - text);
	memcpy(host, text, size);
	host[size] = '\0';
	if (inet_pton(AF_INET, host, v4) == 1) {
		engine_address_v4(out, v4, (uint16_t)port);
		return true;
	}
	if (size < 2 || host[0] != '[' || host[size - 1] != ']')
		return false;
	host[size - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, a.ip) != 1)
		return false;
	a.port = (uint16_t)port;
	*out = a;
	return true;
}

bool keeper_address_read(const struct sockaddr *from, socklen_t size,
			 struct engine_address *out)
{
	if (from->sa_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in v4;

		memcpy(&v4, from, sizeof(v4));
		engine_address_v4(out, (const uint8_t *)&v4.sin_addr,
				  ntohs(v4.sin_port));
		return true;
	}
	if (from->sa_family == AF_INET6 &&
	    size >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 v6;

		memcpy(&v6, from, sizeof(v6));
		memcpy(out->ip, &v6.sin6_addr, 16);
		out->port = ntohs(v6.sin6_port);
		return true;
	}
	return false;
}

bool keeper_may_connect(const struct keeper_rules *rules,
			const struct engine_address *to, bool is_here)
{
	/* To "any address" is to this machine. */
	if (is_any(to))
		return false;
	is_here |= keeper_address_is_loopback(to);
	if (is_here && !rules->at_home)
		return false;
	for (unsigned i = 0; i < rules->count; i++) {
		const struct engine_address *off = &rules->off[i];

		if (to->port == off->port &&
		    (memcmp(to->ip, off->ip, 16) == 0 ||
		     (is_here && is_any(off))))
			return false;
	}
	return true;
}
