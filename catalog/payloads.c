#include "catalog/payloads.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/sql.h"

static const char *const state_names[] = {
	[PAYLOAD_NONE] = "none",
	[PAYLOAD_PARTIAL] = "partial",
	[PAYLOAD_HELD] = "held",
};

const char *payload_state_name(enum payload_state state)
{
	return state_names[state];
}

#define PAYLOAD_COLUMNS "btmh, state, bytes, pieces, verified, added_s, used_s"

static struct bytes hash_bytes(const uint8_t btmh[static LESSON_BTMH_SIZE])
{
	return (struct bytes){ btmh, LESSON_BTMH_SIZE };
}

static void read_payload(struct sql *q, struct payload_row *out)
{
	struct bytes btmh = sql_blob(q, 0);

	memset(out, 0, sizeof(*out));
	if (btmh.size == sizeof(out->btmh))
		memcpy(out->btmh, btmh.data, btmh.size);
	out->state = (enum payload_state)sql_int(q, 1);
	out->bytes = (uint64_t)sql_int(q, 2);
	out->pieces = (uint32_t)sql_int(q, 3);
	out->verified = (uint32_t)sql_int(q, 4);
	out->added_s = (uint64_t)sql_int(q, 5);
	out->used_s = (uint64_t)sql_int(q, 6);
}

static size_t map_size(uint32_t pieces)
{
	return (pieces + 7) / 8;
}

/* Append the have-map: all set, all clear, or as stored. */
static void put_map(struct buf *have, const struct payload_row *p,
		    struct bytes stored)
{
	size_t size = map_size(p->pieces);
	uint8_t *at;

	if (p->state == PAYLOAD_PARTIAL && stored.size == size) {
		buf_put_bytes(have, stored);
		return;
	}
	at = buf_reserve(have, size);
	if (at == NULL || size == 0)
		return;
	memset(at, p->state == PAYLOAD_HELD ? 0xff : 0, size);
	if (p->state == PAYLOAD_HELD && p->pieces % 8 != 0)
		at[size - 1] = (uint8_t)(0xff00U >> p->pieces % 8);
	buf_grew(have, size);
}

enum status payload_get(struct catalog *c,
			const uint8_t btmh[static LESSON_BTMH_SIZE],
			struct payload_row *out, struct buf *have,
			struct err *err)
{
	static const char find[] = "SELECT " PAYLOAD_COLUMNS ", have"
				   " FROM payload WHERE btmh = ?";
	struct payload_row p;
	enum status status;
	bool found;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_blob(&q, hash_bytes(btmh));
	found = sql_next(&q);
	if (found) {
		read_payload(&q, &p);
		if (have != NULL)
			put_map(have, &p, sql_blob(&q, 7));
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!found)
		return STATUS_NOT_FOUND;
	if (have != NULL && buf_status(have) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "read a have-map");
	*out = p;
	return STATUS_OK;
}

/* Lessons carry whether their payload is held, so that counting them is
 * quick. */
static enum status tell_lessons(struct catalog *c,
				const uint8_t btmh[static LESSON_BTMH_SIZE],
				bool held, struct err *err)
{
	/* Of a lesson that is taken as a rendition, either will do. */
	static const char *const updates[] = {
		"UPDATE lesson SET held = ?1 WHERE btmh = ?2 AND take IS NULL"
		" AND held <> ?1",
		"UPDATE lesson SET held = ?1 OR EXISTS (SELECT 1 FROM payload p"
		" WHERE p.btmh = lesson.take AND p.state = 2)"
		" WHERE btmh = ?2 AND take IS NOT NULL",
		"UPDATE lesson SET held = ?1 OR EXISTS (SELECT 1 FROM payload p"
		" WHERE p.btmh = lesson.btmh AND p.state = 2) WHERE take = ?2",
		"UPDATE rendition SET held = ?1 WHERE btmh = ?2"
		" AND held <> ?1",
	};
	enum status status = STATUS_OK;
	struct sql q;

	for (size_t i = 0; i < sizeof(updates) / sizeof(*updates) &&
			   status == STATUS_OK;
	     i++) {
		sql_start(&q, c, updates[i]);
		sql_put_int(&q, held);
		sql_put_blob(&q, hash_bytes(btmh));
		status = sql_run(&q, err);
	}
	return status;
}

