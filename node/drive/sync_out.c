/* Payload onto a drive, and what was taken back off it, as was decided
 * (node/drive/sync_loading.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/drive/cargo.h"
#include "node/drive/pump.h"
#include "node/drive/sync_loading.h"
#include "node/durable.h"
#include "node/payload.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"

enum { POSTER_MAX = 64 << 10 };

/* --- taking off --- */

static enum status take_off(struct loading *l, size_t i, struct err *err)
{
	struct visit *v = l->v;
	const struct load_row *row = &l->load.rows[i];
	const uint8_t *btmh = l->load.lessons[i].btmh;
	struct torrentfile *tf = NULL;
	struct err ignored = ERR_INIT;
	enum status status;

	(void)house_open_torrent(door_house(v->door), btmh, &tf, &ignored);
	status = cargo_remove(v->m, btmh, tf == NULL ? NULL : &tf->mi, err);
	torrentfile_free(tf);
	v->wrote = true;
	if (status != STATUS_OK)
		return visit_failed(v, err, "take '%s' off the drive",
				    row->title);
	(void)hashes_put(&l->taken_off, btmh);
	(void)json_array_append_new(
		v->removed, json_pack("{s:s, s:I}", "title", row->title,
				      "bytes", (json_int_t)row->bytes));
	return STATUS_OK;
}

/* --- putting on --- */

struct putting {
	struct loading *l;
	const struct load_row *row;
	bool mend;	 /* look at all of it: some of it may be bad */
	uint64_t there;	 /* bytes an earlier visit left */
	uint32_t moved;	 /* pieces */
};

static bool put(void *owner, uint64_t bytes)
{
	struct putting *p = owner;

	return visit_show(p->l->v, SYNC_PAYLOAD_OUT, p->row->title,
			  p->l->before + p->there + bytes, p->l->total);
}

static enum status read_piece(void *from, uint32_t piece, uint8_t *data,
			      struct err *err)
{
	return payload_read(from, piece, data, err);
}

/* Our own copy could not be read right. Where that is so a second time, have
 * it mended; a disk that failed once has not lost the lesson. */
static enum status tell_damage(struct visit *v, const char *dir,
			       const struct metainfo *mi,
			       const uint8_t *wanted, const uint8_t *moved,
			       struct err *err)
{
	size_t size = havemap_size(mi->pieces);
	char *map = malloc(HEX_SIZE(size) + 1);
	uint8_t *good = calloc(1, size + 1), *bad = calloc(1, size + 1);
	struct payload_check again = { .only = bad };
	struct err ignored = ERR_INIT;
	uint32_t missing = 0;
	enum status status = STATUS_NO_MEMORY;

	if (map == NULL || good == NULL || bad == NULL) {
		(void)err_set(err, status, "out of memory");
		goto release;
	}
	for (uint32_t i = 0; i < mi->pieces; i++)
		havemap_set(!havemap_has(wanted, i) || havemap_has(moved, i)
				    ? good : bad, i);
	(void)payload_verify(dir, mi, &again, good, &ignored);
	for (uint32_t i = 0; i < mi->pieces; i++)
		missing += !havemap_has(good, i);
	if (missing == 0) {
		status = err_set(err, STATUS_IO,
				 "reading it here failed; try again");
		goto release;
	}
	hex_encode((struct bytes){ good, size }, map);
	(void)visit_tell(v,
			 json_pack("{s:s, s:s, s:s}", "verb", "damaged",
				   "btmh", strrchr(dir, '/') + 1, "good",
				   map),
			 &ignored);
	status = err_set(err, STATUS_DAMAGED,
			 "the copy on this node is damaged; it is mended "
			 "when a source is near");
release:
	free(map);
	free(good);
	free(bad);
	return status;
}

static enum status pump_out(struct putting *p, const struct torrentfile *tf,
			    struct stowing *stowing, struct err *err)
{
	struct visit *v = p->l->v;
	const struct metainfo *mi = &tf->mi;
	size_t size = havemap_size(mi->pieces);
	uint8_t *want = calloc(1, size + 1), *moved = calloc(1, size + 1);
	char hex[65], dir[HOUSE_PATH_MAX + 96];
	struct pump pump = { .mi = mi,
			     .want = want,
			     .read = read_piece,
			     .write = stow_write,
			     .to = stowing,
			     .progress = put,
			     .owner = p };
	struct pump_result result = { .moved = 0 };
	struct payload *payload = NULL;
	enum status status = STATUS_NO_MEMORY;

