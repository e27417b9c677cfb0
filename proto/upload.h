/* What is sent up to `/up/<origin hash>`, and what is asked for in return
 * (docs/formats-records.md 5). A head of text, a checkpoint note, then bytes:
 *
 *     xiangtu-up/v1
 *     from <n>                           entries n, n + 1, … as in a bundle
 *   | part <tile path> <offset> <length> bytes of that resource from offset on
 *     note <bytes>
 *     <the note>
 *     <the bytes>
 *
 * The answer 202 is one line, `want <tile path> <offset>`. Pure. */
#ifndef PROTO_UPLOAD_H
#define PROTO_UPLOAD_H

#include "proto/tilepath.h"

enum {
	UPLOAD_MAX = 2 << 20,	/* bytes of a body */
	UPLOAD_NOTE_MAX = 65536,
	UPLOAD_HEAD_MAX = 256,	/* bytes of the lines in front of the note */
	UPLOAD_ENTRIES_MAX = 256, /* behind a `from` */
	UPLOAD_WANT_MAX = TILE_PATH_MAX + 32
};

/* The content type of a size (C2SP tlog-witness). */
#define UPLOAD_SIZE_TYPE "text/x.tlog.size"
/* The header that says how many entries the receiver has. */
#define UPLOAD_SIZE_HEADER "X-Log-Size"

struct upload {
	bool is_part;
	uint64_t from;		/* of entries */
	struct tile_path path;	/* of a part */
	uint64_t offset, length; /* of a part: where it begins, of how many */
	struct bytes note;
	struct bytes data;
};

/* Everything points into `body`. STATUS_MALFORMED also for a part that is
 * empty or goes beyond its length. `out` is then untouched. */
enum status upload_parse(struct bytes body, struct upload *out);

/* Append the head and the note; the data is for the caller to append. */
void upload_put_entries(struct buf *out, uint64_t from, struct bytes note);
void upload_put_part(struct buf *out, const struct tile_path *path,
		     uint64_t offset, uint64_t length, struct bytes note);

void upload_put_want(struct buf *out, const struct tile_path *path,
		     uint64_t offset);
enum status upload_parse_want(struct bytes text, struct tile_path *path,
			      uint64_t *offset);

#endif
