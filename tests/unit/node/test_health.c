/* What a machine says of itself, true or not, on a machine made of files. */
#include "node/page/health.h"

#include <stdio.h>

#include "tests/support/scratch.h"

static struct scratch scratch;

static void put(const char *name, const char *text)
{
	FILE *file = fopen(scratch_path(&scratch, name), "w");

	CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void run(const char *line)
{
	char command[5000];

	(void)snprintf(command, sizeof(command), "cd '%s' && %s", scratch.top,
		       line);
	CHECK(system(command) == 0);
}

static struct health look(void)
{
	struct health h;

	health_look(scratch.top, scratch.top, &h);
	CHECK(h.has_disk && h.disk_total > 0 && h.disk_free <= h.disk_total);
	return h;
}

static void what_is_not_there_is_not_known(void)
{
	struct health h = look();

	CHECK(!h.has_rss && !h.has_load && !h.has_temperature &&
	      !h.has_power_on && h.smart == HEALTH_SMART_UNKNOWN);
	health_look(scratch.top, "/nonexistent", &h);
	CHECK(!h.has_disk);
}

static void what_is_there_is_told(void)
{
	struct health h;

	run("mkdir -p proc/self sys/class/thermal/thermal_zone0 "
	    "sys/class/thermal/thermal_zone3 var/lib/smartmontools");
	put("proc/self/statm", "5000 300 200 100 0 400 0\n");
	put("proc/loadavg", "0.52 0.40 0.33 1/234 5678\n");
	put("sys/class/thermal/thermal_zone0/temp", "41500\n");
	put("sys/class/thermal/thermal_zone3/temp", "62000\n");
	put("var/lib/smartmontools/smartd.DISK-1.ata.state",
	    "# smartd state file\nself-test-errors = 0\n"
	    "ata-smart-attribute.0.id = 5\nata-smart-attribute.0.raw = 7\n"
	    "ata-smart-attribute.2.id = 9\nata-smart-attribute.2.val = 95\n"
	    "ata-smart-attribute.2.raw = 22345\n");
	put("var/lib/smartmontools/drivedb.h", "9 = 9\n");
	h = look();
	CHECK(h.has_rss && h.rss == 300 * (uint64_t)sysconf(_SC_PAGESIZE));
	CHECK(h.has_load && h.load > 0.519 && h.load < 0.521);
	CHECK(h.has_temperature && h.temperature > 61.9 &&
	      h.temperature < 62.1);
	CHECK(h.has_power_on && h.power_on_hours == 22345);
	CHECK(h.smart == HEALTH_SMART_OK);
	put("var/lib/smartmontools/smartd.DISK-2.ata.state",
	    "ata-smart-attribute.1.id = 9\n"
	    "ata-smart-attribute.1.raw = 30000\n");
	CHECK(look().power_on_hours == 30000);
}

static void odd_contents_do_no_harm(void)
{
	static char much[200000];
	static const char *const names[] = {
		"proc/self/statm", "proc/loadavg",
		"sys/class/thermal/thermal_zone0/temp",
		"sys/class/thermal/thermal_zone3/temp",
		"var/lib/smartmontools/smartd.DISK-1.ata.state",
		"var/lib/smartmontools/smartd.DISK-2.ata.state"
	};
	static const char *const odd[] = {
		"", "\n", " ", "-", "-1 -1", "nan", "inf 1 1", "1e400 1",
		"0x10 5",
		"99999999999999999999999999 1", "5 6", "1",
		"ata-smart-attribute.0.id = 9\nata-smart-attribute.0.raw = -1",
		"ata-smart-attribute.0.id = 9\nata-smart-attribute.0.raw = "
		"4000000000",
		"ata-smart-attribute.0.id = 9",
	};
	struct health h;

	memset(much, '9', sizeof(much) - 1);
	for (size_t i = 0; i <= sizeof(odd) / sizeof(*odd); i++) {
		for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
			put(names[k],
			    i < sizeof(odd) / sizeof(*odd) ? odd[i] : much);
		h = look();
		CHECK(!h.has_rss && !h.has_power_on);
		CHECK(!h.has_load || (h.load >= 0 && h.load < 1e6));
		CHECK(!h.has_temperature || h.temperature < 150);
	}
	/* Pipes, folders, links: nothing is waited for, nothing followed. */
	for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
		CHECK(unlink(scratch_path(&scratch, names[k])) == 0);
	run("mkfifo proc/self/statm && mkdir proc/loadavg && "
	    "ln -s /proc/loadavg sys/class/thermal/thermal_zone0/temp && "
	    "ln -s /etc/passwd var/lib/smartmontools/smartd.x.ata.state");
	h = look();
	CHECK(!h.has_rss && !h.has_load && !h.has_temperature &&
	      !h.has_power_on);
}

static void a_disk_that_gives_up_is_told(void)
{
#define DISK "ata-smart-attribute.0.id = 9\nata-smart-attribute.0.raw = 5\n"
	CHECK(health_smart_of("") == HEALTH_SMART_UNKNOWN);
	CHECK(health_smart_of("# smartd state file\n") ==
	      HEALTH_SMART_UNKNOWN);
	CHECK(health_smart_of(DISK) == HEALTH_SMART_OK);
	CHECK(health_smart_of(DISK "mail.1.count = 2\n") ==
	      HEALTH_SMART_FAILING);
	CHECK(health_smart_of("mail.1.count = 0\n" DISK) == HEALTH_SMART_OK);
	CHECK(health_smart_of(DISK "email.1.count = 2\n") ==
	      HEALTH_SMART_OK);
	CHECK(health_smart_of(DISK "mail.12.count = 2\n") ==
	      HEALTH_SMART_OK); /* it was warm */
	CHECK(health_smart_of(DISK "ata-smart-attribute.1.id = 197\n"
				   "ata-smart-attribute.1.raw = 0\n") ==
	      HEALTH_SMART_OK);
	CHECK(health_smart_of(DISK "ata-smart-attribute.1.id = 197\n"
				   "ata-smart-attribute.1.raw = 8\n") ==
	      HEALTH_SMART_FAILING);
	CHECK(health_smart_of(DISK "ata-smart-attribute.7.id = 198\n"
				   "ata-smart-attribute.7.raw = 1\n") ==
	      HEALTH_SMART_FAILING);
}

static void sensors_that_are_off_say_nothing(void)
{
	double t = 7;

	CHECK(!health_temperature_of("0\n", &t) &&
	      !health_temperature_of("-274000\n", &t) &&
	      !health_temperature_of("255000\n", &t));
	CHECK(t > 0 && health_temperature_of("-12500\n", &t) && t < -12.4);
}

/* This machine itself reads, too. */
static void this_machine_is_well(void)
{
	struct health h;

	health_look("", "/", &h);
	CHECK(h.has_disk && h.has_rss && h.rss > 100000 && h.has_load);
}

int main(void)
{
	scratch_init(&scratch);
	what_is_not_there_is_not_known();
	what_is_there_is_told();
	odd_contents_do_no_harm();
	a_disk_that_gives_up_is_told();
	sensors_that_are_off_say_nothing();
	this_machine_is_well();
	scratch_release(&scratch);
	return 0;
}
