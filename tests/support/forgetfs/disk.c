/* The live side of a disk; what of it is durable, and what a cut leaves, is in
 * fate.c. */
#include "tests/support/forgetfs/disk.h"

#include <errno.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* The kernel writes back what nobody fsyncs, too; without this a long download
 * would be held twice in memory. */
static const uint64_t WRITEBACK_BYTES = 64u << 20;

/* --- history ---------------------------------------------------------- */

/* Every change asks here first; at `dies_at` the power goes. */
static int begin_change(struct disk *disk)
{
	if (disk->dead)
		return -EIO;
	disk->history++;
	if (disk->dies_at && disk->history >= disk->dies_at) {
		disk->dead = true;
		return -EIO;
	}
	return 0;
}

static bool has_room(const struct disk *disk, size_t length)
{
	return !disk->page_limit ||
	       disk->page_count + length / DISK_PAGE + 1 <= disk->page_limit;
}

static void touch(struct inode *inode)
{
	clock_gettime(CLOCK_REALTIME, &inode->stat.st_mtim);
	inode->stat.st_ctim = inode->stat.st_mtim;
}

void disk_settle_oldest(struct disk *disk, struct inode *inode)
{
	struct data_change *change = inode->changes;
	if (change->is_write)
		image_write(&disk->page_count, &inode->durable, change->bytes,
			    change->length, change->at);
	else
		image_resize(&disk->page_count, &inode->durable, change->at);
	inode->changes = change->next;
	if (!inode->changes)
		inode->changes_end = &inode->changes;
	inode->pending_bytes -= change->length;
	free(change);
}

static void note_data(struct disk *disk, struct inode *inode, bool is_write,
		      off_t at, const uint8_t *bytes, size_t length)
{
	struct data_change *change = must(calloc(1, sizeof(*change) + length));
	change->number = disk->history;
	change->is_write = is_write;
	change->at = at;
	change->length = length;
	if (length && bytes)
		memcpy(change->bytes, bytes, length);
	*inode->changes_end = change;
	inode->changes_end = &change->next;
	inode->pending_bytes += length;
	while (inode->pending_bytes > WRITEBACK_BYTES)
		disk_settle_oldest(disk, inode);
	touch(inode);
}

static void note_names(struct disk *disk, struct inode *inode,
		       struct inode *from_directory, const char *from,
		       struct inode *to_directory, const char *to)
{
	struct name_change *change = must(calloc(1, sizeof(*change)));
	change->number = disk->history;
	change->inode = inode;
	change->from_directory = from_directory;
	change->to_directory = to_directory;
	change->from = from ? must(strdup(from)) : NULL;
	change->to = to ? must(strdup(to)) : NULL;
	*disk->changes_end = change;
	disk->changes_end = &change->next;
	if (from_directory)
		touch(from_directory);
	if (to_directory)
		touch(to_directory);
}

/* --- the disk --------------------------------------------------------- */

static struct inode *inode_new(struct disk *disk, mode_t mode, uid_t uid,
			       gid_t gid)
{
	struct inode *inode = must(calloc(1, sizeof(*inode)));
	inode->number = ++disk->last_inode;
	inode->changes_end = &inode->changes;
	inode->stat.st_ino = inode->number;
	inode->stat.st_mode = mode;
	inode->stat.st_uid = uid;
	inode->stat.st_gid = gid;
	inode->stat.st_blksize = DISK_PAGE;
	touch(inode);
	inode->stat.st_atim = inode->stat.st_mtim;
	*disk->inodes_end = inode;
	disk->inodes_end = &inode->next;
	return inode;
}

static void inode_free(struct disk *disk, struct inode *inode)
{
	image_clear(&disk->page_count, &inode->live);
	image_clear(&disk->page_count, &inode->durable);
	names_clear(&inode->names);
	names_clear(&inode->durable_names);
	while (inode->changes) {
		struct data_change *next = inode->changes->next;
		free(inode->changes);
		inode->changes = next;
	}
	free(inode->target);
	free(inode);
}

void disk_init(struct disk *disk)
{
	*disk = (struct disk){ 0 };
	disk->inodes_end = &disk->inodes;
	disk->changes_end = &disk->changes;
	disk->root = inode_new(disk, S_IFDIR | 0755, 0, 0);
	disk->root->stat.st_nlink = 2;
	disk->root->parent = disk->root;
}

