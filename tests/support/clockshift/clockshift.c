/* LD_PRELOAD=libclockshift.so CLOCKSHIFT=SECONDS: the wall clock of a program
 * is so many seconds off. Boxes without a battery wake up in 1970; this is how
 * a test lets one do so. Monotonic clocks are left alone.
 *
 * CLOCKSYNC=1 or 0: the kernel says that the clock is synchronised, or not. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *out);
time_t time(time_t *out);
int adjtimex(struct timex *state);

static time_t shift(void)
{
	static time_t seconds;
	static int known;
	if (!known) {
		const char *text = getenv("CLOCKSHIFT");
		seconds = text ? (time_t)atoll(text) : 0;
		known = 1;
	}
	return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	long result = syscall(SYS_clock_gettime, clock, out);
	if (result == 0 &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		out->tv_sec += shift();
	return (int)result;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

int adjtimex(struct timex *state)
{
	const char *sync = getenv("CLOCKSYNC");
	long result = syscall(SYS_adjtimex, state);

	if (sync == NULL)
		return (int)result;
	state->status = sync[0] == '1' ? 0 : STA_UNSYNC;
	return sync[0] == '1' ? TIME_OK : TIME_ERROR;
}
