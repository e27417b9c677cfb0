/* The torrent file of a job: from disk, else from whoever has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/payloads.h"
#include "node/durable.h"
#include "node/fetch_job.h"

/* Whoever has just heard of a lesson asks again at once: the others have just
 * heard of it, too. */
enum {
	QUICK_ROUNDS = 24,
	QUICK_MS = 150,
	BAD_TORRENTS_MAX = 3,
	/* A neighbour answers at once; one that stands still takes the request
	 * and never does. */
	NEIGHBOUR_SILENT_S = 3
};

/* With the torrent known, the have-map can be read. */
static void torrent_is_here(struct job *job, struct torrentfile *tf)
{
	struct fetcher *f = job->f;
	struct payload_row row;
	struct buf have = BUF_INIT;
	struct err err = ERR_INIT;
	size_t size = havemap_size(tf->mi.pieces);

	job->tf = tf;
	job->have = calloc(1, size);
	job->claimed = calloc(1, size);
	job->got = calloc(1, size);
	if (job->have == NULL || job->claimed == NULL || job->got == NULL) {
		job_pause(job, JOB_TRY_AGAIN_MS, "out of memory");
		job->stopping = true;
		return;
	}
	if (payload_get(f->o.house->catalog, job->btmh, &row, &have, &err) ==
		    STATUS_OK &&
	    row.pieces == tf->mi.pieces && have.size == size)
		memcpy(job->have, have.data, size);
	buf_release(&have);
	memcpy(job->got, job->have, size);
	job->good = havemap_count(job->have, tf->mi.pieces);
	job->good_bytes = metainfo_bytes_of(&tf->mi, job->have);
	job_arriving_begin(job);
	job->state = JOB_REUSE;
	job->trouble[0] = 0;
	job_step(job);
}

static void torrent_path(const struct job *job, char out[static 4200])
{
	(void)snprintf(out, 4200, "%s/%s", job->f->o.house->torrent_dir,
		       job->hex);
}

/* The next one is asked at once; when all were asked, there is a pause. */
static void not_there(struct job *job)
{
	int64_t ms = 0;

	if (job->turn == 0)
		ms = job->rounds < QUICK_ROUNDS ? QUICK_MS : JOB_TRY_AGAIN_MS;
	job_pause(job, ms, "nobody asked has its torrent file yet");
}

static void torrent_came(void *owner, const struct http_reply *reply)
{
	struct job *job = owner;
	struct source *from = job->fetch_from;
	struct torrentfile *tf;
	struct err err = ERR_INIT;
	char path[4200];
	enum status status;

	job->fetch = NULL;
	job->fetch_from = NULL;
	if (reply->status != STATUS_OK || reply->code != 200) {
		if (reply->status != STATUS_OK)
			source_failed(from, fetcher_now(job->f), reply->error);
		else
			source_answered(from, fetcher_now(job->f));
		source_drop(from);
		not_there(job);
		return;
	}
	status = torrentfile_open_bytes(&tf, reply->body, job->btmh, &err);
	/* A bad file at the source, or one its publisher signed: the source
	 * may be good for all the rest, and is not put to rest for it. */
	if (status == STATUS_OK)
		source_worked(from, fetcher_now(job->f));
	else
		from->lies++;
	source_drop(from);
	if (status != STATUS_OK) {
		if (++job->bad_torrents >= BAD_TORRENTS_MAX)
			job_give_up(job, err.text);
		else
			job_pause(job, 300, err.text);
		return;
	}
	torrent_path(job, path);
	status = durable_write(path, reply->body, 0644, &err);
	if (status != STATUS_OK) {
		torrentfile_free(tf);
		job_pause(job, JOB_ROOM_MS, err.text);
		return;
	}
	torrent_is_here(job, tf);
}

/* Those above get it for us, and answer in the moment they have it. Of others,
 * two that want the same must not wait for each other. */
static void put_url(const struct job *job, char *url, size_t room)
{
	const struct source *from = job->fetch_from;
	int size = snprintf(url, room, "%s/torrent/%s", from->url, job->hex);

	if (from->is_static || size < 0 || (size_t)size >= room)
		return;
	if (from->upstream)
		(void)snprintf(url + size, room - (size_t)size, "?pull=%u",
			       job_hops(job));
	else
		(void)snprintf(url + size, room - (size_t)size,
			       "?wait=0&pull=0");
}

void job_get_torrent(struct job *job)
{
	struct source *sources[FETCHER_SOURCES_MAX];
	struct torrentfile *tf;
	struct err err = ERR_INIT;
	char path[4200], url[CONF_URL_MAX + 96];
	struct http_get get = { .url = url,
				.max_bytes = METAINFO_SIZE_MAX,
				.timeout_ms = 120 * 1000,
				.slow_bytes_s = 50 };
	unsigned count;

	torrent_path(job, path);
	if (torrentfile_open(&tf, path, job->btmh, &err) == STATUS_OK) {
		torrent_is_here(job, tf);
		return;
	}
	count = job_sources(job, sources, FETCHER_SOURCES_MAX);
	if (count == 0) {
		job_pause(job, JOB_TRY_AGAIN_MS, "nobody to ask is there");
		return;
	}
	job->fetch_from = sources[job->turn < count ? job->turn : 0];
	job->turn = job->turn + 1 < count ? job->turn + 1 : 0;
	job->rounds += job->turn == 0;
	if (!job->fetch_from->upstream)
		get.slow_for_s = NEIGHBOUR_SILENT_S;
	put_url(job, url, sizeof(url));
	if (http_client_get(job->f->o.client, &get, torrent_came, job,
			    &job->fetch, &err) != STATUS_OK) {
		job->fetch_from = NULL;
		job_pause(job, JOB_TRY_AGAIN_MS, err.text);
		return;
	}
	source_hold(job->fetch_from);
}
