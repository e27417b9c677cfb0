#include "node/office/import.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/imported.h"
#include "catalog/log.h"
#include "catalog/records_db.h"
#include "node/clock.h"
#include "node/office/import_flow.h"
#include "node/office/import_logs.h"
#include "proto/month.h"

struct import {
	const struct import_options *options;
	struct import_watch *watch;
	struct catalog *source, *office;
	struct import_logs logs;
	struct import_flow flow;
};

/* --- gathering --- */

enum { AT_ONCE = 8 /* entries, before their size is looked at */ };

struct gathering {
	struct chunk *chunk;
	struct import_log *log;
};

static enum status gather_entry(void *owner, uint64_t index,
				struct bytes entry, struct err *err)
{
	struct gathering *g = owner;
	struct piece *p = &g->chunk->pieces[g->chunk->count];

	*p = (struct piece){ .row = &g->log->station,
			     .taken_s = g->log->taken_s,
			     .entry = index };
	memcpy(p->station, g->log->key, sizeof(p->station));
	buf_put_bytes(&p->sealed, entry);
	g->chunk->count++;
	g->chunk->bytes += entry.size;
	return buf_status(&p->sealed) == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "entries");
}

/* Fill a chunk with what is next, from as many logs as it takes. */
static enum status gather(void *owner, struct chunk *chunk, struct err *err)
{
	struct import *m = owner;
	struct import_logs *logs = &m->logs;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && chunk->count < IMPORT_CHUNK &&
	       chunk->bytes < IMPORT_CHUNK_BYTES && logs->at < logs->count &&
	       !m->watch->stop) {
		struct import_log *log = &logs->list[logs->at];
		struct gathering g = { chunk, log };
		uint64_t some = IMPORT_CHUNK - chunk->count;
		uint64_t left = log->size - log->next;
		size_t before = chunk->count;

		if (some > AT_ONCE)
			some = AT_ONCE;
		status = log_read_entries(m->source, log->log, log->next,
					  left < some ? left : some,
					  gather_entry, &g, err);
		log->next += chunk->count - before;
		if (log->next >= log->size || chunk->count == before)
			logs->at++;
	}
	return status;
}

static enum status import_all(struct import *m, struct err *err)
{
	m->flow = (struct import_flow){
		.office = m->office,
		.watch = m->watch,
		.now_s = (int64_t)m->options->now_s,
		.key = m->options->key,
		.before = m->options->before,
		.gather = gather,
		.owner = m
	};
	return import_flow_run(&m->flow, err);
}

/* --- once a day --- */

static const char stripped[] = "office.stripped"; /* the day it was done */

static enum status strip(struct import *m, struct err *err)
{
	const struct import_options *o = m->options;
	int64_t today = day_of((int64_t)o->now_s), last = 0, rows = 0;
	struct err ignored = ERR_INIT;
	enum status status = catalog_get_int(m->office, stripped, &last, err);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (o->keep_months == 0 || last == today)
		return STATUS_OK;
	status = imported_strip(m->office,
				month_of((int64_t)o->now_s) -
					(int)o->keep_months,
				&rows, err);
	if (rows > 0 && status == STATUS_OK)
		status = catalog_checkpoint_wal(o->records_db, err);
	else if (rows > 0)
		(void)catalog_checkpoint_wal(o->records_db, &ignored);
	if (status == STATUS_OK)
		status = catalog_set_int(m->office, stripped, today, err);
	return status;
}

/* --- all of it --- */

/* What was deleted after its time may come in again, and is deleted again. */
static enum status begin_again(struct import *m, struct err *err)
{
	enum status status = imported_again(m->office, err);

	return status == STATUS_OK ? catalog_unset(m->office, stripped, err) :
				     status;
}

/* Ids of the keys of the newest round: the present one, the one before. */
static const char key_now[] = "office.key", key_then[] = "office.key.before";

static int64_t id_of(const struct seal_key *key)
{
	return key == NULL ? -1 : (int64_t)seal_key_public(key)->id;
}

/* -1 where it is not there. */
static enum status get_id(struct import *m, const char *name, int64_t *id,
			  struct err *err)
{
	enum status status = catalog_get_int(m->office, name, id, err);

	if (status != STATUS_NOT_FOUND)
		return status;
	*id = -1;
	return STATUS_OK;
}

static enum status set_ids(struct import *m, const int64_t ids[static 2],
			   struct err *err)
{
	enum status status = catalog_set_int(m->office, key_then, ids[1], err);

	return status == STATUS_OK ?
		       catalog_set_int(m->office, key_now, ids[0], err) :
		       status;
}

