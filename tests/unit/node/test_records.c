/* Whose record logs are taken, and who may acknowledge them. */
#include "node/records.h"

#include "catalog/merkle.h"
#include "tests/support/records.h"

static struct scratch scratch;
static struct office county, station;

static void start(void)
{
	scratch_init(&scratch);
	office_county(&county, &scratch);
	office_station(&station, &scratch, &county);
}

static void finish(void)
{
	office_close(&station);
	office_close(&county);
	scratch_release(&scratch);
}

static struct records_owner owner_of(struct office *o, const struct office *who)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct records_owner owner;

	own_origin(who, origin);
	OFFICE_OK(o, records_owner_of(&o->house, origin, &owner, &o->err));
	return owner;
}

/* Bring the station's log to the county. */
static void send_all(void)
{
	struct upload_taker *taker = upload_taker_new(&county.house);

	CHECK(send_up(&station, taker, &station, NULL, NULL) == UPLOAD_DONE);
	upload_taker_free(taker);
}

static uint64_t acked_at(struct office *o)
{
	struct log_info info;

	CHECK(record_log(o, &station, &info));
	return info.acked;
}

static void a_node_keeps_a_log_under_its_own_key(void)
{
	static uint8_t large[RECORDS_ENTRY_MAX + 1];
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct checkpoint head;
	struct public_key key;
	struct buf note = BUF_INIT;
	struct err err = ERR_INIT;
	struct log_info info;

	start();
	CHECK(records_add(&station.house, (struct bytes){ 0 }, NULL, &err) ==
	      STATUS_MALFORMED);
	CHECK(records_add(&station.house,
			  (struct bytes){ large, sizeof(large) }, NULL,
			  &err) == STATUS_MALFORMED);
	CHECK(!record_log(&station, &station, &info));
	add_records(&station, 2, 1072);
	CHECK(record_log(&station, &station, &info));
	CHECK(info.own && info.kind == LOG_RECORDS && info.size == 2);
	record_note(&station, &station, &note);
	CHECK(records_open_note(buf_bytes(&note), &head, &key, &err) ==
	      STATUS_OK);
	own_origin(&station, origin);
	CHECK(strcmp(head.origin, origin) == 0 && head.size == 2);
	CHECK(memcmp(key.bytes, house_node_public(&station.house), 32) == 0);
	buf_release(&note);
	finish();
}

static void standing_follows_the_offices_logs(void)
{
	struct records_owner owner;
	struct err err = ERR_INIT;

	start();
	owner = owner_of(&county, &station);
	CHECK(owner.standing == RECORDS_STRANGER && owner.region[0] == 0);
	owner = owner_of(&station, &station);
	CHECK(owner.standing == RECORDS_OWN);
	CHECK(strcmp(owner.region, "431081101203") == 0);
	office_enrol(&county, &station);
	owner = owner_of(&county, &station);
	CHECK(owner.standing == RECORDS_ENROLLED);
	CHECK(strcmp(owner.region, "431081101203") == 0);
	CHECK(strcmp(owner.name, "station") == 0);
	office_retire(&county, &station);
	CHECK(owner_of(&county, &station).standing == RECORDS_ENDED);
	CHECK(records_owner_of(&county.house, "county.example/lessons", &owner,
			       &err) == STATUS_NOT_FOUND);
	CHECK(err.text[0] == 0);
	finish();
}

static void the_office_acknowledges_whom_it_enrolled(void)
{
	struct err err = ERR_INIT;
	unsigned count = 7;

	start();
	add_records(&station, 1, 1072);
	send_all(); /* a stranger's, as yet */
	CHECK(acked_at(&county) == 0);
	CHECK(records_acknowledge(&county.house, RECORDS_NOW_S, &count,
				  &err) == STATUS_OK);
	CHECK(count == 0 && acked_at(&county) == 0);

	office_enrol(&county, &station);
	CHECK(records_acknowledge(&county.house, RECORDS_NOW_S, &count,
				  &err) == STATUS_OK);
	CHECK(count == 1 && acked_at(&county) == 1);
	CHECK(records_acknowledge(&county.house, RECORDS_NOW_S, &count,
				  &err) == STATUS_OK);
	CHECK(count == 0);

	office_retire(&county, &station);
	add_records(&station, 1, 1072);
	send_all(); /* taken in, and not answered for */
	CHECK(acked_at(&county) == 1);
	finish();
}

