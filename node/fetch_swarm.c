/* A job as the engine's: loading it, finding peers for it through the
 * /announce of sources, and looking at what it has written. */
#include <stdio.h>
#include <string.h>

#include "node/fetch_job.h"
#include "node/piece_plan.h"
#include "node/swarm_peers.h"

/* Let go of the one that was to be asked longest ago: it is perhaps gone. */
static struct job_ask *free_ask(struct job *job)
{
	struct job_ask *oldest = NULL;

	for (unsigned i = 0; i < FETCHER_SOURCES_MAX; i++) {
		struct job_ask *ask = &job->asks[i];

		if (ask->fetch == NULL &&
		    (oldest == NULL || ask->next_ms < oldest->next_ms))
			oldest = ask;
	}
	if (oldest != NULL) {
		source_drop(oldest->source);
		memset(oldest, 0, sizeof(*oldest));
	}
	return oldest;
}

static struct job_ask *ask_of(struct job *job, struct source *source)
{
	struct job_ask *unused = NULL;

	for (unsigned i = 0; i < FETCHER_SOURCES_MAX; i++) {
		struct job_ask *ask = &job->asks[i];

		if (ask->source == source)
			return ask;
		if (ask->source == NULL && unused == NULL)
			unused = ask;
	}
	if (unused == NULL)
		unused = free_ask(job);
	if (unused != NULL) {
		*unused = (struct job_ask){ .job = job, .source = source };
		source_hold(source);
	}
	return unused;
}

static void connect_peer(void *owner, const struct engine_address *peer)
{
	struct job_ask *ask = owner;

	ask->peers++;
	(void)engine_connect(ask->job->f->o.engine, ask->job->btmh, peer);
}

static void peers_came(void *owner, const struct http_reply *reply)
{
	struct job_ask *ask = owner;
	struct job *job = ask->job;
	int64_t now = fetcher_now(job->f);

	ask->fetch = NULL;
	ask->peers = 0;
	if (reply->status == STATUS_OK)
		source_answered(ask->source, now);
	if (reply->status == STATUS_OK && reply->code == 200)
		(void)swarm_peers_read(reply->body, connect_peer, ask);
	else if (reply->status != STATUS_OK)
		source_failed(ask->source, now, reply->error);
	ask->next_ms = now + (job->progress.peers > 0 ? JOB_ANNOUNCE_MS :
							JOB_ANNOUNCE_LONELY_MS);
}

static void ask_source(struct job *job, struct source *source)
{
	struct job_ask *ask = ask_of(job, source);
	struct swarm_announce what = {
		.url = source->url,
		.btmh = job->btmh,
		.node_key = house_node_public(job->f->o.house),
		.port = job->f->swarm_port,
		.left = job->tf->mi.total - job->good_bytes,
	};
	struct buf url = BUF_INIT;
	struct http_get get = { .max_bytes = 64 << 10, .timeout_ms = 10000 };
	struct err err = ERR_INIT;

	if (ask == NULL || ask->fetch != NULL ||
	    fetcher_now(job->f) < ask->next_ms)
		return;
	swarm_announce_url(&what, &url);
	get.url = buf_string(&url);
	ask->next_ms = fetcher_now(job->f) + JOB_ANNOUNCE_LONELY_MS;
	(void)http_client_get(job->f->o.client, &get, peers_came, ask,
			      &ask->fetch, &err);
	buf_release(&url);
}

void job_swarm_quiet(struct job *job)
{
	for (unsigned i = 0; i < FETCHER_SOURCES_MAX; i++) {
		struct job_ask *ask = &job->asks[i];

		if (ask->fetch != NULL)
			http_client_cancel(ask->fetch);
		if (ask->source != NULL)
			source_drop(ask->source);
		memset(ask, 0, sizeof(*ask));
	}
}

static void load(struct job *job)
{
	const struct torrentfile *tf = job->tf;
	struct engine_payload payload = {
		.btmh = job->btmh,
		.torrent = buf_bytes(&tf->bytes),
		.pieces = tf->mi.pieces,
		.mode = ENGINE_FETCH,
		.have = { job->have, havemap_size(tf->mi.pieces) },
		.lan_only = !job_may_beyond(job),
	};
	struct err err = ERR_INIT;
	enum status status;

	/* The engine writes before it verifies, also where pieces lie that
	 * could not be flushed. */
	job_arriving_settle(job);
	status = engine_add(job->f->o.engine, &payload, &err);
	if (status == STATUS_OK) {
		job->flushing = false;
		job->dirty = 0;
		job->piece_ms = job->flushed_ms = fetcher_now(job->f);
		memset(&job->progress, 0, sizeof(job->progress));
		job->lan_only = payload.lan_only;
		job_swarm_begins(job);
		/* Those that were told before it could connect. */
		for (unsigned i = 0; i < FETCHER_SOURCES_MAX; i++)
			job->asks[i].next_ms = 0;
		return;
	}
	job_pause(job, JOB_TICK_MS, err.text);
}

static void look_at_writing(struct job *job)
{
	int64_t now = fetcher_now(job->f);

	if (job->flushing || job->dirty == 0 ||
	    now - job->flushed_ms < JOB_FLUSH_MS)
		return;
	if (engine_flush(job->f->o.engine, job->btmh) != STATUS_OK)
		return;
	job->flushing = true;
	job->dirty = 0;
	job->flushed_ms = now;
}

void job_announce(struct job *job)
{
	struct source *sources[FETCHER_SOURCES_MAX];
	unsigned count = job_sources(job, sources, FETCHER_SOURCES_MAX);

	for (unsigned i = 0; i < count && job->f->swarm_port != 0; i++)
		if (!sources[i]->is_static)
			ask_source(job, sources[i]);
}

