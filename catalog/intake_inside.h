/* The inside of an intake. Private to catalog/intake*.c.
 *
 *     DIRECT --root as signed----------------------> READY
 *        | not                                         ^
 *        v                                             |
 *      EDGE ----root as signed--> BUNDLES --all here---+
 *        | not        ^
 *        v            | the source lies: begin anew
 *      PROBE ---------+
 *        `-- two histories --> PROOF
 *
 * A fork can show at the end of EDGE, of PROBE, and in BUNDLES at the one
 * bundle of which we had the beginning. Where their bundle in which we end is
 * not here, PROOF asks for it, so that strangers can be convinced, too; the
 * log is stopped and the notes are kept before that. */
#ifndef CATALOG_INTAKE_INSIDE_H
#define CATALOG_INTAKE_INSIDE_H

#include "catalog/intake.h"
#include "catalog/intake_part.h"
#include "catalog/merkle.h"

enum intake_stage {
	INTAKE_DIRECT,
	INTAKE_EDGE,
	INTAKE_PROBE,
	INTAKE_BUNDLES,
	INTAKE_PROOF,
	INTAKE_READY
};

enum job_state { JOB_WAITING, JOB_UNDER_WAY, JOB_HERE };

/* One resource of a stage. */
struct intake_job {
	struct tile_path path; /* at the width that is needed */
	enum job_state state;
	bool ask_full; /* the source has no partial one */
	struct intake_part *part; /* complete; NULL in BUNDLES */
};

struct intake {
	struct catalog *catalog;
	struct log_info log; /* as it was when the intake was opened */
	uint64_t size;	     /* what is to be reached */
	uint8_t root[SHA256_SIZE];
	struct buf note;
	bool note_fits; /* false when a cut-off ends the log before it */
	size_t entry_max;
	uint64_t now_s;
	size_t parallel;

	struct compact_range own; /* over our full bundles */
	struct buf head; /* our entries behind them, raw */

	bool ended;  /* towards a cut-off, whose note proves nothing */
	const struct authority *authority; /* or NULL */
	bool forked; /* a fork was found, and is kept */
	enum intake_stage stage;
	unsigned generation; /* counts stages: parts of older ones are stale */
	struct intake_job *jobs;
	size_t job_count;
	size_t first_waiting; /* no job before this one waits */
	size_t under_way;
	size_t here;
	uint64_t verified; /* new entries here and proven */

	/* Level-1 hashes from number level1_first on, when EDGE has ended. */
	struct buf level1;
	uint64_t level1_first;
	struct intake_part *last; /* the partial last bundle, from EDGE */
};

/* Our full bundles, and those to be reached. */
uint64_t intake_own_bundles(const struct intake *in);
uint64_t intake_new_bundles(const struct intake *in);

/* Enter the first stage. */
enum status intake_begin(struct intake *in, struct err *err);
/* All jobs of the stage are here: enter the next, or tell what was found. */
enum status intake_stage_ends(struct intake *in, struct err *err);
/* Does a complete bundle part begin with our own entries? */
bool intake_extends_own(const struct intake *in,
			const struct intake_part *part);
/* Keep the evidence of a fork between what is here and a head that is not
 * larger; STATUS_FORKED, or what SQLite failed with. */
enum status intake_forked(struct catalog *c, const struct log_info *log,
			  struct bytes theirs,
			  const struct intake_options *options, const char *why,
			  struct err *err);
/* The same for the larger head of this intake, whose level-1 hashes are all
 * here. `edge` is their bundle in which we end, or NULL: without it, and when
 * it is not the last one, the notes alone are kept. */
enum status intake_forked_here(struct intake *in,
			       const struct intake_part *edge, const char *why,
			       struct err *err);
/* Can the larger tree be read at our size from what is here? */
bool intake_sees_their_edge(const struct intake *in);
/* Forget the jobs of the stage and their parts. */
void intake_drop_jobs(struct intake *in);

#endif
