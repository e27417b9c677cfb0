#include "node/study/room_run.h"

void room_run_end(struct room_run *run)
{
	run->counted_ms = 0;
	run->last_ms = 0;
	run->count = 0;
}

size_t room_run_known(const struct room_run *run)
{
	return run->count < ROOM_RUN_MAX ? run->count : ROOM_RUN_MAX;
}

static void note(struct room_run *run, uint64_t play)
{
	for (size_t i = 0; i < room_run_known(run); i++)
		if (run->plays[i] == play)
			return;
	run->plays[run->count++ % ROOM_RUN_MAX] = play;
}

bool room_run_counts(struct room_run *run, uint64_t play,
		     const struct span *when, uint64_t fresh_ms)
{
	if (when->from > run->last_ms &&
	    when->from - run->last_ms > ROOM_RUN_GAP_MS)
		room_run_end(run);
	if (when->to > run->last_ms)
		run->last_ms = when->to;
	run->counted_ms += fresh_ms;
	note(run, play);
	return run->counted_ms > ROOM_EMPTY_MS;
}
