#include "node/note_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "node/durable.h"
#include "node/join.h"

static const char *const subfolders[] = { "",
					  "/root",
					  "/trust",
					  "/trust/root",
					  "/.xiangtu",
					  "/.xiangtu/trust",
					  "/.xiangtu/trust/root" };

struct walk {
	note_file_cb each;
	void *owner;
	unsigned count; /* notes handed over */
};

static enum status hand_over(struct walk *w, const char *path,
			     struct bytes whole, struct err *err)
{
	if (w->count++ == NOTE_FILES_MAX)
		return err_set(err, STATUS_NO_ROOM, "'%s': too many notes",
			       path);
	return w->each(w->owner, path, whole, err);
}

static enum status read_join(struct walk *w, const char *path,
			     struct bytes text, struct err *err)
{
	struct join join = JOIN_INIT;
	enum status status = join_parse(&join, text, err);

	if (status != STATUS_OK)
		return err_wrap(err, "'%s'", path);
	for (unsigned i = 0; i < join.n_roots && status == STATUS_OK; i++)
		status = hand_over(w, path, buf_bytes(&join.roots[i]), err);
	if (status == STATUS_OK && join.trust.size > 0)
		status = hand_over(w, path, buf_bytes(&join.trust), err);
	join_release(&join);
	return status;
}

static enum status read_file(struct walk *w, const char *path, struct err *err)
{
	struct buf whole = BUF_INIT;
	enum status status = durable_read(path, JOIN_SIZE_MAX, &whole, err);

	if (status == STATUS_OK)
		status = bytes_start_with(buf_bytes(&whole), "{") ?
				 read_join(w, path, buf_bytes(&whole), err) :
				 hand_over(w, path, buf_bytes(&whole), err);
	buf_release(&whole);
	return status;
}

static bool ends_with(const char *name, const char *end)
{
	size_t size = strlen(name), tail = strlen(end);

	return size > tail && strcmp(name + size - tail, end) == 0;
}

/* Names that begin with a dot are unfinished work, or some system's. */
static bool is_notes_name(const char *name)
{
	return name[0] != '.' &&
	       (ends_with(name, ".note") || strcmp(name, "join.json") == 0);
}

static enum status read_folder(struct walk *w, const char *folder,
			       struct err *err)
{
	enum status status = STATUS_OK;
	const struct dirent *entry;
	char path[4096 + 300];
	struct stat st;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return errno == ENOENT || errno == ENOTDIR ?
			       STATUS_OK :
			       err_set(err, STATUS_IO, "open '%s': %s", folder,
				       strerror(errno));
	while (status == STATUS_OK && (entry = readdir(dir)) != NULL) {
		if (!is_notes_name(entry->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
			       entry->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
			status = read_file(w, path, err);
	}
	(void)closedir(dir);
	return status;
}

enum status note_files_each(const char *path, note_file_cb each, void *owner,
			    struct err *err)
{
	struct walk w = { .each = each, .owner = owner };
	enum status status = STATUS_OK;
	char folder[4096];
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set(err,
			       errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
			       "'%s': %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return read_file(&w, path, err);
	if (strlen(path) > 4000)
		return err_set(err, STATUS_IO, "path too long");
	for (size_t i = 0; i < sizeof(subfolders) / sizeof(*subfolders) &&
			   status == STATUS_OK;
	     i++) {
		(void)snprintf(folder, sizeof(folder), "%s%s", path,
			       subfolders[i]);
		status = read_folder(&w, folder, err);
	}
	if (status == STATUS_OK && w.count == 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "there is no root or trust note in '%s'", path);
	return status;
}
