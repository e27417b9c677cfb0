#include "node/study/when.h"

#include <sys/timex.h>
#include <time.h>

#include "node/clock.h"
#include "node/clock_floor.h"

/* Also while the machine sleeps. */
static uint64_t elapsed_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec;
}

static bool is_synchronised(void)
{
	struct timex state = { .modes = 0 };

	return adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
}

void when_begin(struct house *h, uint32_t boot)
{
	h->life = boot;
	h->life_began_s = elapsed_s();
}

void when_now(struct house *h, struct when *out)
{
	bool set = clock_is_set() != 0;

	*out = (struct when){
		.s = set ? (uint64_t)time(NULL) : 0,
		.boot = h->life,
		.mono = h->life == 0 ? 0 : elapsed_s() - h->life_began_s,
		.floor = clock_floor_s(h->catalog),
		.sync = set && is_synchronised()
	};
}
