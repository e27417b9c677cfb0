/* The thread runs the child and takes its lines; what they say lies under the
 * lock until the loop, woken, looks at it. */
#include "node/page/workshop.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "node/child.h"
#include "node/page/page_api.h"

/* Longer than any lesson takes to be converted. */
enum { TIMEOUT_S = 14 * 24 * 3600, LEFT_AFTER_MS = 3000 };

struct workshop {
	uv_loop_t *loop;
	uv_async_t ended;
	uv_thread_t thread;
	uv_mutex_t lock;
	atomic_bool cancel;
	bool busy, closing;
	char *args[WORKSHOP_ARGS_MAX + 1];
	workshop_done_cb done;
	void *owner;
	void (*closed)(void *owner);
	void *closed_owner;

	/* Under the lock. */
	struct workshop_step at;
	uint64_t began_ms, first; /* of the step and file it is at */
	json_t *prepared, *checks;
	struct err failed; /* as the child said */
	struct err err;	   /* as its end says */
	bool over;
};

/* --- on the thread --- */

int64_t workshop_left_s(uint64_t first, uint64_t done, uint64_t total,
			uint64_t took_ms)
{
	if (done <= first || done > total || took_ms < LEFT_AFTER_MS)
		return -1;
	return (int64_t)((double)(total - done) / (double)(done - first) *
			 (double)took_ms / 1000);
}

static uint64_t number_at(const json_t *json, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(json, key));

	return n < 0 ? 0 : (uint64_t)n;
}

static void take_step(struct workshop *w, const json_t *line)
{
	const char *step = page_text(line, "step"),
		   *file = page_text(line, "file"),
		   *rendition = page_text(line, "rendition");
	uint64_t now_ms = uv_hrtime() / 1000000;

	if (strcmp(step, w->at.step) != 0 || strcmp(file, w->at.file) != 0 ||
	    strcmp(rendition, w->at.rendition) != 0) {
		(void)snprintf(w->at.step, sizeof(w->at.step), "%s", step);
		(void)snprintf(w->at.file, sizeof(w->at.file), "%s", file);
		(void)snprintf(w->at.rendition, sizeof(w->at.rendition), "%s",
			       rendition);
		w->began_ms = now_ms;
		w->first = number_at(line, "done");
	}
	w->at.done = number_at(line, "done");
	w->at.total = number_at(line, "total");
	w->at.left_s = workshop_left_s(w->first, w->at.done, w->at.total,
				       now_ms - w->began_ms);
}

static enum status status_of(const char *name)
{
#define X(word, value, text)                       \
	if (strcmp(name, status_name(value)) == 0) \
		return (enum status)(value);
	STATUS_MAP(X)
#undef X
	return STATUS_IO;
}

/* What it says is our own program's; what is something else is passed over. */
static void take_line(void *owner, const char *text)
{
	struct workshop *w = owner;
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *part;

	uv_mutex_lock(&w->lock);
	if (json_object_get(line, "step") != NULL)
		take_step(w, line);
	part = json_object_get(line, "check");
	if (json_is_object(part) &&
	    json_array_size(w->checks) < WORKSHOP_CHECKS_MAX)
		(void)json_array_append(w->checks, part);
	part = json_object_get(line, "prepared");
	if (json_is_object(part) && w->prepared == NULL)
		w->prepared = json_incref(part);
	part = json_object_get(line, "failed");
	if (json_is_object(part))
		(void)err_set(&w->failed,
			      status_of(page_text(part, "status")), "%s",
			      page_text(part, "text"));
	uv_mutex_unlock(&w->lock);
	json_decref(line);
}

static void run(void *owner)
{
	struct workshop *w = owner;
	const struct child_options options = {
		.argv = (const char *const *)w->args,
		.timeout_s = TIMEOUT_S,
		.cancel = &w->cancel,
		.line = take_line,
		.owner = w,
		.behind_others = true,
		.grace_s = WORKSHOP_GRACE_S,
	};
	struct err err = ERR_INIT;

	(void)child_run(&options, NULL, &err);
	uv_mutex_lock(&w->lock);
	w->err = err;
	w->over = true;
	uv_mutex_unlock(&w->lock);
	(void)uv_async_send(&w->ended);
}

/* --- on the loop --- */

