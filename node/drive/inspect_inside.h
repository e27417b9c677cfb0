/* One inspection under way: what the files inspect*.c share. */
#ifndef NODE_DRIVE_INSPECT_INSIDE_H
#define NODE_DRIVE_INSPECT_INSIDE_H

#include "node/drive/inspect.h"

struct inspecting {
	const struct inspect_options *o;
	json_t *lessons, *logs, *records; /* of the report */
	const char *title;
	uint64_t before, done, total; /* bytes; `before` this lesson */
	uint64_t bytes;		      /* that were good */
	unsigned damaged;
	bool cancelled;
};

/* Say how far it is; false when it is to end. */
bool inspect_tell(struct inspecting *i);
enum status inspect_stopped(struct err *err); /* STATUS_CANCELLED */
/* Does only one lesson or log suffer from it, and the rest is looked at? */
bool inspect_is_of_one(enum status status);

/* --- inspect_logs.c --- */
enum status inspect_logs(struct inspecting *i, struct err *err);
enum status inspect_records(struct inspecting *i, struct err *err);

#endif
