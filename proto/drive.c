#include "proto/drive.h"

#include <assert.h>
#include <stdio.h>
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
/* Digits behind the dot of a part's name. */
enum { PART_DIGITS_MIN = 3, PART_DIGITS_MAX = 7 };

/* --- paths --- */

/* Without the ".001" of a part, if it has one. */
static struct bytes without_part(struct bytes name)
{
	size_t digits = 0;

	while (digits < name.size && name.data[name.size - 1 - digits] >= '0' &&
	       name.data[name.size - 1 - digits] <= '9')
		digits++;
	if (digits < PART_DIGITS_MIN || digits > PART_DIGITS_MAX ||
	    digits == name.size || name.data[name.size - 1 - digits] != '.')
		return name;
	return (struct bytes){ name.data, name.size - digits - 1 };
}

/* The component in front; `path` then holds what follows its '/'. */
static struct bytes take_component(struct bytes *path)
{
	const uint8_t *slash = memchr(path->data, '/', path->size);
	size_t size = slash == NULL ? path->size :
				      (size_t)(slash - path->data);
	struct bytes front = { path->data, size };

	size += slash != NULL;
	*path = (struct bytes){ path->data + size, path->size - size };
	return front;
}

enum status drive_path_check(struct bytes path)
{
	if (path.size == 0 || path.size >= DRIVE_PATH_MAX ||
	    path.data[path.size - 1] == '/')
		return STATUS_MALFORMED;
	while (path.size > 0) {
		struct bytes name = take_component(&path);

		if (path.size == 0 && name.size > SAFENAME_MAX)
			name = without_part(name);
		if (safename_check(name) != STATUS_OK)
			return STATUS_MALFORMED;
	}
	return STATUS_OK;
}

static const char *const kind_names[] = {
	[DRIVE_BLOB] = "blob", [DRIVE_TORRENT] = "torrent",
	[DRIVE_PLACE] = "place", [DRIVE_PART] = "part",
	[DRIVE_NODE] = "node", [DRIVE_TLOG] = "tlog", [DRIVE_UP] = "up",
};

void drive_path(enum drive_kind kind,
		const uint8_t hash[static DRIVE_HASH_SIZE],
		char out[static DRIVE_PATH_MAX])
{
	int used = snprintf(out, DRIVE_PATH_MAX, DRIVE_SYSTEM "/%s/",
			    kind_names[kind]);

	hex_encode((struct bytes){ hash, DRIVE_HASH_SIZE }, out + used);
}

void drive_path_root(unsigned version, char out[static DRIVE_PATH_MAX])
{
	(void)snprintf(out, DRIVE_PATH_MAX, DRIVE_SYSTEM "/trust/root/%u.note",
		       version);
}

void drive_path_list(enum drive_kind kind, char out[static DRIVE_PATH_MAX])
{
	assert(kind == DRIVE_PLACE || kind == DRIVE_NODE || kind == DRIVE_UP);

	(void)snprintf(out, DRIVE_PATH_MAX, DRIVE_SYSTEM "/list/%s",
		       kind_names[kind]);
}

/* "<title> (<mark>)", the title cut where both would be too long. */
static void mark_title(const char *title, const char *mark,
		       char out[static SAFENAME_MAX + 1])
{
	enum { MARK_MAX = 40 };
	char safe[SAFENAME_MAX + 1], both[2 * SAFENAME_MAX + 4];
	struct bytes behind = bytes_of(mark);
	int room;

	if (behind.size > MARK_MAX)
		behind.size = MARK_MAX;
	safename_make(behind, safe);
	room = SAFENAME_MAX - 1 - (int)strlen(" ()") - (int)strlen(safe);
	(void)snprintf(both, sizeof(both), "%.*s (%s)", room, title, safe);
	/* Again, for the cut may have gone through a character. */
	safename_make(bytes_of(both), out);
}

void drive_lesson_folder(const char *topic, const char *title,
			 const char *mark,
			 char out[static DRIVE_FOLDER_MAX + 1])
{
	char name[SAFENAME_MAX + 1];
	struct bytes left = bytes_of(topic);
	unsigned depth = 0;
	size_t used;

	/* A topic has no more than that; then all of it fits. */
	if (left.size > TOPIC_MAX)
		left.size = TOPIC_MAX;
	strcpy(out, DRIVE_LESSONS "/");
	used = strlen(out);
	while (left.size > 0 && depth < TOPIC_DEPTH_MAX) {
		struct bytes component = take_component(&left);

		if (component.size == 0)
			continue;
		safename_make(component, name);
		used += (size_t)sprintf(out + used, "%s/", name);
		depth++;
	}
	safename_make(bytes_of(title), name);
	if (mark != NULL) {
		char plain[SAFENAME_MAX + 1];

		strcpy(plain, name);
		mark_title(plain, mark, name);
	}
	strcpy(out + used, name);
}

enum status drive_file_path(const char *folder, bool is_folder,
			    const char *path, uint64_t length,
			    uint64_t part_bytes, unsigned part,
			    char out[static DRIVE_PATH_MAX])
{
	bool in_parts = part_bytes > 0 && length > part_bytes;
	char whole[DRIVE_PATH_MAX], behind[16] = "";
	int size;

	assert(part == 0 || (in_parts && part <= (length - 1) / part_bytes));

	if (is_folder) {
		path = strchr(path, '/');
		assert(path != NULL);
		path++;
	}
	if (in_parts)
		(void)snprintf(behind, sizeof(behind), ".%03u", part + 1);
	size = snprintf(whole, sizeof(whole), "%s/%s%s", folder, path, behind);
	if (size < 0 || size >= DRIVE_PATH_MAX)
		return STATUS_NO_ROOM;
	strcpy(out, whole);
	return STATUS_OK;
}

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

	if (folder.size > DRIVE_FOLDER_MAX ||
	    !bytes_start_with(folder, DRIVE_LESSONS "/") ||
	    folder.data[folder.size - 1] == '/')
		return false;
	for (struct bytes left = folder; left.size > 0; depth++)
		if (safename_check(take_component(&left)) != STATUS_OK)
			return false;
	return depth - 1 <= FOLDER_DEPTH_MAX;
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

/* Take one line; `stage` is how many of the known keys have passed. */
static enum status take_place_line(struct bytes key, struct bytes value,
				   unsigned *stage, struct drive_place *place)
{
	static const char *const keys[] = { "folder", "parts", "poster",
					    "lesson" };
	unsigned at = 0;

	while (at < 4 && !bytes_is(key, keys[at]))
		at++;
	if (at == 4)
		return STATUS_OK;
	if (at < *stage || (at > 0 && *stage == 0))
		return STATUS_MALFORMED;
	*stage = at + 1;
	if (at == 0)
		return folder_is_good(value) ?
			       bytes_to_string(value, place->folder,
					       sizeof(place->folder)) :
			       STATUS_MALFORMED;
	if (at == 1)
		return decimal_parse(value, &place->part_bytes) ==
					       STATUS_OK &&
				       part_bytes_are_good(place->part_bytes) ?
			       STATUS_OK :
			       STATUS_MALFORMED;
	if (at == 3)
		return take_lesson(value, place);
	return safename_check(value) == STATUS_OK ?
		       bytes_to_string(value, place->poster,
				       sizeof(place->poster)) :
		       STATUS_MALFORMED;
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
	if (place->lesson[0] != 0)
		buf_printf(out, "lesson %u %s\n", place->rev, place->lesson);
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