void name_change_free(struct name_change *change)
{
	free(change->from);
	free(change->to);
	free(change);
}

void disk_release(struct disk *disk)
{
	while (disk->changes) {
		struct name_change *next = disk->changes->next;
		name_change_free(disk->changes);
		disk->changes = next;
	}
	while (disk->inodes) {
		struct inode *next = disk->inodes->next;
		inode_free(disk, disk->inodes);
		disk->inodes = next;
	}
	*disk = (struct disk){ 0 };
}

struct inode *disk_lookup(const struct inode *directory, const char *name)
{
	struct name *found = names_find(&directory->names, name);
	return found ? found->inode : NULL;
}

int disk_create(struct disk *disk, struct inode *directory, const char *name,
		mode_t mode, dev_t device, const char *target, uid_t uid,
		gid_t gid, struct inode **out)
{
	if (strlen(name) > DISK_NAME_MAX)
		return -ENAMETOOLONG;
	if (disk_lookup(directory, name))
		return -EEXIST;
	if (!has_room(disk, 0))
		return -ENOSPC;
	int error = begin_change(disk);
	if (error)
		return error;
	struct inode *inode = inode_new(disk, mode, uid, gid);
	inode->stat.st_rdev = device;
	inode->stat.st_nlink = S_ISDIR(mode) ? 2 : 1;
	if (S_ISDIR(mode)) {
		inode->parent = directory;
		directory->stat.st_nlink++;
	}
	if (target) {
		inode->target = must(strdup(target));
		inode->stat.st_size = (off_t)strlen(target);
	}
	names_set(&directory->names, name, inode);
	note_names(disk, inode, NULL, NULL, directory, name);
	*out = inode;
	return 0;
}

int disk_link(struct disk *disk, struct inode *inode, struct inode *directory,
	      const char *name)
{
	if (strlen(name) > DISK_NAME_MAX)
		return -ENAMETOOLONG;
	if (S_ISDIR(inode->stat.st_mode))
		return -EPERM;
	if (disk_lookup(directory, name))
		return -EEXIST;
	int error = begin_change(disk);
	if (error)
		return error;
	inode->stat.st_nlink++;
	names_set(&directory->names, name, inode);
	note_names(disk, inode, NULL, NULL, directory, name);
	return 0;
}

/* A live name stopped leading to this inode. */
static void unlinked(struct inode *directory, struct inode *inode)
{
	if (S_ISDIR(inode->stat.st_mode)) {
		inode->stat.st_nlink = 0;
		directory->stat.st_nlink--;
	} else {
		inode->stat.st_nlink--;
	}
}

int disk_unlink(struct disk *disk, struct inode *directory, const char *name,
		bool is_directory)
{
	struct inode *inode = disk_lookup(directory, name);
	if (!inode)
		return -ENOENT;
	if (is_directory && !S_ISDIR(inode->stat.st_mode))
		return -ENOTDIR;
	if (!is_directory && S_ISDIR(inode->stat.st_mode))
		return -EISDIR;
	if (is_directory && inode->names.count)
		return -ENOTEMPTY;
	int error = begin_change(disk);
	if (error)
		return error;
	names_remove(&directory->names, name);
	unlinked(directory, inode);
	note_names(disk, inode, directory, name, NULL, NULL);
	return 0;
}

int disk_rename(struct disk *disk, struct inode *from_directory,
		const char *from, struct inode *to_directory, const char *to,
		unsigned flags)
{
	if (flags & ~(unsigned)RENAME_NOREPLACE)
		return -EINVAL;
	if (strlen(to) > DISK_NAME_MAX)
		return -ENAMETOOLONG;
	struct inode *inode = disk_lookup(from_directory, from);
	struct inode *old = disk_lookup(to_directory, to);
	if (!inode)
		return -ENOENT;
	if (old && (flags & RENAME_NOREPLACE))
		return -EEXIST;
	if (old == inode)
		return 0;
	bool is_directory = S_ISDIR(inode->stat.st_mode);
	if (old && is_directory && !S_ISDIR(old->stat.st_mode))
		return -ENOTDIR;
	if (old && !is_directory && S_ISDIR(old->stat.st_mode))
		return -EISDIR;
	if (old && old->names.count)
		return -ENOTEMPTY;
	int error = begin_change(disk);
	if (error)
		return error;
	if (old)
		unlinked(to_directory, old);
	names_remove(&from_directory->names, from);
	names_set(&to_directory->names, to, inode);
	if (is_directory) {
		from_directory->stat.st_nlink--;
		to_directory->stat.st_nlink++;
		inode->parent = to_directory;
	}
	note_names(disk, inode, from_directory, from, to_directory, to);
	return 0;
}

