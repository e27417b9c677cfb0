/* forgetfs MOUNTPOINT: a file system that forgets what was not fsynced.
 *
 * disk.h says what is forgotten. This file is its FUSE face: one thread, no
 * caching of attributes or names in the kernel, so that after a cut everybody
 * who opens a file again sees what the cut left.
 *
 * Options: --limit BYTES       answer ENOSPC beyond that many bytes
 *          --names-in-order    lose only the newest names, as a journal does
 *          --fsync-names       fsync of a file keeps its name, too (ext4)
 *
 * Prints "ready" when mounted and ends when unmounted or by SIGTERM. It is
 * told what to do by reading files of a folder that no listing shows:
 *   .forgetfs/cut?seed=N      the power goes and comes back (0: all that is
 *                             pending is lost, "all": none of it)
 *   .forgetfs/die?after=N     the power goes at the N-th change from now on:
 *                             everything answers EIO until the cut
 *   .forgetfs/limit?bytes=N   as --limit, from now on (0: none)
 *   .forgetfs/quota?bytes=N   the same, but statfs does not tell
 *   .forgetfs/fail_read?after=N    the N-th read from now on answers EIO, once
 *                             (for files opened from then on);
 *   .forgetfs/fail_write?after=N   the same of writes; fail_reads and
 *                             fail_writes: so do all that follow (0: none)
 *   .forgetfs/lie?on=1        bytes read a second time are other bytes (0: no
 *                             more); for files opened from then on, which
 *                             cannot be mapped
 *   .forgetfs/slow?rate=N     read and write so many bytes a second (0: no
 *                             limit)
 *   .forgetfs/stall?on=1      files are opened and read no more: who asks for
 *                             that waits until 0
 *   .forgetfs/status          counts
 * Each answers with a line of JSON. Programs are killed before the cut: what
 * they have open or mapped would survive in the kernel's memory. */
#define FUSE_USE_VERSION 35
#include <fuse_lowlevel.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/forgetfs/disk.h"

static struct disk disk;
static bool limit_is_hidden; /* statfs does not tell, as with a quota */

/* What a bad drive does, on top of what the disk forgets. */
struct fault {
	uint64_t calls; /* so far */
	uint64_t first; /* the call that fails; 0: none */
	bool stays;	/* and all after it */
};
static struct fault read_fault, write_fault;
static bool lies;
static uint64_t bytes_per_second; /* 0: no limit */
static bool stalls;

static bool call_fails(struct fault *fault)
{
	fault->calls++;
	return fault->first && (fault->calls == fault->first ||
				(fault->stays && fault->calls > fault->first));
}

/* There is one thread: who else waits is kept waiting, as by a real stick. */
static void take_time(size_t bytes)
{
	if (!bytes_per_second || !bytes)
		return;
	uint64_t nanoseconds = bytes * UINT64_C(1000000000) / bytes_per_second;
	nanosleep(&(struct timespec){ (time_t)(nanoseconds / 1000000000),
				      (long)(nanoseconds % 1000000000) },
		  NULL);
}

/* What came while it stood still, the last first. */
struct stalled {
	struct stalled *next;
	fuse_req_t req;
	fuse_ino_t number;
	bool opens; /* else it reads */
	size_t size;
	off_t at;
	struct fuse_file_info file;
};
static struct stalled *stalled;

static void go_on(const struct stalled *s);

static void let_go(void)
{
	stalls = false;
	while (stalled) {
		struct stalled *s = stalled;
		stalled = s->next;
		go_on(s);
		free(s);
	}
}

/* False when it does not stand still. */
static bool wait_for_good(const struct stalled *what)
{
	struct stalled *s = stalls ? malloc(sizeof(*s)) : NULL;
	if (!s)
		return false;
	*s = *what;
	s->next = stalled;
	stalled = s;
	return true;
}

/* --- the control folder ------------------------------------------------ */

/* A control file lives from its lookup to the kernel's forget. */
struct control {
	struct control *next;
	char *command; /* NULL: the folder itself */
	char *answer;
};

static struct control control_folder;
static struct control *controls;

/* Inode numbers of control files have this bit; those of the disk do not. */
static const fuse_ino_t CONTROL = (fuse_ino_t)1 << 63;

