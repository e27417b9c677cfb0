#include "catalog/lessons.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/entry.h"
#include "catalog/expiry.h"
#include "catalog/lessonrow.h"
#include "catalog/log.h"
#include "catalog/withdrawals_pending.h"
#include "proto/encoding.h"

enum { SHORT_PREFIX_MIN = 4 };

static const char *const state_names[] = {
	[LESSON_KNOWN] = "known",
	[LESSON_WANTED] = "wanted",
	[LESSON_HELD] = "held",
	[LESSON_WITHDRAWN] = "withdrawn",
};

const char *lesson_state_name(enum lesson_state state)
{
	return state_names[state];
}

enum lesson_state lesson_row_state(const struct lesson_row *row)
{
	if (row->withdrawn)
		return LESSON_WITHDRAWN;
	if (row->shown.payload == PAYLOAD_HELD)
		return LESSON_HELD;
	return row->wanted && !row->over ? LESSON_WANTED : LESSON_KNOWN;
}

const char *lesson_row_short(const struct lesson_row *row)
{
	return strchr(row->lesson.id, '#') + 1;
}

static const char *const refusal_texts[] = {
	[REFUSED_MALFORMED] = "malformed",
	[REFUSED_FOREIGN] = "foreign",
	[REFUSED_SCOPE] = "out of scope",
	[REFUSED_CUTOFF] = "after the cut-off",
	[REFUSED_COUNT] = "too many",
	[REFUSED_ENDED] = "ended",
};

const char *refusal_text(enum refusal refusal)
{
	return refusal_texts[refusal];
}

/* Take the one row there should be. The first decides `out`; a second makes it
 * ambiguous, and `err` names both. */
static enum status take_one(struct sql *q, const char *name,
			    struct lesson_row *out, struct err *err)
{
	struct lesson_row *row = malloc(2 * sizeof(*row));
	struct err ignored = ERR_INIT;
	enum status status = STATUS_OK;
	enum status finished;
	size_t count = 0;

	if (row == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "find a lesson");
	while (status == STATUS_OK && count < 2 && sql_next(q))
		status = lessonrow_read(q, &row[count++], err);
	finished = sql_finish(q, status == STATUS_OK ? err : &ignored);
	if (status == STATUS_OK)
		status = finished;
	if (status == STATUS_OK && count == 0)
		status = err_set(err, STATUS_NOT_FOUND, "no lesson '%.100s'",
				 name);
	if (status == STATUS_OK && count == 2)
		status = err_set(err, STATUS_EXISTS,
				 "'%.80s' means several lessons: %s, %s…",
				 name, row[0].lesson.id, row[1].lesson.id);
	if (status == STATUS_OK)
		*out = row[0];
	free(row);
	return status;
}

/* Read a short id or the beginning of one into the numbers it can mean. */
static enum status read_short(const char *text, uint64_t *least,
			      uint64_t *most)
{
	char low[LESSON_SHORT_SIZE + 1];
	char high[LESSON_SHORT_SIZE + 1];
	uint8_t raw[2][LESSON_SHORT_BYTES];
	size_t size = 0;

	for (; *text != 0; text++) {
		if (*text == '-' || *text == ' ')
			continue;
		if (size == LESSON_SHORT_SIZE)
			return STATUS_MALFORMED;
		low[size++] = *text;
	}
	if (size < SHORT_PREFIX_MIN)
		return STATUS_MALFORMED;
	memcpy(high, low, size);
	memset(low + size, '0', LESSON_SHORT_SIZE - size);
	memset(high + size, 'z', LESSON_SHORT_SIZE - size);
	low[LESSON_SHORT_SIZE] = high[LESSON_SHORT_SIZE] = 0;
	if (base32_decode(bytes_of(low), raw[0], LESSON_SHORT_BYTES) !=
		    STATUS_OK ||
	    base32_decode(bytes_of(high), raw[1], LESSON_SHORT_BYTES) !=
		    STATUS_OK)
		return STATUS_MALFORMED;
	*least = *most = 0;
	for (size_t i = 0; i < LESSON_SHORT_BYTES; i++) {
		*least = *least << 8 | raw[0][i];
		*most = *most << 8 | raw[1][i];
	}
	return STATUS_OK;
}

/* By short id, of one origin (NULL: of any). */
static enum status get_by_id(struct catalog *c, const char *name,
			     const char *origin, const char *short_id,
			     struct lesson_row *out, struct err *err)
{
	static const char find[] =
		"SELECT " LESSONROW_COLUMNS " FROM lesson l" LESSONROW_JOINS
		" WHERE l.short BETWEEN ?1 AND ?2"
		" AND (?3 IS NULL OR o.name = ?3) ORDER BY l.short LIMIT 2";
	uint64_t least, most;
	struct sql q;

