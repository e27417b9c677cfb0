#include "node/office/reports.h"

#include <stdio.h>
#include <string.h>

#include "catalog/records_db.h"
#include "node/clock.h"
#include "proto/month.h"

static enum status take_month(struct report_asked *a, const char *month,
			      struct err *err)
{
	a->query.month = month_of(a->query.now_s);
	if (month == NULL || month[0] == 0)
		return STATUS_OK;
	if (month_parse(bytes_of(month), &a->query.month) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no month; write it like 2026-10",
			       month);
	return STATUS_OK;
}

static enum status take_region(struct report_asked *a,
			       const struct house *house, const char *region,
			       struct err *err)
{
	const char *own = house->conf.region;

	region = region == NULL || region[0] == 0 ? own : region;
	if (region[0] != 0 && region_check(region) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no region; write the code of 2, 4, 6, "
			       "9 or 12 digits",
			       region);
	if (!region_contains(own, region))
		return err_set(err, STATUS_NOT_FOUND,
			       "'%s' does not lie in %s, of which this office "
			       "reports",
			       region, own);
	memcpy(a->region, region, strlen(region) + 1);
	return STATUS_OK;
}

enum status reports_query(const struct house *house, const char *month,
			  const char *region, const char *group,
			  struct report_asked *out, struct err *err)
{
	struct report_asked *a = out;
	enum status status;

	memset(a, 0, sizeof(*a));
	a->query.now_s = (int64_t)clock_s();
	a->query.norm_min = house->conf.norm_min;
	status = take_month(a, month, err);
	if (status == STATUS_OK)
		status = take_region(a, house, region, err);
	if (status != STATUS_OK)
		return status;
	a->query.region = a->region;
	if (group != NULL && group[0] != 0) {
		if (strlen(group) > ENTRY_NAME_MAX)
			return err_set(err, STATUS_USAGE,
				       "no group has so long a name");
		memcpy(a->group, group, strlen(group) + 1);
		a->query.group = a->group;
	}
	return STATUS_OK;
}

enum status reports_open_records(const char *dir, struct catalog **out,
				 struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	enum status status;

	house_path(dir, "records.db", path);
	status = records_db_open_reader(out, path, err);
	if (status == STATUS_NOT_FOUND) {
		*out = NULL;
		status = STATUS_OK;
	}
	return status;
}