static void an_office_answers_for_its_own_records_and_a_station_for_none(void)
{
	struct err err = ERR_INIT;
	struct log_info info;
	unsigned count;

	start();
	add_records(&county, 1, 1072);
	add_records(&station, 1, 1072);
	CHECK(records_acknowledge(&county.house, RECORDS_NOW_S, &count,
				  &err) == STATUS_OK);
	CHECK(count == 1);
	CHECK(record_log(&county, &county, &info) && info.acked == 1);
	CHECK(records_acknowledge(&station.house, RECORDS_NOW_S, &count,
				  &err) == STATUS_OK);
	CHECK(count == 0 && acked_at(&station) == 0);
	finish();
}

/* --- acknowledgements that are offered --- */

/* A note by the station's key of any size and root, cosigned with `ack`. */
static void make_ack(uint64_t size, const uint8_t *root,
		     const struct secret_key *ack, struct buf *out)
{
	struct checkpoint head = { .size = size };
	struct buf plain = BUF_INIT;
	struct secret_key *key;
	struct note note;

	own_origin(&station, head.origin);
	memcpy(head.root, root, sizeof(head.root));
	CHECK(secret_key_named(&key, station.house.node_key, head.origin) ==
	      STATUS_OK);
	CHECK(checkpoint_sign(&head, key, &plain) == STATUS_OK);
	CHECK(note_parse(buf_bytes(&plain), CHECKPOINT_NOTE_MAX, &note) ==
	      STATUS_OK);
	buf_clear(out);
	CHECK(cosignature_add(&note, ack, RECORDS_NOW_S, out) == STATUS_OK);
	buf_release(&plain);
	secret_key_free(key);
}

static void root_at(uint64_t size, uint8_t root[static SHA256_SIZE])
{
	struct log_info info;

	CHECK(record_log(&station, &station, &info));
	OFFICE_OK(&station, log_root_at(station.house.catalog, info.id, size,
					root, &station.err));
}

static enum status offer(struct bytes note)
{
	struct err err = ERR_INIT;

	return records_ack_offered(&station.house, note, NULL, &err);
}

static void a_good_one_is_kept_once_and_replays_do_nothing(void)
{
	struct buf first = BUF_INIT, second = BUF_INIT, kept = BUF_INIT;
	uint8_t root[SHA256_SIZE];
	struct log_info info;
	struct note note;

	start();
	add_records(&station, 3, 1072);
	root_at(2, root); /* of an earlier state, too */
	make_ack(2, root, county.house.ack_key, &first);
	root_at(3, root);
	make_ack(3, root, county.house.ack_key, &second);
	CHECK(offer(buf_bytes(&first)) == STATUS_OK);
	CHECK(acked_at(&station) == 2);
	CHECK(offer(buf_bytes(&first)) == STATUS_OLD);
	CHECK(offer(buf_bytes(&second)) == STATUS_OK);
	CHECK(acked_at(&station) == 3);
	CHECK(offer(buf_bytes(&first)) == STATUS_OLD);
	CHECK(acked_at(&station) == 3);
	CHECK(record_log(&station, &station, &info));
	OFFICE_OK(&station, log_read_ack(station.house.catalog, info.id, &kept,
					 &station.err));
	CHECK(bytes_equal(buf_bytes(&kept), buf_bytes(&second)));
	/* Whoever asks for the log sees it. */
	record_note(&station, &station, &kept);
	CHECK(note_parse(buf_bytes(&kept), CHECKPOINT_NOTE_MAX, &note) ==
	      STATUS_OK);
	CHECK(note.count == 2);
	buf_release(&first);
	buf_release(&second);
	buf_release(&kept);
	finish();
}

