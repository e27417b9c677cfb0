#include "node/cli/any_key.h"

#include <string.h>

#include "node/durable.h"
#include "signing/backup.h"

void any_key_release(struct any_key *key)
{
	secret_key_free(key->sign);
	seal_key_free(key->seal);
	key->sign = NULL;
	key->seal = NULL;
}

bool any_key_is(const struct any_key *key)
{
	return key->sign != NULL || key->seal != NULL;
}

const struct public_key *any_key_public(const struct any_key *key)
{
	return key->sign != NULL ? secret_key_public(key->sign) :
				   seal_key_public(key->seal);
}

static enum status take_text(struct key_text *k)
{
	struct bytes text = buf_bytes(&k->text);

	k->boxed = keybox_is(text);
	if (k->boxed)
		return keybox_parse(text, &k->box);
	if (secret_key_parse(&k->key.sign, text) == STATUS_OK)
		return STATUS_OK;
	return seal_key_parse(&k->key.seal, text);
}

enum status key_text_read(struct key_text *k, const char *path,
			  struct err *err)
{
	enum status status;

	memset(k, 0, sizeof(*k));
	k->path = path;
	/* keybox_parse() has its own bound; a backup is longer. */
	status = durable_read(path, BACKUP_TEXT_MAX, &k->text, err);
	if (status == STATUS_OK && take_text(k) != STATUS_OK)
		status = STATUS_MALFORMED;
	if (status == STATUS_MALFORMED)
		return err_set(err, status,
			       "'%s' is no key file, or a damaged one", path);
	return status;
}

bool key_text_is(const struct key_text *k)
{
	return keybox_is(buf_bytes(&k->text)) ||
	       bytes_start_with(buf_bytes(&k->text), "PRIVATE+");
}

enum status key_text_open(struct key_text *k, struct bytes passphrase,
			  struct err *err)
{
	uint8_t derived[KEYBOX_KEY_SIZE];
	enum status status;

	if (any_key_is(&k->key))
		return STATUS_OK;
	status = keybox_derive(&k->box, passphrase, derived);
	if (status != STATUS_OK)
		return err_set(err, status,
			       "no room for the %u MiB that opening '%s' takes",
			       k->box.kib >> 10, k->path);
	status = k->box.public.type == KEY_SEALING ?
			 keybox_open_seal_key(&k->box, derived, &k->key.seal) :
			 keybox_open_key(&k->box, derived, &k->key.sign);
	signing_wipe(derived, sizeof(derived));
	if (status == STATUS_UNTRUSTED)
		return err_set(err, status,
			       "the passphrase does not open '%s'", k->path);
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "open '%s': %s",
					     k->path, status_text(status));
}

void key_text_release(struct key_text *k)
{
	any_key_release(&k->key);
	signing_wipe_buf(&k->text);
}

enum status any_key_write(const struct any_key *key, struct bytes passphrase,
			  struct buf *out)
{
	return key->sign != NULL ?
		       keybox_put_key(key->sign, passphrase, out) :
		       keybox_put_seal_key(key->seal, passphrase, out);
}
