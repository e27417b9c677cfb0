/* Byte ranges of HTTP (RFC 9110 section 14): what a Range header asks of a
 * representation whose length is known, and what a Content-Range answers. */
#ifndef PROTO_RANGE_H
#define PROTO_RANGE_H

#include <stdint.h>

#include "proto/status.h"

/* Both ends belong to the range, as in the header. */
struct range {
	uint64_t first;
	uint64_t last;
};

enum range_kind {
	RANGE_ALL,          /* no header, or one to be ignored: send it all */
	RANGE_PART,         /* one satisfiable range */
	RANGE_UNSATISFIABLE /* answer 416 */
};

/*
 * Read the value of a Range header (NULL when there was none) against a
 * representation of `length` bytes. `range` is written for RANGE_PART only,
 * and then first <= last < length.
 *
 * Several ranges, other units and malformed values are ignored (RANGE_ALL), as
 * the RFC allows. "bytes=-N" is the last N bytes.
 */
enum range_kind range_parse(const char *header, uint64_t length,
			    struct range *range);

/* The total of "bytes 0-9/" followed by a star. */
#define RANGE_TOTAL_UNKNOWN UINT64_MAX

/* Read the value of a Content-Range header of a 206: "bytes F-L/TOTAL".
 * STATUS_MALFORMED unless F <= L < TOTAL. */
enum status content_range_parse(const char *header, struct range *range,
				uint64_t *total);

#endif
