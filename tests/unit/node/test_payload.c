#include "node/payload.h"

#include "node/torrentfile.h"
#include "tests/support/make.h"

enum { K = 1024 };

static struct scratch scratch;
static struct torrentfile *tf;
static const char *const paths[] = { "a", "b/c", "b/d", "e", NULL };

/* src/n holds the files; the payload under test is at p. */
static void set_up(void)
{
	struct buf torrent = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t btmh[32];

	scratch_folder(&scratch, "src");
	scratch_folder(&scratch, "src/n");
	scratch_folder(&scratch, "src/n/b");
	scratch_file(&scratch, "src/n/a", 100 * K, 1);
	scratch_file(&scratch, "src/n/b/c", 0, 2);
	scratch_file(&scratch, "src/n/b/d", 16 * K, 3);
	scratch_file(&scratch, "src/n/e", 333 * K + 7, 4);
	make_torrent(&scratch, "src", "n", paths, 32 * K, &torrent, btmh);
	CHECK(torrentfile_open_bytes(&tf, buf_bytes(&torrent), btmh, &err) ==
	      STATUS_OK);
	CHECK(tf->mi.pieces == 16);
	buf_release(&torrent);
}

static uint32_t count_have(const char *dir)
{
	uint8_t have[2] = { 0xff, 0xff };
	struct err err = ERR_INIT;

	CHECK(payload_verify(dir, &tf->mi, NULL, have, &err) == STATUS_OK);
	return havemap_count(have, 16);
}

/* Copy every piece of src to `to`, the last first. */
static void copy_all(const char *to)
{
	struct payload *from, *into;
	struct err err = ERR_INIT;
	uint8_t data[32 * K];

	CHECK(payload_open(&from, scratch_path(&scratch, "src"), &tf->mi,
			   PAYLOAD_READ, &err) == STATUS_OK);
	CHECK(payload_open(&into, to, &tf->mi, PAYLOAD_WRITE, &err) ==
	      STATUS_OK);
	payload_flush_behind(into);
	for (uint32_t i = tf->mi.pieces; i-- > 0;) {
		CHECK(payload_read(from, i, data, &err) == STATUS_OK);
		CHECK(payload_piece_good(&tf->mi, i, data));
		CHECK(payload_write(into, i, data, &err) == STATUS_OK);
		data[0] ^= 1;
		CHECK(!payload_piece_good(&tf->mi, i, data));
	}
	payload_free(from);
	payload_free(into);
}

static void what_is_written_piece_by_piece_is_whole(void)
{
	const char *dir = scratch_path(&scratch, "p");
	struct err err = ERR_INIT;
	struct stat st;

	CHECK(count_have(dir) == 0);
	copy_all(dir);
	CHECK(count_have(dir) == 16);
	CHECK(stat(scratch_path(&scratch, "p/n/b/c"), &st) != 0);
	CHECK(payload_sync(dir, &tf->mi, &err) == STATUS_OK);
	CHECK(stat(scratch_path(&scratch, "p/n/b/c"), &st) == 0);
	CHECK(st.st_size == 0);
}

static void a_missing_file_keeps_no_other_from_being_flushed(void)
{
	const char *dir = scratch_path(&scratch, "q");
	struct payload *from, *into;
	struct err err = ERR_INIT;
	uint8_t data[32 * K];
	struct stat st;

	/* Only the last piece is here: "a" and "b/d" are missing. */
	CHECK(payload_open(&from, scratch_path(&scratch, "src"), &tf->mi,
			   PAYLOAD_READ, &err) == STATUS_OK);
	CHECK(payload_open(&into, dir, &tf->mi, PAYLOAD_WRITE, &err) ==
	      STATUS_OK);
	CHECK(payload_read(from, 15, data, &err) == STATUS_OK);
	CHECK(payload_write(into, 15, data, &err) == STATUS_OK);
	payload_free(from);
	payload_free(into);
	CHECK(payload_sync(dir, &tf->mi, &err) == STATUS_NOT_FOUND);
	/* What comes behind the first that is missing was looked at. */
	CHECK(stat(scratch_path(&scratch, "q/n/b/c"), &st) == 0);
}

