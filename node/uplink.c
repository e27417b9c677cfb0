/* What is beyond, what it costs, and what the month has cost. */
#include "node/uplink_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/clock.h"

enum {
	KEEP_MS = 60 * 1000,
	KEEP_WORTH = 1 << 20, /* without a cap the disk may sleep longer */
	/* What an answer's head takes, about: it is made by the library. */
	ANSWER_HEAD = 220,
};

static const char KEPT[] = "uplink.month";

int64_t uplink_now(void)
{
	return (int64_t)(uv_hrtime() / 1000000);
}

static struct budget_time time_here(void)
{
	time_t now = time(NULL);
	struct tm tm;

	if (!clock_is_set() || localtime_r(&now, &tm) == NULL)
		return (struct budget_time){ .known = false };
	return (struct budget_time){
		.known = true,
		.weekday = (unsigned)(tm.tm_wday + 6) % 7,
		.minute = (unsigned)(60 * tm.tm_hour + tm.tm_min),
		.month = (unsigned)((tm.tm_year + 1900) * 12 + tm.tm_mon),
	};
}

/* --- the month's bytes --- */

static enum status read_month(struct uplink *u, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status =
		catalog_get_blob(u->o.catalog, KEPT, &text, err);

	if (status == STATUS_OK &&
	    sscanf(buf_string(&text), "%u %" SCNu64, &u->kept_month,
		   &u->kept_bytes) == 2)
		budget_restore(u->budget, u->kept_month, u->kept_bytes);
	buf_release(&text);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static void keep_month(struct uplink *u)
{
	struct err err = ERR_INIT;
	unsigned month;
	uint64_t bytes;
	char text[48];
	int size;

	budget_month(u->budget, &month, &bytes);
	if (month == u->kept_month && bytes == u->kept_bytes)
		return;
	size = snprintf(text, sizeof(text), "%u %" PRIu64, month, bytes);
	if (catalog_set_blob(u->o.catalog, KEPT,
			     (struct bytes){ (uint8_t *)text, (size_t)size },
			     &err) != STATUS_OK) {
		(void)fprintf(stderr, "xiangtu: month of the uplink: %s\n",
			      err.text);
		return;
	}
	u->kept_month = month;
	u->kept_bytes = bytes;
}

static void keep_month_now_and_then(struct uplink *u)
{
	unsigned month;
	uint64_t bytes;

	if (uplink_now() - u->kept_ms < KEEP_MS)
		return;
	u->kept_ms = uplink_now();
	budget_month(u->budget, &month, &bytes);
	if (u->o.plan->cap > 0 || month != u->kept_month ||
	    bytes - u->kept_bytes >= KEEP_WORTH)
		keep_month(u);
}

/* --- what is fetched --- */

/* ".../payload/<64 hex>/...": the bytes of lessons. */
static bool is_of_payload(const char *path)
{
	const char *at = strstr(path, "/payload/");

	return at != NULL && strspn(at + 9, "0123456789abcdef") >= 64 &&
	       at[9 + 64] == '/';
}

/* Whom it goes to, without path and query. */
static bool is_near(const struct uplink *u, const char *url)
{
	const char *host = strstr(url, "://");
	char root[CONF_URL_MAX];
	size_t size;

	if (host == NULL)
		return false;
	size = (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
	if (size >= sizeof(root))
		return false;
	memcpy(root, url, size);
	root[size] = 0;
	return lan_has_url(u->o.lan, root);
}

static enum http_reach reach(void *owner, const char *url)
{
	struct uplink *u = owner;

	if (is_near(u, url))
		return HTTP_NEAR;
	return is_of_payload(url) ? HTTP_BEYOND_PAYLOAD : HTTP_BEYOND;
}

static enum budget_class class_of(bool background)
{
	return background ? BUDGET_BACKGROUND : BUDGET_FOREGROUND;
}

static const char *refuses(void *owner, enum http_reach to, bool background)
{
	struct uplink *u = owner;
	const char *why = NULL;

	if (to == HTTP_BEYOND_PAYLOAD || u->o.plan->lan_only)
		(void)budget_open(u->budget, BUDGET_DOWN, class_of(background),
				  &why);
	return why;
}

static uint64_t take(void *owner, bool background, uint64_t want,
		     unsigned *wait_ms)
{
	struct uplink *u = owner;

	return budget_take(u->budget, BUDGET_DOWN, class_of(background), want,
			   uplink_now(), wait_ms);
}

static void count_fetched(void *owner, enum http_reach to, uint64_t in,
			  uint64_t taken, uint64_t out)
{
	struct uplink *u = owner;

	if (to == HTTP_NEAR)
		return;
	if (in > taken)
		budget_spent(u->budget, BUDGET_DOWN, in - taken, uplink_now());
	if (out > 0)
		budget_spent(u->budget, BUDGET_UP, out, uplink_now());
}

static uint64_t rate_down(void *owner)
{
	struct uplink *u = owner;

	return budget_rate_now(u->budget, BUDGET_DOWN);
}

struct http_client_meter uplink_client_meter(struct uplink *u)
{
	return (struct http_client_meter){
		.owner = u,
		.reach = reach,
		.refuses = refuses,
		.take = take,
		.count = count_fetched,
		.rate = rate_down,
	};
}

/* --- what is sent: on the server's threads --- */

static bool is_beyond(const struct uplink *u, const struct http_head *head)
{
	return !lan_has(u->o.lan, http_head_address(head));
}

static enum budget_class asker_class(const struct http_head *head)
{
	return class_of(http_head_header(head, "User-Agent") == NULL);
}

bool uplink_refuses(struct uplink *u, const struct http_head *head,
		    struct http_answer *answer)
{
	char seconds[16];

	if (!is_of_payload(head->path) || !is_beyond(u, head) ||
	    budget_open(u->budget, BUDGET_UP, asker_class(head), NULL))
		return false;
	answer->type = "text/plain; charset=utf-8";
	if (u->o.plan->lan_only) {
		answer->code = 403;
		answer->body = bytes_of("this node serves its LAN only\n");
		return true;
	}
	answer->code = 503;
	answer->body = bytes_of("the line of this node is closed now\n");
	(void)snprintf(seconds, sizeof(seconds), "%u",
		       budget_again_s(u->budget, BUDGET_UP));
	(void)http_answer_header(answer, "Retry-After", seconds);
	return true;
}

static void answers(void *owner, const struct http_head *head,
		    struct http_answer *answer)
{
	struct uplink *u = owner;

	if (is_of_payload(head->path) && is_beyond(u, head) &&
	    (answer->fd >= 0 || answer->reader.read != NULL))
		uplink_slow(u, asker_class(head), head, answer);
}

/* The body of an answer that is slowed counts as it is made. */
static void sent(void *owner, const struct http_head *head, uint64_t in,
		 uint64_t out, bool made)
{
	struct uplink *u = owner;

	if (!is_beyond(u, head))
		return;
	if (made && is_of_payload(head->path))
		out = 0;
	budget_spent(u->budget, BUDGET_UP, out + ANSWER_HEAD, uplink_now());
	if (in > 0)
		budget_spent(u->budget, BUDGET_DOWN, in, uplink_now());
}

struct http_server_meter uplink_server_meter(struct uplink *u)
{
	return (struct http_server_meter){
		.owner = u,
		.answers = answers,
		.sent = sent,
	};
}

/* --- for people --- */

struct budget *uplink_budget(struct uplink *u)
{
	return u->budget;
}

/* Bits a second; null without a limit. */
static json_t *rate_json(struct uplink *u, enum budget_way way)
{
	uint64_t rate = budget_rate_now(u->budget, way);

	return rate == BUDGET_FREE ? json_null() :
				     json_integer((json_int_t)(rate * 8));
}

static json_t *closed_json(struct uplink *u, enum budget_class class)
{
	const char *why = "";

	(void)budget_open(u->budget, BUDGET_DOWN, class, &why);
	return json_string(why);
}

json_t *uplink_json(struct uplink *u)
{
	const struct budget_plan *plan = u->o.plan;
	struct budget_time now = time_here();
	const struct budget_rule *rule = budget_rule_at(plan, &now);
	char text[BUDGET_RULE_ROOM] = "", month_text[16] = "";
	unsigned month;
	uint64_t bytes;

	if (rule != NULL)
		budget_rule_format(rule, text);
	budget_month(u->budget, &month, &bytes);
	if (month > 0)
		(void)snprintf(month_text, sizeof(month_text), "%04u-%02u",
			       month / 12 % 10000, month % 12 + 1);
	return json_pack("{s:b, s:i, s:s, s:o, s:o, s:I, s:I, s:I, s:s, s:o, "
			 "s:o}",
			 "lan_only", plan->lan_only, "rules", (int)plan->count,
			 "rule", text, "down", rate_json(u, BUDGET_DOWN), "up",
			 rate_json(u, BUDGET_UP), "cap", (json_int_t)plan->cap,
			 "reserve", (json_int_t)plan->reserve, "spent",
			 (json_int_t)bytes, "month", month_text, "closed",
			 closed_json(u, BUDGET_BACKGROUND), "closed_first",
			 closed_json(u, BUDGET_FOREGROUND));
}

/* --- lifetime --- */

bool uplink_tick(struct uplink *u, struct engine *engine)
{
	struct budget_time now = time_here();
	bool opened = !u->was_open;

	budget_tick(u->budget, &now, uplink_now());
	u->was_open = budget_open(u->budget, BUDGET_DOWN, BUDGET_BACKGROUND,
				  NULL);
	keep_month_now_and_then(u);
	uplink_send_wake(u);
	uplink_swarm_tick(u, engine);
	return opened && u->was_open;
}

static void uplink_free(struct uplink *u)
{
	budget_free(u->budget);
	free(u);
}

enum status uplink_open(struct uplink **out,
			const struct uplink_options *options, struct err *err)
{
	struct uplink *u = calloc(1, sizeof(*u));
	struct budget_time now = time_here();
	enum status status;

	if (u == NULL)
		return err_set(err, STATUS_NO_MEMORY, "uplink");
	u->o = *options;
	u->budget = budget_new(options->plan);
	if (u->budget == NULL) {
		free(u);
		return err_set(err, STATUS_NO_MEMORY, "uplink");
	}
	u->o.plan = budget_plan(u->budget);
	u->kept_ms = uplink_now();
	status = read_month(u, err);
	if (status == STATUS_OK)
		status = uplink_send_open(u, err);
	if (status != STATUS_OK) {
		uplink_free(u);
		return status;
	}
	budget_tick(u->budget, &now, uplink_now());
	*out = u;
	return STATUS_OK;
}

static void handle_closed(uv_handle_t *handle)
{
	struct uplink *u = handle->data;
	void (*on_closed)(void *) = u->on_closed;
	void *owner = u->closed_owner;

	if (--u->open_handles > 0)
		return;
	uv_mutex_destroy(&u->lock);
	uplink_free(u);
	on_closed(owner);
}

void uplink_close(struct uplink *u, void (*on_closed)(void *owner),
		  void *owner)
{
	keep_month(u);
	u->on_closed = on_closed;
	u->closed_owner = owner;
	uv_close((uv_handle_t *)&u->wake, handle_closed);
	uv_close((uv_handle_t *)&u->turns, handle_closed);
}
