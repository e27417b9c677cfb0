/* What drives a fuzz target.
 *
 * With libFuzzer: sets it up, and with XIANGTU_FUZZ_SEEDS=FOLDER writes the
 * seeds there and ends.
 *
 * Without: main(), which replays.
 *
 *     fuzz_<what> [--runs N] [--max BYTES] [FILE | FOLDER]…
 *
 * Every seed, from fuzz_seeds() and the files, is run whole; then the beginnings
 * of it; then copies with a few changes of the kinds libFuzzer makes, drawn
 * from a fixed sequence. N runs of the last two kinds in all, shared among the
 * seeds. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

__attribute__((weak)) void fuzz_begin(void)
{
}

__attribute__((weak)) void fuzz_seeds(void)
{
}

/* --- the seeds --- */

static struct {
	struct buf *list;
	size_t count;
} seeds;

void fuzz_seed(const void *data, size_t size)
{
	seeds.list = realloc(seeds.list,
			     (seeds.count + 1) * sizeof(*seeds.list));
	CHECK(seeds.list != NULL);
	seeds.list[seeds.count] = (struct buf)BUF_INIT;
	if (size > 0)
		buf_put(&seeds.list[seeds.count], data, size);
	CHECK(buf_status(&seeds.list[seeds.count]) == STATUS_OK);
	seeds.count++;
}

static void seeds_release(void)
{
	for (size_t i = 0; i < seeds.count; i++)
		buf_release(&seeds.list[i]);
	free(seeds.list);
	seeds.list = NULL;
	seeds.count = 0;
}

#ifdef FUZZ_WITH_LIBFUZZER

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *folder = getenv("XIANGTU_FUZZ_SEEDS");
	char path[4096];

	(void)argc;
	(void)argv;
	fuzz_begin();
	if (folder == NULL)
		return 0;
	fuzz_seeds();
	for (size_t i = 0; i < seeds.count; i++) {
		const struct buf *seed = &seeds.list[i];
		FILE *file;

		(void)snprintf(path, sizeof(path), "%s/made-%03zu", folder, i);
		file = fopen(path, "wb");
		CHECK(file != NULL);
		CHECK(fwrite(seed->size == 0 ? (const void *)"" : seed->data,
			     1, seed->size, file) == seed->size);
		CHECK(fclose(file) == 0);
	}
	seeds_release();
	exit(0);
}

#else

static struct {
	size_t max;
	unsigned long runs, done;
	uint64_t random;
} replay = { .max = 4096, .runs = 20000, .random = 0x9e3779b97f4a7c15 };

/* xorshift64* (Vigna). */
static size_t draw(size_t below)
{
	replay.random ^= replay.random >> 12;
	replay.random ^= replay.random << 25;
	replay.random ^= replay.random >> 27;
	return (size_t)((replay.random * 0x2545f4914f6cdd1d) >> 33) % below;
}

/* In a block of exactly its size. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size == 0 ? 1 : size);

	CHECK(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	replay.done++;
}

/* --- files --- */

static void load_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size + 1);
	FILE *file = fopen(path, "rb");

	CHECK(data != NULL && file != NULL);
	CHECK(fread(data, 1, size, file) == size);
	CHECK(fclose(file) == 0);
	fuzz_seed(data, size);
	free(data);
}

static void load(const char *path)
{
	struct dirent **names;
	char below[4096];
	struct stat st;
	int count;

	if (stat(path, &st) != 0) {
		fprintf(stderr, "fuzz: no such file: %s\n", path);
		exit(2);
	}
	if (!S_ISDIR(st.st_mode)) {
		load_file(path, (size_t)st.st_size);
		return;
	}
	/* In one order everywhere: the changes are drawn in turn. */
	count = scandir(path, &names, NULL, alphasort);
	CHECK(count >= 0);
	for (int i = 0; i < count; i++) {
		CHECK(snprintf(below, sizeof(below), "%s/%s", path,
			       names[i]->d_name) < (int)sizeof(below));
		if (names[i]->d_name[0] != '.')
			load(below);
		free(names[i]);
	}
	free(names);
}

/* --- changes --- */

static size_t change_once(uint8_t *data, size_t size, size_t room)
{
	static const uint8_t odd[] = { 0,   1,	 '\n', ' ', '"', '/', '0', '9',
				       '-', 'e', '\\', 0x7f, 0x80, 0xff };
	size_t at = draw(size + 1), n = 1 + draw(8), from;

	switch (draw(7)) {
	case 0: /* a bit */
		if (at < size)
			data[at] ^= (uint8_t)(1u << draw(8));
		return size;
	case 1: /* a byte */
		if (at < size)
			data[at] = (uint8_t)draw(256);
		return size;
	case 2: /* a byte that means something */
		if (at < size)
			data[at] = odd[draw(sizeof(odd))];
		return size;
	case 3: /* a little more or less */
		if (at < size)
			data[at] = (uint8_t)(data[at] + draw(9) - 4);
		return size;
	case 4: /* some bytes less */
		if (at + n > size)
			return size;
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	case 5: /* some bytes more */
		if (size + n > room)
			return size;
		memmove(data + at + n, data + at, size - at);
		memset(data + at, odd[draw(sizeof(odd))], n);
		return size + n;
	default: /* a part of it again, elsewhere */
		if (size == 0 || at == size)
			return size;
		from = draw(size);
		n = 1 + draw(size);
		if (n > size - at)
			n = size - at;
		if (n > size - from)
			n = size - from;
		memmove(data + at, data + from, n);
		return size;
	}
}

static void replay_changes(const struct buf *seed, unsigned long runs)
{
	size_t room = seed->size + 64, size;
	uint8_t *data = malloc(room);

	CHECK(data != NULL);
	for (unsigned long i = 0; i < runs; i++) {
		size = seed->size;
		if (size > 0)
			memcpy(data, seed->data, size);
		for (size_t times = 1 + draw(4); times > 0; times--)
			size = change_once(data, size, room);
		run(data, size);
	}
	free(data);
}

static void replay_seed(const struct buf *seed, unsigned long runs)
{
	size_t cuts = seed->size < runs / 3 ? seed->size : runs / 3;

	for (size_t i = 0; i < cuts; i++)
		run(seed->data, seed->size * i / cuts);
	/* A long one costs more. */
	replay_changes(seed, seed->size > replay.max ? 4 : runs - cuts);
}

int main(int argc, char **argv)
{
	int at = 1;

	for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
		unsigned long value = strtoul(argv[at + 1], NULL, 10);

		if (strcmp(argv[at], "--runs") == 0)
			replay.runs = value;
		else if (strcmp(argv[at], "--max") == 0)
			replay.max = value;
	}
	fuzz_begin();
	fuzz_seeds();
	for (; at < argc; at++)
		load(argv[at]);
	CHECK(seeds.count > 0);
	run((const uint8_t *)"", 0);
	for (size_t i = 0; i < seeds.count; i++)
		run(seeds.list[i].data, seeds.list[i].size);
	for (size_t i = 0; i < seeds.count && replay.runs > 0; i++)
		replay_seed(&seeds.list[i], 1 + replay.runs / seeds.count);
	printf("%zu seeds, %lu runs\n", seeds.count, replay.done);
	seeds_release();
	return 0;
}

#endif
