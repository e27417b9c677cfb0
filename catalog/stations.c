#include "catalog/stations.h"

#include <string.h>

#include "catalog/sql.h"

#define STATION_COLUMNS                                            \
	"vkey, region, name, groups, log, entry, ended, since, until," \
	" replaces"

static void read_groups(const char *text, struct station *out)
{
	while (*text != 0 && out->group_count < ENTRY_GROUPS_MAX) {
		size_t size = strcspn(text, "\n");

		if (size <= ENTRY_NAME_MAX)
			memcpy(out->groups[out->group_count++], text, size);
		text += size + (text[size] != 0);
	}
}

static void read_replaces(struct bytes key, struct station *out)
{
	out->has_replaces = key.size == sizeof(out->replaces);
	if (out->has_replaces)
		memcpy(out->replaces, key.data, key.size);
}

/* False for a row this program did not write. */
static bool read_station(struct sql *q, struct station *out)
{
	memset(out, 0, sizeof(*out));
	if (public_key_parse_kept(bytes_of(sql_text(q, 0)), &out->key) !=
		    STATUS_OK ||
	    bytes_to_string(bytes_of(sql_text(q, 1)), out->region,
			    sizeof(out->region)) != STATUS_OK ||
	    bytes_to_string(bytes_of(sql_text(q, 2)), out->name,
			    sizeof(out->name)) != STATUS_OK ||
	    bytes_to_string(bytes_of(sql_text(q, 7)), out->since,
			    sizeof(out->since)) != STATUS_OK ||
	    bytes_to_string(bytes_of(sql_text(q, 8)), out->until,
			    sizeof(out->until)) != STATUS_OK)
		return false;
	read_replaces(sql_blob(q, 9), out);
	read_groups(sql_text(q, 3), out);
	out->log = sql_int(q, 4);
	out->entry = (uint64_t)sql_int(q, 5);
	out->ended = sql_int(q, 6) != 0;
	return true;
}

enum status stations_get(struct catalog *c,
			 const uint8_t key[static PUBLIC_KEY_SIZE],
			 struct station *out, struct err *err)
{
	static const char find[] =
		"SELECT " STATION_COLUMNS " FROM station WHERE key = ?"
		" ORDER BY ended, length(region) DESC, log LIMIT 1";
	struct station s;
	enum status status;
	bool found;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_blob(&q, (struct bytes){ key, PUBLIC_KEY_SIZE });
	found = sql_next(&q) && read_station(&q, &s);
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!found)
		return STATUS_NOT_FOUND;
	*out = s;
	return STATUS_OK;
}

enum status stations_list(struct catalog *c, bool with_ended, station_cb each,
			  void *context, struct err *err)
{
	static const char list[] =
		"SELECT " STATION_COLUMNS " FROM station WHERE ended <= ?"
		" ORDER BY region, name, key, log";
	struct station s;
	struct sql q;

	sql_start(&q, c, list);
	sql_put_int(&q, with_ended);
	while (sql_next(&q))
		if (read_station(&q, &s) && !each(context, &s))
			break;
	return sql_finish(&q, err);
}

/* STATUS_NOT_FOUND when the node is unknown; STATUS_OLD when what is here is
 * as new. */
static enum status compare(struct catalog *c, const struct statement_row *row,
			   struct err *err)
{
	static const char find[] =
		"SELECT boot, seq FROM statement WHERE key = ?";
	bool found, newer = false;
	enum status status;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_blob(&q, (struct bytes){ row->key, sizeof(row->key) });
	found = sql_next(&q);
	if (found)
		newer = row->boot > sql_int(&q, 0) ||
			(row->boot == sql_int(&q, 0) &&
			 row->seq > sql_int(&q, 1));
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (found && !newer)
		return err_set(err, STATUS_OLD, "a newer statement is here");
	return found ? STATUS_OK : STATUS_NOT_FOUND;
}

static enum status ask(struct catalog *c, const char *question,
		       struct bytes key, int64_t *answer, struct err *err)
{
	enum status status;
	struct sql q;

	*answer = 0;
	sql_start(&q, c, question);
	if (key.size > 0)
		sql_put_blob(&q, key);
	if (sql_next(&q))
		*answer = sql_int(&q, 0);
	status = sql_finish(&q, err);
	return status;
}

