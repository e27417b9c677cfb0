#include "node/evidence.h"

#include <string.h>

#include "catalog/delegations.h"
#include "catalog/entry.h"
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

/* Two roots of one size under the county's key, with so many lines of strangers
 * below each. */
static void make_long_proof(uint8_t n, const struct secret_key *key,
			    unsigned lines, struct buf *out)
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
	for (unsigned i = 0; i < lines; i++) {
		buf_puts(&a, "\xe2\x80\x94 stranger AAAAAAAAAAAA\n");
		buf_puts(&b, "\xe2\x80\x94 stranger AAAAAAAAAAAA\n");
	}
	CHECK(fork_init(&fork, buf_bytes(&a), buf_bytes(&b)) == STATUS_OK);
	buf_clear(out);
	CHECK(fork_format(&fork, out) == STATUS_OK);
	buf_release(&a);
	buf_release(&b);
}

static void make_proof(uint8_t n, const struct secret_key *key, struct buf *out)
{
	make_long_proof(n, key, 0, out);
}

/* Kept as if it had come while nobody followed the log. */
static void put_proof(uint8_t n, const struct secret_key *key)
{
	struct buf text = BUF_INIT;
	struct fork fork;

	make_proof(n, key, &text);
	CHECK(fork_parse(buf_bytes(&text), &fork) == STATUS_OK);
	OFFICE_OK(&station, forks_put(station.house.catalog,
				      house_authority(&station.house), &fork,
				      77, "test", NULL, &station.err));
	buf_release(&text);
}

/* Somebody may say again who may publish. */
static void trust_comes(void)
{
	station.house.trust.trust.version++;
	OFFICE_OK(&station, house_follow(&station.house, &station.err));
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

static void lines_of_strangers_are_not_kept(void)
{
	struct buf text = BUF_INIT, names = BUF_INIT, stored = BUF_INIT;
	bool stopped;

	start();
	make_long_proof(1, county.house.publisher_key, 90, &text);
	CHECK(take(&text, &stopped) == STATUS_OK && stopped);
	OFFICE_OK(&station, forks_names(station.house.catalog, &names,
					&station.err));
	CHECK(names.size == SHA256_SIZE);
	OFFICE_OK(&station, forks_read(station.house.catalog, names.data,
				       &stored, &station.err));
	make_proof(1, county.house.publisher_key, &text);
	CHECK(bytes_equal(buf_bytes(&stored), buf_bytes(&text)));
	buf_release(&text);
	buf_release(&names);
	buf_release(&stored);
	finish();
}

static void what_was_proven_before_it_was_followed_stops_it(void)
{
	struct buf text = BUF_INIT;
	bool stopped;

	start();
	put_proof(1, county.house.publisher_key);
	CHECK(!county_log().forked);
	make_proof(1, county.house.publisher_key, &text);
	CHECK(take(&text, &stopped) == STATUS_EXISTS && stopped);
	CHECK(county_log().forked);
	buf_release(&text);
	finish();
	start();
	put_proof(1, county.house.publisher_key);
	trust_comes();
	CHECK(county_log().forked);
	finish();
}

/* Whoever may delegate has as many logs to fork as he likes; those of others
 * are stopped all the same, and their proofs are passed on. */
static void one_that_forks_many_leaves_room_for_others(void)
{
	static struct entry said = { .type = ENTRY_DELEGATE };
	struct trust *trust;
	struct publisher child;
	struct secret_key *keys[FORKS_MAX], *thief;
	struct buf text = BUF_INIT;
	struct log_info log;
	char name[32];
	bool stopped;
	int64_t id;

	start();
	trust = &station.house.trust.trust;
	child = trust->publishers[0];
	CHECK(secret_key_new(&thief, "thief.example/x", KEY_ED25519) ==
	      STATUS_OK);
	strcpy(child.origin, "thief.example/x");
	child.keys[0] = *secret_key_public(thief);
	child.may_delegate = true;
	CHECK(trust_add_publisher(trust, &child) == STATUS_OK);
	OFFICE_OK(&station, log_follow(station.house.catalog, child.origin,
				       false, &id, &station.err));
	OFFICE_OK(&station, log_get(station.house.catalog, id, &log,
				    &station.err));
	for (unsigned i = 0; i < FORKS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "thief.example/%u", i);
		CHECK(secret_key_new(&keys[i], name, KEY_ED25519) == STATUS_OK);
		strcpy(child.origin, name);
		child.keys[0] = *secret_key_public(keys[i]);
		said.delegate.publisher = child;
		OFFICE_OK(&station, delegations_say(station.house.catalog, id,
						    i, 100, &said,
						    &station.err));
	}
	CHECK(authority_count(house_authority(&station.house)) ==
	      FORKS_MAX + 2);
	for (unsigned i = 0; i < FORKS_MAX; i++) {
		make_proof(1, keys[i], &text);
		CHECK(take(&text, &stopped) == STATUS_OK);
		secret_key_free(keys[i]);
	}
	CHECK(kept() == FORKS_MAX);
	/* One more of its own stops its log, and stays outside. */
	make_proof(1, thief, &text);
	CHECK(take(&text, &stopped) == STATUS_EXISTS && stopped);
	make_proof(1, county.house.publisher_key, &text);
	CHECK(take(&text, &stopped) == STATUS_OK && stopped);
	CHECK(county_log().forked && kept() == FORKS_MAX);
	CHECK(take(&text, &stopped) == STATUS_EXISTS);
	secret_key_free(thief);
	buf_release(&text);
	finish();
}

