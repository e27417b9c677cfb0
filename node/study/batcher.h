/* The node's own voice upward: once a day, and soon after something was
 * finished, it seals what waits in the outbox and says how the machine is
 * (node/study/rounds.h says when, node/study/sealing.h how). Before the first
 * entry of a life is signed, those are asked who may have more of our record
 * log than this disk (node/study/asking.h).
 *
 * Threads: the loop's; the machine is looked at on the pool. */
#ifndef NODE_STUDY_BATCHER_H
#define NODE_STUDY_BATCHER_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/err.h"

struct batcher;
struct node;

/* For node_start(); `*out` is freed with batcher_free() when the loop has
 * ended. */
enum status batcher_open(struct batcher **out, struct node *n,
			 struct err *err);
void batcher_free(struct batcher *b);

/* Once a second. */
void batcher_tick(struct node *n);

/* A study or a visit of a card's holder has ended, or something was told that
 * should not wait for the day's round: it goes within a minute, ten minutes
 * after the last at the earliest. */
void batcher_nudge(struct node *n);

/* May anything be added to our record log now, by somebody who stands there:
 * by hand, with a drive? STATUS_BUSY: ask again. */
enum status batcher_may(struct node *n, struct err *err);

/* How the machine was when it was looked at last, as the item of the day's
 * batch: a new reference, or NULL. STATUS_BUSY while the first look after the
 * start goes on: ask again. */
enum status batcher_machine(struct node *n, json_t **out, struct err *err);

/* It was sent by hand or with a drive; `day`: with that item, so that there is
 * no other today. `more`: something was left, and follows within minutes. */
void batcher_sent(struct node *n, bool day, bool more);

/* Why the last round could not go; "" when it could. Until the next tick. */
const char *batcher_trouble(const struct node *n);

#endif