static fuse_ino_t control_number(const struct control *control)
{
	return CONTROL | (fuse_ino_t)(uintptr_t)control;
}

static struct control *to_control(fuse_ino_t number)
{
	if (!(number & CONTROL))
		return NULL;
	return (struct control *)(uintptr_t)(number & ~CONTROL);
}

static bool argument(const char *command, const char *prefix, uint64_t *out)
{
	size_t length = strlen(prefix);
	if (strncmp(command, prefix, length) != 0)
		return false;
	*out = strcmp(command + length, "all") == 0
		       ? UINT64_MAX
		       : strtoull(command + length, NULL, 10);
	return true;
}

static uint64_t pending_writes(void)
{
	uint64_t count = 0;
	for (struct inode *i = disk.inodes; i; i = i->next)
		for (struct data_change *c = i->changes; c; c = c->next)
			count++;
	return count;
}

/* Faults that are asked for; false if the command is another one. */
static bool obey_fault(const char *command)
{
	uint64_t number;
	struct fault *fault = NULL;
	bool stays = false;
	if (argument(command, "fail_read?after=", &number)) {
		fault = &read_fault;
	} else if (argument(command, "fail_reads?after=", &number)) {
		fault = &read_fault;
		stays = true;
	} else if (argument(command, "fail_write?after=", &number)) {
		fault = &write_fault;
	} else if (argument(command, "fail_writes?after=", &number)) {
		fault = &write_fault;
		stays = true;
	} else if (argument(command, "lie?on=", &number)) {
		lies = number != 0;
		for (struct inode *i = disk.inodes; i; i = i->next)
			i->told = 0;
	} else if (argument(command, "slow?rate=", &number)) {
		bytes_per_second = number;
	} else if (argument(command, "stall?on=", &number)) {
		stalls = number != 0;
		if (!stalls)
			let_go();
	} else {
		return false;
	}
	if (fault) {
		fault->first = number ? fault->calls + number : 0;
		fault->stays = stays;
	}
	return true;
}

/* Do what the command says; NULL if there is no such command. */
static char *obey(const char *command)
{
	uint64_t number;
	char text[512];
	if (obey_fault(command)) {
		strcpy(text, "{}\n");
	} else if (argument(command, "cut?seed=", &number)) {
		struct cut_report r = disk_cut(&disk, number);
		snprintf(text, sizeof(text),
			 "{\"writes\":%" PRIu64 ",\"whole\":%" PRIu64
			 ",\"torn\":%" PRIu64 ",\"names\":%" PRIu64
			 ",\"names_kept\":%" PRIu64 "}\n",
			 r.writes, r.writes_whole, r.writes_torn, r.names,
			 r.names_kept);
	} else if (argument(command, "die?after=", &number)) {
		disk.dies_at = number ? disk.history + number : 0;
		snprintf(text, sizeof(text), "{\"dies_at\":%" PRIu64 "}\n",
			 disk.dies_at);
	} else if (argument(command, "limit?bytes=", &number) ||
		   argument(command, "quota?bytes=", &number)) {
		disk.page_limit = number / DISK_PAGE;
		limit_is_hidden = command[0] == 'q';
		snprintf(text, sizeof(text), "{\"limit\":%" PRIu64 "}\n",
			 number);
	} else if (strcmp(command, "status") == 0) {
		uint64_t names = 0;
		for (struct name_change *c = disk.changes; c; c = c->next)
			names++;
		snprintf(text, sizeof(text),
			 "{\"history\":%" PRIu64 ",\"fsyncs\":%" PRIu64
			 ",\"pending_writes\":%" PRIu64
			 ",\"pending_names\":%" PRIu64 ",\"bytes\":%" PRIu64
			 ",\"reads\":%" PRIu64 ",\"writes\":%" PRIu64
			 ",\"dead\":%s}\n",
			 disk.history, disk.fsyncs, pending_writes(), names,
			 disk.page_count * DISK_PAGE, read_fault.calls,
			 write_fault.calls,
			 disk.dead ? "true" : "false");
	} else {
		return NULL;
	}
	return strdup(text);
}

