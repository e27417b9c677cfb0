/* trust delegate, trust undelegate, and the tree in trust show. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/publisher_options.h"
#include "node/cli/verbs.h"
#include "node/trust_json.h"
#include "proto/encoding.h"
#include "proto/text.h"

/* Who it is: named, or as its request says. */
static enum status begin_with(const struct cli *cli, struct publisher *p,
			      struct err *err)
{
	const char *path = cli_value(cli, "request");
	struct office_request request;
	enum status status;

	if (path == NULL && cli->n_words == 0)
		return err_set(err, STATUS_USAGE,
			       "name the log, or give --request FILE");
	if (path == NULL)
		return publisher_init(p, cli->words[0]) == STATUS_OK ?
			       STATUS_OK :
			       err_set(err, STATUS_USAGE,
				       "'%s' is no name of a log",
				       cli->words[0]);
	status = publisher_options_request(path, &request, err);
	if (status != STATUS_OK)
		return status;
	if (cli->n_words > 0 && strcmp(cli->words[0], request.origin) != 0)
		return err_set(err, STATUS_USAGE,
			       "'%s' is the request of '%s', not of '%s'", path,
			       request.origin, cli->words[0]);
	/* What was read from a request is well-formed. */
	(void)publisher_init(p, request.origin);
	(void)publisher_add_key(p, &request.publisher);
	(void)publisher_add_region(p, request.region);
	return STATUS_OK;
}

static enum status read_publisher(const struct cli *cli, struct publisher *p,
				  struct err *err)
{
	enum status status = begin_with(cli, p, err);

	if (status == STATUS_OK)
		status = publisher_options_read(cli, p, err);
	if (status != STATUS_OK)
		return status;
	if (p->topic_count == 0)
		(void)publisher_add_topic(p, "*");
	if (p->key_count == 0 || p->region_count == 0)
		return err_set(err, STATUS_USAGE,
			       "--key and --region are wanted, or --request");
	return STATUS_OK;
}

static json_t *request_json(const struct publisher *p)
{
	json_t *request = trust_publisher_json(p);

	(void)json_object_set_new(request, "verb", json_string("delegate"));
	return request;
}

static void print_list(const char *title, const json_t *list)
{
	const json_t *item;
	size_t i;

	printf("%s", title);
	json_array_foreach(list, i, item)
		printf(" %s", json_string_value(item));
	puts("");
}

static void print_scope(const char *indent, const json_t *row)
{
	printf("%s", indent);
	print_list(tr("  regions"), json_object_get(row, "regions"));
	printf("%s", indent);
	print_list(tr("  topics"), json_object_get(row, "topics"));
	if (cli_number(row, "entries") > 0)
		printf("%s  %s %" PRIu64 "\n", indent, tr("entries, at most"),
		       cli_number(row, "entries"));
	if (cli_number(row, "lesson_bytes") > 0) {
		char size[16];

		text_size(cli_number(row, "lesson_bytes"), size);
		printf("%s  %s %s\n", indent, tr("bytes of a lesson, at most"),
		       size);
	}
	if (json_object_get(row, "ended_at") != NULL)
		printf("%s  %s %" PRIu64 "\n", indent, tr("ended at entry"),
		       cli_number(row, "ended_at"));
	if (cli_text(row, "successor")[0] != 0)
		printf("%s  %s %s\n", indent, tr("goes on as"),
		       cli_text(row, "successor"));
}

enum status cmd_trust_delegate(struct cli *cli, struct err *err)
{
	struct publisher publisher;
	json_t *answer;
	enum status status = read_publisher(cli, &publisher, err);

	if (status != STATUS_OK)
		return status;
	status = cli_ask_to_sign(cli, request_json(&publisher), &answer,
				 err);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(answer);
		return STATUS_OK;
	}
	printf("%s: %s\n", tr("May publish now"), cli_text(answer, "origin"));
	print_scope("", answer);
	json_decref(answer);
	return STATUS_OK;
}

enum status cmd_trust_undelegate(struct cli *cli, struct err *err)
{
	const char *size = cli_value(cli, "good-up-to");
	json_t *request = json_pack("{s:s, s:s, s:s*, s:b}", "verb",
				    "undelegate", "origin", cli->words[0],
				    "successor", cli_value(cli, "successor"),
				    "nothing",
				    cli_given(cli, "nothing-stays")),
	       *answer;
	uint64_t number;
	enum status status;

	if (size != NULL &&
	    (decimal_parse(bytes_of(size), &number) != STATUS_OK ||
	     number > INT64_MAX)) {
		json_decref(request);
		return err_set(err, STATUS_USAGE,
			       "--good-up-to: '%s' is no number of entries",
			       size);
	}
	if (size != NULL)
		(void)json_object_set_new(request, "size",
					  json_integer((json_int_t)number));
	status = cli_ask_to_sign(cli, request, &answer, err);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(answer);
		return STATUS_OK;
	}
	if (json_object_get(answer, "ended_at") != NULL)
		printf("%s: %s, %s %" PRIu64 "\n", tr("Ended"),
		       cli_text(answer, "origin"), tr("good up to entry"),
		       cli_number(answer, "ended_at"));
	else
		printf("%s: %s, %s\n", tr("Ended"),
		       cli_text(answer, "origin"),
		       tr("nothing it said counts any more"));
	json_decref(answer);
	return STATUS_OK;
}

/* All whom `parent` has delegated to, each followed by its own. */
static void print_below(const json_t *list, const char *parent, unsigned depth)
{
	const json_t *row;
	char indent[32];
	size_t i;

	(void)snprintf(indent, sizeof(indent), "%*s", (int)(4 * depth), "");
	json_array_foreach(list, i, row) {
		if (strcmp(cli_text(row, "parent"), parent) != 0 || depth > 7)
			continue;
		printf("%s%s\n", indent, cli_text(row, "origin"));
		print_scope(indent, row);
		print_below(list, cli_text(row, "origin"), depth + 1);
	}
}

static const char *void_text(const char *why)
{
	if (strcmp(why, "ended") == 0)
		return tr("taken back");
	if (strcmp(why, "outranked") == 0)
		return tr("the trust note itself says what it may");
	if (strcmp(why, "other_parent") == 0)
		return tr("another office delegates it");
	if (strcmp(why, "no_scope") == 0)
		return tr("not that office's to give");
	if (strcmp(why, "too_deep") == 0)
		return tr("too deep below the trust note");
	if (strcmp(why, "too_many") == 0)
		return tr("too many");
	return why;
}

void cli_print_delegations(const json_t *trust)
{
	const json_t *list = json_object_get(trust, "delegations"),
		     *voids = json_object_get(trust, "void_delegations"), *row;
	size_t i;

	json_array_foreach(json_object_get(trust, "publishers"), i, row) {
		const char *origin = cli_text(row, "origin");
		const json_t *child;
		size_t n, children = 0;

		json_array_foreach(list, n, child)
			children += strcmp(cli_text(child, "parent"),
					   origin) == 0;
		if (children == 0)
			continue;
		printf("\n%s %s\n", tr("Delegated by"), origin);
		print_below(list, origin, 1);
	}
	if (json_array_size(voids) > 0)
		printf("\n%s\n", tr("Delegations that count for nothing"));
	json_array_foreach(voids, i, row)
		printf("  %s (%s): %s\n", cli_text(row, "origin"),
		       cli_text(row, "parent"),
		       void_text(cli_text(row, "why")));
}
