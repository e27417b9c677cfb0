/* The files of tests/golden/neighbourhood, written by another program, must
 * always read the same; and what they say is written as the same bytes. */
#include <stdio.h>
#include <string.h>

#include "node/carrier.h"
#include "node/own_statement.h"
#include "proto/datagram.h"
#include "signing/digest.h"
#include "signing/note.h"
#include "tests/support/check.h"

static uint8_t file[8192];

static struct bytes load(const char *name)
{
	char path[512];
	FILE *f;
	size_t size;

	snprintf(path, sizeof(path), "%s/golden/neighbourhood/%s", TESTS_DIR,
		 name);
	f = fopen(path, "rb");
	CHECK(f != NULL);
	size = fread(file, 1, sizeof(file), f);
	CHECK(size > 0 && size < sizeof(file));
	fclose(f);
	return (struct bytes){ file, size };
}

static struct secret_key *golden_key(void)
{
	char name[STATEMENT_NODE_NAME_SIZE + 1];
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	sha256("xiangtu golden node", 19, seed);
	CHECK(secret_key_from_seed(&key, "x", KEY_ED25519, seed) == STATUS_OK);
	statement_node_name(secret_key_public(key)->bytes, name);
	secret_key_free(key);
	CHECK(secret_key_from_seed(&key, name, KEY_ED25519, seed) == STATUS_OK);
	return key;
}

static void verify(struct bytes covered, const uint8_t *signature,
		   const struct datagram *d)
{
	struct buf message = BUF_INIT;

	buf_puts(&message, DATAGRAM_DOMAIN);
	buf_put_bytes(&message, covered);
	CHECK(key_verify(d->key, buf_bytes(&message), signature) == STATUS_OK);
	buf_release(&message);
}

static void the_announcement_reads_and_is_written_the_same(void)
{
	struct bytes all = load("announcement.bin"), covered;
	struct datagram d;
	uint8_t hash[SHA256_SIZE], wire[DATAGRAM_MAX];
	const uint8_t *signature;
	size_t size;

	CHECK(datagram_decode(all, &d, &covered, &signature) == STATUS_OK);
	sha256("root 1", 6, hash);
	CHECK(datagram_peek(all, hash) == STATUS_OK);
	CHECK(d.boot == 3 && d.seq == 70000 && d.level == LEVEL_STATION);
	CHECK(d.http_port == 7433 && d.swarm_port == 7434);
	CHECK(d.flags == DATAGRAM_HAS_UPSTREAM);
	CHECK(d.statement_version == 41 && d.trust_version == 7 &&
	      d.root_version == 1);
	CHECK(strcmp(d.region, "431081101203") == 0 && d.head_count == 2);
	CHECK(d.heads[0].size == 100234 && d.heads[1].size == 7);
	sha256("zixing.example/tangdong", 23, hash);
	CHECK(memcmp(d.heads[1].origin, hash, DATAGRAM_ORIGIN_SIZE) == 0);
	verify(covered, signature, &d);

	CHECK(datagram_encode(&d, wire, &size) == STATUS_OK);
	CHECK(bytes_equal((struct bytes){ wire, size }, covered));
}

static void an_extended_announcement_reads(void)
{
	struct bytes all = load("announcement-extended.bin"), covered;
	struct datagram d;
	const uint8_t *signature;

	CHECK(datagram_decode(all, &d, &covered, &signature) == STATUS_OK);
	CHECK(d.seq == 70000 && d.head_count == 2);
	verify(covered, signature, &d);
}

static void an_announcement_with_fetches_reads(void)
{
	struct bytes all = load("announcement-fetches.bin"), covered;
	struct datagram d;
	uint8_t hash[SHA256_SIZE];
	const uint8_t *signature;

	CHECK(datagram_decode(all, &d, &covered, &signature) == STATUS_OK);
	CHECK(d.seq == 70000 && d.head_count == 2 && d.fetch_count == 2);
	verify(covered, signature, &d);
	sha256("lesson one", 10, hash);
	CHECK(memcmp(d.fetches[0].name, hash, DATAGRAM_NAME_SIZE) == 0);
	CHECK(d.fetches[0].saying ==
	      (CARRIER_WANTS | CARRIER_CARRIES | CARRIER_BEYOND));
	CHECK(d.fetches[0].pieces == 70000);
	sha256("lesson two", 10, hash);
	CHECK(memcmp(d.fetches[1].name, hash, DATAGRAM_NAME_SIZE) == 0);
	CHECK(d.fetches[1].saying == CARRIER_HOLDS && d.fetches[1].pieces == 3);
}

static void check_bitmap(struct bytes base64, size_t size, uint8_t last)
{
	struct buf bitmap = BUF_INIT;

	CHECK(bitmap_expand(base64, 100, &bitmap) == STATUS_OK);
	CHECK(bitmap.size == size && bitmap.data[size - 1] == last);
	buf_release(&bitmap);
}

static void the_statement_reads_and_is_signed_the_same(void)
{
	struct bytes all = load("statement.note");
	struct secret_key *key = golden_key();
	struct buf again = BUF_INIT;
	struct statement st;
	struct statement_walk w;
	struct statement_line line;
	struct note note;
	unsigned lines = 0;

	CHECK(statement_open(all, &st) == STATUS_OK);
	CHECK(st.boot == 3 && st.seq == 41 && st.trust_version == 7);
	CHECK(strcmp(st.name, "唐洞街道 罗围站") == 0);
	statement_walk_init(&w, &st);
	while (statement_walk_next(&w, &line)) {
		lines++;
		if (line.kind == STATEMENT_WANT)
			check_bitmap(line.bitmap, 3, 0x81);
		if (line.kind == STATEMENT_HAVE)
			check_bitmap(line.bitmap, 1, 0x7f);
	}
	CHECK(lines == 7);

	/* Ed25519 of RFC 8032 is deterministic. */
	CHECK(note_parse(all, STATEMENT_MAX, &note) == STATUS_OK);
	CHECK(statement_sign(note.text, key, &again) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&again), all));
	buf_release(&again);
	secret_key_free(key);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	the_announcement_reads_and_is_written_the_same();
	an_extended_announcement_reads();
	an_announcement_with_fetches_reads();
	the_statement_reads_and_is_signed_the_same();
	return 0;
}
