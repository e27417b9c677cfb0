#include "node/page/page_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/page_news.h"

/* Who waits for a job. */
struct asker {
	struct asker *next;
	struct http_request *request;
};

struct job {
	uv_work_t work;
	struct page_jobs *jobs;
	struct job *next;
	struct page_task task;
	struct asker *askers;
	struct catalog *catalog; /* lent to it while it runs */
	bool running;
	uint64_t number; /* of the lessons, when it was begun */
	char *text;	 /* what was made */
	struct err err;
};

struct kept {
	char key[PAGE_KEY_MAX];
	char file[PAGE_FILE_MAX];
	char *text;
	uint64_t number;
	int64_t made_ms;
};

struct page_jobs {
	struct node *n;
	unsigned keep_ms;
	struct job *first; /* in the order they came */
	unsigned count, running;
	struct catalog *catalogs[PAGE_JOBS_AT_ONCE]; /* NULL: lent, or none */
	struct kept kept[PAGE_JOBS_KEPT];
	unsigned next_kept;
	void (*closed)(void *node); /* NULL until closing */
};

struct page_jobs *page_jobs_new(struct node *n, unsigned keep_ms)
{
	struct page_jobs *jobs = calloc(1, sizeof(*jobs));

	if (jobs == NULL)
		return NULL;
	jobs->n = n;
	jobs->keep_ms = keep_ms;
	return jobs;
}

void page_jobs_free(struct page_jobs *jobs)
{
	if (jobs == NULL)
		return;
	for (unsigned i = 0; i < PAGE_JOBS_AT_ONCE; i++)
		catalog_free(jobs->catalogs[i]);
	for (unsigned i = 0; i < PAGE_JOBS_KEPT; i++)
		free(jobs->kept[i].text);
	free(jobs);
}

static uint64_t number_now(const struct page_jobs *jobs)
{
	return page_news_number(jobs->n->page->news);
}

/* --- those who wait --- */

/* One that hangs up is answered in vain: that takes less than watching all of
 * them. */
static bool add_asker(struct job *job, struct http_request *request)
{
	struct asker *asker = malloc(sizeof(*asker));

	if (asker == NULL)
		return false;
	*asker = (struct asker){ job->askers, request };
	job->askers = asker;
	return true;
}

static void answer_one(struct http_request *request, const char *text,
		       const char *file)
{
	if (file[0] == 0)
		page_answer_text(request, strdup(text));
	else
		page_answer_table(request, strdup(text), file);
}

/* With the text, or with what failed. */
static void answer_all(struct job *job, const char *text,
		       const struct err *err)
{
	while (job->askers != NULL) {
		struct asker *first = job->askers;
		struct http_request *request = first->request;

		job->askers = first->next;
		free(first);
		if (text != NULL)
			answer_one(request, text, job->task.file);
		else if (err->status == STATUS_LIMITED)
			page_fail_code(request, 503, 2, err->status, err->text,
				       NULL);
		else
			page_fail_err(request, err);
	}
}

/* --- answers that are given again --- */

static void keep(struct page_jobs *jobs, const struct job *job)
{
	struct kept *kept = &jobs->kept[jobs->next_kept % PAGE_JOBS_KEPT];

	if (strlen(job->text) > PAGE_JOBS_KEPT_MAX)
		return;
	jobs->next_kept++;
	free(kept->text);
	memcpy(kept->key, job->task.key, sizeof(kept->key));
	memcpy(kept->file, job->task.file, sizeof(kept->file));
	kept->text = strdup(job->text);
	kept->number = job->number;
	kept->made_ms = node_now(jobs->n);
}

static const struct kept *find_kept(const struct page_jobs *jobs,
				    const char *key)
{
	for (unsigned i = 0; i < PAGE_JOBS_KEPT; i++) {
		const struct kept *kept = &jobs->kept[i];

		if (kept->text != NULL && strcmp(kept->key, key) == 0 &&
		    kept->number == number_now(jobs) &&
		    node_now(jobs->n) - kept->made_ms < jobs->keep_ms)
			return kept;
	}
	return NULL;
}

/* --- the queue --- */

static struct job *job_new(struct page_jobs *jobs,
			   const struct page_task *task)
{
	struct job *job = calloc(1, sizeof(*job));
	struct job **end = &jobs->first;

	if (job == NULL)
		return NULL;
	job->jobs = jobs;
	job->task = *task;
	job->err = (struct err)ERR_INIT;
	job->work.data = job;
	while (*end != NULL)
		end = &(*end)->next;
	*end = job;
	jobs->count++;
	return job;
}

