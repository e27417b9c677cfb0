/* The command line's end of control.sock (node/control.h); blocking. */
#ifndef NODE_CONTROL_CLIENT_H
#define NODE_CONTROL_CLIENT_H

#include <stdbool.h>

#include <jansson.h>

#include "proto/err.h"

struct control_client;

/* A progress or part of an answer, borrowed. Return false to give up: the
 * call then fails with STATUS_CANCELLED and the client is good for freeing
 * only. */
typedef bool (*control_progress_cb)(void *owner, json_t *value);

/* Connect to the node that runs on the data directory `dir`.
 * STATUS_NOT_FOUND when none does; STATUS_IO; STATUS_NO_MEMORY. */
enum status control_connect(const char *dir, struct control_client **out,
			    struct err *err);

/*
 * Ask, and wait for the end of it.
 *
 * Owns:    `request` (an object) is borrowed; `*reply` is a new reference, the
 *          caller's. `on_progress` may be NULL.
 * Returns: what the node answered: STATUS_OK, or the status and text of its
 *          failure. STATUS_UNREACHABLE when it went away, STATUS_MALFORMED
 *          when it does not speak our protocol, STATUS_CANCELLED.
 */
enum status control_client_call(struct control_client *client,
				json_t *request,
				control_progress_cb on_progress, void *owner,
				json_t **reply, struct err *err);

/* Wait for the next word of an answer so long and no longer: the call then
 * fails with STATUS_UNREACHABLE, and the client is as one whose node has hung
 * up. Without it a call waits as long as the node is there. */
void control_client_patience(struct control_client *client, unsigned seconds);

/* Has the node hung up, as seen between two calls? */
bool control_client_is_gone(const struct control_client *client);

/* Hang up; NULL does nothing. */
void control_client_free(struct control_client *client);

#endif
