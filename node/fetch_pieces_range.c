/* One range request: its bytes go into the buffer of the piece they belong to,
 * and each piece that is whole goes to the pool while the rest comes. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/fetch_pieces.h"
#include "proto/url.h"

enum {
	BUSY_MS = 500,	  /* it says it is busy, or on its way there */
	ABSENT_MS = 3000, /* it has nothing of it */
	FAILED_MS = 1000, /* doubled with each failure */
	FAILED_MAX_MS = 30 * 1000,
	LIMITED_MS = 2000 /* our line is closed to it */
};

static const struct metainfo *mi_of(const struct pieces_request *r)
{
	return &r->pieces->job->tf->mi;
}

static struct fetcher *fetcher_of(const struct pieces_request *r)
{
	return r->pieces->job->f;
}

static void unlink_request(struct pieces_request *r)
{
	struct pieces_request **at = &r->pieces->requests;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	r->pieces->n_requests--;
	r->peer->requests--;
}

/* Let go of it and of what it was asked for in vain; `fetch` is over. */
static void request_free(struct pieces_request *r)
{
	unlink_request(r);
	for (uint32_t i = r->at; i < r->first + r->count; i++)
		pieces_unpend(r->pieces, i);
	if (r->buffer != NULL)
		pieces_give_buffer(r->pieces, r->buffer);
	fetcher_of(r)->receiving_bytes -= mi_of(r)->piece_length;
	free(r);
}

void pieces_cancel(struct pieces_request *r)
{
	http_client_cancel(r->fetch);
	request_free(r);
}

static uint64_t end_of(const struct pieces_request *r, uint32_t piece)
{
	struct metainfo_piece at = metainfo_piece(mi_of(r), piece);

	return at.offset + at.length;
}

uint64_t pieces_until(const struct pieces_request *r, uint32_t piece)
{
	uint64_t end = end_of(r, piece);

	return end > r->next_byte ? end - r->next_byte : 0;
}

uint64_t pieces_left(const struct pieces_request *r)
{
	return r->at >= r->first + r->count ?
		       0 :
		       pieces_until(r, r->first + r->count - 1);
}

void pieces_cut(struct pieces_request *r, uint32_t piece)
{
	uint32_t end = r->at + (r->filled > 0), was = r->first + r->count;

	if (piece > end)
		end = piece;
	if (end >= was)
		return;
	if (end == r->first) {
		pieces_cancel(r);
		return;
	}
	for (uint32_t i = end; i < was; i++)
		pieces_unpend(r->pieces, i);
	r->count = end - r->first;
	/* All that is still wanted of it has come. */
	if (r->at == end)
		pieces_cancel(r);
}

/* --- what comes --- */

static void pause_if_full(struct pieces_request *r)
{
	if (r->paused ||
	    fetcher_of(r)->storing_bytes <= PIECES_STORING_MAX)
		return;
	http_fetch_pause(r->fetch);
	r->paused = true;
}

void pieces_resume(struct fetcher *f)
{
	if (f->storing_bytes > PIECES_STORING_MAX / 2)
		return;
	for (struct job *job = f->jobs; job != NULL; job = job->next)
		for (struct pieces_request *r = job->pieces == NULL ?
							NULL :
							job->pieces->requests;
		     r != NULL; r = r->next) {
			if (!r->paused)
				continue;
			r->paused = false;
			r->heard_ms = fetcher_now(f);
			http_fetch_resume(r->fetch);
		}
}

/* A run of bytes of the piece being received; how many were taken, 0 when
 * there is no memory. */
static size_t take(struct pieces_request *r, struct bytes data)
{
	uint32_t length = metainfo_piece(mi_of(r), r->at).length;
	size_t step = length - r->filled;

	if (r->buffer == NULL)
		r->buffer = pieces_buffer(r->pieces);
	if (r->buffer == NULL)
		return 0;
	if (step > data.size)
		step = data.size;
	memcpy(r->buffer + r->filled, data.data, step);
	r->filled += (uint32_t)step;
	r->next_byte += step;
	if (r->filled == length) {
		uint8_t *buffer = r->buffer;

		r->buffer = NULL;
		r->filled = 0;
		pieces_store(r, r->at++, buffer);
	}
	return step;
}

