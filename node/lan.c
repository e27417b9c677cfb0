/* What is looked at often is a list of networks, made anew when the interfaces
 * have changed, and a ring of single addresses that were heard outside them. */
#include "node/lan.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/enginewire.h"
#include "proto/url.h"

enum { NETWORKS_MAX = INTERFACES_MAX + INTERFACES_PREFIXES_MAX + 1 };

struct network {
	uint32_t address;
	unsigned bits;
};

struct lan {
	pthread_rwlock_t lock; /* over the networks and what was heard */
	bool by_hand;	       /* `lan` lines tell */
	struct network set[CONF_LANS_MAX];
	unsigned n_set;
	struct network networks[NETWORKS_MAX];
	unsigned n_networks;
	uint32_t heard[LAN_HEARD_MAX]; /* newest last */
	unsigned n_heard;
	struct interfaces interfaces; /* as last read; too large a stack */
};

static const struct network loopback = { 0x7f000000, 8 };

static bool contains(const struct network *n, uint32_t address)
{
	return n->bits == 0 ||
	       (n->address ^ address) >> (32 - n->bits) == 0;
}

static void read_set(struct lan *lan, const struct conf *conf)
{
	struct interfaces *all = &lan->interfaces;

	for (unsigned i = 0; i < conf->lans; i++)
		(void)interfaces_add_prefix(all, conf->lan[i]); /* checked */
	for (size_t i = 0; i < all->prefix_count; i++)
		lan->set[lan->n_set++] = (struct network){
			all->prefixes[i].address, all->prefixes[i].prefix
		};
	lan->by_hand = lan->n_set > 0;
}

static bool plays_on_loopback(const struct lan *lan)
{
	for (unsigned i = 0; i < lan->n_set; i++)
		if (lan->set[i].bits >= 8 &&
		    contains(&loopback, lan->set[i].address))
			return true;
	return false;
}

/* The networks that follow from the settings and the interfaces. */
static unsigned derive(const struct lan *lan, struct network *out)
{
	unsigned count = 0;

	for (unsigned i = 0; i < lan->n_set; i++)
		out[count++] = lan->set[i];
	if (!plays_on_loopback(lan))
		out[count++] = loopback;
	for (size_t i = 0; i < lan->interfaces.count; i++) {
		const struct interface *it = &lan->interfaces.list[i];
		bool whole = !lan->by_hand && it->broadcast != 0;

		if (!it->loopback)
			out[count++] = (struct network){
				it->address, whole ? it->prefix : 32
			};
	}
	return count;
}

enum status lan_open(struct lan **out, const struct conf *conf,
		     struct err *err)
{
	struct lan *lan = calloc(1, sizeof(*lan));

	if (lan == NULL || pthread_rwlock_init(&lan->lock, NULL) != 0) {
		free(lan);
		return err_set(err, STATUS_NO_MEMORY, "LAN");
	}
	read_set(lan, conf);
	lan->n_networks = derive(lan, lan->networks);
	(void)lan_look(lan);
	*out = lan;
	return STATUS_OK;
}

void lan_free(struct lan *lan)
{
	if (lan == NULL)
		return;
	(void)pthread_rwlock_destroy(&lan->lock);
	free(lan);
}

bool lan_look(struct lan *lan)
{
	struct network networks[NETWORKS_MAX];
	struct err err = ERR_INIT;
	unsigned count;
	bool changed;

	if (interfaces_read(&lan->interfaces, &err) != STATUS_OK)
		return false; /* what was near stays so */
	memset(networks, 0, sizeof(networks));
	count = derive(lan, networks);
	changed = count != lan->n_networks ||
		  memcmp(networks, lan->networks,
			 count * sizeof(*networks)) != 0;
	if (!changed)
		return false;
	(void)pthread_rwlock_wrlock(&lan->lock);
	memcpy(lan->networks, networks, sizeof(networks));
	lan->n_networks = count;
	(void)pthread_rwlock_unlock(&lan->lock);
	return true;
}

static bool in_networks(const struct lan *lan, uint32_t address)
{
	for (unsigned i = 0; i < lan->n_networks; i++)
		if (contains(&lan->networks[i], address))
			return true;
	return false;
}

