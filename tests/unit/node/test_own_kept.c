/* An office that lost entries of its own log: what its directory knows, and how
 * it is given back what others hold (node/upload_taker.h). */
#include "node/own_kept.h"

#include <unistd.h>

#include "proto/bundle.h"
#include "tests/support/records.h"

static struct scratch scratch;
static struct office county, township;
static struct upload_taker *at_county;

static struct log_info log_of(struct office *o)
{
	struct log_info info;

	OFFICE_OK(o, log_find(o->house.catalog, county.house.conf.origin,
			      &info, &o->err));
	return info;
}

static void append(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct buf entry = BUF_INIT;

		buf_printf(&entry, "{\"type\":\"nothing\",\"n\":%u}", i);
		office_append(&county, &entry);
	}
}

static struct own_log_facts facts(void)
{
	struct own_log_facts f;

	OFFICE_OK(&county, own_kept_facts(&county.house, &f, &county.err));
	return f;
}

static const char *db(const char *name)
{
	static char path[2][4200];
	static unsigned turn;
	char *out = path[turn++ % 2];

	(void)snprintf(out, sizeof(path[0]), "%s/%s", county.dir, name);
	return out;
}

static void copy(const char *from, const char *to)
{
	char command[9000];

	(void)snprintf(command, sizeof(command), "cp '%s' '%s'", from, to);
	CHECK(system(command) == 0);
}

/* The county with two entries; the township has `held` of them and more. */
static void start(unsigned more)
{
	scratch_init(&scratch);
	office_county(&county, &scratch);
	append(2);
	OFFICE_OK(&county, own_kept_elsewhere(&county.house, &county.err));
	office_close(&county);
	copy(db("node.db"), db("old.db"));
	office_open(&county);
	office_join(&township, &scratch, "township", "township", "431081101",
		    &county);
	append(more);
	office_take_log(&township, &county);
	office_close(&county);
	CHECK(rename(db("old.db"), db("node.db")) == 0);
	office_open(&county);
	at_county = upload_taker_new(&county.house);
	CHECK(log_of(&county).size == 2 && log_of(&township).size == 2 + more);
}

static void finish(void)
{
	upload_taker_free(at_county);
	office_close(&township);
	office_close(&county);
	scratch_release(&scratch);
}

static json_t *a_station_ends(bool alone)
{
	return json_pack("{s:s, s:s, s:b}", "verb", "station-end", "code",
			 "aaaaaaaa", "alone", alone);
}

static void a_new_log_is_signed_without_asking(void)
{
	struct own_log_facts f;

	scratch_init(&scratch);
	office_county(&county, &scratch);
	f = facts();
	CHECK(!f.elsewhere && f.continues && f.shown_ms == -1);
	CHECK(access(db(OWN_KEPT_NEW_LOG), F_OK) != 0);
	office_close(&county);
	office_open(&county);
	f = facts();
	CHECK(!f.elsewhere && f.continues);
	office_close(&county);
	scratch_release(&scratch);
}

static void a_database_that_was_lost_is_no_new_log(void)
{
	struct own_log_facts f;

	scratch_init(&scratch);
	office_county(&county, &scratch);
	office_close(&county);
	CHECK(unlink(db("node.db")) == 0);
	office_open(&county);
	f = facts();
	CHECK(f.elsewhere && !f.continues && f.size == 0);
	CHECK(office_refuses(&county, a_station_ends(false)) ==
	      STATUS_UNREACHABLE);
	office_close(&county);
	scratch_release(&scratch);
}

static void an_older_file_in_its_place_is_noticed(void)
{
	start(3);
	CHECK(facts().elsewhere && !facts().continues);
	CHECK(office_refuses(&county, a_station_ends(false)) ==
	      STATUS_UNREACHABLE);
	/* The operator may answer for it; this only finds no such station. */
	CHECK(office_refuses(&county, a_station_ends(true)) ==
	      STATUS_NOT_FOUND);
	OFFICE_OK(&county, own_kept_shown(&county.house, &county.err));
	CHECK(facts().shown_ms == 0 && !facts().continues);
	OFFICE_OK(&county, own_kept_confirm(&county.house, &county.err));
	CHECK(facts().continues);
	finish();
}

/* As node_up.c gives it. */
static enum upload_outcome give_back(struct upload_answer *last)
{
	struct log_info info = log_of(&township);
	enum upload_outcome outcome;
	struct upload_giving g;

