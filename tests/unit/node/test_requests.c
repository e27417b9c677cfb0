/* What a directory answers while no node runs on it. */
#include "node/requests.h"

#include "catalog/entry.h"
#include "catalog/log.h"
#include "catalog/payloads.h"
#include "catalog/sql.h"
#include "catalog/stations.h"
#include "tests/support/offices.h"

struct world {
	struct scratch scratch;
	struct office county;
};

static void world_make(struct world *w)
{
	scratch_init(&w->scratch);
	office_county(&w->county, &w->scratch);
}

static void world_end(struct world *w)
{
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static json_t *about(const char *verb, const char *id)
{
	return json_pack("{s:s, s:s}", "verb", verb, "id", id);
}

static bool has_state(struct office *o, const char *id, const char *state)
{
	json_t *lesson = office_ask(o, about("show", id));
	bool has = strcmp(json_string_value(json_object_get(lesson, "state")),
			  state) == 0;

	json_decref(lesson);
	return has;
}

static bool is_on_disk(struct office *o, const struct offered *l)
{
	char path[8192];

	(void)snprintf(path, sizeof(path), "%s/%s", o->house.payload_dir,
		       l->hex);
	return access(path, F_OK) == 0;
}

static void nonsense_is_usage(void)
{
	struct world w;

	world_make(&w);
	CHECK(office_refuses(&w.county, NULL) == STATUS_USAGE);
	CHECK(office_refuses(&w.county, json_object()) == STATUS_USAGE);
	CHECK(office_refuses(&w.county, json_pack("{s:i}", "verb", 7)) ==
	      STATUS_USAGE);
	CHECK(office_refuses(&w.county, about("dance", "x")) == STATUS_USAGE);
	CHECK(office_refuses(&w.county, json_pack("{s:s}", "verb", "show")) ==
	      STATUS_USAGE);
	CHECK(office_refuses(&w.county, about("show", "")) != STATUS_OK);
	CHECK(office_refuses(&w.county, about("show", "nobody22")) ==
	      STATUS_NOT_FOUND);
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:s}", "verb", "lessons",
				       "state", "tasty")) == STATUS_USAGE);
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:i}", "verb", "subscribe",
				       "remove", 3)) == STATUS_NOT_FOUND);
	CHECK(office_refuses(&w.county, json_pack("{s:s}", "verb",
						  "transfers")) ==
	      STATUS_UNREACHABLE);
	world_end(&w);
}

static void what_somebody_typed_wrongly_is_usage(void)
{
	struct world w;
	char title[4000];

	world_make(&w);
	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = 0;
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:s, s:s, s:b}", "verb",
				       "publish", "title", title, "topic",
				       "a", "try", 1)) == STATUS_USAGE);
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:s, s:s, s:b}", "verb",
				       "publish", "title", "", "topic", "a",
				       "try", 1)) == STATUS_USAGE);
	world_end(&w);
}

static void one_payload_may_have_two_lessons(void)
{
	struct world w;
	struct offered one, two;

	world_make(&w);
	scratch_file(&w.scratch, "a.bin", 100000, 1);
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "一",
		       &one);
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "二",
		       &two);
	CHECK(memcmp(one.btmh, two.btmh, 32) == 0);
	CHECK(strcmp(one.id, two.id) != 0);
	json_decref(office_ask(&w.county, about("drop", one.id)));
	CHECK(is_on_disk(&w.county, &one)); /* the other wants it */
	CHECK(has_state(&w.county, two.id, "held"));
	json_decref(office_ask(&w.county, about("drop", two.id)));
	CHECK(!is_on_disk(&w.county, &one));
	world_end(&w);
}

static void what_is_withdrawn_goes_and_is_withdrawn_once(void)
{
	struct world w;
	struct offered l;

	world_make(&w);
	scratch_file(&w.scratch, "a.bin", 5000, 1);
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "一",
		       &l);
	CHECK(is_on_disk(&w.county, &l));
	json_decref(office_ask(&w.county, about("withdraw", l.id)));
	CHECK(has_state(&w.county, l.id, "withdrawn"));
	CHECK(!is_on_disk(&w.county, &l));
	CHECK(office_refuses(&w.county, about("withdraw", l.id)) ==
	      STATUS_EXISTS);
	CHECK(office_refuses(&w.county, about("pin", l.id)) ==
	      STATUS_OUT_OF_SCOPE);
	/* It may be published anew. */
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "又",
		       &l);
	CHECK(has_state(&w.county, l.id, "held"));
	world_end(&w);
}

