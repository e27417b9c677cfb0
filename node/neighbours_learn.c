/* What announcements and statements teach the neighbour table. */
#include <stdio.h>
#include <string.h>

#include "node/interfaces.h"
#include "node/neighbours_table.h"
#include "proto/url.h"
#include "signing/digest.h"

/* A twin is looked at so often, though nothing of it is believed. */
enum { TWIN_MS = 5000 };

static bool same_instance(const struct neighbour *row,
			  const uint8_t instance[static DATAGRAM_INSTANCE_SIZE])
{
	return memcmp(row->instance, instance, DATAGRAM_INSTANCE_SIZE) == 0;
}

/* Another living process with the key of `row`, rather than a restart of it? A
 * restart has a higher boot number, or comes after a silence. */
static bool is_twin(const struct neighbour *row, const struct datagram *d,
		    int64_t now)
{
	return !same_instance(row, d->instance) && d->boot <= row->boot &&
	       neighbour_is_alive(row, now);
}

static bool is_old(const struct neighbour *row, const struct datagram *d)
{
	return same_instance(row, d->instance) &&
	       !datagram_sequence_after(d->boot, d->seq, row->boot, row->seq);
}

bool neighbours_expect(struct neighbours *table, const struct datagram *d,
		       uint32_t from, int64_t now, bool *known)
{
	struct neighbour *row = neighbours_find(table, d->key);

	*known = neighbours_knows_address(table, from) ||
		 neighbours_has_met(table, from, now);
	if (row == NULL)
		return true;
	if (is_old(row, d)) {
		if (d->boot == row->boot && d->seq == row->seq &&
		    from == row->address)
			row->address_heard_ms = now;
		return false;
	}
	return !is_twin(row, d, now) || row->twin_ms < 0 ||
	       now - row->twin_ms >= TWIN_MS;
}

static void make_url(struct neighbour *row)
{
	char address[IPV4_TEXT_SIZE];

	if (row->listed)
		return;
	row->url[0] = 0;
	ipv4_format(row->address, address);
	if (row->http_port != 0)
		snprintf(row->url, sizeof(row->url), "http://%s:%u", address,
			 row->http_port);
}

static unsigned take_address(struct neighbour *row, const struct datagram *d,
			     uint32_t from, int64_t now)
{
	unsigned moved = 0;

	if (row->address != from && row->address_heard_ms >= 0 &&
	    now - row->address_heard_ms < NEIGHBOUR_ADDRESS_MS &&
	    same_instance(row, d->instance))
		from = row->address; /* heard there, too */
	else
		row->address_heard_ms = now;
	if (row->address != from || row->http_port != d->http_port ||
	    row->swarm_port != d->swarm_port)
		moved = NEIGHBOUR_MOVED;
	row->address = from;
	row->http_port = d->http_port;
	row->swarm_port = d->swarm_port;
	if (moved != 0)
		make_url(row);
	return moved;
}

/* Put `fresh` before the heads already known of other logs. */
static unsigned take_heads(struct neighbour *row,
			   const struct datagram_head *fresh, size_t count)
{
	struct datagram_head heads[NEIGHBOUR_HEADS_MAX];
	unsigned what = 0;
	size_t n = 0;

	for (; n < count && n < NEIGHBOUR_HEADS_MAX; n++) {
		const struct datagram_head *old =
			neighbour_head(row, fresh[n].origin);

		/* Another root at any size is news, too: perhaps a fork. */
		if (old == NULL || fresh[n].size > old->size ||
		    memcmp(fresh[n].root, old->root, sizeof(old->root)) != 0)
			what = NEIGHBOUR_HEADS;
		heads[n] = fresh[n];
	}
	for (size_t i = 0; i < row->head_count && n < NEIGHBOUR_HEADS_MAX;
	     i++) {
		size_t j = 0;

		while (j < count && memcmp(fresh[j].origin,
					   row->heads[i].origin,
					   DATAGRAM_ORIGIN_SIZE) != 0)
			j++;
		if (j == count)
			heads[n++] = row->heads[i];
	}
	memcpy(row->heads, heads, n * sizeof(*heads));
	row->head_count = n;
	return what;
}

static unsigned take_trust(struct neighbour *row, uint32_t trust, uint32_t root)
{
	unsigned what = trust > row->trust_version || root > row->root_version ?
				NEIGHBOUR_TRUST :
				0;

	row->trust_version = trust;
	row->root_version = root;
	return what;
}

