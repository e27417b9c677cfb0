/* Everything that /api/… answers. More special paths stand before what they
 * are a part of. */
#include "node/page/page_api.h"
#include "node/page/page_ask.h"
#include "node/page/page_asked.h"
#include "node/page/page_cards.h"
#include "node/page/page_conf.h"
#include "node/page/page_coverage.h"
#include "node/page/page_drafts.h"
#include "node/page/page_drive.h"
#include "node/page/page_events.h"
#include "node/page/page_list.h"
#include "node/page/page_login.h"
#include "node/page/page_me.h"
#include "node/page/page_records.h"
#include "node/page/page_report.h"
#include "node/page/page_study.h"
#include "node/page/page_tell.h"
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
	{ HTTP_GET, "/api/drafts", PAGE_OFFICE, page_drafts, NULL },
	{ HTTP_POST, "/api/drafts", PAGE_OFFICE, page_drafts_new, NULL },
	{ HTTP_GET, "/api/drafts/*/preview/", PAGE_OFFICE, page_draft_preview,
	  NULL },
	{ HTTP_GET, "/api/drafts/*", PAGE_OFFICE, page_draft, NULL },
	{ HTTP_POST, "/api/drafts/*/file", PAGE_OFFICE, page_draft_file,
	  "application/octet-stream" },
	{ HTTP_POST, "/api/drafts/*/remove-file", PAGE_OFFICE,
	  page_draft_remove_file, NULL },
	{ HTTP_POST, "/api/drafts/*/prepare", PAGE_OFFICE, page_draft_prepare,
	  NULL },
	{ HTTP_POST, "/api/drafts/*/stop", PAGE_OFFICE, page_draft_stop,
	  NULL },
	{ HTTP_POST, "/api/drafts/*/approve", PAGE_OFFICE, page_draft_approve,
	  NULL },
	{ HTTP_POST, "/api/drafts/*/publish", PAGE_OFFICE, page_draft_publish,
	  NULL },
	{ HTTP_POST, "/api/drafts/*/delete", PAGE_OFFICE, page_draft_delete,
	  NULL },
	{ HTTP_POST, "/api/drafts/*", PAGE_OFFICE, page_draft_change, NULL },
	{ HTTP_POST, "/api/list", PAGE_OFFICE, page_list, "text/csv" },
	{ HTTP_POST, "/api/cards", PAGE_OFFICE, page_cards_issue, "text/csv" },
	{ HTTP_GET, "/api/cards", PAGE_OFFICE, page_cards, NULL },
	{ HTTP_GET, "/api/cards/issue", PAGE_OFFICE, page_cards_issuing,
	  NULL },
	{ HTTP_GET, "/api/cards/sheet", PAGE_OFFICE, page_cards_sheet, NULL },
	{ HTTP_POST, "/api/cards/confirm", PAGE_OFFICE, page_cards_confirm,
	  NULL },
	{ HTTP_POST, "/api/cards/drop", PAGE_OFFICE, page_cards_drop, NULL },
	{ HTTP_GET, "/api/cards/person", PAGE_OFFICE, page_cards_person,
	  NULL },
	{ HTTP_POST, "/api/cards/end", PAGE_OFFICE, page_cards_end, NULL },
	{ HTTP_POST, "/api/cards/forget", PAGE_OFFICE, page_cards_forget,
	  NULL },
	{ HTTP_GET, "/api/records", PAGE_OFFICE, page_records, NULL },
	{ HTTP_GET, "/api/coverage", PAGE_OFFICE, page_coverage, NULL },
	{ HTTP_GET, "/api/report", PAGE_OFFICE, page_report, NULL },
	{ HTTP_GET, "/api/report/station", PAGE_OFFICE, page_report_station,
	  NULL },
	{ HTTP_GET, "/api/report/photo", PAGE_OFFICE, page_report_photo,
	  NULL },
	{ HTTP_GET, "/api/report/attention", PAGE_OFFICE,
	  page_report_attention, NULL },
	{ HTTP_GET, "/api/report/wishes", PAGE_OFFICE, page_report_wishes,
	  NULL },
	{ HTTP_GET, "/api/report/csv", PAGE_OFFICE, page_report_csv, NULL },
	{ HTTP_POST, "/api/report/close", PAGE_OFFICE, page_report_close,
	  NULL },
	{ HTTP_GET, "/api/tell", PAGE_VIEWER, page_told, NULL },
	{ HTTP_POST, "/api/tell", PAGE_VIEWER, page_tell, NULL },
	{ HTTP_POST, "/api/drive", PAGE_OPERATOR, page_drive_asked, NULL },
	{ HTTP_POST, "/api/study/play", PAGE_VIEWER, page_study_play, NULL },
	{ HTTP_GET, "/api/study", PAGE_VIEWER, page_study, NULL },
	{ HTTP_GET, "/api/study/register", PAGE_OPERATOR, page_study_register,
	  NULL },
	{ HTTP_POST, "/api/study/begin", PAGE_VIEWER, page_study_begin, NULL },
	{ HTTP_POST, "/api/study/change", PAGE_VIEWER, page_study_change,
	  NULL },
	{ HTTP_POST, "/api/study/photo", PAGE_VIEWER, page_study_photo,
	  "image/jpeg" },
	{ HTTP_POST, "/api/study/end", PAGE_VIEWER, page_study_end, NULL },
	{ HTTP_POST, "/api/study/resume", PAGE_VIEWER, page_study_resume,
	  NULL },
	{ HTTP_POST, "/api/card/login", PAGE_VIEWER, page_card_login, NULL },
	{ HTTP_POST, "/api/card/logout", PAGE_VIEWER, page_card_logout, NULL },
	{ HTTP_GET, "/api/card/mine", PAGE_VIEWER, page_card_mine, NULL },
	{ HTTP_GET, "/api/events", PAGE_VIEWER, page_events_all, NULL },
	{ HTTP_GET, "/api/desk/events", PAGE_OPERATOR, page_events_desk,
	  NULL },
};

const struct page_route *page_routes(size_t *count)
{
	*count = sizeof(routes) / sizeof(*routes);
	return routes;
}
