/* Keys behind passphrases: opened once per boot, and closed again. What the
 * passphrase became arrives here, never the passphrase. */
#include "node/requests_internal.h"
#include "proto/encoding.h"

json_t *request_keys_json(const struct house *house)
{
	json_t *keys = json_object();

	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		const struct house_lock *lock = &house->locks[k];
		const char *state =
			house_is_locked(house, (enum house_key)k) ? "locked" :
			lock->boxed ? "unlocked" : "unprotected";

		if (lock->there)
			(void)json_object_set_new(
				keys, house_key_name((enum house_key)k),
				json_string(state));
	}
	return keys;
}

/* Without a node the keys are opened by whoever opens the directory. */
static enum status need_node(const struct requests *r, struct err *err)
{
	return r->live != NULL ?
		       STATUS_OK :
		       err_set(err, STATUS_UNREACHABLE,
			       "no node runs here, and nothing is unlocked: "
			       "keys are asked for when they are needed");
}

static enum status unlock_one(struct house *house, enum house_key k,
			      const char *hex, struct err *err)
{
	uint8_t key[KEYBOX_KEY_SIZE];
	enum status status;

	if (hex_decode(bytes_of(hex), key, sizeof(key)) != STATUS_OK)
		status = err_set(err, STATUS_USAGE, "no key of a box");
	else
		status = house_unlock(house, k, key, err);
	signing_wipe(key, sizeof(key));
	return status;
}

enum status request_unlock(struct requests *r, const json_t *request,
			   json_t **answer, struct err *err)
{
	enum status status = need_node(r, err);

	if (status == STATUS_OK)
		house_look_at_keys(r->house);
	for (unsigned k = 0; k < HOUSE_KEYS && status == STATUS_OK; k++) {
		const char *hex = request_text(
			request, house_key_name((enum house_key)k));

		if (hex != NULL)
			status = unlock_one(r->house, (enum house_key)k, hex,
					    err);
	}
	if (status == STATUS_OK && r->live->unlocked != NULL)
		r->live->unlocked(r->live->node);
	if (status == STATUS_OK)
		*answer = request_keys_json(r->house);
	return status;
}

enum status request_lock(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err)
{
	enum status status = need_node(r, err);

	(void)request;
	if (status != STATUS_OK)
		return status;
	house_lock(r->house);
	*answer = request_keys_json(r->house);
	return STATUS_OK;
}
