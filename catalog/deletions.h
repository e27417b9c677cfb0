/* Payloads that are to be deleted, from the decision until their files are
 * gone: what a power cut leaves of one is finished at the next start, and a
 * statement does not say too early that something is gone.
 *
 *     deletion_intend()   from here on it will be deleted
 *     deletion_begin()    nobody uses it any more: its row is forgotten and
 *                         the journal says why
 *     (its files are removed, and the removal flushed)
 *     deletion_end()
 *
 * Each is durable when it returns. */
#ifndef CATALOG_DELETIONS_H
#define CATALOG_DELETIONS_H

#include "catalog/catalog.h"
#include "catalog/lesson.h"

enum { DELETION_WHY_MAX = 80 };

/* `why`, in English words known to tr(), goes into the journal. Said again,
 * the first reason stays. */
enum status deletion_intend(struct catalog *c,
			    const uint8_t btmh[static LESSON_BTMH_SIZE],
			    const char *why, struct err *err);
/* Before: it was intended (else it is begun with why "" and told nobody). */
enum status deletion_begin(struct catalog *c,
			   const uint8_t btmh[static LESSON_BTMH_SIZE],
			   uint64_t now_s, struct err *err);
/* Its files are gone, or it is to stay after all. */
enum status deletion_end(struct catalog *c,
			 const uint8_t btmh[static LESSON_BTMH_SIZE],
			 struct err *err);

bool deletion_is_pending(struct catalog *c,
			 const uint8_t btmh[static LESSON_BTMH_SIZE]);

/* Receives one payload that is to be deleted; false ends the list. */
typedef bool (*deletion_cb)(void *context,
			    const uint8_t btmh[static LESSON_BTMH_SIZE],
			    const char *why);
enum status deletions_list(struct catalog *c, deletion_cb each, void *context,
			   struct err *err);

#endif
