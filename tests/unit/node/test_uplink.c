/* A client and a server on one loop, with everything on loopback beyond the
 * LAN, and the budget of an uplink between them. */
#include <fcntl.h>
#include <string.h>

#include "node/uplink.h"
#include "tests/support/loop.h"
#include "tests/support/scratch.h"
#include "tests/support/web.h"

enum { SIZE = 300000, RATE = 100000 };
#define PATH \
	"/payload/" \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/x"

static struct scratch scratch;
static uv_loop_t loop;
static struct catalog *catalog;
static struct lan *lan;
static struct uplink *line;
static struct web web;
static struct http_server *sender; /* with the line's meter */
static uint8_t file[SIZE];
static int file_fd;
static bool line_closed, sender_closed;

/* --- the other side --- */

static bool answer_file(struct web *w, struct http_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	(void)w;
	answer.fd = fcntl(file_fd, F_DUPFD_CLOEXEC, 0);
	answer.length = SIZE;
	http_request_answer(request, &answer);
	return true;
}

static bool send_fast(void *owner, const struct http_head *head,
		      struct http_answer *answer)
{
	(void)owner;
	if (uplink_refuses(line, head, answer))
		return true;
	answer->fd = fcntl(file_fd, F_DUPFD_CLOEXEC, 0);
	answer->length = SIZE;
	return true;
}

static void never(void *owner, struct http_request *request)
{
	(void)owner;
	http_request_refuse(request, 500, "");
}

/* --- the stage --- */

