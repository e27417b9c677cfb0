/* Cards as the command line and the desk ask for them, at an office whose log
 * takes entries of 8 KiB. Ids are made up: nothing is hashed here. */
#include <stdio.h>
#include <string.h>

#include "catalog/cards.h"
#include "catalog/log.h"
#include "node/create.h"
#include "node/requests.h"
#include "signing/key.h"
#include "tests/support/check.h"
#include "tests/support/scratch.h"

static struct scratch scratch;
static struct house house;
static struct requests r;

static void start(void)
{
	struct create_options o = { .dir = NULL };
	struct created made;
	struct err err = ERR_INIT;

	scratch_init(&scratch);
	o.dir = scratch.top;
	conf_init(&o.conf);
	CHECK(conf_set(&o.conf, "name", "资兴市", &err) == STATUS_OK);
	CHECK(conf_set(&o.conf, "level", "county", &err) == STATUS_OK);
	CHECK(conf_set(&o.conf, "region", "431081", &err) == STATUS_OK);
	CHECK(create_node(&o, &made, &err) == STATUS_OK);
	CHECK(house_open(&house, scratch.top, HOUSE_WRITE, &err) == STATUS_OK);
	r = (struct requests){ .house = &house };
	CHECK(index_open(&r.index, house.catalog, house.conf.level,
			 house.conf.region, &err) == STATUS_OK);
	CHECK(index_set_trust(r.index, &house.trust.trust, NULL, &err) ==
	      STATUS_OK);
}

static void finish(void)
{
	index_free(r.index);
	requests_release(&r);
	house_close(&house);
	scratch_release(&scratch);
}

static enum status ask(json_t *request, json_t **answer)
{
	struct err err = ERR_INIT;
	enum status status;

	CHECK(json_object_set_new(request, "alone", json_true()) == 0);
	status = requests_answer(&r, request, answer, &err);
	if (status != STATUS_OK)
		CHECK(err.text[0] != 0);
	json_decref(request);
	return status;
}

static json_int_t number(json_t *answer, const char *key)
{
	return json_integer_value(json_object_get(answer, key));
}

static json_t *hex_of(unsigned n)
{
	char hex[17];

	(void)snprintf(hex, sizeof(hex), "%016x", n);
	return json_string(hex);
}

/* Cards [from, to), whose PIN is `pin`. */
static json_t *issue_of(unsigned from, unsigned to, unsigned pin)
{
	json_t *people = json_array();
	char name[20];

	for (unsigned n = from; n < to; n++) {
		(void)snprintf(name, sizeof(name), "p%u", n);
		(void)json_array_append_new(
			people,
			json_pack("{s:o, s:o, s:s, s:s, s:s, s:s}", "card",
				  hex_of(n), "check", hex_of(pin), "tail",
				  "1234", "name", name, "place", "", "region",
				  ""));
	}
	return json_pack("{s:s, s:s, s:o}", "verb", "cards-issue", "batch",
			 "0c0001r1", "people", people);
}

static uint64_t entries(void)
{
	struct log_info info;
	struct err err = ERR_INIT;

	return log_find(house.catalog, house.conf.origin, &info, &err) ==
			       STATUS_OK ?
		       info.size :
		       0;
}

static bool is_good(unsigned n)
{
	uint8_t id[CARD_ID_SIZE];
	struct err err = ERR_INIT;
	bool good;

	cardid_of_number((int64_t)n, id);
	CHECK(cards_known(house.catalog, "431081101203", id, &good, &err) ==
	      STATUS_OK);
	return good;
}

static json_int_t listed(const char *query)
{
	json_t *answer;
	json_int_t total;

	CHECK(ask(json_pack("{s:s, s:s}", "verb", "cards", "query", query),
		  &answer) == STATUS_OK);
	total = number(answer, "total");
	json_decref(answer);
	return total;
}

