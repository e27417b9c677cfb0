/* Joining with bare notes, before anybody serves them: with a root note that
 * was just signed, or a folder of notes (node/note_files.h). */
#ifndef NODE_JOIN_NOTES_H
#define NODE_JOIN_NOTES_H

#include "node/join.h"

/*
 * Make a join of the roots in `path`, version 1 first as far as they go, and
 * of the highest trust note that the newest of them signs, if there is one.
 * Upstreams it has none. Whose root it is, a person has to compare.
 *
 * Returns: STATUS_NOT_FOUND when there is no root note 1 that its own keys
 *          have signed; as note_files_each(); STATUS_NO_MEMORY. `out` is
 *          JOIN_INIT on failure.
 */
enum status join_notes_read(struct join *out, const char *path,
			    struct err *err);

#endif