/* Another one that may delegate claims the origin for a key of its own, and
 * forks it; then the trust note settles whose it is. */
static void a_claimed_origin_is_given_back_unharmed(void)
{
	struct publisher *p;
	struct public_key own;
	struct secret_key *thief;
	struct offered lesson;
	struct buf text = BUF_INIT;
	bool stopped;

	start();
	scratch_file(&s, "1", 1000, 1);
	office_publish(&county, scratch_path(&s, "1"), "1", &lesson);
	office_take_log(&station, &county);
	CHECK(secret_key_new(&thief, origin, KEY_ED25519) == STATUS_OK);
	p = &station.house.trust.trust.publishers[0];
	CHECK(strcmp(p->origin, origin) == 0);
	own = p->keys[0];
	p->keys[0] = *secret_key_public(thief);
	trust_comes();
	make_proof(1, thief, &text);
	CHECK(take(&text, &stopped) == STATUS_OK && stopped);
	trust_comes(); /* nothing has changed */
	CHECK(county_log().forked);
	p->keys[0] = own;
	trust_comes();
	CHECK(!county_log().forked && county_log().size == 1);
	/* What its own key has signed holds. */
	make_proof(2, county.house.publisher_key, &text);
	CHECK(take(&text, &stopped) == STATUS_OK && stopped);
	trust_comes();
	CHECK(county_log().forked);
	secret_key_free(thief);
	buf_release(&text);
	finish();
}

/* --- ends that are not those of the log here --- */

/* Another one, who is no friend, above the county; its log is written here. */
static struct secret_key *parent_key;
static int64_t parent_log;

static void parent_says(const struct buf *entry)
{
	struct bytes one = buf_bytes(entry);

	OFFICE_OK(&station, log_append(station.house.catalog, parent_log, &one,
				       1, parent_key, &station.err));
	office_index(&station);
	OFFICE_OK(&station, house_follow(&station.house, &station.err));
	office_index(&station);
}

static void put_below(const char *parent)
{
	struct trust *trust = &station.house.trust.trust;
	struct entry_delegate said = { .publisher = trust->publishers[0] };
	struct publisher *above = &trust->publishers[0];
	struct buf entry = BUF_INIT;

	CHECK(secret_key_new(&parent_key, parent, KEY_ED25519) == STATUS_OK);
	strcpy(above->origin, parent);
	above->keys[0] = *secret_key_public(parent_key);
	above->may_delegate = true;
	trust->version++;
	OFFICE_OK(&station, log_follow(station.house.catalog, parent, true,
				       &parent_log, &station.err));
	OFFICE_OK(&station, index_set_trust(station.index, trust, NULL,
					    &station.err));
	OFFICE_OK(&station, entry_format_delegate(&said, &entry, &station.err));
	parent_says(&entry);
	CHECK(strcmp(authority_parent(house_authority(&station.house), origin),
		     parent) == 0);
	buf_release(&entry);
}

