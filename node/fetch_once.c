#include "node/fetch_once.h"

#include <uv.h>

#include "node/http_client.h"

struct once {
	struct http_client *client;
	struct buf *out;
	struct err *err;
	enum status status;
	const char *url;
};

static void closed(void *owner)
{
	(void)owner;
}

static void came(void *owner, const struct http_reply *reply)
{
	struct once *o = owner;

	if (reply->status != STATUS_OK) {
		o->status = err_set(o->err, reply->status, "%s: %s", o->url,
				    reply->error);
	} else if (reply->code == 404 || reply->code == 410) {
		o->status = err_set(o->err, STATUS_NOT_FOUND,
				    "%s: not there (HTTP %u)", o->url,
				    reply->code);
	} else if (reply->code != 200) {
		o->status = err_set(o->err, STATUS_UNREACHABLE,
				    "%s: HTTP %u", o->url, reply->code);
	} else {
		buf_put_bytes(o->out, reply->body);
		o->status = buf_status(o->out);
		if (o->status != STATUS_OK)
			(void)err_set(o->err, o->status, "%s", o->url);
	}
	http_client_close(o->client, closed, o);
}

enum status fetch_once(const char *url, size_t max, struct buf *out,
		       struct err *err)
{
	struct http_get get = { .url = url, .max_bytes = max };
	struct once o = { .out = out, .err = err, .url = url };
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0)
		return err_set(err, STATUS_IO, "event loop");
	o.status = http_client_open(&o.client, &loop, err);
	if (o.status == STATUS_OK) {
		o.status = http_client_get(o.client, &get, came, &o, NULL,
					   err);
		if (o.status != STATUS_OK)
			http_client_close(o.client, closed, &o);
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	}
	(void)uv_loop_close(&loop);
	return o.status;
}
