/* How this machine is, as far as its kernel tells: for who looks after it.
 *
 * Everything is read from files below a root ("" is the machine itself), at
 * most so many bytes of each, and what is not there, does not read as what it
 * should be, or cannot be true is not known: left out.
 *
 * Threads: any; may wait for slow hardware. */
#ifndef NODE_PAGE_HEALTH_H
#define NODE_PAGE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

/* What a disk says of itself (SMART), as smartd of smartmontools has heard it:
 * it failed its own judgement, or has sectors it cannot read. */
enum health_smart {
	HEALTH_SMART_UNKNOWN,
	HEALTH_SMART_OK,
	HEALTH_SMART_FAILING
};

struct health {
	bool has_disk, has_rss, has_load, has_temperature, has_power_on;
	uint64_t disk_free, disk_total; /* bytes, of where `path` is */
	uint64_t rss;	    /* bytes of memory this program has */
	double load;	    /* of the last minute */
	double temperature; /* degrees Celsius, of the hottest part */
	/* Hours its oldest disk has run, where smartd of smartmontools writes
	 * that down. */
	uint64_t power_on_hours;
	enum health_smart smart; /* the worst of its disks */
};

/* Look at all of it. `path` is not below `root`. */
void health_look(const char *root, const char *path, struct health *out);

/* The two ends of what is read, for tests: false where it is not what it should
 * be, and `*out` is untouched. `text` ends with a zero. */
bool health_rss_of(const char *text, uint64_t page, uint64_t *out);
bool health_load_of(const char *text, double *out);
bool health_temperature_of(const char *text, double *out);
bool health_power_on_of(const char *text, uint64_t *out);
enum health_smart health_smart_of(const char *text);

#endif
