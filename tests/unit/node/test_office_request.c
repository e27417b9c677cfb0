#include "node/office_request.h"

#include <string.h>

#include "signing/seal.h"
#include "tests/support/check.h"

struct office {
	struct secret_key *publisher, *ack;
	struct seal_key *records;
	struct office_request request;
};

static void office_make(struct office *o, const char *origin)
{
	struct office_request *r = &o->request;

	memset(r, 0, sizeof(*r));
	CHECK(secret_key_new(&o->publisher, origin, KEY_ED25519) ==
	      STATUS_OK);
	CHECK(secret_key_new(&o->ack, "x/ack", KEY_COSIGNER) == STATUS_OK);
	CHECK(seal_key_new(&o->records, "x/records") == STATUS_OK);
	strcpy(r->origin, "zixing.example/431081101/lessons");
	r->level = LEVEL_TOWNSHIP;
	strcpy(r->region, "431081101");
	strcpy(r->name, "兴宁 镇");
	r->publisher = *secret_key_public(o->publisher);
	r->records = *seal_key_public(o->records);
	r->ack = *secret_key_public(o->ack);
}

static void office_free(struct office *o)
{
	secret_key_free(o->publisher);
	secret_key_free(o->ack);
	seal_key_free(o->records);
}

static void what_is_written_reads_back(void)
{
	struct office_request r;
	struct buf note = BUF_INIT;
	struct office o;

	office_make(&o, "zixing.example/431081101/lessons");
	CHECK(office_request_format(&o.request, o.publisher, &note) ==
	      STATUS_OK);
	CHECK(office_request_parse(buf_bytes(&note), &r) == STATUS_OK);
	CHECK(strcmp(r.name, "兴宁 镇") == 0 && r.level == LEVEL_TOWNSHIP);
	CHECK(public_key_same(&r.publisher, &o.request.publisher));
	CHECK(public_key_same(&r.records, &o.request.records));
	CHECK(public_key_same(&r.ack, &o.request.ack));
	buf_release(&note);
	office_free(&o);
}

static void nobody_asks_with_a_key_that_is_not_theirs(void)
{
	struct office_request r;
	struct buf note = BUF_INIT;
	struct office o, thief;
	uint8_t *at;

	office_make(&o, "zixing.example/431081101/lessons");
	office_make(&thief, "zixing.example/431081101/lessons");
	CHECK(office_request_format(&o.request, thief.publisher, &note) ==
	      STATUS_MALFORMED);
	CHECK(note.size == 0);
	CHECK(office_request_format(&o.request, o.publisher, &note) ==
	      STATUS_OK);
	at = &note.data[note.size - 20];
	*at = *at == 'A' ? 'B' : 'A'; /* base64, as before */
	CHECK(office_request_parse(buf_bytes(&note), &r) == STATUS_UNTRUSTED);
	buf_release(&note);
	office_free(&o);
	office_free(&thief);
}

static void a_request_that_hides_something_is_none(void)
{
	struct buf note = BUF_INIT;
	struct office o;

	office_make(&o, "another.example/lessons");
	CHECK(office_request_format(&o.request, o.publisher, &note) ==
	      STATUS_MALFORMED); /* a key named otherwise than its log */
	office_free(&o);
	office_make(&o, "zixing.example/431081101/lessons");
	strcpy(o.request.name, "\u202e");
	CHECK(office_request_format(&o.request, o.publisher, &note) ==
	      STATUS_MALFORMED);
	strcpy(o.request.name, "村");
	o.request.level = LEVEL_STATION;
	CHECK(office_request_format(&o.request, o.publisher, &note) ==
	      STATUS_MALFORMED);
	CHECK(note.size == 0);
	buf_release(&note);
	office_free(&o);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_is_written_reads_back();
	nobody_asks_with_a_key_that_is_not_theirs();
	a_request_that_hides_something_is_none();
	return 0;
}
