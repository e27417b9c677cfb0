/* What people call places and offices. Names come from where an office has
 * signed them (who was enrolled there; its own in its lessons) and from
 * node.conf, never from what anybody on the LAN says of himself.
 *
 * Pure. A plain list: a county has some hundreds. */
#ifndef NODE_PAGE_PAGE_NAMES_H
#define NODE_PAGE_PAGE_NAMES_H

#include <stddef.h>

#include "proto/place.h"

struct page_names;

/* NULL: out of memory. */
struct page_names *page_names_new(void);
void page_names_free(struct page_names *names);

/* Of several names of a place the first counts. "" is none. Out of memory, or
 * beyond PAGE_NAMES_MAX, it is left out. */
enum { PAGE_NAMES_MAX = 8192 };
void page_names_place(struct page_names *names, const char *region,
		      const char *name);
/* Who publishes there is the office of `region`. */
void page_names_office(struct page_names *names, const char *origin,
		       const char *region);

/* The name of a place, or NULL. */
const char *page_place_name(const struct page_names *names,
			    const char *region);
/* The name of who publishes a lesson: as it says itself in what it signed
 * (`said`, "" when it does not), else that of the place whose office it is,
 * else the origin. One of the three arguments. */
const char *page_office_name(const struct page_names *names, const char *said,
			     const char *origin);

#endif
