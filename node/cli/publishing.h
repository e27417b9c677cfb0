/* Publishing one lesson, for `publish FILE` and for each row of a list: asked
 * whether it may be said, made room for, prepared with its renditions, said. */
#ifndef NODE_CLI_PUBLISHING_H
#define NODE_CLI_PUBLISHING_H

#include "node/cli/cli.h"
#include "node/prepare.h"
#include "node/renditions.h"

enum { PREPARE_FILE_MAX = 1025 };

struct publishing {
	struct cli *cli;
	const char *source;
	json_t *fields; /* what the request to publish says; borrowed */
	bool as_is, no_media;
	struct renditions renditions;
	const char *name;	   /* of what is made; NULL: the source's */
	const atomic_bool *cancel; /* may be NULL */
	/* Told where it is, in place of a bar, and what was found; or NULL. */
	void (*step)(const struct publishing *p, const char *step,
		     uint64_t done, uint64_t total);
	void (*check)(const struct publishing *p, const json_t *check);

	/* What a try has promised, or a journal. */
	char id[LESSON_ID_MAX + 1];
	uint64_t rev;

	/* What came of it; publishing_release(). */
	struct prepared made;
	json_t *also;	/* of the request */
	json_t *checks; /* {file, what, ok, detail, text, rendition?} */
	json_t *answer; /* the lesson */

	/* private */
	struct progress bar;
	enum prepare_phase phase;
	bool begun;
	char file[PREPARE_FILE_MAX]; /* at hand; "" for none in particular */
	const char *as;		     /* the rendition at hand, or NULL */
};

/* What the options say of how: --as-is, --no-media, --rendition. */
enum status publishing_options(struct publishing *p, struct err *err);

/* May it be said at all? Fills id and rev; takes from node.conf which
 * renditions are made, where the options do not say. */
enum status publishing_try(struct publishing *p, struct err *err);

/* Prepare it: fills made, also and checks. */
enum status publishing_prepare(struct publishing *p, struct err *err);
/* Prepare and publish it. Before: publishing_try(). */
enum status publishing_run(struct publishing *p, struct err *err);

/* What was converted waits no longer. */
void publishing_forget(const struct publishing *p);
void publishing_release(struct publishing *p);

/* What was found and done, a line each, to `file`. */
void publishing_print_checks(const json_t *checks, void *file);

#endif
