/* Record logs sent up: what is taken, what is refused, and that each entry
 * arrives once. (node/upload_giver.h sends in these tests.) */
#include "node/upload_taker.h"

#include "proto/bundle.h"
#include "tests/support/records.h"

static struct scratch scratch;
static struct office county, township, station;
static struct upload_taker *at_county, *at_township;

static void start(void)
{
	scratch_init(&scratch);
	office_county(&county, &scratch);
	office_join(&township, &scratch, "township", "township", "431081101",
		    &county);
	office_station(&station, &scratch, &county);
	office_enrol(&county, &station);
	office_take_log(&township, &county);
	at_county = upload_taker_new(&county.house);
	at_township = upload_taker_new(&township.house);
}

static void finish(void)
{
	upload_taker_free(at_county);
	upload_taker_free(at_township);
	office_close(&station);
	office_close(&township);
	office_close(&county);
	scratch_release(&scratch);
}

static struct log_info log_at(struct office *o)
{
	struct log_info info;

	CHECK(record_log(o, &station, &info));
	return info;
}

static bool same_log(struct office *o)
{
	struct log_info ours = log_at(&station), theirs = log_at(o);

	return ours.size == theirs.size &&
	       memcmp(ours.root, theirs.root, SHA256_SIZE) == 0;
}

/* A body as its owner would send it, not through its giver. */
static void body_of(struct office *o, uint64_t from, uint64_t count,
		    struct buf *body)
{
	struct buf note = BUF_INIT, bundle = BUF_INIT;
	struct log_info info;
	size_t begin, end;
	bool zstd;

	CHECK(record_log(o, o, &info));
	buf_clear(body);
	record_note(o, o, &note);
	upload_put_entries(body, from, buf_bytes(&note));
	if (count > 0) {
		OFFICE_OK(o, log_read_bundle(o->house.catalog, info.id, 0,
					     (unsigned)(from + count), false,
					     &bundle, &zstd, &o->err));
		CHECK(bundle_offset(buf_bytes(&bundle), (unsigned)from,
				    &begin) == STATUS_OK);
		CHECK(bundle_offset(buf_bytes(&bundle),
				    (unsigned)(from + count), &end) ==
		      STATUS_OK);
		buf_put(body, bundle.data + begin, end - begin);
	}
	buf_release(&note);
	buf_release(&bundle);
}

static void make_body(uint64_t from, uint64_t count, struct buf *body)
{
	body_of(&station, from, count, body);
}

static unsigned take(struct upload_taker *taker, struct bytes body,
		     int64_t now_ms, struct upload_answer *answer)
{
	static struct upload_answer unused;

	if (answer == NULL)
		answer = &unused;
	else
		buf_release(&answer->body);
	upload_taker_take(taker, log_at(&station).hash, body, RECORDS_NOW_S,
			  now_ms, answer);
	if (answer == &unused)
		buf_release(&unused.body);
	return answer->code;
}

static unsigned take_buf(const struct buf *body)
{
	return take(at_county, buf_bytes(body), 0, NULL);
}

static void a_day_is_one_body_and_the_answer_acknowledges_it(void)
{
	unsigned bodies = 0;

	start();
	add_records(&station, 3, 1072);
	CHECK(send_up(&station, at_county, &station, NULL, &bodies) ==
	      UPLOAD_DONE);
	CHECK(bodies == 1 && same_log(&county));
	CHECK(log_at(&county).acked == 3 && log_at(&station).acked == 3);
	CHECK(log_at(&county).heard_s == RECORDS_NOW_S);
	add_records(&station, 1, 4144);
	CHECK(send_up(&station, at_county, &station, NULL, &bodies) ==
	      UPLOAD_DONE);
	CHECK(bodies == 2 && log_at(&station).acked == 4);
	finish();
}

static void sent_twice_it_is_there_once(void)
{
	struct upload_answer answer = { .code = 0 };
	struct buf body = BUF_INIT;

	start();
	add_records(&station, 3, 1072);
	make_body(0, 3, &body);
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 200);
	CHECK(answer.grown != 0 && answer.size == 3);
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 200);
	CHECK(answer.grown == 0 && answer.size == 3);
	CHECK(same_log(&county));
	buf_release(&answer.body);
	buf_release(&body);
	finish();
}

