#include "node/study/sealing.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/entry.h"
#include "catalog/outbox.h"
#include "catalog/stations.h"
#include "node/clock.h"
#include "node/records.h"
#include "node/study/packing.h"
#include "node/study/when.h"
#include "proto/recordlog.h"
#include "signing/seal.h"

enum {
	/* What a stranger's entries may have inside (node/records.h). */
	STRANGER_ROOM = 4 * 1024 - 1 - BATCH_AROUND,
	GATHERED_MAX = 1 << 16
};

/* A round under way. */
struct sealing {
	struct house *h;
	struct catalog *records;
	struct log_info log; /* our record log */
	const struct recipient *to[TRUST_RECIPIENTS_MAX];
	size_t n_to;
	struct packing limits; /* of the entries for each of them */
	struct when when;

	/* What waits, as far as it was looked at. */
	struct packable *items;
	int64_t *ns;
	int64_t machine_n; /* of the item about the machine; 0: none */
	char **texts;
	size_t count, room, bytes;
	bool more; /* it was not looked at to its end */
	bool enrolled; /* an office that is to read this knows us */
	bool tells; /* something other than how the machine is */
	bool short_of_memory;
	unsigned parts;

	struct buf *entries; /* sealed: of the first recipient, then the next */
	size_t n_entries;
};

/* --- our log --- */

static enum status find_own_log(struct house *h, struct log_info *log,
				struct err *err)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	int64_t id;
	enum status status;

	recordlog_origin(house_node_public(h), origin);
	status = log_follow_records(h->catalog, origin, true, &id, err);
	return status == STATUS_OK ? log_get(h->catalog, id, log, err) :
				     status;
}

static enum status hash_entry(void *owner, uint64_t index, struct bytes entry,
			      struct err *err)
{
	(void)index;
	(void)err;
	sha256(entry.data, entry.size, owner);
	return STATUS_OK;
}

/* Does our log have that entry as its `size`th? */
static enum status has_entry(struct house *h, const struct log_info *log,
			     uint64_t size, const uint8_t *hash, bool *has,
			     struct err *err)
{
	uint8_t found[SHA256_SIZE] = { 0 };
	enum status status = STATUS_OK;

	if (size > 0 && size <= log->size)
		status = log_read_entries(h->catalog, log->id, size - 1, 1,
					  hash_entry, found, err);
	*has = memcmp(found, hash, sizeof(found)) == 0;
	return status;
}

static enum status settle(struct house *h, struct catalog *records,
			  const struct log_info *log, struct err *err)
{
	enum status status = STATUS_OK;

	/* What others have more of comes back; nothing is lost yet. */
	while (status == STATUS_OK && log->seen <= log->size) {
		uint8_t hash[SHA256_SIZE];
		uint64_t size;
		bool has;

		status = outbox_newest(records, &size, hash, err);
		if (status == STATUS_NOT_FOUND)
			return STATUS_OK;
		if (status == STATUS_OK)
			status = has_entry(h, log, size, hash, &has, err);
		if (status != STATUS_OK)
			return status;
		if (has)
			return outbox_acknowledged(records, log->acked, err);
		status = outbox_unsend(records, size - 1, err);
	}
	return status;
}

enum status sealing_settle(struct house *h, struct err *err)
{
	struct catalog *records;
	struct log_info log;
	enum status status = house_records(h, &records, err);

	if (status == STATUS_OK)
		status = find_own_log(h, &log, err);
	return status == STATUS_OK ? settle(h, records, &log, err) : status;
}

/* --- whom it is for, and how much --- */

static enum status is_enrolled(struct sealing *s, struct err *err)
{
	const struct house_lock *own = &s->h->locks[HOUSE_RECORDS];
	struct station station;
	enum status status = stations_get(s->h->catalog,
					  house_node_public(s->h), &station,
					  err);

	s->enrolled = status == STATUS_OK && !station.ended;
	for (size_t i = 0; i < s->n_to; i++)
		s->enrolled |= own->there &&
			       public_key_same(&own->public, &s->to[i]->key);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status set_limits(struct sealing *s, struct err *err)
{
	size_t each = SEALING_ENTRIES_MAX / s->n_to;
	enum status status = is_enrolled(s, err);

	if (status != STATUS_OK)
		return status;
	s->limits = (struct packing){
		.room = s->enrolled ? BATCH_ROOM : STRANGER_ROOM,
		.items_max = BATCH_ITEMS_MAX,
		.entries_max = each == 0 ? 1 : (unsigned)each
	};
	if (!s->enrolled && s->log.size >= SEALING_STRANGER_ENTRIES)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "no office has enrolled this node yet, and its "
			       "record log is long: have it enrolled (xiangtu "
			       "station accept CODE, at the office)");
	return STATUS_OK;
}

