#include "catalog/deletions.h"

#include "catalog/journal.h"
#include "catalog/payloads.h"
#include "catalog/sql.h"

static struct bytes hash_bytes(const uint8_t btmh[static LESSON_BTMH_SIZE])
{
	return (struct bytes){ btmh, LESSON_BTMH_SIZE };
}

enum status deletion_intend(struct catalog *c,
			    const uint8_t btmh[static LESSON_BTMH_SIZE],
			    const char *why, struct err *err)
{
	static const char insert[] =
		"INSERT OR IGNORE INTO deletion (btmh, why, begun)"
		" VALUES (?, ?, 0)";
	struct sql q;

	sql_start(&q, c, insert);
	sql_put_blob(&q, hash_bytes(btmh));
	sql_put_text(&q, why);
	return sql_run(&q, err);
}

/* What was intended: why, and whether the journal has it already. */
static enum status find(struct catalog *c,
			const uint8_t btmh[static LESSON_BTMH_SIZE],
			char why[static DELETION_WHY_MAX + 1], bool *told,
			struct err *err)
{
	static const char ask[] =
		"SELECT why, begun FROM deletion WHERE btmh = ?";
	struct sql q;

	why[0] = 0;
	*told = true;
	sql_start(&q, c, ask);
	sql_put_blob(&q, hash_bytes(btmh));
	if (sql_next(&q)) {
		(void)bytes_to_string(bytes_of(sql_text(&q, 0)), why,
				      DELETION_WHY_MAX + 1);
		*told = sql_int(&q, 1) != 0;
	}
	return sql_finish(&q, err);
}

static enum status mark_begun(struct catalog *c,
			      const uint8_t btmh[static LESSON_BTMH_SIZE],
			      struct err *err)
{
	static const char put[] =
		"INSERT INTO deletion (btmh, why, begun) VALUES (?, '', 1)"
		" ON CONFLICT (btmh) DO UPDATE SET begun = 1";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_blob(&q, hash_bytes(btmh));
	return sql_run(&q, err);
}

static enum status begin_inside(struct catalog *c,
				const uint8_t btmh[static LESSON_BTMH_SIZE],
				uint64_t now_s, struct err *err)
{
	char why[DELETION_WHY_MAX + 1];
	struct payload_row row = { .bytes = 0 };
	bool told;
	enum status status = find(c, btmh, why, &told, err);

	if (status == STATUS_OK && !told) {
		status = payload_get(c, btmh, &row, NULL, err);
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
		if (status == STATUS_OK)
			status = journal_add(c, JOURNAL_DELETED, btmh,
					     row.bytes, why, now_s, err);
	}
	if (status == STATUS_OK)
		status = payload_forget(c, btmh, err);
	if (status == STATUS_OK)
		status = mark_begun(c, btmh, err);
	return status;
}

enum status deletion_begin(struct catalog *c,
			   const uint8_t btmh[static LESSON_BTMH_SIZE],
			   uint64_t now_s, struct err *err)
{
	enum status status = catalog_begin(c, CATALOG_DURABLE, err);

	if (status != STATUS_OK)
		return status;
	status = begin_inside(c, btmh, now_s, err);
	if (status == STATUS_OK)
		status = catalog_commit(c, err);
	if (status != STATUS_OK)
		catalog_rollback(c);
	return status;
}

enum status deletion_end(struct catalog *c,
			 const uint8_t btmh[static LESSON_BTMH_SIZE],
			 struct err *err)
{
	static const char remove[] = "DELETE FROM deletion WHERE btmh = ?";
	struct sql q;

	sql_start(&q, c, remove);
	sql_put_blob(&q, hash_bytes(btmh));
	return sql_run(&q, err);
}

bool deletion_is_pending(struct catalog *c,
			 const uint8_t btmh[static LESSON_BTMH_SIZE])
{
	static const char ask[] = "SELECT 1 FROM deletion WHERE btmh = ?";
	struct err ignored = ERR_INIT;
	struct sql q;
	bool is;

	sql_start(&q, c, ask);
	sql_put_blob(&q, hash_bytes(btmh));
	is = sql_next(&q);
	return sql_finish(&q, &ignored) == STATUS_OK && is;
}

enum status deletions_list(struct catalog *c, deletion_cb each, void *context,
			   struct err *err)
{
	static const char list[] =
		"SELECT btmh, why FROM deletion ORDER BY btmh";
	struct sql q;

	sql_start(&q, c, list);
	while (sql_next(&q)) {
		struct bytes btmh = sql_blob(&q, 0);

		if (btmh.size == LESSON_BTMH_SIZE &&
		    !each(context, btmh.data, sql_text(&q, 1)))
			break;
	}
	return sql_finish(&q, err);
}