static void bad_ones_are_refused_without_harm(void)
{
	struct office other;
	struct secret_key *nobody;
	struct buf note = BUF_INIT, plain = BUF_INIT;
	uint8_t root[SHA256_SIZE], wrong[SHA256_SIZE] = { 1 };

	start();
	office_make(&other, &scratch, "other", "county", "431082", NULL);
	add_records(&station, 2, 1072);
	root_at(2, root);
	record_note(&station, &station, &plain);

	CHECK(offer(buf_bytes(&plain)) == STATUS_UNTRUSTED); /* nobody's */
	CHECK(secret_key_new(&nobody, secret_key_public(county.house.ack_key)
					      ->name,
			     KEY_COSIGNER) == STATUS_OK);
	make_ack(2, root, nobody, &note);
	CHECK(offer(buf_bytes(&note)) == STATUS_UNTRUSTED);
	make_ack(2, root, other.house.ack_key, &note);
	CHECK(offer(buf_bytes(&note)) == STATUS_UNTRUSTED);
	make_ack(2, wrong, county.house.ack_key, &note);
	CHECK(offer(buf_bytes(&note)) == STATUS_UNTRUSTED);
	make_ack(1, root, county.house.ack_key, &note);
	CHECK(offer(buf_bytes(&note)) == STATUS_UNTRUSTED);
	make_ack(3, root, county.house.ack_key, &note);
	CHECK(offer(buf_bytes(&note)) == STATUS_OUT_OF_SCOPE);
	CHECK(offer(bytes_of("no note")) == STATUS_MALFORMED);
	CHECK(acked_at(&station) == 0);

	/* Each byte of a good one counts (or is a part of nothing). */
	make_ack(2, root, county.house.ack_key, &note);
	for (size_t at = 0; at < note.size; at++) {
		note.data[at] ^= 1;
		CHECK(offer(buf_bytes(&note)) != STATUS_OK);
		note.data[at] ^= 1;
	}
	CHECK(acked_at(&station) == 0);
	CHECK(offer(buf_bytes(&note)) == STATUS_OK);
	secret_key_free(nobody);
	buf_release(&note);
	buf_release(&plain);
	office_close(&other);
	finish();
}

static void one_for_another_log_is_not_ours(void)
{
	struct office stranger;
	struct buf note = BUF_INIT;
	struct err err = ERR_INIT;

	start();
	office_join(&stranger, &scratch, "stranger", "station",
		    "431081101204", &county);
	add_records(&stranger, 1, 1072);
	record_note(&stranger, &stranger, &note);
	CHECK(records_ack_offered(&station.house, buf_bytes(&note), NULL,
				  &err) == STATUS_NOT_FOUND);
	buf_release(&note);
	office_close(&stranger);
	finish();
}

/* The county's key acknowledges for another region now. */
static void an_office_of_another_region_does_not_count(void)
{
	struct buf statements = BUF_INIT, trust = BUF_INIT, note = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t root[SHA256_SIZE];
	unsigned count = 7;

	start();
	office_enrol(&county, &station);
	add_records(&station, 1, 1072);
	buf_puts(&statements, "recipient region=431082 key=");
	buf_put_vkey(&statements, seal_key_public(county.house.records_key));
	buf_puts(&statements, " ack=");
	buf_put_vkey(&statements, secret_key_public(county.house.ack_key));
	buf_puts(&statements, "\n");
	office_sign_trust(&county, 2, buf_string(&statements), &trust);
	OFFICE_OK(&station, trust_book_take_trust(&station.house.trust,
						  buf_bytes(&trust),
						  &station.err));
	root_at(1, root);
	make_ack(1, root, county.house.ack_key, &note);
	CHECK(offer(buf_bytes(&note)) == STATUS_UNTRUSTED);

	OFFICE_OK(&county, trust_book_take_trust(&county.house.trust,
						 buf_bytes(&trust),
						 &county.err));
	send_all();
	CHECK(acked_at(&county) == 0);
	CHECK(records_acknowledge(&county.house, RECORDS_NOW_S, &count,
				  &err) == STATUS_OK);
	CHECK(count == 0);
	buf_release(&statements);
	buf_release(&trust);
	buf_release(&note);
	finish();
}

