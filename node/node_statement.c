/* What this node says of itself (GET /node), and what others say (POST /node,
 * neighbours): made, kept, and sent up. */
#include <stdio.h>
#include <string.h>

#include "catalog/lessons.h"
#include "catalog/log.h"
#include "catalog/stations.h"
#include "node/clock.h"
#include "node/node_inside.h"
#include "node/own_statement.h"
#include "node/own_url.h"
#include "node/payload.h"
#include "node/version.h"

#define PROGRAM "xiangtu/" XIANGTU_VERSION

struct writing {
	struct node *n;
	struct buf *text;
	enum statement_kind kind;
};

static enum status write_log(void *owner, const struct log_info *info,
			     struct err *err)
{
	struct writing *w = owner;
	struct buf bits = BUF_INIT, zstd = BUF_INIT;
	enum status status = STATUS_OK;

	if (w->kind == STATEMENT_LOG) {
		statement_put_log(w->text, info->origin, info->size,
				  info->root);
		return STATUS_OK;
	}
	status = lessons_bitmap(w->n->house.catalog, info->id,
				w->kind == STATEMENT_WANT ?
					LESSONS_BITS_WANTED :
					LESSONS_BITS_HELD,
				&bits, err);
	if (status == STATUS_OK && bits.size > 0) {
		status = bitmap_compress(buf_bytes(&bits), &zstd);
		if (w->kind == STATEMENT_WANT)
			statement_put_want(w->text, info->origin,
					   buf_bytes(&zstd));
		else
			statement_put_have(w->text, info->origin,
					   buf_bytes(&zstd));
	}
	buf_release(&bits);
	buf_release(&zstd);
	return status;
}

static void fill(struct node *n, struct statement *st)
{
	const struct public_key *key = secret_key_public(n->house.node_key);
	struct err err = ERR_INIT;
	char vkey[VKEY_MAX + 1];

	memset(st, 0, sizeof(*st));
	public_key_format(key, vkey);
	/* A node's vkey always fits: its name is its own key's. */
	(void)bytes_to_string(bytes_of(vkey), st->vkey, sizeof(st->vkey));
	memcpy(st->key, key->bytes, sizeof(st->key));
	memcpy(st->instance, n->instance, sizeof(st->instance));
	st->boot = n->boot;
	st->seq = n->statement_seq;
	st->level = n->house.conf.level;
	memcpy(st->region, n->house.conf.region, sizeof(st->region));
	(void)snprintf(st->name, sizeof(st->name), "%.*s",
		       (int)sizeof(st->name) - 1, n->house.conf.name);
	st->swarm_port = n->swarm_port;
	(void)payload_room(n->house.payload_dir, &st->room, &err);
	st->room = st->room / 100000000 * 100000000; /* not every byte */
	(void)snprintf(st->program, sizeof(st->program), "%s", PROGRAM);
	st->trust_version = (uint32_t)n->house.trust.trust.version;
	st->root_version = n->house.trust.root.version;
}

static enum status write_lists(struct node *n, struct buf *text,
			       struct err *err)
{
	static const enum statement_kind kinds[] = {
		STATEMENT_LOG, STATEMENT_WANT, STATEMENT_HAVE
	};
	char url[CONF_URL_MAX];
	enum status status = STATUS_OK;

	own_url(&n->house.conf, url);
	statement_put_url(text, url);
	for (size_t i = 0; i < 3 && status == STATUS_OK; i++) {
		struct writing w = { n, text, kinds[i] };

		status = log_each(n->house.catalog, write_log, &w, err);
	}
	return status;
}

struct bytes node_statement(struct node *n)
{
	struct statement st;
	struct buf text = BUF_INIT, note = BUF_INIT;
	struct err err = ERR_INIT;

	if (!n->statement_stale && n->statement.size > 0)
		return buf_bytes(&n->statement);
	n->statement_seq++;
	fill(n, &st);
	statement_begin(&text, &st);
	if (write_lists(n, &text, &err) == STATUS_OK &&
	    statement_sign(buf_bytes(&text), n->house.node_key, &note) ==
		    STATUS_OK) {
		buf_release(&n->statement);
		n->statement = note;
		n->statement_stale = false;
	} else {
		(void)fprintf(stderr, "xiangtu: statement: %s\n", err.text);
		buf_release(&note);
	}
	buf_release(&text);
	return buf_bytes(&n->statement);
}

enum status node_statement_take(struct node *n, struct bytes note,
				uint64_t age_s)
{
	struct statement st;
	struct statement_row row;
	struct err err = ERR_INIT;
	enum status status = statement_open(note, &st);

	if (status != STATUS_OK)
		return status;
	if (memcmp(st.key, house_node_public(&n->house), 32) == 0)
		return STATUS_OLD; /* our own, come back */
	memset(&row, 0, sizeof(row));
	memcpy(row.key, st.key, sizeof(row.key));
	row.boot = st.boot;
	row.seq = st.seq;
	row.note = note;
	row.heard_s = clock_s();
	row.age_s = age_s;
	status = statements_put(n->house.catalog, &row, &err);
	if (status == STATUS_OK) {
		n->statement_unsent = true; /* others' go up, too */
		node_look_for_own_log(n, &st);
	}
	return status;
}

/* --- up --- */

static void sent(void *owner, const struct http_reply *reply)
{
	struct node *n = owner;

	if (reply->status != STATUS_OK || reply->code >= 300)
		n->statement_unsent = true;
}

static void send_note(struct node *n, const char *base, struct bytes note,
		      uint64_t age_s)
{
	char url[CONF_URL_MAX + 64];
	struct http_get get = { .url = url, .timeout_ms = 20000 };
	struct err err = ERR_INIT;

	(void)snprintf(url, sizeof(url), "%s/node?age=%llu", base,
		       (unsigned long long)age_s);
	(void)http_client_post(n->client, &get, note,
			       "text/plain; charset=utf-8", sent, n, NULL,
			       &err);
}

struct sending {
	struct node *n;
	const char *url;
	unsigned count;
};

/* What came in since the last time goes up along with our own. */
static bool send_other(void *context, const struct statement_row *row)
{
	struct sending *s = context;
	uint64_t now_s = clock_s();
	/* Clocks are also put back. */
	uint64_t age = now_s > row->heard_s ? now_s - row->heard_s : 0;

	if ((int64_t)(age * 1000) >
	    node_now(s->n) - s->n->statement_sent_ms + 1000)
		return false; /* sorted: the rest is older */
	send_note(s->n, s->url, row->note, age + row->age_s);
	return ++s->count < 256;
}

void node_statement_tick(struct node *n)
{
	int64_t now = node_now(n);
	struct err err = ERR_INIT;

	/* The first goes out soon, so that a new station is heard of. */
	if (!n->statement_unsent ||
	    (n->statement_sent_ms != 0 &&
	     now - n->statement_sent_ms < NODE_STATEMENT_MS))
		return;
	n->statement_unsent = false;
	for (unsigned i = 0; i < n->n_upstreams; i++) {
		struct source *up = n->upstreams[i];
		struct sending s = { n, up->url, 0 };

		if (up->is_static)
			continue;
		if (!up->ok) {
			n->statement_unsent = true;
			continue;
		}
		send_note(n, up->url, node_statement(n), 0);
		(void)statements_list(n->house.catalog, send_other, &s, &err);
	}
	if (!n->statement_unsent)
		n->statement_sent_ms = now;
}
