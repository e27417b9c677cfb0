/* What is on the shelf is served, and nothing else. */
#include "node/shelf.h"

#include <stdio.h>

#include "tests/support/scratch.h"

#define HEX "0101010101010101010101010101010101010101010101010101010101010101"

struct world {
	struct scratch scratch;
	struct shelf *shelf;
	uint8_t btmh[32];
};

static void world_make(struct world *w)
{
	struct err err = ERR_INIT;

	scratch_init(&w->scratch);
	memset(w->btmh, 1, 32);
	scratch_folder(&w->scratch, "payload");
	scratch_folder(&w->scratch, "torrent");
	scratch_folder(&w->scratch, "blob");
	scratch_folder(&w->scratch, "payload/" HEX);
	scratch_file(&w->scratch, "payload/" HEX "/a.mp4", 1000, 1);
	scratch_file(&w->scratch, "torrent/" HEX, 100, 1);
	scratch_file(&w->scratch, "blob/" HEX, 10, 1);
	scratch_file(&w->scratch, "secret", 10, 1);
	CHECK(symlink("../../secret",
		      scratch_path(&w->scratch, "payload/" HEX "/link")) == 0);
	CHECK(shelf_open(&w->shelf, scratch_path(&w->scratch, "payload"),
			 scratch_path(&w->scratch, "torrent"),
			 scratch_path(&w->scratch, "blob"),
			 &err) == STATUS_OK);
}

static void world_end(struct world *w)
{
	shelf_free(w->shelf);
	scratch_release(&w->scratch);
}

/* Bytes served under a path; -1 when it is left to the loop. */
static int64_t served(struct world *w, const char *path)
{
	const struct http_head head = { .path = path };
	struct http_answer answer = HTTP_ANSWER_INIT;
	int64_t length;

	if (!shelf_try(w->shelf, &head, &answer)) {
		CHECK(answer.fd == -1 && answer.code == 200);
		return -1;
	}
	length = (int64_t)answer.length;
	http_answer_release(&answer);
	return length;
}

static void a_payload_is_served_while_it_is_there(void)
{
	struct world w;

	world_make(&w);
	CHECK(served(&w, "/payload/" HEX "/a.mp4") == -1);
	CHECK(shelf_put(w.shelf, w.btmh) == STATUS_OK);
	CHECK(shelf_put(w.shelf, w.btmh) == STATUS_OK);
	CHECK(served(&w, "/payload/" HEX "/a.mp4") == 1000);
	CHECK(served(&w, "/payload/" HEX "/b.mp4") == -1);
	CHECK(served(&w, "/payload/" HEX "/link") == -1);
	CHECK(served(&w, "/payload/" HEX "/") == -1);
	CHECK(served(&w, "/payload/" HEX) == -1);
	CHECK(served(&w, "/payload/" HEX "/../a.mp4") == -1);
	shelf_take(w.shelf, w.btmh);
	shelf_take(w.shelf, w.btmh);
	CHECK(!shelf_has(w.shelf, w.btmh));
	CHECK(served(&w, "/payload/" HEX "/a.mp4") == -1);
	world_end(&w);
}

static void small_files_are_served_by_their_hash_alone(void)
{
	struct world w;

	world_make(&w);
	CHECK(served(&w, "/torrent/" HEX) == 100);
	CHECK(served(&w, "/blob/" HEX) == 10);
	CHECK(served(&w, "/blob/../secret") == -1);
	CHECK(served(&w, "/blob/" HEX "/x") == -1);
	CHECK(served(&w, "/torrent/" HEX ".torrent") == -1);
	CHECK(served(&w, "/") == -1);
	world_end(&w);
}

static void many_are_kept_apart(void)
{
	struct world w;
	uint8_t name[32] = { 0 };

	world_make(&w);
	for (unsigned i = 0; i < 1000; i++) {
		name[0] = (uint8_t)(i * 7);
		name[31] = (uint8_t)(i >> 8);
		CHECK(shelf_put(w.shelf, name) == STATUS_OK);
	}
	for (unsigned i = 0; i < 1000; i += 2) {
		name[0] = (uint8_t)(i * 7);
		name[31] = (uint8_t)(i >> 8);
		shelf_take(w.shelf, name);
	}
	for (unsigned i = 0; i < 1000; i++) {
		name[0] = (uint8_t)(i * 7);
		name[31] = (uint8_t)(i >> 8);
		CHECK(shelf_has(w.shelf, name) == (i % 2 == 1));
	}
	world_end(&w);
}

static void folders_must_be_there(void)
{
	struct shelf *shelf;
	struct err err = ERR_INIT;

	CHECK(shelf_open(&shelf, "/nowhere", "/tmp", "/tmp", &err) ==
	      STATUS_IO);
	CHECK(err.text[0] != 0);
	shelf_free(NULL);
}

int main(void)
{
	a_payload_is_served_while_it_is_there();
	small_files_are_served_by_their_hash_alone();
	many_are_kept_apart();
	folders_must_be_there();
	return 0;
}
