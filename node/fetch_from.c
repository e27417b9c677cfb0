/* Where the bytes of a payload came from (node/provenance.h), and what has
 * arrived lately. */
#include <stdlib.h>
#include <string.h>

#include "node/fetch_job.h"

void job_piece_from(struct job *job, uint32_t piece, bool near)
{
	provenance_piece(job->f->from, job->btmh, job->tf->mi.pieces, piece,
			 near ? FROM_NEIGHBOUR : FROM_UPLINK);
}

/* What the swarms have moved since the job looked last, of all payloads: there
 * is mostly one. */
static void swarm_parts(struct job *job, uint64_t *uplink, uint64_t *near)
{
	const struct traffic *t = job->f->o.traffic;
	uint64_t all = t == NULL ? 0 : atomic_load(&t->swarm_pieces_down);
	uint64_t beyond = t == NULL ? 0 : atomic_load(&t->swarm_beyond_down);
	uint64_t moved = all - job->swarm_seen;

	*uplink = beyond - job->swarm_seen_beyond;
	*near = moved > *uplink ? moved - *uplink : 0;
	job->swarm_seen = all;
	job->swarm_seen_beyond = beyond;
	/* It was told too little of. */
	if (*uplink + *near == 0)
		*(job->lan_only ? near : uplink) = 1;
}

void job_swarm_begins(struct job *job)
{
	uint64_t ignored[2];

	swarm_parts(job, &ignored[0], &ignored[1]);
	job->swarm_wrote = true;
}

void job_verified_from(struct job *job, const uint8_t *before,
		       const uint8_t *after)
{
	uint64_t uplink, near;

	if (!job->swarm_wrote ||
	    memcmp(before, after, havemap_size(job->tf->mi.pieces)) == 0)
		return; /* it lay here */
	swarm_parts(job, &uplink, &near);
	provenance_mixed(job->f->from, job->btmh, job->tf->mi.pieces, before,
			 after, uplink, near);
}

void fetcher_from_drive(struct fetcher *f, const uint8_t *btmh,
			uint32_t pieces, struct bytes before,
			struct bytes after)
{
	uint8_t *none;

	if (pieces == 0 || after.size != havemap_size(pieces))
		return;
	none = calloc(1, after.size);
	if (none != NULL)
		provenance_gained(f->from, btmh, pieces,
				  before.size == after.size ? before.data :
							      none,
				  after.data, FROM_DRIVE);
	free(none);
}

bool fetcher_from(const struct fetcher *f, const uint8_t *btmh,
		  uint64_t bytes[static FROM_WAYS])
{
	const struct job *job = fetcher_find(f, btmh);

	memset(bytes, 0, FROM_WAYS * sizeof(*bytes));
	if (job == NULL || job->tf == NULL || job->got == NULL)
		return job != NULL;
	provenance_sum(f->from, btmh, &job->tf->mi, job->got, bytes);
	return true;
}

void fetcher_lent_from(const struct fetcher *f, const uint8_t *btmh,
		       uint32_t pieces, const uint8_t *have, uint64_t total,
		       uint64_t bytes[static FROM_WAYS])
{
	provenance_share(f->from, btmh, pieces, have, total, bytes);
}

unsigned fetcher_loans(const struct fetcher *f, uint8_t (*out)[32],
		       unsigned max)
{
	unsigned count = 0;

	for (unsigned i = 0; i < f->n_loans && count < max; i++)
		if (f->loans[i].lent)
			memcpy(out[count++], f->loans[i].btmh, 32);
	return count;
}

/* --- what has arrived --- */

void fetcher_has_arrived(struct fetcher *f, const uint8_t *btmh,
			 const struct metainfo *mi)
{
	size_t size = havemap_size(mi->pieces);
	uint8_t *all = malloc(size);
	struct fetcher_arrived *a = f->arrived;

	if (all == NULL)
		return;
	memset(all, 0xff, size);
	/* The newest stands in front, and each once. */
	for (unsigned i = 0; i < f->n_arrived; i++)
		if (memcmp(a[i].btmh, btmh, 32) == 0) {
			memmove(&a[i], &a[i + 1],
				(--f->n_arrived - i) * sizeof(*a));
			break;
		}
	if (f->n_arrived == FETCHER_ARRIVED_MAX)
		f->n_arrived--;
	memmove(&a[1], &a[0], f->n_arrived++ * sizeof(*a));
	memcpy(a[0].btmh, btmh, 32);
	a[0].bytes = mi->total;
	a[0].at_ms = fetcher_now(f);
	provenance_sum(f->from, btmh, mi, all, a[0].from);
	free(all);
}

unsigned fetcher_arrived(const struct fetcher *f,
			 const struct fetcher_arrived **out)
{
	*out = f->arrived;
	return f->n_arrived;
}
