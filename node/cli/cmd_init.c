/* init and run: a node's beginning and its days. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/cli/init_join.h"
#include "node/cli/init_keys.h"
#include "node/cli/verbs.h"
#include "node/create.h"
#include "node/drive/join_drive.h"
#include "node/durable.h"
#include "node/fetch_once.h"
#include "node/house.h"
#include "node/join_notes.h"
#include "node/node.h"
#include "proto/drive.h"
#include "proto/url.h"
#include "signing/locked.h"
#include "signing/words.h"

static const char *const settings[] = { "level", "name",	 "region",
					"http",	 "swarm",	 "url",
					"origin", "announce",
					"announce-port" };

struct setting {
	struct conf *conf;
	const char *key;
};

static enum status add_setting(void *owner, const char *value,
			       struct err *err)
{
	struct setting *s = owner;
	enum status status = conf_set(s->conf, s->key, value, err);
	struct err said = *err;

	if (status == STATUS_MALFORMED)
		status = err_set(err, STATUS_USAGE, "--%s", said.text);
	return status;
}

enum status init_read_settings(const struct cli *cli, struct conf *conf,
			       struct err *err)
{
	enum status status = STATUS_OK;

	conf_init(conf);
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings) &&
			   status == STATUS_OK;
	     i++) {
		struct setting s = { conf, settings[i] };

		status = cli_each_value(cli, settings[i], add_setting, &s, err);
	}
	if (status == STATUS_OK)
		status = cli_each_value(cli, "upstream", add_setting,
					&(struct setting){ conf, "upstream" },
					err);
	if (status == STATUS_OK)
		status = cli_each_value(cli, "neighbour", add_setting,
					&(struct setting){ conf, "neighbour" },
					err);
	return status;
}

/* A node's own address is as good as that of its join file. */
static enum status fetch_join(const char *given, struct buf *text,
			      struct err *err)
{
	struct url url;
	char whole[URL_MAX + 16];

	if (url_parse(given, &url) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "--join: '%s' is no URL",
			       given);
	(void)snprintf(whole, sizeof(whole), "%s%s", given,
		       strcmp(url.path, "/") == 0 ?
			       (given[strlen(given) - 1] == '/' ?
					"join.json" :
					"/join.json") :
			       "");
	return fetch_once(whole, JOIN_SIZE_MAX, text, err);
}

/* The folder a join.json was read from; 1 when `given` is a URL. */
unsigned init_mirror_url(const char *given, char out[static CONF_URL_MAX])
{
	char base[URL_MAX + 1];
	size_t size = strlen(given);

	if (strncmp(given, "http", 4) != 0 || size >= sizeof(base))
		return 0;
	memcpy(base, given, size + 1);
	if (size > 10 && strcmp(base + size - 10, "/join.json") == 0)
		base[size - 10] = 0;
	return conf_url(base, out) == STATUS_OK;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_drive(const char *folder)
{
	char system[HOUSE_PATH_MAX + 16];

	return strlen(folder) < HOUSE_PATH_MAX &&
	       (house_path(folder, DRIVE_SYSTEM, system), is_folder(system));
}

/* A drive, a mirror, or the notes of a ceremony that nobody serves yet. Those
 * are looked for by listing the folder, which is no way to read a drive. */
static enum status read_folder(const char *given, struct join *join,
			       bool *from_drive, struct err *err)
{
	struct err again = ERR_INIT;
	enum status status = join_drive_read(join, given, from_drive, err);

	if (status == STATUS_NOT_FOUND && !is_drive(given) &&
	    join_notes_read(join, given, &again) == STATUS_OK) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	return status;
}

enum status init_read_join(const char *given, struct join *join,
			   bool *from_drive, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status;

	if (is_folder(given))
		return read_folder(given, join, from_drive, err);
	if (strncmp(given, "http://", 7) == 0 ||
	    strncmp(given, "https://", 8) == 0)
		status = fetch_join(given, &text, err);
	else
		status = durable_read(given, JOIN_SIZE_MAX, &text, err);
	if (status == STATUS_OK &&
	    bytes_start_with(buf_bytes(&text), "xiangtu-root/"))
		status = join_notes_read(join, given, err);
	else if (status == STATUS_OK)
		status = join_parse(join, buf_bytes(&text), err);
	buf_release(&text);
	/* A static mirror cannot know where it is served: here it is known. */
	if (status == STATUS_OK && join->upstreams == 0)
		join->upstreams = init_mirror_url(given, join->upstream[0]);
	return status;
}

/* Where a county's keys are, and what is to be done with them. */
static void print_keys(const struct cli *cli, const struct created *made,
		       bool protected)
{
	printf("%s %s\n%s %s/root.key\n", tr("Its log:"), made->origin,
	       protected ?
		       tr("Its keys are behind the passphrase. Carry this one "
			  "off line, to a safe place:") :
		       tr("Keys are not protected by a passphrase. Carry this "
			  "one off line, to a safe place:"),
	       cli->dir);
	printf("\n%s\n    xiangtu trust key backup --to county-keys.txt\n"
	       "    xiangtu run\n%s    xiangtu trust join-file county.join\n",
	       tr("Next:"), protected ? "    xiangtu unlock\n" : "");
}

/* An office whose root is elsewhere has keys that nobody knows yet. */
static void print_request(const struct cli *cli, const struct created *made,
			  bool protected)
{
	printf("%s %s\n%s\n    %s/" CREATE_REQUEST "\n%s\n\n",
	       tr("Its log:"), made->origin,
	       tr("It may publish once the trust note names it. Give this file "
		  "to those who hold the root:"),
	       cli->dir,
	       tr("They take it in with 'xiangtu trust publisher add "
		  "--request FILE'."));
	if (!protected)
		printf("%s\n\n",
		       tr("Its keys are not protected by a passphrase."));
}

/* `drive` is NULL, or where to go on without a line. */
static void print_created(const struct cli *cli, const struct conf *conf,
			  const struct created *made, bool protected,
			  const char *drive)
{
	char chinese[WORDS_CHINESE_MAX + 1], english[WORDS_ENGLISH_MAX + 1];

	words_chinese(made->fingerprint, chinese);
	words_english(made->fingerprint, english);
	if (cli->json) {
		cli_print_json(json_pack(
			"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b}",
			"dir", cli->dir, "level", level_name(conf->level),
			"name", conf->name, "region", conf->region, "origin",
			made->origin, "code", made->code, "words_zh", chinese,
			"words_en", english, "asks", made->asks, "protected",
			protected));
		return;
	}
	printf("%s: %s (%s, %s)\n\n", tr("Made"), conf->name,
	       tr(level_name(conf->level)), conf->region);
	printf("%s\n    %s\n    %s\n\n",
	       tr("The root's fingerprint; compare it with the county's, by "
		  "telephone or on paper:"),
	       chinese, english);
	if (made->asks)
		print_request(cli, made, protected);
	if (made->origin[0] != 0 && !made->asks)
		print_keys(cli, made, protected);
	else
		printf("%s %s\n\n%s\n%s%s%s    xiangtu run\n",
		       tr("The office enrols this node by its code:"),
		       made->code, tr("Next:"),
		       drive == NULL ? "" : "    xiangtu drive sync '",
		       drive == NULL ? "" : drive, drive == NULL ? "" : "'\n");
}

static enum status settle(const struct cli *cli, enum house_fate fate,
			  struct err *err)
{
	enum status status = house_settle(cli->dir, fate, err);

	if (status != STATUS_OK)
		return status;
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:b}", "dir", cli->dir,
					 "new_identity",
					 fate == HOUSE_COPIED));
	else
		puts(fate == HOUSE_COPIED ?
			     tr("This directory has an identity of its own "
				"now; keys to publish with are put aside as "
				"*.copied.") :
			     tr("This directory belongs to this machine "
				"now."));
	return STATUS_OK;
}

