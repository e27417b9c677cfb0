#include "node/page/page_records.h"

#include "catalog/imported.h"
#include "catalog/stations.h"
#include "node/node_inside.h"
#include "node/page/page_api.h"

enum { ODD_MAX = 100 };

struct listing {
	struct catalog *stations; /* where the names are */
	json_t *list;
};

static void list_odd(void *owner, const struct imported_odd *odd)
{
	struct listing *l = owner;
	struct station station = { .name = "" };
	struct err ignored = ERR_INIT;
	char code[KEY_CODE_SIZE + 1];

	key_code(odd->key, code);
	(void)stations_get(l->stations, odd->key, &station, &ignored);
	(void)json_array_append_new(
		l->list,
		json_pack("{s:s, s:s, s:I, s:s, s:I}", "code", code, "name",
			  station.name, "entry", (json_int_t)odd->entry, "why",
			  odd->why, "at_s", (json_int_t)odd->seen_s));
}

static enum status odd_list(struct house *h, json_t **out, struct err *err)
{
	struct listing l = { .stations = h->catalog, .list = json_array() };
	struct catalog *records;
	enum status status = house_records(h, &records, err);

	if (status == STATUS_OK)
		status = imported_each_odd(records, ODD_MAX, list_odd, &l,
					   err);
	if (status == STATUS_OK)
		*out = l.list;
	else
		json_decref(l.list);
	return status;
}

void page_records(struct page_call *call)
{
	struct node *n = call->node;
	json_t *answer = importer_json(n->importer), *odd = NULL;
	struct err err = ERR_INIT;

	if (json_is_true(json_object_get(answer, "office")) &&
	    odd_list(&n->house, &odd, &err) != STATUS_OK) {
		json_decref(answer);
		page_fail(call->request, err.status, err.text, NULL);
		return;
	}
	if (odd != NULL)
		(void)json_object_set_new(answer, "odd", odd);
	page_answer_json(call->request, answer);
}
