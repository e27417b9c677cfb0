/* Giving a payload's files to the engine's user and taking them back. Root
 * only: nobody else can give files away. */
#include "node/payload_owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/payload.h"
#include "node/torrentfile.h"
#include "tests/support/make.h"

enum { K = 1024, ENGINE = 97435 };

static const struct engine_user user = { ENGINE, ENGINE,
					 ENGINE_LACKS_NOTHING };
static const char *const paths[] = { "a.mp4", "empty", "s/c", NULL };

static struct scratch scratch;
static struct torrentfile *tf;
static char dir[128];
static uint8_t have[64];

static void make(void)
{
	struct buf torrent = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t btmh[32];

	scratch_init(&scratch);
	scratch_folder(&scratch, "p");
	scratch_folder(&scratch, "p/n");
	scratch_folder(&scratch, "p/n/s");
	scratch_file(&scratch, "p/n/a.mp4", 100 * K, 1);
	scratch_file(&scratch, "p/n/empty", 0, 1);
	scratch_file(&scratch, "p/n/s/c", 40 * K, 2);
	make_torrent(&scratch, "p", "n", paths, 16 * K, &torrent, btmh);
	(void)snprintf(dir, sizeof(dir), "%s", scratch_path(&scratch, "p"));
	CHECK(torrentfile_open_bytes(&tf, buf_bytes(&torrent), btmh, &err) ==
	      STATUS_OK);
	buf_release(&torrent);
	memset(have, 0, sizeof(have));
	for (uint32_t i = 0; i < tf->mi.pieces; i++)
		havemap_set(have, i);
}

static void end(void)
{
	torrentfile_free(tf);
	scratch_release(&scratch);
}

static struct stat look(const char *name)
{
	struct stat st;

	CHECK(lstat(scratch_path(&scratch, name), &st) == 0);
	return st;
}

static uint32_t first_piece_of(const char *name)
{
	for (uint32_t i = 0; i < tf->mi.pieces; i++) {
		uint32_t file = metainfo_piece(&tf->mi, i).file;

		if (strcmp(tf->mi.files[file].path, name) == 0)
			return i;
	}
	CHECK(!"no such file");
	return 0;
}

static void give(void)
{
	struct err err = ERR_INIT;

	CHECK(payload_give(dir, &tf->mi, have, &user, &err) == STATUS_OK);
}

static void only_what_lacks_something_is_given(void)
{
	struct err err = ERR_INIT;
	uint8_t kept[64];
	bool open;

	make();
	havemap_unset(have, first_piece_of("n/s/c") + 1);
	memcpy(kept, have, sizeof(kept));
	payload_owner_keep(&tf->mi, kept);
	for (uint32_t i = 0; i < tf->mi.pieces; i++)
		CHECK(havemap_has(kept, i) == (i < first_piece_of("n/s/c")));
	CHECK(chmod(scratch_path(&scratch, "p/n/a.mp4"), 0600) == 0);
	CHECK(chmod(scratch_path(&scratch, "p/n/s"), 0777) == 0);
	CHECK(unlink(scratch_path(&scratch, "p/n/empty")) == 0);
	give();
	CHECK(look("p/n/s/c").st_uid == ENGINE);
	CHECK(look("p/n/a.mp4").st_uid == 0);
	CHECK((look("p/n/a.mp4").st_mode & 0777) == 0644);
	CHECK(look("p/n/empty").st_uid == 0); /* it lacks nothing */
	CHECK(look("p").st_uid == 0 && look("p").st_gid == ENGINE);
	CHECK(look("p/n/s").st_uid == 0);
	CHECK((look("p/n/s").st_mode & 0777) == 0755);
	CHECK(payload_take_back(dir, &open, &err) == STATUS_OK && !open);
	CHECK(look("p/n/s/c").st_uid == 0 && look("p/n/s/c").st_gid == 0);
	CHECK(look("p").st_gid == 0);
	end();
}

static void what_is_not_there_is_made(void)
{
	struct err err = ERR_INIT;
	bool open;

	make();
	memset(have, 0, sizeof(have));
	CHECK(payload_delete(dir, &err) == STATUS_OK);
	CHECK(payload_take_back(dir, &open, &err) == STATUS_OK && !open);
	give();
	CHECK(look("p/n/a.mp4").st_uid == ENGINE);
	CHECK(look("p/n/s/c").st_uid == ENGINE);
	CHECK(look("p/n/s").st_uid == 0);
	CHECK(look("p/n/empty").st_size == 0);
	end();
}

