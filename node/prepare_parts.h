/* The steps of node/prepare.h and what they hand to one another. */
#ifndef NODE_PREPARE_PARTS_H
#define NODE_PREPARE_PARTS_H

#include <limits.h>

#include "node/prepare.h"
#include "node/prepare_source.h"

/* Where what is made lies until it is published: a folder of this source's own,
 * locked while somebody works there. */
struct prepare_work {
	char dir[PATH_MAX];
	bool kept;
	int lock; /* -1: not open */
};

enum status prepare_work_open(struct prepare_work *w,
			      const struct prepare_options *options,
			      struct err *err);
void prepare_work_close(struct prepare_work *w);

struct preparation {
	const struct prepare_options *options;
	struct prepare_source source;
	/* The unfinished payload: a directory beside the finished ones. */
	char staging[PATH_MAX];
	int top; /* the staging directory, open; -1 before it is made */
	struct media_tools tools;
	struct prepare_work work;
	unsigned smaller; /* pictures that were made smaller */
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

/* Tell of a file, in the words of prepare.h. */
__attribute__((format(printf, 4, 5))) void
prepare_say(const struct preparation *p, const char *file,
	    enum prepare_what what, const char *detail, ...);

/* Is it over, whatever else there would be to do? */
bool prepare_is_fatal(enum status status);

/* Does a path end like a video or sound, or like subtitles? */
bool prepare_is_media(const char *path);
bool prepare_is_mp4(const char *path);
bool prepare_is_subtitles(const char *path);

/* The path with another ending; false when it does not fit. `middle`, as in
 * "film.zh.srt", may be "". */
bool prepare_path_as(const char *path, const char *middle, const char *ending,
		     char out[static SAFENAME_PATH_MAX + 1]);
/* Where to make something of a file: its name follows from what it is made of
 * and how, so that it is found again. */
enum status prepare_made_path(const struct preparation *p, size_t index,
			      const char *how, char out[static PATH_MAX],
			      struct err *err);

/* Make fit what is not: videos that do not play, subtitles nobody reads. */
enum status prepare_fit(struct preparation *p, struct err *err);
enum status prepare_fit_video(struct preparation *p, size_t index,
			      struct err *err);
enum status prepare_fit_subtitles(struct preparation *p, size_t index,
				  struct err *err);
/* Put text subtitles that are in the video beside it. */
enum status prepare_take_subtitles(struct preparation *p, size_t index,
				   const char *path,
				   const struct media_facts *facts,
				   struct err *err);

/* Copy what was not made here, link what was, and hash everything: fills
 * p->torrent and p->out.btmh. */
enum status prepare_copy(struct preparation *p, struct err *err);

/* Duration and poster, from the staged files; what is not to be had is
 * noted. */
enum status prepare_look(struct preparation *p, struct err *err);

#endif
