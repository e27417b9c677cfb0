/* The keys of an office behind a passphrase: known, locked, opened, locked
 * again; what a node does meanwhile. */
#include <string.h>
#include <sys/stat.h>

#include "catalog/log.h"
#include "node/create.h"
#include "node/durable.h"
#include "node/house.h"
#include "node/requests.h"
#include "proto/encoding.h"
#include "tests/support/check.h"
#include "tests/support/scratch.h"

static const char phrase[] = "correct horse battery";

static void make_county(const char *dir, const char *passphrase)
{
	struct create_options o = { .dir = dir };
	struct created made;
	struct err err = ERR_INIT;

	conf_init(&o.conf);
	CHECK(conf_set(&o.conf, "name", "资兴市", &err) == STATUS_OK);
	CHECK(conf_set(&o.conf, "level", "county", &err) == STATUS_OK);
	CHECK(conf_set(&o.conf, "region", "431081", &err) == STATUS_OK);
	o.passphrase = o.root_passphrase = bytes_of(passphrase);
	CHECK(create_node(&o, &made, &err) == STATUS_OK);
}

/* The office has changed its records key, and keeps the one before. */
static void change_records_key(const char *dir)
{
	char from[HOUSE_PATH_MAX + 16], to[HOUSE_PATH_MAX + 16];
	struct seal_key *key;
	struct err err = ERR_INIT;

	house_path(dir, house_key_file(HOUSE_RECORDS), from);
	house_path(dir, house_key_file(HOUSE_RECORDS_BEFORE), to);
	CHECK(rename(from, to) == 0);
	CHECK(seal_key_new(&key, "records-2") == STATUS_OK);
	CHECK(house_put_seal_key(dir, house_key_file(HOUSE_RECORDS), key,
				 bytes_of(phrase), &err) == STATUS_OK);
	seal_key_free(key);
}

/* What the passphrase became, for the box as it lies there now. */
static void derive(const char *dir, enum house_key k, const char *with,
		   uint8_t out[static KEYBOX_KEY_SIZE])
{
	struct buf text = BUF_INIT;
	struct keybox box;
	struct err err = ERR_INIT;

	CHECK(house_read_box(dir, k, &text, &box, &err) == STATUS_OK);
	CHECK(keybox_derive(&box, bytes_of(with), out) == STATUS_OK);
	buf_release(&text);
}

static const char *state_of(json_t *keys, const char *name)
{
	return json_string_value(json_object_get(keys, name));
}

static enum status ask(struct requests *r, json_t *request, json_t **answer,
		       struct err *err)
{
	enum status status;

	*err = (struct err)ERR_INIT;
	status = requests_answer(r, request, answer, err);
	json_decref(request);
	return status;
}

static unsigned told;

static void unlocked(void *node)
{
	(void)node;
	told++;
}

static void locked_keys_are_known_and_their_log_is_ours(const char *dir)
{
	struct house h;
	struct log_info own;
	struct err err = ERR_INIT;

	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	CHECK(house_is_publisher(&h) && h.publisher_key == NULL);
	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		CHECK(house_is_locked(&h, (enum house_key)k));
		CHECK(house_need_key(&h, (enum house_key)k, &err) ==
		      STATUS_LOCKED);
		CHECK(strstr(err.text, "xiangtu unlock") != NULL);
	}
	CHECK(h.locks[HOUSE_RECORDS].public.type == KEY_SEALING);
	CHECK(log_find(h.catalog, h.conf.origin, &own, &err) == STATUS_OK);
	CHECK(own.own);
	house_close(&h);
}

static void no_key_file_tells_the_secret(const char *dir)
{
	struct house h;
	struct buf text = BUF_INIT;
	char path[HOUSE_PATH_MAX + 16], plain[SECRET_KEY_TEXT_MAX + 1];
	uint8_t key[KEYBOX_KEY_SIZE];
	struct stat st;
	struct err err = ERR_INIT;

	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	derive(dir, HOUSE_PUBLISHER, phrase, key);
	CHECK(house_unlock(&h, HOUSE_PUBLISHER, key, &err) == STATUS_OK);
	secret_key_format(h.publisher_key, plain);
	house_path(dir, "publisher.key", path);
	CHECK(durable_read(path, 4096, &text, &err) == STATUS_OK);
	/* Behind PRIVATE+KEY+<name>+<8 digits>+ */
	CHECK(strstr(buf_string(&text),
		     plain + 12 + strlen(h.conf.origin) + 10) == NULL);
	CHECK(strstr(buf_string(&text), "PRIVATE") == NULL);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	house_close(&h);
	buf_release(&text);
}

static void a_wrong_passphrase_opens_nothing(struct house *h)
{
	uint8_t key[KEYBOX_KEY_SIZE];
	struct err err = ERR_INIT;

	derive(h->dir, HOUSE_ACK, "another passphrase", key);
	CHECK(house_unlock(h, HOUSE_ACK, key, &err) == STATUS_UNTRUSTED);
	CHECK(house_is_locked(h, HOUSE_ACK));
}

static json_t *unlock_request(const char *dir)
{
	json_t *request = json_pack("{s:s}", "verb", "unlock");
	uint8_t key[KEYBOX_KEY_SIZE];
	char hex[2 * KEYBOX_KEY_SIZE + 1];

	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		derive(dir, (enum house_key)k, phrase, key);
		hex_encode((struct bytes){ key, sizeof(key) }, hex);
		CHECK(json_object_set_new(request,
					  house_key_name((enum house_key)k),
					  json_string(hex)) == 0);
	}
	return request;
}

