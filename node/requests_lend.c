/* Payloads that the asker writes himself: lent to a process, given back with
 * what it brought. Without a running node there is nobody to lend from, and
 * only what is here is told and taken in. */
#include <stdlib.h>

#include "node/lent.h"
#include "node/payload_reuse.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"

static json_t *hex_json(struct bytes bytes)
{
	char *hex = malloc(2 * bytes.size + 1);
	json_t *text;

	if (hex == NULL)
		return NULL;
	hex_encode(bytes, hex);
	text = json_string(hex);
	free(hex);
	return text;
}

/* Held payloads that may have files of this one; NULL: of none. */
static json_t *reuse_json(struct requests *r, const uint8_t *btmh)
{
	struct payload_source from[PAYLOAD_REUSE_MAX];
	struct err err = ERR_INIT;
	json_t *list = json_array();
	unsigned count = 0;

	if (btmh != NULL)
		(void)payload_reuse_find(r->house->catalog, btmh, from, &count,
					 &err);
	for (unsigned i = 0; i < count; i++)
		if (from[i].whole)
			(void)json_array_append_new(
				list,
				hex_json((struct bytes){ from[i].btmh, 32 }));
	return list;
}

enum status request_lend(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err)
{
	struct buf have = BUF_INIT;
	uint8_t btmh[32];
	uint32_t pieces;
	bool held;
	pid_t pid = 0;
	enum status status = request_btmh(request, btmh, err);

	if (status == STATUS_OK)
		status = request_pid(request, &pid, err);
	if (status != STATUS_OK)
		return status;
	if (r->live != NULL && r->live->lend != NULL)
		status = r->live->lend(r->live->node, btmh, pid, &have,
				       &pieces, &held, err);
	else
		status = lent_begin(r->house, btmh, &have, &pieces, &held,
				    err);
	if (status == STATUS_OK && !held &&
	    (r->live == NULL || r->live->lend == NULL))
		status = request_room_alone(r, btmh, err);
	if (status == STATUS_OK)
		*answer = json_pack("{s:b, s:I, s:o, s:o}", "held", held,
				    "pieces", (json_int_t)pieces, "have",
				    hex_json(buf_bytes(&have)), "reuse",
				    reuse_json(r, held ? NULL : btmh));
	buf_release(&have);
	return status;
}

enum status request_lent_back(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err)
{
	uint64_t pieces = request_number(request, "pieces");
	uint64_t bytes = request_number(request, "bytes");
	struct buf have = BUF_INIT;
	uint8_t btmh[32];
	bool held;
	pid_t pid = 0;
	enum status status = request_btmh(request, btmh, err);

	if (status == STATUS_OK)
		status = request_pid(request, &pid, err);
	if (status == STATUS_OK)
		status = request_hex(request, "have", &have, err);
	if (status == STATUS_OK && pieces > METAINFO_PIECES_MAX)
		status = err_set(err, STATUS_USAGE, "so many pieces?");
	if (status == STATUS_OK && r->live != NULL &&
	    r->live->lent_back != NULL)
		status = r->live->lent_back(r->live->node, btmh, pid,
					    (uint32_t)pieces, bytes,
					    buf_bytes(&have), &held, err);
	else if (status == STATUS_OK)
		status = lent_end(r->house, btmh, (uint32_t)pieces, bytes,
				  buf_bytes(&have), &held, err);
	if (status == STATUS_OK)
		*answer = json_pack("{s:b}", "held", held);
	buf_release(&have);
	return status;
}
