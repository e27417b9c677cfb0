/* How this node is, whom it believes, and what others join with. */
#include <stdio.h>
#include <string.h>

#include "catalog/log.h"
#include "node/clock.h"
#include "node/join.h"
#include "node/own_url.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"
#include "signing/words.h"

struct log_list {
	struct requests *r;
	json_t *logs;
};

/* Where it waits for which trust note, where it has ended, and for whom it
 * speaks. */
static void put_standing(struct requests *r, const struct log_info *info,
			 json_t *log)
{
	const struct authority *a = house_authority(r->house);
	const struct cutoff *end = authority_cutoff(a, info->origin);
	const char *parent = authority_parent(a, info->origin);
	const struct index_wait *waits;
	size_t count = 0;

	waits = r->index == NULL ? NULL : index_waits(r->index, &count);
	for (size_t i = 0; i < count; i++)
		if (waits[i].log == info->id) {
			(void)json_object_set_new(
				log, "needs_trust",
				json_integer((json_int_t)waits[i].trust));
			(void)json_object_set_new(
				log, "waits_at",
				json_integer((json_int_t)waits[i].entry));
		}
	if (parent != NULL)
		(void)json_object_set_new(log, "parent", json_string(parent));
	(void)json_object_set_new(
		log, "publisher",
		json_boolean(authority_publisher(a, info->origin) != NULL));
	if (end == NULL)
		return;
	(void)json_object_set_new(log, "ended_at",
				  json_integer((json_int_t)end->size));
	if (end->successor[0] != 0)
		(void)json_object_set_new(log, "successor",
					  json_string(end->successor));
}

static enum status list_log(void *owner, const struct log_info *info,
			    struct err *err)
{
	struct log_list *list = owner;
	char root[BASE64_SIZE(SHA256_SIZE) + 1];
	char office[LESSON_OFFICE_MAX + 1];
	json_t *log;
	enum status status = lessons_office(list->r->house->catalog, info->id,
					    office, err);

	if (status != STATUS_OK)
		return status;
	base64_encode((struct bytes){ info->root, SHA256_SIZE }, root);
	log = json_pack("{s:s, s:s, s:I, s:s, s:I, s:b, s:b, s:I, "
				 "s:I}",
				 "origin", info->origin, "hash", info->hash,
				 "size", (json_int_t)info->size, "root", root,
				 "heard_s", (json_int_t)info->heard_s, "own",
				 info->own, "forked", info->forked, "indexed",
				 (json_int_t)info->indexed, "seen",
				 (json_int_t)(info->seen > info->size ?
						      info->seen :
						      info->size));
	if (office[0] != 0)
		(void)json_object_set_new(log, "office", json_string(office));
	put_standing(list->r, info, log);
	if (info->forked)
		(void)json_object_set_new(
			log, "fork",
			request_fork_json(list->r, info->origin));
	request_put_heard(list->r, info, log);
	(void)json_array_append_new(list->logs, log);
	return STATUS_OK;
}

static enum status list_evidence(void *owner, const struct log_evidence *e,
				 struct err *err)
{
	(void)err;
	(void)json_array_append_new(
		owner,
		json_pack("{s:s, s:s%, s:s%, s:I}", "why", e->why, "ours",
			  (const char *)e->ours.data, e->ours.size, "theirs",
			  (const char *)e->theirs.data, e->theirs.size,
			  "found_s", (json_int_t)e->found_s));
	return STATUS_OK;
}

void request_put_words(json_t *object, const uint8_t *fingerprint)
{
	char chinese[WORDS_CHINESE_MAX + 1], english[WORDS_ENGLISH_MAX + 1];
	char hex[65];

	words_chinese(fingerprint, chinese);
	words_english(fingerprint, english);
	hex_encode((struct bytes){ fingerprint, SHA256_SIZE }, hex);
	(void)json_object_set_new(object, "fingerprint", json_string(hex));
	(void)json_object_set_new(object, "words_zh", json_string(chinese));
	(void)json_object_set_new(object, "words_en", json_string(english));
}

static json_t *summary_json(const struct lessons_summary *s)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "known",
			 (json_int_t)s->known, "wanted",
			 (json_int_t)s->wanted, "held", (json_int_t)s->held,
			 "bytes", (json_int_t)s->bytes, "withdrawn",
			 (json_int_t)s->withdrawn, "refused",
			 (json_int_t)s->refused, "wanted_bytes",
			 (json_int_t)s->wanted_bytes);
}

