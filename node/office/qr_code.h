/* A QR code as a picture: the path of an SVG, one unit a module.
 *
 * Threads: any. */
#ifndef NODE_OFFICE_QR_CODE_H
#define NODE_OFFICE_QR_CODE_H

#include "proto/bytes.h"

enum { QR_CODE_QUIET = 4 /* modules of white around, which readers need */ };

/*
 * Append the `d` of a path that fills what is dark, with the quiet zone around
 * it; `*side` is how many units wide and high the whole is. Error correction M;
 * digits alone are written as digits, which makes a coarser code.
 *
 * Returns: STATUS_NO_MEMORY; STATUS_MALFORMED for more than a code holds.
 */
enum status qr_code_path(const char *text, struct buf *out, unsigned *side);

#endif
