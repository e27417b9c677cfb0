/* Logs between a drive and the node. In: through the node's one intake, which
 * says what it wants next and gets the bytes by way of the spool. Out: tiles
 * and bundles first, flushed, then the checkpoint that counts on them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "catalog/mirror.h"
#include "node/drive/sync_inside.h"
#include "node/log_intake.h"
#include "node/records.h"
#include "proto/bundle.h"
#include "proto/encoding.h"
#include "signing/checkpoint.h"

enum { INDEX_POLL_US = 20 * 1000, TURN_POLL_US = 50 * 1000 };

/* --- in --- */

/* Hand over the resource that the intake wants next; all of it when `*whole`,
 * else from where it is not known yet. When that does not fit to what is here,
 * `*whole` is set and it is to be asked for again: another history differs
 * before there, too, and shows only so. */
static enum status supply(struct visit *v, const char *folder,
			  const json_t *want, struct buf *body, bool *whole,
			  struct err *err)
{
	const char *name = json_string_value(json_object_get(want, "path"));
	uint64_t from = (uint64_t)json_integer_value(
			 json_object_get(want, "from")),
		 max = (uint64_t)json_integer_value(
			 json_object_get(want, "max"));
	char path[DRIVE_PATH_MAX], spool[64];
	struct err why = ERR_INIT;
	enum status status;

	if (*whole)
		from = 0;
	if (name == NULL)
		return err_set(err, STATUS_MALFORMED, "the node's answer");
	visit_path(folder, name, path);
	buf_clear(body);
	status = mount_read_from(v->m, path, from, max - from, max, body,
				 &why);
	/* Too short to have what is new: as if it were not there. */
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && from > 0 && body->size == 0))
		return visit_tell(v, json_pack("{s:s}", "verb", "log-missing"),
				  err);
	if (status != STATUS_OK) {
		*err = why;
		return status;
	}
	status = door_spool(v->door, buf_bytes(body), spool, err);
	if (status != STATUS_OK)
		return status;
	status = visit_tell(v,
			    json_pack("{s:s, s:s, s:I}", "verb", "log-body",
				      "file", spool, "from", (json_int_t)from),
			    err);
	if ((status == STATUS_MALFORMED || status == STATUS_DAMAGED) &&
	    from > 0) {
		*whole = true;
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	*whole = false;
	return status;
}

/* Until the intake has all it wants; it then commits. */
static enum status take_in(struct visit *v, const char *folder, uint64_t have,
			   uint64_t size, struct err *err)
{
	struct buf body = BUF_INIT;
	json_t *want = NULL;
	bool done = false, whole = false;
	uint64_t asked = 0, most = 64 + 4 * (size - have) / TILE_WIDTH +
				   4 * size / TILE_WIDTH;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && !done) {
		if (!visit_show(v, SYNC_LOGS_IN, "", asked, 0))
			status = err_set(err, STATUS_CANCELLED, "stopped");
		else if (asked++ > most) /* the node runs in circles */
			status = err_set(err, STATUS_DAMAGED,
					 "the log does not come to an end");
		else
			status = door_ask(v->door,
					  json_pack("{s:s}", "verb",
						    "log-next"),
					  &want, err);
		if (status != STATUS_OK)
			break;
		done = json_is_true(json_object_get(want, "done"));
		if (!done)
			status = supply(v, folder, want, &body, &whole,
					err);
		json_decref(want);
	}
	buf_release(&body);
	if (status != STATUS_OK) {
		struct err ignored = ERR_INIT;

		(void)visit_tell(v, json_pack("{s:s}", "verb", "log-drop"),
				 &ignored);
	}
	return status;
}

/* Which drive this is, for node/own_kept.h; all that bear no mark are one. */
static void drive_name(const struct visit *v,
		       char out[static 2 * MARK_ID_SIZE + 1])
{
	if (v->has_mark)
		mark_id_text(&v->mark, out);
	else
		(void)snprintf(out, 2 * MARK_ID_SIZE + 1, "unmarked");
}

