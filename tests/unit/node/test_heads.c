/* Who polls is answered at once when there is news for it, later when there is
 * none. */
#include "node/heads.h"

#include <jansson.h>

#include <sys/resource.h>

#include "catalog/log.h"
#include "tests/support/http_raw.h"
#include "tests/support/offices.h"
#include "tests/support/web.h"

struct world {
	struct scratch scratch;
	uv_loop_t loop;
	struct office county;
	struct web web;
	struct heads *heads;
	int64_t log;
	unsigned answers;
	unsigned code;
	uint64_t n;
	size_t notes;
	bool closed;
};

static bool serve(struct web *web, struct http_request *request)
{
	heads_request(((struct world *)web->owner)->heads, request);
	return true;
}

static void came(void *owner, const struct http_reply *reply)
{
	struct world *w = owner;
	json_t *root;

	w->answers++;
	w->code = reply->code;
	if (reply->code != 200)
		return;
	root = json_loadb((const char *)reply->body.data, reply->body.size, 0,
			  NULL);
	CHECK(json_integer_value(json_object_get(root, "trust")) == 1);
	w->n = (uint64_t)json_integer_value(json_object_get(root, "n"));
	w->notes = json_array_size(json_object_get(root, "logs"));
	json_decref(root);
}

static void closed(void *owner)
{
	((struct world *)owner)->closed = true;
}

static struct http_fetch *ask(struct world *w, const char *after)
{
	char url[200];
	struct http_get get = { .url = url, .long_poll = true };
	struct http_fetch *fetch;
	struct err err = ERR_INIT;

	(void)snprintf(url, sizeof(url), "%s/heads?after=%s", w->web.url,
		       after);
	CHECK(http_client_get(w->web.client, &get, came, w, &fetch, &err) ==
	      STATUS_OK);
	return fetch;
}

static void ask_number(struct world *w, uint64_t after)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)after);
	(void)ask(w, text);
}

static void start(struct world *w, uint32_t boot)
{
	w->heads = heads_new(&w->loop, w->county.house.catalog,
			     &w->county.house.trust, boot);
	CHECK(w->heads != NULL);
	w->closed = false;
}

static void stop(struct world *w)
{
	heads_close(w->heads, closed, w);
	WEB_UNTIL(&w->web, w->closed);
}

static void world_make(struct world *w)
{
	struct offered l;
	struct log_info info;

	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	CHECK(uv_loop_init(&w->loop) == 0);
	office_county(&w->county, &w->scratch);
	scratch_file(&w->scratch, "a.bin", 20000, 1);
	office_publish(&w->county, scratch_path(&w->scratch, "a.bin"), "课",
		       &l);
	OFFICE_OK(&w->county, log_find(w->county.house.catalog,
				       w->county.house.conf.origin, &info,
				       &w->county.err));
	w->log = info.id;
	web_open(&w->web, &w->loop, NULL);
	w->web.answer = serve;
	w->web.owner = w;
	start(w, 3);
}

