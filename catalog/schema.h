/* The tables of the catalog, as SQL: one string per owner. Private to
 * catalog/.
 *
 * The first two strings are version 1 of the schema. Once a version was
 * released its text never changes: what comes later is a new entry in the list
 * of migrations in catalog/catalog.c, applied in order inside one
 * transaction. */
#ifndef CATALOG_SCHEMA_H
#define CATALOG_SCHEMA_H

extern const char schema_logs[];    /* catalog/schema_logs.c */
extern const char schema_lessons[]; /* catalog/schema_lessons.c */
extern const char schema_records[]; /* catalog/schema_records.c: version 2 */
extern const char schema_cache[];   /* catalog/schema_cache.c: version 3 */
extern const char schema_expiry[];  /* catalog/schema_expiry.c: version 4 */
extern const char schema_delegation[]; /* catalog/schema_delegation.c: 5 */
extern const char schema_evidence[];   /* catalog/schema_evidence.c: 5 */
extern const char schema_keep[];       /* catalog/schema_keep.c: 6 */
extern const char schema_pages[];      /* catalog/schema_pages.c: 7 */
extern const char schema_renditions[]; /* catalog/schema_renditions.c: 8 */
extern const char schema_again[];      /* catalog/schema_again.c: 9 */
extern const char schema_office[];     /* catalog/schema_office.c: 10 */
extern const char schema_cards[];      /* catalog/schema_cards.c: 11 */
extern const char schema_station[];    /* catalog/schema_station.c: 11 */

/* Of records.db (catalog/records_db.h), version 1. */
extern const char schema_study[];    /* catalog/schema_study.c */
extern const char schema_outbox[];   /* catalog/schema_outbox.c */
extern const char schema_imported[]; /* catalog/schema_imported.c */
extern const char schema_bulletin[]; /* catalog/schema_bulletin.c */
extern const char schema_people[];   /* catalog/schema_people.c */

/* Columns of sums (catalog/sums.h), in the tables that have any. */
#define SCHEMA_SUMS                                                     \
	" own_open INTEGER NOT NULL, own_collective INTEGER NOT NULL,"  \
	" own_personal INTEGER NOT NULL, own_hand INTEGER NOT NULL,"    \
	" doubtful INTEGER NOT NULL, collective INTEGER NOT NULL,"      \
	" personal INTEGER NOT NULL, people INTEGER NOT NULL,"          \
	" lessons INTEGER NOT NULL, flags INTEGER NOT NULL,"

#endif
