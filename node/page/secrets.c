#include "node/page/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/durable.h"
#include "proto/text.h"
#include "signing/key.h"

static const char format[] = "xiangtu-desk/1";

static struct secret *find(struct secrets *s, const char *who)
{
	for (unsigned i = 0; i < s->count; i++)
		if (strcmp(s->list[i].who, who) == 0)
			return &s->list[i];
	return NULL;
}

/* --- read --- */

static bool take_one(struct secrets *s, const char *who, const json_t *value)
{
	const char *hash = json_string_value(value);

	if (hash == NULL || s->count == SECRETS_MAX ||
	    secret_role(who) == PAGE_VIEWER || !passhash_is(hash))
		return false;
	(void)snprintf(s->list[s->count].who, sizeof(s->list[0].who), "%s",
		       who);
	(void)snprintf(s->list[s->count].hash, sizeof(s->list[0].hash), "%s",
		       hash);
	s->count++;
	return true;
}

static bool take_all(struct secrets *s, const json_t *root)
{
	json_t *list = json_object_get(root, "secrets");
	const char *said = json_string_value(json_object_get(root, "format"));
	const char *who;
	json_t *value;

	if (said == NULL || strcmp(said, format) != 0 || !json_is_object(list))
		return false;
	json_object_foreach(list, who, value)
		if (!take_one(s, who, value))
			return false;
	return true;
}

enum status secrets_parse(struct secrets *s, struct bytes text, uint64_t now_ms)
{
	json_t *root = json_loadb((const char *)text.data, text.size,
				  JSON_REJECT_DUPLICATES, NULL);
	struct secrets *read = calloc(1, sizeof(*read));
	enum status status = STATUS_DAMAGED;

	if (read == NULL) {
		status = STATUS_NO_MEMORY;
	} else if (take_all(read, root)) {
		memcpy(s->list, read->list, sizeof(s->list));
		s->count = read->count;
		lockout_init(&s->lockout);
		lockout_take(&s->lockout, root, now_ms);
		status = STATUS_OK;
	}
	free(read);
	json_decref(root);
	return status;
}