/* Another drive may be having a log taken in just now: it has its turn. */
static enum status show_log(struct visit *v, struct bytes note, bool records,
			    json_t **answer, struct err *err)
{
	json_t *text = visit_text(note);
	char drive[2 * MARK_ID_SIZE + 1];
	enum status status = STATUS_BUSY;

	if (text == NULL)
		return err_set(err, STATUS_MALFORMED, "it is not UTF-8 text");
	drive_name(v, drive);
	while (status == STATUS_BUSY) {
		*err = (struct err)ERR_INIT;
		status = door_ask(
			v->door,
			json_pack("{s:s, s:s, s:O, s:I, s:s}", "verb",
				  "log-take", "kind",
				  records ? "records" : "lessons", "note", text,
				  "pid", (json_int_t)getpid(), "drive", drive),
			answer, err);
		if (status != STATUS_BUSY)
			break;
		if (!visit_show(v, SYNC_LOGS_IN, "", 0, 0))
			status = err_set(err, STATUS_CANCELLED, "stopped");
		else
			(void)usleep(TURN_POLL_US);
	}
	json_decref(text);
	return status;
}

enum status sync_log_in(struct visit *v, const char *folder,
			struct bytes note, bool records, uint64_t *grown,
			struct err *err)
{
	json_t *answer;
	const char *state;
	uint64_t have, size;
	enum status status;

	*grown = 0;
	status = show_log(v, note, records, &answer, err);
	if (status != STATUS_OK)
		return status;
	state = json_string_value(json_object_get(answer, "state"));
	have = (uint64_t)json_integer_value(json_object_get(answer, "have"));
	size = (uint64_t)json_integer_value(json_object_get(answer, "size"));
	if (state != NULL && strcmp(state, "get") == 0 && size > have) {
		status = take_in(v, folder, have, size, err);
		*grown = status == STATUS_OK ? size - have : 0;
	}
	json_decref(answer);
	return status;
}

struct logs_in {
	struct visit *v;
	struct buf note, ours;
};

static enum status log_in(void *owner, const struct log_info *log,
			  struct err *err)
{
	struct logs_in *in = owner;
	struct visit *v = in->v;
	char folder[DRIVE_PATH_MAX], path[DRIVE_PATH_MAX];
	uint64_t grown = 0;
	enum status status;

	visit_path(DRIVE_SYSTEM "/tlog", log->hash, folder);
	visit_path(folder, "checkpoint", path);
	status = visit_read(v, path, CHECKPOINT_NOTE_MAX, &in->note, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	buf_clear(&in->ours);
	/* Our own is shown also when it says nothing new: that nobody has more
	 * of it is news (node/own_log.h). */
	if (status == STATUS_OK && !log->own &&
	    log_read_note(visit_catalog(v), log->id, &in->ours, err) ==
		    STATUS_OK &&
	    bytes_equal(buf_bytes(&in->ours), buf_bytes(&in->note)))
		return STATUS_OK;
	if (status == STATUS_OK)
		status = sync_log_in(v, folder, buf_bytes(&in->note), false,
				     &grown, err);
	v->entries += grown;
	if (status == STATUS_CANCELLED && v->out_of_time) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "the catalog of %s on the drive",
				    log->origin);
}

/* What came in must be lessons before it is known what is wanted. */
static enum status wait_for_index(struct visit *v, struct err *err)
{
	json_t *answer;
	uint64_t behind = 1, most = 0;

	while (behind > 0) {
		enum status status = door_ask(
			v->door, json_pack("{s:s}", "verb", "indexed"),
			&answer, err);

		if (status != STATUS_OK)
			return status;
		behind = (uint64_t)json_integer_value(
			json_object_get(answer, "behind"));
		json_decref(answer);
		most = behind > most ? behind : most;
		if (behind > 0) {
			if (!visit_show(v, SYNC_LOGS_IN, "", most - behind,
					most))
				return STATUS_OK;
			(void)usleep(INDEX_POLL_US);
		}
	}
	return STATUS_OK;
}

enum status sync_logs_in(struct visit *v, struct err *err)
{
	struct logs_in in = { v, BUF_INIT, BUF_INIT };
	enum status status = STATUS_OK;

