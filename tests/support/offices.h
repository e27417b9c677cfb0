/* Data directories for tests: a county with a log and lessons in it, stations
 * that joined it, and the requests both answer; nothing runs. */
#ifndef TESTS_SUPPORT_OFFICES_H
#define TESTS_SUPPORT_OFFICES_H

#include "catalog/intake.h"
#include "node/clock.h"
#include "node/create.h"
#include "node/house.h"
#include "node/log_intake.h"
#include "node/prepare.h"
#include "node/requests.h"
#include "proto/encoding.h"
#include "tests/support/scratch.h"

struct office {
	char dir[4096];
	struct house house;
	struct index *index;
	struct requests requests;
	struct err err;
};

/* One that was published. */
struct offered {
	char id[LESSON_ID_MAX + 1];
	uint8_t btmh[32];
	char hex[65];
};

#define OFFICE_OK(o, call)                                          \
	do {                                                        \
		if ((call) != STATUS_OK) {                          \
			fprintf(stderr, "%s:%d: %s\n", __FILE__,    \
				__LINE__, (o)->err.text);           \
			abort();                                    \
		}                                                   \
	} while (0)

static inline void office_index(struct office *o)
{
	unsigned did;

	do
		OFFICE_OK(o, index_step(o->index, 1000, &did, &o->err));
	while (did > 0);
}

static inline void office_open(struct office *o)
{
	OFFICE_OK(o, house_open(&o->house, o->dir, HOUSE_WRITE, &o->err));
	OFFICE_OK(o, index_open(&o->index, o->house.catalog,
				o->house.conf.level, o->house.conf.region,
				&o->err));
	OFFICE_OK(o, index_set_trust(o->index, &o->house.trust.trust, NULL,
				     &o->err));
	o->requests = (struct requests){ .house = &o->house,
					 .index = o->index };
	office_index(o);
}

static inline void office_close(struct office *o)
{
	requests_release(&o->requests);
	index_free(o->index);
	o->index = NULL;
	house_close(&o->house);
}

static inline json_t *office_ask(struct office *o, json_t *request)
{
	json_t *answer = NULL;

	OFFICE_OK(o, requests_answer(&o->requests, request, &answer, &o->err));
	json_decref(request);
	return answer;
}

/* The status a request fails with. */
MAYBE_UNUSED static enum status office_refuses(struct office *o,
					       json_t *request)
{
	json_t *answer = NULL;
	enum status status;

	o->err = (struct err)ERR_INIT;
	status = requests_answer(&o->requests, request, &answer, &o->err);
	json_decref(request);
	json_decref(answer);
	CHECK(status == STATUS_OK || o->err.text[0] != 0);
	return status;
}

static inline void office_make(struct office *o, struct scratch *s,
			       const char *name, const char *level,
			       const char *region, const struct join *join)
{
	struct create_options options = { .dir = o->dir, .join = join };
	struct created made;

	memset(o, 0, sizeof(*o));
	CHECK(signing_init() == STATUS_OK);
	(void)snprintf(o->dir, sizeof(o->dir), "%s", scratch_path(s, name));
	conf_init(&options.conf);
	OFFICE_OK(o, conf_set(&options.conf, "name", name, &o->err));
	OFFICE_OK(o, conf_set(&options.conf, "level", level, &o->err));
	OFFICE_OK(o, conf_set(&options.conf, "region", region, &o->err));
	OFFICE_OK(o, create_node(&options, &made, &o->err));
	office_open(o);
}

MAYBE_UNUSED static void office_county(struct office *o, struct scratch *s)
{
	office_make(o, s, "county", "county", "431081", NULL);
}

MAYBE_UNUSED static void office_station(struct office *o, struct scratch *s,
					struct office *county)
{
	struct join join = JOIN_INIT;
	json_t *answer = office_ask(county,
				    json_pack("{s:s}", "verb", "join-file"));
	const char *text =
		json_string_value(json_object_get(answer, "text"));

	OFFICE_OK(county, join_parse(&join, bytes_of(text), &county->err));
	office_make(o, s, "station", "station", "431081101203", &join);
	join_release(&join);
	json_decref(answer);
}

/* Prepare a file below the scratch and offer it under `title`. */
MAYBE_UNUSED static void office_publish(struct office *o, const char *path,
					const char *title, struct offered *out)
{
	struct prepare_options options = { .source = path,
					   .payload_dir = o->house.payload_dir,
					   .torrent_dir = o->house.torrent_dir,
					   .blob_dir = o->house.blob_dir,
					   .no_media = true };
	struct prepared made;
	json_t *answer;

	OFFICE_OK(o, prepare_payload(&options, &made, &o->err));
	memcpy(out->btmh, made.btmh, 32);
	hex_encode((struct bytes){ made.btmh, 32 }, out->hex);
	answer = office_ask(
		o, json_pack("{s:s, s:s, s:s, s:s, s:I, s:i}", "verb",
			     "publish", "title", title, "topic", "产业/养殖",
			     "btmh", out->hex, "bytes",
			     (json_int_t)made.bytes, "files",
			     (int)made.files));
	(void)snprintf(out->id, sizeof(out->id), "%s",
		       json_string_value(json_object_get(answer, "id")));
	json_decref(answer);
}

/* Bring the county's log into another catalog, without any network, by this
 * copy of its checkpoint note. */
MAYBE_UNUSED static void office_take_note(struct office *to,
					  struct office *county,
					  struct bytes note)
{
	const char *origin = county->house.conf.origin;
	struct buf body = BUF_INIT;
	struct log_info from, into;
	struct intake_want want;
	struct intake *in;

	OFFICE_OK(to, log_find(county->house.catalog, origin, &from,
			       &to->err));
	OFFICE_OK(to, log_find(to->house.catalog, origin, &into, &to->err));
	OFFICE_OK(to, log_intake_open(&to->house, &into, note, &in, &to->err));
	while (!intake_done(in)) {
		bool zstd;

		OFFICE_OK(to, intake_next(in, &want, &to->err));
		buf_clear(&body);
		OFFICE_OK(to, log_read_bundle(county->house.catalog, from.id,
					      want.path.n, want.path.width,
					      false, &body, &zstd, &to->err));
		OFFICE_OK(to, intake_supply(in, &want, buf_bytes(&body), 0,
					    zstd, &to->err));
	}
	OFFICE_OK(to, intake_commit(in, &to->err));
	intake_free(in);
	buf_release(&body);
	office_index(to);
}

MAYBE_UNUSED static void office_take_log(struct office *to,
					 struct office *county)
{
	struct buf note = BUF_INIT;
	struct log_info log;

	OFFICE_OK(to, log_find(county->house.catalog,
			       county->house.conf.origin, &log, &to->err));
	OFFICE_OK(to, log_read_note(county->house.catalog, log.id, &note,
				    &to->err));
	office_take_note(to, county, buf_bytes(&note));
	buf_release(&note);
}

/* A trust note with this version and these statements, under the county's
 * root. */
MAYBE_UNUSED static void office_sign_trust(struct office *county,
					   unsigned version,
					   const char *statements,
					   struct buf *note)
{
	struct secret_key *root;
	struct buf text = BUF_INIT;

	OFFICE_OK(county, house_read_key(county->dir, "root.key", &root,
					 &county->err));
	buf_printf(&text, "xiangtu-trust/v1\nversion %u\nroot 1\n%s", version,
		   statements);
	CHECK(note_sign(buf_bytes(&text), root, note) == STATUS_OK);
	secret_key_free(root);
	buf_release(&text);
}

#endif
