/* Which lessons are over: as SQL about a row of the table lesson, for the .c
 * files of catalog/; the key is node/clock_floor.c's, too.
 *
 * A lesson is over when it has expired for certain, by the earliest day it can
 * be (node/clock_floor.h keeps that time in meta), and nobody here has pinned
 * it or wants it by a day that may still come. What is over is wanted by the
 * rules of catalog/want.h as before, and listed, played and given to others;
 * but it is not fetched, not told as wanted, and not carried on drives: it
 * would be deleted for the next lesson that needs room, and come again. */
#ifndef CATALOG_EXPIRY_H
#define CATALOG_EXPIRY_H

#define EXPIRY_KEY "clock.floor"

/* The earliest day it can be, "" while nothing was proven. */
#define EXPIRY_TODAY                                                      \
	"ifnull((SELECT date(value, 'unixepoch') FROM meta"               \
	" WHERE key = '" EXPIRY_KEY "'), '')"

/* `l` is "" or the table's name with a dot. A day of "" is before all. */
#define EXPIRY_OVER(l)                                                    \
	"(" l "expires <> '' AND " l "expires < " EXPIRY_TODAY            \
	" AND " l "choice <> 1 AND " l "due < " EXPIRY_TODAY ")"

#endif
