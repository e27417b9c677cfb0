#include "node/cli/backup_file.h"

#include "node/cli/passphrase.h"
#include "node/durable.h"

enum status backup_file_read(const char *path, struct backup *out,
			     struct err *err)
{
	struct buf text = BUF_INIT;
	unsigned line = 0;
	enum status status = durable_read(path, BACKUP_TEXT_MAX, &text, err);

	if (status == STATUS_OK) {
		status = backup_parse(buf_bytes(&text), out, &line);
		if (status == STATUS_MALFORMED && line > 0)
			(void)err_set(err, status,
				      "'%s': line %u of the key backup is "
				      "missing or mistyped",
				      path, line);
		else if (status == STATUS_MALFORMED)
			(void)err_set(err, status, "'%s' is no key backup",
				      path);
		else if (status != STATUS_OK)
			(void)err_set(err, status, "read '%s'", path);
	}
	buf_release(&text);
	return status;
}

/* Try a passphrase on one box. */
static enum status open_box(const struct backup *b, unsigned i,
			    const struct passphrase *passphrase,
			    struct backup_keys *keys, struct err *err)
{
	uint8_t derived[KEYBOX_KEY_SIZE];
	enum status status = backup_derive(
		b, i, passphrase_bytes(passphrase), derived);

	if (status == STATUS_OK)
		status = backup_open(b, i, derived, keys);
	signing_wipe(derived, sizeof(derived));
	if (status == STATUS_UNTRUSTED)
		return err_set(err, status,
			       "the passphrase does not open the backup, or "
			       "what it says of the office was changed");
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "open the backup: %s",
					     status_text(status));
}

static bool is_root_alone(const struct backup_box *box)
{
	return box->holds == BACKUP_ROOT;
}

static enum status ask(const struct cli *cli, const struct backup *b,
		       unsigned i, bool root, struct backup_keys *keys,
		       struct err *err)
{
	struct passphrase *passphrase;
	enum status status = passphrase_ask(
		cli, PASSPHRASE_OPEN,
		root ? tr("root key") : tr("of the backup"),
		root ? "root-passphrase-file" : NULL, &passphrase, err);

	if (status == STATUS_NOT_FOUND)
		return err->status = STATUS_USAGE;
	if (status != STATUS_OK)
		return status;
	/* Most have one passphrase for all. */
	for (unsigned n = i; n < b->box_count && status == STATUS_OK; n++) {
		struct err wrong = ERR_INIT;

		if ((backup_keys_held(keys) & b->boxes[n].holds) != 0)
			continue;
		status = open_box(b, n, passphrase, keys,
				  n == i ? err : &wrong);
		if (n != i && status == STATUS_UNTRUSTED)
			status = STATUS_OK;
	}
	passphrase_free(passphrase);
	return status;
}

enum status backup_file_open(const struct cli *cli,
			     const struct backup *b,
			     struct backup_keys *keys, struct err *err)
{
	enum status status = STATUS_OK;

	*keys = (struct backup_keys){ .publisher = NULL };
	for (unsigned i = 0; i < b->box_count && status == STATUS_OK; i++)
		if ((backup_keys_held(keys) & b->boxes[i].holds) == 0)
			status = ask(cli, b, i,
				     i > 0 && is_root_alone(&b->boxes[i]),
				     keys, err);
	return status;
}
