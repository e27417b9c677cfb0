#include "catalog/outbox.h"

#include <string.h>

#include "catalog/entry.h"
#include "catalog/jsonfields.h"
#include "catalog/sql.h"

/* --- putting --- */

static bool name_is_good(const char *name, size_t max)
{
	size_t size = strlen(name);

	return size > 0 && size <= max &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

/* As deep as it will be in a batch, it is read as offices will read it: what
 * they would refuse must not hold up all that waits behind it. */
static enum status look_at_item(const struct buf *text, struct err *err)
{
	struct buf around = BUF_INIT;
	json_t *read = NULL;
	enum status status;

	buf_puts(&around, "{\"items\":[");
	buf_put_bytes(&around, buf_bytes(text));
	buf_puts(&around, "]}");
	status = buf_status(&around);
	if (status != STATUS_OK)
		(void)err_set(err, status, "an item: out of memory");
	else
		status = entry_load(buf_bytes(&around), &read, err);
	json_decref(read);
	signing_wipe_buf(&around);
	return status;
}

static enum status look_for_room(struct catalog *records, size_t size,
				 struct err *err)
{
	static const char range[] =
		"SELECT coalesce((SELECT max(n) FROM outbox)"
		" - (SELECT min(n) FROM outbox) + 1, 0)";
	struct sql q;
	int64_t count = 0;
	enum status status;

	if (size > BATCH_ROOM)
		return err_set(err, STATUS_NO_ROOM,
			       "an item of %zu bytes (at most %d)", size,
			       BATCH_ROOM);
	sql_start(&q, records, range);
	if (sql_next(&q))
		count = sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status == STATUS_OK && count >= OUTBOX_ITEMS_MAX)
		status = err_set(err, STATUS_NO_ROOM,
				 "%lld items wait for an office already",
				 (long long)count);
	return status;
}

enum status outbox_put(struct catalog *records, const char *kind,
		       const char *id, uint32_t v, const json_t *item,
		       struct err *err)
{
	static const char put[] =
		"INSERT INTO outbox (kind, id, v, item) VALUES (?, ?, ?, ?)"
		" ON CONFLICT (kind, id) WHERE sent = 0 DO UPDATE SET"
		" v = excluded.v, item = excluded.item"
		" WHERE excluded.v >= outbox.v";
	struct buf text = BUF_INIT;
	struct sql q;
	enum status status;

	if (!name_is_good(kind, BATCH_KIND_MAX) ||
	    !name_is_good(id, OUTBOX_ID_MAX))
		return err_set(err, STATUS_MALFORMED,
			       "an item of kind '%.40s', id '%.80s'", kind,
			       id);
	status = fields_write(item, &text);
	if (status != STATUS_OK)
		(void)err_set(err, status, "an item: out of memory");
	else
		status = look_for_room(records, text.size, err);
	if (status == STATUS_OK)
		status = look_at_item(&text, err);
	if (status == STATUS_OK) {
		sql_start(&q, records, put);
		sql_put_text(&q, kind);
		sql_put_text(&q, id);
		sql_put_int(&q, v);
		sql_put_blob(&q, buf_bytes(&text));
		status = sql_run(&q, err);
	}
	signing_wipe_buf(&text);
	return status;
}

enum status outbox_each_waiting(struct catalog *records, outbox_cb each,
				void *owner, struct err *err)
{
	static const char waiting[] = "SELECT n, kind, id, v, item FROM outbox"
				      " WHERE sent = 0 ORDER BY n";
	bool go_on = true;
	struct sql q;

	sql_start(&q, records, waiting);
	while (go_on && sql_next(&q)) {
		struct outbox_item item = { .n = sql_int(&q, 0),
					    .kind = sql_text(&q, 1),
					    .id = sql_text(&q, 2),
					    .v = (uint32_t)sql_int(&q, 3),
					    .json = sql_blob(&q, 4) };

		go_on = each(owner, &item);
	}
	return sql_finish(&q, err);
}

/* --- what becomes of it --- */

static enum status mark(struct catalog *records, int64_t n, uint64_t size,
			struct err *err)
{
	static const char text[] =
		"UPDATE outbox SET sent = ? WHERE n = ? AND sent = 0";
	struct sql q;

	sql_start(&q, records, text);
	sql_put_int(&q, (int64_t)size);
	sql_put_int(&q, n);
	return sql_run(&q, err);
}

