#include "node/page/drafts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/durable.h"
#include "node/page/drafts_inside.h"
#include "node/payload.h"
#include "proto/encoding.h"
#include "signing/key.h"

void drafts_path(const struct drafts *drafts, const struct draft *d,
		 const char *inner, char path[static DRAFT_PATH_MAX])
{
	(void)snprintf(path, DRAFT_PATH_MAX, "%s/%s%s%s", drafts->dir, d->id,
		       inner[0] == 0 ? "" : "/", inner);
}

/* A name that nothing has, for what goes. */
static void path_out(const struct drafts *drafts,
		     char path[static DRAFT_PATH_MAX])
{
	uint8_t random[8];
	char hex[17];

	signing_random(random, sizeof(random));
	hex_encode((struct bytes){ random, sizeof(random) }, hex);
	(void)snprintf(path, DRAFT_PATH_MAX, "%s/%s%s", drafts->dir,
		       DURABLE_UNFINISHED, hex);
}

/* --- the list --- */

enum status drafts_insert(struct drafts *drafts, struct draft *d,
			  struct err *err)
{
	size_t at = 0;

	if (drafts->count == drafts->room) {
		size_t room = drafts->room == 0 ? 16 : 2 * drafts->room;
		struct draft **grown =
			realloc(drafts->list, room * sizeof(struct draft *));

		if (grown == NULL)
			return err_set(err, STATUS_NO_MEMORY, "out of memory");
		drafts->list = grown;
		drafts->room = room;
	}
	while (at < drafts->count && drafts->list[at]->number > d->number)
		at++;
	memmove(drafts->list + at + 1, drafts->list + at,
		(drafts->count - at) * sizeof(struct draft *));
	drafts->list[at] = d;
	drafts->count++;
	if (d->number > drafts->number)
		drafts->number = d->number;
	return STATUS_OK;
}

static void take_out(struct drafts *drafts, const struct draft *d)
{
	size_t at = 0;

	while (drafts->list[at] != d)
		at++;
	drafts->count--;
	memmove(drafts->list + at, drafts->list + at + 1,
		(drafts->count - at) * sizeof(struct draft *));
}

struct draft *drafts_find(const struct drafts *drafts, const char *id)
{
	for (size_t i = 0; i < drafts->count; i++)
		if (strcmp(drafts->list[i]->id, id) == 0)
			return drafts->list[i];
	return NULL;
}

uint64_t drafts_to_come(const struct drafts *drafts)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < drafts->count; i++)
		bytes += draft_to_come(drafts->list[i]);
	return bytes;
}

/* --- written down --- */

/* Its draft.json, in this folder. */
static enum status save_in(const char *folder, struct draft *d,
			   struct err *err)
{
	char path[DRAFT_PATH_MAX + 16], *text;
	json_t *json;
	enum status status;

	d->changed_s = clock_s();
	json = draft_put(d);
	text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(1));
	json_decref(json);
	if (text == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	(void)snprintf(path, sizeof(path), "%s/draft.json", folder);
	status = durable_write(path, bytes_of(text), 0600, err);
	free(text);
	return status;
}

enum status drafts_save(struct drafts *drafts, struct draft *d,
			struct err *err)
{
	char folder[DRAFT_PATH_MAX];

	drafts_path(drafts, d, "", folder);
	return save_in(folder, d, err);
}

enum status drafts_move(struct drafts *drafts, struct draft *d,
			enum draft_move move, struct err *err)
{
	enum draft_state before = d->state, to;
	enum status status;

	if (!draft_next(before, move, drafts->approval, &to))
		return err_set(err, STATUS_BUSY,
			       "that cannot be done with a draft that is %s",
			       draft_state_name(before));
	d->state = to;
	status = drafts_save(drafts, d, err);
	if (status != STATUS_OK)
		d->state = before;
	return status;
}

/* --- making and removing --- */

/* Its folders, under another name until its draft.json is in them. */
static enum status make_folder(struct drafts *drafts, struct draft *d,
			       struct err *err)
{
	static const char *const folders[] = { "", "/files", "/coming" };
	char path[DRAFT_PATH_MAX], to[DRAFT_PATH_MAX],
		inner[DRAFT_PATH_MAX + 16];
	enum status status = durable_make_dir(drafts->dir, 0700, err);

	path_out(drafts, path);
	for (size_t i = 0; i < 3 && status == STATUS_OK; i++) {
		(void)snprintf(inner, sizeof(inner), "%s%s", path,
			       folders[i]);
		if (mkdir(inner, 0700) != 0)
			status = err_set(err,
					 errno == ENOSPC ? STATUS_NO_ROOM :
							   STATUS_IO,
					 "mkdir '%s': %s", inner,
					 strerror(errno));
	}
	if (status == STATUS_OK)
		status = save_in(path, d, err);
	drafts_path(drafts, d, "", to);
	if (status == STATUS_OK && rename(path, to) != 0)
		status = err_set(err, STATUS_IO, "rename '%s': %s", to,
				 strerror(errno));
	if (status == STATUS_OK)
		status = durable_sync_dir(drafts->dir, err);
	if (status != STATUS_OK)
		drafts_remove(path);
	return status;
}