static unsigned take_announcement(struct neighbour *row,
				  const struct datagram *d, uint32_t from,
				  int64_t now)
{
	unsigned what = take_address(row, d, from, now);

	if (!neighbour_is_alive(row, now))
		what |= NEIGHBOUR_APPEARED;
	else if (!same_instance(row, d->instance))
		what |= NEIGHBOUR_RESTARTED;
	if (d->statement_version != 0 &&
	    datagram_sequence_after(d->boot, d->statement_version, row->boot,
				    row->statement_version))
		what |= NEIGHBOUR_STATEMENT;
	what |= take_heads(row, d->heads, d->head_count);
	what |= take_trust(row, d->trust_version, d->root_version);
	memcpy(row->instance, d->instance, sizeof(row->instance));
	row->boot = d->boot;
	row->seq = d->seq;
	row->statement_version = d->statement_version;
	row->level = d->level;
	memcpy(row->region, d->region, sizeof(row->region));
	row->flags = d->flags;
	row->heard_ms = now;
	return what;
}

static void cut_for_news(struct neighbours *table, struct neighbour *row,
			 struct neighbour_news *news)
{
	neighbours_cut(table, row, &news->gone);
	news->has_gone = true;
}

static void say_goodbye(struct neighbours *table, struct neighbour *row,
			const struct datagram *d, struct neighbour_news *news)
{
	if (row == NULL)
		return;
	if (!row->listed) {
		cut_for_news(table, row, news);
		return;
	}
	/* Remembered, so that its earlier words do not bring it back. */
	row->boot = d->boot;
	row->seq = d->seq;
	row->heard_ms = -1;
	news->row = row;
}

/* A row for a node not heard before, or NULL. */
static struct neighbour *welcome(struct neighbours *table,
				 const struct datagram *d, uint32_t from,
				 int64_t now, struct neighbour_news *news)
{
	bool full;
	struct neighbour *row = neighbours_to_evict(table, from, now,
						    &full);

	if (row != NULL)
		cut_for_news(table, row, news);
	else if (full) {
		table->refused++;
		return NULL;
	}
	row = neighbours_put(table, now);
	if (row == NULL)
		return NULL;
	row->has_key = true;
	memcpy(row->key, d->key, sizeof(row->key));
	return row;
}

enum status neighbours_hear(struct neighbours *table, const struct datagram *d,
			    uint32_t from, int64_t now,
			    struct neighbour_news *news)
{
	struct neighbour *row = neighbours_find(table, d->key);

	news->what = 0;
	news->row = row;
	news->has_gone = false;
	if (row != NULL && is_twin(row, d, now)) {
		row->twin_ms = now;
		return STATUS_OLD;
	}
	if (row != NULL && is_old(row, d))
		return STATUS_OLD;
	if ((d->flags & DATAGRAM_LEAVING) != 0) {
		news->row = NULL;
		say_goodbye(table, row, d, news);
		return STATUS_OK;
	}
	if (row == NULL)
		row = welcome(table, d, from, now, news);
	news->row = row;
	if (row == NULL)
		return STATUS_NO_ROOM;
	news->what = take_announcement(row, d, from, now);
	neighbours_reindex(table, row);
	return STATUS_OK;
}

enum status neighbours_add_url(struct neighbours *table, const char *url,
			       int64_t now)
{
	size_t size = strlen(url), listed = 0;
	struct neighbour *row, gone;
	struct url parts;
	bool full;

	while (size > 0 && url[size - 1] == '/')
		size--;
	if (size == 0 || size > STATEMENT_URL_MAX ||
	    url_parse(url, &parts) != STATUS_OK)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < table->count; i++) {
		row = &table->rows[i];
		listed += row->listed;
		if (row->listed && strncmp(row->url, url, size) == 0 &&
		    row->url[size] == 0)
			return STATUS_EXISTS;
	}
	if (listed == NEIGHBOURS_STATIC_MAX)
		return STATUS_NO_ROOM;
	row = neighbours_to_evict(table, 0, now, &full);
	if (row != NULL)
		neighbours_cut(table, row, &gone);
	row = neighbours_put(table, now);
	if (row == NULL)
		return STATUS_NO_ROOM;
	row->listed = true;
	row->confirmed = true;
	memcpy(row->url, url, size);
	row->http_port = parts.port;
	(void)ipv4_parse(parts.host, &row->address);
	neighbours_reindex(table, row);
	return STATUS_OK;
}

