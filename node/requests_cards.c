/* Cards: issued (docs/architecture.md, "Requests").
 *
 * An issue writes whose the cards are before the log says that they are good.
 * Where the power goes in between, the rows go with the next issue
 * (catalog/people.h), or the same cards are issued again. */
#include <stdlib.h>
#include <string.h>

#include "catalog/cards.h"
#include "catalog/entry.h"
#include "catalog/people.h"
#include "node/clock.h"
#include "node/office/card_person.h"
#include "node/office/card_sheet.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"
#include "proto/month.h"

/* --- cards-taken --- */

enum status request_cards_taken(struct requests *r, const json_t *request,
				json_t **answer, struct err *err)
{
	struct buf cards = BUF_INIT;
	json_t *taken = json_array();
	enum status status = request_card_ids(request, &cards, err);

	for (size_t i = 0;
	     status == STATUS_OK && i < cards.size / sizeof(int64_t); i++) {
		char hex[2 * CARD_ID_SIZE + 1];
		bool is = false;

		status = card_person_issued(r->house->catalog,
					    request_card_at(&cards, i), &is, err);
		card_hex(request_card_at(&cards, i), hex);
		if (is)
			(void)json_array_append_new(taken, json_string(hex));
	}
	buf_release(&cards);
	if (status != STATUS_OK)
		json_decref(taken);
	else
		*answer = json_pack("{s:o}", "taken", taken);
	return status;
}

/* --- cards-issue --- */

struct issue {
	struct entry_cards entry;
	struct person *people;
	size_t count;
	struct buf ids; /* of those that the log does not have */
};

static bool copy_text(const json_t *from, const char *key, char *out,
		      size_t room)
{
	const char *text = request_text(from, key);

	if (text == NULL || strlen(text) >= room)
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static enum status take_person(const json_t *json, const char *batch,
			       struct person *p, uint8_t *check,
			       struct err *err)
{
	const char *card = request_text(json, "card");
	const char *said = request_text(json, "check");

	if (card == NULL || !card_hex_parse(card, &p->card) || said == NULL ||
	    strlen(said) != HEX_SIZE(CARD_CHECK_SIZE) ||
	    hex_decode(bytes_of(said), check, CARD_CHECK_SIZE) != STATUS_OK ||
	    !copy_text(json, "tail", p->tail, sizeof(p->tail)) ||
	    !copy_text(json, "name", p->name, sizeof(p->name)) ||
	    !copy_text(json, "place", p->place, sizeof(p->place)) ||
	    !copy_text(json, "region", p->region, sizeof(p->region)))
		return err_set(err, STATUS_USAGE,
			       "people: card, check, tail, name, place, "
			       "region of each");
	strcpy(p->batch, batch);
	p->issued_s = (int64_t)clock_s();
	return STATUS_OK;
}

/* Said again, it is the same card with the same PIN. */
static enum status add_id(struct requests *r, struct issue *issue,
			  const struct person *p, const uint8_t *check,
			  struct err *err)
{
	struct err why = ERR_INIT;
	uint8_t id[CARD_ID_SIZE];
	enum status status;

	cardid_of_number(p->card, id);
	status = cards_check(r->house->catalog, "", id, check, &why);
	if (status == STATUS_OK)
		return STATUS_OK;
	if (status == STATUS_UNTRUSTED || status == STATUS_OLD)
		return err_set(err, STATUS_EXISTS,
			       "the number that ends in %s was given out "
			       "before: say it again, so that another is drawn",
			       p->tail);
	if (status != STATUS_NOT_FOUND)
		return err_set(err, status, "%s", why.text);
	buf_put(&issue->ids, id, sizeof(id));
	buf_put(&issue->ids, check, CARD_CHECK_SIZE);
	return buf_status(&issue->ids) == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "out of memory");
}

static enum status take_people(struct requests *r, const json_t *request,
			       struct issue *issue, struct err *err)
{
	const json_t *people = json_object_get(request, "people"), *one;
	size_t count = json_array_size(people), i;
	uint8_t check[CARD_CHECK_SIZE];
	enum status status = STATUS_OK;

