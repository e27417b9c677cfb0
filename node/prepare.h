/* From a file or folder somewhere on this machine to a payload of this node:
 * fit for browsers and TVs, copied, hashed, durable, with its torrent file and
 * poster beside it.
 *
 *     source -> work/made-<source>/<file>.mp4  what must be converted
 *            -> payload/.tmp-XXXXXX/<name>/…   copied and hashed in one pass
 *            -> fsync
 *            -> blob/<sha256>, torrent/<btmh>  written durably
 *            -> payload/<btmh>                 by one rename
 *
 * A power cut leaves either the whole payload under its name, or something
 * prepare_cleanup() removes. What was converted before it stays in the work
 * folder, is taken up again when the same source is prepared, and goes with
 * prepare_forget(). Blocks; belongs on a worker. */
#ifndef NODE_PREPARE_H
#define NODE_PREPARE_H

#include <stdatomic.h>

#include "node/media.h"
#include "proto/err.h"
#include "proto/metainfo.h"

enum prepare_phase {
	PREPARE_LOOKING,    /* what is there, can it be used */
	PREPARE_REWRITING,  /* MP4s whose index comes last */
	PREPARE_LISTENING,  /* how loud is it; of a file's bytes, as below */
	PREPARE_CONVERTING, /* of a file's bytes, as much as is worked off */
	PREPARE_COPYING,    /* and hashing; bytes are counted */
	PREPARE_FLUSHING,
	PREPARE_POSTER
};

/* "looking", "rewriting", "listening", "converting", "copying", "flushing",
 * "poster". */
const char *prepare_phase_name(enum prepare_phase phase);

/* What was found or done with a file: name, whether it is as it should be, what
 * people read. A file may have several. */
#define PREPARE_WHAT_MAP(X)                                                \
	X(PLAYS, "plays", true, "plays in browsers as it is")              \
	X(INDEX_MOVED, "index-moved", true,                                \
	  "its index was moved to the front, without loss")                \
	X(REWRAPPED, "rewrapped", true, "was put into an MP4, without loss") \
	X(CONVERTED, "converted", true, "was converted, so that it plays") \
	X(SMALLER, "smaller", true, "was made smaller")                    \
	X(LEVELED, "leveled", true, "its loudness was leveled")            \
	X(ONE_SOUND, "one-sound", true,                                    \
	  "has several sound tracks; this one is heard")                   \
	X(AS_IS, "as-is", false,                                           \
	  "does not play in every browser, and was left as it is")         \
	X(NOT_CHECKED, "not-checked", false, "was not checked")            \
	X(SUBTITLES, "subtitles", true,                                    \
	  "subtitles: made fit for browsers and TVs")                      \
	X(SUBTITLES_TAKEN, "subtitles-taken", true,                        \
	  "subtitles in it were put beside it")                            \
	X(SUBTITLES_BAD, "subtitles-bad", false,                           \
	  "subtitles that cannot be read, left as they are")

enum prepare_what {
#define X(name, word, ok, text) PREPARE_##name,
	PREPARE_WHAT_MAP(X)
#undef X
};

/* "plays"; is it as it should be; "plays in browsers as it is". */
const char *prepare_what_name(enum prepare_what what);
bool prepare_what_ok(enum prepare_what what);
const char *prepare_what_text(enum prepare_what what);

struct prepare_check {
	const char *file; /* below the source; its name for a single file */
	enum prepare_what what;
	const char *detail; /* facts, such as "hevc 3840x2160"; or "" */
};

struct prepare_options {
	const char *source;	 /* file or folder */
	const char *payload_dir; /* these must exist; all on whatever disk */
	const char *torrent_dir;
	const char *blob_dir;
	/* Name of the payload; NULL takes the source's own. */
	const char *name;
	struct media_tools tools;
	bool no_media; /* look into nothing: no poster, no rewrite */
	bool as_is;    /* look, and tell, and change nothing */
	/* 0: the lesson itself. Else a rendition of it, with no picture of more
	 * lines than so many; all else is the same. */
	unsigned lines;
	/* Where what was converted waits until it is published; NULL: it does
	 * not. */
	const char *work_dir;
	uint64_t keep_free; /* bytes of disk that must stay free */
	/* Called from this thread and now and then; may be NULL. */
	void (*progress)(void *owner, enum prepare_phase phase, uint64_t done,
			 uint64_t total);
	/* What was found or done with a file; may be NULL. */
	void (*told)(void *owner, const struct prepare_check *check);
	/* A file is begun to be worked at; may be NULL. */
	void (*file)(void *owner, const char *file);
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
	bool rewrote; /* at least one file was made anew or added */
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
 * So are videos that play nowhere, unless as_is. STATUS_EXISTS for a rendition
 * that would be no smaller than the lesson. STATUS_BUSY when a file changes
 * while it is read, or somebody else prepares the same source.
 * STATUS_NOT_FOUND, STATUS_NO_ROOM, STATUS_CANCELLED, STATUS_IO. After a failure nothing new is
 * left on disk except, perhaps, a blob and a torrent file that are right.
 *
 * When payload/<btmh> exists and is whole it stays (`reused`). When it exists
 * and lacks something, the new files take its place at once; whoever was
 * writing there must let go of it and be told that it is complete.
 */
enum status prepare_payload(const struct prepare_options *options,
			    struct prepared *out, struct err *err);

/* What was converted for this source and is published now (or not wanted any
 * more) goes. */
void prepare_forget(const struct prepare_options *options);

/* Bytes of disk that preparing this file or folder may take, for whoever makes
 * room beforehand; each rendition as much again. As prepare_payload(). */
enum status prepare_needs(const struct prepare_options *options,
			  uint64_t *bytes, struct err *err);

/* At start, with nobody else in the directory: remove what earlier lives left
 * unfinished in it. That it does not exist is fine. */
enum status prepare_cleanup(const char *dir, struct err *err);

#endif
