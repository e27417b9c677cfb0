/* What a draft takes in and what it refuses; what an approval is of; that it is
 * read back as it was written. */
#include "node/page/draft.h"

#include <string.h>

#include "node/page/draft_publish.h"
#include "tests/support/check.h"

static const char a[] = "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
			"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";
static const char b[] = "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"
			"b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2";

static struct draft *make(void)
{
	struct draft *d = draft_new("0123456789abcdef", "王丽");

	CHECK(d != NULL && d->state == DRAFT_OPEN);
	return d;
}

static enum status set(struct draft *d, const char *fields, bool *changed)
{
	struct err err = ERR_INIT;
	json_t *json = json_loads(fields, 0, NULL);
	enum status status = draft_set_fields(d, json, changed, &err);

	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	json_decref(json);
	return status;
}

static void fields_are_bounded_and_replaced(void)
{
	struct draft *d = make();
	char long_title[300];
	bool changed;

	CHECK(set(d, "{\"title\":\"黑山羊\",\"summary\":\"一\\n二\"}",
		  &changed) == STATUS_OK);
	CHECK(changed && strcmp(draft_field(d, "title"), "黑山羊") == 0);
	CHECK(set(d, "{\"title\":\"黑山羊\"}", &changed) == STATUS_OK);
	CHECK(!changed); /* nor is an approval undone by that */
	CHECK(set(d, "{\"summary\":\"\"}", &changed) == STATUS_OK && changed);
	CHECK(json_object_size(d->fields) == 1);
	CHECK(set(d, "{\"series\":{\"title\":\"养羊\",\"n\":3},\"keep\":true}",
		  &changed) == STATUS_OK);
	CHECK(set(d, "{\"keep\":false}", &changed) == STATUS_OK && changed);
	CHECK(json_object_get(d->fields, "keep") == NULL);

	CHECK(set(d, "{\"titel\":\"x\"}", &changed) == STATUS_USAGE);
	CHECK(set(d, "{\"title\":\"a\\nb\"}", &changed) == STATUS_USAGE);
	CHECK(set(d, "{\"title\":7}", &changed) == STATUS_USAGE);
	CHECK(set(d, "{\"series\":{\"n\":-1,\"title\":\"x\"}}", &changed) ==
	      STATUS_USAGE);
	CHECK(set(d, "[]", &changed) == STATUS_USAGE);
	CHECK(set(d, "{\"topic\":\"x\",\"verb\":\"withdraw\"}", &changed) ==
	      STATUS_USAGE);
	CHECK(draft_field(d, "topic")[0] == 0); /* all or nothing */
	memset(long_title, 'x', sizeof(long_title));
	memcpy(long_title, "{\"title\":\"", 10);
	strcpy(long_title + 240, "\"}");
	CHECK(set(d, long_title, &changed) == STATUS_USAGE);
	CHECK(strcmp(draft_field(d, "title"), "黑山羊") == 0);
	draft_free(d);
}

static enum status renditions(struct draft *d, const char *list, bool *changed)
{
	struct err err = ERR_INIT;
	json_t *json = json_loads(list, 0, NULL);
	enum status status = draft_set_renditions(d, json, changed, &err);

	json_decref(json);
	return status;
}

static void renditions_are_sizes(void)
{
	struct draft *d = make();
	bool changed;

	CHECK(renditions(d, "[\"480p\",\"original\"]", &changed) == STATUS_OK);
	CHECK(changed);
	CHECK(renditions(d, "[\"480p\",\"original\"]", &changed) == STATUS_OK);
	CHECK(!changed);
	CHECK(renditions(d, "[\"large\"]", &changed) == STATUS_USAGE);
	CHECK(renditions(d, "[480]", &changed) == STATUS_USAGE);
	CHECK(renditions(d, "{}", &changed) == STATUS_USAGE);
	CHECK(json_array_size(d->renditions) == 2);
	draft_free(d);
}

static enum status add(struct draft *d, const char *name, uint64_t bytes)
{
	struct draft_file *file;
	struct err err = ERR_INIT;

	return draft_add_file(d, name, bytes, &file, &err);
}

