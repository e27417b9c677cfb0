/* Every byte of a drive verified, before a trip or when a village complains:
 * lessons piece by piece against their proven torrent files, logs tile by tile
 * against their signatures, records' acknowledgements against the trust note.
 * Nothing is written, nothing is taken in.
 *
 * The answer is what `xiangtu drive check --json` prints:
 *
 *     {"lessons":[{"btmh","title","bytes":n,"good":n,
 *                  "state":"good"|"partly"|"missing"|"damaged",
 *                  "pieces":n,"damaged":n,"missing":n,"unread":n}],
 *      "logs":[{"origin","entries":n,"state":"good"|"damaged","trouble"}],
 *      "records":[{"origin","name","entries":n,"acked":n,
 *                  "state":"good"|"damaged","trouble"}],
 *      "bytes":n,"damaged":n}
 *
 * "partly" is a lesson that a pulled drive has some pieces of, all of them
 * good: the next visit completes it. "damaged" in the whole counts lessons,
 * logs and records. An acknowledgement that nobody here can judge is none.
 *
 * Threads: blocks its caller; else as the catalog. */
#ifndef NODE_DRIVE_INSPECT_H
#define NODE_DRIVE_INSPECT_H

#include "node/drive/survey.h"

struct inspect_options {
	struct survey survey;
	/* At least twice a second; `title` is of the lesson or log under way.
	 * May be NULL. False ends it as STATUS_CANCELLED. */
	bool (*progress)(void *owner, const char *title, uint64_t done,
			 uint64_t total);
	void *owner;
};

/*
 * Verify all of it. `*report` is a new reference, given with STATUS_DAMAGED,
 * too.
 *
 * Returns: STATUS_OK when nothing on it is damaged; STATUS_DAMAGED;
 *          STATUS_CANCELLED; STATUS_UNREACHABLE; and those of survey_drive().
 */
enum status inspect_drive(const struct inspect_options *options,
			  json_t **report, struct err *err);

#endif
