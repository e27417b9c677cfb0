/* Payload from a drive: what this node wants and the drive has, the soonest
 * due first, piece by piece. The node lends the payload meanwhile; what
 * arrived is flushed before the node is told, and what did not it fetches from
 * elsewhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog/lessons.h"
#include "node/drive/pump.h"
#include "node/drive/sync_loan.h"
#include "node/durable.h"
#include "node/payload.h"
#include "proto/encoding.h"

enum { POSTER_MAX = 64 << 10 };

static const double ASK_S = 5;

/* --- what there is to take --- */

struct wants {
	struct visit *v;
	struct fetch *list;
	size_t count, room;
	double until; /* to ask for what the list lacks */
	bool failed;
};

static bool collect(void *context, const struct fetch *fetch)
{
	struct wants *w = context;

	/* A list is a hint: what it lacks is asked for by name, as long as
	 * that takes no time that anybody would notice. */
	if (!hashes_have(&w->v->places, fetch->btmh) &&
	    (visit_clock() > w->until || !visit_finds(w->v, fetch->btmh)))
		return true;
	if (w->count == w->room) {
		size_t room = w->room == 0 ? 64 : 2 * w->room;
		struct fetch *list = realloc(w->list, room * sizeof(*list));

		if (list == NULL) {
			w->failed = true;
			return false;
		}
		w->list = list;
		w->room = room;
	}
	w->list[w->count++] = *fetch;
	return true;
}

static int by_order(const void *a, const void *b)
{
	return fetch_order(a, b);
}

/* --- small things beside a payload --- */

/* The proven torrent file: ours, else the drive's, which becomes ours. */
static enum status get_torrent(struct visit *v, const uint8_t *btmh,
			       struct torrentfile **out, struct err *err)
{
	const struct house *h = door_house(v->door);
	char path[DRIVE_PATH_MAX], own[HOUSE_PATH_MAX + 96], hex[65];
	struct buf bytes = BUF_INIT;
	struct torrentfile *tf = NULL;
	struct err why = ERR_INIT;
	enum status status = house_open_torrent(h, btmh, out, &why);

	if (status == STATUS_OK)
		return status;
	drive_path(DRIVE_TORRENT, btmh, path);
	status = visit_read(v, path, METAINFO_SIZE_MAX, &bytes, err);
	if (status == STATUS_OK)
		status = torrentfile_open_bytes(&tf, buf_bytes(&bytes), btmh,
						err);
	if (status == STATUS_OK) {
		hex_encode((struct bytes){ btmh, 32 }, hex);
		(void)snprintf(own, sizeof(own), "%s/%s", h->torrent_dir, hex);
		status = durable_write(own, buf_bytes(&bytes), 0644, err);
	}
	if (status == STATUS_OK)
		*out = tf;
	else
		torrentfile_free(tf);
	buf_release(&bytes);
	return status;
}

/* A picture is worth no failure: whoever lacks it asks others. */
static void take_poster(struct visit *v, const struct lesson *lesson)
{
	char own[HOUSE_PATH_MAX + 96], path[DRIVE_PATH_MAX], hex[65];
	struct buf bytes = BUF_INIT;
	uint8_t hash[SHA256_SIZE];
	struct err err = ERR_INIT;

	if (!lesson->has_poster)
		return;
	hex_encode((struct bytes){ lesson->poster, 32 }, hex);
	(void)snprintf(own, sizeof(own), "%s/%s",
		       door_house(v->door)->blob_dir, hex);
	drive_path(DRIVE_BLOB, lesson->poster, path);
	if (access(own, F_OK) != 0 &&
	    visit_read(v, path, POSTER_MAX, &bytes, &err) == STATUS_OK) {
		sha256(bytes.data, bytes.size, hash);
		if (memcmp(hash, lesson->poster, sizeof(hash)) == 0)
			(void)durable_write(own, buf_bytes(&bytes), 0644,
					    &err);
	}
	buf_release(&bytes);
}

