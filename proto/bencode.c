#include "proto/bencode.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static void advance(struct bytes *at, size_t size)
{
	at->data += size;
	at->size -= size;
}

/* Decimal digits up to `stop`, which is stepped over too. */
static enum status take_digits(struct bytes *at, uint8_t stop, uint64_t limit,
			       uint64_t *value)
{
	uint64_t sum = 0;
	size_t i = 0;

	for (; i < at->size && at->data[i] != stop; i++) {
		uint8_t digit = (uint8_t)(at->data[i] - '0');

		if (digit > 9 || (i == 1 && at->data[0] == '0') ||
		    sum > (limit - digit) / 10)
			return STATUS_MALFORMED;
		sum = sum * 10 + digit;
	}
	if (i == 0 || i == at->size)
		return STATUS_MALFORMED;
	advance(at, i + 1);
	*value = sum;
	return STATUS_OK;
}

static enum status take_string(struct bytes *at, struct bytes *string)
{
	struct bytes next = *at;
	uint64_t size;

	if (take_digits(&next, ':', SIZE_MAX / 2, &size) != STATUS_OK ||
	    size > next.size)
		return STATUS_MALFORMED;
	*string = (struct bytes){ next.data, (size_t)size };
	advance(&next, (size_t)size);
	*at = next;
	return STATUS_OK;
}

/* Behind the 'i'. */
static enum status take_integer(struct bytes *at, int64_t *integer)
{
	bool negative = at->size > 0 && at->data[0] == '-';
	uint64_t value;

	if (negative)
		advance(at, 1);
	if (take_digits(at, 'e', (uint64_t)INT64_MAX + negative, &value) !=
		    STATUS_OK ||
	    (negative && value == 0))
		return STATUS_MALFORMED;
	if (!negative)
		*integer = (int64_t)value;
	else
		*integer = -(int64_t)(value - 1) - 1;
	return STATUS_OK;
}

static int key_order(struct bytes a, struct bytes b)
{
	size_t shared = a.size < b.size ? a.size : b.size;
	int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);

	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static enum status take_value(struct bytes *at, unsigned depth,
			      struct bencode_value *value);

/* The items behind an opening letter, up to the 'e' and over it. */
static enum status take_items(struct bytes *at, unsigned depth, bool dict)
{
	struct bytes key, last = { NULL, 0 };
	struct bencode_value item;

	for (bool first = true; at->size > 0 && at->data[0] != 'e';
	     first = false) {
		if (dict) {
			if (take_string(at, &key) != STATUS_OK ||
			    (!first && key_order(last, key) >= 0))
				return STATUS_MALFORMED;
			last = key;
		}
		if (take_value(at, depth, &item) != STATUS_OK)
			return STATUS_MALFORMED;
	}
	if (at->size == 0)
		return STATUS_MALFORMED;
	advance(at, 1);
	return STATUS_OK;
}

static enum status take_value(struct bytes *at, unsigned depth,
			      struct bencode_value *value)
{
	struct bytes next = *at;
	struct bencode_value found = { .integer = 0 };
	uint8_t first;

	if (next.size == 0)
		return STATUS_MALFORMED;
	first = next.data[0];
	if (first == 'i') {
		found.kind = BENCODE_INTEGER;
		advance(&next, 1);
		if (take_integer(&next, &found.integer) != STATUS_OK)
			return STATUS_MALFORMED;
	} else if (first == 'l' || first == 'd') {
		found.kind = first == 'd' ? BENCODE_DICT : BENCODE_LIST;
		if (depth == 0)
			return STATUS_MALFORMED;
		advance(&next, 1);
		if (take_items(&next, depth - 1, first == 'd') != STATUS_OK)
			return STATUS_MALFORMED;
		found.body.data = at->data + 1;
		found.body.size = (size_t)(next.data - at->data) - 2;
	} else {
		found.kind = BENCODE_STRING;
		if (take_string(&next, &found.body) != STATUS_OK)
			return STATUS_MALFORMED;
	}
	found.raw.data = at->data;
	found.raw.size = (size_t)(next.data - at->data);
	*at = next;
	*value = found;
	return STATUS_OK;
}

enum status bencode_parse_prefix(struct bytes from,
				 struct bencode_value *value)
{
	return take_value(&from, BENCODE_DEPTH_MAX, value);
}

enum status bencode_parse(struct bytes from, struct bencode_value *value)
{
	struct bencode_value found;
	enum status status = bencode_parse_prefix(from, &found);

	if (status != STATUS_OK || found.raw.size != from.size)
		return STATUS_MALFORMED;
	*value = found;
	return STATUS_OK;
}

void bencode_walk_init(struct bencode_walk *walk,
		       const struct bencode_value *value)
{
	assert(value->kind == BENCODE_LIST || value->kind == BENCODE_DICT);

	walk->left = value->body;
}

bool bencode_walk_item(struct bencode_walk *walk, struct bencode_value *item)
{
	return walk->left.size > 0 &&
	       take_value(&walk->left, BENCODE_DEPTH_MAX, item) == STATUS_OK;
}

bool bencode_walk_pair(struct bencode_walk *walk, struct bytes *key,
		       struct bencode_value *value)
{
	struct bytes found;

	if (walk->left.size == 0 ||
	    take_string(&walk->left, &found) != STATUS_OK ||
	    take_value(&walk->left, BENCODE_DEPTH_MAX, value) != STATUS_OK)
		return false;
	*key = found;
	return true;
}

bool bencode_find(const struct bencode_value *dict, const char *key,
		  struct bencode_value *value)
{
	struct bencode_walk walk;
	struct bencode_value item;
	struct bytes found;

	if (dict->kind != BENCODE_DICT)
		return false;
	bencode_walk_init(&walk, dict);
	while (bencode_walk_pair(&walk, &found, &item)) {
		if (bytes_is(found, key)) {
			*value = item;
			return true;
		}
	}
	return false;
}

enum status bencode_find_string(const struct bencode_value *dict,
				const char *key, struct bytes *string)
{
	struct bencode_value value;

	if (!bencode_find(dict, key, &value))
		return STATUS_NOT_FOUND;
	if (value.kind != BENCODE_STRING)
		return STATUS_MALFORMED;
	*string = value.body;
	return STATUS_OK;
}

enum status bencode_find_integer(const struct bencode_value *dict,
				 const char *key, int64_t *integer)
{
	struct bencode_value value;

	if (!bencode_find(dict, key, &value))
		return STATUS_NOT_FOUND;
	if (value.kind != BENCODE_INTEGER)
		return STATUS_MALFORMED;
	*integer = value.integer;
	return STATUS_OK;
}

void bencode_put_dict(struct buf *b)
{
	buf_put_u8(b, 'd');
}

void bencode_put_list(struct buf *b)
{
	buf_put_u8(b, 'l');
}

void bencode_put_end(struct buf *b)
{
	buf_put_u8(b, 'e');
}

void bencode_put_integer(struct buf *b, int64_t integer)
{
	buf_printf(b, "i%" PRId64 "e", integer);
}

void bencode_put_string(struct buf *b, struct bytes string)
{
	buf_printf(b, "%zu:", string.size);
	buf_put_bytes(b, string);
}

void bencode_puts(struct buf *b, const char *string)
{
	bencode_put_string(b, bytes_of(string));
}
