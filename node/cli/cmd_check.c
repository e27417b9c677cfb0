/* check: read again what is held, and have repaired what is damaged. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/verbs.h"
#include "node/house.h"
#include "node/payload.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"

struct checking {
	struct cli *cli;
	struct progress bar;
	uint64_t done, total;
	unsigned payloads, damaged;
	uint64_t bad_pieces;
	json_t *report; /* of damaged ones */
};

static void hashed(void *owner, uint64_t done, uint64_t total)
{
	struct checking *c = owner;

	(void)total;
	progress_show(&c->bar, c->done + done, c->total);
}

static enum status tell_damage(struct checking *c, const char *hex,
			       const uint8_t *have, size_t size,
			       struct err *err)
{
	char *map = malloc(HEX_SIZE(size) + 1);
	json_t *request, *answer;
	enum status status;

	if (map == NULL)
		return err_set(err, STATUS_NO_MEMORY, "check");
	hex_encode((struct bytes){ have, size }, map);
	request = json_pack("{s:s, s:s, s:s}", "verb", "damaged", "btmh", hex,
			    "good", map);
	free(map);
	status = cli_ask(c->cli, request, &answer, err);
	if (status == STATUS_OK)
		json_decref(answer);
	return status;
}

static enum status verify(struct checking *c, const char *hex,
			  const struct torrentfile *tf, struct err *err)
{
	char dir[HOUSE_PATH_MAX + 96];
	size_t size = havemap_size(tf->mi.pieces);
	struct payload_check check = { .progress = hashed, .owner = c };
	uint8_t *have = calloc(1, size);
	uint32_t good;
	enum status status;

	if (have == NULL)
		return err_set(err, STATUS_NO_MEMORY, "check");
	(void)snprintf(dir, sizeof(dir), "%s/payload/%s", c->cli->dir, hex);
	status = payload_verify(dir, &tf->mi, &check, have, err);
	good = havemap_count(have, tf->mi.pieces);
	if (status == STATUS_OK && good < tf->mi.pieces) {
		c->damaged++;
		c->bad_pieces += tf->mi.pieces - good;
		(void)json_array_append_new(
			c->report,
			json_pack("{s:s, s:I, s:I}", "btmh", hex, "pieces",
				  (json_int_t)tf->mi.pieces, "damaged",
				  (json_int_t)(tf->mi.pieces - good)));
		status = tell_damage(c, hex, have, size, err);
	}
	free(have);
	return status;
}

static enum status check_one(struct checking *c, const char *hex,
			     struct err *err)
{
	char torrent[HOUSE_PATH_MAX + 96];
	struct torrentfile *tf;
	uint8_t btmh[32];
	enum status status;

	if (hex_decode(bytes_of(hex), btmh, 32) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED, "not a payload");
	(void)snprintf(torrent, sizeof(torrent), "%s/torrent/%s", c->cli->dir,
		       hex);
	c->payloads++;
	status = torrentfile_open(&tf, torrent, btmh, err);
	if (status != STATUS_OK) {
		/* Without it nothing can be told of the rest. */
		c->damaged++;
		(void)json_array_append_new(
			c->report, json_pack("{s:s, s:s}", "btmh", hex,
					     "trouble", err->text));
		*err = (struct err)ERR_INIT;
		return tell_damage(c, hex, NULL, 0, err);
	}
	status = verify(c, hex, tf, err);
	c->done += tf->mi.total;
	torrentfile_free(tf);
	return status;
}

static enum status list_payloads(struct cli *cli, json_t **list,
				 struct err *err)
{
	json_t *lesson;
	enum status status;

	if (cli->n_words == 0)
		return cli_ask(cli, json_pack("{s:s}", "verb", "held"), list,
			       err);
	status = cli_ask(cli,
			 json_pack("{s:s, s:s}", "verb", "show", "id",
				   cli->words[0]),
			 &lesson, err);
	if (status != STATUS_OK)
		return status;
	if (strcmp(cli_text(lesson, "state"), "held") != 0) {
		status = err_set(err, STATUS_NOT_FOUND,
				 "'%s' is not held here",
				 cli_text(lesson, "title"));
		json_decref(lesson);
		return status;
	}
	*list = json_pack("[{s:s, s:I}]", "btmh", cli_text(lesson, "btmh"),
			  "bytes", (json_int_t)cli_number(lesson, "bytes"));
	json_decref(lesson);
	return STATUS_OK;
}

static void print_report(struct checking *c)
{
	if (c->cli->json) {
		cli_print_json(json_pack("{s:I, s:I, s:I, s:O}", "checked",
					 (json_int_t)c->payloads, "damaged",
					 (json_int_t)c->damaged, "bad_pieces",
					 (json_int_t)c->bad_pieces, "payloads",
					 c->report));
		return;
	}
	printf("%s: %u\n", tr("Checked"), c->payloads);
	if (c->damaged == 0)
		puts(tr("All of it is as it was signed."));
	else
		printf("%s: %u (%" PRIu64 " %s)\n%s\n", tr("Damaged"),
		       c->damaged, c->bad_pieces, tr("pieces"),
		       tr("They are fetched again when a source is near."));
}

enum status cmd_check(struct cli *cli, struct err *err)
{
	struct checking c = { .cli = cli };
	const json_t *payload;
	json_t *list;
	size_t i;
	enum status status = list_payloads(cli, &list, err);

	if (status != STATUS_OK)
		return status;
	c.report = json_array();
	json_array_foreach(list, i, payload)
		c.total += cli_number(payload, "bytes");
	progress_begin(&c.bar, cli, tr("hashing"));
	json_array_foreach(list, i, payload) {
		status = check_one(&c, cli_text(payload, "btmh"), err);
		/* Dropped, or under repair, while we were reading. */
		if (status == STATUS_NOT_FOUND || status == STATUS_BUSY)
			status = STATUS_OK;
		if (status != STATUS_OK)
			break;
	}
	progress_end(&c.bar);
	if (status == STATUS_OK)
		print_report(&c);
	json_decref(c.report);
	json_decref(list);
	return status;
}
