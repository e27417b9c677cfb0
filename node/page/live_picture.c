#include "node/page/live_picture.h"

#include <string.h>

enum { MIB = 1 << 20 };

/* --- rates --- */

static bool is_less(const struct live_bytes *a, const struct live_bytes *b)
{
	return a->uplink_down < b->uplink_down ||
	       a->uplink_up < b->uplink_up || a->lan_down < b->lan_down ||
	       a->lan_up < b->lan_up;
}

void live_rates_take(struct live_rates *r, int64_t now_ms,
		     const struct live_bytes *bytes)
{
	if (r->count > 0) {
		unsigned last = r->count - 1;

		if (now_ms <= r->sample[last].at_ms)
			return;
		if (is_less(bytes, &r->sample[last].bytes) ||
		    now_ms - r->sample[last].at_ms > LIVE_GAP_MS)
			r->count = 0;
	}
	if (r->count == LIVE_SAMPLES)
		memmove(&r->sample[0], &r->sample[1],
			--r->count * sizeof(r->sample[0]));
	r->sample[r->count].at_ms = now_ms;
	r->sample[r->count++].bytes = *bytes;
}

static uint64_t a_second(uint64_t then, uint64_t now, uint64_t ms)
{
	return (uint64_t)((double)(now - then) * 1000 / (double)ms);
}

struct live_bytes live_rates_now(const struct live_rates *r)
{
	const struct live_bytes *a, *b;
	uint64_t ms;

	if (r->count < 2)
		return (struct live_bytes){ .uplink_down = 0 };
	a = &r->sample[0].bytes;
	b = &r->sample[r->count - 1].bytes;
	ms = (uint64_t)(r->sample[r->count - 1].at_ms - r->sample[0].at_ms);
	return (struct live_bytes){
		.uplink_down = a_second(a->uplink_down, b->uplink_down, ms),
		.uplink_up = a_second(a->uplink_up, b->uplink_up, ms),
		.lan_down = a_second(a->lan_down, b->lan_down, ms),
		.lan_up = a_second(a->lan_up, b->lan_up, ms),
	};
}

/* --- coarse numbers --- */

uint64_t live_coarse(uint64_t value, uint64_t step)
{
	return value - value % step;
}

uint64_t live_age(uint64_t seconds)
{
	return live_coarse(seconds, seconds < 60	? 30 :
				    seconds < 3600	? 60 :
				    seconds < 24 * 3600 ? 600 :
							  3600);
}

int64_t live_next_ms(uint64_t held)
{
	return held < 5000 ? 5000 : held < 60000 ? (int64_t)held : 60000;
}

/* --- parts --- */

json_t *live_from_json(const uint64_t bytes[static FROM_WAYS])
{
	return json_pack("{s:I, s:I, s:I, s:I}", "uplink",
			 (json_int_t)bytes[FROM_UPLINK], "neighbour",
			 (json_int_t)bytes[FROM_NEIGHBOUR], "drive",
			 (json_int_t)bytes[FROM_DRIVE], "cache",
			 (json_int_t)bytes[FROM_CACHE]);
}

json_t *live_rates_json(const struct live_bytes *rates)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "uplink_down",
			 (json_int_t)rates->uplink_down, "uplink_up",
			 (json_int_t)rates->uplink_up, "lan_down",
			 (json_int_t)rates->lan_down, "lan_up",
			 (json_int_t)rates->lan_up);
}

const char *live_why(const struct live_lack *lack)
{
	if (lack->trouble[0] != 0)
		return lack->trouble;
	if (lack->lent)
		return "a drive is bringing it";
	return lack->begun ? "it was asked for, and nothing has come yet" :
			     "others come first";
}

json_t *live_report(json_t *report)
{
	static const char *const lists[] = { "in", "out", "removed", "left",
					     "trouble" };

	if (report == NULL)
		return json_null();
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		const json_t *list = json_object_get(report, lists[i]);
		size_t count = json_array_size(list);

		if (count > LIVE_LIST_MAX)
			(void)json_object_set_new(
				report, lists[i],
				json_integer((json_int_t)count));
	}
	return report;
}

static void put(json_t *object, const char *key, bool known, json_t *value)
{
	if (known)
		(void)json_object_set_new(object, key, value);
	else
		json_decref(value);
}

/* How long something has been so goes on for ever. */
static void round_age(json_t *object, const char *key)
{
	json_int_t age = json_integer_value(json_object_get(object, key));

	if (age > 0)
		(void)json_object_set_new(
			object, key,
			json_integer((json_int_t)live_age((uint64_t)age)));
}

json_t *live_health_json(const struct health *h,
			 const struct live_machine *machine)
{
	json_t *cage = json_incref(json_object_get(machine->engine, "cage"));
	json_t *all;

	(void)json_object_del(machine->engine, "cage");
	round_age(machine->engine, "state_s");
	round_age(machine->engine, "last_end_ago_s");
	all = json_pack(
		"{s:I, s:o, s:o?, s:b, s:s, s:I, s:I}", "uptime_s",
		(json_int_t)live_age(machine->uptime_s), "engine",
		machine->engine, "cage", cage, "clock_good",
		machine->clock_good, "version", machine->version,
		"lag_worst_ms", (json_int_t)machine->lag_worst_ms,
		"wrong_tries", (json_int_t)machine->wrong_tries);
	if (all == NULL)
		return NULL;
	put(all, "disk_free", h->has_disk,
	    json_integer((json_int_t)live_coarse(h->disk_free, 16 * MIB)));
	put(all, "disk_total", h->has_disk,
	    json_integer((json_int_t)h->disk_total));
	put(all, "memory_rss", h->has_rss,
	    json_integer((json_int_t)live_coarse(h->rss, MIB)));
	put(all, "load1", h->has_load,
	    json_real((double)(uint64_t)(h->load * 10 + 0.5) / 10));
	put(all, "temperature", h->has_temperature,
	    json_integer((json_int_t)(h->temperature +
				      (h->temperature < 0 ? -0.5 : 0.5))));
	put(all, "power_on_hours", h->has_power_on,
	    json_integer((json_int_t)h->power_on_hours));
	return all;
}
