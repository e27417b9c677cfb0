/* Write a static mirror of a log of the program's own making, for readers in
 * other languages:
 *
 *     make_log DIR SIZE
 *
 * makes DIR/tlog/<origin hash>/… and prints the vkey. The log is appended to in
 * uneven steps, follows itself through an intake half way, and is mirrored
 * twice, so that all three write paths have a part in it. */
#include <errno.h>
#include <sys/stat.h>

#include "catalog/mirror.h"
#include "tests/support/logs.h"

static char prefix[400];

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = 0;
		CHECK(mkdir(path, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

static enum status write_file(void *owner, const char *path,
			      struct bytes content, struct err *err)
{
	char name[512];
	FILE *f;

	(void)owner;
	(void)err;
	(void)snprintf(name, sizeof(name), "%s/%s", prefix, path);
	make_folders(name);
	f = fopen(name, "wb");
	CHECK(f != NULL);
	CHECK(fwrite(content.data, 1, content.size, f) == content.size);
	CHECK(fclose(f) == 0);
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	struct place place, other;
	struct catalog *c, *follower;
	struct secret_key *key = test_key(7);
	struct err err = ERR_INIT;
	struct log_info info;
	struct source source = { .zstd = true };
	struct intake_options options = { .keys = secret_key_public(key),
					  .key_count = 1 };
	char vkey[VKEY_MAX + 1];
	uint64_t size, half;
	int64_t id, followed;

	CHECK(argc == 3);
	size = strtoull(argv[2], NULL, 10);
	half = size / 2 + size / 7;
	place_make(&place);
	place_make(&other);
	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
	CHECK(catalog_open(&follower, other.path, &err) == STATUS_OK);
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	CHECK(log_follow(follower, TEST_ORIGIN, false, &followed, &err) ==
	      STATUS_OK);
	CHECK(log_get(c, id, &info, &err) == STATUS_OK);
	(void)snprintf(prefix, sizeof(prefix), "%s/tlog/%s", argv[1],
		       info.hash);
	grow(c, id, key, 'a', size / 3);
	source.catalog = c;
	source.log = id;
	for (uint64_t at = size / 3;; at = at < half ? half : size) {
		enum status status;

		grow(c, id, key, 'a', at);
		status = take_in(follower, followed, &source, &options, &err);
		CHECK(status == STATUS_OK || status == STATUS_OLD);
		CHECK(mirror_log(follower, followed,
				 at == half ? size / 3 : at == size ? half : 0,
				 write_file, NULL, &err) == STATUS_OK);
		if (at == size)
			break;
	}
	public_key_format(secret_key_public(key), vkey);
	puts(vkey);
	secret_key_free(key);
	catalog_free(c);
	catalog_free(follower);
	place_remove(&place);
	place_remove(&other);
	return 0;
}
