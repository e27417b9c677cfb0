/* Proofs of forks between nodes (node/evidence.h).
 *
 * A node says in /heads and in its statement which proofs it has, by a digest.
 * Who has others asks it for the names and then for what it lacks; those above
 * are also given what they lack, for they do not call down. One source is
 * looked at a time, each at most once a minute and once per digest:
 *
 *   a digest that was not seen --GET /evidence--> names
 *       --GET /evidence/<name>--> ...  --POST /evidence--> ... --> seen
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/forks.h"
#include "node/clock.h"
#include "node/evidence.h"
#include "node/node_inside.h"
#include "proto/drive.h"
#include "proto/encoding.h"

enum {
	LOOK_MS = 60 * 1000,
	WITHOUT_MS = 3600 * 1000, /* to one that takes none */
	NAMES_SIZE_MAX = 4 * FORKS_MAX * 65
};

/* One source being looked at. */
struct evidence_look {
	struct node *n;
	struct source *source; /* held */
	struct http_fetch *fetch;
	char digest[17]; /* theirs when it began */
	char own[17];	 /* ours then */
	struct buf get, give; /* names, 32 bytes each */
	size_t got, given;    /* bytes of them that are done */
	bool later; /* not all could be done */
};

static void step(struct evidence_look *look);

static void own_digest(struct node *n, char out[static 17])
{
	struct err err = ERR_INIT;

	out[0] = 0;
	(void)forks_digest(n->house.catalog, out, &err);
}

void node_evidence_changed(void *node, const char *origin, bool stopped)
{
	struct node *n = node;

	if (n->stopping)
		return;
	if (stopped) {
		node_forked(n, origin);
		return;
	}
	heads_evidence_changed(n->heads);
	node_changed(n);
}

static void look_free(struct evidence_look *look)
{
	look->n->evidence_look = NULL;
	source_drop(look->source);
	buf_release(&look->get);
	buf_release(&look->give);
	free(look);
}

static void look_ends(struct evidence_look *look, int64_t rest_ms)
{
	struct source *s = look->source;

	s->evidence_due_ms = node_now(look->n) + rest_ms;
	if (!look->later) {
		memcpy(s->evidence_seen, look->digest, sizeof(look->digest));
		memcpy(s->evidence_given, look->own, sizeof(look->own));
	}
	look_free(look);
}

static void look_fails(struct evidence_look *look)
{
	look->later = true;
	look_ends(look, LOOK_MS);
}

/* --- one after the other --- */

static void proof_came(void *owner, const struct http_reply *reply)
{
	struct evidence_look *look = owner;
	struct node *n = look->n;
	char origin[ORIGIN_MAX + 1];
	struct err err = ERR_INIT;
	bool stopped = false;
	enum status status;

	look->fetch = NULL;
	if (reply->status != STATUS_OK) {
		look_fails(look);
		return;
	}
	status = reply->code != 200 ?
			 STATUS_NOT_FOUND :
			 evidence_take(&n->house, reply->body,
				       look->source->url, clock_s(), origin,
				       &stopped, &err);
	if (status == STATUS_OK || stopped)
		node_evidence_changed(n, origin, stopped);
	look->got += SHA256_SIZE;
	step(look);
}

static void proof_given(void *owner, const struct http_reply *reply)
{
	struct evidence_look *look = owner;

	look->fetch = NULL;
	if (reply->status != STATUS_OK || reply->code == 429 ||
	    reply->code >= 500) {
		look_fails(look);
		return;
	}
	/* It does not know that log yet: perhaps later. */
	look->later |= reply->code == 404;
	look->given += SHA256_SIZE;
	step(look);
}

static enum status get_next(struct evidence_look *look, struct err *err)
{
	char url[CONF_URL_MAX + 96], name[65];
	struct http_get get = { .url = url, .max_bytes = FORK_TEXT_MAX };

	hex_encode((struct bytes){ look->get.data + look->got, SHA256_SIZE },
		   name);
	(void)snprintf(url, sizeof(url), "%s/evidence/%s", look->source->url,
		       name);
	return http_client_get(look->n->client, &get, proof_came, look,
			       &look->fetch, err);
}

static enum status give_next(struct evidence_look *look, struct err *err)
{
	char url[CONF_URL_MAX + 32];
	struct http_get get = { .url = url, .timeout_ms = 20000 };
	struct buf text = BUF_INIT;
	enum status status = forks_read(look->n->house.catalog,
					look->give.data + look->given, &text,
					err);

	(void)snprintf(url, sizeof(url), "%s/evidence", look->source->url);
	if (status == STATUS_OK)
		status = http_client_post(look->n->client, &get,
					  buf_bytes(&text),
					  "text/plain; charset=utf-8",
					  proof_given, look, &look->fetch,
					  err);
	buf_release(&text);
	return status;
}

