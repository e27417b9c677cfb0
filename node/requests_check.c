/* What `check` is to hash, and damage that it found. */
#include "node/requests_internal.h"
#include "proto/encoding.h"

enum status request_damaged(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	struct buf good = BUF_INIT;
	uint8_t btmh[32];
	enum status status = request_btmh(request, btmh, err);

	if (status == STATUS_OK)
		status = request_hex(request, "good", &good, err);
	if (status != STATUS_OK) {
		buf_release(&good);
		return status;
	}
	if (r->live != NULL && r->live->damaged != NULL) {
		status = r->live->damaged(r->live->node, btmh,
					  buf_bytes(&good), err);
	} else {
		status = payload_damaged(r->house->catalog, btmh,
					 buf_bytes(&good), err);
	}
	buf_release(&good);
	if (status == STATUS_OK)
		*answer = json_object();
	return status;
}

static bool list_held(void *context, const struct payload_row *row)
{
	char hex[65];

	hex_encode((struct bytes){ row->btmh, 32 }, hex);
	(void)json_array_append_new(context,
				    json_pack("{s:s, s:I}", "btmh", hex,
					      "bytes",
					      (json_int_t)row->bytes));
	return true;
}

/* What `check` is to hash. */
enum status request_held(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err)
{
	json_t *list = json_array();
	enum status status;

	(void)request;
	status = payloads_list(r->house->catalog, PAYLOAD_HELD, list_held,
			       list, err);
	if (status != STATUS_OK) {
		json_decref(list);
		return status;
	}
	*answer = list;
	return STATUS_OK;
}
