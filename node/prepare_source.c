#include "node/prepare_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/payload_walk.h"
#include "proto/metainfo.h"

struct look {
	struct prepare_source *s;
	struct err *err;
	size_t room;
	char path[SAFENAME_PATH_MAX + 1]; /* of the folder at hand */
	size_t size;
};

static bool is_hidden(const char *name)
{
	return name[0] == '.' || strcasecmp(name, "Thumbs.db") == 0 ||
	       strcasecmp(name, "desktop.ini") == 0;
}

static enum status add_file(struct look *l, const struct stat *st)
{
	struct prepare_source *s = l->s;
	struct prepare_source_file *files, file = { .path = strdup(l->path) };

	if (file.path == NULL)
		return err_set(l->err, STATUS_NO_MEMORY, "out of memory");
	if (s->count == METAINFO_FILES_MAX) {
		free(file.path);
		return err_set(l->err, STATUS_USAGE,
			       "more than %d files in one lesson",
			       METAINFO_FILES_MAX);
	}
	if (s->count == l->room) {
		l->room = l->room == 0 ? 64 : l->room * 2;
		files = realloc(s->files, l->room * sizeof(*files));
		if (files == NULL) {
			free(file.path);
			return err_set(l->err, STATUS_NO_MEMORY,
				       "out of memory");
		}
		s->files = files;
	}
	file.size = (uint64_t)st->st_size;
	file.inode = st->st_ino;
	file.changed = st->st_mtim;
	s->files[s->count++] = file;
	s->total += file.size;
	return STATUS_OK;
}

/* Put a name behind the path at hand, if it may be there. */
static enum status push_name(struct look *l, const char *name)
{
	const char *why = safename_why(bytes_of(name));
	size_t size = strlen(name), slash = l->size > 0;

	if (why != NULL)
		return err_set(l->err, STATUS_USAGE, "the name '%s%s%s' %s",
			       l->path, slash ? "/" : "", name, why);
	if (strlen(l->s->name) + 1 + l->size + slash + size >
	    SAFENAME_PATH_MAX)
		return err_set(l->err, STATUS_USAGE,
			       "'%s/%s' is too deep: more than %d bytes",
			       l->path, name, SAFENAME_PATH_MAX);
	if (slash)
		l->path[l->size] = '/';
	memcpy(l->path + l->size + slash, name, size + 1);
	l->size += slash + size;
	return STATUS_OK;
}

static enum status look_at_folder(struct look *l, int fd, unsigned depth);

