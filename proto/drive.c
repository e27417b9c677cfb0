/* Where things are on a drive. */
#include "proto/drive.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/place.h"

/* Digits behind the dot of a part's name. */
enum { PART_DIGITS_MIN = 3, PART_DIGITS_MAX = 7 };

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
	[DRIVE_EVIDENCE] = "evidence",
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
	assert(kind == DRIVE_PLACE || kind == DRIVE_NODE || kind == DRIVE_UP ||
	       kind == DRIVE_EVIDENCE);

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
