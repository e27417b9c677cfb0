/* Records on their way up, acknowledgements on their way back, and what nodes
 * say of themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/drive/sync_inside.h"
#include "node/own_statement.h"
#include "proto/encoding.h"
#include "proto/recordlog.h"
#include "signing/checkpoint.h"

/* --- records in --- */

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

static enum status records_in(struct visit *v, struct err *err)
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

/* --- statements in --- */

static enum status statement_in(struct visit *v, const uint8_t *key,
				struct buf *note, struct buf *ours,
				struct err *err)
{
	struct statement_row row;
	char path[DRIVE_PATH_MAX];
	enum status status;

	if (memcmp(key, house_node_public(door_house(v->door)), 32) == 0)
		return STATUS_OK;
	drive_path(DRIVE_NODE, key, path);
	status = visit_read(v, path, STATEMENT_MAX, note, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	buf_clear(ours);
	if (status == STATUS_OK &&
	    statements_get(visit_catalog(v), key, &row, ours, err) ==
		    STATUS_OK &&
	    bytes_equal(buf_bytes(note), row.note))
		return STATUS_OK;
	if (status == STATUS_OK)
		status = visit_tell(v,
				    json_pack("{s:s, s:o, s:i}", "verb",
					      "statement-take", "note",
					      visit_text(buf_bytes(note)),
					      "age", 0),
				    err);
	if (status == STATUS_OLD || status == STATUS_NO_ROOM) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "a node's statement on the drive");
}

enum status sync_small_in(struct visit *v, struct err *err)
{
	struct buf note = BUF_INIT, ours = BUF_INIT;
	enum status status = STATUS_OK;

	if (v->foreign) /* of nobody we know */
		return STATUS_OK;
	visit_look(v);
	for (size_t i = 0; i < v->nodes.count && i < SYNC_NODES_MAX &&
			   status == STATUS_OK && visit_may_go_on(v) &&
			   visit_may_look(v, i);
	     i++)
		status = statement_in(v, v->nodes.list[i], &note, &ours, err);
	buf_release(&note);
	buf_release(&ours);
	return status == STATUS_OK ? records_in(v, err) : status;
}

/* --- lists and route out --- */

/* The names the drive had, and `ours`. Readers look at so many and no more:
 * where there are more than that, ours come first. */
static enum status write_list(struct visit *v, enum drive_kind kind,
			      const struct hashes *had,
			      const struct hashes *ours, size_t looked_at,
			      struct err *err)
{
	bool many = had->count + ours->count > looked_at;
	const struct hashes *order[2] = { many ? ours : had,
					  many ? had : ours };
	struct hashes list = HASHES_INIT;
	char path[DRIVE_PATH_MAX];
	struct buf text = BUF_INIT;
	enum status status = STATUS_OK;

	for (size_t n = 0; n < 2; n++)
		for (size_t i = 0; i < order[n]->count && status == STATUS_OK;
		     i++)
			status = hashes_put(&list, order[n]->list[i]);
	hashes_write(&list, &text);
	hashes_release(&list);
	if (status == STATUS_NO_MEMORY) {
		buf_release(&text);
		return err_set(err, status, "out of memory");
	}
	drive_path_list(kind, path);
	status = buf_status(&text) != STATUS_OK ?
			 err_set(err, STATUS_NO_MEMORY, "out of memory") :
		 text.size == 0 ? STATUS_OK :
				  visit_write(v, path, buf_bytes(&text), err);
	buf_release(&text);
	return status;
}

static enum status write_route(struct visit *v, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status;

	if (v->o->route_count == 0)
		return STATUS_OK;
	drive_route_format(v->route, v->route_count, &text);
	status = visit_write(v, DRIVE_ROUTE, buf_bytes(&text), err);
	buf_release(&text);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put the route on the drive");
}

/* --- records out --- */

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

static enum status records_out(struct visit *v, struct err *err)
{
	struct records_out out = { .v = v, .listing = true };
	enum status status;

	status = log_each_records(visit_catalog(v), record_out, &out, err);
	if (status == STATUS_OK)
		status = write_list(v, DRIVE_UP, &v->ups, &out.ours,
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

/* --- statements out --- */

struct statements_out {
	struct visit *v;
	struct hashes keys;
};

static bool collect_key(void *context, const struct statement_row *row)
{
	struct statements_out *out = context;

	return hashes_put(&out->keys, row->key) == STATUS_OK &&
	       out->keys.count < SYNC_NODES_MAX;
}

/* Is the statement on the drive as new as this one, or newer? */
static bool drive_is_as_new(struct visit *v, const char *path,
			    const struct statement_row *row, struct buf *note)
{
	struct statement theirs;
	struct err err = ERR_INIT;

	return visit_read(v, path, STATEMENT_MAX, note, &err) == STATUS_OK &&
	       (bytes_equal(buf_bytes(note), row->note) ||
		(statement_open(buf_bytes(note), &theirs) == STATUS_OK &&
		 memcmp(theirs.key, row->key, 32) == 0 &&
		 (theirs.boot > row->boot ||
		  (theirs.boot == row->boot && theirs.seq >= row->seq))));
}

static enum status other_statements_out(struct visit *v, struct err *err)
{
	struct statements_out out = { .v = v };
	struct buf note = BUF_INIT, theirs = BUF_INIT;
	struct statement_row row;
	char path[DRIVE_PATH_MAX];
	enum status status;

	(void)hashes_put(&out.keys, house_node_public(door_house(v->door)));
	status = statements_list(visit_catalog(v), collect_key, &out, err);
	if (status == STATUS_OK)
		status = write_list(v, DRIVE_NODE, &v->nodes, &out.keys,
				    SYNC_NODES_MAX, err);
	for (size_t i = 0; i < out.keys.count && status == STATUS_OK &&
			   v->writable;
	     i++) {
		buf_clear(&note);
		status = statements_get(visit_catalog(v), out.keys.list[i],
					&row, &note, err);
		if (status == STATUS_NOT_FOUND) { /* our own; or given up */
			*err = (struct err)ERR_INIT;
			status = STATUS_OK;
			continue;
		}
		if (status != STATUS_OK)
			break;
		drive_path(DRIVE_NODE, row.key, path);
		if (!drive_is_as_new(v, path, &row, &theirs))
			status = visit_write(v, path, row.note, err);
	}
	hashes_release(&out.keys);
	buf_release(&note);
	buf_release(&theirs);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put statements on the drive");
}

enum status sync_statement_out(struct visit *v, struct err *err)
{
	json_t *answer;
	const char *note;
	char path[DRIVE_PATH_MAX];
	enum status status;

	if (!v->writable)
		return STATUS_OK;
	status = door_ask(v->door, json_pack("{s:s}", "verb", "own-statement"),
			  &answer, err);
	if (status != STATUS_OK)
		return visit_failed(v, err, "this node's own statement");
	note = json_string_value(json_object_get(answer, "note"));
	drive_path(DRIVE_NODE, house_node_public(door_house(v->door)), path);
	if (note != NULL && note[0] != 0)
		status = visit_write(v, path, bytes_of(note), err);
	json_decref(answer);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put this node's statement on the "
					"drive");
}

enum status sync_small_out(struct visit *v, struct err *err)
{
	enum status status;

	if (!v->writable)
		return STATUS_OK;
	status = write_route(v, err);
	if (status == STATUS_OK)
		status = records_out(v, err);
	if (status == STATUS_OK)
		status = other_statements_out(v, err);
	return status == STATUS_OK ? sync_statement_out(v, err) : status;
}