static void count_bytes(struct pieces_request *r, size_t size)
{
	struct pieces *p = r->pieces;
	struct traffic *traffic = p->job->f->o.traffic;

	/* One that lets drops fall is as good as silent. */
	r->unheard += size;
	if (r->peer->is.reach == PEER_BEYOND || r->unheard >= PIECES_LEAST) {
		r->unheard = 0;
		p->moved_ms = r->heard_ms = p->job->moved_ms =
			fetcher_now(p->job->f);
	}
	p->job->http_bytes += size;
	pieces_count_rate(r->peer, size);
	if (traffic != NULL)
		atomic_fetch_add_explicit(r->peer->is.reach == PEER_NEAR ?
						  &traffic->from_near :
						  &traffic->from_beyond,
					  size, memory_order_relaxed);
}

/* A server without ranges sends the file from its own beginning, and more
 * than was asked for. */
static bool range_data(void *owner, struct http_fetch *fetch, uint64_t offset,
		       struct bytes data)
{
	struct pieces_request *r = owner;
	bool begins = offset == 0 && r->next_byte == r->from;

	(void)fetch;
	if (begins && r->from > 0)
		r->peer->no_ranges = true;
	if (offset > r->next_byte || (begins && r->from > JOB_SKIP_MAX))
		return false;
	if (offset + data.size <= r->next_byte) {
		r->heard_ms = fetcher_now(fetcher_of(r));
		return true; /* in front of it */
	}
	data.data += r->next_byte - offset;
	data.size -= (size_t)(r->next_byte - offset);
	count_bytes(r, data.size);
	while (data.size > 0 && r->at < r->first + r->count) {
		size_t taken = take(r, data);

		if (taken == 0)
			return false;
		data.data += taken;
		data.size -= taken;
	}
	pause_if_full(r);
	/* What follows was asked for, or will be, from whoever is free. */
	if (r->at < r->first + r->count)
		pieces_soon(r);
	return data.size == 0;
}

/* --- how it ends --- */

static int64_t failed_ms(const struct pieces_peer *peer)
{
	int64_t ms = FAILED_MS;

	for (unsigned i = 1; i < peer->failures && ms < FAILED_MAX_MS; i++)
		ms *= 2;
	return ms > FAILED_MAX_MS ? FAILED_MAX_MS : ms;
}

/* A near peer did not give what it was asked for: perhaps it never will. */
static void near_failed(struct pieces_request *r)
{
	uint8_t *count = &r->pieces->near_failures[r->at];

	if (r->peer->is.reach == PEER_NEAR && r->at < r->first + r->count &&
	    *count < UINT8_MAX)
		++*count;
}

/* Nothing of use came: whose fault is it, and what now? */
static void range_failed(struct pieces_request *r,
			 const struct http_reply *reply)
{
	struct pieces_peer *peer = r->peer;
	struct job *job = r->pieces->job;
	int64_t now = fetcher_now(job->f);
	bool blame = reply->status != STATUS_OK || reply->code == 200 ||
		     reply->code == 206 ||
		     (reply->code >= 500 && reply->retry_after_s == 0);

	(void)snprintf(job->trouble, sizeof(job->trouble), "%s (HTTP %u)",
		       reply->error, reply->code);
	if (reply->status == STATUS_LIMITED) {
		/* We may not, whoever is asked. */
		(void)snprintf(job->trouble, sizeof(job->trouble), "%s",
			       reply->error);
		pieces_drop_peer(peer, LIMITED_MS, false);
		return;
	}
	near_failed(r);
	peer->failures++;
	if (blame) {
		source_failed(peer->is.source, now,
			      reply->status == STATUS_UNREACHABLE ||
					      reply->code >= 500 ?
				      job->trouble :
				      "does not send the range asked for");
		job_peer_failed(job, peer->is.source);
		pieces_drop_peer(peer, failed_ms(peer), true);
		return;
	}
	/* It is on its way there, or not meant for there. */
	source_answered(peer->is.source, now);
	if (reply->code == 503 || reply->code == 429) {
		pieces_drop_peer(peer, BUSY_MS, false);
		return;
	}
	if (peer->is.has == PEER_HAS_ALL || peer->is.has == PEER_HAS_PIECES)
		job_peer_failed(job, peer->is.source);
	pieces_drop_peer(peer, ABSENT_MS, true);
}

