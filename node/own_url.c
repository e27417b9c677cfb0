#include "node/own_url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "node/interfaces.h"
#include "proto/url.h"

/* "127.0.0.1" when there is nothing better. */
static void first_address(char out[static IPV4_TEXT_SIZE])
{
	static struct interfaces all;
	struct err err = ERR_INIT;

	(void)snprintf(out, IPV4_TEXT_SIZE, "127.0.0.1");
	memset(&all, 0, sizeof(all));
	if (interfaces_read(&all, &err) != STATUS_OK)
		return;
	for (size_t i = 0; i < all.count; i++)
		if (!all.list[i].loopback) {
			ipv4_format(all.list[i].address, out);
			return;
		}
}

void own_url(const struct conf *conf, char out[static CONF_URL_MAX])
{
	const char *colon = strrchr(conf->http, ':');
	char address[IPV4_TEXT_SIZE];

	if (conf->url[0] != 0) {
		(void)snprintf(out, CONF_URL_MAX, "%s", conf->url);
	} else if (strncmp(conf->http, "0.0.0.0:", 8) == 0 ||
		   strncmp(conf->http, "[::]:", 5) == 0) {
		first_address(address);
		(void)snprintf(out, CONF_URL_MAX, "http://%s%s", address,
			       colon);
	} else {
		(void)snprintf(out, CONF_URL_MAX, "http://%s", conf->http);
	}
}

bool own_url_address(const struct conf *conf, uint8_t ip[static 16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct url url;
	uint8_t v4[4];

	if (url_parse(conf->url, &url) != STATUS_OK)
		return false;
	if (inet_pton(AF_INET, url.host, v4) == 1) {
		memcpy(ip, mapped, sizeof(mapped));
		memcpy(ip + sizeof(mapped), v4, sizeof(v4));
		return true;
	}
	url.host[strcspn(url.host, "]")] = 0;
	return url.host[0] == '[' && inet_pton(AF_INET6, url.host + 1, ip) == 1;
}
