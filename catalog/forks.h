/* The proofs of forks that are kept here (signing/fork.h), made by this node's
 * intake or brought by others. There are at most FORKS_PER_LOG of one log, for
 * one is enough, and FORKS_MAX in all; of those each publisher that the trust
 * note names has its part (catalog/forkroom.h). None is deleted but to make
 * room, and what it has stopped stays stopped.
 *
 * Threads: as the catalog they are in. Errors not named below are SQLite's, as
 * catalog/catalog.h tells them. */
#ifndef CATALOG_FORKS_H
#define CATALOG_FORKS_H

#include "catalog/authority.h"
#include "catalog/catalog.h"
#include "catalog/log.h"
#include "signing/fork.h"

enum { FORKS_MAX = 256, FORKS_PER_LOG = 8, FORKS_SOURCE_MAX = 200 };

struct fork_row {
	uint8_t id[SHA256_SIZE];
	const char *origin;
	uint64_t found_s;
	const char *source; /* a URL, "drive", "" for this node's own intake */
	struct bytes text;
};

/* Where two histories part, as far as it is known. */
struct forks_span {
	uint64_t differ; /* the smallest size at which there are two roots */
	bool agree_known;
	uint64_t agree; /* up to here the entries were compared: the same */
};

/*
 * Keep a proof; durable (or within the caller's transaction). The caller has
 * verified it. `source` is cut at FORKS_SOURCE_MAX; `agree` is NULL when that
 * is not known. Where it is full, `authority` says whose gives way; NULL: none.
 *
 * Returns: STATUS_OK; STATUS_EXISTS when one of that name is here,
 *          STATUS_NO_ROOM when there are enough (err untouched in both).
 */
enum status forks_put(struct catalog *c, const struct authority *authority,
		      const struct fork *fork, uint64_t found_s,
		      const char *source, const uint64_t *agree,
		      struct err *err);

/* Append the text of one; STATUS_NOT_FOUND (err untouched). */
enum status forks_read(struct catalog *c, const uint8_t id[static SHA256_SIZE],
		       struct buf *out, struct err *err);

/* Call back for each, by name; what is pointed to is valid until the callback
 * returns, which must not call this again. A failure it returns ends the walk
 * and is returned. */
typedef enum status (*forks_each_cb)(void *owner, const struct fork_row *row,
				     struct err *err);
enum status forks_each(struct catalog *c, forks_each_cb each, void *owner,
		       struct err *err);

/* Append the names, 32 bytes each, ascending. */
enum status forks_names(struct catalog *c, struct buf *out, struct err *err);

enum { FORKS_DIGEST_SIZE = 16 };
/* What others are told, so that they ask when it is another than theirs: the
 * first 8 bytes of SHA-256 over all names, in hex; "" when there are none. */
enum status forks_digest(struct catalog *c,
			 char out[static FORKS_DIGEST_SIZE + 1],
			 struct err *err);

/* Of the proofs of one log: where its histories part. STATUS_NOT_FOUND (err
 * untouched) when there are none. */
enum status forks_span(struct catalog *c, const char *origin,
		       struct forks_span *span, struct err *err);

/*
 * The proof for two heads of a followed log, of which the larger is the log's
 * own: fills what fork_init() left open. Of equal sizes there is nothing to
 * do.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND when the larger head is another than
 *          the log's (err untouched).
 */
enum status forks_prove(struct catalog *c, const struct log_info *log,
			struct fork *fork, struct err *err);

#endif
