/* records.db: what was studied. At a station what it counts and what waits to
 * be sealed, at an office what came of it. A file of its own beside node.db:
 * it alone holds what is personal, and it grows with use, not with the
 * catalog.
 *
 * The connection is a `struct catalog` (catalog/catalog.h) with other tables,
 * so that transactions and catalog/sql.h are the same. What is written where:
 *
 *     catalog/schema_study.c     sessions of this node's own rooms
 *     catalog/schema_outbox.c    items that wait to be sealed
 *     catalog/schema_imported.c  an office's: what came in, and its sums
 *     catalog/schema_bulletin.c  an office's: months that are closed
 *     catalog/schema_people.c    an office's: whose the cards are */
#ifndef CATALOG_RECORDS_DB_H
#define CATALOG_RECORDS_DB_H

#include "catalog/catalog.h"

/* As catalog_open(). The file is for its owner only (mode 0600), and what is
 * deleted in it is overwritten. */
enum status records_db_open(struct catalog **out, const char *path,
			    struct err *err);
/* As catalog_open_reader(): STATUS_NOT_FOUND when there is none. */
enum status records_db_open_reader(struct catalog **out, const char *path,
				   struct err *err);

/* For a connection that writes or reads much for a while: a cache of so many
 * KiB. */
enum status records_db_be_roomy(struct catalog *c, unsigned kib,
				struct err *err);

#endif
