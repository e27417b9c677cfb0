#include "signing/publisher.h"

#include <string.h>

#include "tests/support/check.h"

static struct public_key key(const char *name, uint8_t seed_byte,
			     enum key_type type)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *secret;
	struct public_key public;

	memset(seed, seed_byte, sizeof(seed));
	CHECK(secret_key_from_seed(&secret, name, type, seed) == STATUS_OK);
	public = *secret_key_public(secret);
	secret_key_free(secret);
	return public;
}

static struct publisher make(const char *origin, const char *region,
			     const char *topic)
{
	struct public_key k = key(origin, 1, KEY_ED25519);
	struct publisher p;

	CHECK(publisher_init(&p, origin) == STATUS_OK);
	CHECK(publisher_add_key(&p, &k) == STATUS_OK);
	CHECK(publisher_add_region(&p, region) == STATUS_OK);
	CHECK(publisher_add_topic(&p, topic) == STATUS_OK);
	CHECK(publisher_check(&p) == STATUS_OK);
	return p;
}

static void scope_is_by_whole_components(void)
{
	struct publisher p = make("a.example/l", "431081", "产业/养殖");

	CHECK(publisher_allows(&p, "431081", "产业/养殖", 1, 1) == STATUS_OK);
	CHECK(publisher_allows(&p, "431081101203", "产业/养殖/黑山羊", 1, 1) ==
	      STATUS_OK);
	CHECK(publisher_allows(&p, "4310", "产业/养殖", 1, 1) ==
	      STATUS_OUT_OF_SCOPE);
	CHECK(publisher_allows(&p, "431082", "产业/养殖", 1, 1) ==
	      STATUS_OUT_OF_SCOPE);
	CHECK(publisher_allows(&p, "431081", "产业", 1, 1) ==
	      STATUS_OUT_OF_SCOPE);
	CHECK(publisher_allows(&p, "431081", "产业/养殖业", 1, 1) ==
	      STATUS_OUT_OF_SCOPE);
	CHECK(publisher_allows(&p, "431081", "产业/养殖/../x", 1, 1) ==
	      STATUS_MALFORMED);
	CHECK(publisher_allows(&p, "4310811", "产业/养殖", 1, 1) ==
	      STATUS_MALFORMED);
	CHECK(publisher_allows(&p, "", "产业/养殖", 1, 1) == STATUS_MALFORMED);
	CHECK(publisher_allows(&p, "431081", "", 1, 1) == STATUS_MALFORMED);
}

static void a_star_is_every_topic(void)
{
	struct publisher p = make("a.example/l", "43", "*");

	CHECK(publisher_allows(&p, "431081", "任何", 1, 1) == STATUS_OK);
	CHECK(publisher_add_topic(&p, "产业") == STATUS_MALFORMED);
	CHECK(publisher_add_topic(&p, "*") == STATUS_EXISTS);
	p = make("a.example/l", "43", "产业");
	CHECK(publisher_add_topic(&p, "*") == STATUS_MALFORMED);
	CHECK(p.topic_count == 1);
}

static void sizes_are_limited(void)
{
	struct publisher p = make("a.example/l", "43", "*");

	CHECK(publisher_allows(&p, "43", "a", UINT64_MAX, SIZE_MAX) ==
	      STATUS_OK);
	p.lesson_bytes_max = 1000;
	p.entry_bytes_max = 300;
	CHECK(publisher_allows(&p, "43", "a", 1000, 300) == STATUS_OK);
	CHECK(publisher_allows(&p, "43", "a", 1001, 300) ==
	      STATUS_OUT_OF_SCOPE);
	CHECK(publisher_allows(&p, "43", "a", 1000, 301) ==
	      STATUS_OUT_OF_SCOPE);
}

static void it_touches_what_lies_within_and_around(void)
{
	struct publisher p = make("a.example/l", "431081", "*");

	CHECK(publisher_touches(&p, "431081101203"));
	CHECK(publisher_touches(&p, "431081"));
	CHECK(publisher_touches(&p, "43"));
	CHECK(!publisher_touches(&p, "431082101"));
}