static void put_recipient(struct buf *out, const char *region,
			  const struct office *o)
{
	buf_printf(out, "recipient region=%s key=", region);
	buf_put_vkey(out, seal_key_public(o->house.records_key));
	buf_puts(out, " ack=");
	buf_put_vkey(out, secret_key_public(o->house.ack_key));
	buf_puts(out, "\n");
}

static void take_trust(struct office *o, const struct buf *trust)
{
	OFFICE_OK(o, trust_book_take_trust(&o->house.trust, buf_bytes(trust),
					   &o->err));
}

/* The township reads the records, too: what it holds is still to go to the
 * county, and only that counts. */
static void what_a_township_reads_is_carried_on_to_the_county(void)
{
	struct buf statements = BUF_INIT, trust = BUF_INIT, note = BUF_INIT;
	struct upload_taker *taker;
	struct office township;
	uint8_t root[SHA256_SIZE];
	struct log_info info;
	unsigned count = 7;

	start();
	office_join(&township, &scratch, "township", "township", "431081101",
		    &county);
	CHECK(seal_key_new(&township.house.records_key, "town.example") ==
	      STATUS_OK);
	CHECK(secret_key_new(&township.house.ack_key, "town.example/ack",
			     KEY_COSIGNER) == STATUS_OK);
	put_recipient(&statements, "431081101", &township);
	put_recipient(&statements, "431081", &county);
	office_sign_trust(&county, 2, buf_string(&statements), &trust);
	office_enrol(&county, &station);
	office_take_log(&township, &county);
	take_trust(&county, &trust);
	take_trust(&township, &trust);
	take_trust(&station, &trust);
	add_records(&station, 2, 1072);

	taker = upload_taker_new(&township.house);
	CHECK(send_up(&station, taker, &station, NULL, NULL) == UPLOAD_DONE);
	OFFICE_OK(&township, records_acknowledge(&township.house,
						 RECORDS_NOW_S, &count,
						 &township.err));
	CHECK(count == 0 && acked_at(&township) == 0);
	CHECK(record_log(&township, &station, &info) && info.size == 2);
	root_at(2, root);
	make_ack(2, root, township.house.ack_key, &note);
	CHECK(offer(buf_bytes(&note)) == STATUS_UNTRUSTED);
	CHECK(acked_at(&station) == 0);

	send_all();
	CHECK(acked_at(&county) == 2 && acked_at(&station) == 2);
	upload_taker_free(taker);
	office_close(&township);
	buf_release(&statements);
	buf_release(&trust);
	buf_release(&note);
	finish();
}

/* A relay puts lines below the note until none more fits. */
static void put_junk(struct buf *note, unsigned lines)
{
	for (unsigned i = 0; i < lines; i++)
		buf_printf(note, "— junk%u AAAAAAAA\n", i);
}

static void junk_on_the_way_neither_stays_nor_stops_anything(void)
{
	struct upload_taker *taker;
	struct upload_answer answer;
	struct buf note = BUF_INIT, body = BUF_INIT;
	struct log_info info;
	struct note parsed;

	start();
	office_enrol(&county, &station);
	add_records(&station, 1, 1072);
	record_note(&station, &station, &note);
	put_junk(&note, NOTE_SIGNATURES_MAX - 1);
	CHECK(record_log(&station, &station, &info));
	upload_put_entries(&body, 0, buf_bytes(&note));
	{
		bool zstd;

		OFFICE_OK(&station,
			  log_read_bundle(station.house.catalog, info.id, 0, 1,
					  false, &body, &zstd, &station.err));
	}
	taker = upload_taker_new(&county.house);
	upload_taker_take(taker, info.hash, buf_bytes(&body), RECORDS_NOW_S, 0,
			  &answer);
	CHECK(answer.code == 200 && acked_at(&county) == 1);
	CHECK(note_parse(buf_bytes(&answer.body), CHECKPOINT_NOTE_MAX,
			 &parsed) == STATUS_OK);
	CHECK(parsed.count == 2);
	put_junk(&answer.body, NOTE_SIGNATURES_MAX - 2);
	CHECK(offer(buf_bytes(&answer.body)) == STATUS_OK);
	buf_clear(&note);
	OFFICE_OK(&station, log_read_ack(station.house.catalog, info.id, &note,
					 &station.err));
	CHECK(note_parse(buf_bytes(&note), CHECKPOINT_NOTE_MAX, &parsed) ==
	      STATUS_OK);
	CHECK(parsed.count == 2);
	upload_taker_free(taker);
	buf_release(&answer.body);
	buf_release(&note);
	buf_release(&body);
	finish();
}