static enum status make_room(struct drafts *drafts, struct err *err)
{
	char path[DRAFT_PATH_MAX];
	struct draft *oldest = NULL;
	enum status status;

	if (drafts->count < DRAFTS_MAX)
		return STATUS_OK;
	for (size_t i = 0; i < drafts->count; i++)
		if (drafts->list[i]->state == DRAFT_PUBLISHED)
			oldest = drafts->list[i];
	if (oldest == NULL)
		return err_set(err, STATUS_NO_ROOM,
			       "there are %d drafts already: publish or delete "
			       "some first",
			       DRAFTS_MAX);
	status = drafts_delete(drafts, oldest, path, err);
	if (status == STATUS_OK)
		drafts_remove(path); /* a draft.json and two folders */
	return status;
}

enum status drafts_add(struct drafts *drafts, const char *made_by,
		       struct draft **out, struct err *err)
{
	uint8_t random[DRAFT_ID_SIZE / 2];
	char id[DRAFT_ID_SIZE + 1];
	struct draft *d;
	enum status status = make_room(drafts, err);

	if (status != STATUS_OK)
		return status;
	signing_random(random, sizeof(random));
	hex_encode((struct bytes){ random, sizeof(random) }, id);
	d = draft_new(id, made_by);
	if (d == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	d->number = drafts->number + 1;
	status = make_folder(drafts, d, err);
	if (status == STATUS_OK)
		status = drafts_insert(drafts, d, err);
	if (status == STATUS_OK)
		*out = d;
	else
		draft_free(d);
	return status;
}

/* Rename what is to go, so that its name is free at once. */
static enum status put_out(struct drafts *drafts, const char *from,
			   char path[static DRAFT_PATH_MAX], struct err *err)
{
	path_out(drafts, path);
	if (rename(from, path) == 0)
		return STATUS_OK;
	if (errno == ENOENT)
		return STATUS_NOT_FOUND;
	return err_set(err, STATUS_IO, "rename '%s': %s", from,
		       strerror(errno));
}

enum status drafts_delete(struct drafts *drafts, struct draft *d,
			  char path[static DRAFT_PATH_MAX], struct err *err)
{
	char from[DRAFT_PATH_MAX];
	enum status status;

	drafts_path(drafts, d, "", from);
	status = put_out(drafts, from, path, err);
	if (status == STATUS_NOT_FOUND)
		status = err_set(err, STATUS_IO, "'%s' is gone", from);
	if (status == STATUS_OK)
		status = durable_sync_dir(drafts->dir, err);
	if (status != STATUS_OK)
		return status;
	take_out(drafts, d);
	draft_free(d);
	return STATUS_OK;
}

static enum status empty(struct drafts *drafts, const struct draft *d,
			 const char *inner, struct err *err)
{
	char path[DRAFT_PATH_MAX];

	drafts_path(drafts, d, inner, path);
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return STATUS_OK;
	return err_set(err, STATUS_IO, "mkdir '%s': %s", path,
		       strerror(errno));
}

enum status drafts_take_files(struct drafts *drafts, const struct draft *d,
			      const char *name,
			      char path[static DRAFT_PATH_MAX],
			      struct err *err)
{
	char from[DRAFT_PATH_MAX], inner[SAFENAME_MAX + 16];
	enum status status = STATUS_NOT_FOUND;
	static const char *const folders[] = { "files", "coming" };

	for (size_t i = 0; i < 2 && status == STATUS_NOT_FOUND; i++) {
		(void)snprintf(inner, sizeof(inner), "%s%s%s", folders[i],
			       name == NULL ? "" : "/",
			       name == NULL ? "" : name);
		drafts_path(drafts, d, inner, from);
		status = put_out(drafts, from, path, err);
	}
	if (status == STATUS_OK && name == NULL)
		status = empty(drafts, d, "files", err);
	return status;
}

void drafts_remove(const char *path)
{
	struct err err = ERR_INIT;

	if (path[0] == 0 || unlink(path) == 0 || errno == ENOENT)
		return;
	if (payload_delete(path, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}

void drafts_source(const struct drafts *drafts, const struct draft *d,
		   const char *listed_dir, char path[static DRAFT_PATH_MAX])
{
	char inner[SAFENAME_MAX + 16] = "files";

	if (d->listed != NULL) {
		(void)snprintf(path, DRAFT_PATH_MAX, "%s/%s", listed_dir,
			       d->listed);
		return;
	}
	if (d->n_files == 1)
		(void)snprintf(inner, sizeof(inner), "files/%s",
			       d->files[0].name);
	drafts_path(drafts, d, inner, path);
}