static void who_is_wrong_about_the_size_is_told_it(void)
{
	struct upload_answer answer = { .code = 0 };
	struct upload_giving g;
	struct buf body = BUF_INIT;
	unsigned bodies = 0;

	start();
	add_records(&station, 2, 1072);
	CHECK(send_up(&station, at_county, &station, NULL, NULL) ==
	      UPLOAD_DONE);
	add_records(&station, 2, 1072);
	make_body(3, 1, &body); /* a gap */
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 409);
	CHECK(bytes_is(buf_bytes(&answer.body), "2\n"));
	make_body(0, 4, &body);
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 409);
	CHECK(log_at(&county).size == 2);
	upload_giving_init(&g, log_at(&station).id, 0);
	CHECK(send_up(&station, at_county, &station, &g, &bodies) ==
	      UPLOAD_DONE);
	CHECK(bodies == 2 && same_log(&county));
	buf_release(&answer.body);
	buf_release(&body);
	finish();
}

static void it_passes_a_township_and_the_answer_comes_back(void)
{
	start();
	add_records(&station, 2, 1072);
	CHECK(send_up(&station, at_township, &station, NULL, NULL) ==
	      UPLOAD_DONE);
	CHECK(same_log(&township) && log_at(&station).acked == 0);
	CHECK(send_up(&township, at_county, &station, NULL, NULL) ==
	      UPLOAD_DONE);
	CHECK(same_log(&county) && log_at(&township).acked == 2);
	/* The station asks again. */
	CHECK(send_up(&station, at_township, &station, NULL, NULL) ==
	      UPLOAD_DONE);
	CHECK(log_at(&station).acked == 2);
	finish();
}

static void a_long_backlog_comes_by_resources(void)
{
	unsigned bodies = 0;

	start();
	add_records(&station, 300, 40); /* more than one body may hold */
	CHECK(send_up(&station, at_county, &station, NULL, &bodies) ==
	      UPLOAD_DONE);
	CHECK(bodies == 3 && same_log(&county));
	CHECK(log_at(&station).acked == 300);
	finish();
}

/* Beyond what an intake tries without hash tiles, and from the middle of a
 * bundle on. */
static void a_very_long_one_is_proven_by_its_tiles(void)
{
	unsigned bodies = 0;

	start();
	add_records(&station, 100, 40);
	CHECK(send_up(&station, at_county, &station, NULL, NULL) ==
	      UPLOAD_DONE);
	add_records(&station, 1400, 40);
	CHECK(send_up(&station, at_county, &station, NULL, &bodies) ==
	      UPLOAD_DONE);
	/* The offer, the tile, the last bundle, five full ones. */
	CHECK(bodies == 8 && same_log(&county));
	finish();
}

static void large_entries_come_in_slices(void)
{
	unsigned bodies = 0;

	start();
	add_records(&station, 80, 61488); /* 4.9 MB */
	CHECK(send_up(&station, at_county, &station, NULL, &bodies) ==
	      UPLOAD_DONE);
	CHECK(bodies == 4 && same_log(&county));
	finish();
}

static void what_was_proven_survives_a_receiver_that_dies(void)
{
	struct upload_giving g;
	unsigned bodies = 0;

	start();
	add_records(&station, 1500, 40);
	upload_giving_init(&g, log_at(&station).id, 0);
	for (unsigned i = 0; i < 6; i++) { /* not all of them */
		struct upload_answer answer;
		struct upload_reply reply;
		struct buf body = BUF_INIT;

		OFFICE_OK(&station, upload_give(&g, &station.house, &body,
						&station.err));
		upload_taker_take(at_county, log_at(&station).hash,
				  buf_bytes(&body), RECORDS_NOW_S, 0, &answer);
		CHECK(answer.code == 202);
		reply = (struct upload_reply){ 202, buf_bytes(&answer.body) };
		CHECK(upload_given(&g, &station.house, &reply, NULL) ==
		      UPLOAD_AGAIN);
		buf_release(&answer.body);
		buf_release(&body);
	}
	CHECK(log_at(&county).size == 0);
	upload_taker_free(at_county);
	office_close(&county);
	office_open(&county);
	at_county = upload_taker_new(&county.house);
	CHECK(send_up(&station, at_county, &station, &g, &bodies) ==
	      UPLOAD_DONE);
	/* What the dead one had asked for, tile and last bundle again, and two
	 * of the five full ones. */
	CHECK(bodies == 5 && same_log(&county));
	finish();
}

