#include "proto/safename.h"

#include "proto/text.h"

#include <string.h>

/* Simple case folding, for the letters the header names. */
static uint32_t fold(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 0x20;
	if (c >= 0xc0 && c <= 0xde && c != 0xd7)
		return c + 0x20;
	if ((c >= 0x100 && c <= 0x12f) || (c >= 0x132 && c <= 0x137) ||
	    (c >= 0x14a && c <= 0x177))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c + (c & 1);
	if (c == 0x178)
		return 0xff;
	if (c == 0x386)
		return 0x3ac;
	if (c >= 0x388 && c <= 0x38a)
		return c + 37;
	if (c == 0x38c)
		return 0x3cc;
	if (c == 0x38e || c == 0x38f)
		return c + 63;
	if (c >= 0x391 && c <= 0x3ab && c != 0x3a2)
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	if (c >= 0x410 && c <= 0x42f)
		return c + 0x20;
	if (c >= 0x460 && c <= 0x481)
		return c | 1;
	if (c >= 0xff21 && c <= 0xff3a)
		return c + 0x20;
	return c;
}

/* The next folded character, 0 at the end; a byte that is no UTF-8 counts as
 * itself beyond all code points. */
static uint32_t next_folded(struct bytes_reader *r)
{
	uint32_t code;
	uint8_t byte;

	if (text_next(r, &code))
		return fold(code);
	if (bytes_read_u8(r, &byte) != STATUS_OK)
		return 0;
	return 0x110000u + byte;
}

/* Is `name` this word, whatever the case of its ASCII letters? */
static bool is_word(struct bytes name, const char *word)
{
	if (name.size != strlen(word))
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (fold(name.data[i] < 0x80 ? name.data[i] : 0) !=
		    (uint8_t)word[i])
			return false;
	return true;
}

/* COM1, LPT9 and, as Windows reads them, COM¹ and LPT³. */
static bool is_port(struct bytes name)
{
	struct bytes stem = { name.data, 3 };

	if (name.size < 4 || !(is_word(stem, "com") || is_word(stem, "lpt")))
		return false;
	if (name.size == 4)
		return name.data[3] >= '0' && name.data[3] <= '9';
	return name.size == 5 && name.data[3] == 0xc2 &&
	       (name.data[4] == 0xb9 || name.data[4] == 0xb2 ||
		name.data[4] == 0xb3);
}

static bool is_reserved(struct bytes name)
{
	static const char *const words[] = { "con",	"prn",	   "aux", "nul",
					     "conin$", "conout$", "clock$" };
	const uint8_t *dot = memchr(name.data, '.', name.size);

	if (dot != NULL)
		name.size = (size_t)(dot - name.data);
	while (name.size > 0 && name.data[name.size - 1] == ' ')
		name.size--;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (is_word(name, words[i]))
			return true;
	return is_port(name);
}

static bool is_forbidden(uint32_t c)
{
	return c < 0x80 && strchr("/\\<>:\"|?*", (int)c) != NULL;
}

const char *safename_why(struct bytes name)
{
	struct bytes_reader r;
	uint32_t code;

	if (name.size == 0)
		return "is empty";
	if (bytes_is(name, ".") || bytes_is(name, ".."))
		return "names a directory above";
	if (name.size > SAFENAME_MAX)
		return "is longer than 240 bytes";
	if (!text_is_utf8(name))
		return "is not UTF-8";
	if (!text_is_plain(name))
		return "holds a control, invisible or direction character";
	bytes_reader_init(&r, name);
	while (text_next(&r, &code))
		if (is_forbidden(code))
			return "holds one of / \\ < > : \" | ? *";
	if (name.data[name.size - 1] == '.')
		return "ends in a dot";
	if (name.data[name.size - 1] == ' ')
		return "ends in a space";
	if (is_reserved(name))
		return "is reserved on Windows";
	return NULL;
}

enum status safename_check(struct bytes name)
{
	return safename_why(name) == NULL ? STATUS_OK : STATUS_MALFORMED;
}

