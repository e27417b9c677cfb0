/* What a listener is sent: the newest of each event, once; nothing that is not
 * for it; nothing more when its session has ended. */
#include "node/page/page_events.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "node/page/sessions.h"
#include "tests/support/check.h"

static const struct page_event library = { PAGE_STREAM_ALL, PAGE_VIEWER,
					   "library", true };
static const struct page_event me = { PAGE_STREAM_ALL, PAGE_VIEWER, "me",
				      false };
static const struct page_event desk = { PAGE_STREAM_DESK, PAGE_OPERATOR,
					"desk", true };
static const struct page_event drafts = { PAGE_STREAM_DESK, PAGE_OFFICE,
					  "drafts", true };

static struct page_call call_from(const struct http_head *head,
				  enum page_role role)
{
	return (struct page_call){ .head = head, .role = role };
}

static struct http_head head_from(const char *address)
{
	struct http_head head = { .path = "/api/events" };
	struct sockaddr_in in = { .sin_family = AF_INET };

	CHECK(inet_pton(AF_INET, address, &in.sin_addr) == 1);
	memcpy(&head.address, &in, sizeof(in));
	return head;
}

static bool listen_as(struct page_events *hub, enum page_role role,
		      enum page_stream stream, const char *address,
		      struct http_answer *answer)
{
	struct http_head head = head_from(address);
	struct page_call call = call_from(&head, role);

	*answer = (struct http_answer)HTTP_ANSWER_INIT;
	return page_events_listen(hub, &call, stream, 0, answer);
}

/* All there is for it now, in pieces of `step`; "END" when it was ended. */
static const char *heard(struct http_answer *answer, size_t step)
{
	static char all[4096];
	size_t size = 0;
	ssize_t n;

	while ((n = answer->reader.read(answer->reader.owner, 0,
					(uint8_t *)all + size, step)) > 0)
		size += (size_t)n;
	all[size] = 0;
	return n < 0 ? "END" : all;
}

static struct page_events *hub_new(void)
{
	struct page_events *hub = page_events_new(NULL);

	CHECK(hub != NULL);
	return hub;
}

static void say(struct page_events *hub, const struct page_event *event, int n)
{
	page_events_publish(hub, event, json_pack("{s:i}", "n", n));
}

static void only_the_newest_is_told_and_once(void)
{
	struct page_events *hub = hub_new();
	struct http_answer a;

	CHECK(!page_events_heard(hub, PAGE_STREAM_ALL));
	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1", &a));
	CHECK(page_events_heard(hub, PAGE_STREAM_ALL) &&
	      !page_events_heard(hub, PAGE_STREAM_DESK));
	CHECK(strcmp(heard(&a, 100), "retry: 2000\n\n") == 0);
	say(hub, &library, 1);
	CHECK(strcmp(heard(&a, 100), "") == 0); /* not before the tick */
	say(hub, &library, 2);
	page_events_tick(hub, 1000);
	say(hub, &library, 3);
	CHECK(strcmp(heard(&a, 7), "event: library\ndata: {\"n\":2}\n\n") ==
	      0);
	page_events_tick(hub, 2000);
	say(hub, &library, 4);
	page_events_tick(hub, 3000);
	CHECK(strcmp(heard(&a, 1), "event: library\ndata: {\"n\":4}\n\n") ==
	      0);
	say(hub, &library, 4); /* the same again is no news */
	page_events_tick(hub, 4000);
	CHECK(strcmp(heard(&a, 100), "") == 0);
	http_answer_release(&a);
	CHECK(page_events_count(hub) == 0);
	page_events_free(hub);
}

static void who_comes_later_is_told_what_lasts(void)
{
	struct page_events *hub = hub_new();
	struct http_answer early, late;

	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1",
			&early));
	say(hub, &me, 1);
	say(hub, &library, 1);
	page_events_tick(hub, 1000);
	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1", &late));
	CHECK(strcmp(heard(&early, 100),
		     "retry: 2000\n\nevent: me\ndata: {\"n\":1}\n\n"
		     "event: library\ndata: {\"n\":1}\n\n") == 0);
	CHECK(strcmp(heard(&late, 100),
		     "retry: 2000\n\nevent: library\ndata: {\"n\":1}\n\n") ==
	      0);
	say(hub, &me, 1); /* happens again */
	page_events_tick(hub, 2000);
	CHECK(strcmp(heard(&late, 100), "event: me\ndata: {\"n\":1}\n\n") ==
	      0);
	http_answer_release(&early);
	http_answer_release(&late);
	page_events_free(hub);
}

static void a_text_that_is_being_sent_is_sent_whole(void)
{
	struct page_events *hub = hub_new();
	struct http_answer a;
	char begin[10];

	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1", &a));
	(void)heard(&a, 100);
	say(hub, &library, 1);
	page_events_tick(hub, 1000);
	CHECK(a.reader.read(a.reader.owner, 0, (uint8_t *)begin, 10) == 10);
	say(hub, &library, 2);
	page_events_tick(hub, 2000);
	say(hub, &library, 3);
	page_events_tick(hub, 3000);
	CHECK(strcmp(heard(&a, 100), "rary\ndata: {\"n\":1}\n\n"
				     "event: library\ndata: {\"n\":3}\n\n") ==
	      0);
	http_answer_release(&a);
	page_events_free(hub);
}