static enum status note_shipment(struct catalog *records,
				 const struct outbox_shipment *shipment,
				 struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO outbox_shipment VALUES (?, ?)";
	static const char last[] =
		"INSERT OR REPLACE INTO outbox_last VALUES (1, ?, ?)";
	struct sql q;
	enum status status;

	sql_start(&q, records, put);
	sql_put_int(&q, (int64_t)shipment->size);
	sql_put_blob(&q, (struct bytes){ shipment->hash, SHA256_SIZE });
	status = sql_run(&q, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, records, last);
	sql_put_int(&q, (int64_t)shipment->at_s);
	sql_put_int(&q, (int64_t)shipment->size);
	return sql_run(&q, err);
}

enum status outbox_sent(struct catalog *records,
			const struct outbox_shipment *shipment,
			struct err *err)
{
	enum status status = catalog_begin(records, CATALOG_DURABLE, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < shipment->count && status == STATUS_OK; i++)
		status = mark(records, shipment->items[i], shipment->size,
			      err);
	if (status == STATUS_OK)
		status = note_shipment(records, shipment, err);
	if (status == STATUS_OK)
		return catalog_commit(records, err);
	catalog_rollback(records);
	return status;
}

/* Statements with one number each, in one transaction. */
static enum status run_all(struct catalog *records, const char *const *texts,
			   size_t count, uint64_t size, struct err *err)
{
	enum status status = catalog_begin(records, CATALOG_DURABLE, err);
	struct sql q;

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		sql_start(&q, records, texts[i]);
		sql_put_int(&q, (int64_t)size);
		status = sql_run(&q, err);
	}
	if (status == STATUS_OK)
		return catalog_commit(records, err);
	catalog_rollback(records);
	return status;
}

enum status outbox_acknowledged(struct catalog *records, uint64_t size,
				struct err *err)
{
	static const char *const texts[] = {
		"DELETE FROM outbox WHERE sent > 0 AND sent <= ?",
		"DELETE FROM outbox_shipment WHERE size <= ?"
	};

	return run_all(records, texts, 2, size, err);
}

enum status outbox_newest(struct catalog *records, uint64_t *size,
			  uint8_t hash[static SHA256_SIZE], struct err *err)
{
	static const char newest[] = "SELECT size, hash FROM outbox_shipment"
				     " ORDER BY size DESC LIMIT 1";
	struct bytes blob;
	bool found = false;
	struct sql q;
	enum status status;

	sql_start(&q, records, newest);
	if (sql_next(&q)) {
		blob = sql_blob(&q, 1);
		found = blob.size == SHA256_SIZE;
		if (found) {
			*size = (uint64_t)sql_int(&q, 0);
			memcpy(hash, blob.data, SHA256_SIZE);
		}
	}
	status = sql_finish(&q, err);
	return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status outbox_unsend(struct catalog *records, uint64_t size,
			  struct err *err)
{
	static const char *const texts[] = {
		/* What was put again since says it better. */
		"DELETE FROM outbox WHERE sent > ?1 AND EXISTS ("
		" SELECT 1 FROM outbox AS later"
		" WHERE later.kind = outbox.kind AND later.id = outbox.id"
		" AND later.n > outbox.n"
		" AND (later.sent = 0 OR later.sent > ?1))",
		"UPDATE outbox SET sent = 0 WHERE sent > ?",
		"DELETE FROM outbox_shipment WHERE size > ?"
	};

	return run_all(records, texts, 3, size, err);
}

enum status outbox_facts(struct catalog *records, struct outbox_facts *out,
			 struct err *err)
{
	static const char facts[] =
		"SELECT (SELECT count(*) FROM outbox WHERE sent = 0),"
		" (SELECT count(*) FROM outbox WHERE sent > 0),"
		" (SELECT at_s FROM outbox_last),"
		" (SELECT size FROM outbox_last)";
	struct sql q;

	sql_start(&q, records, facts);
	if (sql_next(&q))
		*out = (struct outbox_facts){
			.waiting = (uint64_t)sql_int(&q, 0),
			.sent = (uint64_t)sql_int(&q, 1),
			.last_s = (uint64_t)sql_int(&q, 2),
			.last_size = (uint64_t)sql_int(&q, 3)
		};
	return sql_finish(&q, err);
}
