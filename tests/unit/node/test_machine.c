/* What a station says of its machine, and the faults it tells by itself. */
#include "node/study/machine.h"

#include "catalog/told.h"
#include "tests/support/offices.h"

#define GIB (UINT64_C(1) << 30)

static struct scratch scratch;
static struct office station;

static struct machine_look look_of(enum health_smart smart, uint64_t free)
{
	struct machine_look look;

	machine_look_init(&look, &station.house);
	look.up_s = 77;
	look.health = (struct health){ .has_disk = true,
				       .disk_total = 100 * GIB,
				       .disk_free = free,
				       .has_temperature = true,
				       .temperature = 41.6,
				       .smart = smart };
	return look;
}

static bool has_flag(const json_t *item, const char *flag)
{
	const json_t *value;
	size_t i;

	json_array_foreach(json_object_get(item, "flags"), i, value)
		if (strcmp(json_string_value(value), flag) == 0)
			return true;
	return false;
}

static json_int_t number(const json_t *item, const char *key)
{
	const json_t *value = json_object_get(item, key);

	CHECK(json_is_integer(value));
	return json_integer_value(value);
}

static void what_is_known_is_told(void)
{
	struct machine_look look = look_of(HEALTH_SMART_OK, 50 * GIB);
	json_t *item = machine_item(&station.house, &look);

	CHECK(item != NULL && number(item, "up_s") == 77);
	CHECK(number(item, "disk_total") == 100 * (json_int_t)GIB &&
	      number(item, "disk_free") == 50 * (json_int_t)GIB);
	CHECK(number(item, "temperature") == 42);
	CHECK(number(item, "held") == 0 && number(item, "wanted") == 0);
	CHECK(strcmp(json_string_value(json_object_get(item, "smart")),
		     "ok") == 0);
	CHECK(json_array_size(json_object_get(item, "w")) == 5);
	CHECK(json_object_get(item, "on_hours") == NULL &&
	      json_object_get(item, "drive_s") == NULL);
	CHECK(json_array_size(json_object_get(item, "flags")) == 0);
	json_decref(item);

	look = look_of(HEALTH_SMART_FAILING, GIB / 100);
	item = machine_item(&station.house, &look);
	CHECK(has_flag(item, "full") && has_flag(item, "disk-failing"));
	json_decref(item);
}

static void full_is_when_nothing_more_fits(void)
{
	CHECK(machine_is_full(0, 100 * GIB));
	CHECK(!machine_is_full(GIB, 100 * GIB));
	/* A small disk has never much. */
	CHECK(!machine_is_full(GIB / 8, GIB));
}

static bool tells(enum health_smart smart, uint64_t free)
{
	const struct machine_look look = look_of(smart, free);
	bool changed;

	OFFICE_OK(&station, machine_tell(&station.house, &look, &changed,
					 &station.err));
	return changed;
}

/* How many faults stand that are not mended. */
static unsigned open_faults(void)
{
	json_t *faults = json_array();
	struct catalog *records;
	const json_t *fault;
	unsigned open = 0;
	size_t i;

	OFFICE_OK(&station,
		  house_records(&station.house, &records, &station.err));
	OFFICE_OK(&station,
		  told_list(records, TOLD_FAULT, faults, &station.err));
	json_array_foreach(faults, i, fault) {
		struct err err = ERR_INIT;

		CHECK(told_check(TOLD_FAULT, fault, &err) == STATUS_OK);
		open += number(fault, "fixed") == 0;
	}
	json_decref(faults);
	return open;
}

static void faults_come_and_go(void)
{
	CHECK(!tells(HEALTH_SMART_OK, GIB) && open_faults() == 0);
	CHECK(tells(HEALTH_SMART_FAILING, GIB) && open_faults() == 1);
	CHECK(!tells(HEALTH_SMART_FAILING, GIB));
	CHECK(tells(HEALTH_SMART_FAILING, 0) && open_faults() == 2);
	/* Nobody says how the disk is now: it stays as it was. */
	CHECK(tells(HEALTH_SMART_UNKNOWN, GIB) && open_faults() == 1);
	CHECK(tells(HEALTH_SMART_OK, GIB) && open_faults() == 0);
}

int main(void)
{
	scratch_init(&scratch);
	office_county(&station, &scratch);
	what_is_known_is_told();
	full_is_when_nothing_more_fits();
	faults_come_and_go();
	office_close(&station);
	scratch_release(&scratch);
	return 0;
}