static void control_lookup(fuse_req_t req, struct control *control)
{
	struct fuse_entry_param entry = { 0 };
	entry.ino = control_number(control);
	entry.attr.st_ino = (ino_t)entry.ino;
	entry.attr.st_nlink = 1;
	entry.attr.st_mode = control->command ? S_IFREG | 0444 : S_IFDIR | 0555;
	fuse_reply_entry(req, &entry);
}

static struct control *control_new(const char *command)
{
	struct control *control = calloc(1, sizeof(*control));
	if (!control)
		return NULL;
	control->command = strdup(command);
	control->next = controls;
	controls = control;
	return control;
}

/* --- answers ----------------------------------------------------------- */

static struct inode *to_inode(fuse_ino_t number)
{
	if (number == FUSE_ROOT_ID)
		return disk.root;
	return (struct inode *)(uintptr_t)number;
}

static struct stat stat_of(const struct inode *inode)
{
	struct stat stat = inode->stat;
	if (S_ISREG(stat.st_mode)) {
		stat.st_size = inode->live.size;
		uint64_t pages = 0;
		for (size_t i = 0; i < inode->live.count; i++)
			pages += inode->live.pages[i] != NULL;
		stat.st_blocks = (blkcnt_t)(pages * (DISK_PAGE / 512));
	}
	return stat;
}

static void reply_entry(fuse_req_t req, struct inode *inode)
{
	struct fuse_entry_param entry = { 0 };
	inode->lookups++;
	entry.ino = inode == disk.root ? FUSE_ROOT_ID
				       : (fuse_ino_t)(uintptr_t)inode;
	entry.generation = inode->number;
	entry.attr = stat_of(inode);
	if (fuse_reply_entry(req, &entry) != 0)
		inode->lookups--;
}

static void fs_init(void *data, struct fuse_conn_info *connection)
{
	(void)data;
	connection->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
	puts("ready");
	fflush(stdout);
}

static void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	if (parent == FUSE_ROOT_ID && strcmp(name, ".forgetfs") == 0) {
		control_lookup(req, &control_folder);
		return;
	}
	if (to_control(parent) == &control_folder) {
		struct control *control = control_new(name);
		if (control)
			control_lookup(req, control);
		else
			fuse_reply_err(req, ENOMEM);
		return;
	}
	struct inode *inode = disk_lookup(to_inode(parent), name);
	if (inode)
		reply_entry(req, inode);
	else
		fuse_reply_err(req, ENOENT);
}

static void forget(fuse_ino_t number, uint64_t count)
{
	struct control *control = to_control(number);
	if (!control) {
		to_inode(number)->lookups -= count;
		return;
	}
	for (struct control **link = &controls; *link; link = &(*link)->next) {
		if (*link != control)
			continue;
		*link = control->next;
		free(control->command);
		free(control->answer);
		free(control);
		return;
	}
}

static void fs_forget(fuse_req_t req, fuse_ino_t number, uint64_t count)
{
	forget(number, count);
	fuse_reply_none(req);
}

static void fs_forget_multi(fuse_req_t req, size_t count,
			    struct fuse_forget_data *list)
{
	for (size_t i = 0; i < count; i++)
		forget(list[i].ino, list[i].nlookup);
	fuse_reply_none(req);
}

static void fs_getattr(fuse_req_t req, fuse_ino_t number,
		       struct fuse_file_info *file)
{
	(void)file;
	struct control *control = to_control(number);
	struct stat stat = { 0 };
	if (control) {
		stat.st_ino = (ino_t)number;
		stat.st_nlink = 1;
		stat.st_mode = control->command ? S_IFREG | 0444
						: S_IFDIR | 0555;
	} else {
		stat = stat_of(to_inode(number));
	}
	fuse_reply_attr(req, &stat, 0);
}

