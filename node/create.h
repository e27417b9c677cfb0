/* Makes a node: `xiangtu init`.
 *
 * node.conf is written last: a directory without it holds no node, whatever
 * else a power cut left there, and may be made one again. */
#ifndef NODE_CREATE_H
#define NODE_CREATE_H

#include "node/conf.h"
#include "node/join.h"
#include "signing/digest.h"

/* The usual limits of a publisher: generous, but finite. */
enum { CREATE_ENTRY_BYTES_MAX = 8192, CREATE_ENTRIES_MAX = 1 << 22 };

struct create_options {
	const char *dir;
	/* name, level, region, addresses; `origin` names the log of this
	 * office: of a county with a root of its own, where "" is a made name,
	 * or of an office that joins, where "" means that it writes none.
	 * Without upstreams those of `join` are taken. */
	struct conf conf;
	/* NULL: a county with a root of its own. Its trust note may be missing
	 * (it comes later), or signed under a root that is no longer the
	 * newest. */
	const struct join *join;
	const char *fingerprint; /* words that root 1 must have, or NULL */
	/* What the keys of a county's office, and its root key, are kept
	 * behind; of size 0: nothing. */
	struct bytes passphrase, root_passphrase;
};

struct created {
	uint8_t fingerprint[SHA256_SIZE];
	char code[16]; /* by which the office enrols this node */
	char origin[ORIGIN_MAX + 1]; /* its own log, or "" */
	/* Its keys are made, but the root elsewhere: who holds that is to be
	 * given DIR/office.request (node/office_request.h). */
	bool asks;
};

#define CREATE_REQUEST "office.request"

/*
 * Make the node.
 *
 * Returns: STATUS_OK, and all of it is on disk; STATUS_EXISTS when there is a
 *          node in `dir`; STATUS_USAGE for what is missing; STATUS_UNTRUSTED
 *          when the fingerprint is another or a note does not verify (nothing
 *          was written then); STATUS_MALFORMED; STATUS_IO; STATUS_NO_ROOM.
 */
enum status create_node(const struct create_options *options,
			struct created *out, struct err *err);

/* The parts that restoring an office (node/restore.h) shares: remove notes of
 * an attempt that did not get to its end; and the last steps, a new node key,
 * the machine's mark and node.conf. `out` gets the code. */
void create_forget_notes(const char *dir);
enum status create_finish(const char *dir, const struct conf *conf,
			  struct created *out, struct err *err);

#endif
