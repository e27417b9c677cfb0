/* An issue of cards in steps: what is good has been fetched and confirmed, and
 * what ends before that opens nothing. Real hashes, a log that is made up. */
#include "node/page/card_issue.h"

#include <stdio.h>
#include <string.h>

#include "signing/key.h"
#include "tests/support/loop.h"

static struct {
	uv_loop_t loop;
	struct hasher *hasher;
	struct card_issue *issue;
	int64_t now_ms;
	unsigned appended; /* requests */
	enum status append_fails;
	unsigned taken_once; /* so many numbers are somebody's, at first */
	bool given_is_taken;
	char tails[64]; /* of what was appended */
} w;

static int64_t now_ms(void *owner)
{
	(void)owner;
	return w.now_ms;
}

static bool is_taken(void *owner, const struct card_row *row)
{
	(void)owner;
	if (row->given)
		return w.given_is_taken;
	if (w.taken_once == 0)
		return false;
	w.taken_once--;
	return true;
}

static enum status append(void *owner, json_t *request, bool alone,
			  json_t **answer, struct err *err)
{
	json_t *people = json_object_get(request, "people"), *one;
	size_t i;

	(void)owner;
	CHECK(!alone);
	if (w.append_fails == STATUS_OK) {
		w.appended++;
		json_array_foreach(people, i, one)
			strcat(w.tails, json_string_value(
						json_object_get(one, "tail")));
		*answer = json_pack("{s:I}", "issued",
				    (json_int_t)json_array_size(people));
	}
	json_decref(request);
	return w.append_fails == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, w.append_fails, "the key is locked");
}

static void start(void)
{
	const struct card_issue_world world = { .now_ms = now_ms,
						.is_taken = is_taken,
						.append = append };
	struct card_issue_world with = world;

	memset(&w, 0, sizeof(w));
	CHECK(uv_loop_init(&w.loop) == 0);
	w.hasher = with.hasher = hasher_new(&w.loop);
	w.now_ms = 1000;
	w.issue = card_issue_new(&with);
	CHECK(w.hasher != NULL && w.issue != NULL);
}

static void closed(void *owner)
{
	(void)owner;
}

static void finish(void)
{
	hasher_close(w.hasher, closed, NULL);
	CHECK(uv_run(&w.loop, UV_RUN_DEFAULT) == 0);
	card_issue_free(w.issue);
	hasher_free(w.hasher);
	loop_finish(&w.loop);
}

static enum status begin(const char *table, struct err *err)
{
	struct card_sheet sheet;

	CHECK(card_sheet_read(bytes_of(table), &sheet, err) == STATUS_OK);
	return card_issue_begin(w.issue, &sheet, "office", err);
}

static void draw_all(void)
{
	CHECK(uv_run(&w.loop, UV_RUN_DEFAULT) == 0);
}

/* "state" as it is told, and which job; without a PIN. */
static const char *state(char job[static 32])
{
	static char out[16];
	json_t *json = card_issue_json(w.issue);

	CHECK(json != NULL);
	CHECK(json_object_get(json, "cards") == NULL);
	(void)snprintf(out, sizeof(out), "%s",
		       json_string_value(json_object_get(json, "state")));
	job[0] = 0;
	if (json_object_get(json, "job") != NULL)
		(void)snprintf(
			job, 32, "%s",
			json_string_value(json_object_get(json, "job")));
	json_decref(json);
	return out;
}

#define CHECK_STATE(name) CHECK(strcmp(state(job), name) == 0)

static enum status cards(const char *job, const char *who, char tails[64])
{
	struct err err = ERR_INIT;
	json_t *json, *one;
	enum status status = card_issue_cards(w.issue, job, who, &json, &err);
	size_t i;

	tails[0] = 0;
	if (status != STATUS_OK)
		return status;
	json_array_foreach(json_object_get(json, "cards"), i, one) {
		const char *number =
			json_string_value(json_object_get(one, "number"));
		const char *pin =
			json_string_value(json_object_get(one, "pin"));

		CHECK(strlen(number) == 10 && strlen(pin) == 6);
		strcat(tails, number + 6);
	}
	json_decref(json);
	return STATUS_OK;
}

