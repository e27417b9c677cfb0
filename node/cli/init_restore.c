/* init --restore: an office on a new computer, from its keys on paper and from
 * what others have of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/backup_file.h"
#include "node/cli/init_join.h"
#include "node/cli/passphrase.h"
#include "node/cli/verbs.h"
#include "node/restore.h"
#include "signing/locked.h"
#include "signing/words.h"

struct sources {
	struct restore_source list[RESTORE_SOURCES_MAX];
	unsigned count;
};

/* --- the paper --- */

static enum status open_box(const struct backup *backup, unsigned box,
			    struct bytes passphrase, struct backup_keys *keys,
			    struct err *err)
{
	uint8_t *key = locked_new(KEYBOX_KEY_SIZE);
	enum status status = STATUS_NO_MEMORY;

	if (key != NULL)
		status = backup_derive(backup, box, passphrase, key);
	if (status == STATUS_OK)
		status = backup_open(backup, box, key, keys);
	locked_free(key);
	if (status == STATUS_UNTRUSTED)
		return err_set(err, status, "wrong passphrase, or the key "
					    "backup was changed");
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "open the key "
							  "backup");
}

/* All that an office needs; a root key with a passphrase of its own stays on
 * paper. */
static enum status open_backup(const struct cli *cli,
			       const struct backup *backup,
			       struct passphrase **passphrase,
			       struct backup_keys *keys, struct err *err)
{
	enum status status = passphrase_ask(cli, PASSPHRASE_OPEN,
					    tr("the key backup"), NULL,
					    passphrase, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_USAGE,
			       "the passphrase of the key backup is needed: "
			       "--passphrase-file, or a terminal to ask it on");
	for (unsigned i = 0; i < backup->box_count && status == STATUS_OK;
	     i++)
		if ((backup->boxes[i].holds & ~BACKUP_ROOT) != 0)
			status = open_box(backup, i,
					  passphrase_bytes(*passphrase), keys,
					  err);
	if (status == STATUS_OK && keys->publisher == NULL)
		status = err_set(err, STATUS_NOT_FOUND,
				 "this key backup holds no key to publish "
				 "with");
	return status;
}

/* --- the sources --- */

static enum status add_source(void *owner, const char *given, struct err *err)
{
	struct sources *all = owner;
	struct restore_source *s = &all->list[all->count];

	if (all->count == RESTORE_SOURCES_MAX)
		return err_set(err, STATUS_USAGE, "--from: at most %d",
			       RESTORE_SOURCES_MAX);
	s->given = given;
	(void)init_mirror_url(given, s->base);
	all->count++;
	return STATUS_OK;
}

/* One that does not answer is passed over, as long as another does. */
static enum status open_sources(struct sources *all, struct err *err)
{
	struct err first = ERR_INIT;
	unsigned kept = 0;

	for (unsigned i = 0; i < all->count; i++) {
		struct restore_source *s = &all->list[i];
		struct err why = ERR_INIT;
		bool drive = false;
		enum status status = init_read_join(s->given, &s->join,
						    &drive, &why);

		if (status == STATUS_OK && s->join.n_roots == 0)
			status = err_set(&why, STATUS_NOT_FOUND,
					 "there is no root note");
		if (status == STATUS_OK)
			status = restore_source_open(s, drive, &why);
		if (status == STATUS_OK) {
			struct restore_source moved = *s;

			memset(s, 0, sizeof(*s));
			all->list[kept++] = moved;
			continue;
		}
		(void)fprintf(stderr, "xiangtu: %s: %s\n", s->given, why.text);
		if (first.status == STATUS_OK)
			first = why;
		restore_source_release(s);
	}
	all->count = kept;
	if (kept > 0)
		return STATUS_OK;
	*err = first;
	return err->status != STATUS_OK ?
		       err_set(err, first.status, "no source could be read") :
		       err_set(err, STATUS_USAGE,
			       "--from is needed: the address of a station or "
			       "township, a drive that has been round, or the "
			       "folder of a mirror");
}

static void release_sources(struct sources *all)
{
	for (unsigned i = 0; i < RESTORE_SOURCES_MAX; i++)
		restore_source_release(&all->list[i]);
}

/* --- what it came to --- */

