/* The keys of an office: open, locked, unlocked, and locked again. */
#include <string.h>

#include "node/durable.h"
#include "node/house.h"

enum { FILE_MAX = 4096 };

static const struct {
	const char *name, *file;
} keys[HOUSE_KEYS] = {
	[HOUSE_PUBLISHER] = { "publisher", "publisher.key" },
	[HOUSE_RECORDS] = { "records", "records.key" },
	[HOUSE_ACK] = { "ack", "ack.key" },
	[HOUSE_RECORDS_BEFORE] = { "records-before", "records.key.1" },
};

const char *house_key_name(enum house_key k)
{
	return keys[k].name;
}

const char *house_key_file(enum house_key k)
{
	return keys[k].file;
}

static enum status read_text(const char *dir, enum house_key k,
			     struct buf *text, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	enum status status;

	house_path(dir, keys[k].file, path);
	status = durable_read(path, FILE_MAX, text, err);
	return status == STATUS_MALFORMED ? STATUS_DAMAGED : status;
}

static enum status no_key_file(const char *dir, enum house_key k,
			       struct err *err)
{
	return err_set(err, STATUS_DAMAGED, "'%s/%s' is no key file", dir,
		       keys[k].file);
}

static bool opens_records(enum house_key k)
{
	return k == HOUSE_RECORDS || k == HOUSE_RECORDS_BEFORE;
}

/* A key that opens records in the place it has. */
static struct seal_key **seal_place_of(struct house *h, enum house_key k)
{
	return k == HOUSE_RECORDS ? &h->records_key : &h->records_key_before;
}

static const struct seal_key *seal_key_of(const struct house *h,
					  enum house_key k)
{
	return k == HOUSE_RECORDS ? h->records_key : h->records_key_before;
}

static bool is_open(const struct house *h, enum house_key k)
{
	return k == HOUSE_PUBLISHER ? h->publisher_key != NULL :
	       opens_records(k)	    ? seal_key_of(h, k) != NULL :
				      h->ack_key != NULL;
}

/* A signing key in the place it has. */
static struct secret_key **place_of(struct house *h, enum house_key k)
{
	return k == HOUSE_PUBLISHER ? &h->publisher_key : &h->ack_key;
}

static const struct public_key *public_of(const struct house *h,
					  enum house_key k)
{
	return k == HOUSE_PUBLISHER ? secret_key_public(h->publisher_key) :
	       opens_records(k)	    ? seal_key_public(seal_key_of(h, k)) :
				      secret_key_public(h->ack_key);
}

static enum status take_plain(struct house *h, enum house_key k,
			      struct bytes text)
{
	enum status status = opens_records(k) ?
				     seal_key_parse(seal_place_of(h, k), text) :
				     secret_key_parse(place_of(h, k), text);

	if (status == STATUS_OK)
		h->locks[k].public = *public_of(h, k);
	return status;
}

static enum status take_boxed(struct house *h, enum house_key k,
			      struct bytes text)
{
	struct keybox box;
	enum status status = keybox_parse(text, &box);

	if (status == STATUS_OK)
		h->locks[k].public = box.public;
	return status;
}