static void a_log_that_grows_meanwhile_comes_all_the_same(void)
{
	struct upload_answer answer;
	struct upload_reply reply;
	struct upload_giving g;
	struct buf body = BUF_INIT;

	start();
	add_records(&station, 300, 40);
	upload_giving_init(&g, log_at(&station).id, 0);
	OFFICE_OK(&station,
		  upload_give(&g, &station.house, &body, &station.err));
	upload_taker_take(at_county, log_at(&station).hash, buf_bytes(&body),
			  RECORDS_NOW_S, 0, &answer);
	reply = (struct upload_reply){ answer.code, buf_bytes(&answer.body) };
	CHECK(upload_given(&g, &station.house, &reply, NULL) == UPLOAD_AGAIN);
	add_records(&station, 1, 40);
	CHECK(send_up(&station, at_county, &station, &g, NULL) == UPLOAD_DONE);
	CHECK(same_log(&county) && log_at(&county).size == 301);
	buf_release(&answer.body);
	buf_release(&body);
	finish();
}

/* --- what is refused --- */

static void what_is_no_upload_is_refused(void)
{
	struct upload_answer answer;
	struct buf body = BUF_INIT, note = BUF_INIT;

	start();
	add_records(&station, 2, 1072);
	CHECK(take(at_county, bytes_of("garbage"), 0, NULL) == 400);
	CHECK(take(at_county, (struct bytes){ NULL, 0 }, 0, NULL) == 400);
	buf_puts(&body, "xiangtu-up/v1\nfrom 0\nnote 5\nhello");
	CHECK(take_buf(&body) == 400);
	make_body(0, 2, &body);
	upload_taker_take(at_county, log_at(&station).hash + 1,
			  buf_bytes(&body), RECORDS_NOW_S, 0, &answer);
	CHECK(answer.code == 404);
	buf_release(&answer.body);
	make_body(0, 2, &body);
	body.data[body.size - 2000] ^= 1; /* an entry */
	CHECK(take_buf(&body) == 422);
	make_body(0, 2, &body);
	CHECK(take(at_county, (struct bytes){ body.data, body.size - 1 }, 0,
		   NULL) == 400);
	make_body(0, 1, &body); /* not up to the size */
	CHECK(take_buf(&body) == 400);
	make_body(0, 2, &body);
	buf_puts(&body, "x");
	CHECK(take_buf(&body) == 400);
	/* Another's signature below the same text. */
	record_note(&station, &station, &note);
	note.data[note.size - 10] ^= 1;
	buf_clear(&body);
	upload_put_entries(&body, 2, buf_bytes(&note));
	CHECK(take_buf(&body) != 200 && take_buf(&body) != 202);
	CHECK(!record_log(&county, &station, &(struct log_info){ .id = 0 }) ||
	      log_at(&county).size == 0);
	make_body(0, 2, &body);
	CHECK(take_buf(&body) == 200);
	buf_release(&body);
	buf_release(&note);
	finish();
}

static void entries_beyond_the_limit_are_refused(void)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	uint8_t *large = calloc(1, RECORDS_ENTRY_MAX + 1);
	struct bytes entry = { large, RECORDS_ENTRY_MAX + 1 };
	struct buf body = BUF_INIT, note = BUF_INIT;
	struct secret_key *key;
	int64_t id;

	/* As another program might write it. */
	start();
	own_origin(&station, origin);
	CHECK(secret_key_named(&key, station.house.node_key, origin) ==
	      STATUS_OK);
	OFFICE_OK(&station, log_follow_records(station.house.catalog, origin,
					       true, &id, &station.err));
	OFFICE_OK(&station, log_append(station.house.catalog, id, &entry, 1,
				       key, &station.err));
	make_body(0, 1, &body);
	CHECK(take_buf(&body) == 400);
	CHECK(send_up(&station, at_county, &station, NULL, NULL) ==
	      UPLOAD_REFUSED);
	/* By resource neither. */
	make_body(1, 0, &body);
	CHECK(take_buf(&body) == 202);
	record_note(&station, &station, &note);
	buf_clear(&body);
	upload_put_part(&body, &(struct tile_path){ TILE_ENTRIES, 0, 0, 1 }, 0,
			entry.size + 2, buf_bytes(&note));
	CHECK(bundle_put(&body, entry) == STATUS_OK);
	CHECK(take_buf(&body) == 422);
	CHECK(log_at(&county).size == 0);
	secret_key_free(key);
	buf_release(&note);
	buf_release(&body);
	free(large);
	finish();
}

