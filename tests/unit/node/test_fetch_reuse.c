/* What another payload here has of a new one is not fetched again. */
#include "node/fetcher.h"

#include "catalog/lessons.h"
#include "node/payload_reuse.h"
#include "tests/support/fake_engine.h"
#include "tests/support/fetching.h"

/* A second lesson at the county: a folder of the first one's file and another
 * of 70 kB, mirrored and known to the station. */
static void offer_another(struct world *w)
{
	struct mirror_export_options options = {
		.dir = scratch_path(&w->scratch, "mirror")
	};
	struct mirror_exported done;
	struct office *c = &w->county;

	scratch_folder(&w->scratch, "both");
	scratch_file(&w->scratch, "both/a.bin", 3 << 20, 5);
	scratch_file(&w->scratch, "both/b.pdf", 70000, 6);
	office_publish(c, scratch_path(&w->scratch, "both"), "两", &w->lesson);
	OFFICE_OK(c, mirror_export(&c->house, &options, &done, &c->err));
	office_take_log(&w->station, c);
	w->held = 0;
}

static void only_what_is_new_is_fetched(void)
{
	struct world w;
	char path[9000];
	struct stat st;

	world_make(&w, 3 << 20, true);
	wait_held(&w);
	w.web.refuse = 404;
	w.web.only = "a.bin"; /* nobody has that any more */
	offer_another(&w);
	fetcher_look(w.fetcher);
	wait_held(&w);
	(void)snprintf(path, sizeof(path), "%s/%s/both/a.bin",
		       w.station.house.payload_dir, w.lesson.hex);
	CHECK(stat(path, &st) == 0 && st.st_nlink == 2);
	world_end(&w);
}

static void what_was_taken_is_hashed_like_anything_else(void)
{
	struct world w;
	char path[9000];
	int fd;

	world_make(&w, 3 << 20, true);
	wait_held(&w);
	(void)snprintf(path, sizeof(path), "%s/%s/a.bin",
		       w.station.house.payload_dir, w.lesson.hex);
	fd = open(path, O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, "spoilt", 6, 3) == 6 && close(fd) == 0);
	w.web.refuse = 404;
	w.web.only = "a.bin";
	offer_another(&w);
	fetcher_look(w.fetcher);
	WEB_UNTIL(&w.web, strstr(w.web.last, "both/a.bin") != NULL);
	CHECK(w.held == 0 && state(&w, NULL) == PAYLOAD_PARTIAL);
	w.web.refuse = 0;
	fetcher_hurry(w.fetcher);
	wait_held(&w);
	world_end(&w);
}

static void a_borrower_is_told_where_to_look(void)
{
	struct world w;
	struct offered first;
	json_t *answer, *list;

	world_make(&w, 3 << 20, true);
	wait_held(&w);
	first = w.lesson;
	w.nobody = true;
	offer_another(&w);
	answer = office_ask(&w.station,
			    json_pack("{s:s, s:s, s:i}", "verb", "lend",
				      "btmh", w.lesson.hex, "pid",
				      (int)getpid()));
	CHECK(!json_is_true(json_object_get(answer, "held")));
	CHECK(json_integer_value(json_object_get(answer, "pieces")) == 0);
	list = json_object_get(answer, "reuse");
	CHECK(json_array_size(list) == 1);
	CHECK(strcmp(json_string_value(json_array_get(list, 0)), first.hex) ==
	      0);
	json_decref(answer);
	answer = office_ask(&w.station,
			    json_pack("{s:s, s:s, s:i}", "verb", "lend",
				      "btmh", first.hex, "pid",
				      (int)getpid()));
	CHECK(json_is_true(json_object_get(answer, "held")));
	json_decref(answer);
	CHECK(office_refuses(&w.station,
			     json_pack("{s:s, s:s}", "verb", "lend", "btmh",
				       w.lesson.hex)) == STATUS_USAGE);
	CHECK(office_refuses(&w.station,
			     json_pack("{s:s, s:s, s:i, s:i, s:i, s:s}",
				       "verb", "lent-back", "btmh",
				       w.lesson.hex, "pid", (int)getpid(),
				       "pieces", 1, "bytes", 1, "have",
				       "8")) == STATUS_USAGE);
	world_end(&w);
}

int main(void)
{
	only_what_is_new_is_fetched();
	what_was_taken_is_hashed_like_anything_else();
	a_borrower_is_told_where_to_look();
	return 0;
}
