/* Requests about record logs: add to this node's own, list all. */
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/records.h"
#include "node/requests_internal.h"
#include "node/requests_visit.h"
#include "node/study/lately.h"
#include "node/study/machine.h"
#include "node/study/sealing.h"
#include "proto/encoding.h"
#include "proto/recordlog.h"

/* Whom this node's records are sealed to. */
enum status request_records_to(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	const struct house *h = r->house;
	const struct recipient *to =
		trust_recipient(&h->trust.trust, h->conf.region);
	char vkey[VKEY_MAX + 1];

	(void)request;
	if (to == NULL)
		return err_set(err, STATUS_NOT_FOUND,
			       "the trust note names no office that reads the "
			       "records of region %s",
			       h->conf.region);
	public_key_format(&to->key, vkey);
	*answer = json_pack("{s:s, s:s}", "key", vkey, "region", to->region);
	return STATUS_OK;
}

static enum status decode_sealed(const char *text, struct buf *out,
				 struct err *err)
{
	size_t length = text == NULL ? 0 : strlen(text), size;
	uint8_t *at;

	if (length == 0 || length > BASE64_SIZE(RECORDS_ENTRY_MAX))
		return err_set(err, STATUS_USAGE, "which sealed bytes?");
	at = buf_reserve(out, length);
	if (at == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a record");
	if (base64_decode(bytes_of(text), at, length, &size) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "'sealed' is no base64");
	buf_grew(out, size);
	return STATUS_OK;
}

/* Two machines with one key would make two histories of one log. */
static enum status refuse_twin(const struct requests *r, struct err *err)
{
	if (r->live == NULL || r->live->has_twin == NULL ||
	    !r->live->has_twin(r->live->node))
		return STATUS_OK;
	return err_set(err, STATUS_FORKED,
		       "another machine speaks with this node's key: two "
		       "would make two histories of one log");
}

/* It is an office's own as well, and others are to be told. */
static enum status has_grown(struct requests *r, int64_t log, struct err *err)
{
	enum status status = records_acknowledge(r->house, clock_s(), NULL,
						 err);

	if (status == STATUS_OK && r->live != NULL &&
	    r->live->log_grown != NULL)
		r->live->log_grown(r->live->node, log);
	return status;
}

enum status requests_send_records(struct requests *r, const json_t *extra,
				  struct sealed *out, struct err *err)
{
	enum status status = refuse_twin(r, err);

	if (status == STATUS_OK)
		status = sealing_round(r->house, extra, out, err);
	if (status != STATUS_OK || out->log == 0)
		return status;
	lately_went(r->house);
	return has_grown(r, out->log, err);
}

static enum status may_add(const struct requests *r, struct err *err)
{
	return r->live == NULL || r->live->records_may == NULL ?
		       STATUS_OK :
		       r->live->records_may(r->live->node, err);
}

static enum status machine_now(struct requests *r, json_t **out,
			       struct err *err)
{
	struct machine_look look;

	if (r->live != NULL)
		return r->live->machine == NULL ?
			       STATUS_OK :
			       r->live->machine(r->live->node, out, err);
	machine_look_init(&look, r->house);
	machine_look(&look);
	*out = machine_item(r->house, &look);
	return STATUS_OK;
}

/* A box may be switched on only as long as somebody is there with a drive: it
 * says then what else the day's round would. `*machine` is NULL where one went
 * lately. */
static enum status days_round(struct requests *r, json_t **machine,
			      struct err *err)
{
	struct rounds_past past;
	enum status status = lately_past(r->house, &past, err);

	*machine = NULL;
	return status == STATUS_OK && rounds_late(&past) ?
		       machine_now(r, machine, err) :
		       status;
}

/* A running node goes on with the rest by itself. */
static enum status send_all(struct requests *r, const json_t *machine,
			    struct sealed *all, struct err *err)
{
	struct sealed one = { .more = true };
	enum status status = STATUS_OK;

