/* The happy path is one lesson that stands, found by one look into an index; a
 * payload that no lesson has as its main one is looked up in the other
 * tables. */
#include "catalog/standings.h"

#include <string.h>

#include "catalog/lessonrow.h"
#include "catalog/sql.h"

/* The columns of a lesson `l` (and whose log it is), as read_lesson() wants
 * them. */
#define COLUMNS(wanted)                                                   \
	"l.row, l.withdrawn, " wanted ", l.choice, l.due, l.expires, "    \
	"l.files, l.date, (SELECT own FROM logs WHERE id = l.row >> 40)"

static void take_date(char out[static LESSON_DATE_SIZE + 1], const char *text)
{
	(void)bytes_to_string(bytes_of(text), out, LESSON_DATE_SIZE + 1);
}

static void take_age(struct standing_row *row, const char *text, int64_t number)
{
	char date[LESSON_DATE_SIZE + 1] = "";
	int order;

	take_date(date, text);
	order = strcmp(date, row->date);
	if (order < 0 || (order == 0 && number < row->row))
		return;
	memcpy(row->date, date, sizeof(date));
	row->row = number;
}

/* One lesson that stands and names it, from column `at` on. */
static void take_lesson(struct sql *q, int at, bool main_payload,
			struct standing_row *row)
{
	char due[LESSON_DATE_SIZE + 1] = "", expires[LESSON_DATE_SIZE + 1] = "";
	int64_t number = sql_int(q, at);
	bool first = !row->known;

	take_date(due, sql_text(q, at + 4));
	take_date(expires, sql_text(q, at + 5));
	row->known = true;
	row->own |= sql_int(q, at + 8) != 0;
	row->wanted |= sql_int(q, at + 2) != 0;
	row->pinned |= sql_int(q, at + 3) == CHOICE_PIN;
	/* A rendition beside its lesson is older than any lesson. */
	if (sql_int(q, at + 2) != 0)
		take_age(row,
			 main_payload || sql_int(q, at + 9) != 0 ?
				 sql_text(q, at + 7) :
				 "",
			 number);
	if (due[0] != 0 && (row->due[0] == 0 || strcmp(due, row->due) < 0))
		memcpy(row->due, due, sizeof(due));
	/* It is over when all of them are. */
	if (first || expires[0] == 0 ||
	    (row->expires[0] != 0 && strcmp(expires, row->expires) > 0))
		memcpy(row->expires, expires, sizeof(expires));
	if (main_payload) {
		row->log = number >> LESSON_ROW_SHIFT;
		row->entry = (uint64_t)(number -
					lesson_row_number(row->log, 0));
		row->files = (uint32_t)sql_int(q, at + 6);
	} else if (row->files == 0) {
		row->files = 1;
	}
}

static enum status take_renditions(struct catalog *c, struct standing_row *row,
				   struct err *err)
{
	static const char list[] =
		"SELECT " COLUMNS("r.wanted") ", l.take = r.btmh"
		" FROM rendition r"
		" JOIN lesson l ON l.row = r.row WHERE r.btmh = ?";
	struct sql q;

	sql_start(&q, c, list);
	sql_put_blob(&q, (struct bytes){ row->btmh, sizeof(row->btmh) });
	while (sql_next(&q)) {
		if (sql_int(&q, 1) != 0)
			row->withdrawn = true;
		else
			take_lesson(&q, 0, false, row);
	}
	return sql_finish(&q, err);
}

static enum status take_formers(struct catalog *c, struct standing_row *row,
				struct err *err)
{
	static const char list[] =
		"SELECT w.short IS NOT NULL, l.wanted = 1 AND l.held = 0"
		" FROM former f LEFT JOIN withdrawn w"
		" ON w.short = f.short AND w.origin = f.origin"
		" LEFT JOIN lesson l"
		" ON l.short = f.short AND l.origin = f.origin"
		" WHERE f.btmh = ?";
	struct sql q;

	sql_start(&q, c, list);
	sql_put_blob(&q, (struct bytes){ row->btmh, sizeof(row->btmh) });
	while (sql_next(&q)) {
		row->superseded = true;
		row->withdrawn |= sql_int(&q, 0) != 0;
		row->of_use |= sql_int(&q, 1) != 0;
	}
	return sql_finish(&q, err);
}

static bool begin_row(struct sql *q, struct standing_row *row)
{
	struct bytes btmh = sql_blob(q, 0);

	memset(row, 0, sizeof(*row));
	if (btmh.size != sizeof(row->btmh))
		return false;
	memcpy(row->btmh, btmh.data, btmh.size);
	row->state = (enum payload_state)sql_int(q, 1);
	row->bytes = (uint64_t)sql_int(q, 2);
	row->added_s = (uint64_t)sql_int(q, 3);
	row->used_s = (uint64_t)sql_int(q, 4);
	return true;
}

/* All lessons that have it as their own were read: give it out. */
static bool end_row(struct catalog *c, struct standing_row *row,
		    standing_cb each, void *context, enum status *status,
		    struct err *err)
{
	if (!row->known)
		*status = take_renditions(c, row, err);
	if (*status == STATUS_OK && !row->known)
		*status = take_formers(c, row, err);
	row->withdrawn = row->withdrawn && !row->known;
	row->superseded = row->superseded && !row->known;
	return *status == STATUS_OK && each(context, row);
}

enum status standings_list(struct catalog *c, standing_cb each, void *context,
			   struct err *err)
{
	static const char list[] =
		"SELECT p.btmh, p.state, p.bytes, p.added_s, p.used_s,"
		" " COLUMNS("l.wanted = 1 AND l.take IS NULL")
		" FROM payload p"
		" LEFT JOIN lesson l ON l.btmh = p.btmh ORDER BY p.btmh";
	struct standing_row row = { .bytes = 0 };
	enum status status = STATUS_OK, finished;
	struct err ignored = ERR_INIT;
	bool open = false, more = true;
	struct sql q;

	sql_start(&q, c, list);
	while (more && sql_next(&q)) {
		struct bytes btmh = sql_blob(&q, 0);
		bool same = open && btmh.size == sizeof(row.btmh) &&
			    memcmp(btmh.data, row.btmh, btmh.size) == 0;

		if (open && !same)
			more = end_row(c, &row, each, context, &status, err);
		if (!same)
			open = begin_row(&q, &row);
		if (open && !sql_is_null(&q, 5)) {
			if (sql_int(&q, 6) != 0)
				row.withdrawn = true;
			else
				take_lesson(&q, 5, true, &row);
		}
	}
	if (open && more && status == STATUS_OK)
		(void)end_row(c, &row, each, context, &status, err);
	finished = sql_finish(&q, status == STATUS_OK ? err : &ignored);
	return status == STATUS_OK ? finished : status;
}

uint32_t standings_files(struct catalog *c,
			 const uint8_t btmh[static LESSON_BTMH_SIZE])
{
	static const char ask[] =
		"SELECT max(files) FROM lesson WHERE btmh = ?";
	struct err ignored = ERR_INIT;
	uint32_t files = 0;
	struct sql q;

	sql_start(&q, c, ask);
	sql_put_blob(&q, (struct bytes){ btmh, LESSON_BTMH_SIZE });
	if (sql_next(&q) && !sql_is_null(&q, 0))
		files = (uint32_t)sql_int(&q, 0);
	return sql_finish(&q, &ignored) == STATUS_OK ? files : 0;
}
