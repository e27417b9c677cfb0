/* Who may have a secret, and which secrets are good enough.
 *
 * The two operators of a station have a PIN each, "A" and "B": 4 to 12 digits.
 * People of an office have a password each; one that has no name in it is
 * "office". What anybody tries first is refused: 0000, 1234, password1, a
 * birthday. Pure. */
#ifndef NODE_PAGE_SECRET_RULES_H
#define NODE_PAGE_SECRET_RULES_H

#include "node/page/page.h"
#include "proto/bytes.h"
#include "proto/err.h"

enum {
	SECRET_WHO_MAX = 31, /* bytes */
	PIN_LEAST = 4,
	PIN_MOST = 12,
	PASSWORD_LEAST = 8, /* characters */
	SECRET_MAX = 128    /* bytes of any */
};

#define SECRET_OFFICE "office" /* who, where no name was given */

/* What somebody of this name is; PAGE_VIEWER for a name that cannot be: empty,
 * too long, not plain text, with spaces at an end. */
enum page_role secret_role(const char *who);

/* May this become `who`'s secret? STATUS_OK, or STATUS_USAGE with a sentence
 * that says what would be better. */
enum status secret_good(const char *who, struct bytes secret, struct err *err);

#endif
