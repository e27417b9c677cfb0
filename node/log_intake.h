/* Begins to take in a log of lessons that somebody shows, a neighbour or a
 * drive: by the keys, the limits and the end that house_authority() tells
 * (catalog/intake.h does the rest). This node's own records pass here, too,
 * when a disk has lost some; other nodes' do in node/records.h. */
#ifndef NODE_LOG_INTAKE_H
#define NODE_LOG_INTAKE_H

#include "catalog/intake.h"
#include "node/house.h"

/*
 * The log that a checkpoint note is of, by its first line.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND (err untouched) when it is no log this
 *          node follows, or one that nobody may publish in any more: it
 *          stays as it is, and who goes on showing it does nothing wrong;
 *          STATUS_MALFORMED when the note has no such line; what SQLite fails
 *          with.
 */
enum status log_intake_find(struct house *h, struct bytes note,
			    struct log_info *log, struct err *err);

/* As intake_open(), and tells the log that a source has shown its head.
 * STATUS_NOT_FOUND when nobody may publish in it. */
enum status log_intake_open(struct house *h, const struct log_info *log,
			    struct bytes note, struct intake **out,
			    struct err *err);

/* Read a checkpoint note of the log `origin`: signed by who may publish there,
 * or of just where it was ended. STATUS_NOT_FOUND when nobody may publish
 * there; else as checkpoint_open(). */
enum status log_intake_head(struct house *h, const char *origin,
			    struct bytes note, struct checkpoint *head);

/* An intake has found that its log has another history than the one here. Is
 * that settled by the trust note, by an end that the log here does not reach?
 * Then it begins anew, and is to be taken in from whoever shows it next. */
bool log_intake_forked(struct house *h, const char *origin);

#endif
