/* The query string of /announce (BEP 3). */
#include <string.h>

#include "node/tracker.h"
#include "proto/encoding.h"
#include "proto/url.h"

/* Cut the next `name=value` off a query string; false at its end. */
static bool next_pair(struct bytes *query, struct bytes *name,
		      struct bytes *value)
{
	const uint8_t *and, *equals;
	size_t size;

	if (query->size == 0)
		return false;
	and = memchr(query->data, '&', query->size);
	size = and == NULL ? query->size : (size_t)(and - query->data);
	*name = (struct bytes){ query->data, size };
	*value = (struct bytes){ query->data + size, 0 };
	equals = memchr(query->data, '=', size);
	if (equals != NULL) {
		name->size = (size_t)(equals - query->data);
		*value = (struct bytes){ equals + 1, size - name->size - 1 };
	}
	size += and != NULL;
	*query = (struct bytes){ query->data + size, query->size - size };
	return true;
}

static enum status read_hash(struct bytes value,
			     uint8_t out[static TRACKER_HASH_SIZE])
{
	uint8_t hash[TRACKER_HASH_SIZE];
	size_t size;

	if (url_decode_value(value, hash, sizeof(hash), &size) != STATUS_OK ||
	    size != sizeof(hash))
		return STATUS_MALFORMED;
	memcpy(out, hash, sizeof(hash));
	return STATUS_OK;
}

static enum tracker_event read_event(struct bytes value)
{
	if (bytes_is(value, "started"))
		return TRACKER_STARTED;
	if (bytes_is(value, "stopped"))
		return TRACKER_STOPPED;
	if (bytes_is(value, "completed"))
		return TRACKER_COMPLETED;
	return TRACKER_NONE;
}

/* What is said of the number of peers is a wish: nonsense is the usual. */
static unsigned read_numwant(struct bytes value)
{
	uint64_t number;

	if (decimal_parse(value, &number) != STATUS_OK ||
	    number > TRACKER_NUMWANT)
		return TRACKER_NUMWANT;
	return (unsigned)number;
}

/* 16 hex digits; 0 for anything else. */
static uint64_t read_node_id(struct bytes value)
{
	uint8_t bytes[8];
	uint64_t id = 0;

	if (hex_decode(value, bytes, sizeof(bytes)) != STATUS_OK)
		return 0;
	for (size_t i = 0; i < sizeof(bytes); i++)
		id = id << 8 | bytes[i];
	return id;
}

enum status tracker_parse(struct bytes query, struct tracker_request *out)
{
	struct tracker_request rq = { .compact = true,
				      .numwant = TRACKER_NUMWANT };
	struct bytes name, value;
	bool has_hash = false;
	uint64_t port = 0, left = 1, http = 0;

	while (next_pair(&query, &name, &value)) {
		enum status status = STATUS_OK;

		if (bytes_is(name, "info_hash")) {
			if (has_hash)
				return STATUS_MALFORMED;
			has_hash = true;
			status = read_hash(value, rq.hash);
		} else if (bytes_is(name, "port")) {
			status = decimal_parse(value, &port);
		} else if (bytes_is(name, "left")) {
			/* Clients that know no size send what they like. */
			(void)decimal_parse(value, &left);
		} else if (bytes_is(name, "event")) {
			rq.event = read_event(value);
		} else if (bytes_is(name, "compact")) {
			rq.compact = !bytes_is(value, "0");
		} else if (bytes_is(name, "numwant")) {
			rq.numwant = read_numwant(value);
		} else if (bytes_is(name, "http")) {
			(void)decimal_parse(value, &http);
		} else if (bytes_is(name, "node")) {
			rq.node_id = read_node_id(value);
		}
		if (status != STATUS_OK)
			return status;
	}
	if (!has_hash || port == 0 || port > UINT16_MAX)
		return STATUS_MALFORMED;
	rq.port = (uint16_t)port;
	rq.seed = left == 0;
	if (http <= UINT16_MAX && rq.node_id != 0)
		rq.http_port = (uint16_t)http;
	*out = rq;
	return STATUS_OK;
}
