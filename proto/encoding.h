/* Bytes as text and back: lower-case hex, base64 (RFC 4648 section 4, with
 * padding), and base32 for what people type.
 *
 * Decoding is strict: one spelling for each value, no white space. */
#ifndef PROTO_ENCODING_H
#define PROTO_ENCODING_H

#include "proto/bytes.h"

/* Sizes of encoded text without the final zero. */
#define HEX_SIZE(n) (2 * (n))
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4)
#define BASE32_SIZE(n) (((n) * 8 + 4) / 5)

/* Write HEX_SIZE(data.size) characters and a zero to `out`. */
void hex_encode(struct bytes data, char *out);
/* Decode exactly `size` bytes from 2*size lower-case digits; STATUS_MALFORMED
 * (`out` may be half written) otherwise. */
enum status hex_decode(struct bytes text, uint8_t *out, size_t size);

/* Write BASE64_SIZE(data.size) characters and a zero to `out`. */
void base64_encode(struct bytes data, char *out);
void buf_put_base64(struct buf *b, struct bytes data);
/* Decode into `out` of `room` bytes; `*size` says how many came. Refuses
 * missing padding, other alphabets and non-zero tail bits. */
enum status base64_decode(struct bytes text, uint8_t *out, size_t room,
			  size_t *size);

/* Crockford's alphabet in lower case, no padding: no i, l, o, u to misread.
 * Writes BASE32_SIZE(data.size) characters and a zero. */
void base32_encode(struct bytes data, char *out);
/* Decode what a person typed: case, '-' and spaces do not matter, o reads as
 * 0, i and l as 1. Wants exactly BASE32_SIZE(size) digits. */
enum status base32_decode(struct bytes text, uint8_t *out, size_t size);

#endif
