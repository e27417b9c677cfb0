/* What a desk sets is what the file then says, or nothing is. */
#include "node/page/page_conf.h"

#include <string.h>

#include "node/conf.h"
#include "tests/support/check.h"

static const char text[] = "# by hand\nname = 联坪村\nlimit = * 00:00-24:00 down 8M\n"
			   "cap = 20G\ncap-reserve = 2G\n";

/* The file after this JSON; NULL and the status when it was refused. */
static enum status edit(const char *json, struct buf *out, struct conf *conf)
{
	json_t *set = json_loads(json, JSON_DECODE_ANY, NULL);
	struct err err = ERR_INIT;
	enum status status;

	CHECK(set != NULL);
	buf_clear(out);
	status = page_conf_edit(text, set, out, conf, &err);
	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	CHECK(status == STATUS_OK || out->size == 0);
	json_decref(set);
	return status;
}

static void what_is_set_is_in_the_file_and_in_force(void)
{
	struct buf out = BUF_INIT;
	struct conf conf;

	CHECK(edit("{\"quota\":\"40G\",\"floor\":\"1G\",\"lan-only\":true,"
		   "\"limit\":[\"mon-fri 08:00-18:00 down 2M\","
		   "\"* 00:00-24:00 down 9M\"]}",
		   &out, &conf) == STATUS_OK);
	CHECK(conf.quota == UINT64_C(40) << 30 && conf.has_floor &&
	      conf.floor == UINT64_C(1) << 30 && conf.plan.lan_only &&
	      conf.plan.count == 2 && conf.plan.cap == UINT64_C(20) << 30);
	CHECK(strcmp(buf_string(&out),
		     "# by hand\nname = 联坪村\n"
		     "limit = mon-fri 08:00-18:00 down 2M\n"
		     "limit = * 00:00-24:00 down 9M\n"
		     "cap = 20G\ncap-reserve = 2G\n"
		     "quota = 40G\nfloor = 1G\nlan-only = yes\n") == 0);
	/* And away again. */
	CHECK(edit("{\"limit\":[],\"cap\":null,\"cap-reserve\":\"\"}", &out,
		   &conf) == STATUS_OK);
	CHECK(conf.plan.count == 0 && conf.plan.cap == 0);
	CHECK(strcmp(buf_string(&out), "# by hand\nname = 联坪村\n") == 0);
	CHECK(edit("{}", &out, &conf) == STATUS_OK);
	CHECK(strcmp(buf_string(&out), text) == 0);
	buf_release(&out);
}

static void what_cannot_be_is_refused(void)
{
	static const struct {
		const char *json;
		enum status status;
	} wrong[] = {
		{ "[]", STATUS_USAGE },
		{ "null", STATUS_USAGE },
		{ "{\"name\":\"x\"}", STATUS_USAGE },
		{ "{\"origin\":\"x\"}", STATUS_USAGE },
		{ "{\"\":\"x\"}", STATUS_USAGE },
		{ "{\"quota\":\"much\"}", STATUS_MALFORMED },
		{ "{\"quota\":7}", STATUS_MALFORMED },
		{ "{\"quota\":[\"1G\"]}", STATUS_MALFORMED },
		{ "{\"quota\":\"1G\\npages = everywhere\"}", STATUS_MALFORMED },
		{ "{\"quota\":\"1G\\rx\"}", STATUS_MALFORMED },
		{ "{\"lan-only\":\"perhaps\"}", STATUS_MALFORMED },
		{ "{\"limit\":[\"never\"]}", STATUS_MALFORMED },
		{ "{\"limit\":[[]]}", STATUS_MALFORMED },
		{ "{\"cap\":null}", STATUS_MALFORMED }, /* the reserve is left */
		{ "{\"quota\":\"2G\",\"pages\":\"everywhere\"}", STATUS_USAGE },
	};
	struct buf out = BUF_INIT;
	struct conf conf;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(edit(wrong[i].json, &out, &conf) == wrong[i].status);
	buf_release(&out);
}

static void so_many_limits_and_no_more(void)
{
	json_t *set = json_object(), *limits = json_array();
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct conf conf;

	(void)json_object_set_new(set, "limit", limits);
	for (unsigned i = 0; i < BUDGET_RULES_MAX; i++)
		(void)json_array_append_new(
			limits, json_string("* 00:00-24:00 down 9M"));
	CHECK(page_conf_edit("", set, &out, &conf, &err) == STATUS_OK);
	(void)json_array_append_new(limits,
				    json_string("* 00:00-24:00 down 9M"));
	CHECK(page_conf_edit("", set, &out, &conf, &err) == STATUS_MALFORMED);
	json_decref(set);
	buf_release(&out);
}

static void what_it_says_can_be_set_again(void)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct conf conf, again;
	json_t *said, *twice;

	CHECK(conf_parse(&conf, text, &err) == STATUS_OK);
	said = page_conf_json(&conf);
	CHECK(page_conf_edit("name = x\n", said, &out, &again, &err) ==
	      STATUS_OK);
	twice = page_conf_json(&again);
	CHECK(json_equal(said, twice));
	json_decref(said);
	json_decref(twice);
	buf_release(&out);
}

int main(void)
{
	what_is_set_is_in_the_file_and_in_force();
	what_cannot_be_is_refused();
	so_many_limits_and_no_more();
	what_it_says_can_be_set_again();
	return 0;
}
