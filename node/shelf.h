/* What is ready to be taken: held payloads, posters and torrent files, served
 * straight from disk: by the HTTP server's own threads what is in memory,
 * otherwise aside (node/aside.h).
 *
 * Of a payload only its hash is kept here; what lies below payload/<btmh>/ of
 * a held one is exactly its files. Which are held changes on the loop thread,
 * and is read under a lock by the others.
 *
 * Threads: shelf_try() on any; the rest on the loop thread. */
#ifndef NODE_SHELF_H
#define NODE_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include "node/http_server.h"

struct shelf;

/* The folders are opened here. STATUS_IO, STATUS_NO_MEMORY. */
enum status shelf_open(struct shelf **out, const char *payload_dir,
		       const char *torrent_dir, const char *blob_dir,
		       struct err *err);
void shelf_free(struct shelf *shelf);

/* Put on, take off. STATUS_OK or STATUS_NO_MEMORY; either may be repeated. */
enum status shelf_put(struct shelf *shelf, const uint8_t btmh[static 32]);
void shelf_take(struct shelf *shelf, const uint8_t btmh[static 32]);
bool shelf_has(const struct shelf *shelf, const uint8_t btmh[static 32]);

/* Seconds since somebody began to read of it; UINT32_MAX: not since it was put
 * here. */
uint32_t shelf_unread_s(const struct shelf *shelf,
			const uint8_t btmh[static 32]);
/* The same of anything. */
uint32_t shelf_quiet_s(const struct shelf *shelf);
/* Those read since they were given out here the last time, `max` at most. */
size_t shelf_take_read(struct shelf *shelf, uint8_t (*out)[32], size_t max);

/* Which disks the folders are on (of torrents and posters one): from here on
 * shelf_try() waits for neither. They outlive the shelf. */
void shelf_use_disks(struct shelf *shelf, struct aside *payload,
		     struct aside *small);

/* The stage of shelf_try()'s looks (struct http_look): behind it the shelf has
 * nothing. Others' are higher. */
enum { SHELF_STAGE = 1 };

/* An http_try_fast_cb with the shelf as owner: answers GET of
 * /payload/<btmh>/<path>, /blob/<sha256>, /torrent/<btmh> when the file is
 * there, or says where to look for it, and leaves everything else to others. */
bool shelf_try(void *shelf, const struct http_head *head,
	       struct http_answer *answer);
/* The same, waiting for the disk. */
bool shelf_look(struct shelf *shelf, const struct http_head *head,
		struct http_answer *answer);

#endif