static enum status begin(struct sealing *s, struct err *err)
{
	enum status status;

	s->n_to = trust_recipients(&s->h->trust.trust, s->h->conf.region,
				   s->to);
	if (s->n_to == 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "the trust note names no office that reads the "
			       "records of region %s",
			       s->h->conf.region);
	status = find_own_log(s->h, &s->log, err);
	if (status != STATUS_OK)
		return status;
	if (s->log.forked)
		return err_set(err, STATUS_FORKED,
			       "this node's record log has two histories");
	if (s->log.seen > s->log.size)
		return err_set(err, STATUS_OLD,
			       "this disk has lost a part of its record log: "
			       "it waits until that has come back from above");
	status = settle(s->h, s->records, &s->log, err);
	when_now(s->h, &s->when);
	return status == STATUS_OK ? set_limits(s, err) : status;
}

/* --- what waits --- */

static bool grow(struct sealing *s)
{
	size_t room = s->room == 0 ? 64 : 2 * s->room;
	void *items = realloc(s->items, room * sizeof(*s->items));
	void *ns, *texts;

	if (items == NULL)
		return false;
	s->items = items;
	ns = realloc(s->ns, room * sizeof(*s->ns));
	if (ns == NULL)
		return false;
	s->ns = ns;
	texts = realloc(s->texts, room * sizeof(*s->texts));
	if (texts == NULL)
		return false;
	s->texts = texts;
	s->room = room;
	return true;
}

static bool gather(void *owner, const struct outbox_item *item)
{
	struct sealing *s = owner;
	size_t i = s->count;

	if (item->json.size > s->limits.room)
		return true; /* for later: a photo, before it is enrolled */
	s->more = s->count == GATHERED_MAX ||
		  s->bytes > s->limits.entries_max * s->limits.room;
	if (s->more)
		return false;
	if (i == s->room && !grow(s)) {
		s->short_of_memory = true;
		return false;
	}
	s->texts[i] = strndup((const char *)item->json.data, item->json.size);
	if (s->texts[i] == NULL) {
		s->short_of_memory = true;
		return false;
	}
	s->items[i] = (struct packable){ .bytes = item->json.size,
					 .alone = strcmp(item->kind,
							 "photo") == 0 };
	s->ns[i] = item->n;
	if (strcmp(item->kind, "machine") == 0)
		s->machine_n = item->n;
	else
		s->tells = true;
	s->bytes += item->json.size;
	s->count++;
	return true;
}

/* --- entries --- */

/* The items of one entry; NULL when out of memory. */
static json_t *items_of(const struct sealing *s, unsigned entry)
{
	json_t *items = json_array();
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < s->count && items != NULL; i++) {
		json_t *item = NULL;

		if (s->items[i].entry != entry)
			continue;
		(void)entry_load(bytes_of(s->texts[i]), &item, &ignored);
		if (json_array_append_new(items, item) != 0) {
			json_decref(items);
			return NULL;
		}
	}
	return items;
}

static enum status seal_one(struct sealing *s, const struct recipient *to,
			    unsigned part, const struct secret_key *key,
			    struct err *err)
{
	const struct batch_head head = { .to = to->key.id,
					 .seq = s->log.size + s->n_entries,
					 .when = s->when,
					 .part = part,
					 .parts = s->parts };
	json_t *items = items_of(s, part);
	struct buf inner = BUF_INIT;
	enum status status = items == NULL ? STATUS_NO_MEMORY :
					     batch_write(&head, items, key,
							 &inner);

	if (status == STATUS_OK)
		status = seal(buf_bytes(&inner), &to->key,
			      &s->entries[s->n_entries]);
	if (status == STATUS_OK)
		s->n_entries++;
	else
		(void)err_set(err, status, "seal records for %s: %s",
			      to->key.name, status_text(status));
	signing_wipe_buf(&inner);
	json_decref(items);
	return status;
}

static enum status seal_all(struct sealing *s, struct err *err)
{
	struct secret_key *key;
	enum status status;

