/* Everything that /api/… answers. More special paths stand before what they
 * are a part of. */
#include "node/page/page_api.h"
#include "node/page/page_ask.h"
#include "node/page/page_asked.h"
#include "node/page/page_conf.h"
#include "node/page/page_events.h"
#include "node/page/page_login.h"
#include "node/page/page_me.h"
#include "node/page/page_unlock.h"

static const struct page_route routes[] = {
	{ HTTP_GET, "/api/me", PAGE_VIEWER, page_me, NULL },
	{ HTTP_GET, "/api/home", PAGE_VIEWER, page_home_asked, NULL },
	{ HTTP_GET, "/api/lessons", PAGE_VIEWER, page_lessons_asked, NULL },
	{ HTTP_GET, "/api/lesson", PAGE_VIEWER, page_lesson_asked, NULL },
	{ HTTP_POST, "/api/login", PAGE_VIEWER, page_login, NULL },
	{ HTTP_POST, "/api/logout", PAGE_VIEWER, page_logout, NULL },
	{ HTTP_POST, "/api/reset", PAGE_VIEWER, page_reset, NULL },
	{ HTTP_POST, "/api/ask", PAGE_OPERATOR, page_ask, NULL },
	{ HTTP_GET, "/api/conf", PAGE_OPERATOR, page_conf_get, NULL },
	{ HTTP_POST, "/api/conf", PAGE_OPERATOR, page_conf_set, NULL },
	{ HTTP_POST, "/api/unlock", PAGE_OFFICE, page_unlock, NULL },
	{ HTTP_POST, "/api/lock", PAGE_OFFICE, page_lock, NULL },
	{ HTTP_GET, "/api/events", PAGE_VIEWER, page_events_all, NULL },
	{ HTTP_GET, "/api/desk/events", PAGE_OPERATOR, page_events_desk,
	  NULL },
};

const struct page_route *page_routes(size_t *count)
{
	*count = sizeof(routes) / sizeof(*routes);
	return routes;
}
