/* Every known place is looked at once for each name. Places that fit are kept
 * apart by region: a station that two offices enrolled is one place. */
#include "node/drive/route.h"

#include <stdio.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/own_statement.h"
#include "proto/encoding.h"
#include "proto/text.h"

enum { CANDIDATES = 8, CODE_BYTES = 5 };

struct search {
	struct catalog *c;
	char name[DRIVE_STOP_NAME_MAX + 1]; /* as typed */
	bool is_code;
	uint8_t code[CODE_BYTES];
	struct drive_stop found[CANDIDATES]; /* that have this very name */
	size_t found_count;
	struct drive_stop like[CANDIDATES]; /* to suggest */
	size_t like_count;
	enum status status;
	struct err err;
};

static void keep(struct drive_stop *list, size_t *count, const char *region,
		 const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(list[i].region, region) == 0)
			return;
	if (*count == CANDIDATES)
		return;
	memset(&list[*count], 0, sizeof(*list));
	(void)snprintf(list[*count].region, sizeof(list->region), "%.12s",
		       region);
	(void)snprintf(list[*count].name, sizeof(list->name), "%.*s",
		       DRIVE_STOP_NAME_MAX, name[0] == 0 ? region : name);
	++*count;
}

static bool has_code(const struct search *s, const uint8_t *key)
{
	char code[KEY_CODE_SIZE + 1];
	uint8_t bytes[CODE_BYTES];

	if (!s->is_code)
		return false;
	key_code(key, code);
	return base32_decode(bytes_of(code), bytes, CODE_BYTES) ==
		       STATUS_OK &&
	       memcmp(bytes, s->code, CODE_BYTES) == 0;
}

static void look_at(struct search *s, const uint8_t *key, const char *region,
		    const char *name)
{
	if (region[0] == 0)
		return;
	if (strcmp(name, s->name) == 0 || strcmp(region, s->name) == 0 ||
	    has_code(s, key))
		keep(s->found, &s->found_count, region, name);
	else if (name[0] != 0 && (strstr(name, s->name) != NULL ||
				  strstr(s->name, name) != NULL))
		keep(s->like, &s->like_count, region, name);
}

static bool look_at_station(void *context, const struct station *station)
{
	look_at(context, station->key.bytes, station->region, station->name);
	return true;
}

/* What a node calls itself counts where no office has said it otherwise. */
static bool look_at_statement(void *context, const struct statement_row *row)
{
	struct search *s = context;
	struct station station;
	struct statement st;
	enum status status = stations_get(s->c, row->key, &station, &s->err);

	if (status == STATUS_NOT_FOUND) {
		if (statement_open(row->note, &st) == STATUS_OK)
			look_at(s, row->key, st.region, st.name);
		return true;
	}
	s->status = status;
	if (status != STATUS_OK || station.ended)
		return status == STATUS_OK;
	if (strcmp(station.name, s->name) != 0 &&
	    statement_open(row->note, &st) == STATUS_OK &&
	    strcmp(st.name, s->name) == 0)
		keep(s->found, &s->found_count, station.region, st.name);
	return true;
}

static enum status search_places(struct search *s, struct err *err)
{
	enum status status = stations_list(s->c, false, look_at_station, s,
					   err);

	if (status == STATUS_OK)
		status = statements_list(s->c, look_at_statement, s, err);
	if (status == STATUS_OK && s->status != STATUS_OK)
		status = err_set(err, s->status, "%s", s->err.text);
	return status;
}

/* "黄草村 (431081101203), 白廊村 (…)" */
static void list_places(const struct drive_stop *list, size_t count,
			struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s%s (%s)", i == 0 ? "" : ", ", list[i].name,
			   list[i].region);
	if (count == CANDIDATES)
		buf_puts(out, ", …");
}

static enum status complain(const struct search *s, struct err *err)
{
	struct buf places = BUF_INIT;
	enum status status;

	if (s->found_count > 1) {
		list_places(s->found, s->found_count, &places);
		status = err_set(err, STATUS_EXISTS,
				 "'%s' is the name of several places; give "
				 "one of their codes: %s",
				 s->name, buf_string(&places));
	} else if (s->like_count > 0) {
		list_places(s->like, s->like_count, &places);
		status = err_set(err, STATUS_NOT_FOUND,
				 "no station is called '%s'; there is %s",
				 s->name, buf_string(&places));
	} else {
		status = err_set(err, STATUS_NOT_FOUND,
				 "no station is called '%s'; 'xiangtu station "
				 "list' shows those there are, and a region "
				 "code of 2 to 12 digits is always taken",
				 s->name);
	}
	buf_release(&places);
	return status;
}

static enum status resolve_one(struct search *s, struct drive_stop *out,
			       struct err *err)
{
	enum status status = search_places(s, err);

	if (status != STATUS_OK)
		return status;
	if (s->found_count == 1) {
		*out = s->found[0];
		return STATUS_OK;
	}
	if (s->found_count == 0 && region_check(s->name) == STATUS_OK) {
		memset(out, 0, sizeof(*out));
		(void)snprintf(out->region, sizeof(out->region), "%.12s",
			       s->name);
		(void)snprintf(out->name, sizeof(out->name), "%s", s->name);
		return STATUS_OK;
	}
	return complain(s, err);
}

/* --- the list --- */

/* Bytes of the divider `text` begins with, or 0. */
static size_t divider(const char *text)
{
	static const char *const dividers[] = { ",", "，", "、" };

	for (size_t i = 0; i < 3; i++)
		if (strncmp(text, dividers[i], strlen(dividers[i])) == 0)
			return strlen(dividers[i]);
	return 0;
}

/* The next name without spaces around it; false at the end. */
static bool next_name(const char **rest, struct bytes *name)
{
	const char *start = *rest, *end;

	while (*start == ' ' || divider(start) > 0)
		start += *start == ' ' ? 1 : divider(start);
	for (end = start; *end != 0 && divider(end) == 0; end++)
		;
	*rest = end;
	while (end > start && end[-1] == ' ')
		end--;
	*name = (struct bytes){ (const uint8_t *)start,
				(size_t)(end - start) };
	return name->size > 0;
}

static enum status add_place(const struct drive_stop *place,
			     struct drive_stop *out, size_t max, size_t *count,
			     struct err *err)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(out[i].region, place->region) == 0)
			return STATUS_OK;
	if (*count == max)
		return err_set(err, STATUS_NO_ROOM,
			       "a route has at most %zu villages", max);
	out[(*count)++] = *place;
	return STATUS_OK;
}

enum status route_resolve(struct catalog *c, const char *names,
			  struct drive_stop *out, size_t max, size_t *count,
			  struct err *err)
{
	size_t n = *count;
	enum status status = STATUS_OK;
	struct bytes name;
	bool any = false;

	while (status == STATUS_OK && next_name(&names, &name)) {
		struct search s = { .c = c, .err = ERR_INIT };
		struct drive_stop place;

		any = true;
		if (!text_is_plain(name) ||
		    bytes_to_string(name, s.name, sizeof(s.name)) !=
			    STATUS_OK)
			return err_set(err, STATUS_NOT_FOUND,
				       "no station is called that");
		s.is_code = base32_decode(name, s.code, CODE_BYTES) ==
			    STATUS_OK;
		status = resolve_one(&s, &place, err);
		if (status == STATUS_OK)
			status = add_place(&place, out, max, &n, err);
	}
	if (status == STATUS_OK && !any)
		return err_set(err, STATUS_USAGE,
			       "which villages? --route wants their names, "
			       "divided by ','");
	if (status == STATUS_OK)
		*count = n;
	return status;
}
