/* Deleting payloads with all that belongs to them alone, as catalog/deletions.h
 * says: the steps that are the same whether a node runs or not.
 *
 * Threads: tidy_remove() on any; the rest on the house's. */
#ifndef NODE_TIDY_H
#define NODE_TIDY_H

#include "node/house.h"

/* Remove the files of a payload, and make that survive a power cut. That they
 * are not there is no failure. */
enum status tidy_remove(const struct house *h, const uint8_t btmh[static 32],
			struct err *err);

/* When no lesson that stands names the payload: remove its torrent file, and
 * the posters of the withdrawn lessons that named it. */
void tidy_small(struct house *h, const uint8_t btmh[static 32]);

/* The files are gone: the small ones go, and the deletion is over. */
enum status tidy_end(struct house *h, const uint8_t btmh[static 32],
		     struct err *err);

/* All of it at once, for whoever has no loop. `why` as fetcher_discard(). */
enum status tidy_discard(struct house *h, const uint8_t btmh[static 32],
			 const char *why, struct err *err);

/* Finish the deletions that a stop or a power cut came between. One that
 * fails stays for the next time. */
void tidy_finish(struct house *h);

/* Folders of payloads that the catalog knows nothing of (a power cut came
 * before their row was written) get a row, so that they count, and can go. */
enum status tidy_adopt(struct house *h, struct err *err);

/* Delete all that must not stay here by what the catalog knows now: withdrawn,
 * or dropped. */
enum status tidy_unwelcome(struct house *h, struct err *err);

#endif