static void silence_is_broken_by_a_comment(void)
{
	struct page_events *hub = hub_new();
	struct http_answer a;

	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1", &a));
	(void)heard(&a, 100);
	page_events_tick(hub, PAGE_EVENTS_QUIET_MS - 1);
	CHECK(strcmp(heard(&a, 100), "") == 0);
	page_events_tick(hub, PAGE_EVENTS_QUIET_MS);
	CHECK(strcmp(heard(&a, 100), ":\n\n") == 0);
	page_events_tick(hub, PAGE_EVENTS_QUIET_MS + 1000);
	CHECK(strcmp(heard(&a, 100), "") == 0);
	http_answer_release(&a);
	page_events_free(hub);
}

/* Operators hear nothing of the office's, viewers nothing of the desks'. */
static void nobody_hears_what_is_not_theirs(void)
{
	struct sessions *sessions = sessions_new();
	struct page_events *hub = page_events_new(sessions);
	struct http_answer viewer, operator, office;

	CHECK(hub != NULL && sessions != NULL);
	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1",
			&viewer));
	CHECK(listen_as(hub, PAGE_OPERATOR, PAGE_STREAM_DESK, "10.0.0.1",
			&operator));
	CHECK(listen_as(hub, PAGE_OFFICE, PAGE_STREAM_DESK, "10.0.0.1",
			&office));
	say(hub, &desk, 1);
	say(hub, &drafts, 2);
	/* They have no session: only what they are sent before it is found
	 * out that they have none is looked at here. */
	page_events_tick(hub, 1000);
	CHECK(strcmp(heard(&viewer, 100), "retry: 2000\n\n") == 0);
	CHECK(strcmp(heard(&operator, 100), "END") == 0);
	CHECK(strcmp(heard(&office, 100), "END") == 0);
	http_answer_release(&operator);
	http_answer_release(&office);
	CHECK(listen_as(hub, PAGE_OPERATOR, PAGE_STREAM_DESK, "10.0.0.1",
			&operator));
	CHECK(listen_as(hub, PAGE_OFFICE, PAGE_STREAM_DESK, "10.0.0.1",
			&office));
	CHECK(strcmp(heard(&operator, 100),
		     "retry: 2000\n\nevent: desk\ndata: {\"n\":1}\n\n") == 0);
	CHECK(strcmp(heard(&office, 100),
		     "retry: 2000\n\nevent: desk\ndata: {\"n\":1}\n\n"
		     "event: drafts\ndata: {\"n\":2}\n\n") == 0);
	http_answer_release(&viewer);
	http_answer_release(&operator);
	http_answer_release(&office);
	page_events_free(hub);
	sessions_free(sessions);
}

static void there_are_so_many_places_and_no_more(void)
{
	static struct http_answer all[PAGE_LISTENERS_MAX];
	struct page_events *hub = hub_new();
	struct http_answer more;
	unsigned i = 0;

	for (; i < PAGE_LISTENERS_PER_ADDRESS; i++)
		CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1",
				&all[i]));
	CHECK(!listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1",
			 &more));
	for (; i < PAGE_LISTENERS_MAX; i++)
		CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.2",
				&all[i]));
	CHECK(!listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.3",
			 &more));
	http_answer_release(&all[0]);
	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.3",
			&all[0]));
	page_events_close(hub);
	CHECK(strcmp(heard(&all[5], 100), "END") == 0);
	for (i = 0; i < PAGE_LISTENERS_MAX; i++)
		http_answer_release(&all[i]);
	CHECK(!listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1",
			 &more));
	page_events_free(hub);
}

static void what_is_too_large_is_not_told(void)
{
	static char large[PAGE_EVENT_SIZE_MAX + 1];
	struct page_events *hub = hub_new();
	struct http_answer a;

	memset(large, 'a', sizeof(large) - 1);
	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1", &a));
	(void)heard(&a, 100);
	page_events_publish(hub, &library, json_string(large));
	page_events_publish(hub, &library, NULL);
	page_events_tick(hub, 1000);
	CHECK(strcmp(heard(&a, 100), "") == 0);
	http_answer_release(&a);
	page_events_free(hub);
}

static void what_is_forgotten_is_told_to_nobody(void)
{
	struct page_events *hub = hub_new();
	struct http_answer early, late;

	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1",
			&early));
	say(hub, &library, 1);
	page_events_tick(hub, 1000);
	page_events_forget(hub, &library);
	CHECK(listen_as(hub, PAGE_VIEWER, PAGE_STREAM_ALL, "10.0.0.1", &late));
	page_events_tick(hub, 2000);
	CHECK(strcmp(heard(&late, 100), "retry: 2000\n\n") == 0);
	CHECK(strcmp(heard(&early, 100), "retry: 2000\n\n") == 0);
	/* It may be said again, though it be the same. */
	say(hub, &library, 1);
	page_events_tick(hub, 3000);
	CHECK(strcmp(heard(&late, 100),
		     "event: library\ndata: {\"n\":1}\n\n") == 0);
	CHECK(strcmp(heard(&early, 100),
		     "event: library\ndata: {\"n\":1}\n\n") == 0);
	page_events_forget(hub, &me); /* of which there was never any */
	http_answer_release(&early);
	http_answer_release(&late);
	page_events_free(hub);
}

int main(void)
{
	only_the_newest_is_told_and_once();
	who_comes_later_is_told_what_lasts();
	what_is_forgotten_is_told_to_nobody();
	a_text_that_is_being_sent_is_sent_whole();
	silence_is_broken_by_a_comment();
	nobody_hears_what_is_not_theirs();
	there_are_so_many_places_and_no_more();
	what_is_too_large_is_not_told();
	return 0;
}