	/* A log that came may say whose logs are to be followed, too: they are
	 * on the same drive. */
	for (unsigned round = 0;
	     status == STATUS_OK && round <= AUTHORITY_DEPTH_MAX; round++) {
		uint64_t entries = v->entries;

		(void)visit_show(v, SYNC_LOGS_IN, "", 0, 0);
		status = log_each(visit_catalog(v), log_in, &in, err);
		if (status == STATUS_OK && (v->entries > 0 || v->trust > 0))
			status = wait_for_index(v, err);
		if (v->entries == entries)
			break;
	}
	buf_release(&in.note);
	buf_release(&in.ours);
	return status;
}

/* --- out --- */

/* A mirror on the drive that is to be brought up to date. */
struct mirror_out {
	struct visit *v;
	const char *folder;
	struct bytes checkpoint; /* to be written in the end */
	struct buf *copy;
	enum status status;
};

static enum status write_resource(void *owner, const char *path,
				  struct bytes content, struct err *err)
{
	struct mirror_out *out = owner;
	char whole[DRIVE_PATH_MAX];

	if (strcmp(path, "checkpoint") == 0) {
		buf_put_bytes(out->copy, content);
		return STATUS_OK;
	}
	visit_path(out->folder, path, whole);
	return mount_write_soon(out->v->m, whole, content, err);
}

/* Partial tiles that only the checkpoint before needed. */
static void remove_partials(struct visit *v, const char *folder,
			    uint64_t before, uint64_t now)
{
	for (unsigned level = 0; before >> (8 * level) > 0 && level < 8;
	     level++) {
		for (unsigned kind = TILE_HASHES; kind <= TILE_ENTRIES;
		     kind++) {
			struct tile_path where = {
				.kind = (enum tile_kind)kind, .level = level
			};
			char name[TILE_PATH_MAX + 1], path[DRIVE_PATH_MAX];
			struct err ignored = ERR_INIT;

			where.n = (before >> (8 * level)) / TILE_WIDTH;
			where.width = tile_width_at(level, where.n, before);
			if (where.width == 0 || where.width == TILE_WIDTH ||
			    where.width ==
				    tile_width_at(level, where.n, now) ||
			    (kind == TILE_ENTRIES && level > 0))
				continue;
			tile_path_format(&where, name);
			visit_path(folder, name, path);
			(void)mount_remove(v->m, path, &ignored);
		}
	}
}

/* What the drive's mirror has, in the light of what is here. */
enum mirror_state {
	MIRROR_SAME,
	MIRROR_BEHIND, /* `*since` entries of the same history */
	MIRROR_NONE,   /* nothing, or nothing that anybody signed */
	MIRROR_LEAVE   /* ahead of us, or another history */
};

static bool is_signed(struct visit *v, struct bytes note,
		      const struct log_info *log)
{
	struct checkpoint checkpoint;
	struct public_key key;
	struct err ignored = ERR_INIT;

	if (log->kind == LOG_RECORDS)
		return records_open_note(note, &checkpoint, &key, &ignored) ==
			       STATUS_OK &&
		       strcmp(checkpoint.origin, log->origin) == 0;
	return log_intake_head(door_house(v->door), log->origin, note,
			       &checkpoint) == STATUS_OK;
}

/* Is all of it here that there will ever be? */
static bool has_ended_here(struct visit *v, const struct log_info *log)
{
	const struct cutoff *end = authority_cutoff(
		house_authority(door_house(v->door)), log->origin);

	return log->kind == LOG_LESSONS && end != NULL &&
	       end->size == log->size;
}