static void many_cards_take_as_many_entries_as_they_need(void)
{
	json_t *answer;
	uint64_t before;

	start();
	before = entries();
	CHECK(ask(issue_of(0, 1000, 7), &answer) == STATUS_OK);
	CHECK(number(answer, "people") == 1000 &&
	      number(answer, "issued") == 1000);
	json_decref(answer);
	CHECK(entries() - before == 3);
	for (unsigned n = 0; n < 1000; n++)
		CHECK(is_good(n));
	CHECK(!is_good(1000));
	CHECK(listed("") == 1000);
	CHECK(ask(json_pack("{s:s, s:s}", "verb", "cards-end", "batch",
			    "0c0001r1"),
		  &answer) == STATUS_OK);
	CHECK(number(answer, "ended") == 1000);
	json_decref(answer);
	for (unsigned n = 0; n < 1000; n++)
		CHECK(!is_good(n));
	finish();
}

static void said_again_it_is_the_same_cards(void)
{
	json_t *answer;
	uint64_t before;

	start();
	CHECK(ask(issue_of(0, 10, 7), &answer) == STATUS_OK);
	json_decref(answer);
	before = entries();
	CHECK(ask(issue_of(0, 12, 7), &answer) == STATUS_OK);
	CHECK(number(answer, "issued") == 2 && number(answer, "people") == 12);
	json_decref(answer);
	CHECK(entries() == before + 1 && listed("") == 12);
	/* Another PIN for a number that somebody has. */
	CHECK(ask(issue_of(11, 14, 8), &answer) == STATUS_EXISTS);
	CHECK(!is_good(13) && listed("") == 12);
	CHECK(ask(json_pack("{s:s, s:[o, o]}", "verb", "cards-taken", "cards",
			    hex_of(11), hex_of(13)),
		  &answer) == STATUS_OK);
	CHECK(json_array_size(json_object_get(answer, "taken")) == 1);
	json_decref(answer);
	finish();
}

static void what_is_no_card_is_refused(void)
{
	json_t *answer;

	start();
	CHECK(ask(json_pack("{s:s, s:s, s:[]}", "verb", "cards-issue", "batch",
			    "0c0001r1", "people"),
		  &answer) == STATUS_USAGE);
	CHECK(ask(json_pack("{s:s, s:s, s:[{s:s}]}", "verb", "cards-issue",
			    "batch", "0c0001r1", "people", "card", "x"),
		  &answer) == STATUS_USAGE);
	CHECK(ask(json_pack("{s:s, s:[s]}", "verb", "cards-end", "cards",
			    "xyz"),
		  &answer) == STATUS_USAGE);
	CHECK(ask(json_pack("{s:s, s:[o]}", "verb", "cards-end", "cards",
			    hex_of(5)),
		  &answer) == STATUS_NOT_FOUND);
	CHECK(ask(json_pack("{s:s, s:s}", "verb", "cards-end", "batch",
			    "00000000"),
		  &answer) == STATUS_NOT_FOUND);
	CHECK(ask(json_pack("{s:s}", "verb", "cards-forget"), &answer) ==
	      STATUS_USAGE);
	CHECK(ask(json_pack("{s:s, s:s, s:s}", "verb", "cards-forget", "name",
			    "x", "station", "0000-0000"),
		  &answer) == STATUS_NOT_FOUND);
	finish();
}

static void a_forgotten_person_is_nobody_s_card(void)
{
	json_t *answer;

	start();
	CHECK(ask(issue_of(0, 3, 7), &answer) == STATUS_OK);
	json_decref(answer);
	CHECK(ask(json_pack("{s:s, s:[o]}", "verb", "cards-forget", "cards",
			    hex_of(1)),
		  &answer) == STATUS_OK);
	CHECK(number(answer, "rows") == 1 &&
	      json_is_true(json_object_get(answer, "wiped")));
	json_decref(answer);
	CHECK(listed("") == 2 && listed("p1") == 0);
	CHECK(ask(json_pack("{s:s, s:o}", "verb", "cards-person", "card",
			    hex_of(1)),
		  &answer) == STATUS_OK);
	CHECK(strcmp(json_string_value(json_object_get(answer, "name")), "") ==
	      0);
	json_decref(answer);
	/* It opens until it is ended. */
	CHECK(is_good(1));
	finish();
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	many_cards_take_as_many_entries_as_they_need();
	said_again_it_is_the_same_cards();
	what_is_no_card_is_refused();
	a_forgotten_person_is_nobody_s_card();
	return 0;
}