static void forget(struct workshop *w)
{
	for (unsigned i = 0; w->args[i] != NULL; i++)
		free(w->args[i]);
	memset(w->args, 0, sizeof(w->args));
	json_decref(w->prepared);
	json_decref(w->checks);
	w->prepared = w->checks = NULL;
}

/* Its end, with what it said before. */
static void settle(struct workshop *w, struct workshop_result *result)
{
	result->err = w->err;
	if (w->err.status == STATUS_MALFORMED &&
	    w->failed.status != STATUS_OK)
		result->err = w->failed;
	if (w->err.status == STATUS_OK && w->prepared == NULL)
		(void)err_set(&result->err, STATUS_IO,
			      "the program that prepares it ended without a "
			      "result");
	result->prepared = result->err.status == STATUS_OK ?
				   json_incref(w->prepared) :
				   NULL;
	result->checks = json_incref(w->checks);
}

static void closed(uv_handle_t *handle)
{
	struct workshop *w = handle->data;

	w->closed(w->closed_owner);
}

static void ended(uv_async_t *async)
{
	struct workshop *w = async->data;
	struct workshop_result result;

	uv_mutex_lock(&w->lock);
	if (!w->over) {
		uv_mutex_unlock(&w->lock);
		return;
	}
	uv_mutex_unlock(&w->lock);
	(void)uv_thread_join(&w->thread);
	settle(w, &result);
	forget(w);
	w->over = w->busy = false;
	w->done(w->owner, &result); /* which may begin the next */
	json_decref(result.prepared);
	json_decref(result.checks);
	if (w->closing)
		uv_close((uv_handle_t *)&w->ended, closed);
}

enum status workshop_open(struct workshop **out, uv_loop_t *loop,
			  struct err *err)
{
	struct workshop *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	w->loop = loop;
	if (uv_mutex_init(&w->lock) != 0) {
		free(w);
		return err_set(err, STATUS_IO, "workshop");
	}
	if (uv_async_init(loop, &w->ended, ended) != 0) {
		uv_mutex_destroy(&w->lock);
		free(w);
		return err_set(err, STATUS_IO, "workshop");
	}
	w->ended.data = w;
	*out = w;
	return STATUS_OK;
}

static bool copy_args(struct workshop *w, const char *const *argv)
{
	unsigned i = 0;

	for (; argv[i] != NULL && i < WORKSHOP_ARGS_MAX; i++) {
		w->args[i] = strdup(argv[i]);
		if (w->args[i] == NULL)
			return false;
	}
	return argv[i] == NULL;
}

enum status workshop_begin(struct workshop *w, const char *const *argv,
			   workshop_done_cb done, void *owner,
			   struct err *err)
{
	if (w->busy || w->closing)
		return err_set(err, STATUS_BUSY, "another one is prepared");
	w->checks = json_array();
	if (w->checks == NULL || !copy_args(w, argv)) {
		forget(w);
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	memset(&w->at, 0, sizeof(w->at));
	w->at.left_s = -1;
	w->failed = w->err = (struct err)ERR_INIT;
	w->done = done;
	w->owner = owner;
	atomic_store(&w->cancel, false);
	if (uv_thread_create(&w->thread, run, w) != 0) {
		forget(w);
		return err_set(err, STATUS_IO, "thread");
	}
	w->busy = true;
	return STATUS_OK;
}

bool workshop_is_busy(const struct workshop *w)
{
	return w->busy;
}

bool workshop_where(struct workshop *w, struct workshop_step *out)
{
	if (!w->busy)
		return false;
	uv_mutex_lock(&w->lock);
	*out = w->at;
	uv_mutex_unlock(&w->lock);
	return true;
}

void workshop_stop(struct workshop *w)
{
	atomic_store(&w->cancel, true);
}

void workshop_close(struct workshop *w, void (*on_closed)(void *owner),
		    void *owner)
{
	w->closing = true;
	w->closed = on_closed;
	w->closed_owner = owner;
	if (w->busy)
		workshop_stop(w);
	else
		uv_close((uv_handle_t *)&w->ended, closed);
}

void workshop_free(struct workshop *w)
{
	if (w == NULL)
		return;
	forget(w);
	uv_mutex_destroy(&w->lock);
	free(w);
}
