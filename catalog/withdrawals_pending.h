/* Which withdrawn lessons have something left on this disk, as SQL: for the .c
 * files of catalog/ only. */
#ifndef CATALOG_WITHDRAWALS_PENDING_H
#define CATALOG_WITHDRAWALS_PENDING_H

/* Is payload `b` here still, or about to be deleted, and of no lesson that
 * stands? */
#define WITHDRAWALS_LEFT(b)                                                 \
	"((EXISTS (SELECT 1 FROM payload p WHERE p.btmh = " b ")"           \
	" OR EXISTS (SELECT 1 FROM deletion d WHERE d.btmh = " b "))"       \
	" AND NOT EXISTS (SELECT 1 FROM lesson o WHERE o.btmh = " b         \
	" AND o.withdrawn = 0)"                                             \
	" AND NOT EXISTS (SELECT 1 FROM rendition t JOIN lesson o"          \
	" ON o.row = t.row WHERE t.btmh = " b " AND o.withdrawn = 0))"

/* Their rows. */
#define WITHDRAWALS_PENDING                                                 \
	"SELECT l.row FROM lesson l WHERE l.withdrawn = 1 AND ("            \
	WITHDRAWALS_LEFT("l.btmh")                                          \
	" OR EXISTS (SELECT 1 FROM rendition r WHERE r.row = l.row AND "    \
	WITHDRAWALS_LEFT("r.btmh") ")"                                      \
	" OR EXISTS (SELECT 1 FROM former f WHERE f.short = l.short"        \
	" AND f.origin = l.origin AND " WITHDRAWALS_LEFT("f.btmh") "))"

#endif