static void a_stranger_is_taken_up_to_its_cap(void)
{
	struct office stranger;
	struct log_info info;

	start();
	office_join(&stranger, &scratch, "stranger", "station",
		    "431081101204", &county);
	add_records(&stranger, RECORDS_STRANGER_ENTRIES_MAX, 40);
	CHECK(send_up(&stranger, at_county, &stranger, NULL, NULL) ==
	      UPLOAD_DONE);
	CHECK(record_log(&stranger, &stranger, &info) && info.acked == 0);
	add_records(&stranger, 1, 40);
	CHECK(send_up(&stranger, at_county, &stranger, NULL, NULL) ==
	      UPLOAD_REFUSED);
	CHECK(record_log(&county, &stranger, &info));
	CHECK(info.size == RECORDS_STRANGER_ENTRIES_MAX && info.acked == 0);
	office_enrol(&county, &stranger);
	CHECK(send_up(&stranger, at_county, &stranger, NULL, NULL) ==
	      UPLOAD_DONE);
	CHECK(record_log(&stranger, &stranger, &info));
	CHECK(info.acked == RECORDS_STRANGER_ENTRIES_MAX + 1);
	office_close(&stranger);
	finish();
}

/* Sixteen megabytes of a key that anybody can make are not for the disk. */
static void a_stranger_s_entries_are_short(void)
{
	struct upload_answer answer = { .code = 0 };
	struct office stranger;
	struct log_info info;
	struct buf body = BUF_INIT;

	start();
	office_join(&stranger, &scratch, "stranger", "station",
		    "431081101204", &county);
	add_records(&stranger, 2, 4144);
	CHECK(send_up(&stranger, at_county, &stranger, NULL, NULL) ==
	      UPLOAD_DONE);
	add_records(&stranger, 1, 16432);
	body_of(&stranger, 2, 1, &body);
	CHECK(record_log(&stranger, &stranger, &info));
	upload_taker_take(at_county, info.hash, buf_bytes(&body),
			  RECORDS_NOW_S, 0, &answer);
	CHECK(answer.code == 400);
	CHECK(strstr(buf_string(&answer.body), "4200 bytes") != NULL);
	CHECK(strstr(buf_string(&answer.body), "enrolled") != NULL);
	CHECK(send_up(&stranger, at_county, &stranger, NULL, NULL) ==
	      UPLOAD_REFUSED);
	CHECK(record_log(&county, &stranger, &info) && info.size == 2);
	/* Once it is known it may. */
	office_enrol(&county, &stranger);
	CHECK(send_up(&stranger, at_county, &stranger, NULL, NULL) ==
	      UPLOAD_DONE);
	CHECK(record_log(&county, &stranger, &info) && info.size == 3);
	buf_release(&answer.body);
	buf_release(&body);
	office_close(&stranger);
	finish();
}

static void parts_nobody_asked_for_change_nothing(void)
{
	static const struct tile_path odd = { TILE_HASHES, 3, 9, 256 };
	struct upload_answer answer = { .code = 0 };
	struct buf body = BUF_INIT, note = BUF_INIT;

	start();
	add_records(&station, 300, 40);
	record_note(&station, &station, &note);
	upload_put_part(&body, &odd, 0, 4, buf_bytes(&note));
	buf_puts(&body, "1234");
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 202);
	CHECK(bytes_is(buf_bytes(&answer.body), "want tile/entries/000 0\n"));
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 202);
	/* The right one, from the wrong byte on. */
	buf_clear(&body);
	upload_put_part(&body,
			&(struct tile_path){ TILE_ENTRIES, 0, 0, 256 }, 5, 9,
			buf_bytes(&note));
	buf_puts(&body, "1234");
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 202);
	CHECK(bytes_is(buf_bytes(&answer.body), "want tile/entries/000 0\n"));
	/* Longer than any such thing. */
	buf_clear(&body);
	upload_put_part(&body,
			&(struct tile_path){ TILE_ENTRIES, 0, 0, 256 }, 0,
			UINT64_C(1) << 40, buf_bytes(&note));
	buf_puts(&body, "1234");
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 422);
	/* Junk of the right length. */
	buf_clear(&body);
	upload_put_part(&body,
			&(struct tile_path){ TILE_ENTRIES, 0, 0, 256 }, 0, 4,
			buf_bytes(&note));
	buf_puts(&body, "1234");
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 202);
	CHECK(take(at_county, buf_bytes(&body), 0, &answer) == 422);
	CHECK(log_at(&county).size == 0);
	CHECK(send_up(&station, at_county, &station, NULL, NULL) ==
	      UPLOAD_DONE);
	buf_release(&answer.body);
	buf_release(&body);
	buf_release(&note);
	finish();
}

