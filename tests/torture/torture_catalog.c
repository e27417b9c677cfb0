/* Opening, appending and taking in, with each allocation and each write, sync
 * or truncation of the database failing in turn: once that one alone, once all
 * from there on, which is what a power cut looks like to a file. Afterwards
 * the database opens, and holds the old state or the new one, whole.
 *
 * SQLite's allocations go through its hooks, ours through the linker; SQLite's
 * writes through a shim over its own file system layer. With TORTURE_EVERY in
 * the environment no allocation at all is left out. */
#include <fcntl.h>
#include <sqlite3.h>

#include "catalog/merkle.h"
#include "catalog/mirror.h"
#include "tests/support/faults.h"
#include "tests/support/logs.h"

/* --- SQLite's memory --- */

enum { SIZE_ROOM = 16 };

static void *memory_new(int size)
{
	uint8_t *made = faults_malloc((size_t)size + SIZE_ROOM);

	if (made == NULL)
		return NULL;
	memcpy(made, &size, sizeof(size));
	return made + SIZE_ROOM;
}

static void memory_free(void *old)
{
	if (old != NULL)
		faults_free((uint8_t *)old - SIZE_ROOM);
}

static int memory_size(void *old)
{
	int size = 0;

	if (old != NULL)
		memcpy(&size, (uint8_t *)old - SIZE_ROOM, sizeof(size));
	return size;
}

static void *memory_resize(void *old, int size)
{
	uint8_t *made = faults_realloc((uint8_t *)old - SIZE_ROOM,
				       (size_t)size + SIZE_ROOM);

	if (made == NULL)
		return NULL;
	memcpy(made, &size, sizeof(size));
	return made + SIZE_ROOM;
}

static int memory_round(int size)
{
	return (size + 7) & ~7;
}

static int memory_init(void *unused)
{
	(void)unused;
	return SQLITE_OK;
}

static void memory_shutdown(void *unused)
{
	(void)unused;
}

/* --- SQLite's files --- */

static size_t io_count, io_fail_at;
static bool io_onward, io_hit;

static bool io_strikes(void)
{
	io_count++;
	if (io_fail_at == 0 || io_count < io_fail_at ||
	    (io_count > io_fail_at && !io_onward))
		return false;
	io_hit = true;
	return true;
}

struct shim_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct shim_file *)file)->real;
}

static int shim_close(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}

static int shim_read(sqlite3_file *f, void *out, int size, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), out, size, at);
}

static int shim_write(sqlite3_file *f, const void *data, int size,
		      sqlite3_int64 at)
{
	if (io_strikes()) {
		/* Torn: a part of it is there. */
		(void)real_of(f)->pMethods->xWrite(real_of(f), data, size / 2,
						   at);
		return io_count % 2 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	}
	return real_of(f)->pMethods->xWrite(real_of(f), data, size, at);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (io_strikes())
		return SQLITE_IOERR_TRUNCATE;
	return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int shim_sync(sqlite3_file *f, int flags)
{
	if (io_strikes())
		return SQLITE_IOERR_FSYNC;
	return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int shim_lock(sqlite3_file *f, int kind)
{
	return real_of(f)->pMethods->xLock(real_of(f), kind);
}

static int shim_unlock(sqlite3_file *f, int kind)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), kind);
}

static int shim_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int shim_control(sqlite3_file *f, int op, void *argument)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}

static int shim_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int shim_device(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int shim_shm_map(sqlite3_file *f, int page, int size, int extend,
			void volatile **out)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend,
					     out);
}

static int shim_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int shim_shm_unmap(sqlite3_file *f, int delete)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), delete);
}

static const sqlite3_io_methods shim_methods = {
	.iVersion = 2,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_device,
	.xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_shm_barrier,
	.xShmUnmap = shim_shm_unmap,
};

static sqlite3_vfs *unix_files;

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename name,
		     sqlite3_file *file, int flags, int *out_flags)
{
	struct shim_file *f = (struct shim_file *)file;
	int rc;

	(void)vfs;
	f->real = (sqlite3_file *)(f + 1);
	f->base.pMethods = NULL;
	rc = unix_files->xOpen(unix_files, name, f->real, flags, out_flags);
	if (f->real->pMethods != NULL)
		f->base.pMethods = &shim_methods;
	return rc;
}

