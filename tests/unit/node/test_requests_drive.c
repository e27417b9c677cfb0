/* Logs that a drive brings. */
#include <unistd.h>

#include "tests/support/brought.h"

static void a_log_comes_in_tile_by_tile(void)
{
	struct world w;
	struct buf note = BUF_INIT;
	json_t *answer;

	world_make(&w);
	CHECK(take_log(&w) == STATUS_OK);
	CHECK(w.brought >= 3);
	CHECK(county_log(&w, &w.station).size == MANY);
	CHECK(memcmp(county_log(&w, &w.station).root,
		     county_log(&w, &w.county).root, 32) == 0);
	CHECK(read_drive(&w, "checkpoint", &note));
	CHECK(answers(&w.station, log_take("lessons", buf_bytes(&note)),
		      "state", "old"));
	answer = office_ask(&w.station, verb("indexed"));
	CHECK(json_integer_value(json_object_get(answer, "behind")) == 0);
	json_decref(answer);
	CHECK(county_log(&w, &w.station).indexed == MANY);
	buf_release(&note);
	world_end(&w);
}

static void only_what_is_new_is_asked_for(void)
{
	struct world w;

	world_make(&w);
	CHECK(take_log(&w) == STATUS_OK);
	grow(&w.county, 3, 'b');
	export_drive(&w);
	CHECK(take_log(&w) == STATUS_OK);
	CHECK(w.brought == 1); /* from where it was known to */
	CHECK(county_log(&w, &w.station).size == MANY + 3);
	world_end(&w);
}

static void a_damaged_part_is_refused_and_asked_for_again(void)
{
	struct world w;
	enum status status;

	world_make(&w);
	w.spoils = "tile/entries/001";
	status = take_log(&w);
	CHECK(status == STATUS_DAMAGED || status == STATUS_MALFORMED);
	CHECK(county_log(&w, &w.station).size == 0);
	/* Whoever has the part in good order may bring it still. */
	w.spoils = NULL;
	for (bool done = false; !done;)
		CHECK(bring_next(&w, &done) == STATUS_OK);
	CHECK(county_log(&w, &w.station).size == MANY);
	world_end(&w);
}

static void a_missing_part_ends_it_and_keeps_what_was_proven(void)
{
	struct world w;

	world_make(&w);
	w.lacks = "tile/entries/002";
	CHECK(take_log(&w) == STATUS_NOT_FOUND);
	CHECK(county_log(&w, &w.station).size == 0);
	w.lacks = NULL;
	CHECK(take_log(&w) == STATUS_OK);
	CHECK(county_log(&w, &w.station).size == MANY);
	world_end(&w);
}

static void a_drive_pulled_early_goes_on_where_it_was(void)
{
	struct world w;
	struct buf note = BUF_INIT;
	json_t *answer;

	world_make(&w);
	grow(&w.county, 5000, 'b');
	export_drive(&w);
	w.most = 12;
	CHECK(take_log(&w) == STATUS_CANCELLED);
	CHECK(county_log(&w, &w.station).size == 0);
	/* The same process, and another after a restart. */
	office_close(&w.station);
	office_open(&w.station);
	CHECK(office_refuses(&w.station, verb("log-next")) ==
	      STATUS_NOT_FOUND);
	w.most = 0;
	CHECK(read_drive(&w, "checkpoint", &note));
	CHECK(take_log(&w) == STATUS_OK);
	CHECK(county_log(&w, &w.station).size == MANY + 5000);
	CHECK(w.brought < 20); /* of 23 bundles some were here */
	answer = office_ask(&w.station, log_take("lessons", buf_bytes(&note)));
	json_decref(answer);
	buf_release(&note);
	world_end(&w);
}

