/* The keeper: a small process beside the engine's that makes its connections.
 *
 * A seccomp filter cannot read the address that connect() is given, and what
 * a supervisor has read may have changed before the kernel reads it again. So
 * the kernel stops each connect() and tells the keeper; that copies the
 * address, judges it (keeper_rules.h), and connects the socket itself, by a
 * descriptor of its own for it. Data never passes through it. It never waits:
 * sockets that would block are refused.
 *
 * It is made before there is anything to fear, as a child of the engine, and
 * confined as that is, with hardly a call left to it. It ends with the engine;
 * without it every connect() fails.
 *
 * Threads: none. */
#ifndef NODE_TORRENT_KEEPER_H
#define NODE_TORRENT_KEEPER_H

#include "node/torrent/keeper_rules.h"
#include "proto/err.h"

/*
 * Make the keeper and see whether it can do its work here. To be called after
 * user and files are confined, before calls are.
 *
 * Owns:    *fd, the caller's: it reads as ended when the keeper has ended. -1
 *          when there is none.
 * Returns: STATUS_OK, with *lack ENGINE_LACKS_KERNEL (Linux before 5.9),
 *          ENGINE_LACKS_SIGHT (no process may look into another here) or
 *          ENGINE_LACKS_NOTHING; STATUS_IO.
 */
enum status keeper_start(const struct keeper_rules *rules, int *fd,
			 enum engine_lack *lack, struct err *err);

/* Give it the listener that confine_calls() returned, which is closed here in
 * any case. STATUS_IO when it does not take it. */
enum status keeper_give(int fd, int listener, struct err *err);

#endif
