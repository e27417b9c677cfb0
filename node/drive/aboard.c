#include "node/drive/aboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/drive/berth.h"

enum {
	DEPTH_MAX = 8,
	NAMES_MAX = 10000, /* of one lesson */
	NAMES_IN_ALL = 400000, /* then no more folders are measured */
	LOOK_S = 60	       /* then no more names are looked up */
};

/* Adds up the files of a folder and those below it. */
struct adding {
	struct mount *m;
	char path[DRIVE_PATH_MAX];
	unsigned depth;
	unsigned names; /* seen so far */
	uint64_t bytes;
};

/* What a drive may cost us, whatever it says. */
struct patience {
	unsigned names;
	time_t until;
};

static time_t seconds_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void add_folder(struct adding *a);

static bool add_name(void *owner, const char *name, bool is_folder)
{
	struct adding *a = owner;
	struct err ignored = ERR_INIT;
	size_t before = strlen(a->path);
	uint64_t size;
	int n = snprintf(a->path + before, sizeof(a->path) - before, "/%s",
			 name);

	if (n > 0 && (size_t)n < sizeof(a->path) - before) {
		if (is_folder)
			add_folder(a);
		else if (mount_size(a->m, a->path, &size, &ignored) ==
			 STATUS_OK)
			a->bytes += size;
	}
	a->path[before] = 0;
	return ++a->names < NAMES_MAX;
}

static void add_folder(struct adding *a)
{
	struct err ignored = ERR_INIT;

	if (a->depth == DEPTH_MAX || a->names >= NAMES_MAX)
		return;
	a->depth++;
	(void)mount_list(a->m, a->path, NAMES_MAX, add_name, a, &ignored);
	a->depth--;
}

/* 0 when it is not measured. */
static uint64_t bytes_below(struct mount *m, const char *folder,
			    struct patience *left)
{
	struct adding a = { .m = m };

	if (left->names == 0)
		return 0;
	(void)snprintf(a.path, sizeof(a.path), "%s", folder);
	add_folder(&a);
	left->names -= a.names < left->names ? a.names : left->names;
	return a.bytes;
}

static bool read_place(struct mount *m, const uint8_t *btmh,
		       struct drive_place *place)
{
	char path[DRIVE_PATH_MAX];
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	bool good;

	drive_path(DRIVE_PLACE, btmh, path);
	good = mount_read(m, path, DRIVE_PLACE_MAX, &text, &ignored) ==
		       STATUS_OK &&
	       drive_place_parse(buf_bytes(&text), place) == STATUS_OK;
	buf_release(&text);
	return good;
}

/* False when there is nothing of it. */
static bool look_at(struct mount *m, const uint8_t *btmh,
		    struct load_item *out, struct patience *left)
{
	char path[DRIVE_PATH_MAX];
	struct drive_place place;
	struct err ignored = ERR_INIT;
	uint64_t size;

	memset(out, 0, sizeof(*out));
	memcpy(out->btmh, btmh, sizeof(out->btmh));
	if (read_place(m, btmh, &place)) {
		(void)snprintf(out->lesson, sizeof(out->lesson), "%.*s",
			       (int)sizeof(out->lesson) - 1, place.lesson);
		out->rev = place.rev;
		berth_plan_path(btmh, path);
		if (mount_has_folder(m, place.folder)) {
			/* With a plan beside it, pieces may be missing. */
			out->whole = mount_size(m, path, &size, &ignored) ==
				     STATUS_NOT_FOUND;
			out->there = bytes_below(m, place.folder, left);
			return true;
		}
	}
	drive_path(DRIVE_PART, btmh, path);
	if (!mount_has_folder(m, path))
		return false;
	out->there = bytes_below(m, path, left);
	return true;
}

static int by_hash(const void *a, const void *b)
{
	const struct load_item *x = a, *y = b;

	return memcmp(x->btmh, y->btmh, sizeof(x->btmh));
}

/* A name that is in the list twice is one item. */
static void drop_doubles(struct load_item *items, size_t *count)
{
	size_t kept = 0;

	if (*count == 0)
		return;
	qsort(items, *count, sizeof(*items), by_hash);
	for (size_t i = 1; i < *count; i++)
		if (by_hash(&items[kept], &items[i]) != 0)
			items[++kept] = items[i];
	*count = kept + 1;
}

static enum status look_at_all(struct mount *m, struct bytes list,
			       struct load_item **items, size_t *count,
			       struct err *err)
{
	struct patience left = { NAMES_IN_ALL, seconds_now() + LOOK_S };
	uint8_t btmh[DRIVE_HASH_SIZE];
	struct load_item *all = NULL;
	size_t n = 0, room = 0;

	for (size_t seen = 0; seen < DRIVE_LIST_ENTRIES_MAX &&
			      seconds_now() < left.until &&
			      drive_list_next(&list, btmh);
	     seen++) {
		if (n == room) {
			size_t more = room == 0 ? 64 : 2 * room;
			struct load_item *grown =
				realloc(all, more * sizeof(*all));

			if (grown == NULL) {
				free(all);
				return err_set(err, STATUS_NO_MEMORY,
					       "too many lessons");
			}
			all = grown;
			room = more;
		}
		n += look_at(m, btmh, &all[n], &left);
	}
	drop_doubles(all, &n);
	*items = all;
	*count = n;
	return STATUS_OK;
}

enum status aboard_read(struct mount *m, struct load_item **items,
			size_t *count, struct err *err)
{
	char path[DRIVE_PATH_MAX];
	struct buf list = BUF_INIT;
	struct err why = ERR_INIT;
	enum status status;

	drive_path_list(DRIVE_PLACE, path);
	status = mount_read(m, path, DRIVE_LIST_MAX, &list, &why);
	/* A list of another's making says as much as none. */
	if (status == STATUS_NOT_FOUND || status == STATUS_MALFORMED ||
	    status == STATUS_UNTRUSTED)
		status = STATUS_OK;
	else if (status != STATUS_OK)
		(void)err_set(err, status, "%s", why.text);
	if (status == STATUS_OK)
		status = look_at_all(m, buf_bytes(&list), items, count, err);
	buf_release(&list);
	return status;
}
