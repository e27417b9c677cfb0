/* Who of the LAN fetches a payload from beyond it: what neighbours announce and
 * state goes in, the fetcher's questions are answered. Deciding is
 * node/carrier.h's; whom a payload can be had from, node_whom.c's. */
#include "node/node_peers.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/log.h"
#include "proto/encoding.h"

enum {
	FAILURES_MANY = 2, /* an upstream that failed so often is away */
	MOVED_MS = 5 * 1000
};

/* --- the jobs --- */

struct peer_job *node_peer_job(struct node *n, const uint8_t *btmh)
{
	struct peer_job *job = n->peer_jobs;

	while (job != NULL && memcmp(job->btmh, btmh, 32) != 0)
		job = job->next;
	return job;
}

/* Find the entry that neighbours' statements speak of. */
static void place(struct node *n, struct peer_job *job)
{
	struct lesson_row row;
	struct log_info log;
	struct err err = ERR_INIT;
	char hex[65];

	hex_encode((struct bytes){ job->btmh, 32 }, hex);
	if (lessons_get(n->house.catalog, hex, &row, &err) != STATUS_OK ||
	    memcmp(row.lesson.btmh, job->btmh, 32) != 0 ||
	    log_get(n->house.catalog, row.log, &log, &err) != STATUS_OK ||
	    hex_decode(bytes_of(log.hash), job->hash, sizeof(job->hash)) !=
		    STATUS_OK)
		return;
	memcpy(job->origin, log.origin, sizeof(job->origin));
	job->entry = row.entry;
	job->placed = true;
}

static struct peer_job *job_put(struct node *n, const uint8_t *btmh)
{
	struct peer_job *job = node_peer_job(n, btmh);

	if (job != NULL)
		return job;
	if (n->n_peer_jobs == PEER_JOBS_MAX)
		return NULL;
	job = calloc(1, sizeof(*job));
	if (job == NULL)
		return NULL;
	memcpy(job->btmh, btmh, sizeof(job->btmh));
	job->began_ms = node_now(n);
	job->role = CARRIER_WAIT;
	job->moved_ms = -MOVED_MS;
	place(n, job);
	job->next = n->peer_jobs;
	n->peer_jobs = job;
	n->n_peer_jobs++;
	return job;
}

static void job_cut(struct node *n, const uint8_t *btmh, bool held)
{
	struct peer_job **at = &n->peer_jobs, *job;

	while (*at != NULL && memcmp((*at)->btmh, btmh, 32) != 0)
		at = &(*at)->next;
	job = *at;
	if (job == NULL)
		return;
	*at = job->next;
	n->n_peer_jobs--;
	node_swap_end(n, job, held);
	free(job);
}

/* --- what others are told --- */

static bool is_away(const struct source *s)
{
	return !s->ok && s->failures >= FAILURES_MANY;
}

bool node_reaches_beyond(const struct node *n)
{
	for (unsigned i = 0; i < n->n_upstreams; i++)
		if (!lan_has_url(n->lan, n->upstreams[i]->url))
			return true;
	return false;
}

static bool can_fetch_beyond(const struct node *n)
{
	for (unsigned i = 0; i < n->n_upstreams; i++)
		if (!lan_has_url(n->lan, n->upstreams[i]->url) &&
		    !is_away(n->upstreams[i]))
			return true;
	return false;
}

/* Do our limits let it come over the line now? Who may not is no candidate:
 * another one of this LAN, with a line of its own, carries it. */
static bool line_is_open(struct node *n, const uint8_t *btmh)
{
	bool first = n->fetcher != NULL && fetcher_is_first(n->fetcher, btmh);

	return budget_open(uplink_budget(n->uplink), BUDGET_DOWN,
			   first ? BUDGET_FOREGROUND : BUDGET_BACKGROUND,
			   NULL);
}

static void say_if_new(struct node *n)
{
	if (carriers_take_change(n->carriers) && n->announcing && !n->stopping)
		announcer_urgent(&n->announcer);
}

static void tell_own(struct node *n, const struct peer_job *job)
{
	unsigned saying = CARRIER_WANTS;

	if (can_fetch_beyond(n) && line_is_open(n, job->btmh))
		saying |= CARRIER_BEYOND;
	if (node_now(n) - job->moved_ms < MOVED_MS)
		saying |= CARRIER_MOVES;
	(void)carriers_own(n->carriers, job->btmh, saying, job->pieces,
			   node_now(n));
}