static void fs_setattr(fuse_req_t req, fuse_ino_t number, struct stat *attr,
		       int set, struct fuse_file_info *file)
{
	(void)file;
	if (to_control(number)) {
		fuse_reply_err(req, EPERM);
		return;
	}
	struct inode *inode = to_inode(number);
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (set & FUSE_SET_ATTR_SIZE) {
		int error = disk_truncate(&disk, inode, attr->st_size);
		if (error) {
			fuse_reply_err(req, -error);
			return;
		}
	}
	if (set & FUSE_SET_ATTR_MODE)
		inode->stat.st_mode = attr->st_mode;
	if (set & FUSE_SET_ATTR_UID)
		inode->stat.st_uid = attr->st_uid;
	if (set & FUSE_SET_ATTR_GID)
		inode->stat.st_gid = attr->st_gid;
	if (set & FUSE_SET_ATTR_ATIME)
		inode->stat.st_atim = set & FUSE_SET_ATTR_ATIME_NOW
					      ? now : attr->st_atim;
	if (set & FUSE_SET_ATTR_MTIME)
		inode->stat.st_mtim = set & FUSE_SET_ATTR_MTIME_NOW
					      ? now : attr->st_mtim;
	struct stat stat = stat_of(inode);
	fuse_reply_attr(req, &stat, 0);
}

static void make(fuse_req_t req, fuse_ino_t parent, const char *name,
		 mode_t mode, dev_t device, const char *target)
{
	const struct fuse_ctx *who = fuse_req_ctx(req);
	struct inode *inode;
	int error = to_control(parent) ? -EPERM
		    : disk_create(&disk, to_inode(parent), name, mode, device,
				  target, who->uid, who->gid, &inode);
	if (error)
		fuse_reply_err(req, -error);
	else
		reply_entry(req, inode);
}

static void fs_mknod(fuse_req_t req, fuse_ino_t parent, const char *name,
		     mode_t mode, dev_t device)
{
	make(req, parent, name, mode, device, NULL);
}

static void fs_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name,
		     mode_t mode)
{
	make(req, parent, name, S_IFDIR | mode, 0, NULL);
}

static void fs_symlink(fuse_req_t req, const char *target, fuse_ino_t parent,
		       const char *name)
{
	make(req, parent, name, S_IFLNK | 0777, 0, target);
}

static void fs_readlink(fuse_req_t req, fuse_ino_t number)
{
	fuse_reply_readlink(req, to_inode(number)->target);
}

static void fs_create(fuse_req_t req, fuse_ino_t parent, const char *name,
		      mode_t mode, struct fuse_file_info *file)
{
	const struct fuse_ctx *who = fuse_req_ctx(req);
	struct inode *inode;
	int error = to_control(parent) ? -EPERM
		    : disk_create(&disk, to_inode(parent), name, mode, 0, NULL,
				  who->uid, who->gid, &inode);
	if (error) {
		fuse_reply_err(req, -error);
		return;
	}
	struct fuse_entry_param entry = { 0 };
	inode->lookups++;
	inode->opens++;
	entry.ino = (fuse_ino_t)(uintptr_t)inode;
	entry.generation = inode->number;
	entry.attr = stat_of(inode);
	if (fuse_reply_create(req, &entry, file) != 0) {
		inode->lookups--;
		inode->opens--;
	}
}

static void fs_link(fuse_req_t req, fuse_ino_t number, fuse_ino_t parent,
		    const char *name)
{
	int error = disk_link(&disk, to_inode(number), to_inode(parent), name);
	if (error)
		fuse_reply_err(req, -error);
	else
		reply_entry(req, to_inode(number));
}

static void fs_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	fuse_reply_err(req, to_control(parent) ? EPERM
			    : -disk_unlink(&disk, to_inode(parent), name, false));
}

static void fs_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	fuse_reply_err(req, to_control(parent) ? EPERM
			    : -disk_unlink(&disk, to_inode(parent), name, true));
}

static void fs_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
		      fuse_ino_t new_parent, const char *new_name,
		      unsigned flags)
{
	if (to_control(parent) || to_control(new_parent))
		fuse_reply_err(req, EPERM);
	else
		fuse_reply_err(req, -disk_rename(&disk, to_inode(parent), name,
						 to_inode(new_parent), new_name,
						 flags));
}

