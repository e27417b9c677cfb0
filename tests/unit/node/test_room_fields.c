/* What people and pages may say of a study, and what is refused. */
#include "node/study/room_fields.h"

#include <string.h>

#include "node/study/room_flags.h"
#include "node/study/room_post.h"
#include "tests/support/check.h"

static enum status put(json_t *item, const char *text)
{
	struct err err = ERR_INIT;
	json_t *request = json_loads(text, 0, NULL);
	enum status status;

	CHECK(request != NULL);
	status = room_fields_put(item, request, &err);
	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	json_decref(request);
	return status;
}

static void good_fields_are_taken(void)
{
	json_t *item = json_object();

	CHECK(put(item, "{\"heads\":12,\"names\":[\"王秀英\"],\"note\":\"a\\nb\","
			"\"outside\":{\"kind\":\"disc\",\"title\":\"选种\","
			"\"minutes\":40,\"more\":1},\"other\":1}") ==
	      STATUS_OK);
	CHECK(json_object_size(item) == 4);
	CHECK(json_object_size(json_object_get(item, "outside")) == 3);
	CHECK(put(item, "{\"heads\":0}") == STATUS_OK);
	CHECK(json_object_size(item) == 4);
	CHECK(put(item, "{\"note\":\"\",\"outside\":null}") == STATUS_OK);
	CHECK(json_object_size(item) == 2);
	json_decref(item);
}

static void bad_fields_change_nothing(void)
{
	static const char *const bad[] = {
		"{\"heads\":-1}",
		"{\"heads\":5001}",
		"{\"heads\":\"3\"}",
		"{\"heads\":null}",
		"{\"names\":\"x\"}",
		"{\"names\":[\"\"]}",
		"{\"names\":[\"a\\nb\"]}",
		"{\"names\":[1]}",
		"{\"names\":[\"1234567890123456789012345678901234567890"
		"123456789012345678901\"]}",
		"{\"note\":7}",
		"{\"note\":\"a\\u001bb\"}",
		"{\"outside\":{\"kind\":\"tv\",\"title\":\"x\",\"minutes\":1}}",
		"{\"outside\":{\"kind\":\"disc\",\"minutes\":1}}",
		"{\"outside\":{\"kind\":\"disc\",\"title\":\"x\","
		"\"minutes\":1441}}",
		"{\"heads\":3,\"note\":1}",
	};
	json_t *item = json_object(), *names = json_array();
	json_t *request = json_object();
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(put(item, bad[i]) == STATUS_MALFORMED);
		CHECK(json_object_size(item) == 0);
	}
	for (int i = 0; i <= ROOM_NAMES_MAX; i++)
		CHECK(json_array_append_new(names, json_string("x")) == 0);
	CHECK(json_object_set_new(request, "names", names) == 0);
	CHECK(room_fields_put(item, request, &err) == STATUS_MALFORMED);
	json_decref(request);
	json_decref(item);
}

/* --- posts --- */

#define HEAD                               \
	"\"play\":\"0123456789abcdef\"," \
	"\"lesson\":\"xiangtu.zixing#7f3k9w2a\""

static enum status read_post(const char *text, struct room_post *out)
{
	struct err err = ERR_INIT;
	json_t *body = json_loads(text, 0, NULL);
	enum status status;

	CHECK(body != NULL);
	status = room_post_read(body, out, &err);
	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	json_decref(body);
	return status;
}

static void a_post_is_read(void)
{
	static struct room_post p;

	CHECK(read_post("{" HEAD ",\"as\":\"audio\",\"of\":600.2,\"keys\":3,"
			"\"rev\":7,\"in\":\"00000000000000ff\",\"end\":true,"
			"\"samples\":[{\"t\":1000.6,\"at\":1.5,\"rate\":1.25,"
			"\"state\":\"playing\"},{\"t\":2000,\"at\":2,"
			"\"state\":\"reading\"}]}",
			&p) == STATUS_OK);
	CHECK(p.play == 0x0123456789abcdef && p.in == 0xff && p.end);
	CHECK(p.as == ROOM_AUDIO && p.of == 601 && p.keys == 3 && p.rev == 7);
	CHECK(p.count == 2 && p.samples[0].t_ms == 1000);
	CHECK(p.samples[0].at == 1500 && p.samples[0].rate == 1250);
	CHECK(p.samples[0].running && !p.samples[1].running);
	CHECK(p.samples[1].rate == 1000);
	CHECK(read_post("{" HEAD ",\"as\":\"document\",\"samples\":[{\"t\":1,"
			"\"at\":3,\"state\":\"reading\"}]}",
			&p) == STATUS_OK);
	CHECK(p.samples[0].at == 3 && p.samples[0].running && p.of == 0);
}

