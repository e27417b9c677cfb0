/* Visits of drives where no node runs: what a visit does with a drive that is
 * stopped, short of time, another's, or full of nonsense. (All of it together:
 * tests/scenario/15 to 27.) */
#include "tests/support/visits.h"

/* --- what a stopped visit leaves --- */

struct stopping {
	unsigned calls, after;
};

static bool go_on(void *owner, const struct sync_progress *progress)
{
	struct stopping *s = owner;

	(void)progress;
	return s->calls++ < s->after;
}

static void a_visit_stopped_at_any_moment_forgets_no_lesson_of_the_drive(void)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct stopping s = { .after = 0 };
	struct sync_options options = { .progress = go_on, .owner = &s };
	enum status status;
	unsigned stopped = 0;

	set_up();
	publish("山羊");
	visit(&county);
	read_drive(".xiangtu/list/place", &before);
	CHECK(before.size == 65);
	/* Now held here no longer: nobody else knows of it. */
	CHECK(payload_forget(county.house.catalog, lesson.btmh, &err) ==
	      STATUS_OK);
	do {
		json_t *report;

		s.calls = 0;
		report = visit_as(&county, &options, &status);
		CHECK(status == STATUS_OK || status == STATUS_CANCELLED);
		stopped += status == STATUS_CANCELLED;
		CHECK(is_state(report,
			       status == STATUS_OK ? "done" : "failed"));
		CHECK(json_is_true(json_object_get(report, "safe")) ==
		      (status == STATUS_OK));
		json_decref(report);
		read_drive(".xiangtu/list/place", &after);
		CHECK(bytes_equal(buf_bytes(&before), buf_bytes(&after)));
	} while (s.calls > s.after++);
	CHECK(status == STATUS_OK && stopped > 2);
	buf_release(&before);
	buf_release(&after);
	tear_down();
}

static void a_visit_out_of_time_forgets_no_lesson_and_says_what_was_left(void)
{
	/* Over before it began. */
	const struct sync_options options = { .seconds = 0.000001 };
	struct buf before = BUF_INIT, after = BUF_INIT;
	json_t *report, *left;
	char path[200];

	set_up();
	publish("山羊");
	visit(&county);
	read_drive(".xiangtu/list/place", &before);
	report = visit_with(&county, &options, STATUS_OK);
	CHECK(json_array_size(json_object_get(report, "left")) == 0);
	json_decref(report);
	read_drive(".xiangtu/list/place", &after);
	CHECK(bytes_equal(buf_bytes(&before), buf_bytes(&after)));

	publish("绵羊");
	report = visit_with(&county, &options, STATUS_OK);
	left = json_object_get(report, "left");
	CHECK(json_array_size(left) == 1);
	CHECK(strcmp(json_string_value(json_object_get(
			     json_array_get(left, 0), "why")),
		     "time") == 0);
	CHECK(is_state(report, "some_left"));
	json_decref(report);
	/* Small things are done all the same. */
	report = visit_with(&station, &options, STATUS_OK);
	CHECK(is_state(report, "some_left"));
	json_decref(report);
	(void)snprintf(path, sizeof(path), ".xiangtu/node/");
	hex_encode((struct bytes){ house_node_public(&station.house), 32 },
		   path + strlen(path));
	read_drive(path, &after);
	CHECK(after.size > 0);
	buf_release(&before);
	buf_release(&after);
	tear_down();
}

/* --- whose drive it is --- */

static void make_foreign(void)
{
	struct office other;
	struct buf note = BUF_INIT;

	office_make(&other, &scratch, "other", "county", "431022", NULL);
	visit(&other);
	read_drive(".xiangtu/trust/root/1.note", &note);
	CHECK(note.size > 0);
	office_close(&other);
	buf_release(&note);
}

static void nothing_is_put_on_another_countys_drive(bool without_root)
{
	const struct sync_options options = { .seconds = 0 };
	struct statement_row row;
	struct buf note = BUF_INIT, place = BUF_INIT;
	struct buf before = BUF_INIT, list = BUF_INIT;
	uint8_t key[32];
	struct bytes rest;
	json_t *report;

	set_up();
	publish("山羊");
	make_foreign();
	if (without_root)
		write_drive(".xiangtu/trust/root/1.note", bytes_of("spoilt"));
	read_drive(".xiangtu/trust/root/1.note", &before);
	report = visit_with(&county, &options, STATUS_OK);
	CHECK(is_state(report, "some_left"));
	json_decref(report);
	read_drive(".xiangtu/trust/root/1.note", &note);
	CHECK(bytes_equal(buf_bytes(&note), buf_bytes(&before)));
	read_drive(".xiangtu/list/place", &place);
	CHECK(place.size == 0);
	/* Nor is it known here who that county's nodes are. */
	read_drive(".xiangtu/list/node", &list);
	rest = buf_bytes(&list);
	CHECK(drive_list_next(&rest, key));
	buf_clear(&note);
	CHECK(statements_get(county.house.catalog, key, &row, &note, &err) ==
	      STATUS_NOT_FOUND);
	buf_release(&list);
	buf_release(&note);
	buf_release(&place);
	buf_release(&before);
	tear_down();
}