enum status cmd_init(struct cli *cli, struct err *err)
{
	struct create_options options = { .dir = cli->dir };
	const char *from = cli_value(cli, "join");
	struct init_keys keys = { NULL, NULL };
	struct join join = JOIN_INIT;
	struct created made;
	bool from_drive = false, protected;
	enum status status;

	if (cli_given(cli, "new-identity"))
		return settle(cli, HOUSE_COPIED, err);
	if (cli_given(cli, "moved"))
		return settle(cli, HOUSE_MOVED, err);
	if (cli_value(cli, "restore") != NULL)
		return init_restore(cli, err);
	status = init_read_settings(cli, &options.conf, err);
	if (status == STATUS_OK && cli_value(cli, "level") == NULL)
		status = err_set(err, STATUS_USAGE,
				 "--level is needed: county, township or "
				 "station");
	if (status == STATUS_OK && from != NULL)
		status = init_read_join(from, &join, &from_drive, err);
	/* Whoever gets keys of an office: the others have their own only. */
	if (status == STATUS_OK &&
	    (from == NULL || options.conf.origin[0] != 0))
		status = init_keys_ask(cli, &keys, err);
	options.passphrase = init_keys_office(&keys);
	options.root_passphrase = init_keys_root(&keys);
	if (status == STATUS_OK) {
		options.join = from == NULL ? NULL : &join;
		options.fingerprint = cli_value(cli, "fingerprint");
		status = create_node(&options, &made, err);
	}
	join_release(&join);
	protected = keys.office != NULL;
	init_keys_release(&keys);
	if (status == STATUS_OK)
		print_created(cli, &options.conf, &made, protected,
			      from_drive ? from : NULL);
	return status;
}

enum status cmd_run(struct cli *cli, struct err *err)
{
	const char *poll = cli_value(cli, "mirror-poll");
	struct node_run_options options = { .dir = cli->dir };
	uint64_t seconds = 0;

	if (poll != NULL &&
	    (decimal_parse(bytes_of(poll), &seconds) != STATUS_OK ||
	     seconds == 0 || seconds > 86400))
		return err_set(err, STATUS_USAGE,
			       "--mirror-poll wants seconds, 1 to 86400");
	options.static_ms = (unsigned)seconds * 1000;
	if (!locked_works())
		(void)fprintf(stderr, "xiangtu: %s\n",
			      tr("memory cannot be locked here (ulimit -l): "
				 "keys may reach the swap area"));
	return node_run(&options, err);
}
