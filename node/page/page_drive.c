/*     idle --sync--> looking --one is there--> visiting --it ends--> idle
 *                        \--none is: 404----------------------------/
 *
 * Looking at drives is done aside: a bad one takes its time. */
#include "node/page/page_drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/child.h"
#include "node/node_inside.h"
#include "node/requests_visit.h"

enum {
	TROUBLE_MAX = 400,
	SAID_MAX = 8 << 20, /* bytes of a report */
	HOURS = 24	    /* a visit takes */
};

enum drive_state { DRIVE_IDLE, DRIVE_LOOKING, DRIVE_VISITING };

struct page_drive {
	struct node *n;
	enum drive_state state;
	char trouble[TROUBLE_MAX];

	/* looking */
	struct http_request *asked;
	char label[PLUGGED_LABEL_MAX + 1];
	bool any; /* whatever its label */
	struct aside *aside;
	struct plugged_look *look; /* NULL: not */

	uv_async_t ended; /* the looking, or the visit */

	/* visiting; the thread's until `ended` has come */
	uv_thread_t thread;
	char program[PLUGGED_PATH_MAX + 1];
	char path[PLUGGED_PATH_MAX + 1];
	atomic_bool stop, cancel, over;
	struct buf said;
	enum status status;
	struct err err;

	uv_timer_t grace;
	unsigned handles; /* open */
	void (*closed)(void *node); /* NULL until closing */
};

static void has_ended(uv_async_t *async);

struct page_drive *page_drive_new(struct node *n)
{
	struct page_drive *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->aside = aside_new(&(struct aside_options){ .threads = 1 });
	if (d->aside == NULL ||
	    uv_async_init(n->loop, &d->ended, has_ended) != 0) {
		aside_drop(d->aside);
		free(d);
		return NULL;
	}
	(void)uv_timer_init(n->loop, &d->grace); /* cannot fail */
	d->handles = 2;
	d->n = n;
	d->ended.data = d->grace.data = d;
	return d;
}

void page_drive_free(struct page_drive *d)
{
	if (d == NULL)
		return;
	buf_release(&d->said);
	aside_drop(d->aside);
	free(d);
}

const char *page_drive_trouble(const struct page_drive *d)
{
	return d->trouble;
}

const struct plugged *page_drive_choose(const struct plugged *drives,
					size_t count, const char *label)
{
	for (size_t i = 0; i < count; i++)
		if (drives[i].prepared &&
		    (label == NULL || strcmp(drives[i].label, label) == 0))
			return &drives[i];
	return NULL;
}

void page_drive_ended(const char *said, char *out, size_t room)
{
	json_t *answer = json_loads(said, 0, NULL);

	out[0] = 0;
	if (json_object_get(answer, "state") == NULL)
		(void)snprintf(out, room, "%s",
			       page_text(answer, "error")[0] != 0 ?
				       page_text(answer, "error") :
				       "the visit ended without a word");
	json_decref(answer);
}

/* --- the end --- */

static void handle_closed(uv_handle_t *handle)
{
	struct page_drive *d = handle->data;

	if (--d->handles == 0)
		d->closed(d->n);
}

static void close_if_idle(struct page_drive *d)
{
	if (d->closed == NULL || d->state != DRIVE_IDLE ||
	    uv_is_closing((uv_handle_t *)&d->ended))
		return;
	uv_close((uv_handle_t *)&d->ended, handle_closed);
	uv_close((uv_handle_t *)&d->grace, handle_closed);
}

static void grace_is_over(uv_timer_t *timer)
{
	struct page_drive *d = timer->data;

	atomic_store(&d->cancel, true);
}

void page_drive_close(struct page_drive *d, void (*closed)(void *node))
{
	d->closed = closed;
	if (d->state == DRIVE_LOOKING) {
		plugged_look_leave(d->aside, d->look);
		d->look = NULL;
		d->state = DRIVE_IDLE;
		page_fail(d->asked, STATUS_BUSY, "this node is stopping",
			  NULL);
	}
	atomic_store(&d->stop, true);
	(void)uv_timer_start(&d->grace, grace_is_over, PAGE_DRIVE_GRACE_MS, 0);
	close_if_idle(d);
}

/* --- a visit --- */

static void visit(void *owner)
{
	struct page_drive *d = owner;
	const char *argv[] = { d->program, "--dir",	d->n->house.dir,
			       "drive",	   "sync",	"--plugged",
			       d->path,	   "--json",	NULL };
	const struct child_options options = { .argv = argv,
					       .timeout_s = HOURS * 3600,
					       .output_max = SAID_MAX,
					       .cancel = &d->cancel,
					       .stop = &d->stop,
					       .behind_others = true };

	d->status = child_run(&options, &d->said, &d->err);
	atomic_store(&d->over, true);
	(void)uv_async_send(&d->ended);
}

