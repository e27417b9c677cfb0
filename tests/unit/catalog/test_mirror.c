#include "catalog/mirror.h"

#include "catalog/audit.h"
#include "tests/support/logs.h"

static struct err err = ERR_INIT;

/* A mirror in memory: paths and contents in the order they were written. */
enum { FILES_MAX = 1200 };
struct mirror_memory {
	size_t count;
	struct {
		char path[TILE_PATH_MAX + 1];
		struct buf content;
	} files[FILES_MAX];
};

static struct buf *find_file(struct mirror_memory *m, const char *path)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->files[i].path, path) == 0)
			return &m->files[i].content;
	return NULL;
}

static enum status write_file(void *owner, const char *path,
			      struct bytes content, struct err *e)
{
	struct mirror_memory *m = owner;
	struct buf *there = find_file(m, path);

	(void)e;
	if (there == NULL) {
		CHECK(m->count < FILES_MAX);
		CHECK(strlen(path) <= TILE_PATH_MAX);
		strcpy(m->files[m->count].path, path);
		there = &m->files[m->count++].content;
	}
	buf_clear(there);
	buf_put_bytes(there, content);
	return buf_status(there);
}

static enum status read_file(void *owner, const char *path, size_t cap,
			     struct buf *out, struct err *e)
{
	struct buf *there = find_file(owner, path);

	(void)e;
	if (there == NULL)
		return STATUS_NOT_FOUND;
	if (there->size > cap)
		return STATUS_MALFORMED;
	buf_put_bytes(out, buf_bytes(there));
	return STATUS_OK;
}

static void forget_files(struct mirror_memory *m)
{
	for (size_t i = 0; i < m->count; i++)
		buf_release(&m->files[i].content);
	free(m);
}

static enum status audit(struct mirror_memory *m, const struct secret_key *key,
			 bool no_tiles, struct audit_result *result)
{
	struct audit_options options = {
		.origin = TEST_ORIGIN,
		.keys = secret_key_public(key),
		.key_count = 1,
		.read = read_file,
		.owner = m,
		.no_tiles = no_tiles,
	};

	return audit_log(&options, result, &err);
}

static struct place place;
static struct catalog *c;
static struct secret_key *key;
static int64_t id;
static struct mirror_memory *m;

static void start(void)
{
	place_make(&place);
	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	key = test_key(1);
	m = calloc(1, sizeof(*m));
	CHECK(m != NULL);
}

static void finish(void)
{
	forget_files(m);
	secret_key_free(key);
	catalog_free(c);
	place_remove(&place);
}

static void a_mirror_has_every_resource_and_the_checkpoint_last(void)
{
	static const char *const expected[] = {
		"tile/entries/000",	  "tile/entries/001",
		"tile/entries/002.p/188", "tile/0/000",
		"tile/0/001",		  "tile/0/002.p/188",
		"tile/1/000.p/2",	  "checkpoint"
	};
	struct audit_result result;

	start();
	CHECK(mirror_log(c, id, 0, write_file, m, &err) == STATUS_NOT_FOUND);
	grow(c, id, key, 'a', 700);
	CHECK(mirror_log(c, id, 0, write_file, m, &err) == STATUS_OK);
	CHECK(m->count == sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < m->count; i++)
		CHECK(strcmp(m->files[i].path, expected[i]) == 0);
	CHECK(audit(m, key, false, &result) == STATUS_OK);
	CHECK(result.checkpoint.size == 700);
	CHECK(result.bundles == 3 && result.tiles == 4);
	CHECK(audit(m, key, true, &result) == STATUS_OK);
	CHECK(result.bundles == 3 && result.tiles == 0);
	finish();
}

static void a_mirror_is_brought_up_to_date_by_what_changed(void)
{
	static const uint64_t sizes[] = { 0,	1,   256,  300,
					  1000, 1024, 70000, 70001 };
	struct audit_result result;
	struct mirror_memory *change;
	uint64_t had = 0;

	start();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		grow(c, id, key, 'a', sizes[i]);
		CHECK(mirror_log(c, id, had, write_file, m, &err) ==
		      STATUS_OK);
		had = sizes[i];
		CHECK(audit(m, key, false, &result) == STATUS_OK);
		CHECK(result.checkpoint.size == sizes[i]);
	}
	change = calloc(1, sizeof(*change));
	CHECK(change != NULL);
	grow(c, id, key, 'a', 70002);
	CHECK(mirror_log(c, id, had, write_file, change, &err) == STATUS_OK);
	/* The last bundle and tile; the partial ones above, which may have
	 * been replaced; the checkpoint. */
	CHECK(change->count <= 5);
	forget_files(change);
	finish();
}

static enum status disk_full(void *owner, const char *path,
			     struct bytes content, struct err *e)
{
	(void)owner;
	(void)path;
	(void)content;
	return err_set(e, STATUS_NO_ROOM, "full");
}

static void a_failing_write_ends_the_mirror(void)
{
	start();
	grow(c, id, key, 'a', 10);
	CHECK(mirror_log(c, id, 0, disk_full, NULL, &err) == STATUS_NO_ROOM);
	finish();
}