static void parent_ends(const struct checkpoint *head)
{
	struct entry_undelegate said = { .has_end = true };
	struct buf entry = BUF_INIT;

	said.end.size = head->size;
	strcpy(said.end.origin, origin);
	memcpy(said.end.root, head->root, sizeof(said.end.root));
	OFFICE_OK(&station, entry_format_undelegate(&said, &entry,
						    &station.err));
	parent_says(&entry);
	buf_release(&entry);
}

/* The trust note takes the county's side. */
static void county_is_named_again(const struct publisher *county_itself)
{
	station.house.trust.trust.publishers[0] = *county_itself;
	trust_comes();
	OFFICE_OK(&station, index_set_trust(station.index,
					    &station.house.trust.trust, NULL,
					    &station.err));
	office_index(&station);
}

static bool lesson_stands(const struct offered *lesson)
{
	struct payload_standing standing;

	OFFICE_OK(&station, lessons_standing(station.house.catalog,
					     lesson->btmh, &standing,
					     &station.err));
	return standing.known && standing.wanted;
}

static void publish_two(struct offered lessons[static 2])
{
	for (unsigned i = 0; i < 2; i++) {
		char name[] = { (char)('a' + i), 0 };

		scratch_file(&s, name, 1000, i + 1);
		office_publish(&county, scratch_path(&s, name), name,
			       &lessons[i]);
	}
	office_take_log(&station, &county);
}

/* What `status` tells an operator of it. */
static bool said_to_be_ended_elsewhere(void)
{
	json_t *status = office_ask(&station, json_pack("{s:s}", "verb",
							"status"));
	const json_t *log;
	bool said = false;
	size_t i;

	json_array_foreach(json_object_get(status, "logs"), i, log)
		if (strcmp(json_string_value(json_object_get(log, "origin")),
			   origin) == 0)
			said = json_is_true(json_object_get(
				json_object_get(log, "fork"),
				"ended_elsewhere"));
	json_decref(status);
	return said;
}

static void a_parent_that_names_another_root_deletes_nothing(void)
{
	struct checkpoint end = { .size = 2, .root = { 9 } };
	struct offered lessons[3];
	struct publisher itself;
	struct buf entries = BUF_INIT;
	bool zstd;

	start();
	publish_two(lessons);
	CHECK(lesson_stands(&lessons[0]) && lesson_stands(&lessons[1]));
	put_below("parent.example/x");
	parent_ends(&end);
	CHECK(county_log().forked && county_log().size == 2);
	OFFICE_OK(&station, log_read_bundle(station.house.catalog,
					    county_log().id, 0, 2, false,
					    &entries, &zstd, &station.err));
	CHECK(lesson_stands(&lessons[0]) && lesson_stands(&lessons[1]));
	CHECK(said_to_be_ended_elsewhere());
	/* It stays so, whatever else is looked at. */
	trust_comes();
	CHECK(county_log().forked && county_log().size == 2);
	/* One root further down is the right one: up to there it counts. */
	end.size = 1;
	OFFICE_OK(&station, log_root_at(station.house.catalog, county_log().id,
					1, end.root, &station.err));
	parent_ends(&end);
	CHECK(!county_log().forked && county_log().size == 1);
	CHECK(!said_to_be_ended_elsewhere());
	CHECK(lesson_stands(&lessons[0]) && !lesson_stands(&lessons[1]));
	buf_release(&entries);
	finish();

	start();
	publish_two(lessons);
	itself = station.house.trust.trust.publishers[0];
	end.size = 2;
	memset(end.root, 9, sizeof(end.root));
	secret_key_free(parent_key);
	put_below("parent.example/x");
	parent_ends(&end);
	CHECK(county_log().forked);
	county_is_named_again(&itself);
	CHECK(!county_log().forked);
	scratch_file(&s, "c", 1000, 3);
	office_publish(&county, scratch_path(&s, "c"), "c", &lessons[2]);
	office_take_log(&station, &county); /* it goes on where it was */
	CHECK(county_log().size == 3 && lesson_stands(&lessons[0]) &&
	      lesson_stands(&lessons[2]));
	secret_key_free(parent_key);
	finish();
}

