/* What nodes say of themselves, from drive to node and back. */
#include <string.h>

#include "catalog/stations.h"
#include "node/drive/sync_inside.h"
#include "node/own_statement.h"

/* --- in --- */

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

enum status sync_statements_in(struct visit *v, struct err *err)
{
	struct buf note = BUF_INIT, ours = BUF_INIT;
	enum status status = STATUS_OK;

	visit_look(v);
	for (size_t i = 0; i < v->nodes.count && i < SYNC_NODES_MAX &&
			   status == STATUS_OK && visit_may_go_on(v) &&
			   visit_may_look(v, i);
	     i++)
		status = statement_in(v, v->nodes.list[i], &note, &ours, err);
	buf_release(&note);
	buf_release(&ours);
	return status;
}

/* --- out --- */

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

enum status sync_statements_out(struct visit *v, struct err *err)
{
	struct statements_out out = { .v = v };
	struct buf note = BUF_INIT, theirs = BUF_INIT;
	struct statement_row row;
	char path[DRIVE_PATH_MAX];
	enum status status;

	(void)hashes_put(&out.keys, house_node_public(door_house(v->door)));
	status = statements_list(visit_catalog(v), collect_key, &out, err);
	if (status == STATUS_OK)
		status = visit_write_list(v, DRIVE_NODE, &v->nodes, &out.keys,
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