/* --- copying --- */

struct copying {
	struct visit *v;
	const char *title;
	uint64_t before, total;
	uint64_t good; /* bytes of this lesson that were here */
};

static bool copied(void *owner, uint64_t bytes)
{
	struct copying *c = owner;

	return visit_show(c->v, SYNC_PAYLOAD_IN, c->title,
			  c->before + bytes + c->good, c->total);
}

static enum status write_piece(void *to, uint32_t piece, const uint8_t *data,
			       struct err *err)
{
	return payload_write(to, piece, data, err);
}

static enum status copy_pieces(struct copying *c, struct loan *loan,
			       struct pump_result *result, struct err *err)
{
	const struct metainfo *mi = &loan->tf->mi;
	struct pump pump = { .mi = mi,
			     .want = loan->want,
			     .read = cargo_read,
			     .write = write_piece,
			     .progress = copied,
			     .owner = c };
	struct payload *payload;
	struct err settled = ERR_INIT;
	enum status status = payload_open(&payload, loan->dir, mi,
					  PAYLOAD_WRITE, err);

	if (status != STATUS_OK)
		return status;
	payload_flush_behind(payload);
	pump.from = loan->cargo;
	pump.to = payload;
	status = pump_run(&pump, loan->moved, result, err);
	payload_free(payload);
	if (loan_settle(loan, &settled) != STATUS_OK && status == STATUS_OK) {
		*err = settled;
		status = settled.status;
	}
	return status;
}

static bool has_room(struct visit *v, uint64_t missing)
{
	struct err err = ERR_INIT;
	uint64_t room;

	return payload_room(door_house(v->door)->payload_dir, &room, &err) !=
		       STATUS_OK ||
	       room >= missing + SYNC_KEEP_FREE;
}

/* --- one lesson --- */

static const char *why_not_all(struct visit *v, enum status ended,
			       const struct pump_result *r)
{
	if (ended == STATUS_UNREACHABLE)
		return "pulled";
	if (!visit_may_go_on(v))
		return v->out_of_time ? "time" : "stopped";
	return r->damaged + r->unread > 0 ? "damaged" : "missing";
}

static void report_in(struct visit *v, const struct lesson *l,
		      const struct loan *loan, const struct pump_result *r,
		      enum status ended)
{
	bool whole = havemap_count(loan->have, loan->tf->mi.pieces) ==
		     loan->tf->mi.pieces;

	v->in_bytes += r->bytes;
	if (r->moved > 0 || whole)
		(void)json_array_append_new(
			v->in, json_pack("{s:s, s:s, s:I, s:s}", "id", l->id,
					 "title", l->title, "bytes",
					 (json_int_t)l->bytes, "state",
					 whole ? "held" : "partial"));
	if (whole)
		return;
	if (r->damaged > 0)
		visit_trouble(v, "%u pieces of '%s' on the drive are damaged: "
			      "they are had from elsewhere", r->damaged,
			      l->title);
	if (r->unread > 0)
		visit_trouble(v, "%u pieces of '%s' could not be read from "
			      "the drive", r->unread, l->title);
	visit_left(v, l->id, l->title, l->bytes, true,
		   why_not_all(v, ended, r));
}

static enum status take_lesson(struct copying *c, const struct lesson *l,
			       struct loan *loan, struct err *err)
{
	struct visit *v = c->v;
	const struct metainfo *mi = &loan->tf->mi;
	struct pump_result result = { .moved = 0 };
	struct err back = ERR_INIT;
	enum status status = loan_look(loan, err);

