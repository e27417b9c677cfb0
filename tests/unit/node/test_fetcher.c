/* Payloads come to a station by HTTP and by an engine that does what a test
 * says, and go away again. The engine is tests/support/fake_engine.h. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/fetcher.h"

#include "tests/support/fake_engine.h"
#include "tests/support/fetching.h"

static void a_static_mirror_is_enough(void)
{
	struct world w;

	world_make(&w, 20 << 20, true);
	wait_held(&w);
	CHECK(w.source->ok && w.source->lies == 0);
	CHECK(fake_engine_current()->adds == 0);
	world_end(&w);
}

static void a_server_without_ranges_will_do(void)
{
	struct world w;

	world_make(&w, 20 << 20, true);
	w.web.no_ranges = true;
	wait_held(&w);
	CHECK(w.source->lies == 0);
	world_end(&w);
}

static void wrong_bytes_are_the_fault_of_who_sent_them(void)
{
	struct world w;

	world_make(&w, 3 << 20, true);
	w.web.spoil = "/payload/";
	WEB_UNTIL(&w.web, w.source->lies > 0);
	CHECK(state(&w, NULL) != PAYLOAD_HELD && w.held == 0);
	w.web.spoil = NULL;
	wait_held(&w);
	CHECK(!w.source->lied); /* what verified made up for it */
	world_end(&w);
}

static void who_is_fetching_it_too_is_not_blamed(void)
{
	struct world w;

	world_make(&w, 1 << 20, true);
	w.web.refuse = 503;
	w.web.retry_after = true;
	w.web.only = "/payload/";
	WEB_UNTIL(&w.web, strstr(w.web.last, "/payload/") != NULL);
	web_pass(&w.web, 700);
	CHECK(w.source->failures == 0 && w.source->ok);
	w.web.refuse = 0;
	wait_held(&w);
	world_end(&w);
}

/* All that it wrote is to be read back: it is told to let go. */
static void finish_until_releasing(struct world *w)
{
	fake_engine_finish(w->lesson.btmh);
	WEB_UNTIL(&w->web, fake_engine_payload(w->lesson.btmh)->releasing);
}

