#include "node/restore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/durable.h"
#include "node/house.h"
#include "node/log_intake.h"
#include "node/own_kept.h"
#include "proto/encoding.h"
#include "signing/words.h"

#define RESTORING "restoring"

struct restoring {
	const struct restore_options *o;
	struct house house; /* dir, trust, authority and catalog only */
	struct restored *out;
};

static void blame(struct restore_source *s, const struct err *err)
{
	if (s->why[0] == 0)
		(void)snprintf(s->why, sizeof(s->why), "%.*s",
			       (int)sizeof(s->why) - 1, err->text);
}

/* --- the folder --- */

static enum status check_folder(const char *dir, struct err *err)
{
	char conf[HOUSE_PATH_MAX + 16], db[HOUSE_PATH_MAX + 16],
		mark[HOUSE_PATH_MAX + 16];

	if (strlen(dir) >= HOUSE_PATH_MAX)
		return err_set(err, STATUS_USAGE, "path too long");
	house_path(dir, "node.conf", conf);
	house_path(dir, "node.db", db);
	house_path(dir, RESTORING, mark);
	if (access(conf, F_OK) == 0)
		return err_set(err, STATUS_EXISTS,
			       "there is a node in '%s' already", dir);
	if (access(db, F_OK) == 0 && access(mark, F_OK) != 0)
		return err_set(err, STATUS_EXISTS,
			       "'%s' has the catalog of a node that has lost "
			       "its node.conf: put that back, or restore into "
			       "another folder",
			       dir);
	return STATUS_OK;
}

/* From the beginning, whatever an earlier attempt left. */
static enum status clear_folder(const char *dir, struct err *err)
{
	static const char *const old[] = { "node.db", "node.db-wal",
					   "node.db-shm" };
	char path[HOUSE_PATH_MAX + 16];
	enum status status = durable_make_dir(dir, 0755, err);

	house_path(dir, RESTORING, path);
	if (status == STATUS_OK)
		status = durable_write(path, bytes_of("\n"), 0644, err);
	for (size_t i = 0; status == STATUS_OK && i < 3; i++) {
		house_path(dir, old[i], path);
		(void)unlink(path);
	}
	create_forget_notes(dir);
	return status;
}

/* --- trust --- */

static enum status check_root(const struct restoring *r,
			      const struct restore_source *s, struct err *err)
{
	char words[WORDS_ENGLISH_MAX + 1];
	uint8_t fingerprint[SHA256_SIZE];

	if (root_fingerprint(buf_bytes(&s->join.roots[0]), fingerprint) !=
	    STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "%s: root note 1 is none", s->given);
	if (memcmp(fingerprint, r->o->backup->fingerprint, SHA256_SIZE) == 0)
		return STATUS_OK;
	words_english(r->o->backup->fingerprint, words);
	return err_set(err, STATUS_UNTRUSTED,
		       "%s is of another root than the key backup, which says "
		       "'%s'",
		       s->given, words);
}

/* Everybody's notes, as far as each goes; a source that has less is no
 * worse. */
static enum status take_trust(struct restoring *r, struct err *err)
{
	struct trust_book *book = &r->house.trust;

	for (unsigned i = 0; i < r->o->n_sources; i++) {
		struct restore_source *s = &r->o->sources[i];
		enum status status = STATUS_OK;

		for (unsigned v = book->root.version;
		     v < s->join.n_roots && status == STATUS_OK; v++)
			status = trust_book_take_root(
				book, buf_bytes(&s->join.roots[v]), err);
		if (status == STATUS_OK && s->join.trust.size > 0)
			status = trust_book_take_trust(
				book, buf_bytes(&s->join.trust), err);
		if (status == STATUS_IO || status == STATUS_NO_ROOM)
			return status;
		if (status != STATUS_OK && status != STATUS_OLD)
			blame(s, err);
		*err = (struct err)ERR_INIT;
	}
	if (book->root.version == 0 || book->trust.version == 0)
		return err_set(err, STATUS_UNTRUSTED,
			       "no source has root and trust notes that "
			       "verify");
	return STATUS_OK;
}

static const struct public_key *own_key(const struct restoring *r)
{
	return secret_key_public(r->o->keys->publisher);
}

static enum status check_publisher(struct restoring *r, struct err *err)
{
	const struct publisher *p = trust_publisher(&r->house.trust.trust,
						    r->o->backup->origin);

	r->out->unnamed = p == NULL;
	if (p == NULL)
		return STATUS_OK;
	for (size_t i = 0; i < p->key_count; i++)
		if (memcmp(p->keys[i].bytes, own_key(r)->bytes,
			   PUBLIC_KEY_SIZE) == 0)
			return STATUS_OK;
	return err_set(err, STATUS_UNTRUSTED,
		       "the trust note names another key for '%s' than this "
		       "backup has: a newer backup is needed",
		       r->o->backup->origin);
}

/* --- logs --- */

static enum status open_log(struct restoring *r, const struct log_info *log,
			    struct bytes note, struct intake **in,
			    struct err *err)
{
	const struct intake_options own = { .keys = own_key(r),
					    .key_count = 1,
					    .now_s = clock_s() };

