/* trust evidence, trust evidence verify: what is kept against logs that have
 * two histories, and whether a proof is one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/verbs.h"
#include "node/durable.h"
#include "proto/encoding.h"
#include "signing/fork.h"

/* --- the list --- */

static const char *kind_text(const char *kind)
{
	if (strcmp(kind, "proof") == 0)
		return tr("proven");
	return strcmp(kind, "unproven") == 0 ? tr("not proven") :
					       tr("notes");
}

static void print_head(const json_t *piece, const char *which)
{
	const json_t *head = json_object_get(piece, which);

	if (head != NULL)
		printf("    %" PRIu64 " %s  %s\n", cli_number(head, "size"),
		       tr("entries"), cli_text(head, "root"));
}

static void print_evidence(const json_t *list)
{
	const json_t *piece;
	size_t i;

	json_array_foreach(list, i, piece) {
		const char *source = cli_text(piece, "source");
		char ago[64];

		cli_ago(cli_number(piece, "found_s"), ago);
		printf("%s  %s  %s  %s\n", cli_text(piece, "origin"),
		       kind_text(cli_text(piece, "kind")), ago,
		       source[0] == 0 ? tr("found here") : source);
		if (cli_text(piece, "why")[0] != 0)
			printf("    %s\n", cli_text(piece, "why"));
		print_head(piece, "small");
		print_head(piece, "large");
		printf("    %s\n", cli_text(piece, "id"));
	}
	if (json_array_size(list) == 0)
		puts(tr("There is no evidence against anybody."));
	else
		puts(tr("Give it to the county: xiangtu trust evidence --to "
			"FOLDER"));
}

/* --- into files --- */

static enum status write_piece(struct cli *cli, const json_t *piece,
			       const char *folder, char *path, size_t room,
			       struct err *err)
{
	bool notes = strcmp(cli_text(piece, "kind"), "notes") == 0;
	json_t *answer;
	enum status status;

	(void)snprintf(path, room, "%s/%s.%s", folder, cli_text(piece, "id"),
		       notes ? "notes" : "fork");
	status = cli_ask(cli,
			 json_pack("{s:s, s:s}", "verb", "evidence-text", "id",
				   cli_text(piece, "id")),
			 &answer, err);
	if (status != STATUS_OK)
		return status;
	status = durable_write(path, bytes_of(cli_text(answer, "text")), 0644,
			       err);
	json_decref(answer);
	return status;
}

static enum status write_all(struct cli *cli, const json_t *list,
			     const char *folder, struct err *err)
{
	json_t *files = json_array();
	const json_t *piece;
	char path[4096];
	enum status status = durable_make_dir(folder, 0755, err);
	size_t i;

	json_array_foreach(list, i, piece) {
		if (status != STATUS_OK)
			break;
		status = write_piece(cli, piece, folder, path, sizeof(path),
				     err);
		if (status != STATUS_OK)
			break;
		(void)json_array_append_new(files, json_string(path));
		if (!cli->json)
			printf("%s: %s\n", tr("Written"), path);
	}
	if (status == STATUS_OK && cli->json)
		cli_print_json(json_pack("{s:O}", "files", files));
	json_decref(files);
	return status;
}

enum status cmd_trust_evidence(struct cli *cli, struct err *err)
{
	const char *folder = cli_value(cli, "to");
	json_t *list;
	enum status status = cli_ask(
		cli, json_pack("{s:s}", "verb", "evidence"), &list, err);

	if (status != STATUS_OK)
		return status;
	if (folder != NULL) {
		status = write_all(cli, list, folder, err);
	} else if (cli->json) {
		cli_print_json(list);
		return STATUS_OK;
	} else {
		print_evidence(list);
	}
	json_decref(list);
	return status;
}

/* --- a stranger looks --- */

struct known_keys {
	struct public_key keys[NOTE_KEYS_MAX];
	size_t count;
};

static enum status add_key(void *owner, const char *value, struct err *err)
{
	struct known_keys *known = owner;

	if (known->count == NOTE_KEYS_MAX)
		return err_set(err, STATUS_USAGE, "that many keys?");
	if (public_key_parse(bytes_of(value), &known->keys[known->count]) !=
	    STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "--key: '%.80s' is no public key", value);
	known->count++;
	return STATUS_OK;
}

/* Those that this node's trust note names for the log. */
static enum status ask_keys(struct cli *cli, const char *origin,
			    struct known_keys *known, struct err *err)
{
	const json_t *publisher, *key;
	json_t *trust;
	size_t i, j;
	enum status status = cli_ask(cli, json_pack("{s:s}", "verb", "trust"),
				     &trust, err);

	if (status != STATUS_OK)
		return err_wrap(err, "whose key is it? say --key VKEY");
	json_array_foreach(json_object_get(trust, "publishers"), i, publisher)
		if (strcmp(cli_text(publisher, "origin"), origin) == 0)
			json_array_foreach(json_object_get(publisher, "keys"),
					   j, key)
				if (status == STATUS_OK)
					status = add_key(
						known, json_string_value(key),
						err);
	json_decref(trust);
	if (status == STATUS_OK && known->count == 0)
		status = err_set(err, STATUS_NOT_FOUND,
				 "no key of '%s' is known here: say --key VKEY",
				 origin);
	return status;
}

static enum status verdict(const struct fork *fork,
			   const struct known_keys *known, struct err *err)
{
	enum status status = fork_verify(fork, known->keys, known->count);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_UNTRUSTED,
			       "both notes are signed, but that one tree does "
			       "not continue the other is not proven");
	if (status != STATUS_OK)
		return err_set(err, STATUS_UNTRUSTED,
			       "it proves nothing against '%s'", fork->origin);
	return STATUS_OK;
}

static void tell_proven(const struct cli *cli, const struct fork *fork)
{
	char id[65];
	uint8_t name[SHA256_SIZE];

	fork_id(fork, name);
	hex_encode((struct bytes){ name, sizeof(name) }, id);
	if (cli->json) {
		cli_print_json(json_pack("{s:b, s:s, s:s, s:I, s:I}", "proven",
					 true, "id", id, "origin", fork->origin,
					 "small", (json_int_t)fork->small.size,
					 "large",
					 (json_int_t)fork->large.size));
		return;
	}
	printf("%s: %s\n", tr("PROVEN: one key has signed two histories"),
	       fork->origin);
	printf("    %" PRIu64 " %s, %" PRIu64 " %s\n", fork->small.size,
	       tr("entries"), fork->large.size, tr("entries"));
}

enum status cmd_trust_evidence_verify(struct cli *cli, struct err *err)
{
	struct known_keys known = { .count = 0 };
	struct buf text = BUF_INIT;
	struct fork fork;
	enum status status = durable_read(cli->words[0], FORK_TEXT_MAX, &text,
					  err);

	if (status == STATUS_NOT_FOUND)
		(void)err_set(err, status, "there is no '%s'", cli->words[0]);
	if (status == STATUS_OK &&
	    fork_parse(buf_bytes(&text), &fork) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "'%s' is no evidence of two histories",
				 cli->words[0]);
	if (status == STATUS_OK)
		status = cli_each_value(cli, "key", add_key, &known, err);
	if (status == STATUS_OK && known.count == 0)
		status = ask_keys(cli, fork.origin, &known, err);
	if (status == STATUS_OK)
		status = verdict(&fork, &known, err);
	if (status == STATUS_OK)
		tell_proven(cli, &fork);
	buf_release(&text);
	return status;
}