/* Run `change` in a durable transaction, or in the one that is open. */
static enum status begin(struct catalog *c, bool *mine, struct err *err)
{
	*mine = !catalog_in_transaction(c);
	return *mine ? catalog_begin(c, CATALOG_DURABLE, err) : STATUS_OK;
}

static enum status end(struct catalog *c, bool mine, enum status status,
		       struct err *err)
{
	if (!mine)
		return status;
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}

static enum status write_payload(struct catalog *c,
				 const struct payload_row *p,
				 struct bytes have, struct err *err)
{
	static const char put[] =
		"INSERT INTO payload (btmh, state, bytes, pieces, verified,"
		" have, added_s, used_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		" ?7) ON CONFLICT (btmh) DO UPDATE SET state = ?2, bytes = ?3,"
		" pieces = ?4, verified = ?5, have = ?6";
	enum status status;
	struct sql q;

	sql_start(&q, c, put);
	sql_put_blob(&q, hash_bytes(p->btmh));
	sql_put_int(&q, p->state);
	sql_put_int(&q, (int64_t)p->bytes);
	sql_put_int(&q, p->pieces);
	sql_put_int(&q, p->verified);
	if (p->state == PAYLOAD_PARTIAL)
		sql_put_blob(&q, have);
	else
		sql_put_null(&q);
	sql_put_int(&q, (int64_t)p->added_s);
	status = sql_run(&q, err);
	if (status == STATUS_OK)
		status = tell_lessons(c, p->btmh, p->state == PAYLOAD_HELD,
				      err);
	return status;
}

static enum status put(struct catalog *c, const struct payload_row *p,
		       struct bytes have, struct err *err)
{
	bool mine;
	enum status status = begin(c, &mine, err);

	if (status != STATUS_OK)
		return status;
	status = end(c, mine, write_payload(c, p, have, err), err);
	if (status != STATUS_OK)
		return err_wrap(err, "remember what is here of a payload");
	return STATUS_OK;
}

static uint32_t count_bits(struct bytes map)
{
	uint32_t count = 0;

	for (size_t i = 0; i < map.size; i++)
		count += (uint32_t)__builtin_popcount(map.data[i]);
	return count;
}

enum status payload_put(struct catalog *c,
			const uint8_t btmh[static LESSON_BTMH_SIZE],
			uint64_t bytes, uint32_t pieces, struct bytes have,
			uint64_t now_s, struct err *err)
{
	struct payload_row p = { .bytes = bytes,
				 .pieces = pieces,
				 .verified = count_bits(have),
				 .added_s = now_s };

	assert(pieces <= PAYLOAD_PIECES_MAX && have.size == map_size(pieces));
	assert(pieces % 8 == 0 ||
	       (have.data[have.size - 1] & (0xffU >> pieces % 8)) == 0);

	memcpy(p.btmh, btmh, sizeof(p.btmh));
	if (p.verified == 0)
		p.state = PAYLOAD_NONE;
	else
		p.state = p.verified == pieces ? PAYLOAD_HELD :
						 PAYLOAD_PARTIAL;
	return put(c, &p, have, err);
}

enum status payload_put_held(struct catalog *c,
			     const uint8_t btmh[static LESSON_BTMH_SIZE],
			     uint64_t bytes, uint32_t pieces, uint64_t now_s,
			     struct err *err)
{
	struct payload_row p = { .state = PAYLOAD_HELD,
				 .bytes = bytes,
				 .pieces = pieces,
				 .verified = pieces,
				 .added_s = now_s };

	assert(pieces > 0 && pieces <= PAYLOAD_PIECES_MAX);

	memcpy(p.btmh, btmh, sizeof(p.btmh));
	return put(c, &p, (struct bytes){ NULL, 0 }, err);
}

static enum status remove_payload(struct catalog *c,
				  const uint8_t btmh[static LESSON_BTMH_SIZE],
				  struct err *err)
{
	static const char remove[] = "DELETE FROM payload WHERE btmh = ?";
	enum status status;
	struct sql q;

	sql_start(&q, c, remove);
	sql_put_blob(&q, hash_bytes(btmh));
	status = sql_run(&q, err);
	return status == STATUS_OK ? tell_lessons(c, btmh, false, err) :
				     status;
}