	for (uint32_t i = 0; i < mi->pieces; i++)
		if (!havemap_has(loan->have, i))
			havemap_set(loan->want, i);
	c->good = metainfo_bytes_of(mi, loan->have);
	if (status == STATUS_OK && !has_room(v, mi->total - c->good)) {
		visit_left(v, l->id, l->title, l->bytes, true, "no_room");
	} else if (status == STATUS_OK) {
		status = copy_pieces(c, loan, &result, err);
		report_in(v, l, loan, &result, status);
	}
	if (result.damaged > 0)
		(void)hashes_put(&v->bad, l->btmh);
	/* Also after a failure: what came counts. */
	if (loan_end(v, loan, &back) != STATUS_OK && status == STATUS_OK) {
		*err = back;
		status = back.status;
	}
	return status;
}

static enum status take(struct copying *c, const struct lesson *l,
			struct err *err)
{
	struct visit *v = c->v;
	struct loan loan = { .tf = NULL };
	bool lent = false;
	enum status status = get_torrent(v, l->btmh, &loan.tf, err);

	if (status == STATUS_OK)
		status = cargo_open(&loan.cargo, v->m, l->btmh, &loan.tf->mi,
				    err);
	if (status == STATUS_NOT_FOUND) { /* nothing of it is on this drive */
		loan_release(&loan);
		return STATUS_OK;
	}
	if (status == STATUS_OK) {
		hex_encode((struct bytes){ l->btmh, 32 }, loan.hex);
		(void)snprintf(loan.dir, sizeof(loan.dir), "%s/%s",
			       door_house(v->door)->payload_dir, loan.hex);
		take_poster(v, l);
		status = loan_begin(v, &loan, err);
		lent = status == STATUS_OK;
	}
	if (status == STATUS_OK && !loan.held)
		status = take_lesson(c, l, &loan, err);
	loan_release(&loan);
	/* A smaller one may fit where this does not. */
	if (status == STATUS_BUSY || (status == STATUS_NO_ROOM && !lent)) {
		visit_left(v, l->id, l->title, l->bytes, true,
			   status == STATUS_BUSY ? "busy" : "no_room");
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	/* Out of time is no failure: it is in the report. */
	if (status == STATUS_CANCELLED && v->out_of_time) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (status == STATUS_NO_ROOM)
		visit_left(v, l->id, l->title, l->bytes, true, "no_room");
	return status == STATUS_OK ? STATUS_OK :
				     visit_failed(v, err, "'%s'", l->title);
}

enum status sync_payload_in(struct visit *v, struct err *err)
{
	struct wants w = { .v = v, .until = visit_clock() + ASK_S };
	struct copying c = { .v = v };
	struct lesson_row *row = malloc(sizeof(*row));
	char hex[65];
	enum status status = row == NULL ? STATUS_NO_MEMORY : STATUS_OK;

	if (status == STATUS_OK)
		status = payloads_to_fetch(visit_catalog(v), UINT32_MAX,
					   collect, &w, err);
	if (status != STATUS_OK || w.failed) {
		free(row);
		free(w.list);
		return err_set(err, status == STATUS_OK ? STATUS_NO_MEMORY :
							  status,
			       "what this node wants");
	}
	if (w.count > 0)
		qsort(w.list, w.count, sizeof(*w.list), by_order);
	for (size_t i = 0; i < w.count; i++)
		c.total += w.list[i].bytes;
	for (size_t i = 0; i < w.count && status == STATUS_OK; i++) {
		hex_encode((struct bytes){ w.list[i].btmh, 32 }, hex);
		if (lessons_get(visit_catalog(v), hex, row, err) !=
		    STATUS_OK) {
			*err = (struct err)ERR_INIT; /* gone meanwhile */
			continue;
		}
		c.title = row->lesson.title;
		if (visit_show(v, SYNC_PAYLOAD_IN, c.title, c.before,
			       c.total))
			status = take(&c, &row->lesson, err);
		else if (v->out_of_time)
			visit_left(v, row->lesson.id, row->lesson.title,
				   row->lesson.bytes, true, "time");
		else
			status = err_set(err, STATUS_CANCELLED, "stopped");
		c.before += w.list[i].bytes;
	}
	free(w.list);
	free(row);
	return status;
}
