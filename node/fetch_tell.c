/* What is told of jobs: to `transfers` and `lessons`, and to other parts of the
 * node. */
#include <string.h>

#include "node/fetch_job.h"

enum { MOVES_MS = 3000 /* without a byte it does not move */ };

double fetcher_progress(const struct fetcher *f, const uint8_t *btmh)
{
	const struct job *job = fetcher_find(f, btmh);
	uint64_t bytes;

	if (job == NULL)
		return -1;
	if (job->tf == NULL || job->tf->mi.total == 0)
		return 0;
	bytes = job->progress.bytes > job->good_bytes ? job->progress.bytes :
							job->good_bytes;
	return bytes >= job->tf->mi.total ?
		       1 :
		       (double)bytes / (double)job->tf->mi.total;
}

bool fetcher_moves(const struct fetcher *f, const uint8_t *btmh)
{
	const struct job *job = fetcher_find(f, btmh);

	return job != NULL && fetcher_now(f) - job->moved_ms < MOVES_MS;
}

bool fetcher_is_first(const struct fetcher *f, const uint8_t *btmh)
{
	const struct job *job = fetcher_find(f, btmh);

	return job != NULL && job->first;
}

uint64_t fetcher_http_bytes(const struct fetcher *f, const uint8_t *btmh)
{
	const struct job *job = fetcher_find(f, btmh);

	return job == NULL ? 0 : job->http_bytes;
}

const char *fetcher_trouble(const struct fetcher *f, const uint8_t *btmh)
{
	const struct job *job = fetcher_find(f, btmh);

	if (job != NULL)
		return job->trouble;
	for (unsigned i = 0; i < f->n_resting; i++)
		if (memcmp(f->resting[i].btmh, btmh, 32) == 0)
			return f->resting[i].why;
	return fetcher_full_trouble(f, btmh);
}

json_t *fetcher_job(const struct fetcher *f, const uint8_t *btmh)
{
	static const char *const names[] = {
		[JOB_TORRENT] = "torrent",     [JOB_REUSE] = "salvage",
		[JOB_SALVAGE] = "salvage",
		[JOB_SWARM] = "swarm",	       [JOB_LETTING_GO] = "swarm",
		[JOB_PIECES] = "http",	       [JOB_DONE] = "done",
	};
	const struct job *job = fetcher_find(f, btmh);
	uint64_t rate;
	unsigned peers;

	if (job == NULL)
		return NULL;
	job_pieces_rate(job, &rate, &peers);
	return json_pack(
		"{s:s, s:s, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:b, s:s}",
		"btmh", job->hex, "way", names[job->state], "bytes",
		(json_int_t)(job->tf == NULL ? 0 : job->tf->mi.total),
		"verified", (json_int_t)job->good_bytes, "progress",
		fetcher_progress(f, btmh), "rate",
		(json_int_t)(rate + job->progress.rate_down), "peers",
		(json_int_t)(peers + job->progress.peers), "http_bytes",
		(json_int_t)job->http_bytes, "reused",
		(json_int_t)job->reused_bytes, "carries", job->beyond,
		"trouble", job->trouble);
}

unsigned fetcher_shares(const struct fetcher *f,
			struct fetcher_share out[static FETCHER_SHARES_MAX])
{
	unsigned count = 0;

	for (const struct job *job = f->jobs;
	     job != NULL && count < FETCHER_SHARES_MAX; job = job->next) {
		memcpy(out[count].btmh, job->btmh, 32);
		out[count++].share = fetcher_progress(f, job->btmh);
	}
	return count;
}

unsigned fetcher_count(const struct fetcher *f)
{
	return f->n_jobs;
}

json_t *fetcher_jobs(const struct fetcher *f)
{
	json_t *list = json_array();

	for (const struct job *job = f->jobs; job != NULL; job = job->next)
		(void)json_array_append_new(list, fetcher_job(f, job->btmh));
	return list;
}
