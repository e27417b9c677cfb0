/* While another process writes a payload the node keeps off it, and takes it
 * back in whatever way it comes. */
#include "node/fetcher.h"

#include <sys/wait.h>

#include "node/durable.h"
#include "node/payload.h"
#include "tests/support/fake_engine.h"
#include "tests/support/fetching.h"

enum { SIZE = 100000, PIECES = 7 };

static enum status lend(struct world *w, pid_t pid, bool *held)
{
	struct buf have = BUF_INIT;
	struct err err = ERR_INIT;
	uint32_t pieces = 99;
	enum status status = fetcher_lend(w->fetcher, w->lesson.btmh, pid,
					  &have, &pieces, held, &err);

	if (status == STATUS_OK)
		CHECK((pieces == 0 || pieces == PIECES) &&
		      have.size == havemap_size(pieces));
	buf_release(&have);
	return status;
}

static enum status back(struct world *w, pid_t pid, uint32_t pieces,
			uint8_t map)
{
	struct err err = ERR_INIT;
	bool held = false;
	enum status status = fetcher_lent_back(
		w->fetcher, w->lesson.btmh, pid, pieces, SIZE,
		(struct bytes){ &map, pieces == 0 ? 0 : 1 }, &held, &err);

	CHECK(held == (status == STATUS_OK && map == 0xfe));
	return status;
}

/* Ask until it is lent. */
static void borrow(struct world *w, pid_t pid)
{
	bool held = true;

	WEB_UNTIL(&w->web, lend(w, pid, &held) == STATUS_OK);
	CHECK(!held);
}

/* What a borrower brings with it. */
static void put_torrent(struct world *w)
{
	char command[16000];

	(void)snprintf(command, sizeof(command), "cp '%s/%s' '%s/'",
		       w->county.house.torrent_dir, w->lesson.hex,
		       w->station.house.torrent_dir);
	CHECK(system(command) == 0);
}

/* Only the first three pieces of it. */
static void write_a_part(struct world *w)
{
	char path[9000];

	write_files(w);
	(void)snprintf(path, sizeof(path), "%s/%s/a.bin",
		       w->station.house.payload_dir, w->lesson.hex);
	CHECK(truncate(path, 3 * 16384) == 0);
}

/* A process that does nothing; and its end. */
static pid_t somebody(void)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0)
		for (;;)
			(void)pause();
	return pid;
}

