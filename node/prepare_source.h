/* What somebody wants to publish: one file, or a folder with all that is in
 * it, looked at once and found fit to become a payload. */
#ifndef NODE_PREPARE_SOURCE_H
#define NODE_PREPARE_SOURCE_H

#include <sys/types.h>
#include <time.h>

#include "proto/err.h"
#include "proto/safename.h"

struct prepare_source_file {
	char *path; /* below the folder; the payload's name for a single file */
	char *made; /* what takes its place, full path; NULL: it itself */
	uint64_t size;
	/* To see that it is still the same file when it is read. */
	ino_t inode;
	struct timespec changed;
};

struct prepare_source {
	char *top; /* path of the file or folder */
	bool folder;
	bool many; /* the payload is a folder: also of a file, with subtitles */
	char name[SAFENAME_MAX + 1];
	/* in the order of a torrent's file tree */
	struct prepare_source_file *files;
	size_t count;
	uint64_t total;
	size_t hidden; /* files left out */
};

/*
 * Look at `path`; `name` (NULL: its own) is what the payload is to be called.
 *
 * Owns:    the source is the caller's, prepare_source_release() it.
 * Returns: as prepare_payload(); on failure there is nothing to release.
 */
enum status prepare_source_look(struct prepare_source *s, const char *path,
				const char *name, struct err *err);
void prepare_source_release(struct prepare_source *s);

/* Have it be made of what lies at `made`, under another path perhaps (NULL:
 * none); with `index` beyond the last, add it. Then prepare_source_sort(). */
enum status prepare_source_replace(struct prepare_source *s, size_t index,
				   const char *path, const char *made,
				   uint64_t size, struct err *err);
/* Bring the files into their order; STATUS_USAGE when two names collide. */
enum status prepare_source_sort(struct prepare_source *s, struct err *err);
/* Is there a file whose path is this but for case? */
bool prepare_source_has(const struct prepare_source *s, const char *path);

/* Open a file of it for reading. STATUS_BUSY when it is no longer what was
 * seen; STATUS_NOT_FOUND, STATUS_IO. */
enum status prepare_source_open(const struct prepare_source *s, size_t index,
				int *fd, struct err *err);
/* Is the open file still what was seen? */
bool prepare_source_unchanged(const struct prepare_source *s, size_t index,
			      int fd);

/* Its full path into `path`; false when it does not fit. */
bool prepare_source_full_path(const struct prepare_source *s, size_t index,
			      char *path, size_t room);

#endif
