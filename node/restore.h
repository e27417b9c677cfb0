/* Rebuilds an office whose machine died: `xiangtu init --restore`. The keys
 * come from a backup on paper, trust and logs from whoever has them.
 *
 * What it signs next must continue what it signed before: of its own log the
 * largest checkpoint that any source validly shows is taken in, and after that
 * those who hold the log are asked once more before anything is signed
 * (node/own_log.h).
 *
 * node.conf is written last. What a power cut leaves before it is begun anew by
 * the next call; a file `restoring` tells it from a node that lost its
 * node.conf. */
#ifndef NODE_RESTORE_H
#define NODE_RESTORE_H

#include "node/create.h"
#include "node/restore_source.h"
#include "signing/backup.h"

enum { RESTORE_SOURCES_MAX = 8 };

struct restore_options {
	const char *dir;
	/* Addresses and the like; level, name, region and origin are the
	 * backup's. Sources that are URLs are added as neighbours: payloads
	 * come back from them. */
	struct conf conf;
	const struct backup *backup;
	const struct backup_keys *keys; /* its publisher key is there */
	struct bytes passphrase; /* for the key files; of size 0: none */
	struct restore_source *sources; /* open; size and why are filled */
	unsigned n_sources;
};

struct restored {
	struct created made;
	uint64_t size;	   /* entries of the office's own log that are here */
	uint64_t seen;	   /* that were ever signed, as far as is shown */
	unsigned logs;	   /* other logs followed */
	uint64_t entries;  /* that came of them */
	bool unnamed; /* the trust note itself does not name this office: it is
		       * cut off, or its log is delegated by another's */
};

/*
 * Make the node.
 *
 * Returns: STATUS_OK, all of it is on disk; STATUS_EXISTS when there is a node
 *          in `dir`, or its catalog or keys without node.conf, which would be
 *          written over; STATUS_UNTRUSTED when a source is of another root
 *          than the backup, or the trust note names another key for its log;
 *          STATUS_NOT_FOUND when no source has the office's log;
 *          STATUS_FORKED when two sources show two histories of it; what all
 *          sources failed with; STATUS_IO, STATUS_NO_ROOM. On failure there is
 *          no node in `dir`.
 */
enum status restore_office(const struct restore_options *options,
			   struct restored *out, struct err *err);

#endif
