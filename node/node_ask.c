/* What the command line and the desks ask of the running node. Short requests
 * are answered on the loop. Long ones are done on the pool, with connections of
 * their own, and go out as the text that was made there, in three queues:
 *
 *     ASKED_LISTS   lists of lessons
 *     ASKED_READS   what an office tells of its people, and
 *     ASKED_WRITES  what it writes for a while (node/office/office_work.h)
 *
 * One of each queue is done at a time, the others wait behind it. */
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/office/office_work.h"
#include "node/page/page_events.h"

enum {
	READS_MAX = 256, /* that wait; more are told to come back */
	WRITES_MAX = 16,
	SILENT_MS = 2000 /* what ends sooner is not told of */
};

static const char stopping[] = "this node is stopping";

/* A request under way; those behind it wait. */
struct asked {
	uv_work_t work;
	struct node *n;
	struct asked *next;
	enum asked_queue queue;
	struct node_asker asker;
	json_t *request; /* its own copy: counts of others are not shared */
	struct office_work *office; /* NULL: a list of lessons */
	struct fetcher_share shares[FETCHER_SHARES_MAX];
	unsigned n_shares;
	int64_t begun_ms;
	char *text;
	struct err err;
};

/* Of what is under way, as it was when the list was asked for. */
static double share_of(void *owner, const uint8_t *btmh)
{
	const struct asked *a = owner;

	for (unsigned i = 0; i < a->n_shares; i++)
		if (memcmp(a->shares[i].btmh, btmh, 32) == 0)
			return a->shares[i].share;
	return -1;
}

static enum status make_list(struct asked *a, json_t **answer)
{
	struct house house = { .catalog = a->n->lines[a->queue].reader };
	const struct live live = { .node = a, .progress = share_of };
	struct requests requests = { .house = &house, .live = &live };

	return requests_answer(&requests, a->request, answer, &a->err);
}

static void make_on_pool(uv_work_t *work)
{
	struct asked *a = work->data;
	struct catalog *reader = a->n->lines[a->queue].reader;
	json_t *answer;
	enum status status = a->office == NULL ?
				     make_list(a, &answer) :
				     office_work_do(a->office, reader, &answer,
						    &a->err);

	if (status != STATUS_OK)
		return;
	a->text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	if (a->text == NULL)
		(void)err_set(&a->err, STATUS_NO_MEMORY, "an answer");
}

/* --- how far it is --- */

/* Whoever asked is told, and who has a desk open. */
static void tell(const struct asked *a, json_t *progress)
{
	static const struct page_event event = { PAGE_STREAM_DESK, PAGE_OFFICE,
						 "forgetting", true };

	if (a->asker.progress != NULL && progress != NULL)
		a->asker.progress(a->asker.owner, json_incref(progress));
	if (a->n->page != NULL && a->n->page->events != NULL)
		page_events_publish(a->n->page->events, &event,
				    progress != NULL ? json_incref(progress) :
						       json_object());
	json_decref(progress);
}

void node_ask_tick(struct node *n)
{
	struct asked_line *line = &n->lines[ASKED_WRITES];

	if (line->first == NULL || line->first->begun_ms == 0 ||
	    node_now(n) - line->first->begun_ms < SILENT_MS)
		return;
	tell(line->first, office_work_progress(line->first->office));
	line->told = true;
}

/* --- the queues --- */

static void answer(struct asked *a)
{
	struct asked_line *line = &a->n->lines[a->queue];

	line->first = a->next;
	line->count--;
	a->asker.answered(a->asker.owner, a->text, &a->err);
	json_decref(a->request);
	office_work_free(a->office);
	free(a);
}

static void start_first(struct node *n, enum asked_queue queue);

static void made(uv_work_t *work, int status)
{
	struct asked *a = work->data;
	struct node *n = a->n;
	enum asked_queue queue = a->queue;

	(void)status; /* never cancelled */
	if (n->lines[queue].told)
		tell(a, NULL);
	n->lines[queue].told = false;
	answer(a);
	start_first(n, queue);
}

static enum status open_reader(struct node *n, struct asked_line *line,
			       struct err *err)
{
	return line->reader != NULL ?
		       STATUS_OK :
		       catalog_open_reader(&line->reader,
					   catalog_path(n->house.catalog),
					   err);
}

