#include "signing/backup.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/text.h"
#include "signing/locked.h"
#include "signing/paper.h"

static const char title[] = "xiangtu-backup/v1";
/* What the key of a box is derived with besides the passphrase. */
static const char domain[] = "xiangtu-backup/v1 box\n";

/* Every box has a salt, and with it a key, of its own: a nonce adds nothing. */
static const uint8_t nonce[crypto_secretbox_NONCEBYTES];

_Static_assert(BACKUP_SEALED_MAX ==
		       BACKUP_KEYS * (1 + KEY_NAME_MAX + KEY_SEED_SIZE) +
			       crypto_secretbox_MACBYTES,
	       "the mark is libsodium's");

const char *backup_key_name(unsigned bit)
{
	static const char *const names[BACKUP_KEYS] = { "publisher", "records",
							"ack", "root" };

	return names[bit];
}

void backup_keys_release(struct backup_keys *keys)
{
	secret_key_free(keys->publisher);
	seal_key_free(keys->records);
	secret_key_free(keys->ack);
	secret_key_free(keys->root);
	memset(keys, 0, sizeof(*keys));
}

uint8_t backup_keys_held(const struct backup_keys *keys)
{
	return (uint8_t)((keys->publisher == NULL ? 0 : BACKUP_PUBLISHER) |
			 (keys->records == NULL ? 0 : BACKUP_RECORDS) |
			 (keys->ack == NULL ? 0 : BACKUP_ACK) |
			 (keys->root == NULL ? 0 : BACKUP_ROOT));
}

/* --- what is in clear --- */

static void put_string(struct buf *out, const char *text)
{
	size_t size = strlen(text);

	buf_put_u8(out, (uint8_t)size);
	buf_put(out, text, size);
}

static enum status read_string(struct bytes_reader *r, char *out, size_t room)
{
	struct bytes run;
	uint8_t size;

	if (bytes_read_u8(r, &size) != STATUS_OK ||
	    bytes_read_run(r, size, &run) != STATUS_OK)
		return STATUS_MALFORMED;
	return bytes_to_string(run, out, room);
}

static void put_head(struct buf *out, const struct backup *b)
{
	buf_put_u8(out, (uint8_t)b->level);
	put_string(out, b->name);
	put_string(out, b->region);
	put_string(out, b->origin);
	buf_put(out, b->fingerprint, sizeof(b->fingerprint));
}

static enum status read_head(struct bytes_reader *r, struct backup *b)
{
	uint8_t level;

	if (bytes_read_u8(r, &level) != STATUS_OK || level > LEVEL_COUNTY ||
	    read_string(r, b->name, sizeof(b->name)) != STATUS_OK ||
	    read_string(r, b->region, sizeof(b->region)) != STATUS_OK ||
	    read_string(r, b->origin, sizeof(b->origin)) != STATUS_OK ||
	    bytes_read_copy(r, b->fingerprint, sizeof(b->fingerprint)) !=
		    STATUS_OK)
		return STATUS_MALFORMED;
	b->level = (enum level)level;
	if (!text_is_plain(bytes_of(b->name)) ||
	    region_check(b->region) != STATUS_OK ||
	    (b->origin[0] != 0 && origin_check(b->origin) != STATUS_OK))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

static void put_box(struct buf *out, const struct backup_box *box)
{
	buf_put_u8(out, box->holds);
	buf_put_u8(out, (uint8_t)box->passes);
	buf_put_u32(out, box->kib);
	buf_put(out, box->salt, sizeof(box->salt));
	buf_put_u16(out, box->size);
	buf_put(out, box->sealed, box->size);
}

static enum status read_box(struct bytes_reader *r, struct backup_box *box)
{
	uint8_t passes;

	if (bytes_read_u8(r, &box->holds) != STATUS_OK || box->holds == 0 ||
	    box->holds >= 1 << BACKUP_KEYS ||
	    bytes_read_u8(r, &passes) != STATUS_OK || passes == 0 ||
	    passes > KEYBOX_PASSES_MAX ||
	    bytes_read_u32(r, &box->kib) != STATUS_OK ||
	    box->kib < KEYBOX_KIB_MIN || box->kib > KEYBOX_KIB_MAX ||
	    bytes_read_copy(r, box->salt, sizeof(box->salt)) != STATUS_OK ||
	    bytes_read_u16(r, &box->size) != STATUS_OK ||
	    box->size < crypto_secretbox_MACBYTES ||
	    box->size > sizeof(box->sealed) ||
	    bytes_read_copy(r, box->sealed, box->size) != STATUS_OK)
		return STATUS_MALFORMED;
	box->passes = passes;
	return STATUS_OK;
}

static enum status read_all(struct bytes bytes, struct backup *b)
{
	struct bytes_reader r;
	uint8_t count, held = 0;

