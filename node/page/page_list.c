#include "node/page/page_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/node_inside.h"
#include "node/page/draft_works.h"
#include "node/page/page_drafts.h"
#include "proto/text.h"

json_t *page_list_fields(const struct lesson_table_row *row)
{
	static const enum lesson_column texts[] = {
		COLUMN_TITLE,	COLUMN_TOPIC, COLUMN_REGION,  COLUMN_SUMMARY,
		COLUMN_DATE,	COLUMN_LANG,  COLUMN_EXPIRES, COLUMN_REVISES,
		COLUMN_INITIALS
	};
	json_t *fields = json_object();
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (row->text[texts[i]][0] != 0)
			(void)json_object_set_new(
				fields, lesson_column_name(texts[i]),
				json_string(row->text[texts[i]]));
	(void)decimal_parse(bytes_of(row->text[COLUMN_NUMBER]), &number);
	if (row->text[COLUMN_SERIES][0] != 0)
		(void)json_object_set_new(
			fields, "series",
			json_pack("{s:s, s:I}", "title",
				  row->text[COLUMN_SERIES], "n",
				  (json_int_t)number));
	if (row->text[COLUMN_KEEP][0] != 0)
		(void)json_object_set_new(fields, "keep", json_true());
	return fields;
}

/* Below the folder of lists and nowhere else: who has a password may not have
 * every file of this machine published. */
static enum status find_file(struct page_call *call,
			     const struct lesson_table_row *row,
			     uint64_t *bytes, struct err *err)
{
	const char *name = row->text[COLUMN_FILE];
	char path[DRAFT_PATH_MAX], real[PATH_MAX], folder[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", call->node->house.dir,
		       DRAFT_LISTED_DIR);
	if (safename_path_check(bytes_of(name)) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no name of a file below %s", name,
			       path);
	if (realpath(path, folder) == NULL)
		return err_set(err, STATUS_NOT_FOUND,
			       "there is no folder '%s': the files of a list "
			       "are put there",
			       path);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (realpath(path, real) == NULL || strcmp(path, real) != 0 ||
	    stat(real, &st) != 0)
		return err_set(err, STATUS_NOT_FOUND, "there is no '%s'",
			       path);
	*bytes = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return STATUS_OK;
}

/* What would be wrong with each row, before a draft is made of any. */
static void look_at_rows(struct page_call *call, struct lesson_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		struct err err = ERR_INIT;
		uint64_t bytes;

		if (find_file(call, &table->rows[i], &bytes, &err) !=
		    STATUS_OK)
			lesson_table_fault(table, table->rows[i].line, "%s",
					   err.text);
	}
}

static enum status add_row(struct page_call *call,
			   const struct lesson_table_row *row, json_t *list,
			   struct err *err)
{
	struct draft_works *w = draft_works_of(call->node);
	struct drafts *drafts = draft_works_drafts(w);
	struct err ignored = ERR_INIT;
	json_t *fields;
	struct draft *d;
	bool changed;
	enum status status = drafts_add(drafts, call->who, &d, err);

	if (status != STATUS_OK)
		return status;
	fields = page_list_fields(row);
	status = page_draft_usual(call->node, d, err);
	if (status == STATUS_OK)
		status = draft_set_fields(d, fields, &changed, err);
	json_decref(fields);
	if (status == STATUS_OK)
		status = find_file(call, row, &d->listed_bytes, err);
	if (status == STATUS_OK) {
		d->listed = strdup(row->text[COLUMN_FILE]);
		status = d->listed == NULL ?
				 err_set(err, STATUS_NO_MEMORY,
					 "out of memory") :
				 drafts_save(drafts, d, err);
	}
	if (status == STATUS_OK)
		(void)json_array_append_new(list, json_string(d->id));
	else
		(void)draft_works_delete(w, d, &ignored);
	return status;
}

/* --- one row a turn of the loop: its draft is written durably, and the loop
 * has others to serve meanwhile --- */

