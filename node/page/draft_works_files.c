/* Files of drafts come and go: what touches the disk for long is done on the
 * pool. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "node/clock.h"
#include "node/page/draft_works_inside.h"
#include "node/prepare.h"
#include "proto/encoding.h"

/* --- removing --- */

struct removal {
	uv_work_t work;
	struct draft_works *w;
	char path[DRAFT_PATH_MAX];
};

static void remove_on_pool(uv_work_t *work)
{
	struct removal *r = work->data;

	drafts_remove(r->path);
}

static void removed(uv_work_t *work, int status)
{
	struct removal *r = work->data;

	(void)status; /* never cancelled */
	draft_works_landed(r->w);
	free(r);
}

void draft_works_remove(struct draft_works *w, const char *path)
{
	struct removal *r = calloc(1, sizeof(*r));

	/* Else the next start removes it. */
	if (r == NULL || w->closing) {
		free(r);
		return;
	}
	r->w = w;
	r->work.data = r;
	(void)snprintf(r->path, sizeof(r->path), "%s", path);
	w->under_way++;
	(void)uv_queue_work(w->n->loop, &r->work, remove_on_pool, removed);
}

/* --- payloads --- */

static bool names(const json_t *made, const char *btmh)
{
	const json_t *one;
	size_t i;

	if (strcmp(page_text(made, "btmh"), btmh) == 0)
		return true;
	json_array_foreach(json_object_get(made, "also"), i, one)
		if (strcmp(page_text(one, "btmh"), btmh) == 0)
			return true;
	return false;
}

static bool is_needed(struct draft_works *w, const struct draft *d,
		      const char *hex, const uint8_t btmh[static 32])
{
	struct payload_standing standing;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < w->drafts->count; i++)
		if (w->drafts->list[i] != d &&
		    names(w->drafts->list[i]->made, hex))
			return true;
	return lessons_standing(w->n->house.catalog, btmh, &standing, &err) !=
		       STATUS_OK ||
	       standing.known || standing.superseded;
}

/* Of a payload that no catalog ever knew a row is made, so that its deletion
 * takes the way of all others. */
static void discard(struct draft_works *w, const uint8_t btmh[static 32],
		    const char *hex)
{
	static const struct bytes nothing = { NULL, 0 };
	struct house *h = &w->n->house;
	char path[HOUSE_PATH_MAX + 96];
	struct payload_row row;
	struct err err = ERR_INIT;
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", h->payload_dir, hex);
	if (stat(path, &st) != 0)
		return;
	if (payload_get(h->catalog, btmh, &row, NULL, &err) ==
		    STATUS_NOT_FOUND &&
	    payload_put(h->catalog, btmh, 0, 0, nothing, clock_s(), &err) !=
		    STATUS_OK) {
		(void)fprintf(stderr, "xiangtu: draft: %s\n", err.text);
		return;
	}
	fetcher_discard(w->n->fetcher, btmh,
			evict_reason_text(EVICT_UNWANTED));
}

static void discard_one(struct draft_works *w, const struct draft *d,
			const char *hex, const json_t *kept)
{
	uint8_t btmh[32];

	if (w->n->fetcher != NULL &&
	    hex_decode(bytes_of(hex), btmh, sizeof(btmh)) == STATUS_OK &&
	    !names(kept, hex) && !is_needed(w, d, hex, btmh))
		discard(w, btmh, hex);
}

void draft_works_discard(struct draft_works *w, const struct draft *d,
			 const json_t *made, const json_t *kept)
{
	const json_t *one;
	size_t i;

	discard_one(w, d, page_text(made, "btmh"), kept);
	json_array_foreach(json_object_get(made, "also"), i, one)
		discard_one(w, d, page_text(one, "btmh"), kept);
}

static void count_one(struct draft_works *w, const char *hex)
{
	uint8_t btmh[32];

	if (w->n->cache != NULL &&
	    hex_decode(bytes_of(hex), btmh, sizeof(btmh)) == STATUS_OK)
		cache_held(w->n->cache, btmh);
}

void draft_works_count(struct draft_works *w, const json_t *made)
{
	const json_t *one;
	size_t i;

	count_one(w, page_text(made, "btmh"));
	json_array_foreach(json_object_get(made, "also"), i, one)
		count_one(w, page_text(one, "btmh"));
}

static bool is_there(const struct house *h, const char *hex)
{
	char payload[HOUSE_PATH_MAX + 96], torrent[HOUSE_PATH_MAX + 96];
	struct stat st;

	(void)snprintf(payload, sizeof(payload), "%s/%s", h->payload_dir, hex);
	(void)snprintf(torrent, sizeof(torrent), "%s/%s", h->torrent_dir, hex);
	return stat(payload, &st) == 0 && stat(torrent, &st) == 0;
}