/* --- what is taken in --- */

/* A note of `size` entries by a key of its own; its root is of nothing. */
static void stranger_note(unsigned number, uint64_t size, struct buf *note)
{
	struct checkpoint head = { .size = size, .root = { 1 } };
	uint8_t seed[KEY_SEED_SIZE] = { (uint8_t)number,
					(uint8_t)(number >> 8), 9 };
	struct secret_key *draft, *key;

	CHECK(secret_key_from_seed(&draft, "draft", KEY_ED25519, seed) ==
	      STATUS_OK);
	recordlog_origin(secret_key_public(draft)->bytes, head.origin);
	CHECK(secret_key_named(&key, draft, head.origin) == STATUS_OK);
	buf_clear(note);
	CHECK(checkpoint_sign(&head, key, note) == STATUS_OK);
	secret_key_free(key);
	secret_key_free(draft);
}

static enum status open_at_county(struct bytes note)
{
	struct records_offer found;
	struct err err = ERR_INIT;
	struct intake *in = NULL;
	enum status status = records_open_intake(&in, &county.house, note,
						 RECORDS_NOW_S, &found, &err);

	CHECK((status == STATUS_OK) == (in != NULL));
	CHECK(status == STATUS_OK || status == STATUS_OLD ||
	      err.text[0] != 0);
	intake_free(in);
	return status;
}

static void strangers_are_few_and_short(void)
{
	struct buf note = BUF_INIT;

	start();
	stranger_note(1, RECORDS_STRANGER_ENTRIES_MAX + 1, &note);
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_OUT_OF_SCOPE);
	for (unsigned i = 0; i < RECORDS_STRANGERS_MAX; i++) {
		stranger_note(100 + i, RECORDS_STRANGER_ENTRIES_MAX, &note);
		CHECK(open_at_county(buf_bytes(&note)) == STATUS_OK);
	}
	stranger_note(2, 1, &note);
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_OUT_OF_SCOPE);
	stranger_note(100, RECORDS_STRANGER_ENTRIES_MAX, &note);
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_OK); /* known */

	/* Who is enrolled comes in all the same. */
	office_enrol(&county, &station);
	add_records(&station, 1, 1072);
	send_all();
	CHECK(acked_at(&county) == 1);
	buf_release(&note);
	finish();
}

static void an_enrolled_station_has_its_cap_too(void)
{
	uint8_t root[SHA256_SIZE] = { 1 };
	struct buf note = BUF_INIT;

	start();
	office_enrol(&county, &station);
	make_ack(RECORDS_ENTRIES_MAX + 1, root, county.house.ack_key, &note);
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_OUT_OF_SCOPE);
	make_ack(RECORDS_ENTRIES_MAX, root, county.house.ack_key, &note);
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_OK);
	buf_release(&note);
	finish();
}

static void what_is_no_record_log_is_refused(void)
{
	struct log_info info;
	struct buf note = BUF_INIT;
	struct offered lesson;
	char *at;

	start();
	scratch_file(&scratch, "a.bin", 1000, 1);
	office_publish(&county, scratch_path(&scratch, "a.bin"), "一",
		       &lesson);
	OFFICE_OK(&county, log_find(county.house.catalog,
				    county.house.conf.origin, &info,
				    &county.err));
	OFFICE_OK(&county, log_read_note(county.house.catalog, info.id, &note,
					 &county.err));
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_MALFORMED);
	CHECK(open_at_county(bytes_of("")) == STATUS_MALFORMED);
	/* Another's origin over a signature of this key. */
	stranger_note(1, 1, &note);
	at = strstr((char *)note.data, "xiangtu/records/");
	at[16] = at[16] == '0' ? '1' : '0';
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_UNTRUSTED);
	buf_release(&note);
	finish();
}

