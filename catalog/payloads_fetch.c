/* What is to be fetched, and in which order. */
#include <string.h>

#include "catalog/expiry.h"
#include "catalog/payloads.h"
#include "catalog/sql.h"

int fetch_order(const struct fetch *a, const struct fetch *b)
{
	int by_date = strcmp(b->date, a->date);
	int by_due = strcmp(a->due, b->due);

	if ((a->due[0] == 0) != (b->due[0] == 0))
		return a->due[0] != 0 ? -1 : 1;
	if (by_due != 0)
		return by_due;
	if (a->pinned != b->pinned)
		return a->pinned ? -1 : 1;
	if (by_date != 0)
		return by_date;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return memcmp(a->btmh, b->btmh, sizeof(a->btmh));
}

/* What is fetched of a lesson, and how large that is. */
#define FETCH_COLUMNS                                                       \
	"ifnull(take, btmh), ifnull((SELECT r.bytes FROM rendition r"       \
	" WHERE r.row = lesson.row AND r.btmh = lesson.take), bytes),"      \
	" choice = 1, date, due, row,"                                      \
	" choice = 1 OR (due <> '' AND due >= " EXPIRY_TODAY ")"
/* Of a rendition beside it, which gives way to every lesson. */
#define BESIDE_COLUMNS "r.btmh, r.bytes, l.choice = 1, '', '', r.row, 0"

static bool read_fetch(struct sql *q, struct fetch *out)
{
	struct bytes btmh = sql_blob(q, 0);
	struct fetch f;

	memset(&f, 0, sizeof(f));
	if (btmh.size != sizeof(f.btmh) ||
	    bytes_to_string(bytes_of(sql_text(q, 3)), f.date,
			    sizeof(f.date)) != STATUS_OK ||
	    bytes_to_string(bytes_of(sql_text(q, 4)), f.due, sizeof(f.due)) !=
		    STATUS_OK)
		return false;
	memcpy(f.btmh, btmh.data, btmh.size);
	f.bytes = (uint64_t)sql_int(q, 1);
	f.pinned = sql_int(q, 2) != 0;
	f.row = sql_int(q, 5);
	f.first = sql_int(q, 6) != 0;
	*out = f;
	return true;
}

static enum status fetch_some(struct catalog *c, const char *list,
			      uint32_t *left, bool *more, fetch_cb each,
			      void *context, struct err *err)
{
	struct fetch f;
	struct sql q;

	sql_start(&q, c, list);
	sql_put_int(&q, *left);
	while (*more && sql_next(&q)) {
		--*left;
		*more = !read_fetch(&q, &f) || each(context, &f);
	}
	return sql_finish(&q, err);
}

enum status payloads_to_fetch(struct catalog *c, uint32_t limit, fetch_cb each,
			      void *context, struct err *err)
{
	/* fetch_order() in SQL; the index lesson_fetch is in this order. */
	static const char list[] =
		"SELECT " FETCH_COLUMNS
		" FROM lesson INDEXED BY lesson_fetch"
		" WHERE wanted = 1 AND held = 0 AND NOT " EXPIRY_OVER("")
		" ORDER BY due = '', due, choice = 1 DESC, date DESC, bytes,"
		" btmh LIMIT ?";
	static const char beside[] =
		"SELECT " BESIDE_COLUMNS
		" FROM rendition r INDEXED BY rendition_fetch"
		" JOIN lesson l ON l.row = r.row"
		" WHERE r.wanted = 1 AND r.held = 0 AND l.take IS NULL"
		" AND NOT " EXPIRY_OVER("l.") " ORDER BY r.row DESC LIMIT ?";
	uint32_t left = limit;
	bool more = true;
	enum status status = fetch_some(c, list, &left, &more, each, context,
					err);

	if (status == STATUS_OK && more && left > 0)
		status = fetch_some(c, beside, &left, &more, each, context,
				    err);
	return status;
}

static enum status find_fetch(struct catalog *c, const char *find,
			      const uint8_t btmh[static LESSON_BTMH_SIZE],
			      struct fetch *out, bool *found, struct err *err)
{
	struct sql q;

	sql_start(&q, c, find);
	sql_put_blob(&q, (struct bytes){ btmh, LESSON_BTMH_SIZE });
	*found = sql_next(&q) && read_fetch(&q, out);
	return sql_finish(&q, err);
}

enum status payload_wanted_by(struct catalog *c,
			      const uint8_t btmh[static LESSON_BTMH_SIZE],
			      struct fetch *out, struct err *err)
{
	static const char find[] =
		"SELECT " FETCH_COLUMNS " FROM lesson"
		" WHERE ((btmh = ?1 AND take IS NULL) OR take = ?1)"
		" AND wanted = 1 AND NOT " EXPIRY_OVER("")
		" ORDER BY date DESC, row DESC LIMIT 1";
	static const char beside[] =
		"SELECT " BESIDE_COLUMNS " FROM rendition r"
		" JOIN lesson l ON l.row = r.row"
		" WHERE r.btmh = ?1 AND r.wanted = 1 AND NOT "
		EXPIRY_OVER("l.") " ORDER BY r.row DESC LIMIT 1";
	bool found = false;
	enum status status = find_fetch(c, find, btmh, out, &found, err);

	if (status == STATUS_OK && !found)
		status = find_fetch(c, beside, btmh, out, &found, err);
	return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}
