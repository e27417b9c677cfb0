/* An office takes in what stations have sent, by itself: when a record log has
 * grown, when the records key was unlocked, when stations were enrolled, and at
 * the start. Nodes without a records.key do nothing here.
 *
 * While the key is locked the entries stay sealed, and are counted.
 *
 * Threads:  the loop; the work is done on libuv's pool (node/office/import.h).
 * Lifetime: importer_open() -> … -> importer_close() -> closed callback. */
#ifndef NODE_OFFICE_IMPORTER_H
#define NODE_OFFICE_IMPORTER_H

#include <jansson.h>
#include <uv.h>

#include "node/house.h"

struct importer;

struct importer_options {
	uv_loop_t *loop;
	struct house *house;
	void *owner;
	/* Something was imported, or is no longer waited for; may be NULL. */
	void (*changed)(void *owner);
};

enum status importer_open(struct importer **out,
			  const struct importer_options *options,
			  struct err *err);
void importer_close(struct importer *i, void (*closed)(void *owner),
		    void *owner);

/* This record log has grown. (Here and below NULL does nothing.) */
void importer_grew(struct importer *i, int64_t log);
/* Any may be to be looked at: keys, enrolments or trust have changed. */
void importer_look(struct importer *i);
/* The same, and now: somebody waits for it. `again`: as struct
 * import_options. */
void importer_now(struct importer *i, bool again);
/* Once a second. */
void importer_tick(struct importer *i, int64_t now_ms);

/*
 * How it stands, as a new reference: {"unnamed": import_is_unnamed(),"locked","busy","waiting": entries not
 * yet in,"imported": entries since the start,"trouble": why it failed the last
 * time, or "","strangers","forked"} (struct import_found). Where there is no
 * records.key: {"office": false} and zeros.
 */
json_t *importer_json(const struct importer *i);

#endif
