/* What operators are told of rates and ages, and what lists are too long. */
#include "node/page/live_picture.h"

#include <string.h>

#include "tests/support/check.h"

static struct live_rates rates;

static void take(int64_t ms, uint64_t down, uint64_t lan)
{
	const struct live_bytes now = { .uplink_down = down,
					.uplink_up = down / 10,
					.lan_down = lan };

	live_rates_take(&rates, ms, &now);
}

static void rates_are_smoothed_over_some_seconds(void)
{
	memset(&rates, 0, sizeof(rates));
	CHECK(live_rates_now(&rates).uplink_down == 0);
	take(0, 1000, 0);
	CHECK(live_rates_now(&rates).uplink_down == 0); /* one says nothing */
	take(1000, 2000, 0);
	CHECK(live_rates_now(&rates).uplink_down == 1000);
	CHECK(live_rates_now(&rates).uplink_up == 100);
	/* A burst is spread, and gone when it is long ago. */
	take(2000, 12000, 400);
	CHECK(live_rates_now(&rates).uplink_down == 5500);
	CHECK(live_rates_now(&rates).lan_down == 200);
	for (int64_t s = 3; s <= 6; s++)
		take(s * 1000, 12000, 400);
	CHECK(live_rates_now(&rates).uplink_down == 2000);
	take(7000, 12000, 400);
	CHECK(live_rates_now(&rates).uplink_down == 0);
}

static void what_cannot_be_is_begun_anew(void)
{
	memset(&rates, 0, sizeof(rates));
	take(0, 5000, 0);
	take(1000, 6000, 0);
	take(2000, 10, 0); /* less than before */
	CHECK(live_rates_now(&rates).uplink_down == 0);
	take(3000, 510, 0);
	CHECK(live_rates_now(&rates).uplink_down == 500);
	take(3000, 9999, 0); /* no time went by */
	CHECK(live_rates_now(&rates).uplink_down == 500);
	take(60000, 999999, 0); /* it slept */
	CHECK(live_rates_now(&rates).uplink_down == 0);
	take(61000, UINT64_MAX, 0);
	CHECK(live_rates_now(&rates).uplink_down > 0);
}

static void a_quiet_node_says_the_same(void)
{
	CHECK(live_age(0) == 0 && live_age(29) == 0 && live_age(59) == 30);
	CHECK(live_age(61) == 60 && live_age(119) == 60);
	CHECK(live_age(3601) == 3600 && live_age(4199) == 3600);
	CHECK(live_age(90000) == 90000 && live_age(91000) == 90000);
	CHECK(live_coarse(0, 16) == 0 && live_coarse(33, 16) == 32);
}

static void the_loop_looks_less_often_where_more_is_held(void)
{
	CHECK(live_next_ms(0) == 5000 && live_next_ms(5000) == 5000);
	CHECK(live_next_ms(20000) == 20000);
	CHECK(live_next_ms(60000) == 60000 &&
	      live_next_ms(UINT64_MAX) == 60000);
}

static void why_is_the_trouble_or_what_is_to_be_expected(void)
{
	struct live_lack lack = { .trouble = "no room", .lent = true };

	CHECK(strcmp(live_why(&lack), "no room") == 0);
	lack.trouble = "";
	CHECK(strstr(live_why(&lack), "drive") != NULL);
	lack.lent = false;
	CHECK(strstr(live_why(&lack), "others") != NULL);
	lack.begun = true;
	CHECK(strstr(live_why(&lack), "asked for") != NULL);
}

static void long_lists_are_told_by_their_length(void)
{
	json_t *report = json_pack("{s:s, s:[], s:[]}", "state", "done", "in",
				   "out");

	for (int i = 0; i < LIVE_LIST_MAX; i++) {
		(void)json_array_append_new(json_object_get(report, "in"),
					    json_string("a"));
		(void)json_array_append_new(json_object_get(report, "out"),
					    json_string("a"));
	}
	(void)json_array_append_new(json_object_get(report, "out"),
				    json_string("a"));
	report = live_report(report);
	CHECK(json_array_size(json_object_get(report, "in")) ==
	      LIVE_LIST_MAX);
	CHECK(json_integer_value(json_object_get(report, "out")) ==
	      LIVE_LIST_MAX + 1);
	json_decref(report);
	CHECK(json_is_null(live_report(NULL)));
}

static json_t *health_with(const struct health *h)
{
	const struct live_machine machine = {
		.uptime_s = 100,
		.clock_good = true,
		.version = "1",
		.lag_worst_ms = 12.7,
		.wrong_tries = 5,
		.engine = json_pack("{s:s, s:i, s:i, s:{s:b}}", "state",
				    "running", "state_s", 77, "last_end_ago_s",
				    -1, "cage", "user", 1),
	};

	return live_health_json(h, &machine);
}

static void what_is_not_known_of_a_machine_is_left_out(void)
{
	struct health h = { .has_temperature = false };
	json_t *all = health_with(&h);

	CHECK(json_object_get(all, "temperature") == NULL &&
	      json_object_get(all, "disk_free") == NULL &&
	      json_object_get(all, "memory_rss") == NULL &&
	      json_object_get(all, "power_on_hours") == NULL);
	CHECK(json_integer_value(json_object_get(all, "uptime_s")) == 60);
	CHECK(json_integer_value(json_object_get(all, "wrong_tries")) == 5);
	CHECK(json_object_get(json_object_get(all, "cage"), "user") != NULL);
	CHECK(json_integer_value(json_object_get(
		      json_object_get(all, "engine"), "state_s")) == 60);
	CHECK(json_integer_value(json_object_get(
		      json_object_get(all, "engine"), "last_end_ago_s")) ==
	      -1);
	json_decref(all);

	h = (struct health){ .has_disk = true,
			     .disk_free = (100 << 20) + 5,
			     .disk_total = 999,
			     .has_load = true,
			     .load = 0.26,
			     .has_temperature = true,
			     .temperature = -3.6,
			     .has_power_on = true,
			     .power_on_hours = 5 };
	all = health_with(&h);
	CHECK(json_integer_value(json_object_get(all, "disk_free")) ==
	      96 << 20);
	CHECK(json_integer_value(json_object_get(all, "temperature")) == -4);
	CHECK(json_integer_value(json_object_get(all, "power_on_hours")) == 5);
	CHECK(json_real_value(json_object_get(all, "load1")) > 0.29);
	json_decref(all);
}

int main(void)
{
	rates_are_smoothed_over_some_seconds();
	what_cannot_be_is_begun_anew();
	a_quiet_node_says_the_same();
	the_loop_looks_less_often_where_more_is_held();
	why_is_the_trouble_or_what_is_to_be_expected();
	long_lists_are_told_by_their_length();
	what_is_not_known_of_a_machine_is_left_out();
	return 0;
}