static void keys_are_two_at_most_and_named_as_the_origin(void)
{
	struct publisher p = make("a.example/l", "43", "*");
	struct public_key same = key("a.example/l", 1, KEY_ED25519);
	struct public_key second = key("a.example/l", 2, KEY_ED25519);
	struct public_key third = key("a.example/l", 3, KEY_ED25519);
	struct public_key named = key("b.example/l", 2, KEY_ED25519);
	struct public_key cosigner = key("a.example/l", 2, KEY_COSIGNER);

	CHECK(publisher_add_key(&p, &same) == STATUS_EXISTS);
	CHECK(publisher_add_key(&p, &named) == STATUS_MALFORMED);
	CHECK(publisher_add_key(&p, &cosigner) == STATUS_MALFORMED);
	CHECK(publisher_add_key(&p, &second) == STATUS_OK);
	CHECK(publisher_add_key(&p, &third) == STATUS_NO_ROOM);
	CHECK(p.key_count == 2);
}

static void lists_are_capped(void)
{
	struct publisher p = make("a.example/l", "43", "x");
	char text[16];

	for (int i = 1; i < PUBLISHER_REGIONS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "%04d", 4400 + i);
		CHECK(publisher_add_region(&p, text) == STATUS_OK);
		(void)snprintf(text, sizeof(text), "t%d", i);
		CHECK(publisher_add_topic(&p, text) == STATUS_OK);
	}
	CHECK(publisher_add_region(&p, "45") == STATUS_NO_ROOM);
	CHECK(publisher_add_topic(&p, "y") == STATUS_NO_ROOM);
	CHECK(publisher_add_region(&p, "43") == STATUS_EXISTS);
	CHECK(publisher_add_topic(&p, "x") == STATUS_EXISTS);
	CHECK(publisher_check(&p) == STATUS_OK);
}

static void an_incomplete_publisher_is_none(void)
{
	struct publisher p;

	CHECK(publisher_init(&p, "a b") == STATUS_MALFORMED);
	CHECK(publisher_init(&p, "a") == STATUS_OK);
	CHECK(publisher_check(&p) == STATUS_MALFORMED);
	p = make("a.example/l", "43", "*");
	p.region_count = 0;
	CHECK(publisher_check(&p) == STATUS_MALFORMED);
	p = make("a.example/l", "43", "*");
	strcpy(p.topics[0], "../x");
	CHECK(publisher_check(&p) == STATUS_MALFORMED);
	p = make("a.example/l", "43", "*");
	p.key_count = 77;
	CHECK(publisher_check(&p) == STATUS_MALFORMED);
}

static void a_child_gets_no_more_than_its_parent_has(void)
{
	struct publisher parent = make("p.example/l", "431081", "产业");
	struct publisher child = make("c.example/l", "43", "产业/养殖");

	CHECK(publisher_narrow(&parent, &child) == STATUS_OUT_OF_SCOPE);
	CHECK(strcmp(child.regions[0], "43") == 0);
	parent.may_delegate = true;
	CHECK(publisher_add_region(&child, "431081101") == STATUS_OK);
	CHECK(publisher_add_region(&child, "44") == STATUS_OK);
	CHECK(publisher_add_topic(&child, "健康") == STATUS_OK);
	parent.entries_max = 100;
	child.entries_max = 200;
	child.lesson_bytes_max = 5;
	CHECK(publisher_narrow(&parent, &child) == STATUS_OK);
	CHECK(child.region_count == 2 && child.topic_count == 1);
	CHECK(strcmp(child.regions[0], "431081") == 0);
	CHECK(strcmp(child.regions[1], "431081101") == 0);
	CHECK(strcmp(child.topics[0], "产业/养殖") == 0);
	CHECK(child.entries_max == 100 && child.lesson_bytes_max == 5);
	CHECK(child.entry_bytes_max == 0 && !child.may_delegate);
	CHECK(publisher_check(&child) == STATUS_OK);
}

static void nothing_in_common_is_out_of_scope(void)
{
	struct publisher parent = make("p.example/l", "431081", "*");
	struct publisher child = make("c.example/l", "44", "x");

	parent.may_delegate = true;
	CHECK(publisher_narrow(&parent, &child) == STATUS_OUT_OF_SCOPE);
	parent = make("p.example/l", "44", "y");
	parent.may_delegate = true;
	CHECK(publisher_narrow(&parent, &child) == STATUS_OUT_OF_SCOPE);
	CHECK(child.region_count == 1 && child.topic_count == 1);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	scope_is_by_whole_components();
	a_star_is_every_topic();
	sizes_are_limited();
	it_touches_what_lies_within_and_around();
	keys_are_two_at_most_and_named_as_the_origin();
	lists_are_capped();
	an_incomplete_publisher_is_none();
	a_child_gets_no_more_than_its_parent_has();
	nothing_in_common_is_out_of_scope();
	return 0;
}
