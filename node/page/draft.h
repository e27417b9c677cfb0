/* One draft: a lesson on its way (docs/formats-page.md, 4), as its draft.json
 * says.
 *
 * Memory only. What comes from outside is bounded here. */
#ifndef NODE_PAGE_DRAFT_H
#define NODE_PAGE_DRAFT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog/lesson.h"
#include "node/page/draft_state.h"
#include "proto/err.h"
#include "proto/safename.h"

enum {
	DRAFT_ID_SIZE = 16, /* hex digits */
	DRAFT_FILES_MAX = 100,
	DRAFT_CHECKS_MAX = 300,
	DRAFT_WHO_MAX = 31,
	DRAFT_WHAT_MAX = 15,
	DRAFT_JSON_MAX = 512 << 10 /* bytes of a draft.json */
};
#define DRAFT_FORMAT "xiangtu-draft/1"

struct draft_file {
	char name[SAFENAME_MAX + 1];
	uint64_t bytes;	   /* it will have */
	uint64_t received; /* as much: all of it is here, durably */
	bool busy;	   /* a piece is being written */
};

/* What went wrong last: a word for the page, a sentence. */
struct draft_trouble {
	char what[DRAFT_WHAT_MAX + 1]; /* "": nothing */
	char text[ERR_TEXT_MAX];
};

struct draft {
	char id[DRAFT_ID_SIZE + 1];
	uint64_t number; /* grows: the newest has the highest */
	enum draft_state state;
	json_t *fields; /* only what draft_set_fields() lets in */
	struct draft_file *files;
	size_t n_files;
	/* Where its file lies, in place of `files`: a path below the folder of
	 * lists; NULL. */
	char *listed;
	uint64_t listed_bytes;
	json_t *renditions; /* of strings */
	bool as_is;
	json_t *checks; /* {file, what, ok, text, …}, of the last preparation */
	/* What was prepared: {btmh, bytes, files, seconds?, poster?, also[]};
	 * NULL: nothing. */
	json_t *made;
	char made_by[DRAFT_WHO_MAX + 1];
	char approved_by[DRAFT_WHO_MAX + 1]; /* "": nobody */
	char approved[65]; /* draft_digest() of what was approved */
	/* The lesson it is, or is about to be signed as; "" before. */
	char lesson[LESSON_ID_MAX + 1];
	uint64_t rev;
	struct draft_trouble trouble;
	uint64_t changed_s;
	uint64_t queued; /* to be prepared; not kept */
};

/* An open draft without anything in it; NULL: out of memory. */
struct draft *draft_new(const char *id, const char *made_by);
void draft_free(struct draft *d);

/* 16 digits of lower-case hex? */
bool draft_id_is_good(const char *id);

/* The file of this name, or NULL. */
struct draft_file *draft_file(const struct draft *d, const char *name);
/*
 * Add one, or begin it anew with another size.
 *
 * Returns: STATUS_OK; STATUS_USAGE for a name that is not safe everywhere, that
 *          cannot stand beside another, an empty file, one too many;
 *          STATUS_NO_MEMORY.
 */
enum status draft_add_file(struct draft *d, const char *name, uint64_t bytes,
			   struct draft_file **out, struct err *err);
void draft_drop_file(struct draft *d, const char *name);
/* Is all of them here? False when there is none. */
bool draft_is_complete(const struct draft *d);
/* Bytes that are still to come. */
uint64_t draft_to_come(const struct draft *d);

/*
 * Replace what `fields` has of title, topic, region, summary, lang, series,
 * date, expires, initials, keep, revises; "" or null takes it out. *changed:
 * something is different now.
 *
 * Returns: STATUS_OK; STATUS_USAGE, with the field, for what is none or too
 *          long, and then nothing has changed; STATUS_NO_MEMORY.
 */
enum status draft_set_fields(struct draft *d, const json_t *fields,
			     bool *changed, struct err *err);
/* The same for ["480p", "original"]. */
enum status draft_set_renditions(struct draft *d, const json_t *renditions,
				 bool *changed, struct err *err);

/* The text of a field; "" when there is none. */
const char *draft_field(const struct draft *d, const char *name);

/* What an approval is of: every field, and every hash of what was prepared. */
void draft_digest(const struct draft *d, char out[static 65]);
/* Has `who` approved what it is now? */
bool draft_is_approved(const struct draft *d);
/* Forget that somebody has. */
void draft_unapprove(struct draft *d);

void draft_trouble(struct draft *d, const char *what, const char *text);

/* As it is kept; NULL when out of memory. */
json_t *draft_put(const struct draft *d);
/* Read it again: NULL for what is no such thing. `received` of its files is
 * for the disk to tell. */
struct draft *draft_take(const char *id, const json_t *json);

#endif