static void what_the_engine_wrote_is_read_back_before_it_counts(void)
{
	struct world w;
	uint32_t verified = 0;

	world_make(&w, 100000, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	write_files(&w);
	spoil_a_byte(&w);
	finish_until_releasing(&w);
	CHECK(state(&w, &verified) == PAYLOAD_PARTIAL && verified == 6);
	CHECK(w.held == 0 && !shelf_has(w.shelf, w.lesson.btmh));
	fake_engine_released(w.lesson.btmh);
	/* It gets what is good and fetches the rest. */
	wait_loaded(&w);
	write_files(&w);
	fake_engine_finish(w.lesson.btmh);
	wait_held(&w);
	/* Nobody said that it came from the LAN. */
	CHECK(arrived_from(&w, 100000, 0, 0, 0));
	CHECK(fake_engine_payload(w.lesson.btmh) != NULL); /* a seed now */
	world_end(&w);
}

static struct stat look(const struct world *w, bool folder)
{
	char hex[65], path[4200];
	struct stat st;
	DIR *list;

	hex_encode((struct bytes){ w->lesson.btmh, 32 }, hex);
	(void)snprintf(path, sizeof(path), "%s/%s",
		       w->station.house.payload_dir, hex);
	if (!folder) {
		const struct dirent *entry;
		size_t size = strlen(path);

		list = opendir(path);
		CHECK(list != NULL);
		while ((entry = readdir(list)) != NULL)
			if (entry->d_name[0] != '.')
				(void)snprintf(path + size,
					       sizeof(path) - size, "/%s",
					       entry->d_name);
		(void)closedir(list);
	}
	CHECK(lstat(path, &st) == 0);
	return st;
}

/* The engine has a user of its own, and has the lesson loaded. */
static void world_make_caged(struct world *w)
{
	world_make(w, 100000, false);
	w->engine_user = (struct engine_user){ ENGINE_USER_ID, ENGINE_USER_ID,
					       ENGINE_LACKS_NOTHING };
	fake_engine_ready(7000);
	wait_loaded(w);
}

/* An engine with a user of its own: what it may still change is not believed,
 * what is held is not its own, and it is a giver again afterwards. */
static void what_the_engine_may_change_does_not_count(void)
{
	struct world w;
	uint32_t verified = 0;

	if (geteuid() != 0)
		return;
	world_make_caged(&w);
	CHECK(look(&w, false).st_uid == ENGINE_USER_ID);
	CHECK(look(&w, true).st_uid == 0);
	write_files(&w);
	fake_engine_piece(w.lesson.btmh, 0);
	finish_until_releasing(&w);
	/* It was good when it was said to be finished, and is not now. */
	(void)state(&w, &verified);
	CHECK(verified == 0 && w.held == 0);
	spoil_a_byte(&w);
	fake_engine_released(w.lesson.btmh);
	wait_loaded(&w);
	CHECK(w.held == 0);
	write_files(&w);
	finish_until_releasing(&w);
	fake_engine_released(w.lesson.btmh);
	wait_held(&w);
	CHECK(look(&w, false).st_uid == 0 && look(&w, true).st_gid == 0);
	CHECK(fake_engine_payload(w.lesson.btmh)->mode == ENGINE_SEED);
	world_end(&w);
}

/* One that keeps a file open after it gave it back is ended. */
static void who_does_not_let_go_is_ended(void)
{
	struct world w;
	char hex[65], name[4200];
	int fd;

	if (geteuid() != 0)
		return;
	world_make_caged(&w);
	write_files(&w);
	hex_encode((struct bytes){ w.lesson.btmh, 32 }, hex);
	(void)snprintf(name, sizeof(name), "%s/%s/a.bin",
		       w.station.house.payload_dir, hex);
	fd = open(name, O_RDWR);
	CHECK(fd >= 0);
	finish_until_releasing(&w);
	fake_engine_released(w.lesson.btmh);
	CHECK(fake_engine_current()->ended == 1 && w.held == 0);
	close(fd); /* as its end does */
	fake_engine_die("ended");
	wait_held(&w);
	CHECK(fake_engine_current()->ended == 1);
	world_end(&w);
}

/* It was to let go, and was ended instead: node/engine.h sees to that. */
static void what_was_not_let_go_is_free_when_the_engine_ends(void)
{
	struct world w;

	if (geteuid() != 0)
		return;
	world_make_caged(&w);
	write_files(&w);
	finish_until_releasing(&w);
	web_pass(&w.web, 50);
	CHECK(w.held == 0 && look(&w, false).st_uid == ENGINE_USER_ID);
	fake_engine_die("did not let go of a payload");
	wait_held(&w);
	CHECK(look(&w, false).st_uid == 0);
	world_end(&w);
}

static void an_engine_that_dies_begins_where_it_was(void)
{
	struct world w;

	world_make(&w, 100000, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	write_files(&w);
	fake_engine_die("killed");
	/* What it had written is found without it. */
	wait_held(&w);
	world_end(&w);
}

static void what_is_withdrawn_is_deleted_once_the_engine_let_go(void)
{
	struct world w;

	world_make(&w, 100000, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	write_files(&w);
	withdraw(&w);
	CHECK(fake_engine_payload(w.lesson.btmh)->releasing);
	web_pass(&w.web, 50);
	CHECK(has_files(&w)); /* still the engine's */
	fake_engine_released(w.lesson.btmh);
	WEB_UNTIL(&w.web, !has_files(&w));
	CHECK(state(&w, NULL) == PAYLOAD_NONE && w.held == 0);
	world_end(&w);
}

static void what_is_held_and_seeded_can_be_dropped_and_wanted_again(void)
{
	struct world w;
	struct lesson_row row;
	struct err err = ERR_INIT;

	world_make(&w, 100000, true);
	wait_held(&w);
	fake_engine_ready(7000);
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) == FETCHER_LOADING);
	fake_engine_added(w.lesson.btmh);
	CHECK(w.loaded == 1);
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) == FETCHER_SEEDS);
	CHECK(lessons_get(w.station.house.catalog, w.lesson.id, &row, &err) ==
	      STATUS_OK);
	CHECK(index_choose(w.station.index, &row, CHOICE_DROP, &err) ==
	      STATUS_OK);
	fetcher_reconsider(w.fetcher, w.lesson.btmh);
	CHECK(w.let_go == 1 && !shelf_has(w.shelf, w.lesson.btmh));
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) != FETCHER_SEEDS);
	/* Wanted again before it is gone. */
	CHECK(lessons_get(w.station.house.catalog, w.lesson.id, &row, &err) ==
	      STATUS_OK);
	CHECK(index_choose(w.station.index, &row, CHOICE_PIN, &err) ==
	      STATUS_OK);
	fetcher_reconsider(w.fetcher, w.lesson.btmh);
	w.held = 0;
	fake_engine_released(w.lesson.btmh);
	wait_held(&w);
	CHECK(has_files(&w));
	world_end(&w);
}

static void two_lessons_with_one_payload_keep_it_for_each_other(void)
{
	struct world w;
	struct offered second;

	world_make(&w, 100000, true);
	wait_held(&w);
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "又",
		       &second);
	CHECK(memcmp(second.btmh, w.lesson.btmh, 32) == 0);
	withdraw(&w);
	web_pass(&w.web, 50);
	CHECK(has_files(&w) && shelf_has(w.shelf, w.lesson.btmh));
	memcpy(w.lesson.id, second.id, sizeof(second.id));
	withdraw(&w);
	WEB_UNTIL(&w.web, !has_files(&w));
	world_end(&w);
}

