/* What the readers and writers of an entry's types share, for catalog/entry*.c
 * only. */
#ifndef CATALOG_ENTRY_INSIDE_H
#define CATALOG_ENTRY_INSIDE_H

#include "catalog/entry.h"
#include "catalog/jsonfields.h"

/* Append `object` (taken over; NULL when out of memory) to `out`, if it was
 * `built` wholly. STATUS_NO_MEMORY. */
enum status entry_finish(json_t *object, bool built, struct buf *out,
			 struct err *err);

/* entry_delegation.c */
enum status entry_read_delegate(const json_t *object, struct entry *entry,
				struct err *err);
enum status entry_read_undelegate(const json_t *object, struct entry *entry,
				  struct err *err);

/* entry_cards.c */
enum status entry_read_cards(const json_t *object, struct entry *entry,
			     struct err *err);
enum status entry_read_cards_end(const json_t *object, struct entry *entry,
				 struct err *err);

#endif
