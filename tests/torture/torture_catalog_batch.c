/* Writing and reading a batch, and telling by hand, with each allocation
 * failing in turn: a short memory never passes for a bad batch, and nothing is
 * told in part. */
#include "catalog/batch.h"
#include "catalog/outbox.h"
#include "catalog/records_db.h"
#include "catalog/told.h"
#include "proto/recordlog.h"
#include "tests/support/faults.h"
#include "tests/support/scratch.h"

static struct secret_key *key;
static json_t *items;
static struct catalog *records;
static char known[TOLD_ID_SIZE + 1]; /* what stands already */

static enum status batch_story(void *context, bool *tolerated)
{
	const struct batch_head head = { .to = 1, .seq = 2, .part = 1,
					 .parts = 1 };
	struct buf inner = BUF_INIT;
	struct err err = ERR_INIT;
	struct batch batch;
	enum status status = batch_write(&head, items, key, &inner);

	(void)context;
	(void)tolerated;
	if (status != STATUS_OK)
		CHECK(inner.size == 0);
	if (status == STATUS_OK)
		status = batch_read(buf_bytes(&inner),
				    secret_key_public(key)->bytes, 1, 2,
				    &batch, &err);
	if (status == STATUS_OK) {
		CHECK(json_equal(batch.items, items));
		batch_release(&batch);
	}
	buf_release(&inner);
	return status;
}

static bool count(void *owner, const struct outbox_item *item)
{
	(void)item;
	++*(unsigned *)owner;
	return true;
}

/* What stands and what waits are one: both, or neither. */
static enum status tell_story(void *context, bool *tolerated)
{
	const struct when now = { .s = 5 };
	char id[TOLD_ID_SIZE + 1] = "?";
	struct err err = ERR_INIT;
	json_t *fields = context, *all = NULL;
	unsigned waiting = 0;
	enum status status = told_put(records, TOLD_EQUIPMENT, known, fields,
				      &now, id, &err);

	(void)tolerated;
	CHECK((status == STATUS_OK) == (id[0] != '?'));
	CHECK(!catalog_in_transaction(records));
	if (status == STATUS_OK)
		status = outbox_each_waiting(records, count, &waiting, &err);
	if (status == STATUS_OK && (all = json_array()) == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		status = told_list(records, TOLD_EQUIPMENT, all, &err);
	json_decref(all);
	return status;
}

int main(void)
{
	const uint8_t seed[KEY_SEED_SIZE] = { 1 };
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct secret_key *plain;
	struct scratch scratch;
	struct err err = ERR_INIT;
	json_t *fields;

	CHECK(signing_init() == STATUS_OK);
	json_object_seed(1);
	json_set_alloc_funcs(faults_malloc, faults_free);
	scratch_init(&scratch);
	CHECK(secret_key_from_seed(&plain, "node", KEY_ED25519, seed) ==
	      STATUS_OK);
	recordlog_origin(secret_key_public(plain)->bytes, origin);
	CHECK(secret_key_named(&key, plain, origin) == STATUS_OK);
	items = json_pack("[{s:s, s:[i, i]}, {s:s, s:s}]", "k", "play",
			  "shown", 1, 2, "k", "wish", "text", "一");
	fields = json_pack("{s:s, s:i, s:s}", "name", "电视", "count", 1,
			   "state", "good");
	CHECK(items != NULL && fields != NULL);
	faults_torture("batch", batch_story, NULL, STATUS_NO_MEMORY);

	CHECK(records_db_open(&records, scratch_path(&scratch, "records.db"),
			      &err) == STATUS_OK);
	/* Statements are kept from the first time on. */
	CHECK(told_put(records, TOLD_EQUIPMENT, NULL, fields,
		       &(struct when){ .s = 1 }, known, &err) == STATUS_OK);
	CHECK(tell_story(fields, NULL) == STATUS_OK);
	faults_torture("tell", tell_story, fields, STATUS_NO_MEMORY);
	catalog_free(records);
	json_decref(items);
	json_decref(fields);
	secret_key_free(key);
	secret_key_free(plain);
	scratch_release(&scratch);
	return 0;
}
