#include "tests/support/forgetfs/disk.h"

#include <errno.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* The kernel writes back what nobody fsyncs, too; without this a long download
 * would be held twice in memory. */
static const uint64_t WRITEBACK_BYTES = 64u << 20;

struct page {
	unsigned users;
	uint8_t bytes[DISK_PAGE];
};

static void *must(void *memory)
{
	if (!memory) {
		fputs("forgetfs: out of memory\n", stderr);
		abort();
	}
	return memory;
}

/* --- images ----------------------------------------------------------- */

static void page_drop(struct disk *disk, struct page *page)
{
	if (page && --page->users == 0) {
		free(page);
		disk->page_count--;
	}
}

static void image_reach(struct image *image, size_t count)
{
	if (count <= image->count)
		return;
	size_t room = image->count * 2 > count ? image->count * 2 : count;
	image->pages = must(realloc(image->pages, room * sizeof(*image->pages)));
	memset(image->pages + image->count, 0,
	       (room - image->count) * sizeof(*image->pages));
	image->count = room;
}

/* The page to write on: made if missing, copied if somebody shares it. */
static struct page *image_own_page(struct disk *disk, struct image *image,
				   size_t index)
{
	image_reach(image, index + 1);
	struct page *page = image->pages[index];
	if (page && page->users == 1)
		return page;
	struct page *own = must(calloc(1, sizeof(*own)));
	own->users = 1;
	disk->page_count++;
	if (page) {
		memcpy(own->bytes, page->bytes, DISK_PAGE);
		page_drop(disk, page);
	}
	image->pages[index] = own;
	return own;
}

/* NULL bytes write zeros, without making pages for them. */
static void image_write(struct disk *disk, struct image *image,
			const uint8_t *bytes, size_t length, off_t at)
{
	off_t end = at + (off_t)length;
	while (length) {
		size_t index = (size_t)(at / DISK_PAGE);
		size_t offset = (size_t)(at % DISK_PAGE);
		size_t part = DISK_PAGE - offset;
		if (part > length)
			part = length;
		bool is_hole = index >= image->count || !image->pages[index];
		if (bytes)
			memcpy(image_own_page(disk, image, index)->bytes + offset,
			       bytes, part);
		else if (!is_hole)
			memset(image_own_page(disk, image, index)->bytes + offset,
			       0, part);
		if (bytes)
			bytes += part;
		at += (off_t)part;
		length -= part;
	}
	if (end > image->size)
		image->size = end;
}

static void image_resize(struct disk *disk, struct image *image, off_t size)
{
	if (size < image->size) {
		size_t first = (size_t)((size + DISK_PAGE - 1) / DISK_PAGE);
		for (size_t i = first; i < image->count; i++) {
			page_drop(disk, image->pages[i]);
			image->pages[i] = NULL;
		}
		if (size % DISK_PAGE && first - 1 < image->count &&
		    image->pages[first - 1])
			memset(image_own_page(disk, image, first - 1)->bytes +
				       size % DISK_PAGE,
			       0, (size_t)(DISK_PAGE - size % DISK_PAGE));
	}
	image->size = size;
}

static void image_clear(struct disk *disk, struct image *image)
{
	for (size_t i = 0; i < image->count; i++)
		page_drop(disk, image->pages[i]);
	free(image->pages);
	*image = (struct image){ 0 };
}

/* Make pages [first, end) of `to` the same as those of `from`. */
static void image_share(struct disk *disk, struct image *to,
			const struct image *from, size_t first, size_t end)
{
	if (end > from->count)
		end = from->count;
	if (end > first)
		image_reach(to, end);
	for (size_t i = first; i < end; i++) {
		if (to->pages[i] == from->pages[i])
			continue;
		page_drop(disk, to->pages[i]);
		to->pages[i] = from->pages[i];
		if (to->pages[i])
			to->pages[i]->users++;
	}
}

static void image_copy(struct disk *disk, struct image *to,
		       const struct image *from)
{
	image_clear(disk, to);
	image_share(disk, to, from, 0, from->count);
	to->size = from->size;
}

/* --- names ------------------------------------------------------------ */

static struct name *names_find(const struct names *names, const char *text)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i].text, text) == 0)
			return &names->list[i];
	return NULL;
}

static void names_remove(struct names *names, const char *text)
{
	struct name *name = names_find(names, text);
	if (!name)
		return;
	free(name->text);
	size_t index = (size_t)(name - names->list);
	names->count--;
	memmove(name, name + 1, (names->count - index) * sizeof(*name));
}

static void names_set(struct names *names, const char *text,
		      struct inode *inode)
{
	struct name *name = names_find(names, text);
	if (name) {
		name->inode = inode;
		return;
	}
	if (names->count == names->room) {
		names->room = names->room ? names->room * 2 : 8;
		names->list = must(realloc(
			names->list, names->room * sizeof(*names->list)));
	}
	names->list[names->count++] =
		(struct name){ must(strdup(text)), inode };
}

