#include "node/lent.h"

#include "catalog/lessons.h"
#include "catalog/payloads.h"
#include "node/clock.h"

enum status lent_begin(struct house *h, const uint8_t btmh[static 32],
		       struct buf *have, uint32_t *pieces, bool *held,
		       struct err *err)
{
	static const struct bytes nothing = { NULL, 0 };
	struct payload_standing standing;
	struct payload_row row = { .pieces = 0 };
	enum status status = payload_get(h->catalog, btmh, &row, have, err);
	bool is_new = status == STATUS_NOT_FOUND;

	if (status != STATUS_OK && !is_new)
		return status;
	if (row.state != PAYLOAD_HELD) {
		status = lessons_standing(h->catalog, btmh, &standing, err);
		if (status != STATUS_OK)
			return status;
		if (!standing.wanted)
			return err_set(err, STATUS_OUT_OF_SCOPE,
				       "no lesson here wants it");
	}
	if (is_new) {
		status = payload_put(h->catalog, btmh, standing.bytes, 0,
				     nothing, clock_s(), err);
		if (status != STATUS_OK)
			return status;
	}
	*pieces = row.pieces;
	*held = row.state == PAYLOAD_HELD;
	return STATUS_OK;
}

static bool fits(const struct metainfo *mi, uint32_t pieces, uint64_t bytes,
		 struct bytes have)
{
	return pieces == mi->pieces && bytes == mi->total &&
	       have.size == havemap_size(pieces) &&
	       (pieces % 8 == 0 ||
		(have.data[have.size - 1] & (0xffU >> pieces % 8)) == 0);
}

/* `have` and what was known before. */
static enum status put_union(struct house *h, const uint8_t *btmh,
			     const struct metainfo *mi, struct bytes have,
			     bool *held, struct err *err)
{
	struct payload_row row;
	struct buf map = BUF_INIT;
	enum status status = payload_get(h->catalog, btmh, &row, &map, err);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		goto end;
	if (status == STATUS_NOT_FOUND || row.pieces != mi->pieces) {
		buf_clear(&map);
		buf_put_bytes(&map, have);
	}
	status = buf_status(&map);
	if (status != STATUS_OK) {
		(void)err_set(err, status, "out of memory");
		goto end;
	}
	for (size_t i = 0; i < have.size; i++)
		map.data[i] |= have.data[i];
	status = payload_put(h->catalog, btmh, mi->total, mi->pieces,
			     buf_bytes(&map), clock_s(), err);
	if (status == STATUS_OK)
		*held = havemap_count(map.data, mi->pieces) == mi->pieces;
end:
	buf_release(&map);
	return status;
}

enum status lent_end(struct house *h, const uint8_t btmh[static 32],
		     uint32_t pieces, uint64_t bytes, struct bytes have,
		     bool *held, struct err *err)
{
	struct torrentfile *tf;
	enum status status;

	if (pieces == 0) {
		*held = false;
		return STATUS_OK;
	}
	status = house_open_torrent(h, btmh, &tf, err);
	if (status != STATUS_OK)
		return err_wrap(err, "give back a payload");
	if (fits(&tf->mi, pieces, bytes, have))
		status = put_union(h, btmh, &tf->mi, have, held, err);
	else
		status = err_set(err, STATUS_MALFORMED,
				 "what came back is not of that payload");
	torrentfile_free(tf);
	return status;
}
