#include "node/drive/survey.h"

#include <string.h>

#include "catalog/lessons.h"
#include "node/drive/cargo.h"
#include "node/drive/mark.h"
#include "node/drive/stops.h"
#include "proto/encoding.h"

enum { ROOT_NAMES_MAX = 1000 };

const char *survey_file_system(enum mount_kind kind)
{
	static const char *const names[] = { [MOUNT_OTHER] = "other",
					     [MOUNT_FAT] = "FAT32",
					     [MOUNT_EXFAT] = "exFAT",
					     [MOUNT_NTFS] = "NTFS or FUSE" };

	return names[kind];
}

enum status survey_read_list(struct mount *m, enum drive_kind kind,
			     struct buf *list, struct err *err)
{
	char path[DRIVE_PATH_MAX];
	enum status status;

	drive_path_list(kind, path);
	status = mount_read(m, path, DRIVE_LIST_MAX, list, err);
	if (status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	return status;
}

/* --- lessons --- */

struct looking {
	const struct survey *s;
	struct stops stops;
	bool has_stops;
	uint8_t btmh[32];
	char hex[65];
	struct drive_place place;
	bool has_place;
	struct lesson_row row;
	bool known;
};

static bool is_gone(const struct survey *s, struct err *err)
{
	if (!mount_is_gone(s->m))
		return false;
	err_set(err, STATUS_UNREACHABLE, "the drive was pulled out");
	return true;
}

static void read_place(struct looking *l)
{
	struct err ignored = ERR_INIT;
	struct buf text = BUF_INIT;
	char path[DRIVE_PATH_MAX];

	drive_path(DRIVE_PLACE, l->btmh, path);
	l->has_place = mount_read(l->s->m, path, DRIVE_PLACE_MAX, &text,
				  &ignored) == STATUS_OK &&
		       drive_place_parse(buf_bytes(&text), &l->place) ==
			       STATUS_OK;
	if (!l->has_place)
		memset(&l->place, 0, sizeof(l->place));
	buf_release(&text);
}

enum status survey_open_torrent(const struct survey *s,
				const uint8_t btmh[static 32],
				struct torrentfile **out, struct err *err)
{
	struct err ignored = ERR_INIT;
	struct buf bytes = BUF_INIT;
	char path[DRIVE_PATH_MAX];
	enum status status;

	drive_path(DRIVE_TORRENT, btmh, path);
	status = mount_read(s->m, path, METAINFO_SIZE_MAX, &bytes, err);
	if (status == STATUS_OK)
		status = torrentfile_open_bytes(out, buf_bytes(&bytes), btmh,
						err);
	buf_release(&bytes);
	if (status != STATUS_OK && s->house != NULL &&
	    house_open_torrent(s->house, btmh, out, &ignored) == STATUS_OK)
		status = STATUS_OK;
	return status;
}

static const char *judge(struct looking *l, uint64_t *bytes, uint64_t *there)
{
	struct err ignored = ERR_INIT;
	struct torrentfile *tf;
	struct cargo *cargo;
	const char *state = "missing";
	enum status status =
		survey_open_torrent(l->s, l->btmh, &tf, &ignored);

	*there = 0;
	*bytes = l->known ? l->row.lesson.bytes : 0;
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? "missing" : "damaged";
	*bytes = tf->mi.total;
	status = cargo_open(&cargo, l->s->m, l->btmh, &tf->mi, &ignored);
	if (status == STATUS_OK) {
		*there = cargo_bytes(cargo);
		state = cargo_is_whole(cargo) ? "whole" : "partly";
		cargo_free(cargo);
	} else if (status == STATUS_UNTRUSTED) {
		state = "damaged";
	}
	torrentfile_free(tf);
	return state;
}

static json_t *lacking(const struct looking *l)
{
	json_t *names = json_array();

	for (size_t i = 0; l->has_stops && l->known && !l->row.withdrawn &&
			   i < l->stops.count;
	     i++) {
		const struct stop *stop = &l->stops.list[i];

		if (stop_lacks(stop, &l->row, NULL))
			(void)json_array_append_new(
				names, json_string(stop->name[0] != 0 ?
							   stop->name :
							   stop->region));
	}
	return names;
}

/* The topic and title that a folder's name shows. */
static void names_of_folder(const char *folder, char *topic, char *title,
			    size_t room)
{
	const char *slash, *begin = strchr(folder, '/');

	topic[0] = title[0] = 0;
	if (begin == NULL)
		return;
	begin++;
	slash = strrchr(begin, '/');
	(void)snprintf(title, room, "%s", slash == NULL ? begin : slash + 1);
	if (slash != NULL)
		(void)snprintf(topic, room, "%.*s", (int)(slash - begin),
			       begin);
}

static enum status survey_one(struct looking *l, json_t *to, struct err *err)
{
	char topic[DRIVE_FOLDER_MAX + 1], title[DRIVE_FOLDER_MAX + 1];
	struct err ignored = ERR_INIT;
	uint64_t bytes, there;
	const char *state;
	json_t *lesson;

