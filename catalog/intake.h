/* Taking in new entries of a log from any source: a neighbour, a static
 * mirror, a drive. One verifier for all of them; only the way the bytes arrive
 * differs, and that is the caller's: an intake says which resource it wants
 * next and is given its bytes.
 *
 *     intake_open(note)                   is there anything to get?
 *     while (!intake_done())
 *         intake_next() -> want           several may be under way
 *         … fetch tile_path_format(want.path) …
 *         intake_check(want, body) -> part    on any thread
 *         intake_accept(part)              or intake_missing(), intake_return()
 *     intake_commit()                     size, root and note move together
 *     intake_free()                       also to give up, at any time
 *
 * How it proves things (docs/formats-log.md, "Following a log"):
 *
 *   DIRECT   the new entries are few: hash them behind what is here, and the
 *            root must come out as signed. When it does not -> EDGE.
 *   EDGE     the hash tiles of level 1 and the last bundle must hash, behind
 *            what is here, to the signed root. That proves every level-1 hash.
 *            When it does not -> PROBE.
 *   BUNDLES  each full bundle is proven by its own level-1 hash and stored at
 *            once, in any order; a later intake finds and uses what an
 *            interrupted one stored.
 *   PROBE    all of level 1 from the source alone: if that hashes to the
 *            signed root, the log has two histories (STATUS_FORKED); if not,
 *            the source lies (STATUS_DAMAGED).
 *   PROOF    a fork was found, is kept, and the log no longer followed; one
 *            more bundle of theirs makes it a proof for strangers
 *            (catalog/forks.h), and then it is told as STATUS_FORKED.
 *
 * Nothing is believed before that equality; nothing beyond the old size is
 * shown to anybody before intake_commit(). A source can make an intake hold at
 * most what INTAKE_PARALLEL wants allow.
 *
 * Threads: the catalog's, except intake_check(). One intake per log at a time
 * (two would only do the work twice). */
#ifndef CATALOG_INTAKE_H
#define CATALOG_INTAKE_H

#include "catalog/authority.h"
#include "catalog/log.h"
#include "signing/checkpoint.h"

enum {
	INTAKE_PARALLEL = 16, /* wants under way at once, at most */
	INTAKE_ENTRIES_MAX = 1 << 24
};

struct intake_options {
	const struct public_key *keys; /* of the publisher; used during open */
	size_t key_count;
	uint64_t entries_max;	  /* 0: INTAKE_ENTRIES_MAX */
	uint64_t entry_bytes_max; /* 0: ENTRY_SIZE_MAX */
	/* Where a trust note ends this log, or NULL: nothing beyond is taken,
	 * and the root there is the named one, whoever signed what. */
	const struct checkpoint *cutoff;
	uint64_t now_s; /* written on evidence */
	/* By whom proofs of forks share their room (catalog/forks.h), as it is
	 * when one is found; NULL: none gives way. Outlives the intake. */
	const struct authority *authority;
};

struct intake;

/*
 * Look at a checkpoint note of `log` from a source.
 *
 * Returns: STATUS_OK       there is something to get; `*out` is the caller's
 *          STATUS_OLD      what is here already, or an earlier state of it
 *                          (err untouched)
 *          STATUS_FORKED   another history under a valid signature; evidence
 *                          is kept and the log no longer followed. Also when
 *                          it was forked before.
 *          STATUS_UNTRUSTED, STATUS_MALFORMED   not a checkpoint of this log:
 *                          blame the source
 *          STATUS_OUT_OF_SCOPE  more entries than the publisher may have
 *          STATUS_NOT_FOUND     no such log here
 */
enum status intake_open(struct intake **out, struct catalog *c, int64_t log,
			struct bytes note, const struct intake_options *options,
			struct err *err);
/* NULL does nothing. All parts must be back. */
void intake_free(struct intake *in);

/* What the note promises. */
uint64_t intake_size(const struct intake *in);
/* Entries here and verified so far, for a progress bar. */
uint64_t intake_progress(const struct intake *in);

/* A resource to fetch. A plain value. */
struct intake_want {
	struct tile_path path;
	/* Bytes of it that are here already: asking for the range from there
	 * on saves them. 0: the whole. */
	uint64_t from;
	/* A body from 0, decompressed, is never longer: stop reading there. */
	uint64_t size_max;

	/* private */
	unsigned generation;
	size_t job;
	unsigned need;	/* the first so many are used */
	unsigned known; /* entries in the `from` bytes */
	size_t entry_max;
	bool proven; /* `hash` is what it must hash to */
	uint8_t hash[SHA256_SIZE];
};

/* The next resource to fetch. STATUS_NOT_FOUND when there is none right now:
 * enough are under way, or nothing is missing. Until it is accepted, missing
 * or returned, a want is not handed out again. */
enum status intake_next(struct intake *in, struct intake_want *want,
			struct err *err);

/*
 * Check the body a source gave for `want`: decompress, count, hash. Pure:
 * touches neither intake nor catalog.
 *
 * `from` is where the body begins, as the source says: 0, or want->from when
 * the range was answered. `zstd` says the body is content-encoded, which a
 * range never is.
 *
 * Returns: STATUS_OK, `*part` is the caller's to hand to intake_accept() or
 *          intake_part_free(); STATUS_MALFORMED when it is not such a
 *          resource (another range, too short, too long, junk); STATUS_DAMAGED when it hashes
 *          to something else than was proven. The text names the resource.
 *          The want is still under way: intake_return() it.
 * Threads: any.
 */
struct intake_part;
enum status intake_check(const struct intake_want *want, struct bytes body,
			 uint64_t from, bool zstd, struct intake_part **part,
			 struct err *err);
void intake_part_free(struct intake_part *part);

/*
 * Take in a checked part; it is the intake's from here on, whatever happens.
 *
 * Returns: STATUS_OK; STATUS_DAMAGED when all tiles of the source are here and
 *          do not hash to the signed root, after which the intake has begun
 *          anew (try another source); STATUS_FORKED as in intake_open(); what
 *          SQLite fails with, and then the want is handed out again.
 */
enum status intake_accept(struct intake *in, struct intake_part *part,
			  struct err *err);

/* intake_check() and intake_accept() in one, on this thread. On a refused body
 * the want is returned. */
enum status intake_supply(struct intake *in, const struct intake_want *want,
			  struct bytes body, uint64_t from, bool zstd,
			  struct err *err);

/* The source does not have it. STATUS_OK when something else may serve (the
 * full one in place of a partial; it comes with the next intake_next());
 * STATUS_NOT_FOUND when nothing does, and then the want is handed out again;
 * STATUS_FORKED in PROOF: the fork stays without a proof. */
enum status intake_missing(struct intake *in, const struct intake_want *want);

/* Not now: the transfer failed or was refused; hand it out again. */
void intake_return(struct intake *in, const struct intake_want *want);

/* Was a fork found? It is on disk then, and the log not followed any more,
 * also while the last thing for its proof is still wanted. */
bool intake_is_forked(const struct intake *in);

/* Is everything here and proven? */
bool intake_done(const struct intake *in);

/*
 * Make it the state of the log, in one durable transaction.
 *
 * Before:  intake_done().
 * Returns: STATUS_OK, after which only intake_free() is left to call;
 *          STATUS_OLD when the log has moved meanwhile (open anew); SQLite's
 *          failures, after which it may be called again.
 */
enum status intake_commit(struct intake *in, struct err *err);

#endif
