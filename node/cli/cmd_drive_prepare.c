/* drive prepare: mark a drive as ours; nothing is formatted or deleted. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "node/cli/drive_words.h"
#include "node/drive/mark.h"
#include "node/drive/survey.h"
#include "node/house.h"
#include "proto/text.h"

enum { ROOT_NAMES_MAX = 1000 };

#define ROOM_SMALL (UINT64_C(1) << 30)

struct preparing {
	struct cli *cli;
	struct mount *m;
	struct mount_facts facts;
	struct drive_mark mark;
	const char *state; /* "prepared", "ours", "changed" */
	bool others;	   /* somebody's files are on it, too */
	bool set_parts;
	uint64_t part_bytes; /* when they are set */
};

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* A folder of the machine's own disk is taken for a drive only when that is
 * said, for /home typed in haste is one, too. */
static enum status check_place(const struct cli *cli, const char *path,
			       struct err *err)
{
	char above[HOUSE_PATH_MAX + 16];
	struct stat here, over, root, data;
	bool has_data = stat(cli->dir, &data) == 0;

	(void)snprintf(above, sizeof(above), "%.*s/..", HOUSE_PATH_MAX, path);
	if (stat(path, &here) != 0 || stat(above, &over) != 0 ||
	    stat("/", &root) != 0)
		return err_set(err, STATUS_NOT_FOUND, "there is no '%s'",
			       path);
	if (same_file(&here, &root) || (has_data && same_file(&here, &data)))
		return err_set(err, STATUS_USAGE,
			       "'%s' is this machine's own: give the folder "
			       "that the drive is mounted at",
			       path);
	if (cli_given(cli, "folder"))
		return STATUS_OK;
	if (here.st_dev == root.st_dev ||
	    (has_data && here.st_dev == data.st_dev))
		return err_set(err, STATUS_USAGE,
			       "'%s' is on this machine's own disk, it is no "
			       "drive: is the drive mounted? (--folder if you "
			       "mean it)",
			       path);
	if (here.st_dev == over.st_dev)
		return err_set(err, STATUS_USAGE,
			       "'%s' is a folder on the drive: give the one "
			       "that the drive is mounted at (--folder if you "
			       "mean it)",
			       path);
	return STATUS_OK;
}

/* Largest multiple of the unit below what was said: a TV that plays files
 * "up to 2 GiB" plays none of exactly 2 GiB. */
static enum status read_parts(struct preparing *p, struct err *err)
{
	const char *text = cli_value(p->cli, "parts");
	uint64_t bytes;
	enum status status;

	if (text == NULL)
		return STATUS_OK;
	p->set_parts = true;
	if (strcmp(text, "off") == 0)
		return STATUS_OK;
	status = drive_size("parts", text, &bytes, err);
	if (status != STATUS_OK)
		return status;
	p->part_bytes = (bytes - 1) / MARK_PARTS_UNIT * MARK_PARTS_UNIT;
	if (p->part_bytes == 0)
		return err_set(err, STATUS_USAGE,
			       "--parts wants more than 64M, or 'off'");
	return STATUS_OK;
}

static void own_name(const struct cli *cli, char *out, size_t room)
{
	struct err ignored = ERR_INIT;
	struct house house;

	if (house_open(&house, cli->dir, HOUSE_READ, &ignored) != STATUS_OK)
		return; /* a drive may be prepared where no node is */
	if (strlen(house.conf.name) < room)
		(void)snprintf(out, room, "%s", house.conf.name);
	house_close(&house);
}

static bool is_foreign(void *owner, const char *name, bool is_folder)
{
	struct preparing *p = owner;

	(void)is_folder;
	p->others = strcmp(name, DRIVE_SYSTEM) != 0 &&
		    strcmp(name, DRIVE_LESSONS) != 0;
	return !p->others;
}

static enum status write_mark(struct preparing *p, struct err *err)
{
	enum status status = mark_read(p->m, &p->mark, err);