static void range_done(void *owner, const struct http_reply *reply)
{
	struct pieces_request *r = owner;
	struct pieces *p = r->pieces;
	bool whole = r->at == r->first + r->count;

	/* Whole pieces count, however it ended; who gave some is asked again
	 * for the rest. */
	if (r->at == r->first)
		range_failed(r, reply);
	else if (!whole && reply->status != STATUS_OK)
		pieces_drop_peer(r->peer, failed_ms(r->peer), false);
	request_free(r);
	pieces_go(p);
}

/* --- asking --- */

/* A node is not to wait for what it has not, unless it is above: that gets it,
 * and streams it as it comes. */
static void put_query(struct buf *url, const struct pieces_request *r)
{
	const struct job *job = r->pieces->job;

	if (r->peer->is.source->is_static)
		return;
	if (r->peer->is.has != PEER_CAN_GET)
		buf_puts(url, "?wait=0&pull=0");
	else
		buf_printf(url, "?pull=%u%s", job_hops(job),
			   r->urgent ? "&watch=1" : "");
}

static enum status send_request(struct pieces_request *r, struct err *err)
{
	struct job *job = r->pieces->job;
	struct metainfo_piece start = metainfo_piece(mi_of(r), r->first);
	struct buf url = BUF_INIT;
	struct http_get get = { .ranged = true,
				.connect_timeout_ms =
					r->peer->is.reach == PEER_NEAR ?
						3000 :
						10000,
				.range_first = start.offset,
				.background = !job->first && !r->urgent,
				.on_data = range_data };
	enum status status;

	r->from = r->next_byte = start.offset;
	get.range_last = end_of(r, r->first + r->count - 1) - 1;
	buf_printf(&url, "%s/payload/%s/", r->peer->is.source->url, job->hex);
	url_put_path(&url, mi_of(r)->files[start.file].path);
	put_query(&url, r);
	get.url = buf_string(&url);
	status = buf_status(&url);
	if (status == STATUS_OK)
		status = http_client_get(job->f->o.client, &get, range_done, r,
					 &r->fetch, err);
	buf_release(&url);
	return status;
}

enum status pieces_ask(struct pieces *p, struct pieces_peer *peer,
		       const struct piece_ask *ask, bool urgent)
{
	struct pieces_request *r = calloc(1, sizeof(*r));
	const struct metainfo *mi = &p->job->tf->mi;
	struct err err = ERR_INIT;
	int64_t now = fetcher_now(p->job->f);

	if (r == NULL)
		return STATUS_NO_MEMORY;
	*r = (struct pieces_request){ .pieces = p,
				      .peer = peer,
				      .first = ask->first,
				      .at = ask->first,
				      .urgent = urgent,
				      .again = ask->again,
				      .begun_ms = now,
				      .heard_ms = now };
	/* A range is of one file. */
	for (uint32_t file = metainfo_piece(mi, ask->first).file;
	     r->count < ask->count &&
	     metainfo_piece(mi, ask->first + r->count).file == file;
	     r->count++)
		;
	if (send_request(r, &err) != STATUS_OK) {
		free(r);
		pieces_drop_peer(peer, FAILED_MS, true);
		return STATUS_UNREACHABLE;
	}
	for (uint32_t i = 0; i < r->count; i++)
		pieces_pend(p, ask->first + i);
	if (peer->requests++ == 0) {
		peer->window_ms = now;
		peer->window_bytes = 0;
	}
	p->job->f->receiving_bytes += mi->piece_length;
	r->next = p->requests;
	p->requests = r;
	p->n_requests++;
	return STATUS_OK;
}