	/* Whoever named this office is not known yet, or names it no more: its
	 * history is its history. */
	if (log->own && r->out->unnamed)
		return intake_open(in, r->house.catalog, log->id, note, &own,
				   err);
	return log_intake_open(&r->house, log, note, in, err);
}

static enum status supply(struct restore_source *s, const char *hash,
			  struct intake *in, const struct intake_want *want,
			  struct err *err)
{
	char name[TILE_PATH_MAX + 1], path[TILE_PATH_MAX + 96];
	struct buf body = BUF_INIT;
	enum status status;

	tile_path_format(&want->path, name);
	(void)snprintf(path, sizeof(path), "tlog/%s/%s", hash, name);
	status = restore_source_read(s, path, (size_t)want->size_max, &body,
				     err);
	if (status == STATUS_OK)
		status = intake_supply(in, want, buf_bytes(&body), 0, false,
				       err);
	else if (status == STATUS_NOT_FOUND &&
		 intake_missing(in, want) == STATUS_OK) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	} else {
		intake_return(in, want);
	}
	buf_release(&body);
	return status;
}

/* All that the note promises, from this one source. */
static enum status take_in(struct restoring *r, struct restore_source *s,
			   const struct log_info *log, struct bytes note,
			   struct err *err)
{
	struct intake_want want;
	struct intake *in;
	enum status status = open_log(r, log, note, &in, err);

	if (status != STATUS_OK)
		return status;
	while (status == STATUS_OK && !intake_done(in)) {
		status = intake_next(in, &want, err);
		if (status == STATUS_OK)
			status = supply(s, log->hash, in, &want, err);
		else if (status == STATUS_NOT_FOUND)
			status = intake_done(in) ?
					 STATUS_OK :
					 err_set(err, STATUS_DAMAGED,
						 "%s: nothing left to ask",
						 log->origin);
	}
	if (status == STATUS_OK)
		status = intake_commit(in, err);
	intake_free(in);
	return status;
}

/* A log as the sources show it: their notes, the largest first. */
struct shown {
	struct restore_source *source;
	struct buf note;
	uint64_t size;
};

static int larger_first(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	return (x->size < y->size) - (x->size > y->size);
}

static uint64_t size_of(struct bytes whole)
{
	struct checkpoint head;
	struct note note;

	return note_parse(whole, CHECKPOINT_NOTE_MAX, &note) == STATUS_OK &&
			       checkpoint_parse(note.text, &head) ==
				       STATUS_OK ?
		       head.size :
		       0;
}

static unsigned ask_all(struct restoring *r, const struct log_info *log,
			struct shown *shown)
{
	char path[ORIGIN_HASH_SIZE + 24];
	unsigned count = 0;

	(void)snprintf(path, sizeof(path), "tlog/%s/checkpoint", log->hash);
	for (unsigned i = 0; i < r->o->n_sources; i++) {
		struct shown *one = &shown[count];
		struct err err = ERR_INIT;

		*one = (struct shown){ &r->o->sources[i], BUF_INIT, 0 };
		if (restore_source_read(one->source, path,
					CHECKPOINT_NOTE_MAX, &one->note,
					&err) == STATUS_OK) {
			one->size = size_of(buf_bytes(&one->note));
			count++;
			continue;
		}
		buf_release(&one->note);
		if (err.status != STATUS_NOT_FOUND)
			blame(one->source, &err);
	}
	qsort(shown, count, sizeof(*shown), larger_first);
	return count;
}

/* From the largest down: once one was taken in, the others only tell whether
 * they show the same history. */
static enum status restore_log(struct restoring *r, int64_t id,
			       struct err *err)
{
	struct shown shown[RESTORE_SOURCES_MAX];
	enum status status;
	struct log_info log;
	unsigned count;

	status = log_get(r->house.catalog, id, &log, err);
	if (status != STATUS_OK)
		return status;
	count = ask_all(r, &log, shown);
	for (unsigned i = 0; i < count; i++) {
		struct restore_source *s = shown[i].source;
		struct err why = ERR_INIT;
		enum status one = log_get(r->house.catalog, id, &log, &why);

		if (one == STATUS_OK && status == STATUS_OK)
			one = take_in(r, s, &log, buf_bytes(&shown[i].note),
				      &why);
		if (log.own && (one == STATUS_OK || one == STATUS_OLD))
			s->size = shown[i].size;
		else if (one != STATUS_OK && one != STATUS_OLD)
			blame(s, &why);
		if (one == STATUS_FORKED || one == STATUS_IO ||
		    one == STATUS_NO_ROOM) {
			*err = why;
			status = one;
		}
		buf_release(&shown[i].note);
	}
	return status;
}

static enum status restore_own(struct restoring *r, struct err *err)
{
	struct log_info log;
	int64_t id;
	enum status status = log_follow(r->house.catalog,
					r->o->backup->origin, true, &id, err);