static void install(void)
{
	static const sqlite3_mem_methods memory = {
		memory_new,   memory_free, memory_resize,   memory_size,
		memory_round, memory_init, memory_shutdown, NULL
	};
	static sqlite3_vfs shim;

	CHECK(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory) == SQLITE_OK);
	CHECK(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK);
	CHECK(sqlite3_initialize() == SQLITE_OK);
	unix_files = sqlite3_vfs_find(NULL);
	shim = *unix_files;
	shim.zName = "torture";
	shim.szOsFile += (int)sizeof(struct shim_file);
	shim.xOpen = shim_open;
	CHECK(sqlite3_vfs_register(&shim, 1) == SQLITE_OK);
}

/* --- the world --- */

static struct place place; /* what is tortured */
static struct secret_key *key;

/* The database before the story. */
static uint8_t *before;
static size_t before_size;

/* What a source has. */
enum { FILES_MAX = 64 };
static struct {
	char path[TILE_PATH_MAX + 1];
	struct buf content;
} files[FILES_MAX];
static size_t file_count;

static enum status keep_file(void *owner, const char *path,
			     struct bytes content, struct err *err)
{
	(void)owner;
	(void)err;
	CHECK(file_count < FILES_MAX);
	strcpy(files[file_count].path, path);
	buf_put_bytes(&files[file_count++].content, content);
	return STATUS_OK;
}

static struct bytes file_of(const char *path)
{
	for (size_t i = 0; i < file_count; i++)
		if (strcmp(files[i].path, path) == 0)
			return buf_bytes(&files[i].content);
	CHECK(!"asked for something that is not there");
	return (struct bytes){ NULL, 0 };
}

static void forget_files(void)
{
	while (file_count > 0)
		buf_release(&files[--file_count].content);
}

static void forget_database(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char name[96];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", place.path, ends[i]);
		(void)unlink(name);
	}
}

static void restore_database(void)
{
	int fd;

	forget_database();
	if (before_size == 0)
		return;
	fd = open(place.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0);
	CHECK(write(fd, before, before_size) == (ssize_t)before_size);
	CHECK(close(fd) == 0);
}

static void remember_database(void)
{
	int fd = open(place.path, O_RDONLY);
	off_t size;

	CHECK(fd >= 0);
	size = lseek(fd, 0, SEEK_END);
	CHECK(size > 0);
	before_size = (size_t)size;
	before = realloc(before, before_size);
	CHECK(before != NULL);
	CHECK(pread(fd, before, before_size, 0) == (ssize_t)size);
	CHECK(close(fd) == 0);
}

/* Prepare: a log of `size` here, one of `theirs` at the source, of which the
 * entries from `fork` on are others. */
static void prepare(uint64_t size, uint64_t theirs, uint64_t fork)
{
	struct place other;
	struct catalog *c;
	struct err err = ERR_INIT;
	int64_t id;

	forget_files();
	forget_database();
	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	grow(c, id, key, 'a', size);
	catalog_free(c);
	remember_database();
	place_make(&other);
	CHECK(catalog_open(&c, other.path, &err) == STATUS_OK);
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	grow(c, id, key, 'a', fork);
	grow(c, id, key, 'b', theirs);
	CHECK(mirror_log(c, id, 0, keep_file, NULL, &err) == STATUS_OK);
	catalog_free(c);
	place_remove(&other);
}

