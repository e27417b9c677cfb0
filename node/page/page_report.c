#include "node/page/page_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/attention.h"
#include "catalog/books.h"
#include "catalog/tables.h"
#include "node/node_inside.h"
#include "node/office/report_csv.h"
#include "node/office/reports.h"
#include "node/page/page_ask.h"
#include "node/page/page_jobs.h"
#include "node/page/page_me.h"
#include "proto/month.h"

/* One question. */
struct asked {
	struct report_asked report;
	char dir[HOUSE_PATH_MAX];
	uint8_t own[PUBLIC_KEY_SIZE];
	char code[32];
	enum table_name table;
	bool chinese;
	json_t *(*make)(const struct asked *a, struct catalog *node,
			struct catalog *records, struct err *err);
};

/* --- how each is made --- */

static enum status begin(void *owner, struct node *n, struct err *err)
{
	(void)owner;
	(void)n;
	(void)err;
	return STATUS_OK;
}

static char *make_json(const struct asked *a, struct catalog *node,
		       struct catalog *records, struct err *err)
{
	json_t *answer = a->make(a, node, records, err);
	char *text;

	if (answer == NULL)
		return NULL;
	text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	if (text == NULL)
		(void)err_set(err, STATUS_NO_MEMORY, "an answer");
	return text;
}

static char *make_table(const struct asked *a, struct catalog *node,
			struct catalog *records, struct err *err)
{
	const struct table_wish wish = { .table = a->table,
					 .query = &a->report.query,
					 .code = a->code[0] == 0 ? NULL :
								   a->code,
					 .personal = true,
					 .chinese = a->chinese };
	struct buf out = BUF_INIT;
	char *text = NULL;

	if (report_csv(&wish, node, records, &out, err) == STATUS_OK) {
		text = strdup(buf_string(&out));
		if (text == NULL)
			(void)err_set(err, STATUS_NO_MEMORY, "a table");
	}
	buf_release(&out);
	return text;
}

static char *make(void *owner, struct catalog *catalog, struct err *err)
{
	const struct asked *a = owner;
	struct catalog *records = NULL;
	char *text = NULL;

	if (reports_open_records(a->dir, &records, err) == STATUS_OK)
		text = a->make == NULL ?
			       make_table(a, catalog, records, err) :
			       make_json(a, catalog, records, err);
	catalog_free(records);
	return text;
}

/* --- questions --- */

/* What stands in the query of the address; "" where it does not. Answers when
 * it is too long. */
static bool take(struct page_call *call, const char *name, char *out,
		 size_t room)
{
	enum status status = http_head_query(call->head, name, out, room,
					     NULL);

	if (status == STATUS_NOT_FOUND)
		out[0] = 0;
	else if (status != STATUS_OK)
		page_fail(call->request, STATUS_USAGE, name, NULL);
	return status == STATUS_OK || status == STATUS_NOT_FOUND;
}

/* NULL: answered already. */
static struct asked *read_question(struct page_call *call)
{
	char month[16], region[REGION_MAX + 2], group[ENTRY_NAME_MAX + 1];
	struct err err = ERR_INIT;
	struct asked *a;

	if (!take(call, "month", month, sizeof(month)) ||
	    !take(call, "region", region, sizeof(region)) ||
	    !take(call, "group", group, sizeof(group)))
		return NULL;
	a = calloc(1, sizeof(*a));
	if (a == NULL) {
		page_fail(call->request, STATUS_NO_MEMORY, "a report", NULL);
		return NULL;
	}
	if (reports_query(&call->node->house, month, region, group,
			  &a->report, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		free(a);
		return NULL;
	}
	memcpy(a->dir, call->node->house.dir, sizeof(a->dir));
	memcpy(a->own, house_node_public(&call->node->house), sizeof(a->own));
	return a;
}

/* `what` and the question say all, and how many months were closed. `file` is
 * the name of a table, or "". */
static void put(struct page_call *call, struct asked *a, const char *what,
		const char *file)
{
	struct page_task task = { .owner = a,
				  .begin = begin,
				  .make = make,
				  .free = free };

	(void)snprintf(task.key, sizeof(task.key),
		       "report %u %s %d %s %d %s %d %s %s",
		       call->node->page->closings, what,
		       a->report.query.month, a->report.region,
		       (int)a->report.query.rank, file, (int)a->chinese,
		       a->code, a->report.group);
	(void)snprintf(task.file, sizeof(task.file), "%s", file);
	page_jobs_ask(call->node->page->jobs, call->request, &task);
}

static json_t *make_report(const struct asked *a, struct catalog *node,
			   struct catalog *records, struct err *err)
{
	struct report *r;
	json_t *answer;

