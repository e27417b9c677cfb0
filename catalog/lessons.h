/* The lessons this node knows: asking for one, for many, for numbers.
 *
 * They are made from the entries of logs by catalog/index.h; asking needs no
 * trust and no place, so it may be done on a worker with a connection of its
 * own. Callbacks must not come back to the function that calls them. */
#ifndef CATALOG_LESSONS_H
#define CATALOG_LESSONS_H

#include "catalog/catalog.h"
#include "catalog/lesson.h"
#include "catalog/payloads.h"
#include "catalog/want.h"

/* One lesson, the newest revision its publishers may give it. */
struct lesson_row {
	struct lesson lesson;

	/* Where it is written. `row` is a number for this entry in this
	 * database; another revision has another. */
	int64_t row;
	int64_t log;
	uint64_t entry;

	bool withdrawn;
	bool wanted; /* by the rules of catalog/want.h, held or not */
	bool over;   /* expired for certain, neither pinned nor due here: it is
		      * not fetched, whether wanted or not */
	enum want_reason why;
	enum choice choice;
	char due[LESSON_DATE_SIZE + 1]; /* wanted by this day (catalog/due.h);
					 * "" at any time */
	enum payload_state payload; /* of the main payload */
	uint32_t pieces;
	uint32_t verified; /* pieces */

	/* The payload this node shows of it: its own, or a rendition that is
	 * taken in its place (catalog/want.h). */
	struct {
		uint8_t btmh[LESSON_BTMH_SIZE];
		enum payload_state payload;
		uint32_t pieces, verified;
	} shown;
};

/* The state shown to people; `fetching` is for the node to add. */
enum lesson_state {
	LESSON_KNOWN,
	LESSON_WANTED, /* and not held, and not over */
	LESSON_HELD,
	LESSON_WITHDRAWN
};
enum lesson_state lesson_row_state(const struct lesson_row *row);
/* "known", "wanted", "held", "withdrawn". */
const char *lesson_state_name(enum lesson_state state);

/* Write the part of a full id that people type: the short id. */
const char *lesson_row_short(const struct lesson_row *row);

/*
 * Find the one lesson that `name` means: a full id, a short id, the first four
 * or more characters of a short id (as typed: case, '-' and look-alikes do not
 * matter), or a btmh of 64 hex digits (of the main payload or a rendition).
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND; STATUS_EXISTS when it means several,
 *          some of them listed in `err`; what SQLite failed with.
 */
enum status lessons_get(struct catalog *c, const char *name,
			struct lesson_row *out, struct err *err);

/* The main payload or rendition, of a lesson that is not withdrawn, whose btmh
 * begins with `prefix` (4 to 32 bytes; trackers speak of the first 20).
 * STATUS_NOT_FOUND leaves `err` untouched. */
enum status lessons_payload_by_prefix(struct catalog *c, struct bytes prefix,
				      uint8_t btmh[static LESSON_BTMH_SIZE],
				      struct err *err);

/* What its lessons make of one payload. */
struct payload_standing {
	bool known;  /* some lesson that is not withdrawn names it */
	bool wanted; /* some lesson wants it (held or not) and is not over */
	bool pinned;
	/* It must not stay: some lesson with it (in an earlier revision,
	 * perhaps) was withdrawn, or is dropped here, and none names it that is
	 * neither. */
	bool unwelcome;
	bool withdrawn;	 /* that is because of a withdrawal */
	bool superseded; /* known only of earlier revisions */
	uint64_t bytes; /* as its lesson says; 0 when not known */
};
enum status lessons_standing(struct catalog *c,
			     const uint8_t btmh[static LESSON_BTMH_SIZE],
			     struct payload_standing *out, struct err *err);

enum lessons_filter {
	LESSONS_ALL, /* but withdrawn ones */
	LESSONS_WANTED, /* and not held, and not over */
	LESSONS_HELD,
	LESSONS_HERE, /* held, or wanted and not over */
	LESSONS_OTHER, /* neither, nor withdrawn */
	LESSONS_PINNED,
	LESSONS_WITHDRAWN
};

struct lessons_query {
	const char *text;   /* what was typed (catalog/search.h); or NULL */
	const char *topic;  /* this or below it; or NULL */
	const char *region; /* containing it, or inside it; or NULL */
	enum lessons_filter filter;
	bool here_first; /* LESSONS_HERE before all others */
	uint32_t offset;
	uint32_t limit; /* 0: all */
};