	hex_encode((struct bytes){ l->btmh, 32 }, l->hex);
	read_place(l);
	l->known = l->s->house != NULL &&
		   lessons_get(l->s->house->catalog, l->hex, &l->row,
			       &ignored) == STATUS_OK;
	state = judge(l, &bytes, &there);
	if (is_gone(l->s, err))
		return STATUS_UNREACHABLE;
	names_of_folder(l->place.folder, topic, title, sizeof(topic));
	lesson = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:b, s:b, s:b, s:b, "
		"s:o}",
		"btmh", l->hex, "id", l->known ? l->row.lesson.id : "", "title",
		l->known ? l->row.lesson.title : title, "topic",
		l->known ? l->row.lesson.topic : topic, "folder",
		l->place.folder, "bytes", (json_int_t)bytes, "there",
		(json_int_t)there, "state", state, "known", l->known, "wanted",
		l->known && l->row.wanted, "held",
		l->known && l->row.payload == PAYLOAD_HELD, "withdrawn",
		l->known && l->row.withdrawn, "lacking", lacking(l));
	return json_array_append_new(to, lesson) == 0 ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "look at a drive");
}

static size_t read_route(const struct survey *s, struct drive_stop *stops)
{
	struct err ignored = ERR_INIT;
	struct buf text = BUF_INIT;
	size_t count = 0;

	if (mount_read(s->m, DRIVE_ROUTE, DRIVE_ROUTE_MAX, &text, &ignored) !=
		    STATUS_OK ||
	    drive_route_parse(buf_bytes(&text), stops, DRIVE_ROUTE_STOPS_MAX,
			      &count) != STATUS_OK)
		count = 0;
	buf_release(&text);
	return count;
}

static enum status gather_stops(struct looking *l, struct err *err)
{
	struct drive_stop route[DRIVE_ROUTE_STOPS_MAX];
	struct stops_options options = { .route = route,
					 .within = "",
					 .now_s = l->s->now_s };
	enum status status;

	if (l->s->house == NULL)
		return STATUS_OK;
	options.self = house_node_public(l->s->house);
	options.route_count = read_route(l->s, route);
	status = stops_gather(&l->stops, l->s->house->catalog, &options, err);
	l->has_stops = status == STATUS_OK;
	return status;
}

enum status survey_lessons(const struct survey *s, json_t *to, struct err *err)
{
	struct looking l = { .s = s };
	struct buf list = BUF_INIT;
	json_t *seen = json_object();
	struct bytes rest;
	enum status status = survey_read_list(s->m, DRIVE_PLACE, &list, err);

	if (status == STATUS_OK)
		status = gather_stops(&l, err);
	rest = buf_bytes(&list);
	while (status == STATUS_OK && drive_list_next(&rest, l.btmh)) {
		hex_encode((struct bytes){ l.btmh, 32 }, l.hex);
		if (json_object_get(seen, l.hex) != NULL)
			continue;
		(void)json_object_set_new(seen, l.hex, json_true());
		status = survey_one(&l, to, err);
	}
	if (l.has_stops)
		stops_release(&l.stops);
	json_decref(seen);
	buf_release(&list);
	return status;
}

/* --- the whole --- */

static bool is_foreign(void *owner, const char *name, bool is_folder)
{
	bool *others = owner;

	(void)is_folder;
	*others = strcmp(name, DRIVE_SYSTEM) != 0 &&
		  strcmp(name, DRIVE_LESSONS) != 0;
	return !*others;
}

static enum status survey_facts(const struct survey *s, json_t **out,
				struct err *err)
{
	char id[2 * MARK_ID_SIZE + 1] = "";
	struct drive_mark mark = { .part_bytes = 0 };
	struct mount_facts facts;
	bool others = false;
	enum status status = mount_look(s->m, &facts, err);

	if (status == STATUS_OK)
		status = mount_list(s->m, "", ROOT_NAMES_MAX, is_foreign,
				    &others, err);
	if (status != STATUS_OK)
		return status;
	status = mark_read(s->m, &mark, err);
	if (status == STATUS_OK)
		mark_id_text(&mark, id);
	else if (status != STATUS_NOT_FOUND && status != STATUS_MALFORMED &&
		 status != STATUS_UNTRUSTED)
		return status;
	*err = (struct err)ERR_INIT;
	*out = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:I, s:b}",
			 "path", mount_path(s->m), "id", id, "made_by",
			 mark.made_by, "file_system",
			 survey_file_system(facts.kind), "size",
			 (json_int_t)facts.size, "room",
			 (json_int_t)facts.room, "read_only", facts.read_only,
			 "parts", (json_int_t)mark.part_bytes, "others",
			 others);
	return *out != NULL ? STATUS_OK :
			      err_set(err, STATUS_NO_MEMORY,
				      "'%s' is no name to show",
				      mount_path(s->m));
}

static enum status survey_route(const struct survey *s, json_t *to,
				struct err *err)
{
	struct drive_stop stops[DRIVE_ROUTE_STOPS_MAX];
	size_t count = read_route(s, stops);

	(void)err;
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(to, json_pack("{s:s, s:s}",
							  "region",
							  stops[i].region,
							  "name",
							  stops[i].name));
	return STATUS_OK;
}

enum status survey_drive(const struct survey *s, json_t **out, struct err *err)
{
	static const struct {
		const char *name;
		enum status (*look)(const struct survey *s, json_t *to,
				    struct err *err);
	} parts[] = {
		{ "lessons", survey_lessons },
		{ "logs", survey_logs },
		{ "records", survey_records },
		{ "statements", survey_statements },
		{ "route", survey_route },
	};
	json_t *whole;
	enum status status = survey_facts(s, &whole, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0;
	     i < sizeof(parts) / sizeof(*parts) && status == STATUS_OK; i++) {
		json_t *list = json_array();

		status = parts[i].look(s, list, err);
		(void)json_object_set_new(whole, parts[i].name, list);
	}
	if (status == STATUS_OK)
		*out = whole;
	else
		json_decref(whole);
	return status;
}
