/* What the pages are made of, opened and closed, and who may ask for them. */
#include "node/page/page.h"

#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/card_issue.h"
#include "node/page/desk.h"
#include "node/page/desk_events.h"
#include "node/page/draft_publish.h"
#include "node/page/draft_works.h"
#include "node/page/page_api.h"
#include "node/page/page_cards.h"
#include "node/page/page_drive.h"
#include "node/page/page_events.h"
#include "node/page/page_files.h"
#include "node/page/page_jobs.h"
#include "node/page/page_news.h"
#include "node/page/page_study.h"
#include "node/page/sessions.h"

enum status page_start(struct node *n, struct err *err)
{
	enum status status;

	n->page = calloc(1, sizeof(*n->page));
	if (n->page == NULL)
		return err_set(err, STATUS_NO_MEMORY, "pages");
	n->page->sessions = sessions_new();
	if (n->page->sessions == NULL)
		return err_set(err, STATUS_NO_MEMORY, "sessions");
	n->page->events = page_events_new(n->page->sessions);
	n->page->news = page_news_new();
	n->page->jobs = page_jobs_new(n, PAGE_JOBS_KEEP_MS);
	if (n->page->events == NULL || n->page->news == NULL ||
	    n->page->jobs == NULL)
		return err_set(err, STATUS_NO_MEMORY, "events");
	n->page->picture = desk_events_new(n);
	n->page->drive = page_drive_new(n);
	if (n->page->picture == NULL || n->page->drive == NULL)
		return err_set(err, STATUS_NO_MEMORY, "desks");
	status = desk_open(&n->page->desk, n, err);
	if (status == STATUS_OK &&
	    (n->page->cards = page_cards_new(n)) == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "cards");
	if (status == STATUS_OK)
		status = draft_works_open(&n->page->works, n, err);
	if (status == STATUS_OK)
		status = page_study_open(n, err);
	return status;
}

void page_library_changed(struct node *n)
{
	if (n->page != NULL)
		page_news_changed(n->page->news);
}

void page_heard(struct node *n)
{
	if (n->page != NULL)
		page_news_heard(n->page->news);
}

void page_tick(struct node *n)
{
	if (n->page == NULL || n->stopping)
		return;
	desk_tick(n->page->desk);
	draft_publish_tick(n);
	draft_works_tick(n->page->works);
	page_study_tick(n);
	page_cards_tick(n);
	page_news_tick(n);
	desk_events_tick(n->page->picture);
	page_events_tick(n->page->events, (uint64_t)node_now(n));
}

static void works_closed(void *node)
{
	struct node *n = node;

	if (n->page->desk != NULL)
		desk_close(n->page->desk, n->page->closed, n);
	else
		n->page->closed(n);
}

static void drive_closed(void *node)
{
	struct node *n = node;

	if (n->page->works != NULL)
		draft_works_close(n->page->works, works_closed, n);
	else
		works_closed(n);
}

static void picture_closed(void *node)
{
	struct node *n = node;

	if (n->page->drive != NULL)
		page_drive_close(n->page->drive, drive_closed);
	else
		drive_closed(n);
}

static void jobs_closed(void *node)
{
	struct node *n = node;

	if (n->page->picture != NULL)
		desk_events_close(n->page->picture, picture_closed);
	else
		picture_closed(n);
}

void page_close(struct node *n, void (*closed)(void *node))
{
	if (n->page == NULL) {
		closed(n);
		return;
	}
	n->page->closed = closed;
	page_study_close(n);
	if (n->page->events != NULL)
		page_events_close(n->page->events);
	if (n->page->jobs != NULL)
		page_jobs_close(n->page->jobs, jobs_closed);
	else
		jobs_closed(n);
}

void page_release(struct node *n)
{
	if (n->page == NULL)
		return;
	page_jobs_free(n->page->jobs);
	page_drive_free(n->page->drive);
	desk_events_free(n->page->picture);
	draft_works_free(n->page->works);
	card_issue_free(n->page->cards);
	desk_free(n->page->desk);
	page_study_free(n->page->study);
	page_news_free(n->page->news);
	page_events_free(n->page->events);
	sessions_free(n->page->sessions);
	free(n->page);
	n->page = NULL;
}

bool page_has(const struct http_head *head)
{
	const char *path = head->path;

	return strncmp(path, "/api/", 5) == 0 ||
	       strncmp(path, "/ui/", 4) == 0 || strcmp(path, "/desk") == 0 ||
	       (strcmp(path, "/") == 0 && page_wants_html(head));
}

bool page_answers(const struct node *n, const struct http_head *head)
{
	return n->house.conf.pages_everywhere || http_head_is_own(head) ||
	       lan_has(n->lan, http_head_address(head));
}

void page_request(struct node *n, struct http_request *request)
{
	const struct http_head *head = http_request_head(request);

	if (!page_answers(n, head))
		http_request_refuse(request, 403,
				    "the pages of this node are for its own "
				    "network: pages = everywhere in node.conf "
				    "opens them");
	else if (strncmp(head->path, "/api/", 5) == 0)
		page_api_request(n, request);
	else if (head->method != HTTP_GET)
		http_request_refuse(request, 405, "only GET here");
	else
		resources_not_found(request);
}

bool page_try(const struct node *n, const struct http_head *head,
	      struct http_answer *answer)
{
	const struct page_file *file =
		page_has(head) ? page_file_find(head->path) : NULL;

	if (file == NULL || !page_answers(n, head))
		return false;
	page_file_answer(file, head, answer);
	return true;
}
