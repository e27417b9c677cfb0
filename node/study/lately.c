#include "node/study/lately.h"

#include <time.h>

#include "catalog/outbox.h"
#include "node/clock.h"
#include "node/durable.h"

/* Of records.db (catalog_set_int()). */
static const char key_boot[] = "round-boot", key_up[] = "round-up";

/* Also while the computer sleeps. */
static uint64_t up_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec;
}

/* Which start of the computer this is; nothing where nobody tells. */
static void read_boot(struct buf *out)
{
	struct err ignored = ERR_INIT;

	(void)durable_read("/proc/sys/kernel/random/boot_id", 128, out,
			   &ignored);
}

static enum status look_at_boot(struct catalog *records,
				struct rounds_past *past, struct err *err)
{
	struct buf now = BUF_INIT, then = BUF_INIT;
	int64_t up = 0;
	enum status status = catalog_get_blob(records, key_boot, &then, err);

	read_boot(&now);
	if (status == STATUS_OK)
		status = catalog_get_int(records, key_up, &up, err);
	if (status == STATUS_OK && now.size > 0 && up >= 0 &&
	    (uint64_t)up <= up_s() &&
	    bytes_equal(buf_bytes(&now), buf_bytes(&then))) {
		past->same_boot = true;
		past->since_s = up_s() - (uint64_t)up;
	}
	buf_release(&now);
	buf_release(&then);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status lately_past(struct house *h, struct rounds_past *out,
			struct err *err)
{
	struct rounds_past past = { .wall_s = clock_is_set() ? clock_s() : 0 };
	struct outbox_facts facts = { .last_s = 0 };
	struct catalog *records;
	enum status status = house_records(h, &records, err);

	if (status == STATUS_OK)
		status = outbox_facts(records, &facts, err);
	past.last_s = facts.last_s;
	if (status == STATUS_OK)
		status = look_at_boot(records, &past, err);
	if (status == STATUS_OK)
		*out = past;
	return status;
}

void lately_went(struct house *h)
{
	struct err ignored = ERR_INIT;
	struct buf boot = BUF_INIT;
	struct catalog *records;

	read_boot(&boot);
	if (house_records(h, &records, &ignored) == STATUS_OK &&
	    catalog_set_blob(records, key_boot, buf_bytes(&boot), &ignored) ==
		    STATUS_OK)
		(void)catalog_set_int(records, key_up, (int64_t)up_s(),
				      &ignored);
	buf_release(&boot);
}
