/* Who asks the same is given the same answer, made once; what has changed is
 * made anew; nobody waits for ever when the node stops. Real requests, to a
 * server of the test's own. */
#include "node/page/page_jobs.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "node/node_inside.h"
#include "node/page/page_news.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop.h"
#include "tests/support/scratch.h"

enum { MANY = 40 };

struct stage {
	uv_loop_t loop;
	struct scratch scratch;
	struct node *n;
	struct page page;
	uint16_t port;
	void (*client)(struct stage *s);
	uv_thread_t thread;
	uv_async_t client_done, change, stop;
	sem_t may_make, began;
	_Atomic size_t asked, made, freed, changed;
	bool jobs_closed, server_closed;
};

static struct stage *stage;

/* --- the task --- */

static enum status begin(void *owner, struct node *n, struct err *err)
{
	(void)owner;
	CHECK(n == stage->n);
	return strstr(owner, "fails") != NULL ?
		       err_set(err, STATUS_NOT_FOUND, "nothing of that name") :
		       STATUS_OK;
}

static char *make(void *owner, struct catalog *catalog, struct err *err)
{
	const int room = strstr(owner, "large") != NULL ? PAGE_JOBS_KEPT_MAX :
							  0;
	char *text;

	CHECK(catalog != NULL);
	CHECK(sem_post(&stage->began) == 0);
	CHECK(sem_wait(&stage->may_make) == 0);
	if (strstr(owner, "breaks") != NULL) {
		(void)err_set(err, STATUS_IO, "the disk does not read");
		return NULL;
	}
	CHECK(asprintf(&text, "{\"made\":%zu}%*s",
		       atomic_fetch_add(&stage->made, 1) + 1, room, "") > 0);
	return text;
}

static void free_task(void *owner)
{
	free(owner);
	atomic_fetch_add(&stage->freed, 1);
}

static void request_came(void *owner, struct http_request *request)
{
	const struct http_head *head = http_request_head(request);
	struct stage *s = owner;
	struct page_task task = { .owner = strdup(head->path),
				  .begin = begin,
				  .make = make,
				  .free = free_task };

	(void)snprintf(task.key, sizeof(task.key), "%s", head->path);
	page_jobs_ask(s->page.jobs, request, &task);
	atomic_fetch_add(&s->asked, 1);
}

/* --- the stage --- */

static void server_closed(void *owner)
{
	((struct stage *)owner)->server_closed = true;
}

static void jobs_closed(void *node)
{
	CHECK(node == stage->n);
	stage->jobs_closed = true;
	http_server_close(stage->n->server, server_closed);
}

static void close_handles(struct stage *s)
{
	uv_close((uv_handle_t *)&s->client_done, NULL);
	uv_close((uv_handle_t *)&s->change, NULL);
	uv_close((uv_handle_t *)&s->stop, NULL);
}

static void client_ended(uv_async_t *handle)
{
	struct stage *s = handle->data;

	close_handles(s);
	if (!s->jobs_closed)
		page_jobs_close(s->page.jobs, jobs_closed);
}

static void told_to_change(uv_async_t *handle)
{
	struct stage *s = handle->data;

	page_news_changed(s->page.news);
	atomic_fetch_add(&s->changed, 1);
}

static void told_to_stop(uv_async_t *handle)
{
	struct stage *s = handle->data;

	page_jobs_close(s->page.jobs, jobs_closed);
	atomic_fetch_add(&s->changed, 1);
}

static void client_thread(void *owner)
{
	struct stage *s = owner;

	s->client(s);
	(void)uv_async_send(&s->client_done);
}

static void open_stage(struct stage *s)
{
	const struct http_server_options options = { .address = "127.0.0.1:0" };
	struct err err = ERR_INIT;

	s->n = calloc(1, sizeof(*s->n));
	CHECK(s->n != NULL);
	scratch_init(&s->scratch);
	CHECK(uv_loop_init(&s->loop) == 0);
	s->n->loop = &s->loop;
	s->n->page = &s->page;
	CHECK(catalog_open(&s->n->house.catalog,
			   scratch_path(&s->scratch, "node.db"),
			   &err) == STATUS_OK);
	s->page.news = page_news_new();
	s->page.jobs = page_jobs_new(s->n, 3600 * 1000);
	CHECK(s->page.news != NULL && s->page.jobs != NULL);
	CHECK(http_server_open(&s->n->server, &s->loop, &options, request_came,
			       NULL, s, &err) == STATUS_OK);
	s->port = http_server_port(s->n->server);
	CHECK(uv_async_init(&s->loop, &s->client_done, client_ended) == 0);
	CHECK(uv_async_init(&s->loop, &s->change, told_to_change) == 0);
	CHECK(uv_async_init(&s->loop, &s->stop, told_to_stop) == 0);
	s->client_done.data = s->change.data = s->stop.data = s;
	CHECK(sem_init(&s->may_make, 0, 0) == 0);
	CHECK(sem_init(&s->began, 0, 0) == 0);
}