static void damage_is_repaired_and_not_given_to_others(void)
{
	struct world w;
	struct err err = ERR_INIT;
	uint8_t good[1] = { 0xfd }; /* the 7th piece is bad; stray bits */
	uint32_t verified = 0;

	world_make(&w, 100000, true);
	wait_held(&w);
	fake_engine_ready(7000);
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) == FETCHER_LOADING);
	fake_engine_added(w.lesson.btmh);
	CHECK(w.loaded == 1);
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) == FETCHER_SEEDS);
	w.held = 0;
	w.nobody = true;
	CHECK(fetcher_damaged(w.fetcher, w.lesson.btmh,
			      (struct bytes){ good, 1 }, &err) == STATUS_OK);
	CHECK(state(&w, &verified) == PAYLOAD_PARTIAL && verified == 6);
	CHECK(w.let_go == 1 && !shelf_has(w.shelf, w.lesson.btmh));
	CHECK(fake_engine_payload(w.lesson.btmh)->releasing);
	CHECK(fetcher_damaged(w.fetcher, w.lesson.btmh,
			      (struct bytes){ good, 1 }, &err) == STATUS_BUSY);
	fake_engine_released(w.lesson.btmh);
	/* The piece is there after all. */
	wait_held(&w);
	world_end(&w);
}

static void a_payload_published_while_it_is_fetched_is_held(void)
{
	struct world w;
	struct err err = ERR_INIT;

	world_make(&w, 100000, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	/* Something of it is being hashed at that moment. */
	fake_engine_piece(w.lesson.btmh, 0);
	fake_engine_have(w.lesson.btmh);
	write_files(&w);
	CHECK(payload_put_held(w.station.house.catalog, w.lesson.btmh, 100000,
			       7, 1, &err) == STATUS_OK);
	fetcher_published(w.fetcher, w.lesson.btmh);
	CHECK(w.held == 1);
	web_pass(&w.web, 100);
	if (fake_engine_payload(w.lesson.btmh) != NULL)
		fake_engine_released(w.lesson.btmh);
	web_pass(&w.web, 600);
	CHECK(state(&w, NULL) == PAYLOAD_HELD);
	WEB_UNTIL(&w.web, fetcher_progress(w.fetcher, w.lesson.btmh) < 0);
	world_end(&w);
}

static void it_stops_and_goes_on_in_every_state(void)
{
	struct world w;

	world_make(&w, 100000, false);
	for (unsigned ms = 0; ms < 60; ms += 6) {
		web_pass(&w.web, ms);
		if (ms % 4 == 0)
			fake_engine_ready(7000);
		web_pass(&w.web, 30);
		close_fetcher(&w);
		open_fetcher(&w);
	}
	fake_engine_ready(7000);
	wait_loaded(&w);
	write_files(&w);
	fake_engine_finish(w.lesson.btmh);
	wait_held(&w);
	close_fetcher(&w);
	open_fetcher(&w); /* held from before */
	CHECK(shelf_has(w.shelf, w.lesson.btmh));
	world_end(&w);
}

static void what_is_not_wanted_comes_for_who_asks(void)
{
	struct world w;
	struct lesson_row row;
	struct err err = ERR_INIT;

	world_make(&w, 100000, true);
	wait_held(&w);
	CHECK(lessons_get(w.station.house.catalog, w.lesson.id, &row, &err) ==
	      STATUS_OK);
	CHECK(index_choose(w.station.index, &row, CHOICE_DROP, &err) ==
	      STATUS_OK);
	fetcher_reconsider(w.fetcher, w.lesson.btmh);
	WEB_UNTIL(&w.web, !has_files(&w));
	fetcher_look(w.fetcher);
	web_pass(&w.web, 300);
	CHECK(!has_files(&w) && !fetcher_is_asked(w.fetcher, w.lesson.btmh));
	w.held = 0;
	CHECK(fetcher_ask(w.fetcher, w.lesson.btmh, FETCHER_VIEWER, 4));
	CHECK(fetcher_is_asked(w.fetcher, w.lesson.btmh));
	wait_held(&w);
	world_end(&w);
}

int main(void)
{
	what_is_not_wanted_comes_for_who_asks();
	a_static_mirror_is_enough();
	a_server_without_ranges_will_do();
	wrong_bytes_are_the_fault_of_who_sent_them();
	who_is_fetching_it_too_is_not_blamed();
	what_the_engine_wrote_is_read_back_before_it_counts();
	what_the_engine_may_change_does_not_count();
	who_does_not_let_go_is_ended();
	what_was_not_let_go_is_free_when_the_engine_ends();
	an_engine_that_dies_begins_where_it_was();
	what_is_withdrawn_is_deleted_once_the_engine_let_go();
	what_is_held_and_seeded_can_be_dropped_and_wanted_again();
	two_lessons_with_one_payload_keep_it_for_each_other();
	damage_is_repaired_and_not_given_to_others();
	a_payload_published_while_it_is_fetched_is_held();
	it_stops_and_goes_on_in_every_state();
	return 0;
}
