#include "node/drive/cargo.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "node/drive/stow_inside.h"
#include "tests/support/scratch.h"
#include "tests/support/stowed.h"

/* --- a drive that is pulled out before the N-th thing done to it --- */

static atomic_long pulled_at = -1; /* -1: never */

/* Everything from then on fails, until pulled_at is set anew. */
static bool pulled(void)
{
	long left = atomic_load(&pulled_at);

	if (left > 0)
		left = atomic_fetch_sub(&pulled_at, 1);
	if (left != 0)
		return false;
	errno = EIO;
	return true;
}

#define UNLESS_PULLED(call) return pulled() ? -1 : (call)

ssize_t write(int fd, const void *data, size_t size)
{
	UNLESS_PULLED(syscall(SYS_write, fd, data, size));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	UNLESS_PULLED(syscall(SYS_pwrite64, fd, data, size, offset));
}

/* What was done before is on the drive here; that it is flushed at all is a
 * matter for a disk that forgets. */
int fsync(int fd)
{
	UNLESS_PULLED(fcntl(fd, F_GETFD) < 0 ? -1 : 0);
}

int sync_file_range(int fd, off_t from, off_t size, unsigned how)
{
	(void)from;
	(void)size;
	(void)how;
	return fsync(fd);
}

int ftruncate(int fd, off_t size)
{
	UNLESS_PULLED((int)syscall(SYS_ftruncate, fd, size));
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	UNLESS_PULLED((int)syscall(SYS_mkdirat, dir, path, mode));
}

int unlinkat(int dir, const char *path, int flags)
{
	UNLESS_PULLED((int)syscall(SYS_unlinkat, dir, path, flags));
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	UNLESS_PULLED((int)syscall(SYS_renameat2, from_dir, from, to_dir, to,
				   0));
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
	      unsigned flags)
{
	UNLESS_PULLED((int)syscall(SYS_renameat2, from_dir, from, to_dir, to,
				   flags));
}

/* --- the stage --- */

enum { K = 1024 };

static const struct bytes poster = { (const uint8_t *)"jpeg", 4 };
static struct scratch scratch;
static struct mount *m;
static struct wares wares;
static struct stow_options options;

static void set_up(void)
{
	struct err err = ERR_INIT;

	scratch_init(&scratch);
	CHECK(mount_open(&m, scratch_folder(&scratch, "d"), &err) ==
	      STATUS_OK);
	options = stowed_options(&wares, m);
}

/* Pieces: 0-9 影.mp4, 10 附/一.pdf, none 附/空.txt, 11-13 附/二.pdf. */
static void set_up_usual(void)
{
	static const struct ware files[] = {
		{ "影.mp4", 310 * K + 1 },
		{ "附/一.pdf", 32 * K },
		{ "附/二.pdf", 70 * K },
		{ "附/空.txt", 0 },
	};

	wares_make(&wares, "课", true, files, 4, 32 * K, 5);
	set_up();
}

static void tear_down(void)
{
	wares_release(&wares);
	mount_free(m);
	scratch_release(&scratch);
}

static bool there_is(const char *path)
{
	struct stat st;
	char full[2 * DRIVE_PATH_MAX];

	(void)snprintf(full, sizeof(full), "d/%s", path);
	return lstat(scratch_path(&scratch, full), &st) == 0;
}

static bool there_is_system(enum drive_kind kind, const char *behind)
{
	char path[DRIVE_PATH_MAX + 16];

	drive_path(kind, wares.tf->btmh, path);
	strcat(path, behind);
	return there_is(path);
}

