/* Where a request goes: to the running node, or to the directory itself. */
#include <stdio.h>
#include <unistd.h>

#include "node/cli/unlocking.h"
#include "node/cli/verbs.h"
#include "node/control_client.h"
#include "node/drive/door.h"

enum { SIGN_POLL_MS = 200 };

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

enum status cli_ask_node(const struct cli *cli, json_t *request,
			 json_t **result, struct err *err)
{
	struct control_client *client;
	enum status status;

	if (request == NULL) /* jansson takes nothing else */
		return err_set(err, STATUS_USAGE,
			       "what was typed is not UTF-8 text");
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
	return cli_ask_watching(cli, request, NULL, NULL, result, err);
}

enum status cli_ask_watching(const struct cli *cli, json_t *request,
			     control_progress_cb told, void *owner,
			     json_t **result, struct err *err)
{
	struct door *door;
	enum status status = door_open_to_ask(&door, cli->dir, err);

	if (status != STATUS_OK) {
		json_decref(request);
		return status;
	}
	json_incref(request);
	door_watch(door, told, owner);
	status = door_ask(door, request, result, err);
	/* The directory's own keys: a running node's are opened there. */
	if (status == STATUS_LOCKED && !door_is_live(door)) {
		*err = (struct err)ERR_INIT;
		status = unlocking_house(cli, door_house(door), err);
		if (status == STATUS_OK)
			status = door_ask(door, json_incref(request), result,
					  err);
	}
	json_decref(request);
	door_close(door);
	return status;
}

enum status cli_ask_to_sign(const struct cli *cli, json_t *request,
			    json_t **result, struct err *err)
{
	unsigned tries = CLI_SIGN_WAIT_S * 1000 / SIGN_POLL_MS;
	bool said = false;
	enum status status;

	if (cli_given(cli, "alone"))
		(void)json_object_set_new(request, "alone", json_true());
	do {
		*err = (struct err)ERR_INIT;
		status = cli_ask(cli, json_incref(request), result, err);
		if (status != STATUS_BUSY)
			break;
		if (!said && !cli->json)
			(void)fprintf(stderr, "%s …\n", err->text);
		said = true;
		(void)usleep(SIGN_POLL_MS * 1000);
	} while (--tries > 0);
	json_decref(request);
	return status;
}

void cli_show(const struct cli *cli, json_t *answer,
	      void (*print)(const json_t *answer))
{
	if (cli->json) {
		cli_print_json(answer);
		return;
	}
	print(answer);
	json_decref(answer);
}

enum status cli_show_list(struct cli *cli, json_t *request, const char *none,
			  void (*print)(const json_t *list), struct err *err)
{
	json_t *list;
	enum status status = cli_ask(cli, request, &list, err);

	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(list);
		return STATUS_OK;
	}
	if (none != NULL && json_array_size(list) == 0)
		puts(none);
	else
		print(list);
	json_decref(list);
	return STATUS_OK;
}
