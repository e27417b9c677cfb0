#include "node/statement_make.h"

#include <stdio.h>
#include <string.h>

#include "catalog/due.h"
#include "catalog/forks.h"
#include "catalog/lessons.h"
#include "catalog/log.h"
#include "catalog/stations.h"
#include "node/clock.h"
#include "node/own_statement.h"
#include "node/own_url.h"
#include "node/payload.h"
#include "node/version.h"
#include "proto/text.h"

#define PROGRAM "xiangtu/" XIANGTU_VERSION

enum status statement_maker_init(struct statement_maker *m,
				 struct house *house, struct err *err)
{
	int64_t boot = 0;
	enum status status = catalog_get_int(house->catalog, "node.boot",
					     &boot, err);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	status = catalog_set_int(house->catalog, "node.boot", boot + 1, err);
	if (status != STATUS_OK)
		return status;
	*m = (struct statement_maker){ .house = house,
				       .boot = (uint32_t)boot + 1 };
	signing_random(m->instance, sizeof(m->instance));
	return STATUS_OK;
}

/* --- the lists --- */

struct writing {
	struct catalog *catalog;
	struct buf *text;
	enum statement_kind kind;
	const char *origin; /* of the log under way */
};

static enum status write_due(void *owner, uint64_t entry, const char *date,
			     struct err *err)
{
	struct writing *w = owner;

	(void)err;
	statement_put_due(w->text, w->origin, entry, date);
	return STATUS_OK;
}

static enum status write_bitmap(struct writing *w, const struct log_info *info,
				struct err *err)
{
	struct buf bits = BUF_INIT, zstd = BUF_INIT;
	enum lessons_bits what = w->kind == STATEMENT_WANT ?
					 LESSONS_BITS_WANTED :
				 w->kind == STATEMENT_HAVE ?
					 LESSONS_BITS_HELD :
					 LESSONS_BITS_INSTEAD;
	enum status status = lessons_bitmap(w->catalog, info->id, what, &bits,
					    err);

	if (status == STATUS_OK && bits.size > 0) {
		status = bitmap_compress(buf_bytes(&bits), &zstd);
		if (status != STATUS_OK)
			(void)err_set(err, status, "bitmap");
		else if (w->kind == STATEMENT_WANT)
			statement_put_want(w->text, info->origin,
					   buf_bytes(&zstd));
		else if (w->kind == STATEMENT_INSTEAD)
			statement_put_instead(w->text, info->origin,
					      buf_bytes(&zstd));
		else
			statement_put_have(w->text, info->origin,
					   buf_bytes(&zstd));
	}
	buf_release(&bits);
	buf_release(&zstd);
	return status;
}

static enum status write_log(void *owner, const struct log_info *info,
			     struct err *err)
{
	struct writing *w = owner;

	w->origin = info->origin;
	if (w->kind == STATEMENT_LOG) {
		statement_put_log(w->text, info->origin, info->size,
				  info->root);
		return STATUS_OK;
	}
	if (w->kind == STATEMENT_DUE)
		return due_each(w->catalog, info->id, write_due, w, err);
	return write_bitmap(w, info, err);
}

static enum status write_lists(struct house *house, struct buf *text,
			       struct err *err)
{
	static const enum statement_kind kinds[] = {
		STATEMENT_LOG, STATEMENT_WANT, STATEMENT_HAVE, STATEMENT_DUE
	};
	struct writing instead = { house->catalog, text, STATEMENT_INSTEAD,
				   NULL };
	char url[CONF_URL_MAX], evidence[FORKS_DIGEST_SIZE + 1] = "";
	enum status status = STATUS_OK;

	own_url(&house->conf, url);
	statement_put_url(text, url);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) &&
			   status == STATUS_OK;
	     i++) {
		struct writing w = { house->catalog, text, kinds[i], NULL };

		status = log_each(house->catalog, write_log, &w, err);
	}
	if (status == STATUS_OK)
		status = forks_digest(house->catalog, evidence, err);
	if (status == STATUS_OK && evidence[0] != 0)
		statement_put_evidence(text, evidence);
	return status == STATUS_OK ?
		       log_each(house->catalog, write_log, &instead, err) :
		       status;
}

/* --- the whole --- */

static void fill(const struct statement_maker *m, struct statement *st)
{
	const struct house *house = m->house;
	const struct public_key *key = secret_key_public(house->node_key);
	struct err err = ERR_INIT;
	char vkey[VKEY_MAX + 1];

	memset(st, 0, sizeof(*st));
	public_key_format(key, vkey);
	/* A node's vkey always fits: its name is its own key's. */
	(void)bytes_to_string(bytes_of(vkey), st->vkey, sizeof(st->vkey));
	memcpy(st->key, key->bytes, sizeof(st->key));
	memcpy(st->instance, m->instance, sizeof(st->instance));
	st->boot = m->boot;
	st->seq = m->seq;
	st->level = house->conf.level;
	memcpy(st->region, house->conf.region, sizeof(st->region));
	(void)snprintf(st->name, sizeof(st->name), "%.*s",
		       (int)text_cut(house->conf.name, sizeof(st->name) - 1),
		       house->conf.name);
	st->swarm_port = m->swarm_port;
	(void)payload_room(house->payload_dir, &st->room, &err);
	st->room = st->room / 100000000 * 100000000; /* not every byte */
	(void)snprintf(st->program, sizeof(st->program), "%s", PROGRAM);
	st->trust_version = (uint32_t)house->trust.trust.version;
	st->root_version = house->trust.root.version;
}

enum status statement_make(struct statement_maker *m, struct buf *note,
			   struct err *err)
{
	struct statement st;
	struct buf text = BUF_INIT;
	enum status status;

	m->seq++;
	fill(m, &st);
	statement_begin(&text, &st);
	status = write_lists(m->house, &text, err);
	if (status == STATUS_OK) {
		status = statement_sign(buf_bytes(&text), m->house->node_key,
					note);
		if (status != STATUS_OK)
			(void)err_set(err, status, "sign it: %s",
				      status_text(status));
	}
	buf_release(&text);
	return status;
}

/* --- others' --- */

enum status statement_keep(struct house *house, struct bytes note,
			   uint64_t age_s, struct statement *out,
			   struct err *err)
{
	struct statement st;
	struct statement_row row;
	enum status status = statement_open(note, &st);

	if (status != STATUS_OK)
		return err_set(err, status, "statement: %s",
			       status_text(status));
	if (memcmp(st.key, house_node_public(house), sizeof(st.key)) == 0)
		return STATUS_OLD; /* our own, come back */
	memset(&row, 0, sizeof(row));
	memcpy(row.key, st.key, sizeof(row.key));
	row.boot = st.boot;
	row.seq = st.seq;
	row.note = note;
	row.heard_s = clock_s();
	row.age_s = age_s;
	status = statements_put(house->catalog, &row, err);
	if (status == STATUS_OK)
		*out = st;
	return status;
}
