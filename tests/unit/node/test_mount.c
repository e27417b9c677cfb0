/* Every story is told twice: with openat2() and without. */
#include "node/drive/mount.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "node/drive/mount_inside.h"
#include "tests/support/scratch.h"

static struct scratch scratch;
static bool plainly;	/* this time without openat2() */
static bool may_mount;	/* in a mount namespace of our own */
static struct mount *m; /* at scratch/drive */
static struct err err;

static void begin(void)
{
	scratch_init(&scratch);
	err = (struct err)ERR_INIT;
	CHECK(mount_open(&m, scratch_folder(&scratch, "drive"), &err) ==
	      STATUS_OK);
	if (plainly)
		mount_walk_plainly(m);
}

static void end(void)
{
	mount_free(m);
	scratch_release(&scratch);
}

/* Where something of the drive is for everybody else. */
static const char *outside(const char *path)
{
	char name[DRIVE_PATH_MAX + 8];

	snprintf(name, sizeof(name), "drive/%s", path);
	return scratch_path(&scratch, name);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(outside(path), "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static bool file_is(const char *path, const char *text)
{
	char content[64] = "";
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return false;
	content[fread(content, 1, sizeof(content) - 1, f)] = 0;
	fclose(f);
	return strcmp(content, text) == 0;
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(outside(path), &st) == 0;
}

static size_t names_in(const char *path)
{
	DIR *list = opendir(outside(path));
	size_t count = 0;

	CHECK(list != NULL);
	while (readdir(list) != NULL)
		count++;
	closedir(list);
	return count - 2;
}

static enum status read_some(const char *path)
{
	struct buf content = BUF_INIT;
	enum status status = mount_read(m, path, 100, &content, &err);

	if (status != STATUS_OK)
		CHECK(content.size == 0 && err.text[0] != 0);
	buf_release(&content);
	return status;
}

static enum status open_to_write(const char *path)
{
	int fd = -1;
	enum status status = mount_open_to_write(m, path, &fd, &err);

	CHECK((status == STATUS_OK) == (fd >= 0));
	if (fd >= 0)
		close(fd);
	return status;
}

static enum status write_text(const char *path, const char *text)
{
	return mount_write(m, path, bytes_of(text), &err);
}

/* Nobody can do anything with it, and everybody says why. */
static void nothing_can_be_done_at(const char *path, enum status expected)
{
	uint64_t size = 77;
	int fd = -1;

	CHECK(read_some(path) == expected);
	CHECK(mount_open_file(m, path, &fd, &size, &err) == expected);
	CHECK(mount_size(m, path, &size, &err) == expected);
	CHECK(fd == -1 && size == 77);
	CHECK(write_text(path, "x") == expected);
	CHECK(mount_write_soon(m, path, bytes_of("x"), &err) == expected);
	CHECK(open_to_write(path) == expected);
}

/* --- ordinary days --- */

static void what_is_written_is_read_back(void)
{
	struct buf content = BUF_INIT;
	uint64_t size;
	int fd;

	CHECK(write_text(".xiangtu/tlog/ab/checkpoint", "one") == STATUS_OK);
	CHECK(file_is(outside(".xiangtu/tlog/ab/checkpoint"), "one"));
	CHECK(write_text(".xiangtu/tlog/ab/checkpoint", "other") == STATUS_OK);
	CHECK(mount_write_soon(m, "soon", bytes_of("later"), &err) ==
	      STATUS_OK);
	CHECK(mount_write(m, "empty", bytes_of(""), &err) == STATUS_OK);
	buf_puts(&content, ">");
	CHECK(mount_read(m, ".xiangtu/tlog/ab/checkpoint", 5, &content,
			 &err) == STATUS_OK);
	CHECK(mount_read(m, "soon", 100, &content, &err) == STATUS_OK);
	CHECK(mount_read(m, "empty", 0, &content, &err) == STATUS_OK);
	CHECK(bytes_is(buf_bytes(&content), ">otherlater"));
	CHECK(names_in(".xiangtu/tlog/ab") == 1 && names_in("") == 3);

	CHECK(mount_size(m, "soon", &size, &err) == STATUS_OK && size == 5);
	CHECK(mount_open_file(m, "soon", &fd, &size, &err) == STATUS_OK);
	CHECK(size == 5 && close(fd) == 0);
	CHECK(mount_has_folder(m, ".xiangtu/tlog"));
	CHECK(!mount_has_folder(m, "soon") && !mount_has_folder(m, "no"));
	CHECK(mount_sync(m, &err) == STATUS_OK);
	CHECK(mount_sync_folder(m, "", &err) == STATUS_OK);
	CHECK(mount_sync_folder(m, ".xiangtu", &err) == STATUS_OK);
	CHECK(mount_sync_folder(m, "no", &err) == STATUS_NOT_FOUND);
	buf_release(&content);
}

static void what_is_not_there_is_said(void)
{
	uint64_t size;

	CHECK(read_some("no") == STATUS_NOT_FOUND);
	CHECK(strstr(err.text, "'no' on the drive is not there") != NULL);
	CHECK(read_some("no/where") == STATUS_NOT_FOUND);
	strcpy(err.text, "untouched");
	CHECK(mount_size(m, "no", &size, &err) == STATUS_NOT_FOUND);
	CHECK(mount_size(m, "no/where", &size, &err) == STATUS_NOT_FOUND);
	CHECK(strcmp(err.text, "untouched") == 0);
	CHECK(mount_remove(m, "no", &err) == STATUS_OK);
	CHECK(mount_remove(m, "no/where", &err) == STATUS_OK);
}

static void a_tail_is_read_from_where_it_is_known_to(void)
{
	struct buf content = BUF_INIT;

	put("bundle", "0123456789");
	CHECK(mount_read_from(m, "bundle", 7, 100, 10, &content, &err) ==
	      STATUS_OK);
	CHECK(bytes_is(buf_bytes(&content), "789"));
	CHECK(mount_read_from(m, "bundle", 2, 3, 10, &content, &err) ==
	      STATUS_OK);
	CHECK(mount_read_from(m, "bundle", 10, 3, 10, &content, &err) ==
	      STATUS_OK);
	CHECK(mount_read_from(m, "bundle", UINT64_MAX, 3, 10, &content,
			      &err) == STATUS_OK);
	CHECK(bytes_is(buf_bytes(&content), "789234"));
	CHECK(mount_read_from(m, "bundle", 7, 100, 9, &content, &err) ==
	      STATUS_MALFORMED);
	CHECK(mount_read(m, "bundle", 9, &content, &err) == STATUS_MALFORMED);
	CHECK(strstr(err.text, "longer than it may be") != NULL);
	CHECK(bytes_is(buf_bytes(&content), "789234"));
	buf_release(&content);
}

static void a_file_opened_to_be_written_is_never_cut(void)
{
	int fd;

	CHECK(mount_open_to_write(m, "part/ab/a.mp4", &fd, &err) ==
	      STATUS_OK);
	CHECK(pwrite(fd, "abc", 3, 0) == 3 && close(fd) == 0);
	CHECK(mount_open_to_write(m, "part/ab/a.mp4", &fd, &err) ==
	      STATUS_OK);
	CHECK(pwrite(fd, "X", 1, 1) == 1 && close(fd) == 0);
	CHECK(file_is(outside("part/ab/a.mp4"), "aXc"));
}

static void the_same_bytes_are_not_written_again(void)
{
	struct stat before, after;

	CHECK(write_text("a", "same") == STATUS_OK);
	CHECK(stat(outside("a"), &before) == 0);
	CHECK(write_text("a", "same") == STATUS_OK);
	CHECK(mount_write_soon(m, "a", bytes_of("same"), &err) == STATUS_OK);
	CHECK(stat(outside("a"), &after) == 0);
	CHECK(before.st_ino == after.st_ino);
	CHECK(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	CHECK(write_text("a", "sama") == STATUS_OK);
	CHECK(file_is(outside("a"), "sama"));
}

static void what_an_earlier_run_left_is_replaced(void)
{
	put(".tmp-a", "half of an earlier wri");
	CHECK(write_text("a", "whole") == STATUS_OK);
	CHECK(file_is(outside("a"), "whole") && names_in("") == 1);

	/* Not through a link of that name. */
	scratch_file(&scratch, "victim", 0, 1);
	CHECK(symlink(scratch_path(&scratch, "victim"), outside(".tmp-a")) ==
	      0);
	CHECK(write_text("a", "again") == STATUS_OK);
	CHECK(file_is(scratch_path(&scratch, "victim"), ""));
	CHECK(file_is(outside("a"), "again") && names_in("") == 1);

	CHECK(mkdir(outside(".tmp-a"), 0755) == 0);
	CHECK(write_text("a", "third") == STATUS_UNTRUSTED);
	CHECK(file_is(outside("a"), "again"));
}

static void nothing_is_replaced_by_a_rename(void)
{
	put("a", "a");
	put("b", "b");
	CHECK(mkdir(outside("empty"), 0755) == 0);
	CHECK(mount_rename(m, "a", "b", &err) == STATUS_EXISTS);
	CHECK(mount_rename(m, "a", "empty", &err) == STATUS_EXISTS);
	CHECK(mount_rename(m, "empty", "b", &err) == STATUS_EXISTS);
	CHECK(symlink("nowhere", outside("dangling")) == 0);
	CHECK(mount_rename(m, "a", "dangling", &err) == STATUS_EXISTS);
	CHECK(mount_rename(m, "dangling", "c", &err) == STATUS_UNTRUSTED);
	CHECK(mount_rename(m, "no", "x/c", &err) == STATUS_NOT_FOUND);
	CHECK(mount_rename(m, "no/no", "x/c", &err) == STATUS_NOT_FOUND);
	CHECK(!is_there("x"));
	CHECK(file_is(outside("a"), "a") && file_is(outside("b"), "b"));
	CHECK(mount_rename(m, "a", "x/y/c", &err) == STATUS_OK);
	CHECK(file_is(outside("x/y/c"), "a") && !is_there("a"));
}

static void a_folder_moves_to_another(void)
{
	CHECK(write_text(".xiangtu/part/ab/1/a.mp4", "film") == STATUS_OK);
	CHECK(mkdir(outside("full"), 0755) == 0);
	put("full/x", "x");
	CHECK(mount_rename(m, ".xiangtu/part/ab", "full", &err) ==
	      STATUS_EXISTS);
	CHECK(mount_rename(m, ".xiangtu/part/ab", "乡土课件/产业/黑山羊",
			   &err) == STATUS_OK);
	CHECK(file_is(outside("乡土课件/产业/黑山羊/1/a.mp4"), "film"));
	CHECK(!is_there(".xiangtu/part/ab"));
}

static void only_empty_folders_go(void)
{
	CHECK(mount_make_folder(m, "l/a/b/c", &err) == STATUS_OK);
	CHECK(mount_make_folder(m, "l/a/b/c", &err) == STATUS_OK);
	put("l/a/theirs.doc", "theirs");
	mount_remove_empty(m, "l/a/b/c", "l");
	CHECK(is_there("l/a/theirs.doc") && !is_there("l/a/b"));

	CHECK(mount_make_folder(m, "l/x/y", &err) == STATUS_OK);
	mount_remove_empty(m, "l/x/y", NULL);
	CHECK(is_there("l/x") && !is_there("l/x/y"));
	/* What is gone already does not end it. */
	mount_remove_empty(m, "l/x/y", "l");
	CHECK(!is_there("l/x") && is_there("l"));
	CHECK(mount_remove(m, "l/a/theirs.doc", &err) == STATUS_OK);
	mount_remove_empty(m, "l/a", "l");
	CHECK(!is_there("l/a") && is_there("l"));

	put("file", "");
	mount_remove_empty(m, "file", NULL);
	CHECK(is_there("file"));
}

static void a_name_that_is_a_folder_is_not_removed_as_a_file(void)
{
	CHECK(mkdir(outside("folder"), 0755) == 0);
	CHECK(mount_remove(m, "folder", &err) == STATUS_UNTRUSTED);
	put("file", "");
	CHECK(mount_remove(m, "file", &err) == STATUS_OK);
	CHECK(!is_there("file") && is_there("folder"));
}

struct seen {
	unsigned folders, files, stop_at;
};

static bool see(void *owner, const char *name, bool is_folder)
{
	struct seen *seen = owner;

	CHECK(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
	if (is_folder)
		seen->folders++;
	else
		seen->files++;
	return seen->folders + seen->files != seen->stop_at;
}

static void names_are_listed_for_people(void)
{
	struct seen seen = { 0 };

	put("a", "");
	put("山羊", "");
	CHECK(mkdir(outside("folder"), 0755) == 0);
	CHECK(symlink("folder", outside("link")) == 0);
	put("folder/inside", "");
	CHECK(mount_list(m, "", 100, see, &seen, &err) == STATUS_OK);
	CHECK(seen.folders == 1 && seen.files == 3);
	/* Again from the beginning. */
	CHECK(mount_list(m, "", 100, see, &seen, &err) == STATUS_OK);
	CHECK(seen.folders == 2 && seen.files == 6);
	seen = (struct seen){ .stop_at = 2 };
	CHECK(mount_list(m, "", 100, see, &seen, &err) == STATUS_OK);
	CHECK(seen.folders + seen.files == 2);
	seen = (struct seen){ 0 };
	CHECK(mount_list(m, "", 3, see, &seen, &err) == STATUS_OK);
	CHECK(seen.folders + seen.files == 3);
	seen = (struct seen){ 0 };
	CHECK(mount_list(m, "folder", 100, see, &seen, &err) == STATUS_OK);
	CHECK(seen.files == 1);
	put("folder/\x1b[31mred", "");
	put("folder/\xff", "");
	CHECK(mount_list(m, "folder", 100, see, &seen, &err) == STATUS_OK);
	CHECK(seen.files == 2);
	CHECK(mount_list(m, "link", 100, see, &seen, &err) ==
	      STATUS_UNTRUSTED);
	CHECK(mount_list(m, "a", 100, see, &seen, &err) == STATUS_UNTRUSTED);
	CHECK(mount_list(m, "no", 100, see, &seen, &err) == STATUS_NOT_FOUND);
}

static void two_programs_do_not_work_on_one_drive(void)
{
	struct mount *other;

	CHECK(mount_open(&other, scratch_path(&scratch, "drive"), &err) ==
	      STATUS_OK);
	CHECK(mount_lock(m, &err) == STATUS_OK);
	CHECK(mount_lock(m, &err) == STATUS_OK);
	CHECK(mount_lock(other, &err) == STATUS_BUSY);
	CHECK(strstr(err.text, "another program") != NULL);
	/* Reading is for everybody. */
	put("a", "a");
	CHECK(read_some("a") == STATUS_OK);
	mount_free(m);
	CHECK(mount_lock(other, &err) == STATUS_OK);
	m = other;
}

static void the_folder_itself_may_be_reached_by_a_link(void)
{
	struct mount *other;

	put("a", "a");
	put("file", "");
	CHECK(symlink("drive", scratch_path(&scratch, "usb")) == 0);
	CHECK(mount_open(&other, scratch_path(&scratch, "usb"), &err) ==
	      STATUS_OK);
	CHECK(strcmp(mount_path(other), scratch_path(&scratch, "usb")) == 0);
	mount_free(m);
	m = other;
	CHECK(read_some("a") == STATUS_OK);
	CHECK(mount_open(&other, scratch_path(&scratch, "no"), &err) ==
	      STATUS_NOT_FOUND);
	CHECK(strstr(err.text, "plugged in") != NULL);
	CHECK(mount_open(&other, outside("file"), &err) == STATUS_USAGE);
	mount_free(NULL);
}

static void a_folder_tells_its_room(void)
{
	struct mount_facts facts;

	CHECK(mount_look(m, &facts, &err) == STATUS_OK);
	CHECK(!facts.read_only && facts.size >= facts.room && facts.room > 0);
	CHECK(facts.file_max == (facts.kind == MOUNT_FAT ? 0xffffffff : 0));
	CHECK(!mount_is_gone(m));
	CHECK(names_in("") == 0);
}

/* --- hostile drives --- */

static void paths_that_are_not_ours_are_refused(void)
{
	static const char *const bad[] = { "/etc/passwd", "../victim", "a/..",
					   "..", ".",  "a//b", "a/", "/",
					   "a\nb", "a:b", "NUL", "\xff" };
	static const char *const also_nothing = "";

	scratch_file(&scratch, "victim", 0, 1);
	for (size_t i = 0; i <= sizeof(bad) / sizeof(*bad); i++) {
		const char *path = i == sizeof(bad) / sizeof(*bad) ?
					   also_nothing :
					   bad[i];

		nothing_can_be_done_at(path, STATUS_MALFORMED);
		CHECK(mount_remove(m, path, &err) == STATUS_MALFORMED);
		CHECK(mount_make_folder(m, path, &err) == STATUS_MALFORMED);
		CHECK(mount_rename(m, path, "b", &err) == STATUS_MALFORMED);
		CHECK(mount_rename(m, "b", path, &err) == STATUS_MALFORMED);
		CHECK(!mount_has_folder(m, path));
		mount_remove_empty(m, path, NULL);
	}
	CHECK(file_is(scratch_path(&scratch, "victim"), ""));
}

static void no_link_is_followed(void)
{
	static const char *const links[] = { "file", "folder/x", ".xiangtu/x",
					     "inside/x", "dangling" };
	scratch_folder(&scratch, "victim");
	scratch_folder(&scratch, "victim/empty");
	scratch_file(&scratch, "victim/x", 0, 1);
	put("a", "a");
	CHECK(mkdir(outside("real"), 0755) == 0);
	put("real/x", "x");
	CHECK(symlink("a", outside("file")) == 0);
	CHECK(symlink("real", outside("inside")) == 0);
	CHECK(symlink("nowhere", outside("dangling")) == 0);
	CHECK(symlink("../victim", outside("folder")) == 0);
	CHECK(symlink(scratch_path(&scratch, "victim"), outside(".xiangtu")) ==
	      0);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		nothing_can_be_done_at(links[i], STATUS_UNTRUSTED);
		CHECK(strstr(err.text, "is a link") != NULL);
		CHECK(strstr(err.text, "remove it and try again") != NULL);
	}
	CHECK(mount_make_folder(m, "folder/new", &err) == STATUS_UNTRUSTED);
	CHECK(mount_make_folder(m, ".xiangtu", &err) == STATUS_UNTRUSTED);
	CHECK(mount_rename(m, "a", "folder/a", &err) == STATUS_UNTRUSTED);
	CHECK(mount_rename(m, "folder/x", "b", &err) == STATUS_UNTRUSTED);
	CHECK(mount_remove(m, "folder/x", &err) == STATUS_UNTRUSTED);
	CHECK(mount_sync_folder(m, "folder", &err) == STATUS_UNTRUSTED);
	CHECK(!mount_has_folder(m, "inside") && mount_has_folder(m, "real"));
	mount_remove_empty(m, "folder/empty", NULL);
	/* The link itself is on the drive, and may go. */
	CHECK(mount_remove(m, "file", &err) == STATUS_OK);
	CHECK(file_is(outside("a"), "a") && !is_there("file"));
	CHECK(file_is(scratch_path(&scratch, "victim/x"), ""));
	CHECK(access(scratch_path(&scratch, "victim/empty"), F_OK) == 0);
	CHECK(access(scratch_path(&scratch, "victim/new"), F_OK) != 0);
	CHECK(access(scratch_path(&scratch, "victim/a"), F_OK) != 0);
}

static void pipes_sockets_and_folders_are_no_files(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	CHECK(mkfifo(outside("checkpoint"), 0644) == 0);
	nothing_can_be_done_at("checkpoint", STATUS_UNTRUSTED);
	nothing_can_be_done_at("checkpoint/x", STATUS_UNTRUSTED);
	CHECK(mount_rename(m, "checkpoint", "b", &err) == STATUS_UNTRUSTED);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", outside("socket"));
	CHECK(s >= 0 && bind(s, (struct sockaddr *)&at, sizeof(at)) == 0);
	nothing_can_be_done_at("socket", STATUS_UNTRUSTED);
	close(s);

	CHECK(mkdir(outside("folder"), 0755) == 0);
	nothing_can_be_done_at("folder", STATUS_UNTRUSTED);
	put("file", "");
	nothing_can_be_done_at("file/x", STATUS_UNTRUSTED);
	CHECK(mount_make_folder(m, "file", &err) == STATUS_UNTRUSTED);
	CHECK(mount_make_folder(m, "file/x", &err) == STATUS_UNTRUSTED);
}

static void devices_are_no_files(void)
{
	if (mknod(outside("null"), S_IFCHR | 0666, makedev(1, 3)) != 0)
		return; /* Only root may make one. */
	nothing_can_be_done_at("null", STATUS_UNTRUSTED);
	/* One that no driver answers for. */
	CHECK(mknod(outside("none"), S_IFCHR | 0666, makedev(4094, 3)) == 0);
	nothing_can_be_done_at("none", STATUS_UNTRUSTED);
}

static void a_huge_file_costs_nothing(void)
{
	int fd = open(outside("checkpoint"), O_WRONLY | O_CREAT, 0644);
	struct buf content = BUF_INIT;
	uint64_t size;

	CHECK(fd >= 0);
	if (ftruncate(fd, (off_t)1 << 40) == 0) {
		CHECK(mount_read(m, "checkpoint", 65536, &content, &err) ==
		      STATUS_MALFORMED);
		CHECK(mount_read_from(m, "checkpoint", 5, 100, 65536, &content,
				      &err) == STATUS_MALFORMED);
		CHECK(content.data == NULL);
		CHECK(mount_size(m, "checkpoint", &size, &err) == STATUS_OK);
		CHECK(size == (uint64_t)1 << 40);
		CHECK(write_text("checkpoint", "small") == STATUS_OK);
	}
	close(fd);
	buf_release(&content);
}

/* The kernel has files that are not of the size they say. */
static void a_file_is_as_long_as_it_was_when_it_was_looked_at(void)
{
	struct buf content = BUF_INIT;
	struct mount *kernel;

	if (mount_open(&kernel, "/proc/self", &err) == STATUS_OK) {
		if (plainly)
			mount_walk_plainly(kernel);
		CHECK(mount_read(kernel, "status", 100, &content, &err) ==
		      STATUS_OK);
		CHECK(content.size == 0);
		mount_free(kernel);
	}
	if (access("/sys/kernel/mm/transparent_hugepage/enabled", R_OK) == 0) {
		CHECK(mount_open(&kernel, "/sys/kernel/mm", &err) ==
		      STATUS_OK);
		buf_puts(&content, "before");
		CHECK(mount_read(kernel, "transparent_hugepage/enabled", 65536,
				 &content, &err) == STATUS_IO);
		CHECK(strstr(err.text, "changed while it was read") != NULL);
		CHECK(bytes_is(buf_bytes(&content), "before"));
		mount_free(kernel);
	}
	buf_release(&content);
}

static void a_growing_file_does_not_outgrow_its_limit(void)
{
	struct buf content = BUF_INIT;
	pid_t child;
	int status;

	put("grows", "");
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		int fd = open(outside("grows"), O_WRONLY | O_APPEND);

		for (int i = 0; i < 20000; i++)
			if (write(fd, "xxxxxxxx", 8) != 8)
				_exit(1);
		_exit(0);
	}
	do {
		enum status s;

		buf_clear(&content);
		s = mount_read(m, "grows", 100000, &content, &err);
		CHECK(s == STATUS_OK || s == STATUS_MALFORMED);
		CHECK(content.size <= 100000);
	} while (waitpid(child, &status, WNOHANG) == 0);
	CHECK(status == 0);
	buf_release(&content);
}

static void another_file_system_is_not_entered(void)
{
	if (!may_mount)
		return;
	CHECK(mkdir(outside("mid"), 0755) == 0);
	CHECK(mount("none", outside("mid"), "tmpfs", 0, NULL) == 0);
	put("mid/x", "x");
	nothing_can_be_done_at("mid/x", STATUS_UNTRUSTED);
	CHECK(strstr(err.text, "another file system") != NULL);
	CHECK(!mount_has_folder(m, "mid"));
	CHECK(mount_make_folder(m, "mid/y", &err) == STATUS_UNTRUSTED);
	CHECK(mount_sync_folder(m, "mid", &err) == STATUS_UNTRUSTED);
	CHECK(umount(outside("mid")) == 0);

	scratch_folder(&scratch, "victim");
	CHECK(mount(scratch_path(&scratch, "victim"), outside("mid"), NULL,
		    MS_BIND, NULL) == 0);
	if (!plainly) /* Nothing tells the plain walk; it is one file system. */
		CHECK(write_text("mid/x", "x") == STATUS_UNTRUSTED);
	CHECK(umount(outside("mid")) == 0);
}

static void a_million_names_do_not_slow_one(void)
{
	enum { NAMES = 20000, LOOKS = 1000 };
	struct seen seen = { 0 };
	struct timespec start, between, stop;
	double looking, listing;
	char name[40];
	uint64_t size;

	CHECK(mkdir(outside("many"), 0755) == 0);
	put("one", "");
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		CHECK(link(outside("one"), outside(name)) == 0);
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < LOOKS; i++) {
		snprintf(name, sizeof(name), "many/%d", 2 * NAMES - i * 37);
		(void)mount_size(m, name, &size, &err);
	}
	clock_gettime(CLOCK_MONOTONIC, &between);
	for (int i = 0; i < LOOKS / 20; i++)
		CHECK(mount_list(m, "many", NAMES, see, &seen, &err) ==
		      STATUS_OK);
	clock_gettime(CLOCK_MONOTONIC, &stop);
	CHECK(seen.files == NAMES * LOOKS / 20);
	looking = (double)(between.tv_sec - start.tv_sec) +
		  (double)(between.tv_nsec - start.tv_nsec) / 1e9;
	listing = (double)(stop.tv_sec - between.tv_sec) +
		  (double)(stop.tv_nsec - between.tv_nsec) / 1e9;
	/* Had each look listed the folder, it were 20 times as long. */
	CHECK(looking < listing);
}

/* --- drives in trouble --- */

static void a_write_protected_drive_says_so(void)
{
	struct mount_facts facts;

	put("a", "a");
	if (!may_mount) {
		if (geteuid() == 0)
			return;
		CHECK(chmod(outside(""), 0555) == 0);
		CHECK(mount_look(m, &facts, &err) == STATUS_OK);
		CHECK(facts.read_only);
		CHECK(write_text("b", "b") == STATUS_IO);
		CHECK(chmod(outside(""), 0755) == 0);
		return;
	}
	mount_free(m);
	CHECK(mount(outside(""), outside(""), NULL, MS_BIND, NULL) == 0);
	CHECK(mount(NULL, outside(""), NULL,
		    MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0);
	CHECK(mount_open(&m, scratch_path(&scratch, "drive"), &err) ==
	      STATUS_OK);
	if (plainly)
		mount_walk_plainly(m);
	CHECK(mount_look(m, &facts, &err) == STATUS_OK && facts.read_only);
	CHECK(write_text("b", "b") == STATUS_READ_ONLY);
	CHECK(strstr(err.text, "write-protected") != NULL);
	CHECK(write_text("a", "b") == STATUS_READ_ONLY);
	CHECK(write_text("a", "a") == STATUS_OK); /* It is so already. */
	CHECK(write_text("x/b", "b") == STATUS_READ_ONLY);
	CHECK(open_to_write("a") == STATUS_READ_ONLY);
	CHECK(mount_make_folder(m, "x", &err) == STATUS_READ_ONLY);
	CHECK(mount_rename(m, "a", "b", &err) == STATUS_READ_ONLY);
	CHECK(mount_remove(m, "a", &err) == STATUS_READ_ONLY);
	CHECK(mount_lock(m, &err) == STATUS_OK);
	CHECK(read_some("a") == STATUS_OK);
	mount_free(m);
	CHECK(umount(outside("")) == 0);
	CHECK(mount_open(&m, scratch_path(&scratch, "drive"), &err) ==
	      STATUS_OK);
}

static void a_file_that_may_not_be_so_long_leaves_the_old_one(void)
{
	struct rlimit before, small = { .rlim_cur = 1000 };
	uint8_t large[2000] = { 1 };

	CHECK(write_text("a", "old") == STATUS_OK);
	CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
	small.rlim_max = before.rlim_max;
	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(mount_write(m, "a", (struct bytes){ large, sizeof(large) },
			  &err) == STATUS_NO_ROOM);
	CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
	CHECK(file_is(outside("a"), "old") && names_in("") == 1);
}

static void a_full_drive_keeps_what_it_had(void)
{
	static uint8_t large[256 * 1024];
	struct bytes content = { large, sizeof(large) };
	struct mount_facts facts;

	if (!may_mount)
		return;
	mount_free(m);
	CHECK(mount("none", outside(""), "tmpfs", 0, "size=128k") == 0);
	CHECK(mount_open(&m, scratch_path(&scratch, "drive"), &err) ==
	      STATUS_OK);
	if (plainly)
		mount_walk_plainly(m);
	CHECK(mount_look(m, &facts, &err) == STATUS_OK);
	CHECK(facts.size == 128 * 1024 && facts.room <= facts.size);
	CHECK(facts.kind == MOUNT_OTHER && facts.file_max == 0);
	CHECK(write_text("x/a", "old") == STATUS_OK);
	CHECK(mount_write(m, "x/a", content, &err) == STATUS_NO_ROOM);
	CHECK(strstr(err.text, "the drive is full") != NULL);
	CHECK(mount_write_soon(m, "x/a", content, &err) == STATUS_NO_ROOM);
	CHECK(file_is(outside("x/a"), "old") && names_in("x") == 1);
	mount_free(m);
	CHECK(umount(outside("")) == 0);
	CHECK(mount_open(&m, scratch_path(&scratch, "drive"), &err) ==
	      STATUS_OK);
}

static void a_drive_that_is_gone_is_said_to_be(void)
{
	uint64_t size;

	CHECK(!mount_is_gone(m));
	CHECK(rmdir(outside("")) == 0);
	CHECK(mount_is_gone(m));
	CHECK(write_text("a", "a") == STATUS_IO);
	CHECK(strstr(err.text, "pulled out") != NULL);
	/* Nobody is told that there is nothing on it. */
	CHECK(read_some("a") == STATUS_IO);
	CHECK(mount_size(m, "a", &size, &err) == STATUS_IO);
	CHECK(mount_sync(m, &err) == STATUS_IO);
	CHECK(mount_make_folder(m, "x", &err) == STATUS_IO);
	mount_free(m);
	CHECK(mkdir(outside(""), 0755) == 0);

	/* Its device goes before the folder does. */
	CHECK(mount_open(&m, scratch_path(&scratch, "drive"), &err) ==
	      STATUS_OK);
	CHECK(!mount_is_gone(m));
	strcpy(m->present, "/sys/dev/block/no");
	CHECK(mount_is_gone(m));
	CHECK(mount_fail(m, "a", EIO, &err) == STATUS_IO);
	CHECK(strstr(err.text, "pulled out") != NULL);
	m->present[0] = 0;
	CHECK(mount_fail(m, "a", EIO, &err) == STATUS_IO);
	CHECK(strstr(err.text, "the drive fails there") != NULL);
}

static void each_error_is_what_a_caller_can_act_on(void)
{
	CHECK(mount_status(EROFS) == STATUS_READ_ONLY);
	CHECK(mount_status(ENOSPC) == STATUS_NO_ROOM);
	CHECK(mount_status(EDQUOT) == STATUS_NO_ROOM);
	CHECK(mount_status(EFBIG) == STATUS_NO_ROOM);
	CHECK(mount_status(ENOENT) == STATUS_NOT_FOUND);
	CHECK(mount_status(ELOOP) == STATUS_UNTRUSTED);
	CHECK(mount_status(EXDEV) == STATUS_UNTRUSTED);
	CHECK(mount_status(ENOMEM) == STATUS_NO_MEMORY);
	CHECK(mount_status(EIO) == STATUS_IO);
}

static void (*const stories[])(void) = {
	what_is_written_is_read_back,
	what_is_not_there_is_said,
	a_tail_is_read_from_where_it_is_known_to,
	a_file_opened_to_be_written_is_never_cut,
	the_same_bytes_are_not_written_again,
	what_an_earlier_run_left_is_replaced,
	nothing_is_replaced_by_a_rename,
	a_folder_moves_to_another,
	only_empty_folders_go,
	a_name_that_is_a_folder_is_not_removed_as_a_file,
	names_are_listed_for_people,
	two_programs_do_not_work_on_one_drive,
	the_folder_itself_may_be_reached_by_a_link,
	a_folder_tells_its_room,
	paths_that_are_not_ours_are_refused,
	no_link_is_followed,
	pipes_sockets_and_folders_are_no_files,
	devices_are_no_files,
	a_huge_file_costs_nothing,
	a_file_is_as_long_as_it_was_when_it_was_looked_at,
	a_growing_file_does_not_outgrow_its_limit,
	another_file_system_is_not_entered,
	a_million_names_do_not_slow_one,
	a_write_protected_drive_says_so,
	a_file_that_may_not_be_so_long_leaves_the_old_one,
	a_full_drive_keeps_what_it_had,
	a_drive_that_is_gone_is_said_to_be,
	each_error_is_what_a_caller_can_act_on,
};

int main(void)
{
	may_mount = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	for (int turn = 0; turn < 2; turn++) {
		plainly = turn == 1;
		for (size_t i = 0; i < sizeof(stories) / sizeof(*stories);
		     i++) {
			begin();
			stories[i]();
			end();
		}
	}
	return 0;
}
