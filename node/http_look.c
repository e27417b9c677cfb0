/* Requests whose answer has to be looked for on a disk: their connections sleep
 * while one of the disk's threads looks.
 *
 *     AWAKE -- nothing yet --> ASLEEP -- done, or a look around --> AWAKE
 *
 * The struct is the request's until it is settled, and the thread's when the
 * request does not wait any longer. The disk's lock is taken before the
 * server's, never the other way: so nothing of node/aside.h is called under the
 * server's. */
#include <stdlib.h>

#include "node/aside.h"
#include "node/http_inside.h"
#include "node/pace.h"

struct http_looking {
	struct aside_task task; /* first: a task is its look */
	struct http_server *server;
	struct MHD_Connection *connection;
	struct http_look look;
	bool asked;

	/* of the task until it is done */
	struct http_answer answer;
	bool found;

	/* under the server's lock */
	struct http_looking *next, *previous;
	bool asleep;
	bool woken; /* since it was awake last */
};

static void looking_free(struct http_looking *l)
{
	if (l->found)
		http_answer_release(&l->answer);
	l->look.release(l->look.owner);
	free(l);
}

/* --- on the disk's threads --- */

static void work(struct aside_task *task)
{
	struct http_looking *l = (struct http_looking *)task;

	l->found = l->look.look(l->look.owner, &l->answer);
}

/* Under the server's lock. */
static void resume(struct http_looking *l)
{
	if (l->asleep && !l->woken)
		MHD_resume_connection(l->connection);
	l->woken = true;
}

static void done(struct aside_task *task)
{
	struct http_looking *l = (struct http_looking *)task;

	uv_mutex_lock(&l->server->lock);
	resume(l);
	uv_mutex_unlock(&l->server->lock);
}

static void release(struct aside_task *task)
{
	looking_free((struct http_looking *)task);
}

/* --- on the loop's --- */

void http_looks_wake(struct http_server *server)
{
	uv_mutex_lock(&server->lock);
	for (struct http_looking *l = server->looking; l != NULL; l = l->next)
		resume(l);
	uv_mutex_unlock(&server->lock);
}

/* --- on the server's --- */

/* Suspended before anybody can resume it; false when there is no place. */
static bool put_to_sleep(struct http_looking *l)
{
	struct http_server *server = l->server;
	bool taken;

	uv_mutex_lock(&server->lock);
	taken = !server->closing &&
		server->waiting < server->options.waiting_max;
	if (taken) {
		http_guard_does(&server->guard, l->connection,
				HTTP_DOING_WAIT);
		MHD_suspend_connection(l->connection);
		l->asleep = true;
		l->next = server->looking;
		if (l->next != NULL)
			l->next->previous = l;
		server->looking = l;
		server->waiting++;
	}
	uv_mutex_unlock(&server->lock);
	return taken;
}

bool http_look_begin(struct http_server *server, struct http_request *request,
		     struct http_look *look)
{
	uint64_t who = pace_source(http_head_address(&request->head));
	struct http_looking *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return false;
	l->task = (struct aside_task){ .work = work,
				       .done = done,
				       .release = release };
	l->server = server;
	l->connection = request->head.connection;
	l->look = *look;
	l->answer = (struct http_answer)HTTP_ANSWER_INIT;
	if (!put_to_sleep(l)) {
		free(l);
		return false;
	}
	request->looking = l;
	/* The connection's next call comes on this thread: not before. */
	l->asked = aside_ask(look->disk, &l->task, who);
	if (!l->asked) {
		uv_mutex_lock(&server->lock);
		resume(l);
		uv_mutex_unlock(&server->lock);
	}
	return true;
}

/* False when the server closes. */
static bool awake(struct http_looking *l)
{
	bool goes_on;

	uv_mutex_lock(&l->server->lock);
	l->asleep = false;
	l->woken = false;
	goes_on = !l->server->closing;
	uv_mutex_unlock(&l->server->lock);
	return goes_on;
}

/* False when it was woken meanwhile. */
static bool fall_asleep(struct http_looking *l)
{
	bool sleeps;

	uv_mutex_lock(&l->server->lock);
	sleeps = !l->woken && !l->server->closing;
	if (sleeps) {
		MHD_suspend_connection(l->connection);
		l->asleep = true;
	}
	uv_mutex_unlock(&l->server->lock);
	return sleeps;
}

static void unlink_looking(struct http_looking *l)
{
	struct http_server *server = l->server;

	uv_mutex_lock(&server->lock);
	if (l->previous != NULL)
		l->previous->next = l->next;
	else
		server->looking = l->next;
	if (l->next != NULL)
		l->next->previous = l->previous;
	server->waiting--;
	uv_mutex_unlock(&server->lock);
}

/* The disk takes its time, and others may have it by now. */
static bool is_elsewhere(const struct http_looking *l,
			 struct http_request *request)
{
	const struct http_server *server = l->server;
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct http_head head = request->head;

	head.after = l->look.stage;
	if (l->look.only_here || !aside_is_late(l->look.disk) ||
	    !server->try_fast(server->owner, &head, &answer))
		return false;
	if (answer.look.look != NULL) {
		http_answer_release(&answer);
		return false;
	}
	request->answer = answer;
	return true;
}

/* What has come of it; HTTP_LOOKED_ON: nothing yet. */
static enum http_looked judge(struct http_looking *l,
			      struct http_request *request, bool goes_on)
{
	if (l->asked && aside_take(l->look.disk, &l->task)) {
		if (!l->found)
			return HTTP_LOOKED_NOTHING;
		request->answer = l->answer;
		l->found = false; /* it is the request's now */
		return HTTP_LOOKED_FOUND;
	}
	if (goes_on && http_is_gone(l->connection))
		return HTTP_LOOKED_GONE;
	if (goes_on && is_elsewhere(l, request))
		return HTTP_LOOKED_FOUND;
	if (goes_on && l->asked && !aside_is_still(l->look.disk))
		return HTTP_LOOKED_ON;
	return l->look.only_here || !goes_on ? HTTP_LOOKED_REFUSED :
					       HTTP_LOOKED_NOTHING;
}

/* The request waits no longer. */
static void settle(struct http_request *request, struct http_looking *l)
{
	request->looking = NULL;
	request->head.after = l->look.stage;
	unlink_looking(l);
	if (!l->asked || aside_leave(l->look.disk, &l->task))
		looking_free(l);
}

void http_look_end(struct http_request *request)
{
	if (request->looking != NULL)
		settle(request, request->looking);
}

enum http_looked http_look_on(struct http_server *server,
			      struct http_request *request)
{
	struct http_looking *l = request->looking;
	enum http_looked what;

	do {
		what = judge(l, request, awake(l));
	} while (what == HTTP_LOOKED_ON && !fall_asleep(l));
	if (what == HTTP_LOOKED_ON)
		return what;
	http_guard_does(&server->guard, l->connection, HTTP_DOING_SEND);
	settle(request, l);
	return what;
}