static void every_flipped_byte_is_found_and_its_file_named(void)
{
	struct audit_result result = { .tiles = 77 };
	size_t checked = 0;

	start();
	grow(c, id, key, 'a', 700);
	CHECK(mirror_log(c, id, 0, write_file, m, &err) == STATUS_OK);
	for (size_t i = 0; i < m->count; i++) {
		struct buf *content = &m->files[i].content;

		for (size_t at = 0; at < content->size; at += 97) {
			enum status status;

			content->data[at] ^= 4;
			status = audit(m, key, false, &result);
			CHECK(status == STATUS_DAMAGED ||
			      (i + 1 == m->count &&
			       (status == STATUS_UNTRUSTED ||
				status == STATUS_MALFORMED)));
			CHECK(strstr(err.text, m->files[i].path) != NULL);
			if (i < 3 || i + 1 == m->count)
				CHECK(audit(m, key, true, &result) !=
				      STATUS_OK);
			content->data[at] ^= 4;
			checked++;
		}
	}
	CHECK(checked > 400 && result.tiles == 77);
	finish();
}

static void a_missing_short_or_long_file_is_named(void)
{
	struct audit_result result;

	start();
	grow(c, id, key, 'a', 700);
	CHECK(mirror_log(c, id, 0, write_file, m, &err) == STATUS_OK);
	for (size_t i = 0; i < m->count; i++) {
		char path[TILE_PATH_MAX + 1];
		size_t size = m->files[i].content.size;

		strcpy(path, m->files[i].path);
		strcpy(m->files[i].path, "elsewhere");
		CHECK(audit(m, key, false, &result) == STATUS_DAMAGED);
		CHECK(strstr(err.text, path) != NULL);
		strcpy(m->files[i].path, path);
		m->files[i].content.size = size - 1;
		CHECK(audit(m, key, false, &result) != STATUS_OK);
		CHECK(strstr(err.text, path) != NULL);
		m->files[i].content.size = size;
		buf_put_u8(&m->files[i].content, 0);
		CHECK(audit(m, key, false, &result) != STATUS_OK);
		CHECK(strstr(err.text, path) != NULL);
		m->files[i].content.size = size;
	}
	CHECK(audit(m, key, false, &result) == STATUS_OK);
	finish();
}

static void full_files_stand_in_for_partial_ones(void)
{
	struct audit_result result;
	struct buf note = BUF_INIT;

	start();
	grow(c, id, key, 'a', 700);
	CHECK(log_read_note(c, id, &note, &err) == STATUS_OK);
	grow(c, id, key, 'a', 66000);
	CHECK(mirror_log(c, id, 0, write_file, m, &err) == STATUS_OK);
	CHECK(write_file(m, "checkpoint", buf_bytes(&note), &err) ==
	      STATUS_OK);
	CHECK(audit(m, key, false, &result) == STATUS_OK);
	CHECK(result.checkpoint.size == 700);
	buf_release(&note);
	finish();
}

static void another_key_or_origin_is_untrusted(void)
{
	struct secret_key *other = test_key(2);
	struct audit_result result;

	start();
	grow(c, id, key, 'a', 5);
	CHECK(mirror_log(c, id, 0, write_file, m, &err) == STATUS_OK);
	CHECK(audit(m, other, false, &result) == STATUS_UNTRUSTED);
	secret_key_free(other);
	finish();
}

static enum status read_endless(void *owner, const char *path, size_t cap,
				struct buf *out, struct err *e)
{
	static const uint8_t zeros[256 * 32];
	const struct buf *note = owner;

	(void)e;
	if (strcmp(path, "checkpoint") == 0)
		buf_put_bytes(out, buf_bytes(note));
	else
		buf_put(out, zeros, cap < sizeof(zeros) ? cap : sizeof(zeros));
	return STATUS_OK;
}

static void a_size_nobody_can_have_is_damage(void)
{
	struct checkpoint head = { .size = INT64_MAX };
	struct buf note = BUF_INIT;
	struct audit_result result;
	struct audit_options options = { .origin = TEST_ORIGIN,
					 .key_count = 1,
					 .read = read_endless,
					 .owner = &note };

	key = test_key(1);
	options.keys = secret_key_public(key);
	strcpy(head.origin, TEST_ORIGIN);
	CHECK(checkpoint_sign(&head, key, &note) == STATUS_OK);
	CHECK(audit_log(&options, &result, &err) == STATUS_DAMAGED);
	options.no_tiles = true;
	CHECK(audit_log(&options, &result, &err) == STATUS_DAMAGED);
	secret_key_free(key);
	buf_release(&note);
}

int main(void)
{
	a_mirror_has_every_resource_and_the_checkpoint_last();
	a_mirror_is_brought_up_to_date_by_what_changed();
	a_failing_write_ends_the_mirror();
	every_flipped_byte_is_found_and_its_file_named();
	a_missing_short_or_long_file_is_named();
	full_files_stand_in_for_partial_ones();
	another_key_or_origin_is_untrusted();
	a_size_nobody_can_have_is_damage();
	return 0;
}
