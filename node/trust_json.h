/* Keys and publishers as the control socket tells them (docs/architecture.md,
 * "Requests"): the node when it answers, the command line when it asks. */
#ifndef NODE_TRUST_JSON_H
#define NODE_TRUST_JSON_H

#include <jansson.h>

#include "signing/publisher.h"

json_t *trust_key_json(const struct public_key *key);
json_t *trust_keys_json(const struct public_key *keys, size_t count);
/* A publisher with its scope; limits it does not have are left out. */
json_t *trust_publisher_json(const struct publisher *publisher);

#endif