static void damage_is_found_where_it_is(void)
{
	const char *dir = scratch_path(&scratch, "p");
	struct payload *p;
	struct err err = ERR_INIT;
	uint8_t have[2] = { 0, 0 }, data[32 * K], byte;
	int fd = open(scratch_path(&scratch, "p/n/e"), O_RDWR);

	CHECK(fd >= 0);
	CHECK(pread(fd, &byte, 1, 70 * K) == 1);
	byte ^= 1;
	CHECK(pwrite(fd, &byte, 1, 70 * K) == 1);
	CHECK(payload_verify(dir, &tf->mi, NULL, have, &err) == STATUS_OK);
	/* a has pieces 0-3, b/d 4, e from 5 on. */
	CHECK(!havemap_has(have, 7) && havemap_count(have, 16) == 15);

	/* Too long: the last piece is missing until it is written again. */
	CHECK(ftruncate(fd, 400 * K) == 0);
	CHECK(close(fd) == 0);
	CHECK(count_have(dir) == 14);
	CHECK(payload_open(&p, scratch_path(&scratch, "src"), &tf->mi,
			   PAYLOAD_READ, &err) == STATUS_OK);
	CHECK(payload_read(p, 15, data, &err) == STATUS_OK);
	payload_free(p);
	CHECK(payload_open(&p, dir, &tf->mi, PAYLOAD_WRITE, &err) == STATUS_OK);
	CHECK(payload_write(p, 15, data, &err) == STATUS_OK);
	payload_free(p);
	CHECK(count_have(dir) == 15);

	/* Cut short and gone. */
	CHECK(truncate(scratch_path(&scratch, "p/n/a"), 40 * K) == 0);
	CHECK(count_have(dir) == 12);
	CHECK(unlink(scratch_path(&scratch, "p/n/a")) == 0);
	CHECK(count_have(dir) == 11);
	CHECK(payload_sync(dir, &tf->mi, &err) == STATUS_NOT_FOUND);
	CHECK(payload_open(&p, dir, &tf->mi, PAYLOAD_READ, &err) == STATUS_OK);
	CHECK(payload_read(p, 0, data, &err) == STATUS_NOT_FOUND);
	payload_free(p);
	copy_all(dir);
	CHECK(count_have(dir) == 16);
}

struct seen {
	uint64_t done, total;
	unsigned calls;
};

static void progress_came(void *owner, uint64_t done, uint64_t total)
{
	struct seen *seen = owner;

	CHECK(done >= seen->done && done <= total);
	*seen = (struct seen){ done, total, seen->calls + 1 };
}

static void only_what_is_asked_is_looked_at(void)
{
	uint8_t only[2] = { 0 }, have[2] = { 0 };
	struct seen seen = { 0, 0, 0 };
	struct payload_check check = { .only = only,
				       .progress = progress_came,
				       .owner = &seen };
	struct err err = ERR_INIT;

	havemap_set(only, 3);
	havemap_set(only, 4);
	havemap_set(have, 9);
	CHECK(payload_verify(scratch_path(&scratch, "p"), &tf->mi, &check, have,
			     &err) == STATUS_OK);
	CHECK(havemap_count(have, 16) == 3 && havemap_has(have, 9));
	CHECK(seen.done == (4 + 16) * K && seen.total == seen.done);
	CHECK(seen.calls > 0);
}

static void a_scan_can_be_cancelled(void)
{
	atomic_bool cancel = true;
	struct payload_check check = { .cancel = &cancel };
	struct err err = ERR_INIT;
	uint8_t have[2] = { 0 };

	CHECK(payload_verify(scratch_path(&scratch, "p"), &tf->mi, &check, have,
			     &err) == STATUS_CANCELLED);
}

/* Whatever is put where a file or folder should be, nothing outside is read
 * or written, and nobody hangs. */
static void links_and_devices_lead_nowhere(void)
{
	static const char *const places[] = { "q/n", "q/n/b", "q/n/b/d" };
	const char *dir = scratch_path(&scratch, "q");
	struct err err = ERR_INIT;
	uint8_t data[32 * K] = { 0 };
	uint64_t size;
	int fd;

	scratch_folder(&scratch, "outside");
	scratch_folder(&scratch, "outside/b");
	scratch_file(&scratch, "outside/b/d", 16 * K, 3);
	scratch_file(&scratch, "outside/d", 16 * K, 3);
	for (size_t i = 0; i < 6; i++) {
		const char *place;
		struct payload *p;

		CHECK(payload_delete(scratch_path(&scratch, "q"), &err) ==
		      STATUS_OK);
		copy_all(scratch_path(&scratch, "q"));
		place = scratch_path(&scratch, places[i % 3]);
		CHECK(payload_delete(place, &err) == STATUS_OK ||
		      unlink(place) == 0);
		if (i < 3) {
			CHECK(symlink(i == 0 ? "../outside" :
				      i == 1 ? "../../outside/b" :
					       "../../../outside/d",
				      place) == 0);
		} else {
			CHECK(mkfifo(place, 0600) == 0);
		}
		dir = scratch_path(&scratch, "q");
		CHECK(payload_file_open(dir, "n/b/d", &fd, &size, &err) ==
		      STATUS_UNTRUSTED);
		CHECK(payload_open(&p, dir, &tf->mi, PAYLOAD_READ, &err) ==
		      STATUS_OK);
		CHECK(payload_read(p, 4, data, &err) == STATUS_UNTRUSTED);
		payload_free(p);
		CHECK(payload_open(&p, dir, &tf->mi, PAYLOAD_WRITE, &err) ==
		      STATUS_OK);
		CHECK(payload_write(p, 4, data, &err) == STATUS_UNTRUSTED);
		payload_free(p);
		CHECK(count_have(dir) == (i % 3 == 0 ? 0 : 15));
		CHECK(payload_sync(dir, &tf->mi, &err) == STATUS_UNTRUSTED);
	}
	CHECK(payload_delete(scratch_path(&scratch, "q"), &err) == STATUS_OK);
	CHECK(access(scratch_path(&scratch, "outside/b/d"), F_OK) == 0);

	/* The directory itself may not be a link either. */
	CHECK(symlink("p", scratch_path(&scratch, "link")) == 0);
	CHECK(payload_file_open(scratch_path(&scratch, "link"), "n/a", &fd,
				&size, &err) == STATUS_UNTRUSTED);
	CHECK(count_have(scratch_path(&scratch, "link")) == 0);
}

