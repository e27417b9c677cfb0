/* A publisher delegates a part of its scope, takes it back, and tells who may
 * publish by whom. */
#include <stdio.h>
#include <string.h>

#include "catalog/delegations.h"
#include "catalog/entry.h"
#include "catalog/log.h"
#include "node/requests_internal.h"
#include "node/trust_json.h"

/* --- delegating --- */

static enum status add_texts(const json_t *request, const char *key,
			     struct publisher *p,
			     enum status (*add)(struct publisher *p,
						const char *text),
			     struct err *err)
{
	const json_t *list = json_object_get(request, key), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *text = json_string_value(item);

		if (text == NULL || add(p, text) != STATUS_OK)
			return err_set(err, STATUS_USAGE,
				       "%s: '%s' is malformed, said twice, or "
				       "one too many",
				       key, text == NULL ? "" : text);
	}
	return STATUS_OK;
}

static enum status add_key(struct publisher *p, const char *text)
{
	struct public_key key;

	if (public_key_parse(bytes_of(text), &key) != STATUS_OK)
		return STATUS_MALFORMED;
	return publisher_add_key(p, &key);
}

static enum status read_publisher(const json_t *request, struct publisher *p,
				  struct err *err)
{
	const char *origin = request_text(request, "origin");
	enum status status;

	if (origin == NULL || publisher_init(p, origin) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "'%s' names no log",
			       origin == NULL ? "" : origin);
	status = add_texts(request, "keys", p, add_key, err);
	if (status == STATUS_OK)
		status = add_texts(request, "regions", p,
				   publisher_add_region, err);
	if (status == STATUS_OK)
		status = add_texts(request, "topics", p, publisher_add_topic,
				   err);
	p->entries_max = request_number(request, "entries");
	p->entry_bytes_max = request_number(request, "entry_bytes");
	p->lesson_bytes_max = request_number(request, "lesson_bytes");
	p->may_delegate = json_is_true(json_object_get(request, "delegate"));
	if (status == STATUS_OK && publisher_check(p) != STATUS_OK)
		status = err_set(err, STATUS_USAGE,
				 "a key named as the log, a region and a "
				 "topic are wanted");
	return status;
}

/* Whatever would make the entry count for nothing is said beforehand. */
static enum status check_child(struct requests *r, const struct publisher *p,
			       struct err *err)
{
	const char *own = r->house->conf.origin;
	const struct authority *a = house_authority(r->house);
	const struct authority_row *here = authority_find(a, own),
				   *there = authority_find(a, p->origin);
	struct publisher narrowed = *p;

	if (strcmp(p->origin, own) == 0)
		return err_set(err, STATUS_USAGE, "that is this office itself");
	if (!here->publisher.may_delegate)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "this office may publish, but not delegate");
	if (here->depth == AUTHORITY_DEPTH_MAX)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "this office is %d delegations below the trust "
			       "note; nobody delegates deeper",
			       AUTHORITY_DEPTH_MAX);
	if (authority_cutoff(a, p->origin) != NULL)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "'%s' was ended for good: a new log needs "
			       "another name",
			       p->origin);
	if (there != NULL && there->parent == NULL)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "the trust note itself says what '%s' may "
			       "publish, and that outranks a delegation",
			       p->origin);
	if (there != NULL && there->parent != here)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "'%s' is delegated by '%s' already", p->origin,
			       there->parent->publisher.origin);
	if (publisher_narrow(&here->publisher, &narrowed) != STATUS_OK)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "nothing of that is this office's to give: see "
			       "its regions and topics in 'xiangtu trust "
			       "show'");
	return STATUS_OK;
}

