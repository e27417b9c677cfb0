/* What is on the shelf is served, and nothing else. */
#include "node/shelf.h"

#include <stdio.h>

#include "node/aside.h"
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

/* With disks nothing is waited for: what is not in memory is said to be looked
 * for, finds the same, and is looked for once. */
static void a_disk_is_not_waited_for(void)
{
	struct aside *disk = aside_new(&(struct aside_options){ .threads = 1 });
	struct http_head head = { .path = "/payload/" HEX "/a.mp4" };
	struct http_answer answer = HTTP_ANSWER_INIT, found = HTTP_ANSWER_INIT;
	struct world w;

	world_make(&w);
	CHECK(shelf_put(w.shelf, w.btmh) == STATUS_OK);
	shelf_use_disks(w.shelf, disk, disk);
	CHECK(shelf_try(w.shelf, &head, &answer));
	if (answer.look.look != NULL) {
		CHECK(answer.look.stage == SHELF_STAGE && answer.fd == -1);
		CHECK(answer.look.disk == disk && answer.look.only_here);
		CHECK(answer.look.look(answer.look.owner, &found));
		CHECK(found.length == 1000 && found.disk == disk);
		http_answer_release(&found);
	} else {
		CHECK(answer.length == 1000 && answer.disk == disk);
	}
	http_answer_release(&answer);
	/* A name that nobody has looked up can only be looked for. */
	head.path = "/payload/" HEX "/nobody-asked-for-this";
	answer = (struct http_answer)HTTP_ANSWER_INIT;
	if (shelf_try(w.shelf, &head, &answer)) {
		CHECK(answer.look.look != NULL);
		CHECK(!answer.look.look(answer.look.owner, &found));
		head.after = answer.look.stage;
		http_answer_release(&answer);
	}
	head.after = SHELF_STAGE;
	CHECK(!shelf_try(w.shelf, &head, &answer));
	CHECK(!shelf_look(w.shelf, &head, &answer));
	world_end(&w);
	aside_drop(disk);
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
	a_disk_is_not_waited_for();
	many_are_kept_apart();
	folders_must_be_there();
	return 0;
}