/* The log is whole, as its size and root say; which state is it? */
static void look(uint64_t *size, bool *forked)
{
	struct compact_range range;
	struct catalog *c;
	struct err err = ERR_INIT;
	struct log_info info;
	uint8_t root[SHA256_SIZE];
	struct buf raw = BUF_INIT, note = BUF_INIT;
	struct checkpoint head;
	bool is_zstd;

	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
	*size = 0;
	*forked = false;
	if (log_find(c, TEST_ORIGIN, &info, &err) == STATUS_OK) {
		*size = info.size;
		*forked = info.forked;
		compact_range_init(&range);
		for (uint64_t n = 0; n * 256 < info.size; n++) {
			unsigned width = tile_width_at(0, n, info.size);

			buf_clear(&raw);
			CHECK(log_read_bundle(c, info.id, n, width, false,
					      &raw, &is_zstd,
					      &err) == STATUS_OK);
			compact_range_append_bundle(&range, buf_bytes(&raw));
			CHECK(log_root_at(c, info.id, n * 256, root, &err) ==
			      STATUS_OK);
		}
		compact_range_root(&range, root);
		CHECK(range.size == info.size);
		CHECK(memcmp(root, info.root, sizeof(root)) == 0);
		if (info.size > 0) {
			CHECK(log_read_note(c, info.id, &note, &err) ==
			      STATUS_OK);
			CHECK(checkpoint_open(buf_bytes(&note), TEST_ORIGIN,
					      secret_key_public(key), 1,
					      &head) == STATUS_OK);
			CHECK(head.size == info.size);
			CHECK(memcmp(head.root, root, sizeof(root)) == 0);
		}
	}
	buf_release(&raw);
	buf_release(&note);
	catalog_free(c);
}

/* --- the stories --- */

static enum status open_only(struct err *err)
{
	struct catalog *c;
	enum status status = catalog_open(&c, place.path, err);

	if (status == STATUS_OK)
		catalog_free(c);
	return status;
}

static enum status append_some(struct err *err)
{
	struct bytes entries[5];
	struct catalog *c;
	struct log_info info;
	enum status status = catalog_open(&c, place.path, err);

	for (size_t i = 0; i < 5; i++)
		entries[i] = bytes_of("entry");
	if (status != STATUS_OK)
		return status;
	status = log_find(c, TEST_ORIGIN, &info, err);
	CHECK(status != STATUS_NOT_FOUND);
	if (status == STATUS_OK)
		status = log_append(c, info.id, entries, 5, key, err);
	CHECK(!catalog_in_transaction(c));
	catalog_free(c);
	return status;
}

static enum status feed_files(struct intake *in, struct err *err)
{
	char path[TILE_PATH_MAX + 1];
	struct intake_want want;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && !intake_done(in)) {
		status = intake_next(in, &want, err);
		if (status != STATUS_OK)
			break;
		tile_path_format(&want.path, path);
		status = intake_supply(in, &want, file_of(path), 0, false, err);
	}
	return status;
}

static enum status take_in_files(struct err *err)
{
	struct intake_options options = { .keys = secret_key_public(key),
					  .key_count = 1 };
	struct intake *in = NULL;
	struct catalog *c;
	struct log_info info;
	enum status status = catalog_open(&c, place.path, err);

	if (status != STATUS_OK)
		return status;
	status = log_find(c, TEST_ORIGIN, &info, err);
	CHECK(status != STATUS_NOT_FOUND);
	if (status == STATUS_OK)
		status = intake_open(&in, c, info.id, file_of("checkpoint"),
				     &options, err);
	if (status == STATUS_OK)
		status = feed_files(in, err);
	if (status == STATUS_OK)
		status = intake_commit(in, err);
	CHECK(!catalog_in_transaction(c));
	intake_free(in);
	catalog_free(c);
	return status;
}

/* The same, but it goes on after a failure until it is through: nothing that
 * failed once may stay in its way. */
static enum status take_in_at_last(struct err *err)
{
	struct intake_options options = { .keys = secret_key_public(key),
					  .key_count = 1 };
	struct intake *in = NULL;
	struct catalog *c;
	struct log_info info;
	enum status status, first = STATUS_OK;

	while ((status = catalog_open(&c, place.path, err)) != STATUS_OK)
		first = status;
	while ((status = log_find(c, TEST_ORIGIN, &info, err)) != STATUS_OK)
		first = status;
	while ((status = intake_open(&in, c, info.id, file_of("checkpoint"),
				     &options, err)) != STATUS_OK)
		first = status;
	while ((status = feed_files(in, err)) != STATUS_OK)
		first = status;
	while ((status = intake_commit(in, err)) != STATUS_OK)
		first = status;
	intake_free(in);
	catalog_free(c);
	return first;
}

struct story {
	const char *name;
	enum status (*tell)(struct err *err);
	uint64_t had, has; /* sizes before and after */
	enum status ends;  /* without failures */
	bool persists;	   /* reaches the end whatever fails once */
};