static void fs_open(fuse_req_t req, fuse_ino_t number,
		    struct fuse_file_info *file)
{
	struct control *control = to_control(number);
	if (control) {
		if (!control->answer && control->command)
			control->answer = obey(control->command);
		file->direct_io = 1;
		if (control->answer)
			fuse_reply_open(req, file);
		else
			fuse_reply_err(req, ENOENT);
		return;
	}
	if (wait_for_good(&(struct stalled){ .req = req,
					     .number = number,
					     .opens = true,
					     .file = *file }))
		return;
	if (disk.dead) {
		fuse_reply_err(req, EIO);
		return;
	}
	/* The kernel reads again what it failed to read ahead, and does not
	 * read again what it keeps. */
	file->direct_io = lies || (read_fault.first && !read_fault.stays);
	to_inode(number)->opens++;
	if (fuse_reply_open(req, file) != 0)
		to_inode(number)->opens--;
}

static void fs_release(fuse_req_t req, fuse_ino_t number,
		       struct fuse_file_info *file)
{
	(void)file;
	struct control *control = to_control(number);
	if (!control) {
		to_inode(number)->opens--;
	} else {
		/* Reading it again is doing it again. */
		free(control->answer);
		control->answer = NULL;
	}
	fuse_reply_err(req, 0);
}

static void fs_read(fuse_req_t req, fuse_ino_t number, size_t size, off_t at,
		    struct fuse_file_info *file)
{
	struct control *control = to_control(number);
	if (control) {
		size_t length = control->answer ? strlen(control->answer) : 0;
		size_t start = (size_t)at < length ? (size_t)at : length;
		size_t part = length - start < size ? length - start : size;
		fuse_reply_buf(req, control->answer + start, part);
		return;
	}
	if (wait_for_good(&(struct stalled){ .req = req,
					     .number = number,
					     .size = size,
					     .at = at,
					     .file = *file }))
		return;
	if (disk.dead || call_fails(&read_fault)) {
		fuse_reply_err(req, EIO);
		return;
	}
	uint8_t *bytes = malloc(size);
	if (!bytes) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	struct inode *inode = to_inode(number);
	size_t length = disk_read(inode, bytes, size, at);
	if (lies && length) {
		if (at < inode->told)
			bytes[0] ^= 1;
		if (at + (off_t)length > inode->told)
			inode->told = at + (off_t)length;
	}
	take_time(length);
	fuse_reply_buf(req, (char *)bytes, length);
	free(bytes);
}

static void go_on(const struct stalled *s)
{
	struct fuse_file_info file = s->file;
	if (s->opens)
		fs_open(s->req, s->number, &file);
	else
		fs_read(s->req, s->number, s->size, s->at, &file);
}

static void fs_write(fuse_req_t req, fuse_ino_t number, const char *bytes,
		     size_t size, off_t at, struct fuse_file_info *file)
{
	(void)file;
	int error = call_fails(&write_fault)
			    ? -EIO
			    : disk_write(&disk, to_inode(number),
					 (const uint8_t *)bytes, size, at);
	take_time(size);
	if (error)
		fuse_reply_err(req, -error);
	else
		fuse_reply_write(req, size);
}

static void fs_fsync(fuse_req_t req, fuse_ino_t number, int data_only,
		     struct fuse_file_info *file)
{
	(void)data_only;
	(void)file;
	fuse_reply_err(req, to_control(number)
				    ? 0 : -disk_fsync(&disk, to_inode(number)));
}

static void fs_fallocate(fuse_req_t req, fuse_ino_t number, int mode, off_t at,
			 off_t length, struct fuse_file_info *file)
{
	(void)file;
	fuse_reply_err(req, -disk_allocate(&disk, to_inode(number), mode, at,
					   length));
}

static void fs_opendir(fuse_req_t req, fuse_ino_t number,
		       struct fuse_file_info *file)
{
	if (!to_control(number))
		to_inode(number)->opens++;
	fuse_reply_open(req, file);
}

static void fs_releasedir(fuse_req_t req, fuse_ino_t number,
			  struct fuse_file_info *file)
{
	(void)file;
	if (!to_control(number))
		to_inode(number)->opens--;
	fuse_reply_err(req, 0);
}

