/* Records on their way up, and acknowledgements on their way back. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/drive/sync_inside.h"
#include "proto/encoding.h"
#include "proto/recordlog.h"
#include "signing/checkpoint.h"

enum {
	ROUNDS_MAX = 64, /* of sealing, of what waits here for months */
	PATIENCE_S = 45, /* for a node that still asks others */
	POLL_US = 200 * 1000
};

/* --- in --- */

static enum status record_log_in(struct visit *v, const char *folder,
				 const uint8_t *hash, struct buf *note,
				 struct err *err)
{
	char path[DRIVE_PATH_MAX];
	uint64_t grown = 0;
	enum status status;

	visit_path(folder, "checkpoint", path);
	status = visit_read(v, path, CHECKPOINT_NOTE_MAX, note, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = sync_log_in(v, folder, buf_bytes(note), true, &grown,
				     err);
	/* Written anew, where it is known what belongs there. */
	if (status == STATUS_MALFORMED || status == STATUS_UNTRUSTED)
		(void)hashes_put(&v->bad_ups, hash);
	v->records_in += grown;
	if (status == STATUS_CANCELLED && v->out_of_time) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "a station's records on the drive");
}

/* What the office answered to one. */
static enum status record_ack_in(struct visit *v, const char *folder,
				 struct buf *note, struct err *err)
{
	char path[DRIVE_PATH_MAX];
	json_t *text, *answer;
	const char *state;
	enum status status;

	visit_path(folder, "ack", path);
	status = visit_read(v, path, CHECKPOINT_NOTE_MAX, note, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	text = visit_text(buf_bytes(note));
	if (status == STATUS_OK && text == NULL)
		status = err_set(err, STATUS_MALFORMED, "it is not UTF-8");
	if (status == STATUS_OK) {
		status = door_ask(v->door,
				  json_pack("{s:s, s:s, s:O}", "verb",
					    "log-take", "kind", "ack", "note",
					    text),
				  &answer, err);
		if (status == STATUS_OK) {
			state = json_string_value(
				json_object_get(answer, "state"));
			v->acks += state != NULL && strcmp(state, "taken") == 0;
			json_decref(answer);
		}
	}
	json_decref(text);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "the office's answer to records");
}

/* Is what the drive has of this log what is here already? */
static bool record_is_known(struct visit *v, const char *folder,
			    const char *hash, struct buf *note)
{
	struct log_info log;
	struct buf ours = BUF_INIT, ack = BUF_INIT;
	char path[DRIVE_PATH_MAX];
	struct err err = ERR_INIT;
	bool known = false;

	if (log_find_hash(visit_catalog(v), hash, &log, &err) == STATUS_OK &&
	    log_read_note(visit_catalog(v), log.id, &ours, &err) ==
		    STATUS_OK) {
		visit_path(folder, "checkpoint", path);
		known = visit_read(v, path, CHECKPOINT_NOTE_MAX, note, &err) ==
				STATUS_OK &&
			bytes_equal(buf_bytes(note), buf_bytes(&ours));
		(void)log_read_ack(visit_catalog(v), log.id, &ack, &err);
		visit_path(folder, "ack", path);
		if (visit_read(v, path, CHECKPOINT_NOTE_MAX, note, &err) ==
		    STATUS_OK)
			known = known &&
				bytes_equal(buf_bytes(note), buf_bytes(&ack));
	}
	buf_release(&ours);
	buf_release(&ack);
	return known;
}

static void own_record_hash(struct visit *v, uint8_t hash[static SHA256_SIZE])
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];

	recordlog_origin(house_node_public(door_house(v->door)), origin);
	sha256(origin, strlen(origin), hash);
}

static enum status record_in(struct visit *v, const uint8_t *hash,
			     struct buf *note, struct err *err)
{
	char folder[DRIVE_PATH_MAX], hex[65];
	enum status status;

	hex_encode((struct bytes){ hash, 32 }, hex);
	drive_path(DRIVE_UP, hash, folder);
	if (record_is_known(v, folder, hex, note))
		return STATUS_OK;
	status = record_log_in(v, folder, hash, note, err);
	return status == STATUS_OK ? record_ack_in(v, folder, note, err) :
				     status;
}

enum status sync_records_in(struct visit *v, struct err *err)
{
	struct buf note = BUF_INIT;
	uint8_t own[SHA256_SIZE];
	enum status status;

	/* Ours is looked at whether or not the drive lists it. */
	own_record_hash(v, own);
	status = record_in(v, own, &note, err);
	for (size_t i = 0; i < v->ups.count && i < SYNC_UPS_MAX &&
			   status == STATUS_OK && visit_may_go_on(v);
	     i++)
		if (memcmp(v->ups.list[i], own, sizeof(own)) != 0)
			status = record_in(v, v->ups.list[i], &note, err);
	buf_release(&note);
	return status;
}

