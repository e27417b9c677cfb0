/* Why something does not come, in the reader's language: the sentences nodes
 * say often. Each has at most one part that varies, a time or a size. */
#include <stdio.h>
#include <string.h>

#include "node/cli/verbs.h"

/* Is `text` what `english` says with something in place of %s? Then `out` has
 * the same in `chinese`. */
static bool is_said(const char *text, const char *english, const char *chinese,
		    char out[static CLI_TROUBLE_ROOM])
{
	const char *gap = strstr(english, "%s"), *place = strstr(chinese, "%s");
	size_t size = strlen(text), head, tail;

	if (gap == NULL || place == NULL) {
		if (strcmp(text, english) != 0)
			return false;
		(void)snprintf(out, CLI_TROUBLE_ROOM, "%s", chinese);
		return true;
	}
	head = (size_t)(gap - english);
	tail = strlen(gap + 2);
	if (size < head + tail || strncmp(text, english, head) != 0 ||
	    strcmp(text + size - tail, gap + 2) != 0)
		return false;
	(void)snprintf(out, CLI_TROUBLE_ROOM, "%.*s%.*s%s",
		       (int)(place - chinese), chinese,
		       (int)(size - head - tail), text + head, place + 2);
	return true;
}

void cli_trouble(const char *text, char out[static CLI_TROUBLE_ROOM])
{
	if (is_said(text, "the line is closed until %s",
		    tr("the line is closed until %s"), out) ||
	    is_said(text, "the line is closed at all hours",
		    tr("the line is closed at all hours"), out) ||
	    is_said(text,
		    "the line is closed by every limit, and the clock is not "
		    "set",
		    tr("the line is closed by every limit, and the clock is "
		       "not set"),
		    out) ||
	    is_said(text, "this month's %s are used up",
		    tr("this month's %s are used up"), out) ||
	    is_said(text,
		    "this month's %s are used up; the rest is kept for what "
		    "is due",
		    tr("this month's %s are used up; the rest is kept for "
		       "what is due"),
		    out) ||
	    is_said(text, "only the LAN is used here (lan-only)",
		    tr("only the LAN is used here (lan-only)"), out) ||
	    is_said(text, "nobody to ask is there",
		    tr("nobody to ask is there"), out) ||
	    is_said(text,
		    "no room: it is taken by newer lessons and by what may "
		    "not go",
		    tr("no room: it is taken by newer lessons and by what "
		       "may not go"),
		    out) ||
	    is_said(text,
		    "expired: it comes only when it is pinned, wanted by a "
		    "day or asked for",
		    tr("expired: it comes only when it is pinned, wanted by "
		       "a day or asked for"),
		    out) ||
	    is_said(text,
		    "%s gives pieces to nodes it knows only: the office is "
		    "to accept the code of this one",
		    tr("%s gives pieces to nodes it knows only: the office is "
		       "to accept the code of this one"),
		    out) ||
	    is_said(text,
		    "%s took the proof of which node this is for a bad one: "
		    "something between alters it, or one of the two programs "
		    "is old",
		    tr("%s took the proof of which node this is for a bad "
		       "one: something between alters it, or one of the two "
		       "programs is old"),
		    out) ||
	    is_said(text,
		    "%s does not know the address by which it was reached: "
		    "its url is to name it, unless somebody stands between",
		    tr("%s does not know the address by which it was "
		       "reached: its url is to name it, unless somebody "
		       "stands between"),
		    out) ||
	    is_said(text,
		    "%s got no proof of which node this is in time: it is "
		    "asked again",
		    tr("%s got no proof of which node this is in time: it "
		       "is asked again"),
		    out) ||
	    is_said(text, "the disk is full", tr("the disk is full"), out))
		return;
	(void)snprintf(out, CLI_TROUBLE_ROOM, "%s", text);
}
