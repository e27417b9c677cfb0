/* From the outbox into the log: once for each office, in the order of durable
 * steps that loses nothing. */
#include "node/study/sealing.h"

#include "catalog/batch.h"
#include "catalog/outbox.h"
#include "tests/support/records.h"

static struct scratch scratch;
static struct office county, station, township;
static struct catalog *records;

/* What the county's first trust note says, behind its three lines. */
static void put_statements(struct buf *out)
{
	struct buf text = BUF_INIT;
	struct bytes_reader r;
	struct bytes line;

	CHECK(trust_format(&county.house.trust.trust, &text) == STATUS_OK);
	bytes_reader_init(&r, buf_bytes(&text));
	for (int i = 0; i < 3; i++)
		CHECK(bytes_read_line(&r, &line) == STATUS_OK);
	buf_put(out, r.next, r.left);
	buf_release(&text);
}

/* The county and the township both read; the station is enrolled at its own
 * node. */
static void start(bool enrolled)
{
	struct buf statements = BUF_INIT, trust = BUF_INIT;

	scratch_init(&scratch);
	office_county(&county, &scratch);
	office_station(&station, &scratch, &county);
	office_join(&township, &scratch, "township", "township", "431081101",
		    &county);
	CHECK(seal_key_new(&township.house.records_key, "town.example") ==
	      STATUS_OK);
	if (enrolled) {
		office_enrol(&county, &station);
		office_take_log(&station, &county);
	}
	put_statements(&statements);
	buf_puts(&statements, "recipient region=431081101 key=");
	buf_put_vkey(&statements, seal_key_public(township.house.records_key));
	buf_puts(&statements, "\n");
	office_sign_trust(&county, 2, buf_string(&statements), &trust);
	OFFICE_OK(&station, trust_book_take_trust(&station.house.trust,
						  buf_bytes(&trust),
						  &station.err));
	OFFICE_OK(&station, house_records(&station.house, &records,
					  &station.err));
	buf_release(&statements);
	buf_release(&trust);
}

static void finish(void)
{
	office_close(&township);
	office_close(&station);
	office_close(&county);
	scratch_release(&scratch);
}

static void put(const char *kind, const char *id, size_t size)
{
	char *text = malloc(size + 1);
	json_t *item;

	CHECK(text != NULL);
	memset(text, 'x', size);
	text[size] = 0;
	item = json_pack("{s:s, s:s, s:s}", "k", kind, "id", id, "text", text);
	OFFICE_OK(&station, outbox_put(records, kind, id, 1, item,
				       &station.err));
	json_decref(item);
	free(text);
}

static struct sealed go(void)
{
	struct sealed sealed;

	OFFICE_OK(&station, sealing_round(&station.house, NULL, &sealed,
					  &station.err));
	return sealed;
}

static enum status fails(void)
{
	struct err err = ERR_INIT;
	struct sealed sealed;

	return sealing_round(&station.house, NULL, &sealed, &err);
}

static struct outbox_facts facts(void)
{
	struct outbox_facts f;

	OFFICE_OK(&station, outbox_facts(records, &f, &station.err));
	return f;
}

/* --- what an office finds --- */

struct finding {
	const struct office *reader;
	size_t entries, opened, items;
	char ids[256]; /* of the items, in order */
	size_t largest; /* bytes of an entry */
};

static enum status open_entry(void *owner, uint64_t index, struct bytes entry,
			      struct err *err)
{
	struct finding *f = owner;
	const struct seal_key *key = f->reader->house.records_key;
	struct buf inner = BUF_INIT;
	struct batch batch;
	const json_t *item;
	size_t i;

	f->entries++;
	if (entry.size > f->largest)
		f->largest = entry.size;
	if (seal_open(entry, key, &inner) != STATUS_OK)
		return STATUS_OK;
	CHECK(batch_read(buf_bytes(&inner), house_node_public(&station.house),
			 seal_key_public(key)->id, index, &batch, err) ==
	      STATUS_OK);
	f->opened++;
	json_array_foreach(batch.items, i, item) {
		f->items++;
		strcat(f->ids, json_string_value(json_object_get(item, "id")));
	}
	batch_release(&batch);
	buf_release(&inner);
	return STATUS_OK;
}

static struct finding found_by(const struct office *reader)
{
	struct finding f = { .reader = reader };
	struct log_info log;

	if (!record_log(&station, &station, &log))
		return f;
	OFFICE_OK(&station, log_read_entries(station.house.catalog, log.id, 0,
					     log.size, open_entry, &f,
					     &station.err));
	return f;
}

static void each_office_gets_an_entry_of_its_own(void)
{
	struct finding f;
	struct sealed s;

	start(true);
	put("wish", "a", 10);
	put("fault", "b", 10);
	s = go();
	CHECK(s.items == 2 && s.entries == 2 && !s.more && s.log != 0);
	f = found_by(&county);
	CHECK(f.entries == 2 && f.opened == 1 && strcmp(f.ids, "ab") == 0);
	CHECK(f.largest == 1072);
	f = found_by(&township);
	CHECK(f.opened == 1 && strcmp(f.ids, "ab") == 0);
	s = go();
	CHECK(s.items == 0 && s.entries == 0 && s.log == 0);
	CHECK(found_by(&county).entries == 2);
	CHECK(facts().waiting == 0 && facts().sent == 2);
	finish();
}

