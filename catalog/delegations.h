/* Delegations as the logs have said them, kept by the index entry by entry;
 * from them and the trust note follows who may publish (catalog/authority.h).
 *
 * What is kept here is what stands in the logs, whoever may publish: so when a
 * log's standing changes, who may publish follows at once, and no log has to
 * be read again for it.
 *
 * Derived, as lessons are. Writing calls belong into the index's transaction.
 * Errors not named below are SQLite's. */
#ifndef CATALOG_DELEGATIONS_H
#define CATALOG_DELEGATIONS_H

#include "catalog/authority.h"
#include "catalog/catalog.h"
#include "catalog/entry.h"
#include "catalog/saying.h"

/* Of one log so many `delegate` and so many `undelegate` entries are read;
 * later ones count for nothing. Counted apart, so that what was said can
 * always be taken back. */
enum { DELEGATIONS_SAID_MAX = 1024 };

/*
 * Entry `n` of `log`, of so many bytes, is this `delegate` or `undelegate`.
 * Again is no harm.
 *
 * Returns: STATUS_NO_ROOM when the log had said enough before (err untouched).
 */
enum status delegations_say(struct catalog *c, int64_t log, uint64_t n,
			    size_t bytes, const struct entry *entry,
			    struct err *err);

/* How many statements of a log, of one of the two kinds, are kept. */
enum status delegations_said(struct catalog *c, int64_t log,
			     enum entry_type type, unsigned *count,
			     struct err *err);

/* The entries of a log from `n` on are not those any more that said so. */
enum status delegations_forget_from(struct catalog *c, int64_t log, uint64_t n,
				    struct err *err);

/* What those entries of a log come to that are below `end` and within the
 * limits and the scope of its publisher: fed into `out`, which is empty before.
 * `*read` says how many rows it took. */
enum status delegations_saying(struct catalog *c, int64_t log, uint64_t end,
			       const struct publisher *publisher,
			       struct saying *out, unsigned *read,
			       struct err *err);

/* A number that is another one whenever they have changed. */
enum status delegations_number(struct catalog *c, int64_t *number,
			       struct err *err);

/* Work out who may publish by `trust` and by what is in the catalog. */
enum status delegations_authority(struct catalog *c, const struct trust *trust,
				  struct authority *a, struct err *err);

#endif
