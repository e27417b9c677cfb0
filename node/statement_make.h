/* Making this node's statement, whether it runs or not, and keeping those of
 * others. The text is proto/statement.h's, the note node/own_statement.h's.
 *
 * Threads: as the house's catalog. */
#ifndef NODE_STATEMENT_MAKE_H
#define NODE_STATEMENT_MAKE_H

#include "node/house.h"
#include "proto/statement.h"

struct statement_maker {
	struct house *house;
	uint8_t instance[STATEMENT_INSTANCE_SIZE];
	uint32_t boot;
	uint32_t seq;
	uint16_t swarm_port; /* 0: no swarm */
};

/* Begin a life of the node: boot counter one up, durably, an instance of its
 * own, sequence 0, no swarm. What is said in it is newer than all before. */
enum status statement_maker_init(struct statement_maker *m,
				 struct house *house, struct err *err);

/*
 * Append a new statement to `note`, with the next sequence number: what this
 * node is, holds, wants and by which day.
 *
 * Returns: STATUS_OK; STATUS_NO_ROOM when it would be larger than others take;
 *          STATUS_NO_MEMORY; what SQLite fails with. `note` may then hold part
 *          of it.
 */
enum status statement_make(struct statement_maker *m, struct buf *note,
			   struct err *err);

/*
 * Keep the statement of another node, which was `age_s` old when it came;
 * `*out` is what it says and points into `note`.
 *
 * Returns: STATUS_OK; STATUS_OLD for what is held already, or is our own;
 *          STATUS_MALFORMED; STATUS_UNTRUSTED; as statements_put(). `*out` is
 *          written only with STATUS_OK.
 */
enum status statement_keep(struct house *house, struct bytes note,
			   uint64_t age_s, struct statement *out,
			   struct err *err);

#endif
