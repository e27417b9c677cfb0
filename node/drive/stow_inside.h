/* What the files of node/drive/stow.c share. */
#ifndef NODE_DRIVE_STOW_INSIDE_H
#define NODE_DRIVE_STOW_INSIDE_H

#include "node/drive/berth.h"
#include "node/drive/cargo.h"
#include "node/drive/flush.h"

struct stowing {
	struct stow_options options;
	struct berth berth;	  /* where it is written */
	struct berth_sight sight; /* of that, at the beginning */
	bool in_place;		  /* the berth is its place already */
	struct drive_place place; /* as it is going to be */
	char place_path[DRIVE_PATH_MAX], plan_path[DRIVE_PATH_MAX];

	struct flush flush;
	int fd; /* the file or part written last; -1: none */
	uint32_t file;
	unsigned part;
};

/* Write the place file: to `path`, durably. */
enum status stow_write_place(struct stowing *s, const char *path,
			     struct err *err);

/* Have a folder for the lesson that is nobody's: the one in `place` if it is
 * free. STATUS_BUSY, said so, when there is none. */
enum status stow_choose_folder(struct stowing *s, struct err *err);
/* What the poster is to be called beside these files; "" when there is no name
 * left. */
void stow_name_poster(const struct metainfo *mi,
		      char out[static SAFENAME_MAX + 1]);
/* Put the poster into the berth. A failure is passed over: it is an extra. */
void stow_put_poster(struct stowing *s);

/* Let go of the file written last. */
enum status stow_close_file(struct stowing *s, struct err *err);
/* Would the name of a part be that of another file? STATUS_NO_ROOM, said so:
 * such a payload cannot be in parts. */
enum status stow_check_parts(const struct stowing *s, struct err *err);
/* Cut files that lie whole, and are to be in parts, into parts. */
enum status stow_split(struct stowing *s, struct err *err);

/* The data is there and flushed: say where it is going to be and move it
 * there. */
enum status stow_settle(struct stowing *s, struct err *err);

#endif
