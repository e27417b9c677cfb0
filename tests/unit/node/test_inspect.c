/* Records on a drive, verified as what they are, and who is said to have
 * acknowledged them. (Lessons: test_survey.c.) */
#include "node/drive/inspect.h"

#include "tests/support/visits.h"

/* What is said of the first log of records; `*acked` may be NULL. */
static void check_says(struct office *o, const char *state, json_int_t *acked)
{
	bool good = strcmp(state, "good") == 0;
	struct inspect_options options = { .survey = { .now_s = 1 } };
	json_t *report = NULL, *row;

	err = (struct err)ERR_INIT;
	CHECK(mount_open(&options.survey.m, drive, &err) == STATUS_OK);
	options.survey.house = o == NULL ? NULL : &o->house;
	CHECK(inspect_drive(&options, &report, &err) ==
	      (good ? STATUS_OK : STATUS_DAMAGED));
	CHECK(json_array_size(json_object_get(report, "records")) == 1);
	row = json_array_get(json_object_get(report, "records"), 0);
	CHECK(strcmp(json_string_value(json_object_get(row, "state")),
		     state) == 0);
	CHECK((json_string_length(json_object_get(row, "trouble")) == 0) ==
	      good);
	if (acked != NULL)
		*acked = json_integer_value(json_object_get(row, "acked"));
	json_decref(report);
	mount_free(options.survey.m);
}

static void records_are_verified_by_the_key_in_their_name(void)
{
	char path[200];

	set_up();
	add_records(&station, 3, 500);
	visit(&station);
	check_says(&county, "good", NULL);
	check_says(NULL, "good", NULL);
	up_path("tile/entries/000.p/3", path);
	flip_last(path);
	check_says(&county, "damaged", NULL);
	check_says(NULL, "damaged", NULL);
	flip_last(path);
	up_path("tile/0/000.p/3", path);
	flip_last(path);
	check_says(NULL, "damaged", NULL);
	flip_last(path);
	up_path("checkpoint", path);
	flip_last(path);
	check_says(NULL, "damaged", NULL);
	tear_down();
}

static void records_of_another_in_their_place_are_damage(void)
{
	struct buf other = BUF_INIT;
	char path[200], list[300];
	struct buf text = BUF_INIT;

	set_up();
	add_records(&station, 1, 500);
	visit(&station);
	up_path("checkpoint", path);
	read_drive(path, &other);
	/* A real head, in the folder of a name that is not its own. */
	(void)snprintf(list, sizeof(list), ".xiangtu/up/%064d/checkpoint", 7);
	write_drive(list, buf_bytes(&other));
	buf_printf(&text, "%064d\n", 7);
	write_drive(".xiangtu/list/up", buf_bytes(&text));
	check_says(&county, "damaged", NULL);
	buf_release(&other);
	buf_release(&text);
	tear_down();
}

static void acknowledgements_count_by_whom_the_trust_note_names(void)
{
	json_int_t acked;
	struct buf head = BUF_INIT;
	char path[200];

	set_up();
	office_enrol(&county, &station);
	add_records(&station, 2, 500);
	visit(&station);
	check_says(&county, "good", &acked);
	CHECK(acked == 0);
	visit(&county);
	check_says(&county, "good", &acked);
	CHECK(acked == 2);
	check_says(NULL, "good", &acked);
	CHECK(acked == 0);
	/* What the station says of itself is no acknowledgement. */
	up_path("checkpoint", path);
	read_drive(path, &head);
	up_path("ack", path);
	flip_last(path);
	check_says(&county, "damaged", NULL);
	write_drive(path, buf_bytes(&head));
	check_says(&county, "damaged", NULL);
	buf_release(&head);
	tear_down();
}

int main(void)
{
	records_are_verified_by_the_key_in_their_name();
	records_of_another_in_their_place_are_damage();
	acknowledgements_count_by_whom_the_trust_note_names();
	return 0;
}
