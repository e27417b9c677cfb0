#include "catalog/told.h"

#include <string.h>

#include "catalog/entry.h"
#include "catalog/jsonfields.h"
#include "catalog/lesson.h"
#include "catalog/outbox.h"
#include "catalog/sql.h"
#include "proto/encoding.h"
#include "signing/key.h"

static const char *const kind_names[] = { [TOLD_WISH] = "wish",
					  [TOLD_FAULT] = "fault",
					  [TOLD_EQUIPMENT] = "equipment" };

bool told_kind_of(const char *name, enum told_kind *kind)
{
	for (unsigned i = 0; i < sizeof(kind_names) / sizeof(*kind_names); i++)
		if (name != NULL && strcmp(kind_names[i], name) == 0) {
			*kind = (enum told_kind)i;
			return true;
		}
	return false;
}

const char *told_kind_name(enum told_kind kind)
{
	return kind_names[kind];
}

/* --- fields --- */

/* A text of 1 to `max` bytes; one that may be left out may be empty. */
static enum status check_text(const json_t *fields, const char *key,
			      enum presence presence, size_t max,
			      bool multi_line, struct err *err)
{
	const json_t *value = json_object_get(fields, key);
	const char *text = json_string_value(value);

	if (value == NULL && presence == OPTIONAL)
		return STATUS_OK;
	if (text == NULL || strlen(text) != json_string_length(value))
		return err_set(err, STATUS_MALFORMED, "'%s' is no text", key);
	if (text[0] == 0 && presence == OPTIONAL)
		return STATUS_OK;
	if (!plain_is_good(text, max, multi_line))
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is to be a plain text of 1 to %zu bytes",
			       key, max);
	return STATUS_OK;
}

static enum status check_one_of(const json_t *fields, const char *key,
				const char *const *words, struct err *err)
{
	const char *text = json_string_value(json_object_get(fields, key));

	for (; text != NULL && *words != NULL; words++)
		if (strcmp(*words, text) == 0)
			return STATUS_OK;
	return err_set(err, STATUS_MALFORMED, "'%s' is none of those there are",
		       key);
}

static enum status check_equipment(const json_t *fields, struct err *err)
{
	static const char *const states[] = { "good", "broken", "lent", "gone",
					      NULL };
	const json_t *since = json_object_get(fields, "since");
	uint64_t count;
	enum status status = check_text(fields, "name", REQUIRED,
					TOLD_NAME_MAX, false, err);

	if (status == STATUS_OK)
		status = field_integer(fields, "count", REQUIRED, 0,
				       TOLD_COUNT_MAX, &count, err);
	if (status == STATUS_OK)
		status = check_one_of(fields, "state", states, err);
	if (status == STATUS_OK)
		status = check_text(fields, "note", OPTIONAL, TOLD_NOTE_MAX,
				    true, err);
	if (status == STATUS_OK && since != NULL &&
	    (!json_is_string(since) || !date_is_good(json_string_value(since))))
		status = err_set(err, STATUS_MALFORMED,
				 "'since' is no day (2026-10-31)");
	return status;
}

static enum status check_fault(const json_t *fields, struct err *err)
{
	static const char *const whats[] = { "tv",   "box",   "network",
					     "power", "disk", "other", NULL };
	uint64_t fixed = 0;
	enum status status = check_one_of(fields, "what", whats, err);

	if (status == STATUS_OK)
		status = check_text(fields, "text", REQUIRED, TOLD_TEXT_MAX,
				    true, err);
	if (status == STATUS_OK)
		status = field_integer(fields, "fixed", OPTIONAL, 0, 1, &fixed,
				       err);
	return status;
}

enum status told_check(enum told_kind kind, const json_t *fields,
		       struct err *err)
{
	switch (kind) {
	case TOLD_WISH:
		return check_text(fields, "text", REQUIRED, TOLD_TEXT_MAX,
				  true, err);
	case TOLD_FAULT:
		return check_fault(fields, err);
	case TOLD_EQUIPMENT:
		return check_equipment(fields, err);
	}
	return err_set(err, STATUS_MALFORMED, "no such kind");
}

/* Copy the fields of that kind that are given. */
static bool take_fields(enum told_kind kind, const json_t *from, json_t *to)
{
	static const char *const keys[][6] = {
		[TOLD_WISH] = { "text" },
		[TOLD_FAULT] = { "what", "text", "fixed" },
		[TOLD_EQUIPMENT] = { "name", "count", "state", "since",
				     "note" },
	};

	for (const char *const *key = keys[kind]; *key != NULL; key++) {
		json_t *value = json_object_get(from, *key);

		if (value != NULL && json_object_set(to, *key, value) != 0)
			return false;
	}
	return true;
}