static enum status confirm(const char *job, const char *who)
{
	struct err err = ERR_INIT;
	json_t *answer;
	enum status status = card_issue_confirm(w.issue, job, who, false,
						&answer, &err);

	if (status == STATUS_OK) {
		CHECK(json_integer_value(json_object_get(answer, "issued")) ==
		      (json_int_t)strlen(w.tails) / 4);
		json_decref(answer);
	}
	return status;
}

static const char five[] = "name\na\nb\nc\nd\ne\n"; /* two turns */
static const char two[] = "name\na\nb\n";

static void cards_are_good_when_somebody_has_them(void)
{
	char job[32], tails[64], again[64];
	struct err err = ERR_INIT;

	start();
	CHECK_STATE("none");
	CHECK(begin(five, &err) == STATUS_OK);
	CHECK_STATE("drawing");
	CHECK(cards(job, "office", tails) == STATUS_BUSY);
	CHECK(confirm(job, "office") == STATUS_BUSY);
	draw_all();
	CHECK_STATE("ready");
	/* As often as wanted, by who began it, and the log knows nothing. */
	CHECK(cards(job, "office", tails) == STATUS_OK);
	CHECK(cards(job, "office", again) == STATUS_OK);
	CHECK(strlen(tails) == 20 && strcmp(tails, again) == 0);
	CHECK(cards(job, "other", again) == STATUS_OUT_OF_SCOPE);
	CHECK(confirm(job, "other") == STATUS_OUT_OF_SCOPE);
	CHECK(cards("00", "office", again) == STATUS_NOT_FOUND);
	CHECK(w.appended == 0);
	CHECK(confirm(job, "office") == STATUS_OK);
	CHECK(w.appended == 1 && strcmp(w.tails, tails) == 0);
	CHECK_STATE("issued");
	/* Said again where the answer was lost; PINs are gone. */
	CHECK(confirm(job, "office") == STATUS_OK && w.appended == 1);
	CHECK(cards(job, "office", again) == STATUS_NOT_FOUND);
	CHECK(begin(five, &err) == STATUS_OK);
	draw_all();
	CHECK_STATE("ready");
	finish();
}

static void a_log_that_refuses_leaves_them_ready(void)
{
	char job[32], tails[64];
	struct err err = ERR_INIT;

	start();
	CHECK(begin(two, &err) == STATUS_OK);
	draw_all();
	CHECK_STATE("ready");
	w.append_fails = STATUS_LOCKED;
	CHECK(confirm(job, "office") == STATUS_LOCKED);
	CHECK_STATE("ready");
	CHECK(cards(job, "office", tails) == STATUS_OK);
	w.append_fails = STATUS_OK;
	CHECK(confirm(job, "office") == STATUS_OK && w.appended == 1);
	finish();
}

static void one_at_a_time_and_what_is_dropped_is_gone(void)
{
	char job[32], tails[64], other[32];
	struct err err = ERR_INIT;

	start();
	CHECK(begin(two, &err) == STATUS_OK);
	CHECK_STATE("drawing");
	CHECK(begin(two, &err) == STATUS_EXISTS);
	CHECK(card_issue_drop(w.issue, "00", &err) == STATUS_NOT_FOUND);
	/* While the hasher has it; another begins at once. */
	CHECK(card_issue_drop(w.issue, job, &err) == STATUS_OK);
	CHECK_STATE("none");
	CHECK(begin("name\na\n", &err) == STATUS_OK);
	draw_all();
	(void)state(other);
	CHECK(cards(other, "office", tails) == STATUS_OK);
	CHECK(strlen(tails) == 4);
	CHECK(begin(two, &err) == STATUS_EXISTS);
	CHECK(card_issue_drop(w.issue, other, &err) == STATUS_OK);
	CHECK(cards(other, "office", tails) == STATUS_NOT_FOUND);
	CHECK(confirm(other, "office") == STATUS_NOT_FOUND);
	CHECK(w.appended == 0);
	finish();
}

