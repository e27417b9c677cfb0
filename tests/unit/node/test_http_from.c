/* From which address requests leave, and at which they arrive. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/support/web.h"

struct seen {
	char from[64], to[64];
	unsigned answers;
};

static void text_of(const struct sockaddr *address, char out[static 64])
{
	CHECK(address->sa_family == AF_INET);
	CHECK(inet_ntop(AF_INET,
			&((const struct sockaddr_in *)(const void *)address)
				 ->sin_addr,
			out, 64) != NULL);
}

static bool look(struct web *web, struct http_request *request)
{
	struct sockaddr_storage to;
	struct seen *seen = web->owner;

	text_of(http_request_address(request), seen->from);
	CHECK(http_request_reached(request, &to));
	text_of((const struct sockaddr *)&to, seen->to);
	return false;
}

static void came(void *owner, const struct http_reply *reply)
{
	struct seen *seen = owner;

	CHECK(reply->code == 404);
	seen->answers++;
}

static void ask(struct web *web, struct seen *seen)
{
	struct http_get get = { .url = web->url };
	unsigned before = seen->answers;
	struct err err = ERR_INIT;

	CHECK(http_client_get(web->client, &get, came, seen, NULL, &err) ==
	      STATUS_OK);
	WEB_UNTIL(web, seen->answers > before);
}

static void requests_leave_from_the_address_given(void)
{
	struct seen seen = { .answers = 0 };
	struct err err = ERR_INIT;
	uv_loop_t loop;
	struct web web;

	CHECK(uv_loop_init(&loop) == 0);
	web_open(&web, &loop, NULL);
	web.answer = look;
	web.owner = &seen;
	CHECK(http_client_leave_from(web.client, "127.0.0.9", &err) ==
	      STATUS_OK);
	ask(&web, &seen);
	CHECK(strcmp(seen.from, "127.0.0.9") == 0);
	CHECK(strcmp(seen.to, "127.0.0.1") == 0);
	CHECK(http_client_leave_from(web.client, "eth0", &err) ==
	      STATUS_USAGE);
	web_close(&web);
	loop_finish(&loop);
}

int main(void)
{
	requests_leave_from_the_address_given();
	return 0;
}
