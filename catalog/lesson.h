/* A lesson as its publisher describes it: one revision, one payload.
 *
 * The JSON form is an entry of a publisher's log (docs/formats-entry.md,
 * "lesson"). Every text here is bounded and plain, so a struct lesson is a
 * value: copied by assignment, owning nothing. */
#ifndef CATALOG_LESSON_H
#define CATALOG_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/place.h"

enum {
	LESSON_SHORT_SIZE = 8, /* base32 digits of the short id */
	LESSON_SHORT_BYTES = 5,
	LESSON_ID_MAX = ORIGIN_MAX + 1 + LESSON_SHORT_SIZE,
	LESSON_TITLE_MAX = 200,    /* bytes of UTF-8 */
	LESSON_LANG_MAX = 35,      /* bytes, a BCP 47 tag */
	LESSON_SUMMARY_MAX = 2000, /* bytes of UTF-8 */
	LESSON_INITIALS_MAX = 200, /* a-z and 0-9 */
	LESSON_OFFICE_MAX = 200,   /* bytes of UTF-8 */
	LESSON_AS_MAX = 16,        /* a-z, 0-9 and '-' */
	LESSON_ALSO_MAX = 4,
	LESSON_FILES_MAX = 100000,
	LESSON_DATE_SIZE = 10, /* YYYY-MM-DD */
	LESSON_BTMH_SIZE = 32,
	LESSON_BLOB_SIZE = 32
};

/* Sizes and counts in JSON stay exact in every reader up to here. */
#define LESSON_BYTES_MAX (UINT64_C(1) << 53)

/* Another rendition of the same lesson, a payload of its own. */
struct rendition {
	char as[LESSON_AS_MAX + 1]; /* "480p" */
	uint8_t btmh[LESSON_BTMH_SIZE];
	uint64_t bytes;
};

struct lesson {
	char id[LESSON_ID_MAX + 1]; /* origin#short */
	uint32_t rev;               /* 1 and up, below 2^31 */
	char title[LESSON_TITLE_MAX + 1];
	struct {
		char title[LESSON_TITLE_MAX + 1]; /* "" when in no series */
		uint32_t n;                       /* 0 when unnumbered */
	} series;
	char topic[TOPIC_MAX + 1];
	char region[REGION_MAX + 1];
	char lang[LESSON_LANG_MAX + 1];         /* "" when not said */
	uint32_t seconds;                       /* 0 for what does not play */
	char date[LESSON_DATE_SIZE + 1];
	char expires[LESSON_DATE_SIZE + 1];     /* "" when never */
	char summary[LESSON_SUMMARY_MAX + 1];   /* may hold '\n' */
	char initials[LESSON_INITIALS_MAX + 1]; /* "hsy" */
	uint8_t btmh[LESSON_BTMH_SIZE];
	uint64_t bytes;
	uint32_t files;
	bool has_poster;
	uint8_t poster[LESSON_BLOB_SIZE]; /* SHA-256 of a JPEG */
	/* Its publisher asks that no copies leave the room: pages then offer
	 * none. Advice, no protection. */
	bool keep;
	/* What its publisher is called, as it says itself; "" when not said. */
	char office[LESSON_OFFICE_MAX + 1];
	size_t also_count;
	struct rendition also[LESSON_ALSO_MAX];
	uint64_t trust; /* version of the trust note its publisher had seen */
};

/*
 * Does every field keep the rules of docs/formats-entry.md?
 *
 * Returns: STATUS_OK; STATUS_MALFORMED with the field and its fault in `err`.
 */
enum status lesson_check(const struct lesson *lesson, struct err *err);

/*
 * Append the lesson as compact JSON, keys in the order of
 * docs/formats-entry.md.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED when lesson_check() refuses it;
 *          STATUS_NO_MEMORY. On failure `out` holds what it held.
 */
enum status lesson_format(const struct lesson *lesson, struct buf *out,
			  struct err *err);

/*
 * Read a log entry that must be a lesson. (Readers of logs use entry_parse().)
 *
 * Returns: STATUS_OK; STATUS_MALFORMED, also for entries of other types;
 *          STATUS_NO_MEMORY. `out` is untouched on failure.
 */
enum status lesson_parse(struct bytes json, struct lesson *out,
			 struct err *err);

/* Write "origin#short" from five random bytes. `origin` is well-formed. */
void lesson_id_make(const char *origin,
		    const uint8_t random[static LESSON_SHORT_BYTES],
		    char out[static LESSON_ID_MAX + 1]);

/* Split a full id into its origin and the number its short id spells.
 * Strict: one spelling for each id. STATUS_MALFORMED leaves both untouched. */
enum status lesson_id_split(const char *id,
			    char origin[static ORIGIN_MAX + 1],
			    uint64_t *short_id);

/* Write the eight digits of a short id below 2^40. */
void lesson_short_text(uint64_t short_id,
		       char out[static LESSON_SHORT_SIZE + 1]);

/* A real calendar day, written YYYY-MM-DD. */
bool date_is_good(const char *date);

/* One line of plain text of 1 to `max` bytes; a multi-line one may hold
 * '\n'. */
bool plain_is_good(const char *text, size_t max, bool multi_line);

#endif
