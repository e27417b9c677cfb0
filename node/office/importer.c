/*   idle --something grew, or is due--> a round on the pool --> idle
 *
 * Which logs have grown is remembered, so that a round looks at those; all are
 * looked at when anything else has changed, and now and then. */
#include "node/office/importer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/office/import.h"

enum {
	GREW_MAX = 256, /* logs remembered; beyond: all are looked at */
	ALL_MS = 10 * 1000, /* between looks at all, at least */
	ALL_ANYWAY_MS = 5 * 60 * 1000,
	REST_MS = 60 * 1000 /* after a failure */
};

struct importer {
	struct importer_options options;
	struct import_watch watch;
	int64_t grew[GREW_MAX];
	size_t n_grew;
	bool all, now, again;
	int64_t all_ms;	 /* when all were looked at; 0: never */
	int64_t rest_ms; /* not before, after a failure */
	int64_t tick_ms; /* the newest */

	/* the round under way */
	uv_work_t work;
	bool busy;
	bool closing;
	/* Its own: the house may be locked meanwhile. */
	struct seal_key *key, *before;
	struct import_options round;
	int64_t logs[GREW_MAX];
	char records_db[HOUSE_PATH_MAX + 16];
	uint64_t imported_before;
	enum status status;
	struct err err;
	struct import_found fresh;

	struct import_found found;
	bool complained;
	void (*closed)(void *owner);
	void *closed_owner;
};

static bool is_office(const struct importer *i)
{
	return i->options.house->locks[HOUSE_RECORDS].there;
}

enum status importer_open(struct importer **out,
			  const struct importer_options *options,
			  struct err *err)
{
	struct importer *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return err_set(err, STATUS_NO_MEMORY, "importer");
	i->options = *options;
	i->all = true;
	i->work.data = i;
	house_path(options->house->dir, "records.db", i->records_db);
	*out = i;
	return STATUS_OK;
}

static void end(struct importer *i)
{
	void (*closed)(void *owner) = i->closed;
	void *owner = i->closed_owner;

	import_found_release(&i->found);
	free(i);
	closed(owner);
}

void importer_close(struct importer *i, void (*closed)(void *owner),
		    void *owner)
{
	i->closing = true;
	i->closed = closed;
	i->closed_owner = owner;
	i->watch.stop = true;
	if (!i->busy)
		end(i);
}

void importer_grew(struct importer *i, int64_t log)
{
	for (size_t k = 0; i != NULL && k < i->n_grew; k++)
		if (i->grew[k] == log)
			return;
	if (i == NULL)
		return;
	if (i->n_grew == GREW_MAX)
		i->all = true;
	else
		i->grew[i->n_grew++] = log;
}

void importer_look(struct importer *i)
{
	if (i != NULL)
		i->all = true;
}

/* --- a round --- */

static void round_on_pool(uv_work_t *work)
{
	struct importer *i = work->data;

	i->status = import_run(&i->round,
			       i->round.count == 0 ? &i->fresh : NULL,
			       &i->err);
}

static void complain(struct importer *i)
{
	if (!i->complained)
		(void)fprintf(stderr, "xiangtu: importing records: %s\n",
			      i->err.text);
	i->complained = true;
	i->all = true;
	i->rest_ms = i->tick_ms + REST_MS;
}

static void drop_keys(struct importer *i)
{
	seal_key_free(i->key);
	seal_key_free(i->before);
	i->key = i->before = NULL;
}

static void round_ended(uv_work_t *work, int cancelled)
{
	struct importer *i = work->data;

	(void)cancelled;
	i->busy = false;
	drop_keys(i);
	if (i->fresh.strangers != NULL) {
		import_found_release(&i->found);
		i->found = i->fresh;
		i->fresh = (struct import_found){ .strangers = NULL };
	}
	if (i->closing) {
		end(i);
		return;
	}
	if (i->status != STATUS_OK)
		complain(i);
	else
		i->complained = false;
	if (i->options.changed != NULL &&
	    (i->watch.imported != i->imported_before || i->round.key == NULL))
		i->options.changed(i->options.owner);
}