	if (read_short(short_id, &least, &most) != STATUS_OK)
		return err_set(err, STATUS_NOT_FOUND, "no lesson '%.100s'",
			       name);
	sql_start(&q, c, find);
	sql_put_int(&q, (int64_t)least);
	sql_put_int(&q, (int64_t)most);
	sql_put_text(&q, origin);
	return take_one(&q, name, out, err);
}

static enum status get_by_btmh(struct catalog *c, const char *name,
			       const uint8_t btmh[static LESSON_BTMH_SIZE],
			       struct lesson_row *out, struct err *err)
{
	static const char find[] =
		"SELECT " LESSONROW_COLUMNS " FROM lesson l" LESSONROW_JOINS
		" WHERE l.row IN (SELECT row FROM lesson WHERE btmh = ?1"
		" UNION SELECT row FROM rendition WHERE btmh = ?1) LIMIT 2";
	struct sql q;

	sql_start(&q, c, find);
	sql_put_blob(&q, (struct bytes){ btmh, LESSON_BTMH_SIZE });
	return take_one(&q, name, out, err);
}

enum status lessons_get(struct catalog *c, const char *name,
			struct lesson_row *out, struct err *err)
{
	const char *hash = strchr(name, '#');
	uint8_t btmh[LESSON_BTMH_SIZE];
	char origin[ORIGIN_MAX + 1];

	if (hash != NULL) {
		if (bytes_to_string((struct bytes){ (const uint8_t *)name,
						    (size_t)(hash - name) },
				    origin, sizeof(origin)) != STATUS_OK)
			return err_set(err, STATUS_NOT_FOUND,
				       "no lesson '%.100s'", name);
		return get_by_id(c, name, origin, hash + 1, out, err);
	}
	if (hex_decode(bytes_of(name), btmh, sizeof(btmh)) == STATUS_OK)
		return get_by_btmh(c, name, btmh, out, err);
	return get_by_id(c, name, NULL, name, out, err);
}

enum status lessons_payload_by_prefix(struct catalog *c, struct bytes prefix,
				      uint8_t btmh[static LESSON_BTMH_SIZE],
				      struct err *err)
{
	static const char find[] =
		"SELECT btmh FROM lesson WHERE btmh >= ?1 AND btmh <= ?2"
		" AND withdrawn = 0 UNION ALL"
		" SELECT r.btmh FROM rendition r JOIN lesson l"
		" ON l.row = r.row WHERE r.btmh >= ?1 AND r.btmh <= ?2"
		" AND l.withdrawn = 0 LIMIT 1";
	uint8_t last[LESSON_BTMH_SIZE];
	uint8_t found[LESSON_BTMH_SIZE];
	enum status status = STATUS_NOT_FOUND;
	enum status finished;
	struct bytes value;
	struct sql q;

	if (prefix.size < 4 || prefix.size > sizeof(last))
		return STATUS_NOT_FOUND;
	memset(last, 0xff, sizeof(last));
	memcpy(last, prefix.data, prefix.size);
	sql_start(&q, c, find);
	sql_put_blob(&q, prefix);
	sql_put_blob(&q, (struct bytes){ last, sizeof(last) });
	if (sql_next(&q)) {
		value = sql_blob(&q, 0);
		if (value.size == sizeof(found)) {
			memcpy(found, value.data, value.size);
			status = STATUS_OK;
		}
	}
	finished = sql_finish(&q, err);
	if (finished != STATUS_OK)
		return finished;
	if (status == STATUS_OK)
		memcpy(btmh, found, sizeof(found));
	return status;
}

/* What is not known of a lesson. */
enum { STANDS = 0, WITHDRAWN = 1, FORMER = 2 };

enum status lessons_standing(struct catalog *c,
			     const uint8_t btmh[static LESSON_BTMH_SIZE],
			     struct payload_standing *out, struct err *err)
{
	static const char ask[] =
		"SELECT l.wanted = 1 AND l.take IS NULL AND NOT "
		EXPIRY_OVER("l.") ","
		" l.choice, l.bytes, l.withdrawn FROM lesson l"
		" WHERE l.btmh = ?1"
		" UNION ALL SELECT r.wanted = 1 AND NOT " EXPIRY_OVER("l.")
		", l.choice, r.bytes, l.withdrawn"
		" FROM rendition r JOIN lesson l ON l.row = r.row"
		" WHERE r.btmh = ?1"
		" UNION ALL SELECT 0, 0, 0,"
		" CASE WHEN w.short IS NULL THEN 2 ELSE 1 END FROM former f"
		" LEFT JOIN withdrawn w ON w.short = f.short"
		" AND w.origin = f.origin WHERE f.btmh = ?1";
	struct payload_standing s = { .known = false };
	bool dropped = false, stays = false, former = false;
	enum status status;
	struct sql q;

