/* Where a request goes: to the running node, or to the directory itself. */
#include <string.h>

#include "catalog/index.h"
#include "node/cli/verbs.h"
#include "node/control_client.h"
#include "node/requests.h"

const char *cli_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

uint64_t cli_number(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value < 0 ? 0 : (uint64_t)value;
}

static enum status bring_up_to_date(struct index *index, struct house *house,
				    struct err *err)
{
	enum status status = index_set_trust(index, &house->trust.trust, NULL,
					     err);
	unsigned did = 1;

	while (status == STATUS_OK && did > 0)
		status = index_step(index, 1000, &did, err);
	return status;
}

static enum status ask_directory(const struct cli *cli, const json_t *request,
				 json_t **result, struct err *err)
{
	struct house house;
	struct requests requests = { .house = &house };
	enum status status = house_open(&house, cli->dir, HOUSE_WRITE, err);

	if (status != STATUS_OK)
		return status;
	status = index_open(&requests.index, house.catalog, house.conf.level,
			    house.conf.region, err);
	if (status == STATUS_OK) {
		status = bring_up_to_date(requests.index, &house, err);
		if (status == STATUS_OK)
			status = requests_answer(&requests, request, result,
						 err);
		index_free(requests.index);
	}
	house_close(&house);
	return status;
}

static enum status not_text(struct err *err)
{
	return err_set(err, STATUS_USAGE, "what was typed is not UTF-8 text");
}

enum status cli_ask_node(const struct cli *cli, json_t *request,
			 json_t **result, struct err *err)
{
	struct control_client *client;
	enum status status;

	if (request == NULL)
		return not_text(err);
	status = control_connect(cli->dir, &client, err);
	if (status == STATUS_NOT_FOUND)
		status = err_set(err, STATUS_UNREACHABLE,
				 "no node runs here: start it with 'xiangtu "
				 "run'");
	if (status == STATUS_OK) {
		status = control_client_call(client, request, NULL, NULL,
					     result, err);
		control_client_free(client);
	}
	json_decref(request);
	return status;
}

enum status cli_ask(const struct cli *cli, json_t *request, json_t **result,
		    struct err *err)
{
	struct control_client *client;
	enum status status;

	if (request == NULL) /* jansson takes nothing else */
		return not_text(err);
	status = control_connect(cli->dir, &client, err);
	if (status == STATUS_OK) {
		status = control_client_call(client, request, NULL, NULL,
					     result, err);
		control_client_free(client);
	} else if (status == STATUS_NOT_FOUND) {
		status = ask_directory(cli, request, result, err);
		/* A node that was starting meanwhile answers by now. */
		if (status == STATUS_BUSY &&
		    control_connect(cli->dir, &client, err) == STATUS_OK) {
			status = control_client_call(client, request, NULL,
						     NULL, result, err);
			control_client_free(client);
		}
	}
	json_decref(request);
	return status;
}