static json_t *damage(const struct offered *l, const char *good)
{
	return json_pack("{s:s, s:s, s:s}", "verb", "damaged", "btmh", l->hex,
			 "good", good);
}

static void damage_takes_pieces_away_and_never_adds_any(void)
{
	struct world w;
	struct offered l;
	struct payload_row row;

	world_make(&w);
	scratch_file(&w.scratch, "a.bin", 16384 * 5, 1);
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "一",
		       &l);
	CHECK(office_refuses(&w.county, damage(&l, "ffffff")) ==
	      STATUS_MALFORMED);
	CHECK(office_refuses(&w.county, damage(&l, "zz")) == STATUS_USAGE);
	/* Stray bits behind the last piece are nobody's. */
	json_decref(office_ask(&w.county, damage(&l, "bf")));
	CHECK(payload_get(w.county.house.catalog, l.btmh, &row, NULL,
			  &w.county.err) == STATUS_OK);
	CHECK(row.pieces == 5 && row.verified == 4);
	json_decref(office_ask(&w.county, damage(&l, "ff")));
	CHECK(payload_get(w.county.house.catalog, l.btmh, &row, NULL,
			  &w.county.err) == STATUS_OK);
	CHECK(row.verified == 4);
	/* Its torrent file is gone: nothing can be told of it. */
	json_decref(office_ask(&w.county, damage(&l, "")));
	CHECK(has_state(&w.county, l.id, "wanted"));
	memset(l.hex, '0', 64);
	CHECK(office_refuses(&w.county, damage(&l, "ff")) ==
	      STATUS_NOT_FOUND);
	world_end(&w);
}

static bool is_due(struct office *o, const char *id, const char *day)
{
	json_t *lesson = office_ask(o, about("show", id));
	const char *due =
		json_string_value(json_object_get(lesson, "due"));
	bool same = strcmp(due == NULL ? "" : due, day) == 0;

	json_decref(lesson);
	return same;
}

static json_t *pin_by(const struct offered *l, const char *day)
{
	return json_pack("{s:s, s:s, s:s}", "verb", "pin", "id", l->id, "by",
			 day);
}

static void a_pin_may_have_a_day_which_goes_with_it(void)
{
	struct world w;
	struct offered l;

	world_make(&w);
	scratch_file(&w.scratch, "a.bin", 5000, 1);
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "一",
		       &l);
	CHECK(is_due(&w.county, l.id, ""));
	json_decref(office_ask(&w.county, pin_by(&l, "2026-04-30")));
	CHECK(is_due(&w.county, l.id, "2026-04-30"));
	json_decref(office_ask(&w.county, about("pin", l.id)));
	CHECK(is_due(&w.county, l.id, "2026-04-30"));
	CHECK(office_refuses(&w.county, pin_by(&l, "30.4.2026")) ==
	      STATUS_USAGE);
	json_decref(office_ask(&w.county,
			       json_pack("{s:s, s:s, s:b}", "verb", "pin",
					 "id", l.id, "off", 1)));
	CHECK(is_due(&w.county, l.id, ""));
	json_decref(office_ask(&w.county, pin_by(&l, "2026-04-30")));
	json_decref(office_ask(&w.county, about("drop", l.id)));
	CHECK(is_due(&w.county, l.id, ""));
	world_end(&w);
}

static void a_station_publishes_nothing(void)
{
	struct world w;
	struct office station;

	world_make(&w);
	office_station(&station, &w.scratch, &w.county);
	CHECK(office_refuses(&station,
			     json_pack("{s:s, s:s, s:s}", "verb", "publish",
				       "title", "x", "topic", "y")) ==
	      STATUS_OUT_OF_SCOPE);
	CHECK(office_refuses(&station,
			     json_pack("{s:s, s:s}", "verb", "station-accept",
				       "code", "x")) == STATUS_OUT_OF_SCOPE);
	office_close(&station);
	world_end(&w);
}

static void a_log_that_lost_entries_says_so_and_signs_nothing(void)
{
	struct world w;
	struct offered l;
	struct log_info own;
	json_t *status, *log;
	struct office *c = &w.county;

	world_make(&w);
	scratch_file(&w.scratch, "a.bin", 5000, 1);
	office_publish(c, scratch_path(&w.scratch, "a.bin"), "一", &l);
	CHECK(log_find(c->house.catalog, c->house.conf.origin, &own,
		       &c->err) == STATUS_OK);
	status = office_ask(c, json_pack("{s:s}", "verb", "status"));
	log = json_array_get(json_object_get(status, "logs"), 0);
	CHECK(json_integer_value(json_object_get(log, "size")) == 1);
	CHECK(json_integer_value(json_object_get(log, "seen")) == 1);
	json_decref(status);
	world_end(&w);
}

