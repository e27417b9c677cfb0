#include "node/office/office_work.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/records_db.h"
#include "catalog/stations.h"
#include "node/office/card_person.h"
#include "node/office/closing.h"
#include "node/office/people_list.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"

enum { WIPE_MS = 5000 };

struct office_verb {
	const char *verb;
	enum office_kind kind;
	enum status (*ask)(struct office_work *w, const struct house *house,
			   const json_t *request, struct err *err);
	enum status (*make)(struct office_work *w, struct catalog *node,
			    struct catalog *records, json_t **answer,
			    struct err *err);
	bool tells; /* how far it is */
};

struct office_work {
	const struct office_verb *verb;
	char records_db[HOUSE_PATH_MAX + 16];
	bool writable; /* this process is the one that writes */
	struct people_watch watch;

	/* what is asked */
	struct closing closing;
	struct buf cards; /* int64_t */
	char *text;	  /* a query, or a name; may be NULL */
	char *station;	  /* a code; NULL: any */
};

static enum status no_memory(struct err *err)
{
	return err_set(err, STATUS_NO_MEMORY, "out of memory");
}

static enum status take_text(const json_t *request, const char *key,
			     char **out, struct err *err)
{
	const char *text = request_text(request, key);

	if (text == NULL)
		return STATUS_OK;
	*out = strdup(text);
	return *out != NULL ? STATUS_OK : no_memory(err);
}

/* --- cards, cards-person --- */

static enum status ask_list(struct office_work *w, const struct house *house,
			    const json_t *request, struct err *err)
{
	(void)house;
	return take_text(request, "query", &w->text, err);
}

static enum status make_list(struct office_work *w, struct catalog *node,
			     struct catalog *records, json_t **answer,
			     struct err *err)
{
	return people_list(node, records, w->text == NULL ? "" : w->text,
			   w->writable, answer, err);
}

static enum status ask_person(struct office_work *w, const struct house *house,
			      const json_t *request, struct err *err)
{
	const char *hex = request_text(request, "card");
	int64_t card;

	(void)house;
	if (hex == NULL || !card_hex_parse(hex, &card))
		return err_set(err, STATUS_USAGE, "which card?");
	buf_put(&w->cards, &card, sizeof(card));
	return buf_status(&w->cards) == STATUS_OK ? STATUS_OK :
						    no_memory(err);
}

static enum status make_person(struct office_work *w, struct catalog *node,
			       struct catalog *records, json_t **answer,
			       struct err *err)
{
	return card_person_tell(node, records, request_card_at(&w->cards, 0),
				answer, err);
}

/* --- cards-forget --- */

static enum status ask_forget(struct office_work *w, const struct house *house,
			      const json_t *request, struct err *err)
{
	enum status status = take_text(request, "name", &w->text, err);

	(void)house;
	if (status == STATUS_OK && w->text != NULL)
		return take_text(request, "station", &w->station, err);
	if (status == STATUS_OK)
		status = request_card_ids(request, &w->cards, err);
	if (status == STATUS_OK && w->cards.size == 0)
		status = err_set(err, STATUS_USAGE, "whom?");
	return status;
}

struct station_key {
	const char *code;
	bool found;
	uint8_t key[PUBLIC_KEY_SIZE];
};

static bool match_code(void *context, const struct station *station)
{
	struct station_key *s = context;
	uint8_t typed[5], held[5];
	char code[KEY_CODE_SIZE + 1];

	key_code(station->key.bytes, code);
	s->found = base32_decode(bytes_of(s->code), typed, 5) == STATUS_OK &&
		   base32_decode(bytes_of(code), held, 5) == STATUS_OK &&
		   memcmp(typed, held, 5) == 0;
	if (s->found)
		memcpy(s->key, station->key.bytes, sizeof(s->key));
	return !s->found;
}

static enum status find_station(struct catalog *node, struct station_key *s,
				struct err *err)
{
	enum status status = stations_list(node, true, match_code, s, err);

	return status == STATUS_OK && !s->found ?
		       err_set(err, STATUS_NOT_FOUND,
			       "no station with the code '%s' is enrolled",
			       s->code) :
		       status;
}

