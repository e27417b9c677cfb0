/* publish: copy, hash and flush here, then have the node say so in its log. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/cli/verbs.h"
#include "node/house.h"
#include "node/prepare.h"
#include "node/prepare_source.h"
#include "proto/encoding.h"
#include "proto/text.h"

enum { ROOM_POLL_US = 100 * 1000, ROOM_TRIES = 600 };

struct watching {
	struct cli *cli;
	struct progress bar;
	enum prepare_phase phase;
	bool begun;
};

static void watch(void *owner, enum prepare_phase phase, uint64_t done,
		  uint64_t total)
{
	static const char *const doing[] = {
		[PREPARE_LOOKING] = "looking",
		[PREPARE_REWRITING] = "moving the index to the front",
		[PREPARE_COPYING] = "copying and hashing",
		[PREPARE_FLUSHING] = "flushing to disk",
		[PREPARE_POSTER] = "taking a picture",
	};
	struct watching *w = owner;

	if (!w->begun || phase != w->phase) {
		if (w->begun)
			progress_end(&w->bar);
		progress_begin(&w->bar, w->cli, tr(doing[phase]));
		w->begun = true;
		w->phase = phase;
	}
	progress_show(&w->bar, done, total);
}

/* What the options say; NULL when one of them is not UTF-8 text. */
static json_t *lesson_request(const struct cli *cli, bool only_try,
			      uint64_t number)
{
	static const char *const texts[] = { "title",	"topic",   "region",
					     "lang",	"summary", "date",
					     "expires", "revises", "initials" };
	json_t *request = json_pack("{s:s, s:b}", "verb", "publish", "try",
				    only_try);
	int failed = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (cli_value(cli, texts[i]) != NULL)
			failed |= json_object_set_new(
				request, texts[i],
				json_string(cli_value(cli, texts[i])));
	if (cli_value(cli, "series") != NULL)
		failed |= json_object_set_new(
			request, "series",
			json_pack("{s:s, s:I}", "title",
				  cli_value(cli, "series"), "n",
				  (json_int_t)number));
	if (failed == 0)
		return request;
	json_decref(request);
	return NULL;
}

static void put_hash(json_t *request, const char *key, const uint8_t *hash)
{
	char hex[65];

	hex_encode((struct bytes){ hash, 32 }, hex);
	(void)json_object_set_new(request, key, json_string(hex));
}

/* Have room made for it; *floor: what must stay free of the disk. */
static enum status get_room(struct cli *cli, uint64_t *floor, struct err *err)
{
	struct prepare_source source;
	unsigned tries = ROOM_TRIES;
	json_t *answer;
	enum status status = prepare_source_look(&source, cli->words[0], NULL,
						 err);

	if (status != STATUS_OK)
		return status;
	/* What is deleted for it is gone in a moment. */
	do {
		*err = (struct err)ERR_INIT;
		status = cli_ask(cli,
				 json_pack("{s:s, s:I, s:I}", "verb", "room",
					   "pid", (json_int_t)getpid(),
					   "bytes",
					   (json_int_t)source.total),
				 &answer, err);
		if (status == STATUS_BUSY)
			(void)usleep(ROOM_POLL_US);
	} while (status == STATUS_BUSY && --tries > 0);
	prepare_source_release(&source);
	if (status != STATUS_OK)
		return status;
	*floor = cli_number(answer, "floor");
	json_decref(answer);
	return STATUS_OK;
}

static enum status prepare(struct cli *cli, uint64_t keep_free,
			   struct prepared *out, struct err *err)
{
	char payload[HOUSE_PATH_MAX + 16], torrent[HOUSE_PATH_MAX + 16],
		blob[HOUSE_PATH_MAX + 16];
	struct watching w = { .cli = cli };
	struct prepare_options options = {
		.source = cli->words[0],
		.payload_dir = payload,
		.torrent_dir = torrent,
		.blob_dir = blob,
		.no_media = cli_given(cli, "no-media"),
		.keep_free = keep_free,
		.progress = watch,
		.owner = &w,
	};
	enum status status;

	house_path(cli->dir, "payload", payload);
	house_path(cli->dir, "torrent", torrent);
	house_path(cli->dir, "blob", blob);
	status = prepare_payload(&options, out, err);
	if (w.begun)
		progress_end(&w.bar);
	return status;
}

static void print_published(const json_t *lesson, const struct prepared *made)
{
	const char *id = cli_text(lesson, "id"), *hash = strchr(id, '#');
	char size[16], length[24];

	text_size(made->bytes, size);
	text_duration(made->seconds, length);
	printf("%s: %s\n", tr("published"), cli_text(lesson, "title"));
	printf("  %s  %s  %s, %" PRIu32 " %s%s%s\n", tr("ID"),
	       hash == NULL ? id : hash + 1, size, made->files,
	       tr("file(s)"), made->has_seconds ? ", " : "",
	       made->has_seconds ? length : "");
	if (cli_number(lesson, "rev") > 1)
		printf("  %s %" PRIu64 "\n", tr("Revision"),
		       cli_number(lesson, "rev"));
	if (made->notes[0] != 0)
		(void)fprintf(stderr, "%s%s", made->notes,
			      made->notes[strlen(made->notes) - 1] == '\n' ?
				      "" :
				      "\n");
}

enum status cmd_publish(struct cli *cli, struct err *err)
{
	struct prepared made;
	json_t *request, *answer;
	uint64_t number = 0, floor = 0;
	struct stat st;
	enum status status;

	if (cli_value(cli, "title") == NULL || cli_value(cli, "topic") == NULL)
		return err_set(err, STATUS_USAGE,
			       "--title and --topic are needed");
	if (cli_value(cli, "number") != NULL &&
	    cli_value(cli, "series") == NULL)
		return err_set(err, STATUS_USAGE, "--number goes with "
						  "--series");
	if (cli_value(cli, "number") != NULL &&
	    (decimal_parse(bytes_of(cli_value(cli, "number")), &number) !=
		     STATUS_OK ||
	     number > UINT32_MAX))
		return err_set(err, STATUS_USAGE, "--number wants a number");
	if (stat(cli->words[0], &st) != 0)
		return err_set(err, STATUS_NOT_FOUND, "there is no '%s'",
			       cli->words[0]);
	/* Before a gigabyte is copied: may it be said at all? */
	status = cli_ask_to_sign(cli, lesson_request(cli, true, number),
				 &answer, err);
	if (status != STATUS_OK)
		return status;
	json_decref(answer);
	status = get_room(cli, &floor, err);
	if (status == STATUS_OK)
		status = prepare(cli, floor, &made, err);
	if (status != STATUS_OK)
		return status;
	request = lesson_request(cli, false, number);
	put_hash(request, "btmh", made.btmh);
	if (made.has_poster)
		put_hash(request, "poster", made.poster);
	(void)json_object_set_new(request, "bytes",
				  json_integer((json_int_t)made.bytes));
	(void)json_object_set_new(request, "files",
				  json_integer((json_int_t)made.files));
	if (made.has_seconds)
		(void)json_object_set_new(
			request, "seconds",
			json_integer((json_int_t)made.seconds));
	status = cli_ask_to_sign(cli, request, &answer, err);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		(void)json_object_set_new(answer, "notes",
					  json_string(made.notes));
		cli_print_json(answer);
		return STATUS_OK;
	}
	print_published(answer, &made);
	json_decref(answer);
	return STATUS_OK;
}
