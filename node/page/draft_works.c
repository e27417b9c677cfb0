/* The queue of what is prepared, and what comes of it. */
#include "node/page/draft_works.h"

#include <stdlib.h>
#include <string.h>

#include "node/page/draft_works_inside.h"
#include "node/page/page_events.h"

static void begin_next(struct draft_works *w);

enum status draft_works_open(struct draft_works **out, struct node *n,
			     struct err *err)
{
	struct draft_works *w = calloc(1, sizeof(*w));
	enum status status;

	if (w == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	w->n = n;
	(void)snprintf(w->listed_dir, sizeof(w->listed_dir), "%s/%s",
		       n->house.dir, DRAFT_LISTED_DIR);
	status = drafts_open(&w->drafts, n->house.dir, n->house.conf.approval,
			     err);
	if (status == STATUS_OK)
		status = workshop_open(&w->workshop, n->loop, err);
	w->changed = true;
	if (status == STATUS_OK) {
		*out = w;
		return STATUS_OK;
	}
	drafts_free(w->drafts);
	free(w);
	return status;
}

void draft_works_free(struct draft_works *w)
{
	if (w == NULL)
		return;
	workshop_free(w->workshop);
	drafts_free(w->drafts);
	free(w);
}

static void all_closed(void *owner)
{
	struct draft_works *w = owner;

	w->closed(w->closed_owner);
}

bool draft_works_hold(struct draft_works *w)
{
	if (w->closing)
		return false;
	w->under_way++;
	return true;
}

bool draft_works_is_closing(const struct draft_works *w)
{
	return w->closing;
}

void draft_works_landed(struct draft_works *w)
{
	w->under_way--;
	if (w->closing && w->under_way == 0)
		workshop_close(w->workshop, all_closed, w);
}

void draft_works_close(struct draft_works *w, void (*closed)(void *owner),
		       void *owner)
{
	w->closing = true;
	w->closed = closed;
	w->closed_owner = owner;
	workshop_stop(w->workshop);
	if (w->under_way == 0)
		workshop_close(w->workshop, all_closed, w);
}

struct draft_works *draft_works_of(struct node *n)
{
	return n->page->works;
}

struct drafts *draft_works_drafts(struct draft_works *w)
{
	return w->drafts;
}

void draft_works_changed(struct draft_works *w)
{
	w->changed = true;
}

/* --- the desks are told --- */

static json_t *all_json(struct draft_works *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < w->drafts->count; i++)
		(void)json_array_append_new(
			list, draft_works_json(w, w->drafts->list[i], false));
	return json_pack("{s:o}", "drafts", list);
}

void draft_works_tick(struct draft_works *w)
{
	static const struct page_event event = { PAGE_STREAM_DESK,
						 PAGE_OFFICE, "drafts", true };
	struct page_events *events = w->n->page->events;

	if ((!w->changed && !workshop_is_busy(w->workshop)) ||
	    !page_events_heard(events, PAGE_STREAM_DESK))
		return;
	w->changed = false;
	page_events_publish(events, &event, all_json(w));
}

/* --- one after the other --- */

/* What is said of a failure to save; the draft goes on in memory. */
static void tell(const struct err *err)
{
	(void)fprintf(stderr, "xiangtu: draft: %s\n", err->text);
}

static void move(struct draft_works *w, struct draft *d, enum draft_move m)
{
	struct err err = ERR_INIT;

	if (drafts_move(w->drafts, d, m, &err) != STATUS_OK)
		tell(&err);
	w->changed = true;
}

static void take_result(struct draft_works *w, struct draft *d,
			const struct workshop_result *result)
{
	json_t *before = d->made;

	json_decref(d->checks);
	d->checks = json_incref(result->checks);
	d->made = json_incref(result->prepared);
	draft_unapprove(d);
	draft_trouble(d, "", "");
	draft_works_discard(w, d, before, d->made);
	draft_works_count(w, d->made);
	json_decref(before);
	move(w, d, DRAFT_PREPARED);
}

