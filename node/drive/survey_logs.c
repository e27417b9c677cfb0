/* What a drive has of logs, and who has spoken on it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/log.h"
#include "catalog/stations.h"
#include "node/drive/survey.h"
#include "node/log_intake.h"
#include "node/own_statement.h"
#include "proto/encoding.h"
#include "proto/recordlog.h"
#include "proto/text.h"
#include "signing/checkpoint.h"

enum { FOREIGN_LOGS_MAX = 64, NAMES_MAX = 1000 };

struct survey_heads {
	const struct survey *s;
	json_t *to;
	unsigned foreign;
};

/* Append one, and hold against whoever made it that it is not NULL. */
static enum status put(json_t *to, json_t *item, struct err *err)
{
	return json_array_append_new(to, item) == 0 ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "look at a drive");
}

/* Append the small file NAME in the folder of `hash`. */
static enum status read_in(const struct survey *s, enum drive_kind kind,
			   const uint8_t *hash, const char *name,
			   struct buf *out)
{
	char folder[DRIVE_PATH_MAX], path[DRIVE_PATH_MAX + 16];
	struct err ignored = ERR_INIT;

	drive_path(kind, hash, folder);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return mount_read(s->m, path, CHECKPOINT_NOTE_MAX, out, &ignored);
}

/* What a checkpoint says, whoever signed it. */
static bool read_head(struct bytes whole, struct checkpoint *head)
{
	struct note note;

	return note_parse(whole, CHECKPOINT_NOTE_MAX, &note) == STATUS_OK &&
	       checkpoint_parse(note.text, head) == STATUS_OK &&
	       text_is_plain(bytes_of(head->origin));
}

static const char *compare(const struct survey *s, const struct log_info *info,
			   const struct checkpoint *head)
{
	uint8_t root[SHA256_SIZE];
	struct err ignored = ERR_INIT;

	if (head->size > info->size)
		return "newer";
	if (log_root_at(s->house->catalog, info->id, head->size, root,
			&ignored) != STATUS_OK ||
	    memcmp(root, head->root, SHA256_SIZE) != 0)
		return "forked";
	return head->size < info->size ? "older" : "same";
}

static enum status followed(void *owner, const struct log_info *info,
			    struct err *err)
{
	struct survey_heads *h = owner;
	struct checkpoint head = { .size = 0 };
	struct buf note = BUF_INIT;
	const char *state = "damaged";
	uint8_t hash[32];
	enum status status;

	if (hex_decode(bytes_of(info->hash), hash, 32) != STATUS_OK)
		return STATUS_OK;
	status = read_in(h->s, DRIVE_TLOG, hash, "checkpoint", &note);
	if (status == STATUS_OK &&
	    log_intake_head(h->s->house, info->origin, buf_bytes(&note),
			    &head) == STATUS_OK)
		state = compare(h->s, info, &head);
	buf_release(&note);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* the drive has it not */
	return put(h->to,
		   json_pack("{s:s, s:I, s:I, s:s}", "origin", info->origin,
			     "size", (json_int_t)head.size, "ours",
			     (json_int_t)info->size, "state", state),
		   err);
}

/* A log that is not followed here: listed, for people to know. */
static bool foreign(void *owner, const char *name, bool is_folder)
{
	struct survey_heads *h = owner;
	struct checkpoint head;
	struct buf note = BUF_INIT;
	struct log_info info;
	struct err ignored = ERR_INIT;
	uint8_t hash[32];

	if (!is_folder || hex_decode(bytes_of(name), hash, 32) != STATUS_OK ||
	    (h->s->house != NULL &&
	     log_find_hash(h->s->house->catalog, name, &info, &ignored) ==
		     STATUS_OK))
		return true;
	if (read_in(h->s, DRIVE_TLOG, hash, "checkpoint", &note) ==
		    STATUS_OK &&
	    read_head(buf_bytes(&note), &head))
		(void)put(h->to,
			  json_pack("{s:s, s:I, s:I, s:s}", "origin",
				    head.origin, "size", (json_int_t)head.size,
				    "ours", (json_int_t)0, "state",
				    "not followed"),
			  &ignored);
	buf_release(&note);
	return ++h->foreign < FOREIGN_LOGS_MAX;
}

enum status survey_logs(const struct survey *s, json_t *to, struct err *err)
{
	struct survey_heads h = { .s = s, .to = to };
	enum status status = STATUS_OK;

	if (s->house != NULL)
		status = log_each(s->house->catalog, followed, &h, err);
	if (status != STATUS_OK ||
	    !mount_has_folder(s->m, DRIVE_SYSTEM "/tlog"))
		return status;
	return mount_list(s->m, DRIVE_SYSTEM "/tlog", NAMES_MAX, foreign, &h,
			  err);
}

/* --- records on their way --- */

static void name_of(const struct survey *s, const uint8_t *key, char *name,
		    size_t room)
{
	struct err ignored = ERR_INIT;
	struct station station;

	name[0] = 0;
	if (s->house != NULL &&
	    stations_get(s->house->catalog, key, &station, &ignored) ==
		    STATUS_OK)
		(void)snprintf(name, room, "%s", station.name);
}