	hex_encode((struct bytes){ tf->btmh, 32 }, hex);
	(void)snprintf(dir, sizeof(dir), "%s/%s",
		       door_house(v->door)->payload_dir, hex);
	if (want == NULL || moved == NULL)
		(void)err_set(err, status, "out of memory");
	else
		status = stow_have(stowing, want, err);
	if (status == STATUS_OK)
		status = payload_open(&payload, dir, mi, PAYLOAD_READ, err);
	if (status == STATUS_OK) {
		for (uint32_t i = 0; i < mi->pieces; i++) {
			if (!havemap_has(want, i)) {
				havemap_set(want, i);
				continue;
			}
			havemap_unset(want, i);
			p->there += metainfo_piece(mi, i).length;
		}
		pump.from = payload;
		status = pump_run(&pump, moved, &result, err);
		v->out_bytes += result.bytes;
		p->moved = result.moved;
		v->wrote = v->wrote || result.moved > 0;
	}
	if (status == STATUS_OK &&
	    result.missing + result.damaged + result.unread > 0)
		status = tell_damage(v, dir, mi, want, moved, err);
	payload_free(payload);
	free(want);
	free(moved);
	return status;
}

static void read_poster(struct visit *v, const struct lesson *lesson,
			struct buf *poster)
{
	char path[HOUSE_PATH_MAX + 96], hex[65];
	uint8_t hash[SHA256_SIZE];
	struct err ignored = ERR_INIT;

	if (!lesson->has_poster)
		return;
	hex_encode((struct bytes){ lesson->poster, 32 }, hex);
	(void)snprintf(path, sizeof(path), "%s/%s",
		       door_house(v->door)->blob_dir, hex);
	if (durable_read(path, POSTER_MAX, poster, &ignored) != STATUS_OK)
		return;
	sha256(poster->data, poster->size, hash);
	if (memcmp(hash, lesson->poster, sizeof(hash)) != 0)
		buf_clear(poster);
}

/* The torrent file and the poster as any static mirror has them. */
static enum status write_beside(struct visit *v, const struct torrentfile *tf,
				const struct lesson *lesson,
				struct bytes poster, struct err *err)
{
	char path[DRIVE_PATH_MAX];
	enum status status;

	drive_path(DRIVE_TORRENT, tf->btmh, path);
	status = mount_write(v->m, path, buf_bytes(&tf->bytes), err);
	if (status == STATUS_OK && poster.size > 0) {
		drive_path(DRIVE_BLOB, lesson->poster, path);
		status = mount_write(v->m, path, poster, err);
	}
	return status;
}

static enum status stow(struct putting *p, const struct torrentfile *tf,
			const struct lesson *lesson, struct err *err)
{
	struct visit *v = p->l->v;
	const char *mark = strrchr(lesson->id, '#');
	struct buf poster = BUF_INIT;
	struct stow_options options = {
		.m = v->m,
		.btmh = tf->btmh,
		.mi = &tf->mi,
		.topic = lesson->topic,
		.title = lesson->title,
		.mark = mark == NULL ? "" : mark + 1,
		.lesson = lesson->id,
		.rev = lesson->rev,
		.mend = p->mend,
		.part_bytes = v->mark.part_bytes != 0 ? v->mark.part_bytes :
			      v->facts.kind == MOUNT_FAT ? DRIVE_PART_BYTES :
							   0,
	};
	struct stowing *stowing;
	enum status status;

	read_poster(v, lesson, &poster);
	options.poster = buf_bytes(&poster);
	status = write_beside(v, tf, lesson, options.poster, err);
	if (status == STATUS_OK)
		status = stow_open(&stowing, &options, err);
	if (status == STATUS_OK) {
		status = pump_out(p, tf, stowing, err);
		if (status == STATUS_OK)
			status = stow_finish(stowing, err);
		stow_free(stowing);
	}
	buf_release(&poster);
	return status;
}

/* What a failure with one lesson means for the others. */
static enum status put_failed(struct putting *p, struct err *err)
{
	struct visit *v = p->l->v;
	const struct load_row *row = p->row;
	const char *why = "damaged";