static enum status read_file(struct secrets *s, uint64_t now_ms,
			     struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = durable_read(s->path, SECRETS_FILE_MAX, &text,
					  err);

	if (status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = secrets_parse(s, buf_bytes(&text), now_ms);
	buf_release(&text);
	if (status == STATUS_DAMAGED || status == STATUS_MALFORMED)
		return err_set(err, STATUS_DAMAGED,
			       "'%s' is damaged: move it away and set PINs and "
			       "passwords anew (xiangtu set-pin, set-password)",
			       s->path);
	return status;
}

enum status secrets_open(struct secrets **out, const char *dir,
			 uint64_t now_ms, struct err *err)
{
	struct secrets *s = calloc(1, sizeof(*s));
	enum status status;

	if (s == NULL || asprintf(&s->path, "%s/%s", dir, SECRETS_FILE) < 0) {
		free(s);
		return err_set(err, STATUS_NO_MEMORY, "secrets of the desks");
	}
	lockout_init(&s->lockout);
	status = read_file(s, now_ms, err);
	if (status == STATUS_OK)
		*out = s;
	else
		secrets_free(s);
	return status;
}

void secrets_free(struct secrets *s)
{
	if (s == NULL)
		return;
	free(s->path);
	signing_wipe(s, sizeof(*s));
	free(s);
}

/* --- what there is --- */

const char *secrets_hash(const struct secrets *s, const char *who)
{
	const struct secret *one = find((struct secrets *)(uintptr_t)s, who);

	return one == NULL ? NULL : one->hash;
}

bool secrets_has_office(const struct secrets *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (secret_role(s->list[i].who) == PAGE_OFFICE)
			return true;
	return false;
}

json_t *secrets_json(const struct secrets *s)
{
	return json_pack("{s:b, s:b, s:b}", "A", secrets_hash(s, "A") != NULL,
			 "B", secrets_hash(s, "B") != NULL, "office",
			 secrets_has_office(s));
}

static int by_role_and_name(const void *left, const void *right)
{
	const struct secret *a = left, *b = right;
	enum page_role of_a = secret_role(a->who), of_b = secret_role(b->who);

	return of_a != of_b ? (int)of_a - (int)of_b : strcmp(a->who, b->who);
}

json_t *secrets_names(const struct secrets *s)
{
	struct secret sorted[SECRETS_MAX];
	json_t *names = json_array();

	memcpy(sorted, s->list, sizeof(sorted));
	qsort(sorted, s->count, sizeof(*sorted), by_role_and_name);
	for (unsigned i = 0; i < s->count; i++)
		(void)json_array_append_new(names, json_string(sorted[i].who));
	signing_wipe(sorted, sizeof(sorted));
	return names;
}

/* --- write --- */

static enum status put_text(struct secrets *s, uint64_t now_ms, struct buf *out)
{
	json_t *root = lockout_put(&s->lockout, now_ms), *list = json_object();
	char *text = NULL;

	for (unsigned i = 0; i < s->count; i++)
		(void)json_object_set_new(list, s->list[i].who,
					  json_string(s->list[i].hash));
	(void)json_object_set_new(root, "format", json_string(format));
	if (json_object_set_new(root, "secrets", list) == 0)
		text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (text == NULL)
		return STATUS_NO_MEMORY;
	buf_puts(out, text);
	buf_puts(out, "\n");
	free(text);
	return buf_status(out);
}

static enum status write_file(struct secrets *s, uint64_t now_ms,
			      struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = put_text(s, now_ms, &text);

	if (status != STATUS_OK)
		(void)err_set(err, status, "secrets of the desks");
	else
		status = durable_write(s->path, buf_bytes(&text), 0600, err);
	buf_release(&text);
	return status;
}

enum status secrets_save(struct secrets *s, uint64_t now_ms, struct err *err)
{
	enum status status = lockout_changed(&s->lockout) ?
				     write_file(s, now_ms, err) :
				     STATUS_OK;

	if (status != STATUS_OK)
		s->lockout.changed = true; /* with the next one */
	return status;
}

static enum status change(struct secrets *s, const char *who, const char *hash,
			  struct err *err)
{
	struct secret *one = find(s, who);

	if (secret_role(who) == PAGE_VIEWER)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no name: a line of text, at most %d "
			       "bytes",
			       who, SECRET_WHO_MAX);
	if (hash != NULL && !passhash_is(hash))
		return err_set(err, STATUS_USAGE, "that is no hash of ours");
	if (hash == NULL && one == NULL)
		return err_set(err, STATUS_NOT_FOUND,
			       "'%s' has no PIN or password here", who);
	if (one == NULL && s->count == SECRETS_MAX)
		return err_set(err, STATUS_NO_ROOM,
			       "there are %d PINs and passwords already: take "
			       "one away first",
			       SECRETS_MAX);
	if (hash == NULL) {
		*one = s->list[--s->count];
		return STATUS_OK;
	}
	if (one == NULL)
		one = &s->list[s->count++];
	(void)snprintf(one->who, sizeof(one->who), "%s", who);
	(void)snprintf(one->hash, sizeof(one->hash), "%s", hash);
	return STATUS_OK;
}

enum status secrets_set(struct secrets *s, const char *who, const char *hash,
			uint64_t now_ms, struct err *err)
{
	struct secrets *before = malloc(sizeof(*before));
	enum status status;

	if (before == NULL)
		return err_set(err, STATUS_NO_MEMORY, "secrets of the desks");
	*before = *s;
	status = change(s, who, hash, err);
	if (status == STATUS_OK) {
		lockout_forget(&s->lockout, who);
		status = write_file(s, now_ms, err);
	}
	if (status != STATUS_OK)
		*s = *before;
	signing_wipe(before, sizeof(*before));
	free(before);
	return status;
}
