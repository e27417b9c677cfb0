/* The drafts of an office, as they lie in its data directory:
 *
 *     drafts/<id>/draft.json      written durably; without it there is no draft
 *     drafts/<id>/files/<name>    what is here whole, and flushed
 *     drafts/<id>/coming/<name>   what is being sent
 *     drafts/.tmp-…               on its way out, or in
 *
 * A power cut, or kill -9, leaves each draft in a state it was in; what comes
 * of that at the next start is drafts_open()'s to say. A file that was being
 * sent goes on at the last DRAFT_SYNC of it that is certainly flushed.
 *
 * Threads: one; drafts_write() and drafts_remove() any. */
#ifndef NODE_PAGE_DRAFTS_H
#define NODE_PAGE_DRAFTS_H

#include <stddef.h>

#include "node/page/draft.h"
#include "proto/bytes.h"

enum {
	DRAFTS_MAX = 1200, /* a table of a thousand, and some */
	DRAFT_SYNC = 4 << 20, /* bytes of a file between two flushes */
	DRAFT_PATH_MAX = 5000
};
#define DRAFTS_DIR "drafts"

struct drafts {
	struct draft **list; /* the newest first */
	size_t count;
	bool approval; /* a second person is needed */

	/* private */
	char *dir; /* DIR/drafts */
	size_t room;
	uint64_t number; /* the highest so far */
};

/*
 * Read what the data directory `dir` has, and tidy it: what is not whole goes,
 * what was being prepared is open again and says so. A draft.json that cannot
 * be read is told on standard error and left alone.
 *
 * Returns: STATUS_IO, STATUS_NO_MEMORY.
 */
enum status drafts_open(struct drafts **out, const char *dir, bool approval,
			struct err *err);
void drafts_free(struct drafts *drafts);

/* NULL: there is none. */
struct draft *drafts_find(const struct drafts *drafts, const char *id);

/* A new one. STATUS_NO_ROOM when there are DRAFTS_MAX, none of them published
 * (else the oldest of those makes room); STATUS_IO. */
enum status drafts_add(struct drafts *drafts, const char *made_by,
		       struct draft **out, struct err *err);

/* Write it down. On failure it is on disk as it was. */
enum status drafts_save(struct drafts *drafts, struct draft *d,
			struct err *err);

/* Make the move, as draft_next(), and write it down. STATUS_BUSY when it
 * cannot be made; a failure leaves the draft as it was. */
enum status drafts_move(struct drafts *drafts, struct draft *d,
			enum draft_move move, struct err *err);

/* It is no more. Its folder lies at `path` under another name, to be removed
 * with drafts_remove(). */
enum status drafts_delete(struct drafts *drafts, struct draft *d,
			  char path[static DRAFT_PATH_MAX], struct err *err);
/* The same of one of its files, or, with name NULL, of all. STATUS_NOT_FOUND
 * when nothing lies there. */
enum status drafts_take_files(struct drafts *drafts, const struct draft *d,
			      const char *name,
			      char path[static DRAFT_PATH_MAX],
			      struct err *err);
void drafts_remove(const char *path);

/* Where what is to be prepared lies: the one file, or the folder of them. */
void drafts_source(const struct drafts *drafts, const struct draft *d,
		   const char *listed_dir, char path[static DRAFT_PATH_MAX]);

/* Bytes of all that are still to come. */
uint64_t drafts_to_come(const struct drafts *drafts);

/* --- a piece of a file, on any thread --- */

struct draft_piece {
	char coming[DRAFT_PATH_MAX]; /* folders */
	char files[DRAFT_PATH_MAX];
	char name[SAFENAME_MAX + 1];
	uint64_t offset, total;
	struct bytes bytes; /* borrowed */
};
void drafts_piece(const struct drafts *drafts, const struct draft *d,
		  const char *name, struct draft_piece *out);
/* Write it. With its last piece the file is flushed, and then gets its name in
 * files/. STATUS_NO_ROOM and STATUS_IO leave what came before. */
enum status drafts_write(const struct draft_piece *piece, struct err *err);

/* How much of a file of which `size` bytes lie there is certainly flushed. */
uint64_t drafts_flushed(uint64_t size);

/* Is there room for `bytes` more, with `free` bytes on the disk, `floor` of
 * which stay free, and `promised` to others? */
bool drafts_have_room(uint64_t bytes, uint64_t free, uint64_t floor,
		      uint64_t promised);

#endif