static void two_histories_of_one_log_are_a_fork(void)
{
	uint8_t root[SHA256_SIZE], wrong[SHA256_SIZE] = { 1 };
	struct buf note = BUF_INIT;
	struct log_info info;

	start();
	office_enrol(&county, &station);
	add_records(&station, 2, 1072);
	send_all();
	root_at(1, root);
	make_ack(1, root, county.house.ack_key, &note);
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_OLD);
	make_ack(1, wrong, county.house.ack_key, &note);
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_FORKED);
	CHECK(record_log(&county, &station, &info));
	CHECK(info.forked && info.size == 2);
	CHECK(open_at_county(buf_bytes(&note)) == STATUS_FORKED);
	buf_release(&note);
	finish();
}

static void a_disk_that_lost_some_does_not_sign_below(void)
{
	struct records_offer found;
	struct err err = ERR_INIT;
	struct intake *in = NULL;
	struct buf note = BUF_INIT;
	uint8_t root[SHA256_SIZE] = { 1 };

	start();
	add_records(&station, 1, 1072);
	make_ack(5, root, county.house.ack_key, &note);
	CHECK(records_open_intake(&in, &station.house, buf_bytes(&note),
				  RECORDS_NOW_S, &found, &err) == STATUS_OK);
	CHECK(found.own_is_ahead && found.held == 1 && found.head.size == 5);
	CHECK(found.owner.standing == RECORDS_OWN);
	intake_free(in);
	CHECK(records_add(&station.house, bytes_of("x"), NULL, &err) ==
	      STATUS_OLD);
	buf_release(&note);
	finish();
}

static void an_old_note_may_bring_the_acknowledgement(void)
{
	struct upload_taker *taker;
	struct records_offer found;
	struct office township;
	struct err err = ERR_INIT;
	struct intake *in;
	struct buf note = BUF_INIT;

	start();
	office_enrol(&county, &station);
	office_join(&township, &scratch, "township", "township", "431081101",
		    &county);
	office_take_log(&township, &county);
	add_records(&station, 1, 1072);
	taker = upload_taker_new(&township.house);
	CHECK(send_up(&station, taker, &station, NULL, NULL) == UPLOAD_DONE);
	CHECK(acked_at(&township) == 0);
	send_all();
	/* As a neighbour or a drive shows it. */
	record_note(&county, &station, &note);
	CHECK(records_open_intake(&in, &township.house, buf_bytes(&note),
				  RECORDS_NOW_S, &found, &err) == STATUS_OLD);
	CHECK(found.acked && acked_at(&township) == 1);
	CHECK(records_open_intake(&in, &township.house, buf_bytes(&note),
				  RECORDS_NOW_S, &found, &err) == STATUS_OLD);
	CHECK(!found.acked);
	upload_taker_free(taker);
	office_close(&township);
	buf_release(&note);
	finish();
}

int main(void)
{
	a_node_keeps_a_log_under_its_own_key();
	standing_follows_the_offices_logs();
	the_office_acknowledges_whom_it_enrolled();
	an_office_answers_for_its_own_records_and_a_station_for_none();
	a_good_one_is_kept_once_and_replays_do_nothing();
	bad_ones_are_refused_without_harm();
	one_for_another_log_is_not_ours();
	an_office_of_another_region_does_not_count();
	what_a_township_reads_is_carried_on_to_the_county();
	junk_on_the_way_neither_stays_nor_stops_anything();
	strangers_are_few_and_short();
	an_enrolled_station_has_its_cap_too();
	what_is_no_record_log_is_refused();
	two_histories_of_one_log_are_a_fork();
	a_disk_that_lost_some_does_not_sign_below();
	an_old_note_may_bring_the_acknowledgement();
	return 0;
}
