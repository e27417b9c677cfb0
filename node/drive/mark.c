#include "node/drive/mark.h"

#include <jansson.h>
#include <string.h>

#include "catalog/jsonfields.h"
#include "proto/encoding.h"
#include "proto/text.h"
#include "signing/key.h"

#define MARK_FORMAT "drive/v1"

void mark_new(struct drive_mark *out)
{
	memset(out, 0, sizeof(*out));
	signing_random(out->id, sizeof(out->id));
}

void mark_id_text(const struct drive_mark *mark,
		  char out[static 2 * MARK_ID_SIZE + 1])
{
	hex_encode((struct bytes){ mark->id, MARK_ID_SIZE }, out);
}

static enum status check_format(const json_t *object, struct err *err)
{
	char format[64] = "";
	enum status status = field_text(object, "xiangtu", REQUIRED, format,
					sizeof(format), err);

	if (status != STATUS_OK)
		return status;
	if (strcmp(format, MARK_FORMAT) == 0)
		return STATUS_OK;
	if (strncmp(format, "drive/v", 7) == 0 &&
	    text_is_plain(bytes_of(format)))
		return err_set(err, STATUS_OLD,
			       "a newer xiangtu prepared this drive (%s): "
			       "install that version here, too",
			       format);
	return err_set(err, STATUS_MALFORMED, "'xiangtu' is not " MARK_FORMAT);
}

static enum status read_fields(const json_t *object, struct drive_mark *mark,
			       struct err *err)
{
	char id[HEX_SIZE(MARK_ID_SIZE) + 1] = "";
	enum status status = check_format(object, err);

	if (status == STATUS_OK)
		status = field_text(object, "id", REQUIRED, id, sizeof(id),
				    err);
	if (status == STATUS_OK &&
	    hex_decode(bytes_of(id), mark->id, MARK_ID_SIZE) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "'id' is not 32 hex digits");
	if (status == STATUS_OK)
		status = field_text(object, "made_by", OPTIONAL, mark->made_by,
				    sizeof(mark->made_by), err);
	if (status == STATUS_OK && !text_is_plain(bytes_of(mark->made_by)))
		status = err_set(err, STATUS_MALFORMED,
				 "'made_by' is not plain text");
	if (status == STATUS_OK)
		status = field_integer(object, "parts", OPTIONAL,
				       MARK_PARTS_UNIT, INT64_MAX,
				       &mark->part_bytes, err);
	if (status == STATUS_OK && mark->part_bytes % MARK_PARTS_UNIT != 0)
		status = err_set(err, STATUS_MALFORMED,
				 "'parts' is no multiple of 64 MiB");
	return status;
}

enum status mark_parse(struct bytes text, struct drive_mark *out,
		       struct err *err)
{
	struct drive_mark mark = { .part_bytes = 0 };
	json_t *object;
	enum status status;

	if (text.size > MARK_SIZE_MAX)
		return err_set(err, STATUS_MALFORMED, "it is too long");
	object = json_loadb((const char *)text.data, text.size,
			    JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(object)) {
		json_decref(object);
		return err_set(err, STATUS_MALFORMED, "it is no JSON object");
	}
	status = read_fields(object, &mark, err);
	json_decref(object);
	if (status == STATUS_OK)
		*out = mark;
	return status;
}

enum status mark_format(const struct drive_mark *mark, struct buf *out,
			struct err *err)
{
	char id[HEX_SIZE(MARK_ID_SIZE) + 1];
	json_t *object = json_object();
	bool good;
	enum status status = STATUS_NO_MEMORY;

	mark_id_text(mark, id);
	good = object != NULL &&
	       field_put_text(object, "xiangtu", MARK_FORMAT) &&
	       field_put_text(object, "id", id);
	if (good && text_is_plain(bytes_of(mark->made_by)))
		good = field_put_text(object, "made_by", mark->made_by);
	if (good && mark->part_bytes != 0)
		good = field_put_integer(object, "parts", mark->part_bytes);
	if (good)
		status = fields_write(object, out);
	if (status == STATUS_OK) {
		buf_puts(out, "\n");
		status = buf_status(out);
	}
	json_decref(object);
	if (status != STATUS_OK)
		return err_set(err, status, "write drive.json");
	return STATUS_OK;
}

enum status mark_read(struct mount *m, struct drive_mark *out, struct err *err)
{
	struct buf text = BUF_INIT;
	uint64_t size;
	enum status status = mount_size(m, DRIVE_MARK, &size, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		status = mount_read(m, DRIVE_MARK, MARK_SIZE_MAX, &text, err);
	if (status == STATUS_OK)
		status = mark_parse(buf_bytes(&text), out, err);
	buf_release(&text);
	return status == STATUS_OK || status == STATUS_OLD ?
		       status :
		       err_wrap(err, "%s", DRIVE_MARK);
}

enum status mark_write(struct mount *m, const struct drive_mark *mark,
		       struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = mark_format(mark, &text, err);

	if (status == STATUS_OK)
		status = mount_write(m, DRIVE_MARK, buf_bytes(&text), err);
	buf_release(&text);
	return status;
}
