/* May this node add to its record log now? Pure.
 *
 * A log has one history. A disk that was put back to an older state would begin
 * a second behind what others have of the first, and the log ends there. So
 * before the first entry of a life the upstreams are asked whether they have
 * more of it, and a drive that is being read shows what it has before anything
 * is sealed. What nobody there can tell is not waited for for ever:
 *
 *     by itself           a quarter of an hour after the start
 *     while somebody      half a minute after the start; ten seconds where
 *     stands there        every upstream that has not answered was tried, and
 *                         could not be reached
 *
 * Then it signs; where more of the log turns up later, it is a fork.
 * Times are monotonic milliseconds. */
#ifndef NODE_STUDY_ASKING_H
#define NODE_STUDY_ASKING_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ASKING_ALONE_MS = 15 * 60 * 1000,
	ASKING_PERSON_MS = 30 * 1000,
	ASKING_FAILED_MS = 10 * 1000
};

struct asking {
	bool person;   /* somebody sends by hand, or has brought a drive */
	bool answered; /* by every upstream that takes records */
	bool failed;   /* those that have not answered cannot be reached */
	bool reading;  /* a drive that has not shown yet what it has of it */
	bool behind;   /* more of it exists, and may be coming in just now */
	int64_t run_ms; /* since the start of the node */
};

enum asking_verdict {
	ASKING_GO, /* where it is behind: as far as upstreams are concerned */
	ASKING_UPSTREAMS, /* wait for them */
	ASKING_DRIVE	  /* wait until that drive was read */
};
enum asking_verdict asking_decide(const struct asking *a);

#endif