unsigned job_swarm_peers(const struct job *job)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FETCHER_SOURCES_MAX; i++)
		count += job->asks[i].peers;
	return engine_is_ready(job->f->o.engine) ? count : 0;
}

/* The carrier reaches beyond the LAN, the others do not. */
static void set_reach(struct job *job)
{
	bool lan_only = !job_may_beyond(job);

	if (lan_only != job->lan_only &&
	    engine_reach(job->f->o.engine, job->btmh, lan_only) == STATUS_OK)
		job->lan_only = lan_only;
}

/* Would HTTP do better? */
static bool should_let_go(struct job *job)
{
	struct peer peers[PEERS_MAX];
	unsigned count = job_peers(job, peers, PEERS_MAX);
	int64_t now = fetcher_now(job->f);
	int64_t silent = now - (job->bytes_ms > job->piece_ms ?
					job->bytes_ms :
					job->piece_ms);
	bool slow = now - job->piece_ms > JOB_SLOW_MS;
	struct piece_way_facts facts = {
		.swarm_peers = job->progress.peers + job_swarm_peers(job),
		.moved = silent < JOB_STALL_MS / 4 && !slow,
		.stalled = silent > JOB_STALL_MS || slow || job->peers_new,
		.present = PIECE_WAY_SWARM,
	};

	for (unsigned i = 0; i < count; i++)
		facts.peers += peers[i].reach == PEER_NEAR || !job->lan_only;
	return piece_way(&facts) == PIECE_WAY_HTTP;
}

void job_swarm(struct job *job)
{
	if (!engine_has(job->f->o.engine, job->btmh)) {
		/* The engine cannot be asked in vain: it would be given files
		 * for nothing. */
		if (!engine_is_ready(job->f->o.engine))
			job_pause(job, JOB_TICK_MS,
				  "the engine is being started");
		else if (job_give(job))
			load(job);
		job->peers_new = false;
		return;
	}
	look_at_writing(job);
	set_reach(job);
	job_announce(job);
	if (should_let_go(job))
		job->state = JOB_LETTING_GO;
	else if (job->progress.peers > 0 &&
		 (job->turned_ms == 0 ||
		  fetcher_now(job->f) - job->turned_ms > JOB_TURNED_MS))
		job->trouble[0] = 0;
}

/* A peer says why it gives this node nothing. */
static void turned_away(struct job *job, const struct engine_turned *turned)
{
	static const char *const why[ENGINE_VERDICTS] = {
		[ENGINE_UNKNOWN] =
			"gives pieces to nodes it knows only: the office "
			"is to accept the code of this one",
		[ENGINE_BAD_PROOF] =
			"took the proof of which node this is for a bad "
			"one: something between alters it, or one of the two "
			"programs is old",
		[ENGINE_ELSEWHERE] =
			"does not know the address by which it was reached: "
			"its url is to name it, unless somebody stands between",
		[ENGINE_SILENT] =
			"got no proof of which node this is in time: it is "
			"asked again",
	};
	char address[SWARM_ADDRESS_SIZE];

	if (!turned->by_peer)
		return;
	swarm_address_text(&turned->address, address);
	(void)snprintf(job->trouble, sizeof(job->trouble), "%s %s", address,
		       why[turned->verdict]);
	job->turned_ms = fetcher_now(job->f);
}

/* The engine says these pieces are written; job_step() has them hashed. */
static void claim(struct job *job, struct bytes map)
{
	size_t size = havemap_size(job->tf->mi.pieces);

	if (map.size != size)
		return;
	memcpy(job->claimed, map.data, size);
}

static void let_go(struct job *job, int64_t pause, const char *why)
{
	job->swarmed |= job->tf != NULL;
	job->flushing = false;
	memset(&job->progress, 0, sizeof(job->progress));
	if (job->tf != NULL)
		memset(job->claimed, 0, havemap_size(job->tf->mi.pieces));
	job_swarm_quiet(job);
	job->state = JOB_LETTING_GO;
	if (!job_take_back(job))
		return;
	job->state = JOB_SALVAGE;
	if (why != NULL)
		job_pause(job, pause, why);
}

void job_swarm_event(struct job *job, const struct engine_event *event)
{
	switch (event->type) {
	case ENGINE_PIECE:
		job->dirty++;
		job->piece_ms = job->moved_ms = fetcher_now(job->f);
		job->peers_new = false;
		if (job->turned_ms != 0)
			job->trouble[0] = 0;
		job->turned_ms = 0;
		break;
	case ENGINE_TURNED:
		turned_away(job, &event->turned);
		break;
	case ENGINE_PROGRESS:
		/* A large piece over a thin line takes its time. */
		if (event->progress.rate_down > JOB_RATE_LEAST)
			job->bytes_ms = fetcher_now(job->f);
		job->progress = event->progress;
		break;
	case ENGINE_FINISHED:
		if (job->tf != NULL) {
			memset(job->claimed, 0xff,
			       havemap_size(job->tf->mi.pieces));
			for (uint32_t i = job->tf->mi.pieces;
			     i < 8 * havemap_size(job->tf->mi.pieces); i++)
				havemap_unset(job->claimed, i);
		}
		break;
	case ENGINE_HAVE:
		job->flushing = false;
		claim(job, event->have);
		break;
	case ENGINE_RELEASED:
		let_go(job, 0, NULL);
		break;
	case ENGINE_FAILED:
		let_go(job, JOB_TRY_AGAIN_MS, event->failed.text);
		break;
	case ENGINE_DIED:
		let_go(job, JOB_TICK_MS, "the engine was started again");
		break;
	default:
		break;
	}
	job_step(job);
}
