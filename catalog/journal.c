#include "catalog/journal.h"

#include <string.h>

#include "catalog/payloads.h"
#include "catalog/sql.h"

static const char *const what_names[] = {
	[JOURNAL_DELETED] = "deleted",
	[JOURNAL_DAMAGED] = "damaged",
	[JOURNAL_REPAIRED] = "repaired",
};

const char *journal_what_name(enum journal_what what)
{
	return what_names[what];
}

static struct bytes hash_bytes(const uint8_t btmh[static LESSON_BTMH_SIZE])
{
	return (struct bytes){ btmh, LESSON_BTMH_SIZE };
}

static enum status insert(struct catalog *c, enum journal_what what,
			  const uint8_t btmh[static LESSON_BTMH_SIZE],
			  uint64_t bytes, const char *why, uint64_t now_s,
			  struct err *err)
{
	/* Its lesson's title, or that of the lesson it was part of. */
	static const char add[] =
		"INSERT INTO journal (at_s, what, btmh, bytes, why, title)"
		" VALUES (?1, ?2, ?3, ?4, ?5, coalesce("
		"(SELECT title FROM lesson WHERE btmh = ?3),"
		"(SELECT l.title FROM rendition r JOIN lesson l"
		" ON l.row = r.row WHERE r.btmh = ?3),"
		"(SELECT l.title FROM former f JOIN lesson l"
		" ON l.short = f.short AND l.origin = f.origin"
		" WHERE f.btmh = ?3), ''))";
	static const char shorten[] =
		"DELETE FROM journal WHERE id <="
		" (SELECT max(id) FROM journal) - ?";
	enum status status;
	struct sql q;

	sql_start(&q, c, add);
	sql_put_int(&q, (int64_t)now_s);
	sql_put_int(&q, what);
	sql_put_blob(&q, hash_bytes(btmh));
	sql_put_int(&q, (int64_t)bytes);
	sql_put_text(&q, why);
	status = sql_run(&q, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, shorten);
	sql_put_int(&q, JOURNAL_ROWS_MAX);
	return sql_run(&q, err);
}

enum status journal_add(struct catalog *c, enum journal_what what,
			const uint8_t btmh[static LESSON_BTMH_SIZE],
			uint64_t bytes, const char *why, uint64_t now_s,
			struct err *err)
{
	bool mine = !catalog_in_transaction(c);
	enum status status = STATUS_OK;

	if (mine)
		status = catalog_begin(c, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = insert(c, what, btmh, bytes, why, now_s, err);
	if (mine && status == STATUS_OK)
		status = catalog_commit(c, err);
	else if (mine)
		catalog_rollback(c);
	return status == STATUS_OK ? STATUS_OK :
				     err_wrap(err, "write the journal");
}

enum status journal_list(struct catalog *c, uint32_t limit, journal_cb each,
			 void *context, struct err *err)
{
	static const char list[] =
		"SELECT at_s, what, btmh, title, bytes, why FROM journal"
		" ORDER BY id DESC LIMIT ?";
	struct sql q;

	sql_start(&q, c, list);
	sql_put_int(&q, limit == 0 ? -1 : (int64_t)limit);
	while (sql_next(&q)) {
		struct journal_row row = {
			.at_s = (uint64_t)sql_int(&q, 0),
			.what = (enum journal_what)sql_int(&q, 1),
			.title = sql_text(&q, 3),
			.bytes = (uint64_t)sql_int(&q, 4),
			.why = sql_text(&q, 5),
		};
		struct bytes btmh = sql_blob(&q, 2);

		if (row.what < JOURNAL_DELETED || row.what > JOURNAL_REPAIRED ||
		    btmh.size != sizeof(row.btmh))
			continue;
		memcpy(row.btmh, btmh.data, btmh.size);
		if (!each(context, &row))
			break;
	}
	return sql_finish(&q, err);
}

enum status journal_last(struct catalog *c, enum journal_what what,
			 const uint8_t btmh[static LESSON_BTMH_SIZE],
			 int64_t *id, struct err *err)
{
	static const char find[] =
		"SELECT coalesce(max(id), 0) FROM journal"
		" WHERE what = ? AND btmh = ?";
	int64_t found = 0;
	enum status status;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_int(&q, what);
	sql_put_blob(&q, hash_bytes(btmh));
	if (sql_next(&q))
		found = sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*id = found;
	return status;
}
