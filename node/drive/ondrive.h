/* Lessons on plugged-in drives, played from there before they are copied: an
 * http_try_fast_cb behind the shelf's, for /payload/<btmh>/<path>.
 *
 * Whatever lesson the catalog knows (wanted here or not; never a withdrawn
 * one) is served when a drive has it. Its torrent file is the node's own or
 * the drive's, proved against the signed hash; each piece is hashed against it
 * before a byte of it is sent. A piece that is bad or missing, or a drive that
 * goes away, ends the answer there: who asked sees that it is not whole, and
 * gets no wrong byte.
 *
 * An answer holds one piece in memory; there are at most ONDRIVE_ANSWERS_MAX
 * at a time, half of them of one address (node/share.h), beyond them 503.
 *
 * Each drive is looked at and read aside, by threads of its own (node/aside.h):
 * one that is slow or stands still keeps nobody waiting but those who want
 * something of it.
 *
 * Threads:  ondrive_try() and ondrive_is_late() on any; the rest on one.
 * Lifetime: ondrive_free() when the server is closed. */
#ifndef NODE_DRIVE_ONDRIVE_H
#define NODE_DRIVE_ONDRIVE_H

#include <sys/types.h>

#include "node/http_server.h"
#include "node/torrentfile.h"

enum {
	ONDRIVE_DRIVES_MAX = 8,
	ONDRIVE_ANSWERS_MAX = 16,
	ONDRIVE_THREADS = 2 /* of a drive; more make a stick slower */
};

struct ondrive;

/* `catalog` is the path of the database, opened once more to read here; as
 * catalog_open_reader(). Both paths are copied. */
enum status ondrive_open(struct ondrive **out, const char *catalog,
			 const char *torrent_dir, struct err *err);
void ondrive_free(struct ondrive *od);

/*
 * A drive is there, and process `pid` sees to it: until ondrive_gone(), or the
 * end of that process. Said again, the last process counts.
 *
 * Returns: STATUS_USAGE for a path that is not absolute or no such process;
 *          STATUS_BUSY when there are too many; as mount_open().
 */
enum status ondrive_here(struct ondrive *od, const char *path, pid_t pid,
			 struct err *err);

/*
 * It is to be unmounted: running answers are cut off, and nothing of the drive
 * is open any more when this returns STATUS_OK (also when there was none).
 * STATUS_BUSY when a read from it has not returned in a third of a second:
 * nothing new begins on it, and the caller asks again.
 */
enum status ondrive_gone(struct ondrive *od, const char *path,
			 struct err *err);

/* Drives whose process has ended go. Now and then. */
void ondrive_tick(struct ondrive *od);

/* The proven torrent file of a payload that a drive names a place for, the
 * caller's to free; NULL when none does, or when it does not say so within a
 * third of a second. Whether its bytes are right is seen when it is played. */
struct torrentfile *ondrive_find(struct ondrive *od,
				 const uint8_t btmh[static 32]);

/* An http_try_fast_cb: says on which drive to look for a file of a payload, the
 * next one each time (stages of struct http_look from ONDRIVE_STAGE on). */
enum { ONDRIVE_STAGE = 16 };
bool ondrive_try(void *ondrive, const struct http_head *head,
		 struct http_answer *answer);
/* Is a read from some drive late (node/aside.h)? Then who has another way goes
 * that first. */
bool ondrive_is_late(struct ondrive *od);

#endif
