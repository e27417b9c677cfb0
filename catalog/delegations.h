/* Delegations as the logs have said them, kept by the index; from them and the
 * trust note follows who may publish (catalog/authority.h).
 *
 * Derived, as lessons are. Writing calls belong into the index's transaction.
 * Errors not named below are SQLite's. */
#ifndef CATALOG_DELEGATIONS_H
#define CATALOG_DELEGATIONS_H

#include "catalog/authority.h"
#include "catalog/catalog.h"

/*
 * Entry `n` of `log` delegates to `publisher`; it takes the place of what the
 * log said of that origin before.
 *
 * Returns: STATUS_OLD when the log has ended that origin at a size, which is
 *          for good; STATUS_NO_ROOM at AUTHORITY_CHILDREN_MAX origins.
 */
enum status delegations_put(struct catalog *c, int64_t log, uint64_t n,
			    const struct publisher *publisher,
			    struct err *err);

/*
 * The log takes a delegation back: what was said up to `end` stays, or nothing
 * when `end` is NULL.
 *
 * Returns: STATUS_NOT_FOUND (err untouched) when it never delegated that
 *          origin; STATUS_OLD when it has ended it at this or a smaller size
 *          before.
 */
enum status delegations_end(struct catalog *c, int64_t log, const char *origin,
			    const struct cutoff *end, struct err *err);

/* Forget all of them: they are about to be made again. */
enum status delegations_forget(struct catalog *c, struct err *err);

/* A number that is another one whenever they have changed. */
enum status delegations_number(struct catalog *c, int64_t *number,
			       struct err *err);

/* Work out who may publish by `trust` and by what is in the catalog. */
enum status delegations_authority(struct catalog *c, const struct trust *trust,
				  struct authority *a, struct err *err);

#endif
