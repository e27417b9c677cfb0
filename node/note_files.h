/* Root and trust notes as people hand them over: files, folders, the sticks
 * and join files they came in.
 *
 * A file is a note, a draft without signatures, or a join file. In a folder
 * those named *.note are read, there and in the subfolders of our own layouts
 * (trust, trust/root, and both beneath .xiangtu), and a join file. Nothing
 * that is read is believed. Threads: one; calls read small files. */
#ifndef NODE_NOTE_FILES_H
#define NODE_NOTE_FILES_H

#include <stdbool.h>

#include "proto/bytes.h"
#include "proto/err.h"

enum { NOTE_FILES_MAX = 4096 }; /* of one folder */

/* One note or draft, borrowed; `path` is the file it came out of. A failure
 * ends the walk and is returned. */
typedef enum status (*note_file_cb)(void *owner, const char *path,
				    struct bytes whole, struct err *err);

/*
 * Call back for every note in `path`; a folder's in no order.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND when there is nothing of that name, or
 *          no note in the folder; STATUS_MALFORMED for a file far too long or
 *          a join file that does not read; STATUS_NO_ROOM when a folder has
 *          too many; STATUS_IO.
 */
enum status note_files_each(const char *path, note_file_cb each, void *owner,
			    struct err *err);

#endif
