#include "proto/tilepath.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void tile_path_format(const struct tile_path *path,
		      char out[static TILE_PATH_MAX + 1])
{
	char groups[48];
	size_t at = sizeof(groups) - 1;
	uint64_t n = path->n;
	int used;

	assert(path->n <= TILE_N_MAX && path->level <= TILE_LEVEL_MAX);
	assert(path->width >= 1 && path->width <= TILE_WIDTH);

	/* From the last group to the first. */
	groups[at] = 0;
	for (bool last = true; last || n > 0; last = false, n /= 1000) {
		if (!last)
			groups[--at] = '/';
		groups[--at] = (char)('0' + n % 10);
		groups[--at] = (char)('0' + n / 10 % 10);
		groups[--at] = (char)('0' + n / 100 % 10);
		if (!last)
			groups[--at] = 'x';
	}
	if (path->kind == TILE_ENTRIES)
		used = snprintf(out, TILE_PATH_MAX + 1, "tile/entries/%s",
				groups + at);
	else
		used = snprintf(out, TILE_PATH_MAX + 1, "tile/%u/%s",
				path->level, groups + at);
	if (path->width < TILE_WIDTH)
		(void)snprintf(out + used, TILE_PATH_MAX + 1 - (size_t)used,
			       ".p/%u", path->width);
}

/* Step over a fixed beginning. */
static bool skip(struct bytes *text, const char *prefix)
{
	size_t size = strlen(prefix);

	if (!bytes_start_with(*text, prefix))
		return false;
	text->data += size;
	text->size -= size;
	return true;
}

/* Take digits, at most `most` of them; how many there were. */
static size_t take_digits(struct bytes *text, size_t most, uint64_t *value)
{
	size_t count = 0;

	*value = 0;
	while (count < most && text->size > 0 && text->data[0] >= '0' &&
	       text->data[0] <= '9') {
		*value = *value * 10 + (uint64_t)(text->data[0] - '0');
		text->data++;
		text->size--;
		count++;
	}
	return count;
}

/* Take the groups of N. Spellings with needless groups pass here. */
static bool take_number(struct bytes *text, uint64_t *n)
{
	uint64_t group;
	bool more;

	*n = 0;
	do {
		more = skip(text, "x");
		if (take_digits(text, 3, &group) != 3)
			return false;
		if (*n > (TILE_N_MAX - group) / 1000)
			return false;
		*n = *n * 1000 + group;
	} while (more && skip(text, "/"));
	return !more;
}

enum status tile_path_parse(struct bytes text, struct tile_path *path)
{
	struct tile_path found = { .width = TILE_WIDTH };
	struct bytes rest = text;
	char again[TILE_PATH_MAX + 1];
	uint64_t number;

	if (skip(&rest, "tile/entries/")) {
		found.kind = TILE_ENTRIES;
	} else {
		found.kind = TILE_HASHES;
		if (!skip(&rest, "tile/") ||
		    take_digits(&rest, 2, &number) == 0 ||
		    number > TILE_LEVEL_MAX || !skip(&rest, "/"))
			return STATUS_MALFORMED;
		found.level = (unsigned)number;
	}
	if (!take_number(&rest, &found.n))
		return STATUS_MALFORMED;
	if (skip(&rest, ".p/")) {
		if (take_digits(&rest, 3, &number) == 0 || number == 0 ||
		    number >= TILE_WIDTH)
			return STATUS_MALFORMED;
		found.width = (unsigned)number;
	}
	/* One spelling each: what is left over, a leading zero or a needless
	 * group all show when it is written again. */
	tile_path_format(&found, again);
	if (!bytes_is(text, again))
		return STATUS_MALFORMED;
	*path = found;
	return STATUS_OK;
}

unsigned tile_width_at(unsigned level, uint64_t n, uint64_t size)
{
	uint64_t hashes = 8 * level >= 64 ? 0 : size >> (8 * level);

	if (n > hashes / TILE_WIDTH)
		return 0;
	hashes -= n * TILE_WIDTH;
	return hashes > TILE_WIDTH ? TILE_WIDTH : (unsigned)hashes;
}

bool tile_path_same(const struct tile_path *a, const struct tile_path *b)
{
	return a->kind == b->kind && a->level == b->level && a->n == b->n &&
	       a->width == b->width;
}
