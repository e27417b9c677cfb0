#include "proto/datagram.h"

#include <assert.h>
#include <string.h>

static const uint8_t magic[4] = { 'x', 't', 'a', 'n' };

/* Writes little-endian integers; the sizes are known to fit (see the assert
 * at the end of datagram_encode()). */
struct writer {
	uint8_t *next;
};

static void put(struct writer *w, const void *data, size_t size)
{
	memcpy(w->next, data, size);
	w->next += size;
}

static void put_integer(struct writer *w, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		*w->next++ = (uint8_t)(value >> (8 * i));
}

static bool region_is_fine(const char *region)
{
	return region[0] == 0 || region_check(region) == STATUS_OK;
}

enum {
	ITEM_HEAD_SIZE = 3, /* type and length of an item of the extension */
	ITEM_FETCHES = 1,
	FETCH_SIZE = DATAGRAM_NAME_SIZE + 1 + 4,
	HEAD_SIZE = DATAGRAM_ORIGIN_SIZE + 8 + DATAGRAM_ROOT_SIZE,
	/* All but region, heads and extension. */
	FRAME_SIZE = 82 + 2 + DATAGRAM_SIGNATURE_SIZE
};

static void put_heads(struct writer *w, const struct datagram *d, size_t room)
{
	size_t count = d->head_count;

	if (count > room / HEAD_SIZE)
		count = room / HEAD_SIZE;
	put_integer(w, count, 1);
	for (size_t i = 0; i < count; i++) {
		put(w, d->heads[i].origin, sizeof(d->heads[i].origin));
		put_integer(w, d->heads[i].size, 8);
		put(w, d->heads[i].root, sizeof(d->heads[i].root));
	}
}

static size_t extension_size(const struct datagram *d)
{
	return d->fetch_count == 0 ?
		       0 :
		       ITEM_HEAD_SIZE + d->fetch_count * FETCH_SIZE;
}

static void put_extension(struct writer *w, const struct datagram *d)
{
	put_integer(w, extension_size(d), 2);
	if (d->fetch_count == 0)
		return;
	put_integer(w, ITEM_FETCHES, 1);
	put_integer(w, d->fetch_count * FETCH_SIZE, 2);
	for (size_t i = 0; i < d->fetch_count; i++) {
		put(w, d->fetches[i].name, sizeof(d->fetches[i].name));
		put_integer(w, d->fetches[i].saying, 1);
		put_integer(w, d->fetches[i].pieces, 4);
	}
}

enum status datagram_encode(const struct datagram *d,
			    uint8_t out[static DATAGRAM_MAX], size_t *size)
{
	struct writer w = { out };
	size_t region_size = strnlen(d->region, sizeof(d->region));

	if (region_size > REGION_MAX || !region_is_fine(d->region) ||
	    d->head_count > DATAGRAM_HEADS_MAX ||
	    d->fetch_count > DATAGRAM_FETCHES_MAX ||
	    (unsigned)d->level > LEVEL_COUNTY)
		return STATUS_MALFORMED;

	put(&w, magic, sizeof(magic));
	put_integer(&w, DATAGRAM_VERSION, 1);
	put_integer(&w, (uint64_t)d->level, 1);
	put_integer(&w, d->flags, 2);
	put(&w, d->community, sizeof(d->community));
	put(&w, d->key, sizeof(d->key));
	put(&w, d->instance, sizeof(d->instance));
	put_integer(&w, d->boot, 4);
	put_integer(&w, d->seq, 4);
	put_integer(&w, d->http_port, 2);
	put_integer(&w, d->swarm_port, 2);
	put_integer(&w, d->statement_version, 4);
	put_integer(&w, d->trust_version, 4);
	put_integer(&w, d->root_version, 4);
	put_integer(&w, region_size, 1);
	put(&w, d->region, region_size);
	put_heads(&w, d,
		  DATAGRAM_MAX - FRAME_SIZE - region_size - extension_size(d));
	put_extension(&w, d);
	*size = (size_t)(w.next - out);
	assert(*size + DATAGRAM_SIGNATURE_SIZE <= DATAGRAM_MAX);
	return STATUS_OK;
}

/* Magic, version, level, flags and community: where datagram_peek() looks. */
enum { COMMUNITY_AT = 8, FIXED_SIZE = 84 };

enum status datagram_peek(struct bytes wire,
			  const uint8_t community[static DATAGRAM_COMMUNITY_SIZE])
{
	if (wire.size > DATAGRAM_MAX ||
	    wire.size < FIXED_SIZE + DATAGRAM_SIGNATURE_SIZE ||
	    memcmp(wire.data, magic, sizeof(magic)) != 0 ||
	    wire.data[sizeof(magic)] != DATAGRAM_VERSION)
		return STATUS_MALFORMED;
	if (memcmp(wire.data + COMMUNITY_AT, community,
		   DATAGRAM_COMMUNITY_SIZE) != 0)
		return STATUS_NOT_FOUND;
	return STATUS_OK;
}

static enum status read_fixed(struct bytes_reader *r, struct datagram *d)
{
	uint8_t head[sizeof(magic) + 1], level;

