#include "catalog/moment.h"

#include "catalog/entry.h"

enum { FIELDS = 5 };

json_t *when_json(const struct when *when)
{
	return json_pack("[I, I, I, I, i]", (json_int_t)when->s,
			 (json_int_t)when->boot, (json_int_t)when->mono,
			 (json_int_t)when->floor, when->sync ? 1 : 0);
}

enum status when_read(const json_t *value, struct when *when)
{
	uint64_t fields[FIELDS];

	if (!json_is_array(value) || json_array_size(value) < FIELDS)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < FIELDS; i++) {
		const json_t *field = json_array_get(value, i);
		json_int_t number = json_integer_value(field);

		if (!json_is_integer(field) || number < 0 ||
		    number > ENTRY_INTEGER_MAX)
			return STATUS_MALFORMED;
		fields[i] = (uint64_t)number;
	}
	if (fields[4] > 1)
		return STATUS_MALFORMED;
	*when = (struct when){ .s = fields[0],
			       .boot = fields[1],
			       .mono = fields[2],
			       .floor = fields[3],
			       .sync = fields[4] == 1 };
	return STATUS_OK;
}