	sql_start(&q, c, ask);
	sql_put_blob(&q, (struct bytes){ btmh, LESSON_BTMH_SIZE });
	while (sql_next(&q)) {
		int64_t standing = sql_int(&q, 3);
		bool drop = sql_int(&q, 1) == CHOICE_DROP;

		s.withdrawn |= standing == WITHDRAWN;
		former |= standing == FORMER;
		if (standing != STANDS)
			continue;
		s.known = true;
		s.wanted |= sql_int(&q, 0) != 0;
		s.pinned |= sql_int(&q, 1) == CHOICE_PIN;
		s.bytes = (uint64_t)sql_int(&q, 2);
		dropped |= drop;
		stays |= !drop;
	}
	s.unwelcome = (s.withdrawn || dropped) && !stays;
	s.withdrawn = s.withdrawn && !s.known;
	s.superseded = former && !s.known;
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*out = s;
	return status;
}

enum status lessons_topics(struct catalog *c, const char *parent,
			   topic_cb each, void *context, struct err *err)
{
	/* Topics below 产业 lie between "产业/" and "产业0". */
	static const char list[] =
		"SELECT CASE instr(t, '/') WHEN 0 THEN t"
		" ELSE substr(t, 1, instr(t, '/') - 1) END AS head, sum(n)"
		" FROM (SELECT substr(topic, ?1) AS t, count(*) AS n"
		" FROM lesson WHERE withdrawn = 0"
		" AND topic > ?2 AND topic < ?3 GROUP BY topic)"
		" GROUP BY head ORDER BY head";
	char above[TOPIC_MAX + 2] = "";
	char below[TOPIC_MAX + 2] = "\xff";
	struct buf topic = BUF_INIT;
	enum status status;
	int64_t from = 1;
	struct sql q;

	if (parent[0] != 0) {
		if (topic_check(parent) != STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "'%.100s' is not a topic", parent);
		strcpy(stpcpy(above, parent), "/");
		strcpy(stpcpy(below, parent), "0");
		for (const char *at = above; *at != 0; at++)
			from += (*at & 0xc0) != 0x80;
	}
	sql_start(&q, c, list);
	sql_put_int(&q, from);
	sql_put_text(&q, above);
	sql_put_text(&q, below);
	while (sql_next(&q)) {
		buf_clear(&topic);
		buf_puts(&topic, above);
		buf_puts(&topic, sql_text(&q, 0));
		if (buf_status(&topic) != STATUS_OK ||
		    !each(context, buf_string(&topic),
			  (uint64_t)sql_int(&q, 1)))
			break;
	}
	status = sql_finish(&q, err);
	if (status == STATUS_OK && buf_status(&topic) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "list topics");
	buf_release(&topic);
	return status;
}

struct reading {
	struct err why;
	struct entry entry;
	bool reads;
};

static enum status read_refused(void *owner, uint64_t n, struct bytes entry,
				struct err *err)
{
	struct reading *r = owner;

	(void)n;
	(void)err;
	r->reads = entry_parse(entry, &r->entry, &r->why) == STATUS_OK &&
		   r->entry.type == ENTRY_LESSON;
	return STATUS_OK;
}

enum status lessons_refused(struct catalog *c, uint32_t offset, uint32_t limit,
			    refused_cb each, void *context, struct err *err)
{
	static const char list[] =
		"SELECT r.log, l.origin, r.entry, r.why, r.text"
		" FROM refused r JOIN logs l ON l.id = r.log"
		" ORDER BY r.log, r.entry DESC LIMIT ? OFFSET ?";
	struct reading *r = calloc(1, sizeof(*r));
	struct err ignored = ERR_INIT;
	enum status status = STATUS_OK;
	enum status finished;
	struct sql q;

	if (r == NULL)
		return err_set(err, STATUS_NO_MEMORY, "list refused entries");
	sql_start(&q, c, list);
	sql_put_int(&q, limit == 0 ? -1 : (int64_t)limit);
	sql_put_int(&q, offset);
	while (sql_next(&q)) {
		struct refused refused = {
			.log = sql_int(&q, 0),
			.origin = sql_text(&q, 1),
			.entry = (uint64_t)sql_int(&q, 2),
			.why = (enum refusal)sql_int(&q, 3),
			.text = sql_text(&q, 4),
		};

		r->reads = false;
		status = log_read_entries(c, refused.log, refused.entry, 1,
					  read_refused, r, err);
		if (status != STATUS_OK)
			break;
		refused.lesson = r->reads ? &r->entry.lesson : NULL;
		if (!each(context, &refused))
			break;
	}
	finished = sql_finish(&q, status == STATUS_OK ? err : &ignored);
	free(r);
	return status == STATUS_OK ? finished : status;
}