	if (status == STATUS_OK) {
		p->state = "ours";
		if (!p->set_parts || p->mark.part_bytes == p->part_bytes)
			return STATUS_OK;
		p->state = "changed";
	} else if (status == STATUS_NOT_FOUND || status == STATUS_MALFORMED) {
		/* Malformed: pulled out while it was prepared. */
		mark_new(&p->mark);
		own_name(p->cli, p->mark.made_by, sizeof(p->mark.made_by));
		p->state = "prepared";
	} else {
		return status;
	}
	*err = (struct err)ERR_INIT;
	p->mark.part_bytes = p->part_bytes;
	if (p->facts.read_only)
		return err_set(err, STATUS_READ_ONLY,
			       "it is write-protected: move the switch on its "
			       "side, or take another");
	status = mark_write(p->m, &p->mark, err);
	return status == STATUS_OK ? mount_sync(p->m, err) : status;
}

static void print_json(const struct preparing *p)
{
	char id[2 * MARK_ID_SIZE + 1];

	mark_id_text(&p->mark, id);
	cli_print_json(json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:b}", "state",
		p->state, "path", mount_path(p->m), "id", id, "made_by",
		p->mark.made_by, "file_system",
		survey_file_system(p->facts.kind), "size",
		(json_int_t)p->facts.size, "room", (json_int_t)p->facts.room,
		"parts", (json_int_t)p->mark.part_bytes, "others", p->others,
		"read_only", p->facts.read_only));
}

static void print_warnings(const struct preparing *p)
{
	if (p->others)
		puts(tr("Other files on it stay untouched."));
	if (p->facts.kind == MOUNT_FAT)
		puts(tr("FAT32 holds no file of 4 GiB: longer ones are carried "
			"in parts, and a TV plays them one by one. exFAT has "
			"no such limit."));
	if (p->facts.kind == MOUNT_OTHER && !cli_given(p->cli, "folder"))
		puts(tr("Few TVs read this file system: exFAT or FAT32 is "
			"better for a drive."));
	if (p->facts.room < ROOM_SMALL)
		puts(tr("There is little room on it: only small things will "
			"travel."));
	if (p->facts.read_only)
		puts(tr("It is write-protected: lessons come in from it, "
			"nothing goes out on it."));
}

static void print_prepared(const struct preparing *p)
{
	char size[16], room[16], part[16], text[128], id[2 * MARK_ID_SIZE + 1];

	text_size(p->facts.size, size);
	text_size(p->facts.room, room);
	mark_id_text(&p->mark, id);
	printf("%s: %s\n", tr(p->state), mount_path(p->m));
	(void)snprintf(text, sizeof(text), "%.8s", id);
	drive_line(tr("Drive"), text);
	(void)snprintf(text, sizeof(text), "%s, %s, %s %s",
		       tr(survey_file_system(p->facts.kind)), size, room,
		       tr("free"));
	drive_line(tr("File system"), text);
	if (p->mark.part_bytes != 0) {
		text_size(p->mark.part_bytes, part);
		drive_line(tr("Parts of"), part);
	}
	print_warnings(p);
	puts(tr("From now on plugging it in is enough."));
}

static enum status prepare(struct preparing *p, struct err *err)
{
	enum status status = mount_look(p->m, &p->facts, err);

	if (status == STATUS_OK)
		status = write_mark(p, err);
	if (status == STATUS_OK)
		status = mount_list(p->m, "", ROOT_NAMES_MAX, is_foreign, p,
				    err);
	return status;
}

enum status cmd_drive_prepare(struct cli *cli, struct err *err)
{
	struct preparing p = { .cli = cli };
	enum status status = read_parts(&p, err);

	if (status == STATUS_OK)
		status = check_place(cli, cli->words[0], err);
	if (status == STATUS_OK)
		status = mount_open(&p.m, cli->words[0], err);
	if (status != STATUS_OK)
		return status;
	status = mount_lock(p.m, err);
	if (status == STATUS_OK)
		status = prepare(&p, err);
	if (status == STATUS_OK && cli->json)
		print_json(&p);
	else if (status == STATUS_OK)
		print_prepared(&p);
	mount_free(p.m);
	return status;
}