	while (status == STATUS_OK && one.more) {
		one.more = false;
		status = requests_send_records(r, machine, &one, err);
		all->items += one.items;
		all->entries += one.entries;
		all->machine |= one.machine;
		machine = NULL;
		if (r->live != NULL)
			break;
	}
	all->more = one.more;
	return status;
}

/* A visit that asks has read what its drive has. */
static void has_read(struct requests *r, const json_t *request)
{
	struct err ignored = ERR_INIT;
	pid_t pid;

	if (r->visit != NULL && request_pid(request, &pid, &ignored) ==
					STATUS_OK)
		drive_readers_tell(&r->visit->readers, pid, false, 0);
}

enum status request_records_send(struct requests *r, const json_t *request,
				 json_t **answer, struct err *err)
{
	struct sealed sealed = { .items = 0 };
	json_t *machine = NULL;
	enum status status;

	has_read(r, request);
	status = may_add(r, err);
	if (status == STATUS_OK)
		status = days_round(r, &machine, err);
	if (status == STATUS_OK)
		status = send_all(r, machine, &sealed, err);
	json_decref(machine);
	if (status != STATUS_OK)
		return status;
	if (r->live != NULL && r->live->records_sent != NULL)
		r->live->records_sent(r->live->node, sealed.machine,
				      sealed.more);
	*answer = json_pack("{s:I, s:I, s:b, s:b}", "items",
			    (json_int_t)sealed.items, "entries",
			    (json_int_t)sealed.entries, "machine",
			    sealed.machine, "more", sealed.more);
	return STATUS_OK;
}

enum status request_record_add(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	struct buf sealed = BUF_INIT;
	struct log_info info;
	int64_t log = 0;
	enum status status = decode_sealed(request_text(request, "sealed"),
					   &sealed, err);

	if (status == STATUS_OK)
		status = refuse_twin(r, err);
	if (status == STATUS_OK)
		status = may_add(r, err);
	if (status == STATUS_OK)
		status = records_add(r->house, buf_bytes(&sealed), &log, err);
	buf_release(&sealed);
	if (status == STATUS_OK)
		status = has_grown(r, log, err);
	if (status == STATUS_OK)
		status = log_get(r->house->catalog, log, &info, err);
	if (status != STATUS_OK)
		return status;
	*answer = json_pack("{s:I}", "entries", (json_int_t)info.size);
	return STATUS_OK;
}

/* --- the list --- */

struct listing {
	struct requests *r;
	json_t *list;
};

static json_t *owner_json(const struct records_owner *owner)
{
	char code[KEY_CODE_SIZE + 1], hex[2 * PUBLIC_KEY_SIZE + 1];

	key_code(owner->key, code);
	hex_encode((struct bytes){ owner->key, PUBLIC_KEY_SIZE }, hex);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "code", code,
			 "node", hex, "name", owner->name, "region",
			 owner->region, "standing",
			 records_standing_name(owner->standing), "own",
			 owner->standing == RECORDS_OWN);
}

static void put_numbers(json_t *object, const struct log_info *info,
			uint64_t bytes)
{
	(void)json_object_set_new(object, "entries",
				  json_integer((json_int_t)info->size));
	(void)json_object_set_new(object, "acked",
				  json_integer((json_int_t)info->acked));
	(void)json_object_set_new(object, "bytes",
				  json_integer((json_int_t)bytes));
	(void)json_object_set_new(object, "heard_s",
				  json_integer((json_int_t)info->heard_s));
	if (info->forked)
		(void)json_object_set_new(object, "forked", json_true());
}

static enum status list_log(void *context, const struct log_info *info,
			    struct err *err)
{
	struct listing *l = context;
	struct records_owner owner;
	uint64_t bytes = 0;
	json_t *object;
	enum status status = records_owner_of(l->r->house, info->origin,
					      &owner, err);

	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && owner.standing == RECORDS_OWN &&
	     info->size == 0))
		return STATUS_OK;
	if (status == STATUS_OK)
		status = log_bytes(l->r->house->catalog, info->id, &bytes,
				   err);
	if (status != STATUS_OK)
		return status;
	object = owner_json(&owner);
	put_numbers(object, info, bytes);
	(void)json_array_append_new(l->list, object);
	return STATUS_OK;
}

/* Enrolled stations of which nothing ever came: "zero" is not "not heard". */
static bool list_silent(void *context, const struct station *station)
{
	struct listing *l = context;
	struct records_owner owner = { .standing = RECORDS_ENROLLED };
	struct log_info none = { .id = 0 };
	json_t *object;
	const json_t *known;
	const char *node;
	size_t i;

	memcpy(owner.key, station->key.bytes, sizeof(owner.key));
	memcpy(owner.region, station->region, sizeof(owner.region));
	memcpy(owner.name, station->name, sizeof(owner.name));
	if (memcmp(owner.key, house_node_public(l->r->house),
		   sizeof(owner.key)) == 0)
		return true;
	object = owner_json(&owner);
	node = request_text(object, "node");
	json_array_foreach(l->list, i, known)
		if (strcmp(request_text(known, "node"), node) == 0) {
			json_decref(object);
			return true;
		}
	put_numbers(object, &none, 0);
	(void)json_array_append_new(l->list, object);
	return true;
}

enum status request_records(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	struct listing l = { .r = r, .list = json_array() };
	enum status status;

	(void)request;
	status = log_each_records(r->house->catalog, list_log, &l, err);
	/* Only where records end up is it known who is silent. */
	if (status == STATUS_OK && r->house->locks[HOUSE_ACK].there)
		status = stations_list(r->house->catalog, false, list_silent,
				       &l, err);
	if (status != STATUS_OK) {
		json_decref(l.list);
		return status;
	}
	*answer = l.list;
	return STATUS_OK;
}
