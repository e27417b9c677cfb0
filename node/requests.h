/* What the command line and the desks may ask of a node: one JSON request,
 * one JSON answer, the same whether a node runs (over its control socket) or
 * not (on the directory itself).
 *
 * A request is {"verb": …, …}; the list is in docs/architecture.md,
 * "Requests". Every request is short: what takes long (hashing a payload,
 * copying files) is done by whoever asks, and told here when it is done. */
#ifndef NODE_REQUESTS_H
#define NODE_REQUESTS_H

#include <jansson.h>
#include <sys/types.h>

#include "catalog/index.h"
#include "node/house.h"
#include "node/own_log.h"

/* What only a running node can tell or do. All members may be NULL. */
struct live {
	void *node;
	/* {"http": …, "swarm": …, "announcing": …} and the like, merged into
	 * the answer of `status`. */
	json_t *(*status)(void *node);
	json_t *(*neighbours)(void *node);
	json_t *(*transfers)(void *node);
	/* Share of a payload that is here, -1 when nothing works on it; and
	 * why it does not come. */
	double (*progress)(void *node, const uint8_t *btmh);
	const char *(*trouble)(void *node, const uint8_t *btmh);
	/* Things changed: */
	void (*log_grown)(void *node, int64_t log);
	void (*published)(void *node, const uint8_t *btmh);
	void (*choices_changed)(void *node);
	enum status (*damaged)(void *node, const uint8_t *btmh,
			       struct bytes good, struct err *err);
	/* As fetcher_lend() and fetcher_lent_back(). */
	enum status (*lend)(void *node, const uint8_t *btmh, pid_t pid,
			    struct buf *have, uint32_t *pieces, bool *held,
			    struct err *err);
	enum status (*lent_back)(void *node, const uint8_t *btmh, pid_t pid,
				 uint32_t pieces, uint64_t bytes,
				 struct bytes have, bool *held,
				 struct err *err);
	/* Room for what process `pid` is to publish, as cache_reserve_for();
	 * *floor: bytes of disk that must stay free. */
	enum status (*room_for)(void *node, pid_t pid, uint64_t bytes,
				uint64_t *floor, struct err *err);
	/* As cache_status(). */
	json_t *(*cache)(void *node);
	/* Keys were unlocked: what waited for them can be done. */
	void (*unlocked)(void *node);
	/* As desk_set() and desk_names(). */
	enum status (*secret_set)(void *node, const char *who,
				  const char *hash, struct err *err);
	json_t *(*secret_names)(void *node, struct err *err);
	/* Something was told that should not wait for the day's round of
	 * records; why the last one could not go, "" when it could. */
	void (*records_press)(void *node);
	const char *(*records_trouble)(void *node);
	/* As batcher_may(), batcher_machine() and batcher_sent(). */
	enum status (*records_may)(void *node, struct err *err);
	enum status (*machine)(void *node, json_t **out, struct err *err);
	void (*records_sent)(void *node, bool day, bool more);
	/* Newer trust was taken in; a log was found forked. */
	void (*trust_taken)(void *node);
	/* Delegations have changed. */
	void (*delegated)(void *node);
	void (*forked)(void *node, const char *origin);
	/* A proof of a fork was taken in; `stopped`: its log was followed until
	 * now. */
	void (*evidence_changed)(void *node, const char *origin, bool stopped);
	/* A checkpoint has gained lines of witnesses. */
	void (*lines_taken)(void *node, int64_t log);
	/* Keep somebody's statement; give our own (borrowed, may be empty). */
	enum status (*statement_take)(void *node, struct bytes note,
				      uint64_t age_s, struct err *err);
	struct bytes (*own_statement)(void *node);
	/* As ondrive_here() and ondrive_gone(). */
	enum status (*drive_here)(void *node, const char *path, pid_t pid,
				  struct err *err);
	enum status (*drive_gone)(void *node, const char *path,
				  struct err *err);
	/* Add to a lesson's JSON where it can be played now, if it can. */
	void (*tell_where)(void *node, const uint8_t *btmh, bool held,
			   json_t *lesson);
	/* As importer_json(); `now`: as importer_now() before. */
	json_t *(*imports)(void *node, bool now, bool again);
	/* Another machine speaks with this node's key. */
	bool (*has_twin)(void *node);
	/* Add to what the directory knows of its own log (node/own_log.h) who
	 * has shown it since the start. */
	void (*own_log)(void *node, struct own_log_facts *facts);
	/* It was signed, or confirmed: nobody is to be asked any more. */
	void (*own_confirmed)(void *node);
};

struct requests {
	struct house *house;
	struct index *index;
	const struct live *live; /* NULL: no node runs */
	/* How far a long request is, from inside requests_answer(); takes
	 * `progress`, which may be NULL. NULL: nobody wants to know. */
	void (*told)(void *owner, json_t *progress);
	void *told_owner;

	/* private */
	struct requests_visit *visit; /* of a drive: requests_visit.h */
	bool alone; /* the request under way says so: node/own_log.h */
};

/* Let go of what requests have left open; the house is still there. */
void requests_release(struct requests *r);

/* Does this request take the longer the more lessons there are? Such a one
 * reads `house->catalog` and asks live->progress, and nothing else, so that it
 * can be answered on any thread that has a connection of its own. */
bool requests_is_long(const json_t *request);

/*
 * Answer one request.
 *
 * Owns:    `request` is borrowed; `*answer` is a new reference.
 * Returns: STATUS_OK; STATUS_USAGE for a request that is none; what the verb
 *          fails with.
 */
enum status requests_answer(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err);

/* Seal what waits for the offices, as sealing_round() (node/study/sealing.h),
 * and have it sent up where a node runs. STATUS_FORKED also while another
 * machine speaks with this node's key. */
struct sealed;
enum status requests_send_records(struct requests *r, const json_t *extra,
				  struct sealed *out, struct err *err);

#endif
