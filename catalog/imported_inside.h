/* What the files catalog/imported*.c share. */
#ifndef CATALOG_IMPORTED_INSIDE_H
#define CATALOG_IMPORTED_INSIDE_H

#include "catalog/imported.h"
#include "catalog/imported_items.h"
#include "catalog/sums.h"

/* --- imported_boots.c: what is known of a station's time --- */

enum { BOOTS_KEPT = 64 /* of a station; the oldest go */ };

struct boots {
	int64_t station;
	struct placing_boot *list; /* by era, then boot */
	bool *changed;
	size_t count, room;
	bool news; /* something was learnt that may move what is pending */
};

enum status boots_load(struct catalog *c, int64_t station, struct boots *out,
		       struct err *err);
void boots_release(struct boots *b);
enum status boots_add(struct boots *b, int64_t era, const struct when *w,
		      struct err *err);
enum status boots_save(struct boots *b, struct catalog *c, struct err *err);

/* --- imported_rows.c: a row that counts, of any of the three kinds --- */

enum row_kind { ROW_PLAY, ROW_STUDY, ROW_PERSONAL };

struct row {
	enum row_kind what;
	int64_t id, v, mark, flags;
	bool certain; /* its month is known */
	int month;
	int64_t at_s, lo_s, hi_s;
	int64_t own, ms;
	int64_t lesson, kind; /* of a play */
	int64_t heads, hand_ms; /* of a study */
};

void row_set_place(struct row *row, const struct placed *place);
/* Put it into the sums, or take it out; nothing while its date is uncertain. */
enum status row_count(const struct row *row, int sign, struct sums *s,
		      struct err *err);
/* STATUS_NOT_FOUND (err untouched). */
enum status row_load(struct catalog *c, int64_t station, enum row_kind what,
		     int64_t id, struct row *out, struct err *err);
/* Write place and flags of a row that is there. */
enum status row_move(struct catalog *c, int64_t station, const struct row *row,
		     struct err *err);

/* Bind month, at_s, lo_s, hi_s. */
struct sql;
void row_put_place(struct sql *q, const struct row *row);

/* Its place may become narrower later. */
struct pending {
	enum row_kind what;
	int64_t id, era, taken_s;
	struct when w;
};
enum status pending_put(struct catalog *c, int64_t station,
			const struct pending *p, struct err *err);
/* Look again at all that is pending of a station. */
enum status pending_place(struct catalog *c, const struct boots *boots,
			  struct sums *sums, struct err *err);

/* --- one entry being taken in --- */

struct taking {
	struct catalog *c;
	const struct imported_entry *entry;
	int64_t era;
	struct boots boots;
	struct sums *sums;
	bool any_forgotten;
	bool wrote; /* the last row was not there before, or was replaced */
	bool carded; /* `card` stands in the table of that name */
	int64_t card;
	unsigned passed;
};

/* imported_put.c */
enum status put_play(struct taking *t, const struct item_play *play,
		     struct err *err);
enum status put_study(struct taking *t, const struct item_study *study,
		      struct err *err);
enum status put_personal(struct taking *t, const struct item_personal *visit,
			 struct err *err);

/* imported_told.c; each passes over (t->passed) what is not as it should be. */
typedef enum status (*put_fn)(struct taking *t, const json_t *item,
			      struct err *err);
enum status put_photo(struct taking *t, const json_t *item, struct err *err);
enum status put_equipment(struct taking *t, const json_t *item,
			  struct err *err);
enum status put_fault(struct taking *t, const json_t *item, struct err *err);
enum status put_wish(struct taking *t, const json_t *item, struct err *err);
enum status put_machine(struct taking *t, const json_t *item, struct err *err);

/* --- imported_read.c: items that were read ahead --- */

enum read_as { READ_PLAY, READ_STUDY, READ_PERSONAL, READ_OTHER };

struct read_item {
	enum read_as as;
	put_fn put; /* of others; NULL: only its moment is of use */
	const json_t *json;
	bool has_when;
	struct when when;
	union {
		struct item_play play;
		struct item_study study;
		struct item_personal personal;
	};
};

struct imported_read {
	unsigned passed; /* so many were not as they should be */
	size_t count;
	struct read_item list[];
};

/* Where a moment of this entry lies. */
void taking_place(const struct taking *t, const struct when *w,
		  struct placed *out);

#endif
