/* Reading SRT and WebVTT, which differ in little. */
#include <string.h>
#include <strings.h>

#include "node/cues_inside.h"

static bool is_word(struct bytes name, const char *word)
{
	return name.size == strlen(word) &&
	       strncasecmp((const char *)name.data, word, name.size) == 0;
}

/* Does a line hold nothing but digits? */
static bool is_number(struct bytes line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] < '0' || line.data[i] > '9')
			return false;
	return line.size > 0;
}

static void put_style(struct cue_making *m, struct bytes name, bool end)
{
	static const struct {
		const char *word;
		enum cue_mark mark;
	} styles[] = { { "i", CUE_ITALIC }, { "b", CUE_BOLD },
		       { "u", CUE_UNDERLINE } };

	for (size_t i = 0; i < sizeof(styles) / sizeof(*styles); i++)
		if (is_word(name, styles[i].word))
			cue_mark(m, (enum cue_mark)(styles[i].mark + end));
}

/* A tag at the beginning of `text` that is no word of the text: how long it
 * is; 0 for a '<' that only means itself. In WebVTT every '<' begins one. */
static size_t take_tag(struct cue_making *m, struct bytes text, bool vtt)
{
	static const char *const known[] = { "i", "b", "u", "s", "font", "c",
					     "v", "ruby", "rt", "lang" };
	const uint8_t *close = memchr(text.data, '>', text.size);
	size_t size = close == NULL ? text.size :
				      (size_t)(close - text.data);
	bool end = size > 1 && text.data[1] == '/';
	struct bytes name = { text.data + 1 + end, 0 };

	while (1 + end + name.size < size &&
	       strchr(" .\t", name.data[name.size]) == NULL)
		name.size++;
	for (size_t i = 0; close != NULL && i < sizeof(known) / sizeof(*known);
	     i++)
		if (is_word(name, known[i])) {
			put_style(m, name, end);
			return size + 1;
		}
	return !vtt ? 0 : close == NULL ? text.size : size + 1;
}

static size_t take_entity(struct cue_making *m, struct bytes text)
{
	static const struct {
		const char *name, *text;
	} known[] = { { "&amp;", "&" },	 { "&lt;", "<" },  { "&gt;", ">" },
		      { "&nbsp;", "\xc2\xa0" }, { "&lrm;", "" },
		      { "&rlm;", "" } };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_start_with(text, known[i].name)) {
			cue_put(m, bytes_of(known[i].text));
			return strlen(known[i].name);
		}
	return 0;
}

/* "{\an8}" and the like, which SRT has from ASS. */
static size_t take_override(struct bytes text)
{
	const uint8_t *close = memchr(text.data, '}', text.size);

	return close == NULL || !bytes_start_with(text, "{\\") ?
		       0 :
		       (size_t)(close - text.data) + 1;
}

static void put_line(struct cue_making *m, struct bytes line, bool vtt)
{
	size_t from = 0, i = 0;

	while (i < line.size) {
		struct bytes rest = { line.data + i, line.size - i };
		struct bytes plain = { line.data + from, i - from };
		size_t size = 0;

		if (strchr(vtt ? "<&" : "<{", line.data[i]) == NULL) {
			i++;
			continue;
		}
		cue_put(m, plain);
		from = i;
		if (line.data[i] == '<')
			size = take_tag(m, rest, vtt);
		else if (vtt)
			size = take_entity(m, rest);
		else
			size = take_override(rest);
		i += size == 0 ? 1 : size;
		from += size;
	}
	cue_put(m, (struct bytes){ line.data + from, i - from });
	cue_new_line(m);
}

/* The text below a line of times, to the next empty line. Where that is
 * missing, the next number and times are seen, too. */
static void read_text(struct bytes_reader *r, struct cue_making *m, bool vtt)
{
	struct bytes line;
	struct bytes_reader before = *r, ahead;

	while (cues_line(r, &line)) {
		uint32_t from_ms, to_ms;
		struct bytes next = { NULL, 0 };

		if (cues_trim(line).size == 0)
			break;
		ahead = *r;
		if (cues_times(line, vtt, &from_ms, &to_ms) ||
		    (is_number(cues_trim(line)) && cues_line(&ahead, &next) &&
		     cues_times(next, vtt, &from_ms, &to_ms))) {
			*r = before;
			break;
		}
		put_line(m, line, vtt);
		before = *r;
	}
	cue_end(m);
}

void cues_read_srt(struct bytes text, struct cue_making *m)
{
	struct bytes_reader r;
	struct bytes line;

	bytes_reader_init(&r, text);
	while (!m->failed && cues_line(&r, &line)) {
		uint32_t from_ms, to_ms;

		line = cues_trim(line);
		if (cues_times(line, false, &from_ms, &to_ms)) {
			cue_begin(m, m->cues, from_ms, to_ms);
			read_text(&r, m, false);
		} else if (line.size > 0 && !is_number(line)) {
			m->cues->skipped++;
		}
	}
}

/* Everything to the next empty line. */
static void skip_block(struct bytes_reader *r)
{
	struct bytes line;

	while (cues_line(r, &line) && cues_trim(line).size > 0)
		;
}

void cues_read_vtt(struct bytes text, struct cue_making *m)
{
	struct bytes_reader r;
	struct bytes line;

	bytes_reader_init(&r, text);
	skip_block(&r); /* WEBVTT and what it says of itself */
	while (!m->failed && cues_line(&r, &line)) {
		uint32_t from_ms, to_ms;

		if (bytes_start_with(line, "NOTE") ||
		    bytes_start_with(line, "STYLE") ||
		    bytes_start_with(line, "REGION")) {
			skip_block(&r);
		} else if (cues_times(line, true, &from_ms, &to_ms)) {
			cue_begin(m, m->cues, from_ms, to_ms);
			read_text(&r, m, true);
		}
	}
}
