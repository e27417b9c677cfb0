/* Begins to take in a log of lessons that somebody shows, a neighbour or a
 * drive: by the keys, the limits and the end that the trust note names for it
 * (catalog/intake.h does the rest). This node's own records pass here, too,
 * when a disk has lost some; other nodes' do in node/records.h. */
#ifndef NODE_LOG_INTAKE_H
#define NODE_LOG_INTAKE_H

#include "catalog/intake.h"
#include "signing/trust.h"

/*
 * The log that a checkpoint note is of, by its first line.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND (err untouched) when it is no log this
 *          node follows, or one the trust note names no longer: it stays as it
 *          is, and who goes on showing it does nothing wrong;
 *          STATUS_MALFORMED when the note has no such line; what SQLite fails
 *          with.
 */
enum status log_intake_find(struct catalog *c, const struct trust *trust,
			    struct bytes note, struct log_info *log,
			    struct err *err);

/* As intake_open(), and tells the log that a source has shown its head.
 * STATUS_NOT_FOUND when the trust note names no publisher of it. */
enum status log_intake_open(struct catalog *c, const struct trust *trust,
			    const struct log_info *log, struct bytes note,
			    struct intake **out, struct err *err);

#endif
