/* Text as offices save it, in whatever encoding, as UTF-8: subtitles and
 * tables come in GBK as often as not, and do not say so. */
#ifndef CATALOG_CHARSET_H
#define CATALOG_CHARSET_H

#include "proto/bytes.h"
#include "proto/err.h"

enum charset {
	CHARSET_UTF8,
	CHARSET_UTF16,
	CHARSET_GB18030, /* and what it contains: GBK, GB 2312 */
	CHARSET_BIG5
};

/* "UTF-8", "UTF-16", "GB18030", "Big5". */
const char *charset_name(enum charset charset);

enum { CHARSET_TEXT_MAX = 16 << 20 };

/*
 * Append `text` as UTF-8, without a byte order mark.
 *
 * What begins with a byte order mark is what that says; what is UTF-8 is
 * UTF-8; the rest is looked at. Decoding is strict: one wrong byte, a control
 * character or a character nobody has assigned, and it is refused.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED when it is none of them, or longer than
 *          CHARSET_TEXT_MAX; STATUS_NO_MEMORY. `out` then holds what it held,
 *          `*charset` is untouched. `charset` may be NULL.
 */
enum status charset_to_utf8(struct bytes text, struct buf *out,
			    enum charset *charset, struct err *err);

#endif
