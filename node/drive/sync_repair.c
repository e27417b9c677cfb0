/* With --repair: read every lesson there again. What is bad is put on anew by
 * whoever holds it, as what was found bad on the way in is (sync_out.c). */
#include <stdlib.h>

#include "node/drive/cargo.h"
#include "node/drive/pump.h"
#include "node/drive/sync_inside.h"
#include "node/torrentfile.h"

static enum status write_nowhere(void *to, uint32_t piece, const uint8_t *data,
				 struct err *err)
{
	(void)to;
	(void)piece;
	(void)data;
	(void)err;
	return STATUS_OK;
}

static bool shown(void *owner, uint64_t bytes)
{
	return visit_show(owner, SYNC_LOOKING, "", bytes, 0);
}

static enum status read_all(struct visit *v, struct cargo *cargo,
			    const struct metainfo *mi,
			    struct pump_result *result, struct err *err)
{
	size_t size = havemap_size(mi->pieces);
	uint8_t *want = calloc(1, size + 1), *moved = calloc(1, size + 1);
	struct pump pump = { .mi = mi,
			     .want = want,
			     .read = cargo_read,
			     .from = cargo,
			     .write = write_nowhere,
			     .progress = shown,
			     .owner = v };
	enum status status = STATUS_NO_MEMORY;

	if (want == NULL || moved == NULL) {
		(void)err_set(err, status, "out of memory");
	} else {
		for (uint32_t i = 0; i < mi->pieces; i++)
			havemap_set(want, i);
		status = pump_run(&pump, moved, result, err);
	}
	free(want);
	free(moved);
	return status;
}

static enum status look_again(struct visit *v, const uint8_t *btmh,
			      struct err *err)
{
	struct torrentfile *tf = NULL;
	struct cargo *cargo = NULL;
	struct pump_result result = { .moved = 0 };
	struct err unknown = ERR_INIT;
	enum status status;

	/* What no torrent file here proves is not ours to judge. */
	if (house_open_torrent(door_house(v->door), btmh, &tf, &unknown) !=
	    STATUS_OK)
		return STATUS_OK;
	status = cargo_open(&cargo, v->m, btmh, &tf->mi, err);
	/* What lies there in part goes on where it ended. */
	if (status == STATUS_OK && cargo_folder(cargo)[0] != 0) {
		status = read_all(v, cargo, &tf->mi, &result, err);
		if (status == STATUS_OK && result.moved < tf->mi.pieces)
			status = hashes_put(&v->bad, btmh);
	}
	cargo_free(cargo);
	torrentfile_free(tf);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status sync_repair(struct visit *v, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < v->places.count && status == STATUS_OK &&
			   visit_may_go_on(v);
	     i++) {
		status = look_again(v, v->places.list[i], err);
		if (status != STATUS_OK)
			status = visit_failed(v, err, "read a lesson again");
	}
	return status;
}
