/* Which mounts are drives, on a machine made of files. */
#include "node/drive/plugged.h"

#include <stdatomic.h>
#include <stdio.h>

#include "tests/support/scratch.h"

static struct scratch scratch;
static struct plugged found[PLUGGED_MAX];

static void put(const char *name, const char *text)
{
	FILE *file = fopen(scratch_path(&scratch, name), "w");

	CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void run(const char *line)
{
	char command[5000];

	(void)snprintf(command, sizeof(command), "cd '%s' && %s", scratch.top,
		       line);
	CHECK(system(command) == 0);
}

static size_t look(const char *mounts)
{
	put("proc/self/mountinfo", mounts);
	return plugged_find(scratch.top, scratch.top, found);
}

static void make_machine(void)
{
	run("mkdir -p proc/self dev/disk/by-label sys/dev/block "
	    "media/a media/b media/c mnt "
	    "sys/devices/pci0/usb1/1-1/block/sdb/sdb1 "
	    "sys/devices/pci0/ata1/block/sda/sda3");
	run("ln -s ../../devices/pci0/usb1/1-1/block/sdb/sdb1 "
	    "sys/dev/block/8:17 && "
	    "ln -s ../../devices/pci0/ata1/block/sda/sda3 sys/dev/block/8:3");
	run("ln -s ../../sdb1 'dev/disk/by-label/乡土\\x20A'");
	run("for d in a c; do mkdir media/$d/.xiangtu; printf '%s' "
	    "'{\"xiangtu\":\"drive/v1\",\"id\":"
	    "\"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\"}' "
	    ">media/$d/.xiangtu/drive.json; done");
}

static void what_stands_on_usb_and_what_is_prepared(void)
{
	CHECK(look("1 2 8:17 / /media/a rw - vfat /dev/sdb1 rw\n"
		   "1 2 8:3 / /media/b rw - ext4 /dev/sda3 rw\n"
		   "1 2 8:4 / /media/c rw - exfat /dev/sda4 rw\n") == 2);
	CHECK(strcmp(found[0].path, "/media/a") == 0 && found[0].prepared);
	CHECK(strcmp(found[0].label, "乡土 A") == 0);
	CHECK(found[0].total > 0 && found[0].free <= found[0].total);
	/* Not on USB, but prepared; without a name its folder's. */
	CHECK(strcmp(found[1].path, "/media/c") == 0 && found[1].prepared);
	CHECK(strcmp(found[1].label, "c") == 0);

	CHECK(look("1 2 8:17 / /media/b rw - fuseblk /dev/sdb1 rw\n") == 1);
	CHECK(!found[0].prepared);
}

static void what_is_no_drive_is_left_alone(void)
{
	CHECK(look("1 2 8:17 / /media/a rw - nfs server:/a rw\n"
		   "1 2 8:17 /media /media/a rw - vfat /dev/sdb1 rw\n"
		   "1 2 8:17 / /boot rw - vfat /dev/sdb1 rw\n"
		   "1 2 8:17 / /boot/efi rw - vfat /dev/sdb1 rw\n"
		   "1 2 8:17 / / rw - ext4 /dev/sdb1 rw\n"
		   "1 2 8:17 / /media/gone rw - vfat /dev/sdb1 rw\n") == 0);
	/* The same twice is one. */
	CHECK(look("1 2 8:17 / /media/a rw - vfat /dev/sdb1 rw\n"
		   "1 2 8:17 / /media/a rw - vfat /dev/sdb1 rw\n") == 1);
	CHECK(unlink(scratch_path(&scratch, "proc/self/mountinfo")) == 0);
	CHECK(plugged_find(scratch.top, scratch.top, found) == 0);
}

static void what_the_node_or_the_system_is_on_is_no_drive(void)
{
	char line[200];
	struct stat st;

	CHECK(stat(scratch.top, &st) == 0);
	(void)snprintf(line, sizeof(line),
		       "1 2 %u:%u / /media/a rw - ext4 /dev/sdb1 rw\n",
		       (unsigned)(st.st_dev >> 8 & 0xfff),
		       (unsigned)(st.st_dev & 0xff));
	CHECK(look(line) == 0);
}

static void a_mark_or_a_name_that_lies_does_no_harm(void)
{
	run("mv media/a/.xiangtu/drive.json media/real && "
	    "ln -s ../../real media/a/.xiangtu/drive.json");
	CHECK(look("1 2 8:3 / /media/a rw - vfat /dev/sda3 rw\n") == 0);
	run("rm media/a/.xiangtu/drive.json && "
	    "mkfifo media/a/.xiangtu/drive.json");
	CHECK(look("1 2 8:3 / /media/a rw - vfat /dev/sda3 rw\n") == 0);
	run("rm 'dev/disk/by-label/乡土\\x20A' && "
	    "ln -s ../../sdb1 'dev/disk/by-label/a\\x0ab\\xe2\\x80\\xae'");
	CHECK(look("1 2 8:17 / /media/b rw - vfat /dev/sdb1 rw\n") == 1);
	CHECK(strcmp(found[0].label, "b") == 0);
	run("ln -s ../../sdb1 'dev/disk/by-label/x\\x' && "
	    "rm dev/disk/by-label/a*");
	CHECK(look("1 2 8:17 / /media/b rw - vfat /dev/sdb1 rw\n") == 1);
}

static void count_one(void *owner)
{
	atomic_fetch_add((atomic_int *)owner, 1);
}

static void looking_aside_is_told_once_and_can_be_left(void)
{
	struct aside *aside =
		aside_new(&(struct aside_options){ .threads = 1 });
	struct plugged_look *look;
	atomic_int told = 0;

	look = plugged_look_begin(aside, scratch.top, count_one, &told);
	CHECK(look != NULL);
	for (int i = 0; i < 12000 && !plugged_look_ended(aside, look); i++)
		(void)usleep(5000);
	CHECK(atomic_load(&told) == 1 && look->count <= PLUGGED_MAX);
	free(look);
	/* Whoever does not wait for it frees nothing, and leaks nothing. */
	plugged_look_leave(aside, plugged_look_begin(aside, scratch.top, NULL,
						     NULL));
	plugged_look_leave(aside, NULL);
	aside_drop(aside);
}

int main(void)
{
	scratch_init(&scratch);
	make_machine();
	what_stands_on_usb_and_what_is_prepared();
	what_is_no_drive_is_left_alone();
	what_the_node_or_the_system_is_on_is_no_drive();
	a_mark_or_a_name_that_lies_does_no_harm();
	looking_aside_is_told_once_and_can_be_left();
	scratch_release(&scratch);
	return 0;
}
