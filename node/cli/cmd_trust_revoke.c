/* trust revoke: a log ends for ever, at a size and the root it had then. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "catalog/entry.h"
#include "catalog/log.h"
#include "node/cli/trust_edit.h"
#include "node/cli/verbs.h"
#include "node/drive/door.h"
#include "proto/encoding.h"

/* What becomes of the entries beyond. */
struct beyond {
	bool held;	  /* the log is here */
	uint64_t entries; /* beyond the end */
	uint64_t lessons; /* of those */
};

static enum status count_lesson(void *owner, uint64_t index,
				struct bytes bytes, struct err *err)
{
	struct beyond *beyond = owner;
	struct err ignored = ERR_INIT;
	struct entry entry;

	(void)index;
	(void)err;
	beyond->entries++;
	if (entry_parse(bytes, &entry, &ignored) == STATUS_OK)
		beyond->lessons += entry.type == ENTRY_LESSON;
	return STATUS_OK;
}

static enum status read_log(struct catalog *c, struct cutoff *cutoff,
			    struct beyond *beyond, struct err *err)
{
	struct log_info info;
	enum status status = log_find(c, cutoff->origin, &info, err);

	if (status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	if (cutoff->size > info.size)
		return err_set(err, STATUS_USAGE,
			       "--good-up-to: only %" PRIu64 " entries of this "
			       "log are here",
			       info.size);
	beyond->held = true;
	status = log_root_at(c, info.id, cutoff->size, cutoff->root, err);
	if (status == STATUS_OK && info.size > cutoff->size)
		status = log_read_entries(c, info.id, cutoff->size,
					  info.size - cutoff->size,
					  count_lesson, beyond, err);
	return status;
}

/* The root as the log held here has it. */
static enum status ask_log(const struct cli *cli, struct cutoff *cutoff,
			   struct beyond *beyond, struct err *err)
{
	char conf[4096 + 16];
	struct door *door;
	enum status status;

	(void)snprintf(conf, sizeof(conf), "%.4000s/node.conf", cli->dir);
	if (access(conf, F_OK) != 0)
		return STATUS_OK;
	status = door_open(&door, cli->dir, err);
	if (status != STATUS_OK)
		return status;
	status = read_log(door_house(door)->catalog, cutoff, beyond, err);
	door_close(door);
	return status;
}

static enum status check_given_root(const char *given, const struct beyond *b,
				    struct cutoff *cutoff, struct err *err)
{
	uint8_t root[SHA256_SIZE];
	size_t size;

	if (given == NULL && !b->held && cutoff->size > 0)
		return err_set(err, STATUS_USAGE,
			       "the log '%s' is not here: give the root it had "
			       "at that size with --root",
			       cutoff->origin);
	if (given == NULL)
		return STATUS_OK;
	if (base64_decode(bytes_of(given), root, sizeof(root), &size) !=
		    STATUS_OK ||
	    size != sizeof(root))
		return err_set(err, STATUS_USAGE,
			       "--root: 32 bytes in base64 are wanted, as "
			       "'status --json' shows them");
	if (b->held && memcmp(root, cutoff->root, sizeof(root)) != 0)
		return err_set(err, STATUS_UNTRUSTED,
			       "--root: the log that is here had another root "
			       "at that size");
	memcpy(cutoff->root, root, sizeof(root));
	return STATUS_OK;
}

static enum status make_cutoff(const struct cli *cli, struct cutoff *cutoff,
			       struct beyond *beyond, struct err *err)
{
	const char *size = cli_value(cli, "good-up-to");
	const char *successor = cli_value(cli, "successor");
	enum status status;

	memset(cutoff, 0, sizeof(*cutoff));
	if (origin_check(cli->words[0]) != STATUS_OK ||
	    (successor != NULL && origin_check(successor) != STATUS_OK))
		return err_set(err, STATUS_USAGE, "that is no name of a log");
	if (successor != NULL && strcmp(successor, cli->words[0]) == 0)
		return err_set(err, STATUS_USAGE,
			       "--successor: a log that has ended never goes "
			       "on under a new key; the successor has a name "
			       "of its own");
	if (size == NULL ||
	    decimal_parse(bytes_of(size), &cutoff->size) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "--good-up-to is needed: how many entries of "
			       "the log are good");
	(void)snprintf(cutoff->origin, sizeof(cutoff->origin), "%s",
		       cli->words[0]);
	(void)snprintf(cutoff->successor, sizeof(cutoff->successor), "%s",
		       successor == NULL ? "" : successor);
	if (cutoff->size == 0)
		sha256("", 0, cutoff->root);
	status = ask_log(cli, cutoff, beyond, err);
	return status == STATUS_OK ? check_given_root(cli_value(cli, "root"),
						      beyond, cutoff, err) :
				     status;
}

static void say(const struct cli *cli, struct trust_edit *edit,
		const struct cutoff *cutoff, const struct beyond *beyond)
{
	if (cli->json && beyond->held)
		edit->more = json_pack("{s:I, s:I}", "entries_beyond",
				       (json_int_t)beyond->entries,
				       "lessons_beyond",
				       (json_int_t)beyond->lessons);
	if (cli->json)
		return;
	if (beyond->held)
		printf(tr("%llu entries of %s come after that, %llu lessons "
			  "among them: they are taken back everywhere and kept "
			  "as evidence.\n"),
		       (unsigned long long)beyond->entries, cutoff->origin,
		       (unsigned long long)beyond->lessons);
	if (trust_publisher(&edit->trust, cutoff->origin) == NULL)
		printf(tr("The trust note lists no publisher %s; the end "
			  "counts all the same.\n"),
		       cutoff->origin);
	if (cutoff->successor[0] != 0 &&
	    trust_publisher(&edit->trust, cutoff->successor) == NULL)
		printf(tr("%s is no publisher yet: add it with 'xiangtu trust "
			  "publisher add'.\n"),
		       cutoff->successor);
}

enum status cmd_trust_revoke(struct cli *cli, struct err *err)
{
	struct beyond beyond = { .held = false };
	struct trust_edit edit;
	struct cutoff cutoff;
	enum status status = make_cutoff(cli, &cutoff, &beyond, err);

	if (status != STATUS_OK)
		return status;
	status = trust_edit_begin(cli, &edit, err);
	if (status == STATUS_OK)
		status = trust_edit_failed(
			trust_add_cutoff(&edit.trust, &cutoff), cutoff.origin,
			err);
	if (status == STATUS_OK) {
		say(cli, &edit, &cutoff, &beyond);
		status = trust_edit_finish(cli, &edit, err);
	}
	trust_edit_release(&edit);
	return status;
}