static void a_drive_of_another_county_stays_as_it_is(void)
{
	nothing_is_put_on_another_countys_drive(false);
	nothing_is_put_on_another_countys_drive(true);
}

static void a_spoilt_root_note_does_not_make_our_drive_anothers(void)
{
	struct buf good = BUF_INIT, now = BUF_INIT;
	json_t *report;
	const struct sync_options options = { .seconds = 0 };

	set_up();
	visit(&county);
	read_drive(".xiangtu/trust/root/1.note", &good);
	good.data[good.size / 3] ^= 1;
	write_drive(".xiangtu/trust/root/1.note", buf_bytes(&good));
	good.data[good.size / 3] ^= 1;
	report = visit_with(&station, &options, STATUS_OK);
	CHECK(json_array_size(json_object_get(report, "trouble")) == 0);
	json_decref(report);
	read_drive(".xiangtu/trust/root/1.note", &now);
	CHECK(bytes_equal(buf_bytes(&good), buf_bytes(&now)));
	buf_release(&good);
	buf_release(&now);
	tear_down();
}

/* --- records --- */

static void a_forged_head_does_not_keep_records_from_riding(void)
{
	struct buf good = BUF_INIT, now = BUF_INIT;
	const struct sync_options options = { .seconds = 0 };
	struct log_info log;
	uint8_t *digit;
	char path[200];

	set_up();
	add_records(&station, 3, 1000);
	visit(&station);
	up_path("checkpoint", path);
	read_drive(path, &good);
	CHECK(good.size > 0);
	/* As if it were a longer one of the same log: nobody signed that. */
	digit = memchr(good.data, '\n', good.size);
	CHECK(digit != NULL && digit[1] == '3');
	digit[1] = '9';
	write_drive(path, buf_bytes(&good));
	digit[1] = '3';
	json_decref(visit_with(&station, &options, STATUS_UNTRUSTED));
	read_drive(path, &now);
	CHECK(bytes_equal(buf_bytes(&good), buf_bytes(&now)));
	visit(&county);
	CHECK(record_log(&county, &station, &log) && log.size == 3);
	buf_release(&good);
	buf_release(&now);
	tear_down();
}

static void write_full_list(const char *path)
{
	struct buf list = BUF_INIT;
	uint8_t hash[32];

	for (unsigned i = 0; i < DRIVE_LIST_ENTRIES_MAX; i++) {
		signing_random(hash, sizeof(hash));
		drive_list_put(&list, hash);
	}
	write_drive(path, buf_bytes(&list));
	buf_release(&list);
}

/* Readers look at 4,096 names; nothing of ours is behind those. */
static void lists_full_of_nonsense_hide_nothing_of_ours(void)
{
	struct buf note = BUF_INIT;
	struct statement_row row;
	struct log_info log;
	const struct sync_options options = { .seconds = 0 };
	json_t *report;

	set_up();
	publish("山羊");
	visit(&county);
	write_full_list(".xiangtu/list/up");
	write_full_list(".xiangtu/list/node");
	add_records(&station, 2, 100);
	visit(&station);
	report = visit_with(&county, &options, STATUS_OK);
	CHECK(json_integer_value(json_object_get(report, "records_in")) == 2);
	json_decref(report);
	CHECK(record_log(&county, &station, &log) && log.size == 2);
	CHECK(statements_get(county.house.catalog,
			     house_node_public(&station.house), &row, &note,
			     &err) == STATUS_OK);
	buf_release(&note);
	tear_down();
}

/* --- lists of places --- */

static void names_without_a_file_leave_the_list(void)
{
	struct buf before = BUF_INIT, after = BUF_INIT;

	set_up();
	publish("山羊");
	visit(&county);
	read_drive(".xiangtu/list/place", &before);
	write_full_list(".xiangtu/list/place");
	visit(&county);
	read_drive(".xiangtu/list/place", &after);
	CHECK(bytes_equal(buf_bytes(&before), buf_bytes(&after)));
	buf_release(&before);
	buf_release(&after);
	tear_down();
}