static void a_large_day_is_several_parts(void)
{
	struct sealed s;

	start(true);
	for (char id[2] = "a"; id[0] <= 'l'; id[0]++)
		put("study", id, 50000);
	put("photo", "m", 54000);
	s = go();
	CHECK(s.entries == SEALING_ENTRIES_MAX && s.items == 8 && s.more);
	s = go();
	CHECK(s.entries == 10 && s.items == 5 && !s.more);
	CHECK(strcmp(found_by(&township).ids, "abcdefghijklm") == 0);
	finish();
}

/* The log has them, and the power went before they were marked. */
static void a_cut_between_sends_twice_and_loses_nothing(void)
{
	start(true);
	put("wish", "a", 10);
	(void)go();
	OFFICE_OK(&station, outbox_unsend(records, 0, &station.err));
	CHECK(facts().waiting == 1);
	(void)go();
	CHECK(strcmp(found_by(&county).ids, "aa") == 0);
	CHECK(facts().waiting == 0);
	finish();
}

/* Marked as sent, but what our log has there is something else. */
static void what_the_log_lost_is_sent_again(void)
{
	const int64_t first = 1;
	const struct outbox_shipment gone = { .size = 7,
					      .hash = { 1, 2, 3 },
					      .items = &first,
					      .count = 1 };

	start(true);
	put("wish", "a", 10);
	OFFICE_OK(&station, outbox_sent(records, &gone, &station.err));
	CHECK(facts().waiting == 0 && facts().sent == 1);
	(void)go();
	CHECK(strcmp(found_by(&county).ids, "a") == 0);
	CHECK(facts().sent == 1 && facts().last_size == 2);
	finish();
}

static void it_is_forgotten_when_the_office_has_it(void)
{
	struct upload_taker *taker;

	start(true);
	put("wish", "a", 10);
	(void)go();
	OFFICE_OK(&station, sealing_settle(&station.house, &station.err));
	CHECK(facts().sent == 1);
	taker = upload_taker_new(&county.house);
	CHECK(send_up(&station, taker, &station, NULL, NULL) == UPLOAD_DONE);
	upload_taker_free(taker);
	OFFICE_OK(&station, sealing_settle(&station.house, &station.err));
	CHECK(facts().sent == 0 && facts().waiting == 0);
	finish();
}

static void a_stranger_sends_little(void)
{
	start(false);
	put("photo", "a", 30000);
	put("wish", "b", 10);
	put("wish", "c", 3000);
	put("wish", "d", 3000);
	CHECK(!go().more);
	CHECK(strcmp(found_by(&county).ids, "bcd") == 0);
	CHECK(found_by(&county).largest <= RECORDS_STRANGER_ENTRY_MAX);
	CHECK(facts().waiting == 1);
	add_records(&station, SEALING_STRANGER_ENTRIES, 1072);
	put("wish", "e", 10);
	CHECK(fails() == STATUS_OUT_OF_SCOPE);
	office_enrol(&county, &station);
	office_take_log(&station, &county);
	CHECK(go().items == 2);
	CHECK(strcmp(found_by(&county).ids, "bcdea") == 0);
	finish();
}

static void a_stranger_does_not_speak_of_its_machine_alone(void)
{
	json_t *machine = json_pack("{s:s}", "k", "machine");
	struct sealed sealed;

	for (int enrolled = 0; enrolled <= 1; enrolled++) {
		start(enrolled == 1);
		OFFICE_OK(&station, sealing_round(&station.house, machine,
						  &sealed, &station.err));
		CHECK(sealed.items == 0 && sealed.machine == (enrolled == 1));
		OFFICE_OK(&station, sealing_round(&station.house, machine,
						  &sealed, &station.err));
		CHECK(facts().waiting == (enrolled == 1 ? 0 : 1));
		put("wish", "a", 10);
		sealed = go();
		CHECK(sealed.items == 1 && sealed.machine == (enrolled == 0));
		finish();
	}
	json_decref(machine);
}

static void it_waits_while_the_log_is_behind(void)
{
	struct checkpoint head = { .size = 9, .root = { 9 } };
	struct buf note = BUF_INIT;
	struct records_offer offer;
	struct secret_key *key;
	struct intake *in;

	start(true);
	put("wish", "a", 10);
	own_origin(&station, head.origin);
	CHECK(secret_key_named(&key, station.house.node_key, head.origin) ==
	      STATUS_OK);
	CHECK(checkpoint_sign(&head, key, &note) == STATUS_OK);
	OFFICE_OK(&station, records_open_intake(&in, &station.house,
						buf_bytes(&note),
						RECORDS_NOW_S, &offer,
						&station.err));
	intake_free(in);
	CHECK(fails() == STATUS_OLD && facts().waiting == 1);
	secret_key_free(key);
	buf_release(&note);
	finish();
}

static void without_an_office_it_waits(void)
{
	struct buf trust = BUF_INIT;

	start(true);
	put("wish", "a", 10);
	office_sign_trust(&county, 3, "", &trust);
	OFFICE_OK(&station, trust_book_take_trust(&station.house.trust,
						  buf_bytes(&trust),
						  &station.err));
	CHECK(fails() == STATUS_NOT_FOUND && facts().waiting == 1);
	buf_release(&trust);
	finish();
}

int main(void)
{
	each_office_gets_an_entry_of_its_own();
	a_large_day_is_several_parts();
	a_cut_between_sends_twice_and_loses_nothing();
	what_the_log_lost_is_sent_again();
	it_is_forgotten_when_the_office_has_it();
	a_stranger_sends_little();
	a_stranger_does_not_speak_of_its_machine_alone();
	it_waits_while_the_log_is_behind();
	without_an_office_it_waits();
	return 0;
}