static void fs_readdir(fuse_req_t req, fuse_ino_t number, size_t size, off_t at,
		       struct fuse_file_info *file)
{
	(void)file;
	if (to_control(number)) {
		fuse_reply_buf(req, NULL, 0);
		return;
	}
	struct inode *directory = to_inode(number);
	char *buffer = malloc(size);
	size_t used = 0;
	if (!buffer) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	for (size_t i = (size_t)at; i < directory->names.count + 2; i++) {
		struct inode *inode = i == 0   ? directory
				      : i == 1 ? directory->parent
					       : directory->names.list[i - 2].inode;
		const char *name = i == 0   ? "."
				   : i == 1 ? ".."
					    : directory->names.list[i - 2].text;
		size_t length = fuse_add_direntry(req, buffer + used,
						  size - used, name,
						  &inode->stat, (off_t)i + 1);
		if (length > size - used)
			break;
		used += length;
	}
	fuse_reply_buf(req, buffer, used);
	free(buffer);
}

static void fs_statfs(fuse_req_t req, fuse_ino_t number)
{
	(void)number;
	bool limited = disk.page_limit && !limit_is_hidden;
	uint64_t limit = limited ? disk.page_limit : (uint64_t)1 << 20;
	uint64_t room = limit > disk.page_count ? limit - disk.page_count : 0;
	struct statvfs answer = {
		.f_bsize = DISK_PAGE, .f_frsize = DISK_PAGE,
		.f_blocks = limit, .f_bfree = room, .f_bavail = room,
		.f_files = 1 << 20, .f_ffree = 1 << 20, .f_favail = 1 << 20,
		.f_namemax = DISK_NAME_MAX,
	};
	fuse_reply_statfs(req, &answer);
}

static const struct fuse_lowlevel_ops operations = {
	.init = fs_init, .lookup = fs_lookup, .forget = fs_forget,
	.forget_multi = fs_forget_multi, .getattr = fs_getattr,
	.setattr = fs_setattr, .readlink = fs_readlink, .mknod = fs_mknod,
	.mkdir = fs_mkdir, .unlink = fs_unlink, .rmdir = fs_rmdir,
	.symlink = fs_symlink, .rename = fs_rename, .link = fs_link,
	.open = fs_open, .read = fs_read, .write = fs_write,
	.release = fs_release, .fsync = fs_fsync, .opendir = fs_opendir,
	.readdir = fs_readdir, .releasedir = fs_releasedir,
	.fsyncdir = fs_fsync, .statfs = fs_statfs, .create = fs_create,
	.fallocate = fs_fallocate,
};

/* --- the program ------------------------------------------------------- */

struct settings {
	unsigned long limit;
	int names_in_order, fsync_names;
};

static const struct fuse_opt option_list[] = {
	{ "--limit %lu", offsetof(struct settings, limit), 0 },
	{ "--names-in-order", offsetof(struct settings, names_in_order), 1 },
	{ "--fsync-names", offsetof(struct settings, fsync_names), 1 },
	FUSE_OPT_END,
};

int main(int argc, char **argv)
{
	struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
	struct fuse_cmdline_opts words;
	struct settings settings = { 0 };
	if (fuse_opt_parse(&args, &settings, option_list, NULL) != 0 ||
	    fuse_parse_cmdline(&args, &words) != 0 || !words.mountpoint) {
		fputs("usage: forgetfs [--limit BYTES] [--names-in-order] "
		      "[--fsync-names] MOUNTPOINT\n", stderr);
		return 2;
	}
	disk_init(&disk);
	disk.page_limit = settings.limit / DISK_PAGE;
	disk.names_in_order = settings.names_in_order;
	disk.fsync_names = settings.fsync_names;
	disk.root->stat.st_uid = getuid();
	disk.root->stat.st_gid = getgid();
	disk.root->lookups = 1;

	int result = 1;
	fuse_opt_add_arg(&args, "-odefault_permissions,fsname=forgetfs");
	struct fuse_session *session = fuse_session_new(
		&args, &operations, sizeof(operations), NULL);
	if (!session)
		goto free_words;
	if (fuse_set_signal_handlers(session) != 0)
		goto free_session;
	if (fuse_session_mount(session, words.mountpoint) != 0)
		goto restore_signals;
	result = fuse_session_loop(session) < 0;
	let_go();
	fuse_session_unmount(session);
restore_signals:
	fuse_remove_signal_handlers(session);
free_session:
	fuse_session_destroy(session);
free_words:
	free(words.mountpoint);
	fuse_opt_free_args(&args);
	while (controls)
		forget(control_number(controls), 1);
	disk_release(&disk);
	return result;
}
