/* Record logs on their way up: this node's own and those it carries are sent to
 * each upstream until the office has acknowledged them.
 *
 * A line to an upstream sends one log at a time:
 *
 *   due --POST--> under way --202, 409--> next POST at once
 *                    |
 *                    +-- 200 --> waits for the acknowledgement: asks again
 *                    |           after 2 s, 4 s, … 60 s
 *                    +-- refused, failed --> rests, longer each time
 *
 * An upstream that writes a log of lessons and has less of it than is here
 * lost some: it goes up in the same way, once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/node_inside.h"
#include "node/records.h"
#include "node/upload_giver.h"
#include "proto/encoding.h"
#include "proto/recordlog.h"

enum {
	LOOK_MS = 30 * 1000,   /* between looks at all logs when all is quiet */
	ASK_MS = 2 * 1000,     /* for an acknowledgement, the first time */
	ASK_MAX_MS = 60 * 1000,
	REST_MS = 5 * 1000,    /* after a failure */
	REST_MAX_MS = 600 * 1000,
	REFUSED_MS = 600 * 1000,
	SAY_MS = 1000 /* between two answers about an upstream's own log */
};

/* One log on one line. */
struct up_job {
	struct up_job *next;
	struct upload_giving giving;
	char origin[ORIGIN_MAX + 1];
	uint64_t size; /* of the log when it was last looked at */
	bool open;     /* not acknowledged in full, or not given back */
	bool back;     /* the upstream's own log */
	bool complained;
	int64_t due_ms;
	int64_t pause_ms; /* before the next */
};

struct up_line {
	struct node *n;
	struct source *up;
	struct up_job *jobs;
	struct up_job *busy;
	struct http_fetch *fetch;
	bool asked_own; /* whether it has more of our own log */
	bool asks;	/* what we hold of its own log */
	int64_t said_ms; /* when it was told; 0 never */
	struct buf body;
};

/* --- what there is to send --- */

static struct up_job *job_of(struct up_line *line, const struct log_info *info)
{
	struct up_job *job = line->jobs;

	while (job != NULL && job->giving.log != info->id)
		job = job->next;
	if (job != NULL)
		return job;
	job = calloc(1, sizeof(*job));
	if (job == NULL)
		return NULL;
	upload_giving_init(&job->giving, info->id, info->acked);
	memcpy(job->origin, info->origin, sizeof(job->origin));
	job->next = line->jobs;
	line->jobs = job;
	return job;
}

/* A forked log ends. Our own goes on being shown all the same: by what is here
 * and differs from what they have, those above see that there are two. */
static bool is_to_go(const struct log_info *info)
{
	return info->forked ? info->own : info->size > info->acked;
}

static enum status look_at_log(void *owner, const struct log_info *info,
			       struct err *err)
{
	struct up_line *line = owner;
	struct up_job *job;

	(void)err;
	if (!is_to_go(info))
		return STATUS_OK;
	job = job_of(line, info);
	if (job == NULL)
		return STATUS_OK; /* out of memory: the next look */
	job->open = true;
	if (info->size > job->size && job->pause_ms < REFUSED_MS) {
		job->due_ms = 0; /* something new: at once */
		job->pause_ms = 0;
	}
	job->size = info->size;
	return STATUS_OK;
}

static void look_at_logs(struct up_line *line)
{
	struct up_job **at = &line->jobs;
	struct err err = ERR_INIT;

	for (struct up_job *job = line->jobs; job != NULL; job = job->next)
		job->open = job->back && job->open;
	(void)log_each_records(line->n->house.catalog, look_at_log, line,
			       &err);
	while (*at != NULL) {
		struct up_job *job = *at;

		if (job->open || job == line->busy) {
			at = &job->next;
			continue;
		}
		*at = job->next;
		free(job);
	}
}

/* --- sending --- */

static void send_job(struct up_line *line, struct up_job *job);

static int64_t longer(int64_t pause_ms, int64_t first_ms, int64_t most_ms)
{
	return pause_ms < first_ms    ? first_ms :
	       2 * pause_ms > most_ms ? most_ms :
					2 * pause_ms;
}

static void rest(struct up_line *line, struct up_job *job, int64_t pause_ms)
{
	job->pause_ms = pause_ms;
	job->due_ms = node_now(line->n) + pause_ms;
}

static void failed(struct up_line *line, struct up_job *job, uint64_t after_s)
{
	int64_t pause = longer(job->pause_ms, REST_MS, REST_MAX_MS);

	if (after_s < REST_MAX_MS / 1000 && pause < (int64_t)after_s * 1000)
		pause = (int64_t)after_s * 1000;
	rest(line, job, pause);
}

static void refused(struct up_line *line, struct up_job *job,
		    const struct http_reply *reply)
{
	if (!job->complained)
		(void)fprintf(stderr,
			      "xiangtu: %s does not take records of %s: HTTP "
			      "%u %.*s\n",
			      line->up->url, job->origin, reply->code,
			      (int)(reply->body.size > 160 ? 160 :
							     reply->body.size),
			      reply->body.size == 0 ?
				      "" :
				      (const char *)reply->body.data);
	job->complained = true;
	rest(line, job, REFUSED_MS);
}

