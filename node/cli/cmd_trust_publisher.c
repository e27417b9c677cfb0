/* trust publisher add, change, remove. */
#include <stdio.h>
#include <string.h>

#include "node/cli/publisher_options.h"
#include "node/cli/trust_edit.h"
#include "node/cli/verbs.h"
#include "node/create.h"

static enum status begin_with(struct publisher *p, const char *origin,
			      struct err *err)
{
	if (publisher_init(p, origin) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no name of a log, like "
			       "zixing.example/431081/lessons",
			       origin);
	p->entries_max = CREATE_ENTRIES_MAX;
	p->entry_bytes_max = CREATE_ENTRY_BYTES_MAX;
	return STATUS_OK;
}

/* What an office asks for; it says nothing of topics. */
static enum status begin_with_request(struct publisher *p, const char *path,
				      struct err *err)
{
	struct office_request request;
	enum status status = publisher_options_request(path, &request, err);

	if (status == STATUS_OK)
		status = begin_with(p, request.origin, err);
	if (status != STATUS_OK)
		return status;
	status = publisher_add_key(p, &request.publisher);
	return status == STATUS_OK ? publisher_add_region(p, request.region) :
				     status;
}

static enum status check_complete(const struct publisher *p, struct err *err)
{
	const char *lacks = p->key_count == 0	 ? "--key" :
			    p->region_count == 0 ? "--region" :
			    p->topic_count == 0	 ? "--topic" :
						   NULL;

	if (lacks != NULL)
		return err_set(err, STATUS_USAGE, "%s is needed", lacks);
	if (publisher_check(p) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "'%s': a limit is too large",
			       p->origin);
	return STATUS_OK;
}

static enum status make_publisher(const struct cli *cli, struct publisher *p,
				  struct err *err)
{
	const char *request = cli_value(cli, "request");
	enum status status;

	if ((cli->n_words == 1) == (request != NULL))
		return err_set(err, STATUS_USAGE,
			       "either the name of its log, or --request");
	status = request != NULL ? begin_with_request(p, request, err) :
				   begin_with(p, cli->words[0], err);
	if (status == STATUS_OK)
		status = publisher_options_read(cli, p, err);
	return status == STATUS_OK ? check_complete(p, err) : status;
}

enum status cmd_trust_publisher_add(struct cli *cli, struct err *err)
{
	struct trust_edit edit;
	struct publisher p;
	enum status status = make_publisher(cli, &p, err);

	if (status != STATUS_OK)
		return status;
	status = trust_edit_begin(cli, &edit, err);
	if (status == STATUS_OK)
		status = trust_edit_failed(
			trust_add_publisher(&edit.trust, &p), p.origin, err);
	if (status == STATUS_OK)
		status = trust_edit_finish(cli, &edit, err);
	trust_edit_release(&edit);
	return status;
}

enum status cmd_trust_publisher_change(struct cli *cli, struct err *err)
{
	const struct publisher *old;
	struct trust_edit edit;
	struct publisher p;
	enum status status = trust_edit_begin(cli, &edit, err);

	if (status == STATUS_OK) {
		old = trust_publisher(&edit.trust, cli->words[0]);
		if (old == NULL)
			status = trust_edit_failed(STATUS_NOT_FOUND,
						   cli->words[0], err);
		else
			p = *old;
	}
	if (status == STATUS_OK)
		status = publisher_options_read(cli, &p, err);
	if (status == STATUS_OK)
		status = check_complete(&p, err);
	if (status == STATUS_OK)
		status = trust_edit_failed(
			trust_replace_publisher(&edit.trust, &p), p.origin,
			err);
	if (status == STATUS_OK)
		status = trust_edit_finish(cli, &edit, err);
	trust_edit_release(&edit);
	return status;
}

enum status cmd_trust_publisher_remove(struct cli *cli, struct err *err)
{
	struct trust_edit edit;
	enum status status = trust_edit_begin(cli, &edit, err);

	if (status == STATUS_OK)
		status = trust_edit_failed(
			trust_remove_publisher(&edit.trust, cli->words[0]),
			cli->words[0], err);
	if (status == STATUS_OK)
		status = trust_edit_finish(cli, &edit, err);
	trust_edit_release(&edit);
	return status;
}
