/* What a job has to do with the rest of the node: whom it may ask, who is told
 * how far it is, and those who are served of it already. */
#include "node/fetch_job.h"

/* --- whom to ask --- */

bool job_may_beyond(const struct job *job)
{
	const struct fetcher_options *o = &job->f->o;

	return o->role == NULL ||
	       o->role(o->owner, job->btmh) == CARRIER_CARRY;
}

/* Without a neighbourhood all sources are near, and nothing is known of what
 * they have but that upstreams get what they are asked for. */
static unsigned from_sources(struct job *job, struct peer *out, unsigned max)
{
	const struct fetcher_options *o = &job->f->o;
	struct source *all[FETCHER_SOURCES_MAX];
	unsigned count = o->sources(o->owner, job->btmh, all,
				    max < FETCHER_SOURCES_MAX ?
					    max :
					    FETCHER_SOURCES_MAX);

	for (unsigned i = 0; i < count; i++)
		out[i] = (struct peer){
			.source = all[i],
			.has = all[i]->is_static ? PEER_HAS_ALL :
			       all[i]->upstream	 ? PEER_CAN_GET :
						   PEER_MAY_HAVE,
		};
	return count;
}

unsigned job_peers(struct job *job, struct peer *out, unsigned max)
{
	const struct fetcher_options *o = &job->f->o;
	int64_t now = fetcher_now(job->f);
	unsigned count = o->peers == NULL ?
				 from_sources(job, out, max) :
				 o->peers(o->owner, job->btmh, out, max),
		 fit = 0;

	for (unsigned i = 0; i < count; i++)
		if (source_is_fit(out[i].source, now))
			out[fit++] = out[i];
	return fit;
}

unsigned job_sources(struct job *job, struct source **out, unsigned max)
{
	struct peer peers[PEERS_MAX];
	unsigned all = job_peers(job, peers, PEERS_MAX), count = 0;
	bool beyond = job_may_beyond(job);

	for (int reach = PEER_NEAR; reach <= PEER_BEYOND; reach++)
		for (unsigned i = 0; i < all && count < max; i++)
			if ((int)peers[i].reach == reach &&
			    (reach == PEER_NEAR || beyond))
				out[count++] = peers[i].source;
	return count;
}

void job_peer_failed(struct job *job, struct source *source)
{
	const struct fetcher_options *o = &job->f->o;

	if (o->on_peer_failed != NULL)
		o->on_peer_failed(o->owner, job->btmh, source);
}

/* --- who is told --- */

void job_tell(struct job *job)
{
	const struct fetcher_options *o = &job->f->o;

	if (job->told && o->on_job != NULL)
		o->on_job(o->owner, job->btmh, true, job->beyond, job->good);
}

void job_untell(struct job *job)
{
	const struct fetcher_options *o = &job->f->o;

	if (job->told && o->on_job != NULL)
		o->on_job(o->owner, job->btmh, false, false, job->good);
	job->told = false;
}

/* --- who is served of it --- */

void job_arriving_begin(struct job *job)
{
	struct arrivals *arrivals = job->f->o.arrivals;

	if (arrivals != NULL && job->arriving == NULL)
		job->arriving = arriving_begin(arrivals, job->btmh, job->tf,
					       job->have);
}

void job_arriving_piece(struct job *job, uint32_t piece)
{
	if (job->arriving != NULL)
		arriving_piece(job->arriving, piece);
}

void job_arriving_end(struct job *job, bool held)
{
	if (job->arriving != NULL)
		arriving_end(job->arriving, held);
	job->arriving = NULL;
}

void job_arriving_settle(struct job *job)
{
	if (job->arriving == NULL || arriving_is(job->arriving, job->have))
		return;
	job_arriving_end(job, false);
	job_arriving_begin(job);
}

unsigned job_urgent(struct job *job, uint32_t *pieces, unsigned max)
{
	return job->arriving == NULL ?
		       0 :
		       arriving_urgent(job->arriving, pieces, max);
}

bool job_is_watched(const struct job *job)
{
	return job->arriving != NULL && arriving_watched(job->arriving);
}