/* Where it is among those heard, or n_heard. */
static unsigned heard_at(const struct lan *lan, uint32_t address)
{
	unsigned at = 0;

	while (at < lan->n_heard && lan->heard[at] != address)
		at++;
	return at;
}

void lan_heard(struct lan *lan, uint32_t address)
{
	unsigned at;

	/* Only this thread writes. */
	if (lan == NULL || lan->by_hand || in_networks(lan, address))
		return;
	at = heard_at(lan, address);
	(void)pthread_rwlock_wrlock(&lan->lock);
	if (at == LAN_HEARD_MAX)
		at = 0; /* the one heard longest ago makes room */
	else if (at == lan->n_heard)
		lan->n_heard++;
	memmove(&lan->heard[at], &lan->heard[at + 1],
		(lan->n_heard - 1 - at) * sizeof(*lan->heard));
	lan->heard[lan->n_heard - 1] = address;
	(void)pthread_rwlock_unlock(&lan->lock);
}

bool lan_has_ipv4(const struct lan *lan, uint32_t address)
{
	/* The lock is not part of what the LAN is. */
	struct lan *own = (struct lan *)(uintptr_t)lan;
	bool has;

	if (lan == NULL)
		return true;
	(void)pthread_rwlock_rdlock(&own->lock);
	has = in_networks(lan, address) ||
	      (!lan->by_hand && heard_at(lan, address) < lan->n_heard);
	(void)pthread_rwlock_unlock(&own->lock);
	return has;
}

static bool has_ipv6(const struct lan *lan, const struct in6_addr *a)
{
	const uint8_t *b = a->s6_addr;

	if (IN6_IS_ADDR_V4MAPPED(a))
		return lan_has_ipv4(lan, (uint32_t)b[12] << 24 |
						 (uint32_t)b[13] << 16 |
						 (uint32_t)b[14] << 8 | b[15]);
	return IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_LOOPBACK(a);
}

bool lan_has(const struct lan *lan, const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (lan == NULL)
		return true;
	switch (address->sa_family) {
	case AF_INET:
		memcpy(&v4, address, sizeof(v4));
		return lan_has_ipv4(lan, ntohl(v4.sin_addr.s_addr));
	case AF_INET6:
		memcpy(&v6, address, sizeof(v6));
		return has_ipv6(lan, &v6.sin6_addr);
	default:
		return address->sa_family == AF_UNIX;
	}
}

bool lan_has_url(const struct lan *lan, const char *text)
{
	struct url url;
	struct in6_addr v6;
	size_t size;
	uint32_t v4;

	if (lan == NULL)
		return true;
	if (url_parse(text, &url) != STATUS_OK)
		return false;
	if (ipv4_parse(url.host, &v4) == STATUS_OK)
		return lan_has_ipv4(lan, v4);
	size = strlen(url.host);
	if (url.host[0] != '[' || url.host[size - 1] != ']')
		return false;
	url.host[size - 1] = 0;
	return inet_pton(AF_INET6, url.host + 1, &v6) == 1 &&
	       has_ipv6(lan, &v6);
}

static struct engine_prefix mapped(uint32_t address, unsigned bits)
{
	struct engine_prefix prefix = { .ip = { [10] = 0xff, [11] = 0xff },
					.bits = (uint8_t)(96 + bits) };

	for (int i = 0; i < 4; i++)
		prefix.ip[12 + i] = (uint8_t)(address >> (24 - 8 * i));
	return prefix;
}

unsigned lan_prefixes(const struct lan *lan, struct engine_prefix *out,
		      unsigned max)
{
	static const struct engine_prefix own[] = {
		{ .ip = { [0] = 0xfe, [1] = 0x80 }, .bits = 10 },
		{ .ip = { [15] = 1 }, .bits = 128 },
	};
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(own) / sizeof(*own) && count < max; i++)
		out[count++] = own[i];
	for (unsigned i = 0; i < lan->n_networks && count < max; i++)
		out[count++] = mapped(lan->networks[i].address,
				      lan->networks[i].bits);
	for (unsigned i = lan->n_heard; i > 0 && count < max; i--)
		out[count++] = mapped(lan->heard[i - 1], 32);
	return count;
}