/* One log can say so much, and no more. */
static enum status check_room(struct requests *r, const char *child,
			      struct err *err)
{
	const struct authority *a = house_authority(r->house);
	struct saying saying = SAYING_INIT;
	unsigned said = 0, read;
	bool there = false;
	struct log_info log;
	enum status status = log_find(r->house->catalog, r->house->conf.origin,
				      &log, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* it says its first word */
	if (status == STATUS_OK)
		status = delegations_said(r->house->catalog, log.id,
					  ENTRY_DELEGATE, &said, err);
	if (status == STATUS_OK)
		status = delegations_saying(
			r->house->catalog, log.id, UINT64_MAX,
			authority_publisher(a, r->house->conf.origin), &saying,
			&read, err);
	for (size_t i = 0; i < saying.count; i++)
		there = there || strcmp(saying.children[i].origin, child) == 0;
	if (status == STATUS_OK && said >= DELEGATIONS_SAID_MAX)
		status = err_set(err, STATUS_NO_ROOM,
				 "this log has delegated %d times, and what "
				 "comes after is not read: the trust note has "
				 "to name '%s' itself, or a successor of this "
				 "log goes on",
				 DELEGATIONS_SAID_MAX, child);
	else if (status == STATUS_OK && !there &&
		 saying.count >= AUTHORITY_CHILDREN_MAX)
		status = err_set(err, STATUS_NO_ROOM,
				 "this log has delegated to %d others, those "
				 "taken back included, and can to no more: "
				 "the trust note has to name '%s' itself, or "
				 "one below this office delegates to it",
				 AUTHORITY_CHILDREN_MAX, child);
	else if (status == STATUS_OK && authority_find(a, child) == NULL &&
		 !authority_has_room(a, r->house->conf.origin))
		status = err_set(err, STATUS_NO_ROOM,
				 "there are as many publishers below one of "
				 "the trust note as there can be (%d): the "
				 "trust note has to name '%s' itself",
				 AUTHORITY_BELOW_MAX, child);
	saying_release(&saying);
	return status;
}

static void put_end(json_t *object, const struct cutoff *end)
{
	if (end == NULL)
		return;
	(void)json_object_set_new(object, "ended_at",
				  json_integer((json_int_t)end->size));
	if (end->successor[0] != 0)
		(void)json_object_set_new(object, "successor",
					  json_string(end->successor));
}

static json_t *row_json(const struct authority *a,
			const struct authority_row *row)
{
	const char *origin = row->publisher.origin;
	json_t *object = trust_publisher_json(&row->publisher);

	if (row->parent != NULL) {
		(void)json_object_set_new(
			object, "parent",
			json_string(row->parent->publisher.origin));
		(void)json_object_set_new(
			object, "entry", json_integer((json_int_t)row->entry));
	}
	(void)json_object_set_new(object, "depth",
				  json_integer((json_int_t)row->depth));
	put_end(object, authority_cutoff(a, origin));
	return object;
}

enum status request_delegate(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err)
{
	struct entry_delegate said = {
		.trust = r->house->trust.trust.version
	};
	const struct authority_row *row;
	struct buf entry = BUF_INIT;
	enum status status = request_may_publish(r, err);

	if (status == STATUS_OK)
		status = read_publisher(request, &said.publisher, err);
	if (status == STATUS_OK)
		status = check_child(r, &said.publisher, err);
	if (status == STATUS_OK)
		status = check_room(r, said.publisher.origin, err);
	if (status == STATUS_OK)
		status = entry_format_delegate(&said, &entry, err);
	if (status == STATUS_OK)
		status = request_append(r, buf_bytes(&entry), err);
	buf_release(&entry);
	if (status != STATUS_OK)
		return status;
	row = authority_find(house_authority(r->house),
			     said.publisher.origin);
	if (row == NULL || row->parent == NULL)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "it was written down and counts for nothing: "
			       "see 'xiangtu trust show'");
	*answer = row_json(house_authority(r->house), row);
	return STATUS_OK;
}

/* --- taking back --- */

/* Up to where it is good: what was said, else all that is held here. */
static enum status find_end(struct requests *r, const json_t *request,
			    struct entry_undelegate *said, struct err *err)
{
	const char *successor = request_text(request, "successor");
	struct log_info info;
	enum status status = log_find(r->house->catalog, said->end.origin,
				      &info, err);

