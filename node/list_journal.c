#include "node/list_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "node/durable.h"
#include "proto/encoding.h"

#define FIRST_LINE "{\"xiangtu\":\"publish --list\",\"version\":1}\n"

enum { JOURNAL_MAX = 64 << 20 };

struct list_journal {
	int fd; /* -1: none */
	/* by key */
	struct list_event *events;
	size_t count, room;
};

static const char *const steps[] = {
	[LIST_BEGUN] = "begun",
	[LIST_DONE] = "done",
	[LIST_FAILED] = "failed",
};

struct list_journal *list_journal_new(void)
{
	struct list_journal *j = calloc(1, sizeof(*j));

	if (j != NULL)
		j->fd = -1;
	return j;
}

void list_journal_free(struct list_journal *j)
{
	if (j == NULL)
		return;
	if (j->fd >= 0)
		(void)close(j->fd);
	free(j->events);
	free(j);
}

/* Where an event of this key is, or would be. */
static size_t find(const struct list_journal *j, const char *key)
{
	size_t low = 0, high = j->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(j->events[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct list_journal *j, size_t at, const char *key)
{
	return at < j->count && strcmp(j->events[at].key, key) == 0;
}

static enum status put(struct list_journal *j, const struct list_event *e)
{
	size_t at = find(j, e->key);

	if (is_at(j, at, e->key)) {
		j->events[at] = *e;
		return STATUS_OK;
	}
	if (j->count == j->room) {
		size_t room = j->room == 0 ? 64 : 2 * j->room;
		void *events = realloc(j->events, room * sizeof(*j->events));

		if (events == NULL)
			return STATUS_NO_MEMORY;
		j->events = events;
		j->room = room;
	}
	memmove(&j->events[at + 1], &j->events[at],
		(j->count - at) * sizeof(*j->events));
	j->events[at] = *e;
	j->count++;
	return STATUS_OK;
}

static bool take_text(const json_t *o, const char *key, char *out, size_t room)
{
	const char *text = json_string_value(json_object_get(o, key));

	if (text == NULL || strlen(text) >= room)
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static bool read_event(struct bytes line, struct list_event *e)
{
	json_t *o = json_loadb((const char *)line.data, line.size, 0, NULL);
	json_int_t rev = json_integer_value(json_object_get(o, "rev"));
	uint8_t hash[16];
	char step[16] = "";
	bool good;

	memset(e, 0, sizeof(*e));
	good = take_text(o, "row", e->key, sizeof(e->key)) &&
	       hex_decode(bytes_of(e->key), hash, 16) == STATUS_OK &&
	       take_text(o, "step", step, sizeof(step)) && rev >= 0;
	for (unsigned s = LIST_BEGUN; s <= LIST_FAILED; s++)
		if (strcmp(step, steps[s]) == 0)
			e->step = (enum list_step)s;
	e->rev = good ? (uint64_t)rev : 0;
	if (good && (e->step == LIST_BEGUN || e->step == LIST_DONE))
		good = take_text(o, "id", e->id, sizeof(e->id));
	json_decref(o);
	return good && e->step != LIST_NEW;
}

enum status list_journal_read(struct list_journal *j, struct bytes text,
			      size_t *whole, struct err *err)
{
	struct bytes_reader r;
	struct bytes line;
	unsigned number = 0;

	bytes_reader_init(&r, text);
	while (bytes_read_line(&r, &line) == STATUS_OK) {
		struct list_event event;

		if (number++ == 0) {
			if (line.size + 1 != strlen(FIRST_LINE) ||
			    memcmp(line.data, FIRST_LINE, line.size) != 0)
				return err_set(err, STATUS_MALFORMED,
					       "it is not what 'publish "
					       "--list' wrote");
			continue;
		}
		if (!read_event(line, &event))
			return err_set(err, STATUS_MALFORMED,
				       "line %u is not what 'publish --list' "
				       "wrote",
				       number);
		if (put(j, &event) != STATUS_OK)
			return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	*whole = text.size - r.left;
	/* Somebody else's file is not cut off. */
	if (*whole == 0 && text.size > 0 &&
	    (text.size > strlen(FIRST_LINE) ||
	     memcmp(text.data, FIRST_LINE, text.size) != 0))
		return err_set(err, STATUS_MALFORMED,
			       "it is not what 'publish --list' wrote");
	return STATUS_OK;
}

static enum status append(struct list_journal *j, struct bytes line,
			  struct err *err)
{
	off_t end = lseek(j->fd, 0, SEEK_END);
	ssize_t n = write(j->fd, line.data, line.size);

	if (n == (ssize_t)line.size && fsync(j->fd) == 0)
		return STATUS_OK;
	/* Half a line is none. */
	(void)!ftruncate(j->fd, end);
	return err_set(err, errno == ENOSPC ? STATUS_NO_ROOM : STATUS_IO,
		       "write how far it is: %s", strerror(errno));
}

static enum status open_file(struct list_journal *j, const char *path,
			     struct err *err)
{
	struct buf text = BUF_INIT;
	size_t whole = 0;
	enum status status;

	j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (j->fd < 0)
		return err_set(err, STATUS_IO,
			       "%s: %s (how far it has come is written beside "
			       "the table)",
			       path, strerror(errno));
	if (flock(j->fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, STATUS_BUSY,
			       "this table is being published already");
	status = durable_read(path, JOURNAL_MAX, &text, err);
	if (status == STATUS_OK)
		status = list_journal_read(j, buf_bytes(&text), &whole, err);
	buf_release(&text);
	if (status != STATUS_OK)
		return err_wrap(err, "%s", path);
	if (ftruncate(j->fd, (off_t)whole) != 0)
		return err_set(err, STATUS_IO, "%s: %s", path,
			       strerror(errno));
	return whole > 0 ? STATUS_OK : append(j, bytes_of(FIRST_LINE), err);
}

static enum status sync_folder(const char *path, struct err *err)
{
	char *copy = strdup(path), *slash;
	enum status status;

	if (copy == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	slash = strrchr(copy, '/');
	if (slash != NULL)
		slash[slash == copy] = 0;
	status = durable_sync_dir(slash == NULL ? "." : copy, err);
	free(copy);
	return status;
}

enum status list_journal_open(struct list_journal **out, const char *path,
			      struct err *err)
{
	struct list_journal *j = list_journal_new();
	enum status status;

	if (j == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = open_file(j, path, err);
	if (status == STATUS_OK)
		status = sync_folder(path, err);
	if (status != STATUS_OK) {
		list_journal_free(j);
		return status;
	}
	*out = j;
	return STATUS_OK;
}

void list_journal_last(const struct list_journal *j, const char *key,
		       struct list_event *out)
{
	size_t at = find(j, key);

	memset(out, 0, sizeof(*out));
	if (is_at(j, at, key))
		*out = j->events[at];
}

enum status list_journal_add(struct list_journal *j,
			     const struct list_event *e, struct err *err)
{
	struct buf line = BUF_INIT;
	enum status status;

	buf_printf(&line, "{\"row\":\"%s\",\"step\":\"%s\",\"id\":\"%s\","
			  "\"rev\":%llu}\n",
		   e->key, steps[e->step], e->id, (unsigned long long)e->rev);
	status = buf_status(&line) != STATUS_OK || put(j, e) != STATUS_OK ?
			 err_set(err, STATUS_NO_MEMORY, "out of memory") :
			 append(j, buf_bytes(&line), err);
	buf_release(&line);
	return status;
}
