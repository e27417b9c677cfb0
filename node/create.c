#include "node/create.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/house.h"
#include "node/office_request.h"
#include "node/own_kept.h"
#include "signing/words.h"

static enum status check_options(const struct create_options *o,
				 struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];

	if (strlen(o->dir) >= HOUSE_PATH_MAX)
		return err_set(err, STATUS_USAGE, "path too long");
	house_path(o->dir, "node.conf", path);
	if (access(path, F_OK) == 0)
		return err_set(err, STATUS_EXISTS,
			       "there is a node in '%s' already", o->dir);
	/* An init that was interrupted leaves keys, but no catalog: those of a
	 * node that has lived are not written over. */
	house_path(o->dir, "node.db", path);
	if (access(path, F_OK) == 0)
		return err_set(err, STATUS_EXISTS,
			       "'%s' has the catalog of a node that has lost "
			       "its node.conf: put that back",
			       o->dir);
	if (o->conf.name[0] == 0)
		return err_set(err, STATUS_USAGE,
			       "--name is needed: what people call this place");
	if (o->conf.region[0] == 0)
		return err_set(err, STATUS_USAGE,
			       "--region is needed, like 431081 for a county "
			       "or 431081101203 for a village");
	if (o->join == NULL && o->conf.level != LEVEL_COUNTY)
		return err_set(err, STATUS_USAGE,
			       "--join is needed: ask the county for the file "
			       "made by 'xiangtu trust join-file'");
	if (o->conf.level == LEVEL_STATION && o->conf.origin[0] != 0)
		return err_set(err, STATUS_USAGE,
			       "--origin is for offices: a station publishes "
			       "nothing");
	return STATUS_OK;
}

/* Notes of an init that did not get to its end are in the way. */
void create_forget_notes(const char *dir)
{
	char path[HOUSE_PATH_MAX + 64];

	for (unsigned i = 1; i <= JOIN_ROOTS_MAX; i++) {
		(void)snprintf(path, sizeof(path), "%s/trust/root/%u.note",
			       dir, i);
		if (unlink(path) != 0)
			break;
	}
	(void)snprintf(path, sizeof(path), "%s/trust/trust.note", dir);
	(void)unlink(path);
}

static enum status check_fingerprint(const struct create_options *o,
				     struct err *err)
{
	uint8_t fingerprint[SHA256_SIZE];

	if (o->fingerprint == NULL)
		return STATUS_OK;
	if (root_fingerprint(buf_bytes(&o->join->roots[0]), fingerprint) !=
	    STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "join file: root note 1 is none");
	if (!words_match(fingerprint, o->fingerprint))
		return err_set(err, STATUS_UNTRUSTED,
			       "the root of this join file has another "
			       "fingerprint: it is not from whom you think");
	return STATUS_OK;
}

static enum status take_join(struct trust_book *book,
			     const struct join *join, struct err *err)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < join->n_roots && status == STATUS_OK; i++)
		status = trust_book_take_root(
			book, buf_bytes(&join->roots[i]), err);
	if (status == STATUS_OK && join->trust.size > 0)
		status = trust_book_take_trust(book, buf_bytes(&join->trust),
					       err);
	/* Signed under a root that has been replaced: a newer one comes. */
	if (status == STATUS_OLD && book->trust.version == 0) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	if (status != STATUS_OK)
		return err_wrap(err, "join file");
	return STATUS_OK;
}

/* A publisher key is named after its log, and a made origin after its key, so
 * that two counties can never make the same one. */
static enum status new_publisher_key(struct conf *conf,
				     struct secret_key **out, struct err *err)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *draft;
	char code[KEY_CODE_SIZE + 1];
	enum status status;

	signing_random(seed, sizeof(seed));
	status = secret_key_from_seed(&draft, "draft", KEY_ED25519, seed);
	if (status == STATUS_OK && conf->origin[0] == 0) {
		key_code(secret_key_public(draft)->bytes, code);
		(void)snprintf(conf->origin, sizeof(conf->origin),
			       "xiangtu/%s/%s", conf->region, code);
	}
	if (status == STATUS_OK) {
		secret_key_free(draft);
		status = secret_key_from_seed(out, conf->origin, KEY_ED25519,
					      seed);
	}
	signing_wipe(seed, sizeof(seed));
	if (status != STATUS_OK)
		return err_set(err, status, "make a key named '%s'",
			       conf->origin);
	return STATUS_OK;
}