bool draft_works_has_payload(struct draft_works *w, const struct draft *d)
{
	const struct house *h = &w->n->house;
	const json_t *one;
	size_t i;

	if (d->made == NULL || !is_there(h, page_text(d->made, "btmh")))
		return false;
	json_array_foreach(json_object_get(d->made, "also"), i, one)
		if (!is_there(h, page_text(one, "btmh")))
			return false;
	return true;
}

/* --- pieces --- */

struct piece {
	uv_work_t work;
	struct draft_works *w;
	struct http_request *request;
	char id[DRAFT_ID_SIZE + 1];
	struct draft_piece piece;
	struct err err;
};

static void write_on_pool(uv_work_t *work)
{
	struct piece *p = work->data;

	(void)drafts_write(&p->piece, &p->err);
}

static void answer_received(struct http_request *request, uint64_t received)
{
	page_answer_json(request, json_pack("{s:I}", "received",
					    (json_int_t)received));
}

/* Go on from there. */
static void refuse_offset(struct http_request *request, uint64_t received)
{
	page_fail_code(request, 409, 0, STATUS_BUSY,
		       "another part of this file is wanted",
		       json_pack("{s:I}", "received", (json_int_t)received));
}

static void written(uv_work_t *work, int status)
{
	struct piece *p = work->data;
	struct draft_works *w = p->w;
	struct draft *d = drafts_find(w->drafts, p->id);
	struct draft_file *file =
		d == NULL ? NULL : draft_file(d, p->piece.name);

	(void)status; /* never cancelled */
	if (file != NULL)
		file->busy = false;
	if (p->err.status != STATUS_OK) {
		page_fail(p->request, p->err.status, p->err.text,
			  json_pack("{s:I}", "received",
				    (json_int_t)p->piece.offset));
	} else if (file == NULL) {
		page_fail(p->request, STATUS_NOT_FOUND, "it was removed",
			  NULL);
	} else {
		file->received = p->piece.offset + p->piece.bytes.size;
		w->changed = true;
		answer_received(p->request, file->received);
	}
	free(p);
	draft_works_landed(w);
}

static enum status check_room(struct draft_works *w, uint64_t bytes,
			      struct err *err)
{
	struct cache_counts counts = { .floor = 0 };
	struct statvfs st;

	if (statvfs(w->n->house.dir, &st) != 0)
		return err_set(err, STATUS_IO, "statvfs");
	if (w->n->cache != NULL)
		counts = cache_count(w->n->cache);
	if (drafts_have_room(bytes, (uint64_t)st.f_bavail * st.f_frsize,
			     counts.floor, counts.reserved))
		return STATUS_OK;
	return err_set(err, STATUS_NO_ROOM,
		       "there is no room for that: %llu MB more are wanted, "
		       "and %llu MB of the disk must stay free",
		       (unsigned long long)(bytes >> 20),
		       (unsigned long long)((counts.floor + counts.reserved) >>
					    20));
}

/* A new file, or one anew: what was prepared is of another. */
static enum status begin_file(struct draft_works *w, struct draft *d,
			      const char *name, uint64_t total,
			      struct draft_file **out, struct err *err)
{
	char path[DRAFT_PATH_MAX];
	enum draft_state to;
	struct draft_file *known = draft_file(d, name);
	enum status status;

	if (!draft_next(d->state, DRAFT_NEW_FILES, w->drafts->approval, &to))
		return err_set(err, STATUS_BUSY,
			       "a draft that is %s gets no more files",
			       draft_state_name(d->state));
	status = check_room(w, drafts_to_come(w->drafts) + total, err);
	if (status != STATUS_OK)
		return status;
	while (known != NULL &&
	       (status = drafts_take_files(w->drafts, d, name, path, err)) ==
		       STATUS_OK)
		draft_works_remove(w, path);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK)
		status = draft_add_file(d, name, total, out, err);
	if (status != STATUS_OK)
		return status;
	draft_trouble(d, "", "");
	draft_unapprove(d);
	status = drafts_move(w->drafts, d, DRAFT_NEW_FILES, err);
	if (status != STATUS_OK) {
		/* What draft.json does not name would be swept. */
		draft_drop_file(d, name);
		*out = NULL;
	}
	return status;
}

