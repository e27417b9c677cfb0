/* The only door to libtorrent: commands in, events out (proto/enginewire.h).
 *
 * One session for the whole program, which ends with it: the engine's way out
 * is _exit(), since waiting for libtorrent's threads could take as long as a
 * disk that does not answer.
 *
 * How payloads live here:
 *
 *   ADD -> loaded -> RELEASE, or a failure -> leaving -> RELEASED or FAILED
 *
 * A leaving payload is paused. libtorrent says that it is when the last write
 * was made and the files are closed; what had been verified by then is
 * written. Where it does not say so, it is asked otherwise every 10 s.
 *
 * Threads: the main thread only. libtorrent's threads do nothing here but
 *          write to the wake descriptor. */
#ifndef NODE_TORRENT_TORRENT_H
#define NODE_TORRENT_TORRENT_H

#include "proto/enginewire.h"
#include "proto/err.h"

struct torrent;

/* `event` is valid until the callback returns. */
typedef void (*torrent_event_cb)(void *owner, const struct engine_event *event);

struct torrent_options {
	const char *payload_dir; /* absolute */
	const char *listen;	 /* address:port */
};

/*
 * Start the session. It listens only after the first ENGINE_COMMAND_LIMITS,
 * because that says who is allowed in.
 *
 * Returns: STATUS_OK, STATUS_NO_MEMORY, STATUS_IO.
 */
enum status torrent_open(struct torrent **out,
			 const struct torrent_options *options,
			 torrent_event_cb on_event, void *owner,
			 struct err *err);

/* Readable when torrent_work() has something to do. */
int torrent_wake_fd(const struct torrent *t);

/* Carry out one command. Whatever goes wrong is told as ENGINE_FAILED; a
 * command for a slot that is not loaded is late and means nothing. */
void torrent_command(struct torrent *t, const struct engine_command *command);

/* Tell what has happened, and do what is due once a second. Returns in how
 * many milliseconds to come again at the latest. */
int torrent_work(struct torrent *t, uint64_t now_ms);

/* libtorrent's version as a number (20008) and as text, in use right now. */
uint32_t torrent_version(void);
const char *torrent_version_text(void);

#endif
