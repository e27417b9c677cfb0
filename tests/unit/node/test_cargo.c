#include "node/drive/cargo.h"

#include <sys/stat.h>

#include "tests/support/scratch.h"
#include "tests/support/stowed.h"

enum { K = 1024 };

static struct scratch scratch;
static struct mount *m;
static struct wares wares;

/* Pieces: 0-9 影.mp4, 10 附/一.pdf, none 附/空.txt, 11-13 附/二.pdf. */
static const struct ware files[] = {
	{ "影.mp4", 310 * K + 1 },
	{ "附/一.pdf", 32 * K },
	{ "附/二.pdf", 70 * K },
	{ "附/空.txt", 0 },
};

static const char *at(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "d/%s/%s", STOWED_FOLDER, name);
	return scratch_path(&scratch, path);
}

static bool there_is(const char *path)
{
	struct stat st;

	return lstat(scratch_path(&scratch, path), &st) == 0;
}

/* ".xiangtu/…" */
static bool there_is_system(enum drive_kind kind, const char *behind)
{
	char path[DRIVE_PATH_MAX], full[DRIVE_PATH_MAX + 16];

	drive_path(kind, wares.tf->btmh, path);
	(void)snprintf(full, sizeof(full), "d/%s%s", path, behind);
	return there_is(full);
}

static void put(const struct bytes *poster, uint64_t part_bytes)
{
	struct stow_options options = stowed_options(&wares, m);
	struct err err = ERR_INIT;

	if (poster != NULL)
		options.poster = *poster;
	options.part_bytes = part_bytes;
	CHECK(stowed_put(&wares, &options, NULL, &err) == STATUS_OK);
}

static void set_up(void)
{
	struct err err = ERR_INIT;

	scratch_init(&scratch);
	CHECK(mount_open(&m, scratch_folder(&scratch, "d"), &err) ==
	      STATUS_OK);
	wares_make(&wares, "课", true, files, 4, 32 * K, 5);
	CHECK(wares.tf->mi.pieces == 14);
}

static void tear_down(void)
{
	wares_release(&wares);
	mount_free(m);
	scratch_release(&scratch);
}

static void change(const char *path, off_t offset)
{
	int fd = open(path, O_RDWR);
	uint8_t byte;

	CHECK(fd >= 0 && pread(fd, &byte, 1, offset) == 1);
	byte ^= 1;
	CHECK(pwrite(fd, &byte, 1, offset) == 1 && close(fd) == 0);
}

static struct pump_result read_all(bool whole)
{
	struct err err = ERR_INIT;
	struct pump_result result;
	struct cargo *c;