static void a_bad_post_is_refused(void)
{
	static const char *const bad[] = {
		"{}",
		"{\"play\":\"0123\",\"lesson\":\"xiangtu.zixing#7f3k9w2a\","
		"\"as\":\"video\"}",
		"{\"play\":\"0000000000000000\","
		"\"lesson\":\"xiangtu.zixing#7f3k9w2a\",\"as\":\"video\"}",
		"{\"play\":\"0123456789abcdef\",\"lesson\":\"x\","
		"\"as\":\"video\"}",
		"{" HEAD ",\"as\":\"film\"}",
		"{" HEAD ",\"as\":\"video\",\"of\":-1}",
		"{" HEAD ",\"as\":\"video\",\"keys\":-1}",
		"{" HEAD ",\"as\":\"video\",\"in\":\"x\"}",
		"{" HEAD ",\"as\":\"video\",\"samples\":[{\"t\":1}]}",
		"{" HEAD ",\"as\":\"video\",\"samples\":[{\"t\":-1,\"at\":0,"
		"\"state\":\"playing\"}]}",
		"{" HEAD ",\"as\":\"video\",\"samples\":[{\"t\":1e300,\"at\":0,"
		"\"state\":\"playing\"}]}",
		"{" HEAD ",\"as\":\"document\",\"samples\":[{\"t\":1,\"at\":0,"
		"\"state\":\"reading\"}]}",
		"{" HEAD ",\"as\":\"video\",\"samples\":7}",
	};
	static struct room_post p;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(read_post(bad[i], &p) == STATUS_MALFORMED);
}

/* --- what is remarkable --- */

static void flags_have_names(void)
{
	json_t *names = room_flags_json(ROOM_EMPTY_ROOM | ROOM_BY_HAND);

	CHECK(json_array_size(names) == 2);
	CHECK(strcmp(json_string_value(json_array_get(names, 0)),
		     "empty-room") == 0);
	CHECK(json_array_append_new(names, json_string("of-tomorrow")) == 0);
	CHECK(json_array_append_new(names, json_integer(1)) == 0);
	CHECK(room_flags_read(names) == (ROOM_EMPTY_ROOM | ROOM_BY_HAND));
	CHECK(room_flags_read(NULL) == 0);
	json_decref(names);
}

static void only_a_clock_that_somebody_sets_has_jumped(void)
{
	const struct when before = { .s = 1000000, .boot = 4, .mono = 100 };
	struct when after = { .s = 1000600, .boot = 4, .mono = 700 };

	CHECK(!room_clock_jumped(&before, &after));
	after.s += ROOM_JUMP_S;
	CHECK(!room_clock_jumped(&before, &after));
	after.s++;
	CHECK(room_clock_jumped(&before, &after));
	after.s -= 2 * (ROOM_JUMP_S + 1);
	CHECK(room_clock_jumped(&before, &after));
	after.sync = true; /* a time service has set it right */
	CHECK(!room_clock_jumped(&before, &after));
	after.sync = false;
	after.boot++; /* another life: its stopwatch begins anew */
	CHECK(!room_clock_jumped(&before, &after));
	CHECK(!room_clock_jumped(&(struct when){ .boot = 4 },
				 &(struct when){ .s = 9000000, .boot = 4 }));
	CHECK(!room_two_screens(ROOM_OVERLAP_MS));
	CHECK(room_two_screens(ROOM_OVERLAP_MS + 1));
}

int main(void)
{
	good_fields_are_taken();
	bad_fields_change_nothing();
	a_post_is_read();
	a_bad_post_is_refused();
	flags_have_names();
	only_a_clock_that_somebody_sets_has_jumped();
	return 0;
}
