/* Logs on a drive, tile by tile: those that are followed here, and those of
 * records on their way up, whose keys follow from their names. */
#include <stdio.h>
#include <string.h>

#include "catalog/audit.h"
#include "catalog/log.h"
#include "node/drive/hashes.h"
#include "node/drive/inspect_inside.h"
#include "node/records.h"
#include "proto/encoding.h"
#include "proto/text.h"

struct inspecting_log {
	struct inspecting *i;
	char folder[DRIVE_PATH_MAX];
};

static enum status read_resource(void *owner, const char *path, size_t cap,
				 struct buf *out, struct err *err)
{
	struct inspecting_log *log = owner;
	char whole[DRIVE_PATH_MAX + 128];

	if (!inspect_tell(log->i))
		return inspect_stopped(err);
	(void)snprintf(whole, sizeof(whole), "%s/%s", log->folder, path);
	return mount_read(log->i->o->survey.m, whole, cap, out, err);
}

/* What became of looking at one: STATUS_OK when the next may be looked at,
 * `err` then says what is wrong with this one. */
static enum status judge(struct inspecting *i, enum status status,
			 struct err *err)
{
	if (mount_is_gone(i->o->survey.m))
		return err_set(err, STATUS_UNREACHABLE,
			       "the drive was pulled out");
	if (status != STATUS_OK && !inspect_is_of_one(status))
		return status;
	i->damaged += status != STATUS_OK;
	return STATUS_OK;
}

static enum status put_row(json_t *list, json_t *row, struct err *err)
{
	*err = (struct err)ERR_INIT;
	return json_array_append_new(list, row) == 0 ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "check a drive");
}

/* --- catalogs --- */

static enum status inspect_log(void *owner, const struct log_info *info,
			       struct err *err)
{
	struct inspecting_log log = { .i = owner };
	const struct survey *s = &log.i->o->survey;
	const struct publisher *p =
		authority_publisher(house_authority(s->house), info->origin);
	struct audit_options options = { .origin = info->origin,
					 .read = read_resource,
					 .owner = &log };
	struct audit_result result = { .tiles = 0 };
	const struct cutoff *cutoff =
		authority_cutoff(house_authority(s->house), info->origin);
	struct checkpoint end;
	uint8_t hash[32];
	bool good;
	enum status status;

	if (cutoff != NULL) {
		cutoff_checkpoint(cutoff, &end);
		options.end = &end;
	}
	if (p == NULL || hex_decode(bytes_of(info->hash), hash, 32) !=
				 STATUS_OK)
		return STATUS_OK;
	drive_path(DRIVE_TLOG, hash, log.folder);
	if (!mount_has_folder(s->m, log.folder))
		return STATUS_OK;
	options.keys = p->keys;
	options.key_count = p->key_count;
	log.i->title = info->origin;
	status = audit_log(&options, &result, err);
	good = status == STATUS_OK;
	status = judge(log.i, status, err);
	if (status != STATUS_OK)
		return status;
	return put_row(log.i->logs,
		       json_pack("{s:s, s:I, s:s, s:s}", "origin",
				 info->origin, "entries",
				 (json_int_t)result.checkpoint.size, "state",
				 good ? "good" : "damaged", "trouble",
				 good ? "" : err->text),
		       err);
}

enum status inspect_logs(struct inspecting *i, struct err *err)
{
	struct house *h = i->o->survey.house;

	return h == NULL ? STATUS_OK :
			   log_each(h->catalog, inspect_log, i, err);
}

/* --- records --- */

struct record_seen {
	struct checkpoint head; /* signed by its own key */
	struct public_key key;
	struct records_owner owner;
	uint64_t acked;
};

static enum status read_note(const struct inspecting_log *log,
			     const char *name, struct buf *note,
			     struct err *err)
{
	char path[DRIVE_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/%s", log->folder, name);
	return mount_read(log->i->o->survey.m, path, CHECKPOINT_NOTE_MAX,
			  note, err);
}

/* The head, signed by the key that its name has, in the folder that its name
 * has. */
static enum status open_head(struct inspecting_log *log, const uint8_t *hash,
			     struct record_seen *seen, struct err *err)
{
	struct buf note = BUF_INIT;
	uint8_t own[SHA256_SIZE];
	enum status status = read_note(log, "checkpoint", &note, err);

