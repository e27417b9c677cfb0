/* From a file or folder somewhere on this machine to a payload of this node:
 * copied, hashed, durable, with its torrent file and poster beside it.
 *
 *     source -> payload/.tmp-XXXXXX/<name>/…   copied and hashed in one pass
 *            -> fsync
 *            -> blob/<sha256>, torrent/<btmh>  written durably
 *            -> payload/<btmh>                 by one rename
 *
 * A power cut leaves either the whole payload under its name, or something
 * prepare_cleanup() removes. Blocks; belongs on a worker. */
#ifndef NODE_PREPARE_H
#define NODE_PREPARE_H

#include <stdatomic.h>

#include "node/media.h"
#include "proto/err.h"
#include "proto/metainfo.h"

enum prepare_phase {
	PREPARE_LOOKING,   /* what is there, can it be used */
	PREPARE_REWRITING, /* MP4s whose index comes last */
	PREPARE_COPYING,   /* and hashing; bytes are counted */
	PREPARE_FLUSHING,
	PREPARE_POSTER
};

/* "looking", "rewriting", "copying", "flushing", "poster". */
const char *prepare_phase_name(enum prepare_phase phase);

struct prepare_options {
	const char *source;	 /* file or folder */
	const char *payload_dir; /* these must exist; all on whatever disk */
	const char *torrent_dir;
	const char *blob_dir;
	/* Name of the payload; NULL takes the source's own. */
	const char *name;
	struct media_tools tools;
	bool no_media; /* leave ffmpeg alone: no poster, no rewrite */
	uint64_t keep_free; /* bytes of disk that must stay free */
	/* Called from this thread and now and then; may be NULL. */
	void (*progress)(void *owner, enum prepare_phase phase, uint64_t done,
			 uint64_t total);
	void *owner;
	const atomic_bool *cancel; /* may be NULL */
};

enum { PREPARE_NOTES_MAX = 1024 };

struct prepared {
	uint8_t btmh[32];
	char name[256]; /* of the file or folder */
	uint64_t bytes;
	uint32_t files;
	bool has_seconds; /* of all video and sound in it together */
	uint32_t seconds;
	bool has_poster;
	uint8_t poster[32];
	bool reused;  /* the same payload was there already, whole */
	bool rewrote; /* at least one MP4 was rewritten */
	/* What was not done and why, a sentence a line, "" when nothing. */
	char notes[PREPARE_NOTES_MAX];
};

/*
 * Make a payload of the source.
 *
 * Refused with STATUS_USAGE, with the path and the reason in the text: names
 * that are not safe everywhere, two names that differ only in case, links,
 * devices and pipes, a folder without a byte in it, more than
 * METAINFO_FILES_MAX files or SAFENAME_DEPTH_MAX levels. Hidden files (a dot
 * in front, Thumbs.db, desktop.ini) are left out, which `notes` says.
 * STATUS_BUSY when a file changes while it is read. STATUS_NOT_FOUND,
 * STATUS_NO_ROOM, STATUS_CANCELLED, STATUS_IO. After a failure nothing new is
 * left on disk except, perhaps, a blob and a torrent file that are right.
 *
 * When payload/<btmh> exists and is whole it stays (`reused`). When it exists
 * and lacks something, the new files take its place at once; whoever was
 * writing there must let go of it and be told that it is complete.
 */
enum status prepare_payload(const struct prepare_options *options,
			    struct prepared *out, struct err *err);

/* At start, with nobody else in the directory: remove what earlier lives left
 * unfinished in it. That it does not exist is fine. */
enum status prepare_cleanup(const char *dir, struct err *err);

#endif
