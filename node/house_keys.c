/* The key files of a data directory. */
#include <stdio.h>
#include <string.h>

#include "node/durable.h"
#include "node/house.h"
#include "proto/encoding.h"

/* A key file's text; to be wiped. */
static enum status read_key_text(const char *dir, const char *name,
				 struct buf *text, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];

	house_path(dir, name, path);
	return durable_read(path, 4096, text, err);
}

static enum status no_key_file(const char *dir, const char *name,
			       struct err *err)
{
	return err_set(err, STATUS_DAMAGED, "'%s/%s' is no key file", dir,
		       name);
}

/* Write what was put together, and wipe it. */
static enum status write_key_text(const char *dir, const char *name,
				  enum status status, struct buf *text,
				  struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];

	house_path(dir, name, path);
	if (status != STATUS_OK)
		(void)err_set(err, status, "write '%s': %s", path,
			      status_text(status));
	else
		status = durable_write(path, buf_bytes(text), 0600, err);
	signing_wipe_buf(text);
	return status;
}

enum status house_read_key(const char *dir, const char *name,
			   struct secret_key **out, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = read_key_text(dir, name, &text, err);

	if (status == STATUS_OK &&
	    secret_key_parse(out, buf_bytes(&text)) != STATUS_OK)
		status = no_key_file(dir, name, err);
	signing_wipe_buf(&text);
	return status == STATUS_MALFORMED ? STATUS_DAMAGED : status;
}

enum status house_put_key(const char *dir, const char *name,
			  const struct secret_key *key,
			  struct bytes passphrase, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = keybox_put_key(key, passphrase, &text);

	return write_key_text(dir, name, status, &text, err);
}

enum status house_write_key(const char *dir, const char *name,
			    const struct secret_key *key, struct err *err)
{
	return house_put_key(dir, name, key, (struct bytes){ NULL, 0 }, err);
}

enum status house_put_seal_key(const char *dir, const char *name,
			       const struct seal_key *key,
			       struct bytes passphrase, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = keybox_put_seal_key(key, passphrase, &text);

	return write_key_text(dir, name, status, &text, err);
}

enum status house_new_node_key(struct secret_key **out, struct err *err)
{
	struct secret_key *draft, *key;
	uint8_t seed[KEY_SEED_SIZE];
	char name[32], hex[17];
	enum status status;

	signing_random(seed, sizeof(seed));
	status = secret_key_from_seed(&draft, "node", KEY_ED25519, seed);
	if (status == STATUS_OK) {
		hex_encode((struct bytes){ secret_key_public(draft)->bytes, 8 },
			   hex);
		(void)snprintf(name, sizeof(name), "node-%s", hex);
		secret_key_free(draft);
		status = secret_key_from_seed(&key, name, KEY_ED25519, seed);
	}
	signing_wipe(seed, sizeof(seed));
	if (status != STATUS_OK)
		return err_set(err, status, "make a key");
	*out = key;
	return STATUS_OK;
}
