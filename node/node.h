/* A running node: everything that lives, wired together on one loop.
 *
 *     poller ----heads----> follower --grown--> index --changes--> fetcher
 *     announcer --news-----^    |                                    |
 *     http server <- resources  `-> heads, announcer, statement <----'
 *     control socket <- requests
 *
 * Start and stop are two lists that mirror each other (node.c). Only the
 * files node_*.c and resources.c look inside the struct. */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "proto/err.h"

struct node_run_options {
	const char *dir;
	unsigned static_ms; /* between looks at static mirrors; 0: the usual */
};

/*
 * Run the node of a data directory until SIGINT or SIGTERM.
 *
 * Returns: STATUS_OK after a clean stop; otherwise what kept it from starting:
 *          those of house_open(), STATUS_BUSY for a taken port, STATUS_IO.
 */
enum status node_run(const struct node_run_options *options, struct err *err);

#endif