/* A file that is another payload's, too, is held there. */
static void a_shared_file_is_not_given(void)
{
	struct stat other, given;

	make();
	scratch_folder(&scratch, "held");
	CHECK(link(strdupa(scratch_path(&scratch, "p/n/a.mp4")),
		   scratch_path(&scratch, "held/a.mp4")) == 0);
	havemap_unset(have, 0);
	give();
	other = look("held/a.mp4");
	given = look("p/n/a.mp4");
	CHECK(other.st_ino != given.st_ino);
	CHECK(other.st_uid == 0 && given.st_uid == ENGINE);
	CHECK(given.st_size == other.st_size && given.st_nlink == 1);
	end();
}

static void a_link_in_the_way_is_not_followed(void)
{
	struct err err = ERR_INIT;

	make();
	scratch_file(&scratch, "node.key", 32, 1);
	CHECK(unlink(scratch_path(&scratch, "p/n/a.mp4")) == 0);
	CHECK(symlink("../../node.key",
		      scratch_path(&scratch, "p/n/a.mp4")) == 0);
	havemap_unset(have, 0);
	CHECK(payload_give(dir, &tf->mi, have, &user, &err) ==
	      STATUS_UNTRUSTED);
	CHECK(look("node.key").st_uid == 0);
	end();
}

/* However it was hidden: open, mapped. */
static void who_keeps_a_file_open_is_noticed(void)
{
	struct err err = ERR_INIT;
	bool open_still;
	int fd;

	make();
	havemap_unset(have, 0);
	give();
	fd = open(scratch_path(&scratch, "p/n/a.mp4"), O_RDWR);
	CHECK(fd >= 0);
	CHECK(payload_take_back(dir, &open_still, &err) == STATUS_OK);
	CHECK(open_still && look("p/n/a.mp4").st_uid == 0);
	CHECK(look("p").st_gid == ENGINE); /* to be found again */
	close(fd);
	CHECK(payload_take_back(dir, &open_still, &err) == STATUS_OK);
	CHECK(!open_still && look("p").st_gid == 0);
	end();
}

static void what_an_engine_left_is_found_at_the_start(void)
{
	static const char name[] = "00112233445566778899aabbccddeeff"
				   "00112233445566778899aabbccddeeff";
	struct err err = ERR_INIT;

	make();
	havemap_unset(have, 0);
	give();
	CHECK(rename(dir, scratch_path(&scratch, name)) == 0);
	CHECK(payload_take_back_all(scratch.top, &user, &err) == STATUS_OK);
	(void)snprintf(dir, sizeof(dir), "%s/n/a.mp4", name);
	CHECK(look(dir).st_uid == 0);
	CHECK(look(name).st_gid == 0);
	end();
}

static void modes_are_the_usual_ones(void)
{
	make();
	CHECK(chmod(scratch_path(&scratch, "p/n/s/c"), 0600) == 0);
	CHECK(chmod(scratch_path(&scratch, "p/n/s"), 0700) == 0);
	CHECK(chmod(dir, 0700) == 0);
	payload_set_mode(dir);
	CHECK((look("p").st_mode & 0777) == 0755);
	CHECK((look("p/n/s").st_mode & 0777) == 0700);
	payload_set_modes(dir);
	CHECK((look("p/n/s").st_mode & 0777) == 0755);
	CHECK((look("p/n/s/c").st_mode & 0777) == 0644);
	end();
}

int main(void)
{
	struct engine_user found;

	engine_user_find("/tmp", &found);
	if (found.uid == 0) {
		CHECK(geteuid() != 0 || found.lack != ENGINE_LACKS_ROOT);
		printf("nobody here may give files away\n");
		return 0;
	}
	only_what_lacks_something_is_given();
	what_is_not_there_is_made();
	a_shared_file_is_not_given();
	a_link_in_the_way_is_not_followed();
	who_keeps_a_file_open_is_noticed();
	what_an_engine_left_is_found_at_the_start();
	modes_are_the_usual_ones();
	return 0;
}