static void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i].text);
	free(names->list);
	*names = (struct names){ 0 };
}

static void names_copy(struct names *to, const struct names *from)
{
	names_clear(to);
	for (size_t i = 0; i < from->count; i++)
		names_set(to, from->list[i].text, from->list[i].inode);
}

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

/* Apply the oldest pending change of a file to its durable side. */
static void settle_oldest(struct disk *disk, struct inode *inode)
{
	struct data_change *change = inode->changes;
	if (change->is_write)
		image_write(disk, &inode->durable, change->bytes,
			    change->length, change->at);
	else
		image_resize(disk, &inode->durable, change->at);
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
		settle_oldest(disk, inode);
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
	image_clear(disk, &inode->live);
	image_clear(disk, &inode->durable);
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

static void name_change_free(struct name_change *change)
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
	image_write(disk, &inode->live, bytes, length, at);
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
	image_resize(disk, &inode->live, size);
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
		image_write(disk, &inode->live, NULL, (size_t)(end - at), at);
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

/* --- durability ------------------------------------------------------- */

static bool same_name(const struct inode *a_directory, const char *a,
		      const struct inode *b_directory, const char *b)
{
	return a && b && a_directory == b_directory && strcmp(a, b) == 0;
}

static bool changes_meet(const struct name_change *a,
			 const struct name_change *b)
{
	return same_name(a->from_directory, a->from, b->from_directory, b->from) ||
	       same_name(a->from_directory, a->from, b->to_directory, b->to) ||
	       same_name(a->to_directory, a->to, b->from_directory, b->from) ||
	       same_name(a->to_directory, a->to, b->to_directory, b->to);
}

/* Apply one change of names to the durable side. What is removed is removed
 * only where it is still that inode's name: an earlier change may be lost. */
static void apply_names(const struct name_change *change)
{
	if (change->from) {
		struct names *names = &change->from_directory->durable_names;
		struct name *name = names_find(names, change->from);
		if (name && name->inode == change->inode)
			names_remove(names, change->from);
	}
	if (change->to)
		names_set(&change->to_directory->durable_names, change->to,
			  change->inode);
}

/* Whether an fsync of `inode` covers this change by itself. */
static bool is_covered(const struct disk *disk, const struct inode *inode,
		       const struct name_change *change)
{
	return change->from_directory == inode ||
	       change->to_directory == inode ||
	       (disk->fsync_names && change->inode == inode);
}

/* Make durable the names that an fsync of `inode` covers, and the earlier
 * changes they build on: those of the same names, or, from a journal, all. */
static void settle_names(struct disk *disk, const struct inode *inode)
{
	size_t count = 0;
	for (struct name_change *c = disk->changes; c; c = c->next)
		count++;
	struct name_change **list = must(calloc(count + 1, sizeof(*list)));
	bool *covered = must(calloc(count + 1, sizeof(*covered)));
	size_t i = 0;
	for (struct name_change *c = disk->changes; c; c = c->next)
		list[i++] = c;
	bool any_later = false;
	for (i = count; i-- > 0;) {
		covered[i] = covered[i] || is_covered(disk, inode, list[i]) ||
			     (any_later && disk->names_in_order);
		any_later = any_later || covered[i];
		for (size_t j = 0; covered[i] && j < i; j++)
			covered[j] = covered[j] ||
				     changes_meet(list[i], list[j]);
	}
	struct name_change **link = &disk->changes;
	for (i = 0; i < count; i++) {
		if (!covered[i]) {
			link = &list[i]->next;
			continue;
		}
		apply_names(list[i]);
		*link = list[i]->next;
		name_change_free(list[i]);
	}
	disk->changes_end = link;
	free(list);
	free(covered);
}

static void settle_data(struct disk *disk, struct inode *inode)
{
	struct image *durable = &inode->durable, *live = &inode->live;
	while (inode->changes) {
		struct data_change *change = inode->changes;
		if (change->is_write && change->length)
			image_share(disk, durable, live,
				    (size_t)(change->at / DISK_PAGE),
				    (size_t)((change->at +
					      (off_t)change->length - 1) /
					     DISK_PAGE) + 1);
		else if (!change->is_write)
			image_resize(disk, durable, change->at);
		inode->changes = change->next;
		free(change);
	}
	inode->changes_end = &inode->changes;
	inode->pending_bytes = 0;
	/* A truncation zeroes the rest of the page it ends in, and a later
	 * growth shows those zeros. */
	size_t last = (size_t)(live->size / DISK_PAGE);
	image_share(disk, durable, live, last, last + 1);
	image_resize(disk, durable, live->size);
}

int disk_fsync(struct disk *disk, struct inode *inode)
{
	if (disk->dead)
		return -EIO;
	disk->fsyncs++;
	if (S_ISDIR(inode->stat.st_mode)) {
		settle_names(disk, inode);
		disk_sweep(disk);
	} else {
		settle_data(disk, inode);
		if (disk->fsync_names)
			settle_names(disk, inode);
	}
	return 0;
}

/* --- the cut ---------------------------------------------------------- */

/* splitmix64: a stream of its own for each change, so that what happens to one
 * does not depend on how many others there are. */
static uint64_t roll(uint64_t *dice)
{
	uint64_t z = (*dice += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t dice_for(uint64_t seed, uint64_t number)
{
	uint64_t dice = seed;
	return roll(&dice) ^ (number * 0xd1342543de82ef95u);
}

static void cut_write(struct disk *disk, struct inode *inode,
		      const struct data_change *change, uint64_t *dice,
		      struct cut_report *report)
{
	uint64_t fate = roll(dice) % 4;
	report->writes++;
	if (fate == 0) {
		/* Lost; one time in four the file has grown all the same. */
		off_t end = change->at + (off_t)change->length;
		if (roll(dice) % 4 == 0 && end > inode->durable.size)
			inode->durable.size = end;
		return;
	}
	if (fate == 1) {
		image_write(disk, &inode->durable, change->bytes,
			    change->length, change->at);
		report->writes_whole++;
		return;
	}
	report->writes_torn++;
	off_t unit = fate == 2 ? 512 : DISK_PAGE;
	off_t end = change->at + (off_t)change->length;
	for (off_t at = change->at; at < end;) {
		off_t stop = (at / unit + 1) * unit;
		if (stop > end)
			stop = end;
		if (roll(dice) % 2)
			image_write(disk, &inode->durable,
				    change->bytes + (at - change->at),
				    (size_t)(stop - at), at);
		at = stop;
	}
}

static void cut_inode(struct disk *disk, struct inode *inode, uint64_t seed,
		      struct cut_report *report)
{
	while (inode->changes) {
		struct data_change *change = inode->changes;
		uint64_t dice = dice_for(seed, change->number);
		if (seed == UINT64_MAX)
			settle_oldest(disk, inode);
		else {
			if (seed && change->is_write)
				cut_write(disk, inode, change, &dice, report);
			else if (change->is_write)
				report->writes++;
			else if (seed && roll(&dice) % 2)
				image_resize(disk, &inode->durable, change->at);
			inode->changes = change->next;
			inode->pending_bytes -= change->length;
			free(change);
		}
	}
	inode->changes_end = &inode->changes;
	image_copy(disk, &inode->live, &inode->durable);
}

static void cut_names(struct disk *disk, uint64_t seed,
		      struct cut_report *report)
{
	for (struct name_change *c = disk->changes; c; c = c->next)
		report->names++;
	uint64_t dice = dice_for(seed, 0);
	uint64_t prefix = roll(&dice) % (report->names + 1);
	for (uint64_t i = 0; disk->changes; i++) {
		struct name_change *change = disk->changes;
		dice = dice_for(seed, change->number);
		bool survives = disk->names_in_order ? i < prefix
						     : roll(&dice) % 2;
		if (seed == UINT64_MAX || (seed && survives)) {
			apply_names(change);
			report->names_kept++;
		}
		disk->changes = change->next;
		name_change_free(change);
	}
	disk->changes_end = &disk->changes;
}

/* Give live names, parents and link counts back to a directory and all below
 * it. A directory that two surviving renames put in two places stays in the
 * first only, as a repair would leave it. */
static void revive(struct inode *directory, struct inode *parent)
{
	directory->parent = parent;
	directory->stat.st_nlink = 2;
	names_copy(&directory->names, &directory->durable_names);
	for (size_t i = 0; i < directory->names.count; i++) {
		struct inode *inode = directory->names.list[i].inode;
		if (!S_ISDIR(inode->stat.st_mode)) {
			inode->stat.st_nlink++;
		} else if (inode->stat.st_nlink) {
			char *text = directory->names.list[i].text;
			names_remove(&directory->durable_names, text);
			names_remove(&directory->names, text);
			i--;
		} else {
			directory->stat.st_nlink++;
			revive(inode, directory);
		}
	}
}

struct cut_report disk_cut(struct disk *disk, uint64_t seed)
{
	struct cut_report report = { 0 };
	for (struct inode *i = disk->inodes; i; i = i->next)
		cut_inode(disk, i, seed, &report);
	cut_names(disk, seed, &report);
	for (struct inode *i = disk->inodes; i; i = i->next) {
		i->stat.st_nlink = 0;
		names_clear(&i->names);
	}
	revive(disk->root, disk->root);
	disk->dead = false;
	disk->dies_at = 0;
	disk_sweep(disk);
	return report;
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