static void queue_piece(struct draft_works *w, const struct draft *d,
			struct draft_file *file, struct http_request *request,
			uint64_t offset)
{
	struct piece *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		page_fail(request, STATUS_NO_MEMORY, "out of memory", NULL);
		return;
	}
	p->w = w;
	p->request = request;
	p->work.data = p;
	p->err = (struct err)ERR_INIT;
	memcpy(p->id, d->id, sizeof(p->id));
	drafts_piece(w->drafts, d, file->name, &p->piece);
	p->piece.offset = offset;
	p->piece.total = file->bytes;
	/* The request is ours until it is answered: nobody waits to be told
	 * that its sender is gone. */
	p->piece.bytes = http_request_body(request);
	file->busy = true;
	w->under_way++;
	(void)uv_queue_work(w->n->loop, &p->work, write_on_pool, written);
}

void draft_works_piece(struct draft_works *w, struct draft *d,
		       struct http_request *request, const char *name,
		       uint64_t offset, uint64_t total)
{
	struct draft_file *file = draft_file(d, name);
	size_t size = http_request_body(request).size;
	struct err err = ERR_INIT;
	enum status status = STATUS_OK;

	if (w->closing)
		status = err_set(&err, STATUS_LIMITED, "the node is stopping");
	else if (file != NULL && file->busy)
		status = err_set(&err, STATUS_BUSY,
				 "a piece of it is still being written");
	else if (size == 0 || size > total || offset > total - size)
		status = err_set(&err, STATUS_USAGE,
				 "a piece is of 1 to %d bytes, within the file",
				 PAGE_UPLOAD_MAX);
	else if (offset == 0 && (file == NULL || file->bytes != total))
		status = begin_file(w, d, name, total, &file, &err);
	else
		status = check_room(w, size, &err);
	if (status != STATUS_OK)
		page_fail(request, status, err.text,
			  file == NULL ?
				  NULL :
				  json_pack("{s:I}", "received",
					    (json_int_t)file->received));
	else if (file == NULL || file->bytes != total)
		refuse_offset(request, 0);
	else if (file->received != offset)
		refuse_offset(request, file->received);
	else
		queue_piece(w, d, file, request, offset);
}

bool draft_works_is_written(const struct draft *d)
{
	for (size_t i = 0; i < d->n_files; i++)
		if (d->files[i].busy)
			return true;
	return false;
}

/* --- and go --- */

enum status draft_works_remove_file(struct draft_works *w, struct draft *d,
				    const char *name, struct err *err)
{
	const struct draft_file *file = draft_file(d, name);
	char path[DRAFT_PATH_MAX];
	enum draft_state to;
	enum status status;

	if (file == NULL)
		return err_set(err, STATUS_NOT_FOUND, "there is no such file");
	if (file->busy)
		return err_set(err, STATUS_BUSY,
			       "a piece of it is still being written");
	if (!draft_next(d->state, DRAFT_NEW_FILES, w->drafts->approval, &to))
		return err_set(err, STATUS_BUSY,
			       "a draft that is %s keeps its files",
			       draft_state_name(d->state));
	while ((status = drafts_take_files(w->drafts, d, name, path, err)) ==
	       STATUS_OK)
		draft_works_remove(w, path);
	if (status != STATUS_NOT_FOUND)
		return status;
	draft_drop_file(d, name);
	draft_unapprove(d);
	w->changed = true;
	return drafts_move(w->drafts, d, DRAFT_NEW_FILES, err);
}

/* What was converted for it and waits to be used again. */
static void forget_work(struct draft_works *w, const struct draft *d)
{
	char source[DRAFT_PATH_MAX], spool[HOUSE_PATH_MAX + 16];
	struct prepare_options options = { .source = source,
					   .work_dir = spool };

	drafts_source(w->drafts, d, w->listed_dir, source);
	house_path(w->n->house.dir, HOUSE_SPOOL, spool);
	prepare_forget(&options);
}

enum status draft_works_delete(struct draft_works *w, struct draft *d,
			       struct err *err)
{
	char path[DRAFT_PATH_MAX];
	json_t *made = NULL;
	enum draft_state to;
	enum status status;

	if (!draft_next(d->state, DRAFT_DELETE, w->drafts->approval, &to))
		return err_set(err, STATUS_BUSY, "it is at work: stop it first");
	if (draft_works_is_written(d))
		return err_set(err, STATUS_BUSY,
			       "a piece of a file is still being written");
	forget_work(w, d);
	made = json_incref(d->made);
	status = drafts_delete(w->drafts, d, path, err);
	if (status == STATUS_OK) {
		draft_works_remove(w, path);
		draft_works_discard(w, NULL, made, NULL);
		w->changed = true;
	}
	json_decref(made);
	return status;
}

void draft_works_clear(struct draft_works *w, struct draft *d)
{
	char path[DRAFT_PATH_MAX];
	struct err err = ERR_INIT;

	forget_work(w, d);
	if (drafts_take_files(w->drafts, d, NULL, path, &err) == STATUS_OK)
		draft_works_remove(w, path);
}
