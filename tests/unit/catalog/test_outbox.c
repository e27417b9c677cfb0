/* What waits for the offices: in order, each id once while it waits, back
 * again when the log has lost it, gone when it is acknowledged. */
#include "catalog/outbox.h"

#include <string.h>

#include "catalog/records_db.h"
#include "tests/support/dice.h"
#include "tests/support/scratch.h"

struct box {
	struct scratch scratch;
	struct catalog *records;
	struct err err;
};

static void box_init(struct box *b)
{
	*b = (struct box){ .err = ERR_INIT };
	scratch_init(&b->scratch);
	CHECK(records_db_open(&b->records,
			      scratch_path(&b->scratch, "records.db"),
			      &b->err) == STATUS_OK);
}

static void box_release(struct box *b)
{
	catalog_free(b->records);
	scratch_release(&b->scratch);
}

static enum status put(struct box *b, const char *id, uint32_t v)
{
	json_t *item = json_pack("{s:s, s:s, s:i}", "k", "study", "id", id,
				 "v", (int)v);
	enum status status = outbox_put(b->records, "study", id, v, item,
					&b->err);

	json_decref(item);
	return status;
}

struct seen {
	size_t count;
	int64_t n[64];
	char text[512]; /* "id.v id.v …" */
};

static bool see(void *owner, const struct outbox_item *item)
{
	struct seen *s = owner;
	size_t size = strlen(s->text);

	CHECK(s->count < 64 && strcmp(item->kind, "study") == 0);
	CHECK(item->json.size > 0 && item->json.data[0] == '{');
	s->n[s->count++] = item->n;
	(void)snprintf(s->text + size, sizeof(s->text) - size, "%s%s.%u",
		       size == 0 ? "" : " ", item->id, item->v);
	return true;
}

static struct seen waiting(struct box *b)
{
	struct seen s = { .count = 0 };

	CHECK(outbox_each_waiting(b->records, see, &s, &b->err) == STATUS_OK);
	return s;
}

static bool waits(struct box *b, const char *text)
{
	struct seen s = waiting(b);

	if (strcmp(s.text, text) != 0)
		fprintf(stderr, "waiting: %s\n", s.text);
	return strcmp(s.text, text) == 0;
}

static void send_all(struct box *b, uint64_t size)
{
	struct seen s = waiting(b);
	struct outbox_shipment shipment = { .size = size,
					    .hash = { (uint8_t)size },
					    .items = s.n,
					    .count = s.count,
					    .at_s = 1000 + size };

	CHECK(outbox_sent(b->records, &shipment, &b->err) == STATUS_OK);
}

static struct outbox_facts facts(struct box *b)
{
	struct outbox_facts f;

	CHECK(outbox_facts(b->records, &f, &b->err) == STATUS_OK);
	return f;
}

static void the_newest_version_waits_in_the_place_of_the_first(void)
{
	struct box b;

	box_init(&b);
	CHECK(put(&b, "a", 1) == STATUS_OK);
	CHECK(put(&b, "b", 1) == STATUS_OK);
	CHECK(put(&b, "a", 3) == STATUS_OK);
	CHECK(put(&b, "a", 2) == STATUS_OK);
	CHECK(waits(&b, "a.3 b.1"));
	CHECK(facts(&b).waiting == 2 && facts(&b).sent == 0 &&
	      facts(&b).last_s == 0);
	box_release(&b);
}

static void what_was_sent_waits_no_more_until_it_is_acknowledged(void)
{
	uint8_t hash[SHA256_SIZE];
	uint64_t size = 0;
	struct box b;

	box_init(&b);
	CHECK(outbox_newest(b.records, &size, hash, &b.err) ==
	      STATUS_NOT_FOUND);
	CHECK(put(&b, "a", 1) == STATUS_OK);
	send_all(&b, 5);
	CHECK(waits(&b, "") && facts(&b).sent == 1);
	CHECK(facts(&b).last_s == 1005 && facts(&b).last_size == 5);
	CHECK(put(&b, "a", 2) == STATUS_OK);
	CHECK(waits(&b, "a.2"));
	send_all(&b, 7);
	CHECK(outbox_newest(b.records, &size, hash, &b.err) == STATUS_OK);
	CHECK(size == 7 && hash[0] == 7);
	CHECK(outbox_acknowledged(b.records, 6, &b.err) == STATUS_OK);
	CHECK(facts(&b).sent == 1);
	CHECK(outbox_acknowledged(b.records, 7, &b.err) == STATUS_OK);
	CHECK(facts(&b).sent == 0 && facts(&b).waiting == 0);
	CHECK(outbox_newest(b.records, &size, hash, &b.err) ==
	      STATUS_NOT_FOUND);
	box_release(&b);
}

static void what_the_log_lost_waits_again_in_its_newest_version(void)
{
	struct box b;

	box_init(&b);
	CHECK(put(&b, "a", 1) == STATUS_OK);
	CHECK(put(&b, "b", 1) == STATUS_OK);
	send_all(&b, 1);
	CHECK(put(&b, "a", 2) == STATUS_OK);
	CHECK(put(&b, "c", 1) == STATUS_OK);
	send_all(&b, 2);
	CHECK(put(&b, "c", 2) == STATUS_OK);
	CHECK(outbox_unsend(b.records, 2, &b.err) == STATUS_OK);
	CHECK(waits(&b, "c.2"));
	CHECK(outbox_unsend(b.records, 0, &b.err) == STATUS_OK);
	CHECK(waits(&b, "b.1 a.2 c.2"));
	box_release(&b);
}

static void what_nobody_could_send_is_not_taken(void)
{
	struct box b;
	char *text = calloc(1, BATCH_ROOM + 2);
	json_t *item;

	box_init(&b);
	CHECK(put(&b, "", 1) == STATUS_MALFORMED);
	CHECK(put(&b, "A B", 1) == STATUS_MALFORMED);
	memset(text, 'x', BATCH_ROOM + 1);
	item = json_pack("{s:s}", "t", text);
	CHECK(outbox_put(b.records, "photo", "a", 1, item, &b.err) ==
	      STATUS_NO_ROOM);
	json_decref(item);
	free(text);
	item = json_pack("{s:f}", "ms", 1.5);
	CHECK(outbox_put(b.records, "play", "a", 1, item, &b.err) ==
	      STATUS_MALFORMED);
	json_decref(item);
	item = json_loads("{\"a\":[[[[[[1]]]]]]}", 0, NULL);
	CHECK(outbox_put(b.records, "play", "a", 1, item, &b.err) ==
	      STATUS_MALFORMED);
	json_decref(item);
	box_release(&b);
}

static void it_belongs_to_the_transaction_of_whoever_puts_it(void)
{
	struct box b;

	box_init(&b);
	CHECK(catalog_begin(b.records, CATALOG_DURABLE, &b.err) == STATUS_OK);
	CHECK(put(&b, "a", 1) == STATUS_OK);
	catalog_rollback(b.records);
	CHECK(waits(&b, ""));
	box_release(&b);
}

int main(void)
{
	the_newest_version_waits_in_the_place_of_the_first();
	what_was_sent_waits_no_more_until_it_is_acknowledged();
	what_the_log_lost_waits_again_in_its_newest_version();
	what_nobody_could_send_is_not_taken();
	it_belongs_to_the_transaction_of_whoever_puts_it();
	return 0;
}