static bool others_carry(const struct node *n, const struct peer_job *job)
{
	struct carrier_sayer sayers[32];
	size_t count = carriers_sayers(n->carriers, job->btmh, node_now(n),
				       sayers, 32);
	bool some = false;

	for (size_t i = 0; i < count; i++)
		some |= (sayers[i].saying & CARRIER_CARRIES) != 0;
	return some;
}

void node_on_job(void *node, const uint8_t *btmh, bool running, bool beyond,
		 uint32_t pieces)
{
	struct node *n = node;
	struct peer_job *job;
	bool held = !running && shelf_has(n->shelf, btmh), delivers;

	(void)beyond; /* the role tells, which it follows */
	if (running) {
		job = job_put(n, btmh);
		if (job == NULL)
			return;
		delivers = job->role == CARRIER_CARRY && pieces > job->pieces;
		job->pieces = pieces;
		tell_own(n, job);
		/* Of two that carry, who delivers goes on: they are to know. */
		if (delivers && !job->delivered && others_carry(n, job) &&
		    n->announcing && !n->stopping)
			announcer_urgent(&n->announcer);
		job->delivered |= delivers;
	} else {
		job_cut(n, btmh, held);
		(void)carriers_own(n->carriers, btmh,
				   held ? CARRIER_HOLDS : 0, pieces,
				   node_now(n));
	}
	say_if_new(n);
}

/* --- what others say --- */

bool node_peer_is_near(const struct node *n, const struct neighbour *row)
{
	if (row->url[0] == 0 || !row->confirmed ||
	    !neighbour_is_alive(row, node_now(n)))
		return false;
	return row->listed || row->address == 0 ?
		       lan_has_url(n->lan, row->url) :
		       lan_has_ipv4(n->lan, row->address);
}

bool node_peer_holds(const struct node *n, const struct peer_job *job,
		     const uint8_t *key)
{
	return job->placed && holdings_say(n->holdings, key, HOLDINGS_HAVE,
					   job->origin, job->entry);
}

/* What it says that others act on. */
static unsigned lasting(unsigned saying)
{
	return saying & ~(unsigned)CARRIER_MOVES;
}

/* Jobs come and go while the fetcher is told of them. */
struct told {
	uint8_t btmh[PEER_JOBS_MAX][32];
	unsigned count;
};

static void note(struct told *told, const struct peer_job *job)
{
	if (told->count < PEER_JOBS_MAX)
		memcpy(told->btmh[told->count++], job->btmh, 32);
}

static void tell_fetcher(struct node *n, const struct told *told)
{
	for (unsigned i = 0; i < told->count && n->fetcher != NULL; i++)
		fetcher_peers_changed(n->fetcher, told->btmh[i]);
}

void node_peers_heard(struct node *n, const struct datagram *d)
{
	struct told told = { .count = 0 };
	int64_t now = node_now(n);
	unsigned before[PEER_JOBS_MAX], after, i = 0;
	bool answer = false;

	if (d->flags & DATAGRAM_LEAVING) {
		carriers_gone(n->carriers, d->key);
		holdings_drop(n->holdings, d->key);
		return;
	}
	for (const struct peer_job *job = n->peer_jobs; job != NULL;
	     job = job->next)
		before[i++] = carriers_said(n->carriers, d->key, job->btmh,
					    now, NULL);
	carriers_heard_list(n->carriers, d->key, d->fetches, d->fetch_count,
			    now);
	i = 0;
	for (const struct peer_job *job = n->peer_jobs; job != NULL;
	     job = job->next, i++) {
		after = carriers_said(n->carriers, d->key, job->btmh, now,
				      NULL);
		if (lasting(after) == lasting(before[i]))
			continue;
		/* It is to hear at once who carries. */
		answer |= before[i] == 0 && job->role == CARRIER_CARRY;
		note(&told, job);
	}
	if (answer && n->announcing && !n->stopping)
		announcer_urgent(&n->announcer);
	tell_fetcher(n, &told);
}

void node_peers_gone(struct node *n, const struct neighbour *row)
{
	/* Two rows of one node may have become one. */
	if (!row->has_key || neighbours_find(&n->neighbours, row->key) != NULL)
		return;
	carriers_gone(n->carriers, row->key);
	holdings_drop(n->holdings, row->key);
}

void node_peers_statement(struct node *n, const struct neighbour *row,
			  const struct statement *st)
{
	struct told told = { .count = 0 };

	if (!node_peer_is_near(n, row) ||
	    holdings_put(n->holdings, st) != STATUS_OK)
		return;
	for (const struct peer_job *job = n->peer_jobs; job != NULL;
	     job = job->next)
		if (node_peer_holds(n, job, st->key))
			note(&told, job);
	tell_fetcher(n, &told);
}

/* --- who carries --- */

