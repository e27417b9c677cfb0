/* What people and publishers wrote, as tokens and as a question. */
#include "catalog/search.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>

#include "proto/text.h"

/* More than any character decomposes into (U+FDFA: 18). */
enum { DECOMPOSITION_MAX = 32 };

struct tokenizer {
	const UNormalizer2 *decomposer;
	struct buf *out;
	bool in_word;
};

static void put_code(struct buf *out, uint32_t code)
{
	if (code < 0x80) {
		buf_put_u8(out, (uint8_t)code);
	} else if (code < 0x800) {
		buf_put_u8(out, (uint8_t)(0xc0 | code >> 6));
		buf_put_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buf_put_u8(out, (uint8_t)(0xe0 | code >> 12));
		buf_put_u8(out, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
		buf_put_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
	} else {
		buf_put_u8(out, (uint8_t)(0xf0 | code >> 18));
		buf_put_u8(out, (uint8_t)(0x80 | (code >> 12 & 0x3f)));
		buf_put_u8(out, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
		buf_put_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
	}
}

/* Characters of scripts written without spaces between words. */
static bool stands_alone(uint32_t code)
{
	UErrorCode error = U_ZERO_ERROR;

	if (code >= 0x4e00 && code <= 0x9fff)
		return true;
	if (code < 0x1100)
		return false;
	switch (uscript_getScript((UChar32)code, &error)) {
	case USCRIPT_HAN:
	case USCRIPT_HIRAGANA:
	case USCRIPT_KATAKANA:
	case USCRIPT_HANGUL:
	case USCRIPT_BOPOMOFO:
		return u_isalnum((UChar32)code) ||
		       u_hasBinaryProperty((UChar32)code, UCHAR_IDEOGRAPHIC);
	default:
		return false;
	}
}

static void end_word(struct tokenizer *t)
{
	if (t->in_word)
		buf_put_u8(t->out, ' ');
	t->in_word = false;
}

static void take_folded(struct tokenizer *t, uint32_t code)
{
	if (stands_alone(code)) {
		end_word(t);
		put_code(t->out, code);
		buf_put_u8(t->out, ' ');
	} else if (u_isalnum((UChar32)code)) {
		put_code(t->out, (uint32_t)u_foldCase((UChar32)code,
						      U_FOLD_CASE_DEFAULT));
		t->in_word = true;
	} else if (u_getCombiningClass((UChar32)code) == 0) {
		end_word(t);
	} /* an accent is dropped, and does not end a word */
}

static void take(struct tokenizer *t, uint32_t code)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar parts[DECOMPOSITION_MAX];
	int32_t size = -1;
	int32_t at = 0;

	if (code < 0x80) {
		if ((code | 0x20) >= 'a' && (code | 0x20) <= 'z')
			buf_put_u8(t->out, (uint8_t)(code | 0x20));
		else if (code >= '0' && code <= '9')
			buf_put_u8(t->out, (uint8_t)code);
		else
			end_word(t);
		t->in_word = t->out->size > 0 &&
			     t->out->data[t->out->size - 1] != ' ';
		return;
	}
	if ((code < 0x4e00 || code > 0x9fff) &&
	    (code < 0xac00 || code > 0xd7a3))
		size = unorm2_getDecomposition(t->decomposer, (UChar32)code,
					       parts, DECOMPOSITION_MAX,
					       &error);
	if (size < 0 || U_FAILURE(error)) {
		take_folded(t, code);
		return;
	}
	while (at < size) {
		uint32_t part = parts[at++];

		if (U16_IS_LEAD(part) && at < size)
			part = (part - 0xd800) * 0x400 + parts[at++] -
			       0xdc00 + 0x10000;
		take_folded(t, part);
	}
}

static enum status tokens_of(struct bytes text, struct buf *out)
{
	UErrorCode error = U_ZERO_ERROR;
	struct buf made = BUF_INIT;
	struct tokenizer t = { .decomposer = unorm2_getNFKDInstance(&error),
			       .out = &made };
	struct bytes_reader r;
	enum status status;
	uint32_t code;

	if (U_FAILURE(error))
		return STATUS_NO_MEMORY;
	bytes_reader_init(&r, text);
	while (r.left > 0) {
		if (text_next(&r, &code)) {
			take(&t, code);
		} else {
			r.next++;
			r.left--;
			end_word(&t);
		}
	}
	end_word(&t);
	if (buf_status(&made) == STATUS_OK)
		buf_put_bytes(out, buf_bytes(&made));
	status = made.failed || out->failed ? STATUS_NO_MEMORY : STATUS_OK;
	buf_release(&made);
	return status;
}

enum status search_tokens(const char *text, struct buf *out)
{
	return tokens_of(bytes_of(text), out);
}

static void put_spaced(struct buf *out, struct bytes letters)
{
	for (size_t i = 0; i < letters.size; i++) {
		buf_put_u8(out, letters.data[i]);
		buf_put_u8(out, ' ');
	}
}

/* Is this one word of a-z and 0-9, as initials are? `tokens` ends in ' '. */
static bool may_be_initials(struct bytes tokens)
{
	for (size_t i = 0; i + 1 < tokens.size; i++)
		if (!(tokens.data[i] >= 'a' && tokens.data[i] <= 'z') &&
		    !(tokens.data[i] >= '0' && tokens.data[i] <= '9'))
			return false;
	return tokens.size > 1;
}

static bool ends_in_word(struct bytes tokens)
{
	size_t at = tokens.size - 1; /* the space */
	struct bytes_reader r;
	uint32_t code;

	while (at > 0 && (tokens.data[at - 1] & 0xc0) == 0x80)
		at--;
	at = at > 0 ? at - 1 : 0;
	bytes_reader_init(&r, (struct bytes){ tokens.data + at,
					      tokens.size - at });
	return !text_next(&r, &code) || !stands_alone(code);
}

/* One term in the engine's syntax. Tokens hold letters and digits only, so
 * nothing in them can end the quotes. */
static void put_term(struct buf *out, const char *columns,
		     struct bytes tokens)
{
	if (out->size > 0)
		buf_puts(out, " AND ");
	buf_printf(out, "({%s} : \"", columns);
	buf_put(out, tokens.data, tokens.size - 1);
	buf_puts(out, ends_in_word(tokens) ? "\" *" : "\"");
	if (may_be_initials(tokens)) {
		buf_puts(out, " OR {initials} : \"");
		put_spaced(out, (struct bytes){ tokens.data,
						tokens.size - 1 });
		buf_puts(out, "\"");
	}
	buf_puts(out, ")");
}

/* Copy a term that holds '/' as a topic, without what '/' begins or ends it;
 * false when it is none. */
static bool topic_of(struct bytes term, char topic[static TOPIC_MAX + 1])
{
	while (term.size > 0 && term.data[0] == '/') {
		term.data++;
		term.size--;
	}
	while (term.size > 0 && term.data[term.size - 1] == '/')
		term.size--;
	return term.size > 0 &&
	       bytes_to_string(term, topic, TOPIC_MAX + 1) == STATUS_OK &&
	       topic_check(topic) == STATUS_OK;
}

static enum status read_term(struct search *s, struct bytes term,
			     struct buf *tokens)
{
	enum status status;

	buf_clear(tokens);
	status = tokens_of(term, tokens);
	if (status != STATUS_OK)
		return status;
	if (memchr(term.data, '/', term.size) != NULL &&
	    topic_of(term, s->paths[s->path_count].topic)) {
		if (tokens->size > 0)
			put_term(&s->paths[s->path_count].tokens,
				 "title rest", buf_bytes(tokens));
		return buf_status(&s->paths[s->path_count++].tokens);
	}
	if (tokens->size > 0) {
		put_term(&s->all, "title rest", buf_bytes(tokens));
		put_term(&s->title, "title", buf_bytes(tokens));
	}
	return s->all.failed || s->title.failed ? STATUS_NO_MEMORY :
						  STATUS_OK;
}

/* Take the next term; spaces are ASCII white space and U+3000. */
static bool next_term(struct bytes_reader *r, struct bytes *term)
{
	const uint8_t *start = NULL;
	struct bytes_reader at = *r;
	uint32_t code;

	while (at.left > 0) {
		const uint8_t *here = at.next;

		if (!text_next(&at, &code)) {
			code = 0xfffd;
			at.next++;
			at.left--;
		}
		if (code <= ' ' || code == 0x3000) {
			if (start != NULL) {
				*term = (struct bytes){
					start, (size_t)(here - start) };
				*r = at;
				return true;
			}
		} else if (start == NULL) {
			start = here;
		}
	}
	*r = at;
	if (start == NULL)
		return false;
	*term = (struct bytes){ start, (size_t)(at.next - start) };
	return true;
}

enum status search_read(const char *text, struct search *out)
{
	size_t size = strnlen(text, SEARCH_TEXT_MAX);
	struct buf tokens = BUF_INIT;
	enum status status = STATUS_OK;
	struct bytes_reader r;
	struct bytes term;

	memset(out, 0, sizeof(*out));
	while (size > 0 && ((uint8_t)text[size] & 0xc0) == 0x80)
		size--; /* no half of a character */
	bytes_reader_init(&r, (struct bytes){ (const uint8_t *)text, size });
	for (size_t i = 0; i < SEARCH_TERMS_MAX && status == STATUS_OK &&
			   next_term(&r, &term);
	     i++)
		status = read_term(out, term, &tokens);
	buf_release(&tokens);
	if (status == STATUS_OK && out->all.size == 0 && out->path_count == 0)
		return STATUS_NOT_FOUND;
	return status;
}

void search_release(struct search *search)
{
	buf_release(&search->all);
	buf_release(&search->title);
	for (size_t i = 0; i < SEARCH_TERMS_MAX; i++)
		buf_release(&search->paths[i].tokens);
	search->path_count = 0;
}