	upload_giving_init(&g, info.id, 2);
	do {
		struct upload_reply reply;
		struct buf body = BUF_INIT;

		OFFICE_OK(&township, upload_give(&g, &township.house, &body,
						 &township.err));
		upload_taker_take(at_county, info.hash, buf_bytes(&body),
				  RECORDS_NOW_S, 0, last);
		reply = (struct upload_reply){ last->code,
					       buf_bytes(&last->body) };
		outcome = upload_given(&g, &township.house, &reply, NULL);
		buf_release(&last->body);
		buf_release(&body);
	} while (outcome == UPLOAD_AGAIN);
	return outcome;
}

static void what_is_missing_is_given_back(unsigned more)
{
	struct upload_answer last;
	struct log_info a, b;

	start(more);
	CHECK(give_back(&last) == UPLOAD_DONE);
	CHECK(last.own_shown && last.grown == log_of(&county).id);
	a = log_of(&county);
	b = log_of(&township);
	CHECK(a.size == b.size && memcmp(a.root, b.root, SHA256_SIZE) == 0);
	CHECK(!a.forked);
	/* Once more says nothing new. */
	CHECK(give_back(&last) == UPLOAD_DONE);
	CHECK(last.own_shown && last.grown == 0);
	finish();
}

static void body_of(struct buf *body, const struct secret_key *key,
		    const char *origin, uint64_t size, struct bytes data)
{
	struct checkpoint head = { .size = size };
	struct buf note = BUF_INIT;

	(void)snprintf(head.origin, sizeof(head.origin), "%s", origin);
	memset(head.root, 7, sizeof(head.root));
	CHECK(checkpoint_sign(&head, key, &note) == STATUS_OK);
	buf_clear(body);
	upload_put_entries(body, 2, buf_bytes(&note));
	buf_put_bytes(body, data);
	buf_release(&note);
}

static unsigned taken(const struct buf *body)
{
	struct upload_answer answer;

	upload_taker_take(at_county, log_of(&county).hash, buf_bytes(body),
			  RECORDS_NOW_S, 0, &answer);
	CHECK(!answer.own_shown && answer.grown == 0);
	buf_release(&answer.body);
	return answer.code;
}

static void what_this_office_never_signed_changes_nothing(void)
{
	const char *origin;
	struct secret_key *stranger;
	struct buf body = BUF_INIT;

	start(3);
	origin = county.house.conf.origin;
	CHECK(secret_key_new(&stranger, origin, KEY_ED25519) == STATUS_OK);
	body_of(&body, stranger, origin, 1000, (struct bytes){ NULL, 0 });
	CHECK(taken(&body) == 403 || taken(&body) == 400);
	CHECK(log_of(&county).seen <= 2);
	/* An entry that is not what was signed. */
	body_of(&body, county.house.publisher_key, origin, 3,
		(struct bytes){ (const uint8_t *)"\0\5false", 7 });
	CHECK(taken(&body) == 400 || taken(&body) == 422);
	CHECK(log_of(&county).size == 2 && !log_of(&county).forked);
	secret_key_free(stranger);
	buf_release(&body);
	finish();
}

static void a_larger_checkpoint_stops_signing_until_it_is_had(void)
{
	struct upload_answer last;
	struct upload_giving g;
	struct buf body = BUF_INIT;

	start(300); /* more than one body has */
	upload_giving_init(&g, log_of(&township).id, 2);
	OFFICE_OK(&township, upload_give(&g, &township.house, &body,
					 &township.err));
	CHECK(taken(&body) == 202); /* and no more comes */
	CHECK(facts().seen == 302 && facts().size == 2);
	OFFICE_OK(&county, own_kept_confirm(&county.house, &county.err));
	CHECK(office_refuses(&county, a_station_ends(true)) == STATUS_OLD);
	CHECK(give_back(&last) == UPLOAD_DONE);
	CHECK(office_refuses(&county, a_station_ends(true)) ==
	      STATUS_NOT_FOUND);
	buf_release(&body);
	finish();
}

int main(void)
{
	a_new_log_is_signed_without_asking();
	a_database_that_was_lost_is_no_new_log();
	an_older_file_in_its_place_is_noticed();
	what_is_missing_is_given_back(3);
	what_is_missing_is_given_back(300);
	what_this_office_never_signed_changes_nothing();
	a_larger_checkpoint_stops_signing_until_it_is_had();
	return 0;
}
