#include "node/drive_readers.h"

static void drop(struct drive_readers *r, unsigned at)
{
	alive_release(&r->list[at].visitor);
	r->list[at] = r->list[--r->count];
}

void drive_readers_tell(struct drive_readers *r, pid_t pid, bool reads,
			int64_t now_ms)
{
	struct err ignored = ERR_INIT;
	unsigned at = 0;

	while (at < r->count && r->list[at].visitor.pid != pid)
		at++;
	if (at < r->count && !reads)
		drop(r, at);
	if (at < r->count || !reads || r->count == DRIVE_READERS_MAX)
		return;
	r->list[at].since_ms = now_ms;
	r->count += alive_init(&r->list[at].visitor, pid, &ignored) ==
		    STATUS_OK;
}

bool drive_readers_any(struct drive_readers *r, int64_t now_ms)
{
	bool any = false;

	for (unsigned at = 0; at < r->count;) {
		if (!alive_still(&r->list[at].visitor)) {
			drop(r, at);
			continue;
		}
		any |= now_ms - r->list[at].since_ms < DRIVE_READER_MS;
		at++;
	}
	return any;
}

void drive_readers_release(struct drive_readers *r)
{
	while (r->count > 0)
		drop(r, r->count - 1);
}