static enum status record_log(const struct survey *s, const uint8_t *hash,
			      json_t *to, struct err *err)
{
	struct checkpoint head = { .size = 0 }, ack = { .size = 0 };
	struct buf note = BUF_INIT, answer = BUF_INIT;
	char name[ENTRY_NAME_MAX + 1] = "";
	const char *state = "damaged";
	struct public_key key;
	uint8_t bytes[RECORDLOG_KEY_SIZE];
	enum status status = read_in(s, DRIVE_UP, hash, "checkpoint", &note);

	if (status == STATUS_NOT_FOUND) {
		buf_release(&note);
		return STATUS_OK; /* listed before it was written */
	}
	if (status == STATUS_OK && read_head(buf_bytes(&note), &head) &&
	    recordlog_key(head.origin, bytes) &&
	    public_key_init(&key, head.origin, KEY_ED25519, bytes) ==
		    STATUS_OK &&
	    checkpoint_open(buf_bytes(&note), head.origin, &key, 1, &head) ==
		    STATUS_OK) {
		state = "ok";
		name_of(s, bytes, name, sizeof(name));
	}
	if (read_in(s, DRIVE_UP, hash, "ack", &answer) != STATUS_OK ||
	    !read_head(buf_bytes(&answer), &ack) ||
	    strcmp(ack.origin, head.origin) != 0)
		ack.size = 0;
	buf_release(&note);
	buf_release(&answer);
	return put(to,
		   json_pack("{s:s, s:s, s:I, s:I, s:s}", "origin",
			     head.origin, "name", name, "size",
			     (json_int_t)head.size, "acked",
			     (json_int_t)ack.size, "state", state),
		   err);
}

enum status survey_records(const struct survey *s, json_t *to, struct err *err)
{
	struct buf list = BUF_INIT;
	struct bytes rest;
	uint8_t hash[32];
	enum status status = survey_read_list(s->m, DRIVE_UP, &list, err);

	rest = buf_bytes(&list);
	for (unsigned n = 0; status == STATUS_OK && n < NAMES_MAX &&
			     drive_list_next(&rest, hash);
	     n++)
		status = record_log(s, hash, to, err);
	buf_release(&list);
	return status;
}

/* --- statements --- */

/* By the date of the file: the clock of who wrote it. */
static uint64_t age_of(const struct survey *s, const char *path)
{
	struct err ignored = ERR_INIT;
	struct stat st;
	uint64_t size, age = 0;
	int fd;

	if (mount_open_file(s->m, path, &fd, &size, &ignored) != STATUS_OK)
		return 0;
	if (fstat(fd, &st) == 0 && st.st_mtime > 0 &&
	    (uint64_t)st.st_mtime < s->now_s)
		age = s->now_s - (uint64_t)st.st_mtime;
	(void)close(fd);
	return age;
}

static const char *against_ours(const struct survey *s,
				const struct statement *st)
{
	struct statement_row row;
	struct buf note = BUF_INIT;
	struct err ignored = ERR_INIT;
	const char *state = "new";

	if (s->house == NULL)
		return state;
	if (memcmp(st->key, house_node_public(s->house), PUBLIC_KEY_SIZE) == 0)
		return "our own";
	if (statements_get(s->house->catalog, st->key, &row, &note,
			   &ignored) == STATUS_OK) {
		uint64_t theirs = (uint64_t)st->boot << 32 | st->seq,
			 ours = (uint64_t)row.boot << 32 | row.seq;

		state = theirs == ours ? "same" :
			theirs > ours  ? "newer" :
					 "older";
	}
	buf_release(&note);
	return state;
}

static enum status statement(const struct survey *s, const uint8_t *key,
			     json_t *to, struct err *err)
{
	struct err ignored = ERR_INIT;
	struct buf note = BUF_INIT;
	char path[DRIVE_PATH_MAX], hex[65];
	struct statement st;
	enum status status;

	drive_path(DRIVE_NODE, key, path);
	hex_encode((struct bytes){ key, 32 }, hex);
	status = mount_read(s->m, path, STATEMENT_MAX, &note, &ignored);
	if (status == STATUS_NOT_FOUND) {
		buf_release(&note);
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = statement_open(buf_bytes(&note), &st);
	if (status == STATUS_OK && memcmp(st.key, key, 32) != 0)
		status = STATUS_UNTRUSTED;
	if (status == STATUS_OK)
		status = put(to,
			     json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "key",
				       hex, "name", st.name, "region",
				       st.region, "level",
				       level_name(st.level), "age_s",
				       (json_int_t)age_of(s, path), "state",
				       against_ours(s, &st)),
			     err);
	else
		status = put(to,
			     json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "key",
				       hex, "name", "", "region", "", "level",
				       "", "age_s", (json_int_t)0, "state",
				       "damaged"),
			     err);
	buf_release(&note);
	return status;
}

enum status survey_statements(const struct survey *s, json_t *to,
			      struct err *err)
{
	struct buf list = BUF_INIT;
	struct bytes rest;
	uint8_t key[32];
	enum status status = survey_read_list(s->m, DRIVE_NODE, &list, err);

	rest = buf_bytes(&list);
	for (unsigned n = 0; status == STATUS_OK && n < STATEMENTS_MAX &&
			     drive_list_next(&rest, key);
	     n++)
		status = statement(s, key, to, err);
	buf_release(&list);
	return status;
}