/* Nothing is under way, and somebody waits for that. */
static void closed_if_done(struct node *n)
{
	void (*closed)(struct node *n) = n->asked_closed;

	for (int i = 0; i < ASKED_QUEUES; i++)
		if (n->lines[i].first != NULL)
			return;
	n->asked_closed = NULL;
	if (closed != NULL)
		closed(n);
}

/* Those that wait when it stops are answered, too. */
static void start_first(struct node *n, enum asked_queue queue)
{
	struct asked *a;

	while ((a = n->lines[queue].first) != NULL && n->stopping) {
		(void)err_set(&a->err, STATUS_LIMITED, stopping);
		answer(a);
	}
	if (a == NULL) {
		closed_if_done(n);
		return;
	}
	if (n->fetcher != NULL && a->office == NULL)
		a->n_shares = fetcher_shares(n->fetcher, a->shares);
	a->begun_ms = node_now(n);
	(void)uv_queue_work(n->loop, &a->work, make_on_pool, made);
}

static enum asked_queue queue_of(const json_t *request)
{
	switch (office_work_kind(request)) {
	case OFFICE_READS:
		return ASKED_READS;
	case OFFICE_WRITES:
		return ASKED_WRITES;
	case OFFICE_NONE:
		break;
	}
	return ASKED_LISTS;
}

static enum status asked_new(struct asked **out, struct node *n,
			     const json_t *request, struct err *err)
{
	struct asked *a = calloc(1, sizeof(*a));
	enum status status = STATUS_OK;

	if (a == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a request");
	a->n = n;
	a->err = (struct err)ERR_INIT;
	a->queue = queue_of(request);
	a->work.data = a;
	if (office_work_kind(request) != OFFICE_NONE)
		status = office_work_new(&a->office, &n->house, request, err);
	else if ((a->request = json_deep_copy(request)) == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "a request");
	if (status == STATUS_OK)
		*out = a;
	else
		free(a);
	return status;
}

bool node_is_long(const json_t *request)
{
	return requests_is_long(request) ||
	       office_work_kind(request) != OFFICE_NONE;
}

enum status node_ask_beside(struct node *n, const json_t *request,
			    const struct node_asker *asker, struct err *err)
{
	struct asked_line *line = &n->lines[queue_of(request)];
	unsigned most = line == &n->lines[ASKED_WRITES] ? WRITES_MAX :
							  READS_MAX;
	struct asked **end = &line->first;
	struct asked *a = NULL;
	enum status status;

	if (n->stopping || line->count >= most)
		return err_set(err, STATUS_LIMITED, "%s",
			       n->stopping ? stopping :
					     "too much is asked at once");
	status = open_reader(n, line, err);
	if (status == STATUS_OK)
		status = asked_new(&a, n, request, err);
	if (status != STATUS_OK)
		return status;
	a->asker = *asker;
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
	if (line->count++ == 0)
		start_first(n, a->queue);
	return STATUS_OK;
}

/* --- the end --- */

void node_ask_close(struct node *n, void (*closed)(struct node *n))
{
	n->asked_closed = closed;
	for (int i = 0; i < ASKED_QUEUES; i++)
		if (n->lines[i].first != NULL &&
		    n->lines[i].first->office != NULL)
			office_work_watch(n->lines[i].first->office)->stop =
				true;
	closed_if_done(n);
}

void node_ask_release(struct node *n)
{
	for (int i = 0; i < ASKED_QUEUES; i++)
		catalog_free(n->lines[i].reader);
}

/* --- the control socket --- */

static void made_for_call(void *owner, char *text, const struct err *err)
{
	struct control_call *call = owner;

	if (text != NULL)
		control_call_finish_text(call, text);
	else
		control_call_fail_err(call, err);
}

static void tell_call(void *owner, json_t *progress)
{
	control_call_progress(owner, progress);
}

void node_asked(void *owner, struct control_call *call, json_t *request)
{
	const struct node_asker asker = { .answered = made_for_call,
					  .progress = tell_call,
					  .owner = call };
	struct node *n = owner;
	struct err err = ERR_INIT;
	json_t *answer;

	if (node_is_long(request)) {
		if (node_ask_beside(n, request, &asker, &err) != STATUS_OK)
			control_call_fail_err(call, &err);
		return;
	}
	if (requests_answer(&n->requests, request, &answer, &err) == STATUS_OK)
		control_call_finish(call, answer);
	else
		control_call_fail_err(call, &err);
}
