/* What this node, as a witness, has cosigned last of each log. It is written
 * before a cosignature is shown to anybody, so that less is never cosigned
 * after a restart or a power cut.
 *
 * Threads: as the catalog they are in. Errors are SQLite's, as
 * catalog/catalog.h tells them. */
#ifndef CATALOG_COSIGNED_H
#define CATALOG_COSIGNED_H

#include "catalog/log.h"

struct cosigned {
	uint64_t size;
	uint8_t root[SHA256_SIZE];
	uint64_t time_s;
};

/* STATUS_NOT_FOUND (err untouched) when none was. */
enum status cosigned_get(struct catalog *c, int64_t log, struct cosigned *out,
			 struct err *err);

/* Put it there, and `note`, which carries the cosignature, in place of the
 * log's stored note; in one durable transaction. STATUS_MALFORMED, and nothing
 * has changed, when the log has another checkpoint by now. */
enum status cosigned_put(struct catalog *c, int64_t log,
			 const struct cosigned *done, struct bytes note,
			 struct err *err);

#endif
