#include "proto/statement.h"

#include <string.h>

#include "proto/encoding.h"
#include "proto/text.h"

#define FIRST_LINE "xiangtu-node/v1"

enum { KEY_TYPE_ED25519 = 1, KEY_ID_DIGITS = 8 };

static bool is_visible_ascii(struct bytes b)
{
	for (size_t i = 0; i < b.size; i++)
		if (b.data[i] <= ' ' || b.data[i] >= 0x7f)
			return false;
	return b.size > 0;
}

static struct bytes after(struct bytes line, size_t skip)
{
	return (struct bytes){ line.data + skip, line.size - skip };
}

/* Take the next line when it begins with `word` (which ends in a space); the
 * reader does not move otherwise. */
static bool take(struct bytes_reader *r, const char *word, struct bytes *rest)
{
	struct bytes_reader ahead = *r;
	struct bytes line;

	if (bytes_read_line(&ahead, &line) != STATUS_OK ||
	    !bytes_start_with(line, word))
		return false;
	*r = ahead;
	*rest = after(line, strlen(word));
	return true;
}

static enum status take_number(struct bytes_reader *r, const char *word,
			       uint64_t max, uint64_t *value)
{
	struct bytes rest;

	if (!take(r, word, &rest) || decimal_parse(rest, value) != STATUS_OK ||
	    *value > max)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

/* "node-<16 hex>+<8 hex>+<base64 of the type byte and the key>" */
static enum status read_vkey(struct bytes vkey, struct statement *st)
{
	char name[STATEMENT_NODE_NAME_SIZE + 1];
	uint8_t typed[1 + STATEMENT_KEY_SIZE], id[KEY_ID_DIGITS / 2];
	size_t size, key_at = STATEMENT_NODE_NAME_SIZE + KEY_ID_DIGITS + 2;

	if (vkey.size <= key_at || vkey.data[STATEMENT_NODE_NAME_SIZE] != '+' ||
	    vkey.data[key_at - 1] != '+' ||
	    hex_decode((struct bytes){ vkey.data + STATEMENT_NODE_NAME_SIZE + 1,
				       KEY_ID_DIGITS },
		       id, sizeof(id)) != STATUS_OK ||
	    base64_decode(after(vkey, key_at), typed, sizeof(typed), &size) !=
		    STATUS_OK ||
	    size != sizeof(typed) || typed[0] != KEY_TYPE_ED25519)
		return STATUS_MALFORMED;
	statement_node_name(typed + 1, name);
	if (memcmp(vkey.data, name, STATEMENT_NODE_NAME_SIZE) != 0)
		return STATUS_MALFORMED;
	memcpy(st->key, typed + 1, sizeof(st->key));
	return bytes_to_string(vkey, st->vkey, sizeof(st->vkey));
}

static enum status read_identity(struct bytes_reader *r, struct statement *st)
{
	struct bytes line;
	uint64_t boot, seq;

	if (bytes_read_line(r, &line) != STATUS_OK ||
	    !bytes_is(line, FIRST_LINE) || !take(r, "node ", &line) ||
	    read_vkey(line, st) != STATUS_OK || !take(r, "instance ", &line) ||
	    hex_decode(line, st->instance, sizeof(st->instance)) != STATUS_OK ||
	    take_number(r, "boot ", UINT32_MAX, &boot) != STATUS_OK ||
	    take_number(r, "seq ", UINT32_MAX, &seq) != STATUS_OK)
		return STATUS_MALFORMED;
	st->boot = (uint32_t)boot;
	st->seq = (uint32_t)seq;
	return STATUS_OK;
}

static enum status read_place(struct bytes_reader *r, struct statement *st)
{
	struct bytes line;
	char level[16];

	if (!take(r, "level ", &line) ||
	    bytes_to_string(line, level, sizeof(level)) != STATUS_OK ||
	    level_parse(level, &st->level) != STATUS_OK)
		return STATUS_MALFORMED;
	if (take(r, "region ", &line) &&
	    (bytes_to_string(line, st->region, sizeof(st->region)) !=
		     STATUS_OK ||
	     region_check(st->region) != STATUS_OK))
		return STATUS_MALFORMED;
	if (take(r, "name ", &line) &&
	    (line.size == 0 || !text_is_plain(line) ||
	     bytes_to_string(line, st->name, sizeof(st->name)) != STATUS_OK))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

static enum status read_state(struct bytes_reader *r, struct statement *st)
{
	struct bytes line;
	uint64_t swarm, trust, root;

	if (take_number(r, "swarm ", UINT16_MAX, &swarm) != STATUS_OK ||
	    take_number(r, "room ", INT64_MAX, &st->room) != STATUS_OK ||
	    !take(r, "version ", &line) || !is_visible_ascii(line) ||
	    bytes_to_string(line, st->program, sizeof(st->program)) !=
		    STATUS_OK ||
	    take_number(r, "trust ", UINT32_MAX, &trust) != STATUS_OK ||
	    take_number(r, "root ", UINT32_MAX, &root) != STATUS_OK)
		return STATUS_MALFORMED;
	st->swarm_port = (uint16_t)swarm;
	st->trust_version = (uint32_t)trust;
	st->root_version = (uint32_t)root;
	return STATUS_OK;
}

/* The words that lines of the lists begin with, by enum statement_kind. */
static const char *const words[] = { "group ", "url ", "log ",	"want ",
				     "have ",  "due ", "evidence ",
				     "instead " };
enum { KINDS = sizeof(words) / sizeof(*words) };

/* The kind of a line, or KINDS for one of a later version. */
static size_t kind_of(struct bytes line)
{
	size_t kind = 0;

	while (kind < KINDS && !bytes_start_with(line, words[kind]))
		kind++;
	return kind;
}

/* Cut off the field before the next space; the last one takes what is left. */
static struct bytes next_field(struct bytes *rest)
{
	const uint8_t *space =
		rest->size == 0 ? NULL : memchr(rest->data, ' ', rest->size);
	struct bytes field = *rest;

	if (space == NULL) {
		*rest = after(*rest, rest->size);
		return field;
	}
	field.size = (size_t)(space - rest->data);
	*rest = after(*rest, field.size + 1);
	return field;
}

static bool origin_is_fine(struct bytes origin)
{
	char text[ORIGIN_MAX + 1];

	return bytes_to_string(origin, text, sizeof(text)) == STATUS_OK &&
	       origin_check(text) == STATUS_OK;
}

static bool is_url(struct bytes text)
{
	return text.size <= STATEMENT_URL_MAX && is_visible_ascii(text) &&
	       (bytes_start_with(text, "http://") ||
		bytes_start_with(text, "https://"));
}

static bool is_date(struct bytes text)
{
	static const char shape[] = "dddd-dd-dd";

	if (text.size != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (shape[i] == 'd' ?
			    text.data[i] < '0' || text.data[i] > '9' :
			    text.data[i] != (uint8_t)shape[i])
			return false;
	return true;
}

static bool is_base64(struct bytes text)
{
	if (text.size == 0 || text.size % 4 != 0)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		bool digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			     (c >= '0' && c <= '9') || c == '+' || c == '/';

		if (!digit && (c != '=' || i + 2 < text.size))
			return false;
	}
	return true;
}

static enum status read_log(struct bytes rest, struct statement_line *line)
{
	size_t size;

	line->origin = next_field(&rest);
	if (!origin_is_fine(line->origin) ||
	    decimal_parse(next_field(&rest), &line->size) != STATUS_OK ||
	    base64_decode(rest, line->root, sizeof(line->root), &size) !=
		    STATUS_OK ||
	    size != sizeof(line->root))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

/* Read one line of the lists. STATUS_NOT_FOUND for a kind of a later
 * version. */
static enum status read_line(struct bytes text, struct statement_line *line)
{
	size_t kind = kind_of(text);
	struct bytes rest;
	uint8_t digest[8];

	if (kind == KINDS)
		return STATUS_NOT_FOUND;
	*line = (struct statement_line){ .kind = (enum statement_kind)kind };
	rest = after(text, strlen(words[kind]));
	switch (line->kind) {
	case STATEMENT_GROUP:
		line->text = rest;
		return rest.size > 0 && rest.size <= STATEMENT_NAME_MAX ?
			       STATUS_OK :
			       STATUS_MALFORMED;
	case STATEMENT_URL:
		line->text = rest;
		return is_url(rest) ? STATUS_OK : STATUS_MALFORMED;
	case STATEMENT_LOG:
		return read_log(rest, line);
	case STATEMENT_WANT:
	case STATEMENT_HAVE:
	case STATEMENT_INSTEAD:
		line->origin = next_field(&rest);
		line->bitmap = rest;
		return origin_is_fine(line->origin) && is_base64(rest) ?
			       STATUS_OK :
			       STATUS_MALFORMED;
	case STATEMENT_DUE:
		line->origin = next_field(&rest);
		if (!origin_is_fine(line->origin) ||
		    decimal_parse(next_field(&rest), &line->entry) != STATUS_OK)
			return STATUS_MALFORMED;
		line->date = rest;
		return is_date(rest) ? STATUS_OK : STATUS_MALFORMED;
	case STATEMENT_EVIDENCE:
		line->text = rest;
		return hex_decode(rest, digest, sizeof(digest));
	}
	return STATUS_MALFORMED;
}

static int compare(struct bytes a, struct bytes b)
{
	size_t shared = a.size < b.size ? a.size : b.size;
	int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);

	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* May `next` follow `last`? Kinds in their order; within a kind each origin
 * once, ascending, so that no line can contradict another. */
static bool follows(const struct statement_line *last,
		    const struct statement_line *next)
{
	int order;

	if (next->kind != last->kind)
		return next->kind > last->kind;
	if (next->kind == STATEMENT_GROUP || next->kind == STATEMENT_URL)
		return true;
	order = compare(last->origin, next->origin);
	if (next->kind == STATEMENT_DUE && order == 0)
		return last->entry < next->entry;
	return order < 0;
}

static enum status check_lists(struct bytes lists)
{
	struct bytes_reader r;
	/* A group may follow a group: this is before the first line, too. */
	struct statement_line last = { .kind = STATEMENT_GROUP }, line;
	struct bytes text;
	size_t counts[KINDS] = { 0 };

	bytes_reader_init(&r, lists);
	while (r.left > 0) {
		enum status status;

		if (bytes_read_line(&r, &text) != STATUS_OK ||
		    !text_is_plain(text))
			return STATUS_MALFORMED;
		status = read_line(text, &line);
		if (status == STATUS_NOT_FOUND)
			continue;
		if (status != STATUS_OK || !follows(&last, &line))
			return STATUS_MALFORMED;
		counts[line.kind]++;
		last = line;
	}
	if (counts[STATEMENT_GROUP] > STATEMENT_GROUPS_MAX ||
	    counts[STATEMENT_URL] > STATEMENT_URLS_MAX)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

enum status statement_parse(struct bytes text, struct statement *out)
{
	struct bytes_reader r;
	struct statement st = { .boot = 0 };

	if (text.size > STATEMENT_MAX)
		return STATUS_MALFORMED;
	bytes_reader_init(&r, text);
	if (read_identity(&r, &st) != STATUS_OK ||
	    read_place(&r, &st) != STATUS_OK ||
	    read_state(&r, &st) != STATUS_OK)
		return STATUS_MALFORMED;
	st.lists = (struct bytes){ r.next, r.left };
	if (check_lists(st.lists) != STATUS_OK)
		return STATUS_MALFORMED;
	*out = st;
	return STATUS_OK;
}

void statement_walk_init(struct statement_walk *w, const struct statement *st)
{
	bytes_reader_init(&w->r, st->lists);
}

bool statement_walk_next(struct statement_walk *w, struct statement_line *line)
{
	struct bytes text;

	while (bytes_read_line(&w->r, &text) == STATUS_OK)
		if (read_line(text, line) == STATUS_OK)
			return true;
	return false;
}
