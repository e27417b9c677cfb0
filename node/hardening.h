/* What every program that may hold secrets does first, so that they do not
 * leave it: no core dump, no other process of the user reads its memory, and
 * JSON, in which keys of boxes travel, is wiped when it is freed.
 *
 * Before: nothing of jansson was used, no thread runs. */
#ifndef NODE_HARDENING_H
#define NODE_HARDENING_H

/* Best effort: where the system refuses, the program runs as any other. A
 * program this one starts may dump core no more, but may be read again. */
void hardening_begin(void);

#endif
