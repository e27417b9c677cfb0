#include "catalog/jsonfields.h"

#include <string.h>

#include "proto/encoding.h"

enum { HASH_SIZE = 32 };

/* STATUS_OK with NULL in `*value` when an optional field is not there. */
static enum status find(const json_t *object, const char *key,
			enum presence presence, const json_t **value,
			struct err *err)
{
	*value = json_object_get(object, key);
	if (*value == NULL && presence == REQUIRED)
		return err_set(err, STATUS_MALFORMED, "no '%s'", key);
	return STATUS_OK;
}

enum status field_text(const json_t *object, const char *key,
		       enum presence presence, char *out, size_t room,
		       struct err *err)
{
	const json_t *value;
	enum status status = find(object, key, presence, &value, err);

	if (status != STATUS_OK || value == NULL)
		return status;
	if (!json_is_string(value))
		return err_set(err, STATUS_MALFORMED, "'%s' is not text", key);
	if (json_string_length(value) >= room)
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is longer than %zu bytes", key, room - 1);
	memcpy(out, json_string_value(value), json_string_length(value) + 1);
	return STATUS_OK;
}

enum status field_integer(const json_t *object, const char *key,
			  enum presence presence, uint64_t least,
			  uint64_t most, uint64_t *out, struct err *err)
{
	const json_t *value;
	enum status status = find(object, key, presence, &value, err);
	json_int_t number;

	if (status != STATUS_OK || value == NULL)
		return status;
	if (!json_is_integer(value))
		return err_set(err, STATUS_MALFORMED, "'%s' is not an integer",
			       key);
	number = json_integer_value(value);
	if (number < 0 || (uint64_t)number < least || (uint64_t)number > most)
		return err_set(err, STATUS_MALFORMED, "'%s' is out of range",
			       key);
	*out = (uint64_t)number;
	return STATUS_OK;
}

enum status field_number(const json_t *object, const char *key,
			 enum presence presence, uint32_t least,
			 uint32_t most, uint32_t *out, struct err *err)
{
	uint64_t wide = *out;
	enum status status =
		field_integer(object, key, presence, least, most, &wide, err);

	if (status == STATUS_OK)
		*out = (uint32_t)wide;
	return status;
}

enum status field_hash(const json_t *object, const char *key,
		       enum presence presence, uint8_t out[static 32],
		       bool *present, struct err *err)
{
	uint8_t hash[HASH_SIZE];
	const json_t *value;
	enum status status = find(object, key, presence, &value, err);
	struct bytes text;

	if (status != STATUS_OK)
		return status;
	if (value != NULL) {
		text = (struct bytes){
			(const uint8_t *)json_string_value(value),
			json_string_length(value) };
		if (!json_is_string(value) ||
		    hex_decode(text, hash, sizeof(hash)) != STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "'%s' is not 64 lower-case hex digits",
				       key);
		memcpy(out, hash, sizeof(hash));
	}
	if (present != NULL)
		*present = value != NULL;
	return STATUS_OK;
}

bool field_put_text(json_t *object, const char *key, const char *text)
{
	return text[0] == 0 ||
	       json_object_set_new(object, key, json_string(text)) == 0;
}

bool field_put_integer(json_t *object, const char *key, uint64_t value)
{
	return json_object_set_new(object, key,
				   json_integer((json_int_t)value)) == 0;
}

bool field_put_hash(json_t *object, const char *key,
		    const uint8_t hash[static 32])
{
	char text[HEX_SIZE(HASH_SIZE) + 1];

	hex_encode((struct bytes){ hash, HASH_SIZE }, text);
	return field_put_text(object, key, text);
}

static int append(const char *text, size_t size, void *out)
{
	buf_put(out, text, size);
	return buf_status(out) == STATUS_OK ? 0 : -1;
}

enum status fields_write(const json_t *object, struct buf *out)
{
	struct buf text = BUF_INIT;
	enum status status = STATUS_NO_MEMORY;

	if (json_dump_callback(object, append, &text, JSON_COMPACT) == 0) {
		buf_put_bytes(out, buf_bytes(&text));
		status = buf_status(out);
	}
	buf_release(&text);
	return status;
}
