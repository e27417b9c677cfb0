/* Drafts on disk: what is written survives, what a start finds half done is
 * tidied, files grow piece by piece from where they certainly are. */
#include "node/page/drafts.h"

#include <signal.h>
#include <sys/resource.h>

#include "node/page/page.h"
#include "tests/support/scratch.h"

enum { PIECE = 256 * 1024 };

static struct scratch scratch;
static uint8_t block[PAGE_UPLOAD_MAX];

static struct drafts *open_drafts(bool approval)
{
	struct drafts *drafts;
	struct err err = ERR_INIT;

	CHECK(drafts_open(&drafts, scratch.top, approval, &err) == STATUS_OK);
	return drafts;
}

static struct draft *add(struct drafts *drafts)
{
	struct draft *d;
	struct err err = ERR_INIT;

	CHECK(drafts_add(drafts, "office", &d, &err) == STATUS_OK);
	return d;
}

/* One piece of a file, as the node writes it. */
static enum status put(struct drafts *drafts, struct draft *d,
		       const char *name, size_t size)
{
	struct draft_file *file = draft_file(d, name);
	struct draft_piece piece;
	struct err err = ERR_INIT;
	enum status status;

	drafts_piece(drafts, d, name, &piece);
	piece.offset = file->received;
	piece.total = file->bytes;
	piece.bytes = (struct bytes){ block, size };
	memset(block, (int)(file->received / size) + 1, size);
	status = drafts_write(&piece, &err);
	if (status == STATUS_OK)
		file->received += size;
	return status;
}

static struct draft_file *add_file(struct drafts *drafts, struct draft *d,
				   const char *name, uint64_t bytes)
{
	struct draft_file *file;
	struct err err = ERR_INIT;

	CHECK(draft_add_file(d, name, bytes, &file, &err) == STATUS_OK);
	CHECK(drafts_save(drafts, d, &err) == STATUS_OK);
	return file;
}

static bool exists(const struct draft *d, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "drafts/%s/%s", d->id, name);
	return access(scratch_path(&scratch, path), F_OK) == 0;
}

static void what_is_made_is_there_after_a_restart(void)
{
	struct drafts *drafts = open_drafts(false);
	struct err err = ERR_INIT;
	struct draft *one, *two;
	char id[DRAFT_ID_SIZE + 1];

	CHECK(drafts->count == 0);
	one = add(drafts);
	two = add(drafts);
	CHECK(drafts->list[0] == two && drafts->list[1] == one);
	CHECK(draft_id_is_good(one->id));
	memcpy(id, one->id, sizeof(id));
	one->state = DRAFT_PREPARING;
	CHECK(drafts_save(drafts, one, &err) == STATUS_OK);
	drafts_free(drafts);

	drafts = open_drafts(false);
	CHECK(drafts->count == 2);
	one = drafts_find(drafts, id);
	CHECK(drafts->list[1] == one && one->state == DRAFT_OPEN);
	CHECK(strcmp(one->trouble.what, "interrupted") == 0);
	/* It is written down, too. */
	drafts_free(drafts);
	drafts = open_drafts(false);
	CHECK(drafts_find(drafts, id)->state == DRAFT_OPEN);
	drafts_free(drafts);
}

static void what_may_not_be_is_left_as_it_was(void)
{
	struct drafts *drafts = open_drafts(false);
	struct draft *d = add(drafts);
	struct err err = ERR_INIT;

	CHECK(drafts_move(drafts, d, DRAFT_PUBLISH, &err) == STATUS_BUSY);
	CHECK(d->state == DRAFT_OPEN);
	CHECK(drafts_move(drafts, d, DRAFT_PREPARE, &err) == STATUS_OK);
	drafts_free(drafts);
}

