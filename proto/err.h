/* A status with the story behind it, for calls that touch the outside world.
 *
 * The function that meets the failure writes the first line with err_set();
 * each caller that adds something a reader would need puts its own words in
 * front with err_wrap():
 *
 *     load catalog 'spring.cat': open: Permission denied
 *
 * Pure functions (parsing, encoding, comparing) return a plain status. */
#ifndef PROTO_ERR_H
#define PROTO_ERR_H

#include "proto/status.h"

enum { ERR_TEXT_MAX = 512 };

struct err {
	enum status status;
	char text[ERR_TEXT_MAX]; /* "" while status is STATUS_OK */
};

#define ERR_INIT { .status = STATUS_OK, .text = "" }

/* Record a failure and return its status, so that a failing line reads
 * `return err_set(err, STATUS_IO, "open: %s", strerror(errno));`. */
__attribute__((format(printf, 3, 4))) enum status
err_set(struct err *err, enum status status, const char *fmt, ...);

/* Put context in front of a recorded failure and return its status. Text that
 * no longer fits is cut at the end. */
__attribute__((format(printf, 2, 3))) enum status
err_wrap(struct err *err, const char *fmt, ...);

#endif
