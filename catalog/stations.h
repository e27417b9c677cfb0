/* The stations an office has enrolled, and what nodes say of themselves.
 *
 * Stations come from `station` and `station-end` entries (catalog/index.h
 * writes them); statements come from neighbours, drives and nodes below, as
 * signed notes kept byte for byte. Callbacks must not come back to the
 * function that calls them. */
#ifndef CATALOG_STATIONS_H
#define CATALOG_STATIONS_H

#include "catalog/catalog.h"
#include "catalog/entry.h"

struct station {
	struct public_key key;
	char region[REGION_MAX + 1];
	char name[ENTRY_NAME_MAX + 1];
	size_t group_count;
	char groups[ENTRY_GROUPS_MAX][ENTRY_NAME_MAX + 1];
	int64_t log; /* the office that enrolled it */
	uint64_t entry;
	bool ended;
	/* As its office says: "YYYY-MM-DD", "" where it does not. */
	char since[LESSON_DATE_SIZE + 1];
	char until[LESSON_DATE_SIZE + 1]; /* of one that ended */
	bool has_replaces;
	uint8_t replaces[PUBLIC_KEY_SIZE]; /* whose place it took */
};

/*
 * The standing enrolment of a node key, or when none stands the last that
 * ended. Where several offices enrolled it, the one that puts it in the
 * smallest place.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND with `err` untouched; what SQLite
 *          failed with.
 */
enum status stations_get(struct catalog *c,
			 const uint8_t key[static PUBLIC_KEY_SIZE],
			 struct station *out, struct err *err);

typedef bool (*station_cb)(void *context, const struct station *station);
/* By region, then name; `ended` ones only when asked for. */
enum status stations_list(struct catalog *c, bool with_ended, station_cb each,
			  void *context, struct err *err);

/* A node's newest statement that came here. */
enum {
	STATEMENTS_MAX = 4096,
	STATEMENT_STRANGER_MAX = 64 << 10 /* of who is enrolled nowhere */
};

struct statement_row {
	uint8_t key[PUBLIC_KEY_SIZE];
	uint32_t boot;
	uint32_t seq;
	struct bytes note; /* borrowed; until release for statements_get() */
	uint64_t heard_s;  /* when it came, by this node's clock */
	uint64_t age_s;    /* how old it was said to be when it came */
};

/*
 * Keep a statement whose signature was checked.
 *
 * Returns: STATUS_OK; STATUS_OLD when the one here is as new or newer by
 *          (boot, seq); STATUS_NO_ROOM for one that nobody enrolled and
 *          that is larger than STATEMENT_STRANGER_MAX, or when STATEMENTS_MAX
 *          are known, all of them enrolled (else the stranger unheard for
 *          longest makes room); what SQLite failed with.
 */
enum status statements_put(struct catalog *c, const struct statement_row *row,
			   struct err *err);
/* `row->note` points into `note`, which gets the bytes appended.
 * STATUS_NOT_FOUND leaves `err` untouched. */
enum status statements_get(struct catalog *c,
			   const uint8_t key[static PUBLIC_KEY_SIZE],
			   struct statement_row *row, struct buf *note,
			   struct err *err);
typedef bool (*statement_cb)(void *context, const struct statement_row *row);
/* All, the most lately heard first. */
enum status statements_list(struct catalog *c, statement_cb each,
			    void *context, struct err *err);

#endif