	if (count == 0 || count > CARD_SHEET_MAX)
		return err_set(err, STATUS_USAGE, "people: 1 to %d",
			       CARD_SHEET_MAX);
	issue->people = calloc(count, sizeof(*issue->people));
	if (issue->people == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	json_array_foreach((json_t *)(uintptr_t)people, i, one) {
		struct person *p = &issue->people[issue->count++];

		status = take_person(one, issue->entry.batch, p, check, err);
		if (status == STATUS_OK)
			status = add_id(r, issue, p, check, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* Good in this office's place, or in the first one it publishes for. */
static void choose_region(struct requests *r, char out[static REGION_MAX + 1])
{
	const struct publisher *p = authority_publisher(
		house_authority(r->house), r->house->conf.origin);
	const char *region = p->regions[0];

	for (size_t i = 0; i < p->region_count; i++)
		if (region_contains(p->regions[i], r->house->conf.region))
			region = r->house->conf.region;
	strcpy(out, region);
}

size_t request_entry_room(struct requests *r, size_t each)
{
	enum { WORDS = 160 }; /* all but the ids, generously */
	const struct publisher *p = authority_publisher(
		house_authority(r->house), r->house->conf.origin);
	size_t most = each * ENTRY_CARDS_MAX;
	size_t room = p->entry_bytes_max > ENTRY_MAX || p->entry_bytes_max == 0 ?
			      ENTRY_MAX :
			      (size_t)p->entry_bytes_max;

	room = room > WORDS ? (room - WORDS) / 4 * 3 : 0;
	room -= room % each;
	/* What is too long even so is refused where it is judged. */
	return room < each ? each : room < most ? room : most;
}

/* As many entries as it takes; each is whole by itself. */
static enum status append_ids(struct requests *r, struct issue *issue,
			      struct err *err)
{
	size_t room = request_entry_room(r, ENTRY_CARD_SIZE);
	enum status status = STATUS_OK;

	for (size_t at = 0; at < issue->ids.size && status == STATUS_OK;
	     at += room) {
		size_t left = issue->ids.size - at;
		struct bytes ids = { issue->ids.data + at,
				     left < room ? left : room };
		struct buf entry = BUF_INIT;

		status = entry_format_cards(&issue->entry, ids, &entry, err);
		if (status == STATUS_OK)
			status = request_append(r, buf_bytes(&entry), err);
		buf_release(&entry);
	}
	return status;
}

static enum status say_issue(struct requests *r, struct issue *issue,
			     struct catalog *records, struct err *err)
{
	enum status status = people_settle(records, card_person_issued,
					   r->house->catalog, true, err);

	if (status == STATUS_OK)
		status = people_put(records, issue->people, issue->count,
				    err);
	if (status == STATUS_OK)
		status = append_ids(r, issue, err);
	if (status == STATUS_OK)
		status = people_settle(records, card_person_issued,
				       r->house->catalog, false, err);
	return status;
}

enum status request_cards_issue(struct requests *r, const json_t *request,
				json_t **answer, struct err *err)
{
	struct issue issue = { .ids = BUF_INIT };
	struct catalog *records;
	enum status status = request_may_publish(r, err);

	if (status == STATUS_OK)
		status = house_records(r->house, &records, err);
	if (status != STATUS_OK)
		return status;
	if (!copy_text(request, "batch", issue.entry.batch,
		       sizeof(issue.entry.batch)))
		return err_set(err, STATUS_USAGE, "which batch?");
	choose_region(r, issue.entry.region);
	issue.entry.trust = r->house->trust.trust.version;
	status = take_people(r, request, &issue, err);
	if (status == STATUS_OK)
		status = say_issue(r, &issue, records, err);
	if (status == STATUS_OK)
		*answer = json_pack(
			"{s:s, s:s, s:I, s:I}", "batch", issue.entry.batch,
			"region", issue.entry.region, "people",
			(json_int_t)issue.count, "issued",
			(json_int_t)(issue.ids.size / ENTRY_CARD_SIZE));
	free(issue.people);
	buf_release(&issue.ids);
	return status;
}
