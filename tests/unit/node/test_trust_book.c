/* Root and trust notes on disk: newer ones are taken, nothing else is. */
#include "node/trust_book.h"

#include <stdio.h>

#include "tests/support/offices.h"

struct world {
	struct scratch scratch;
	struct office county;
};

static void world_make(struct world *w)
{
	scratch_init(&w->scratch);
	office_county(&w->county, &w->scratch);
}

static void world_end(struct world *w)
{
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static struct trust_book *book(struct world *w)
{
	return &w->county.house.trust;
}

static void newer_trust_is_taken_once_and_stays(void)
{
	struct world w;
	struct buf two = BUF_INIT, three = BUF_INIT;
	struct trust_book again;
	struct err err = ERR_INIT;

	world_make(&w);
	office_sign_trust(&w.county, 2, "", &two);
	office_sign_trust(&w.county, 3, "", &three);
	CHECK(trust_book_take_trust(book(&w), buf_bytes(&three), &err) ==
	      STATUS_OK);
	CHECK(trust_book_take_trust(book(&w), buf_bytes(&two), &err) ==
	      STATUS_OLD);
	CHECK(trust_book_take_trust(book(&w), buf_bytes(&three), &err) ==
	      STATUS_OLD);
	CHECK(trust_book_open(&again, w.county.dir, &err) == STATUS_OK);
	CHECK(again.trust.version == 3 && again.root.version == 1);
	CHECK(bytes_equal(buf_bytes(&again.note), buf_bytes(&three)));
	CHECK(memcmp(again.fingerprint, book(&w)->fingerprint, 32) == 0);
	trust_book_release(&again);
	buf_release(&two);
	buf_release(&three);
	world_end(&w);
}

static void what_does_not_verify_changes_nothing(void)
{
	struct world w;
	struct buf note = BUF_INIT, root = BUF_INIT;
	struct err err = ERR_INIT;

	world_make(&w);
	office_sign_trust(&w.county, 9, "", &note);
	note.data[note.size - 6] ^= 1;
	CHECK(trust_book_take_trust(book(&w), buf_bytes(&note), &err) !=
	      STATUS_OK);
	CHECK(trust_book_take_trust(book(&w), bytes_of(""), &err) ==
	      STATUS_MALFORMED);
	CHECK(trust_book_root_note(book(&w), 1, &root, &err) == STATUS_OK);
	CHECK(trust_book_take_root(book(&w), buf_bytes(&root), &err) ==
	      STATUS_OLD);
	CHECK(trust_book_take_root(book(&w), bytes_of("x\n"), &err) ==
	      STATUS_MALFORMED);
	CHECK(trust_book_root_note(book(&w), 2, &root, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(book(&w)->trust.version == 1 && book(&w)->root.version == 1);
	buf_release(&note);
	buf_release(&root);
	world_end(&w);
}

static void a_book_that_lost_a_page_is_damaged(void)
{
	struct world w;
	struct trust_book again;
	struct err err = ERR_INIT;
	FILE *file;

	world_make(&w);
	CHECK(unlink(scratch_path(&w.scratch,
				  "county/trust/root/1.note")) == 0);
	CHECK(trust_book_open(&again, w.county.dir, &err) == STATUS_DAMAGED);
	file = fopen(scratch_path(&w.scratch, "county/trust/root/1.note"),
		     "w");
	CHECK(file != NULL && fputs("no note", file) >= 0 &&
	      fclose(file) == 0);
	CHECK(trust_book_open(&again, w.county.dir, &err) == STATUS_DAMAGED);
	world_end(&w);
}

static void an_empty_folder_is_an_empty_book(void)
{
	struct scratch s;
	struct trust_book empty;
	struct err err = ERR_INIT;

	scratch_init(&s);
	CHECK(trust_book_open(&empty, s.top, &err) == STATUS_OK);
	CHECK(empty.root.version == 0 && empty.trust.version == 0);
	trust_book_release(&empty);
	scratch_release(&s);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	newer_trust_is_taken_once_and_stays();
	what_does_not_verify_changes_nothing();
	a_book_that_lost_a_page_is_damaged();
	an_empty_folder_is_an_empty_book();
	return 0;
}
