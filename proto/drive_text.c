/* The small texts of a drive: place files, lists, the route. */
#include "proto/drive.h"

#include <assert.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/place.h"
#include "proto/text.h"

#define PLACE_HEADER "xiangtu-place/v1"
#define ROUTE_HEADER "xiangtu-route/v1"

/* The lessons' folder, the components of a topic, the title. */
enum { FOLDER_DEPTH_MAX = 1 + TOPIC_DEPTH_MAX + 1 };
/* Part sizes are multiples of every piece length. */
static const uint64_t part_unit = UINT64_C(64) << 20;

/* --- lines of place files and routes --- */

/* A line is a key of lower-case letters, a space and plain text. */
static bool read_line(struct bytes_reader *r, struct bytes *key,
		      struct bytes *value)
{
	const uint8_t *space;
	struct bytes line;

	if (bytes_read_line(r, &line) != STATUS_OK || line.size == 0)
		return false;
	space = memchr(line.data, ' ', line.size);
	if (space == NULL || space == line.data)
		return false;
	*key = (struct bytes){ line.data, (size_t)(space - line.data) };
	*value = (struct bytes){ space + 1, line.size - key->size - 1 };
	for (size_t i = 0; i < key->size; i++)
		if (key->data[i] < 'a' || key->data[i] > 'z')
			return false;
	return value->size > 0 && text_is_plain(*value);
}

