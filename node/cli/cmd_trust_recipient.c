/* trust recipient add, remove: which office the records of a region are sealed
 * to. */
#include <stdio.h>
#include <string.h>

#include "node/cli/key_file.h"
#include "node/cli/publisher_options.h"
#include "node/cli/trust_edit.h"
#include "node/cli/verbs.h"

static enum status from_request(const char *path, struct recipient *r,
				struct err *err)
{
	struct office_request request;
	enum status status = publisher_options_request(path, &request, err);

	if (status != STATUS_OK)
		return status;
	memcpy(r->region, request.region, sizeof(r->region));
	r->key = request.records;
	r->ack = request.ack;
	return STATUS_OK;
}

static enum status read_key(const struct cli *cli, const char *option,
			    enum key_type type, struct public_key *out,
			    struct err *err)
{
	const char *value = cli_value(cli, option);
	enum status status;

	if (value == NULL)
		return STATUS_OK;
	status = key_file_read_public(value, out, err);
	if (status == STATUS_OK && out->type != type)
		status = err_set(err, STATUS_USAGE,
				 "--%s: '%.100s' is a key for something else",
				 option, out->name);
	return status;
}

static enum status make_recipient(const struct cli *cli, struct recipient *r,
				  struct err *err)
{
	const char *request = cli_value(cli, "request");
	const char *region = cli->n_words == 1 ? cli->words[0] : NULL;
	enum status status = STATUS_OK;

	memset(r, 0, sizeof(*r));
	if (request != NULL)
		status = from_request(request, r, err);
	if (status == STATUS_OK)
		status = read_key(cli, "key", KEY_SEALING, &r->key, err);
	if (status == STATUS_OK)
		status = read_key(cli, "ack", KEY_COSIGNER, &r->ack, err);
	if (status != STATUS_OK)
		return status;
	if (region != NULL && region_check(region) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no code of 2, 4, 6, 9 or 12 digits",
			       region);
	if (region != NULL)
		(void)snprintf(r->region, sizeof(r->region), "%s", region);
	if (r->region[0] == 0 || r->key.type == 0)
		return err_set(err, STATUS_USAGE,
			       "a region and --key are needed, or --request");
	return STATUS_OK;
}

enum status cmd_trust_recipient_add(struct cli *cli, struct err *err)
{
	struct trust_edit edit;
	struct recipient r;
	enum status status = make_recipient(cli, &r, err);

	if (status != STATUS_OK)
		return status;
	status = trust_edit_begin(cli, &edit, err);
	if (status == STATUS_OK)
		status = trust_edit_failed(
			trust_add_recipient(&edit.trust, &r), r.region, err);
	if (status == STATUS_OK)
		status = trust_edit_finish(cli, &edit, err);
	trust_edit_release(&edit);
	return status;
}

enum status cmd_trust_recipient_remove(struct cli *cli, struct err *err)
{
	struct trust_edit edit;
	enum status status = trust_edit_begin(cli, &edit, err);

	if (status == STATUS_OK)
		status = trust_edit_failed(
			trust_remove_recipient(&edit.trust, cli->words[0]),
			cli->words[0], err);
	if (status == STATUS_OK)
		status = trust_edit_finish(cli, &edit, err);
	trust_edit_release(&edit);
	return status;
}