static void a_want_is_given_again_until_it_is_answered(void)
{
	struct world w;
	struct buf note = BUF_INIT;
	json_t *first, *second;

	world_make(&w);
	CHECK(read_drive(&w, "checkpoint", &note));
	json_decref(office_ask(&w.station,
			       log_take("lessons", buf_bytes(&note))));
	CHECK(office_refuses(&w.station, verb("log-missing")) ==
	      STATUS_USAGE);
	first = office_ask(&w.station, verb("log-next"));
	second = office_ask(&w.station, verb("log-next"));
	CHECK(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	/* A second log takes the place of the first. */
	CHECK(answers(&w.station, log_take("lessons", buf_bytes(&note)),
		      "state", "get"));
	json_decref(office_ask(&w.station, verb("log-drop")));
	CHECK(office_refuses(&w.station, verb("log-next")) ==
	      STATUS_NOT_FOUND);
	json_decref(office_ask(&w.station, verb("log-drop")));
	buf_release(&note);
	world_end(&w);
}

static void only_files_of_the_spool_are_read_and_removed(void)
{
	static const char *const names[] = {
		"../node.key", ".tmp-../x", "/etc/passwd", ".tmp-7/../../x",
		"node.key",    "",	    ".tmp-a",
	};
	struct world w;
	struct buf note = BUF_INIT, large = BUF_INIT;
	char path[8192];
	json_t *want;

	world_make(&w);
	CHECK(read_drive(&w, "checkpoint", &note));
	json_decref(office_ask(&w.station,
			       log_take("lessons", buf_bytes(&note))));
	want = office_ask(&w.station, verb("log-next"));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		CHECK(office_refuses(&w.station, log_body(names[i], 0)) ==
		      STATUS_USAGE);
	(void)snprintf(path, sizeof(path), "%s/node.key", w.station.dir);
	CHECK(access(path, F_OK) == 0);
	CHECK(office_refuses(&w.station, log_body(".tmp-1-1", 0)) ==
	      STATUS_NOT_FOUND);
	CHECK(office_refuses(&w.station, log_body(".tmp-1-1", 5)) ==
	      STATUS_USAGE);
	/* What is larger than can be is not read. */
	buf_printf(&large, "%*s",
		   (int)json_integer_value(json_object_get(want, "max")) + 1,
		   "");
	spool(&w.station, ".tmp-1-2", buf_bytes(&large));
	CHECK(office_refuses(&w.station, log_body(".tmp-1-2", 0)) ==
	      STATUS_MALFORMED);
	CHECK(!is_in_spool(&w.station, ".tmp-1-2"));
	json_decref(want);
	buf_release(&large);
	buf_release(&note);
	world_end(&w);
}

static void logs_of_nobody_we_know_are_passed_over(void)
{
	static const char stranger[] =
		"nobody.example/1/lessons\n5\n"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
		"— nobody.example/1/lessons AAAA\n";
	struct world w;
	struct buf note = BUF_INIT;

	world_make(&w);
	CHECK(answers(&w.station, log_take("lessons", bytes_of(stranger)),
		      "state", "unknown"));
	CHECK(office_refuses(&w.station,
			     log_take("lessons", bytes_of("nonsense"))) ==
	      STATUS_MALFORMED);
	CHECK(office_refuses(&w.station,
			     log_take("stamps", bytes_of(stranger))) ==
	      STATUS_USAGE);
	CHECK(read_drive(&w, "checkpoint", &note));
	note.data[note.size - 5] ^= 1;
	CHECK(office_refuses(&w.station,
			     log_take("lessons", buf_bytes(&note))) !=
	      STATUS_OK);
	buf_release(&note);
	world_end(&w);
}

static void another_history_is_a_fork_and_said_so(void)
{
	struct world w;
	struct buf note = BUF_INIT;

	world_make(&w);
	CHECK(take_log(&w) == STATUS_OK);
	forget_log(&w);
	grow(&w.county, 9, 'z');
	(void)snprintf(w.drive, sizeof(w.drive), "%s",
		       scratch_path(&w.scratch, "other"));
	export_drive(&w);
	CHECK(read_drive(&w, "checkpoint", &note));
	CHECK(office_refuses(&w.station,
			     log_take("lessons", buf_bytes(&note))) ==
	      STATUS_FORKED);
	CHECK(county_log(&w, &w.station).forked);
	CHECK(county_log(&w, &w.station).size == MANY);
	CHECK(office_refuses(&w.station, verb("log-next")) ==
	      STATUS_NOT_FOUND);
	buf_release(&note);
	world_end(&w);
}

/* Beyond what is held the fork shows only by the tiles. */
static void a_longer_other_history_is_a_fork_too(void)
{
	struct world w;
	enum status status;

	world_make(&w);
	CHECK(take_log(&w) == STATUS_OK);
	forget_log(&w);
	grow(&w.county, MANY + 500, 'z');
	(void)snprintf(w.drive, sizeof(w.drive), "%s",
		       scratch_path(&w.scratch, "other"));
	export_drive(&w);
	status = take_log(&w);
	CHECK(status == STATUS_FORKED);
	CHECK(county_log(&w, &w.station).forked);
	CHECK(county_log(&w, &w.station).size == MANY);
	CHECK(office_refuses(&w.station, verb("log-next")) ==
	      STATUS_NOT_FOUND);
	world_end(&w);
}

static void a_county_that_lost_its_disk_gets_its_log_back(void)
{
	struct world w;
	struct world back;

	world_make(&w);
	forget_log(&w);
	CHECK(county_log(&w, &w.county).size == 0);
	back = w; /* the drive is plugged in at the county */
	back.station = w.county;
	back.station.requests.house = &back.station.house;
	CHECK(take_log(&back) == STATUS_OK);
	requests_release(&back.station.requests);
	CHECK(county_log(&w, &w.county).size == MANY);
	grow(&w.county, 1, 'b');
	CHECK(county_log(&w, &w.county).size == MANY + 1);
	world_end(&w);
}

int main(void)
{
	a_log_comes_in_tile_by_tile();
	only_what_is_new_is_asked_for();
	a_damaged_part_is_refused_and_asked_for_again();
	a_missing_part_ends_it_and_keeps_what_was_proven();
	a_drive_pulled_early_goes_on_where_it_was();
	a_want_is_given_again_until_it_is_answered();
	only_files_of_the_spool_are_read_and_removed();
	logs_of_nobody_we_know_are_passed_over();
	another_history_is_a_fork_and_said_so();
	a_longer_other_history_is_a_fork_too();
	a_county_that_lost_its_disk_gets_its_log_back();
	return 0;
}