	if (err->status == STATUS_EXISTS) { /* as it should be */
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (err->status == STATUS_CANCELLED && v->out_of_time) {
		visit_left(v, row->id, row->title, row->bytes, false, "time");
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (err->status == STATUS_READ_ONLY)
		v->writable = false;
	if (err->status == STATUS_NO_ROOM || err->status == STATUS_READ_ONLY)
		why = "no_room";
	visit_left(v, row->id, row->title, row->bytes, false, why);
	if (err->status == STATUS_NO_ROOM) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	return visit_failed(v, err, "put '%s' on the drive", row->title);
}

static enum status put_on(struct loading *l, size_t i, struct err *err)
{
	struct visit *v = l->v;
	struct putting p = { .l = l, .row = &l->load.rows[i] };
	struct lesson_row *row = malloc(sizeof(*row));
	struct torrentfile *tf = NULL;
	struct err cleaning = ERR_INIT;
	enum status status = STATUS_NO_MEMORY;

	if (row == NULL)
		(void)err_set(err, status, "out of memory");
	else
		status = lessons_get(visit_catalog(v), p.row->id, row, err);
	if (status == STATUS_OK)
		status = house_open_torrent(door_house(v->door),
					    l->load.lessons[i].btmh, &tf, err);
	p.mend = hashes_have(&v->bad, l->load.lessons[i].btmh) ||
		 l->load.lessons[i].on_drive;
	if (status == STATUS_OK)
		status = stow(&p, tf, &row->lesson, err);
	if (status == STATUS_OK && (p.moved > 0 || !p.mend))
		(void)json_array_append_new(
			v->out,
			json_pack("{s:s, s:s, s:I}", "id", p.row->id, "title",
				  p.row->title, "bytes",
				  (json_int_t)p.row->bytes));
	if (status == STATUS_NO_ROOM && tf != NULL && !p.mend)
		(void)cargo_remove_part(v->m, tf->btmh, &tf->mi, &cleaning);
	torrentfile_free(tf);
	free(row);
	return status == STATUS_OK ? STATUS_OK : put_failed(&p, err);
}

static enum status take_all_off(struct loading *l, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t s = 0; s < l->steps && status == STATUS_OK; s++)
		if (l->acts[l->order[s]] == PACK_REMOVE)
			status = take_off(l, l->order[s], err);
	return status;
}

static enum status put_next(struct loading *l, size_t i, struct err *err)
{
	struct visit *v = l->v;
	const struct load_row *row = &l->load.rows[i];
	enum status status = STATUS_OK;

	if (visit_show(v, SYNC_PAYLOAD_OUT, row->title, l->before, l->total))
		status = put_on(l, i, err);
	else if (v->out_of_time)
		visit_left(v, row->id, row->title, row->bytes, false, "time");
	else
		status = err_set(err, STATUS_CANCELLED, "stopped");
	l->before += row->bytes;
	return status;
}

static enum status put_all_on(struct loading *l, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t s = 0; s < l->steps && status == STATUS_OK; s++)
		if (l->acts[l->order[s]] == PACK_LOAD && l->v->writable)
			status = put_next(l, l->order[s], err);
	return status;
}

/* What is on the drive and held here is read again, and mended. */
static enum status mend_all(struct loading *l, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < l->load.count && status == STATUS_OK; i++)
		if (l->acts[i] == PACK_KEEP && l->load.lessons[i].here &&
		    l->load.lessons[i].on_drive && l->v->writable)
			status = put_next(l, i, err);
	return status;
}

static enum status carry_out(struct loading *l, struct err *err)
{
	enum status status = take_all_off(l, err);

	if (status == STATUS_OK)
		status = loading_list(l, err);
	if (status == STATUS_OK)
		status = put_all_on(l, err);
	return status == STATUS_OK && l->v->o->repair ? mend_all(l, err) :
							status;
}

enum status sync_payload_out(struct visit *v, struct err *err)
{
	struct loading l = { .v = v };
	enum status status;

	if (!v->writable)
		return STATUS_OK;
	status = loading_decide(&l, err);
	if (status == STATUS_OK)
		status = carry_out(&l, err);
	loading_release(&l);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put lessons on the drive");
}
