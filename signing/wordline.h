/* Lines of words: how root and trust notes are written. A line is words with
 * one space between them; some words are `name=value`, some values are lists
 * with commas. For this folder only. */
#ifndef SIGNING_WORDLINE_H
#define SIGNING_WORDLINE_H

#include "proto/bytes.h"

/* Take a whole line `<word> <number>` off the reader; the number is
 * 1 … `max`. */
enum status wordline_read_number(struct bytes_reader *r, const char *word,
			       uint64_t max, uint64_t *number);

/* Take the next word off `rest`; STATUS_MALFORMED at the end of the line and
 * for an empty word (two spaces, or one at either end). */
enum status wordline_next(struct bytes *rest, struct bytes *word);
/* Take the next word if it is `<name>=<value>`; false, and nothing moves, if
 * it is something else. */
bool wordline_take(struct bytes *rest, const char *name, struct bytes *value);
/* Take the next element off a list with commas; as wordline_next(). */
enum status wordline_next_item(struct bytes *list, struct bytes *item);

#endif
