/* Reads all that is held again, bit by bit, once in a round: disks lose bytes
 * without a word, and what is found early is had from others while they still
 * have it.
 *
 * node.conf:  scrub = 30d   (the time for one round; off)
 *
 * As slowly as a round allows and never faster than SCRUB_RATE_MOST, on a
 * thread that yields the disk to everybody else, and not while anybody needs it
 * now. Where it is in its round survives a stop.
 *
 * Threads:  loop thread; hashing on libuv's pool.
 * Lifetime: scrub_open() -> … -> scrub_close() -> closed callback. */
#ifndef NODE_SCRUB_H
#define NODE_SCRUB_H

#include <jansson.h>
#include <uv.h>

#include "node/house.h"

enum { SCRUB_RATE_MOST = 4000000 /* bytes a second */ };

struct scrub;

struct scrub_options {
	uv_loop_t *loop;
	struct house *house;
	uint64_t round_s; /* 0: never */
	unsigned tick_ms; /* 0: the usual */
	void *owner;
	/* May the disk be read now? NULL: always. */
	bool (*may)(void *owner);
	/* Pieces of a held payload are bad: `good` is the have-map of those
	 * that are not. */
	void (*damaged)(void *owner, const uint8_t *btmh, struct bytes good);
};

enum status scrub_open(struct scrub **out, const struct scrub_options *options,
		       struct err *err);
void scrub_close(struct scrub *s, void (*on_closed)(void *owner), void *owner);

/* Bytes a second for so many bytes in all in so much time; pure. */
uint64_t scrub_rate(uint64_t bytes, uint64_t round_s);

/* {round_s, rate, rounds, read}: `rounds` ended and bytes read since the start:
 * a new reference. */
json_t *scrub_status(const struct scrub *s);

#endif
