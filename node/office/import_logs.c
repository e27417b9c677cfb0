#include "node/office/import_logs.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/imported.h"
#include "catalog/log.h"
#include "catalog/stations.h"
#include "proto/recordlog.h"

struct looking {
	struct import_logs *out;
	size_t room;
	struct catalog *source, *office;
	const struct import_options *options;
	struct import_found *found;
};

static void tell(json_t *list, const uint8_t *key, const char *name,
		 const struct log_info *info)
{
	char code[KEY_CODE_SIZE + 1];

	if (list == NULL || json_array_size(list) >= IMPORT_TOLD_MAX)
		return;
	key_code(key, code);
	(void)json_array_append_new(
		list, json_pack("{s:s, s:s, s:I, s:I}", "code", code, "name",
				name, "entries", (json_int_t)info->size,
				"heard_s", (json_int_t)info->heard_s));
}

/* Is it to be imported? Strangers are told. */
static enum status may_import(struct looking *l, const struct log_info *info,
			      const uint8_t *key, bool *may, struct err *err)
{
	struct station station = { .name = "" };
	bool own = memcmp(key, l->options->own, PUBLIC_KEY_SIZE) == 0;
	enum status status = stations_get(l->source, key, &station, err);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*may = own || status == STATUS_OK;
	if (!*may && l->found != NULL)
		tell(l->found->strangers, key, "", info);
	/* Of one that was retired there is nothing left to do. */
	if (info->forked && l->found != NULL && !station.ended)
		tell(l->found->forked, key, station.name, info);
	return STATUS_OK;
}

static enum status keep(struct looking *l, const struct import_log *log,
			struct err *err)
{
	struct import_logs *out = l->out;

	if (out->count == l->room) {
		size_t room = l->room == 0 ? 64 : 2 * l->room;
		void *list = reallocarray(out->list, room,
					  sizeof(*out->list));

		if (list == NULL)
			return err_set(err, STATUS_NO_MEMORY, "logs");
		out->list = list;
		l->room = room;
	}
	out->list[out->count++] = *log;
	out->waiting += log->size - log->next;
	return STATUS_OK;
}

static enum status mark_forked(struct looking *l, struct import_log *log,
			       struct err *err)
{
	enum status status = STATUS_OK;

	if (log->station == 0)
		status = imported_station(l->office, log->key, &log->station,
					  err);
	if (status == STATUS_OK)
		status = imported_forked(l->office, log->station, err);
	return status;
}

static enum status look_at(void *owner, const struct log_info *info,
			   struct err *err)
{
	struct looking *l = owner;
	struct import_log log = { .log = info->id,
				  .size = info->size,
				  .taken_s = (int64_t)info->heard_s };
	bool may;
	enum status status;

	if (!recordlog_key(info->origin, log.key))
		return STATUS_OK;
	status = may_import(l, info, log.key, &may, err);
	if (status != STATUS_OK || !may)
		return status;
	status = imported_find(l->office, log.key, &log.station, err);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	else if (status == STATUS_OK)
		status = imported_done(l->office, log.station, &log.next, err);
	if (status == STATUS_OK && info->forked)
		status = mark_forked(l, &log, err);
	if (log.taken_s == 0 || log.taken_s > (int64_t)l->options->now_s)
		log.taken_s = (int64_t)l->options->now_s;
	if (status == STATUS_OK && log.size > log.next)
		status = keep(l, &log, err);
	return status;
}

static enum status look_at_some(struct looking *l, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < l->options->count && status == STATUS_OK; i++) {
		struct log_info info;

		status = log_get(l->source, l->options->logs[i], &info, err);
		if (status == STATUS_OK && info.kind == LOG_RECORDS)
			status = look_at(l, &info, err);
		else if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	return status;
}

enum status import_logs_look(struct import_logs *out, struct catalog *source,
			     struct catalog *office,
			     const struct import_options *options,
			     struct import_found *found, struct err *err)
{
	struct import_logs logs = { .list = NULL };
	struct looking l = { .out = &logs,
			     .source = source,
			     .office = office,
			     .options = options,
			     .found = found };
	enum status status =
		options->count > 0 ?
			look_at_some(&l, err) :
			log_each_records(source, look_at, &l, err);

	if (status == STATUS_OK)
		*out = logs;
	else
		import_logs_release(&logs);
	return status;
}

void import_logs_release(struct import_logs *logs)
{
	free(logs->list);
	*logs = (struct import_logs){ .list = NULL };
}