/* --- records --- */

static const json_t *record_of(const json_t *list, const char *standing)
{
	const json_t *log;
	size_t i;

	json_array_foreach(list, i, log)
		if (strcmp(json_string_value(json_object_get(log, "standing")),
			   standing) == 0)
			return log;
	return NULL;
}

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void a_note_to_the_office_is_sealed_added_and_listed(void)
{
	struct buf text = BUF_INIT, sealed = BUF_INIT;
	struct public_key office;
	struct world w;
	json_t *answer;
	const json_t *log;
	struct office *c = &w.county;

	world_make(&w);
	answer = office_ask(c, json_pack("{s:s}", "verb", "records"));
	CHECK(json_array_size(answer) == 0);
	json_decref(answer);
	answer = office_ask(c, json_pack("{s:s}", "verb", "records-to"));
	CHECK(public_key_parse(bytes_of(json_string_value(json_object_get(
				       answer, "key"))),
			       &office) == STATUS_OK);
	json_decref(answer);
	CHECK(seal(bytes_of("a note"), &office, &sealed) == STATUS_OK);
	buf_put_base64(&text, buf_bytes(&sealed));
	answer = office_ask(c, json_pack("{s:s, s:s}", "verb", "record-add",
					 "sealed", buf_string(&text)));
	CHECK(number(answer, "entries") == 1);
	json_decref(answer);
	answer = office_ask(c, json_pack("{s:s}", "verb", "records"));
	CHECK(json_array_size(answer) == 1);
	log = record_of(answer, "own");
	CHECK(log != NULL && number(log, "entries") == 1);
	CHECK(number(log, "acked") == 1); /* it is the office itself */
	CHECK(number(log, "bytes") == 1074);
	json_decref(answer);
	buf_release(&text);
	buf_release(&sealed);
	world_end(&w);
}

static void what_is_no_sealed_note_is_usage(void)
{
	struct world w;
	struct buf text = BUF_INIT;

	world_make(&w);
	CHECK(office_refuses(&w.county, json_pack("{s:s}", "verb",
						  "record-add")) ==
	      STATUS_USAGE);
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:s}", "verb", "record-add",
				       "sealed", "?")) == STATUS_USAGE);
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:i}", "verb", "record-add",
				       "sealed", 7)) == STATUS_USAGE);
	for (unsigned i = 0; i < 90000; i++)
		buf_puts(&text, "A");
	CHECK(office_refuses(&w.county, json_pack("{s:s, s:s}", "verb",
						  "record-add", "sealed",
						  buf_string(&text))) ==
	      STATUS_USAGE);
	buf_release(&text);
	world_end(&w);
}

static void a_station_that_never_sent_anything_is_listed_as_silent(void)
{
	struct world w;
	struct office station;
	struct log_info own;
	struct entry_station enrolled;
	struct buf entry = BUF_INIT;
	struct bytes bytes;
	json_t *answer;
	const json_t *log;
	struct office *c = &w.county;

	world_make(&w);
	office_station(&station, &w.scratch, c);
	memset(&enrolled, 0, sizeof(enrolled));
	enrolled.key = *secret_key_public(station.house.node_key);
	strcpy(enrolled.region, "431081101203");
	strcpy(enrolled.name, "联坪村");
	OFFICE_OK(c, entry_format_station(&enrolled, &entry, &c->err));
	bytes = buf_bytes(&entry);
	OFFICE_OK(c, log_find(c->house.catalog, c->house.conf.origin, &own,
			      &c->err));
	OFFICE_OK(c, log_append(c->house.catalog, own.id, &bytes, 1,
				c->house.publisher_key, &c->err));
	office_index(c);
	answer = office_ask(c, json_pack("{s:s}", "verb", "records"));
	log = record_of(answer, "enrolled");
	CHECK(log != NULL && number(log, "entries") == 0);
	CHECK(json_object_get(log, "heard_s") != NULL);
	CHECK(number(log, "heard_s") == 0);
	CHECK(strcmp(json_string_value(json_object_get(log, "name")),
		     "联坪村") == 0);
	json_decref(answer);
	/* Nobody is missed where records do not end up. */
	answer = office_ask(&station, json_pack("{s:s}", "verb", "records"));
	CHECK(json_array_size(answer) == 0);
	json_decref(answer);
	buf_release(&entry);
	office_close(&station);
	world_end(&w);
}

