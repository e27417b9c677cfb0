/* A static mirror of all this node serves, written as files: any web server
 * or drive that holds them is a full upstream (docs/formats-http.md). */
#ifndef NODE_MIRROR_EXPORT_H
#define NODE_MIRROR_EXPORT_H

#include "node/house.h"

struct mirror_export_options {
	const char *dir;   /* where to; made if need be */
	bool no_payload;   /* leave the lessons' files out */
	/* What is being written; may be NULL. */
	void (*progress)(void *owner, uint64_t done, uint64_t total);
	void *owner;
};

struct mirror_exported {
	unsigned logs, payloads, blobs;
	uint64_t bytes; /* of payload files */
};

/*
 * Write trust/, tlog/, blob/, torrent/, payload/ and join.json below the
 * folder: what names things (checkpoints, the trust note) after what is named,
 * so that a mirror cut short is an older one. What is there already and
 * complete stays. `h` may be open only to read.
 *
 * Returns: STATUS_OK; STATUS_NO_ROOM; STATUS_DAMAGED when a held file is not
 *          what it should be; STATUS_IO.
 */
enum status mirror_export(struct house *h,
			  const struct mirror_export_options *options,
			  struct mirror_exported *out, struct err *err);

#endif