static enum mirror_state compare(struct visit *v, struct bytes theirs,
				 struct bytes ours, const struct log_info *log,
				 uint64_t *since)
{
	struct checkpoint checkpoint;
	struct note note;
	uint8_t root[SHA256_SIZE];
	struct err err = ERR_INIT;

	*since = 0;
	if (bytes_equal(theirs, ours))
		return v->o->repair ? MIRROR_BEHIND : MIRROR_SAME;
	if (theirs.size == 0 ||
	    note_parse(theirs, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    checkpoint_parse(note.text, &checkpoint) != STATUS_OK ||
	    strcmp(checkpoint.origin, log->origin) != 0)
		return MIRROR_NONE;
	if (checkpoint.size <= log->size &&
	    log_root_at(visit_catalog(v), log->id, checkpoint.size, root,
			&err) == STATUS_OK &&
	    memcmp(root, checkpoint.root, SHA256_SIZE) == 0) {
		*since = v->o->repair ? 0 : checkpoint.size;
		return MIRROR_BEHIND;
	}
	/* What is beyond the end is evidence here by now, and in the way of
	 * those who look for what is before. */
	if (checkpoint.size > log->size && has_ended_here(v, log))
		return MIRROR_NONE;
	/* Junk in the way of the truth is written over; a head somebody really
	 * signed is left for those who can tell what it means. */
	return is_signed(v, theirs, log) ? MIRROR_LEAVE : MIRROR_NONE;
}

enum status sync_log_out(struct visit *v, const char *folder,
			 const struct log_info *log, uint64_t *grown,
			 struct err *err)
{
	struct buf theirs = BUF_INIT, ours = BUF_INIT, copy = BUF_INIT;
	struct mirror_out out = { .v = v, .folder = folder, .copy = &copy };
	char path[DRIVE_PATH_MAX];
	uint64_t since = 0;
	enum mirror_state state = MIRROR_LEAVE;
	enum status status;

	*grown = 0;
	visit_path(folder, "checkpoint", path);
	status = log_read_note(visit_catalog(v), log->id, &ours, err);
	if (status == STATUS_NOT_FOUND || log->forked) {
		status = STATUS_OK; /* nothing to show, or nothing to believe */
		goto release;
	}
	if (status == STATUS_OK)
		status = visit_read(v, path, CHECKPOINT_NOTE_MAX, &theirs,
				    err);
	if (status == STATUS_NOT_FOUND || status == STATUS_MALFORMED) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	if (status == STATUS_OK)
		state = compare(v, buf_bytes(&theirs), buf_bytes(&ours), log,
				&since);
	if (status == STATUS_OK && (state == MIRROR_BEHIND ||
				    state == MIRROR_NONE)) {
		status = mirror_log(visit_catalog(v), log->id, since,
				    write_resource, &out, err);
		if (status == STATUS_OK && log->size != since)
			status = mount_sync(v->m, err);
		if (status == STATUS_OK)
			status = mount_write(v->m, path, buf_bytes(&copy),
					     err);
		v->wrote = true;
		v->full = v->full || status == STATUS_NO_ROOM;
		if (status == STATUS_OK) {
			*grown = log->size - since;
			if (since > 0 && since < log->size)
				remove_partials(v, folder, since, log->size);
		}
	}
release:
	buf_release(&theirs);
	buf_release(&ours);
	buf_release(&copy);
	return status;
}

static enum status log_out(void *owner, const struct log_info *log,
			   struct err *err)
{
	struct visit *v = owner;
	char folder[DRIVE_PATH_MAX], drive[2 * MARK_ID_SIZE + 1];
	uint64_t grown;
	enum status status;

	if (!v->writable)
		return STATUS_OK;
	visit_path(DRIVE_SYSTEM "/tlog", log->hash, folder);
	drive_name(v, drive);
	status = !log->own ? STATUS_OK :
			     visit_tell(v, json_pack("{s:s, s:s}", "verb",
						     "log-given", "drive",
						     drive), err);
	if (status == STATUS_OK)
		status = sync_log_out(v, folder, log, &grown, err);
	if (status == STATUS_OK)
		return STATUS_OK;
	if (status == STATUS_READ_ONLY || status == STATUS_NO_ROOM)
		v->writable = status == STATUS_NO_ROOM;
	return visit_failed(v, err, "put the catalog of %s on the drive",
			    log->origin);
}

enum status sync_logs_out(struct visit *v, struct err *err)
{
	(void)visit_show(v, SYNC_SMALL_OUT, "", 0, 0);
	return log_each(visit_catalog(v), log_out, v, err);
}