static void sent(void *owner, const struct http_reply *reply)
{
	struct up_line *line = owner;
	struct up_job *job = line->busy;
	struct upload_reply answer = { reply->code, reply->body };
	bool acked = false;

	line->fetch = NULL;
	line->busy = NULL;
	if (reply->status != STATUS_OK) {
		failed(line, job, 0);
		return;
	}
	switch (upload_given(&job->giving, &line->n->house, &answer, &acked)) {
	case UPLOAD_AGAIN:
		send_job(line, job);
		break;
	case UPLOAD_DONE:
		job->complained = false;
		job->open = !job->back;
		rest(line, job, longer(job->pause_ms, ASK_MS, ASK_MAX_MS));
		line->n->records_stale |= acked;
		break;
	case UPLOAD_FAILED:
		failed(line, job, reply->retry_after_s);
		break;
	case UPLOAD_REFUSED:
		refused(line, job, reply);
		break;
	}
}

static void send_job(struct up_line *line, struct up_job *job)
{
	char url[CONF_URL_MAX + ORIGIN_HASH_SIZE + 8];
	char hash[ORIGIN_HASH_SIZE + 1];
	struct http_get get = { .url = url, .timeout_ms = 120 * 1000 };
	struct err err = ERR_INIT;
	uint8_t raw[SHA256_SIZE];
	enum status status;

	sha256(job->origin, strlen(job->origin), raw);
	hex_encode((struct bytes){ raw, sizeof(raw) }, hash);
	(void)snprintf(url, sizeof(url), "%s/up/%s", line->up->url, hash);
	buf_clear(&line->body);
	status = upload_give(&job->giving, &line->n->house, &line->body, &err);
	if (status == STATUS_OK)
		status = http_client_post(line->n->client, &get,
					  buf_bytes(&line->body),
					  "application/octet-stream", sent,
					  line, &line->fetch, &err);
	if (status == STATUS_OK)
		line->busy = job;
	else
		failed(line, job, 0);
}

static struct up_job *next_due(const struct up_line *line, int64_t now)
{
	struct up_job *first = NULL;

	for (struct up_job *job = line->jobs; job != NULL; job = job->next)
		if (job->open && job->due_ms <= now &&
		    (first == NULL || job->due_ms < first->due_ms))
			first = job;
	return first;
}

/* --- our own log, once after each start --- */

/* Remember at once that others have more: the intake may come to it later, and
 * nothing is to be signed meanwhile. */
static void remember_lost(struct node *n, struct bytes note)
{
	struct records_offer offer;
	struct err ignored = ERR_INIT;
	struct intake *in;

	if (records_open_intake(&in, &n->house, note, clock_s(), &offer,
				&ignored) == STATUS_OK)
		intake_free(in);
}

/* Somebody above may have more of it than we do, when this disk was restored
 * from an old image; then it comes back before we write to it again. */
static void own_came(void *owner, const struct http_reply *reply)
{
	struct up_line *line = owner;
	struct node *n = line->n;
	struct err err = ERR_INIT;
	struct checkpoint head;
	struct public_key key;
	struct log_info info;

	line->fetch = NULL;
	if (reply->status != STATUS_OK || reply->code >= 500) {
		line->asked_own = false;
		return;
	}
	if (reply->code != 200 ||
	    records_open_note(reply->body, &head, &key, &err) != STATUS_OK ||
	    memcmp(key.bytes, house_node_public(&n->house), 32) != 0 ||
	    log_find(n->house.catalog, head.origin, &info, &err) != STATUS_OK)
		return;
	if (head.size > info.size) {
		(void)fprintf(stderr,
			      "xiangtu: %s has %llu entries of this node's "
			      "records, here are %llu: it takes them back in\n",
			      line->up->url, (unsigned long long)head.size,
			      (unsigned long long)info.size);
		remember_lost(n, reply->body);
	}
	n->records_stale |= records_ack_offered(&n->house, reply->body, NULL,
						&err) == STATUS_OK;
	follower_offer(n->follower, line->up, reply->body);
}

static bool has_answered(const struct up_line *line)
{
	return line->asked_own && (line->fetch == NULL || line->busy != NULL);
}

bool node_up_has_asked(const struct node *n, bool *failed)
{
	bool all = true;

	*failed = true;
	for (unsigned i = 0; i < n->n_upstreams; i++) {
		const struct up_line *line = n->up_lines[i];

		if (line == NULL || line->up->is_static || has_answered(line))
			continue;
		all = false;
		*failed &= !line->up->ok && line->up->trouble[0] != 0;
	}
	return all;
}

