/* What the verbs of `drive` share: sizes as people type them, ages as they read
 * them, lines that stand below each other. */
#ifndef NODE_CLI_DRIVE_WORDS_H
#define NODE_CLI_DRIVE_WORDS_H

#include "node/cli/verbs.h"

/* Read "1984M", "2G" or plain bytes; powers of 1024. STATUS_USAGE with the
 * option's name. */
enum status drive_size(const char *option, const char *text, uint64_t *bytes,
		       struct err *err);


/* Print "Name   value" with the names below each other. `name` is translated
 * by the caller. */
void drive_line(const char *name, const char *value);

#endif