static json_t *node_json(struct requests *r)
{
	const struct conf *conf = &r->house->conf;
	char hex[65], code[KEY_CODE_SIZE + 1], url[CONF_URL_MAX];

	hex_encode((struct bytes){ house_node_public(r->house), 32 }, hex);
	key_code(house_node_public(r->house), code);
	own_url(conf, url);
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:b}",
		"node", hex, "code", code, "level", level_name(conf->level),
		"name", conf->name, "region", conf->region, "origin",
		conf->origin, "url", url, "running", r->live != NULL, "root",
		(json_int_t)r->house->trust.root.version, "trust",
		(json_int_t)r->house->trust.trust.version, "clock_set",
		clock_is_set());
}

/* May this office publish now, and if not, why? */
static json_t *publishing_json(struct requests *r)
{
	struct err err = ERR_INIT;
	enum status status = request_may_publish(r, &err);

	return json_pack("{s:b, s:s, s:s}", "ok", status == STATUS_OK,
			 "status", status_name(status), "why", err.text);
}

enum status request_status(struct requests *r, const json_t *request,
			   json_t **answer, struct err *err)
{
	struct lessons_summary summary;
	struct log_list list = { r, json_array() };
	json_t *logs = list.logs, *evidence = json_array(), *object, *last;
	enum status status;

	(void)request;
	status = lessons_summary(r->house->catalog, &summary, err);
	if (status == STATUS_OK)
		status = log_each(r->house->catalog, list_log, &list, err);
	if (status == STATUS_OK)
		status = log_each_evidence(r->house->catalog, list_evidence,
					   evidence, err);
	if (status != STATUS_OK) {
		json_decref(logs);
		json_decref(evidence);
		return status;
	}
	object = node_json(r);
	request_put_words(object, r->house->trust.fingerprint);
	request_put_trust_heard(r, object);
	(void)json_object_set_new(object, "logs", logs);
	(void)json_object_set_new(object, "evidence", evidence);
	(void)json_object_set_new(object, "lessons", summary_json(&summary));
	(void)json_object_set_new(object, "keys", request_keys_json(r->house));
	if (house_is_publisher(r->house))
		(void)json_object_set_new(object, "publishing",
					  publishing_json(r));
	last = request_cache_json(r);
	if (last != NULL)
		(void)json_object_set_new(object, "cache", last);
	last = request_drive_last(r);
	if (last != NULL)
		(void)json_object_set_new(object, "drive", last);
	last = request_sent_json(r);
	if (last != NULL)
		(void)json_object_set_new(object, "records", last);
	(void)json_object_set_new(object, "neighbours", json_integer(0));
	(void)json_object_set_new(object, "upstreams", json_array());
	if (r->live != NULL && r->live->status != NULL) {
		json_t *more = r->live->status(r->live->node);

		(void)json_object_update(object, more);
		json_decref(more);
	}
	*answer = object;
	return STATUS_OK;
}

enum status request_join_file(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err)
{
	const struct trust_book *book = &r->house->trust;
	const char *url = request_text(request, "url");
	struct join join = JOIN_INIT;
	struct buf note = BUF_INIT, text = BUF_INIT;
	enum status status = STATUS_OK;

	if (url == NULL || conf_url(url, join.upstream[0]) != STATUS_OK)
		own_url(&r->house->conf, join.upstream[0]);
	join.upstreams = 1;
	for (unsigned v = 1; v <= book->root.version && status == STATUS_OK;
	     v++) {
		buf_clear(&note);
		status = trust_book_root_note(book, v, &note, err);
		if (status == STATUS_OK &&
		    join_add_root(&join, buf_bytes(&note)) != STATUS_OK)
			status = err_set(err, STATUS_NO_MEMORY, "join file");
	}
	buf_put_bytes(&join.trust, buf_bytes(&book->note));
	if (status == STATUS_OK)
		status = join_format(&join, &text, err);
	if (status == STATUS_OK)
		*answer = json_pack("{s:s}", "text", buf_string(&text));
	join_release(&join);
	buf_release(&note);
	buf_release(&text);
	return status;
}
