/* What a start finds of drafts, and makes of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/page/drafts_inside.h"
#include "node/prepare.h"

/* --- the files of one --- */

/* What a file on disk tells of how much of it is here. */
static void look_at_file(const struct drafts *drafts, const struct draft *d,
			 struct draft_file *file)
{
	char inner[SAFENAME_MAX + 16], path[DRAFT_PATH_MAX];
	struct stat st;

	(void)snprintf(inner, sizeof(inner), "files/%s", file->name);
	drafts_path(drafts, d, inner, path);
	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size == file->bytes) {
		file->received = file->bytes;
		return;
	}
	(void)snprintf(inner, sizeof(inner), "coming/%s", file->name);
	drafts_path(drafts, d, inner, path);
	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	file->received = drafts_flushed((uint64_t)st.st_size);
	if (file->received >= file->bytes)
		file->received = 0; /* it was another file */
	if (truncate(path, (off_t)file->received) != 0)
		file->received = 0;
}

/* Remove what no line of its draft.json speaks of; from "coming" also what is
 * here whole. */
static void sweep(const struct drafts *drafts, const struct draft *d,
		  const char *inner, bool whole)
{
	char path[DRAFT_PATH_MAX], at[DRAFT_PATH_MAX + NAME_MAX + 2];
	const struct dirent *entry;
	DIR *list;

	drafts_path(drafts, d, inner, path);
	(void)mkdir(path, 0700);
	list = opendir(path);
	while (list != NULL && (entry = readdir(list)) != NULL) {
		const struct draft_file *file = draft_file(d, entry->d_name);

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    (file != NULL &&
		     (file->received == file->bytes) == whole))
			continue;
		(void)snprintf(at, sizeof(at), "%s/%s", path, entry->d_name);
		drafts_remove(at);
	}
	if (list != NULL)
		(void)closedir(list);
}

/* --- one draft --- */

static void wake(struct drafts *drafts, struct draft *d)
{
	enum draft_state before = d->state;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < d->n_files; i++)
		if (before == DRAFT_PUBLISHED) /* they were here, and went */
			d->files[i].received = d->files[i].bytes;
		else
			look_at_file(drafts, d, &d->files[i]);
	sweep(drafts, d, "files", true);
	sweep(drafts, d, "coming", false);
	(void)draft_next(before, DRAFT_WAKE, drafts->approval, &d->state);
	if (d->state == before)
		return;
	if (before == DRAFT_PREPARING)
		draft_trouble(d, "interrupted",
			      "the node was stopped while this was prepared: "
			      "prepare it again");
	if (drafts_save(drafts, d, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}

static json_t *read_json(const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *json = NULL;
	enum status status = durable_read(path, DRAFT_JSON_MAX, &text, err);

	if (status == STATUS_OK)
		json = json_loadb((const char *)text.data, text.size,
				  JSON_REJECT_DUPLICATES, NULL);
	buf_release(&text);
	if (status == STATUS_OK && json == NULL)
		(void)err_set(err, STATUS_DAMAGED, "'%s' is damaged", path);
	return json;
}

static enum status take_one(struct drafts *drafts, const char *id,
			    struct err *err)
{
	char path[DRAFT_PATH_MAX];
	struct err why = ERR_INIT;
	struct draft *d;
	json_t *json;

	(void)snprintf(path, sizeof(path), "%s/%s/draft.json", drafts->dir,
		       id);
	json = read_json(path, &why);
	if (json == NULL) {
		(void)fprintf(stderr, "xiangtu: draft %s: %s\n", id, why.text);
		return STATUS_OK;
	}
	d = draft_take(id, json);
	json_decref(json);
	if (d == NULL) {
		(void)fprintf(stderr, "xiangtu: draft %s: '%s' is no draft\n",
			      id, path);
		return STATUS_OK;
	}
	if (drafts_insert(drafts, d, err) != STATUS_OK) {
		draft_free(d);
		return err->status;
	}
	wake(drafts, d);
	return STATUS_OK;
}

static enum status take_all(struct drafts *drafts, struct err *err)
{
	DIR *list = opendir(drafts->dir);
	enum status status = STATUS_OK;
	const struct dirent *entry;

	if (list == NULL)
		return errno == ENOENT ? STATUS_OK :
					 err_set(err, STATUS_IO, "'%s': %s",
						 drafts->dir, strerror(errno));
	while (status == STATUS_OK && (entry = readdir(list)) != NULL)
		if (draft_id_is_good(entry->d_name))
			status = take_one(drafts, entry->d_name, err);
	(void)closedir(list);
	return status;
}

enum status drafts_open(struct drafts **out, const char *dir, bool approval,
			struct err *err)
{
	struct drafts *drafts = calloc(1, sizeof(*drafts));
	enum status status = STATUS_OK;

	if (drafts == NULL ||
	    asprintf(&drafts->dir, "%s/%s", dir, DRAFTS_DIR) < 0) {
		free(drafts);
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	drafts->approval = approval;
	status = prepare_cleanup(drafts->dir, err);
	if (status == STATUS_OK)
		status = take_all(drafts, err);
	if (status == STATUS_OK)
		*out = drafts;
	else
		drafts_free(drafts);
	return status;
}

void drafts_free(struct drafts *drafts)
{
	if (drafts == NULL)
		return;
	for (size_t i = 0; i < drafts->count; i++)
		draft_free(drafts->list[i]);
	free(drafts->list);
	free(drafts->dir);
	free(drafts);
}