static void files_are_opened_by_safe_paths_only(void)
{
	static const char *const bad[] = { "../p/n/a", "/etc/passwd",
					   "n/../n/a", "n//a",
					   "",	       "n/./a",
					   "n/b" };
	const char *dir = scratch_path(&scratch, "p");
	struct err err = ERR_INIT;
	uint64_t size = 5;
	int fd = -7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(payload_file_open(dir, bad[i], &fd, &size, &err) ==
		      STATUS_UNTRUSTED);
	CHECK(payload_file_open(dir, "n/x", &fd, &size, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(fd == -7 && size == 5);
	CHECK(payload_file_open(dir, "n/a", &fd, &size, &err) == STATUS_OK);
	CHECK(size == 100 * K);
	CHECK(close(fd) == 0);
}

/* A file of zeros with holes in it: what is a hole counts as zeros. */
static void holes_are_zeros(void)
{
	struct buf torrent = BUF_INIT;
	struct torrentfile *sparse;
	struct err err = ERR_INIT;
	uint8_t btmh[32], have[4] = { 0 };
	int fd;

	scratch_folder(&scratch, "s");
	fd = open(scratch_path(&scratch, "s/z"), O_RDWR | O_CREAT, 0644);
	CHECK(fd >= 0);
	CHECK(pwrite(fd, "x", 1, 500 * K) == 1);
	CHECK(ftruncate(fd, 1000 * K + 1) == 0);
	make_torrent(&scratch, "s", "z", NULL, 32 * K, &torrent, btmh);
	CHECK(torrentfile_open_bytes(&sparse, buf_bytes(&torrent), btmh,
				     &err) == STATUS_OK);
	CHECK(payload_verify(scratch_path(&scratch, "s"), &sparse->mi, NULL,
			     have, &err) == STATUS_OK);
	CHECK(sparse->mi.pieces == 32 && havemap_count(have, 32) == 32);

	/* And a file that is nothing but hole, as after a lost write. */
	CHECK(ftruncate(fd, 0) == 0 && ftruncate(fd, 1000 * K + 1) == 0);
	CHECK(close(fd) == 0);
	CHECK(payload_verify(scratch_path(&scratch, "s"), &sparse->mi, NULL,
			     have, &err) == STATUS_OK);
	CHECK(havemap_count(have, 32) == 31 && !havemap_has(have, 15));
	torrentfile_free(sparse);
	buf_release(&torrent);
}

static void deleting_follows_no_link(void)
{
	struct err err = ERR_INIT;

	scratch_folder(&scratch, "x");
	scratch_folder(&scratch, "x/y");
	CHECK(symlink("../../outside", scratch_path(&scratch, "x/y/l")) == 0);
	CHECK(mkfifo(scratch_path(&scratch, "x/y/pipe"), 0600) == 0);
	CHECK(payload_delete(scratch_path(&scratch, "x"), &err) == STATUS_OK);
	CHECK(access(scratch_path(&scratch, "x"), F_OK) != 0);
	CHECK(access(scratch_path(&scratch, "outside/d"), F_OK) == 0);
	CHECK(payload_delete(scratch_path(&scratch, "x"), &err) == STATUS_OK);
}

static void room_is_told(void)
{
	struct err err = ERR_INIT;
	uint64_t room = 0;

	CHECK(payload_room(scratch.top, &room, &err) == STATUS_OK && room > 0);
	CHECK(payload_room(scratch_path(&scratch, "no"), &room, &err) ==
	      STATUS_NOT_FOUND);
}

int main(void)
{
	scratch_init(&scratch);
	set_up();
	what_is_written_piece_by_piece_is_whole();
	a_missing_file_keeps_no_other_from_being_flushed();
	damage_is_found_where_it_is();
	only_what_is_asked_is_looked_at();
	a_scan_can_be_cancelled();
	links_and_devices_lead_nowhere();
	files_are_opened_by_safe_paths_only();
	holes_are_zeros();
	deleting_follows_no_link();
	room_is_told();
	torrentfile_free(tf);
	scratch_release(&scratch);
	return 0;
}