static enum status read_one(struct house *h, enum house_key k, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = read_text(h->dir, k, &text, err);

	if (status == STATUS_OK) {
		h->locks[k].boxed = keybox_is(buf_bytes(&text));
		status = h->locks[k].boxed ?
				 take_boxed(h, k, buf_bytes(&text)) :
				 take_plain(h, k, buf_bytes(&text));
		h->locks[k].there = status == STATUS_OK;
		if (status == STATUS_MALFORMED)
			status = no_key_file(h->dir, k, err);
		else if (status != STATUS_OK)
			(void)err_set(err, status, "read '%s'", keys[k].file);
	}
	signing_wipe_buf(&text);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Never behind a passphrase: it signs while nobody is there. */
static enum status read_witness_key(struct house *h, struct err *err)
{
	enum status status = house_read_key(h->dir, "witness.key",
					    &h->witness_key, err);

	if (status == STATUS_OK &&
	    secret_key_public(h->witness_key)->type != KEY_COSIGNER)
		status = err_set(err, STATUS_DAMAGED,
				 "'%s/witness.key' does not cosign", h->dir);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status house_read_keys(struct house *h, struct err *err)
{
	enum status status = house_read_key(h->dir, "node.key", &h->node_key,
					    err);

	for (unsigned k = 0; k < HOUSE_KEYS && status == STATUS_OK; k++)
		status = read_one(h, (enum house_key)k, err);
	return status == STATUS_OK ? read_witness_key(h, err) : status;
}

bool house_is_publisher(const struct house *h)
{
	return h->locks[HOUSE_PUBLISHER].there;
}

bool house_is_locked(const struct house *h, enum house_key k)
{
	return h->locks[k].there && !is_open(h, k);
}

enum status house_need_key(const struct house *h, enum house_key k,
			   struct err *err)
{
	if (!house_is_locked(h, k))
		return STATUS_OK;
	return err_set(err, STATUS_LOCKED, "the %s key is locked: xiangtu "
					   "unlock",
		       keys[k].name);
}

enum status house_read_box(const char *dir, enum house_key k, struct buf *text,
			   struct keybox *box, struct err *err)
{
	enum status status = read_text(dir, k, text, err);

	if (status != STATUS_OK)
		return status;
	if (!keybox_is(buf_bytes(text))) {
		signing_wipe(text->data, text->size);
		return err_set(err, STATUS_NOT_FOUND,
			       "the %s key is not behind a passphrase",
			       keys[k].name);
	}
	return keybox_parse(buf_bytes(text), box) == STATUS_OK ?
		       STATUS_OK :
		       no_key_file(dir, k, err);
}

static enum status open_box(struct house *h, enum house_key k,
			    const struct keybox *box,
			    const uint8_t key[static KEYBOX_KEY_SIZE],
			    struct err *err)
{
	enum status status;

	if (!public_key_same(&box->public, &h->locks[k].public))
		return err_set(err, STATUS_DAMAGED,
			       "'%s/%s' holds another key than when the node "
			       "started",
			       h->dir, keys[k].file);
	status = opens_records(k) ?
			 keybox_open_seal_key(box, key, seal_place_of(h, k)) :
			 keybox_open_key(box, key, place_of(h, k));
	if (status == STATUS_UNTRUSTED)
		return err_set(err, status,
			       "the passphrase does not open the %s key",
			       keys[k].name);
	if (status == STATUS_MALFORMED)
		return no_key_file(h->dir, k, err);
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "open the %s key",
					     keys[k].name);
}

enum status house_unlock(struct house *h, enum house_key k,
			 const uint8_t key[static KEYBOX_KEY_SIZE],
			 struct err *err)
{
	struct buf text = BUF_INIT;
	struct keybox box;
	enum status status;

	if (is_open(h, k))
		return STATUS_OK;
	status = house_read_box(h->dir, k, &text, &box, err);
	if (status == STATUS_OK)
		status = open_box(h, k, &box, key, err);
	buf_release(&text);
	return status;
}

/* Is this the plain text of a key with that public part? */
static bool is_plain_of(enum house_key k, struct bytes text,
			const struct public_key *public)
{
	struct secret_key *key = NULL;
	struct seal_key *seal_key = NULL;
	bool same = false;

	if (opens_records(k) &&
	    seal_key_parse(&seal_key, text) == STATUS_OK)
		same = public_key_same(seal_key_public(seal_key), public);
	if (!opens_records(k) && secret_key_parse(&key, text) == STATUS_OK)
		same = public_key_same(secret_key_public(key), public);
	seal_key_free(seal_key);
	secret_key_free(key);
	return same;
}

static void look_at(struct house *h, enum house_key k)
{
	struct house_lock *lock = &h->locks[k];
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	struct keybox box;

	if (read_text(h->dir, k, &text, &ignored) != STATUS_OK) {
		/* As it was. */
	} else if (keybox_parse(buf_bytes(&text), &box) == STATUS_OK) {
		lock->boxed = lock->boxed ||
			      public_key_same(&box.public, &lock->public);
	} else if (is_plain_of(k, buf_bytes(&text), &lock->public)) {
		lock->boxed = false;
		if (!is_open(h, k))
			(void)take_plain(h, k, buf_bytes(&text));
	}
	signing_wipe_buf(&text);
}

void house_look_at_keys(struct house *h)
{
	for (unsigned k = 0; k < HOUSE_KEYS; k++)
		if (h->locks[k].there)
			look_at(h, (enum house_key)k);
}

void house_lock(struct house *h)
{
	house_look_at_keys(h);
	if (h->locks[HOUSE_PUBLISHER].boxed) {
		secret_key_free(h->publisher_key);
		h->publisher_key = NULL;
	}
	for (unsigned k = 0; k < HOUSE_KEYS; k++)
		if (opens_records((enum house_key)k) && h->locks[k].boxed) {
			seal_key_free(*seal_place_of(h, (enum house_key)k));
			*seal_place_of(h, (enum house_key)k) = NULL;
		}
	if (h->locks[HOUSE_ACK].boxed) {
		secret_key_free(h->ack_key);
		h->ack_key = NULL;
	}
}

enum status house_need_records(const struct house *h, struct err *err)
{
	enum status status = house_need_key(h, HOUSE_RECORDS, err);

	return status == STATUS_OK ?
		       house_need_key(h, HOUSE_RECORDS_BEFORE, err) :
		       status;
}
