/* Joining from a drive, or from a mirror in a folder: what is there is read,
 * what should not be there is refused, and nothing hangs. */
#include "node/drive/join_drive.h"

#include "node/durable.h"
#include "node/mirror_export.h"
#include "tests/support/offices.h"

struct world {
	struct scratch scratch;
	struct office county;
	char mirror[4096]; /* trust/, tlog/, join.json */
	char drive[4096];  /* the same below .xiangtu */
	struct join join;
	bool is_drive;
	struct err err;
};

static void world_make(struct world *w)
{
	struct mirror_export_options options = { .dir = w->mirror };
	struct mirror_exported out;
	char below[8192];

	memset(w, 0, sizeof(*w));
	w->join = (struct join)JOIN_INIT;
	scratch_init(&w->scratch);
	office_county(&w->county, &w->scratch);
	(void)snprintf(w->mirror, sizeof(w->mirror), "%s",
		       scratch_path(&w->scratch, "mirror"));
	(void)snprintf(w->drive, sizeof(w->drive), "%s",
		       scratch_folder(&w->scratch, "drive"));
	OFFICE_OK(&w->county, mirror_export(&w->county.house, &options, &out,
					    &w->county.err));
	(void)snprintf(below, sizeof(below), "%s/.xiangtu", w->drive);
	options.dir = below;
	OFFICE_OK(&w->county, mirror_export(&w->county.house, &options, &out,
					    &w->county.err));
}