enum status payload_forget(struct catalog *c,
			   const uint8_t btmh[static LESSON_BTMH_SIZE],
			   struct err *err)
{
	bool mine;
	enum status status = begin(c, &mine, err);

	if (status != STATUS_OK)
		return status;
	return end(c, mine, remove_payload(c, btmh, err), err);
}

enum status payloads_used(struct catalog *c, uint8_t (*btmh)[LESSON_BTMH_SIZE],
			  size_t count, uint64_t now_s, uint64_t apart_s,
			  struct err *err)
{
	/* Clocks are also put back. */
	static const char update[] =
		"UPDATE payload SET used_s = ?1 WHERE btmh = ?2"
		" AND (used_s <= ?1 - ?3 OR used_s > ?1)";
	enum status status = catalog_begin(c, CATALOG_DERIVED, err);
	struct sql q;

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		sql_start(&q, c, update);
		sql_put_int(&q, (int64_t)now_s);
		sql_put_blob(&q, hash_bytes(btmh[i]));
		sql_put_int(&q, (int64_t)apart_s);
		status = sql_run(&q, err);
	}
	return end(c, true, status, err);
}

static enum status each_payload(struct sql *q, payload_cb each, void *context,
				struct err *err)
{
	struct payload_row p;

	while (sql_next(q)) {
		read_payload(q, &p);
		if (!each(context, &p))
			break;
	}
	return sql_finish(q, err);
}

enum status payloads_list(struct catalog *c, enum payload_state state,
			  payload_cb each, void *context, struct err *err)
{
	static const char list[] = "SELECT " PAYLOAD_COLUMNS " FROM payload"
				   " WHERE state = ? ORDER BY btmh";
	struct sql q;

	sql_start(&q, c, list);
	sql_put_int(&q, state);
	return each_payload(&q, each, context, err);
}

enum status payloads_next_held(struct catalog *c,
			       const uint8_t after[static LESSON_BTMH_SIZE],
			       uint8_t btmh[static LESSON_BTMH_SIZE],
			       uint64_t *total, struct err *err)
{
	static const char sum[] =
		"SELECT coalesce(sum(bytes), 0) FROM payload WHERE state = ?";
	static const char next[] =
		"SELECT btmh FROM payload WHERE state = ? AND btmh > ?"
		" ORDER BY btmh LIMIT 1";
	struct bytes found = { NULL, 0 };
	enum status status;
	struct sql q;

	sql_start(&q, c, sum);
	sql_put_int(&q, PAYLOAD_HELD);
	if (sql_next(&q))
		*total = (uint64_t)sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, next);
	sql_put_int(&q, PAYLOAD_HELD);
	sql_put_blob(&q, hash_bytes(after));
	if (sql_next(&q)) {
		found = sql_blob(&q, 0);
		if (found.size == LESSON_BTMH_SIZE)
			memcpy(btmh, found.data, found.size);
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	return found.size == LESSON_BTMH_SIZE ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status payloads_unnamed(struct catalog *c, payload_cb each,
			     void *context, struct err *err)
{
	static const char list[] =
		"SELECT " PAYLOAD_COLUMNS " FROM payload p WHERE"
		" NOT EXISTS (SELECT 1 FROM lesson l WHERE l.btmh = p.btmh)"
		" AND NOT EXISTS"
		" (SELECT 1 FROM rendition r WHERE r.btmh = p.btmh)"
		" ORDER BY used_s, btmh";
	struct sql q;

	sql_start(&q, c, list);
	return each_payload(&q, each, context, err);
}

enum status payload_damaged(struct catalog *c,
			    const uint8_t btmh[static LESSON_BTMH_SIZE],
			    struct bytes good, struct err *err)
{
	struct payload_row row;
	struct buf have = BUF_INIT;
	enum status status = payload_get(c, btmh, &row, &have, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "nothing of it is here");
	if (status == STATUS_OK && good.size != 0 && good.size != have.size)
		status = err_set(err, STATUS_MALFORMED,
				 "a map of %zu bytes, not %zu", good.size,
				 have.size);
	for (size_t i = 0; status == STATUS_OK && i < have.size; i++)
		have.data[i] &= good.size == 0 ? 0 : good.data[i];
	if (status == STATUS_OK)
		status = payload_put(c, btmh, row.bytes, row.pieces,
				     buf_bytes(&have), row.added_s, err);
	buf_release(&have);
	return status;
}
