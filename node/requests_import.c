/* Requests about importing records: how it stands, or do it. */
#include "node/office/import.h"
#include "node/requests_internal.h"

/* Where no node runs it is done when this returns. */
static enum status import_alone(struct requests *r, bool look, bool again,
				json_t **answer, struct err *err)
{
	struct import_watch watch = { .stop = false };
	struct err ignored = ERR_INIT;
	enum status status = look ? import_count(r->house, &watch, err) :
				    import_house(r->house, again, &watch,
						 err);

	if (status == STATUS_NOT_FOUND && look) {
		*answer = json_pack("{s:b}", "office", 0);
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	*answer = json_pack("{s:b, s:b, s:b, s:b, s:I, s:I, s:I, s:s}", "office",
			    1, "unnamed", import_is_unnamed(r->house),
			    "locked",
			    house_need_records(r->house, &ignored) !=
				    STATUS_OK,
			    "busy", 0, "waiting", (json_int_t)watch.waiting,
			    "imported", (json_int_t)watch.imported, "odd_now",
			    (json_int_t)watch.odd, "trouble", "");
	return STATUS_OK;
}

enum status request_records_import(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err)
{
	bool look = json_is_true(json_object_get(request, "look"));
	bool again = json_is_true(json_object_get(request, "again"));

	if (r->live == NULL)
		return import_alone(r, look, again, answer, err);
	if (r->live->imports == NULL)
		return err_set(err, STATUS_NOT_FOUND, "nothing is imported");
	*answer = r->live->imports(r->live->node, !look, again);
	return STATUS_OK;
}
