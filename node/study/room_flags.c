#include "node/study/room_flags.h"

#include <string.h>

static const char *const names[] = { "two-screens", "empty-room", "clock-jump",
				     "interrupted", "by-hand" };
enum { NAMES = sizeof(names) / sizeof(*names) };

json_t *room_flags_json(unsigned flags)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < NAMES && array != NULL; i++)
		if ((flags >> i & 1) != 0)
			(void)json_array_append_new(array,
						    json_string(names[i]));
	return array;
}

unsigned room_flags_read(const json_t *array)
{
	unsigned flags = 0;
	const char *name;

	for (size_t k = 0; k < json_array_size(array); k++) {
		name = json_string_value(json_array_get(array, k));
		for (unsigned i = 0; i < NAMES && name != NULL; i++)
			if (strcmp(name, names[i]) == 0)
				flags |= 1u << i;
	}
	return flags;
}

bool room_two_screens(uint64_t overlap_ms)
{
	return overlap_ms > ROOM_OVERLAP_MS;
}

bool room_clock_jumped(const struct when *before, const struct when *after)
{
	int64_t wall = (int64_t)after->s - (int64_t)before->s;
	int64_t passed = (int64_t)after->mono - (int64_t)before->mono;

	if (before->boot != after->boot || before->s == 0 || after->sync)
		return false;
	return wall - passed > ROOM_JUMP_S || passed - wall > ROOM_JUMP_S;
}