static void end_of(pid_t pid)
{
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static void while_it_is_lent_nobody_fetches_it(void)
{
	struct world w;

	world_make(&w, SIZE, true);
	w.nobody = true;
	borrow(&w, getpid());
	w.nobody = false;
	fetcher_hurry(w.fetcher);
	web_pass(&w.web, 1500);
	CHECK(w.web.asked == 0);
	CHECK(fetcher_progress(w.fetcher, w.lesson.btmh) < 0);
	CHECK(back(&w, getpid(), 0, 0) == STATUS_OK);
	wait_held(&w);
	world_end(&w);
}

static void what_the_borrower_brought_counts_at_once(void)
{
	struct world w;

	world_make(&w, SIZE, false);
	w.nobody = true;
	borrow(&w, getpid());
	put_torrent(&w);
	write_files(&w);
	CHECK(back(&w, getpid(), PIECES, 0xfe) == STATUS_OK);
	CHECK(w.held == 1 && shelf_has(w.shelf, w.lesson.btmh));
	CHECK(state(&w, NULL) == PAYLOAD_HELD);
	CHECK(arrived_from(&w, 0, 0, SIZE, 0));
	CHECK(back(&w, getpid(), PIECES, 0xfe) == STATUS_NOT_FOUND);
	world_end(&w);
}

static void a_part_is_taken_in_and_the_rest_is_fetched(void)
{
	struct world w;
	uint32_t verified = 0;
	bool held;

	world_make(&w, SIZE, true);
	w.nobody = true;
	borrow(&w, getpid());
	put_torrent(&w);
	write_a_part(&w);
	CHECK(back(&w, getpid(), PIECES, 0xc0) == STATUS_OK);
	CHECK(state(&w, &verified) == PAYLOAD_PARTIAL && verified >= 2);
	/* Borrowed again, a smaller map takes nothing away. */
	borrow(&w, getpid());
	CHECK(back(&w, getpid(), PIECES, 0x20) == STATUS_OK);
	CHECK(state(&w, &verified) == PAYLOAD_PARTIAL && verified == 3);
	w.nobody = false;
	wait_held(&w);
	CHECK(arrived_from(&w, 0, SIZE - 3 * 16384, 3 * 16384, 0));
	CHECK(lend(&w, getpid(), &held) == STATUS_OK && held);
	world_end(&w);
}

static void what_does_not_fit_the_torrent_is_refused(void)
{
	struct world w;
	uint8_t map[2] = { 0xff, 0 };
	struct err err = ERR_INIT;
	bool held;

	world_make(&w, SIZE, false);
	w.nobody = true;
	borrow(&w, getpid());
	CHECK(back(&w, getpid(), PIECES, 0xfe) == STATUS_NOT_FOUND);
	put_torrent(&w);
	borrow(&w, getpid());
	CHECK(back(&w, getpid(), PIECES, 0xff) == STATUS_MALFORMED);
	borrow(&w, getpid());
	CHECK(back(&w, getpid(), PIECES - 1, 0xfc) == STATUS_MALFORMED);
	borrow(&w, getpid());
	CHECK(fetcher_lent_back(w.fetcher, w.lesson.btmh, getpid(), PIECES,
				SIZE, (struct bytes){ map, 2 }, &held,
				&err) == STATUS_MALFORMED);
	borrow(&w, getpid());
	CHECK(fetcher_lent_back(w.fetcher, w.lesson.btmh, getpid(), PIECES,
				SIZE + 1, (struct bytes){ map, 1 }, &held,
				&err) == STATUS_MALFORMED);
	CHECK(state(&w, NULL) != PAYLOAD_HELD && w.held == 0);
	world_end(&w);
}

static void the_engine_lets_go_first(void)
{
	struct world w;
	bool held = false;

	world_make(&w, SIZE, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	CHECK(lend(&w, getpid(), &held) == STATUS_BUSY);
	CHECK(fake_engine_payload(w.lesson.btmh)->releasing);
	web_pass(&w.web, 700);
	CHECK(lend(&w, getpid(), &held) == STATUS_BUSY);
	fake_engine_released(w.lesson.btmh);
	CHECK(lend(&w, getpid(), &held) == STATUS_OK && !held);
	web_pass(&w.web, 1200);
	CHECK(fake_engine_payload(w.lesson.btmh) == NULL);
	CHECK(has_files(&w) || state(&w, NULL) != PAYLOAD_HELD);
	CHECK(back(&w, getpid(), 0, 0) == STATUS_OK);
	wait_loaded(&w);
	world_end(&w);
}

static void one_process_at_a_time_has_it(void)
{
	struct world w;
	pid_t other = somebody();
	bool held;

	world_make(&w, SIZE, false);
	w.nobody = true;
	borrow(&w, other);
	CHECK(lend(&w, getpid(), &held) == STATUS_BUSY);
	CHECK(back(&w, getpid(), PIECES, 0xfe) == STATUS_NOT_FOUND);
	borrow(&w, other); /* who has it may ask again */
	end_of(other);
	borrow(&w, getpid());
	CHECK(back(&w, other, PIECES, 0xfe) == STATUS_NOT_FOUND);
	CHECK(lend(&w, other, &held) != STATUS_OK);
	world_end(&w);
}

static void what_a_borrower_that_died_had_written_is_found(void)
{
	struct world w;
	pid_t other = somebody();

	world_make(&w, SIZE, false);
	w.nobody = true;
	borrow(&w, other);
	put_torrent(&w);
	write_files(&w);
	web_pass(&w.web, 1500);
	CHECK(w.held == 0);
	end_of(other);
	wait_held(&w);
	CHECK(w.web.asked == 0);
	world_end(&w);
}

static void what_is_withdrawn_while_lent_is_deleted_when_it_comes_back(void)
{
	struct world w;
	bool held;

	world_make(&w, SIZE, false);
	w.nobody = true;
	borrow(&w, getpid());
	put_torrent(&w);
	write_files(&w);
	withdraw(&w);
	web_pass(&w.web, 1200);
	CHECK(has_files(&w)); /* the borrower's still */
	CHECK(lend(&w, getpid(), &held) == STATUS_OUT_OF_SCOPE);
	WEB_UNTIL(&w.web, !has_files(&w));
	CHECK(state(&w, NULL) == PAYLOAD_NONE && w.held == 0);
	world_end(&w);
}

static void withdrawn_and_given_back_whole_it_is_never_shown(void)
{
	struct world w;
	struct err err = ERR_INIT;
	uint8_t map = 0xfe;
	bool held = true;

	world_make(&w, SIZE, false);
	w.nobody = true;
	borrow(&w, getpid());
	put_torrent(&w);
	write_files(&w);
	withdraw(&w);
	CHECK(fetcher_lent_back(w.fetcher, w.lesson.btmh, getpid(), PIECES,
				SIZE, (struct bytes){ &map, 1 }, &held,
				&err) == STATUS_OK);
	CHECK(!held && w.held == 0 && !shelf_has(w.shelf, w.lesson.btmh));
	WEB_UNTIL(&w.web, !has_files(&w));
	world_end(&w);
}

static void who_asked_and_went_away_keeps_nothing(void)
{
	struct world w;
	pid_t other = somebody();
	bool held;

	world_make(&w, SIZE, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	CHECK(lend(&w, other, &held) == STATUS_BUSY);
	end_of(other);
	fake_engine_released(w.lesson.btmh);
	wait_loaded(&w);
	world_end(&w);
}

static void a_lent_payload_does_not_keep_the_node_from_stopping(void)
{
	struct world w;

	world_make(&w, SIZE, true);
	w.nobody = true;
	borrow(&w, getpid());
	close_fetcher(&w);
	w.nobody = false;
	open_fetcher(&w);
	CHECK(back(&w, getpid(), 0, 0) == STATUS_NOT_FOUND);
	wait_held(&w);
	world_end(&w);
}

int main(void)
{
	while_it_is_lent_nobody_fetches_it();
	what_the_borrower_brought_counts_at_once();
	a_part_is_taken_in_and_the_rest_is_fetched();
	what_does_not_fit_the_torrent_is_refused();
	the_engine_lets_go_first();
	one_process_at_a_time_has_it();
	what_a_borrower_that_died_had_written_is_found();
	what_is_withdrawn_while_lent_is_deleted_when_it_comes_back();
	withdrawn_and_given_back_whole_it_is_never_shown();
	who_asked_and_went_away_keeps_nothing();
	a_lent_payload_does_not_keep_the_node_from_stopping();
	return 0;
}
