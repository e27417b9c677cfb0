/* Bounded reading of the fields of a JSON object, and their writing.
 *
 * Every reader returns STATUS_OK or STATUS_MALFORMED with the field's name in
 * `err`, and leaves its result untouched on failure. A missing field is an
 * error only where it is REQUIRED; an OPTIONAL one leaves the result as the
 * caller prepared it. `null` is not a way to be missing. */
#ifndef CATALOG_JSONFIELDS_H
#define CATALOG_JSONFIELDS_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/bytes.h"
#include "proto/err.h"

enum presence { OPTIONAL, REQUIRED };

/* A string of less than `room` bytes. */
enum status field_text(const json_t *object, const char *key,
		       enum presence presence, char *out, size_t room,
		       struct err *err);
enum status field_integer(const json_t *object, const char *key,
			  enum presence presence, uint64_t least,
			  uint64_t most, uint64_t *out, struct err *err);
/* As field_integer, for what fits in 31 bits. */
enum status field_number(const json_t *object, const char *key,
			 enum presence presence, uint32_t least,
			 uint32_t most, uint32_t *out, struct err *err);
/* 32 bytes as 64 lower-case hex digits; `*present` (may be NULL) says whether
 * an optional one was there. */
enum status field_hash(const json_t *object, const char *key,
		       enum presence presence, uint8_t out[static 32],
		       bool *present, struct err *err);

/* Add fields to an object being written; false when out of memory. An empty
 * text is left out. */
bool field_put_text(json_t *object, const char *key, const char *text);
bool field_put_integer(json_t *object, const char *key, uint64_t value);
bool field_put_hash(json_t *object, const char *key,
		    const uint8_t hash[static 32]);

/* Append `object` as compact JSON. STATUS_NO_MEMORY leaves `out` as it was. */
enum status fields_write(const json_t *object, struct buf *out);

#endif
