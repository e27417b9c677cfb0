/* The printable sheet of cards: HTML of A4 pages, ten cards each, to be cut. It
 * is whole by itself: no script, nothing fetched. What stands on a card is said
 * in docs/formats-page.md 4.1; the desk draws the same
 * (web/src/desk/office/records/CardSheet.tsx).
 *
 * Threads: any. */
#ifndef NODE_OFFICE_CARD_PAPER_H
#define NODE_OFFICE_CARD_PAPER_H

#include "node/office/card_sheet.h"

/* Append it. It has PINs: whoever has the bytes wipes them. STATUS_NO_MEMORY. */
enum status card_paper_html(const struct card_sheet *sheet, bool chinese,
			    struct buf *out);

#endif
