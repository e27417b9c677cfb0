#include "node/page/health.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proto/err.h"

enum {
	SHORT_MAX = 256,	 /* bytes of a file with a number in it */
	STATE_MAX = 64 << 10,	 /* of what smartd writes */
	PATH_ROOM = 4096 + 64,
	ZONES_MAX = 64,
	NAMES_MAX = 256, /* looked at in a folder */
	ATTRIBUTES_MAX = 64,
	/* The numbers of attributes. */
	POWER_ON_HOURS = 9,
	PENDING_SECTORS = 197,
	UNREADABLE_SECTORS = 198,
	HOURS_MAX = 50 * 366 * 24
};

/* At most room - 1 bytes of a plain file. */
static bool read_text(const char *path, char *out, size_t room)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	size_t size = 0;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		n = -1;
	while (n >= 0 && size + 1 < room &&
	       (n = read(fd, out + size, room - 1 - size)) > 0)
		size += (size_t)n;
	(void)close(fd);
	out[size] = 0;
	return n >= 0 && size > 0;
}

static bool ends_well(const char *end)
{
	return *end == 0 || *end == ' ' || *end == '\n';
}

static bool read_number(const char *text, const char **end, uint64_t *out)
{
	char *stop;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &stop, 10);
	*end = stop;
	return errno == 0 && ends_well(stop);
}

/* --- memory --- */

bool health_rss_of(const char *text, uint64_t page, uint64_t *out)
{
	uint64_t size, resident;
	const char *end;

	if (!read_number(text, &end, &size) || *end != ' ' ||
	    !read_number(end + 1, &end, &resident) || resident > size ||
	    resident > (UINT64_MAX >> 1) / page)
		return false;
	*out = resident * page;
	return true;
}

/* --- load --- */

bool health_load_of(const char *text, double *out)
{
	char *end;
	double load;

	if (*text < '0' || *text > '9')
		return false;
	load = strtod(text, &end);
	if (!ends_well(end) || !(load >= 0 && load < 1e6))
		return false;
	*out = load;
	return true;
}

/* --- temperature --- */

bool health_temperature_of(const char *text, double *out)
{
	bool below = *text == '-';
	uint64_t thousandths;
	const char *end;

	/* Zones whose sensor is off or missing say 0, or what no machine
	 * survives. */
	if (!read_number(text + below, &end, &thousandths) ||
	    thousandths == 0 || thousandths > (below ? 60000 : 150000))
		return false;
	*out = (below ? -1.0 : 1.0) * (double)thousandths / 1000;
	return true;
}

static void look_at_zones(const char *root, struct health *h)
{
	char path[PATH_ROOM], text[SHORT_MAX];
	double degrees;

	for (unsigned i = 0; i < ZONES_MAX; i++) {
		(void)snprintf(path, sizeof(path),
			       "%s/sys/class/thermal/thermal_zone%u/temp",
			       root, i);
		if (!read_text(path, text, sizeof(text)) ||
		    !health_temperature_of(text, &degrees))
			continue;
		if (!h->has_temperature || degrees > h->temperature)
			h->temperature = degrees;
		h->has_temperature = true;
	}
}

/* --- disks --- */

/* The number behind "<what><i>.<key> = ". */
static bool attribute(const char *text, unsigned i, const char *key,
		      uint64_t *out)
{
	char name[64];
	const char *at, *end;

	(void)snprintf(name, sizeof(name), "ata-smart-attribute.%u.%s = ", i,
		       key);
	at = strstr(text, name);
	return at != NULL && (at == text || at[-1] == '\n') &&
	       read_number(at + strlen(name), &end, out);
}

/* The raw value of the attribute with this number. Above 32 bits some write
 * other things. */
static bool raw_of(const char *text, unsigned number, uint64_t *out)
{
	uint64_t id, raw;

	for (unsigned i = 0; i < ATTRIBUTES_MAX; i++) {
		if (!attribute(text, i, "id", &id) || id != number ||
		    !attribute(text, i, "raw", &raw))
			continue;
		*out = raw & UINT32_MAX;
		return true;
	}
	return false;
}

bool health_power_on_of(const char *text, uint64_t *out)
{
	uint64_t hours;

	if (!raw_of(text, POWER_ON_HOURS, &hours) || hours > HOURS_MAX)
		return false;
	*out = hours;
	return true;
}

enum health_smart health_smart_of(const char *text)
{
	/* smartd writes down which warnings it has given: the first kind is
	 * that the disk failed its own judgement. */
	static const char gave_up[] = "mail.1.count = ";
	const char *at = strstr(text, gave_up);
	uint64_t sectors;

	if (at != NULL && (at == text || at[-1] == '\n') &&
	    at[sizeof(gave_up) - 1] > '0' && at[sizeof(gave_up) - 1] <= '9')
		return HEALTH_SMART_FAILING;
	if ((raw_of(text, PENDING_SECTORS, &sectors) && sectors > 0) ||
	    (raw_of(text, UNREADABLE_SECTORS, &sectors) && sectors > 0))
		return HEALTH_SMART_FAILING;
	return strstr(text, "ata-smart-attribute.") != NULL ?
		       HEALTH_SMART_OK :
		       HEALTH_SMART_UNKNOWN;
}

static bool is_state(const char *name)
{
	size_t size = strlen(name);

	return strncmp(name, "smartd.", 7) == 0 && size > 10 &&
	       strcmp(name + size - 10, ".ata.state") == 0;
}

static void look_at_state(const char *text, struct health *h)
{
	enum health_smart smart = health_smart_of(text);
	uint64_t hours;

	if (smart > h->smart)
		h->smart = smart;
	if (!health_power_on_of(text, &hours))
		return;
	if (hours > h->power_on_hours)
		h->power_on_hours = hours;
	h->has_power_on = true;
}

static void look_at_states(const char *root, struct health *h)
{
	char folder[PATH_ROOM], path[PATH_ROOM + 256];
	char *text = malloc(STATE_MAX);
	unsigned left = NAMES_MAX;
	struct dirent *entry;
	DIR *dir;

	(void)snprintf(folder, sizeof(folder), "%s/var/lib/smartmontools",
		       root);
	dir = text == NULL ? NULL : opendir(folder);
	while (dir != NULL && left-- > 0 && (entry = readdir(dir)) != NULL) {
		if (!is_state(entry->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
			       entry->d_name);
		if (read_text(path, text, STATE_MAX))
			look_at_state(text, h);
	}
	if (dir != NULL)
		(void)closedir(dir);
	free(text);
}

/* --- all --- */

static void look_at_disk(const char *path, struct health *h)
{
	struct statvfs vfs;

	if (statvfs(path, &vfs) != 0 || vfs.f_blocks == 0)
		return;
	h->has_disk = true;
	h->disk_total = (uint64_t)vfs.f_blocks * vfs.f_frsize;
	h->disk_free = (uint64_t)vfs.f_bavail * vfs.f_frsize;
}

void health_look(const char *root, const char *path, struct health *out)
{
	char file[PATH_ROOM], text[SHORT_MAX];
	long page = sysconf(_SC_PAGESIZE);

	memset(out, 0, sizeof(*out));
	look_at_disk(path, out);
	(void)snprintf(file, sizeof(file), "%s/proc/self/statm", root);
	out->has_rss = page > 0 && read_text(file, text, sizeof(text)) &&
		       health_rss_of(text, (uint64_t)page, &out->rss);
	(void)snprintf(file, sizeof(file), "%s/proc/loadavg", root);
	out->has_load = read_text(file, text, sizeof(text)) &&
			health_load_of(text, &out->load);
	look_at_zones(root, out);
	look_at_states(root, out);
}
