/* A publisher in words, as in a trust note: its fields in a fixed order, so
 * that each has one spelling (docs/formats-trust.md). */
#include "signing/publisher.h"

#include <inttypes.h>

#include "proto/encoding.h"
#include "signing/wordline.h"

typedef enum status (*parse_key_fn)(struct bytes vkey, struct public_key *key);

static enum status read_keys(struct bytes *rest, parse_key_fn parse,
			     struct publisher *publisher)
{
	struct bytes value;

	while (wordline_take(rest, "key", &value)) {
		struct public_key key;

		if (parse(value, &key) != STATUS_OK ||
		    publisher_add_key(publisher, &key) != STATUS_OK)
			return STATUS_MALFORMED;
	}
	return STATUS_OK;
}

/* A list with commas, each item handed to `add` as a string. */
static enum status read_list(struct bytes *rest, const char *name,
			     struct publisher *publisher,
			     enum status (*add)(struct publisher *,
						const char *))
{
	struct bytes list, item;
	char string[TOPIC_MAX + 1];

	if (!wordline_take(rest, name, &list))
		return STATUS_MALFORMED;
	do {
		if (wordline_next_item(&list, &item) != STATUS_OK ||
		    bytes_to_string(item, string, sizeof(string)) !=
			    STATUS_OK ||
		    add(publisher, string) != STATUS_OK)
			return STATUS_MALFORMED;
	} while (list.size > 0);
	return STATUS_OK;
}

/* A limit that may be missing; when it is there, it is not zero. */
static enum status read_limit(struct bytes *rest, const char *name,
			      uint64_t *limit)
{
	struct bytes value;

	if (!wordline_take(rest, name, &value))
		return STATUS_OK;
	if (decimal_parse(value, limit) != STATUS_OK || *limit == 0)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

static enum status read_words(struct bytes rest, parse_key_fn parse,
			      struct publisher *out)
{
	char origin[ORIGIN_MAX + 1];
	struct publisher made;
	struct bytes word;

	if (wordline_next(&rest, &word) != STATUS_OK ||
	    bytes_to_string(word, origin, sizeof(origin)) != STATUS_OK ||
	    publisher_init(&made, origin) != STATUS_OK ||
	    read_keys(&rest, parse, &made) != STATUS_OK ||
	    read_list(&rest, "region", &made, publisher_add_region) !=
		    STATUS_OK ||
	    read_list(&rest, "topic", &made, publisher_add_topic) !=
		    STATUS_OK ||
	    read_limit(&rest, "entries", &made.entries_max) != STATUS_OK ||
	    read_limit(&rest, "entry-bytes", &made.entry_bytes_max) !=
		    STATUS_OK ||
	    read_limit(&rest, "lesson-bytes", &made.lesson_bytes_max) !=
		    STATUS_OK)
		return STATUS_MALFORMED;
	if (wordline_take(&rest, "delegate", &word)) {
		if (!bytes_is(word, "yes"))
			return STATUS_MALFORMED;
		made.may_delegate = true;
	}
	if (rest.size > 0 || publisher_check(&made) != STATUS_OK)
		return STATUS_MALFORMED;
	*out = made;
	return STATUS_OK;
}

enum status publisher_read(struct bytes words, struct publisher *out)
{
	return read_words(words, public_key_parse, out);
}

enum status publisher_read_kept(struct bytes words, struct publisher *out)
{
	return read_words(words, public_key_parse_kept, out);
}

static void put_limit(struct buf *out, const char *name, uint64_t limit)
{
	if (limit > 0)
		buf_printf(out, " %s=%" PRIu64, name, limit);
}

void publisher_write(const struct publisher *p, struct buf *out)
{
	buf_puts(out, p->origin);
	for (size_t i = 0; i < p->key_count; i++) {
		buf_puts(out, " key=");
		buf_put_vkey(out, &p->keys[i]);
	}
	for (size_t i = 0; i < p->region_count; i++)
		buf_printf(out, "%s%s", i == 0 ? " region=" : ",",
			   p->regions[i]);
	for (size_t i = 0; i < p->topic_count; i++)
		buf_printf(out, "%s%s", i == 0 ? " topic=" : ",",
			   p->topics[i][0] == 0 ? "*" : p->topics[i]);
	put_limit(out, "entries", p->entries_max);
	put_limit(out, "entry-bytes", p->entry_bytes_max);
	put_limit(out, "lesson-bytes", p->lesson_bytes_max);
	buf_puts(out, p->may_delegate ? " delegate=yes" : "");
}
