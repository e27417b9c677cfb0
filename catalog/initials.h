/* The pinyin initials of a title, for those who search with a remote control:
 * 黑山羊 -> "hsy".
 *
 * Threads: any; the transliterator is loaded at the first call, shared, and
 * kept until initials_forget(). */
#ifndef CATALOG_INITIALS_H
#define CATALOG_INITIALS_H

#include "proto/bytes.h"
#include "proto/err.h"

/*
 * Append the initials of `title`: one letter for each Chinese character, the
 * first letter of each Latin word, each number whole; nothing else. A
 * character with several readings gets the one ICU thinks commonest, so a
 * publisher may override the result.
 *
 * Returns: STATUS_OK (possibly nothing appended); STATUS_NO_MEMORY; STATUS_IO
 *          when ICU's data cannot be loaded. On failure `out` holds what it
 *          held. At most `max` bytes are appended.
 */
enum status initials_of(const char *title, size_t max, struct buf *out,
			struct err *err);

/* Free what the first call loaded (some megabytes). */
void initials_forget(void);

#endif
