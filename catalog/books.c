#include "catalog/books.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/books_inside.h"
#include "catalog/imported.h"
#include "catalog/report_inside.h"
#include "proto/encoding.h"
#include "proto/month.h"

static enum status read_code(const char *text, uint8_t code[static 5],
			     struct err *err)
{
	if (base32_decode(bytes_of(text), code, 5) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no code of a station", text);
	return STATUS_OK;
}

static bool has_code(const uint8_t *key, const uint8_t code[static 5])
{
	char text[KEY_CODE_SIZE + 1];
	uint8_t held[5];

	key_code(key, text);
	return base32_decode(bytes_of(text), held, 5) == STATUS_OK &&
	       memcmp(code, held, 5) == 0;
}

static const struct report_station *find_place(const struct report *r,
					       const uint8_t code[static 5],
					       uint32_t *place)
{
	for (size_t i = 0; i < r->key_count; i++)
		if (has_code(r->keys[i].key, code)) {
			*place = r->keys[i].place;
			return &r->stations[*place];
		}
	return NULL;
}

/* All the books in turn: each of every box. */
static const struct {
	const char *name;
	enum status (*read)(struct books_of *b, int64_t box, json_t *list,
			    struct err *err);
} books[] = {
	{ "studies", books_studies },	  { "personals", books_personals },
	{ "plays", books_plays },	  { "equipment", books_equipment },
	{ "faults", books_faults },	  { "wishes", books_wishes },
};

static enum status read_boxes(struct books_of *b,
			      const struct report_boxes *boxes,
			      uint32_t place, json_t *out, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t k = 0; k < sizeof(books) / sizeof(*books); k++) {
		json_t *list = json_array();

		if (list == NULL || json_object_set_new(out, books[k].name,
							list) != 0)
			return err_set(err, STATUS_NO_MEMORY, "books");
		for (size_t i = 0; i < boxes->count && status == STATUS_OK;
		     i++)
			if (boxes->list[i].place == place)
				status = books[k].read(b, boxes->list[i].id,
						       list, err);
	}
	return status;
}

/* The station's row is the report's. */
static enum status set_row(const struct report *r, uint32_t place,
			   json_t *out, struct err *err)
{
	json_t *row = report_station_json(&r->stations[place]);
	char month[MONTH_TEXT];

	month_format(r->month, month);
	if (row == NULL || json_object_set(out, "machine",
					   json_object_get(row, "machine")) !=
				   0 ||
	    json_object_set_new(out, "month", json_string(month)) != 0 ||
	    json_object_set_new(out, "norm", json_integer(r->norm_min)) != 0 ||
	    json_object_set_new(out, "closed",
				json_boolean(r->closed_s != 0)) != 0) {
		json_decref(row);
		return err_set(err, STATUS_NO_MEMORY, "books");
	}
	return json_object_set_new(out, "station", row) == 0 ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "books");
}

static enum status read_place(struct books_of *b, struct report *r,
			      const uint8_t code[static 5], json_t *out,
			      struct err *err)
{
	struct report_boxes boxes = { .list = NULL };
	enum status status = STATUS_OK;
	uint32_t place = 0;

	if (find_place(r, code, &place) == NULL)
		return err_set(err, STATUS_NOT_FOUND,
			       "no station with that code stood in that month");
	if (b->records != NULL)
		status = report_load_boxes(r, b->records, false, &boxes, err);
	if (status == STATUS_OK)
		status = set_row(r, place, out, err);
	if (status == STATUS_OK)
		status = read_boxes(b, &boxes, place, out, err);
	free(boxes.list);
	return status;
}

enum status books_read(json_t **out, struct catalog *node,
		       struct catalog *records, const struct report_query *q,
		       const char *code, struct err *err)
{
	struct books_of b = { .node = node,
			      .records = records,
			      .month = q->month,
			      .from_s = month_start_s(q->month),
			      .to_s = month_start_s(q->month + 1),
			      .row = malloc(sizeof(*b.row)) };
	json_t *made = json_object();
	struct report *r = NULL;
	uint8_t wanted[5];
	enum status status = read_code(code, wanted, err);

	if (status == STATUS_OK && (b.row == NULL || made == NULL))
		status = err_set(err, STATUS_NO_MEMORY, "books");
	if (status == STATUS_OK)
		status = report_make(&r, node, records, q, err);
	if (status == STATUS_OK)
		status = read_place(&b, r, wanted, made, err);
	report_free(r);
	free(b.row);
	if (status == STATUS_OK)
		*out = made;
	else
		json_decref(made);
	return status;
}

enum status books_photo(struct catalog *records, const char *code,
			const char *study, struct buf *jpeg, struct err *err)
{
	static const char find[] =
		"SELECT s.key, p.jpeg FROM photo p JOIN station s"
		" ON s.id = p.station WHERE p.study = ?";
	uint8_t wanted[5];
	enum status status = read_code(code, wanted, err);
	bool found = false;
	int64_t id;
	struct sql q;

	if (status != STATUS_OK)
		return status;
	if (!imported_id(study, &id))
		return err_set(err, STATUS_USAGE, "'%s' is no study", study);
	sql_start(&q, records, find);
	sql_put_int(&q, id);
	while (!found && sql_next(&q)) {
		struct bytes key = sql_blob(&q, 0);

		found = key.size == PUBLIC_KEY_SIZE &&
			has_code(key.data, wanted);
		if (found)
			buf_put_bytes(jpeg, sql_blob(&q, 1));
	}
	status = sql_finish(&q, err);
	if (status == STATUS_OK && !found)
		return err_set(err, STATUS_NOT_FOUND,
			       "there is no photo of that study");
	return status == STATUS_OK && buf_status(jpeg) != STATUS_OK ?
		       err_set(err, STATUS_NO_MEMORY, "a photo") :
		       status;
}
