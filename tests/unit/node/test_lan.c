#include "node/lan.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "proto/enginewire.h"
#include "tests/support/check.h"

static struct lan *lan_with(const char *const *lines)
{
	struct conf conf;
	struct lan *lan = NULL;
	struct err err = ERR_INIT;

	conf_init(&conf);
	for (; *lines != NULL; lines++)
		CHECK(conf_set(&conf, "lan", *lines, &err) == STATUS_OK);
	CHECK(lan_open(&lan, &conf, &err) == STATUS_OK);
	return lan;
}

static uint32_t ip(const char *text)
{
	uint32_t address = 0;

	CHECK(ipv4_parse(text, &address) == STATUS_OK);
	return address;
}

static bool has6(const struct lan *lan, const char *text)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	CHECK(inet_pton(AF_INET6, text, &in6.sin6_addr) == 1);
	return lan_has(lan, (const struct sockaddr *)&in6);
}

static void without_lines_loopback_and_own_networks_are_near(void)
{
	static const char *const none[] = { NULL };
	struct lan *lan = lan_with(none);
	struct interfaces all = { .count = 0 };
	struct err err = ERR_INIT;

	CHECK(lan_has_ipv4(lan, ip("127.63.4.5")));
	CHECK(!lan_has_ipv4(lan, ip("203.0.113.9")));
	CHECK(interfaces_read(&all, &err) == STATUS_OK);
	for (size_t i = 0; i < all.count; i++) {
		const struct interface *it = &all.list[i];

		CHECK(lan_has_ipv4(lan, it->address));
		if (it->broadcast != 0)
			CHECK(lan_has_ipv4(lan, it->broadcast - 1));
	}
	CHECK(!lan_look(lan)); /* nothing has changed since */
	lan_free(lan);
}

static void lines_take_the_place_of_interfaces_and_of_what_was_heard(void)
{
	static const char *const lines[] = { "192.168.77.0/24", NULL };
	struct lan *lan = lan_with(lines);

	CHECK(lan_has_ipv4(lan, ip("192.168.77.1")));
	CHECK(lan_has_ipv4(lan, ip("192.168.77.255")));
	CHECK(!lan_has_ipv4(lan, ip("192.168.78.1")));
	CHECK(lan_has_ipv4(lan, ip("127.0.0.1")));
	lan_heard(lan, ip("192.168.78.1"));
	CHECK(!lan_has_ipv4(lan, ip("192.168.78.1")));
	lan_free(lan);
}

static void several_lans_are_played_on_one_machine(void)
{
	static const char *const lines[] = { "127.63.1.0/24", "127.63.2.8/32",
					     NULL };
	struct lan *lan = lan_with(lines);

	CHECK(lan_has_ipv4(lan, ip("127.63.1.9")));
	CHECK(lan_has_ipv4(lan, ip("127.63.2.8")));
	CHECK(!lan_has_ipv4(lan, ip("127.63.2.9")));
	CHECK(!lan_has_ipv4(lan, ip("127.0.0.1")));
	CHECK(!lan_has_ipv4(lan, ip("203.0.113.9")));
	lan_free(lan);
}

static void who_was_heard_is_near_and_the_oldest_make_room(void)
{
	static const char *const none[] = { NULL };
	struct lan *lan = lan_with(none);
	uint32_t first = ip("203.0.112.0");

	lan_heard(lan, first);
	CHECK(lan_has_ipv4(lan, first));
	CHECK(!lan_has_ipv4(lan, first + 1));
	for (uint32_t i = 1; i < LAN_HEARD_MAX; i++)
		lan_heard(lan, first + i);
	CHECK(lan_has_ipv4(lan, first));
	lan_heard(lan, first); /* again: now the second is the oldest */
	lan_heard(lan, first + LAN_HEARD_MAX);
	CHECK(lan_has_ipv4(lan, first));
	CHECK(!lan_has_ipv4(lan, first + 1));
	CHECK(lan_has_ipv4(lan, first + LAN_HEARD_MAX));
	for (uint32_t i = 2; i <= LAN_HEARD_MAX; i++)
		CHECK(lan_has_ipv4(lan, first + i));
	lan_free(lan);
}

static void addresses_are_read_in_every_form(void)
{
	static const char *const lines[] = { "192.168.77.0/24", NULL };
	struct lan *lan = lan_with(lines);
	struct sockaddr_in in = { .sin_family = AF_INET };

	in.sin_addr.s_addr = htonl(ip("192.168.77.4"));
	CHECK(lan_has(lan, (const struct sockaddr *)&in));
	in.sin_addr.s_addr = htonl(ip("192.168.76.4"));
	CHECK(!lan_has(lan, (const struct sockaddr *)&in));
	CHECK(has6(lan, "::ffff:192.168.77.4"));
	CHECK(!has6(lan, "::ffff:192.168.76.4"));
	CHECK(has6(lan, "fe80::1") && has6(lan, "::1"));
	CHECK(!has6(lan, "2001:db8::1") && !has6(lan, "fd00::1"));

	CHECK(lan_has_url(lan, "http://192.168.77.4:7433"));
	CHECK(lan_has_url(lan, "https://192.168.77.4/mirror/a"));
	CHECK(!lan_has_url(lan, "http://192.168.76.4:7433"));
	CHECK(lan_has_url(lan, "http://[::1]:7433"));
	CHECK(lan_has_url(lan, "http://[::ffff:192.168.77.4]:7433/x"));
	CHECK(!lan_has_url(lan, "http://[2001:db8::1]/"));
	CHECK(!lan_has_url(lan, "http://mirror.example/"));
	CHECK(!lan_has_url(lan, "192.168.77.4"));
	lan_free(lan);
}

static void no_lan_has_everything_near(void)
{
	CHECK(lan_has_ipv4(NULL, ip("203.0.113.9")));
	CHECK(lan_has_url(NULL, "http://mirror.example/"));
	CHECK(has6(NULL, "2001:db8::1"));
}

static void the_engine_is_told_the_same(void)
{
	static const char *const lines[] = { "192.168.77.0/24", NULL };
	static const uint8_t network[16] = { [10] = 0xff, [11] = 0xff,
					     [12] = 192,  [13] = 168,
					     [14] = 77 };
	struct lan *lan = lan_with(lines);
	struct engine_prefix out[ENGINEWIRE_LAN_MAX];
	unsigned count = lan_prefixes(lan, out, ENGINEWIRE_LAN_MAX);
	bool found = false;

	CHECK(count >= 4); /* fe80::/10, ::1, the line, 127/8 */
	for (unsigned i = 0; i < count; i++)
		found |= out[i].bits == 120 &&
			 memcmp(out[i].ip, network, 16) == 0;
	CHECK(found);
	CHECK(lan_prefixes(lan, out, 1) == 1);
	lan_free(lan);
}

int main(void)
{
	without_lines_loopback_and_own_networks_are_near();
	lines_take_the_place_of_interfaces_and_of_what_was_heard();
	several_lans_are_played_on_one_machine();
	who_was_heard_is_near_and_the_oldest_make_room();
	addresses_are_read_in_every_form();
	no_lan_has_everything_near();
	the_engine_is_told_the_same();
	return 0;
}
