/* Cards as people name them on the command line. For the files of this
 * folder. */
#ifndef NODE_CLI_CARD_WORDS_H
#define NODE_CLI_CARD_WORDS_H

#include <stdbool.h>

#include "proto/err.h"
#include "signing/cardid.h"

/* A number as it is printed, or 16 hex digits as lists show them, to the
 * latter. A number takes a moment to work out. STATUS_USAGE. */
enum status card_words_parse(const char *word,
			     char hex[static 2 * CARD_ID_SIZE + 1],
			     struct err *err);

/* Are tables to have Chinese columns? */
bool card_words_chinese(void);

#endif
