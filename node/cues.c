#include "node/cues.h"

#include <stdlib.h>
#include <string.h>

#include "node/cues_inside.h"

/* --- putting one together --- */

void cue_begin(struct cue_making *m, struct cues *cues, uint32_t from_ms,
	       uint32_t to_ms)
{
	bool failed = m->failed;

	*m = (struct cue_making){ .cues = cues, .failed = failed };
	m->cue = (struct cue){ .from_ms = from_ms,
			       .to_ms = to_ms,
			       .at = (uint32_t)cues->text.size };
}

static size_t used(const struct cue_making *m)
{
	return m->cues->text.size - m->cue.at;
}

void cue_put(struct cue_making *m, struct bytes text)
{
	size_t i = 0;

	while (i < text.size) {
		size_t from = i;

		while (i < text.size && text.data[i] >= 0x20 &&
		       text.data[i] != 0x7f)
			i++;
		if (used(m) + (i - from) <= CUE_TEXT_MAX)
			buf_put(&m->cues->text, text.data + from, i - from);
		if (i < text.size && text.data[i] == '\t')
			buf_puts(&m->cues->text, " ");
		i++;
	}
}

void cue_mark(struct cue_making *m, enum cue_mark mark)
{
	unsigned *open = mark <= CUE_ITALIC_END ? &m->italic :
			 mark <= CUE_BOLD_END	? &m->bold :
						  &m->underline;
	bool end = mark % 2 == 0;

	if (end ? *open == 0 : *open > 0)
		return; /* nothing to end, or on already */
	*open = end ? 0 : 1;
	buf_put_u8(&m->cues->text, (uint8_t)mark);
}

static bool is_blank(uint8_t byte)
{
	return byte <= ' ';
}

void cue_new_line(struct cue_making *m)
{
	struct buf *text = &m->cues->text;

	while (used(m) > 0 && text->data[text->size - 1] == ' ')
		buf_cut(text, text->size - 1);
	if (used(m) > 0 && text->data[text->size - 1] != '\n')
		buf_put_u8(text, '\n');
}

static bool has_words(const struct cue_making *m)
{
	const struct buf *text = &m->cues->text;

	for (size_t i = m->cue.at; i < text->size; i++)
		if (!is_blank(text->data[i]))
			return true;
	return false;
}

static bool grow(struct cues *c)
{
	struct cue *list;
	size_t room = c->room == 0 ? 256 : 2 * c->room;

	if (c->count >= CUES_MAX)
		return false;
	if (c->count < c->room)
		return true;
	list = realloc(c->list, room * sizeof(*list));
	if (list == NULL)
		return false;
	c->list = list;
	c->room = room;
	return true;
}

void cue_end(struct cue_making *m)
{
	struct cues *c = m->cues;

	while (used(m) > 0 && is_blank(c->text.data[c->text.size - 1]) &&
	       (c->text.data[c->text.size - 1] == '\n' ||
		c->text.data[c->text.size - 1] == ' '))
		buf_cut(&c->text, c->text.size - 1);
	cue_mark(m, CUE_UNDERLINE_END);
	cue_mark(m, CUE_BOLD_END);
	cue_mark(m, CUE_ITALIC_END);
	m->cue.size = (uint32_t)used(m);
	if (buf_status(&c->text) != STATUS_OK) {
		m->failed = true;
	} else if (m->cue.from_ms >= m->cue.to_ms || !has_words(m)) {
		c->skipped++;
	} else if (!grow(c)) {
		m->failed = true;
	} else {
		c->list[c->count++] = m->cue;
		return;
	}
	buf_cut(&c->text, m->cue.at);
}

/* --- lines and times --- */

bool cues_line(struct bytes_reader *r, struct bytes *line)
{
	size_t size = 0;

	if (r->left == 0)
		return false;
	while (size < r->left && r->next[size] != '\n' &&
	       r->next[size] != '\r')
		size++;
	*line = (struct bytes){ r->next, size };
	if (size + 1 < r->left && r->next[size] == '\r' &&
	    r->next[size + 1] == '\n')
		size++;
	size += size < r->left;
	r->next += size;
	r->left -= size;
	return true;
}

struct bytes cues_trim(struct bytes t)
{
	while (t.size > 0 && is_blank(t.data[0])) {
		t.data++;
		t.size--;
	}
	while (t.size > 0 && is_blank(t.data[t.size - 1]))
		t.size--;
	return t;
}

