/* Trust notes. What reads is written again and reads the same; what follows
 * from it (who may publish what) never goes beyond what it says. */
#include "signing/trust.h"
#include "tests/fuzz/keys.h"

static struct secret_key *key;
static struct root root;

void fuzz_begin(void)
{
	key = fuzz_key("root-a", KEY_ED25519, 1);
	root = (struct root){ .version = 1, .threshold = 1, .key_count = 1 };
	root.keys[0] = *secret_key_public(key);
}

/* A child narrowed to a parent may do nothing the parent may not. */
static void narrow(const struct publisher *parent,
		   const struct publisher *child)
{
	struct publisher narrowed = *child;

	if (publisher_narrow(parent, &narrowed) != STATUS_OK)
		return;
	CHECK(parent->may_delegate);
	CHECK(publisher_check(&narrowed) == STATUS_OK);
	for (size_t i = 0; i < narrowed.region_count; i++)
		for (size_t j = 0; j < narrowed.topic_count; j++) {
			const char *region = narrowed.regions[i];
			const char *topic = narrowed.topics[j];

			if (topic[0] == 0)
				topic = "产业";
			CHECK(publisher_allows(parent, region, topic, 1, 1) ==
			      STATUS_OK);
			CHECK(publisher_allows(child, region, topic, 1, 1) ==
			      STATUS_OK);
		}
}

static void ask(const struct trust *trust)
{
	for (size_t i = 0; i < trust->publisher_count; i++) {
		const struct publisher *p = &trust->publishers[i];

		CHECK(publisher_check(p) == STATUS_OK);
		CHECK(trust_publisher(trust, p->origin) == p);
		for (size_t j = 0; j < trust->publisher_count && j < 8; j++)
			narrow(p, &trust->publishers[j]);
	}
	for (size_t i = 0; i < trust->cutoff_count; i++)
		CHECK(trust_cutoff(trust, trust->cutoffs[i].origin) ==
		      &trust->cutoffs[i]);
	for (size_t i = 0; i < trust->recipient_count; i++)
		CHECK(trust_recipient(trust, trust->recipients[i].region) !=
		      NULL);
}

static void read_text(struct bytes text)
{
	struct trust trust, second;
	struct buf once = BUF_INIT, twice = BUF_INIT;

	if (trust_parse(text, &trust) != STATUS_OK)
		return;
	ask(&trust);
	if (trust_format(&trust, &once) == STATUS_OK) {
		CHECK(trust_parse(buf_bytes(&once), &second) == STATUS_OK);
		CHECK(trust_format(&second, &twice) == STATUS_OK);
		CHECK(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
		CHECK(trust.publisher_count == second.publisher_count &&
		      trust.recipient_count == second.recipient_count &&
		      trust.cutoff_count == second.cutoff_count &&
		      trust.witness_count == second.witness_count &&
		      trust.other_count == second.other_count &&
		      trust.version == second.version);
		trust_release(&second);
	}
	trust_release(&trust);
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes whole = { data, size };
	struct buf note = BUF_INIT;
	struct trust trust;

	read_text(whole);
	/* Not signed by our root: never. */
	CHECK(trust_open(whole, &root, &trust) != STATUS_OK);
	if (fuzz_sign(data, size, key, &note) &&
	    trust_open(buf_bytes(&note), &root, &trust) == STATUS_OK) {
		CHECK(trust.root <= root.version);
		trust_release(&trust);
	}
	buf_release(&note);
	return 0;
}

void fuzz_seeds(void)
{
	struct secret_key *a = fuzz_key("a.example/x", KEY_ED25519, 4);
	struct secret_key *b = fuzz_key("b.example/x", KEY_ED25519, 5);
	struct secret_key *w = fuzz_key("w.example", KEY_COSIGNER, 6);
	struct cutoff cut = { .origin = "c.example/x", .size = 9,
			      .successor = "a.example/x" };
	struct publisher p;
	struct trust trust;
	struct buf text = BUF_INIT;

	trust_init(&trust);
	CHECK(publisher_init(&p, "a.example/x") == STATUS_OK);
	CHECK(publisher_add_key(&p, secret_key_public(a)) == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081") == STATUS_OK);
	CHECK(publisher_add_topic(&p, "*") == STATUS_OK);
	p.may_delegate = true;
	CHECK(trust_add_publisher(&trust, &p) == STATUS_OK);
	CHECK(publisher_init(&p, "b.example/x") == STATUS_OK);
	CHECK(publisher_add_key(&p, secret_key_public(b)) == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081101") == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081102") == STATUS_OK);
	CHECK(publisher_add_topic(&p, "产业/养殖") == STATUS_OK);
	p.entries_max = 1000;
	p.lesson_bytes_max = 1 << 30;
	CHECK(trust_add_publisher(&trust, &p) == STATUS_OK);
	CHECK(trust_add_cutoff(&trust, &cut) == STATUS_OK);
	CHECK(trust_add_witness(&trust, secret_key_public(w)) == STATUS_OK);
	CHECK(trust_format(&trust, &text) == STATUS_OK);
	fuzz_seed(text.data, text.size);
	buf_puts(&text, "later-statement of=a later version\n");
	fuzz_seed_buf(&text);
	trust_release(&trust);
	secret_key_free(a);
	secret_key_free(b);
	secret_key_free(w);
}
