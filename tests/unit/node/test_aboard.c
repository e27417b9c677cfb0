#include "node/drive/aboard.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/support/scratch.h"

/* A drive that is a folder, with a list of what is written on it. */
struct aboard_test {
	struct scratch scratch;
	struct mount *m;
	struct buf list;
	struct load_item *items;
	size_t count;
	struct err err;
};

#define OK(t, call)                                                       \
	do {                                                              \
		if ((call) != STATUS_OK) {                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				(t)->err.text);                           \
			abort();                                          \
		}                                                         \
	} while (0)

static void hash_of(unsigned n, uint8_t hash[static 32])
{
	memset(hash, (int)n, 32);
}

static void begin(struct aboard_test *t)
{
	memset(t, 0, sizeof(*t));
	scratch_init(&t->scratch);
	OK(t, mount_open(&t->m, scratch_folder(&t->scratch, "drive"),
			 &t->err));
}

static void write_file(struct aboard_test *t, const char *path, size_t size)
{
	static const uint8_t zeros[5000];

	OK(t, mount_write(t->m, path, (struct bytes){ zeros, size },
			  &t->err));
}

static void list_it(struct aboard_test *t, unsigned n)
{
	uint8_t hash[32];

	hash_of(n, hash);
	drive_list_put(&t->list, hash);
}

static void place_it(struct aboard_test *t, unsigned n, const char *folder,
		     const char *lesson, uint32_t rev)
{
	struct drive_place place = { .rev = rev };
	struct buf text = BUF_INIT;
	char path[DRIVE_PATH_MAX];
	uint8_t hash[32];

	hash_of(n, hash);
	strcpy(place.folder, folder);
	strcpy(place.lesson, lesson);
	drive_place_format(&place, &text);
	drive_path(DRIVE_PLACE, hash, path);
	OK(t, mount_write(t->m, path, buf_bytes(&text), &t->err));
	buf_release(&text);
}

static void look(struct aboard_test *t)
{
	char path[DRIVE_PATH_MAX];

	drive_path_list(DRIVE_PLACE, path);
	OK(t, mount_write(t->m, path, buf_bytes(&t->list), &t->err));
	OK(t, aboard_read(t->m, &t->items, &t->count, &t->err));
}

static void end(struct aboard_test *t)
{
	free(t->items);
	buf_release(&t->list);
	mount_free(t->m);
	scratch_release(&t->scratch);
}

static void an_unprepared_folder_has_nothing_aboard(void)
{
	struct aboard_test t;

	begin(&t);
	t.count = 7;
	OK(&t, aboard_read(t.m, &t.items, &t.count, &t.err));
	CHECK(t.items == NULL && t.count == 0);
	end(&t);
}

static void whole_lessons_and_parts_are_told_apart(void)
{
	char path[DRIVE_PATH_MAX], file[DRIVE_PATH_MAX + 16];
	struct aboard_test t;
	uint8_t hash[32];

	begin(&t);
	list_it(&t, 3); /* named, and never written */
	list_it(&t, 2);
	list_it(&t, 1);
	list_it(&t, 2);
	place_it(&t, 1, DRIVE_LESSONS "/产业/一",
		 "zixing.example/431081/lessons#k3f9w2aa", 4);
	write_file(&t, DRIVE_LESSONS "/产业/一/a.mp4", 3000);
	write_file(&t, DRIVE_LESSONS "/产业/一/sub/b.pdf", 400);
	hash_of(2, hash);
	drive_path(DRIVE_PART, hash, path);
	(void)snprintf(file, sizeof(file), "%s/a.mp4", path);
	write_file(&t, file, 1234);
	place_it(&t, 2, DRIVE_LESSONS "/产业/二", "", 0); /* to come */
	look(&t);
	CHECK(t.count == 2);
	CHECK(t.items[0].btmh[0] == 1 && t.items[0].whole &&
	      t.items[0].there == 3400 && t.items[0].rev == 4);
	CHECK(strcmp(t.items[0].lesson,
		     "zixing.example/431081/lessons#k3f9w2aa") == 0);
	CHECK(t.items[1].btmh[0] == 2 && !t.items[1].whole &&
	      t.items[1].there == 1234 && t.items[1].lesson[0] == 0);
	end(&t);
}

static void a_list_or_a_place_that_is_nonsense_is_none(void)
{
	char path[DRIVE_PATH_MAX];
	struct aboard_test t;
	uint8_t hash[32];

	begin(&t);
	buf_puts(&t.list, "../../etc/passwd\n\xff\n");
	list_it(&t, 1);
	list_it(&t, 2);
	hash_of(1, hash);
	drive_path(DRIVE_PLACE, hash, path);
	write_file(&t, path, 100);
	hash_of(2, hash);
	drive_path(DRIVE_PLACE, hash, path);
	write_file(&t, path, 5000); /* longer than any */
	look(&t);
	CHECK(t.count == 0);
	end(&t);
}

/* A hundred places that all name one full folder. */
static void looking_has_an_end_whatever_a_drive_says(void)
{
	struct aboard_test t;
	unsigned measured = 0;
	char path[200];

	begin(&t);
	write_file(&t, "乡土课件/a/b/1", 1);
	for (unsigned i = 0; i < 10000; i++) {
		int fd;

		(void)snprintf(path, sizeof(path), "drive/乡土课件/a/b/f%u", i);
		fd = open(scratch_path(&t.scratch, path), O_WRONLY | O_CREAT,
			  0644);
		CHECK(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
	}
	for (unsigned n = 1; n <= 100; n++) {
		place_it(&t, n, "乡土课件/a/b", "", 0);
		list_it(&t, n);
	}
	look(&t);
	CHECK(t.count == 100);
	for (size_t i = 0; i < t.count; i++) {
		CHECK(t.items[i].whole);
		measured += t.items[i].there > 0;
	}
	CHECK(measured > 30 && measured < 50);
	end(&t);
}

int main(void)
{
	an_unprepared_folder_has_nothing_aboard();
	whole_lessons_and_parts_are_told_apart();
	a_list_or_a_place_that_is_nonsense_is_none();
	looking_has_an_end_whatever_a_drive_says();
	return 0;
}
