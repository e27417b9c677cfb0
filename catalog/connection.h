/* The inside of a catalog: the connection and its prepared statements. Seen
 * by catalog.c, sql.c and those who open a database of another kind only. */
#ifndef CATALOG_CONNECTION_H
#define CATALOG_CONNECTION_H

#include <sqlite3.h>

#include "catalog/catalog.h"

/* A power of two well above the number of statement texts in catalog/. */
enum { CATALOG_STATEMENTS = 512 };

/* What tables a database has, and how an older one comes to have them. */
struct catalog_schema {
	int application_id; /* PRAGMA application_id: what kind of file it is */
	int version;	    /* how many migrations there are */
	const char *const *const *migrations; /* NULL ends each list of SQL */
};
extern const struct catalog_schema catalog_schema;

struct catalog {
	sqlite3 *db;
	const struct catalog_schema *schema;
	char *path;
	bool relaxed; /* synchronous is NORMAL at present */
	int wal_pages;
	unsigned patience_ms; /* with others who write */
	/* Open addressing by the address of the text. */
	struct {
		const char *text;
		sqlite3_stmt *statement;
	} statements[CATALOG_STATEMENTS];
};

/* Open a database of that kind, to read and write or by a reader: as
 * catalog_open() and catalog_open_reader(), which look whether it is there. */
enum status catalog_open_as(struct catalog **out, const char *path,
			    const struct catalog_schema *schema, bool reader,
			    struct err *err);

/* The prepared statement of a text (catalog/sql.h); an SQLite result code. */
int catalog_statement(struct catalog *c, const char *text,
		      sqlite3_stmt **statement);
/* After a derived transaction: make what is written outside of transactions
 * durable again. An SQLite result code. */
int catalog_tighten(struct catalog *c);

#endif