static void ask_for_own(struct up_line *line)
{
	char url[CONF_URL_MAX + ORIGIN_HASH_SIZE + 24];
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct http_get get = { .url = url,
				.max_bytes = CHECKPOINT_NOTE_MAX };
	struct node *n = line->n;
	struct err err = ERR_INIT;
	struct log_info info;
	int64_t id;

	recordlog_origin(house_node_public(&n->house), origin);
	if (log_follow_records(n->house.catalog, origin, true, &id, &err) !=
		    STATUS_OK ||
	    log_get(n->house.catalog, id, &info, &err) != STATUS_OK)
		return;
	(void)snprintf(url, sizeof(url), "%s/tlog/%s/checkpoint",
		       line->up->url, info.hash);
	line->asked_own = http_client_get(n->client, &get, own_came, line,
					  &line->fetch, &err) == STATUS_OK;
}

/* --- the upstream's own log --- */

static void give_back(struct up_line *line, const struct log_info *info,
		      uint64_t there)
{
	struct up_job *job = job_of(line, info);

	if (job == NULL || job == line->busy)
		return;
	if (!job->back || !job->open) {
		(void)fprintf(stderr,
			      "xiangtu: %s has %llu entries of its own log "
			      "'%s', here are %llu: it is given them back\n",
			      line->up->url, (unsigned long long)there,
			      info->origin, (unsigned long long)info->size);
		upload_giving_init(&job->giving, info->id, there);
		job->due_ms = job->pause_ms = 0;
	}
	job->back = job->open = true;
	job->size = info->size;
}

static void line_tick(struct up_line *line, int64_t now);

/* A new statement, which says what we hold; what is being given back first. */
static void say_own(struct up_line *line, int64_t now)
{
	if (!line->asks || (line->busy != NULL && line->busy->back) ||
	    (line->said_ms != 0 && now - line->said_ms < SAY_MS))
		return;
	line->asks = false;
	line->said_ms = now;
	node_statement_say(line->n, line->up->url);
}

void node_up_own(void *node, struct source *source, const char *hash,
		 uint64_t size, bool asks)
{
	struct node *n = node;
	int64_t now = node_now(n);
	struct up_line *line = NULL;
	struct err err = ERR_INIT;
	struct log_info info;

	for (unsigned i = 0; i < n->n_upstreams; i++)
		if (n->up_lines[i] != NULL && n->up_lines[i]->up == source)
			line = n->up_lines[i];
	if (line == NULL || n->stopping ||
	    log_find_hash(n->house.catalog, hash, &info, &err) != STATUS_OK ||
	    info.kind != LOG_LESSONS || info.own || info.forked ||
	    info.size == 0)
		return;
	if (info.size > size) {
		give_back(line, &info, size);
		line_tick(line, now);
	}
	line->asks |= asks;
	say_own(line, now);
}

/* --- of the node --- */

static void line_tick(struct up_line *line, int64_t now)
{
	struct up_job *job;

	say_own(line, now);
	if (line->fetch != NULL || !line->up->ok || line->up->is_static)
		return;
	if (!line->asked_own) {
		ask_for_own(line);
		return;
	}
	job = next_due(line, now);
	if (job != NULL)
		send_job(line, job);
}

static void acknowledge(struct node *n)
{
	struct err err = ERR_INIT;
	unsigned count = 0;

	if (records_acknowledge(&n->house, clock_s(), &count, &err) !=
	    STATUS_OK)
		(void)fprintf(stderr, "xiangtu: records: %s\n", err.text);
}

void node_up_tick(struct node *n)
{
	int64_t now = node_now(n);

	upload_taker_tick(n->taker, now);
	if (n->records_stale || now - n->records_looked_ms >= LOOK_MS) {
		n->records_stale = false;
		n->records_looked_ms = now;
		acknowledge(n);
		for (unsigned i = 0; i < n->n_upstreams; i++)
			look_at_logs(n->up_lines[i]);
	}
	for (unsigned i = 0; i < n->n_upstreams; i++)
		line_tick(n->up_lines[i], now);
}

bool node_records_grown(struct node *n, int64_t log)
{
	struct err err = ERR_INIT;
	struct log_info info;

	if (log_get(n->house.catalog, log, &info, &err) != STATUS_OK ||
	    info.kind != LOG_RECORDS)
		return false;
	n->records_stale = true;
	importer_grew(n->importer, log);
	return true;
}

enum status node_up_start(struct node *n, struct err *err)
{
	for (unsigned i = 0; i < n->n_upstreams; i++) {
		struct up_line *line = calloc(1, sizeof(*line));

		if (line == NULL)
			return err_set(err, STATUS_NO_MEMORY, "records");
		line->n = n;
		line->up = n->upstreams[i];
		n->up_lines[i] = line;
	}
	n->records_stale = true;
	return STATUS_OK;
}

void node_up_stop(struct node *n)
{
	for (unsigned i = 0; i < CONF_UPSTREAMS_MAX; i++) {
		struct up_line *line = n->up_lines[i];
		struct up_job *next;

		if (line == NULL)
			continue;
		if (line->fetch != NULL)
			http_client_cancel(line->fetch);
		for (struct up_job *job = line->jobs; job != NULL; job = next) {
			next = job->next;
			free(job);
		}
		buf_release(&line->body);
		free(line);
		n->up_lines[i] = NULL;
	}
}