static void prepared(void *owner, const struct workshop_result *result)
{
	struct draft_works *w = owner;
	struct draft *d = drafts_find(w->drafts, w->at);
	bool stopped = w->stopped;

	w->at[0] = 0;
	w->stopped = false;
	if (d != NULL && result->err.status == STATUS_OK) {
		take_result(w, d, result);
	} else if (d != NULL && stopped) {
		draft_trouble(d, "stopped", "it was stopped");
		move(w, d, DRAFT_STOP);
	} else if (d != NULL && w->closing) {
		draft_trouble(d, "interrupted",
			      "the node was stopped while this was prepared: "
			      "prepare it again");
		move(w, d, DRAFT_STOP);
	} else if (d != NULL) {
		json_decref(d->checks);
		d->checks = json_incref(result->checks);
		draft_trouble(d, "failed", result->err.text);
		move(w, d, DRAFT_FAIL);
	}
	begin_next(w);
}

/* The one that was asked for first. */
static struct draft *first_waiting(const struct draft_works *w)
{
	struct draft *first = NULL;

	for (size_t i = 0; i < w->drafts->count; i++) {
		struct draft *d = w->drafts->list[i];

		if (d->state == DRAFT_PREPARING &&
		    (first == NULL || d->queued < first->queued))
			first = d;
	}
	return first;
}

/* Several files are a lesson in a folder of the lesson's name. */
static void name_of(const struct draft *d, char name[static SAFENAME_MAX + 1])
{
	const char *title = draft_field(d, "title");

	title += strspn(title, ". "); /* hidden folders are for nobody */
	safename_make(bytes_of(title[0] == 0 ? "课件" : title), name);
}

static enum status begin(struct draft_works *w, struct draft *d,
			 struct err *err)
{
	const char *argv[WORKSHOP_ARGS_MAX + 1] = {
		"/proc/self/exe", "--dir", w->n->house.dir,
		"publish",	  "--json", "--prepare"
	};
	char source[DRAFT_PATH_MAX], name[SAFENAME_MAX + 1];
	unsigned count = 6;
	const json_t *one;
	size_t i;

	drafts_source(w->drafts, d, w->listed_dir, source);
	argv[count++] = source;
	if (d->n_files > 1) {
		name_of(d, name);
		argv[count++] = "--name";
		argv[count++] = name;
	}
	if (d->as_is)
		argv[count++] = "--as-is";
	argv[count++] = "--rendition";
	argv[count++] = "original";
	json_array_foreach(d->renditions, i, one) {
		argv[count++] = "--rendition";
		argv[count++] = json_string_value(one);
	}
	argv[count] = NULL;
	return workshop_begin(w->workshop, argv, prepared, w, err);
}

static void begin_next(struct draft_works *w)
{
	struct err err = ERR_INIT;
	struct draft *d;

	while (!w->closing && w->at[0] == 0 &&
	       (d = first_waiting(w)) != NULL) {
		memcpy(w->at, d->id, sizeof(w->at));
		if (begin(w, d, &err) == STATUS_OK)
			return;
		w->at[0] = 0;
		draft_trouble(d, "failed", err.text);
		move(w, d, DRAFT_FAIL);
	}
}

/* Other words for the lesson it revises: nothing is to be prepared. */
static bool keeps_payload(const struct draft *d)
{
	return d->n_files == 0 && d->listed == NULL && d->made != NULL &&
	       draft_field(d, "revises")[0] != 0;
}

enum status draft_works_prepare(struct draft_works *w, struct draft *d,
				struct err *err)
{
	static uint64_t queued;
	enum status status;

	if (!keeps_payload(d) && !draft_is_complete(d))
		return err_set(err, STATUS_USAGE,
			       d->n_files == 0 ?
				       "there is no file in it yet" :
				       "a file of it is not here whole yet");
	if (draft_works_is_written(d))
		return err_set(err, STATUS_BUSY,
			       "a file of it is still being written");
	draft_trouble(d, "", "");
	d->queued = ++queued;
	status = drafts_move(w->drafts, d, DRAFT_PREPARE, err);
	if (status != STATUS_OK)
		return status;
	w->changed = true;
	if (keeps_payload(d)) {
		draft_unapprove(d);
		move(w, d, DRAFT_PREPARED);
	} else {
		begin_next(w);
	}
	return STATUS_OK;
}

enum status draft_works_stop(struct draft_works *w, struct draft *d,
			     struct err *err)
{
	if (d->state != DRAFT_PREPARING)
		return err_set(err, STATUS_BUSY, "it is not being prepared");
	if (strcmp(w->at, d->id) == 0) {
		w->stopped = true;
		workshop_stop(w->workshop);
		return STATUS_OK;
	}
	w->changed = true;
	return drafts_move(w->drafts, d, DRAFT_STOP, err);
}