static void names_are_safe_and_stand_side_by_side(void)
{
	struct draft *d = make();
	char name[32];

	CHECK(!draft_is_complete(d));
	CHECK(add(d, "课.mp4", 10) == STATUS_OK);
	CHECK(add(d, "A.srt", 10) == STATUS_OK);
	CHECK(add(d, "a.SRT", 10) == STATUS_USAGE); /* one name on FAT */
	CHECK(add(d, "../x", 10) == STATUS_USAGE);
	CHECK(add(d, "x/y", 10) == STATUS_USAGE);
	CHECK(add(d, "..", 10) == STATUS_USAGE);
	CHECK(add(d, "", 10) == STATUS_USAGE);
	CHECK(add(d, "CON.txt", 10) == STATUS_USAGE);
	CHECK(add(d, ".hidden", 10) == STATUS_USAGE);
	CHECK(add(d, "empty", 0) == STATUS_USAGE);
	CHECK(add(d, "huge", UINT64_MAX) == STATUS_USAGE);
	CHECK(d->n_files == 2 && draft_to_come(d) == 20);
	draft_file(d, "课.mp4")->received = 10;
	draft_file(d, "A.srt")->received = 9;
	CHECK(!draft_is_complete(d));
	draft_file(d, "A.srt")->received = 10;
	CHECK(draft_is_complete(d));
	draft_drop_file(d, "课.mp4");
	CHECK(d->n_files == 1 && draft_file(d, "A.srt") != NULL);
	for (int i = 1; i < DRAFT_FILES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%d.mp4", i);
		CHECK(add(d, name, 1) == STATUS_OK);
	}
	CHECK(add(d, "one more", 1) == STATUS_USAGE);
	draft_free(d);
}

static void prepared(struct draft *d, const char *btmh)
{
	json_decref(d->made);
	d->made = json_pack("{s:s, s:i, s:i, s:[{s:s, s:s, s:i}]}", "btmh",
			    btmh, "bytes", 5, "files", 1, "also", "as", "480p",
			    "btmh", b, "bytes", 3);
	d->state = DRAFT_WAITING;
}

/* As a second person does. */
static void approve(struct draft *d)
{
	draft_digest(d, d->approved);
	strcpy(d->approved_by, "李强");
	d->state = DRAFT_APPROVED;
}

static enum status may(const struct draft *d, bool approval)
{
	struct err err = ERR_INIT;

	return draft_may_publish(d, approval, &err);
}

static void an_approval_is_of_what_was_seen(void)
{
	struct draft *d = make();
	bool changed;

	CHECK(set(d, "{\"title\":\"黑山羊\"}", &changed) == STATUS_OK);
	prepared(d, a);
	CHECK(may(d, true) == STATUS_BUSY);
	d->state = DRAFT_READY;
	CHECK(may(d, false) == STATUS_OK);
	CHECK(may(d, true) == STATUS_BUSY);

	approve(d);
	CHECK(may(d, true) == STATUS_OK);
	/* Whoever changes draft.json behind the back of the pages. */
	CHECK(set(d, "{\"title\":\"白山羊\"}", &changed) == STATUS_OK);
	CHECK(may(d, true) == STATUS_BUSY);
	CHECK(set(d, "{\"title\":\"黑山羊\"}", &changed) == STATUS_OK);
	CHECK(may(d, true) == STATUS_OK);
	prepared(d, b);
	d->state = DRAFT_APPROVED;
	CHECK(may(d, true) == STATUS_BUSY);
	prepared(d, a);
	json_object_set_new(json_array_get(json_object_get(d->made, "also"),
					   0),
			    "btmh", json_string(a));
	d->state = DRAFT_APPROVED;
	CHECK(may(d, true) == STATUS_BUSY);
	prepared(d, a);
	approve(d);
	draft_unapprove(d);
	CHECK(may(d, true) == STATUS_BUSY);
	draft_free(d);
}

static enum status second(const struct draft *d, const char *who,
			  const char *name, const char *seen)
{
	struct err err = ERR_INIT;

	return draft_may_approve(d, true, who, name, seen, &err);
}