/* The county enrols a station that told it of itself. */
static void accept(struct office *c, struct office *station,
		   const char *replaces)
{
	char code[KEY_CODE_SIZE + 1];
	json_t *answer;

	answer = office_ask(station, json_pack("{s:s}", "verb",
					       "own-statement"));
	json_decref(office_ask(c, json_pack("{s:s, s:O}", "verb",
					    "statement-take", "note",
					    json_object_get(answer, "note"))));
	json_decref(answer);
	key_code(house_node_public(&station->house), code);
	json_decref(office_ask(c, json_pack("{s:s, s:s, s:s*}", "verb",
					    "station-accept", "code", code,
					    "replaces", replaces)));
}

static void second_station(struct office *o, struct world *w)
{
	struct join join = JOIN_INIT;
	json_t *answer = office_ask(&w->county, json_pack("{s:s}", "verb",
							  "join-file"));

	OFFICE_OK(&w->county,
		  join_parse(&join,
			     bytes_of(json_string_value(
				     json_object_get(answer, "text"))),
			     &w->county.err));
	office_make(o, &w->scratch, "second", "station", "431081101204",
		    &join);
	join_release(&join);
	json_decref(answer);
}

static void set_since(struct office *c, const char *since)
{
	static const char update[] = "UPDATE station SET since = ?";
	struct sql q;

	sql_start(&q, c->house.catalog, update);
	sql_put_text(&q, since);
	OFFICE_OK(c, sql_run(&q, &c->err));
}

static void who_is_accepted_again_stands_since_it_first_was(void)
{
	struct world w;
	struct office station, other;
	struct office *c = &w.county;
	char code[KEY_CODE_SIZE + 1];
	struct station st;

	world_make(&w);
	office_station(&station, &w.scratch, c);
	accept(c, &station, NULL);
	OFFICE_OK(c, stations_get(c->house.catalog,
				  house_node_public(&station.house), &st,
				  &c->err));
	CHECK(strlen(st.since) == 10 && !st.has_replaces);
	set_since(c, "2026-01-01");
	/* Another takes its place. */
	second_station(&other, &w);
	key_code(house_node_public(&station.house), code);
	accept(c, &other, code);
	OFFICE_OK(c, stations_get(c->house.catalog,
				  house_node_public(&station.house), &st,
				  &c->err));
	CHECK(st.ended && strlen(st.until) == 10);
	/* Said again nothing is lost. */
	set_since(c, "2026-02-02");
	accept(c, &other, NULL);
	OFFICE_OK(c, stations_get(c->house.catalog,
				  house_node_public(&other.house), &st,
				  &c->err));
	CHECK(strcmp(st.since, "2026-02-02") == 0 && st.has_replaces);
	CHECK(memcmp(st.replaces, house_node_public(&station.house),
		     sizeof(st.replaces)) == 0);
	CHECK(office_refuses(c, json_pack("{s:s, s:s, s:s}", "verb",
					  "station-accept", "code", code,
					  "replaces", "00000000")) ==
	      STATUS_NOT_FOUND);
	office_close(&station);
	office_close(&other);
	world_end(&w);
}

static void a_month_is_closed_when_it_is_over_and_somebody_stood(void)
{
	struct world w;

	world_make(&w);
	CHECK(office_refuses(&w.county, json_pack("{s:s}", "verb",
						  "report-close")) ==
	      STATUS_USAGE);
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:s}", "verb", "report-close",
				       "month", "2020-13")) == STATUS_USAGE);
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:s}", "verb", "report-close",
				       "month", "9998-01")) == STATUS_USAGE);
	CHECK(office_refuses(&w.county,
			     json_pack("{s:s, s:s}", "verb", "report-close",
				       "month", "2020-01")) ==
	      STATUS_NOT_FOUND);
	world_end(&w);
}

int main(void)
{
	nonsense_is_usage();
	what_somebody_typed_wrongly_is_usage();
	one_payload_may_have_two_lessons();
	what_is_withdrawn_goes_and_is_withdrawn_once();
	damage_takes_pieces_away_and_never_adds_any();
	a_pin_may_have_a_day_which_goes_with_it();
	a_station_publishes_nothing();
	a_log_that_lost_entries_says_so_and_signs_nothing();
	a_note_to_the_office_is_sealed_added_and_listed();
	what_is_no_sealed_note_is_usage();
	a_station_that_never_sent_anything_is_listed_as_silent();
	who_is_accepted_again_stands_since_it_first_was();
	a_month_is_closed_when_it_is_over_and_somebody_stood();
	return 0;
}
