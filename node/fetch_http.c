/* Pieces by ranges over plain HTTP, several at a time, one request under way:
 * from static mirrors, and from nodes when the swarm is silent. */
#include <stdio.h>
#include <string.h>

#include "node/fetch_job.h"
#include "proto/url.h"

bool job_http_possible(struct job *job, bool only_static)
{
	struct source *sources[FETCHER_SOURCES_MAX];
	unsigned count = job_sources(job, sources, FETCHER_SOURCES_MAX);

	if (!only_static)
		return count > 0;
	for (unsigned i = 0; i < count; i++)
		if (!sources[i]->is_static)
			return false;
	return count > 0;
}

/* The next run of missing pieces within one file. */
static bool next_range(struct job *job, struct metainfo_piece *start,
		       uint64_t *length)
{
	const struct metainfo *mi = &job->tf->mi;
	uint32_t i = 0;

	while (i < mi->pieces && havemap_has(job->have, i))
		i++;
	if (i == mi->pieces)
		return false;
	*start = metainfo_piece(mi, i);
	*length = 0;
	job->range_first = i;
	for (job->range_pieces = 0; i < mi->pieces; i++) {
		struct metainfo_piece piece = metainfo_piece(mi, i);

		if (piece.file != start->file || havemap_has(job->have, i) ||
		    (*length > 0 && *length + piece.length > JOB_RANGE_MAX))
			break;
		*length += piece.length;
		job->range_pieces++;
	}
	return true;
}

/* Nobody can be read from: perhaps the swarm does better now. */
static void give_way(struct job *job, const char *why)
{
	job->http_next = false;
	job->state = JOB_SWARM;
	job->piece_ms = fetcher_now(job->f);
	job_pause(job, JOB_TRY_AGAIN_MS, why);
}

static void range_came(void *owner, const struct http_reply *reply)
{
	struct job *job = owner;
	struct source *from = job->fetch_from;
	struct metainfo_piece start =
		metainfo_piece(&job->tf->mi, job->range_first);
	struct buf body = BUF_INIT;
	uint64_t skip = 0;

	job->fetch = NULL;
	job->fetch_from = NULL;
	if (reply->status != STATUS_OK ||
	    (reply->code != 206 && reply->code != 200)) {
		char why[160];

		(void)snprintf(why, sizeof(why), "%s (HTTP %u)", reply->error,
			       reply->code);
		if (reply->status != STATUS_OK || reply->code >= 500)
			source_failed(from, fetcher_now(job->f), why);
		source_drop(from);
		if (job->turn % 4 == 0)
			give_way(job, why);
		else
			job_pause(job, 300, why);
		return;
	}
	if (reply->code == 200) /* a server that does not know ranges */
		skip = start.offset;
	else if (!reply->has_range || reply->range.first != start.offset)
		skip = UINT64_MAX;
	job->http_bytes += reply->bytes_in;
	if (skip < reply->body.size)
		buf_put(&body, reply->body.data + skip,
			reply->body.size - (size_t)skip);
	if (body.size == 0) {
		source_lied(from, fetcher_now(job->f), "wrong range");
		job_pause(job, 300, "wrong range");
	} else {
		job->piece_ms = fetcher_now(job->f);
		job_write(job, &body, from);
	}
	buf_release(&body);
	source_drop(from);
}

void job_http(struct job *job)
{
	struct source *sources[FETCHER_SOURCES_MAX];
	struct metainfo_piece start;
	struct buf url = BUF_INIT;
	struct err err = ERR_INIT;
	struct http_get get = { .ranged = true, .slow_bytes_s = 50 };
	uint64_t length;
	unsigned count = job_sources(job, sources, FETCHER_SOURCES_MAX);

	if (count == 0) {
		give_way(job, "nobody to ask is there");
		return;
	}
	if (!next_range(job, &start, &length))
		return;
	job->fetch_from = sources[job->turn++ % count];
	buf_printf(&url, "%s/payload/%s/", job->fetch_from->url, job->hex);
	url_put_path(&url, job->tf->mi.files[start.file].path);
	get.url = buf_string(&url);
	get.range_first = start.offset;
	get.range_last = start.offset + length - 1;
	/* A server without ranges sends the file from its beginning. */
	get.max_bytes = start.offset + length < 64u << 20 ?
				start.offset + length + (64u << 20) :
				length;
	get.timeout_ms = 600 * 1000;
	if (http_client_get(job->f->o.client, &get, range_came, job,
			    &job->fetch, &err) != STATUS_OK) {
		job->fetch_from = NULL;
		job_pause(job, JOB_TRY_AGAIN_MS, err.text);
	} else {
		source_hold(job->fetch_from);
	}
	buf_release(&url);
}
