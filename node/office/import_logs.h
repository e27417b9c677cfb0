/* Which record logs have entries that are not imported yet. Private to
 * node/office. */
#ifndef NODE_OFFICE_IMPORT_LOGS_H
#define NODE_OFFICE_IMPORT_LOGS_H

#include "catalog/catalog.h"
#include "node/office/import.h"

struct import_log {
	int64_t log;
	int64_t station; /* its row; 0: none yet */
	uint8_t key[PUBLIC_KEY_SIZE];
	uint64_t next; /* the entry to be imported next */
	uint64_t size;
	/* When a source showed what is here: nothing in it is later. */
	int64_t taken_s;
};

struct import_logs {
	struct import_log *list;
	size_t count;
	uint64_t waiting; /* entries of all of them */
	/* Where the next one to be handed out is. */
	size_t at;
};

/*
 * Look at all logs, or at those of the options. `source` is node.db, `office`
 * records.db; forked logs are marked there. `found` is NULL or filled.
 */
enum status import_logs_look(struct import_logs *out, struct catalog *source,
			     struct catalog *office,
			     const struct import_options *options,
			     struct import_found *found, struct err *err);
void import_logs_release(struct import_logs *logs);

#endif
