/* unlock, lock: the keys of an office in a running node. */
#include <stdio.h>
#include <string.h>

#include "node/cli/unlocking.h"
#include "node/cli/verbs.h"
#include "node/control_client.h"
#include "proto/encoding.h"

static void print_keys(const json_t *keys)
{
	const char *name;
	const json_t *state;

	json_object_foreach((json_t *)(uintptr_t)keys, name, state)
		printf("%s: %s\n", name, tr(json_string_value(state)));
}

static bool any_is(const json_t *keys, const char *wanted)
{
	const char *name;
	const json_t *state;

	json_object_foreach((json_t *)(uintptr_t)keys, name, state)
		if (strcmp(json_string_value(state), wanted) == 0)
			return true;
	return false;
}

static enum status show(struct cli *cli, json_t *keys)
{
	if (cli->json) {
		cli_print_json(keys);
		return STATUS_OK;
	}
	print_keys(keys);
	json_decref(keys);
	return STATUS_OK;
}

/* What a running node says of its keys. */
static enum status ask_keys(struct cli *cli, json_t **keys, struct err *err)
{
	json_t *status_json;
	enum status status = cli_ask_node(
		cli, json_pack("{s:s}", "verb", "status"), &status_json, err);

	if (status == STATUS_UNREACHABLE)
		return err_set(err, status,
			       "no node runs here, so there is nothing to "
			       "unlock: verbs that need a key ask for its "
			       "passphrase");
	if (status != STATUS_OK)
		return status;
	*keys = json_incref(json_object_get(status_json, "keys"));
	json_decref(status_json);
	return STATUS_OK;
}

static unsigned locked_keys(const json_t *keys)
{
	unsigned locked = 0;

	for (unsigned k = 0; k < HOUSE_KEYS; k++)
		if (strcmp(cli_text(keys, house_key_name((enum house_key)k)),
			   "locked") == 0)
			locked |= 1u << k;
	return locked;
}

/* Hand the keys of the boxes over. */
static enum status hand_over(const struct cli *cli, const struct unlocking *u,
			     json_t **keys, struct err *err)
{
	json_t *request = json_pack("{s:s}", "verb", "unlock");
	char hex[2 * KEYBOX_KEY_SIZE + 1];

	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		const uint8_t *key = unlocking_key(u, (enum house_key)k);

		if (key == NULL)
			continue;
		hex_encode((struct bytes){ key, KEYBOX_KEY_SIZE }, hex);
		(void)json_object_set_new(request,
					  house_key_name((enum house_key)k),
					  json_string(hex));
	}
	signing_wipe(hex, sizeof(hex));
	return cli_ask_node(cli, request, keys, err);
}

enum status cmd_unlock(struct cli *cli, struct err *err)
{
	struct unlocking *u;
	json_t *keys = NULL, *after;
	enum status status = ask_keys(cli, &keys, err);

	if (status != STATUS_OK)
		return status;
	if (locked_keys(keys) == 0) {
		if (!cli->json)
			puts(tr("No key is locked."));
		return show(cli, keys);
	}
	status = unlocking_ask(cli, locked_keys(keys), &u, err);
	json_decref(keys);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ?
			       (err->status = STATUS_USAGE) :
			       status;
	status = hand_over(cli, u, &after, err);
	unlocking_free(u);
	if (status != STATUS_OK)
		return status;
	if (any_is(after, "locked") && cli_value(cli, "passphrase-file"))
		(void)fprintf(stderr, "%s\n",
			      tr("What is still locked has another "
				 "passphrase."));
	return show(cli, after);
}

enum status cmd_lock(struct cli *cli, struct err *err)
{
	json_t *keys = NULL;
	enum status status = ask_keys(cli, &keys, err);

	if (status != STATUS_OK)
		return status;
	json_decref(keys);
	status = cli_ask_node(cli, json_pack("{s:s}", "verb", "lock"), &keys,
			      err);
	return status == STATUS_OK ? show(cli, keys) : status;
}

void cli_print_locked(const json_t *keys)
{
	const char *name;
	const json_t *state;

	if (!any_is(keys, "locked"))
		return;
	printf("%s:", tr("Locked keys, to be opened with 'xiangtu unlock'"));
	json_object_foreach((json_t *)(uintptr_t)keys, name, state)
		if (strcmp(json_string_value(state), "locked") == 0)
			printf(" %s", name);
	puts("");
}