static void who_does_not_come_back_has_no_cards(void)
{
	char job[32], tails[64];
	struct err err = ERR_INIT;

	start();
	CHECK(begin(two, &err) == STATUS_OK);
	draw_all();
	w.now_ms += CARD_ISSUE_KEEP_S * 1000LL - 1;
	CHECK(card_issue_tick(w.issue));
	CHECK_STATE("ready");
	w.now_ms += 1;
	CHECK(card_issue_tick(w.issue));
	CHECK_STATE("expired");
	CHECK(confirm(job, "office") == STATUS_NOT_FOUND);
	CHECK(cards(job, "office", tails) == STATUS_NOT_FOUND);
	CHECK(w.appended == 0);
	card_issue_told(w.issue);
	CHECK(!card_issue_tick(w.issue));
	CHECK(card_issue_drop(w.issue, job, &err) == STATUS_OK);
	CHECK_STATE("none");
	finish();
}

static void numbers_of_others_are_drawn_again(void)
{
	char job[32], tails[64];
	struct err err = ERR_INIT;

	start();
	w.taken_once = 2;
	CHECK(begin(two, &err) == STATUS_OK);
	draw_all();
	CHECK_STATE("ready");
	CHECK(cards(job, "office", tails) == STATUS_OK);
	CHECK(w.taken_once == 0 && strlen(tails) == 8);
	finish();
}

static void a_number_of_the_table_that_is_taken_is_told(void)
{
	static const char given[] = "name,number,pin\na,4711839206,123456\n";
	char job[32];
	struct err err = ERR_INIT;
	json_t *json;

	start();
	CHECK(begin(given, &err) == STATUS_OK);
	draw_all();
	CHECK_STATE("ready");
	CHECK(card_issue_drop(w.issue, job, &err) == STATUS_OK);
	w.given_is_taken = true;
	CHECK(begin(given, &err) == STATUS_OK);
	draw_all();
	CHECK_STATE("failed");
	json = card_issue_json(w.issue);
	CHECK(strstr(json_string_value(json_object_get(
			     json_object_get(json, "failed"), "text")),
		     "line 2") != NULL);
	json_decref(json);
	/* What failed is in nobody's way. */
	CHECK(begin(two, &err) == STATUS_OK);
	finish();
}

struct other {
	struct hasher_job job; /* first */
};

static void nothing(struct hasher_job *job)
{
	(void)job;
}

static void nothing_done(struct hasher_job *job, bool cancelled)
{
	(void)job;
	(void)cancelled;
}

static void a_full_hasher_is_waited_for(void)
{
	struct other others[HASHER_JOBS_MAX];
	char job[32];
	struct err err = ERR_INIT;

	start();
	for (unsigned i = 0; i < HASHER_JOBS_MAX; i++) {
		others[i] = (struct other){ { .work = nothing,
					      .done = nothing_done } };
		hasher_add(w.hasher, &others[i].job);
	}
	CHECK(begin(two, &err) == STATUS_OK);
	draw_all();
	CHECK_STATE("drawing");
	CHECK(card_issue_tick(w.issue));
	draw_all();
	CHECK_STATE("ready");
	finish();
}

static void too_many_people_are_refused(void)
{
	struct buf table = BUF_INIT;
	struct err err = ERR_INIT;
	char job[32];

	start();
	buf_puts(&table, "name\n");
	for (int i = 0; i <= CARD_ISSUE_MAX; i++)
		buf_printf(&table, "p%d\n", i);
	CHECK(begin(buf_string(&table), &err) == STATUS_USAGE);
	CHECK_STATE("none");
	buf_release(&table);
	finish();
}

/* Also while the hasher has some of it. */
static void a_node_that_stops_leaves_nothing(void)
{
	struct err err = ERR_INIT;

	start();
	CHECK(begin(two, &err) == STATUS_OK);
	finish();
	CHECK(w.appended == 0);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	cards_are_good_when_somebody_has_them();
	a_log_that_refuses_leaves_them_ready();
	one_at_a_time_and_what_is_dropped_is_gone();
	who_does_not_come_back_has_no_cards();
	numbers_of_others_are_drawn_again();
	a_number_of_the_table_that_is_taken_is_told();
	a_full_hasher_is_waited_for();
	too_many_people_are_refused();
	a_node_that_stops_leaves_nothing();
	return 0;
}
