/* Bencoding as BEP 3 defines it, read strictly: integers in their one
 * spelling (no leading zeros, no "-0", within 64 bits), string lengths
 * without leading zeros, dictionary keys sorted bytewise and never twice,
 * nesting at most BENCODE_DEPTH_MAX.
 *
 * Reading is by pulling: a cursor steps over one value at a time and hands
 * out slices that borrow from the input. Nothing is allocated. */
#ifndef PROTO_BENCODE_H
#define PROTO_BENCODE_H

#include "proto/bytes.h"

enum { BENCODE_DEPTH_MAX = 64 };

enum bencode_kind {
	BENCODE_INTEGER,
	BENCODE_STRING,
	BENCODE_LIST,
	BENCODE_DICT
};

struct bencode_value {
	enum bencode_kind kind;
	struct bytes raw; /* the whole value as it lies in the input */
	/* BENCODE_STRING: its bytes. BENCODE_LIST and BENCODE_DICT: what lies
	 * between the opening letter and the closing 'e'. */
	struct bytes body;
	int64_t integer; /* BENCODE_INTEGER only */
};

/*
 * Read the one value that fills `from` to its last byte, and prove all that
 * is inside it well-formed, so that walking it below only fails at its end.
 *
 * Returns: STATUS_MALFORMED for anything the head of this file refuses.
 */
enum status bencode_parse(struct bytes from, struct bencode_value *value);

/* The same for a value that may be followed by other bytes. */
enum status bencode_parse_prefix(struct bytes from,
				 struct bencode_value *value);

/* A place inside a list or dictionary that bencode_parse() has proved. */
struct bencode_walk {
	struct bytes left;
};

/* `value` must be a list or a dictionary (asserted). */
void bencode_walk_init(struct bencode_walk *walk,
		       const struct bencode_value *value);
/* The next item; false at the end of the list. */
bool bencode_walk_item(struct bencode_walk *walk,
		       struct bencode_value *item);
/* The next key and value; false at the end of the dictionary. */
bool bencode_walk_pair(struct bencode_walk *walk, struct bytes *key,
		       struct bencode_value *value);

/* Look a key up in a dictionary. False (and `value` untouched) when `dict` is
 * no dictionary or has no such key. */
bool bencode_find(const struct bencode_value *dict, const char *key,
		  struct bencode_value *value);
/* Look up a key whose value must be of the kind named; STATUS_NOT_FOUND when
 * it is absent, STATUS_MALFORMED when it is of another kind. */
enum status bencode_find_string(const struct bencode_value *dict,
				const char *key, struct bytes *string);
enum status bencode_find_integer(const struct bencode_value *dict,
				 const char *key, int64_t *integer);

/* Writing. What bencode_put_dict() or bencode_put_list() opened is closed by
 * bencode_put_end(); keeping keys sorted is the
 * caller's. Failures stay in the buffer (buf_status()). */
void bencode_put_dict(struct buf *b);
void bencode_put_list(struct buf *b);
void bencode_put_end(struct buf *b);
void bencode_put_integer(struct buf *b, int64_t integer);
void bencode_put_string(struct buf *b, struct bytes string);
/* For keys and other C strings. */
void bencode_puts(struct buf *b, const char *string);

#endif
