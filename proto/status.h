/* The outcome of every fallible call in the project.
 *
 * Zero is success, everything else is negative. The list below is the only
 * place a status is spelled; names and texts are generated from it. A status
 * names what the caller can do about it; where it went wrong is told by the
 * text of struct err (proto/err.h). */
#ifndef PROTO_STATUS_H
#define PROTO_STATUS_H

#define STATUS_MAP(X)                                                       \
	X(OK, 0, "success")                                                 \
	X(NO_MEMORY, -1, "out of memory")                                   \
	X(IO, -2, "operating system refused an I/O operation")              \
	X(NOT_FOUND, -3, "no such item")                                    \
	X(MALFORMED, -4, "input does not follow its format")                \
	X(UNTRUSTED, -5, "signature missing, invalid, or by unknown key")   \
	X(CANCELLED, -6, "stopped before completion")                       \
	X(BUSY, -7, "in use by somebody else")                              \
	X(FORKED, -8, "two histories under one signature")                  \
	X(NO_ROOM, -9, "no room left")                                      \
	X(OUT_OF_SCOPE, -10, "outside what its publisher may publish")      \
	X(OLD, -11, "older than what is already here")                      \
	X(EXISTS, -12, "already there")                                     \
	X(USAGE, -13, "not a way to call this")                             \
	X(UNREACHABLE, -14, "nobody answered there")                        \
	X(DAMAGED, -15, "stored bytes are not what was stored")             \
	X(READ_ONLY, -16, "nothing can be written there")                   \
	X(LIMITED, -17, "not now: this node's own limits")                   \
	X(LOCKED, -18, "the key is behind a passphrase")

enum status {
#define X(name, value, text) STATUS_##name = (value),
	STATUS_MAP(X)
#undef X
};

/* Return the text of a status; the string is static and never NULL. */
const char *status_text(enum status status);

/* Return the name of a status in lower case, as `--json` shows it
 * ("out_of_scope"); static and never NULL. */
const char *status_name(enum status status);

/* The exit code of a program that ends with `status` (docs/architecture.md,
 * "Exit codes"): 0 done, 1 failed, 2 usage, 3 refused (untrusted, damaged). */
int status_exit_code(enum status status);

#endif