static json_t *publish_try(void)
{
	return json_pack("{s:s, s:s, s:s, s:b}", "verb", "publish", "title",
			 "羊", "topic", "产业", "try", 1);
}

/* What is asked of a running node, in the order of a day. */
static void a_node_publishes_only_while_unlocked(const char *dir)
{
	struct live live = { .unlocked = unlocked };
	struct requests r = { .live = &live };
	struct house h;
	struct err err = ERR_INIT;
	json_t *answer;

	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	r.house = &h;
	CHECK(index_open(&r.index, h.catalog, h.conf.level, h.conf.region,
			 &err) == STATUS_OK);
	CHECK(index_set_trust(r.index, &h.trust.trust, NULL, &err) ==
	      STATUS_OK);
	CHECK(ask(&r, publish_try(), &answer, &err) == STATUS_LOCKED);
	a_wrong_passphrase_opens_nothing(&h);
	CHECK(told == 0);
	CHECK(ask(&r, unlock_request(dir), &answer, &err) == STATUS_OK);
	CHECK(told == 1);
	CHECK(strcmp(state_of(answer, "publisher"), "unlocked") == 0 &&
	      strcmp(state_of(answer, "records"), "unlocked") == 0 &&
	      strcmp(state_of(answer, "records-before"), "unlocked") == 0 &&
	      strcmp(state_of(answer, "ack"), "unlocked") == 0);
	CHECK(house_need_records(&h, &err) == STATUS_OK);
	CHECK(strcmp(seal_key_public(h.records_key)->name, "records-2") == 0 &&
	      strcmp(seal_key_public(h.records_key_before)->name,
		     "records-2") != 0);
	json_decref(answer);
	CHECK(ask(&r, publish_try(), &answer, &err) == STATUS_OK);
	json_decref(answer);
	CHECK(public_key_same(secret_key_public(h.publisher_key),
			      &h.locks[HOUSE_PUBLISHER].public));
	CHECK(ask(&r, json_pack("{s:s}", "verb", "lock"), &answer, &err) ==
	      STATUS_OK);
	CHECK(strcmp(state_of(answer, "publisher"), "locked") == 0);
	json_decref(answer);
	CHECK(h.publisher_key == NULL && h.records_key == NULL &&
	      h.records_key_before == NULL && h.ack_key == NULL);
	CHECK(house_need_records(&h, &err) == STATUS_LOCKED);
	CHECK(ask(&r, publish_try(), &answer, &err) == STATUS_LOCKED);
	r.live = NULL;
	CHECK(ask(&r, json_pack("{s:s}", "verb", "unlock"), &answer, &err) ==
	      STATUS_UNREACHABLE);
	index_free(r.index);
	house_close(&h);
}

/* Whoever puts another office's key there while the node runs. */
static void a_file_that_was_replaced_is_noticed(const char *dir)
{
	char path[HOUSE_PATH_MAX + 16];
	struct secret_key *other;
	uint8_t key[KEYBOX_KEY_SIZE];
	struct house h;
	struct err err = ERR_INIT;

	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	CHECK(secret_key_new(&other, "other/ack", KEY_COSIGNER) == STATUS_OK);
	CHECK(house_put_key(dir, "ack.key", other, bytes_of(phrase), &err) ==
	      STATUS_OK);
	derive(dir, HOUSE_ACK, phrase, key);
	CHECK(house_unlock(&h, HOUSE_ACK, key, &err) == STATUS_DAMAGED);
	house_path(dir, "ack.key", path);
	CHECK(durable_write(path, bytes_of("xiangtu-key/v1\nrubbish\n"), 0600,
			    &err) == STATUS_OK);
	err = (struct err)ERR_INIT;
	CHECK(house_unlock(&h, HOUSE_ACK, key, &err) == STATUS_DAMAGED);
	house_close(&h);
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_DAMAGED);
	secret_key_free(other);
}

static void unprotected_keys_are_open_and_stay_so(const char *dir)
{
	struct buf text = BUF_INIT;
	struct keybox box;
	struct house h;
	struct err err = ERR_INIT;

	make_county(dir, "");
	CHECK(house_open(&h, dir, HOUSE_WRITE, &err) == STATUS_OK);
	CHECK(house_is_publisher(&h) && h.publisher_key != NULL);
	CHECK(!house_is_locked(&h, HOUSE_PUBLISHER));
	house_lock(&h);
	CHECK(h.publisher_key != NULL && h.records_key != NULL &&
	      h.ack_key != NULL);
	CHECK(house_read_box(dir, HOUSE_RECORDS, &text, &box, &err) ==
	      STATUS_NOT_FOUND);
	buf_release(&text);
	house_close(&h);
}

int main(void)
{
	struct scratch s, plain;

	CHECK(signing_init() == STATUS_OK);
	scratch_init(&s);
	scratch_init(&plain);
	make_county(s.top, phrase);
	change_records_key(s.top);
	locked_keys_are_known_and_their_log_is_ours(s.top);
	no_key_file_tells_the_secret(s.top);
	a_node_publishes_only_while_unlocked(s.top);
	a_file_that_was_replaced_is_noticed(s.top);
	unprotected_keys_are_open_and_stay_so(plain.top);
	scratch_release(&s);
	scratch_release(&plain);
	return 0;
}
