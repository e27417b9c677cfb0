/* The inside of a catalog: the connection and its prepared statements. Seen
 * by catalog.c and sql.c only. */
#ifndef CATALOG_CONNECTION_H
#define CATALOG_CONNECTION_H

#include <sqlite3.h>

#include "catalog/catalog.h"

/* A power of two well above the number of statement texts in catalog/. */
enum { CATALOG_STATEMENTS = 512 };

struct catalog {
	sqlite3 *db;
	char *path;
	bool relaxed; /* synchronous is NORMAL at present */
	int wal_pages;
	/* Open addressing by the address of the text. */
	struct {
		const char *text;
		sqlite3_stmt *statement;
	} statements[CATALOG_STATEMENTS];
};

/* The prepared statement of a text (catalog/sql.h); an SQLite result code. */
int catalog_statement(struct catalog *c, const char *text,
		      sqlite3_stmt **statement);
/* After a derived transaction: make what is written outside of transactions
 * durable again. An SQLite result code. */
int catalog_tighten(struct catalog *c);

#endif
