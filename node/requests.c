/* The table of requests, and what they are all read with. */
#include "node/requests.h"

#include <limits.h>
#include <string.h>

#include "catalog/search.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"

const char *request_text(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}

uint64_t request_number(const json_t *request, const char *key)
{
	json_int_t value =
		json_integer_value(json_object_get(request, key));

	return value < 0 ? 0 : (uint64_t)value;
}

enum status request_btmh(const json_t *request, uint8_t btmh[static 32],
			 struct err *err)
{
	const char *hex = request_text(request, "btmh");

	if (hex == NULL || hex_decode(bytes_of(hex), btmh, 32) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "which payload?");
	return STATUS_OK;
}

enum status request_pid(const json_t *request, pid_t *pid, struct err *err)
{
	json_int_t number =
		json_integer_value(json_object_get(request, "pid"));

	if (number <= 0 || number > INT_MAX)
		return err_set(err, STATUS_USAGE, "which process asks?");
	*pid = (pid_t)number;
	return STATUS_OK;
}

enum status request_hex(const json_t *request, const char *key,
			struct buf *out, struct err *err)
{
	const char *hex = request_text(request, key);
	size_t size = hex == NULL ? 0 : strlen(hex) / 2;
	uint8_t *at = buf_reserve(out, size + 1);

	if (hex == NULL || at == NULL ||
	    hex_decode(bytes_of(hex), at, size) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "which pieces?");
	buf_grew(out, size);
	return STATUS_OK;
}

enum status request_lesson(struct requests *r, const json_t *request,
			   struct lesson_row *row, struct err *err)
{
	const char *id = request_text(request, "id");

	if (id == NULL)
		return err_set(err, STATUS_USAGE, "which lesson?");
	return lessons_get(r->house->catalog, id, row, err);
}

/* What logs have gained, with what that makes of others. */
static enum status step_index(struct requests *r, struct err *err)
{
	enum status status = STATUS_OK;
	unsigned did;

	do {
		do
			status = index_step(r->index, 1000, &did, err);
		while (status == STATUS_OK && did > 0);
		if (status != STATUS_OK || !index_take_delegated(r->index))
			return status;
		status = request_delegated(r, err);
	} while (status == STATUS_OK);
	return status;
}

enum status request_index(struct requests *r, struct err *err)
{
	enum status status = step_index(r, err);
	unsigned did;

	do
		status = status == STATUS_OK ?
				 search_step(r->house->catalog, 1000, &did,
					     err) :
				 status;
	while (status == STATUS_OK && did > 0);
	return status;
}

static enum status request_neighbours(struct requests *r,
				      const json_t *request, json_t **answer,
				      struct err *err)
{
	(void)request;
	if (r->live == NULL || r->live->neighbours == NULL)
		return err_set(err, STATUS_UNREACHABLE,
			       "no node runs here: start it with 'xiangtu "
			       "run'");
	*answer = r->live->neighbours(r->live->node);
	return STATUS_OK;
}

static enum status request_transfers(struct requests *r,
				     const json_t *request, json_t **answer,
				     struct err *err)
{
	(void)request;
	if (r->live == NULL || r->live->transfers == NULL)
		return err_set(err, STATUS_UNREACHABLE,
			       "no node runs here: start it with 'xiangtu "
			       "run'");
	*answer = r->live->transfers(r->live->node);
	return STATUS_OK;
}

bool requests_is_long(const json_t *request)
{
	const char *verb = request_text(request, "verb");

	return verb != NULL &&
	       (strcmp(verb, "lessons") == 0 || strcmp(verb, "held") == 0);
}

enum status requests_answer(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	static const struct {
		const char *verb;
		request_fn fn;
	} verbs[] = {
		{ "lessons", request_lessons },
		{ "show", request_show },
		{ "pin", request_pin },
		{ "drop", request_drop },
		{ "subscribe", request_subscribe },
		{ "publish", request_publish },
		{ "withdraw", request_withdraw },
		{ "withdrawals", request_withdrawals },
		{ "status", request_status },
		{ "neighbours", request_neighbours },
		{ "transfers", request_transfers },
		{ "held", request_held },
		{ "damaged", request_damaged },
		{ "room", request_room },
		{ "journal", request_journal },
		{ "lend", request_lend },
		{ "lent-back", request_lent_back },
		{ "drive-here", request_drive_here },
		{ "drive-gone", request_drive_gone },
		{ "unlock", request_unlock },
		{ "lock", request_lock },
		{ "secret-set", request_secret_set },
		{ "secrets", request_secrets },
		{ "reset-code", request_reset_code },
		{ "trust", request_trust },
		{ "delegate", request_delegate },
		{ "undelegate", request_undelegate },
		{ "join-file", request_join_file },
		{ "station-accept", request_station_accept },
		{ "station-list", request_station_list },
		{ "report-close", request_office },
		{ "station-end", request_station_end },
		{ "records", request_records },
		{ "records-to", request_records_to },
		{ "records-import", request_records_import },
		{ "record-add", request_record_add },
		{ "tell", request_tell },
		{ "told", request_told },
		{ "records-send", request_records_send },
		{ "cards", request_office },
		{ "cards-taken", request_cards_taken },
		{ "cards-issue", request_cards_issue },
		{ "cards-end", request_cards_end },
		{ "cards-forget", request_office },
		{ "cards-person", request_office },
		{ "root-take", request_root_take },
		{ "trust-take", request_trust_take },
		{ "log-take", request_log_take },
		{ "log-next", request_log_next },
		{ "log-body", request_log_body },
		{ "log-missing", request_log_missing },
		{ "log-drop", request_log_drop },
		{ "log-given", request_log_given },
		{ "indexed", request_indexed },
		{ "statement-take", request_statement_take },
		{ "own-statement", request_own_statement },
		{ "evidence", request_evidence },
		{ "evidence-text", request_evidence_text },
		{ "evidence-take", request_evidence_take },
		{ "witness-key", request_witness_key },
		{ "drive-progress", request_drive_progress },
		{ "drive-done", request_drive_done },
	};
	const char *verb = request_text(request, "verb");

	r->alone = json_is_true(json_object_get(request, "alone"));
	for (size_t i = 0; verb != NULL && i < sizeof(verbs) / sizeof(*verbs);
	     i++)
		if (strcmp(verbs[i].verb, verb) == 0)
			return verbs[i].fn(r, request, answer, err);
	return err_set(err, STATUS_USAGE, "no such request: '%s'",
		       verb == NULL ? "" : verb);
}
