#include "proto/upload.h"

#include <inttypes.h>
#include <string.h>

static const char title[] = "xiangtu-up/v1";

/* Take the bytes up to the next space, or all that are left. */
static bool next_word(struct bytes *rest, struct bytes *word)
{
	const uint8_t *space;

	if (rest->size == 0)
		return false;
	space = memchr(rest->data, ' ', rest->size);
	word->data = rest->data;
	word->size = space == NULL ? rest->size : (size_t)(space - rest->data);
	if (space == NULL) {
		*rest = (struct bytes){ rest->data + rest->size, 0 };
		return true;
	}
	*rest = (struct bytes){ space + 1, rest->size - word->size - 1 };
	return rest->size > 0; /* a space leads to something */
}

static bool next_number(struct bytes *rest, uint64_t *number)
{
	struct bytes word;

	return next_word(rest, &word) &&
	       decimal_parse(word, number) == STATUS_OK;
}

static bool next_path(struct bytes *rest, struct tile_path *path)
{
	struct bytes word;

	return next_word(rest, &word) &&
	       tile_path_parse(word, path) == STATUS_OK;
}

/* The second line. */
static bool read_kind(struct bytes line, struct upload *out)
{
	struct bytes word;

	if (!next_word(&line, &word))
		return false;
	if (bytes_is(word, "from"))
		return next_number(&line, &out->from) && line.size == 0;
	out->is_part = true;
	return bytes_is(word, "part") && next_path(&line, &out->path) &&
	       next_number(&line, &out->offset) &&
	       next_number(&line, &out->length) && line.size == 0;
}

static bool read_note_size(struct bytes line, uint64_t *size)
{
	struct bytes word;

	return next_word(&line, &word) && bytes_is(word, "note") &&
	       next_number(&line, size) && line.size == 0 && *size > 0 &&
	       *size <= UPLOAD_NOTE_MAX;
}

enum status upload_parse(struct bytes body, struct upload *out)
{
	struct upload made = { .is_part = false };
	struct bytes_reader r;
	struct bytes line;
	uint64_t note_size;

	bytes_reader_init(&r, body);
	if (bytes_read_line(&r, &line) != STATUS_OK || !bytes_is(line, title) ||
	    bytes_read_line(&r, &line) != STATUS_OK ||
	    !read_kind(line, &made) ||
	    bytes_read_line(&r, &line) != STATUS_OK ||
	    !read_note_size(line, &note_size) ||
	    bytes_read_run(&r, (size_t)note_size, &made.note) != STATUS_OK ||
	    bytes_read_run(&r, r.left, &made.data) != STATUS_OK)
		return STATUS_MALFORMED;
	if (made.is_part &&
	    (made.data.size == 0 || made.offset > made.length ||
	     made.data.size > made.length - made.offset))
		return STATUS_MALFORMED;
	*out = made;
	return STATUS_OK;
}

static void put_note(struct buf *out, struct bytes note)
{
	buf_printf(out, "note %zu\n", note.size);
	buf_put_bytes(out, note);
}

void upload_put_entries(struct buf *out, uint64_t from, struct bytes note)
{
	buf_printf(out, "%s\nfrom %" PRIu64 "\n", title, from);
	put_note(out, note);
}

void upload_put_part(struct buf *out, const struct tile_path *path,
		     uint64_t offset, uint64_t length, struct bytes note)
{
	char text[TILE_PATH_MAX + 1];

	tile_path_format(path, text);
	buf_printf(out, "%s\npart %s %" PRIu64 " %" PRIu64 "\n", title, text,
		   offset, length);
	put_note(out, note);
}

void upload_put_want(struct buf *out, const struct tile_path *path,
		     uint64_t offset)
{
	char text[TILE_PATH_MAX + 1];

	tile_path_format(path, text);
	buf_printf(out, "want %s %" PRIu64 "\n", text, offset);
}

enum status upload_parse_want(struct bytes text, struct tile_path *path,
			      uint64_t *offset)
{
	struct bytes_reader r;
	struct bytes line, word;
	struct tile_path found;
	uint64_t at;

	bytes_reader_init(&r, text);
	if (bytes_read_line(&r, &line) != STATUS_OK || r.left > 0 ||
	    !next_word(&line, &word) || !bytes_is(word, "want") ||
	    !next_path(&line, &found) || !next_number(&line, &at) ||
	    line.size > 0)
		return STATUS_MALFORMED;
	*path = found;
	*offset = at;
	return STATUS_OK;
}