static void visit_ended(struct page_drive *d)
{
	(void)uv_thread_join(&d->thread);
	d->state = DRIVE_IDLE;
	d->trouble[0] = 0;
	if (d->status != STATUS_OK && !atomic_load(&d->stop))
		page_drive_ended(buf_string(&d->said), d->trouble,
				 sizeof(d->trouble));
	buf_release(&d->said);
	close_if_idle(d);
}

static bool own_program(char out[static PLUGGED_PATH_MAX + 1])
{
	ssize_t size = readlink("/proc/self/exe", out, PLUGGED_PATH_MAX);

	out[size < 0 ? 0 : size] = 0;
	return size > 0;
}

static enum status begin(struct page_drive *d, const struct plugged *drive,
			 struct err *err)
{
	(void)snprintf(d->path, sizeof(d->path), "%s", drive->path);
	if (!own_program(d->program))
		return err_set(err, STATUS_IO, "this program is not known");
	d->said = (struct buf)BUF_INIT;
	d->err = (struct err)ERR_INIT;
	atomic_store(&d->stop, false);
	atomic_store(&d->cancel, false);
	atomic_store(&d->over, false);
	d->trouble[0] = 0;
	if (uv_thread_create(&d->thread, visit, d) != 0)
		return err_set(err, STATUS_NO_MEMORY, "no thread for it");
	d->state = DRIVE_VISITING;
	return STATUS_OK;
}

/* --- looking for a drive --- */

static void looked(void *owner)
{
	struct page_drive *d = owner;

	(void)uv_async_send(&d->ended);
}

static void answer(struct page_drive *d, const struct plugged_look *look)
{
	const struct plugged *drive = page_drive_choose(
		look->found, look->count, d->any ? NULL : d->label);
	struct http_request *request = d->asked;
	struct err err = ERR_INIT;

	d->asked = NULL;
	if (drive == NULL) {
		page_fail(request, STATUS_NOT_FOUND,
			  look->count == 0 ?
				  "no drive is plugged in and mounted" :
				  "no drive that is plugged in is prepared: "
				  "xiangtu drive prepare",
			  json_pack("{s:I}", "plugged",
				    (json_int_t)look->count));
	} else if (begin(d, drive, &err) != STATUS_OK) {
		page_fail_err(request, &err);
	} else {
		page_answer_json(request,
				 json_pack("{s:s}", "label", drive->label));
	}
}

static void has_ended(uv_async_t *async)
{
	struct page_drive *d = async->data;
	struct plugged_look *look = d->look;

	if (d->state == DRIVE_LOOKING && plugged_look_ended(d->aside, look)) {
		d->state = DRIVE_IDLE;
		d->look = NULL;
		answer(d, look);
		free(look);
	} else if (d->state == DRIVE_VISITING && atomic_load(&d->over)) {
		visit_ended(d);
	}
}

static void sync_asked(struct page_drive *d, struct page_call *call,
		       const json_t *body)
{
	const json_t *label = json_object_get(body, "label");

	if (d->closed != NULL || d->state != DRIVE_IDLE ||
	    request_drive_now(&d->n->requests) != NULL) {
		page_fail(call->request, STATUS_BUSY,
			  "a drive is being synced already", NULL);
		return;
	}
	d->any = label == NULL;
	(void)snprintf(d->label, sizeof(d->label), "%s",
		       page_text(body, "label"));
	d->look = plugged_look_begin(d->aside, d->n->house.dir, looked, d);
	if (d->look == NULL) {
		page_fail(call->request, STATUS_BUSY,
			  "a drive does not answer: pull it out", NULL);
		return;
	}
	d->asked = call->request;
	d->state = DRIVE_LOOKING;
}

/* One that was begun by plugging in is asked all the same. */
static void stop_asked(struct page_drive *d, struct page_call *call)
{
	bool asked = d->state == DRIVE_VISITING;

	if (asked)
		atomic_store(&d->stop, true);
	else
		asked = request_drive_stop(&d->n->requests);
	if (asked)
		page_answer_json(call->request, json_object());
	else
		page_fail(call->request, STATUS_NOT_FOUND,
			  "no drive is being synced", NULL);
}

void page_drive_asked(struct page_call *call)
{
	struct page_drive *d = call->node->page->drive;
	struct err err = ERR_INIT;
	const char *what;
	json_t *body;

	if (page_body_json(call->request, &body, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return;
	}
	what = page_text(body, "do");
	if (strcmp(what, "sync") == 0)
		sync_asked(d, call, body);
	else if (strcmp(what, "stop") == 0)
		stop_asked(d, call);
	else
		page_fail(call->request, STATUS_USAGE,
			  "do what? sync or stop", NULL);
	json_decref(body);
}
