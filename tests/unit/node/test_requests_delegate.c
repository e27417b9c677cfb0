/* An office that has given all that it can is told so before it writes what
 * nobody reads, and can take back still. */
#include <string.h>

#include "catalog/delegations.h"
#include "catalog/entry.h"
#include "tests/support/offices.h"

enum { BATCH = 256 };

static struct scratch s;
static struct office county;

static struct publisher child(unsigned n)
{
	struct publisher p = county.house.trust.trust.publishers[0];
	uint8_t seed[KEY_SEED_SIZE] = { 5 };
	struct secret_key *key;

	(void)snprintf(p.origin, sizeof(p.origin), "child.example/%u", n);
	CHECK(secret_key_from_seed(&key, p.origin, KEY_ED25519, seed) ==
	      STATUS_OK);
	p.keys[0] = *secret_key_public(key);
	p.may_delegate = false;
	secret_key_free(key);
	return p;
}

static void start(void)
{
	struct trust *trust;

	scratch_init(&s);
	office_county(&county, &s);
	trust = &county.house.trust.trust;
	trust->publishers[0].may_delegate = true;
	trust->version++;
	OFFICE_OK(&county, index_set_trust(county.index, trust, NULL,
					   &county.err));
}

static void finish(void)
{
	office_close(&county);
	scratch_release(&s);
}

/* The log itself says it: to so many, again and again. */
static void delegate_times(unsigned count, unsigned children)
{
	static struct buf entries[BATCH];
	struct bytes list[BATCH];
	struct log_info log;

	OFFICE_OK(&county, log_find(county.house.catalog,
				    county.house.conf.origin, &log,
				    &county.err));
	for (unsigned done = 0; done < count; done += BATCH) {
		for (unsigned i = 0; i < BATCH; i++) {
			struct entry_delegate said = {
				.publisher = child((done + i) % children)
			};

			buf_clear(&entries[i]);
			OFFICE_OK(&county, entry_format_delegate(&said,
								 &entries[i],
								 &county.err));
			list[i] = buf_bytes(&entries[i]);
		}
		OFFICE_OK(&county, log_append(county.house.catalog, log.id,
					      list, BATCH,
					      county.house.publisher_key,
					      &county.err));
	}
	for (unsigned i = 0; i < BATCH; i++)
		buf_release(&entries[i]);
	office_index(&county);
}

static json_t *asks_to_delegate(unsigned n)
{
	struct publisher p = child(n);
	char vkey[VKEY_MAX + 1];

	public_key_format(&p.keys[0], vkey);
	return json_pack("{s:s, s:s, s:[s], s:[s], s:[s]}", "verb", "delegate",
			 "origin", p.origin, "keys", vkey, "regions",
			 p.regions[0], "topics", "*");
}

static void refused_with(unsigned n, const char *words)
{
	CHECK(office_refuses(&county, asks_to_delegate(n)) == STATUS_NO_ROOM);
	CHECK(strstr(county.err.text, words) != NULL);
	county.err = (struct err)ERR_INIT;
}

static void a_257th_child_is_not_written_down(void)
{
	start();
	delegate_times(AUTHORITY_CHILDREN_MAX, AUTHORITY_CHILDREN_MAX);
	refused_with(AUTHORITY_CHILDREN_MAX, "256 others");
	/* One of them may be changed. */
	json_decref(office_ask(&county, asks_to_delegate(7)));
	finish();
}

static void after_so_many_times_there_is_no_more_to_say(void)
{
	json_t *request;

	start();
	delegate_times(DELEGATIONS_SAID_MAX, 3);
	refused_with(1, "delegated 1024 times");
	request = json_pack("{s:s, s:s, s:b}", "verb", "undelegate", "origin",
			    child(1).origin, "nothing", true);
	json_decref(office_ask(&county, request));
	CHECK(authority_find(house_authority(&county.house),
			     child(1).origin) == NULL);
	finish();
}

int main(void)
{
	a_257th_child_is_not_written_down();
	after_so_many_times_there_is_no_more_to_say();
	return 0;
}
