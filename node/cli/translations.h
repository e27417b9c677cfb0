/* Texts of the command line and what they are in Chinese, for
 * node/cli/translations*.c only; the program asks tr() of node/cli/cli.h. */
#ifndef NODE_CLI_TRANSLATIONS_H
#define NODE_CLI_TRANSLATIONS_H

#include <stddef.h>

struct translation {
	const char *english, *chinese;
};

/* In the order of the bytes of `english`. */
struct translations {
	const struct translation *rows;
	size_t count;
};

extern const struct translations translations_verbs, translations_trust;

#endif
