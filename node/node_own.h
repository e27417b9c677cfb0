/* Who has shown this node's own log since it was started (node/own_log.h),
 * for node/node_own.c; part of struct node. */
#ifndef NODE_NODE_OWN_H
#define NODE_NODE_OWN_H

#include <stdbool.h>
#include <stdint.h>

#include "node/own_log.h"
#include "signing/key.h"

enum { OWN_HOLDERS_MAX = 256 };

struct own_watch {
	int64_t log;    /* 0: this node writes none */
	bool elsewhere; /* that others hold it is on disk */
	bool done;      /* continuity holds: nobody is asked */
	uint8_t holders[OWN_HOLDERS_MAX][PUBLIC_KEY_SIZE];
	unsigned n_holders;
	uint8_t confirmed[OWN_LOG_QUORUM][PUBLIC_KEY_SIZE];
	unsigned n_confirmed;
	int64_t shown_at_ms;   /* the first time; 0: never */
	int64_t claimed_at_ms; /* the same */
};

#endif
