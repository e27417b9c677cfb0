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

int main(void)
{
	what_is_said_goes_before_what_is_guessed();
	any_address_becomes_one_that_others_can_use();
	return 0;
}
