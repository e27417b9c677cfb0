#include "node/cli/publisher_options.h"

#include <string.h>

#include "node/cli/key_file.h"
#include "node/durable.h"
#include "proto/text.h"

static enum status add_key(void *owner, const char *value, struct err *err)
{
	struct publisher *p = owner;
	struct public_key key;
	enum status status = key_file_read_public(value, &key, err);

	if (status != STATUS_OK)
		return status;
	if (key.type != KEY_ED25519)
		return err_set(err, STATUS_USAGE,
			       "--key: '%s' is no key to sign with", value);
	if (strcmp(key.name, p->origin) != 0)
		return err_set(err, STATUS_USAGE,
			       "--key: the key is named '%.100s', but a log's "
			       "key is named as the log: '%s'",
			       key.name, p->origin);
	status = publisher_add_key(p, &key);
	if (status == STATUS_EXISTS)
		return err_set(err, STATUS_USAGE,
			       "--key: the same key is given twice");
	if (status != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "--key: one in use and one spare, no more");
	return STATUS_OK;
}

/* "a,b,c", each handed to `add`. */
static enum status add_list(struct publisher *p, const char *value,
			    enum status (*add)(struct publisher *,
					       const char *),
			    const char *option, struct err *err)
{
	char item[TOPIC_MAX + 1];

	for (;;) {
		size_t size = strcspn(value, ",");
		enum status status = STATUS_MALFORMED;

		if (size < sizeof(item)) {
			memcpy(item, value, size);
			item[size] = 0;
			status = add(p, item);
		}
		if (status == STATUS_NO_ROOM)
			return err_set(err, STATUS_USAGE,
				       "--%s: at most 16", option);
		if (status != STATUS_OK)
			return err_set(err, STATUS_USAGE,
				       "--%s: '%.*s' is none, or stands there "
				       "twice",
				       option, (int)size, value);
		if (value[size] == 0)
			return STATUS_OK;
		value += size + 1;
	}
}

static enum status add_regions(void *owner, const char *value,
			       struct err *err)
{
	return add_list(owner, value, publisher_add_region, "region", err);
}

static enum status add_topics(void *owner, const char *value, struct err *err)
{
	return add_list(owner, value, publisher_add_topic, "topic", err);
}

static enum status read_limit(const struct cli *cli, const char *option,
			      uint64_t *limit, struct err *err)
{
	const char *value = cli_value(cli, option);

	if (value != NULL && size_parse(value, limit) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "--%s: '%s' is no number; write 0 for no limit",
			       option, value);
	return STATUS_OK;
}

enum status publisher_options_read(const struct cli *cli,
				   struct publisher *publisher,
				   struct err *err)
{
	struct publisher made = *publisher;
	enum status status;

	if (cli_given(cli, "key"))
		made.key_count = 0;
	if (cli_given(cli, "region"))
		made.region_count = 0;
	if (cli_given(cli, "topic"))
		made.topic_count = 0;
	status = cli_each_value(cli, "key", add_key, &made, err);
	if (status == STATUS_OK)
		status = cli_each_value(cli, "region", add_regions, &made,
					err);
	if (status == STATUS_OK)
		status = cli_each_value(cli, "topic", add_topics, &made, err);
	if (status == STATUS_OK)
		status = read_limit(cli, "entries", &made.entries_max, err);
	if (status == STATUS_OK)
		status = read_limit(cli, "entry-bytes", &made.entry_bytes_max,
				    err);
	if (status == STATUS_OK)
		status = read_limit(cli, "lesson-bytes",
				    &made.lesson_bytes_max, err);
	if (cli_given(cli, "may-delegate"))
		made.may_delegate = true;
	if (cli_given(cli, "no-delegate"))
		made.may_delegate = false;
	if (status == STATUS_OK)
		*publisher = made;
	return status;
}

enum status publisher_options_request(const char *path,
				      struct office_request *out,
				      struct err *err)
{
	struct buf whole = BUF_INIT;
	enum status status = durable_read(path, OFFICE_REQUEST_MAX, &whole,
					  err);

	if (status == STATUS_OK) {
		status = office_request_parse(buf_bytes(&whole), out);
		if (status != STATUS_OK)
			(void)err_set(err, status,
				      "'%s' is no request of an office, or was "
				      "changed on its way",
				      path);
	}
	buf_release(&whole);
	return status;
}