/* The component in front; `path` then holds what follows its '/'. */
static struct bytes take_component(struct bytes *path)
{
	struct bytes all = *path;
	const uint8_t *slash =
		all.size == 0 ? NULL : memchr(all.data, '/', all.size);
	size_t size = slash == NULL ? all.size : (size_t)(slash - all.data);
	size_t step = slash == NULL ? size : size + 1;

	*path = (struct bytes){ all.size == 0 ? NULL : all.data + step,
				all.size - step };
	return (struct bytes){ all.data, size };
}

enum status safename_path_check(struct bytes path)
{
	size_t depth = 0;

	if (path.size == 0 || path.size > SAFENAME_PATH_MAX ||
	    path.data[path.size - 1] == '/')
		return STATUS_MALFORMED;
	while (path.size > 0) {
		if (++depth > SAFENAME_DEPTH_MAX ||
		    safename_check(take_component(&path)) != STATUS_OK)
			return STATUS_MALFORMED;
	}
	return STATUS_OK;
}

static int fold_compare(struct bytes a, struct bytes b)
{
	struct bytes_reader in_a, in_b;

	bytes_reader_init(&in_a, a);
	bytes_reader_init(&in_b, b);
	while (in_a.left > 0 && in_b.left > 0) {
		uint32_t from_a = next_folded(&in_a);
		uint32_t from_b = next_folded(&in_b);

		if (from_a != from_b)
			return from_a < from_b ? -1 : 1;
	}
	return (in_a.left > 0) - (in_b.left > 0);
}

static int byte_compare(struct bytes a, struct bytes b)
{
	size_t shared = a.size < b.size ? a.size : b.size;
	int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);

	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

bool safename_collide(struct bytes a, struct bytes b)
{
	return fold_compare(a, b) == 0;
}

bool safename_path_collide(struct bytes a, struct bytes b)
{
	while (a.size > 0 && b.size > 0) {
		struct bytes from_a = take_component(&a);
		struct bytes from_b = take_component(&b);

		if (!bytes_equal(from_a, from_b))
			return safename_collide(from_a, from_b);
	}
	return true;
}

static int path_compare(struct bytes a, struct bytes b,
			int (*compare)(struct bytes, struct bytes))
{
	while (a.size > 0 && b.size > 0) {
		int order = compare(take_component(&a), take_component(&b));

		if (order != 0)
			return order;
	}
	return (a.size > 0) - (b.size > 0);
}

int safename_path_compare(struct bytes a, struct bytes b)
{
	return path_compare(a, b, byte_compare);
}

int safename_fold_compare(struct bytes a, struct bytes b)
{
	return path_compare(a, b, fold_compare);
}

/* How much is left without the dots and spaces at the end. */
static size_t trim(const char *name, size_t size)
{
	while (size > 0 && (name[size - 1] == '.' || name[size - 1] == ' '))
		size--;
	return size;
}

void safename_make(struct bytes title, char out[static SAFENAME_MAX + 1])
{
	struct bytes_reader r;
	size_t used = 0;

	bytes_reader_init(&r, title);
	while (r.left > 0) {
		const uint8_t *from = r.next;
		uint32_t code;
		size_t size;

		if (!text_next(&r, &code)) {
			r.next++;
			r.left--;
			continue;
		}
		size = (size_t)(r.next - from);
		if (!text_is_plain((struct bytes){ from, size }))
			continue;
		if (used + size > SAFENAME_MAX - 1)
			break;
		if (is_forbidden(code))
			out[used++] = '_';
		else
			used += (memcpy(out + used, from, size), size);
	}
	used = trim(out, used);
	out[used] = 0;
	if (used == 0 || is_reserved((struct bytes){ (uint8_t *)out, used })) {
		/* No longer than others, or it would be cut the next time. */
		if (used == SAFENAME_MAX - 1)
			used = trim(out, text_cut(out, used - 1));
		memmove(out + 1, out, used);
		out[0] = '_';
		used++;
	}
	out[used] = 0;
}