static void check_whole_in(const char *folder)
{
	struct err err = ERR_INIT;
	struct cargo *c;

	CHECK(cargo_open(&c, m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(cargo_is_whole(c));
	CHECK(cargo_bytes(c) == wares.tf->mi.total);
	if (folder != NULL)
		CHECK(strcmp(cargo_folder(c), folder) == 0);
	CHECK(stowed_read(&wares, c).moved == wares.tf->mi.pieces);
	cargo_free(c);
	CHECK(!there_is_system(DRIVE_PART, ""));
	CHECK(!there_is_system(DRIVE_PART, ".place"));
}

static enum status put(uint32_t *written)
{
	struct err err = ERR_INIT;
	enum status status = stowed_put(&wares, &options, written, &err);

	/* That it is there already needs no words. */
	CHECK(status == STATUS_EXISTS || err.status == status);
	return status;
}

/* Write some pieces and leave it at that. */
static void begin(const uint32_t *pieces, size_t count)
{
	struct err err = ERR_INIT;
	struct stowing *s;

	CHECK(stow_open(&s, &options, &err) == STATUS_OK);
	for (size_t i = 0; i < count; i++)
		CHECK(stow_write(s, pieces[i], wares_piece(&wares, pieces[i]),
				 &err) == STATUS_OK);
	stow_free(s);
}

static void change(const char *path, off_t offset)
{
	int fd = open(scratch_path(&scratch, path), O_RDWR);
	uint8_t byte;

	CHECK(fd >= 0 && pread(fd, &byte, 1, offset) == 1);
	byte ^= 1;
	CHECK(pwrite(fd, &byte, 1, offset) == 1 && close(fd) == 0);
}

/* --- stories --- */

static void it_lies_where_people_look(void)
{
	struct drive_place place;
	char path[DRIVE_PATH_MAX];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	set_up_usual();
	options.poster = poster;
	options.lesson = "zixing.example/431081/lessons#k3f9w2aa";
	options.rev = 3;
	CHECK(put(NULL) == STATUS_OK);
	CHECK(there_is(STOWED_FOLDER "/影.mp4"));
	CHECK(there_is(STOWED_FOLDER "/影.jpg"));
	CHECK(there_is(STOWED_FOLDER "/附/空.txt"));
	check_whole_in(STOWED_FOLDER);
	drive_path(DRIVE_PLACE, wares.tf->btmh, path);
	CHECK(mount_read(m, path, DRIVE_PLACE_MAX, &text, &err) == STATUS_OK);
	CHECK(drive_place_parse(buf_bytes(&text), &place) == STATUS_OK);
	CHECK(strcmp(place.folder, STOWED_FOLDER) == 0);
	CHECK(strcmp(place.poster, "影.jpg") == 0 && place.part_bytes == 0);
	CHECK(strcmp(place.lesson, options.lesson) == 0 && place.rev == 3);
	buf_release(&text);

	/* Once more there is nothing to do but to bring a poster back. */
	CHECK(mount_remove(m, STOWED_FOLDER "/影.jpg", &err) == STATUS_OK);
	CHECK(put(NULL) == STATUS_EXISTS);
	CHECK(there_is(STOWED_FOLDER "/影.jpg"));
	tear_down();
}

static void any_shape_arrives(void)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		uint64_t state = seed;
		uint32_t some[64], pieces, written;
		size_t count = 0;

		wares_make_any(&wares, seed);
		set_up();
		pieces = wares.tf->mi.pieces;
		for (uint32_t i = 0; i < pieces && count < 64; i++)
			if (wares_random(&state) % 3 == 0)
				some[count++] = i;
		begin(some, count);
		CHECK(stowed_good(&wares, m, NULL) ==
		      (count > 0 ? (int)count : -1));
		CHECK(put(&written) == STATUS_OK);
		CHECK(written == pieces - count);
		check_whole_in(STOWED_FOLDER);
		tear_down();
	}
}

static void it_goes_on_where_it_was_left(void)
{
	static const uint32_t some[] = { 0, 1, 2, 5, 10, 13 };
	char part[DRIVE_PATH_MAX], path[DRIVE_PATH_MAX + 32];
	uint32_t written;

	set_up_usual();
	begin(some, 6);
	CHECK(!there_is_system(DRIVE_PLACE, ""));
	/* Two of them have gone bad; one file is too long. */
	drive_path(DRIVE_PART, wares.tf->btmh, part);
	(void)snprintf(path, sizeof(path), "d/%s/影.mp4", part);
	change(path, 40 * K);
	(void)snprintf(path, sizeof(path), "d/%s/附/一.pdf", part);
	change(path, 0);
	CHECK(truncate(scratch_path(&scratch, path), 99 * K) == 0);
	CHECK(stowed_good(&wares, m, NULL) == 4);
	CHECK(put(&written) == STATUS_OK && written == 14 - 4);
	check_whole_in(STOWED_FOLDER);
	tear_down();
}

