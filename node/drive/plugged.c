#include "node/drive/plugged.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "node/drive/mark.h"
#include "node/drive/mountinfo.h"
#include "proto/text.h"

enum {
	MOUNTS_SIZE_MAX = 1 << 20, /* bytes of /proc/self/mountinfo */
	LABELS_MAX = 256,	   /* names looked at */
	PATH_ROOM = PLUGGED_PATH_MAX + 600
};

struct look {
	const char *root;
	dev_t own, system;
	struct plugged *out;
	size_t count;
};

/* --- reading --- */

static bool read_mounts(const char *root, struct buf *out)
{
	char path[PATH_ROOM];
	ssize_t n = 0;
	uint8_t *at;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (out->size < MOUNTS_SIZE_MAX &&
	       (at = buf_reserve(out, 65536)) != NULL &&
	       (n = read(fd, at, 65536)) > 0)
		buf_grew(out, (size_t)n);
	(void)close(fd);
	return n >= 0 && buf_status(out) == STATUS_OK;
}

static dev_t device_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_dev : 0;
}

/* --- which --- */

static bool is_drives_type(const char *type)
{
	static const char *const types[] = { "vfat",    "exfat",
					     "ntfs",    "ntfs3",
					     "fuseblk", "ext4" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static bool is_of_the_system(const struct look *l, const struct mountinfo *m)
{
	dev_t device = makedev(m->major, m->minor);

	return device == l->own || device == l->system ||
	       strcmp(m->path, "/") == 0 || strcmp(m->path, "/boot") == 0 ||
	       strncmp(m->path, "/boot/", 6) == 0;
}

/* The kernel's name for the device leads through the bus it is on. */
static bool is_on_usb(const struct look *l, const struct mountinfo *m)
{
	char path[PATH_ROOM], *real;
	bool usb;

	(void)snprintf(path, sizeof(path), "%s/sys/dev/block/%u:%u", l->root,
		       m->major, m->minor);
	real = realpath(path, NULL);
	usb = real != NULL && strlen(real) > strlen(l->root) &&
	      strstr(real + strlen(l->root), "/usb") != NULL;
	free(real);
	return usb;
}

static bool is_there(const struct look *l, const struct mountinfo *m)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->out[i].path, m->path) == 0)
			return true;
	return false;
}

/* --- what it is called --- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* udev writes what is not plain in a name as \x20. */
static void read_label(const char *name, char out[static PLUGGED_LABEL_MAX + 1])
{
	size_t size = 0;
	unsigned c;

	while (*name != 0 && size < PLUGGED_LABEL_MAX) {
		if (name[0] == '\\' && name[1] == 'x' &&
		    sscanf(name + 2, "%2x", &c) == 1 && c != 0) {
			out[size++] = (char)c;
			name += strnlen(name, 4);
		} else {
			out[size++] = *name++;
		}
	}
	out[size] = 0;
}

/* The name in /dev/disk/by-label that leads to the device. */
static bool find_label(const struct look *l, const char *source,
		       char out[static PLUGGED_LABEL_MAX + 1])
{
	char path[PATH_ROOM], to[PATH_MAX];
	unsigned left = LABELS_MAX;
	struct dirent *entry;
	bool found = false;
	ssize_t size;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/dev/disk/by-label", l->root);
	dir = opendir(path);
	while (dir != NULL && !found && left-- > 0 &&
	       (entry = readdir(dir)) != NULL) {
		size = readlinkat(dirfd(dir), entry->d_name, to,
				  sizeof(to) - 1);
		if (size <= 0)
			continue;
		to[size] = 0;
		if (strcmp(last_part(to), last_part(source)) != 0)
			continue;
		read_label(entry->d_name, out);
		found = true;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

static void name_it(const struct look *l, const struct mountinfo *m,
		    char out[static PLUGGED_LABEL_MAX + 1])
{
	const char *folder = last_part(m->path);

	if (find_label(l, m->source, out) && text_is_plain(bytes_of(out)))
		return;
	out[0] = 0;
	if (text_is_plain(bytes_of(folder)))
		(void)snprintf(out, PLUGGED_LABEL_MAX + 1, "%.*s",
			       (int)text_cut(folder, PLUGGED_LABEL_MAX),
			       folder);
}

/* --- looking into it --- */

static void look_into(struct look *l, const struct mountinfo *m)
{
	struct plugged *p = &l->out[l->count];
	struct mount_facts facts;
	struct drive_mark mark;
	struct err ignored = ERR_INIT;
	struct mount *mount;
	char path[PATH_ROOM];

	(void)snprintf(path, sizeof(path), "%s%s", l->root, m->path);
	if (mount_open(&mount, path, &ignored) != STATUS_OK)
		return;
	*p = (struct plugged){
		.prepared = mark_read(mount, &mark, &ignored) == STATUS_OK,
	};
	if ((p->prepared || is_on_usb(l, m)) &&
	    mount_look(mount, &facts, &ignored) == STATUS_OK) {
		(void)snprintf(p->path, sizeof(p->path), "%s", m->path);
		p->read_only = facts.read_only;
		p->free = facts.room;
		p->total = facts.size;
		name_it(l, m, p->label);
		l->count++;
	}
	mount_free(mount);
}

size_t plugged_find(const char *root, const char *own,
		    struct plugged out[static PLUGGED_MAX])
{
	struct look l = { .root = root,
			  .own = device_of(own),
			  .system = device_of("/"),
			  .out = out };
	struct mountinfo *m = malloc(sizeof(*m));
	struct buf text = BUF_INIT;
	struct bytes rest;

	if (m != NULL && read_mounts(root, &text)) {
		rest = buf_bytes(&text);
		while (l.count < PLUGGED_MAX && mountinfo_next(&rest, m))
			if (m->whole && is_drives_type(m->type) &&
			    !is_of_the_system(&l, m) && !is_there(&l, m))
				look_into(&l, m);
	}
	buf_release(&text);
	free(m);
	return l.count;
}

/* --- aside --- */

static void look_aside(struct aside_task *task)
{
	struct plugged_look *look = (struct plugged_look *)task;

	look->count = plugged_find("", look->own, look->found);
}

static void looked_aside(struct aside_task *task)
{
	struct plugged_look *look = (struct plugged_look *)task;

	if (look->looked != NULL)
		look->looked(look->owner);
}

static void free_look(struct aside_task *task)
{
	free(task);
}

struct plugged_look *plugged_look_begin(struct aside *aside, const char *own,
					void (*looked)(void *owner),
					void *owner)
{
	struct plugged_look *look = calloc(1, sizeof(*look));

	if (look == NULL)
		return NULL;
	look->task.work = look_aside;
	look->task.done = looked_aside;
	look->task.release = free_look;
	look->looked = looked;
	look->owner = owner;
	(void)snprintf(look->own, sizeof(look->own), "%s", own);
	if (aside_ask(aside, &look->task, 0))
		return look;
	free(look);
	return NULL;
}

bool plugged_look_ended(struct aside *aside, struct plugged_look *look)
{
	return aside_take(aside, &look->task);
}

void plugged_look_leave(struct aside *aside, struct plugged_look *look)
{
	if (look != NULL && aside_leave(aside, &look->task))
		free(look);
}