static void print_json(const struct cli *cli, const struct backup *b,
		       const struct restored *r, const struct sources *all,
		       bool protected)
{
	char chinese[WORDS_CHINESE_MAX + 1], english[WORDS_ENGLISH_MAX + 1];
	json_t *sources = json_array();

	words_chinese(r->made.fingerprint, chinese);
	words_english(r->made.fingerprint, english);
	for (unsigned i = 0; i < all->count; i++)
		(void)json_array_append_new(
			sources,
			json_pack("{s:s, s:I, s:s}", "from",
				  all->list[i].given, "entries",
				  (json_int_t)all->list[i].size, "trouble",
				  all->list[i].why));
	cli_print_json(json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, "
		"s:b, s:b, s:o}",
		"dir", cli->dir, "level", level_name(b->level), "name",
		b->name, "region", b->region, "origin", b->origin, "code",
		r->made.code, "words_zh", chinese, "words_en", english,
		"entries", (json_int_t)r->size, "seen", (json_int_t)r->seen,
		"logs", (json_int_t)r->logs, "other_entries",
		(json_int_t)r->entries, "protected", protected, "unnamed",
		r->unnamed, "sources", sources));
}

static void print_restored(const struct cli *cli, const struct backup *b,
			   const struct restored *r, const struct sources *all,
			   bool protected)
{
	char chinese[WORDS_CHINESE_MAX + 1], english[WORDS_ENGLISH_MAX + 1];

	words_chinese(r->made.fingerprint, chinese);
	words_english(r->made.fingerprint, english);
	printf("%s: %s (%s, %s), %s\n    %s\n    %s\n", tr("Restored"),
	       b->name, tr(level_name(b->level)), b->region, cli->dir,
	       chinese, english);
	printf("%s %s, %" PRIu64 " %s\n", tr("Its log:"), b->origin, r->size,
	       tr("entries"));
	for (unsigned i = 0; i < all->count; i++)
		printf("    %s: %" PRIu64 " %s%s%s\n", all->list[i].given,
		       all->list[i].size, tr("entries"),
		       all->list[i].why[0] == 0 ? "" : "; ",
		       all->list[i].why);
	if (r->seen > r->size)
		printf("%s\n", tr("More was signed than could be had: it is "
				  "taken in from whoever has it, before "
				  "anything is published."));
	if (r->unnamed)
		printf("%s\n", tr("The trust note itself does not name this "
				  "office: unless another office's log does, "
				  "ask those who hold the root."));
	printf("%s\n", protected ?
			       tr("Its keys are behind the passphrase of the "
				  "backup.") :
			       tr("Its keys are not protected by a "
				  "passphrase."));
	printf("%s\n\n%s\n    xiangtu run\n%s",
	       tr("Still to come: the files of its lessons, from stations that "
		  "have them or from a drive ('xiangtu drive sync')."),
	       tr("Next:"), protected ? "    xiangtu unlock\n" : "");
}

enum status init_restore(struct cli *cli, struct err *err)
{
	struct sources all = { .count = 0 };
	struct backup_keys keys = { NULL, NULL, NULL, NULL };
	struct passphrase *passphrase = NULL;
	struct backup backup;
	struct restore_options options = { .dir = cli->dir,
					   .backup = &backup,
					   .keys = &keys,
					   .sources = all.list };
	struct restored done;
	enum status status = init_read_settings(cli, &options.conf, err);

	if (status == STATUS_OK)
		status = backup_file_read(cli_value(cli, "restore"), &backup,
					  err);
	if (status == STATUS_OK)
		status = cli_each_value(cli, "from", add_source, &all, err);
	if (status == STATUS_OK)
		status = open_backup(cli, &backup, &passphrase, &keys, err);
	if (status == STATUS_OK)
		status = open_sources(&all, err);
	if (status == STATUS_OK) {
		options.n_sources = all.count;
		if (!cli_given(cli, "unprotected"))
			options.passphrase = passphrase_bytes(passphrase);
		status = restore_office(&options, &done, err);
	}
	if (status == STATUS_OK && cli->json)
		print_json(cli, &backup, &done, &all,
			   options.passphrase.size > 0);
	else if (status == STATUS_OK)
		print_restored(cli, &backup, &done, &all,
			       options.passphrase.size > 0);
	release_sources(&all);
	backup_keys_release(&keys);
	passphrase_free(passphrase);
	return status;
}
