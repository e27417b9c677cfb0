/* Lessons that were withdrawn: what goes with them, and who has to say that he
 * has obeyed. */
#ifndef CATALOG_WITHDRAWALS_H
#define CATALOG_WITHDRAWALS_H

#include "catalog/catalog.h"
#include "catalog/lesson.h"

/* The posters of the withdrawn lessons that name payload `btmh` (as their own,
 * a rendition's or an earlier revision's), where no lesson that stands shows
 * the same picture. */
typedef bool (*poster_cb)(void *context, const uint8_t hash[static 32]);
enum status withdrawals_posters(struct catalog *c,
				const uint8_t btmh[static LESSON_BTMH_SIZE],
				poster_cb each, void *context, struct err *err);

struct withdrawal {
	char id[LESSON_ID_MAX + 1];
	const char *title;  /* borrowed until the callback returns */
	const char *reason; /* the same */
	/* Where its present revision is written, and where the withdrawal. */
	char lesson_log[ORIGIN_MAX + 1];
	uint64_t lesson_entry;
	char log[ORIGIN_MAX + 1];
	uint64_t entry;
};
typedef bool (*withdrawal_cb)(void *context, const struct withdrawal *w);

/* Those whose lesson was known, the newest withdrawal first; `log`: only those
 * written in this log, NULL: all. `lesson`: only that of this id, or NULL. */
enum status withdrawals_list(struct catalog *c, const char *log,
			     const char *lesson, withdrawal_cb each,
			     void *context, struct err *err);

#endif