/* None of the names can be looked up, so none is forgotten. */
static void a_full_list_takes_our_lessons_first(void)
{
	const struct sync_options options = { .seconds = 0 };
	struct buf list = BUF_INIT;
	uint8_t hash[32];
	struct bytes rest;

	set_up();
	publish("山羊");
	write_drive(".xiangtu/place", bytes_of("no folder"));
	write_full_list(".xiangtu/list/place");
	json_decref(visit_with(&county, &options, STATUS_UNTRUSTED));
	read_drive(".xiangtu/list/place", &list);
	CHECK(list.size == DRIVE_LIST_MAX);
	rest = buf_bytes(&list);
	CHECK(drive_list_next(&rest, hash));
	CHECK(memcmp(hash, lesson.btmh, sizeof(hash)) == 0);
	buf_release(&list);
	tear_down();
}

/* --- what was spoilt --- */

static void repair_puts_right_what_was_taken_as_good_by_its_name(void)
{
	const struct sync_options repair = { .repair = true };
	struct buf good = BUF_INIT, now = BUF_INIT;
	char torrent[200] = ".xiangtu/torrent/";
	json_t *report;

	set_up();
	publish("山羊");
	visit(&county);
	strcat(torrent, lesson.hex);
	read_drive(torrent, &good);
	flip_last("乡土课件/产业/养殖/山羊/课.bin");
	flip_last(torrent);
	visit(&county);
	read_drive(torrent, &now);
	CHECK(!bytes_equal(buf_bytes(&good), buf_bytes(&now)));
	report = visit_with(&county, &repair, STATUS_OK);
	CHECK(json_array_size(json_object_get(report, "out")) == 1);
	json_decref(report);
	read_drive(torrent, &now);
	CHECK(bytes_equal(buf_bytes(&good), buf_bytes(&now)));
	report = visit_with(&county, &repair, STATUS_OK);
	CHECK(json_array_size(json_object_get(report, "out")) == 0);
	json_decref(report);
	report = visit_with(&station, &repair, STATUS_OK);
	CHECK(is_state(report, "done"));
	CHECK(json_array_size(json_object_get(report, "in")) == 1);
	json_decref(report);
	buf_release(&good);
	buf_release(&now);
	tear_down();
}

/* --- words --- */

static void a_path_that_is_no_text_has_its_report_all_the_same(void)
{
	const struct sync_options options = { .seconds = 0 };
	json_t *report;

	set_up();
	(void)snprintf(drive, sizeof(drive), "%s",
		       scratch_folder(&scratch, "dr\xffive"));
	report = visit_with(&county, &options, STATUS_OK);
	CHECK(strstr(json_string_value(json_object_get(report, "path")),
		     "dr?ive") != NULL);
	CHECK(is_state(report, "done"));
	json_decref(report);
	tear_down();
}

/* A statement has 120 bytes for a name, node.conf has 200. */
static void a_node_with_a_long_name_speaks_all_the_same(void)
{
	char name[160] = "A", path[100] = ".xiangtu/node/";
	struct office other;
	struct buf note = BUF_INIT;

	set_up();
	for (unsigned i = 0; i < 50; i++)
		strcat(name, "乡");
	office_make(&other, &scratch, name, "county", "431082", NULL);
	visit(&other);
	hex_encode((struct bytes){ house_node_public(&other.house), 32 },
		   path + strlen(path));
	read_drive(path, &note);
	CHECK(note.size > 0);
	office_close(&other);
	buf_release(&note);
	tear_down();
}

int main(void)
{
	a_visit_stopped_at_any_moment_forgets_no_lesson_of_the_drive();
	a_visit_out_of_time_forgets_no_lesson_and_says_what_was_left();
	a_drive_of_another_county_stays_as_it_is();
	a_spoilt_root_note_does_not_make_our_drive_anothers();
	a_forged_head_does_not_keep_records_from_riding();
	lists_full_of_nonsense_hide_nothing_of_ours();
	names_without_a_file_leave_the_list();
	a_full_list_takes_our_lessons_first();
	repair_puts_right_what_was_taken_as_good_by_its_name();
	a_path_that_is_no_text_has_its_report_all_the_same();
	a_node_with_a_long_name_speaks_all_the_same();
	return 0;
}