/* What a drive has after it was pulled out, whenever that was. */
static void check_after_pull(uint32_t *good)
{
	bool whole;
	int found = stowed_good(&wares, m, &whole);

	CHECK(!whole || found == 14);
	*good = found < 0 ? 0 : (uint32_t)found;
	CHECK(there_is(STOWED_FOLDER "/别人的.txt"));
	/* People see all of it or nothing. */
	if (there_is(STOWED_FOLDER " (k3f9w2aa)"))
		CHECK(found == 14);
}

static void pulled_at_any_step_the_next_time_does_the_rest(void)
{
	enum status status = STATUS_IO, last;
	unsigned names = 0;
	bool named;
	long step;

	for (step = 0; status != STATUS_OK; step++) {
		uint32_t good, written;

		set_up_usual();
		options.poster = poster;
		CHECK(mkdir(scratch_path(&scratch, "d/乡土课件"), 0755) == 0);
		CHECK(mkdir(scratch_path(&scratch, "d/乡土课件/产业"),
			    0755) == 0);
		CHECK(mkdir(scratch_path(&scratch, "d/乡土课件/产业/养殖"),
			    0755) == 0);
		scratch_folder(&scratch, "d/" STOWED_FOLDER);
		scratch_file(&scratch, "d/" STOWED_FOLDER "/别人的.txt", 1, 1);

		atomic_store(&pulled_at, step);
		status = put(NULL);
		atomic_store(&pulled_at, -1);
		CHECK(status == STATUS_OK || status == STATUS_IO);
		check_after_pull(&good);
		/* Again, a little further. */
		atomic_store(&pulled_at, step % 7);
		(void)put(NULL);
		atomic_store(&pulled_at, -1);
		check_after_pull(&good);

		/* What lacks only its name is not read again. */
		named = there_is_system(DRIVE_PART, "") &&
			there_is_system(DRIVE_PLACE, "") &&
			!there_is_system(DRIVE_PART, ".place");
		last = put(&written);
		CHECK(last == STATUS_EXISTS ||
		      (last == STATUS_OK && !named));
		names += named;
		CHECK(written + good == 14);
		CHECK(put(NULL) == STATUS_EXISTS);
		check_whole_in(STOWED_FOLDER " (k3f9w2aa)");
		CHECK(there_is(STOWED_FOLDER " (k3f9w2aa)/影.jpg"));
		CHECK(there_is(STOWED_FOLDER "/别人的.txt"));
		CHECK(!there_is(STOWED_FOLDER "/影.mp4"));
		tear_down();
	}
	/* There was something to pull it out of. */
	CHECK(step > 40 && names > 0);
}

static void pulled_while_removing_the_next_time_does_the_rest(void)
{
	enum status status = STATUS_IO;
	struct err err = ERR_INIT;

	for (long step = 0; status != STATUS_OK; step++) {
		bool whole;

		set_up_usual();
		options.poster = poster;
		CHECK(put(NULL) == STATUS_OK);
		scratch_file(&scratch, "d/" STOWED_FOLDER "/附/x.txt", 1, 1);
		atomic_store(&pulled_at, step);
		status = cargo_remove(m, wares.tf->btmh, &wares.tf->mi, &err);
		atomic_store(&pulled_at, -1);
		(void)stowed_good(&wares, m, &whole);
		CHECK(!whole || there_is(STOWED_FOLDER "/影.mp4"));
		CHECK(cargo_remove(m, wares.tf->btmh, &wares.tf->mi, &err) ==
		      STATUS_OK);
		CHECK(!there_is_system(DRIVE_PLACE, ""));
		CHECK(!there_is(STOWED_FOLDER "/影.mp4"));
		CHECK(!there_is(STOWED_FOLDER "/影.jpg"));
		CHECK(!there_is(STOWED_FOLDER "/附/空.txt"));
		CHECK(there_is(STOWED_FOLDER "/附/x.txt"));
		tear_down();
	}
}

