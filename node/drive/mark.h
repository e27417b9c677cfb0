/* The mark that makes a drive ours: .xiangtu/drive.json.
 *
 *     {"xiangtu":"drive/v1","id":"<32 hex digits>","made_by":"兴宁镇",
 *      "parts":2080374784}
 *
 * `id` is random and tells drives apart in what people are told. `parts`, where
 * it is there, has every file longer than that carried in parts, for TVs that
 * play no longer ones; a multiple of MARK_PARTS_UNIT. Nothing is believed
 * because a drive is marked: only a marked one is synced by plugging it in.
 * docs/drive.md, "drive.json". */
#ifndef NODE_DRIVE_MARK_H
#define NODE_DRIVE_MARK_H

#include "node/drive/mount.h"

enum {
	MARK_ID_SIZE = 16,
	MARK_NAME_MAX = 120, /* bytes */
	MARK_SIZE_MAX = 4096,	     /* bytes of the file */
	MARK_PARTS_UNIT = 64 << 20
};

struct drive_mark {
	uint8_t id[MARK_ID_SIZE];
	char made_by[MARK_NAME_MAX + 1]; /* the node that did, or "" */
	uint64_t part_bytes;		 /* 0: as the file system needs */
};

/*
 * Read a drive's mark. Keys of later versions are passed over.
 *
 * Returns: STATUS_NOT_FOUND when there is none (err untouched); STATUS_OLD
 *          when a newer program made it, which may mean anything by it;
 *          STATUS_MALFORMED when it reads as nothing (a drive pulled out while
 *          it was made); STATUS_UNTRUSTED when it is a link or no file;
 *          STATUS_IO; STATUS_NO_MEMORY. `out` is untouched then.
 */
enum status mark_read(struct mount *m, struct drive_mark *out,
		      struct err *err);
/* Write it, durably; as mount_write(). `made_by` that hides something or is
 * not UTF-8 is left out. */
enum status mark_write(struct mount *m, const struct drive_mark *mark,
		       struct err *err);
/* Fill with a new random id, no name, no parts. */
void mark_new(struct drive_mark *out);

/* The id in hex. */
void mark_id_text(const struct drive_mark *mark,
		  char out[static 2 * MARK_ID_SIZE + 1]);

/* The two ends of the format, for tests. As mark_read() and mark_write(). */
enum status mark_parse(struct bytes text, struct drive_mark *out,
		       struct err *err);
enum status mark_format(const struct drive_mark *mark, struct buf *out,
			struct err *err);

#endif
