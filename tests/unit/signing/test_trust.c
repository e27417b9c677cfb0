#include "signing/trust.h"

#include <string.h>

#include "tests/support/check.h"

static struct secret_key *secret(const char *name, uint8_t seed_byte,
				 enum key_type type)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	memset(seed, seed_byte, sizeof(seed));
	CHECK(secret_key_from_seed(&key, name, type, seed) == STATUS_OK);
	return key;
}

static struct public_key public(const char *name, uint8_t seed_byte,
				enum key_type type)
{
	struct secret_key *key = secret(name, seed_byte, type);
	struct public_key p = *secret_key_public(key);

	secret_key_free(key);
	return p;
}

static struct publisher make(const char *origin)
{
	struct public_key key = public(origin, 1, KEY_ED25519);
	struct publisher p;

	CHECK(publisher_init(&p, origin) == STATUS_OK);
	CHECK(publisher_add_key(&p, &key) == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081") == STATUS_OK);
	CHECK(publisher_add_topic(&p, "*") == STATUS_OK);
	return p;
}

static void add_publisher(struct trust *trust, const char *origin)
{
	struct publisher p = make(origin);

	CHECK(trust_add_publisher(trust, &p) == STATUS_OK);
}

static void add_cutoff(struct trust *trust, const char *origin,
		       const char *successor)
{
	struct cutoff c = { .size = 5 };

	strcpy(c.origin, origin);
	strcpy(c.successor, successor);
	CHECK(trust_add_cutoff(trust, &c) == STATUS_OK);
}

static void add_recipient(struct trust *trust, const char *region)
{
	static const uint8_t point[PUBLIC_KEY_SIZE] = { 9 };
	struct recipient r;

	memset(&r, 0, sizeof(r));
	strcpy(r.region, region);
	CHECK(public_key_init(&r.key, "office", KEY_SEALING, point) ==
	      STATUS_OK);
	CHECK(trust_add_recipient(trust, &r) == STATUS_OK);
	CHECK(trust_add_recipient(trust, &r) == STATUS_EXISTS);
}

static struct bytes text_of(const struct trust *trust, struct buf *text)
{
	buf_clear(text);
	CHECK(trust_format(trust, text) == STATUS_OK);
	return buf_bytes(text);
}

static void what_is_built_reads_back(void)
{
	struct public_key w = public("w", 2, KEY_COSIGNER);
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct trust trust, read;

	trust_init(&trust);
	trust.version = 12;
	trust.root = 3;
	add_publisher(&trust, "a.example/l");
	add_publisher(&trust, "b.example/l");
	add_recipient(&trust, "431081");
	add_cutoff(&trust, "old.example/l", "a.example/l");
	CHECK(trust_add_witness(&trust, &w) == STATUS_OK);
	CHECK(trust_parse(text_of(&trust, &text), &read) == STATUS_OK);
	CHECK(read.version == 12 && read.root == 3);
	CHECK(read.publisher_count == 2 && read.witness_count == 1);
	CHECK(bytes_equal(buf_bytes(&text), text_of(&read, &again)));
	CHECK(trust_publisher(&read, "b.example/l") == &read.publishers[1]);
	CHECK(trust_publisher(&read, "c.example/l") == NULL);
	trust_release(&trust);
	trust_release(&read);
	buf_release(&text);
	buf_release(&again);
}

static void an_office_may_acknowledge(void)
{
	static const uint8_t point[PUBLIC_KEY_SIZE] = { 9 };
	struct public_key wrong = public("county/ack", 3, KEY_ED25519);
	struct recipient r = { .region = "431081" };
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct trust trust, read;

	trust_init(&trust);
	CHECK(public_key_init(&r.key, "office", KEY_SEALING, point) ==
	      STATUS_OK);
	r.ack = wrong;
	CHECK(trust_add_recipient(&trust, &r) == STATUS_MALFORMED);
	r.ack = public("county/ack", 3, KEY_COSIGNER);
	CHECK(trust_add_recipient(&trust, &r) == STATUS_OK);
	add_recipient(&trust, "43"); /* which does not */
	CHECK(trust_parse(text_of(&trust, &text), &read) == STATUS_OK);
	CHECK(public_key_same(&read.recipients[0].ack, &r.ack));
	CHECK(read.recipients[0].ack.type == KEY_COSIGNER);
	CHECK(read.recipients[1].ack.type == 0);
	CHECK(bytes_equal(buf_bytes(&text), text_of(&read, &again)));
	trust_release(&trust);
	trust_release(&read);
	buf_release(&text);
	buf_release(&again);
}

static void unknown_statements_are_kept_and_counted(void)
{
	struct bytes text = bytes_of("xiangtu-trust/v1\nversion 1\nroot 1\n"
				     "later-word a  b\nword2 中文\n");
	struct buf again = BUF_INIT;
	struct trust trust;

	CHECK(trust_parse(text, &trust) == STATUS_OK);
	CHECK(trust.other_count == 2 && trust.publisher_count == 0);
	CHECK(bytes_equal(text, text_of(&trust, &again)));
	trust_release(&trust);
	buf_release(&again);
}

static void no_part_of_a_text_reads_as_more_than_whole_lines(void)
{
	struct buf text = BUF_INIT;
	struct trust trust, read;
	struct bytes whole;

	trust_init(&trust);
	add_publisher(&trust, "a.example/l");
	add_recipient(&trust, "43");
	add_cutoff(&trust, "old.example/l", "");
	whole = text_of(&trust, &text);
	for (size_t size = 0; size < whole.size; size++) {
		struct bytes part = { whole.data, size };

		if (trust_parse(part, &read) == STATUS_OK) {
			CHECK(whole.data[size - 1] == '\n');
			trust_release(&read);
		}
	}
	trust_release(&trust);
	buf_release(&text);
}

static void nothing_is_added_twice_or_wrong(void)
{
	struct public_key w = public("w", 2, KEY_COSIGNER);
	struct public_key alias = public("v", 2, KEY_COSIGNER);
	struct public_key wrong = public("w", 2, KEY_ED25519);
	struct publisher p = make("a.example/l"), bad = p;
	struct recipient r = { .region = "43", .key = w };
	struct cutoff c = { .origin = "a.example/l", .size = 3 };
	struct trust trust;

	trust_init(&trust);
	bad.region_count = 0;
	CHECK(trust_add_publisher(&trust, &p) == STATUS_OK);
	CHECK(trust_add_publisher(&trust, &p) == STATUS_EXISTS);
	CHECK(trust_add_publisher(&trust, &bad) == STATUS_MALFORMED);
	CHECK(trust_add_recipient(&trust, &r) == STATUS_MALFORMED);
	CHECK(trust_add_witness(&trust, &wrong) == STATUS_MALFORMED);
	CHECK(trust_add_witness(&trust, &w) == STATUS_OK);
	CHECK(trust_add_witness(&trust, &alias) == STATUS_EXISTS);
	CHECK(trust_add_cutoff(&trust, &c) == STATUS_OK);
	CHECK(trust_add_cutoff(&trust, &c) == STATUS_EXISTS);
	strcpy(c.origin, "b");
	strcpy(c.successor, "b");
	CHECK(trust_add_cutoff(&trust, &c) == STATUS_MALFORMED);
	c.successor[0] = 0;
	c.size = 0;
	CHECK(trust_add_cutoff(&trust, &c) == STATUS_MALFORMED);
	CHECK(trust.publisher_count == 1 && trust.witness_count == 1);
	CHECK(trust.recipient_count == 0 && trust.cutoff_count == 1);
	trust_release(&trust);
}

static void a_publisher_can_be_taken_out(void)
{
	struct trust trust;

	trust_init(&trust);
	add_publisher(&trust, "a");
	add_publisher(&trust, "b");
	add_publisher(&trust, "c");
	CHECK(trust_remove_publisher(&trust, "x") == STATUS_NOT_FOUND);
	CHECK(trust_remove_publisher(&trust, "a") == STATUS_OK);
	CHECK(trust_remove_publisher(&trust, "a") == STATUS_NOT_FOUND);
	CHECK(trust_publisher(&trust, "b") == &trust.publishers[0]);
	CHECK(trust_publisher(&trust, "c") == &trust.publishers[1]);
	CHECK(trust_remove_publisher(&trust, "c") == STATUS_OK);
	CHECK(trust.publisher_count == 1);
	trust_release(&trust);
}

static void recipients_and_witnesses_go_publishers_are_replaced(void)
{
	struct public_key one = public("w1", 1, KEY_COSIGNER);
	struct public_key renamed = public("other", 1, KEY_COSIGNER);
	struct publisher p = make("a.example/l");
	struct trust trust;

	trust_init(&trust);
	add_recipient(&trust, "43");
	add_recipient(&trust, "4310");
	CHECK(trust_remove_recipient(&trust, "431081") == STATUS_NOT_FOUND);
	CHECK(trust_remove_recipient(&trust, "43") == STATUS_OK);
	CHECK(trust.recipient_count == 1 &&
	      strcmp(trust.recipients[0].region, "4310") == 0);
	CHECK(trust_add_witness(&trust, &one) == STATUS_OK);
	CHECK(trust_remove_witness(&trust, &renamed) == STATUS_OK);
	CHECK(trust.witness_count == 0);
	CHECK(trust_remove_witness(&trust, &one) == STATUS_NOT_FOUND);
	CHECK(trust_replace_publisher(&trust, &p) == STATUS_NOT_FOUND);
	CHECK(trust_add_publisher(&trust, &p) == STATUS_OK);
	p.entries_max = 7;
	CHECK(trust_replace_publisher(&trust, &p) == STATUS_OK);
	CHECK(trust.publisher_count == 1 &&
	      trust.publishers[0].entries_max == 7);
	p.key_count = 0;
	CHECK(trust_replace_publisher(&trust, &p) == STATUS_MALFORMED);
	CHECK(trust.publishers[0].key_count == 1);
	trust_release(&trust);
}

static void a_list_and_a_text_are_capped(void)
{
	struct buf text = BUF_INIT;
	struct trust trust;

	trust_init(&trust);
	for (int i = 0; i < TRUST_CUTOFFS_MAX; i++) {
		char origin[32];

		(void)snprintf(origin, sizeof(origin), "o%d", i);
		add_cutoff(&trust, origin, "");
	}
	CHECK(trust_add_cutoff(&trust, &(struct cutoff){ .origin = "one-more",
							 .size = 1 }) ==
	      STATUS_NO_ROOM);
	CHECK(trust_format(&trust, &text) == STATUS_OK);
	buf_puts(&text, "cutoff one-more size=1 root=");
	buf_puts(&text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
	CHECK(trust_parse(buf_bytes(&text), &(struct trust){ 0 }) ==
	      STATUS_MALFORMED);
	buf_clear(&text);
	for (int i = 0; i < TRUST_PUBLISHERS_MAX; i++) {
		struct publisher p;
		char origin[ORIGIN_MAX + 1];

		memset(origin, 'o', ORIGIN_MAX);
		origin[ORIGIN_MAX] = 0;
		(void)snprintf(origin, 8, "%07d", i);
		origin[7] = '/';
		p = make(origin);
		CHECK(trust_add_publisher(&trust, &p) == STATUS_OK);
	}
	CHECK(trust_format(&trust, &text) == STATUS_NO_ROOM);
	CHECK(text.size == 0);
	trust_release(&trust);
	buf_release(&text);
}

static void the_nearest_recipient_gets_the_records(void)
{
	struct trust trust;

	trust_init(&trust);
	CHECK(trust_recipient(&trust, "431081101203") == NULL);
	add_recipient(&trust, "43");
	add_recipient(&trust, "431081");
	add_recipient(&trust, "431082");
	CHECK(trust_recipient(&trust, "431081101203") == &trust.recipients[1]);
	CHECK(trust_recipient(&trust, "4310") == &trust.recipients[0]);
	CHECK(trust_recipient(&trust, "44") == NULL);
	trust_release(&trust);
}

static void with_ack(struct trust *trust, size_t i)
{
	trust->recipients[i].ack.type = KEY_COSIGNER;
}

static void all_who_contain_it_read_and_the_widest_acknowledges(void)
{
	const struct recipient *who[TRUST_RECIPIENTS_MAX];
	struct trust trust;

	trust_init(&trust);
	CHECK(trust_recipients(&trust, "431081101203", who) == 0);
	add_recipient(&trust, "431081");
	add_recipient(&trust, "431081101");
	add_recipient(&trust, "43");
	add_recipient(&trust, "431082");
	CHECK(trust_recipients(&trust, "431081101203", who) == 3);
	CHECK(who[0] == &trust.recipients[1] && who[1] == &trust.recipients[0] &&
	      who[2] == &trust.recipients[2]);
	CHECK(trust_recipients(&trust, "431081", who) == 2);
	CHECK(trust_acknowledger(&trust, "431081101203") == NULL);
	with_ack(&trust, 1);
	CHECK(trust_acknowledger(&trust, "431081101203") ==
	      &trust.recipients[1]);
	with_ack(&trust, 0);
	CHECK(trust_acknowledger(&trust, "431081101203") ==
	      &trust.recipients[0]);
	with_ack(&trust, 3);
	CHECK(trust_acknowledger(&trust, "431081101203") ==
	      &trust.recipients[0]);
	trust_release(&trust);
}

static void the_root_decides_whether_a_note_is_believed(void)
{
	struct secret_key *a = secret("ra", 7, KEY_ED25519);
	struct secret_key *b = secret("rb", 8, KEY_ED25519);
	struct root root = { .version = 2,
			     .threshold = 2,
			     .key_count = 2,
			     .keys = { *secret_key_public(a),
				       *secret_key_public(b) } };
	struct trust trust, read;
	struct buf text = BUF_INIT, one = BUF_INIT, two = BUF_INIT;
	struct note note;

	trust_init(&trust);
	trust.root = 2;
	add_publisher(&trust, "a.example/l");
	CHECK(note_sign(text_of(&trust, &text), a, &one) == STATUS_OK);
	CHECK(trust_open(buf_bytes(&one), &root, &read) == STATUS_UNTRUSTED);
	CHECK(note_parse(buf_bytes(&one), TRUST_NOTE_MAX, &note) == STATUS_OK);
	CHECK(note_add_signature(&note, b, &two) == STATUS_OK);
	CHECK(trust_open(buf_bytes(&two), &root, &read) == STATUS_OK);
	CHECK(read.publisher_count == 1);
	trust_release(&read);
	root.version = 1;
	CHECK(trust_open(buf_bytes(&two), &root, &read) == STATUS_NOT_FOUND);
	root.version = 3;
	CHECK(trust_open(buf_bytes(&two), &root, &read) == STATUS_OK);
	trust_release(&read);
	trust_release(&trust);
	buf_release(&text);
	buf_release(&one);
	buf_release(&two);
	secret_key_free(a);
	secret_key_free(b);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_is_built_reads_back();
	an_office_may_acknowledge();
	unknown_statements_are_kept_and_counted();
	no_part_of_a_text_reads_as_more_than_whole_lines();
	nothing_is_added_twice_or_wrong();
	a_publisher_can_be_taken_out();
	recipients_and_witnesses_go_publishers_are_replaced();
	a_list_and_a_text_are_capped();
	the_nearest_recipient_gets_the_records();
	all_who_contain_it_read_and_the_widest_acknowledges();
	the_root_decides_whether_a_note_is_believed();
	return 0;
}
