#include "node/staleness.h"

#include <stdio.h>
#include <string.h>

#include "catalog/heard.h"
#include "node/clock.h"
#include "node/clock_floor.h"

enum { SKEW_S = 24 * 3600 }; /* clocks of others may go so far ahead */

struct staleness staleness_judge(const struct staleness_facts *f)
{
	struct staleness s = { .known = false };
	uint64_t newest = f->news_s > f->cosigned_s ? f->news_s :
						      f->cosigned_s;

	if (!f->clock_good) {
		/* What was signed, against what is proven since. */
		s.at_least = true;
		s.known = f->cosigned_s > 0 && f->floor_s > f->cosigned_s;
		s.age_s = s.known ? f->floor_s - f->cosigned_s : 0;
		return s;
	}
	/* What lies ahead of this clock says nothing by it. */
	if (newest > f->clock_s + SKEW_S)
		newest = f->news_s <= f->clock_s ? f->news_s :
			 f->cosigned_s <= f->clock_s + SKEW_S ? f->cosigned_s :
								0;
	s.known = newest > 0;
	if (s.known && f->clock_s > newest)
		s.age_s = f->clock_s - newest;
	return s;
}

bool staleness_clock_is_good(struct catalog *c)
{
	return clock_is_set() && clock_s() >= clock_floor_s(c);
}

void staleness_heard_log(struct house *h, int64_t id)
{
	struct err err = ERR_INIT;
	struct log_info log;

	/* By a clock that is not set it would be a time nobody knows. */
	if (log_get(h->catalog, id, &log, &err) != STATUS_OK ||
	    !staleness_clock_is_good(h->catalog))
		return;
	if (heard_set(h->catalog, HEARD_LOG, bytes_of(log.origin), clock_s(),
		      &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}

static void trust_name(const struct house *h, char out[static 24])
{
	(void)snprintf(out, 24, "%llu",
		       (unsigned long long)h->trust.trust.version);
}

enum status staleness_heard_trust(struct house *h, struct err *err)
{
	uint64_t time_s = 0;
	char name[24];
	enum status status;

	trust_name(h, name);
	status = heard_get(h->catalog, HEARD_TRUST, bytes_of(name), &time_s,
			   err);
	if (status != STATUS_OK || time_s != 0 ||
	    !staleness_clock_is_good(h->catalog))
		return status;
	status = heard_clear(h->catalog, HEARD_TRUST, err);
	return status == STATUS_OK ? heard_set(h->catalog, HEARD_TRUST,
					       bytes_of(name), clock_s(), err) :
				     status;
}

static struct staleness judge(struct house *h, enum heard what,
			      const char *name, uint64_t cosigned_s)
{
	struct staleness_facts facts = {
		.clock_good = staleness_clock_is_good(h->catalog),
		.clock_s = clock_s(),
		.floor_s = clock_floor_s(h->catalog),
		.cosigned_s = cosigned_s,
	};
	struct err ignored = ERR_INIT;

	(void)heard_get(h->catalog, what, bytes_of(name), &facts.news_s,
			&ignored);
	return staleness_judge(&facts);
}

struct staleness staleness_of_log(struct house *h, const char *origin,
				  uint64_t cosigned_s)
{
	return judge(h, HEARD_LOG, origin, cosigned_s);
}

struct staleness staleness_of_trust(struct house *h)
{
	char name[24];

	trust_name(h, name);
	return judge(h, HEARD_TRUST, name, 0);
}