	bytes_reader_init(&r, bytes);
	if (read_head(&r, b) != STATUS_OK ||
	    bytes_read_u8(&r, &count) != STATUS_OK || count == 0 ||
	    count > BACKUP_BOXES_MAX)
		return STATUS_MALFORMED;
	b->box_count = count;
	for (unsigned i = 0; i < count; i++) {
		if (read_box(&r, &b->boxes[i]) != STATUS_OK ||
		    (b->boxes[i].holds & held) != 0)
			return STATUS_MALFORMED;
		held |= b->boxes[i].holds;
	}
	while (r.left > 0) {
		uint8_t pad;

		if (bytes_read_u8(&r, &pad) != STATUS_OK || pad != 0)
			return STATUS_MALFORMED;
	}
	return STATUS_OK;
}

enum status backup_parse(struct bytes text, struct backup *out, unsigned *line)
{
	struct buf bytes = BUF_INIT;
	struct backup made;
	unsigned wrong = 0;
	enum status status = STATUS_MALFORMED;

	memset(&made, 0, sizeof(made));
	if (text.size <= BACKUP_TEXT_MAX)
		status = paper_read(text, &bytes, &wrong);
	if (status == STATUS_OK)
		status = read_all(buf_bytes(&bytes), &made);
	buf_release(&bytes);
	if (status == STATUS_OK)
		*out = made;
	else
		*line = wrong;
	return status;
}

enum status backup_format(const struct backup *b, struct buf *out)
{
	struct buf bytes = BUF_INIT;
	struct backup again;
	size_t before = out->size;
	enum status status;

