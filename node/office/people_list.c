#include "node/office/people_list.h"

#include <string.h>

#include "catalog/people.h"
#include "node/clock.h"
#include "node/office/card_person.h"
#include "proto/month.h"

struct listing {
	struct catalog *node, *records;
	json_t *list;
	struct buf people; /* callbacks may not ask the database */
};

static bool note_person(void *owner, const struct person *person)
{
	struct listing *l = owner;

	buf_put(&l->people, person, sizeof(*person));
	return true;
}

static enum status put_person(struct listing *l, const struct person *p,
			      struct err *err)
{
	json_t *json = card_person_json(l->node, p);
	int64_t ms = 0;
	enum status status = people_month_ms(l->records, p->card,
					     month_of((int64_t)clock_s()),
					     &ms, err);

	if (status == STATUS_OK && json != NULL)
		(void)json_object_set_new(json, "month_minutes",
					  json_integer(ms / 60000));
	if (json_array_append_new(l->list, json) != 0 && status == STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	return status;
}

/* Those of an issue that was interrupted. While somebody else writes they are
 * left to the next list: nobody waits for that. */
static enum status settle_all(struct listing *l, struct err *err)
{
	struct err why = ERR_INIT;
	enum status status = people_settle(l->records, card_person_issued,
					   l->node, false, &why);

	if (status == STATUS_OK || status == STATUS_BUSY)
		return STATUS_OK;
	*err = why;
	return status;
}

enum status people_list(struct catalog *node, struct catalog *records,
			const char *query, bool settle, json_t **out,
			struct err *err)
{
	struct listing l = { .node = node, .records = records,
			     .list = json_array(), .people = BUF_INIT };
	struct person p;
	uint64_t total = 0;
	enum status status = settle ? settle_all(&l, err) : STATUS_OK;

	if (status == STATUS_OK)
		status = people_find(records, query, note_person, &l, &total,
				     err);
	if (status == STATUS_OK && buf_status(&l.people) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	for (size_t at = 0; status == STATUS_OK && at < l.people.size;
	     at += sizeof(p)) {
		memcpy(&p, l.people.data + at, sizeof(p));
		status = put_person(&l, &p, err);
	}
	buf_release(&l.people);
	if (status != STATUS_OK)
		json_decref(l.list);
	else
		*out = json_pack("{s:o, s:I}", "people", l.list, "total",
				 (json_int_t)total);
	return status;
}
