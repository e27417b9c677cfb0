/* Where the files of one payload lie on a drive: a folder, and how they are cut
 * into parts. Shared by node/drive/cargo.c, stow.c and cargo_remove.c.
 *
 * Threads: one at a time for each berth. */
#ifndef NODE_DRIVE_BERTH_H
#define NODE_DRIVE_BERTH_H

#include "node/drive/mount.h"
#include "proto/metainfo.h"

struct berth {
	struct mount *m;
	const struct metainfo *mi;
	char folder[DRIVE_PATH_MAX];
	uint64_t part_bytes; /* 0: whole files */
};

/* ".xiangtu/part/<btmh>.place": a place file for a payload that has pieces
 * missing, wherever its files are. */
void berth_plan_path(const uint8_t btmh[static 32],
		     char out[static DRIVE_PATH_MAX]);
/*
 * Read a place file. One that is not there, or is none, is STATUS_NOT_FOUND
 * with `err` untouched; other failures as mount_read(), and
 * STATUS_UNREACHABLE.
 */
enum status berth_read_place(struct mount *m, const char *path,
			     struct drive_place *out, struct err *err);

/* Parts a file of `length` is in; 1 when it is whole. */
unsigned berth_parts(const struct berth *b, uint64_t length);
/* Bytes of part `part` of it. */
uint64_t berth_part_length(const struct berth *b, uint64_t length,
			   unsigned part);
/* The path of a file or of a part of it. STATUS_UNTRUSTED, said so, when it
 * would be too long for a drive. */
enum status berth_path(const struct berth *b,
		       const struct metainfo_file *file, unsigned part,
		       char out[static DRIVE_PATH_MAX], struct err *err);

struct berth_sight {
	uint64_t bytes; /* there, of those it should have */
	bool whole;	/* each file is there in its length */
};

/* Look at every file, opening none. STATUS_UNTRUSTED when a link, device or
 * folder is in the place of one; STATUS_UNREACHABLE; STATUS_IO. */
enum status berth_look(const struct berth *b, struct berth_sight *out,
		       struct err *err);

/* Call back for every folder its files are in, each once, the deepest first and
 * the berth's own last. False ends it, and is what is returned then. */
bool berth_each_folder(const struct berth *b,
		       bool (*each)(void *owner, const char *folder),
		       void *owner);

struct cargo;
/* Read what lies in a berth as it is, whole or not (node/drive/cargo.h): the
 * berth is copied. NULL when out of memory. */
struct cargo *cargo_in_berth(const struct berth *b);

/* What failed on a drive, failed because it is gone: STATUS_UNREACHABLE then,
 * else the status of `err`. */
enum status berth_failed(const struct mount *m, struct err *err);

#endif