static enum status read_header(struct bytes text, const char *header,
			       size_t max, struct bytes_reader *r)
{
	struct bytes line;

	bytes_reader_init(r, text);
	if (text.size > max || bytes_read_line(r, &line) != STATUS_OK ||
	    !bytes_is(line, header))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

/* --- place files --- */

/* Below DRIVE_LESSONS, safe, and no deeper than a lesson's is. */
static bool folder_is_good(struct bytes folder)
{
	unsigned depth = 1;
	size_t last = 0; /* where the last component begins */

	if (folder.size > DRIVE_FOLDER_MAX ||
	    !bytes_start_with(folder, DRIVE_LESSONS "/"))
		return false;
	for (size_t i = 0; i < folder.size; i++)
		if (folder.data[i] == '/') {
			last = i + 1;
			depth++;
		}
	return depth <= FOLDER_DEPTH_MAX &&
	       folder.size - last <= SAFENAME_MAX &&
	       drive_path_check(folder) == STATUS_OK;
}

static bool part_bytes_are_good(uint64_t part_bytes)
{
	return part_bytes > 0 && part_bytes % part_unit == 0;
}

/* "<revision> <id>" */
static enum status take_lesson(struct bytes value, struct drive_place *place)
{
	const uint8_t *space = memchr(value.data, ' ', value.size);
	struct bytes number, id;
	uint64_t rev;

	if (space == NULL)
		return STATUS_MALFORMED;
	number = (struct bytes){ value.data, (size_t)(space - value.data) };
	id = (struct bytes){ space + 1, value.size - number.size - 1 };
	if (decimal_parse(number, &rev) != STATUS_OK || rev == 0 ||
	    rev > INT32_MAX || id.size == 0 ||
	    id.size > DRIVE_LESSON_ID_MAX ||
	    memchr(id.data, ' ', id.size) != NULL)
		return STATUS_MALFORMED;
	place->rev = (uint32_t)rev;
	return bytes_to_string(id, place->lesson, sizeof(place->lesson));
}

static enum status take_folder(struct bytes value, struct drive_place *place)
{
	if (!folder_is_good(value))
		return STATUS_MALFORMED;
	return bytes_to_string(value, place->folder, sizeof(place->folder));
}

static enum status take_parts(struct bytes value, struct drive_place *place)
{
	if (decimal_parse(value, &place->part_bytes) != STATUS_OK ||
	    !part_bytes_are_good(place->part_bytes))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

static enum status take_poster(struct bytes value, struct drive_place *place)
{
	if (safename_check(value) != STATUS_OK)
		return STATUS_MALFORMED;
	return bytes_to_string(value, place->poster, sizeof(place->poster));
}

/* The known lines, in the order in which they are written. */
static const struct {
	const char *key;
	enum status (*take)(struct bytes value, struct drive_place *place);
} place_lines[] = {
	{ "folder", take_folder },
	{ "parts", take_parts },
	{ "poster", take_poster },
	{ "lesson", take_lesson },
};
enum { PLACE_LINES = sizeof(place_lines) / sizeof(*place_lines) };

/* Take one line; `stage` is how many of the known ones may not come any
 * more. The first is never left out. */
static enum status take_place_line(struct bytes key, struct bytes value,
				   unsigned *stage, struct drive_place *place)
{
	unsigned at = 0;

	while (at < PLACE_LINES && !bytes_is(key, place_lines[at].key))
		at++;
	if (at == PLACE_LINES)
		return STATUS_OK;
	if (at < *stage || (at > 0 && *stage == 0))
		return STATUS_MALFORMED;
	*stage = at + 1;
	return place_lines[at].take(value, place);
}

enum status drive_place_parse(struct bytes text, struct drive_place *out)
{
	struct drive_place place = { .folder = "" };
	struct bytes key, value;
	struct bytes_reader r;
	unsigned stage = 0;

	if (read_header(text, PLACE_HEADER, DRIVE_PLACE_MAX, &r) != STATUS_OK)
		return STATUS_MALFORMED;
	while (r.left > 0)
		if (!read_line(&r, &key, &value) ||
		    take_place_line(key, value, &stage, &place) != STATUS_OK)
			return STATUS_MALFORMED;
	if (stage == 0)
		return STATUS_MALFORMED;
	*out = place;
	return STATUS_OK;
}

void drive_place_format(const struct drive_place *place, struct buf *out)
{
	assert(folder_is_good(bytes_of(place->folder)));
	assert(place->part_bytes == 0 ||
	       part_bytes_are_good(place->part_bytes));

	buf_printf(out, PLACE_HEADER "\nfolder %s\n", place->folder);
	if (place->part_bytes > 0)
		buf_printf(out, "parts %llu\n",
			   (unsigned long long)place->part_bytes);
	if (place->poster[0] != 0) {
		assert(safename_check(bytes_of(place->poster)) == STATUS_OK);
		buf_printf(out, "poster %s\n", place->poster);
	}
	if (place->lesson[0] != 0) {
		assert(place->rev > 0 && place->rev <= INT32_MAX);
		assert(text_is_plain(bytes_of(place->lesson)) &&
		       strchr(place->lesson, ' ') == NULL);
		buf_printf(out, "lesson %u %s\n", place->rev, place->lesson);
	}
}

/* --- lists --- */

bool drive_list_next(struct bytes *rest, uint8_t hash[static DRIVE_HASH_SIZE])
{
	uint8_t found[DRIVE_HASH_SIZE];
	struct bytes_reader r;
	struct bytes line;

	bytes_reader_init(&r, *rest);
	while (bytes_read_line(&r, &line) == STATUS_OK) {
		if (hex_decode(line, found, sizeof(found)) != STATUS_OK)
			continue;
		memcpy(hash, found, sizeof(found));
		*rest = (struct bytes){ r.next, r.left };
		return true;
	}
	*rest = (struct bytes){ r.next, 0 };
	return false;
}

void drive_list_put(struct buf *out,
		    const uint8_t hash[static DRIVE_HASH_SIZE])
{
	char line[HEX_SIZE(DRIVE_HASH_SIZE) + 1];

	hex_encode((struct bytes){ hash, DRIVE_HASH_SIZE }, line);
	buf_puts(out, line);
	buf_puts(out, "\n");
}

/* --- the route --- */

static enum status take_stop(struct bytes value, struct drive_stop *stop)
{
	const uint8_t *space = memchr(value.data, ' ', value.size);
	struct bytes region = value, name = { NULL, 0 };

	*stop = (struct drive_stop){ .region = "" };
	if (space != NULL) {
		region.size = (size_t)(space - value.data);
		name = (struct bytes){ space + 1,
				       value.size - region.size - 1 };
		if (name.size == 0)
			return STATUS_MALFORMED;
	}
	if (bytes_to_string(region, stop->region, sizeof(stop->region)) !=
		    STATUS_OK ||
	    region_check(stop->region) != STATUS_OK)
		return STATUS_MALFORMED;
	return bytes_to_string(name, stop->name, sizeof(stop->name));
}

/* Check all of a route and count its stops; fill the first `max`. */
static enum status read_route(struct bytes text, struct drive_stop *out,
			      size_t max, size_t *count)
{
	struct bytes key, value;
	struct bytes_reader r;
	size_t stops = 0;

	if (read_header(text, ROUTE_HEADER, DRIVE_ROUTE_MAX, &r) != STATUS_OK)
		return STATUS_MALFORMED;
	while (r.left > 0) {
		struct drive_stop stop;

		if (!read_line(&r, &key, &value))
			return STATUS_MALFORMED;
		if (!bytes_is(key, "stop"))
			continue;
		if (stops == DRIVE_ROUTE_STOPS_MAX ||
		    take_stop(value, &stop) != STATUS_OK)
			return STATUS_MALFORMED;
		if (stops < max)
			out[stops] = stop;
		stops++;
	}
	*count = stops < max ? stops : max;
	return STATUS_OK;
}

enum status drive_route_parse(struct bytes text, struct drive_stop *out,
			      size_t max, size_t *count)
{
	size_t filled;

	/* First without writing: a bad route leaves `out` untouched. */
	if (read_route(text, NULL, 0, &filled) != STATUS_OK)
		return STATUS_MALFORMED;
	return read_route(text, out, max, count);
}

void drive_route_format(const struct drive_stop *stops, size_t count,
			struct buf *out)
{
	assert(count <= DRIVE_ROUTE_STOPS_MAX);

	buf_puts(out, ROUTE_HEADER "\n");
	for (size_t i = 0; i < count; i++) {
		assert(region_check(stops[i].region) == STATUS_OK);
		assert(text_is_plain(bytes_of(stops[i].name)));
		buf_printf(out, "stop %s%s%s\n", stops[i].region,
			   stops[i].name[0] == 0 ? "" : " ", stops[i].name);
	}
}