	s->entries = calloc(s->n_to * s->parts, sizeof(*s->entries));
	if (s->entries == NULL)
		return err_set(err, STATUS_NO_MEMORY, "records");
	status = secret_key_named(&key, s->h->node_key, s->log.origin);
	if (status != STATUS_OK)
		return err_set(err, status, "name the node's key");
	for (size_t i = 0; i < s->n_to && status == STATUS_OK; i++)
		for (unsigned p = 1; p <= s->parts && status == STATUS_OK; p++)
			status = seal_one(s, s->to[i], p, key, err);
	secret_key_free(key);
	return status;
}

static enum status append(struct sealing *s, struct err *err)
{
	struct bytes *runs = calloc(s->n_entries, sizeof(*runs));
	enum status status;

	if (runs == NULL)
		return err_set(err, STATUS_NO_MEMORY, "records");
	for (size_t i = 0; i < s->n_entries; i++)
		runs[i] = buf_bytes(&s->entries[i]);
	status = records_add_all(s->h, runs, s->n_entries, NULL, err);
	free(runs);
	return status;
}

/* They are in the log: their items wait no more. */
static enum status mark_sent(struct sealing *s, struct sealed *out,
			     struct err *err)
{
	struct bytes last = buf_bytes(&s->entries[s->n_entries - 1]);
	struct outbox_shipment shipment = { .size = s->log.size + s->n_entries,
					    .items = s->ns,
					    .at_s = clock_s() };

	sha256(last.data, last.size, shipment.hash);
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].entry > 0)
			s->ns[shipment.count++] = s->ns[i];
	for (size_t i = 0; i < shipment.count; i++)
		out->machine |= s->ns[i] == s->machine_n;
	out->items = (unsigned)shipment.count - out->machine;
	return outbox_sent(s->records, &shipment, err);
}

static void release(struct sealing *s)
{
	for (size_t i = 0; i < s->count; i++) {
		signing_wipe(s->texts[i], strlen(s->texts[i]));
		free(s->texts[i]);
	}
	for (size_t i = 0; i < s->n_entries; i++)
		buf_release(&s->entries[i]);
	free(s->texts);
	free(s->items);
	free(s->ns);
	free(s->entries);
}

static enum status gather_all(struct sealing *s, struct err *err)
{
	enum status status = outbox_each_waiting(s->records, gather, s, err);
	bool left = false;

	if (status == STATUS_OK && s->short_of_memory)
		status = err_set(err, STATUS_NO_MEMORY, "records");
	/* Who is in no office's books does not take up the little room that
	 * others have for strangers, only to say that it is well. */
	if (status == STATUS_OK && (s->enrolled || s->tells))
		s->parts = packing_divide(&s->limits, s->items, s->count,
					  &left);
	s->more |= left;
	return status;
}

enum status sealing_round(struct house *h, const json_t *extra,
			  struct sealed *out, struct err *err)
{
	struct sealing s = { .h = h };
	struct sealed made = { .items = 0 };
	enum status status = house_records(h, &s.records, err);

	if (status == STATUS_OK && extra != NULL)
		status = outbox_put(s.records, "machine", "machine", 1, extra,
				    err);
	if (status == STATUS_OK)
		status = begin(&s, err);
	if (status == STATUS_OK)
		status = gather_all(&s, err);
	if (status == STATUS_OK && s.parts > 0) {
		status = seal_all(&s, err);
		if (status == STATUS_OK)
			status = append(&s, err);
		if (status == STATUS_OK)
			status = mark_sent(&s, &made, err);
	}
	made.entries = (unsigned)s.n_entries;
	made.more = s.more;
	made.log = s.parts > 0 ? s.log.id : 0;
	if (status == STATUS_OK)
		*out = made;
	release(&s);
	return status;
}

json_t *sealing_facts(struct house *h)
{
	struct outbox_facts facts;
	struct err ignored = ERR_INIT;
	struct catalog *records;
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct log_info log = { .size = 0 };

	recordlog_origin(house_node_public(h), origin);
	if (house_records(h, &records, &ignored) != STATUS_OK ||
	    outbox_facts(records, &facts, &ignored) != STATUS_OK)
		return NULL;
	(void)log_find(h->catalog, origin, &log, &ignored);
	return json_pack("{s:I, s:I, s:I, s:b}", "pending",
			 (json_int_t)facts.waiting, "unacknowledged",
			 (json_int_t)facts.sent, "last_s",
			 (json_int_t)facts.last_s, "acked",
			 facts.last_size > 0 &&
				 log.acked >= facts.last_size);
}