	if (status == STATUS_OK)
		status = own_kept_elsewhere(&r->house, err);
	if (status == STATUS_OK)
		status = restore_log(r, id, err);
	if (status == STATUS_OK)
		status = log_get(r->house.catalog, id, &log, err);
	if (status != STATUS_OK)
		return status;
	r->out->size = log.size;
	r->out->seen = log.seen > log.size ? log.seen : log.size;
	if (r->out->seen == 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "no source has the log '%s': without it this "
			       "office would begin a second history. Give "
			       "another source with --from",
			       log.origin);
	return own_kept_shown(&r->house, err);
}

static enum status restore_others(struct restoring *r, struct err *err)
{
	const struct trust *trust = &r->house.trust.trust;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < trust->publisher_count && status == STATUS_OK;
	     i++) {
		const struct publisher *p = &trust->publishers[i];
		struct err why = ERR_INIT;
		struct log_info log;
		int64_t id;

		if (strcmp(p->origin, r->o->backup->origin) == 0 ||
		    !publisher_touches(p, r->o->backup->region))
			continue;
		status = log_follow(r->house.catalog, p->origin, false, &id,
				    err);
		/* What goes wrong with another office's log is that one's. */
		if (status == STATUS_OK &&
		    restore_log(r, id, &why) == STATUS_OK &&
		    log_get(r->house.catalog, id, &log, &why) == STATUS_OK) {
			r->out->logs++;
			r->out->entries += log.size;
		}
	}
	return status;
}

/* --- all of it --- */

static enum status write_keys(const struct restore_options *o,
			      struct err *err)
{
	const struct backup_keys *keys = o->keys;
	enum status status = house_put_key(o->dir,
					   house_key_file(HOUSE_PUBLISHER),
					   keys->publisher, o->passphrase,
					   err);

	if (status == STATUS_OK && keys->records != NULL)
		status = house_put_seal_key(o->dir, keys->records,
					    o->passphrase, err);
	if (status == STATUS_OK && keys->ack != NULL)
		status = house_put_key(o->dir, house_key_file(HOUSE_ACK),
				       keys->ack, o->passphrase, err);
	return status;
}

static enum status fill_conf(const struct restore_options *o,
			     struct conf *conf, struct err *err)
{
	const struct backup *b = o->backup;
	enum status status = STATUS_OK;

	*conf = o->conf;
	conf->level = b->level;
	(void)snprintf(conf->name, sizeof(conf->name), "%s", b->name);
	(void)snprintf(conf->region, sizeof(conf->region), "%s", b->region);
	(void)snprintf(conf->origin, sizeof(conf->origin), "%s", b->origin);
	for (unsigned i = 0; i < o->n_sources && status == STATUS_OK; i++)
		if (o->sources[i].base[0] != 0)
			status = conf_set(conf, "neighbour",
					  o->sources[i].base, err);
	return status;
}

static enum status restore_catalog(struct restoring *r, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	enum status status;

	house_path(r->o->dir, "node.db", path);
	status = catalog_open(&r->house.catalog, path, err);
	if (status != STATUS_OK)
		return status;
	status = restore_own(r, err);
	if (status == STATUS_OK)
		status = restore_others(r, err);
	catalog_free(r->house.catalog);
	return status;
}

static enum status restore(struct restoring *r, const struct conf *conf,
			   struct err *err)
{
	const struct restore_options *o = r->o;
	struct trust_book *book = &r->house.trust;
	char path[HOUSE_PATH_MAX + 16];
	enum status status = trust_book_open(book, o->dir, err);

	if (status != STATUS_OK)
		return status;
	status = take_trust(r, err);
	if (status == STATUS_OK)
		status = check_publisher(r, err);
	if (status == STATUS_OK)
		status = write_keys(o, err);
	if (status == STATUS_OK)
		status = restore_catalog(r, err);
	if (status == STATUS_OK)
		status = create_finish(o->dir, conf, &r->out->made, err);
	if (status == STATUS_OK) {
		memcpy(r->out->made.fingerprint, book->fingerprint,
		       SHA256_SIZE);
		house_path(o->dir, RESTORING, path);
		(void)unlink(path);
	}
	trust_book_release(book);
	return status;
}

enum status restore_office(const struct restore_options *o,
			   struct restored *out, struct err *err)
{
	struct restoring *r;
	struct conf conf;
	enum status status = check_folder(o->dir, err);

	memset(out, 0, sizeof(*out));
	r = calloc(1, sizeof(*r));
	if (r != NULL)
		r->house.authority = authority_new();
	if (r == NULL || r->house.authority == NULL) {
		free(r);
		return err_set(err, STATUS_NO_MEMORY, "restore");
	}
	r->o = o;
	r->out = out;
	(void)snprintf(r->house.dir, sizeof(r->house.dir), "%s", o->dir);
	if (status == STATUS_OK)
		status = fill_conf(o, &conf, err);
	for (unsigned i = 0; i < o->n_sources && status == STATUS_OK; i++)
		status = check_root(r, &o->sources[i], err);
	if (status == STATUS_OK)
		status = clear_folder(o->dir, err);
	if (status == STATUS_OK)
		status = restore(r, &conf, err);
	authority_free(r->house.authority);
	free(r);
	return status;
}