static void another_person_approves(void)
{
	struct draft *d = make();
	struct err err = ERR_INIT;
	char digest[65];

	CHECK(second(d, "王丽", "李强", "") == STATUS_BUSY); /* nothing yet */
	prepared(d, a);
	CHECK(second(d, "王丽", "李强", "") == STATUS_OK);
	CHECK(second(d, "王丽", "王丽", "") == STATUS_USAGE);
	CHECK(second(d, "王丽", "A", "") == STATUS_USAGE); /* an operator */
	CHECK(second(d, "王丽", "", "") == STATUS_USAGE);
	draft_digest(d, digest);
	CHECK(second(d, "王丽", "李强", digest) == STATUS_OK);
	prepared(d, b);
	CHECK(second(d, "王丽", "李强", digest) == STATUS_BUSY);
	CHECK(draft_may_approve(d, false, "王丽", "李强", "", &err) ==
	      STATUS_USAGE);
	draft_free(d);
}

static void what_is_asked_of_the_log(void)
{
	struct draft *d = make();
	json_t *request;
	bool changed;

	CHECK(set(d, "{\"title\":\"黑山羊\",\"topic\":\"产业\"}", &changed) ==
	      STATUS_OK);
	prepared(d, a);
	request = draft_request(d, true, false);
	CHECK(json_is_true(json_object_get(request, "try")));
	CHECK(json_object_get(request, "btmh") == NULL);
	json_decref(request);
	strcpy(d->lesson, "a.example/lessons#0000000a");
	d->rev = 1;
	request = draft_request(d, false, true);
	CHECK(json_is_false(json_object_get(request, "try")));
	CHECK(json_is_true(json_object_get(request, "alone")));
	CHECK(strcmp(json_string_value(json_object_get(request, "btmh")),
		     a) == 0);
	CHECK(strcmp(json_string_value(json_object_get(request, "id")),
		     d->lesson) == 0);
	CHECK(json_array_size(json_object_get(request, "also")) == 1);
	CHECK(json_object_get(d->fields, "verb") == NULL);
	json_decref(request);
	draft_free(d);
}

static void it_is_read_as_it_was_written(void)
{
	struct draft *d = make(), *back;
	json_t *json, *again;
	bool changed;

	CHECK(set(d, "{\"title\":\"黑山羊\",\"keep\":true}", &changed) ==
	      STATUS_OK);
	CHECK(add(d, "课.mp4", 10) == STATUS_OK);
	CHECK(renditions(d, "[\"original\"]", &changed) == STATUS_OK);
	prepared(d, a);
	approve(d);
	d->number = 7;
	d->as_is = true;
	d->rev = 2;
	d->changed_s = 1700000000;
	strcpy(d->lesson, "a.example/lessons#0000000a");
	draft_trouble(d, "refused", "no");
	json = draft_put(d);
	back = draft_take(d->id, json);
	CHECK(back != NULL && draft_is_approved(back));
	again = draft_put(back);
	CHECK(json_equal(json, again));
	json_decref(again);
	draft_free(back);

	/* What is not whole is no draft. */
	static const char *const needed[] = { "format", "state", "fields",
					      "renditions", "checks" };
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		again = json_copy(json);
		(void)json_object_del(again, needed[i]);
		CHECK(draft_take(d->id, again) == NULL);
		json_decref(again);
	}
	again = json_copy(json);
	json_object_set_new(again, "made", json_pack("{s:s}", "btmh", "../x"));
	CHECK(draft_take(d->id, again) == NULL);
	json_decref(again);
	again = json_copy(json);
	json_object_set_new(again, "listed", json_string("../../etc/shadow"));
	CHECK(draft_take(d->id, again) == NULL);
	json_decref(again);
	json_decref(json);
	draft_free(d);
}

int main(void)
{
	fields_are_bounded_and_replaced();
	renditions_are_sizes();
	names_are_safe_and_stand_side_by_side();
	an_approval_is_of_what_was_seen();
	another_person_approves();
	what_is_asked_of_the_log();
	it_is_read_as_it_was_written();
	return 0;
}
