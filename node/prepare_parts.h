/* The steps of node/prepare.h and what they hand to one another. */
#ifndef NODE_PREPARE_PARTS_H
#define NODE_PREPARE_PARTS_H

#include <limits.h>

#include "node/prepare.h"
#include "node/prepare_source.h"

struct preparation {
	const struct prepare_options *options;
	struct prepare_source source;
	/* The unfinished payload: a directory beside the finished ones. */
	char staging[PATH_MAX];
	int top; /* the staging directory, open; -1 before it is made */
	bool *rewritten; /* for each file of the source */
	struct buf torrent;
	struct prepared out;
};

void prepare_tell(const struct preparation *p, enum prepare_phase phase,
		  uint64_t done, uint64_t total);
/* Add a sentence to the notes; what no longer fits is left out. */
__attribute__((format(printf, 2, 3))) void
prepare_note(struct preparation *p, const char *fmt, ...);
/* STATUS_OK or STATUS_CANCELLED. */
enum status prepare_check_cancel(const struct preparation *p, struct err *err);

/* Path of a file in the staging directory: as in a metainfo_file, or full. */
bool prepare_inner_path(const struct preparation *p, size_t index, char *path,
			size_t room);
bool prepare_staged_path(const struct preparation *p, size_t index, char *path,
			 size_t room);

/* Write MP4s whose index comes last into the staging directory, index first.
 * What cannot be rewritten is noted and left to be copied. */
enum status prepare_rewrite(struct preparation *p, struct err *err);

/* Copy what was not rewritten and hash everything: fills p->torrent and
 * p->out.btmh. */
enum status prepare_copy(struct preparation *p, struct err *err);

/* Duration and poster, from the staged files; what is not to be had is
 * noted. */
enum status prepare_look(struct preparation *p, struct err *err);

#endif