struct listing {
	uv_timer_t timer;
	struct page_call call;
	struct lesson_table table;
	size_t at;    /* rows that are drafts */
	json_t *list; /* their ids */
};

static void closed(uv_handle_t *timer)
{
	struct listing *l = timer->data;
	struct draft_works *w = draft_works_of(l->call.node);

	lesson_table_release(&l->table);
	json_decref(l->list);
	free(l);
	draft_works_landed(w);
}

/* Either all of them or none. */
static void take_back(struct listing *l)
{
	struct draft_works *w = draft_works_of(l->call.node);
	struct drafts *drafts = draft_works_drafts(w);
	struct err ignored = ERR_INIT;
	const json_t *id;
	size_t at;

	json_array_foreach(l->list, at, id) {
		struct draft *d = drafts_find(drafts, json_string_value(id));

		if (d != NULL)
			(void)draft_works_delete(w, d, &ignored);
	}
}

static void ticked(uv_timer_t *timer)
{
	struct listing *l = timer->data;
	struct draft_works *w = draft_works_of(l->call.node);
	struct err err = ERR_INIT;
	enum status status = STATUS_OK;

	if (draft_works_is_closing(w))
		status = err_set(&err, STATUS_LIMITED, "the node is stopping");
	else if (l->at < l->table.count)
		status = add_row(&l->call, &l->table.rows[l->at++], l->list,
				 &err);
	draft_works_changed(w);
	if (status == STATUS_OK && l->at < l->table.count)
		return;
	if (status == STATUS_OK) {
		page_answer_json(l->call.request,
				 json_pack("{s:O}", "drafts", l->list));
	} else {
		take_back(l);
		page_fail_err(l->call.request, &err);
	}
	uv_close((uv_handle_t *)timer, closed);
}

/* Takes over `table`, also when it fails. */
static enum status begin(struct page_call *call, struct lesson_table *table,
			 struct err *err)
{
	struct draft_works *w = draft_works_of(call->node);
	struct drafts *drafts = draft_works_drafts(w);
	struct listing *l = NULL;
	enum status status = STATUS_OK;

	if (table->count > DRAFTS_MAX - drafts->count)
		status = err_set(err, STATUS_NO_ROOM,
				 "there is room for %zu drafts more, and the "
				 "table has %zu: delete published ones, or "
				 "publish it with 'xiangtu publish --list'",
				 DRAFTS_MAX - drafts->count, table->count);
	else if ((l = calloc(1, sizeof(*l))) == NULL ||
		 (l->list = json_array()) == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	else if (!draft_works_hold(w))
		status = err_set(err, STATUS_LIMITED, "the node is stopping");
	if (status != STATUS_OK) {
		if (l != NULL)
			json_decref(l->list);
		free(l);
		lesson_table_release(table);
		return status;
	}
	l->call = *call;
	l->table = *table;
	(void)uv_timer_init(call->node->loop, &l->timer); /* cannot fail */
	l->timer.data = l;
	(void)uv_timer_start(&l->timer, ticked, 0, 1);
	return STATUS_OK;
}

void page_list(struct page_call *call)
{
	struct lesson_table table = LESSON_TABLE_INIT;
	struct err err = ERR_INIT;
	enum status status = STATUS_OUT_OF_SCOPE;

	if (house_is_publisher(&call->node->house))
		status = lesson_table_read(http_request_body(call->request),
					   &table, &err);
	else
		(void)err_set(&err, status,
			      "this node has no log of its own: lessons are "
			      "published at the county");
	if (status == STATUS_OK && table.count <= DRAFTS_MAX)
		look_at_rows(call, &table);
	if (status == STATUS_OK && table.fault_count > 0) {
		page_fail(call->request, STATUS_USAGE,
			  buf_string(&table.faults), NULL);
		lesson_table_release(&table);
		return;
	}
	if (status == STATUS_OK)
		status = begin(call, &table, &err);
	else
		lesson_table_release(&table);
	if (status != STATUS_OK)
		page_fail_err(call->request, &err);
}
