/* What people at a station tell their office by hand: the equipment they have,
 * what is broken, which lesson they wish for. Kept here as it stands, and put
 * into the outbox with each change, in one transaction.
 *
 * The items are those of docs/formats-records.md: {"k","id","v","w",…}.
 *
 * Threads: as the catalog. Errors not named are SQLite's. */
#ifndef CATALOG_TOLD_H
#define CATALOG_TOLD_H

#include <jansson.h>

#include "catalog/catalog.h"
#include "catalog/moment.h"

enum told_kind { TOLD_WISH, TOLD_FAULT, TOLD_EQUIPMENT };

enum {
	TOLD_ID_SIZE = 16, /* lower-case hex */
	TOLD_TEXT_MAX = 1000, /* bytes of a wish, of what is broken */
	TOLD_NAME_MAX = 200,
	TOLD_NOTE_MAX = 2000,
	TOLD_COUNT_MAX = 100000,
	TOLD_KEPT = 1000, /* of each kind; wishes and mended faults make room */
	TOLD_WISHES_WAITING = 100 /* anybody on the LAN may wish */
};

/* "wish", "fault", "equipment"; false when it is none. */
bool told_kind_of(const char *name, enum told_kind *kind);
const char *told_kind_name(enum told_kind kind);

/*
 * Check the fields of an item of that kind, without k, id, v, w:
 *
 *     wish       text
 *     fault      what (tv, box, network, power, disk, other), text, fixed
 *     equipment  name, count, state (good, broken, lent, gone), [since], [note]
 *
 * STATUS_MALFORMED with a sentence that names the field. Pure.
 */
enum status told_check(enum told_kind kind, const json_t *fields,
		       struct err *err);

/*
 * Tell something new, or with `id` (NULL: new) change what was told: fields
 * that are not given stay as they were. `fixed` may be left out of a new fault.
 *
 * Owns:    `fields` is borrowed; what it has beside the fields above is left.
 * Returns: STATUS_OK, `out` is the id; STATUS_MALFORMED as told_check();
 *          STATUS_NOT_FOUND: no such id; STATUS_NO_ROOM: too much of it;
 *          STATUS_LIMITED: so many wishes wait that no more is taken today.
 */
enum status told_put(struct catalog *records, enum told_kind kind,
		     const char *id, const json_t *fields,
		     const struct when *when, char out[static TOLD_ID_SIZE + 1],
		     struct err *err);

/* What the node itself knows, under an id of its own that is always the same:
 * told only where `fixed` differs from what was told last. `*changed` says
 * so. */
enum status told_by_itself(struct catalog *records, const char *id,
			   const char *what, const char *text, bool fixed,
			   const struct when *when, bool *changed,
			   struct err *err);

/* Append the items of a kind, the newest first, each without k and w and with
 * "at_s" (by this machine's clock then; 0: it was not set). */
enum status told_list(struct catalog *records, enum told_kind kind,
		      json_t *list, struct err *err);

#endif
