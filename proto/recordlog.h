/* The name of a node's record log: it follows from the node's key, so that
 * nobody has to say whose it is or which key signs it.
 *
 * The origin is "xiangtu/records/" and the node's public key in 64 lower-case
 * hex digits; its checkpoints are signed with the node key under that name.
 * docs/formats-records.md. Pure. */
#ifndef PROTO_RECORDLOG_H
#define PROTO_RECORDLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/place.h"

enum { RECORDLOG_KEY_SIZE = 32, RECORDLOG_ORIGIN_SIZE = 16 + 64 };

void recordlog_origin(const uint8_t key[static RECORDLOG_KEY_SIZE],
		      char out[static RECORDLOG_ORIGIN_SIZE + 1]);
/* The node key that an origin names; false when it is no record log's. */
bool recordlog_key(const char *origin, uint8_t key[static RECORDLOG_KEY_SIZE]);

#endif
