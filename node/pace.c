#include "node/pace.h"

#include <netinet/in.h>
#include <string.h>

#include "node/scatter.h"

void pace_init(struct pace *pace, uint64_t seed, unsigned burst,
	       unsigned every_ms)
{
	*pace = (struct pace){ .seed = seed,
			       .burst = burst,
			       .every_ms = every_ms };
	for (unsigned i = 0; i < PACE_SLOTS; i++)
		pace->full_ms[i] = INT64_MIN;
}

bool pace_admit(struct pace *pace, uint64_t source, int64_t now,
		uint64_t *wait_ms)
{
	int64_t *full = &pace->full_ms[scatter(source, pace->seed) %
				       PACE_SLOTS];
	int64_t all = (int64_t)pace->burst * pace->every_ms;
	int64_t next;

	/* A clock that jumped back would keep somebody waiting for ever. */
	if (*full < now || *full > now + all)
		*full = now;
	next = *full + pace->every_ms;
	if (next - now > all) {
		*wait_ms = (uint64_t)(next - now - all);
		return false;
	}
	*full = next;
	return true;
}

uint64_t pace_source_ip(const uint8_t ip[static 16])
{
	static const uint8_t ipv4[12] = { [10] = 0xff, [11] = 0xff };
	uint64_t source = 0;

	if (memcmp(ip, ipv4, sizeof(ipv4)) == 0)
		memcpy(&source, ip + sizeof(ipv4), 4);
	else
		memcpy(&source, ip, sizeof(source));
	return source;
}

uint64_t pace_source(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	uint64_t source = 0;

	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		source = pace_source_ip(v6.sin6_addr.s6_addr);
	} else if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		memcpy(&source, &v4.sin_addr.s_addr, 4);
	}
	return source;
}