/* Is one of `ids` a key that was not there? */
static bool is_new(const int64_t ids[static 2], const int64_t then[static 2])
{
	for (size_t i = 0; i < 2; i++)
		if (ids[i] >= 0 && ids[i] != then[0] && ids[i] != then[1])
			return true;
	return false;
}

/* What was passed over as somebody else's may be for a key that is here now:
 * another one was put in its place meanwhile. */
static enum status begin_with_keys(struct import *m, struct err *err)
{
	const struct import_options *o = m->options;
	int64_t ids[2] = { id_of(o->key), id_of(o->before) }, then[2];
	enum status status = get_id(m, key_now, &then[0], err);

	if (status == STATUS_OK)
		status = get_id(m, key_then, &then[1], err);
	/* Before the first round nothing was passed over. */
	if (status == STATUS_OK &&
	    (o->again || (then[0] >= 0 && is_new(ids, then))))
		status = begin_again(m, err);
	if (status == STATUS_OK && memcmp(ids, then, sizeof(ids)) != 0)
		status = set_ids(m, ids, err);
	return status;
}

static enum status open_both(struct import *m, struct err *err)
{
	enum status status =
		catalog_open_reader(&m->source, m->options->node_db, err);

	if (status == STATUS_OK)
		status = records_db_open(&m->office, m->options->records_db,
					 err);
	if (status == STATUS_OK)
		status = records_db_be_roomy(m->office, import_cache_kib(), err);
	return status;
}

enum status import_run(const struct import_options *options,
		       struct import_found *found, struct err *err)
{
	struct import *m = calloc(1, sizeof(*m));
	enum status status;

	if (m == NULL)
		return err_set(err, STATUS_NO_MEMORY, "import");
	m->options = options;
	m->watch = options->watch;
	if (found != NULL)
		*found = (struct import_found){ json_array(), json_array() };
	status = open_both(m, err);
	if (status == STATUS_OK && options->key != NULL)
		status = begin_with_keys(m, err);
	if (status == STATUS_OK)
		status = import_logs_look(&m->logs, m->source, m->office,
					  options, found, err);
	if (status == STATUS_OK)
		m->watch->waiting = m->logs.waiting;
	if (status == STATUS_OK && options->key != NULL)
		status = import_all(m, err);
	if (status == STATUS_OK && options->count == 0)
		status = strip(m, err);
	import_logs_release(&m->logs);
	catalog_free(m->source);
	catalog_free(m->office);
	free(m);
	return status;
}

void import_found_release(struct import_found *found)
{
	json_decref(found->strangers);
	json_decref(found->forked);
	*found = (struct import_found){ .strangers = NULL };
}

/* NULL keys: only count. */
static enum status run_house(struct house *h, const struct seal_key *key,
			     const struct seal_key *before, bool again,
			     struct import_watch *watch, struct err *err)
{
	char records_db[HOUSE_PATH_MAX + 16];
	struct import_options options = { .node_db = catalog_path(h->catalog),
					  .records_db = records_db,
					  .key = key,
					  .before = before,
					  .again = again,
					  .now_s = clock_s(),
					  .keep_months =
						  h->conf.records_keep,
					  .watch = watch };

	if (!h->locks[HOUSE_RECORDS].there)
		return err_set(err, STATUS_NOT_FOUND,
			       "only the office that has records.key can "
			       "read records");
	memcpy(options.own, house_node_public(h), sizeof(options.own));
	house_path(h->dir, "records.db", records_db);
	return import_run(&options, NULL, err);
}

static bool is_named(const struct trust *trust, const struct seal_key *key)
{
	for (size_t i = 0; key != NULL && i < trust->recipient_count; i++)
		if (memcmp(trust->recipients[i].key.bytes,
			   seal_key_public(key)->bytes, PUBLIC_KEY_SIZE) == 0)
			return true;
	return false;
}

bool import_is_unnamed(const struct house *h)
{
	const struct trust *trust = &h->trust.trust;

	return h->records_key != NULL && trust->recipient_count > 0 &&
	       !house_is_locked(h, HOUSE_RECORDS_BEFORE) &&
	       !is_named(trust, h->records_key) &&
	       !is_named(trust, h->records_key_before);
}

enum status import_house(struct house *h, bool again,
			 struct import_watch *watch, struct err *err)
{
	enum status status = house_need_records(h, err);

	return status == STATUS_OK ?
		       run_house(h, h->records_key, h->records_key_before,
				 again, watch, err) :
		       status;
}

enum status import_count(struct house *h, struct import_watch *watch,
			 struct err *err)
{
	return run_house(h, NULL, NULL, false, watch, err);
}
