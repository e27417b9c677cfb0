/* The node that a drive is synced with: the running one through its control
 * socket, or, when none runs, the data directory itself. Both take the same
 * requests (docs/architecture.md, "Requests"); what is large is read from the
 * catalog and the folders directly.
 *
 * Threads: one. */
#ifndef NODE_DRIVE_DOOR_H
#define NODE_DRIVE_DOOR_H

#include <jansson.h>

#include "node/control_client.h"
#include "node/house.h"

struct door;

/*
 * Connect to the node that runs on `dir`, or open the directory to write.
 *
 * Returns: STATUS_NOT_FOUND when there is no node in it; as house_open().
 */
enum status door_open(struct door **out, const char *dir, struct err *err);
/* The same for who only puts requests: beside a running node nothing is
 * opened, and door_house() is NULL. */
enum status door_open_to_ask(struct door **out, const char *dir,
			     struct err *err);
void door_close(struct door *door); /* NULL does nothing */

bool door_is_live(const struct door *door); /* a node runs */
/* Opened to read beside a running node, to write without one. Its trust book
 * is as of the opening, or of the last door_refresh(). */
struct house *door_house(struct door *door);
/* Read the trust notes again, after the node has taken newer ones. */
enum status door_refresh(struct door *door, struct err *err);

/* Be told how far a long request is, from inside door_ask(): a value that is
 * borrowed; false gives up where a node runs. NULL: nobody wants to know. */
void door_watch(struct door *door, control_progress_cb told, void *owner);

/* Put a request; takes `request` (NULL: STATUS_USAGE). `*answer` is a new
 * reference. Returns what the node answers; STATUS_UNREACHABLE when it went
 * away. A node that was started again meanwhile is connected to anew, and has
 * then forgotten what was under way (`log-take`). */
enum status door_ask(struct door *door, json_t *request, json_t **answer,
		     struct err *err);

/* The spool: a folder of the data directory through which bodies too large
 * for a request are handed over: "spool/.tmp-<pid>-<n>". Writes `content`
 * there (not flushed) and gives its name within the spool; whoever takes it in
 * removes it, and the next start of a node what nobody took.
 * STATUS_NO_ROOM; STATUS_IO. */
enum status door_spool(struct door *door, struct bytes content,
		       char name[static 64], struct err *err);

#endif