/* --- what stands --- */

/* The item as it was told last, a new reference; STATUS_NOT_FOUND (err
 * untouched). */
static enum status read_one(struct catalog *records, enum told_kind kind,
			    const char *id, json_t **item, struct err *err)
{
	static const char one[] =
		"SELECT item FROM told WHERE kind = ? AND id = ?";
	enum status status, loaded = STATUS_NOT_FOUND;
	json_t *found = NULL;
	struct sql q;

	sql_start(&q, records, one);
	sql_put_int(&q, kind);
	sql_put_text(&q, id);
	if (sql_next(&q))
		loaded = entry_load(sql_blob(&q, 0), &found, err);
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		status = loaded;
	if (status == STATUS_OK)
		*item = found;
	else
		json_decref(found);
	return status;
}

static enum status count_of(struct catalog *records, const char *text,
			    enum told_kind kind, int64_t *count,
			    struct err *err)
{
	struct sql q;

	*count = 0;
	sql_start(&q, records, text);
	sql_put_int(&q, kind);
	if (sql_next(&q))
		*count = sql_int(&q, 0);
	return sql_finish(&q, err);
}

/* Wishes make room for newer ones, and so do faults that are mended. */
static enum status make_room(struct catalog *records, enum told_kind kind,
			     struct err *err)
{
	static const char count_text[] =
		"SELECT count(*) FROM told WHERE kind = ?";
	static const char waiting_text[] =
		"SELECT count(*) FROM outbox WHERE sent = 0 AND ? = 0"
		" AND kind = 'wish'";
	static const char drop[] =
		"DELETE FROM told WHERE kind = ?1 AND id IN ("
		" SELECT id FROM told WHERE kind = ?1 AND done = 1"
		" ORDER BY rowid LIMIT 1)";
	int64_t count, waiting;
	struct sql q;
	enum status status = count_of(records, waiting_text, kind, &waiting,
				      err);

	if (status == STATUS_OK && waiting >= TOLD_WISHES_WAITING)
		return err_set(err, STATUS_LIMITED,
			       "%lld wishes wait to be sent already: tell this "
			       "one tomorrow",
			       (long long)waiting);
	if (status == STATUS_OK)
		status = count_of(records, count_text, kind, &count, err);
	if (status != STATUS_OK || count < TOLD_KEPT)
		return status;
	sql_start(&q, records, drop);
	sql_put_int(&q, kind);
	status = sql_run(&q, err);
	if (status == STATUS_OK && sql_changes(records) == 0)
		status = err_set(err, STATUS_NO_ROOM,
				 "%lld things of this kind are told already",
				 (long long)count);
	return status;
}

static enum status store(struct catalog *records, enum told_kind kind,
			 const char *id, uint32_t v, const json_t *item,
			 const struct when *when, struct err *err)
{
	static const char put[] =
		"INSERT INTO told (kind, id, at_s, done, item)"
		" VALUES (?, ?, ?, ?, ?)"
		" ON CONFLICT (kind, id) DO UPDATE SET at_s = excluded.at_s,"
		" done = excluded.done, item = excluded.item";
	bool done = kind == TOLD_WISH ||
		    json_integer_value(json_object_get(item, "fixed")) == 1;
	struct buf text = BUF_INIT;
	struct sql q;
	enum status status = fields_write(item, &text);

	if (status != STATUS_OK)
		return err_set(err, status, "an item: out of memory");
	sql_start(&q, records, put);
	sql_put_int(&q, kind);
	sql_put_text(&q, id);
	sql_put_int(&q, (int64_t)when->s);
	sql_put_int(&q, done);
	sql_put_blob(&q, buf_bytes(&text));
	status = sql_run(&q, err);
	buf_release(&text);
	return status == STATUS_OK ?
		       outbox_put(records, kind_names[kind], id, v, item,
				  err) :
		       status;
}

/* --- telling --- */