static enum status make_forget(struct office_work *w, struct catalog *node,
			       struct catalog *records, json_t **answer,
			       struct err *err)
{
	struct people_whom whom = { .cards = (const void *)w->cards.data,
				    .count = w->cards.size / sizeof(int64_t),
				    .name = w->text };
	struct station_key s = { .code = w->station };
	struct err why = ERR_INIT;
	int64_t rows = 0;
	enum status status = STATUS_OK;

	if (s.code != NULL)
		status = find_station(node, &s, err);
	if (s.found)
		whom.station = (struct bytes){ s.key, sizeof(s.key) };
	if (status == STATUS_OK)
		status = people_forget(records, &whom, &w->watch, &rows, err);
	if (status != STATUS_OK)
		return status;
	status = people_wipe(records, WIPE_MS, &why);
	if (status != STATUS_OK && status != STATUS_BUSY)
		return err_set(err, status, "%s", why.text);
	*answer = json_pack("{s:I, s:I, s:b}", "rows", (json_int_t)rows,
			    "looked", (json_int_t)w->watch.looked, "wiped",
			    status == STATUS_OK);
	return *answer != NULL ? STATUS_OK : no_memory(err);
}

/* --- report-close --- */

static enum status ask_close(struct office_work *w, const struct house *house,
			     const json_t *request, struct err *err)
{
	return closing_ask(house, request_text(request, "month"), &w->closing,
			   err);
}

static enum status make_close(struct office_work *w, struct catalog *node,
			      struct catalog *records, json_t **answer,
			      struct err *err)
{
	return closing_do(&w->closing, node, records, answer, err);
}

/* --- all of them --- */

static const struct office_verb *verb_of(const json_t *request)
{
	static const struct office_verb verbs[] = {
		{ "cards", OFFICE_READS, ask_list, make_list, false },
		{ "cards-person", OFFICE_READS, ask_person, make_person,
		  false },
		{ "cards-forget", OFFICE_WRITES, ask_forget, make_forget,
		  true },
		{ "report-close", OFFICE_WRITES, ask_close, make_close,
		  false },
	};
	const char *verb = request_text(request, "verb");

	for (size_t i = 0; verb != NULL && i < sizeof(verbs) / sizeof(*verbs);
	     i++)
		if (strcmp(verbs[i].verb, verb) == 0)
			return &verbs[i];
	return NULL;
}

enum office_kind office_work_kind(const json_t *request)
{
	const struct office_verb *verb = verb_of(request);

	return verb == NULL ? OFFICE_NONE : verb->kind;
}

enum status office_work_new(struct office_work **out, struct house *house,
			    const json_t *request, struct err *err)
{
	struct office_work *w = calloc(1, sizeof(*w));
	enum status status;

	if (w == NULL)
		return no_memory(err);
	w->verb = verb_of(request);
	w->writable = house->lock >= 0;
	house_path(house->dir, "records.db", w->records_db);
	status = w->verb->ask(w, house, request, err);
	if (status == STATUS_OK)
		*out = w;
	else
		office_work_free(w);
	return status;
}

void office_work_free(struct office_work *w)
{
	if (w == NULL)
		return;
	buf_release(&w->cards);
	free(w->text);
	free(w->station);
	free(w);
}

enum status office_work_do(struct office_work *w, struct catalog *node,
			   json_t **answer, struct err *err)
{
	struct catalog *records;
	enum status status = w->writable ?
				     records_db_open(&records, w->records_db,
						     err) :
				     records_db_open_reader(
					     &records, w->records_db, err);

	if (status != STATUS_OK)
		return status;
	status = w->verb->make(w, node, records, answer, err);
	catalog_free(records);
	return status;
}

struct people_watch *office_work_watch(struct office_work *w)
{
	return &w->watch;
}

json_t *office_work_progress(const struct office_work *w)
{
	return !w->verb->tells ?
		       NULL :
		       json_pack("{s:I, s:f}", "looked",
				 (json_int_t)w->watch.looked, "share",
				 w->watch.done / 1000.0);
}