static void world_end(struct world *w)
{
	join_release(&w->join);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static enum status join_from(struct world *w, const char *path)
{
	enum status status;

	join_release(&w->join);
	w->err = (struct err)ERR_INIT;
	status = join_drive_read(&w->join, path, &w->is_drive, &w->err);
	CHECK((status == STATUS_OK) == (w->err.status == STATUS_OK));
	CHECK(status == STATUS_OK || w->err.text[0] != 0);
	CHECK(status == STATUS_OK || w->join.n_roots == 0);
	return status;
}

/* Does it hold what the county holds? */
static bool is_the_countys(struct world *w)
{
	struct buf root = BUF_INIT;
	bool same;

	OFFICE_OK(&w->county, trust_book_root_note(&w->county.house.trust, 1,
						   &root, &w->county.err));
	same = w->join.n_roots == 1 &&
	       bytes_equal(buf_bytes(&w->join.roots[0]), buf_bytes(&root)) &&
	       bytes_equal(buf_bytes(&w->join.trust),
			   buf_bytes(&w->county.house.trust.note));
	buf_release(&root);
	return same;
}

static const char *below(const char *folder, const char *path)
{
	static char whole[8192];

	(void)snprintf(whole, sizeof(whole), "%s/%s", folder, path);
	return whole;
}

static void put(struct world *w, const char *path, const char *text)
{
	OFFICE_OK(&w->county,
		  durable_write(below(w->drive, path), bytes_of(text), 0644,
				&w->county.err));
}

static void take_away(struct world *w, const char *path)
{
	CHECK(unlink(below(w->drive, path)) == 0);
}

static void a_drive_and_a_mirror_are_joined_from_alike(void)
{
	struct world w;

	world_make(&w);
	CHECK(join_from(&w, w.drive) == STATUS_OK);
	CHECK(w.is_drive && is_the_countys(&w));
	CHECK(w.join.upstreams == 0);
	CHECK(join_from(&w, w.mirror) == STATUS_OK);
	CHECK(!w.is_drive && is_the_countys(&w));
	world_end(&w);
}

static void without_a_join_file_the_notes_do(void)
{
	struct world w;

	world_make(&w);
	take_away(&w, ".xiangtu/join.json");
	CHECK(join_from(&w, w.drive) == STATUS_OK);
	CHECK(w.is_drive && is_the_countys(&w));
	CHECK(unlink(below(w.mirror, "join.json")) == 0);
	CHECK(join_from(&w, w.mirror) == STATUS_OK);
	CHECK(!w.is_drive && is_the_countys(&w));
	take_away(&w, ".xiangtu/trust/trust.note");
	CHECK(join_from(&w, w.drive) == STATUS_NOT_FOUND);
	world_end(&w);
}

static void all_roots_are_taken_in_order(void)
{
	struct world w;

	world_make(&w);
	take_away(&w, ".xiangtu/join.json");
	put(&w, ".xiangtu/trust/root/2.note", "two");
	put(&w, ".xiangtu/trust/root/3.note", "three");
	put(&w, ".xiangtu/trust/root/5.note", "five");
	CHECK(join_from(&w, w.drive) == STATUS_OK);
	CHECK(w.join.n_roots == 3); /* verified by who takes them */
	CHECK(bytes_is(buf_bytes(&w.join.roots[2]), "three"));
	world_end(&w);
}

static void the_upstreams_of_a_join_file_are_kept(void)
{
	struct world w;
	struct join join;
	struct buf text = BUF_INIT;

	world_make(&w);
	CHECK(join_from(&w, w.drive) == STATUS_OK);
	join = w.join;
	join.upstreams = 1;
	strcpy(join.upstream[0], "http://10.0.0.1:7433");
	CHECK(join_format(&join, &text, &w.err) == STATUS_OK);
	put(&w, ".xiangtu/join.json", buf_string(&text));
	CHECK(join_from(&w, w.drive) == STATUS_OK);
	CHECK(w.join.upstreams == 1);
	CHECK(strcmp(w.join.upstream[0], "http://10.0.0.1:7433") == 0);
	buf_release(&text);
	world_end(&w);
}

static void where_nothing_is_it_is_said(void)
{
	struct world w;

	world_make(&w);
	CHECK(join_from(&w, scratch_folder(&w.scratch, "empty")) ==
	      STATUS_NOT_FOUND);
	CHECK(strstr(w.err.text, "nothing to join with") != NULL);
	CHECK(join_from(&w, "/nowhere/at/all") == STATUS_NOT_FOUND);
	scratch_file(&w.scratch, "file", 10, 1);
	CHECK(join_from(&w, scratch_path(&w.scratch, "file")) ==
	      STATUS_USAGE);
	world_end(&w);
}

static void what_is_no_file_is_refused_and_never_waited_for(void)
{
	struct world w;

	world_make(&w);
	take_away(&w, ".xiangtu/join.json");
	CHECK(symlink("/etc/passwd", below(w.drive, ".xiangtu/join.json")) ==
	      0);
	CHECK(join_from(&w, w.drive) == STATUS_UNTRUSTED);
	take_away(&w, ".xiangtu/join.json");
	CHECK(mkfifo(below(w.drive, ".xiangtu/join.json"), 0644) == 0);
	CHECK(join_from(&w, w.drive) == STATUS_UNTRUSTED);
	take_away(&w, ".xiangtu/join.json");
	take_away(&w, ".xiangtu/trust/trust.note");
	CHECK(mkfifo(below(w.drive, ".xiangtu/trust/trust.note"), 0644) == 0);
	CHECK(join_from(&w, w.drive) == STATUS_UNTRUSTED);
	world_end(&w);
}

static void what_is_too_large_is_not_read(void)
{
	struct world w;

	world_make(&w);
	CHECK(truncate(below(w.drive, ".xiangtu/join.json"),
		       (off_t)1 << 40) == 0);
	CHECK(join_from(&w, w.drive) == STATUS_MALFORMED);
	take_away(&w, ".xiangtu/join.json");
	CHECK(truncate(below(w.drive, ".xiangtu/trust/root/1.note"),
		       (off_t)1 << 40) == 0);
	CHECK(join_from(&w, w.drive) == STATUS_MALFORMED);
	world_end(&w);
}

static void a_broken_join_file_is_refused(void)
{
	struct world w;

	world_make(&w);
	put(&w, ".xiangtu/join.json", "{\"xiangtu\": \"join/v1\"");
	CHECK(join_from(&w, w.drive) == STATUS_MALFORMED);
	put(&w, ".xiangtu/join.json", "");
	CHECK(join_from(&w, w.drive) == STATUS_MALFORMED);
	world_end(&w);
}

static void a_station_is_made_from_a_drive_without_any_upstream(void)
{
	struct world w;
	struct office station;

	world_make(&w);
	take_away(&w, ".xiangtu/join.json");
	CHECK(join_from(&w, w.drive) == STATUS_OK);
	office_make(&station, &w.scratch, "station", "station",
		    "431081101203", &w.join);
	CHECK(station.house.conf.upstreams == 0);
	CHECK(memcmp(station.house.trust.fingerprint,
		     w.county.house.trust.fingerprint, 32) == 0);
	office_close(&station);
	world_end(&w);
}

int main(void)
{
	a_drive_and_a_mirror_are_joined_from_alike();
	without_a_join_file_the_notes_do();
	all_roots_are_taken_in_order();
	the_upstreams_of_a_join_file_are_kept();
	where_nothing_is_it_is_said();
	what_is_no_file_is_refused_and_never_waited_for();
	what_is_too_large_is_not_read();
	a_broken_join_file_is_refused();
	a_station_is_made_from_a_drive_without_any_upstream();
	return 0;
}