static enum status sign_root(struct trust_book *book,
			     const struct secret_key *key, struct err *err)
{
	struct root root = { .version = 1, .threshold = 1, .key_count = 1 };
	struct buf text = BUF_INIT, note = BUF_INIT;
	enum status status;

	root.keys[0] = *secret_key_public(key);
	status = root_format(&root, &text);
	if (status == STATUS_OK)
		status = note_sign(buf_bytes(&text), key, &note);
	if (status == STATUS_OK)
		status = trust_book_take_root(book, buf_bytes(&note), err);
	else
		(void)err_set(err, status, "sign root note 1");
	buf_release(&text);
	buf_release(&note);
	return status;
}

/* The keys of an office. */
struct office {
	struct secret_key *root; /* NULL where the root is elsewhere */
	struct secret_key *publisher;
	struct seal_key *records;
	struct secret_key *ack;
};

static enum status fill_trust(struct trust *trust, const struct conf *conf,
			      const struct office *office)
{
	const struct public_key *key = secret_key_public(office->publisher);
	struct recipient recipient = {
		.key = *seal_key_public(office->records),
		.ack = *secret_key_public(office->ack),
	};
	struct publisher publisher;
	enum status status = publisher_init(&publisher, conf->origin);

	if (status == STATUS_OK)
		status = publisher_add_key(&publisher, key);
	if (status == STATUS_OK)
		status = publisher_add_region(&publisher, conf->region);
	if (status == STATUS_OK)
		status = publisher_add_topic(&publisher, "*");
	publisher.entries_max = CREATE_ENTRIES_MAX;
	publisher.entry_bytes_max = CREATE_ENTRY_BYTES_MAX;
	publisher.may_delegate = true;
	if (status == STATUS_OK)
		status = trust_add_publisher(trust, &publisher);
	memcpy(recipient.region, conf->region, sizeof(recipient.region));
	if (status == STATUS_OK)
		status = trust_add_recipient(trust, &recipient);
	return status;
}

static enum status sign_trust(struct trust_book *book, const struct conf *conf,
			      const struct office *office, struct err *err)
{
	struct trust trust;
	struct buf text = BUF_INIT, note = BUF_INIT;
	enum status status;

	trust_init(&trust);
	status = fill_trust(&trust, conf, office);
	if (status == STATUS_OK)
		status = trust_format(&trust, &text);
	if (status == STATUS_OK)
		status = note_sign(buf_bytes(&text), office->root, &note);
	if (status == STATUS_OK)
		status = trust_book_take_trust(book, buf_bytes(&note), err);
	else
		(void)err_set(err, status, "sign trust note 1");
	trust_release(&trust);
	buf_release(&text);
	buf_release(&note);
	return status;
}

static enum status make_root(struct office *office, const struct conf *conf,
			     struct err *err)
{
	char name[REGION_MAX + 16];
	enum status status;

	(void)snprintf(name, sizeof(name), "root-1-%s", conf->region);
	status = secret_key_new(&office->root, name, KEY_ED25519);
	if (status != STATUS_OK)
		return err_set(err, status, "make the root key");
	return STATUS_OK;
}

/* All but the root. */
static enum status make_office(struct office *office, struct conf *conf,
			       struct err *err)
{
	char name[ORIGIN_MAX + 16];
	enum status status;

	status = new_publisher_key(conf, &office->publisher, err);
	if (status != STATUS_OK)
		return status;
	(void)snprintf(name, sizeof(name), "%s/records", conf->origin);
	status = seal_key_new(&office->records, name);
	(void)snprintf(name, sizeof(name), "%s/ack", conf->origin);
	if (status == STATUS_OK)
		status = secret_key_new(&office->ack, name, KEY_COSIGNER);
	if (status != STATUS_OK)
		return err_set(err, status, "make the keys of records");
	return STATUS_OK;
}

static enum status write_office(const struct create_options *o,
				const struct office *office, struct err *err)
{
	enum status status = STATUS_OK;

	if (office->root != NULL)
		status = house_put_key(o->dir, "root.key", office->root,
				       o->root_passphrase, err);
	if (status == STATUS_OK)
		status = house_put_key(o->dir, house_key_file(HOUSE_PUBLISHER),
				       office->publisher, o->passphrase, err);
	if (status == STATUS_OK)
		status = house_put_seal_key(o->dir,
					    house_key_file(HOUSE_RECORDS),
					    office->records,
					    o->passphrase, err);
	if (status == STATUS_OK)
		status = house_put_key(o->dir, house_key_file(HOUSE_ACK),
				       office->ack, o->passphrase, err);
	return status;
}