size_t disk_read(const struct inode *inode, uint8_t *bytes, size_t length,
		 off_t at)
{
	const struct image *image = &inode->live;
	if (at >= image->size)
		return 0;
	if ((off_t)length > image->size - at)
		length = (size_t)(image->size - at);
	for (size_t done = 0; done < length;) {
		size_t index = (size_t)((at + (off_t)done) / DISK_PAGE);
		size_t offset = (size_t)((at + (off_t)done) % DISK_PAGE);
		size_t part = DISK_PAGE - offset;
		if (part > length - done)
			part = length - done;
		if (index < image->count && image->pages[index])
			memcpy(bytes + done,
			       image->pages[index]->bytes + offset, part);
		else
			memset(bytes + done, 0, part);
		done += part;
	}
	return length;
}

int disk_write(struct disk *disk, struct inode *inode, const uint8_t *bytes,
	       size_t length, off_t at)
{
	if (!has_room(disk, length))
		return -ENOSPC;
	int error = begin_change(disk);
	if (error)
		return error;
	image_write(&disk->page_count, &inode->live, bytes, length, at);
	note_data(disk, inode, true, at, bytes, length);
	return 0;
}

int disk_truncate(struct disk *disk, struct inode *inode, off_t size)
{
	if (size < 0)
		return -EINVAL;
	if (size == inode->live.size)
		return 0;
	int error = begin_change(disk);
	if (error)
		return error;
	image_resize(&disk->page_count, &inode->live, size);
	note_data(disk, inode, false, size, NULL, 0);
	return 0;
}

int disk_allocate(struct disk *disk, struct inode *inode, int mode, off_t at,
		  off_t length)
{
	if (at < 0 || length <= 0)
		return -EINVAL;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE |
		     FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
		off_t end = at + length;
		if (end > inode->live.size)
			end = inode->live.size;
		if (end <= at)
			return 0;
		int error = begin_change(disk);
		if (error)
			return error;
		uint8_t *zeros = must(calloc(1, (size_t)(end - at)));
		image_write(&disk->page_count, &inode->live, NULL, (size_t)(end - at), at);
		note_data(disk, inode, true, at, zeros, (size_t)(end - at));
		free(zeros);
		return 0;
	}
	if (!has_room(disk, (size_t)length))
		return -ENOSPC;
	if (mode & FALLOC_FL_KEEP_SIZE || at + length <= inode->live.size)
		return disk->dead ? -EIO : 0;
	return disk_truncate(disk, inode, at + length);
}

/* --- the sweep -------------------------------------------------------- */

static void mark(struct inode *inode)
{
	if (!inode || inode->reachable)
		return;
	inode->reachable = true;
	for (size_t i = 0; i < inode->names.count; i++)
		mark(inode->names.list[i].inode);
	for (size_t i = 0; i < inode->durable_names.count; i++)
		mark(inode->durable_names.list[i].inode);
}

void disk_sweep(struct disk *disk)
{
	for (struct inode *i = disk->inodes; i; i = i->next)
		i->reachable = false;
	mark(disk->root);
	for (struct name_change *c = disk->changes; c; c = c->next) {
		mark(c->inode);
		mark(c->from_directory);
		mark(c->to_directory);
	}
	for (struct inode *i = disk->inodes; i; i = i->next)
		if (i->lookups || i->opens)
			mark(i);
	struct inode **link = &disk->inodes;
	while (*link) {
		struct inode *inode = *link;
		if (inode->reachable) {
			link = &inode->next;
			continue;
		}
		*link = inode->next;
		inode_free(disk, inode);
	}
	disk->inodes_end = link;
}
