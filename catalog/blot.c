#include "catalog/blot.h"

#include <stdlib.h>
#include <string.h>

#include "proto/encoding.h"
#include "signing/cardid.h"

static int by_number(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* As it stands in an item: json_dumps() wrote both. */
static enum status quote(struct blot *b)
{
	json_t *text = json_string(b->name);
	char *quoted = json_dumps(text, JSON_ENCODE_ANY | JSON_COMPACT);

	json_decref(text);
	if (quoted == NULL)
		return STATUS_NO_MEMORY;
	b->quoted = quoted;
	b->quoted_size = strlen(quoted) - 2;
	return STATUS_OK;
}

enum status blot_init(struct blot *b, const int64_t *cards, size_t count,
		      const char *name)
{
	*b = (struct blot){ .name = name, .count = count };
	if (count > 0) {
		b->cards = malloc(count * sizeof(*b->cards));
		if (b->cards == NULL)
			return STATUS_NO_MEMORY;
		for (size_t i = 0; i < count; i++)
			b->cards[i] = (uint64_t)cards[i];
		qsort(b->cards, count, sizeof(*b->cards), by_number);
	}
	return name == NULL ? STATUS_OK : quote(b);
}

void blot_release(struct blot *b)
{
	free(b->cards);
	free(b->quoted);
	*b = (struct blot){ .name = NULL };
}

/* 16 hex digits of one of the cards. */
static bool is_card(const struct blot *b, struct bytes hex)
{
	uint8_t id[CARD_ID_SIZE];
	uint64_t card;

	if (b->count == 0 || hex.size != HEX_SIZE(CARD_ID_SIZE) ||
	    hex_decode(hex, id, sizeof(id)) != STATUS_OK)
		return false;
	card = (uint64_t)cardid_number_of(id);
	return bsearch(&card, b->cards, b->count, sizeof(card), by_number) !=
	       NULL;
}

/* Whatever stands between two quotes is looked at, strings and what is between
 * them: that finds more than strings, and misses none. */
static bool may_have_card(const struct blot *b, struct bytes item)
{
	const uint8_t *at = item.data, *end = item.data + item.size, *quote;

	while ((quote = memchr(at, '"', (size_t)(end - at))) != NULL) {
		if (is_card(b, (struct bytes){ at, (size_t)(quote - at) }))
			return true;
		at = quote + 1;
	}
	return false;
}

bool blot_may_have(const struct blot *b, struct bytes item)
{
	return (b->quoted_size > 0 &&
		memmem(item.data, item.size, b->quoted + 1, b->quoted_size) !=
			NULL) ||
	       (b->count > 0 && item.size > 0 && may_have_card(b, item));
}

static bool remove_cards(const struct blot *b, json_t *list)
{
	bool removed = false;

	for (size_t i = json_array_size(list); i-- > 0;) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (hex != NULL && is_card(b, bytes_of(hex)))
			removed = json_array_remove(list, i) == 0 || removed;
	}
	return removed;
}

static bool remove_name(const struct blot *b, json_t *list)
{
	bool removed = false;

	for (size_t i = json_array_size(list); i-- > 0;) {
		const char *said = json_string_value(json_array_get(list, i));

		if (said != NULL && strcmp(said, b->name) == 0)
			removed = json_array_remove(list, i) == 0 || removed;
	}
	return removed;
}

/* In what somebody wrote himself, "…" stands for the name. */
static bool cover(const struct blot *b, json_t *item, const char *key,
		  bool *no_memory)
{
	const char *at = json_string_value(json_object_get(item, key)), *found;
	struct buf out = BUF_INIT;
	bool any = false;

	while (at != NULL && (found = strstr(at, b->name)) != NULL) {
		buf_put(&out, at, (size_t)(found - at));
		buf_puts(&out, "…");
		at = found + strlen(b->name);
		any = true;
	}
	if (any) {
		buf_puts(&out, at);
		any = buf_status(&out) == STATUS_OK &&
		      json_object_set_new(item, key,
					  json_string(buf_string(&out))) == 0;
		*no_memory |= !any;
	}
	buf_release(&out);
	return any;
}

bool blot_item(const struct blot *b, json_t *item, bool *no_memory)
{
	bool changed = remove_cards(b, json_object_get(item, "cards"));

	if (b->name == NULL || b->name[0] == 0)
		return changed;
	changed |= remove_name(b, json_object_get(item, "names"));
	changed |= cover(b, item, "by", no_memory);
	changed |= cover(b, item, "note", no_memory);
	return changed;
}