static enum status look_at_entry(struct look *l, int folder, const char *name,
				 unsigned depth)
{
	struct stat st;
	int fd;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return payload_walk_error(l->err, l->path, errno);
	if (S_ISREG(st.st_mode))
		return add_file(l, &st);
	if (!S_ISDIR(st.st_mode))
		return err_set(l->err, STATUS_USAGE, "'%s' is %s", l->path,
			       S_ISLNK(st.st_mode) ? "a link" :
						     "no ordinary file");
	if (depth == SAFENAME_DEPTH_MAX)
		return err_set(l->err, STATUS_USAGE,
			       "'%s' is too deep: more than %d folders",
			       l->path, SAFENAME_DEPTH_MAX);
	fd = openat(folder, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return payload_walk_error(l->err, l->path, errno);
	return look_at_folder(l, fd, depth + 1);
}

/* Closes `fd`. */
static enum status look_at_folder(struct look *l, int fd, unsigned depth)
{
	DIR *list = fdopendir(fd);
	enum status status = STATUS_OK;
	struct dirent *entry;
	size_t size = l->size;

	if (list == NULL) {
		status = payload_walk_error(l->err, l->path, errno);
		(void)close(fd);
		return status;
	}
	while (status == STATUS_OK &&
	       (errno = 0, entry = readdir(list)) != NULL) {
		if (is_hidden(entry->d_name)) {
			l->s->hidden += strcmp(entry->d_name, ".") != 0 &&
					strcmp(entry->d_name, "..") != 0;
			continue;
		}
		status = push_name(l, entry->d_name);
		if (status == STATUS_OK)
			status = look_at_entry(l, fd, entry->d_name, depth);
		l->size = size;
		l->path[size] = 0;
	}
	if (status == STATUS_OK && errno != 0)
		status = payload_walk_error(l->err, l->path, errno);
	(void)closedir(list);
	return status;
}

static int compare_files(const void *a, const void *b)
{
	const struct prepare_source_file *one = a, *two = b;

	return safename_path_compare(bytes_of(one->path), bytes_of(two->path));
}

static int compare_folded(const void *a, const void *b)
{
	const struct prepare_source_file *one = a, *two = b;

	return safename_fold_compare(bytes_of(one->path), bytes_of(two->path));
}

enum status prepare_source_sort(struct prepare_source *s, struct err *err)
{
	if (s->total == 0)
		return err_set(err, STATUS_USAGE, "there is nothing in it");
	qsort(s->files, s->count, sizeof(*s->files), compare_folded);
	for (size_t i = 1; i < s->count; i++)
		if (safename_path_collide(bytes_of(s->files[i - 1].path),
					  bytes_of(s->files[i].path)))
			return err_set(err, STATUS_USAGE,
				       "'%s' and '%s' differ only in case",
				       s->files[i - 1].path, s->files[i].path);
	qsort(s->files, s->count, sizeof(*s->files), compare_files);
	return STATUS_OK;
}

/* The last component of a path, or of what it resolves to when that says
 * nothing ("." and the like). */
static enum status take_name(struct prepare_source *s, const char *name,
			     struct err *err)
{
	char *real = NULL;
	const char *slash, *why;

	if (name == NULL) {
		slash = strrchr(s->top, '/');
		name = slash == NULL ? s->top : slash + 1;
		if (name[0] == 0 || strcmp(name, ".") == 0 ||
		    strcmp(name, "..") == 0) {
			real = realpath(s->top, NULL);
			slash = real == NULL ? NULL : strrchr(real, '/');
			name = slash == NULL ? "" : slash + 1;
		}
	}
	why = safename_why(bytes_of(name));
	if (why == NULL)
		strcpy(s->name, name);
	else
		(void)err_set(err, STATUS_USAGE, "the name '%s' %s", name, why);
	free(real);
	return why == NULL ? STATUS_OK : STATUS_USAGE;
}

static enum status look(struct prepare_source *s, const char *name,
			struct err *err)
{
	struct look l = { .s = s, .err = err };
	enum status status;
	struct stat st;
	int fd;

	if (stat(s->top, &st) != 0)
		return payload_walk_error(err, s->top, errno);
	s->folder = s->many = S_ISDIR(st.st_mode);
	if (!s->folder && !S_ISREG(st.st_mode))
		return err_set(err, STATUS_USAGE,
			       "'%s' is neither a file nor a folder", s->top);
	status = take_name(s, name, err);
	if (status != STATUS_OK)
		return status;
	if (s->folder) {
		fd = open(s->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return payload_walk_error(err, s->top, errno);
		status = look_at_folder(&l, fd, 2);
	} else {
		strcpy(l.path, s->name);
		status = add_file(&l, &st);
	}
	return status == STATUS_OK ? prepare_source_sort(s, err) : status;
}

enum status prepare_source_look(struct prepare_source *s, const char *path,
				const char *name, struct err *err)
{
	enum status status;
	size_t size = strlen(path);

	*s = (struct prepare_source){ .top = strdup(path) };
	if (s->top == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	while (size > 1 && s->top[size - 1] == '/')
		s->top[--size] = 0;
	status = look(s, name, err);
	if (status != STATUS_OK)
		prepare_source_release(s);
	return status;
}

void prepare_source_release(struct prepare_source *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->files[i].path);
		free(s->files[i].made);
	}
	free(s->files);
	free(s->top);
	*s = (struct prepare_source){ .top = NULL };
}

bool prepare_source_has(const struct prepare_source *s, const char *path)
{
	for (size_t i = 0; i < s->count; i++)
		if (safename_path_collide(bytes_of(s->files[i].path),
					  bytes_of(path)))
			return true;
	return false;
}

static struct prepare_source_file *add_one(struct prepare_source *s)
{
	struct prepare_source_file *files =
		realloc(s->files, (s->count + 1) * sizeof(*files));

	if (files == NULL)
		return NULL;
	s->files = files;
	memset(&files[s->count], 0, sizeof(*files));
	return &files[s->count++];
}

enum status prepare_source_replace(struct prepare_source *s, size_t index,
				   const char *path, const char *made,
				   uint64_t size, struct err *err)
{
	struct prepare_source_file *file;
	char *path_copy = strdup(path), *made_copy = strdup(made);

	if (index >= s->count && s->count == METAINFO_FILES_MAX) {
		free(path_copy);
		free(made_copy);
		return err_set(err, STATUS_USAGE,
			       "more than %d files in one lesson",
			       METAINFO_FILES_MAX);
	}
	file = path_copy == NULL || made_copy == NULL ? NULL :
	       index < s->count			     ? &s->files[index] :
						       add_one(s);
	if (file == NULL) {
		free(path_copy);
		free(made_copy);
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	free(file->path);
	free(file->made);
	file->path = path_copy;
	file->made = made_copy;
	s->total += size - file->size;
	file->size = size;
	return STATUS_OK;
}

bool prepare_source_unchanged(const struct prepare_source *s, size_t index,
			      int fd)
{
	const struct prepare_source_file *file = &s->files[index];
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size == file->size &&
	       st.st_ino == file->inode &&
	       st.st_mtim.tv_sec == file->changed.tv_sec &&
	       st.st_mtim.tv_nsec == file->changed.tv_nsec;
}

enum status prepare_source_open(const struct prepare_source *s, size_t index,
				int *fd, struct err *err)
{
	const char *path = s->files[index].path;
	int top, file, error;

	if (s->folder) {
		top = open(s->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (top < 0)
			return payload_walk_error(err, s->top, errno);
		file = payload_walk_file(top, path, PAYLOAD_READ);
		error = errno;
		(void)close(top);
	} else {
		file = open(s->top, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
					    O_NOCTTY);
		error = errno;
	}
	if (file < 0)
		return payload_walk_error(err, path, error);
	if (!prepare_source_unchanged(s, index, file)) {
		(void)close(file);
		return err_set(err, STATUS_BUSY,
			       "'%s' changed while it was being read", path);
	}
	*fd = file;
	return STATUS_OK;
}

bool prepare_source_full_path(const struct prepare_source *s, size_t index,
			      char *path, size_t room)
{
	int size = s->folder ? snprintf(path, room, "%s/%s", s->top,
					s->files[index].path) :
			       snprintf(path, room, "%s", s->top);

	return size >= 0 && (size_t)size < room;
}
