/* The office itself: its folder, trust and keys. Its logs: restore_logs.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/restore_inside.h"
#include "signing/words.h"

#define RESTORING "restoring"

/* --- the folder --- */

static bool has_file(const char *dir, const char *name)
{
	char path[HOUSE_PATH_MAX + 16];

	house_path(dir, name, path);
	return access(path, F_OK) == 0;
}

/* Keys that would be written over; the backup may not have them. */
static enum status check_keys(const char *dir, struct err *err)
{
	const char *found = has_file(dir, "node.key") ? "node.key" : NULL;

	for (unsigned k = 0; k < HOUSE_KEYS && found == NULL; k++)
		if (has_file(dir, house_key_file((enum house_key)k)))
			found = house_key_file((enum house_key)k);
	return found == NULL ?
		       STATUS_OK :
		       err_set(err, STATUS_EXISTS,
			       "'%s' has a %s, but no node.conf: restore into "
			       "another folder, or move its keys away first",
			       dir, found);
}

static enum status check_folder(const char *dir, struct err *err)
{
	if (strlen(dir) >= HOUSE_PATH_MAX)
		return err_set(err, STATUS_USAGE, "path too long");
	if (has_file(dir, "node.conf"))
		return err_set(err, STATUS_EXISTS,
			       "there is a node in '%s' already", dir);
	if (has_file(dir, RESTORING))
		return STATUS_OK; /* what is there is of an attempt */
	if (has_file(dir, "node.db"))
		return err_set(err, STATUS_EXISTS,
			       "'%s' has the catalog of a node that has lost "
			       "its node.conf: put that back, or restore into "
			       "another folder",
			       dir);
	return check_keys(dir, err);
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
			restore_blame(s, err);
		*err = (struct err)ERR_INIT;
	}
	if (book->root.version == 0 || book->trust.version == 0)
		return err_set(err, STATUS_UNTRUSTED,
			       "no source has root and trust notes that "
			       "verify");
	return STATUS_OK;
}

static enum status check_publisher(struct restoring *r, struct err *err)
{
	const struct publisher *p = trust_publisher(&r->house.trust.trust,
						    r->o->backup->origin);

	r->out->unnamed = p == NULL;
	if (p == NULL)
		return STATUS_OK;
	for (size_t i = 0; i < p->key_count; i++)
		if (memcmp(p->keys[i].bytes, restore_own_key(r)->bytes,
			   PUBLIC_KEY_SIZE) == 0)
			return STATUS_OK;
	return err_set(err, STATUS_UNTRUSTED,
		       "the trust note names another key for '%s' than this "
		       "backup has: a newer backup is needed",
		       r->o->backup->origin);
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
		status = house_put_seal_key(o->dir,
					    house_key_file(HOUSE_RECORDS),
					    keys->records,
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
	status = restore_own_log(r, err);
	if (status == STATUS_OK)
		status = restore_other_logs(r, err);
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