/* `item` has the fields as they are to be; it gets the rest. */
static enum status tell(struct catalog *records, enum told_kind kind,
			const char *id, bool is_new, json_t *item,
			const struct when *when, struct err *err)
{
	uint32_t v = (uint32_t)json_integer_value(json_object_get(item, "v")) +
		     1;
	enum status status;

	if (json_object_set_new(item, "k", json_string(kind_names[kind])) !=
		    0 ||
	    json_object_set_new(item, "id", json_string(id)) != 0 ||
	    json_object_set_new(item, "v", json_integer(v)) != 0 ||
	    json_object_set_new(item, "w", when_json(when)) != 0)
		return err_set(err, STATUS_NO_MEMORY, "an item");
	status = catalog_begin(records, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	if (is_new)
		status = make_room(records, kind, err);
	if (status == STATUS_OK)
		status = store(records, kind, id, v, item, when, err);
	if (status == STATUS_OK)
		return catalog_commit(records, err);
	catalog_rollback(records);
	return status;
}

static void new_id(char out[static TOLD_ID_SIZE + 1])
{
	uint8_t random[TOLD_ID_SIZE / 2];

	signing_random(random, sizeof(random));
	hex_encode((struct bytes){ random, sizeof(random) }, out);
}

enum status told_put(struct catalog *records, enum told_kind kind,
		     const char *id, const json_t *fields,
		     const struct when *when, char out[static TOLD_ID_SIZE + 1],
		     struct err *err)
{
	char made[TOLD_ID_SIZE + 1];
	json_t *item = NULL;
	enum status status = STATUS_OK;

	if (id == NULL)
		item = json_object();
	else
		status = read_one(records, kind, id, &item, err);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "nothing was told as '%.40s'", id);
	if (status != STATUS_OK)
		return status;
	if (item == NULL || !take_fields(kind, fields, item))
		status = err_set(err, STATUS_NO_MEMORY, "an item");
	if (status == STATUS_OK && kind == TOLD_FAULT &&
	    json_object_get(item, "fixed") == NULL &&
	    json_object_set_new(item, "fixed", json_integer(0)) != 0)
		status = err_set(err, STATUS_NO_MEMORY, "an item");
	if (status == STATUS_OK)
		status = told_check(kind, item, err);
	if (id == NULL)
		new_id(made);
	else
		(void)bytes_to_string(bytes_of(id), made, sizeof(made));
	if (status == STATUS_OK)
		status = tell(records, kind, made, id == NULL, item, when,
			      err);
	if (status == STATUS_OK)
		memcpy(out, made, sizeof(made));
	json_decref(item);
	return status;
}

enum status told_by_itself(struct catalog *records, const char *id,
			   const char *what, const char *text, bool fixed,
			   const struct when *when, bool *changed,
			   struct err *err)
{
	json_t *item = NULL;
	enum status status = read_one(records, TOLD_FAULT, id, &item, err);
	bool was_fixed = true, is_new = status == STATUS_NOT_FOUND;

	if (status != STATUS_OK && !is_new)
		return status;
	if (!is_new)
		was_fixed = json_integer_value(json_object_get(item,
							       "fixed")) == 1;
	*changed = was_fixed != fixed;
	if (!*changed) {
		json_decref(item);
		return STATUS_OK;
	}
	if (is_new)
		item = json_object();
	if (json_object_set_new(item, "what", json_string(what)) != 0 ||
	    json_object_set_new(item, "text", json_string(text)) != 0 ||
	    json_object_set_new(item, "fixed", json_integer(fixed)) != 0)
		status = err_set(err, STATUS_NO_MEMORY, "an item");
	else
		status = tell(records, TOLD_FAULT, id, is_new, item, when,
			      err);
	json_decref(item);
	return status;
}

enum status told_list(struct catalog *records, enum told_kind kind,
		      json_t *list, struct err *err)
{
	static const char all[] = "SELECT at_s, item FROM told WHERE kind = ?"
				  " ORDER BY at_s DESC, rowid DESC";
	enum status status = STATUS_OK, finished;
	struct sql q;

	sql_start(&q, records, all);
	sql_put_int(&q, kind);
	while (status == STATUS_OK && sql_next(&q)) {
		json_t *item = NULL;

		status = entry_load(sql_blob(&q, 1), &item, err);
		(void)json_object_del(item, "k");
		(void)json_object_del(item, "w");
		if (status == STATUS_OK &&
		    (json_object_set_new(item, "at_s",
					 json_integer(sql_int(&q, 0))) != 0 ||
		     json_array_append(list, item) != 0))
			status = err_set(err, STATUS_NO_MEMORY,
					 "list what was told");
		json_decref(item);
	}
	finished = sql_finish(&q, err);
	return status == STATUS_OK ? finished : status;
}