static void office_release(struct office *office)
{
	secret_key_free(office->ack);
	seal_key_free(office->records);
	secret_key_free(office->publisher);
	secret_key_free(office->root);
}

static enum status found_county(const struct create_options *o,
				struct conf *conf, struct trust_book *book,
				struct err *err)
{
	struct office office = { .root = NULL };
	enum status status = make_root(&office, conf, err);

	if (status == STATUS_OK)
		status = make_office(&office, conf, err);
	if (status == STATUS_OK)
		status = write_office(o, &office, err);
	if (status == STATUS_OK)
		status = sign_root(book, office.root, err);
	if (status == STATUS_OK)
		status = sign_trust(book, conf, &office, err);
	office_release(&office);
	return status;
}

/* What those who hold the root are to be asked with. */
static enum status write_request(const char *dir, const struct conf *conf,
				 const struct office *office, struct err *err)
{
	struct office_request request = {
		.level = conf->level,
		.publisher = *secret_key_public(office->publisher),
		.records = *seal_key_public(office->records),
		.ack = *secret_key_public(office->ack),
	};
	char path[HOUSE_PATH_MAX + 16];
	struct buf note = BUF_INIT;
	enum status status;

	memcpy(request.origin, conf->origin, sizeof(request.origin));
	memcpy(request.region, conf->region, sizeof(request.region));
	memcpy(request.name, conf->name, sizeof(request.name));
	house_path(dir, CREATE_REQUEST, path);
	status = office_request_format(&request, office->publisher, &note);
	if (status == STATUS_OK)
		status = durable_write(path, buf_bytes(&note), 0644, err);
	else
		(void)err_set(err, status, "write '%s'", path);
	buf_release(&note);
	return status;
}

/* An office whose root is elsewhere. */
static enum status join_as_office(const struct create_options *o,
				  struct conf *conf, struct err *err)
{
	struct office office = { .root = NULL };
	enum status status = make_office(&office, conf, err);

	if (status == STATUS_OK)
		status = write_office(o, &office, err);
	if (status == STATUS_OK)
		status = write_request(o->dir, conf, &office, err);
	office_release(&office);
	return status;
}

enum status create_finish(const char *dir, const struct conf *conf,
			  struct created *out, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	struct secret_key *key;
	struct buf text = BUF_INIT;
	enum status status = house_new_node_key(&key, err);

	if (status != STATUS_OK)
		return status;
	key_code(secret_key_public(key)->bytes, out->code);
	status = house_write_key(dir, "node.key", key, err);
	secret_key_free(key);
	if (status == STATUS_OK)
		status = house_mark_machine(dir, err);
	conf_format(conf, &text);
	house_path(dir, "node.conf", path);
	if (status == STATUS_OK)
		status = durable_write(path, buf_bytes(&text), 0644, err);
	buf_release(&text);
	return status;
}

/* A log whose key was made just now is new. */
static enum status mark_new_log(const char *dir, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];

	house_path(dir, OWN_KEPT_NEW_LOG, path);
	return durable_write(path, bytes_of("\n"), 0644, err);
}

enum status create_node(const struct create_options *o, struct created *out,
			struct err *err)
{
	struct conf conf = o->conf;
	struct trust_book book;
	enum status status = check_options(o, err);

	if (status == STATUS_OK && o->join != NULL)
		status = check_fingerprint(o, err);
	if (status == STATUS_OK)
		status = durable_make_dir(o->dir, 0755, err);
	if (status != STATUS_OK)
		return status;
	create_forget_notes(o->dir);
	status = trust_book_open(&book, o->dir, err);
	if (status != STATUS_OK)
		return status;
	if (o->join != NULL) {
		status = take_join(&book, o->join, err);
		if (conf.upstreams == 0) {
			memcpy(conf.upstream, o->join->upstream,
			       sizeof(conf.upstream));
			conf.upstreams = o->join->upstreams;
		}
		out->asks = conf.origin[0] != 0;
		if (status == STATUS_OK && out->asks)
			status = join_as_office(o, &conf, err);
	} else {
		out->asks = false;
		status = found_county(o, &conf, &book, err);
	}
	if (status == STATUS_OK && conf.origin[0] != 0)
		status = mark_new_log(o->dir, err);
	if (status == STATUS_OK)
		status = create_finish(o->dir, &conf, out, err);
	if (status == STATUS_OK) {
		memcpy(out->fingerprint, book.fingerprint, SHA256_SIZE);
		memcpy(out->origin, conf.origin, sizeof(conf.origin));
	}
	trust_book_release(&book);
	return status;
}
