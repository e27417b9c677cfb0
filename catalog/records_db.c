#include "catalog/records_db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "catalog/connection.h"
#include "catalog/schema.h"
#include "catalog/sql.h"

static const char *const version_1[] = { schema_study,	  schema_outbox,
					 schema_imported, schema_bulletin,
					 schema_people,	  NULL };
static const char *const *const migrations[] = { version_1 };

static const struct catalog_schema records_schema = {
	.application_id = 0x78747231, /* "xtr1" */
	.version = sizeof(migrations) / sizeof(migrations[0]),
	.migrations = migrations
};

/* SQLite gives its journals the mode of the file.
 *
 * A database that is there is not opened: to close it would end all locks that
 * this process has on it (fcntl(2)), those of its other connections, too.
 * Another process that reads would then take itself for the last one, and
 * remove the write-ahead log under them. */
static enum status make_for_owner(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST)
		return err_set(err, STATUS_IO, "'%s': %s", path,
			       strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return STATUS_OK;
}

enum status records_db_open(struct catalog **out, const char *path,
			    struct err *err)
{
	struct catalog *c = NULL;
	enum status status = make_for_owner(path, err);

	if (status == STATUS_OK)
		status = catalog_open_as(&c, path, &records_schema, false,
					 err);
	if (status != STATUS_OK)
		return status;
	/* What is deleted here was personal. */
	status = sql_script(c, "PRAGMA secure_delete=ON", err);
	if (status == STATUS_OK)
		*out = c;
	else
		catalog_free(c);
	return status;
}

enum status records_db_open_reader(struct catalog **out, const char *path,
				   struct err *err)
{
	if (access(path, F_OK) != 0)
		return err_set(err, STATUS_NOT_FOUND, "'%s': no database",
			       path);
	return catalog_open_as(out, path, &records_schema, true, err);
}

enum status records_db_be_roomy(struct catalog *c, unsigned kib,
				struct err *err)
{
	char text[60];

	(void)snprintf(text, sizeof(text), "PRAGMA cache_size=-%u", kib);
	return sql_script(c, text, err);
}