static void judge(const struct story *s, enum status status, bool hit,
		  bool memory, size_t n)
{
	uint64_t size;
	bool forked, right;

	if (!hit)
		right = status == s->ends;
	else if (memory)
		right = status == s->ends || status == STATUS_NO_MEMORY;
	else
		right = status == s->ends || status == STATUS_IO ||
			status == STATUS_NO_ROOM;
	look(&size, &forked);
	right = right && (size == s->had || size == s->has);
	if (status == s->ends || s->persists)
		right = right && size == s->has &&
			forked == (s->ends == STATUS_FORKED);
	if (right)
		return;
	fprintf(stderr, "%s: failing at %s %zu: %s, size %llu%s\n", s->name,
		memory ? "allocation" : "write", n, status_name(status),
		(unsigned long long)size, forked ? ", forked" : "");
	abort();
}

/* Every story but the first begins by opening the database; that part of each
 * is tortured once, by a story of its own. */
static size_t opening;

static size_t torture_memory(const struct story *s, bool onward)
{
	/* Making all tables takes thousands, much alike. */
	size_t step = s->has == 0 && getenv("TORTURE_EVERY") == NULL ? 7 : 1;

	for (size_t n = s->tell == open_only ? 1 : opening;; n += step) {
		struct err err = ERR_INIT;
		size_t live = faults_live();
		enum status status;
		bool hit;

		restore_database();
		faults_fail_at(n, onward);
		status = s->tell(&err);
		hit = faults_hit();
		faults_fail_at(0, false);
		if (faults_live() != live) {
			fprintf(stderr, "%s: allocation %zu: %zu lost\n",
				s->name, n, faults_live() - live);
			abort();
		}
		judge(s, status, hit, true, n);
		if (!hit)
			return n;
	}
}

static size_t torture_disk(const struct story *s, bool onward)
{
	for (size_t n = 1;; n++) {
		struct err err = ERR_INIT;
		enum status status;
		bool hit;

		restore_database();
		io_count = 0;
		io_hit = false;
		io_onward = onward;
		io_fail_at = n;
		status = s->tell(&err);
		hit = io_hit;
		io_fail_at = 0;
		judge(s, status, hit, false, n);
		if (!hit)
			return n;
	}
}

static void torture(const struct story *s)
{
	size_t allocations = torture_memory(s, false);
	size_t writes = torture_disk(s, false);

	if (!s->persists) {
		(void)torture_memory(s, true);
		(void)torture_disk(s, true);
	}
	printf("%s: %zu allocations, %zu writes\n", s->name, allocations - 1,
	       writes - 1);
}

int main(void)
{
	struct err err = ERR_INIT;

	setvbuf(stdout, NULL, _IOLBF, 0);
	install();
	key = test_key(1);
	place_make(&place);
	torture(&(struct story){ "make a database", open_only, 0, 0,
				 STATUS_OK, false });
	prepare(254, 0, 0);
	torture(&(struct story){ "open a database", open_only, 254, 254,
				 STATUS_OK, false });
	faults_fail_at(0, false);
	CHECK(open_only(&err) == STATUS_OK);
	opening = faults_count();
	torture(&(struct story){ "append across a bundle", append_some, 254,
				 259, STATUS_OK, false });
	prepare(300, 520, 520);
	torture(&(struct story){ "take in directly", take_in_files, 300, 520,
				 STATUS_OK, false });
	torture(&(struct story){ "take in directly, at last", take_in_at_last,
				 300, 520, STATUS_OK, true });
	prepare(300, 1800, 1800);
	torture(&(struct story){ "take in by tiles", take_in_files, 300, 1800,
				 STATUS_OK, false });
	torture(&(struct story){ "take in by tiles, at last", take_in_at_last,
				 300, 1800, STATUS_OK, true });
	prepare(300, 310, 299);
	torture(&(struct story){ "find a fork", take_in_files, 300, 300,
				 STATUS_FORKED, false });
	CHECK(err.status == STATUS_OK);
	forget_files();
	free(before);
	secret_key_free(key);
	place_remove(&place);
	return 0;
}
