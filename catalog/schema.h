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

#endif
