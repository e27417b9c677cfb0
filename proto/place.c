#include "proto/place.h"

#include <string.h>

#include "proto/text.h"

static bool is_boundary(size_t digits)
{
	return digits == 2 || digits == 4 || digits == 6 || digits == 9 ||
	       digits == 12;
}

enum status region_check(const char *region)
{
	size_t size = strlen(region);

	if (!is_boundary(size) || strspn(region, "0123456789") != size)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

bool region_contains(const char *outer, const char *inner)
{
	size_t size = strlen(outer);

	if (size == 0)
		return true;
	return is_boundary(size) && strncmp(outer, inner, size) == 0 &&
	       (inner[size] == 0 || is_boundary(strlen(inner)));
}

bool region_touches(const char *a, const char *b)
{
	return region_contains(a, b) || region_contains(b, a);
}

static bool component_is_good(const char *start, size_t size)
{
	if (size == 0)
		return false;
	if (start[0] == '.' && (size == 1 || (size == 2 && start[1] == '.')))
		return false;
	return memchr(start, ' ', size) == NULL &&
	       memchr(start, ',', size) == NULL;
}

enum status topic_check(const char *topic)
{
	size_t depth = 0;

	if (strlen(topic) > TOPIC_MAX || !text_is_plain(bytes_of(topic)))
		return STATUS_MALFORMED;
	for (const char *at = topic;; depth++) {
		size_t size = strcspn(at, "/");

		if (!component_is_good(at, size) || depth == TOPIC_DEPTH_MAX)
			return STATUS_MALFORMED;
		if (at[size] == 0)
			return STATUS_OK;
		at += size + 1;
	}
}

bool topic_contains(const char *outer, const char *inner)
{
	size_t size = strlen(outer);

	if (size == 0)
		return true;
	return strncmp(outer, inner, size) == 0 &&
	       (inner[size] == 0 || inner[size] == '/');
}

enum status origin_check(const char *origin)
{
	size_t size = strlen(origin);

	if (size == 0 || size > ORIGIN_MAX)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < size; i++) {
		char c = origin[i];

		if (c <= ' ' || c > '~' || c == '+' || c == '#')
			return STATUS_MALFORMED;
	}
	return STATUS_OK;
}

static const char *const level_names[] = {
	[LEVEL_STATION] = "station",
	[LEVEL_TOWNSHIP] = "township",
	[LEVEL_COUNTY] = "county",
};

const char *level_name(enum level level)
{
	return level_names[level];
}

enum status level_parse(const char *name, enum level *level)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++)
		if (strcmp(name, level_names[i]) == 0) {
			*level = (enum level)i;
			return STATUS_OK;
		}
	return STATUS_MALFORMED;
}
