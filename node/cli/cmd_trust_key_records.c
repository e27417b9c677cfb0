/* trust key renew-records: another key that records are sealed to. The one
 * before stays beside it, for what is on its way; who destroys that makes
 * noise of everything sealed to it (docs/privacy.md). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/passphrase.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/house.h"
#include "signing/seal.h"

/* Whole before it takes the place of the other: after a power cut the two
 * renames are done again. */
static const char unfinished[] = "records.key.new";

struct paths {
	char now[HOUSE_PATH_MAX + 16];
	char before[HOUSE_PATH_MAX + 16];
	char made[HOUSE_PATH_MAX + 16];
};

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static enum status may_renew(const struct paths *p, struct err *err)
{
	if (!is_there(p->now) && !is_there(p->made))
		return err_set(err, STATUS_NOT_FOUND,
			       "only the office that has records.key can "
			       "change it");
	if (is_there(p->now) && is_there(p->before))
		return err_set(err, STATUS_EXISTS,
			       "the key before this one is still kept: when "
			       "nothing that was sealed to it is on its way "
			       "any more, delete '%s', and say it again",
			       p->before);
	return STATUS_OK;
}

/* A fresh key in the file; one that an attempt left there is begun anew while
 * the present one is in its place. */
static enum status make_key(const struct cli *cli, const char *name,
			    struct err *err)
{
	struct passphrase *passphrase = NULL;
	struct seal_key *key;
	enum status status = passphrase_ask_new(cli, name, "passphrase-file",
						&passphrase, err);

	/* As init: without a terminal it is made unprotected. */
	if (status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	status = seal_key_new(&key, name);
	if (status == STATUS_OK) {
		status = house_put_seal_key(cli->dir, unfinished, key,
					    passphrase == NULL ?
						    (struct bytes){ NULL, 0 } :
						    passphrase_bytes(passphrase),
					    err);
		seal_key_free(key);
	} else {
		(void)err_set(err, status, "make a key");
	}
	passphrase_free(passphrase);
	return status;
}

static enum status move(const char *from, const char *to, struct err *err)
{
	if (rename(from, to) != 0)
		return err_set(err, STATUS_IO, "rename '%s': %s", from,
			       strerror(errno));
	return STATUS_OK;
}

static enum status put_in_place(const struct cli *cli, const struct paths *p,
				struct err *err)
{
	enum status status = is_there(p->now) ? move(p->now, p->before, err) :
						STATUS_OK;

	if (status == STATUS_OK)
		status = durable_sync_dir(cli->dir, err);
	if (status == STATUS_OK)
		status = move(p->made, p->now, err);
	return status == STATUS_OK ? durable_sync_dir(cli->dir, err) : status;
}

/* What the trust note is to name. */
static enum status show_new(const struct cli *cli, struct err *err)
{
	char vkey[VKEY_MAX + 1];
	struct house h;
	enum status status = house_open(&h, cli->dir, HOUSE_READ, err);

	if (status != STATUS_OK)
		return status;
	public_key_format(&h.locks[HOUSE_RECORDS].public, vkey);
	if (cli->json)
		cli_print_json(json_pack("{s:s}", "key", vkey));
	else
		printf("%s\n%s\n", vkey,
		       tr("Start the node again, back the new key up, and "
			  "have the trust note name it: xiangtu trust "
			  "recipient remove, then add. Keep "
			  "records.key.1 until what was sealed to it has "
			  "come; who destroys it makes all of that "
			  "unreadable, for ever."));
	house_close(&h);
	return STATUS_OK;
}

enum status cmd_trust_key_renew_records(struct cli *cli, struct err *err)
{
	char name[256];
	struct paths p;
	struct house h;
	enum status status = house_open(&h, cli->dir, HOUSE_WRITE, err);

	if (status != STATUS_OK)
		return status;
	(void)snprintf(name, sizeof(name), "%s",
		       h.locks[HOUSE_RECORDS].there ?
			       h.locks[HOUSE_RECORDS].public.name :
			       "records");
	house_path(cli->dir, house_key_file(HOUSE_RECORDS), p.now);
	house_path(cli->dir, house_key_file(HOUSE_RECORDS_BEFORE), p.before);
	house_path(cli->dir, unfinished, p.made);
	status = may_renew(&p, err);
	if (status == STATUS_OK && is_there(p.now))
		status = make_key(cli, name, err);
	if (status == STATUS_OK)
		status = put_in_place(cli, &p, err);
	house_close(&h);
	return status == STATUS_OK ? show_new(cli, err) : status;
}
