/* Where the engine may connect to, as the keeper judges it. */
#include <arpa/inet.h>
#include <string.h>

#include "node/torrent/keeper_rules.h"
#include "tests/support/check.h"

static struct engine_address at(const char *text)
{
	struct engine_address a;

	CHECK(keeper_address_parse(text, &a));
	return a;
}

static bool may(const struct keeper_rules *rules, const char *to, bool is_here)
{
	struct engine_address a = at(to);

	return keeper_may_connect(rules, &a, is_here);
}

static void addresses_are_read_as_the_node_writes_them(void)
{
	static const char *const bad[] = { "",		"127.0.0.1", "1.2.3:4",
					   "::1:80",	"[::1]:",    "[::1:80",
					   "1.2.3.4:x", "1.2.3.4:65536" };
	struct engine_address a = at("127.0.0.1:80");

	CHECK(a.port == 80 && a.ip[10] == 0xff && a.ip[12] == 127);
	CHECK(keeper_address_is_loopback(&a));
	a = at("[::1]:7433");
	CHECK(a.port == 7433 && keeper_address_is_loopback(&a));
	a = at("[::ffff:127.3.2.1]:1");
	CHECK(keeper_address_is_loopback(&a));
	a = at("10.0.0.127:1");
	CHECK(!keeper_address_is_loopback(&a));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!keeper_address_parse(bad[i], &a));
}

static void addresses_are_read_as_the_system_writes_them(void)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(80) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(81) };
	const struct sockaddr *four = (const struct sockaddr *)&v4;
	const struct sockaddr *six = (const struct sockaddr *)&v6;
	struct sockaddr unix_one = { .sa_family = AF_UNIX };
	struct engine_address a;

	CHECK(inet_pton(AF_INET, "10.1.2.3", &v4.sin_addr) == 1);
	CHECK(keeper_address_read(four, sizeof(v4), &a));
	CHECK(a.port == 80 && a.ip[12] == 10 && a.ip[15] == 3);
	CHECK(!keeper_address_read(four, sizeof(v4) - 1, &a));
	CHECK(inet_pton(AF_INET6, "::ffff:10.1.2.3", &v6.sin6_addr) == 1);
	CHECK(keeper_address_read(six, sizeof(v6), &a));
	CHECK(a.port == 81 && a.ip[12] == 10);
	/* Too short for what it says it is. */
	CHECK(!keeper_address_read(six, sizeof(v4), &a));
	CHECK(!keeper_address_read(&unix_one, sizeof(unix_one), &a));
}

static void the_node_itself_is_out_of_reach(void)
{
	struct keeper_rules rules = { .at_home = true, .count = 1 };

	rules.off[0] = at("127.0.0.5:7433");
	CHECK(!may(&rules, "127.0.0.5:7433", true));
	CHECK(!may(&rules, "[::ffff:127.0.0.5]:7433", true));
	CHECK(may(&rules, "127.0.0.5:7434", true));
	CHECK(may(&rules, "127.0.0.6:7433", true)); /* another node's */
	CHECK(may(&rules, "10.0.0.1:7433", false));
	/* What means "this machine" without saying so. */
	CHECK(!may(&rules, "0.0.0.0:7433", false));
	CHECK(!may(&rules, "[::]:80", false));
	CHECK(!may(&rules, "[::ffff:0.0.0.0]:80", false));
}

static void a_node_on_every_address_is_out_of_reach_on_each(void)
{
	static const char *const every[] = { "0.0.0.0:7433", "[::]:7433" };

	for (int i = 0; i < 2; i++) {
		struct keeper_rules rules = { .at_home = true, .count = 1 };

		rules.off[0] = at(every[i]);
		CHECK(!may(&rules, "127.9.9.9:7433", false));
		CHECK(!may(&rules, "[::1]:7433", false));
		CHECK(!may(&rules, "192.168.1.7:7433", true));
		CHECK(may(&rules, "192.168.1.7:7433", false));
		CHECK(may(&rules, "192.168.1.7:7434", true));
	}
}

static void nothing_of_this_machine_where_the_swarm_is_elsewhere(void)
{
	struct keeper_rules rules = { .count = 0 };

	CHECK(!may(&rules, "127.0.0.1:22", false));
	CHECK(!may(&rules, "[::1]:5432", true));
	CHECK(!may(&rules, "192.168.1.7:22", true));
	CHECK(may(&rules, "192.168.1.8:22", false));
	CHECK(may(&rules, "[2001:db8::1]:7434", false));
}

int main(void)
{
	addresses_are_read_as_the_node_writes_them();
	addresses_are_read_as_the_system_writes_them();
	the_node_itself_is_out_of_reach();
	a_node_on_every_address_is_out_of_reach_on_each();
	nothing_of_this_machine_where_the_swarm_is_elsewhere();
	return 0;
}