/* May it have begun the same, without our having heard of that yet? */
static bool is_silent_rival(const struct node *n, const struct peer_job *job,
			    const struct neighbour *row)
{
	if (!row->has_key || !(row->flags & DATAGRAM_HAS_UPSTREAM) ||
	    !node_peer_is_near(n, row) || node_peer_holds(n, job, row->key))
		return false;
	if (job->placed && neighbour_head(row, job->hash) == NULL)
		return false;
	return carriers_said(n->carriers, row->key, job->btmh, node_now(n),
			     NULL) == 0;
}

/* How long a job is yet to wait before it takes part in an election. */
static int64_t wait_left(const struct node *n, const struct peer_job *job)
{
	int64_t now = node_now(n);
	int64_t left = job->began_ms + PEER_WAIT_MS - now;
	int64_t starting = n->started_ms + PEER_START_MS - now;

	if (!n->announcing || !can_fetch_beyond(n))
		return 0;
	if (starting > 0)
		return starting;
	for (size_t i = 0; i < n->neighbours.count && left > 0; i++)
		if (is_silent_rival(n, job, &n->neighbours.rows[i]))
			return left;
	return 0;
}

static void wait_over(uv_timer_t *timer)
{
	struct node *n = timer->data;
	struct told told = { .count = 0 };

	if (n->stopping)
		return;
	for (struct peer_job *job = n->peer_jobs; job != NULL;
	     job = job->next) {
		node_swap_look(n, job);
		note(&told, job);
	}
	tell_fetcher(n, &told);
}

void node_peers_wake(struct node *n, int64_t ms)
{
	uv_timer_t *timer = &n->peer_wait;

	if (!uv_is_active((uv_handle_t *)timer) ||
	    uv_timer_get_due_in(timer) > (uint64_t)ms)
		(void)uv_timer_start(timer, wait_over, (uint64_t)ms + 1, 0);
}

enum carrier_role node_role(void *node, const uint8_t *btmh)
{
	struct node *n = node;
	struct peer_job *job = node_peer_job(n, btmh);
	int64_t wait;

	if (job == NULL)
		return line_is_open(n, btmh) ? CARRIER_CARRY : CARRIER_NOBODY;
	wait = wait_left(n, job);
	if (wait > 0) {
		node_peers_wake(n, wait);
		job->role = CARRIER_WAIT;
		return job->role;
	}
	tell_own(n, job);
	job->role = carriers_role(n->carriers, btmh, node_now(n), NULL);
	job->delivered &= job->role == CARRIER_CARRY;
	say_if_new(n);
	if (job->asks == 0)
		node_swap_look(n, job); /* at once */
	return job->role;
}

void node_peer_failed(void *node, const uint8_t *btmh, struct source *source)
{
	struct node *n = node;
	struct peer_job *job = node_peer_job(n, btmh);

	if (job != NULL)
		node_swap_failed(job, source);
	for (size_t i = 0; i < n->neighbours.count; i++) {
		const struct neighbour *row = &n->neighbours.rows[i];

		if (row->has_key && strcmp(row->url, source->url) == 0)
			carriers_failed(n->carriers, row->key, btmh,
					node_now(n));
	}
}

/* --- time --- */

/* Whether the fetcher is to hear of it. */
static bool look_at(struct node *n, struct peer_job *job)
{
	enum carrier_role before = job->role;
	uint64_t bytes = fetcher_http_bytes(n->fetcher, job->btmh);

	if (bytes != job->bytes)
		job->moved_ms = node_now(n);
	job->bytes = bytes;
	(void)node_role(n, job->btmh);
	node_swap_look(n, job);
	return job->role != before;
}

void node_peers_tick(struct node *n)
{
	struct told told = { .count = 0 };

	if (n->stopping || n->fetcher == NULL)
		return;
	for (struct peer_job *job = n->peer_jobs; job != NULL; job = job->next)
		if (look_at(n, job))
			note(&told, job);
	tell_fetcher(n, &told);
}

enum status node_peers_start(struct node *n, struct err *err)
{
	n->carriers = carriers_new(house_node_public(&n->house));
	n->holdings = holdings_new();
	n->started_ms = node_now(n);
	(void)uv_timer_init(n->loop, &n->peer_wait);
	n->peer_wait.data = n;
	if (n->carriers == NULL || n->holdings == NULL)
		return err_set(err, STATUS_NO_MEMORY, "neighbourhood");
	return STATUS_OK;
}

void node_peers_release(struct node *n)
{
	while (n->peer_jobs != NULL)
		job_cut(n, n->peer_jobs->btmh, false);
	carriers_free(n->carriers);
	holdings_free(n->holdings);
}
