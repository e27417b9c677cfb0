#include "node/study/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "catalog/lessons.h"
#include "catalog/told.h"
#include "node/study/when.h"
#include "node/version.h"

/* Below both of these nothing is fetched or converted any more, whatever the
 * floor of node.conf. */
#define FULL_BYTES (UINT64_C(256) << 20)
enum { FULL_SHARE = 50 };

void machine_look_init(struct machine_look *look, const struct house *h)
{
	*look = (struct machine_look){ .up_s = 0 };
	memcpy(look->dir, h->dir, sizeof(look->dir));
}

void machine_look(struct machine_look *look)
{
	struct timespec up;

	health_look("", look->dir, &look->health);
	if (clock_gettime(CLOCK_BOOTTIME, &up) == 0)
		look->up_s = (uint64_t)up.tv_sec;
}

bool machine_is_full(uint64_t free, uint64_t total)
{
	return free < FULL_BYTES && free < total / FULL_SHARE;
}

static void put(json_t *item, const char *key, uint64_t value)
{
	(void)json_object_set_new(item, key, json_integer((json_int_t)value));
}

static void put_health(json_t *item, const struct health *h)
{
	static const char *const names[] = { [HEALTH_SMART_UNKNOWN] = "unknown",
					     [HEALTH_SMART_OK] = "ok",
					     [HEALTH_SMART_FAILING] =
						     "failing" };
	json_t *flags = json_array();

	if (h->has_power_on)
		put(item, "on_hours", h->power_on_hours);
	if (h->has_disk) {
		put(item, "disk_total", h->disk_total);
		put(item, "disk_free", h->disk_free);
		if (machine_is_full(h->disk_free, h->disk_total))
			(void)json_array_append_new(flags,
						    json_string("full"));
	}
	(void)json_object_set_new(item, "smart",
				  json_string(names[h->smart]));
	if (h->smart == HEALTH_SMART_FAILING)
		(void)json_array_append_new(flags,
					    json_string("disk-failing"));
	/* Whole degrees: a batch has no fractions, and no frost. */
	if (h->has_temperature && h->temperature >= 0)
		put(item, "temperature", (uint64_t)(h->temperature + 0.5));
	(void)json_object_set_new(item, "flags", flags);
}

/* When the report of the last visit was written. */
static void put_drive(json_t *item, const struct house *h)
{
	char path[HOUSE_PATH_MAX + 16];
	struct stat st;

	house_path(h->dir, "drive-last.json", path);
	if (stat(path, &st) == 0 && st.st_mtim.tv_sec > 0)
		put(item, "drive_s", (uint64_t)st.st_mtim.tv_sec);
}

json_t *machine_item(struct house *h, const struct machine_look *look)
{
	struct lessons_summary lessons;
	struct err ignored = ERR_INIT;
	struct when now;
	json_t *item;

	when_now(h, &now);
	item = json_pack("{s:s, s:o, s:s}", "k", "machine", "w",
			 when_json(&now), "version", XIANGTU_VERSION);
	if (item == NULL)
		return NULL;
	put(item, "up_s", look->up_s);
	put_health(item, &look->health);
	put_drive(item, h);
	if (lessons_summary(h->catalog, &lessons, &ignored) == STATUS_OK) {
		put(item, "held", lessons.held);
		put(item, "wanted", lessons.wanted);
	}
	return item;
}

/* --- faults --- */

struct found {
	const char *id; /* always the same: one fault that comes and goes */
	const char *text; /* in the words of those who read it */
	bool known, bad;
};

static enum status tell_found(struct catalog *records,
			      const struct found *found,
			      const struct when *now, bool *changed,
			      struct err *err)
{
	bool told = false;
	enum status status = STATUS_OK;

	if (found->known)
		status = told_by_itself(records, found->id, "disk",
					found->text, !found->bad, now, &told,
					err);
	*changed |= told;
	return status;
}

enum status machine_tell(struct house *h, const struct machine_look *look,
			 bool *changed, struct err *err)
{
	const struct health *health = &look->health;
	const struct found failing = {
		"00000000000d15c0",
		"硬盘报告将要损坏（SMART），请准备更换 / the disk reports "
		"that it is failing (SMART): have another ready",
		health->smart != HEALTH_SMART_UNKNOWN,
		health->smart == HEALTH_SMART_FAILING
	};
	const struct found full = {
		"00000000000d15c1", "硬盘已满 / the disk is full",
		health->has_disk,
		machine_is_full(health->disk_free, health->disk_total)
	};
	struct catalog *records;
	struct when now;
	enum status status = house_records(h, &records, err);

	*changed = false;
	if (status != STATUS_OK)
		return status;
	when_now(h, &now);
	status = tell_found(records, &failing, &now, changed, err);
	return status == STATUS_OK ?
		       tell_found(records, &full, &now, changed, err) :
		       status;
}