	if (successor != NULL &&
	    bytes_to_string(bytes_of(successor), said->end.successor,
			    sizeof(said->end.successor)) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "'%s' names no log",
			       successor);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "the log '%s' is not here",
			       said->end.origin);
	if (status != STATUS_OK)
		return status;
	said->has_end = true;
	said->end.size = info.size;
	if (json_object_get(request, "size") != NULL)
		said->end.size = request_number(request, "size");
	if (said->end.size > info.size)
		return err_set(err, STATUS_USAGE,
			       "only %llu entries of '%s' are here",
			       (unsigned long long)info.size,
			       said->end.origin);
	return log_root_at(r->house->catalog, info.id, said->end.size,
			   said->end.root, err);
}

static enum status find_child(struct requests *r, const json_t *request,
			      struct entry_undelegate *said, struct err *err)
{
	const char *origin = request_text(request, "origin");
	const struct authority_row *row =
		origin == NULL ? NULL :
				 authority_find(house_authority(r->house),
						origin);

	if (row == NULL || row->parent == NULL ||
	    strcmp(row->parent->publisher.origin, r->house->conf.origin) != 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "this office has not delegated anything to "
			       "'%s'",
			       origin == NULL ? "" : origin);
	strcpy(said->end.origin, row->publisher.origin);
	return STATUS_OK;
}

enum status request_undelegate(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	struct entry_undelegate said = {
		.trust = r->house->trust.trust.version
	};
	const struct cutoff *before;
	struct buf entry = BUF_INIT;
	enum status status = request_may_publish(r, err);

	if (status == STATUS_OK)
		status = find_child(r, request, &said, err);
	if (status == STATUS_OK &&
	    !json_is_true(json_object_get(request, "nothing")))
		status = find_end(r, request, &said, err);
	if (status != STATUS_OK)
		return status;
	before = authority_cutoff(house_authority(r->house), said.end.origin);
	if (before != NULL &&
	    (!said.has_end || said.end.size >= before->size))
		return err_set(err, STATUS_EXISTS,
			       "'%s' was ended at %llu entries already; an "
			       "end can only be moved down",
			       said.end.origin,
			       (unsigned long long)before->size);
	status = entry_format_undelegate(&said, &entry, err);
	if (status == STATUS_MALFORMED)
		status = err->status = STATUS_USAGE; /* somebody typed it */
	if (status == STATUS_OK)
		status = request_append(r, buf_bytes(&entry), err);
	buf_release(&entry);
	if (status != STATUS_OK)
		return status;
	*answer = json_pack("{s:s}", "origin", said.end.origin);
	put_end(*answer, said.has_end ? &said.end : NULL);
	return STATUS_OK;
}

/* --- telling --- */

json_t *request_delegations_json(struct requests *r)
{
	const struct authority *a = house_authority(r->house);
	json_t *list = json_array();

	for (size_t i = 0; i < authority_count(a); i++)
		if (authority_at(a, i)->parent != NULL)
			(void)json_array_append_new(
				list, row_json(a, authority_at(a, i)));
	return list;
}

json_t *request_voids_json(struct requests *r)
{
	static const char *const words[] = {
		[AUTHORITY_ENDED] = "ended",
		[AUTHORITY_OUTRANKED] = "outranked",
		[AUTHORITY_OTHER_PARENT] = "other_parent",
		[AUTHORITY_NO_SCOPE] = "no_scope",
		[AUTHORITY_TOO_DEEP] = "too_deep",
		[AUTHORITY_TOO_MANY] = "too_many",
	};
	const struct authority *a = house_authority(r->house);
	json_t *list = json_array();

	for (size_t i = 0; i < authority_void_count(a); i++) {
		const struct authority_void *v = authority_void_at(a, i);

		(void)json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "parent", v->parent,
					"origin", v->origin, "why",
					words[v->why]));
	}
	return list;
}
