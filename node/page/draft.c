#include "node/page/draft.h"

#include <stdlib.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/text.h"
#include "signing/digest.h"

struct draft *draft_new(const char *id, const char *made_by)
{
	struct draft *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	(void)snprintf(d->id, sizeof(d->id), "%s", id);
	(void)snprintf(d->made_by, sizeof(d->made_by), "%s", made_by);
	d->fields = json_object();
	d->renditions = json_array();
	d->checks = json_array();
	if (d->fields != NULL && d->renditions != NULL && d->checks != NULL)
		return d;
	draft_free(d);
	return NULL;
}

void draft_free(struct draft *d)
{
	if (d == NULL)
		return;
	json_decref(d->fields);
	json_decref(d->renditions);
	json_decref(d->checks);
	json_decref(d->made);
	free(d->files);
	free(d->listed);
	free(d);
}

bool draft_id_is_good(const char *id)
{
	return strlen(id) == DRAFT_ID_SIZE &&
	       strspn(id, "0123456789abcdef") == DRAFT_ID_SIZE;
}

void draft_trouble(struct draft *d, const char *what, const char *text)
{
	(void)snprintf(d->trouble.what, sizeof(d->trouble.what), "%s", what);
	(void)snprintf(d->trouble.text, sizeof(d->trouble.text), "%s", text);
}

/* --- files --- */

struct draft_file *draft_file(const struct draft *d, const char *name)
{
	for (size_t i = 0; i < d->n_files; i++)
		if (strcmp(d->files[i].name, name) == 0)
			return &d->files[i];
	return NULL;
}

static enum status check_name(const struct draft *d, const char *name,
			      struct err *err)
{
	const char *why = safename_why(bytes_of(name));

	if (why != NULL)
		return err_set(err, STATUS_USAGE,
			       "'%s' %s: such a name is not safe on every "
			       "machine; rename it",
			       name, why);
	if (name[0] == '.')
		return err_set(err, STATUS_USAGE,
			       "'%s' begins with a dot: such files are hidden; "
			       "rename it",
			       name);
	for (size_t i = 0; i < d->n_files; i++)
		if (safename_collide(bytes_of(name),
				     bytes_of(d->files[i].name)))
			return err_set(err, STATUS_USAGE,
				       "'%s' and '%s' cannot stand beside one "
				       "another; rename one",
				       name, d->files[i].name);
	return STATUS_OK;
}

enum status draft_add_file(struct draft *d, const char *name, uint64_t bytes,
			   struct draft_file **out, struct err *err)
{
	struct draft_file *file = draft_file(d, name), *grown;

	if (bytes == 0 || bytes > LESSON_BYTES_MAX)
		return err_set(err, STATUS_USAGE, "'%s' %s", name,
			       bytes == 0 ? "is empty" : "is too large");
	if (d->listed != NULL)
		return err_set(err, STATUS_USAGE,
			       "this draft has the file of a list");
	if (file == NULL) {
		if (check_name(d, name, err) != STATUS_OK)
			return err->status;
		if (d->n_files == DRAFT_FILES_MAX)
			return err_set(err, STATUS_USAGE,
				       "a lesson made here has at most %d "
				       "files",
				       DRAFT_FILES_MAX);
		grown = realloc(d->files,
				(d->n_files + 1) * sizeof(*d->files));
		if (grown == NULL)
			return err_set(err, STATUS_NO_MEMORY, "out of memory");
		d->files = grown;
		file = &d->files[d->n_files++];
	}
	*file = (struct draft_file){ .bytes = bytes };
	(void)snprintf(file->name, sizeof(file->name), "%s", name);
	*out = file;
	return STATUS_OK;
}

void draft_drop_file(struct draft *d, const char *name)
{
	struct draft_file *file = draft_file(d, name);

	if (file == NULL)
		return;
	d->n_files--;
	memmove(file, file + 1,
		(size_t)(d->files + d->n_files - file) * sizeof(*file));
}

bool draft_is_complete(const struct draft *d)
{
	return (d->n_files > 0 || d->listed != NULL) && draft_to_come(d) == 0;
}

uint64_t draft_to_come(const struct draft *d)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < d->n_files; i++)
		bytes += d->files[i].bytes - d->files[i].received;
	return bytes;
}

/* --- what a second person stands for --- */

void draft_digest(const struct draft *d, char out[static 65])
{
	json_t *all = json_pack("{s:O, s:O?}", "fields", d->fields, "made",
				d->made);
	char *text = all == NULL ? NULL :
				   json_dumps(all, JSON_COMPACT |
							   JSON_SORT_KEYS);
	uint8_t hash[SHA256_SIZE];

	out[0] = 0; /* equals no approval */
	json_decref(all);
	if (text == NULL)
		return;
	sha256(text, strlen(text), hash);
	free(text);
	hex_encode((struct bytes){ hash, sizeof(hash) }, out);
}

bool draft_is_approved(const struct draft *d)
{
	char now[65];

	draft_digest(d, now);
	return d->approved_by[0] != 0 && now[0] != 0 && d->made != NULL &&
	       strcmp(now, d->approved) == 0;
}

void draft_unapprove(struct draft *d)
{
	d->approved_by[0] = d->approved[0] = 0;
}
