/* What of a disk is durable, and what a power cut leaves of the rest. */
#include "tests/support/forgetfs/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
			image_share(&disk->page_count, durable, live,
				    (size_t)(change->at / DISK_PAGE),
				    (size_t)((change->at +
					      (off_t)change->length - 1) /
					     DISK_PAGE) + 1);
		else if (!change->is_write)
			image_resize(&disk->page_count, durable, change->at);
		inode->changes = change->next;
		free(change);
	}
	inode->changes_end = &inode->changes;
	inode->pending_bytes = 0;
	/* A truncation zeroes the rest of the page it ends in, and a later
	 * growth shows those zeros. */
	size_t last = (size_t)(live->size / DISK_PAGE);
	image_share(&disk->page_count, durable, live, last, last + 1);
	image_resize(&disk->page_count, durable, live->size);
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
		image_write(&disk->page_count, &inode->durable, change->bytes,
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
			image_write(&disk->page_count, &inode->durable,
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
			disk_settle_oldest(disk, inode);
		else {
			if (seed && change->is_write)
				cut_write(disk, inode, change, &dice, report);
			else if (change->is_write)
				report->writes++;
			else if (seed && roll(&dice) % 2)
				image_resize(&disk->page_count, &inode->durable, change->at);
			inode->changes = change->next;
			inode->pending_bytes -= change->length;
			free(change);
		}
	}
	inode->changes_end = &inode->changes;
	image_copy(&disk->page_count, &inode->live, &inode->durable);
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