static void world_end(struct world *w)
{
	stop(w);
	web_close(&w->web);
	loop_finish(&w->loop);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static void news_is_told_once_and_waited_for(void)
{
	struct world w;

	world_make(&w);
	(void)ask(&w, "0");
	WEB_UNTIL(&w.web, w.answers == 1);
	CHECK(w.notes == 1 && w.n > (3ull << 32));
	ask_number(&w, w.n);
	web_pass(&w.web, 100);
	CHECK(w.answers == 1);
	heads_log_changed(w.heads, w.log);
	WEB_UNTIL(&w.web, w.answers == 2);
	CHECK(w.notes == 1);
	/* Trust is news without a log. */
	ask_number(&w, w.n);
	web_pass(&w.web, 50);
	heads_trust_changed(w.heads);
	WEB_UNTIL(&w.web, w.answers == 3);
	CHECK(w.notes == 0);
	world_end(&w);
}

static void numbers_of_other_lives_get_everything(void)
{
	static const char *const numbers[] = { "1", "99999999999999999",
					       "9223372036854775807" };
	struct world w;
	uint64_t before;

	world_make(&w);
	(void)ask(&w, "0");
	WEB_UNTIL(&w.web, w.answers == 1);
	before = w.n;
	for (unsigned i = 0; i < 3; i++) {
		(void)ask(&w, numbers[i]);
		WEB_UNTIL(&w.web, w.answers == 2 + i);
		CHECK(w.code == 200 && w.notes == 1);
	}
	stop(&w);
	start(&w, 4); /* after a restart they have grown */
	ask_number(&w, before);
	WEB_UNTIL(&w.web, w.answers == 5);
	CHECK(w.notes == 1 && w.n > before);
	world_end(&w);
}

static void nonsense_is_refused(void)
{
	struct world w;

	world_make(&w);
	(void)ask(&w, "-1");
	WEB_UNTIL(&w.web, w.answers == 1);
	CHECK(w.code == 400);
	world_end(&w);
}

static void who_hangs_up_is_forgotten_and_the_rest_is_answered_at_the_end(void)
{
	struct world w;
	struct http_fetch *fetch;
	char text[32];

	world_make(&w);
	(void)ask(&w, "0");
	WEB_UNTIL(&w.web, w.answers == 1);
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)w.n);
	fetch = ask(&w, text);
	(void)ask(&w, text);
	web_pass(&w.web, 100);
	http_client_cancel(fetch);
	web_pass(&w.web, 100);
	stop(&w);
	WEB_UNTIL(&w.web, w.answers == 2);
	CHECK(w.code == 200);
	start(&w, 5);
	world_end(&w);
}

/* Wait at /heads from 127.0.0.`host`. */
static int poll_from(struct world *w, unsigned host)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_addr.s_addr =
					    htonl(0x7f000000 + host) };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(http_server_port(
					  w->web.server)),
				  .sin_addr.s_addr = htonl(0x7f000001) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[100];

	CHECK(fd >= 0 &&
	      bind(fd, (struct sockaddr *)&from, sizeof(from)) == 0 &&
	      connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	(void)snprintf(text, sizeof(text),
		       "GET /heads?after=%llu HTTP/1.1\r\nHost: x\r\n\r\n",
		       (unsigned long long)w->n);
	raw_send(fd, text);
	return fd;
}

static unsigned answered(const int *fds, unsigned count)
{
	unsigned found = 0;
	char byte;

	for (unsigned i = 0; i < count; i++)
		found += recv(fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
	return found;
}

static void the_oldest_of_an_address_makes_place(void)
{
	enum { MANY = HEADS_PER_ADDRESS };
	struct rlimit limit;
	int first, other, fds[MANY];
	struct world w;

	/* Each has two descriptors there and one here. */
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	if (limit.rlim_cur < 3 * MANY + 100)
		limit.rlim_cur = 3 * MANY + 100;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
		puts("too few descriptors here");
		return;
	}
	world_make(&w);
	(void)ask(&w, "0");
	WEB_UNTIL(&w.web, w.answers == 1);
	other = poll_from(&w, 2);
	web_pass(&w.web, 100);
	first = poll_from(&w, 1);
	web_pass(&w.web, 100);
	for (unsigned i = 0; i + 1 < MANY; i++)
		fds[i] = poll_from(&w, 1);
	web_pass(&w.web, 500);
	CHECK(answered(&first, 1) == 0 && answered(fds, MANY - 1) == 0);
	fds[MANY - 1] = poll_from(&w, 1);
	WEB_UNTIL(&w.web, answered(&first, 1) == 1);
	CHECK(answered(fds, MANY) == 0 && answered(&other, 1) == 0);
	/* News is for all of them. */
	heads_log_changed(w.heads, w.log);
	WEB_UNTIL(&w.web, answered(fds, MANY) == MANY &&
				  answered(&other, 1) == 1);
	for (unsigned i = 0; i < MANY; i++)
		CHECK(close(fds[i]) == 0);
	CHECK(close(first) == 0 && close(other) == 0);
	world_end(&w);
}

int main(void)
{
	the_oldest_of_an_address_makes_place();
	news_is_told_once_and_waited_for();
	numbers_of_other_lives_get_everything();
	nonsense_is_refused();
	who_hangs_up_is_forgotten_and_the_rest_is_answered_at_the_end();
	return 0;
}