static void step(struct evidence_look *look)
{
	struct err err = ERR_INIT;
	enum status status = STATUS_OK;

	if (look->got < look->get.size)
		status = get_next(look, &err);
	else if (look->given < look->give.size)
		status = give_next(look, &err);
	else
		look_ends(look, look->later ? WITHOUT_MS : LOOK_MS);
	if (status != STATUS_OK)
		look_fails(look);
}

/* --- what there is --- */

/* Append the names of `a` that are not in `b`, at most FORKS_MAX. */
static void put_missing(struct buf *out, const struct buf *a,
			const struct buf *b)
{
	for (size_t i = 0; i < a->size; i += SHA256_SIZE) {
		bool there = false;

		for (size_t j = 0; j < b->size && !there; j += SHA256_SIZE)
			there = memcmp(a->data + i, b->data + j,
				       SHA256_SIZE) == 0;
		if (!there && out->size < FORKS_MAX * SHA256_SIZE)
			buf_put(out, a->data + i, SHA256_SIZE);
	}
}

static void names_came(void *owner, const struct http_reply *reply)
{
	struct evidence_look *look = owner;
	struct buf theirs = BUF_INIT, ours = BUF_INIT;
	struct bytes rest = reply->body;
	struct err err = ERR_INIT;
	uint8_t name[SHA256_SIZE];

	look->fetch = NULL;
	if (reply->status != STATUS_OK || reply->code >= 500) {
		look_fails(look);
		return;
	}
	if (reply->code != 200) { /* a mirror, or an older program */
		look_ends(look, WITHOUT_MS);
		return;
	}
	while (theirs.size < FORKS_MAX * SHA256_SIZE &&
	       drive_list_next(&rest, name))
		buf_put(&theirs, name, sizeof(name));
	if (forks_names(look->n->house.catalog, &ours, &err) == STATUS_OK &&
	    buf_status(&theirs) == STATUS_OK) {
		put_missing(&look->get, &theirs, &ours);
		if (look->source->upstream)
			put_missing(&look->give, &ours, &theirs);
	}
	buf_release(&theirs);
	buf_release(&ours);
	if (buf_status(&look->get) != STATUS_OK ||
	    buf_status(&look->give) != STATUS_OK)
		look_fails(look);
	else
		step(look);
}

/* --- whom to look at --- */

static bool worth_a_look(const struct source *s, const char *own, int64_t now)
{
	bool has = s->evidence[0] != 0 && strcmp(s->evidence, own) != 0 &&
		   strcmp(s->evidence, s->evidence_seen) != 0;
	bool lacks = s->upstream && s->ok && own[0] != 0 &&
		     strcmp(s->evidence, own) != 0 &&
		     strcmp(s->evidence_given, own) != 0;

	return (has || lacks) && !s->is_static && now >= s->evidence_due_ms &&
	       source_is_fit(s, now);
}

static void look_at(struct node *n, struct source *source, const char *own)
{
	char url[CONF_URL_MAX + 32];
	struct http_get get = { .url = url, .max_bytes = NAMES_SIZE_MAX };
	struct evidence_look *look = calloc(1, sizeof(*look));
	struct err err = ERR_INIT;

	if (look == NULL)
		return;
	look->n = n;
	look->source = source;
	source_hold(source);
	memcpy(look->digest, source->evidence, sizeof(look->digest));
	memcpy(look->own, own, sizeof(look->own));
	n->evidence_look = look;
	(void)snprintf(url, sizeof(url), "%s/evidence", source->url);
	if (http_client_get(n->client, &get, names_came, look, &look->fetch,
			    &err) != STATUS_OK)
		look_fails(look);
}

void node_evidence_tick(struct node *n)
{
	char own[17];

	if (n->stopping || n->evidence_look != NULL)
		return;
	own_digest(n, own);
	for (unsigned i = 0; i < n->sources.count; i++)
		if (worth_a_look(n->sources.list[i], own, node_now(n))) {
			look_at(n, n->sources.list[i], own);
			return;
		}
}

void node_evidence_said(struct node *n, const char *url,
			const struct statement *st)
{
	struct source *source = sources_at(&n->sources, url, node_now(n));
	struct statement_walk walk;
	struct statement_line line;
	char digest[17] = "";

	statement_walk_init(&walk, st);
	while (statement_walk_next(&walk, &line))
		if (line.kind == STATEMENT_EVIDENCE)
			(void)bytes_to_string(line.text, digest,
					      sizeof(digest));
	if (source != NULL)
		source_has_evidence(source, digest);
}

void node_evidence_again(struct node *n)
{
	for (unsigned i = 0; i < n->sources.count; i++) {
		n->sources.list[i]->evidence_seen[0] = 0;
		n->sources.list[i]->evidence_given[0] = 0;
		n->sources.list[i]->evidence_due_ms = 0;
	}
}

void node_evidence_stop(struct node *n)
{
	struct evidence_look *look = n->evidence_look;

	if (look == NULL)
		return;
	if (look->fetch != NULL)
		http_client_cancel(look->fetch);
	look_free(look);
}