/* Receives one lesson; false ends the list. */
typedef bool (*lesson_row_cb)(void *context, const struct lesson_row *row);

/* Lessons that fit, those whose title fits the text before the others, then
 * the newest date, then the newest entry. STATUS_OK also when none fits. */
enum status lessons_find(struct catalog *c, const struct lessons_query *query,
			 lesson_row_cb each, void *context, struct err *err);

/* How many fit, whatever its offset and limit. */
enum status lessons_count(struct catalog *c, const struct lessons_query *query,
			  uint64_t *count, struct err *err);

/* Known topics that lie directly below `parent` ("" for the roots), with the
 * number of lessons at or under each; in the order of their bytes. */
typedef bool (*topic_cb)(void *context, const char *topic, uint64_t lessons);
enum status lessons_topics(struct catalog *c, const char *parent,
			   topic_cb each, void *context, struct err *err);

/* All lessons of LESSONS_HERE in short, the newest first; false ends the
 * list. `row` is for lessons_at(). The texts are borrowed. */
typedef bool (*lessons_here_cb)(void *context, int64_t row, const char *topic,
				const char *region);
enum status lessons_here(struct catalog *c, lessons_here_cb each,
			 void *context, struct err *err);
/* The lesson of a row number that was told a moment ago. STATUS_NOT_FOUND, with
 * `err` untouched, when it is another by now. */
enum status lessons_at(struct catalog *c, int64_t row, struct lesson_row *out,
		       struct err *err);

/* What the publisher of a log is called, as its newest lesson here says; ""
 * when that says nothing, or there is none. */
enum status lessons_office(struct catalog *c, int64_t log,
			   char out[static LESSON_OFFICE_MAX + 1],
			   struct err *err);

/* Why an entry was refused. Kept by number: never renumber. */
enum refusal {
	REFUSED_MALFORMED = 1,
	REFUSED_FOREIGN = 2, /* names a lesson of another's origin */
	REFUSED_SCOPE = 3,   /* region, topic or size beyond its publisher's */
	REFUSED_CUTOFF = 4,  /* beyond where its log was ended */
	REFUSED_COUNT = 5,   /* beyond its publisher's number of entries, or of
			      * delegations */
	REFUSED_ENDED = 6    /* of a log that its own log has ended for good */
};
/* "malformed", "foreign", "out of scope", "after the cut-off", "too many",
 * "ended". */
const char *refusal_text(enum refusal refusal);

struct refused {
	int64_t log;
	const char *origin; /* borrowed until the callback returns */
	uint64_t entry;
	enum refusal why;
	const char *text;            /* more of it for people; borrowed */
	const struct lesson *lesson; /* NULL unless it reads as a lesson */
};
typedef bool (*refused_cb)(void *context, const struct refused *refused);

/* Refused entries, the newest of each log first. `limit` 0: all. */
enum status lessons_refused(struct catalog *c, uint32_t offset, uint32_t limit,
			    refused_cb each, void *context, struct err *err);

struct lessons_summary {
	uint64_t known;  /* not withdrawn */
	uint64_t wanted; /* and not held, and not over */
	uint64_t held;   /* lessons, not withdrawn */
	uint64_t withdrawn;
	uint64_t refused;      /* entries */
	uint64_t bytes;        /* of held lessons */
	uint64_t wanted_bytes; /* of wanted ones */
};
enum status lessons_summary(struct catalog *c, struct lessons_summary *out,
			    struct err *err);

/* Which entries of a log this node's statement tells of. */
enum lessons_bits {
	LESSONS_BITS_WANTED,
	LESSONS_BITS_HELD,
	LESSONS_BITS_INSTEAD
};

/* Append a bitmap over the entry numbers of a log: bit n%8 of byte n/8 is set
 * when entry n is the present revision of a lesson that is wanted, not over,
 * and not held (or is held). A withdrawn lesson counts as held as long as
 * anything of it, renditions and earlier revisions included, is not deleted
 * yet: a clear bit below a log's size says that the withdrawal is done here. A
 * lesson that is held as a rendition in place of its own payload has no bit but
 * among LESSONS_BITS_INSTEAD. No trailing zero bytes. */
enum status lessons_bitmap(struct catalog *c, int64_t log,
			   enum lessons_bits what, struct buf *bitmap,
			   struct err *err);

#endif
