/* Who opens the desks of a running node: PINs and passwords, wrong tries, reset
 * codes, and office keys that are locked again after a while.
 *
 * What comes of wrong tries is written to standard error, where the system's
 * journal takes it from, with the address it came from and never with what was
 * tried.
 *
 * Threads:  loop thread only.
 * Lifetime: desk_open() -> desk_close() -> closed callback -> desk_free(). */
#ifndef NODE_PAGE_DESK_H
#define NODE_PAGE_DESK_H

#include "node/page/hasher.h"
#include "node/page/page_api.h"
#include "node/page/reset_code.h"
#include "node/page/secrets.h"

struct desk;

/* A damaged desk.json keeps the desks shut, and nothing else: that is said, and
 * the node runs. STATUS_NO_MEMORY, STATUS_IO. */
enum status desk_open(struct desk **out, struct node *n, struct err *err);
/* Once a second. */
void desk_tick(struct desk *d);
/* `closed` once, when nothing is under way any more; perhaps from inside. */
void desk_close(struct desk *d, void (*closed)(void *owner), void *owner);
void desk_free(struct desk *d);

/* The node's: NULL before page_start() and after page_release(). */
struct desk *desk_of(struct node *n);
struct hasher *desk_hasher(struct desk *d);
struct resets *desk_resets(struct desk *d);

/* Who tries: an address for the lock-out and for people. */
struct desk_source {
	uint64_t id;
	char text[48];
};
void desk_source_of(const struct http_request *request,
		    struct desk_source *out);

/* --- trying a secret --- */

enum desk_verdict {
	DESK_RIGHT,
	DESK_WRONG,
	DESK_WAITS, /* locked */
	DESK_NONE,  /* there is no such secret */
	DESK_BUSY   /* too many at once, or stopping */
};
struct desk_answer {
	enum desk_verdict verdict;
	unsigned left;	 /* DESK_WRONG: tries until it is locked */
	unsigned wait_s; /* DESK_WAITS; DESK_WRONG with none left */
};
typedef void (*desk_answer_cb)(void *owner, const struct desk_answer *answer);

/*
 * Is this `who`'s secret? The bytes are copied, and wiped when it is known.
 *
 * Returns: true: `answered` will be called once, later; false: *at_once says
 *          why not.
 */
bool desk_try(struct desk *d, const char *who, struct bytes secret,
	      const struct desk_source *source, desk_answer_cb answered,
	      void *owner, struct desk_answer *at_once);

/* Answer a request whose secret was not right, as docs/formats-page.md says. */
void desk_refuse(struct http_request *request,
		 const struct desk_answer *answer);

/* --- trying something else that is counted alike: a reset code, a passphrase.
 * `what` is a name for the count; nobody is called so. --- */

#define DESK_RESET "\treset "	  /* and then who */
#define DESK_UNLOCK "\tunlock"

/* May it be tried? Counts as wrong until desk_was_right(). */
bool desk_admits(struct desk *d, const char *what,
		 const struct desk_source *source, struct desk_answer *answer);
/* It was wrong, and that is said in the log; *answer is filled in. */
void desk_was_wrong(struct desk *d, const char *what,
		    const struct desk_source *source,
		    struct desk_answer *answer);
void desk_was_right(struct desk *d, const char *what,
		    const struct desk_source *source);
void desk_undecided(struct desk *d, const char *what,
		    const struct desk_source *source);

/* How many were wrong in the last 24 hours, since the node started. */
unsigned desk_wrong_lately(const struct desk *d);

/* --- changing secrets --- */

/* As secrets_set(); sessions and an open challenge of `who` end. */
enum status desk_set(struct desk *d, const char *who, const char *hash,
		     struct err *err);
/* Who has a secret; NULL, with `err`, when the file is damaged. */
json_t *desk_names(struct desk *d, struct err *err);
/* {"A":…, "B":…, "office":…}: which are set; a new reference. */
json_t *desk_secrets_json(struct desk *d);

/* --- keys of the office --- */

/* Lock them again after so many minutes; 0: not by itself. */
void desk_relock_after(struct desk *d, unsigned minutes);

#endif
