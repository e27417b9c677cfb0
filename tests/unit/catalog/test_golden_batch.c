/* The files of tests/golden/batch, written by another program in another
 * language from docs/formats-records.md alone: what is good reads, what is not
 * is refused. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "catalog/batch.h"
#include "proto/encoding.h"
#include "tests/support/check.h"

enum { TO = (int)0xc0ffee11, PLACE = 41 };

static uint8_t station[PUBLIC_KEY_SIZE];

static void read_file(const char *name, struct buf *out)
{
	char path[4096], block[4096];
	size_t size;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/golden/batch/%s", TESTS_DIR,
		       name);
	file = fopen(path, "rb");
	CHECK(file != NULL);
	while ((size = fread(block, 1, sizeof(block), file)) > 0)
		buf_put(out, block, size);
	(void)fclose(file);
}

static enum status read_batch(const char *name, struct batch *batch)
{
	struct err err = ERR_INIT;
	struct buf inner = BUF_INIT;
	enum status status;

	read_file(name, &inner);
	status = batch_read(buf_bytes(&inner), station, (uint32_t)TO, PLACE,
			    batch, &err);
	buf_release(&inner);
	return status;
}

/* Each file of a folder; how many there were. */
static unsigned each(const char *folder, bool good)
{
	char path[4096], name[512];
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/golden/batch/%s", TESTS_DIR,
		       folder);
	dir = opendir(path);
	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		struct batch batch;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", folder,
			       entry->d_name);
		if ((read_batch(name, &batch) == STATUS_OK) != good) {
			fprintf(stderr, "%s\n", name);
			CHECK(false);
		}
		if (good)
			batch_release(&batch);
		count++;
	}
	(void)closedir(dir);
	return count;
}

static void what_is_in_it_comes_out(void)
{
	struct batch batch;
	const json_t *study;

	CHECK(read_batch("good/one", &batch) == STATUS_OK);
	CHECK(batch.head.when.s == 1793500000 && batch.head.when.boot == 12);
	CHECK(batch.head.when.mono == 345 && batch.head.when.sync);
	CHECK(json_array_size(batch.items) == 4);
	study = json_array_get(batch.items, 1);
	CHECK(json_integer_value(json_object_get(study, "heads")) == 23);
	CHECK(strcmp(json_string_value(json_object_get(study, "note")),
		     "讨论了剪枝\n都说好") == 0);
	batch_release(&batch);
}

int main(void)
{
	struct buf hex = BUF_INIT;

	CHECK(signing_init() == STATUS_OK);
	read_file("key.hex", &hex);
	CHECK(hex_decode((struct bytes){ hex.data, 64 }, station,
			 sizeof(station)) == STATUS_OK);
	buf_release(&hex);
	CHECK(each("good", true) == 5);
	CHECK(each("refuse", false) == 21);
	what_is_in_it_comes_out();
	return 0;
}
