/* What restore.c and restore_logs.c share. */
#ifndef NODE_RESTORE_INSIDE_H
#define NODE_RESTORE_INSIDE_H

#include "node/house.h"
#include "node/restore.h"

struct restoring {
	const struct restore_options *o;
	struct house house; /* dir, trust, authority and catalog only */
	struct restored *out;
};

/* What a source failed with first is told of it. */
void restore_blame(struct restore_source *s, const struct err *err);
const struct public_key *restore_own_key(const struct restoring *r);

/* The office's own log, of which there must be something: as
 * restore_office(). */
enum status restore_own_log(struct restoring *r, struct err *err);
/* Those of others that touch its region. What goes wrong with one of them is no
 * failure. */
enum status restore_other_logs(struct restoring *r, struct err *err);

#endif
