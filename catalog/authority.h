/* Who may publish: the publishers that the trust note names and, below them,
 * those whom they have delegated a part of their scope to, by entries of their
 * logs (docs/formats-trust.md 5.2).
 *
 * An authority is worked out from both and is then a plain tree in memory. It
 * is stepped through from the top, by depth and within one depth by origin, so
 * that everybody who has the same trust note and the same logs finds the same:
 *
 *   - What the trust note says of an origin outranks any delegation of it.
 *   - Of several parents that delegate one origin, the one nearest to the trust
 *     note counts, and of equally near ones that whose origin is first in byte
 *     order. An origin stands in the tree once: rings are cut where they close.
 *   - A delegation counts as far as its parent reaches: the effective scope is
 *     the intersection along the chain (publisher_narrow()), hence never larger
 *     than that of any ancestor. A parent that may not delegate, and one that
 *     is AUTHORITY_DEPTH_MAX below the trust note, delegates nothing.
 *   - Who is cut off has delegated what it had delegated up to there; entries
 *     beyond never come this far (catalog/index.h).
 *   - No more than AUTHORITY_MAX publishers in all, and AUTHORITY_BELOW_MAX
 *     below one that the trust note names, so that none takes the room of
 *     another: those that are found first. Nor is more read below one than
 *     AUTHORITY_READ_MAX statements of logs: what a thief with one key can have
 *     everybody work out is bounded.
 *
 * Memory only. Threads: one at a time. */
#ifndef CATALOG_AUTHORITY_H
#define CATALOG_AUTHORITY_H

#include "proto/err.h"
#include "signing/trust.h"

enum {
	AUTHORITY_DEPTH_MAX = 4, /* 0: named by the trust note itself */
	AUTHORITY_CHILDREN_MAX = 256, /* that one log may have at a time */
	AUTHORITY_MAX = 4096,
	AUTHORITY_BELOW_MAX = 1024,
	AUTHORITY_READ_MAX = 8192,
	AUTHORITY_VOIDS_MAX = 1024 /* kept, to be shown */
};

/* What a log says last of one below it. */
struct delegation {
	struct publisher publisher; /* as its parent put it */
	uint64_t entry;		    /* of the parent's log */
	bool ended;		    /* `undelegate` came after */
	bool has_end; /* what it said up to `end` stays; else nothing does */
	struct cutoff end;
};

/* Whose delegations are asked for. */
struct authority_parent {
	const struct publisher *publisher; /* with its effective scope */
	const struct cutoff *end;	   /* NULL: it goes on */
	bool ended_by_name;		   /* by the trust note */
};

/* Where delegations are read from. */
typedef enum status (*authority_child_cb)(void *context,
					  const struct delegation *child,
					  struct err *err);
struct authority_source {
	void *owner;
	/* Call back for each that the log of `parent` has delegated to, by
	 * what counts of it, in byte order of their origins; end with the first
	 * failure of `each`. `*read`: how many of its statements that took. */
	enum status (*children)(void *owner,
				const struct authority_parent *parent,
				authority_child_cb each, void *context,
				unsigned *read, struct err *err);
};

struct authority_row {
	struct publisher publisher; /* the effective one */
	const struct authority_row *parent; /* NULL: the trust note names it */
	unsigned depth;	/* delegations between the trust note and it */
	uint64_t entry; /* of the parent's log */
	bool has_end;	/* ended by its parent, not by the trust note */
	struct cutoff end;

	/* private */
	/* The one above, or itself, that the trust note names. */
	struct authority_row *head;
	unsigned below;		    /* of a head: publishers below it */
	unsigned read;		    /* of a head: statements read below it */
};

/* A delegation that counts for nothing, and why. */
enum authority_void_why {
	AUTHORITY_ENDED,	/* taken back */
	AUTHORITY_OUTRANKED,	/* the trust note names the origin itself */
	AUTHORITY_OTHER_PARENT, /* another one delegates it, or is it */
	AUTHORITY_NO_SCOPE, /* its parent may not delegate, or not that */
	AUTHORITY_TOO_DEEP,
	AUTHORITY_TOO_MANY
};
struct authority_void {
	char parent[ORIGIN_MAX + 1];
	char origin[ORIGIN_MAX + 1]; /* "*": all of them */
	enum authority_void_why why;
};

struct authority;

/* Nobody may publish yet. NULL when out of memory. */
struct authority *authority_new(void);
void authority_free(struct authority *a);

/*
 * Work it out anew; `source` may be NULL: nobody has delegated.
 *
 * Returns: STATUS_OK; STATUS_NO_MEMORY; what the source fails with. On failure
 *          the authority is as it was. What was borrowed from it is gone after
 *          STATUS_OK.
 */
enum status authority_build(struct authority *a, const struct trust *trust,
			    const struct authority_source *source,
			    struct err *err);

/* The publisher of a log with its effective scope, or NULL; as everything
 * below, borrowed until the next authority_build(). */
const struct publisher *authority_publisher(const struct authority *a,
					    const char *origin);
/* Where a log has ended, by the trust note or else by who delegated it; NULL
 * while it has not. */
const struct cutoff *authority_cutoff(const struct authority *a,
				      const char *origin);
/* Is that end the word of who delegated it alone? A parent may be wrong about
 * which history its child's is, by mistake or by malice: nothing is thrown away
 * for it. */
bool authority_ended_by_parent(const struct authority *a, const char *origin);
/* May the log `successor` revise and withdraw what `origin` published: is it
 * the same log, or named by cut-offs as its successor, or a successor's? */
bool authority_succeeds(const struct authority *a, const char *successor,
			const char *origin);
/* Call back for each log that `successor` succeeds, itself not among them, in
 * byte order of their origins; takes time as there are cut-offs, however they
 * name one another. STATUS_NO_MEMORY. */
typedef void (*authority_before_cb)(void *context, const char *origin);
enum status authority_each_before(const struct authority *a,
				  const char *successor,
				  authority_before_cb each, void *context);
/* Who delegated it: its origin; NULL when the trust note itself names it, or
 * nobody does. */
const char *authority_parent(const struct authority *a, const char *origin);
/* Is there room for one more below it? The AUTHORITY_CHILDREN_MAX of its own
 * log are not asked for. */
bool authority_has_room(const struct authority *a, const char *parent);
/* All about one, or NULL. */
const struct authority_row *authority_find(const struct authority *a,
					   const char *origin);

/* All publishers, in the order they were found in: by depth, then by origin. */
size_t authority_count(const struct authority *a);
const struct authority_row *authority_at(const struct authority *a, size_t i);
/* All cut-offs that are in force; the trust note's first, each origin once. */
size_t authority_cutoff_count(const struct authority *a);
const struct cutoff *authority_cutoff_at(const struct authority *a, size_t i);
/* Delegations that count for nothing. */
size_t authority_void_count(const struct authority *a);
const struct authority_void *authority_void_at(const struct authority *a,
					       size_t i);

#endif