static void a_file_is_named_when_it_is_whole(void)
{
	struct drafts *drafts = open_drafts(false);
	struct draft *d = add(drafts);
	struct stat st;
	char path[DRAFT_PATH_MAX];

	(void)add_file(drafts, d, "课.mp4", 3 * PIECE);
	CHECK(put(drafts, d, "课.mp4", PIECE) == STATUS_OK);
	CHECK(put(drafts, d, "课.mp4", PIECE) == STATUS_OK);
	CHECK(exists(d, "coming/课.mp4") && !exists(d, "files/课.mp4"));
	CHECK(put(drafts, d, "课.mp4", PIECE) == STATUS_OK);
	CHECK(!exists(d, "coming/课.mp4") && exists(d, "files/课.mp4"));
	drafts_source(drafts, d, "/nowhere", path);
	CHECK(stat(path, &st) == 0 && st.st_size == 3 * PIECE);
	drafts_free(drafts);
}

static uint8_t byte_at(const struct draft *d, const char *name, off_t offset)
{
	char path[256];
	uint8_t byte = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "drafts/%s/%s", d->id, name);
	fd = open(scratch_path(&scratch, path), O_RDONLY);
	CHECK(fd >= 0 && pread(fd, &byte, 1, offset) == 1);
	close(fd);
	return byte;
}

/* It goes on at the last flush that had certainly ended, and what was written
 * beyond does not count. */
static void a_file_goes_on_where_it_certainly_is(void)
{
	enum { MIB = 1 << 20, ALL = 11 * MIB };
	struct drafts *drafts = open_drafts(false);
	struct draft *d = add(drafts);
	struct draft_file *file;
	char id[DRAFT_ID_SIZE + 1];

	memcpy(id, d->id, sizeof(id));
	(void)add_file(drafts, d, "大.mp4", ALL);
	for (int i = 0; i < 7; i++)
		CHECK(put(drafts, d, "大.mp4", MIB) == STATUS_OK);
	drafts_free(drafts);

	drafts = open_drafts(false);
	d = drafts_find(drafts, id);
	file = draft_file(d, "大.mp4");
	CHECK(file->bytes == ALL && file->received == 4 * MIB);
	while (file->received < ALL)
		CHECK(put(drafts, d, "大.mp4", MIB) == STATUS_OK);
	CHECK(draft_is_complete(d));
	for (int i = 0; i < 11; i++)
		CHECK(byte_at(d, "files/大.mp4", i * MIB + 5) == i + 1);
	drafts_free(drafts);
	drafts = open_drafts(false);
	CHECK(draft_is_complete(drafts_find(drafts, id)));
	drafts_free(drafts);
}

/* Whatever the sizes of pieces: what is said to be flushed had been, before
 * the last piece was written. */
static void flushed_is_never_too_much(void)
{
	static const size_t sizes[] = { 1000, 65536, 777777,
					PAGE_UPLOAD_MAX };

	for (size_t i = 0; i < 4; i++) {
		uint64_t flushed = 0;

		for (uint64_t end = sizes[i]; end < 20 << 20;
		     end += sizes[i]) {
			/* A cut while this piece is flushed. */
			CHECK(drafts_flushed(end) <= flushed);
			if (end / DRAFT_SYNC != (end - sizes[i]) / DRAFT_SYNC)
				flushed = end;
		}
		CHECK(drafts_flushed(20 << 20) > 0);
	}
}

static void what_nobody_speaks_of_is_swept(void)
{
	struct drafts *drafts = open_drafts(false);
	struct draft *d = add(drafts);
	char path[256], id[DRAFT_ID_SIZE + 1];

	memcpy(id, d->id, sizeof(id));
	(void)add_file(drafts, d, "课.mp4", PIECE);
	CHECK(put(drafts, d, "课.mp4", PIECE) == STATUS_OK);
	(void)snprintf(path, sizeof(path), "drafts/%s/files/别的.mp4", id);
	CHECK(close(creat(scratch_path(&scratch, path), 0600)) == 0);
	(void)scratch_folder(&scratch, "drafts/.tmp-0011223344556677");
	/* Not ours: left alone. */
	(void)scratch_folder(&scratch, "drafts/00000000000000aa");
	drafts_free(drafts);
	drafts = open_drafts(false);
	d = drafts_find(drafts, id);
	CHECK(exists(d, "files/课.mp4") && !exists(d, "files/别的.mp4"));
	CHECK(access(scratch_path(&scratch, "drafts/.tmp-0011223344556677"),
		     F_OK) != 0);
	CHECK(drafts_find(drafts, "00000000000000aa") == NULL);
	drafts_free(drafts);
}