static void a_name_that_is_taken_gets_a_mark(void)
{
	set_up_usual();
	CHECK(mkdir(scratch_path(&scratch, "d/乡土课件"), 0755) == 0);
	CHECK(mkdir(scratch_path(&scratch, "d/乡土课件/产业"), 0755) == 0);
	CHECK(mkdir(scratch_path(&scratch, "d/乡土课件/产业/养殖"), 0755) ==
	      0);
	/* Even by a file of the payload's own name. */
	scratch_folder(&scratch, "d/" STOWED_FOLDER);
	scratch_file(&scratch, "d/" STOWED_FOLDER "/影.mp4", 9, 1);
	CHECK(put(NULL) == STATUS_OK);
	check_whole_in(STOWED_FOLDER " (k3f9w2aa)");
	CHECK(put(NULL) == STATUS_EXISTS);
	tear_down();
}

static void two_names_that_are_taken_end_it(void)
{
	struct stowing *s;
	struct err err = ERR_INIT;
	uint32_t written;

	set_up_usual();
	CHECK(stow_open(&s, &options, &err) == STATUS_OK);
	for (uint32_t i = 0; i < 14; i++)
		CHECK(stow_write(s, i, wares_piece(&wares, i), &err) ==
		      STATUS_OK);
	/* While it is under way. A link counts, too. */
	CHECK(mkdir(scratch_path(&scratch, "d/乡土课件"), 0755) == 0);
	CHECK(mkdir(scratch_path(&scratch, "d/乡土课件/产业"), 0755) == 0);
	CHECK(mkdir(scratch_path(&scratch, "d/乡土课件/产业/养殖"), 0755) ==
	      0);
	scratch_file(&scratch, "d/" STOWED_FOLDER, 9, 1);
	CHECK(symlink("/tmp", scratch_path(&scratch,
					   "d/" STOWED_FOLDER
					   " (k3f9w2aa)")) == 0);
	CHECK(stow_finish(s, &err) == STATUS_BUSY);
	CHECK(strstr(err.text, "(k3f9w2aa)") != NULL);
	stow_free(s);
	CHECK(put(NULL) == STATUS_BUSY);
	CHECK(stowed_good(&wares, m, NULL) == 14);
	CHECK(unlink(scratch_path(&scratch, "d/" STOWED_FOLDER)) == 0);
	CHECK(put(&written) == STATUS_OK && written == 0);
	check_whole_in(STOWED_FOLDER);
	tear_down();
}

