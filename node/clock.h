/* The time of day, for what people read and for what is written beside
 * things; nothing is believed, hidden or deleted because of it. */
#ifndef NODE_CLOCK_H
#define NODE_CLOCK_H

#include <stdint.h>

/* Seconds since 1970: what this machine says, but never before this program
 * was built (boxes without a battery start in 1970). */
uint64_t clock_s(void);

/* When this program was built: it cannot be earlier. */
uint64_t clock_built_s(void);

/* Is the machine's clock set at all? */
int clock_is_set(void);

/* Today as YYYY-MM-DD, in local time. */
void clock_today(char out[static 11]);

#endif
