/* Everything that /api/… answers. More special paths stand before what they
 * are a part of. */
#include "node/page/page_api.h"
#include "node/page/page_asked.h"
#include "node/page/page_events.h"
#include "node/page/page_me.h"

static const struct page_route routes[] = {
	{ HTTP_GET, "/api/me", PAGE_VIEWER, page_me, NULL },
	{ HTTP_GET, "/api/home", PAGE_VIEWER, page_home_asked, NULL },
	{ HTTP_GET, "/api/lessons", PAGE_VIEWER, page_lessons_asked, NULL },
	{ HTTP_GET, "/api/lesson", PAGE_VIEWER, page_lesson_asked, NULL },
	{ HTTP_GET, "/api/events", PAGE_VIEWER, page_events_all, NULL },
	{ HTTP_GET, "/api/desk/events", PAGE_OPERATOR, page_events_desk,
	  NULL },
};

const struct page_route *page_routes(size_t *count)
{
	*count = sizeof(routes) / sizeof(*routes);
	return routes;
}