static void begin(const struct budget_plan *plan)
{
	struct conf conf;
	struct err err = ERR_INIT;

	scratch_init(&scratch);
	CHECK(uv_loop_init(&loop) == 0);
	for (size_t i = 0; i < SIZE; i++)
		file[i] = (uint8_t)(i * 2654435761u >> 13);
	file_fd = open(scratch_path(&scratch, "file"),
		       O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK(file_fd >= 0 && write(file_fd, file, SIZE) == SIZE);
	conf_init(&conf);
	CHECK(conf_set(&conf, "lan", "127.200.0.0/24", &err) == STATUS_OK);
	CHECK(lan_open(&lan, &conf, &err) == STATUS_OK);
	CHECK(catalog_open(&catalog, scratch_path(&scratch, "node.db"),
			   &err) == STATUS_OK);
	web_open(&web, &loop, NULL);
	web.answer = answer_file;

	const struct uplink_options options = { .loop = &loop,
						.plan = plan,
						.catalog = catalog,
						.lan = lan };

	CHECK(uplink_open(&line, &options, &err) == STATUS_OK);

	const struct http_server_options server = {
		.address = "127.0.0.1:0",
		.meter = uplink_server_meter(line),
	};

	CHECK(http_server_open(&sender, &loop, &server, never, send_fast, NULL,
			       &err) == STATUS_OK);
}

static void measure(void)
{
	const struct http_client_meter meter = uplink_client_meter(line);

	http_client_measure(web.client, &meter);
}

static void closed(void *owner)
{
	*(bool *)owner = true;
}

static void sender_is_closed(void *owner)
{
	(void)owner;
	sender_closed = true;
}

static void end(void)
{
	line_closed = sender_closed = false;
	http_server_close(sender, sender_is_closed);
	WEB_UNTIL(&web, sender_closed);
	web_close(&web);
	uplink_close(line, closed, &line_closed);
	WEB_UNTIL(&web, line_closed);
	catalog_free(catalog);
	lan_free(lan);
	(void)close(file_fd);
	loop_finish(&loop);
	scratch_release(&scratch);
}

static struct budget_plan rule(const char *text)
{
	struct budget_plan plan = { .count = 1 };
	struct err err = ERR_INIT;

	CHECK(budget_rule_parse(text, &plan.rules[0], &err) == STATUS_OK);
	return plan;
}

/* --- fetches --- */

struct got {
	size_t size;
	bool done;
	enum status status;
	unsigned code;
	uint64_t retry_after_s;
	char error[120];
	uint64_t done_ms;
	struct http_fetch *fetch;
};

static bool came(void *owner, struct http_fetch *fetch, uint64_t offset,
		 struct bytes data)
{
	struct got *g = owner;

	(void)fetch;
	CHECK(offset == g->size && g->size + data.size <= SIZE);
	CHECK(memcmp(file + g->size, data.data, data.size) == 0);
	g->size += data.size;
	return true;
}

static void finished(void *owner, const struct http_reply *reply)
{
	struct got *g = owner;

	g->done = true;
	g->status = reply->status;
	g->code = reply->code;
	g->retry_after_s = reply->retry_after_s;
	g->done_ms = uv_now(&loop);
	(void)snprintf(g->error, sizeof(g->error), "%s", reply->error);
}

static void fetch_slow(struct got *g, uint16_t port, const char *path,
		       bool background, uint64_t slow_bytes_s)
{
	char url[200];
	const struct http_get get = { .url = url,
				      .on_data = came,
				      .slow_bytes_s = slow_bytes_s,
				      .slow_for_s = 1,
				      .background = background };
	struct err err = ERR_INIT;

	memset(g, 0, sizeof(*g));
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", port, path);
	CHECK(http_client_get(web.client, &get, finished, g, &g->fetch,
			      &err) == STATUS_OK);
}

static void fetch(struct got *g, uint16_t port, const char *path,
		  bool background)
{
	fetch_slow(g, port, path, background, 0);
}

/* A fetch that waits for its turn is not a slow one. */
static void fetch_here(struct got *g, const char *path, bool background)
{
	fetch_slow(g, http_server_port(web.server), path, background, 50);
}

static uint64_t spent(void)
{
	unsigned month;
	uint64_t bytes;

	budget_month(uplink_budget(line), &month, &bytes);
	return bytes;
}

static bool took(uint64_t begun_ms, uint64_t done_ms, uint64_t bytes)
{
	uint64_t ms = done_ms - begun_ms, due = bytes * 1000 / RATE;

	return ms >= due * 80 / 100 &&
	       (ms <= due * 2 || check_is_slow()); /* a busy machine */
}

static void what_is_fetched_keeps_to_the_rate(void)
{
	const struct budget_plan plan = rule("* 00:00-24:00 down 800K");
	uint64_t begun;
	struct got g;

	begin(&plan);
	measure();
	begun = uv_now(&loop);
	fetch_here(&g, PATH, true);
	WEB_UNTIL(&web, g.done);
	CHECK(g.status == STATUS_OK && g.code == 200 && g.size == SIZE);
	CHECK(took(begun, g.done_ms, SIZE));
	CHECK(spent() >= SIZE && spent() < SIZE + 2000);
	/* What is no payload is counted, and comes at once. */
	begun = uv_now(&loop);
	fetch_here(&g, "/other", true);
	WEB_UNTIL(&web, g.done);
	CHECK(g.size == SIZE && g.done_ms - begun < 2000);
	CHECK(spent() >= 2 * SIZE);
	end();
}

static void what_is_near_is_what_its_host_is(void)
{
	static const struct {
		const char *url;
		enum http_reach reach;
	} cases[] = {
		{ "http://127.200.0.9:7433/heads?after=1", HTTP_NEAR },
		{ "http://127.200.0.9:7433" PATH "?wait=0&pull=0", HTTP_NEAR },
		{ "http://127.200.0.9?x", HTTP_NEAR },
		{ "http://127.201.0.9:7433/heads?after=1", HTTP_BEYOND },
		{ "http://127.201.0.9:7433" PATH "?pull=3",
		  HTTP_BEYOND_PAYLOAD },
		{ "http://mirror.example/a/b" PATH, HTTP_BEYOND_PAYLOAD },
		{ "http://mirror.example/payload/short/x", HTTP_BEYOND },
		{ "http://127.201.0.9/?http://127.200.0.9/", HTTP_BEYOND },
	};
	const struct budget_plan plan = { .count = 0 };
	struct http_client_meter meter;

	begin(&plan);
	meter = uplink_client_meter(line);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		CHECK(meter.reach(meter.owner, cases[i].url) ==
		      cases[i].reach);
	end();
}

static void foreground_is_fetched_first(void)
{
	const struct budget_plan plan = rule("* 00:00-24:00 down 800K");
	struct got back[2], fore;
	uint64_t begun;
	size_t before;

	begin(&plan);
	measure();
	fetch_here(&back[0], PATH, true);
	fetch_here(&back[1], PATH, true);
	web_pass(&web, 1000);
	WEB_UNTIL(&web, back[0].size > 20000 && back[1].size > 20000);
	begun = uv_now(&loop);
	before = back[0].size + back[1].size;
	fetch_here(&fore, PATH, false);
	WEB_UNTIL(&web, fore.done);
	CHECK(fore.size == SIZE && took(begun, fore.done_ms, SIZE));
	CHECK(back[0].size + back[1].size - before < SIZE / 5);
	/* And who was waiting is neither slow nor forgotten. */
	WEB_UNTIL(&web, back[0].done && back[1].done);
	CHECK(back[0].size == SIZE && back[1].size == SIZE);
	end();
}

static void what_waits_may_be_dropped(void)
{
	const struct budget_plan plan = rule("* 00:00-24:00 down 8K");
	struct got g, other;

	begin(&plan);
	measure();
	fetch_here(&g, PATH, true);
	fetch_here(&other, PATH, true);
	WEB_UNTIL(&web, http_fetch_waits(g.fetch));
	http_client_cancel(g.fetch);
	web_pass(&web, 300);
	CHECK(!g.done);
	end(); /* closes the client while the other one waits */
	CHECK(other.done && other.status == STATUS_CANCELLED);
}

static void the_lan_alone_asks_nobody(void)
{
	const struct budget_plan plan = { .lan_only = true };
	struct got g;

	begin(&plan);
	measure();
	fetch_here(&g, "/heads", false);
	WEB_UNTIL(&web, g.done);
	CHECK(g.status == STATUS_LIMITED && g.code == 0);
	CHECK(strcmp(g.error, "only the LAN is used here (lan-only)") == 0);
	CHECK(web.asked == 0);
	end();
}

static void the_cap_ends_a_fetch(void)
{
	const struct budget_plan plan = { .cap = 200000, .reserve = 50000 };
	struct got g;

	begin(&plan);
	measure();
	fetch_here(&g, PATH, true);
	WEB_UNTIL(&web, g.done);
	CHECK(g.status == STATUS_LIMITED && g.size == 150000);
	CHECK(strncmp(g.error, "this month's 150000 are used up", 31) == 0);
	fetch_here(&g, PATH, true); /* it does not even ask */
	WEB_UNTIL(&web, g.done);
	CHECK(g.status == STATUS_LIMITED && web.asked == 1);
	fetch_here(&g, PATH, false);
	WEB_UNTIL(&web, g.done);
	CHECK(g.status == STATUS_LIMITED && g.size <= 50000);
	end();
}

static void the_month_is_remembered(void)
{
	const struct budget_plan plan = { .cap = 10 << 20 };
	const struct uplink_options options = { .loop = &loop,
						.plan = &plan,
						.lan = NULL };
	struct uplink_options again = options;
	struct err err = ERR_INIT;
	struct got g;
	uint64_t was;

	begin(&plan);
	measure();
	fetch_here(&g, PATH, false);
	WEB_UNTIL(&web, g.done);
	was = spent();
	CHECK(was >= SIZE);
	http_server_close(sender, sender_is_closed);
	WEB_UNTIL(&web, sender_closed);
	web_close(&web);
	uplink_close(line, closed, &line_closed);
	WEB_UNTIL(&web, line_closed);
	again.catalog = catalog;
	CHECK(uplink_open(&line, &again, &err) == STATUS_OK);
	CHECK(spent() == was);
	line_closed = false;
	uplink_close(line, closed, &line_closed);
	WEB_UNTIL(&web, line_closed);
	catalog_free(catalog);
	lan_free(lan);
	(void)close(file_fd);
	loop_finish(&loop);
	scratch_release(&scratch);
}

static void what_is_sent_keeps_to_the_rate(void)
{
	const struct budget_plan plan = rule("* 00:00-24:00 up 800K");
	struct got g[2];
	uint64_t begun;

	begin(&plan);
	begun = uv_now(&loop);
	fetch(&g[0], http_server_port(sender), PATH, true);
	fetch(&g[1], http_server_port(sender), PATH, true);
	WEB_UNTIL(&web, g[0].done && g[1].done);
	CHECK(g[0].size == SIZE && g[1].size == SIZE);
	CHECK(took(begun, g[1].done_ms > g[0].done_ms ? g[1].done_ms :
							g[0].done_ms,
		   2 * SIZE));
	CHECK(spent() >= 2 * SIZE && spent() < 2 * SIZE + 2000);
	/* What is no payload goes at once. */
	begun = uv_now(&loop);
	fetch(&g[0], http_server_port(sender), "/other", true);
	WEB_UNTIL(&web, g[0].done);
	CHECK(g[0].size == SIZE && g[0].done_ms - begun < 2000);
	end(); /* nobody sleeps on */
}

static void a_sender_that_closes_wakes_who_sleeps(void)
{
	const struct budget_plan plan = rule("* 00:00-24:00 up 8K");
	struct got g;

	begin(&plan);
	fetch(&g, http_server_port(sender), PATH, true);
	WEB_UNTIL(&web, g.size > 0);
	web_pass(&web, 200);
	end();
	CHECK(g.done && g.status != STATUS_OK);
}

static void those_beyond_are_refused_while_it_is_closed(void)
{
	const struct budget_plan plan = rule("* 00:00-24:00 up 0");
	const struct budget_plan alone = { .lan_only = true };
	struct got g;

	begin(&plan);
	fetch(&g, http_server_port(sender), PATH, true);
	WEB_UNTIL(&web, g.done);
	CHECK(g.code == 503 && g.retry_after_s >= 5);
	fetch(&g, http_server_port(sender), "/heads", true);
	WEB_UNTIL(&web, g.done);
	CHECK(g.code == 200);
	end();
	begin(&alone);
	fetch(&g, http_server_port(sender), PATH, true);
	WEB_UNTIL(&web, g.done);
	CHECK(g.code == 403);
	end();
}

int main(void)
{
	what_is_fetched_keeps_to_the_rate();
	what_is_near_is_what_its_host_is();
	foreground_is_fetched_first();
	what_waits_may_be_dropped();
	the_lan_alone_asks_nobody();
	the_cap_ends_a_fetch();
	the_month_is_remembered();
	what_is_sent_keeps_to_the_rate();
	a_sender_that_closes_wakes_who_sleeps();
	those_beyond_are_refused_while_it_is_closed();
	return 0;
}