/* --- out --- */

struct records_out {
	struct visit *v;
	struct hashes ours; /* record logs that are put there */
	bool listing;	    /* only put the hashes into the list */
};

static enum status write_ack(struct visit *v, const char *folder,
			     const struct log_info *log, struct err *err)
{
	struct buf ack = BUF_INIT, theirs = BUF_INIT;
	char path[DRIVE_PATH_MAX];
	enum status status = log_read_ack(visit_catalog(v), log->id, &ack, err);

	visit_path(folder, "ack", path);
	if (status == STATUS_OK &&
	    (visit_read(v, path, CHECKPOINT_NOTE_MAX, &theirs, err) !=
		     STATUS_OK ||
	     !bytes_equal(buf_bytes(&theirs), buf_bytes(&ack)))) {
		*err = (struct err)ERR_INIT;
		status = visit_write(v, path, buf_bytes(&ack), err);
	}
	buf_release(&ack);
	buf_release(&theirs);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What the office has not acknowledged rides on every drive; what it has
 * acknowledged rides back where its records came from. */
static enum status record_out(void *owner, const struct log_info *log,
			      struct err *err)
{
	struct records_out *out = owner;
	struct visit *v = out->v;
	uint8_t hash[SHA256_SIZE];
	char folder[DRIVE_PATH_MAX];
	bool rides = log->size > log->acked, answered;
	uint64_t grown = 0;
	enum status status = STATUS_OK;

	(void)hex_decode(bytes_of(log->hash), hash, sizeof(hash));
	rides = !log->forked && (rides || hashes_have(&v->bad_ups, hash));
	answered = log->acked > 0 && (hashes_have(&v->ups, hash) || log->own);
	if (!v->writable || (!rides && !answered))
		return STATUS_OK;
	if (out->listing)
		return hashes_put(&out->ours, hash) == STATUS_NO_MEMORY ?
			       err_set(err, STATUS_NO_MEMORY, "records") :
			       STATUS_OK;
	drive_path(DRIVE_UP, hash, folder);
	if (rides)
		status = sync_log_out(v, folder, log, &grown, err);
	v->records_out += grown;
	if (status == STATUS_OK && log->acked > 0)
		status = write_ack(v, folder, log, err);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put records on the drive");
}

/* Who has little time keeps most of it for lessons. */
static double patience_s(const struct visit *v)
{
	double quarter = (v->deadline - visit_clock()) / 4;

	return v->deadline > 0 && quarter < PATIENCE_S ? quarter : PATIENCE_S;
}

/* One round of it. The node may first have to ask others what they have of its
 * records: it says so, and is asked again. */
static enum status seal_round(struct visit *v, bool *more, struct err *err)
{
	json_t *answer = NULL;
	double until = visit_clock() + patience_s(v);
	enum status status = STATUS_BUSY;

	*more = false;
	while (status == STATUS_BUSY) {
		*err = (struct err)ERR_INIT;
		status = door_ask(v->door,
				  json_pack("{s:s, s:I}", "verb",
					    "records-send", "pid",
					    (json_int_t)getpid()),
				  &answer, err);
		if (status != STATUS_BUSY || visit_clock() > until ||
		    !visit_show(v, SYNC_SMALL_OUT, "", 0, 0))
			break;
		(void)usleep(POLL_US);
	}
	if (status == STATUS_OK)
		*more = json_is_true(json_object_get(answer, "more"));
	json_decref(answer);
	return status;
}

/* What was studied until now rides along, and not only what the day's round
 * has sealed. Where that cannot be, what is in the log rides all the same. */
static enum status seal_what_waits(struct visit *v, struct err *err)
{
	struct err why = ERR_INIT;
	bool more = true;
	enum status status = STATUS_OK;

	for (unsigned i = 0; status == STATUS_OK && more && i < ROUNDS_MAX;
	     i++)
		status = seal_round(v, &more, &why);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND ||
	    status == STATUS_OUT_OF_SCOPE)
		return STATUS_OK;
	*err = why;
	return visit_failed(v, err, "seal this node's records");
}

enum status sync_records_out(struct visit *v, struct err *err)
{
	struct records_out out = { .v = v, .listing = true };
	enum status status = seal_what_waits(v, err);

	if (status != STATUS_OK)
		return status;
	status = log_each_records(visit_catalog(v), record_out, &out, err);
	if (status == STATUS_OK)
		status = visit_write_list(v, DRIVE_UP, &v->ups, &out.ours,
				    SYNC_UPS_MAX, err);
	out.listing = false;
	if (status == STATUS_OK)
		status = log_each_records(visit_catalog(v), record_out, &out,
					  err);
	hashes_release(&out.ours);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put records on the drive");
}
