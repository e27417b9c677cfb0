/* In place of the pages where the program was built without them
 * (XIANGTU_PAGES=OFF). Everything else of the node is there. */
#include "node/page/page_files.h"

static const char line[] =
	"<!doctype html><meta charset=utf-8><title>xiangtu</title>"
	"<p>这个程序构建时没有带上页面。 This program was built without its "
	"pages.\n";

#define LINE { (const uint8_t *)line, sizeof(line) - 1 }

const struct page_file page_files[] = {
	{ "/", "text/html; charset=utf-8", "plain", false, LINE, { NULL, 0 } },
	{ "/desk", "text/html; charset=utf-8", "plain", false, LINE,
	  { NULL, 0 } },
};
const size_t page_files_count = sizeof(page_files) / sizeof(*page_files);
