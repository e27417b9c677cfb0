/* A county and a station, none of which runs, and a folder as their drive. */
#ifndef TESTS_SUPPORT_VISITS_H
#define TESTS_SUPPORT_VISITS_H

#include "node/drive/sync.h"
#include "node/durable.h"
#include "tests/support/records.h"

static struct scratch scratch;
static struct office county, station;
static struct offered lesson;
static char drive[4096];
static struct err err;

MAYBE_UNUSED static void set_up(void)
{
	scratch_init(&scratch);
	err = (struct err)ERR_INIT;
	office_county(&county, &scratch);
	office_station(&station, &scratch, &county);
	(void)snprintf(drive, sizeof(drive), "%s",
		       scratch_folder(&scratch, "drive"));
}

MAYBE_UNUSED static void publish(const char *title)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s",
		       scratch_path(&scratch, "课.bin"));
	file = fopen(path, "w");
	CHECK(file != NULL);
	for (unsigned i = 0; i < 40000; i++)
		(void)fprintf(file, "%s %u\n", title, i);
	CHECK(fclose(file) == 0);
	office_publish(&county, path, title, &lesson);
	office_index(&county);
}

MAYBE_UNUSED static void tear_down(void)
{
	office_close(&station);
	office_close(&county);
	scratch_release(&scratch);
}

/* One visit of the node whose directory this is; its report. */
MAYBE_UNUSED static json_t *visit_as(struct office *o,
				     const struct sync_options *options,
				     enum status *status)
{
	json_t *report = NULL;
	struct door *door;
	struct mount *m;

	office_close(o);
	err = (struct err)ERR_INIT;
	CHECK(mount_open(&m, drive, &err) == STATUS_OK);
	CHECK(door_open(&door, o->dir, &err) == STATUS_OK);
	*status = sync_visit(door, m, options, &report, &err);
	CHECK((*status == STATUS_OK) == (err.text[0] == 0));
	door_close(door);
	mount_free(m);
	office_open(o);
	CHECK(json_is_object(report));
	return report;
}

MAYBE_UNUSED static json_t *visit_with(struct office *o,
				       const struct sync_options *options,
				       enum status expected)
{
	enum status status;
	json_t *report = visit_as(o, options, &status);

	if (status != expected)
		fprintf(stderr, "%s: %s\n", status_name(status), err.text);
	CHECK(status == expected);
	return report;
}

MAYBE_UNUSED static void visit(struct office *o)
{
	const struct sync_options options = { .seconds = 0 };

	json_decref(visit_with(o, &options, STATUS_OK));
}

MAYBE_UNUSED static bool is_state(const json_t *report, const char *state)
{
	return strcmp(json_string_value(json_object_get(report, "state")),
		      state) == 0;
}

MAYBE_UNUSED static void read_drive(const char *path, struct buf *out)
{
	char whole[8192];

	buf_clear(out);
	(void)snprintf(whole, sizeof(whole), "%s/%s", drive, path);
	(void)durable_read(whole, 8 << 20, out, &err);
	err = (struct err)ERR_INIT;
}

MAYBE_UNUSED static void write_drive(const char *path, struct bytes content)
{
	struct mount *m;

	CHECK(mount_open(&m, drive, &err) == STATUS_OK);
	CHECK(mount_write(m, path, content, &err) == STATUS_OK);
	mount_free(m);
}

MAYBE_UNUSED static void up_path(const char *name, char out[static 200])
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	uint8_t hash[SHA256_SIZE];

	own_origin(&station, origin);
	sha256(origin, strlen(origin), hash);
	(void)snprintf(out, 200, ".xiangtu/up/");
	hex_encode((struct bytes){ hash, 32 }, out + strlen(out));
	(void)snprintf(out + strlen(out), 200 - strlen(out), "/%s", name);
}

MAYBE_UNUSED static void flip_last(const char *path)
{
	char whole[8192];
	FILE *file;
	int c;

	(void)snprintf(whole, sizeof(whole), "%s/%s", drive, path);
	file = fopen(whole, "r+");
	CHECK(file != NULL && fseek(file, -1, SEEK_END) == 0);
	c = fgetc(file);
	CHECK(fseek(file, -1, SEEK_END) == 0 && fputc(c ^ 1, file) >= 0);
	CHECK(fclose(file) == 0);
}

#endif
