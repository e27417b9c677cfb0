#include "node/own_url.h"
#include "tests/support/check.h"

#include <string.h>

static void what_is_said_goes_before_what_is_guessed(void)
{
	struct conf conf;
	struct err err = ERR_INIT;
	char url[CONF_URL_MAX];

	conf_init(&conf);
	CHECK(conf_set(&conf, "http", "10.1.2.3:7433", &err) == STATUS_OK);
	own_url(&conf, url);
	CHECK(strcmp(url, "http://10.1.2.3:7433") == 0);
	CHECK(conf_set(&conf, "url", "http://county.example/x/", &err) ==
	      STATUS_OK);
	own_url(&conf, url);
	CHECK(strcmp(url, "http://county.example/x") == 0);
}

static void any_address_becomes_one_that_others_can_use(void)
{
	struct conf conf;
	char url[CONF_URL_MAX];

	conf_init(&conf);
	own_url(&conf, url);
	CHECK(strncmp(url, "http://", 7) == 0);
	CHECK(strstr(url, "0.0.0.0") == NULL);
	CHECK(strcmp(strrchr(url, ':'), ":7433") == 0);
}

static bool address_in(const char *url, uint8_t ip[static 16])
{
	struct conf conf;
	struct err err = ERR_INIT;

	conf_init(&conf);
	CHECK(url[0] == 0 || conf_set(&conf, "url", url, &err) == STATUS_OK);
	return own_url_address(&conf, ip);
}

static void a_number_in_the_url_is_an_address_of_this_node(void)
{
	static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff, 203, 0, 113,
					5 };
	uint8_t ip[16];

	CHECK(address_in("http://203.0.113.5:7433", ip));
	CHECK(memcmp(ip, v4, sizeof(v4)) == 0);
	CHECK(address_in("http://[2001:db8::1]:7433/x", ip));
	CHECK(ip[0] == 0x20 && ip[1] == 1 && ip[15] == 1);
	CHECK(!address_in("http://county.example", ip));
	CHECK(!address_in("", ip));
}

int main(void)
{
	a_number_in_the_url_is_an_address_of_this_node();
	what_is_said_goes_before_what_is_guessed();
	any_address_becomes_one_that_others_can_use();
	return 0;
}
