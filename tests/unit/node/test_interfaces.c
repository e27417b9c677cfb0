#include "node/interfaces.h"

#include <string.h>

#include "tests/support/check.h"

static void this_machine_has_a_loopback(void)
{
	struct interfaces all = { .count = 0 };
	struct err err = ERR_INIT;
	bool found = false;

	CHECK(interfaces_read(&all, &err) == STATUS_OK);
	for (size_t i = 0; i < all.count; i++) {
		const struct interface *it = &all.list[i];

		CHECK(it->index != 0 && it->name[0] != 0 && it->prefix <= 32);
		if (it->address != 0x7f000001)
			continue;
		found = true;
		CHECK(it->loopback && it->multicast && it->prefix == 8);
		CHECK(it->broadcast == 0x7fffffff);
	}
	CHECK(found);
	CHECK(interfaces_own(&all, 0x7f000005));
}

static void own_is_what_an_interface_has(void)
{
	struct interfaces all = {
		.count = 2,
		.list = { { .address = 0xc0a80305, .prefix = 24 },
			  { .address = 0x0a080001, .prefix = 32 } }
	};

	CHECK(interfaces_own(&all, 0xc0a80305));
	CHECK(!interfaces_own(&all, 0xc0a80306));
}

static void prefixes_set_by_hand_are_read_strictly_and_kept(void)
{
	static const char *const bad[] = { "",	       "10.0.0.0",
					   "10.0.0.0/", "10.0.0.0/33",
					   "10.0.0/8", "x/8",
					   "10.0.0.0/8 " };
	struct interfaces all = { .count = 0 };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(interfaces_add_prefix(&all, bad[i]) == STATUS_MALFORMED);
	for (int i = 0; i < INTERFACES_PREFIXES_MAX; i++)
		CHECK(interfaces_add_prefix(&all, "10.1.0.0/16") == STATUS_OK);
	CHECK(interfaces_add_prefix(&all, "10.1.0.0/16") == STATUS_NO_ROOM);
	CHECK(all.prefixes[0].address == 0x0a010000 &&
	      all.prefixes[0].prefix == 16);
	CHECK(interfaces_read(&all, &err) == STATUS_OK);
	CHECK(all.prefix_count == INTERFACES_PREFIXES_MAX);
}

static void addresses_read_as_written(void)
{
	char text[IPV4_TEXT_SIZE];
	uint32_t address;

	ipv4_format(0xc0000201, text);
	CHECK(strcmp(text, "192.0.2.1") == 0);
	CHECK(ipv4_parse("255.255.255.255", &address) == STATUS_OK);
	CHECK(address == UINT32_MAX);
	CHECK(ipv4_parse("1.2.3", &address) == STATUS_MALFORMED);
	CHECK(ipv4_parse("1.2.3.256", &address) == STATUS_MALFORMED);
}

int main(void)
{
	this_machine_has_a_loopback();
	own_is_what_an_interface_has();
	prefixes_set_by_hand_are_read_strictly_and_kept();
	addresses_read_as_written();
	return 0;
}
