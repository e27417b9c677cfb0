/* What a drive brings to a node that does not run, request by request. The
 * drive is a folder that a county's mirror was written to. */
#ifndef TESTS_SUPPORT_BROUGHT_H
#define TESTS_SUPPORT_BROUGHT_H

#include "catalog/log.h"
#include "node/durable.h"
#include "node/mirror_export.h"
#include "node/requests_visit.h"
#include "tests/support/offices.h"

enum { MANY = 700 }; /* entries: two full bundles and a part of one */

struct world {
	struct scratch scratch;
	struct office county, station;
	char drive[4096];
	char hash[ORIGIN_HASH_SIZE + 1]; /* of the county's log */
	unsigned brought; /* bodies */
	/* what stands in the way of the drive; may be NULL */
	const char *lacks; /* part of a path it has not */
	const char *spoils;
	unsigned most; /* bodies before it is pulled; 0 never */
};

static inline struct log_info log_of(struct office *o, const char *origin)
{
	struct log_info log;

	OFFICE_OK(o, log_find(o->house.catalog, origin, &log, &o->err));
	return log;
}

static inline struct log_info county_log(struct world *w, struct office *o)
{
	return log_of(o, w->county.house.conf.origin);
}

/* Let the county's log have `count` more entries of no known type. */
static inline void grow(struct office *o, unsigned count, char salt)
{
	char text[64];
	struct log_info log = log_of(o, o->house.conf.origin);

	for (unsigned i = 0; i < count; i++) {
		struct bytes entry;

		(void)snprintf(text, sizeof(text),
			       "{\"type\":\"test\",\"n\":\"%u%c\"}", i, salt);
		entry = bytes_of(text);
		if (i == 0)
			OFFICE_OK(o, catalog_begin(o->house.catalog,
						   CATALOG_DURABLE, &o->err));
		OFFICE_OK(o, log_append(o->house.catalog, log.id, &entry, 1,
					o->house.publisher_key, &o->err));
	}
	if (count > 0)
		OFFICE_OK(o, catalog_commit(o->house.catalog, &o->err));
	office_index(o);
}

static inline void export_drive(struct world *w)
{
	struct mirror_export_options options = { .dir = w->drive,
						 .no_payload = true };
	struct mirror_exported out;

	OFFICE_OK(&w->county, mirror_export(&w->county.house, &options, &out,
					    &w->county.err));
}

static inline void world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	office_county(&w->county, &w->scratch);
	office_station(&w->station, &w->scratch, &w->county);
	(void)snprintf(w->drive, sizeof(w->drive), "%s",
		       scratch_path(&w->scratch, "drive"));
	(void)snprintf(w->hash, sizeof(w->hash), "%s",
		       county_log(w, &w->county).hash);
	grow(&w->county, MANY, 'a');
	export_drive(w);
}

static inline void world_end(struct world *w)
{
	office_close(&w->station);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

/* --- requests --- */

static inline json_t *verb(const char *name)
{
	return json_pack("{s:s}", "verb", name);
}

static inline json_t *with_note(const char *name, struct bytes note)
{
	return json_pack("{s:s, s:s%}", "verb", name, "note",
			 (const char *)note.data, note.size);
}

static inline json_t *log_take(const char *kind, struct bytes note)
{
	json_t *request = with_note("log-take", note);

	(void)json_object_set_new(request, "kind", json_string(kind));
	return request;
}

static inline bool answers(struct office *o, json_t *request, const char *key,
			   const char *value)
{
	json_t *answer = office_ask(o, request);
	const char *got = json_string_value(json_object_get(answer, key));
	bool same = got != NULL && strcmp(got, value) == 0;

	json_decref(answer);
	return same;
}

/* --- the drive's side of it --- */

static inline bool read_drive(struct world *w, const char *path,
			      struct buf *out)
{
	char whole[8192];
	struct err err = ERR_INIT;

	(void)snprintf(whole, sizeof(whole), "%s/tlog/%s/%s", w->drive,
		       w->hash, path);
	buf_clear(out);
	return durable_read(whole, 1 << 24, out, &err) == STATUS_OK;
}

static inline void spool(struct office *o, const char *name,
			 struct bytes content)
{
	char path[8192];

	(void)snprintf(path, sizeof(path), "%s/spool", o->dir);
	OFFICE_OK(o, durable_make_dir(path, 0700, &o->err));
	(void)snprintf(path, sizeof(path), "%s/spool/%s", o->dir, name);
	OFFICE_OK(o, durable_write(path, content, 0600, &o->err));
}

static inline bool is_in_spool(struct office *o, const char *name)
{
	char path[8192];

	(void)snprintf(path, sizeof(path), "%s/spool/%s", o->dir, name);
	return access(path, F_OK) == 0;
}

static inline json_t *log_body(const char *file, json_int_t from)
{
	return json_pack("{s:s, s:s, s:I}", "verb", "log-body", "file", file,
			 "from", from);
}

/* Bring what is wanted: STATUS_OK when it was taken or nothing is wanted any
 * more. */
static inline enum status bring_next(struct world *w, bool *done)
{
	struct office *o = &w->station;
	json_t *want = office_ask(o, verb("log-next"));
	const char *path = json_string_value(json_object_get(want, "path"));
	json_int_t from = json_integer_value(json_object_get(want, "from"));
	struct buf body = BUF_INIT;
	enum status status;

	*done = json_is_true(json_object_get(want, "done"));
	if (*done) {
		json_decref(want);
		return STATUS_OK;
	}
	if ((w->lacks != NULL && strstr(path, w->lacks) != NULL) ||
	    !read_drive(w, path, &body)) {
		status = office_refuses(o, verb("log-missing"));
	} else {
		if (w->spoils != NULL && strstr(path, w->spoils) != NULL)
			body.data[body.size / 2] ^= 1;
		spool(o, ".tmp-7-1",
		      (struct bytes){ body.data + from,
				      body.size - (size_t)from });
		status = office_refuses(o, log_body(".tmp-7-1", from));
		CHECK(!is_in_spool(o, ".tmp-7-1"));
		w->brought += status == STATUS_OK;
	}
	buf_release(&body);
	json_decref(want);
	return status;
}

/* Show the drive's checkpoint and bring what is asked for. */
static inline enum status take_log(struct world *w)
{
	struct buf note = BUF_INIT;
	enum status status = STATUS_OK;
	bool done = false;

	CHECK(read_drive(w, "checkpoint", &note));
	CHECK(answers(&w->station, log_take("lessons", buf_bytes(&note)),
		      "state", "get"));
	buf_release(&note);
	w->brought = 0;
	while (status == STATUS_OK && !done &&
	       (w->most == 0 || w->brought < w->most))
		status = bring_next(w, &done);
	return status == STATUS_OK && !done ? STATUS_CANCELLED : status;
}

/* Make the county start its log anew under the same key. */
static inline void lose_database(struct office *o)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[8192];

	office_close(o);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/node.db%s", o->dir,
			       ends[i]);
		(void)unlink(path);
	}
	office_open(o);
}

static inline void forget_log(struct world *w)
{
	lose_database(&w->county);
}

#endif