	if (status == STATUS_OK)
		status = records_open_note(buf_bytes(&note), &seen->head,
					   &seen->key, err);
	buf_release(&note);
	if (status != STATUS_OK)
		return status;
	sha256(seen->head.origin, strlen(seen->head.origin), own);
	if (memcmp(own, hash, sizeof(own)) != 0)
		return err_set(err, STATUS_UNTRUSTED,
			       "it is the log of another station");
	if (seen->head.size > RECORDS_ENTRIES_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "it is longer than a log of records may be");
	return STATUS_OK;
}

/* Who answers for what; without a node here nobody can tell. */
static enum status open_ack(struct inspecting_log *log,
			    struct record_seen *seen, struct err *err)
{
	const struct house *h = log->i->o->survey.house;
	bool known = seen->owner.region[0] != 0;
	struct checkpoint ack = { .size = 0 };
	struct buf note = BUF_INIT;
	enum status status;

	if (h == NULL)
		return STATUS_OK;
	status = read_note(log, "ack", &note, err);
	if (status == STATUS_OK)
		status = records_open_ack(&h->trust.trust,
					  known ? seen->owner.region : NULL,
					  buf_bytes(&note), &ack, err);
	buf_release(&note);
	if (status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return err_wrap(err, "its acknowledgement");
	if (strcmp(ack.origin, seen->head.origin) != 0 ||
	    (ack.size == seen->head.size &&
	     memcmp(ack.root, seen->head.root, SHA256_SIZE) != 0))
		return err_set(err, STATUS_UNTRUSTED,
			       "its acknowledgement is of another log");
	seen->acked = ack.size;
	return STATUS_OK;
}

static enum status look_at_record(struct inspecting_log *log,
				  const uint8_t *hash,
				  struct record_seen *seen, struct err *err)
{
	const struct house *h = log->i->o->survey.house;
	struct audit_options options = { .origin = seen->head.origin,
					 .keys = &seen->key,
					 .key_count = 1,
					 .read = read_resource,
					 .owner = log };
	struct audit_result result = { .tiles = 0 };
	enum status status = open_head(log, hash, seen, err);

	if (status == STATUS_OK && h != NULL)
		status = records_owner_of(h, seen->head.origin, &seen->owner,
					  err);
	if (status == STATUS_OK)
		status = open_ack(log, seen, err);
	return status == STATUS_OK ? audit_log(&options, &result, err) :
				     status;
}

static enum status inspect_record(struct inspecting *i, const uint8_t *hash,
				  struct err *err)
{
	struct inspecting_log log = { .i = i };
	struct record_seen seen = { .acked = 0 };
	char path[DRIVE_PATH_MAX + 16];
	struct err looking = ERR_INIT;
	uint64_t size;
	bool good;
	enum status status;

	if (!inspect_tell(i))
		return inspect_stopped(err);
	drive_path(DRIVE_UP, hash, log.folder);
	(void)snprintf(path, sizeof(path), "%s/checkpoint", log.folder);
	/* Listed before it was written. */
	if (mount_size(i->o->survey.m, path, &size, &looking) ==
	    STATUS_NOT_FOUND)
		return STATUS_OK;
	status = look_at_record(&log, hash, &seen, err);
	good = status == STATUS_OK;
	status = judge(i, status, err);
	if (status != STATUS_OK)
		return status;
	return put_row(i->records,
		       json_pack("{s:s, s:s, s:I, s:I, s:s, s:s}", "origin",
				 seen.head.origin, "name", seen.owner.name,
				 "entries", (json_int_t)seen.head.size,
				 "acked", (json_int_t)seen.acked, "state",
				 good ? "good" : "damaged", "trouble",
				 good ? "" : err->text),
		       err);
}

enum status inspect_records(struct inspecting *i, struct err *err)
{
	struct hashes ups = HASHES_INIT;
	struct buf list = BUF_INIT;
	enum status status = survey_read_list(i->o->survey.m, DRIVE_UP, &list,
					      err);

	if (inspect_is_of_one(status)) { /* others are lists of their own */
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	if (status == STATUS_OK &&
	    hashes_read(&ups, buf_bytes(&list)) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "check a drive");
	buf_release(&list);
	i->title = "";
	for (size_t n = 0; n < ups.count && status == STATUS_OK; n++)
		status = inspect_record(i, ups.list[n], err);
	hashes_release(&ups);
	return status;
}
