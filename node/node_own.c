/* This node's own log among those who hold it.
 *
 * After a start that broke continuity (node/own_kept.h) the node asks, in its
 * /heads, what others hold of its log; they answer by a new statement, and by
 * what is missing here (node/node_up.c). Until enough have answered nothing is
 * signed (node/own_log.h). */
#include <stdio.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/node_inside.h"
#include "node/own_kept.h"
#include "node/own_statement.h"

/* --- who holds it --- */

/* The line about our log in a statement; false when there is none. */
static bool own_line(const struct node *n, const struct statement *st,
		     struct statement_line *out)
{
	struct statement_walk walk;

	statement_walk_init(&walk, st);
	while (statement_walk_next(&walk, out))
		if (out->kind == STATEMENT_LOG && out->size > 0 &&
		    bytes_is(out->origin, n->house.conf.origin))
			return true;
	return false;
}

static bool is_among(uint8_t (*keys)[PUBLIC_KEY_SIZE], unsigned count,
		     const uint8_t *key)
{
	for (unsigned i = 0; i < count; i++)
		if (memcmp(keys[i], key, PUBLIC_KEY_SIZE) == 0)
			return true;
	return false;
}

static bool note_holder(void *context, const struct statement_row *row)
{
	struct node *n = context;
	struct statement_line line;
	struct statement st;

	if (statement_open(row->note, &st) == STATUS_OK &&
	    own_line(n, &st, &line))
		memcpy(n->own.holders[n->own.n_holders++], row->key,
		       PUBLIC_KEY_SIZE);
	return n->own.n_holders < OWN_HOLDERS_MAX;
}

/* --- what is shown --- */

static void mark_elsewhere(struct node *n)
{
	struct err err = ERR_INIT;

	if (n->own.elsewhere)
		return;
	n->own.elsewhere = own_kept_elsewhere(&n->house, &err) == STATUS_OK;
	if (!n->own.elsewhere)
		(void)fprintf(stderr, "xiangtu: own log: %s\n", err.text);
}

static void mark_shown(struct node *n)
{
	if (n->own.shown_at_ms == 0)
		n->own.shown_at_ms = node_now(n);
}

void node_own_given(void *node, int64_t log)
{
	struct node *n = node;

	if (log == n->own.log)
		mark_elsewhere(n);
}

void node_own_shown(void *node, const struct source *source)
{
	struct node *n = node;

	if (n->own.log == 0)
		return;
	mark_elsewhere(n);
	/* Neighbours are asked for their statement, which they sign. */
	if (source->upstream)
		mark_shown(n);
}

void node_own_sent(struct node *n)
{
	mark_elsewhere(n);
	if (n->own.n_holders == 0)
		mark_shown(n);
}

/* Is that a state of what is here? */
static bool is_ours(struct node *n, const struct statement_line *line)
{
	uint8_t root[SHA256_SIZE];
	struct log_info own;
	struct err err = ERR_INIT;

	return log_get(n->house.catalog, n->own.log, &own, &err) ==
		       STATUS_OK &&
	       line->size <= own.size &&
	       log_root_at(n->house.catalog, own.id, line->size, root, &err) ==
		       STATUS_OK &&
	       memcmp(root, line->root, sizeof(root)) == 0;
}

void node_own_statement(struct node *n, const struct statement *st,
			uint64_t age_s)
{
	struct own_watch *own = &n->own;
	struct statement_line line;

	if (own->log == 0 || own->done || !own_line(n, st, &line))
		return;
	mark_elsewhere(n);
	if (!is_ours(n, &line)) {
		if (own->claimed_at_ms == 0)
			own->claimed_at_ms = node_now(n);
		return;
	}
	/* What was said before this start is no answer. */
	if ((int64_t)age_s * 1000 > node_now(n) - n->started_ms)
		return;
	if (own->n_holders == 0) {
		mark_shown(n);
	} else if (is_among(own->holders, own->n_holders, st->key)) {
		mark_shown(n);
		if (own->n_confirmed < OWN_LOG_QUORUM &&
		    !is_among(own->confirmed, own->n_confirmed, st->key))
			memcpy(own->confirmed[own->n_confirmed++], st->key,
			       PUBLIC_KEY_SIZE);
	}
}

/* --- the verdict --- */

void node_own_facts(void *node, struct own_log_facts *facts)
{
	struct node *n = node;
	const struct own_watch *own = &n->own;
	int64_t now = node_now(n);

	facts->holders = own->n_holders;
	facts->confirmed = own->n_confirmed;
	facts->run_ms = now - n->started_ms;
	if (facts->shown_ms >= 0) /* before the start */
		facts->shown_ms = facts->run_ms;
	else if (own->shown_at_ms != 0)
		facts->shown_ms = now - own->shown_at_ms;
	if (own->claimed_at_ms != 0)
		facts->claimed_ms = now - own->claimed_at_ms;
}

void node_own_confirmed(void *node)
{
	struct node *n = node;

	n->own.done = true;
	heads_own(n->heads, n->own.log, false);
}

static void look(struct node *n)
{
	struct own_log_facts facts;
	struct err err = ERR_INIT;
	enum status status = own_kept_facts(&n->house, &facts, &err);

	if (status != STATUS_OK)
		return;
	n->own.elsewhere = facts.elsewhere;
	node_own_facts(n, &facts);
	if (own_log_decide(&facts) != OWN_LOG_SIGN) {
		heads_own(n->heads, n->own.log, true);
		return;
	}
	/* Where nobody holds it there is nothing to confirm. */
	if (facts.elsewhere)
		status = own_kept_confirm(&n->house, &err);
	if (status == STATUS_OK)
		node_own_confirmed(n);
	else
		(void)fprintf(stderr, "xiangtu: own log: %s\n", err.text);
}

void node_own_tick(struct node *n)
{
	struct log_info log;
	struct err err = ERR_INIT;

	if (n->own.done || n->stopping)
		return;
	/* Trust may have named this node a publisher meanwhile. */
	if (n->own.log == 0 &&
	    own_kept_log(&n->house, &log, &err) == STATUS_OK)
		n->own.log = log.id;
	if (n->own.log != 0)
		look(n);
}

enum status node_own_start(struct node *n, struct err *err)
{
	struct log_info log;
	enum status status = own_kept_log(&n->house, &log, err);

	if (status == STATUS_OK) {
		n->own.log = log.id;
		status = statements_list(n->house.catalog, note_holder, n,
					 err);
	} else if (status == STATUS_NOT_FOUND) {
		status = STATUS_OK;
	}
	heads_on_given(n->heads, node_own_given, n);
	if (status == STATUS_OK)
		node_own_tick(n);
	return status;
}
