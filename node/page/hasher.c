#include "node/page/hasher.h"

#include <assert.h>
#include <stdlib.h>

struct hasher {
	uv_loop_t *loop;
	uv_work_t work;
	struct hasher_job *first; /* the one under way, then those that wait */
	unsigned count;
	bool closing;
	void (*closed)(void *owner);
	void *owner;
};

struct hasher *hasher_new(uv_loop_t *loop)
{
	struct hasher *h = calloc(1, sizeof(*h));

	if (h != NULL) {
		h->loop = loop;
		h->work.data = h;
	}
	return h;
}

void hasher_free(struct hasher *h)
{
	assert(h == NULL || h->first == NULL);
	free(h);
}

bool hasher_has_room(const struct hasher *h)
{
	return !h->closing && h->count < HASHER_JOBS_MAX;
}

static void work_on_pool(uv_work_t *work)
{
	struct hasher *h = work->data;

	h->first->work(h->first);
}

static void start_first(struct hasher *h);

static struct hasher_job *take_first(struct hasher *h)
{
	struct hasher_job *job = h->first;

	h->first = job->next;
	h->count--;
	job->next = NULL;
	return job;
}

static void worked(uv_work_t *work, int status)
{
	struct hasher *h = work->data;
	struct hasher_job *job = take_first(h);

	(void)status; /* never cancelled */
	/* The next is under way before the owner adds another one. */
	if (!h->closing)
		start_first(h);
	job->done(job, false);
	if (h->closing && h->first == NULL)
		h->closed(h->owner);
}

static void start_first(struct hasher *h)
{
	if (h->first != NULL)
		(void)uv_queue_work(h->loop, &h->work, work_on_pool, worked);
}

void hasher_add(struct hasher *h, struct hasher_job *job)
{
	struct hasher_job **end = &h->first;

	assert(hasher_has_room(h));
	while (*end != NULL)
		end = &(*end)->next;
	*end = job;
	job->next = NULL;
	h->count++;
	if (h->first == job)
		start_first(h);
}

void hasher_close(struct hasher *h, void (*closed)(void *owner), void *owner)
{
	struct hasher_job *waiting = NULL;

	h->closing = true;
	h->closed = closed;
	h->owner = owner;
	if (h->first != NULL) {
		waiting = h->first->next;
		h->first->next = NULL;
		h->count = 1;
	}
	while (waiting != NULL) {
		struct hasher_job *next = waiting->next;

		waiting->next = NULL;
		waiting->done(waiting, true);
		waiting = next;
	}
	if (h->first == NULL)
		closed(owner);
}