	if (report_make(&r, node, records, &a->report.query, err) !=
	    STATUS_OK)
		return NULL;
	answer = report_json(r, true);
	report_free(r);
	if (answer == NULL)
		(void)err_set(err, STATUS_NO_MEMORY, "a report");
	return answer;
}

void page_report(struct page_call *call)
{
	struct asked *a;
	char rank[8];

	if (!take(call, "rank", rank, sizeof(rank)))
		return;
	a = read_question(call);
	if (a == NULL)
		return;
	a->make = make_report;
	a->report.query.rank = strcmp(rank, "1") == 0;
	put(call, a, "month", "");
}

/* --- the books of one station --- */

static json_t *make_station(const struct asked *a, struct catalog *node,
			    struct catalog *records, struct err *err)
{
	json_t *answer = NULL;

	(void)books_read(&answer, node, records, &a->report.query, a->code,
			 err);
	return answer;
}

void page_report_station(struct page_call *call)
{
	char code[sizeof(((struct asked *)0)->code)];
	struct asked *a;

	if (!take(call, "code", code, sizeof(code)))
		return;
	a = read_question(call);
	if (a == NULL)
		return;
	a->make = make_station;
	memcpy(a->code, code, sizeof(a->code));
	put(call, a, "station", "");
}

/* One small row, read here. */
void page_report_photo(struct page_call *call)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	char code[32], study[32];
	struct err err = ERR_INIT;
	struct buf jpeg = BUF_INIT;
	struct catalog *records;
	enum status status;

	if (!take(call, "station", code, sizeof(code)) ||
	    !take(call, "study", study, sizeof(study)))
		return;
	status = house_records(&call->node->house, &records, &err);
	if (status == STATUS_OK)
		status = books_photo(records, code, study, &jpeg, &err);
	if (status != STATUS_OK) {
		buf_release(&jpeg);
		page_fail_err(call->request, &err);
		return;
	}
	answer.code = 200;
	answer.type = "image/jpeg";
	answer.flags = HTTP_NO_CACHE | HTTP_NO_SNIFF;
	http_answer_take_buf(&answer, &jpeg);
	http_request_answer(call->request, &answer);
}

/* --- what wants looking at, and what is wished for --- */

static json_t *make_attention(const struct asked *a, struct catalog *node,
			      struct catalog *records, struct err *err)
{
	json_t *answer = NULL;

	(void)attention_find(&answer, node, records, &a->report.query, a->own,
			     err);
	return answer;
}

void page_report_attention(struct page_call *call)
{
	struct asked *a = read_question(call);

	if (a == NULL)
		return;
	a->make = make_attention;
	put(call, a, "attention", "");
}

/* Columns of the table, as keys. */
static enum status take_wish(void *owner, const char *const *cells,
			     unsigned count, struct err *err)
{
	json_t *list = owner;

	(void)count; /* region, code, station, id, at, text */
	if (json_array_append_new(
		    list, json_pack("{s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}",
				    "region", cells[0], "code", cells[1],
				    "station", cells[2], "id", cells[3], "at",
				    cells[4], "text", cells[5])) != 0)
		return err_set(err, STATUS_NO_MEMORY, "wishes");
	return STATUS_OK;
}

static json_t *make_wishes(const struct asked *a, struct catalog *node,
			   struct catalog *records, struct err *err)
{
	const struct table_wish wish = { .table = TABLE_WISHES,
					 .query = &a->report.query,
					 .personal = true };
	json_t *list = json_array();

	if (table_rows(&wish, node, records, take_wish, list, err) ==
	    STATUS_OK)
		return json_pack("{s:o}", "wishes", list);
	json_decref(list);
	return NULL;
}

void page_report_wishes(struct page_call *call)
{
	struct asked *a = read_question(call);

	if (a == NULL)
		return;
	a->make = make_wishes;
	put(call, a, "wishes", "");
}

/* --- tables --- */

void page_report_csv(struct page_call *call)
{
	char what[16], code[32], file[PAGE_FILE_MAX], month[MONTH_TEXT];
	enum table_name table;
	struct asked *a;

	if (!take(call, "what", what, sizeof(what)) ||
	    !take(call, "code", code, sizeof(code)))
		return;
	if (!table_parse(what, &table)) {
		page_fail(call->request, STATUS_USAGE,
			  "which table? stations, places, groups, studies, "
			  "personals, equipment, faults, wishes or machines",
			  NULL);
		return;
	}
	a = read_question(call);
	if (a == NULL)
		return;
	a->table = table;
	memcpy(a->code, code, sizeof(a->code));
	a->chinese = strcmp(page_language(http_head_header(
				    call->head, "Accept-Language")),
			    "zh") == 0;
	month_format(a->report.query.month, month);
	(void)snprintf(file, sizeof(file), "%s-%s.csv", what, month);
	put(call, a, "csv", file);
}

/* --- closing --- */

/* What was told of the month is not told again. */
static void closed(struct node *n)
{
	n->page->closings++;
}

void page_report_close(struct page_call *call)
{
	struct err err = ERR_INIT;
	json_t *body;

	if (page_body_json(call->request, &body, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return;
	}
	page_ask_beside(call,
			json_pack("{s:s, s:s}", "verb", "report-close",
				  "month", page_text(body, "month")),
			closed);
	json_decref(body);
}
