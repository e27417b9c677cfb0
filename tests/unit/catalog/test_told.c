/* What people tell by hand: checked, kept as it stands, put into the outbox
 * with each change. */
#include "catalog/told.h"

#include <string.h>

#include "catalog/outbox.h"
#include "catalog/records_db.h"
#include "signing/key.h"
#include "tests/support/scratch.h"

static const struct when now = { .s = 1795000000, .boot = 1, .mono = 5 };

struct desk {
	struct scratch scratch;
	struct catalog *records;
	struct err err;
};

static void desk_init(struct desk *d)
{
	*d = (struct desk){ .err = ERR_INIT };
	CHECK(signing_init() == STATUS_OK);
	scratch_init(&d->scratch);
	CHECK(records_db_open(&d->records,
			      scratch_path(&d->scratch, "records.db"),
			      &d->err) == STATUS_OK);
}

static void desk_release(struct desk *d)
{
	catalog_free(d->records);
	scratch_release(&d->scratch);
}

/* Takes `fields`. */
static enum status put(struct desk *d, enum told_kind kind, const char *id,
		       json_t *fields, char out[static TOLD_ID_SIZE + 1])
{
	enum status status;

	CHECK(fields != NULL);
	status = told_put(d->records, kind, id, fields, &now, out, &d->err);
	json_decref(fields);
	return status;
}

static json_t *list(struct desk *d, enum told_kind kind)
{
	json_t *items = json_array();

	CHECK(told_list(d->records, kind, items, &d->err) == STATUS_OK);
	return items;
}

struct outgoing {
	size_t count;
	json_t *last;
};

static bool keep_last(void *owner, const struct outbox_item *item)
{
	struct outgoing *o = owner;

	o->count++;
	json_decref(o->last);
	o->last = json_loadb((const char *)item->json.data, item->json.size, 0,
			     NULL);
	CHECK(o->last != NULL);
	return true;
}

static struct outgoing outgoing(struct desk *d)
{
	struct outgoing o = { .count = 0 };

	CHECK(outbox_each_waiting(d->records, keep_last, &o, &d->err) ==
	      STATUS_OK);
	return o;
}

static json_t *fault(const char *what, const char *text)
{
	return json_pack("{s:s, s:s}", "what", what, "text", text);
}

static void a_change_keeps_what_it_does_not_say(void)
{
	char id[TOLD_ID_SIZE + 1], same[TOLD_ID_SIZE + 1];
	struct outgoing o;
	struct desk d;
	json_t *items;

	desk_init(&d);
	CHECK(put(&d, TOLD_FAULT, NULL, fault("tv", "打不开"), id) ==
	      STATUS_OK);
	CHECK(strlen(id) == TOLD_ID_SIZE);
	CHECK(put(&d, TOLD_FAULT, id, json_pack("{s:i}", "fixed", 1), same) ==
	      STATUS_OK);
	CHECK(strcmp(id, same) == 0);
	items = list(&d, TOLD_FAULT);
	CHECK(json_array_size(items) == 1);
	json_decref(items);
	o = outgoing(&d);
	CHECK(o.count == 1);
	items = json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:[i,i,i,i,i]}",
			  "what", "tv", "text", "打不开", "k", "fault",
			  "fixed", 1, "v", 2, "id", id, "w",
			  (int)now.s, 1, 5, 0, 0);
	CHECK(json_equal(o.last, items));
	json_decref(items);
	json_decref(o.last);
	desk_release(&d);
}

static void what_is_wrong_is_refused_and_changes_nothing(void)
{
	static const char *const wrong[] = {
		"{}", "{\"text\":\"\"}", "{\"text\":1}",
		"{\"text\":\"a\\u202eb\"}", "{\"text\":\"a\\u0007\"}",
	};
	static const char *const wrong_equipment[] = {
		"{\"name\":\"电视\",\"count\":1}",
		"{\"name\":\"电视\",\"count\":-1,\"state\":\"good\"}",
		"{\"name\":\"电视\",\"count\":1.5,\"state\":\"good\"}",
		"{\"name\":\"电视\",\"count\":1,\"state\":\"new\"}",
		"{\"name\":\"电\\n视\",\"count\":1,\"state\":\"good\"}",
		"{\"name\":\"电视\",\"count\":1,\"state\":\"good\","
		"\"since\":\"2026-02-30\"}",
		"{\"name\":\"电视\",\"count\":1,\"state\":\"good\",\"note\":3}",
	};
	char id[TOLD_ID_SIZE + 1], text[TOLD_TEXT_MAX + 2];
	struct desk d;
	json_t *items;

	desk_init(&d);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(put(&d, TOLD_WISH, NULL, json_loads(wrong[i], 0, NULL),
			  id) == STATUS_MALFORMED);
	for (size_t i = 0;
	     i < sizeof(wrong_equipment) / sizeof(*wrong_equipment); i++)
		CHECK(put(&d, TOLD_EQUIPMENT, NULL,
			  json_loads(wrong_equipment[i], 0, NULL),
			  id) == STATUS_MALFORMED);
	CHECK(put(&d, TOLD_FAULT, NULL, fault("cow", "x"), id) ==
	      STATUS_MALFORMED);
	CHECK(put(&d, TOLD_FAULT, "0011223344556677", fault("tv", "x"), id) ==
	      STATUS_NOT_FOUND);
	memset(text, 'a', sizeof(text));
	text[TOLD_TEXT_MAX + 1] = 0;
	CHECK(put(&d, TOLD_WISH, NULL, json_pack("{s:s}", "text", text), id) ==
	      STATUS_MALFORMED);
	items = list(&d, TOLD_WISH);
	CHECK(json_array_size(items) == 0 && outgoing(&d).count == 0);
	json_decref(items);
	text[TOLD_TEXT_MAX] = 0;
	CHECK(put(&d, TOLD_WISH, NULL, json_pack("{s:s}", "text", text), id) ==
	      STATUS_OK);
	json_decref(outgoing(&d).last);
	desk_release(&d);
}

static void wishes_are_bounded(void)
{
	char id[TOLD_ID_SIZE + 1];
	struct desk d;

	desk_init(&d);
	for (int i = 0; i < TOLD_WISHES_WAITING; i++)
		CHECK(put(&d, TOLD_WISH, NULL, json_pack("{s:s}", "text", "x"),
			  id) == STATUS_OK);
	CHECK(put(&d, TOLD_WISH, NULL, json_pack("{s:s}", "text", "x"), id) ==
	      STATUS_LIMITED);
	CHECK(put(&d, TOLD_FAULT, NULL, fault("tv", "x"), id) == STATUS_OK);
	desk_release(&d);
}

static void what_the_node_knows_is_told_when_it_changes(void)
{
	bool changed;
	struct desk d;

	desk_init(&d);
	CHECK(told_by_itself(d.records, "00000000000000d1", "disk", "x", true,
			     &now, &changed, &d.err) == STATUS_OK);
	CHECK(!changed);
	for (int i = 0; i < 2; i++) {
		CHECK(told_by_itself(d.records, "00000000000000d1", "disk",
				     "x", false, &now, &changed,
				     &d.err) == STATUS_OK);
		CHECK(changed == (i == 0));
	}
	CHECK(told_by_itself(d.records, "00000000000000d1", "disk", "x", true,
			     &now, &changed, &d.err) == STATUS_OK);
	CHECK(changed);
	desk_release(&d);
}

int main(void)
{
	a_change_keeps_what_it_does_not_say();
	what_is_wrong_is_refused_and_changes_nothing();
	wishes_are_bounded();
	what_the_node_knows_is_told_when_it_changes();
	return 0;
}
