/* Record logs sent up by an enrolled station that lies: the input is bodies,
 * each behind a length of 16 bits. What the office holds is always a state the
 * station has signed. */
#include "catalog/entry.h"
#include "catalog/log.h"
#include "node/upload_taker.h"
#include "proto/bundle.h"
#include "proto/recordlog.h"
#include "proto/statement.h"
#include "proto/upload.h"
#include "tests/fuzz/keys.h"
#include "tests/fuzz/town.h"

enum { BODIES_MAX = 6, ENTRIES = 12, NOW_S = 1800000000 };

static struct town town;
static struct secret_key *node_key, *log_key;
static char origin[RECORDLOG_ORIGIN_SIZE + 1];
/* The station's own: its notes at each size, and the roots. */
static struct catalog *catalog;
static int64_t station_log;
static char hash[ORIGIN_HASH_SIZE + 1];
static struct buf notes[ENTRIES + 1];

static void make_station(void)
{
	char name[STATEMENT_NODE_NAME_SIZE + 1], path[128], text[32];
	struct err err = ERR_INIT;
	struct log_info info;

	node_key = fuzz_key("n", KEY_ED25519, 9);
	statement_node_name(secret_key_public(node_key)->bytes, name);
	secret_key_free(node_key);
	node_key = fuzz_key(name, KEY_ED25519, 9);
	recordlog_origin(secret_key_public(node_key)->bytes, origin);
	log_key = fuzz_key(origin, KEY_ED25519, 9);
	CHECK(catalog_open(&catalog, fuzz_path("station.db", path), &err) ==
	      STATUS_OK);
	CHECK(log_follow_records(catalog, origin, true, &station_log, &err) ==
	      STATUS_OK);
	for (unsigned i = 1; i <= ENTRIES; i++) {
		struct bytes entry;

		(void)snprintf(text, sizeof(text), "sealed record %u", i);
		entry = bytes_of(text);
		CHECK(log_append(catalog, station_log, &entry, 1, log_key,
				 &err) == STATUS_OK);
		CHECK(log_read_note(catalog, station_log, &notes[i], &err) ==
		      STATUS_OK);
	}
	CHECK(log_get(catalog, station_log, &info, &err) == STATUS_OK);
	memcpy(hash, info.hash, sizeof(hash));
}

static void enrol(struct office *o)
{
	struct entry_station station = { .region = "431081101203",
					 .name = "联坪村" };
	struct buf entry = BUF_INIT;
	struct log_info info;
	struct bytes bytes;

	station.key = *secret_key_public(node_key);
	OFFICE_OK(o, entry_format_station(&station, &entry, &o->err));
	OFFICE_OK(o, log_find(o->house.catalog, o->house.conf.origin, &info,
			      &o->err));
	bytes = buf_bytes(&entry);
	OFFICE_OK(o, log_append(o->house.catalog, info.id, &bytes, 1,
				o->house.publisher_key, &o->err));
	office_index(o);
	buf_release(&entry);
}

void fuzz_begin(void)
{
	make_station();
	town_make(&town, enrol);
}

static void check_log(struct office *o)
{
	uint8_t root[SHA256_SIZE];
	struct err err = ERR_INIT;
	struct log_info info;

	if (log_find(o->house.catalog, origin, &info, &err) != STATUS_OK)
		return;
	CHECK(info.size <= ENTRIES && !info.forked);
	CHECK(log_root_at(catalog, station_log, info.size, root, &err) ==
	      STATUS_OK);
	CHECK(memcmp(root, info.root, sizeof(root)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };
	struct upload_taker *taker;
	struct upload_answer answer;
	int64_t now = 0;

	town_open(&town);
	taker = upload_taker_new(&town.office.house);
	CHECK(taker != NULL);
	for (unsigned i = 0; i < BODIES_MAX && r.left > 0; i++) {
		size_t length = (size_t)fuzz_u8(&r) << 8;
		struct bytes body = fuzz_run(&r, length | fuzz_u8(&r));

		upload_taker_take(taker, hash, body, NOW_S, now += 10,
				  &answer);
		CHECK(answer.code >= 200 && answer.code < 600);
		buf_release(&answer.body);
		check_log(&town.office);
	}
	upload_taker_free(taker);
	town_close(&town);
	return 0;
}

static void put(struct buf *out, struct buf *body)
{
	buf_put_u8(out, (uint8_t)(body->size >> 8));
	buf_put_u8(out, (uint8_t)body->size);
	buf_put_bytes(out, buf_bytes(body));
	buf_release(body);
}

/* Entries from .. size of the log as its note of `size` has it. */
static void put_entries(struct buf *out, unsigned from, unsigned size)
{
	struct buf body = BUF_INIT, bundle = BUF_INIT;
	struct err err = ERR_INIT;
	size_t begin;
	bool zstd;

	CHECK(log_read_bundle(catalog, station_log, 0, size, false, &bundle,
			      &zstd, &err) == STATUS_OK);
	CHECK(bundle_offset(buf_bytes(&bundle), from, &begin) == STATUS_OK);
	upload_put_entries(&body, from, buf_bytes(&notes[size]));
	buf_put(&body, bundle.data + begin, bundle.size - begin);
	buf_release(&bundle);
	put(out, &body);
}

/* The same, a part of a resource at a time. */
static void put_part(struct buf *out, unsigned size, uint64_t from,
		     uint64_t length)
{
	struct tile_path path = { TILE_ENTRIES, 0, 0, size };
	struct buf body = BUF_INIT, bundle = BUF_INIT;
	struct err err = ERR_INIT;
	bool zstd;

	CHECK(log_read_bundle(catalog, station_log, 0, size, false, &bundle,
			      &zstd, &err) == STATUS_OK);
	if (length > bundle.size - from)
		length = bundle.size - from;
	upload_put_part(&body, &path, from, bundle.size,
			buf_bytes(&notes[size]));
	buf_put(&body, bundle.data + from, (size_t)length);
	buf_release(&bundle);
	put(out, &body);
}

void fuzz_seeds(void)
{
	struct buf b = BUF_INIT;

	put_entries(&b, 0, 3);
	put_entries(&b, 3, ENTRIES);
	fuzz_seed_buf(&b);
	put_entries(&b, 5, 8); /* from where it is not */
	put_entries(&b, 0, 8);
	put_entries(&b, 0, 3);
	fuzz_seed_buf(&b);
	put_entries(&b, 12, 12);
	put_part(&b, 12, 0, 40);
	put_part(&b, 12, 40, 1000);
	fuzz_seed_buf(&b);
}
