#include "node/evidence.h"

#include <string.h>

#include "catalog/forks.h"
#include "tests/support/offices.h"

static struct scratch s;
static struct office county, station;
static const char *origin;

static void start(void)
{
	scratch_init(&s);
	office_county(&county, &s);
	office_station(&station, &s, &county);
	origin = county.house.conf.origin;
}

static void finish(void)
{
	office_close(&station);
	office_close(&county);
	scratch_release(&s);
}

/* Two roots of one size under the county's key. */
static void make_proof(uint8_t n, const struct secret_key *key, struct buf *out)
{
	struct checkpoint head = { .size = 3 };
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct fork fork;

	(void)snprintf(head.origin, sizeof(head.origin), "%s",
		       secret_key_public(key)->name);
	head.root[0] = n;
	CHECK(checkpoint_sign(&head, key, &a) == STATUS_OK);
	head.root[1] = 1;
	CHECK(checkpoint_sign(&head, key, &b) == STATUS_OK);
	CHECK(fork_init(&fork, buf_bytes(&a), buf_bytes(&b)) == STATUS_OK);
	buf_clear(out);
	CHECK(fork_format(&fork, out) == STATUS_OK);
	buf_release(&a);
	buf_release(&b);
}

static enum status take(const struct buf *text, bool *stopped)
{
	char of[ORIGIN_MAX + 1];

	station.err = (struct err)ERR_INIT;
	*stopped = false;
	return evidence_take(&station.house, buf_bytes(text), "test", 77, of,
			     stopped, &station.err);
}

static struct log_info county_log(void)
{
	struct log_info log;

	OFFICE_OK(&station, log_find(station.house.catalog, origin, &log,
				     &station.err));
	return log;
}

static size_t kept(void)
{
	struct buf names = BUF_INIT;
	size_t count;

	OFFICE_OK(&station, forks_names(station.house.catalog, &names,
					&station.err));
	count = names.size / SHA256_SIZE;
	buf_release(&names);
	return count;
}

static void a_proof_stops_the_log_and_is_kept_once(void)
{
	struct buf text = BUF_INIT;
	bool stopped;

	start();
	make_proof(1, county.house.publisher_key, &text);
	CHECK(take(&text, &stopped) == STATUS_OK && stopped);
	CHECK(county_log().forked && kept() == 1);
	CHECK(take(&text, &stopped) == STATUS_EXISTS && !stopped);
	/* A few of one log are enough. */
	for (uint8_t n = 2; n < 40; n++) {
		make_proof(n, county.house.publisher_key, &text);
		(void)take(&text, &stopped);
	}
	CHECK(kept() == FORKS_PER_LOG);
	buf_release(&text);
	finish();
}

static void what_proves_nothing_does_nothing(void)
{
	struct secret_key *stranger, *forger;
	struct buf text = BUF_INIT;
	bool stopped;

	start();
	CHECK(secret_key_new(&stranger, "stranger.example/x", KEY_ED25519) ==
	      STATUS_OK);
	CHECK(secret_key_new(&forger, origin, KEY_ED25519) == STATUS_OK);
	make_proof(1, stranger, &text);
	CHECK(take(&text, &stopped) == STATUS_NOT_FOUND);
	make_proof(1, forger, &text);
	CHECK(take(&text, &stopped) == STATUS_UNTRUSTED);
	buf_puts(&text, "x");
	CHECK(take(&text, &stopped) == STATUS_MALFORMED);
	CHECK(!county_log().forked && kept() == 0);
	secret_key_free(stranger);
	secret_key_free(forger);
	buf_release(&text);
	finish();
}

static void a_log_that_was_ended_goes_on_to_its_end(void)
{
	struct cutoff end = { .size = 5 };
	struct buf text = BUF_INIT;
	bool stopped;

	start();
	(void)snprintf(end.origin, sizeof(end.origin), "%s", origin);
	make_proof(1, county.house.publisher_key, &text);
	CHECK(take(&text, &stopped) == STATUS_OK && county_log().forked);
	/* Now the trust note says where it has ended. */
	CHECK(trust_add_cutoff(&station.house.trust.trust, &end) == STATUS_OK);
	station.house.trust.trust.version++;
	OFFICE_OK(&station, house_follow(&station.house, &station.err));
	CHECK(!county_log().forked);
	/* More of the same changes nothing. */
	make_proof(2, county.house.publisher_key, &text);
	CHECK(take(&text, &stopped) == STATUS_OK && !stopped);
	CHECK(!county_log().forked && kept() == 2);
	buf_release(&text);
	finish();
}

int main(void)
{
	a_proof_stops_the_log_and_is_kept_once();
	what_proves_nothing_does_nothing();
	a_log_that_was_ended_goes_on_to_its_end();
	return 0;
}