static bool copy_key(const struct seal_key *key, struct seal_key **out)
{
	uint8_t secret[KEY_SEED_SIZE];
	bool ok;

	if (key == NULL)
		return true;
	seal_key_secret(key, secret);
	ok = seal_key_from_secret(out, seal_key_public(key)->name, secret) ==
	     STATUS_OK;
	signing_wipe(secret, sizeof(secret));
	return ok;
}

/* What one key does not open the other may: without both nothing is judged to
 * be somebody else's. */
static bool is_locked(const struct importer *i)
{
	const struct house *h = i->options.house;

	return h->records_key == NULL ||
	       house_is_locked(h, HOUSE_RECORDS_BEFORE);
}

/* The house may be locked while the round goes on. */
static bool copy_keys(struct importer *i)
{
	const struct house *h = i->options.house;
	bool ok = is_locked(i) ||
		  (copy_key(h->records_key, &i->key) &&
		   copy_key(h->records_key_before, &i->before));

	if (!ok)
		drop_keys(i);
	return ok;
}

static void begin(struct importer *i, bool all)
{
	const struct house *h = i->options.house;

	if (!copy_keys(i)) {
		(void)err_set(&i->err, STATUS_NO_MEMORY, "out of memory");
		complain(i);
		return;
	}
	if (!all)
		memcpy(i->logs, i->grew, i->n_grew * sizeof(i->logs[0]));
	i->round = (struct import_options){
		.node_db = catalog_path(h->catalog),
		.records_db = i->records_db,
		.key = i->key,
		.before = i->before,
		.now_s = clock_s(),
		.again = all && i->again,
		.keep_months = h->conf.records_keep,
		.logs = i->logs,
		.count = all ? 0 : i->n_grew,
		.watch = &i->watch
	};
	memcpy(i->round.own, house_node_public(h), sizeof(i->round.own));
	i->imported_before = i->watch.imported;
	i->err = (struct err)ERR_INIT;
	i->busy = uv_queue_work(i->options.loop, &i->work, round_on_pool,
				round_ended) == 0;
	if (!i->busy) {
		drop_keys(i);
		return;
	}
	i->n_grew = 0;
	if (all) {
		i->all = i->now = false;
		i->again = i->again && i->key == NULL;
		i->all_ms = i->tick_ms;
	}
}

void importer_tick(struct importer *i, int64_t now_ms)
{
	bool locked = is_locked(i);
	bool all;

	i->tick_ms = now_ms;
	if (i->busy || i->closing || !is_office(i) ||
	    (now_ms < i->rest_ms && !i->now))
		return;
	/* Only a look at all can count what waits. */
	all = i->all || (locked && i->n_grew > 0) || i->all_ms == 0 ||
	      now_ms - i->all_ms >= ALL_ANYWAY_MS;
	if (all && i->all_ms != 0 && !i->now && now_ms - i->all_ms < ALL_MS)
		all = false;
	if (all || (!locked && i->n_grew > 0))
		begin(i, all);
}

void importer_now(struct importer *i, bool again)
{
	if (i == NULL)
		return;
	i->all = i->now = true;
	i->again |= again;
	importer_tick(i, i->tick_ms);
}

/* Is there something that who waits should wait for? A look at all that comes
 * in its time is nothing of the kind. */
static bool is_at_it(const struct importer *i)
{
	return i->busy || i->now || i->all_ms == 0 ||
	       (i->n_grew > 0 && !is_locked(i));
}

json_t *importer_json(const struct importer *i)
{
	if (!is_office(i))
		return json_pack("{s:b, s:b, s:b, s:i, s:i}", "office", 0,
				 "locked", 0, "busy", 0, "waiting", 0,
				 "imported", 0);
	return json_pack("{s:b, s:b, s:b, s:b, s:I, s:I, s:I, s:s, s:O*, s:O*}",
			 "office", 1, "unnamed",
			 import_is_unnamed(i->options.house), "locked",
			 is_locked(i), "busy",
			 is_at_it(i), "waiting",
			 (json_int_t)i->watch.waiting, "imported",
			 (json_int_t)i->watch.imported, "odd_now",
			 (json_int_t)i->watch.odd, "trouble",
			 i->complained ? i->err.text : "", "strangers",
			 i->found.strangers, "forked", i->found.forked);
}
