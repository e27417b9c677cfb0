/* Reading ASS and SSA: the lines of "[Events]", whose columns a line "Format:"
 * names. */
#include <string.h>
#include <strings.h>

#include "node/cues_inside.h"

enum { COLUMNS_MAX = 32 };

struct columns {
	unsigned count; /* 0 before a line "Format:" */
	unsigned start, end, text;
};

static bool begins(struct bytes line, const char *word)
{
	return line.size >= strlen(word) &&
	       strncasecmp((const char *)line.data, word, strlen(word)) == 0;
}

/* The next of a list by ','; the last of `left` takes the rest. */
static struct bytes take_column(struct bytes *rest, bool last)
{
	const uint8_t *comma = last ? NULL :
				      memchr(rest->data, ',', rest->size);
	struct bytes column = { rest->data,
				comma == NULL ?
					rest->size :
					(size_t)(comma - rest->data) };
	size_t step = column.size + (comma != NULL);

	rest->data += step;
	rest->size -= step;
	return column;
}

static void read_format(struct bytes rest, struct columns *c)
{
	struct columns found = { .count = 0 };
	bool has_text = false;

	while (rest.size > 0 && found.count < COLUMNS_MAX) {
		struct bytes name = cues_trim(take_column(&rest, false));

		if (begins(name, "Start"))
			found.start = found.count;
		else if (begins(name, "End"))
			found.end = found.count;
		else if (begins(name, "Text"))
			has_text = true;
		found.count++;
		if (has_text)
			break; /* commas are in the text, which is the last */
	}
	found.text = found.count - (found.count > 0);
	if (has_text && found.start != found.end)
		*c = found;
}

/* One override in braces, like "\i1"; only styles and drawings matter. */
static void take_override(struct cue_making *m, struct bytes o, bool *drawing)
{
	static const char letters[] = "ibu";
	const char *style;

	if (o.size < 2)
		return;
	if (o.data[0] == 'p' && o.data[1] >= '0' && o.data[1] <= '9') {
		*drawing = o.data[1] != '0';
		return;
	}
	if (o.data[0] == 'r' || o.data[1] < '0' || o.data[1] > '9')
		return;
	style = o.data[0] == 0 ? NULL : strchr(letters, o.data[0]);
	if (style != NULL)
		cue_mark(m, (enum cue_mark)(2 * (style - letters) + 1 +
					    (o.data[1] == '0')));
}

/* From '{' to '}'; how long it is. */
static size_t take_braces(struct cue_making *m, struct bytes text,
			  bool *drawing)
{
	const uint8_t *close = memchr(text.data, '}', text.size);
	size_t size = close == NULL ? 0 : (size_t)(close - text.data);

	for (size_t i = 1; i < size; i++)
		if (text.data[i] == '\\')
			take_override(m,
				      (struct bytes){ text.data + i + 1,
						      size - i - 1 },
				      drawing);
	return close == NULL ? 0 : size + 1;
}

static void put_text(struct cue_making *m, struct bytes text)
{
	bool drawing = false;
	size_t i = 0;

	while (i < text.size) {
		struct bytes rest = { text.data + i, text.size - i };
		size_t size = text.data[i] == '{' ?
				      take_braces(m, rest, &drawing) :
				      0;

		if (size == 0 && rest.size > 1 && text.data[i] == '\\' &&
		    strchr("Nnh", text.data[i + 1]) != NULL &&
		    text.data[i + 1] != 0) {
			if (text.data[i + 1] == 'h')
				cue_put(m, bytes_of(" "));
			else
				cue_new_line(m);
			size = 2;
		}
		if (size == 0) {
			size = 1;
			while (size < rest.size &&
			       strchr("{\\", rest.data[size]) == NULL)
				size++;
			rest.size = size;
			if (!drawing)
				cue_put(m, rest);
		}
		i += size;
	}
}

static void read_dialogue(struct bytes rest, const struct columns *c,
			  struct cue_making *m)
{
	struct bytes column[COLUMNS_MAX];
	uint32_t from_ms, to_ms;
	size_t n;

	for (unsigned i = 0; i < c->count; i++)
		column[i] = take_column(&rest, i + 1 == c->count);
	if (!cues_time(cues_trim(column[c->start]), false, &from_ms, &n) ||
	    !cues_time(cues_trim(column[c->end]), false, &to_ms, &n)) {
		m->cues->skipped++;
		return;
	}
	cue_begin(m, m->cues, from_ms, to_ms);
	put_text(m, column[c->text]);
	cue_end(m);
}

void cues_read_ass(struct bytes text, struct cue_making *m)
{
	/* As most have it, for files that do not say. */
	struct columns columns = { .count = 10, .start = 1, .end = 2,
				   .text = 9 };
	bool events = false;
	struct bytes_reader r;
	struct bytes line;

	bytes_reader_init(&r, text);
	while (!m->failed && cues_line(&r, &line)) {
		line = cues_trim(line);
		if (line.size > 0 && line.data[0] == '[')
			events = begins(line, "[Events]");
		else if (events && begins(line, "Format:"))
			read_format((struct bytes){ line.data + 7,
						    line.size - 7 },
				    &columns);
		else if (events && begins(line, "Dialogue:"))
			read_dialogue((struct bytes){ line.data + 9,
						      line.size - 9 },
				      &columns, m);
	}
}
