/* Offices among those who are enrolled. A township that was accepted as
 * stations are gives its region a name, and nobody expects minutes of it. */
#include <stdlib.h>
#include <string.h>

#include "catalog/report_inside.h"
#include "catalog/stations.h"
#include "proto/statement.h"
#include "signing/note.h"

enum { OFFICE_DIGITS = 9 /* of a region; beyond it lie villages */ };

/* Its signature was verified before it was kept. */
static bool tells_of_office(struct bytes text)
{
	struct statement st;
	struct note note;

	return note_parse(text, NOTE_MAX, &note) == STATUS_OK &&
	       statement_parse(note.text, &st) == STATUS_OK &&
	       st.level != LEVEL_STATION;
}

enum status report_mark_offices(struct report *r, struct catalog *node,
				struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < r->station_count && status == STATUS_OK; i++) {
		struct report_station *s = &r->stations[i];
		struct buf note = BUF_INIT;
		struct statement_row row;

		if (strlen(s->row.region) > OFFICE_DIGITS)
			continue;
		status = statements_get(node, s->key, &row, &note, err);
		s->office = status == STATUS_OK &&
			    tells_of_office(buf_bytes(&note));
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
		buf_release(&note);
	}
	return status;
}

static int by_region(const void *region, const void *row)
{
	return strcmp(region, ((const struct report_row *)row)->region);
}

static bool name_place(void *context, const struct station *s)
{
	struct report *r = context;
	struct report_row *row = bsearch(s->region, r->places, r->place_count,
					 sizeof(*r->places), by_region);

	if (row != NULL && row->name[0] == 0)
		memcpy(row->name, s->name, sizeof(row->name));
	return true;
}

enum status report_name_places(struct report *r, struct catalog *node,
			       struct err *err)
{
	bool named = true;

	for (size_t i = 0; i < r->place_count; i++)
		named = named && r->places[i].name[0] != 0;
	return named ? STATUS_OK :
		       stations_list(node, false, name_place, r, err);
}