static void only_so_many_long_ones_at_once_and_silence_ends_one(void)
{
	struct upload_answer answer = { .code = 0 };
	struct buf body = BUF_INIT;
	struct office others[UPLOAD_TAKING_MAX];

	start();
	for (unsigned i = 0; i < UPLOAD_TAKING_MAX; i++) {
		char name[16], region[16];
		struct buf note = BUF_INIT;
		struct log_info info;

		(void)snprintf(name, sizeof(name), "other%u", i);
		(void)snprintf(region, sizeof(region), "43108110130%u", i);
		office_join(&others[i], &scratch, name, "station", region,
			    &county);
		if (i > 0) /* the first stays a stranger */
			office_enrol(&county, &others[i]);
		add_records(&others[i], 1, 40);
		record_note(&others[i], &others[i], &note);
		buf_clear(&body);
		upload_put_entries(&body, 1, buf_bytes(&note));
		CHECK(record_log(&others[i], &others[i], &info));
		buf_release(&answer.body);
		upload_taker_take(at_county, info.hash, buf_bytes(&body),
				  RECORDS_NOW_S, 1000, &answer);
		CHECK(answer.code == 202);
		buf_release(&note);
	}
	add_records(&station, 300, 40);
	make_body(300, 0, &body);
	CHECK(take(at_county, buf_bytes(&body), 2000, &answer) == 503);
	CHECK(answer.retry_s > 0);
	CHECK(take(at_county, buf_bytes(&body), 1000 + UPLOAD_TAKING_MS,
		   &answer) == 202);
	for (unsigned i = 0; i < UPLOAD_TAKING_MAX; i++)
		office_close(&others[i]);
	buf_release(&answer.body);
	buf_release(&body);
	finish();
}

/* The same key on two disks, each with records of its own. */
static void a_fork_leaves_evidence_by_whichever_way_it_comes(void)
{
	struct secret_key *key;
	struct log_info info;
	struct office twin;

	start();
	add_records(&station, 2, 1072);
	CHECK(send_up(&station, at_county, &station, NULL, NULL) ==
	      UPLOAD_DONE);
	office_join(&twin, &scratch, "twin", "station", "431081101203",
		    &county);
	office_close(&twin);
	office_close(&station);
	OFFICE_OK(&station, house_read_key(station.dir, "node.key", &key,
					   &station.err));
	OFFICE_OK(&twin, house_write_key(twin.dir, "node.key", key,
					 &twin.err));
	secret_key_free(key);
	office_open(&twin);
	add_records(&twin, 300, 40);
	CHECK(send_up(&twin, at_county, &twin, NULL, NULL) == UPLOAD_REFUSED);
	CHECK(record_log(&county, &twin, &info));
	CHECK(info.forked && info.size == 2 && info.acked == 2);
	office_close(&twin);
	office_open(&station);
	finish();
}

int main(void)
{
	a_day_is_one_body_and_the_answer_acknowledges_it();
	sent_twice_it_is_there_once();
	who_is_wrong_about_the_size_is_told_it();
	it_passes_a_township_and_the_answer_comes_back();
	a_long_backlog_comes_by_resources();
	a_very_long_one_is_proven_by_its_tiles();
	large_entries_come_in_slices();
	what_was_proven_survives_a_receiver_that_dies();
	a_log_that_grows_meanwhile_comes_all_the_same();
	what_is_no_upload_is_refused();
	entries_beyond_the_limit_are_refused();
	a_stranger_is_taken_up_to_its_cap();
	a_stranger_s_entries_are_short();
	parts_nobody_asked_for_change_nothing();
	only_so_many_long_ones_at_once_and_silence_ends_one();
	a_fork_leaves_evidence_by_whichever_way_it_comes();
	return 0;
}
