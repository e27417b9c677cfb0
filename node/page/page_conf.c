#include "node/page/page_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/conf.h"
#include "node/conf_edit.h"
#include "node/durable.h"
#include "node/node_inside.h"
#include "proto/text.h"

enum { VALUES_MAX = BUDGET_RULES_MAX, VALUE_MAX = 80, FILE_MAX = 64 << 10 };

/* --- what it says --- */

static json_t *size_json(uint64_t size, bool set)
{
	char text[SIZE_ROOM] = "";

	if (set)
		size_format(size, text);
	return json_string(text);
}

json_t *page_conf_json(const struct conf *conf)
{
	const struct budget_plan *plan = &conf->plan;
	json_t *limits = json_array();
	char rule[BUDGET_RULE_ROOM];

	for (unsigned i = 0; i < plan->count; i++) {
		budget_rule_format(&plan->rules[i], rule);
		(void)json_array_append_new(limits, json_string(rule));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "quota",
			 size_json(conf->quota, conf->quota > 0), "floor",
			 size_json(conf->floor, conf->has_floor), "limit",
			 limits, "cap", size_json(plan->cap, plan->cap > 0),
			 "cap-reserve",
			 size_json(plan->reserve, plan->reserve > 0),
			 "lan-only", plan->lan_only);
}

/* --- changing the text --- */

static bool is_setting(const char *key)
{
	static const char *const keys[] = { "quota", "floor",	    "limit",
					    "cap",   "cap-reserve", "lan-only" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

/* One line of a file, and no more: what a value is good for conf_parse()
 * says. */
static enum status add_value(const char *key, const json_t *json,
			     const char **values, size_t *count,
			     struct err *err)
{
	const char *text = json_is_true(json) ? "yes" : json_string_value(json);

	if (json_is_false(json) || (text != NULL && text[0] == 0))
		return STATUS_OK; /* as if it were not there */
	if (text == NULL || strlen(text) > VALUE_MAX ||
	    !text_is_plain(bytes_of(text)))
		return err_set(err, STATUS_MALFORMED,
			       "%s: a line of text, at most %d bytes", key,
			       VALUE_MAX);
	if (*count == VALUES_MAX)
		return err_set(err, STATUS_MALFORMED, "%s: at most %d of them",
			       key, VALUES_MAX);
	values[(*count)++] = text;
	return STATUS_OK;
}

static enum status edit_one(struct buf *text, const char *key,
			    const json_t *json, struct err *err)
{
	const char *values[VALUES_MAX];
	struct buf changed = BUF_INIT;
	size_t count = 0;
	enum status status = STATUS_OK;

	if (!is_setting(key))
		return err_set(err, STATUS_USAGE,
			       "'%s' is not set from a desk, but in node.conf",
			       key);
	if (json_is_array(json) && strcmp(key, "limit") == 0)
		for (size_t i = 0;
		     i < json_array_size(json) && status == STATUS_OK; i++)
			status = add_value(key, json_array_get(json, i),
					   values, &count, err);
	else if (!json_is_null(json))
		status = add_value(key, json, values, &count, err);
	if (status != STATUS_OK)
		return status;
	status = conf_edit(buf_string(text), key, values, count, &changed);
	if (status != STATUS_OK) {
		buf_release(&changed);
		return err_set(err, status, "node.conf");
	}
	buf_release(text);
	*text = changed;
	return STATUS_OK;
}

enum status page_conf_edit(const char *text, const json_t *set,
			   struct buf *out, struct conf *conf,
			   struct err *err)
{
	struct buf changed = BUF_INIT;
	enum status status = STATUS_OK;
	const char *key;
	json_t *value;

	if (!json_is_object(set))
		return err_set(err, STATUS_USAGE, "set: what is to be changed");
	buf_puts(&changed, text);
	json_object_foreach((json_t *)(uintptr_t)set, key, value) {
		status = edit_one(&changed, key, value, err);
		if (status != STATUS_OK)
			break;
	}
	if (status == STATUS_OK)
		status = conf_parse(conf, buf_string(&changed), err);
	if (status == STATUS_OK)
		buf_put_bytes(out, buf_bytes(&changed));
	buf_release(&changed);
	return status;
}

/* --- the file, and the node --- */

/* What runs goes by it from now on. */
static void put_in_force(struct node *n, const struct conf *conf)
{
	struct conf *own = &n->house.conf;

	own->quota = conf->quota;
	own->floor = conf->floor;
	own->has_floor = conf->has_floor;
	own->plan = conf->plan;
	cache_conf_changed(n->cache);
	fetcher_room_changed(n->fetcher);
	budget_set_plan(uplink_budget(n->uplink), &own->plan);
	fetcher_hurry(n->fetcher);
	node_changed(n); /* room, and what may come */
}

/* As it is: who could not read it before is not to read it now. */
static int mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int)(st.st_mode & 0777) : 0644;
}

static enum status change(struct node *n, const json_t *set, struct err *err)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	char path[HOUSE_PATH_MAX + 16];
	struct conf conf;
	enum status status;

	house_path(n->house.dir, "node.conf", path);
	status = durable_read(path, FILE_MAX, &before, err);
	if (status == STATUS_OK)
		status = page_conf_edit(buf_string(&before), set, &after, &conf,
					err);
	if (status == STATUS_OK)
		status = durable_write(path, buf_bytes(&after), mode_of(path),
				       err);
	buf_release(&before);
	buf_release(&after);
	if (status == STATUS_OK)
		put_in_force(n, &conf);
	return status;
}

static void answer(struct page_call *call)
{
	page_answer_json(call->request,
			 json_pack("{s:o}", "conf",
				   page_conf_json(&call->node->house.conf)));
}

void page_conf_get(struct page_call *call)
{
	answer(call);
}

void page_conf_set(struct page_call *call)
{
	struct err err = ERR_INIT;
	json_t *body;
	enum status status = page_body_json(call->request, &body, &err);

	if (status == STATUS_OK) {
		status = change(call->node, json_object_get(body, "set"), &err);
		json_decref(body);
	}
	if (status != STATUS_OK)
		page_fail_err(call->request, &err);
	else
		answer(call);
}
