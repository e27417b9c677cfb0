/* Requests about what people at a station tell their office by hand. */
#include <string.h>

#include "catalog/told.h"
#include "node/requests_internal.h"
#include "node/study/sealing.h"
#include "node/study/when.h"

static const char *id_of(const json_t *request)
{
	const char *id = request_text(request, "id");

	return id == NULL || id[0] == 0 ? NULL : id;
}

enum status request_tell(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err)
{
	char id[TOLD_ID_SIZE + 1];
	struct catalog *records;
	enum told_kind kind;
	struct when now;
	enum status status;

	if (!told_kind_of(request_text(request, "kind"), &kind))
		return err_set(err, STATUS_USAGE,
			       "what is to be told: a wish, a fault, "
			       "equipment?");
	status = house_records(r->house, &records, err);
	if (status != STATUS_OK)
		return status;
	when_now(r->house, &now);
	status = told_put(records, kind, id_of(request), request, &now, id,
			  err);
	if (status != STATUS_OK)
		return status;
	if (kind == TOLD_FAULT && r->live != NULL &&
	    r->live->records_press != NULL)
		r->live->records_press(r->live->node);
	*answer = json_pack("{s:s}", "id", id);
	return STATUS_OK;
}

json_t *request_sent_json(struct requests *r)
{
	json_t *sent = sealing_facts(r->house);
	const char *trouble = "";

	if (sent != NULL && r->live != NULL &&
	    r->live->records_trouble != NULL)
		trouble = r->live->records_trouble(r->live->node);
	if (trouble[0] != 0)
		(void)json_object_set_new(sent, "trouble",
					  json_string(trouble));
	return sent;
}

enum status request_told(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err)
{
	static const struct {
		const char *key;
		enum told_kind kind;
	} lists[] = { { "wishes", TOLD_WISH },
		      { "faults", TOLD_FAULT },
		      { "equipment", TOLD_EQUIPMENT } };
	struct catalog *records;
	json_t *told;
	enum status status = house_records(r->house, &records, err);

	(void)request;
	if (status != STATUS_OK)
		return status;
	told = json_object();
	for (size_t i = 0;
	     i < sizeof(lists) / sizeof(*lists) && status == STATUS_OK; i++) {
		json_t *list = json_array();

		status = told_list(records, lists[i].kind, list, err);
		(void)json_object_set_new(told, lists[i].key, list);
	}
	(void)json_object_set_new(told, "sent", request_sent_json(r));
	if (status == STATUS_OK)
		*answer = told;
	else
		json_decref(told);
	return status;
}