static void play(void (*client)(struct stage *))
{
	struct stage *s = stage = calloc(1, sizeof(*s));

	CHECK(s != NULL);
	s->client = client;
	open_stage(s);
	CHECK(uv_thread_create(&s->thread, client_thread, s) == 0);
	loop_finish(&s->loop);
	CHECK(uv_thread_join(&s->thread) == 0);
	CHECK(s->jobs_closed && s->server_closed);
	CHECK(s->freed == s->asked);
	page_jobs_free(s->page.jobs);
	page_news_free(s->page.news);
	catalog_free(s->n->house.catalog);
	scratch_release(&s->scratch);
	CHECK(sem_destroy(&s->may_make) == 0 && sem_destroy(&s->began) == 0);
	free(s->n);
	free(s);
}

/* --- clients --- */

static int ask(struct stage *s, const char *path)
{
	char request[100];
	int fd = raw_connect(s->port);

	(void)snprintf(request, sizeof(request),
		       "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	raw_send(fd, request);
	return fd;
}

static void wait_until(_Atomic size_t *counter, size_t value)
{
	for (int i = 0; i < 12000 && atomic_load(counter) < value; i++)
		uv_sleep(5);
	CHECK(atomic_load(counter) == value);
}

/* Reads an answer and hangs up. */
static void expect(int fd, int code, const char *body)
{
	struct raw_answer a;

	raw_read(fd, &a, true);
	CHECK(a.code == code);
	CHECK(strstr((const char *)a.body, body) != NULL);
	raw_done(&a);
	(void)close(fd);
}

static void let(struct stage *s, unsigned times)
{
	while (times-- > 0)
		CHECK(sem_post(&s->may_make) == 0);
}

static void many_who_ask_the_same_have_one_answer(struct stage *s)
{
	int fds[MANY];

	for (int i = 0; i < MANY; i++)
		fds[i] = ask(s, "/home");
	wait_until(&s->asked, MANY);
	let(s, 1);
	for (int i = 0; i < MANY; i++)
		expect(fds[i], 200, "{\"made\":1}");
	CHECK(s->made == 1);
	/* Soon after it is given again. */
	expect(ask(s, "/home"), 200, "{\"made\":1}");
	CHECK(s->made == 1);
	/* Not for another question, and not after a change. */
	let(s, 2);
	expect(ask(s, "/other"), 200, "{\"made\":2}");
	(void)uv_async_send(&s->change);
	wait_until(&s->changed, 1);
	expect(ask(s, "/home"), 200, "{\"made\":3}");
}

/* A county's whole report would fill the memory, kept a few times. */
static void what_is_large_is_made_anew(struct stage *s)
{
	let(s, 2);
	expect(ask(s, "/large"), 200, "{\"made\":1}");
	expect(ask(s, "/large"), 200, "{\"made\":2}");
}

/* What was begun before a change may have looked before it. */
static void who_knows_of_a_change_sees_it(struct stage *s)
{
	int before = ask(s, "/home"), after;

	CHECK(sem_wait(&s->began) == 0);
	(void)uv_async_send(&s->change);
	wait_until(&s->changed, 1);
	after = ask(s, "/home");
	wait_until(&s->asked, 2);
	CHECK(sem_wait(&s->began) == 0); /* beside the first */
	let(s, 2);
	expect(before, 200, "{\"made\":");
	expect(after, 200, "{\"made\":");
	CHECK(s->made == 2);
}

static void failures_are_told_and_not_kept(struct stage *s)
{
	expect(ask(s, "/fails"), 404, "nothing of that name");
	let(s, 2);
	expect(ask(s, "/breaks"), 500, "the disk does not read");
	expect(ask(s, "/breaks"), 500, "\"status\":\"io\"");
}

static void who_hangs_up_harms_nobody(struct stage *s)
{
	int gone = ask(s, "/home"), there;

	CHECK(sem_wait(&s->began) == 0);
	(void)close(gone);
	there = ask(s, "/home");
	wait_until(&s->asked, 2);
	let(s, 1);
	expect(there, 200, "{\"made\":1}");
}

static void the_queue_has_an_end(struct stage *s)
{
	static int fds[PAGE_JOBS_MAX + 1];
	char path[20];

	for (unsigned i = 0; i <= PAGE_JOBS_MAX; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		fds[i] = ask(s, path);
		wait_until(&s->asked, i + 1);
	}
	expect(fds[PAGE_JOBS_MAX], 503, "too much");
	let(s, PAGE_JOBS_MAX);
	for (unsigned i = 0; i < PAGE_JOBS_MAX; i++)
		expect(fds[i], 200, "{\"made\":");
}

/* Two are being made, one waits its turn. */
static void nobody_waits_when_the_node_stops(struct stage *s)
{
	int fds[3];

	fds[0] = ask(s, "/1");
	fds[1] = ask(s, "/2");
	CHECK(sem_wait(&s->began) == 0 && sem_wait(&s->began) == 0);
	fds[2] = ask(s, "/3");
	wait_until(&s->asked, 3);
	(void)uv_async_send(&s->stop);
	wait_until(&s->changed, 1);
	for (int i = 0; i < 3; i++)
		expect(fds[i], 503, "this node is stopping");
	let(s, 2);
}

int main(void)
{
	play(many_who_ask_the_same_have_one_answer);
	play(what_is_large_is_made_anew);
	play(who_knows_of_a_change_sees_it);
	play(failures_are_told_and_not_kept);
	play(who_hangs_up_harms_nobody);
	play(the_queue_has_an_end);
	play(nobody_waits_when_the_node_stops);
	return 0;
}
