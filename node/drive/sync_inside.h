/* One visit under way: what the files sync*.c share. Only they include this;
 * node/drive/sync.h is for everybody else. */
#ifndef NODE_DRIVE_SYNC_INSIDE_H
#define NODE_DRIVE_SYNC_INSIDE_H

#include "catalog/log.h"
#include "node/drive/hashes.h"
#include "node/drive/mark.h"
#include "node/drive/sync.h"

enum {
	SYNC_KEEP_FREE = 64 << 20,    /* bytes left on the node's disk */
	SYNC_FLUSH_S = 5,	      /* of the time there is, kept to flush */
	SYNC_NODES_MAX = 4096,	      /* statements looked at */
	SYNC_UPS_MAX = 4096,	      /* record logs looked at */
	SYNC_TROUBLE_MAX = 50,	      /* sentences in the report */
	SYNC_LOOK_S = 60 /* at most, for the names of one list */
};

struct visit {
	struct door *door;
	struct mount *m;
	const struct sync_options *o;
	struct mount_facts facts;
	struct drive_mark mark;
	bool has_mark;
	bool writable; /* the drive takes what we give it, so far */
	bool full;     /* it had no room for something small */
	bool foreign;  /* another county's: only its logs are read */
	bool wrote;    /* something that is still to be flushed */
	double started, deadline; /* of a clock that never jumps; 0: none */
	double look_end; /* of the list that is being looked at */
	struct sync_progress now; /* as last shown */
	double shown, told; /* when last, to people and to the node */
	bool deaf; /* the node does not listen to how it goes */

	struct hashes places, nodes, ups, proofs; /* the drive's lists */
	bool places_known;		  /* and a whole one */
	struct hashes bad; /* payloads found damaged on the drive */
	struct hashes bad_ups; /* record logs with no real head there */
	struct drive_stop *route;
	size_t route_count;

	bool gone;    /* pulled out: only the report is left */
	bool stopped; /* by whoever watches it */
	bool out_of_time;
	struct err worst; /* damage or distrust, told in the end */

	json_t *report, *in, *out, *removed, *left, *trouble;
	uint64_t in_bytes, out_bytes, entries, records_in, records_out, acks;
	unsigned trust;
};

static inline struct catalog *visit_catalog(const struct visit *v)
{
	return door_house(v->door)->catalog;
}

/* --- sync.c --- */
/* Seconds of a clock that never jumps. */
double visit_clock(void);
/* Show how far it is; false when it is to stop: told to, or out of time. */
bool visit_show(struct visit *v, enum sync_step step, const char *title,
		uint64_t done, uint64_t total);
bool visit_may_go_on(struct visit *v);
/* A list of a drive may have more names than a slow file system finds in a
 * day: begin to look at one, and may the next of its names be looked at? */
void visit_look(struct visit *v);
bool visit_may_look(struct visit *v, size_t done);
/* Ask the node and drop the answer. */
enum status visit_tell(struct visit *v, json_t *request, struct err *err);
/* Read a whole small file of the drive; STATUS_NOT_FOUND leaves `err` as it
 * was. */
enum status visit_read(struct visit *v, const char *path, size_t limit,
		       struct buf *content, struct err *err);
/* Write one, durably, where the drive takes it. A drive that is full or
 * write-protected is said once, and then STATUS_OK. */
enum status visit_write(struct visit *v, const char *path,
			struct bytes content, struct err *err);
/* "<folder>/<name>"; both are short. */
void visit_path(const char *folder, const char *name,
		char out[static DRIVE_PATH_MAX]);

/* --- sync_report.c --- */
/* As JSON, which takes UTF-8 only; else NULL. */
json_t *visit_text(struct bytes text);
/*
 * A step has failed: say it in the report and decide what it means. Returns
 * STATUS_OK when the visit goes on with the next thing, and what ends it
 * otherwise. Clears `err` when it goes on.
 */
enum status visit_failed(struct visit *v, struct err *err, const char *fmt,
			 ...) __attribute__((format(printf, 3, 4)));
/* One more sentence for the report. */
void visit_trouble(struct visit *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A lesson that was left; `why` as in the report. */
void visit_left(struct visit *v, const char *id, const char *title,
		uint64_t bytes, bool in, const char *why);
/* The report of a visit that ends with `status`, as the node is told it, too:
 * a new reference. */
json_t *visit_report(struct visit *v, enum status status);
/* What the visit ends with: `status`, or the first damage that was met. */
enum status visit_sum_up(struct visit *v, enum status status,
			 struct err *err);

/* --- sync_look.c --- */
/* What kind of drive it is, whose, what its lists and its route say. */
enum status sync_look(struct visit *v, struct err *err);
/* Where the list of places is lost or spoiled: find by name what is there. */
enum status sync_recollect(struct visit *v, struct err *err);
/* Is there a place or a part of this payload, asked by name? */
bool visit_finds(struct visit *v, const uint8_t *btmh);

/* --- sync_trust.c --- */
enum status sync_trust_in(struct visit *v, struct err *err);
enum status sync_trust_out(struct visit *v, struct err *err);

/* --- sync_logs.c --- */
enum status sync_logs_in(struct visit *v, struct err *err);
enum status sync_logs_out(struct visit *v, struct err *err);
/*
 * Take in one log from `folder` of the drive ("tlog/<hash>" or "up/<hash>"),
 * given its checkpoint note; `*grown` gets the new entries. STATUS_OK also for
 * old news and logs nobody here follows.
 */
enum status sync_log_in(struct visit *v, const char *folder,
			struct bytes note, bool records, uint64_t *grown,
			struct err *err);
/* Bring one log's mirror in `folder` up to date; `*grown` as above. */
enum status sync_log_out(struct visit *v, const char *folder,
			 const struct log_info *log, uint64_t *grown,
			 struct err *err);

/* --- sync_small.c: records, statements, proofs of forks, the route --- */
enum status sync_small_in(struct visit *v, struct err *err);
enum status sync_small_out(struct visit *v, struct err *err);
/* Write a list: the names the drive had, and `ours`. Readers look at so many
 * and no more: where there are more than that, ours come first. */
enum status visit_write_list(struct visit *v, enum drive_kind kind,
			     const struct hashes *had,
			     const struct hashes *ours, size_t looked_at,
			     struct err *err);

/* --- sync_records.c --- */
enum status sync_records_in(struct visit *v, struct err *err);
enum status sync_records_out(struct visit *v, struct err *err);

/* --- sync_statements.c --- */
enum status sync_statements_in(struct visit *v, struct err *err);
/* What is known here of others, and what this node is. */
enum status sync_statements_out(struct visit *v, struct err *err);
enum status sync_statement_out(struct visit *v, struct err *err);

/* --- sync_evidence.c --- */
enum status sync_evidence_in(struct visit *v, struct err *err);
enum status sync_evidence_out(struct visit *v, struct err *err);

/* --- sync_tidy.c: where no node runs that would do it --- */
enum status sync_tidy_withdrawn(struct visit *v, struct err *err);

/* --- sync_in.c, sync_out.c --- */
enum status sync_payload_in(struct visit *v, struct err *err);
enum status sync_payload_out(struct visit *v, struct err *err);

#endif