static enum status count(struct catalog *c, const char *ask, uint64_t *number,
			 uint64_t *bytes, struct err *err)
{
	struct sql q;

	sql_start(&q, c, ask);
	if (sql_next(&q)) {
		*number = (uint64_t)sql_int(&q, 0);
		if (bytes != NULL)
			*bytes = (uint64_t)sql_int(&q, 1);
	}
	return sql_finish(&q, err);
}

enum status lessons_summary(struct catalog *c, struct lessons_summary *out,
			    struct err *err)
{
	/* Each is answered from a small index alone. */
	static const char known[] =
		"SELECT count(*) FROM lesson INDEXED BY lesson_date"
		" WHERE withdrawn = 0";
	static const char withdrawn[] =
		"SELECT count(*) FROM lesson INDEXED BY lesson_withdrawn"
		" WHERE withdrawn = 1";
	static const char wanted[] =
		"SELECT count(*), coalesce(sum(bytes), 0)"
		" FROM lesson INDEXED BY lesson_fetch"
		" WHERE wanted = 1 AND held = 0 AND NOT " EXPIRY_OVER("");
	static const char held[] =
		"SELECT count(*), coalesce(sum(bytes), 0)"
		" FROM lesson INDEXED BY lesson_held"
		" WHERE held = 1 AND withdrawn = 0";
	static const char refused[] = "SELECT count(*) FROM refused";
	struct lessons_summary s = { .known = 0 };
	enum status status = count(c, known, &s.known, NULL, err);

	if (status == STATUS_OK)
		status = count(c, withdrawn, &s.withdrawn, NULL, err);
	if (status == STATUS_OK)
		status = count(c, wanted, &s.wanted, &s.wanted_bytes, err);
	if (status == STATUS_OK)
		status = count(c, held, &s.held, &s.bytes, err);
	if (status == STATUS_OK)
		status = count(c, refused, &s.refused, NULL, err);
	if (status == STATUS_OK)
		*out = s;
	return status;
}

#define OWN_HELD                                                           \
	"EXISTS (SELECT 1 FROM payload p WHERE p.btmh = lesson.btmh"       \
	" AND p.state = 2)"

/* Set bit `n`, growing the map from `start` of the buffer as needed. */
static void set_bit(struct buf *bitmap, size_t start, uint64_t n)
{
	size_t at = (size_t)(n / 8);
	size_t size = bitmap->size - start;

	if (at >= size) {
		uint8_t *grown = buf_reserve(bitmap, at + 1 - size);

		if (grown == NULL)
			return;
		memset(grown, 0, at + 1 - size);
		buf_grew(bitmap, at + 1 - size);
	}
	bitmap->data[start + at] |= (uint8_t)(1U << n % 8);
}

enum status lessons_bitmap(struct catalog *c, int64_t log,
			   enum lessons_bits what, struct buf *bitmap,
			   struct err *err)
{
	static const char wanted[] =
		"SELECT row FROM lesson INDEXED BY lesson_fetch"
		" WHERE wanted = 1 AND held = 0 AND NOT " EXPIRY_OVER("");
	static const char held[] =
		"SELECT row FROM lesson INDEXED BY lesson_held"
		" WHERE held = 1 AND withdrawn = 0"
		" AND (take IS NULL OR " OWN_HELD ")"
		" UNION ALL " WITHDRAWALS_PENDING;
	static const char instead[] =
		"SELECT row FROM lesson INDEXED BY lesson_take"
		" WHERE take IS NOT NULL AND held = 1 AND withdrawn = 0"
		" AND NOT " OWN_HELD;
	size_t start = bitmap->size;
	enum status status;
	struct sql q;

	sql_start(&q, c, what == LESSONS_BITS_WANTED ? wanted :
			 what == LESSONS_BITS_HELD   ? held :
						       instead);
	while (sql_next(&q)) {
		int64_t row = sql_int(&q, 0);

		if (row >> LESSON_ROW_SHIFT == log)
			set_bit(bitmap, start,
				(uint64_t)(row -
					   lesson_row_number(log, 0)));
	}
	status = sql_finish(&q, err);
	if (status == STATUS_OK && buf_status(bitmap) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "make a bitmap");
	return status;
}
