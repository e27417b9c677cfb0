/* What an office hands to those who hold the root, to become a publisher: a
 * small note, signed by its own publisher key so that nobody asks with a key
 * that is not theirs. docs/formats-trust.md, "Office requests".
 *
 *     xiangtu-office/v1
 *     origin <origin of its log>
 *     level county|township
 *     region <code>
 *     name <what people call it>
 *     publisher <vkey, named as the origin>
 *     records <vkey of type ff>
 *     ack <vkey of type 04>
 *
 * It proves who holds the key, not who they are: people see to that. Memory
 * only. */
#ifndef NODE_OFFICE_REQUEST_H
#define NODE_OFFICE_REQUEST_H

#include "proto/place.h"
#include "signing/key.h"
#include "signing/note.h"

enum {
	OFFICE_REQUEST_MAX = 8192, /* bytes of the whole note */
	OFFICE_NAME_MAX = 200	   /* bytes of UTF-8 */
};

struct office_request {
	char origin[ORIGIN_MAX + 1];
	enum level level;
	char region[REGION_MAX + 1];
	char name[OFFICE_NAME_MAX + 1];
	struct public_key publisher; /* KEY_ED25519, named as the origin */
	struct public_key records;   /* KEY_SEALING */
	struct public_key ack;	     /* KEY_COSIGNER */
};

/* Read and verify one. STATUS_MALFORMED; STATUS_UNTRUSTED when its own key has
 * not signed it. `out` is then untouched. */
enum status office_request_parse(struct bytes whole,
				 struct office_request *out);

/* Append the note, signed by `key`, whose public part is `publisher`.
 * STATUS_MALFORMED when it could not be read again, STATUS_NO_MEMORY. */
enum status office_request_format(const struct office_request *request,
				  const struct secret_key *key,
				  struct buf *out);

#endif
