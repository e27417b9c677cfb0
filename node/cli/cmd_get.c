/* get: want a lesson, wait until it is here, copy it out if asked. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/house.h"
#include "node/payload.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"

enum { COPY_BLOCK = 1 << 20 };

static enum status copy_bytes(int from, int to, const char *path,
			      struct progress *bar, uint64_t *done,
			      uint64_t total, struct err *err)
{
	char *block = malloc(COPY_BLOCK);
	ssize_t got = 0;

	if (block == NULL)
		return err_set(err, STATUS_NO_MEMORY, "copy");
	while ((got = read(from, block, COPY_BLOCK)) > 0) {
		ssize_t put = 0, n = 0;

		for (; put < got; put += n) {
			n = write(to, block + put, (size_t)(got - put));
			if (n < 0)
				break;
		}
		if (n < 0) {
			got = -1;
			break;
		}
		*done += (uint64_t)got;
		progress_show(bar, *done, total);
	}
	free(block);
	if (got < 0 || fsync(to) != 0)
		return err_set(err,
			       errno == ENOSPC ? STATUS_NO_ROOM : STATUS_IO,
			       "copy to '%s': %s", path, strerror(errno));
	return STATUS_OK;
}

/* Make the folders in front of the last '/' of `path`. */
static enum status make_folders(const char *path, struct err *err)
{
	char folder[HOUSE_PATH_MAX + 512];
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		return STATUS_OK;
	*slash = 0;
	return durable_make_dir(folder, 0755, err);
}

static enum status copy_file(const char *dir, const struct metainfo_file *file,
			     const char *to, struct progress *bar,
			     uint64_t *done, uint64_t total, struct err *err)
{
	char path[HOUSE_PATH_MAX + 512];
	enum status status;
	uint64_t size;
	int in, out;

	(void)snprintf(path, sizeof(path), "%s/%s", to, file->path);
	status = make_folders(path, err);
	if (status == STATUS_OK)
		status = payload_file_open(dir, file->path, &in, &size, err);
	if (status != STATUS_OK)
		return status;
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (out < 0) {
		(void)close(in);
		return err_set(err, STATUS_IO, "create '%s': %s", path,
			       strerror(errno));
	}
	status = copy_bytes(in, out, path, bar, done, total, err);
	(void)close(in);
	(void)close(out);
	return status;
}

static enum status copy_out(struct cli *cli, const json_t *lesson,
			    const char *to, struct err *err)
{
	char dir[HOUSE_PATH_MAX + 96], torrent[HOUSE_PATH_MAX + 96];
	const char *instead = cli_text(lesson, "instead");
	const char *hex = instead[0] != 0 ? instead :
					    cli_text(lesson, "btmh");
	struct torrentfile *tf;
	struct progress bar;
	uint64_t done = 0;
	uint8_t btmh[32];
	enum status status;

	if (hex_decode(bytes_of(hex), btmh, 32) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED, "not a payload");
	(void)snprintf(dir, sizeof(dir), "%s/payload/%s", cli->dir, hex);
	(void)snprintf(torrent, sizeof(torrent), "%s/torrent/%s", cli->dir,
		       hex);
	status = torrentfile_open(&tf, torrent, btmh, err);
	if (status != STATUS_OK)
		return status;
	progress_begin(&bar, cli, tr("copying"));
	for (uint32_t i = 0; i < tf->mi.file_count && status == STATUS_OK; i++)
		status = copy_file(dir, &tf->mi.files[i], to, &bar, &done,
				   tf->mi.total, err);
	progress_end(&bar);
	torrentfile_free(tf);
	return status;
}

/* Ask for the lesson until it is held, showing how far it is. */
static enum status wait_held(struct cli *cli, const char *id, json_t **lesson,
			     struct err *err)
{
	struct progress bar;
	enum status status;

	progress_begin(&bar, cli, tr("fetching"));
	for (;;) {
		char trouble[CLI_TROUBLE_ROOM];
		const char *state;
		double share;
		uint64_t bytes;

		/* A node that was stopped meanwhile fetches nothing. */
		status = cli_ask_node(cli,
				      json_pack("{s:s, s:s}", "verb", "show",
						"id", id),
				      lesson, err);
		if (status != STATUS_OK)
			break;
		state = cli_text(*lesson, "state");
		if (strcmp(state, "held") == 0)
			break;
		if (strcmp(state, "withdrawn") == 0) {
			status = err_set(err, STATUS_OUT_OF_SCOPE,
					 "it was withdrawn by its office");
			json_decref(*lesson);
			break;
		}
		share = json_number_value(json_object_get(*lesson, "progress"));
		bytes = cli_number(*lesson, "bytes");
		cli_trouble(cli_text(*lesson, "trouble"), trouble);
		if (trouble[0] != 0 && cli->terminal)
			(void)fprintf(stderr, "\r%s\x1b[K", trouble);
		else
			progress_show(&bar, (uint64_t)(share * (double)bytes),
				      bytes);
		json_decref(*lesson);
		(void)usleep(300 * 1000);
	}
	progress_end(&bar);
	return status;
}

enum status cmd_get(struct cli *cli, struct err *err)
{
	const char *to = cli_value(cli, "to");
	json_t *lesson, *pinned;
	enum status status;

	status = cli_ask(cli,
			 json_pack("{s:s, s:s}", "verb", "show", "id",
				   cli->words[0]),
			 &lesson, err);
	if (status != STATUS_OK)
		return status;
	if (strcmp(cli_text(lesson, "state"), "held") != 0) {
		if (!json_is_true(json_object_get(lesson, "pinned"))) {
			status = cli_ask(cli,
					 json_pack("{s:s, s:s}", "verb", "pin",
						   "id", cli->words[0]),
					 &pinned, err);
			if (status == STATUS_OK)
				json_decref(pinned);
		}
		json_decref(lesson);
		if (status == STATUS_OK)
			status = cli_ask(cli,
					 json_pack("{s:s}", "verb",
						   "transfers"),
					 &pinned, err);
		if (status != STATUS_OK)
			return status; /* no node runs: nobody will fetch it */
		json_decref(pinned);
		status = wait_held(cli, cli->words[0], &lesson, err);
		if (status != STATUS_OK)
			return status;
	}
	if (to != NULL)
		status = copy_out(cli, lesson, to, err);
	if (status == STATUS_OK && cli->json) {
		cli_print_json(lesson);
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		printf("%s: %s\n  %s\n", tr("held"), cli_text(lesson, "title"),
		       to != NULL ? to : cli_text(lesson, "path"));
	json_decref(lesson);
	return status;
}