static void job_free(struct job *job)
{
	struct job **at = &job->jobs->first;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->jobs->count--;
	job->task.free(job->task.owner);
	free(job->text);
	free(job);
}

static enum status take_catalog(struct page_jobs *jobs, struct catalog **out,
				struct err *err)
{
	for (unsigned i = 0; i < PAGE_JOBS_AT_ONCE; i++)
		if (jobs->catalogs[i] != NULL) {
			*out = jobs->catalogs[i];
			jobs->catalogs[i] = NULL;
			return STATUS_OK;
		}
	return catalog_open_reader(out, catalog_path(jobs->n->house.catalog),
				   err);
}

static void give_back(struct page_jobs *jobs, struct catalog *catalog)
{
	unsigned i = 0;

	while (jobs->catalogs[i] != NULL)
		i++;
	jobs->catalogs[i] = catalog;
}

static void begin_jobs(struct page_jobs *jobs);

static void work(uv_work_t *work)
{
	struct job *job = work->data;

	job->text = job->task.make(job->task.owner, job->catalog, &job->err);
}

static void worked(uv_work_t *work, int status)
{
	struct job *job = work->data;
	struct page_jobs *jobs = job->jobs;

	(void)status; /* never cancelled */
	jobs->running--;
	give_back(jobs, job->catalog);
	if (job->text != NULL)
		keep(jobs, job);
	answer_all(job, job->text, &job->err);
	job_free(job);
	if (jobs->closed == NULL)
		begin_jobs(jobs);
	else if (jobs->running == 0)
		jobs->closed(jobs->n);
}

static enum status begin(struct job *job)
{
	struct page_jobs *jobs = job->jobs;
	enum status status = job->task.begin(job->task.owner, jobs->n,
					     &job->err);

	if (status == STATUS_OK)
		status = take_catalog(jobs, &job->catalog, &job->err);
	if (status != STATUS_OK)
		return status;
	job->number = number_now(jobs);
	job->running = true;
	jobs->running++;
	(void)uv_queue_work(jobs->n->loop, &job->work, work, worked);
	return STATUS_OK;
}

static void begin_jobs(struct page_jobs *jobs)
{
	struct job *job = jobs->first, *next;

	for (; job != NULL && jobs->running < PAGE_JOBS_AT_ONCE; job = next) {
		next = job->next;
		if (job->running || begin(job) == STATUS_OK)
			continue;
		answer_all(job, NULL, &job->err);
		job_free(job);
	}
}

void page_jobs_close(struct page_jobs *jobs, void (*closed)(void *node))
{
	struct job *job = jobs->first, *next;
	struct err err = ERR_INIT;

	jobs->closed = closed;
	(void)err_set(&err, STATUS_LIMITED, "this node is stopping");
	for (; job != NULL; job = next) {
		next = job->next;
		answer_all(job, NULL, &err);
		if (!job->running)
			job_free(job);
	}
	if (jobs->running == 0)
		closed(jobs->n);
}

/* One that was begun before the last change has looked too early. */
static struct job *find_job(const struct page_jobs *jobs, const char *key)
{
	for (struct job *job = jobs->first; job != NULL; job = job->next)
		if (strcmp(job->task.key, key) == 0 &&
		    (!job->running || job->number == number_now(jobs)))
			return job;
	return NULL;
}

static void too_many(struct http_request *request)
{
	page_fail_code(request, 503, 2, STATUS_LIMITED,
		       "too much is asked at once", NULL);
}

void page_jobs_ask(struct page_jobs *jobs, struct http_request *request,
		   const struct page_task *task)
{
	const struct kept *kept = find_kept(jobs, task->key);
	struct job *same = kept == NULL ? find_job(jobs, task->key) : NULL;
	struct job *job;

	if (kept != NULL || same != NULL) {
		task->free(task->owner);
		if (kept != NULL)
			answer_one(request, kept->text, kept->file);
		else if (!add_asker(same, request))
			too_many(request);
		return;
	}
	job = jobs->closed != NULL || jobs->count >= PAGE_JOBS_MAX ?
		      NULL :
		      job_new(jobs, task);
	if (job == NULL) {
		task->free(task->owner);
		too_many(request);
	} else if (!add_asker(job, request)) {
		job_free(job);
		too_many(request);
	} else {
		begin_jobs(jobs);
	}
}
