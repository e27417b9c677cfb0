#include "catalog/charset.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/ustring.h>

#include "proto/text.h"

enum { LOOK_MAX = 64 * 1024 };

static const char *const names[] = {
	[CHARSET_UTF8] = "UTF-8",
	[CHARSET_UTF16] = "UTF-16",
	[CHARSET_GB18030] = "GB18030",
	[CHARSET_BIG5] = "Big5",
};

const char *charset_name(enum charset charset)
{
	return names[charset];
}

/* What belongs into a text: no control characters but the usual, nothing
 * private or unassigned, no half characters. */
static bool is_text(struct bytes utf8)
{
	struct bytes_reader r;
	uint32_t code;

	bytes_reader_init(&r, utf8);
	while (text_next(&r, &code)) {
		int8_t type = u_charType((UChar32)code);

		if (type == U_UNASSIGNED || type == U_PRIVATE_USE_CHAR ||
		    code == 0xfffd ||
		    (type == U_CONTROL_CHAR && code != '\t' && code != '\n' &&
		     code != '\r' && code != '\f' && code != 0x85))
			return false;
	}
	return r.left == 0;
}

/* Decode strictly with ICU's converter of this name. */
static enum status decode(struct bytes text, const char *converter,
			  struct buf *out)
{
	UErrorCode code = U_ZERO_ERROR;
	UConverter *from = ucnv_open(converter, &code);
	size_t before = out->size, room = 3 * text.size + 16;
	UChar *wide = NULL;
	uint8_t *at;
	int32_t length, size = 0;

	ucnv_setToUCallBack(from, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL,
			    &code);
	if (U_SUCCESS(code))
		wide = malloc((text.size + 8) * sizeof(*wide));
	at = wide == NULL ? NULL : buf_reserve(out, room);
	if (at == NULL) {
		free(wide);
		ucnv_close(from);
		return STATUS_NO_MEMORY;
	}
	length = ucnv_toUChars(from, wide, (int32_t)text.size + 8,
			       (const char *)text.data, (int32_t)text.size,
			       &code);
	ucnv_close(from);
	if (U_SUCCESS(code))
		(void)u_strToUTF8((char *)at, (int32_t)room, &size, wide,
				  length, &code);
	free(wide);
	if (U_FAILURE(code) ||
	    !is_text((struct bytes){ at, (size_t)size })) {
		buf_cut(out, before);
		return STATUS_MALFORMED;
	}
	buf_grew(out, (size_t)size);
	return STATUS_OK;
}

static enum status take_utf8(struct bytes text, struct buf *out)
{
	if (!text_is_utf8(text) || memchr(text.data, 0, text.size) != NULL)
		return STATUS_MALFORMED;
	buf_put_bytes(out, text);
	return buf_status(out);
}

/* UTF-16 of which nothing is said, in a text with line ends: every one of them
 * has a zero byte, on the side where the high halves stand. */
static const char *guess_utf16(struct bytes text)
{
	size_t zeros[2] = { 0, 0 };

	for (size_t i = 0; i < text.size; i++)
		zeros[i % 2] += text.data[i] == 0;
	if (text.size % 2 != 0 || zeros[0] + zeros[1] == 0)
		return NULL;
	return zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE";
}

/* Which of them it is most likely. Most texts in Big5 can be read as GB18030
 * and the other way round, and make no sense then; so can UTF-8 of which some
 * bytes are lost. */
static enum charset guess(struct bytes text)
{
	UErrorCode code = U_ZERO_ERROR;
	UCharsetDetector *detector = ucsdet_open(&code);
	const UCharsetMatch **matches = NULL;
	enum charset found = CHARSET_GB18030;
	int32_t count = 0;
	bool known = false;

	ucsdet_setText(detector, (const char *)text.data,
		       (int32_t)(text.size < LOOK_MAX ? text.size : LOOK_MAX),
		       &code);
	if (U_SUCCESS(code))
		matches = ucsdet_detectAll(detector, &count, &code);
	for (int32_t i = 0; U_SUCCESS(code) && i < count && !known; i++) {
		const char *name = ucsdet_getName(matches[i], &code);

		for (unsigned k = 0; U_SUCCESS(code) && k <= CHARSET_BIG5; k++)
			if (strcmp(name, names[k]) == 0) {
				found = (enum charset)k;
				known = true;
			}
	}
	ucsdet_close(detector);
	return found;
}

static enum status look(struct bytes text, struct buf *out,
			enum charset *found)
{
	const char *wide = guess_utf16(text);
	enum status status = take_utf8(text, out);

	*found = CHARSET_UTF8;
	if (status != STATUS_MALFORMED)
		return status;
	*found = CHARSET_UTF16;
	if (wide != NULL)
		return decode(text, wide, out);
	*found = guess(text);
	if (*found == CHARSET_UTF8)
		return STATUS_MALFORMED;
	status = decode(text, names[*found], out);
	if (status != STATUS_MALFORMED)
		return status;
	*found = *found == CHARSET_BIG5 ? CHARSET_GB18030 : CHARSET_BIG5;
	return decode(text, names[*found], out);
}

static struct bytes skip(struct bytes text, size_t size)
{
	return (struct bytes){ text.data + size, text.size - size };
}

enum status charset_to_utf8(struct bytes text, struct buf *out,
			    enum charset *charset, struct err *err)
{
	enum charset found = CHARSET_UTF16;
	enum status status;

	if (text.size > CHARSET_TEXT_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "it is too long for a text");
	if (bytes_start_with(text, "\xef\xbb\xbf")) {
		found = CHARSET_UTF8;
		status = take_utf8(skip(text, 3), out);
	} else if (bytes_start_with(text, "\xff\xfe")) {
		status = decode(skip(text, 2), "UTF-16LE", out);
	} else if (bytes_start_with(text, "\xfe\xff")) {
		status = decode(skip(text, 2), "UTF-16BE", out);
	} else {
		status = look(text, out, &found);
	}
	if (status == STATUS_MALFORMED)
		return err_set(err, status,
			       "it is no text in UTF-8, GB18030, Big5 or "
			       "UTF-16: save it as UTF-8");
	if (status != STATUS_OK)
		return err_set(err, status, "out of memory");
	if (charset != NULL)
		*charset = found;
	return STATUS_OK;
}