	CHECK(cargo_open(&c, m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(cargo_is_whole(c) == whole);
	CHECK(strcmp(cargo_folder(c), STOWED_FOLDER) == 0);
	result = stowed_read(&wares, c);
	cargo_free(c);
	return result;
}

static void nothing_there_is_not_found(void)
{
	struct err err = ERR_INIT;
	struct cargo *c = NULL;

	set_up();
	CHECK(cargo_open(&c, m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(err.status == STATUS_OK && c == NULL);
	put(NULL, 0);
	CHECK(read_all(true).moved == 14);
	tear_down();
}

static void what_is_damaged_is_left_out_and_the_rest_read(void)
{
	struct pump_result result;

	set_up();
	put(NULL, 0);
	change(at("影.mp4"), 100 * K);
	result = read_all(true);
	CHECK(result.moved == 13 && result.damaged == 1);

	/* Short, and gone. */
	CHECK(truncate(at("附/二.pdf"), 40 * K) == 0);
	result = read_all(false);
	CHECK(result.moved == 11 && result.damaged == 1 &&
	      result.missing == 2);
	CHECK(unlink(at("附/一.pdf")) == 0);
	result = read_all(false);
	CHECK(result.moved == 10 && result.missing == 3);
	tear_down();
}

static void a_file_that_is_too_long_has_its_pieces(void)
{
	set_up();
	put(NULL, 0);
	CHECK(truncate(at("影.mp4"), 1 << 20) == 0);
	CHECK(read_all(false).moved == 14);
	tear_down();
}

static void swapped_files_are_damaged(void)
{
	struct pump_result result;
	const char *one, *two, *between;

	set_up();
	put(NULL, 0);
	one = at("附/一.pdf");
	two = at("附/二.pdf");
	between = at("x");
	CHECK(rename(one, between) == 0 && rename(two, one) == 0 &&
	      rename(between, two) == 0);
	result = read_all(false);
	CHECK(result.moved == 10 && result.damaged == 2 &&
	      result.missing == 2);
	tear_down();
}

static void an_empty_file_belongs_to_it(void)
{
	set_up();
	put(NULL, 0);
	CHECK(unlink(at("附/空.txt")) == 0);
	CHECK(read_all(false).moved == 14);
	tear_down();
}

static void a_file_that_shrinks_while_it_is_read_is_not_there(void)
{
	struct err err = ERR_INIT;
	uint8_t data[32 * K];
	struct cargo *c;

	set_up();
	put(NULL, 0);
	CHECK(cargo_open(&c, m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(cargo_bytes(c) == wares.tf->mi.total);
	CHECK(cargo_read(c, 0, data, &err) == STATUS_OK);
	CHECK(truncate(at("影.mp4"), 40 * K) == 0);
	CHECK(cargo_read(c, 5, data, &err) == STATUS_NOT_FOUND);
	cargo_free(c);
	tear_down();
}

/* A link, a pipe or a folder where a file should be. */
static void what_is_no_file_is_not_trusted(void)
{
	for (unsigned kind = 0; kind < 4; kind++) {
		struct err err = ERR_INIT;
		struct cargo *c = NULL;
		uint8_t data[32 * K];
		const char *path;

		set_up();
		put(NULL, 0);
		path = at("附/一.pdf");
		/* Also when it becomes so behind the look at it. */
		CHECK(cargo_open(&c, m, wares.tf->btmh, &wares.tf->mi, &err) ==
		      STATUS_OK);
		CHECK(unlink(path) == 0);
		if (kind == 0)
			CHECK(symlink("/etc/passwd", path) == 0);
		else if (kind == 1)
			CHECK(mkfifo(path, 0644) == 0);
		else if (kind == 2)
			CHECK(mkdir(path, 0755) == 0);
		else
			CHECK(symlink("二.pdf", path) == 0);
		CHECK(cargo_read(c, 10, data, &err) == STATUS_UNTRUSTED);
		CHECK(cargo_read(c, 11, data, &err) == STATUS_OK);
		cargo_free(c);
		CHECK(cargo_open(&c, m, wares.tf->btmh, &wares.tf->mi, &err) ==
		      STATUS_UNTRUSTED);
		tear_down();
	}
}

static void write_place(const char *text, size_t size)
{
	char path[DRIVE_PATH_MAX];
	struct err err = ERR_INIT;

	drive_path(DRIVE_PLACE, wares.tf->btmh, path);
	CHECK(mount_write(m, path, (struct bytes){ (const uint8_t *)text,
						   size },
			  &err) == STATUS_OK);
}

static void a_place_file_that_is_none_says_nothing(void)
{
	static const char *const texts[] = {
		"", "xiangtu-place/v1\nfolder ../../etc\n",
		"xiangtu-place/v1\nfolder .xiangtu\n", "x"
	};
	static char large[DRIVE_PLACE_MAX + 1];
	struct err err = ERR_INIT;
	struct cargo *c;

	set_up();
	put(NULL, 0);
	for (unsigned i = 0; i < 5; i++) {
		if (i < 4)
			write_place(texts[i], strlen(texts[i]));
		else
			write_place(large, sizeof(large));
		CHECK(cargo_open(&c, m, wares.tf->btmh, &wares.tf->mi, &err) ==
		      STATUS_NOT_FOUND);
	}
	tear_down();
}

static void parts_are_read_as_one(void)
{
	/* The first fits into a part to its last byte. */
	static const struct ware large[] = {
		{ "a.mp4", 64 << 20 },
		{ "b.mp4", (128 << 20) + 5 },
		{ "c.mp4", 70 << 20 },
	};
	struct err err = ERR_INIT;
	struct cargo *c;
	struct stat st;

	set_up();
	wares_release(&wares);
	wares_make(&wares, "课", true, large, 3, 4 << 20, 9);
	put(NULL, 64 << 20);
	CHECK(stat(at("a.mp4"), &st) == 0 && st.st_size == 64 << 20);
	CHECK(stat(at("b.mp4"), &st) != 0);
	CHECK(stat(at("b.mp4.001"), &st) == 0 && st.st_size == 64 << 20);
	CHECK(stat(at("b.mp4.003"), &st) == 0 && st.st_size == 5);
	CHECK(stat(at("c.mp4.002"), &st) == 0 && st.st_size == 6 << 20);
	CHECK(read_all(true).moved == 67);
	change(at("b.mp4.002"), 0);
	CHECK(truncate(at("c.mp4.002"), 5 << 20) == 0);
	CHECK(unlink(at("b.mp4.001")) == 0);
	CHECK(read_all(false).moved == 67 - 1 - 16 - 1);
	CHECK(cargo_open(&c, m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(cargo_bytes(c) == wares.tf->mi.total - (65u << 20));
	cargo_free(c);

	/* Parts of the same names that are somebody's stay. */
	scratch_file(&scratch, "d/" STOWED_FOLDER "/a.mp4.001", 3, 1);
	CHECK(cargo_remove(m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(stat(at("a.mp4.001"), &st) == 0);
	CHECK(stat(at("a.mp4"), &st) != 0 && stat(at("b.mp4.003"), &st) != 0);
	tear_down();
}

static void all_of_it_and_nothing_else_is_removed(void)
{
	static const struct bytes poster = { (const uint8_t *)"jpeg", 4 };
	struct err err = ERR_INIT;
	char path[DRIVE_PATH_MAX];

	for (unsigned foreign = 0; foreign < 3; foreign++) {
		set_up();
		put(&poster, 0);
		drive_path(DRIVE_TORRENT, wares.tf->btmh, path);
		CHECK(mount_write(m, path, buf_bytes(&wares.tf->bytes),
				  &err) == STATUS_OK);
		CHECK(there_is("d/" STOWED_FOLDER "/影.jpg"));
		CHECK(there_is_system(DRIVE_TORRENT, ""));
		CHECK(there_is_system(DRIVE_PLACE, ""));
		if (foreign == 1)
			scratch_file(&scratch,
				     "d/" STOWED_FOLDER "/附/我的.txt", 1, 1);
		if (foreign == 2)
			scratch_file(&scratch, "d/乡土课件/产业/我的.txt", 1,
				     1);
		CHECK(cargo_remove(m, wares.tf->btmh,
				   foreign == 0 ? NULL : &wares.tf->mi,
				   &err) == STATUS_OK);
		CHECK(!there_is("d/" STOWED_FOLDER "/影.mp4"));
		CHECK(!there_is("d/" STOWED_FOLDER "/影.jpg"));
		CHECK(!there_is("d/" STOWED_FOLDER "/附/空.txt"));
		CHECK(there_is("d/" STOWED_FOLDER "/附/我的.txt") ==
		      (foreign == 1));
		CHECK(there_is("d/乡土课件/产业/养殖") == (foreign == 1));
		CHECK(there_is("d/乡土课件/产业") == (foreign != 0));
		CHECK(there_is("d/乡土课件"));
		CHECK(!there_is_system(DRIVE_TORRENT, ""));
		CHECK(!there_is_system(DRIVE_PLACE, ""));
		/* Once more is fine. */
		CHECK(cargo_remove(m, wares.tf->btmh, &wares.tf->mi, &err) ==
		      STATUS_OK);
		tear_down();
	}
}

static void what_is_removed_by_half_is_removed_by_the_next(void)
{
	struct err err = ERR_INIT;

	set_up();
	put(NULL, 0);
	CHECK(unlink(at("影.mp4")) == 0);
	CHECK(cargo_remove(m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(!there_is("d/乡土课件/产业"));
	tear_down();
}

static void half_written_ones_are_removed_alone(void)
{
	struct stow_options options;
	struct stowing *s;
	struct err err = ERR_INIT;

	set_up();
	options = stowed_options(&wares, m);
	CHECK(stow_open(&s, &options, &err) == STATUS_OK);
	CHECK(stow_write(s, 3, wares_piece(&wares, 3), &err) == STATUS_OK);
	CHECK(stow_write(s, 10, wares_piece(&wares, 10), &err) == STATUS_OK);
	stow_free(s);
	CHECK(stowed_good(&wares, m, NULL) == 2);
	CHECK(there_is_system(DRIVE_PART, ""));
	CHECK(there_is_system(DRIVE_PART, ".place"));
	CHECK(cargo_remove_part(m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(!there_is_system(DRIVE_PART, ""));
	CHECK(!there_is_system(DRIVE_PART, ".place"));

	put(NULL, 0);
	CHECK(cargo_remove_part(m, wares.tf->btmh, &wares.tf->mi, &err) ==
	      STATUS_OK);
	CHECK(read_all(true).moved == 14);
	tear_down();
}

int main(void)
{
	nothing_there_is_not_found();
	what_is_damaged_is_left_out_and_the_rest_read();
	a_file_that_is_too_long_has_its_pieces();
	swapped_files_are_damaged();
	an_empty_file_belongs_to_it();
	a_file_that_shrinks_while_it_is_read_is_not_there();
	what_is_no_file_is_not_trusted();
	a_place_file_that_is_none_says_nothing();
	parts_are_read_as_one();
	all_of_it_and_nothing_else_is_removed();
	what_is_removed_by_half_is_removed_by_the_next();
	half_written_ones_are_removed_alone();
	return 0;
}