	put_head(&bytes, b);
	buf_put_u8(&bytes, (uint8_t)b->box_count);
	for (unsigned i = 0; i < b->box_count; i++)
		put_box(&bytes, &b->boxes[i]);
	status = buf_status(&bytes);
	memset(&again, 0, sizeof(again));
	if (status == STATUS_OK)
		status = read_all(buf_bytes(&bytes), &again);
	if (status == STATUS_OK) {
		buf_printf(out, "%s\n", title);
		status = paper_put(buf_bytes(&bytes), out);
		if (status != STATUS_OK)
			buf_cut(out, before);
	}
	buf_release(&bytes);
	return status;
}

/* --- the boxes --- */

enum status backup_derive(const struct backup *b, unsigned box,
			  struct bytes passphrase,
			  uint8_t key[static KEYBOX_KEY_SIZE])
{
	struct keybox costs = { .passes = b->boxes[box].passes,
				.kib = b->boxes[box].kib };
	struct sha256 state;
	struct buf head = BUF_INIT;
	uint8_t derived[KEYBOX_KEY_SIZE];
	enum status status;

	memcpy(costs.salt, b->boxes[box].salt, sizeof(costs.salt));
	put_head(&head, b);
	status = buf_status(&head);
	if (status == STATUS_OK)
		status = keybox_derive(&costs, passphrase, derived);
	if (status == STATUS_OK) {
		sha256_init(&state);
		sha256_update(&state, domain, sizeof(domain) - 1);
		sha256_update(&state, derived, sizeof(derived));
		sha256_update(&state, head.data, head.size);
		sha256_final(&state, key);
		signing_wipe(&state, sizeof(state));
	}
	signing_wipe(derived, sizeof(derived));
	buf_release(&head);
	return status;
}

/* What a key is called when nobody chose otherwise: "" for a root key. */
static void usual_name(const struct backup *b, unsigned kind,
		       char out[static ORIGIN_MAX + 16])
{
	const char *tail = kind == BACKUP_RECORDS ? "/records" :
			   kind == BACKUP_ACK	  ? "/ack" :
						    "";

	if (kind == BACKUP_ROOT || b->origin[0] == 0)
		out[0] = 0;
	else
		(void)snprintf(out, ORIGIN_MAX + 16, "%s%s", b->origin, tail);
}

/* What a box holds, in the order of the bits; in locked memory. */
struct plain {
	size_t size;
	uint8_t bytes[BACKUP_SEALED_MAX];
};

static void plain_add(struct plain *p, const struct backup *b, unsigned kind,
		      const char *name, const uint8_t *secret)
{
	char usual[ORIGIN_MAX + 16];
	size_t length;

	usual_name(b, kind, usual);
	length = strcmp(usual, name) == 0 ? 0 : strlen(name);
	p->bytes[p->size++] = (uint8_t)length;
	memcpy(p->bytes + p->size, name, length);
	p->size += length;
	memcpy(p->bytes + p->size, secret, KEY_SEED_SIZE);
	p->size += KEY_SEED_SIZE;
}

static void plain_add_keys(struct plain *p, const struct backup *b,
			   const struct backup_keys *keys)
{
	const struct {
		unsigned kind;
		const struct secret_key *key;
	} signers[] = { { BACKUP_PUBLISHER, keys->publisher },
			{ BACKUP_RECORDS, NULL },
			{ BACKUP_ACK, keys->ack },
			{ BACKUP_ROOT, keys->root } };
	uint8_t secret[KEY_SEED_SIZE];

	for (size_t i = 0; i < BACKUP_KEYS; i++) {
		unsigned kind = signers[i].kind;

		if (kind == BACKUP_RECORDS && keys->records != NULL) {
			seal_key_secret(keys->records, secret);
			plain_add(p, b, kind,
				  seal_key_public(keys->records)->name,
				  secret);
		} else if (signers[i].key != NULL) {
			secret_key_seed(signers[i].key, secret);
			plain_add(p, b, kind,
				  secret_key_public(signers[i].key)->name,
				  secret);
		}
	}
	signing_wipe(secret, sizeof(secret));
}

enum status backup_close(struct backup *b, const struct backup_keys *keys,
			 struct bytes passphrase, uint32_t passes,
			 uint32_t kib)
{
	struct backup_box *box = &b->boxes[b->box_count];
	struct plain *plain = locked_new(sizeof(*plain));
	uint8_t key[KEYBOX_KEY_SIZE];
	enum status status;

	if (plain == NULL)
		return STATUS_NO_MEMORY;
	memset(box, 0, sizeof(*box));
	box->holds = backup_keys_held(keys);
	box->passes = passes;
	box->kib = kib;
	signing_random(box->salt, sizeof(box->salt));
	status = backup_derive(b, b->box_count, passphrase, key);
	if (status == STATUS_OK) {
		plain_add_keys(plain, b, keys);
		box->size = (uint16_t)(plain->size +
				       crypto_secretbox_MACBYTES);
		(void)crypto_secretbox_easy(box->sealed, plain->bytes,
					    plain->size, nonce, key);
		b->box_count++;
	}
	signing_wipe(key, sizeof(key));
	locked_free(plain);
	return status;
}

/* Take one key off the plain text. */
static enum status read_key(struct bytes_reader *r, const struct backup *b,
			    unsigned kind, struct backup_keys *keys)
{
	char name[KEY_NAME_MAX + 1];
	struct bytes secret;

	if (read_string(r, name, sizeof(name)) != STATUS_OK ||
	    bytes_read_run(r, KEY_SEED_SIZE, &secret) != STATUS_OK)
		return STATUS_MALFORMED;
	if (name[0] == 0)
		usual_name(b, kind, name);
	switch (kind) {
	case BACKUP_PUBLISHER:
		return secret_key_from_seed(&keys->publisher, name,
					    KEY_ED25519, secret.data);
	case BACKUP_RECORDS:
		return seal_key_from_secret(&keys->records, name, secret.data);
	case BACKUP_ACK:
		return secret_key_from_seed(&keys->ack, name, KEY_COSIGNER,
					    secret.data);
	default:
		return secret_key_from_seed(&keys->root, name, KEY_ED25519,
					    secret.data);
	}
}

static enum status read_keys(const struct plain *plain, const struct backup *b,
			     uint8_t holds, struct backup_keys *keys)
{
	struct bytes_reader r;
	enum status status = STATUS_OK;

	bytes_reader_init(&r, (struct bytes){ plain->bytes, plain->size });
	for (unsigned kind = 1; kind <= BACKUP_ROOT; kind <<= 1)
		if (status == STATUS_OK && (holds & kind) != 0)
			status = read_key(&r, b, kind, keys);
	return status == STATUS_OK && r.left > 0 ? STATUS_MALFORMED : status;
}

static void keys_add(struct backup_keys *to, const struct backup_keys *from)
{
	if (from->publisher != NULL)
		to->publisher = from->publisher;
	if (from->records != NULL)
		to->records = from->records;
	if (from->ack != NULL)
		to->ack = from->ack;
	if (from->root != NULL)
		to->root = from->root;
}

enum status backup_open(const struct backup *b, unsigned i,
			const uint8_t key[static KEYBOX_KEY_SIZE],
			struct backup_keys *keys)
{
	const struct backup_box *box = &b->boxes[i];
	struct plain *plain = locked_new(sizeof(*plain));
	struct backup_keys made = { .publisher = NULL };
	enum status status = STATUS_OK;

	if (plain == NULL)
		return STATUS_NO_MEMORY;
	plain->size = box->size - (size_t)crypto_secretbox_MACBYTES;
	if (crypto_secretbox_open_easy(plain->bytes, box->sealed, box->size,
				       nonce, key) != 0)
		status = STATUS_UNTRUSTED;
	if (status == STATUS_OK)
		status = read_keys(plain, b, box->holds, &made);
	locked_free(plain);
	if (status == STATUS_OK)
		keys_add(keys, &made);
	else
		backup_keys_release(&made);
	return status;
}