static void what_is_not_in_its_place_yet_is_not_removed_from_there(void)
{
	uint32_t all[14];
	struct stowing *s;
	struct err err = ERR_INIT;

	set_up_usual();
	for (uint32_t i = 0; i < 14; i++)
		all[i] = i;
	begin(all, 14);
	CHECK(stow_open(&s, &options, &err) == STATUS_OK);
	CHECK(stow_write_place(s, s->place_path, &err) == STATUS_OK);
	stow_free(s);
	/* Somebody copies something of that name there meanwhile. */
	CHECK(mount_make_folder(m, STOWED_FOLDER, &err) == STATUS_OK);
	scratch_file(&scratch, "d/" STOWED_FOLDER "/影.mp4", 310 * K, 1);
	CHECK(cargo_remove(m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(there_is(STOWED_FOLDER "/影.mp4"));
	CHECK(!there_is_system(DRIVE_PART, ""));
	CHECK(!there_is_system(DRIVE_PLACE, ""));
	tear_down();
}

static void what_is_damaged_in_its_place_is_mended_there(void)
{
	uint32_t written;
	bool whole;

	set_up_usual();
	CHECK(put(NULL) == STATUS_OK);
	scratch_file(&scratch, "d/" STOWED_FOLDER "/我的.txt", 1, 1);
	CHECK(unlink(scratch_path(&scratch,
				  "d/" STOWED_FOLDER "/附/二.pdf")) == 0);
	/* As long as holes may be in it, it is not whole. */
	begin((const uint32_t[]){ 13 }, 1);
	CHECK(stowed_good(&wares, m, &whole) == 12 && !whole);
	CHECK(put(&written) == STATUS_OK && written == 2);
	check_whole_in(STOWED_FOLDER);

	/* Of the right length, but wrong: only who knows says so. */
	change("d/" STOWED_FOLDER "/影.mp4", 0);
	CHECK(put(&written) == STATUS_EXISTS);
	options.mend = true;
	CHECK(put(&written) == STATUS_OK && written == 1);
	check_whole_in(STOWED_FOLDER);
	CHECK(there_is(STOWED_FOLDER "/我的.txt"));

	/* Nothing left of it: a new one. */
	options.mend = false;
	CHECK(rename(scratch_path(&scratch, "d/" STOWED_FOLDER),
		     scratch_path(&scratch, "d/elsewhere")) == 0);
	CHECK(put(&written) == STATUS_OK && written == 14);
	check_whole_in(STOWED_FOLDER);
	tear_down();
}

static void what_is_in_the_way_is_not_followed(void)
{
	char part[DRIVE_PATH_MAX], path[DRIVE_PATH_MAX + 32];
	struct stat st;

	set_up_usual();
	begin((const uint32_t[]){ 0 }, 1);
	drive_path(DRIVE_PART, wares.tf->btmh, part);
	scratch_folder(&scratch, "outside");
	(void)snprintf(path, sizeof(path), "d/%s/附", part);
	CHECK(symlink("../../../../outside", scratch_path(&scratch, path)) ==
	      0);
	CHECK(put(NULL) == STATUS_UNTRUSTED);
	CHECK(stat(scratch_path(&scratch, "outside/一.pdf"), &st) != 0);
	tear_down();
}

static void a_poster_has_a_name_of_its_own(void)
{
	static const struct {
		bool folder;
		struct ware files[3];
		const char *name;
	} cases[] = {
		{ false, { { NULL, 5 } }, "课.jpg" },
		{ true, { { "a.mp4", 5 }, { "b.pdf", 4 } }, "a.jpg" },
		{ true, { { "a.mp4", 5 }, { "b.pdf", 6 } }, "folder.jpg" },
		{ true, { { "a/b.mp4", 5 } }, "folder.jpg" },
		{ true, { { "A.JPG", 1 }, { "a.mp4", 5 } }, "folder.jpg" },
		{ true, { { "a.jpg/x", 1 }, { "a.mp4", 5 } }, "folder.jpg" },
		{ true, { { "folder.jpg", 1 }, { "x.pdf", 5 } }, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char name[SAFENAME_MAX + 1];
		size_t count = 1;

		while (count < 3 && cases[i].files[count].path != NULL)
			count++;
		wares_make(&wares, cases[i].folder ? "课" : "课.pdf",
			   cases[i].folder, cases[i].files, count, 16 * K, i);
		stow_name_poster(&wares.tf->mi, name);
		CHECK(strcmp(name, cases[i].name) == 0);
		wares_release(&wares);
	}
}

static void parts_must_not_have_the_names_of_others(void)
{
	static const struct ware files[] = {
		{ "a", (64 << 20) + 1 },
		{ "a.001", 1 },
	};
	struct err err = ERR_INIT;
	struct stowing *s;

	wares_make(&wares, "课", true, files, 2, 4 << 20, 5);
	set_up();
	options.part_bytes = 64 << 20;
	CHECK(stow_open(&s, &options, &err) == STATUS_NO_ROOM);
	CHECK(!there_is_system(DRIVE_PART, ".place"));
	options.part_bytes = 128 << 20;
	CHECK(put(NULL) == STATUS_OK);
	check_whole_in(STOWED_FOLDER);
	tear_down();
}

/* --- a drive that takes no long files --- */

enum { PIECE = 4 << 20 };

/* 4 GiB and more in files of all holes, without anybody hashing them. */
static void make_huge(struct metainfo *mi, struct metainfo_file *file,
		      uint64_t length)
{
	static uint8_t layer[2048][32];

	*file = (struct metainfo_file){
		.path = "长.mp4",
		.length = length,
		.root = layer[0],
		.layer = { layer[0], sizeof(layer) },
		.pieces = (uint32_t)((length + PIECE - 1) / PIECE),
	};
	CHECK(file->pieces <= 2048);
	*mi = (struct metainfo){
		.piece_length = PIECE,
		.pieces = file->pieces,
		.total = length,
		.files = file,
		.file_count = 1,
	};
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(scratch_path(&scratch, path), &st) == 0 ? st.st_size : -1;
}

static void check_filled(struct cargo *c, uint32_t piece, uint8_t with,
			 uint8_t *data)
{
	struct err err = ERR_INIT;

	memset(data, 0, PIECE);
	CHECK(cargo_read(c, piece, data, &err) == STATUS_OK);
	CHECK(data[0] == with && data[99] == with);
}

static void a_drive_that_takes_no_long_files_gets_parts(void)
{
	const uint64_t length = (UINT64_C(4100) << 20) + 200;
	const struct rlimit limit = { .rlim_cur = 0xffffffff,
				      .rlim_max = RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	static const uint32_t some[] = { 0, 1007, 1008, 1022, 1023, 1025 };
	uint8_t *data = malloc(PIECE), btmh[32] = { 7 };
	struct metainfo_file file;
	struct err err = ERR_INIT;
	struct metainfo mi;
	struct stowing *s;
	struct cargo *c;

	CHECK(data != NULL);
	wares_make_any(&wares, 1);
	set_up();
	make_huge(&mi, &file, length);
	options.mi = &mi;
	options.btmh = btmh;
	/* What FAT answers. */
	(void)signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHECK(stow_open(&s, &options, &err) == STATUS_OK);
	for (unsigned i = 0; i < 6; i++) {
		memset(data, (int)i + 1, PIECE);
		CHECK(stow_write(s, some[i], data, &err) == STATUS_OK);
	}
	CHECK(stow_finish(s, &err) == STATUS_OK);
	stow_free(s);
	CHECK(size_of("d/" STOWED_FOLDER "/长.mp4") == -1);
	CHECK(size_of("d/" STOWED_FOLDER "/长.mp4.001") ==
	      (off_t)DRIVE_PART_BYTES);
	CHECK(size_of("d/" STOWED_FOLDER "/长.mp4.002") ==
	      (off_t)(length - DRIVE_PART_BYTES));
	CHECK(cargo_open(&c, m, btmh, &mi, &err) == STATUS_OK);
	CHECK(cargo_is_whole(c));
	for (unsigned i = 0; i < 6; i++)
		check_filled(c, some[i], (uint8_t)(i + 1), data);
	cargo_free(c);
	CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);

	/* Pulled out after the plan says parts, before there are any. */
	CHECK(cargo_remove(m, btmh, &mi, &err) == STATUS_OK);
	CHECK(stow_open(&s, &options, &err) == STATUS_OK);
	for (unsigned i = 0; i < 5; i++) {
		memset(data, (int)i + 1, PIECE);
		CHECK(stow_write(s, some[i], data, &err) == STATUS_OK);
	}
	s->place.part_bytes = DRIVE_PART_BYTES;
	CHECK(stow_write_place(s, s->plan_path, &err) == STATUS_OK);
	stow_free(s);
	CHECK(stow_open(&s, &options, &err) == STATUS_OK);
	stow_free(s);
	CHECK(cargo_open(&c, m, btmh, &mi, &err) == STATUS_OK);
	for (unsigned i = 0; i < 5; i++)
		check_filled(c, some[i], (uint8_t)(i + 1), data);
	cargo_free(c);
	free(data);
	tear_down();
}

static void what_does_not_fit_is_not_begun(void)
{
	struct metainfo_file file;
	struct err err = ERR_INIT;
	struct metainfo mi;
	struct stowing *s;

	wares_make_any(&wares, 1);
	set_up();
	make_huge(&mi, &file, 5);
	mi.total = file.length = UINT64_MAX / 2;
	options.mi = &mi;
	CHECK(stow_open(&s, &options, &err) == STATUS_NO_ROOM);
	CHECK(!there_is(".xiangtu"));
	tear_down();
}

int main(void)
{
	it_lies_where_people_look();
	any_shape_arrives();
	it_goes_on_where_it_was_left();
	pulled_at_any_step_the_next_time_does_the_rest();
	pulled_while_removing_the_next_time_does_the_rest();
	a_name_that_is_taken_gets_a_mark();
	two_names_that_are_taken_end_it();
	what_is_not_in_its_place_yet_is_not_removed_from_there();
	what_is_damaged_in_its_place_is_mended_there();
	what_is_in_the_way_is_not_followed();
	a_poster_has_a_name_of_its_own();
	parts_must_not_have_the_names_of_others();
	a_drive_that_takes_no_long_files_gets_parts();
	what_does_not_fit_is_not_begun();
	return 0;
}