/* The end lies beyond what is here, in a tree that the parent made up. */
static void a_made_up_history_up_to_the_end_deletes_nothing(void)
{
	static const char *const texts[] = { "x", "y", "z" };
	struct checkpoint end = { .size = 3 };
	struct buf note = BUF_INIT, body = BUF_INIT;
	struct publisher itself;
	struct offered lessons[2];
	struct intake_want want;
	struct secret_key *key;
	struct log_info log;
	struct intake *in;
	enum status status;
	int64_t made;
	bool zstd;

	start();
	publish_two(lessons);
	itself = station.house.trust.trust.publishers[0];
	CHECK(secret_key_new(&key, "made.example/up", KEY_ED25519) ==
	      STATUS_OK);
	OFFICE_OK(&county, log_follow(county.house.catalog, "made.example/up",
				      true, &made, &county.err));
	for (size_t i = 0; i < 3; i++) {
		struct bytes entry = bytes_of(texts[i]);

		OFFICE_OK(&county, log_append(county.house.catalog, made,
					      &entry, 1, key, &county.err));
	}
	secret_key_free(key);
	OFFICE_OK(&county, log_root_at(county.house.catalog, made, 3, end.root,
				       &county.err));
	put_below("parent.example/x");
	strcpy(end.origin, origin);
	parent_ends(&end);
	CHECK(!county_log().forked); /* nothing is known against it yet */
	CHECK(log_end_note(&end, &note) == STATUS_OK);
	log = county_log();
	OFFICE_OK(&station, log_intake_open(&station.house, &log,
					    buf_bytes(&note), &in,
					    &station.err));
	do {
		status = intake_next(in, &want, &station.err);
		if (status == STATUS_OK) {
			buf_clear(&body);
			if (want.path.kind == TILE_ENTRIES)
				status = log_read_bundle(county.house.catalog,
							 made, want.path.n,
							 want.path.width,
							 false, &body, &zstd,
							 &county.err);
			else
				status = log_read_tile(county.house.catalog,
						       made, want.path.level,
						       want.path.n,
						       want.path.width, &body,
						       &county.err);
		}
		if (status == STATUS_OK)
			status = intake_supply(in, &want, buf_bytes(&body), 0,
					       false, &station.err);
	} while (status == STATUS_OK && !intake_done(in));
	CHECK(status == STATUS_FORKED);
	intake_free(in);
	CHECK(!log_intake_forked(&station.house, origin));
	CHECK(county_log().forked && county_log().size == 2);
	trust_comes();
	CHECK(county_log().forked && said_to_be_ended_elsewhere());
	CHECK(lesson_stands(&lessons[1]));
	county_is_named_again(&itself);
	CHECK(!county_log().forked && county_log().size == 2);
	secret_key_free(parent_key);
	buf_release(&note);
	buf_release(&body);
	finish();
}

int main(void)
{
	a_parent_that_names_another_root_deletes_nothing();
	a_made_up_history_up_to_the_end_deletes_nothing();
	lines_of_strangers_are_not_kept();
	what_was_proven_before_it_was_followed_stops_it();
	one_that_forks_many_leaves_room_for_others();
	a_claimed_origin_is_given_back_unharmed();
	a_proof_stops_the_log_and_is_kept_once();
	what_proves_nothing_does_nothing();
	a_log_that_was_ended_goes_on_to_its_end();
	return 0;
}
