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

/* What there is of the range, from its beginning on: a server without ranges
 * sends the file from its own beginning, and more than was asked for. */
static bool range_data(void *owner, struct http_fetch *fetch, uint64_t offset,
		       struct bytes data)
{
	struct job *job = owner;
	uint64_t next = job->range_from + job->range.size;
	uint64_t end = job->range_from + job->range_size;
	bool surplus = offset + data.size > end;

	(void)fetch;
	if (offset > next || (offset == 0 && job->range.size == 0 &&
			      job->range_from > JOB_SKIP_MAX))
		return false;
	if (next - offset < data.size) {
		data.data += next - offset;
		data.size -= (size_t)(next - offset);
		if (data.size > end - next)
			data.size = (size_t)(end - next);
		buf_put_bytes(&job->range, data);
	}
	if (job->range.size > 0)
		job->moved_ms = fetcher_now(job->f);
	return buf_status(&job->range) == STATUS_OK && !surplus;
}

/* Nothing of use came: whose fault is it, and what now? */
static void range_failed(struct job *job, const struct http_reply *reply,
			 struct source *from)
{
	int64_t now = fetcher_now(job->f);
	char why[160];

	(void)snprintf(why, sizeof(why), "%s (HTTP %u)", reply->error,
		       reply->code);
	if (reply->code == 206 || reply->code == 200)
		source_failed(from, now,
			      reply->status == STATUS_OK ||
					      reply->status ==
						      STATUS_CANCELLED ?
				      "does not send the range asked for" :
				      why);
	else if (reply->status != STATUS_OK ||
		 (reply->code >= 500 && reply->retry_after_s == 0))
		source_failed(from, now, why);
	else /* it is on its way there, or not meant for there */
		source_answered(from, now);
	if (job->turn % 4 == 0)
		give_way(job, why);
	else
		job_pause(job, 300, why);
}

static void range_came(void *owner, const struct http_reply *reply)
{
	struct job *job = owner;
	struct source *from = job->fetch_from;
	struct metainfo_piece first =
		metainfo_piece(&job->tf->mi, job->range_first);

	job->fetch = NULL;
	job->fetch_from = NULL;
	job->http_bytes += reply->bytes_in;
	/* Whole pieces count, however it ended. */
	if (job->range.size >= first.length) {
		job->piece_ms = fetcher_now(job->f);
		job_write(job, &job->range, from);
	} else {
		range_failed(job, reply, from);
	}
	buf_release(&job->range);
	source_drop(from);
}

void job_http(struct job *job)
{
	struct source *sources[FETCHER_SOURCES_MAX];
	struct metainfo_piece start;
	struct buf url = BUF_INIT;
	struct err err = ERR_INIT;
	struct http_get get = { .ranged = true,
				.slow_bytes_s = 50,
				.on_data = range_data };
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
	/* A node that is fetching it, too, is not waited for. */
	if (!job->fetch_from->is_static)
		buf_puts(&url, "?wait=0");
	get.url = buf_string(&url);
	get.range_first = job->range_from = start.offset;
	get.range_last = start.offset + length - 1;
	job->range_size = length;
	buf_clear(&job->range);
	if (http_client_get(job->f->o.client, &get, range_came, job,
			    &job->fetch, &err) != STATUS_OK) {
		job->fetch_from = NULL;
		job_pause(job, JOB_TRY_AGAIN_MS, err.text);
	} else {
		source_hold(job->fetch_from);
	}
	buf_release(&url);
}
