/* log export, log verify: the catalog for others, and an audit of anybody's. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "catalog/audit.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/fetch_once.h"
#include "node/house.h"
#include "node/mirror_export.h"
#include "proto/text.h"

static void exported(void *owner, uint64_t done, uint64_t total)
{
	progress_show(owner, done, total);
}

/* Others will have the office's own log, and not ask this node for it. */
static enum status tell_given(const struct cli *cli, struct err *err)
{
	json_t *told;
	enum status status = cli_ask(cli, json_pack("{s:s}", "verb",
						    "log-given"), &told, err);

	if (status == STATUS_OK)
		json_decref(told);
	return status;
}

enum status cmd_log_export(struct cli *cli, struct err *err)
{
	struct progress bar;
	struct mirror_export_options options = {
		.dir = cli->words[0],
		.no_payload = cli_given(cli, "no-payload"),
		.progress = exported,
		.owner = &bar,
	};
	struct mirror_exported done;
	struct house house;
	char size[16];
	enum status status = house_open(&house, cli->dir, HOUSE_READ, err);

	if (status == STATUS_OK && house_is_publisher(&house)) {
		status = tell_given(cli, err);
		if (status != STATUS_OK)
			house_close(&house);
	}
	if (status != STATUS_OK)
		return status;
	progress_begin(&bar, cli, tr("exporting"));
	status = mirror_export(&house, &options, &done, err);
	progress_end(&bar);
	house_close(&house);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(json_pack("{s:s, s:I, s:I, s:I}", "dir",
					 cli->words[0], "logs",
					 (json_int_t)done.logs, "payloads",
					 (json_int_t)done.payloads, "bytes",
					 (json_int_t)done.bytes));
		return STATUS_OK;
	}
	text_size(done.bytes, size);
	printf("%s: %s\n  %u %s, %u %s, %s\n%s\n", tr("Written"),
	       cli->words[0], done.logs, tr("log(s)"), done.payloads,
	       tr("lesson(s)"), size,
	       tr("Serve this folder with any web server and give its address "
		  "as --upstream."));
	return STATUS_OK;
}

struct reading {
	const char *base;
	bool remote;
	struct progress bar;
};

static enum status read_resource(void *owner, const char *path, size_t cap,
				 struct buf *out, struct err *err)
{
	struct reading *r = owner;
	char whole[4096];

	(void)snprintf(whole, sizeof(whole), "%s/%s", r->base, path);
	return r->remote ? fetch_once(whole, cap, out, err) :
			   durable_read(whole, cap, out, err);
}

static void audited(void *owner, uint64_t done, uint64_t size)
{
	struct reading *r = owner;

	progress_show(&r->bar, done, size);
}

enum status cmd_log_verify(struct cli *cli, struct err *err)
{
	const char *vkey = cli_value(cli, "key");
	struct reading r = { .base = cli->words[0] };
	struct audit_options options = { .read = read_resource,
					 .progress = audited,
					 .owner = &r };
	struct audit_result result;
	struct public_key key;
	enum status status;

	if (vkey == NULL)
		return err_set(err, STATUS_USAGE,
			       "--key is needed; 'xiangtu trust show' tells "
			       "it");
	if (public_key_parse(bytes_of(vkey), &key) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "--key: '%s' is no key",
			       vkey);
	r.remote = strncmp(r.base, "http://", 7) == 0 ||
		   strncmp(r.base, "https://", 8) == 0;
	options.origin = key.name;
	options.keys = &key;
	options.key_count = 1;
	progress_begin(&r.bar, cli, tr("verifying"));
	status = audit_log(&options, &result, err);
	progress_end(&r.bar);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(json_pack(
			"{s:s, s:I, s:I, s:I, s:I}", "origin", key.name, "size",
			(json_int_t)result.checkpoint.size, "tiles",
			(json_int_t)result.tiles, "bundles",
			(json_int_t)result.bundles, "bytes",
			(json_int_t)result.bytes));
		return STATUS_OK;
	}
	printf("%s: %s\n  %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " %s\n",
	       tr("The log is whole"), key.name, result.checkpoint.size,
	       tr("entries"), result.bundles, tr("bundles"), result.tiles,
	       tr("tiles"));
	return STATUS_OK;
}
