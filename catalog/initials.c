#include "catalog/initials.h"

#include <pthread.h>
#include <unicode/uchar.h>
#include <unicode/utrans.h>
#include <unicode/utypes.h>

#include "proto/text.h"

/* More than any single character is spelled with. */
enum { SPELLING_MAX = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static UTransliterator *transliterator; /* under `lock` */

static enum status load(struct err *err)
{
	static const UChar id[] = u"Han-Latin; Latin-ASCII; Lower";
	UErrorCode code = U_ZERO_ERROR;

	if (transliterator != NULL)
		return STATUS_OK;
	transliterator = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL,
				      &code);
	if (U_SUCCESS(code))
		return STATUS_OK;
	transliterator = NULL;
	return err_set(err,
		       code == U_MEMORY_ALLOCATION_ERROR ? STATUS_NO_MEMORY :
							   STATUS_IO,
		       "load transliteration: %s", u_errorName(code));
}

void initials_forget(void)
{
	pthread_mutex_lock(&lock);
	if (transliterator != NULL)
		utrans_close(transliterator);
	transliterator = NULL;
	pthread_mutex_unlock(&lock);
}

/* The first letter a character is spelled with, or 0. */
static char letter_of(uint32_t code)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar text[SPELLING_MAX];
	int32_t size = 0;
	int32_t limit;

	if (code > 0xffff) {
		text[size++] = U16_LEAD(code);
		text[size++] = U16_TRAIL(code);
	} else {
		text[size++] = (UChar)code;
	}
	limit = size;
	utrans_transUChars(transliterator, text, &size, SPELLING_MAX, 0,
			   &limit, &status);
	if (U_FAILURE(status) || size == 0 || text[0] < u'a' ||
	    text[0] > u'z')
		return 0;
	return (char)text[0];
}

static uint32_t narrowed(uint32_t code)
{
	return code >= 0xff01 && code <= 0xff5e ? code - 0xff01 + '!' : code;
}

static void append_initials(const char *title, size_t max, struct buf *out)
{
	struct bytes_reader r;
	bool in_word = false;
	size_t start = out->size;
	uint32_t code;

	bytes_reader_init(&r, bytes_of(title));
	while (out->size - start < max && text_next(&r, &code)) {
		char letter = 0;

		code = narrowed(code);
		if (code >= '0' && code <= '9') {
			letter = (char)code;
			in_word = true;
		} else if (u_hasBinaryProperty((UChar32)code,
					       UCHAR_IDEOGRAPHIC)) {
			letter = letter_of(code);
			in_word = false;
		} else if (u_isalpha((UChar32)code)) {
			/* After digits: 4K, but not the rest of a word. */
			letter = in_word && out->size > start &&
						 out->data[out->size - 1] > '9' ?
					 0 :
					 letter_of(code);
			in_word = true;
		} else if (code != '\'' && code != 0x2019) {
			in_word = false;
		}
		if (letter != 0)
			buf_put_u8(out, (uint8_t)letter);
	}
}

enum status initials_of(const char *title, size_t max, struct buf *out,
			struct err *err)
{
	struct buf made = BUF_INIT;
	enum status status;

	pthread_mutex_lock(&lock);
	status = load(err);
	if (status == STATUS_OK)
		append_initials(title, max, &made);
	pthread_mutex_unlock(&lock);
	if (status != STATUS_OK)
		return status;
	if (buf_status(&made) == STATUS_OK)
		buf_put_bytes(out, buf_bytes(&made));
	status = made.failed || out->failed ? STATUS_NO_MEMORY : STATUS_OK;
	buf_release(&made);
	if (status != STATUS_OK)
		return err_set(err, status, "initials of a title");
	return STATUS_OK;
}