/* Digits, at most `most`; how many there were. */
static size_t take_digits(struct bytes text, size_t at, size_t most,
			  uint32_t *value)
{
	size_t n = 0;

	*value = 0;
	while (n < most && at + n < text.size && text.data[at + n] >= '0' &&
	       text.data[at + n] <= '9')
		*value = *value * 10 + (uint32_t)(text.data[at + n++] - '0');
	return n;
}

bool cues_time(struct bytes text, bool short_form, uint32_t *ms,
	       size_t *used_up)
{
	static const uint32_t parts_of_second[] = { 0, 100, 10, 1 };
	uint32_t part[3] = { 0, 0, 0 }, fraction = 0;
	size_t at = 0, count = 0, n;

	while (count < 3) {
		n = take_digits(text, at, 3, &part[count]);
		if (n == 0)
			return false;
		at += n;
		count++;
		if (count == 3 || at >= text.size || text.data[at] != ':')
			break;
		at++;
	}
	if (count < 2 || (count == 2 && !short_form))
		return false;
	if (at < text.size && (text.data[at] == ',' || text.data[at] == '.')) {
		n = take_digits(text, at + 1, 3, &fraction);
		fraction *= parts_of_second[n];
		at += 1 + n;
	}
	if (count == 2) {
		part[2] = part[1];
		part[1] = part[0];
		part[0] = 0;
	}
	if (part[0] > 99 || part[1] > 59 || part[2] > 59)
		return false;
	*ms = ((part[0] * 60 + part[1]) * 60 + part[2]) * 1000 + fraction;
	*used_up = at;
	return true;
}

bool cues_times(struct bytes line, bool short_form, uint32_t *from_ms,
		uint32_t *to_ms)
{
	struct bytes rest = cues_trim(line);
	size_t n;

	if (!cues_time(rest, short_form, from_ms, &n))
		return false;
	rest = cues_trim((struct bytes){ rest.data + n, rest.size - n });
	if (!bytes_start_with(rest, "-->"))
		return false;
	rest = cues_trim((struct bytes){ rest.data + 3, rest.size - 3 });
	return cues_time(rest, short_form, to_ms, &n) &&
	       (n == rest.size || is_blank(rest.data[n]));
}

/* --- a whole file --- */

static bool holds(struct bytes text, const char *word)
{
	return memmem(text.data, text.size, word, strlen(word)) != NULL;
}

static enum cue_format format_of(struct bytes text)
{
	struct bytes head = { text.data, text.size < 4096 ? text.size : 4096 };

	if (bytes_start_with(head, "WEBVTT"))
		return CUES_VTT;
	return holds(head, "[Script Info]") || holds(head, "[Events]") ?
		       CUES_ASS :
		       CUES_SRT;
}

static int compare(const void *a, const void *b)
{
	const struct cue *one = a, *two = b;

	if (one->from_ms != two->from_ms)
		return one->from_ms < two->from_ms ? -1 : 1;
	/* Those of one time stay in their order. */
	return one->at < two->at ? -1 : one->at > two->at;
}

/* Some show a text several times, for shadow and outline. */
static void drop_again(struct cues *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct cue *cue = &c->list[i],
				 *last = kept == 0 ? NULL : &c->list[kept - 1];

		if (last != NULL && last->from_ms == cue->from_ms &&
		    last->to_ms == cue->to_ms && last->size == cue->size &&
		    memcmp(c->text.data + last->at, c->text.data + cue->at,
			   cue->size) == 0)
			continue;
		c->list[kept++] = *cue;
	}
	c->count = kept;
}

enum status cues_read(struct bytes utf8, struct cues *out,
		      enum cue_format *format, struct err *err)
{
	struct cue_making m = { .cues = out };

	*format = format_of(utf8);
	switch (*format) {
	case CUES_VTT:
		cues_read_vtt(utf8, &m);
		break;
	case CUES_ASS:
		cues_read_ass(utf8, &m);
		break;
	case CUES_SRT:
		cues_read_srt(utf8, &m);
		break;
	}
	if (m.failed)
		return out->count >= CUES_MAX ?
			       err_set(err, STATUS_NO_ROOM,
				       "more than %d subtitles in one file",
				       CUES_MAX) :
			       err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (out->count == 0)
		return err_set(err, STATUS_MALFORMED,
			       "no subtitle is in it that SRT, ASS or WebVTT "
			       "would have");
	qsort(out->list, out->count, sizeof(*out->list), compare);
	drop_again(out);
	return STATUS_OK;
}

void cues_release(struct cues *cues)
{
	free(cues->list);
	buf_release(&cues->text);
	*cues = (struct cues)CUES_INIT;
}
