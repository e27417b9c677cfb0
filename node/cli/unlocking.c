#include "node/cli/unlocking.h"

#include <stdio.h>
#include <string.h>

#include "node/cli/passphrase.h"
#include "signing/locked.h"

struct unlocking {
	bool has[HOUSE_KEYS];
	uint8_t keys[HOUSE_KEYS][KEYBOX_KEY_SIZE];
};

const uint8_t *unlocking_key(const struct unlocking *u, enum house_key k)
{
	return u->has[k] ? u->keys[k] : NULL;
}

void unlocking_free(struct unlocking *u)
{
	locked_free(u);
}

/* The boxes there are, and which of them are still shut. */
struct boxes {
	struct buf text[HOUSE_KEYS];
	struct keybox box[HOUSE_KEYS];
	unsigned shut; /* bits */
};

static enum status read_boxes(const struct cli *cli, unsigned wanted,
			      struct boxes *b, struct err *err)
{
	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		struct err none = ERR_INIT;
		enum status status;

		if ((wanted & 1u << k) == 0)
			continue;
		status = house_read_box(cli->dir, (enum house_key)k,
					&b->text[k], &b->box[k], &none);
		if (status == STATUS_OK) {
			b->shut |= 1u << k;
		} else if (status != STATUS_NOT_FOUND) {
			*err = none;
			return status;
		}
	}
	return b->shut != 0 ? STATUS_OK :
			      err_set(err, STATUS_NOT_FOUND,
				      "no key here is behind a passphrase");
}

static void release_boxes(struct boxes *b)
{
	for (unsigned k = 0; k < HOUSE_KEYS; k++)
		buf_release(&b->text[k]);
}

/* Does the derived key open the box? */
static bool opens(enum house_key k, const struct keybox *box,
		  const uint8_t *derived)
{
	struct secret_key *key = NULL;
	struct seal_key *seal_key = NULL;
	bool does = k == HOUSE_RECORDS || k == HOUSE_RECORDS_BEFORE ?
			    keybox_open_seal_key(box, derived, &seal_key) ==
				    STATUS_OK :
			    keybox_open_key(box, derived, &key) == STATUS_OK;

	secret_key_free(key);
	seal_key_free(seal_key);
	return does;
}

/* Try the passphrase on the boxes in `tried`. */
static enum status try_passphrase(struct unlocking *u, struct boxes *b,
				  unsigned tried, struct bytes passphrase,
				  struct err *err)
{
	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		enum status status;

		if ((b->shut & tried & 1u << k) == 0)
			continue;
		status = keybox_derive(&b->box[k], passphrase, u->keys[k]);
		if (status != STATUS_OK)
			return err_set(err, status,
				       "no room for the %u MiB that opening "
				       "the %s key takes",
				       b->box[k].kib >> 10,
				       house_key_name((enum house_key)k));
		u->has[k] = opens((enum house_key)k, &b->box[k], u->keys[k]);
		if (u->has[k])
			b->shut &= ~(1u << k);
	}
	return STATUS_OK;
}

static enum status ask_for(const struct cli *cli, struct unlocking *u,
			   struct boxes *b, unsigned tried, const char *what,
			   struct err *err)
{
	struct passphrase *passphrase;
	unsigned before = b->shut;
	enum status status = passphrase_ask(cli, PASSPHRASE_OPEN, what, NULL,
					    &passphrase, err);

	if (status != STATUS_OK)
		return status;
	status = try_passphrase(u, b, tried, passphrase_bytes(passphrase),
				err);
	passphrase_free(passphrase);
	if (status == STATUS_OK && b->shut == before)
		status = err_set(err, STATUS_UNTRUSTED,
				 "the passphrase is wrong: it opens no key");
	return status;
}

/* What the first passphrase did not open has another one, perhaps. */
static enum status ask_for_rest(const struct cli *cli, struct unlocking *u,
				struct boxes *b, struct err *err)
{
	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		char what[64];
		enum status status;

		if ((b->shut & 1u << k) == 0)
			continue;
		(void)snprintf(what, sizeof(what), "%s %s", tr("key"),
			       house_key_name((enum house_key)k));
		status = ask_for(cli, u, b, 1u << k, what, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status unlocking_ask(const struct cli *cli, unsigned wanted,
			  struct unlocking **out, struct err *err)
{
	struct unlocking *u = locked_new(sizeof(*u));
	struct boxes b;
	enum status status;

	if (u == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a passphrase");
	memset(&b, 0, sizeof(b));
	status = read_boxes(cli, wanted, &b, err);
	if (status == STATUS_OK)
		status = ask_for(cli, u, &b, wanted, tr("keys of this office"),
				 err);
	if (status == STATUS_OK && cli_value(cli, "passphrase-file") == NULL)
		status = ask_for_rest(cli, u, &b, err);
	release_boxes(&b);
	if (status == STATUS_OK)
		*out = u;
	else
		unlocking_free(u);
	return status;
}

enum status unlocking_house(const struct cli *cli, struct house *house,
			    struct err *err)
{
	static struct unlocking *once; /* until the program ends */
	struct err asked = ERR_INIT;
	unsigned wanted = 0;
	enum status status = STATUS_OK;

	for (unsigned k = 0; k < HOUSE_KEYS; k++)
		if (house_is_locked(house, (enum house_key)k))
			wanted |= 1u << k;
	if (once == NULL && wanted != 0)
		status = unlocking_ask(cli, wanted, &once, &asked);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_LOCKED,
			       "the keys here are locked: give "
			       "--passphrase-file FILE, or type the "
			       "passphrase at a terminal");
	if (status != STATUS_OK) {
		*err = asked;
		return status;
	}
	for (unsigned k = 0; k < HOUSE_KEYS && status == STATUS_OK; k++) {
		const uint8_t *key = once == NULL ?
					     NULL :
					     unlocking_key(once,
							   (enum house_key)k);

		if (key != NULL && (wanted & 1u << k) != 0)
			status = house_unlock(house, (enum house_key)k, key,
					      err);
	}
	return status;
}
