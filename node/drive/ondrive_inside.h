/* How drives and the answers from them share themselves between threads: for
 * node/drive/ondrive*.c only.
 *
 * Whoever does I/O on a drive counts in its `busy` and does it without the lock
 * (but for the thread that ends drives). A drive that is leaving takes nobody
 * new, and goes when `busy` is 0; what lies open between two reads of an answer
 * is closed by whoever ends the drive.
 *
 * A read that does not return holds its drive, and the drives as a whole
 * (`holds`): what ondrive_free() cannot free yet, the last of these frees. */
#ifndef NODE_DRIVE_ONDRIVE_INSIDE_H
#define NODE_DRIVE_ONDRIVE_INSIDE_H

#include <pthread.h>

#include "catalog/catalog.h"
#include "node/alive.h"
#include "node/aside_read.h"
#include "node/drive/cargo.h"
#include "node/drive/ondrive.h"
#include "node/house.h"
#include "node/share.h"

struct plugged {
	struct plugged *next;
	uint64_t id; /* no other drive has had it; from ONDRIVE_STAGE on */
	struct aside *disk;
	struct mount *m;
	char path[HOUSE_PATH_MAX];
	struct alive who;
	bool leaving;
	unsigned busy; /* reads under way */
};

/* One answer, from the first look to the last byte. */
struct playing {
	struct playing *next;
	struct ondrive *od; /* held */
	struct aside *disk; /* held */
	uint64_t source;    /* who asks */
	struct plugged *drive; /* NULL once it went */
	struct torrentfile *tf;
	struct cargo *cargo; /* NULL once the drive went */
	const struct metainfo_file *file;
	uint8_t *piece; /* the last one read, verified */
	uint32_t at;	/* its number; UINT32_MAX: none */
	bool reading;	/* `cargo` is in use, without the lock */
};

struct ondrive {
	char torrent_dir[HOUSE_PATH_MAX + 16];
	pthread_mutex_t reader_lock; /* for the catalog */
	struct catalog *reader;

	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t quiet; /* some `busy` is 0 */
	struct plugged *drives;
	uint64_t last_id;
	struct playing *playing;
	struct share places; /* for these */
	unsigned holds;
};

/* Under the lock: one hold more. */
void ondrive_hold(struct ondrive *od);
/* Without the lock: one less. */
void ondrive_drop(struct ondrive *od);
/* Count in the drive's `busy`; NULL when it has gone or is about to. */
struct plugged *plugged_enter(struct ondrive *od, uint64_t id);

/* I/O on a drive that counted as `busy` is over. */
void plugged_leave(struct ondrive *od, struct plugged *drive);
/* Does the drive name a place for that payload? */
bool plugged_has(struct plugged *drive, const uint8_t btmh[static 32]);
/* Its torrent file: the node's own, else the drive's, proved; or NULL. */
struct torrentfile *plugged_torrent(struct ondrive *od,
				    struct plugged *drive,
				    const uint8_t btmh[static 32]);

#endif