static void a_full_disk_keeps_what_is_there(void)
{
	struct drafts *drafts = open_drafts(false);
	struct draft *d = add(drafts);
	struct rlimit limit, small;
	char path[256];
	struct stat st;

	(void)add_file(drafts, d, "课.mp4", 4 * PIECE);
	CHECK(put(drafts, d, "课.mp4", PIECE) == STATUS_OK);
	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	small = limit;
	small.rlim_cur = PIECE + PIECE / 2;
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(put(drafts, d, "课.mp4", PIECE) == STATUS_NO_ROOM);
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	(void)snprintf(path, sizeof(path), "drafts/%s/coming/课.mp4", d->id);
	CHECK(stat(scratch_path(&scratch, path), &st) == 0);
	CHECK(st.st_size == PIECE && draft_file(d, "课.mp4")->received == PIECE);
	CHECK(put(drafts, d, "课.mp4", PIECE) == STATUS_OK);
	drafts_free(drafts);

	CHECK(drafts_have_room(10, 30, 20, 0));
	CHECK(!drafts_have_room(11, 30, 20, 0));
	CHECK(!drafts_have_room(10, 30, 20, 1));
	CHECK(!drafts_have_room(1, 10, 20, 0));
	CHECK(!drafts_have_room(UINT64_MAX, UINT64_MAX, 1, 0));
}

static void what_is_deleted_is_gone(void)
{
	struct drafts *drafts = open_drafts(false);
	struct draft *d = add(drafts);
	char path[DRAFT_PATH_MAX], id[DRAFT_ID_SIZE + 1];
	struct err err = ERR_INIT;

	memcpy(id, d->id, sizeof(id));
	(void)add_file(drafts, d, "课.mp4", PIECE);
	CHECK(put(drafts, d, "课.mp4", PIECE) == STATUS_OK);
	CHECK(drafts_take_files(drafts, d, "课.mp4", path, &err) == STATUS_OK);
	drafts_remove(path);
	CHECK(!exists(d, "files/课.mp4"));
	CHECK(drafts_take_files(drafts, d, "课.mp4", path, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(drafts_delete(drafts, d, path, &err) == STATUS_OK);
	CHECK(drafts_find(drafts, id) == NULL);
	CHECK(access(path, F_OK) == 0);
	/* The power goes before it is removed. */
	drafts_free(drafts);
	drafts = open_drafts(false);
	CHECK(drafts_find(drafts, id) == NULL && access(path, F_OK) != 0);
	drafts_free(drafts);
}

static void there_are_not_too_many(void)
{
	struct drafts *drafts = open_drafts(false);
	struct err err = ERR_INIT;
	struct draft *d, *oldest;
	char id[DRAFT_ID_SIZE + 1];

	while (drafts->count < DRAFTS_MAX)
		(void)add(drafts);
	CHECK(drafts_add(drafts, "office", &d, &err) == STATUS_NO_ROOM);
	drafts->list[3]->state = DRAFT_PUBLISHED;
	oldest = drafts->list[9];
	oldest->state = DRAFT_PUBLISHED;
	memcpy(id, oldest->id, sizeof(id));
	err = (struct err)ERR_INIT;
	CHECK(drafts_add(drafts, "office", &d, &err) == STATUS_OK);
	CHECK(drafts->count == DRAFTS_MAX && drafts_find(drafts, id) == NULL);
	drafts_free(drafts);
}

int main(void)
{
	(void)signal(SIGXFSZ, SIG_IGN);
	scratch_init(&scratch);
	what_is_made_is_there_after_a_restart();
	what_may_not_be_is_left_as_it_was();
	a_file_is_named_when_it_is_whole();
	a_file_goes_on_where_it_certainly_is();
	flushed_is_never_too_much();
	what_nobody_speaks_of_is_swept();
	a_full_disk_keeps_what_is_there();
	what_is_deleted_is_gone();
	there_are_not_too_many();
	scratch_release(&scratch);
	return 0;
}