	if (bytes_read_copy(r, head, sizeof(head)) != STATUS_OK ||
	    memcmp(head, magic, sizeof(magic)) != 0 ||
	    head[sizeof(magic)] != DATAGRAM_VERSION ||
	    bytes_read_u8(r, &level) != STATUS_OK || level > LEVEL_COUNTY ||
	    bytes_read_u16(r, &d->flags) != STATUS_OK ||
	    bytes_read_copy(r, d->community, sizeof(d->community)) !=
		    STATUS_OK ||
	    bytes_read_copy(r, d->key, sizeof(d->key)) != STATUS_OK ||
	    bytes_read_copy(r, d->instance, sizeof(d->instance)) != STATUS_OK ||
	    bytes_read_u32(r, &d->boot) != STATUS_OK ||
	    bytes_read_u32(r, &d->seq) != STATUS_OK ||
	    bytes_read_u16(r, &d->http_port) != STATUS_OK ||
	    bytes_read_u16(r, &d->swarm_port) != STATUS_OK ||
	    bytes_read_u32(r, &d->statement_version) != STATUS_OK ||
	    bytes_read_u32(r, &d->trust_version) != STATUS_OK ||
	    bytes_read_u32(r, &d->root_version) != STATUS_OK)
		return STATUS_MALFORMED;
	d->level = (enum level)level;
	return STATUS_OK;
}

static enum status read_region(struct bytes_reader *r, struct datagram *d)
{
	struct bytes run;
	uint8_t size;

	if (bytes_read_u8(r, &size) != STATUS_OK || size > REGION_MAX ||
	    bytes_read_run(r, size, &run) != STATUS_OK ||
	    bytes_to_string(run, d->region, sizeof(d->region)) != STATUS_OK ||
	    !region_is_fine(d->region))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

static enum status read_heads(struct bytes_reader *r, struct datagram *d)
{
	uint8_t count;

	if (bytes_read_u8(r, &count) != STATUS_OK || count > DATAGRAM_HEADS_MAX)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < count; i++) {
		struct datagram_head *h = &d->heads[i];

		if (bytes_read_copy(r, h->origin, sizeof(h->origin)) !=
			    STATUS_OK ||
		    bytes_read_u64(r, &h->size) != STATUS_OK ||
		    bytes_read_copy(r, h->root, sizeof(h->root)) != STATUS_OK ||
		    h->size > INT64_MAX)
			return STATUS_MALFORMED;
	}
	d->head_count = count;
	return STATUS_OK;
}

/* Content that is no list of fetches is none of ours. */
static void read_fetches(struct bytes content, struct datagram *d)
{
	struct bytes_reader r;

	if (content.size % FETCH_SIZE != 0)
		return;
	bytes_reader_init(&r, content);
	while (r.left > 0 && d->fetch_count < DATAGRAM_FETCHES_MAX) {
		struct datagram_fetch *f = &d->fetches[d->fetch_count++];

		(void)bytes_read_copy(&r, f->name, sizeof(f->name));
		(void)bytes_read_u8(&r, &f->saying);
		(void)bytes_read_u32(&r, &f->pieces);
	}
}

/* What is not understood is stepped over; nothing in here makes a datagram
 * malformed. */
static void read_extension(struct bytes extension, struct datagram *d)
{
	struct bytes_reader r;
	struct bytes content;
	uint16_t size;
	uint8_t type;

	bytes_reader_init(&r, extension);
	while (bytes_read_u8(&r, &type) == STATUS_OK &&
	       bytes_read_u16(&r, &size) == STATUS_OK &&
	       bytes_read_run(&r, size, &content) == STATUS_OK)
		if (type == ITEM_FETCHES && d->fetch_count == 0)
			read_fetches(content, d);
}

enum status datagram_decode(struct bytes wire, struct datagram *d,
			    struct bytes *covered, const uint8_t **signature)
{
	struct bytes_reader r;
	struct datagram read = { .flags = 0 };
	struct bytes extension, rest;
	uint16_t size;

	if (wire.size > DATAGRAM_MAX)
		return STATUS_MALFORMED;
	bytes_reader_init(&r, wire);
	if (read_fixed(&r, &read) != STATUS_OK ||
	    read_region(&r, &read) != STATUS_OK ||
	    read_heads(&r, &read) != STATUS_OK ||
	    bytes_read_u16(&r, &size) != STATUS_OK ||
	    bytes_read_run(&r, size, &extension) != STATUS_OK ||
	    r.left != DATAGRAM_SIGNATURE_SIZE ||
	    bytes_read_run(&r, DATAGRAM_SIGNATURE_SIZE, &rest) != STATUS_OK)
		return STATUS_MALFORMED;
	read_extension(extension, &read);
	*d = read;
	*covered = (struct bytes){ wire.data,
				   wire.size - DATAGRAM_SIGNATURE_SIZE };
	*signature = rest.data;
	return STATUS_OK;
}

bool datagram_sequence_after(uint32_t boot_a, uint32_t seq_a, uint32_t boot_b,
			     uint32_t seq_b)
{
	return boot_a > boot_b || (boot_a == boot_b && seq_a > seq_b);
}
