/* A folder that any web server can serve, written from a data directory. */
#include "node/mirror_export.h"

#include <stdio.h>
#include <sys/stat.h>

#include "catalog/log.h"
#include "node/join.h"
#include "tests/support/offices.h"

struct world {
	struct scratch scratch;
	struct office county;
	struct offered one, two;
	struct mirror_exported done;
	struct err err;
};

static void world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	office_county(&w->county, &w->scratch);
	scratch_file(&w->scratch, "a.bin", 100000, 1);
	scratch_file(&w->scratch, "b.bin", 3000000, 2);
	office_publish(&w->county, scratch_path(&w->scratch, "a.bin"), "一",
		       &w->one);
	office_publish(&w->county, scratch_path(&w->scratch, "b.bin"), "二",
		       &w->two);
}

static void world_end(struct world *w)
{
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static enum status export(struct world *w, const char *name, bool no_payload)
{
	const struct mirror_export_options options = {
		.dir = scratch_path(&w->scratch, name),
		.no_payload = no_payload,
	};

	return mirror_export(&w->county.house, &options, &w->done, &w->err);
}

static int64_t size_of(struct world *w, const char *format, const char *hex)
{
	char name[300];
	struct stat st;

	(void)snprintf(name, sizeof(name), format, hex);
	return stat(scratch_path(&w->scratch, name), &st) == 0 ? st.st_size :
								 -1;
}

static void all_of_it_is_there(void)
{
	struct world w;
	struct log_info log;

	world_make(&w);
	CHECK(export(&w, "mirror", false) == STATUS_OK);
	CHECK(w.done.logs == 1 && w.done.payloads == 2);
	CHECK(w.done.bytes == 3100000);
	CHECK(size_of(&w, "mirror/payload/%s/a.bin", w.one.hex) == 100000);
	CHECK(size_of(&w, "mirror/payload/%s/b.bin", w.two.hex) == 3000000);
	CHECK(size_of(&w, "mirror/torrent/%s", w.two.hex) > 0);
	CHECK(size_of(&w, "mirror/trust/root/%s.note", "1") > 0);
	CHECK(size_of(&w, "mirror/%s", "join.json") > 0);
	CHECK(log_find(w.county.house.catalog, w.county.house.conf.origin,
		       &log, &w.err) == STATUS_OK);
	CHECK(size_of(&w, "mirror/tlog/%s/checkpoint", log.hash) > 0);
	CHECK(size_of(&w, "mirror/tlog/%s/tile/entries/000.p/2", log.hash) >
	      0);
	world_end(&w);
}

static void a_second_export_brings_what_is_new(void)
{
	struct world w;
	struct offered three;

	world_make(&w);
	CHECK(export(&w, "mirror", true) == STATUS_OK);
	CHECK(w.done.payloads == 0);
	CHECK(size_of(&w, "mirror/payload/%s/a.bin", w.one.hex) == -1);
	CHECK(export(&w, "mirror", false) == STATUS_OK);
	/* One that was cut short is written anew. */
	CHECK(truncate(scratch_path(&w.scratch, "mirror/join.json"), 3) == 0);
	scratch_file(&w.scratch, "c.bin", 7000, 3);
	office_publish(&w.county, scratch_path(&w.scratch, "c.bin"), "三",
		       &three);
	CHECK(export(&w, "mirror", false) == STATUS_OK);
	CHECK(size_of(&w, "mirror/payload/%s/c.bin", three.hex) == 7000);
	CHECK(size_of(&w, "mirror/%s", "join.json") > 100);
	world_end(&w);
}

static void what_went_away_meanwhile_is_left_out(void)
{
	struct world w;
	char name[200];

	world_make(&w);
	(void)snprintf(name, sizeof(name), "county/torrent/%s", w.one.hex);
	CHECK(unlink(scratch_path(&w.scratch, name)) == 0);
	CHECK(export(&w, "mirror", false) == STATUS_OK);
	CHECK(w.done.payloads == 1);
	world_end(&w);
}

static void where_nothing_can_be_written_is_an_error(void)
{
	struct world w;

	world_make(&w);
	scratch_file(&w.scratch, "plain", 10, 1);
	CHECK(export(&w, "plain", false) != STATUS_OK);
	CHECK(w.err.text[0] != 0);
	w.err = (struct err)ERR_INIT;
	CHECK(export(&w, "plain/below", false) != STATUS_OK);
	world_end(&w);
}

static void a_reader_may_export_beside_the_writer(void)
{
	struct world w;
	struct house reader;
	const char *dir;

	world_make(&w);
	dir = scratch_path(&w.scratch, "mirror");
	CHECK(house_open(&reader, w.county.dir, HOUSE_READ, &w.err) ==
	      STATUS_OK);
	CHECK(mirror_export(&reader,
			    &(struct mirror_export_options){ .dir = dir },
			    &w.done, &w.err) == STATUS_OK);
	house_close(&reader);
	world_end(&w);
}

int main(void)
{
	all_of_it_is_there();
	a_second_export_brings_what_is_new();
	what_went_away_meanwhile_is_left_out();
	where_nothing_can_be_written_is_an_error();
	a_reader_may_export_beside_the_writer();
	return 0;
}