/* Make room for one more node: the stranger unheard for longest goes. */
static enum status make_room(struct catalog *c, const struct statement_row *row,
			     struct err *err)
{
	static const char count[] = "SELECT count(*) FROM statement";
	static const char stands[] =
		"SELECT count(*) FROM station WHERE key = ? AND ended = 0";
	static const char evict[] =
		"DELETE FROM statement WHERE key = (SELECT key FROM statement s"
		" WHERE NOT EXISTS (SELECT 1 FROM station t"
		" WHERE t.key = s.key AND t.ended = 0)"
		" ORDER BY heard_s LIMIT 1)";
	struct bytes key = { row->key, sizeof(row->key) };
	enum status status;
	int64_t answer;
	struct sql q;

	status = ask(c, stands, key, &answer, err);
	if (status == STATUS_OK && answer == 0 &&
	    row->note.size > STATEMENT_STRANGER_MAX)
		return err_set(err, STATUS_NO_ROOM,
			       "nobody knows this node, and it says more than "
			       "%d bytes", STATEMENT_STRANGER_MAX);
	if (status == STATUS_OK)
		status = ask(c, count, (struct bytes){ NULL, 0 }, &answer, err);
	if (status != STATUS_OK || answer < STATEMENTS_MAX)
		return status;
	sql_start(&q, c, evict);
	status = sql_run(&q, err);
	if (status == STATUS_OK && sql_changes(c) == 0)
		return err_set(err, STATUS_NO_ROOM,
			       "%d nodes have told of themselves already",
			       STATEMENTS_MAX);
	return status;
}

static enum status write_statement(struct catalog *c,
				   const struct statement_row *row,
				   struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO statement"
		" (key, boot, seq, heard_s, age_s, note)"
		" VALUES (?, ?, ?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_blob(&q, (struct bytes){ row->key, sizeof(row->key) });
	sql_put_int(&q, row->boot);
	sql_put_int(&q, row->seq);
	sql_put_int(&q, (int64_t)row->heard_s);
	sql_put_int(&q, (int64_t)row->age_s);
	sql_put_blob(&q, row->note);
	return sql_run(&q, err);
}

enum status statements_put(struct catalog *c, const struct statement_row *row,
			   struct err *err)
{
	enum status status = compare(c, row, err);
	bool mine = !catalog_in_transaction(c);
	bool known = status == STATUS_OK;

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	status = mine ? catalog_begin(c, CATALOG_DERIVED, err) : STATUS_OK;
	if (status != STATUS_OK)
		return status;
	if (!known)
		status = make_room(c, row, err);
	if (status == STATUS_OK)
		status = write_statement(c, row, err);
	if (!mine)
		return status;
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}

#define STATEMENT_COLUMNS "key, boot, seq, heard_s, age_s, note"

static void read_statement(struct sql *q, struct statement_row *out)
{
	struct bytes key = sql_blob(q, 0);

	memset(out, 0, sizeof(*out));
	if (key.size == sizeof(out->key))
		memcpy(out->key, key.data, key.size);
	out->boot = (uint32_t)sql_int(q, 1);
	out->seq = (uint32_t)sql_int(q, 2);
	out->heard_s = (uint64_t)sql_int(q, 3);
	out->age_s = (uint64_t)sql_int(q, 4);
	out->note = sql_blob(q, 5);
}

enum status statements_get(struct catalog *c,
			   const uint8_t key[static PUBLIC_KEY_SIZE],
			   struct statement_row *row, struct buf *note,
			   struct err *err)
{
	static const char find[] =
		"SELECT " STATEMENT_COLUMNS " FROM statement WHERE key = ?";
	size_t start = note->size;
	struct statement_row s;
	enum status status;
	bool found;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_blob(&q, (struct bytes){ key, PUBLIC_KEY_SIZE });
	found = sql_next(&q);
	if (found) {
		read_statement(&q, &s);
		buf_put_bytes(note, s.note);
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!found)
		return STATUS_NOT_FOUND;
	if (buf_status(note) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "read a statement");
	s.note.data = note->data + start;
	*row = s;
	return STATUS_OK;
}

enum status statements_list(struct catalog *c, statement_cb each,
			    void *context, struct err *err)
{
	static const char list[] = "SELECT " STATEMENT_COLUMNS
				   " FROM statement ORDER BY heard_s DESC, key";
	struct statement_row s;
	struct sql q;

	sql_start(&q, c, list);
	while (sql_next(&q)) {
		read_statement(&q, &s);
		if (!each(context, &s))
			break;
	}
	return sql_finish(&q, err);
}
