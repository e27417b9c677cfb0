#include "node/study/asking.h"

/* As long as somebody who stands there waits. */
static int64_t patience_ms(const struct asking *a)
{
	if (!a->person)
		return ASKING_ALONE_MS;
	return a->failed && !a->behind ? ASKING_FAILED_MS : ASKING_PERSON_MS;
}

enum asking_verdict asking_decide(const struct asking *a)
{
	if (a->reading)
		return ASKING_DRIVE;
	/* By itself it comes again when it is not behind any more. */
	if ((!a->answered || (a->behind && a->person)) &&
	    a->run_ms < patience_ms(a))
		return ASKING_UPSTREAMS;
	return ASKING_GO;
}
