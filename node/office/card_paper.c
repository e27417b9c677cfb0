#include "node/office/card_paper.h"

#include "node/office/qr_code.h"
#include "proto/text.h"

enum { CARDS_A_PAGE = 10 };

static const struct words {
	const char *lang, *page, *delete_it, *title, *number, *pin, *how;
} english = {
	"en", "Study cards",
	"Numbers and PINs: print this (A4, upright, at its real size), cut along "
	"the dashes, and delete the file.",
	"Study card", "Number", "PIN",
	"At a station’s screen or on a phone choose “Study with my card” and "
	"enter both."
}, chinese = {
	"zh-CN", "学习卡",
	"这里有卡号和密码：请打印（A4 纵向，按实际大小），沿虚线裁开，然后删除本文件。",
	"个性化学习卡", "卡号", "密码",
	"在站点的电视或手机上选“刷卡学习”，输入卡号和密码。"
};

/* 95 mm by 55 mm, two beside each other, five rows. However long a name is,
 * number and PIN stand whole. */
static const char style[] =
	"@page{size:A4 portrait;margin:8mm}"
	"*{box-sizing:border-box;margin:0;padding:0}"
	"body{background:#fff;color:#000;font:12px/1.3 \"Noto Sans CJK SC\","
	"\"Microsoft YaHei\",\"WenQuanYi Zen Hei\",SimHei,sans-serif}"
	".note{max-width:190mm;margin:4mm auto;font-size:16px}"
	".sheet{display:flex;flex-wrap:wrap;align-content:flex-start;"
	"width:190mm;margin:0 auto 6mm;list-style:none}"
	".card{display:flex;align-items:center;width:95mm;height:55mm;"
	"padding:4mm;border:1px dashed #777;overflow:hidden;"
	"page-break-inside:avoid}"
	".face{display:flex;flex:1;flex-direction:column;min-width:0;"
	"max-height:100%;margin-right:3mm;overflow-wrap:anywhere}"
	".face>*{flex:none}"
	".soft,.how,dt{color:#333}"
	".owner{max-height:2.5em;overflow:hidden;font-size:18px;"
	"line-height:1.25;font-weight:700}"
	".place{max-height:2.6em;overflow:hidden}"
	"dl{margin:1mm 0}"
	"dl div{display:flex;align-items:baseline;white-space:nowrap}"
	"dt{flex:none;width:4.6em}"
	"dd{font:700 17px/1.3 Menlo,Consolas,\"DejaVu Sans Mono\",monospace}"
	".face>.how{flex:0 1 auto;min-height:0;overflow:hidden;font-size:10px}"
	"svg{flex:none;width:30mm;height:30mm}"
	"@media print{.note{display:none}.sheet{margin:0}"
	".sheet+.sheet{page-break-before:always}}";

static void put_head(const struct words *w, struct buf *out)
{
	buf_printf(out,
		   "<!doctype html>\n<html lang=\"%s\">\n<meta "
		   "charset=\"utf-8\">\n<meta http-equiv=\""
		   "Content-Security-Policy\" content=\"default-src 'none'; "
		   "style-src 'unsafe-inline'\">\n<title>%s</title>\n",
		   w->lang, w->page);
	buf_printf(out, "<style>%s</style>\n<p class=\"note\">%s</p>\n", style,
		   w->delete_it);
}

/* The number alone, as digits: a scanner that types it fills in a register. */
static enum status put_code(const struct card_row *row, struct buf *out)
{
	struct buf path = BUF_INIT;
	unsigned side = 0;
	enum status status = qr_code_path(row->number, &path, &side);

	if (status == STATUS_OK)
		buf_printf(out,
			   "<svg viewBox=\"0 0 %u %u\" "
			   "shape-rendering=\"crispEdges\"><path d=\"%s\"/>"
			   "</svg>",
			   side, side, buf_string(&path));
	buf_release(&path);
	return status;
}

static enum status put_card(const struct words *w, const struct card_row *row,
			    struct buf *out)
{
	char number[CARD_PRINTED_MAX + 1];
	enum status status;

	cardid_print(row->number, number);
	buf_printf(out,
		   "<li class=\"card\"><div class=\"face\"><p class=\"soft\">%s"
		   "</p><p class=\"owner\">",
		   w->title);
	buf_put_html(out, row->name);
	buf_puts(out, "</p><p class=\"place\">");
	buf_put_html(out, row->place);
	buf_printf(out,
		   "</p><dl><div><dt>%s</dt><dd>%s</dd></div><div><dt>%s</dt>"
		   "<dd>%s</dd></div></dl><p class=\"how\">%s</p></div>",
		   w->number, number, w->pin, row->pin, w->how);
	status = put_code(row, out);
	buf_puts(out, "</li>\n");
	return status;
}

enum status card_paper_html(const struct card_sheet *sheet, bool in_chinese,
			    struct buf *out)
{
	const struct words *w = in_chinese ? &chinese : &english;
	enum status status = STATUS_OK;

	put_head(w, out);
	for (size_t i = 0; i < sheet->count && status == STATUS_OK; i++) {
		if (i % CARDS_A_PAGE == 0)
			buf_puts(out, "<ul class=\"sheet\">\n");
		status = put_card(w, &sheet->rows[i], out);
		if (i % CARDS_A_PAGE == CARDS_A_PAGE - 1 ||
		    i + 1 == sheet->count)
			buf_puts(out, "</ul>\n");
	}
	return status == STATUS_OK ? buf_status(out) : status;
}
