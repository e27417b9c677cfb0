/* set-pin, set-password: who may open the desks. station reset-pin: the code
 * for an operator who has forgotten his. */
#include <stdio.h>
#include <string.h>

#include "node/cli/passphrase.h"
#include "node/cli/verbs.h"
#include "node/page/secret_rules.h"
#include "signing/passhash.h"

/* Ask for the new one, see whether it is good, and hash it. */
static enum status ask_hash(const struct cli *cli, const char *who,
			    char hash[static PASSHASH_MAX + 1], struct err *err)
{
	bool pin = secret_role(who) == PAGE_OPERATOR;
	struct passphrase *typed;
	char what[64];
	enum status status;

	(void)snprintf(what, sizeof(what), "%s", who);
	status = passphrase_ask(cli, pin ? PASSPHRASE_PIN : PASSPHRASE_PASSWORD,
				what, pin ? "pin-file" : "password-file",
				&typed, err);
	if (status == STATUS_NOT_FOUND) /* nobody to ask, nothing typed */
		return err->status = STATUS_USAGE;
	if (status != STATUS_OK)
		return status;
	status = secret_good(who, passphrase_bytes(typed), err);
	if (status == STATUS_OK &&
	    passhash_make(passphrase_bytes(typed), hash) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY,
				 "no room for the 64 MiB that hashing takes");
	passphrase_free(typed);
	return status;
}

static enum status set(struct cli *cli, const char *who, struct err *err)
{
	bool off = cli_given(cli, "off");
	char hash[PASSHASH_MAX + 1];
	json_t *answer;
	enum status status = off ? STATUS_OK : ask_hash(cli, who, hash, err);

	if (status == STATUS_OK)
		status = cli_ask(cli,
				 off ? json_pack("{s:s, s:s, s:b}", "verb",
						 "secret-set", "who", who,
						 "off", true) :
				       json_pack("{s:s, s:s, s:s}", "verb",
						 "secret-set", "who", who,
						 "hash", hash),
				 &answer, err);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(answer);
		return STATUS_OK;
	}
	printf(off ? tr("%s has no PIN or password any more.\n") :
		     tr("Done: %s can log in with it. Sessions opened with the "
			"one before have ended.\n"),
	       who);
	json_decref(answer);
	return STATUS_OK;
}

enum status cmd_set_pin(struct cli *cli, struct err *err)
{
	if (secret_role(cli->words[0]) != PAGE_OPERATOR)
		return err_set(err, STATUS_USAGE,
			       "whose PIN? The operators of a station are A "
			       "and B; people of an office have passwords: "
			       "xiangtu set-password --name NAME");
	return set(cli, cli->words[0], err);
}

static void print_names(const json_t *names)
{
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
		puts(json_string_value(name));
}

enum status cmd_set_password(struct cli *cli, struct err *err)
{
	const char *who = cli_value(cli, "name");

	if (cli_given(cli, "list"))
		return cli_show_list(cli, json_pack("{s:s}", "verb", "secrets"),
				     tr("Nobody has a PIN or password."),
				     print_names, err);
	if (who == NULL)
		who = SECRET_OFFICE;
	if (secret_role(who) == PAGE_OPERATOR)
		return err_set(err, STATUS_USAGE,
			       "A and B have PINs: xiangtu set-pin %s", who);
	if (secret_role(who) == PAGE_VIEWER)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no name: a line of text, at most %d "
			       "bytes",
			       who, SECRET_WHO_MAX);
	return set(cli, who, err);
}

enum status cmd_station_reset_pin(struct cli *cli, struct err *err)
{
	json_t *answer;
	const char *code;
	enum status status = cli_ask(
		cli,
		json_pack("{s:s, s:s, s:s, s:s}", "verb", "reset-code", "code",
			  cli->words[0], "who", cli->words[1], "challenge",
			  cli->words[2]),
		&answer, err);

	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(answer);
		return STATUS_OK;
	}
	code = cli_text(answer, "code");
	printf(tr("%.4s %.4s  for a new PIN of %s at %s\n"), code, code + 4,
	       cli_text(answer, "who"), cli_text(answer, "name"));
	puts(tr("Be sure that you know who is calling before you read it out: "
		"whoever types it sets the PIN."));
	json_decref(answer);
	return STATUS_OK;
}
