#include "node/upload_giver.h"

#include <string.h>

#include "catalog/log.h"
#include "node/records.h"
#include "proto/bundle.h"

enum {
	STUCK_MAX = 3, /* such answers are enough */
	PART_MAX = UPLOAD_MAX - UPLOAD_NOTE_MAX - UPLOAD_HEAD_MAX
};

void upload_giving_init(struct upload_giving *g, int64_t log, uint64_t there)
{
	memset(g, 0, sizeof(*g));
	g->log = log;
	g->there = there;
}

/* --- bodies --- */

static enum status put_entry(void *owner, uint64_t index, struct bytes entry,
			     struct err *err)
{
	struct buf *run = owner;

	(void)index;
	if (bundle_put(run, entry) != STATUS_OK || run->size > PART_MAX)
		return STATUS_NO_ROOM;
	return buf_status(run) == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "out of memory");
}

/* The entries the receiver lacks, or none when they are too many for one
 * body. */
static enum status give_entries(struct upload_giving *g, struct house *h,
				struct bytes note, struct buf *out,
				struct err *err)
{
	struct buf run = BUF_INIT;
	enum status status = STATUS_NO_ROOM;

	if (!g->no_entries && g->there < g->size &&
	    g->size - g->there <= UPLOAD_ENTRIES_MAX)
		status = log_read_entries(h->catalog, g->log, g->there,
					  g->size - g->there, put_entry, &run,
					  err);
	if (status == STATUS_OK) {
		upload_put_entries(out, g->there, note);
		buf_put_bytes(out, buf_bytes(&run));
	} else if (status == STATUS_NO_ROOM) {
		upload_put_entries(out, g->size, note);
		status = STATUS_OK;
	}
	buf_release(&run);
	return status;
}

static enum status read_resource(struct upload_giving *g, struct house *h,
				 struct buf *out, struct err *err)
{
	const struct tile_path *want = &g->want;
	bool is_zstd;

	if (want->kind == TILE_ENTRIES)
		return log_read_bundle(h->catalog, g->log, want->n,
				       want->width, false, out, &is_zstd, err);
	return log_read_tile(h->catalog, g->log, want->level, want->n,
			     want->width, out, err);
}

static enum status give_part(struct upload_giving *g, struct house *h,
			     struct bytes note, struct buf *out,
			     struct err *err)
{
	struct buf whole = BUF_INIT;
	enum status status = read_resource(g, h, &whole, err);
	size_t count;

	if (status == STATUS_OK && g->offset >= whole.size)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_NOT_FOUND)
		(void)err_set(err, status, "it asks for what is not here");
	if (status == STATUS_OK) {
		count = whole.size - (size_t)g->offset;
		if (count > PART_MAX)
			count = PART_MAX;
		upload_put_part(out, &g->want, g->offset, whole.size, note);
		buf_put(out, whole.data + g->offset, count);
	}
	buf_release(&whole);
	return status;
}

enum status upload_give(struct upload_giving *g, struct house *h,
			struct buf *out, struct err *err)
{
	struct buf note = BUF_INIT;
	struct log_info info;
	enum status status = log_get(h->catalog, g->log, &info, err);

	if (status == STATUS_OK)
		status = log_read_note(h->catalog, g->log, &note, err);
	if (status == STATUS_NOT_FOUND)
		(void)err_set(err, status, "nothing to send");
	if (status == STATUS_OK) {
		g->size = info.size;
		status = g->wanted ?
				 give_part(g, h, buf_bytes(&note), out, err) :
				 give_entries(g, h, buf_bytes(&note), out,
					      err);
	}
	if (status == STATUS_OK && buf_status(out) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	buf_release(&note);
	return status;
}

/* --- answers --- */

static enum upload_outcome got_held(struct upload_giving *g, struct house *h,
				    struct bytes note, bool *acked)
{
	struct err ignored = ERR_INIT;

	g->wanted = g->no_entries = false;
	g->stuck = 0;
	g->there = g->size;
	*acked = note.size > 0 &&
		 records_ack_offered(h, note, NULL, &ignored) == STATUS_OK;
	return UPLOAD_DONE;
}

static enum upload_outcome got_want(struct upload_giving *g, struct bytes body)
{
	struct tile_path path;
	uint64_t offset;

	if (upload_parse_want(body, &path, &offset) != STATUS_OK)
		return UPLOAD_FAILED;
	/* Nobody leads us in a circle. */
	if (!g->wanted || !tile_path_same(&path, &g->want) ||
	    offset > g->offset)
		g->stuck = 0;
	else if (++g->stuck >= STUCK_MAX) {
		upload_giving_init(g, g->log, g->there);
		return UPLOAD_FAILED;
	}
	g->wanted = true;
	g->want = path;
	g->offset = offset;
	return UPLOAD_AGAIN;
}

/* It has another number of entries than we thought. */
static enum upload_outcome got_size(struct upload_giving *g, struct bytes body)
{
	uint64_t size;

	if (body.size > 0 && body.data[body.size - 1] == '\n')
		body.size--;
	if (decimal_parse(body, &size) != STATUS_OK ||
	    ++g->stuck >= STUCK_MAX) {
		upload_giving_init(g, g->log, g->there);
		return UPLOAD_FAILED;
	}
	g->there = size;
	g->wanted = false;
	return UPLOAD_AGAIN;
}

enum upload_outcome upload_given(struct upload_giving *g, struct house *h,
				 const struct upload_reply *reply, bool *acked)
{
	bool got = false, tried = !g->wanted && !g->no_entries;
	enum upload_outcome outcome = UPLOAD_FAILED;

	switch (reply->code) {
	case 200:
		outcome = got_held(g, h, reply->body, &got);
		break;
	case 202:
		outcome = got_want(g, reply->body);
		break;
	case 409:
		outcome = got_size(g, reply->body);
		break;
	case 422:
		/* It may have another beginning: then it asks for proof. */
		g->wanted = false;
		g->no_entries = true;
		outcome = tried ? UPLOAD_AGAIN : UPLOAD_REFUSED;
		break;
	case 400:
	case 403:
	case 404:
	case 413:
		upload_giving_init(g, g->log, g->there);
		outcome = UPLOAD_REFUSED;
		break;
	default:
		g->wanted = false;
		break;
	}
	if (acked != NULL)
		*acked = got;
	return outcome;
}
