#include "node/study/batcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/requests_visit.h"
#include "node/study/asking.h"
#include "node/study/lately.h"
#include "node/study/machine.h"
#include "node/study/rounds.h"
#include "node/study/sealing.h"
#include "proto/recordlog.h"

enum {
	MINUTES_A_DAY = 24 * 60,
	SETTLE_MS = 30 * 1000, /* between looks at what was acknowledged */
	LOOK_MS = 60 * 60 * 1000 /* between looks at the machine */
};

struct batcher {
	struct node *n;
	struct rounds rounds;
	int64_t began_ms, settled_ms, looked_ms;
	char trouble[ERR_TEXT_MAX]; /* why the last round could not go */

	/* The look at the machine, while `busy`, and what it is for. */
	uv_work_t work;
	bool busy;
	enum round round;
	struct machine_look look;
	struct machine_look known; /* the last that ended */
	bool has_known;
};

enum status batcher_open(struct batcher **out, struct node *n, struct err *err)
{
	struct batcher *b = calloc(1, sizeof(*b));
	struct rounds_past past;
	uint16_t random;
	enum status status;

	if (b == NULL)
		return err_set(err, STATUS_NO_MEMORY, "records");
	status = lately_past(&n->house, &past, err);
	if (status != STATUS_OK) {
		free(b);
		return status;
	}
	signing_random(&random, sizeof(random));
	b->n = n;
	b->began_ms = node_now(n);
	rounds_init(&b->rounds,
		    &(struct rounds_start){
			    .now_ms = b->began_ms,
			    .past = past,
			    .minute = random % MINUTES_A_DAY });
	*out = b;
	return STATUS_OK;
}

void batcher_free(struct batcher *b)
{
	free(b);
}

void batcher_nudge(struct node *n)
{
	if (n->batcher != NULL)
		rounds_nudge(&n->batcher->rounds, node_now(n));
}

/* --- a round --- */

static void complain(struct batcher *b, const struct err *err)
{
	if (strcmp(b->trouble, err->text) != 0)
		(void)fprintf(stderr, "xiangtu: records wait: %s\n",
			      err->text);
	(void)snprintf(b->trouble, sizeof(b->trouble), "%s", err->text);
}

static void send_round(struct batcher *b, enum round round,
		       const json_t *machine)
{
	struct sealed sealed = { .items = 0 };
	int64_t now = node_now(b->n);
	struct err err = ERR_INIT;

	if (requests_send_records(&b->n->requests, machine, &sealed, &err) ==
	    STATUS_OK) {
		b->trouble[0] = 0;
		if (round == ROUND_SOON && sealed.entries == 0)
			rounds_idle(&b->rounds);
		else
			rounds_went(&b->rounds, round, sealed.more, now);
		return;
	}
	complain(b, &err);
	rounds_failed(&b->rounds, round, now);
}

static void look_on_pool(uv_work_t *work)
{
	struct batcher *b = work->data;

	machine_look(&b->look);
}

static void machine_looked(uv_work_t *work, int cancelled)
{
	struct batcher *b = work->data;
	struct err err = ERR_INIT;
	bool changed = false;
	json_t *machine;

	b->busy = false;
	if (cancelled != 0 || b->n->stopping)
		return;
	b->known = b->look;
	b->has_known = true;
	if (machine_tell(&b->n->house, &b->look, &changed, &err) != STATUS_OK)
		complain(b, &err);
	if (changed)
		rounds_nudge(&b->rounds, node_now(b->n));
	/* It may have gone with a drive meanwhile. */
	if (b->round != ROUND_DAILY ||
	    rounds_due(&b->rounds, node_now(b->n)) != ROUND_DAILY)
		return;
	machine = machine_item(&b->n->house, &b->look);
	send_round(b, ROUND_DAILY, machine);
	json_decref(machine);
}

/* For a daily round; ROUND_NONE: for what it finds alone. */
static void look(struct batcher *b, enum round round)
{
	machine_look_init(&b->look, &b->n->house);
	b->looked_ms = node_now(b->n);
	b->round = round;
	b->work.data = b;
	b->busy = uv_queue_work(b->n->loop, &b->work, look_on_pool,
				machine_looked) == 0;
	if (!b->busy && round != ROUND_NONE)
		send_round(b, round, NULL);
}

static void settle(struct batcher *b, int64_t now)
{
	struct err err = ERR_INIT;

	if (b->settled_ms != 0 && now - b->settled_ms < SETTLE_MS)
		return;
	b->settled_ms = now;
	if (sealing_settle(&b->n->house, &err) != STATUS_OK)
		complain(b, &err);
}

static bool is_behind(struct node *n)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct err ignored = ERR_INIT;
	struct log_info log;

	recordlog_origin(house_node_public(&n->house), origin);
	return log_find(n->house.catalog, origin, &log, &ignored) ==
		       STATUS_OK &&
	       log.seen > log.size;
}

static enum asking_verdict ask(struct batcher *b, bool person)
{
	struct asking facts = {
		.person = person,
		.reading = request_drive_reads(&b->n->requests),
		.behind = person && is_behind(b->n),
		.run_ms = node_now(b->n) - b->began_ms,
	};

	facts.answered = node_up_has_asked(b->n, &facts.failed);
	return asking_decide(&facts);
}

void batcher_tick(struct node *n)
{
	struct batcher *b = n->batcher;
	int64_t now = node_now(n);
	enum round round = ROUND_NONE;

	if (b == NULL || b->busy || n->stopping)
		return;
	if (ask(b, false) == ASKING_GO) {
		settle(b, now);
		round = rounds_due(&b->rounds, now);
	}
	if (round == ROUND_SOON)
		send_round(b, round, NULL);
	else if (round == ROUND_DAILY || b->looked_ms == 0 ||
		 now - b->looked_ms >= LOOK_MS)
		look(b, round);
}

/* --- by hand, with a drive --- */

enum status batcher_may(struct node *n, struct err *err)
{
	switch (n->batcher == NULL ? ASKING_GO : ask(n->batcher, true)) {
	case ASKING_UPSTREAMS:
		return err_set(err, STATUS_BUSY,
			       "the nodes above are being asked whether they "
			       "have more of this node's records than its "
			       "disk");
	case ASKING_DRIVE:
		return err_set(err, STATUS_BUSY,
			       "a drive is being read, which may have more of "
			       "this node's records than its disk");
	case ASKING_GO:
		break;
	}
	return STATUS_OK;
}

enum status batcher_machine(struct node *n, json_t **out, struct err *err)
{
	struct batcher *b = n->batcher;

	*out = NULL;
	if (b == NULL)
		return STATUS_OK;
	if (!b->has_known && node_now(n) - b->began_ms < ASKING_PERSON_MS)
		return err_set(err, STATUS_BUSY,
			       "this machine is being looked at");
	if (!b->has_known) /* a disk that does not answer */
		machine_look_init(&b->known, &n->house);
	*out = machine_item(&n->house, &b->known);
	return STATUS_OK;
}

void batcher_sent(struct node *n, bool day, bool more)
{
	if (n->batcher != NULL)
		rounds_sent(&n->batcher->rounds, day, more, node_now(n));
}

const char *batcher_trouble(const struct node *n)
{
	return n->batcher == NULL ? "" : n->batcher->trouble;
}