/* The logs a statement names, as heads; newest news cannot be told. */
static unsigned take_logs(struct neighbour *row, const struct statement *st)
{
	struct datagram_head fresh[NEIGHBOUR_HEADS_MAX];
	struct statement_walk w;
	struct statement_line line;
	uint8_t hash[SHA256_SIZE];
	size_t n = 0;

	statement_walk_init(&w, st);
	while (n < NEIGHBOUR_HEADS_MAX && statement_walk_next(&w, &line)) {
		const struct datagram_head *old;

		if (line.kind != STATEMENT_LOG)
			continue;
		sha256(line.origin.data, line.origin.size, hash);
		old = neighbour_head(row, hash);
		if (old != NULL && old->size >= line.size)
			continue;
		memcpy(fresh[n].origin, hash, sizeof(fresh[n].origin));
		fresh[n].size = line.size;
		memcpy(fresh[n].root, line.root, sizeof(fresh[n].root));
		n++;
	}
	return take_heads(row, fresh, n);
}

static unsigned take_statement(struct neighbour *row,
			       const struct statement *st, int64_t now)
{
	unsigned what = 0;
	bool newer = datagram_sequence_after(st->boot, st->seq,
					     row->taken_boot,
					     row->taken_version);

	if (!neighbour_is_alive(row, now))
		what |= NEIGHBOUR_APPEARED;
	else if (st->boot > row->boot && !same_instance(row, st->instance))
		what |= NEIGHBOUR_RESTARTED;
	if (!row->confirmed)
		what |= NEIGHBOUR_CONFIRMED;
	row->heard_ms = now;
	row->confirmed = true;
	row->asking = false;
	row->failures = 0;
	if (!newer)
		return what;
	row->taken_boot = st->boot;
	row->taken_version = st->seq;
	memcpy(row->name, st->name, sizeof(row->name));
	what |= NEIGHBOUR_STATEMENT | take_logs(row, st);
	/* Announcements of the same time and later say the rest better. */
	if (!datagram_sequence_after(st->boot, st->seq, row->boot,
				     row->statement_version))
		return what;
	if (st->boot > row->boot) {
		row->boot = st->boot;
		row->seq = 0;
	}
	memcpy(row->instance, st->instance, sizeof(row->instance));
	row->statement_version = st->seq;
	row->level = st->level;
	memcpy(row->region, st->region, sizeof(row->region));
	if (row->swarm_port != st->swarm_port)
		what |= NEIGHBOUR_MOVED;
	row->swarm_port = st->swarm_port;
	return what | take_trust(row, st->trust_version, st->root_version);
}

/* A listed node has said who it is: `row` becomes that key's. */
static void take_key(struct neighbour *row, const struct statement *st)
{
	row->has_key = true;
	memcpy(row->key, st->key, sizeof(row->key));
	memcpy(row->instance, st->instance, sizeof(row->instance));
	row->boot = row->seq = row->statement_version = 0;
	row->taken_boot = row->taken_version = 0;
	row->trust_version = row->root_version = 0;
	row->head_count = 0;
	row->twin_ms = row->heard_ms = -1;
}

/* The row of the same key that came by announcements goes into the listed
 * one, which keeps its URL, id and owner. */
static void merge(struct neighbour *row, const struct neighbour *heard)
{
	struct neighbour kept = *row;

	*row = *heard;
	row->owner = kept.owner;
	row->id = kept.id;
	memcpy(row->url, kept.url, sizeof(row->url));
	row->listed = true;
	row->appeared_ms = kept.appeared_ms;
	row->asked_ms = kept.asked_ms;
	row->asking = kept.asking;
}

enum status neighbours_answered(struct neighbours *table, uint64_t id,
				const struct statement *st, int64_t now,
				struct neighbour_news *news)
{
	struct neighbour *row = neighbours_find_id(table, id);
	struct neighbour *other;

	*news = (struct neighbour_news){ .row = row };
	if (row == NULL)
		return STATUS_NOT_FOUND;
	if (row->has_key && !row->listed &&
	    memcmp(row->key, st->key, sizeof(row->key)) != 0) {
		neighbours_failed(table, id, now);
		return STATUS_UNTRUSTED;
	}
	other = neighbours_find(table, st->key);
	if (other != row && other != NULL && other->listed) {
		/* Two URLs of one node: the first keeps the key. */
		neighbours_alive(table, id, now);
		row->asking = false;
		return STATUS_OK;
	}
	if (other != row)
		take_key(row, st);
	if (other != row && other != NULL) {
		cut_for_news(table, other, news);
		row = neighbours_find_id(table, id);
		merge(row, &news->gone);
	}
	news->what = take_statement(row, st, now);
	news->row = row;
	neighbours_reindex(table, row);
	return STATUS_OK;
}
