#include "node/office/qr_code.h"

#include <errno.h>

#include <qrencode.h>

static bool is_dark(const QRcode *code, int x, int y)
{
	return x < code->width && (code->data[y * code->width + x] & 1) != 0;
}

/* A box for each run of dark modules in a row. */
static void put_row(const QRcode *code, int y, struct buf *out)
{
	for (int x = 0; x < code->width; x++) {
		int from = x;

		while (is_dark(code, x, y))
			x++;
		if (x > from)
			buf_printf(out, "M%d %dh%dv1h-%dz",
				   from + QR_CODE_QUIET, y + QR_CODE_QUIET,
				   x - from, x - from);
	}
}

enum status qr_code_path(const char *text, struct buf *out, unsigned *side)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8,
					   1);

	if (code == NULL)
		return errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_MALFORMED;
	for (int y = 0; y < code->width; y++)
		put_row(code, y, out);
	*side = (unsigned)code->width + 2 * QR_CODE_QUIET;
	QRcode_free(code);
	return buf_status(out);
}
