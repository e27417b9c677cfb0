#include "node/cli/key_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/durable.h"
#include "signing/keybox.h"

static enum status check_free(const char *path)
{
	return access(path, F_OK) == 0 ? STATUS_EXISTS : STATUS_OK;
}

static enum status open_box(const struct cli *cli, const char *path,
			    struct bytes text, struct secret_key **out,
			    struct err *err)
{
	uint8_t derived[KEYBOX_KEY_SIZE];
	struct passphrase *passphrase;
	struct keybox box;
	char what[KEY_NAME_MAX + 16];
	enum status status;

	if (keybox_parse(text, &box) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is no key file, or a damaged one", path);
	(void)snprintf(what, sizeof(what), "%s '%s'", tr("key"),
		       box.public.name);
	status = passphrase_ask(cli, PASSPHRASE_OPEN, what, NULL, &passphrase,
				err);
	if (status != STATUS_OK)
		return err->status = status == STATUS_NOT_FOUND ?
					     STATUS_USAGE :
					     status;
	status = keybox_derive(&box, passphrase_bytes(passphrase), derived);
	passphrase_free(passphrase);
	if (status == STATUS_OK)
		status = keybox_open_key(&box, derived, out);
	signing_wipe(derived, sizeof(derived));
	if (status == STATUS_UNTRUSTED)
		return err_set(err, status,
			       "the passphrase does not open '%s'", path);
	if (status != STATUS_OK)
		return err_set(err, status, "open '%s': %s", path,
			       status_text(status));
	return STATUS_OK;
}

enum status key_file_read(const struct cli *cli, const char *path,
			  struct secret_key **out, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = durable_read(path, KEYBOX_TEXT_MAX, &text, err);

	if (status == STATUS_OK && keybox_is(buf_bytes(&text)))
		status = open_box(cli, path, buf_bytes(&text), out, err);
	else if (status == STATUS_OK &&
		 secret_key_parse(out, buf_bytes(&text)) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "'%s' is no secret key", path);
	signing_wipe_buf(&text);
	return status;
}

enum status key_file_write(const char *path, const struct secret_key *key,
			   const struct passphrase *passphrase,
			   struct err *err)
{
	struct bytes phrase = { NULL, 0 };
	struct buf text = BUF_INIT;
	enum status status = check_free(path);

	if (status != STATUS_OK)
		return err_set(err, status, "'%s' is there already", path);
	if (passphrase != NULL)
		phrase = passphrase_bytes(passphrase);
	status = keybox_put_key(key, phrase, &text);
	if (status != STATUS_OK)
		(void)err_set(err, status, "write '%s': %s", path,
			      status_text(status));
	else
		status = durable_write(path, buf_bytes(&text), 0600, err);
	signing_wipe_buf(&text);
	return status;
}

/* Whose secret a file holds, as far as it says so. */
static enum status public_of_secret(struct bytes text, struct public_key *out)
{
	struct secret_key *key;
	struct keybox box;
	enum status status;

	if (keybox_is(text)) {
		status = keybox_parse(text, &box);
		if (status == STATUS_OK)
			*out = box.public;
		return status;
	}
	status = secret_key_parse(&key, text);
	if (status != STATUS_OK)
		return status;
	*out = *secret_key_public(key);
	secret_key_free(key);
	return STATUS_OK;
}

static enum status read_public_file(const char *path, struct public_key *out,
				    struct err *err)
{
	struct buf text = BUF_INIT;
	struct bytes_reader r;
	struct bytes line;
	enum status status = durable_read(path, KEYBOX_TEXT_MAX, &text, err);

	if (status != STATUS_OK)
		return status;
	bytes_reader_init(&r, buf_bytes(&text));
	if (bytes_read_line(&r, &line) != STATUS_OK)
		line = buf_bytes(&text);
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	status = public_key_parse(line, out);
	if (status != STATUS_OK)
		status = public_of_secret(buf_bytes(&text), out);
	signing_wipe_buf(&text);
	return status == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, status, "'%s' holds no key", path);
}

enum status key_file_read_public(const char *given, struct public_key *out,
				 struct err *err)
{
	/* No file is named like one: the id follows from the rest. */
	if (public_key_parse(bytes_of(given), out) == STATUS_OK)
		return STATUS_OK;
	if (access(given, F_OK) != 0)
		return err_set(err, STATUS_USAGE,
			       "'%s' is neither a public key (name+hash+…) "
			       "nor a file with one",
			       given);
	return read_public_file(given, out, err);
}

enum status key_file_write_public(const char *path,
				  const struct public_key *key,
				  struct err *err)
{
	char vkey[VKEY_MAX + 2];
	enum status status = check_free(path);

	if (status != STATUS_OK)
		return err_set(err, status, "'%s' is there already", path);
	public_key_format(key, vkey);
	(void)strcat(vkey, "\n");
	return durable_write(path, bytes_of(vkey), 0644, err);
}
