#include "node/holdings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/own_statement.h"

enum {
	BITMAP_MAX = 1 << 20,	 /* bytes: logs of 8 million entries */
	HOLDER_BYTES_MAX = 4 << 20, /* of one node */
	HOLDER_MAPS_MAX = 128 /* the rest of its logs is not listened to */
};

static_assert((int)HOLDER_BYTES_MAX <= (int)HOLDINGS_BYTES,
	      "one node finds room");

struct map {
	enum holdings_what what;
	uint64_t mark; /* of the origin: tells most others apart */
	char origin[ORIGIN_MAX + 1];
	struct buf bits;
};

struct holder {
	uint8_t key[STATEMENT_KEY_SIZE];
	uint64_t turn; /* when it was put */
	struct map *maps;
	size_t count;
	size_t bytes;
};

struct holdings {
	struct holder list[HOLDINGS_NODES];
	size_t count;
	size_t bytes;
	uint64_t turn;
};

struct holdings *holdings_new(void)
{
	return calloc(1, sizeof(struct holdings));
}

static void holder_release(struct holder *holder)
{
	for (size_t i = 0; i < holder->count; i++)
		buf_release(&holder->maps[i].bits);
	free(holder->maps);
	*holder = (struct holder){ .count = 0 };
}

void holdings_free(struct holdings *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->count; i++)
		holder_release(&h->list[i]);
	free(h);
}

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t mark_of(struct bytes origin)
{
	uint64_t mark = 0xcbf29ce484222325;

	for (size_t i = 0; i < origin.size; i++)
		mark = (mark ^ origin.data[i]) * 0x100000001b3;
	return mark;
}

/* --- taking a statement in --- */

static enum status take_map(struct holder *holder,
			    const struct statement_line *line)
{
	struct map *maps = realloc(holder->maps,
				   (holder->count + 1) * sizeof(*maps));
	struct map *map;
	enum status status;

	if (maps == NULL)
		return STATUS_NO_MEMORY;
	holder->maps = maps;
	map = &maps[holder->count];
	*map = (struct map){ .what = line->kind == STATEMENT_HAVE ?
					     HOLDINGS_HAVE :
					     HOLDINGS_WANT,
			     .mark = mark_of(line->origin),
			     .bits = BUF_INIT };
	status = bytes_to_string(line->origin, map->origin,
				 sizeof(map->origin));
	if (status != STATUS_OK)
		return status;
	holder->count++;
	status = bitmap_expand(line->bitmap, BITMAP_MAX, &map->bits);
	if (status != STATUS_OK)
		return status;
	holder->bytes += sizeof(*map) + map->bits.size;
	return holder->bytes > HOLDER_BYTES_MAX ? STATUS_MALFORMED : STATUS_OK;
}

static enum status read_maps(struct holder *holder, const struct statement *st)
{
	struct statement_walk walk;
	struct statement_line line;
	enum status status = STATUS_OK;

	statement_walk_init(&walk, st);
	while (status == STATUS_OK && holder->count < HOLDER_MAPS_MAX &&
	       statement_walk_next(&walk, &line))
		if (line.kind == STATEMENT_WANT || line.kind == STATEMENT_HAVE)
			status = take_map(holder, &line);
	return status;
}

static void cut(struct holdings *h, size_t i)
{
	h->bytes -= h->list[i].bytes;
	holder_release(&h->list[i]);
	h->list[i] = h->list[--h->count];
}

static void cut_oldest(struct holdings *h)
{
	size_t oldest = 0;

	for (size_t i = 1; i < h->count; i++)
		if (h->list[i].turn < h->list[oldest].turn)
			oldest = i;
	cut(h, oldest);
}

static const struct holder *
find(const struct holdings *h, const uint8_t key[static STATEMENT_KEY_SIZE])
{
	for (size_t i = 0; i < h->count; i++)
		if (memcmp(h->list[i].key, key, STATEMENT_KEY_SIZE) == 0)
			return &h->list[i];
	return NULL;
}

void holdings_drop(struct holdings *h,
		   const uint8_t key[static STATEMENT_KEY_SIZE])
{
	const struct holder *holder = find(h, key);

	if (holder != NULL)
		cut(h, (size_t)(holder - h->list));
}

enum status holdings_put(struct holdings *h, const struct statement *st)
{
	struct holder fresh = { .turn = ++h->turn };
	enum status status;

	holdings_drop(h, st->key);
	memcpy(fresh.key, st->key, sizeof(fresh.key));
	status = read_maps(&fresh, st);
	if (status != STATUS_OK) {
		holder_release(&fresh);
		return status;
	}
	while (h->count == HOLDINGS_NODES ||
	       (h->count > 0 && h->bytes + fresh.bytes > HOLDINGS_BYTES))
		cut_oldest(h);
	h->list[h->count++] = fresh;
	h->bytes += fresh.bytes;
	return STATUS_OK;
}

/* --- questions --- */

static bool says(const struct holder *holder, enum holdings_what what,
		 uint64_t mark, const char *origin, uint64_t entry)
{
	for (size_t i = 0; i < holder->count; i++) {
		const struct map *map = &holder->maps[i];

		if (map->mark == mark && map->what == what &&
		    strcmp(map->origin, origin) == 0)
			return bitmap_has(buf_bytes(&map->bits), entry);
	}
	return false;
}

bool holdings_say(const struct holdings *h,
		  const uint8_t key[static STATEMENT_KEY_SIZE],
		  enum holdings_what what, const char *origin, uint64_t entry)
{
	const struct holder *holder = find(h, key);

	return holder != NULL && says(holder, what, mark_of(bytes_of(origin)),
				      origin, entry);
}

unsigned holdings_count(const struct holdings *h, enum holdings_what what,
			const char *origin, uint64_t entry)
{
	uint64_t mark = mark_of(bytes_of(origin));
	unsigned count = 0;

	for (size_t i = 0; i < h->count; i++)
		count += says(&h->list[i], what, mark, origin, entry);
	return count;
}
