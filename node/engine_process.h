/* One run of the engine program: a child process, and frames to and from it.
 *
 * Threads:  loop thread only.
 * Lifetime: engine_process_start() -> frames -> ended callback, after which the
 *           struct may be started again or freed. It ends by itself, by
 *           engine_process_kill() or by engine_process_close(). */
#ifndef NODE_ENGINE_PROCESS_H
#define NODE_ENGINE_PROCESS_H

#include <uv.h>

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	/* More than this is not queued for a child that does not read. */
	ENGINE_PROCESS_QUEUE_MAX = 64 << 20,
	/* How long a child may take to end after its socket was closed. */
	ENGINE_PROCESS_GRACE_MS = 3000,
};

/* One frame without its length; false says that it made no sense, and the
 * child is killed for it. */
typedef bool (*engine_process_frame_cb)(void *owner, struct bytes frame);
/* `how` is a phrase ("ended by signal 9"), valid until it returns. */
typedef void (*engine_process_end_cb)(void *owner, const char *how);

struct engine_process {
	/* private */
	void *owner;
	engine_process_frame_cb on_frame;
	engine_process_end_cb on_end;
	uv_process_t child;
	uv_pipe_t pipe;
	uv_timer_t patience;
	struct buf in;
	int open_handles;
	bool running; /* there is a child to be waited for */
	bool closing; /* frames are of no interest any more */
	uint64_t frames_taken; /* how often it took something; to be read */
	char how[160];
};

/*
 * Start a program with one end of a socket pair as its descriptor 3.
 * `arguments`: the program first, NULL last; not needed afterwards.
 *
 * Before: nothing of an earlier run of `p` is left.
 * A failure to start is told by the ended callback as well.
 */
void engine_process_start(struct engine_process *p, uv_loop_t *loop,
			  char *const *arguments,
			  engine_process_frame_cb on_frame,
			  engine_process_end_cb on_end, void *owner);

/* Send what `frames` holds, whole frames, taking its memory: it is empty
 * afterwards, also after a failure. STATUS_BUSY when too much is waiting,
 * STATUS_UNREACHABLE when it is ending, STATUS_NO_MEMORY. */
enum status engine_process_take(struct engine_process *p, struct buf *frames);

/* Bytes that wait for it; 0 when it is ending. */
size_t engine_process_queued(const struct engine_process *p);

/* End it at once, for the reason given; the ended callback follows. */
void engine_process_kill(struct engine_process *p, const char *why);
/* Close the socket, which ends it; the ended callback follows. */
void engine_process_close(struct engine_process *p);
/* 0 while there is none. */
int engine_process_pid(const struct engine_process *p);

#endif
