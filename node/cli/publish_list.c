/* publish --list FILE.csv
 *
 *     read the table -> all faults of all rows -> (each row) begun with its id,
 *     prepared, published, done -> what became of each
 *
 * An id is promised before the work begins and written down (FILE.csv.done):
 * when the power goes between "published" and "done", the id tells. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/cli/publish_list.h"
#include "node/cli/publishing.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/lesson_table.h"
#include "node/list_journal.h"
#include "proto/text.h"

enum { TABLE_MAX = 16 << 20 };

struct listing {
	struct cli *cli;
	const char *path;
	struct lesson_table table;
	struct list_journal *journal;
	/* for each row */
	char **files;	 /* where its file is */
	uint64_t *bytes; /* of it, as far as it is one file */
	uint64_t total, worked; /* bytes of rows to be done, and done */
	double started;
	unsigned published, before, failed;
	json_t *rows; /* what became of them */
};

/* --- the table --- */

/* A file is named from where the table lies. */
static char *file_of(const char *table, const char *name)
{
	const char *slash = strrchr(table, '/');
	char *out = NULL;

	if (name[0] == '/' || slash == NULL)
		return strdup(name);
	if (asprintf(&out, "%.*s/%s", (int)(slash - table), table, name) < 0)
		return NULL;
	return out;
}

static enum status find_files(struct listing *l, struct err *err)
{
	l->files = calloc(l->table.count, sizeof(*l->files));
	l->bytes = calloc(l->table.count, sizeof(*l->bytes));
	if (l->files == NULL || l->bytes == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < l->table.count; i++) {
		const struct lesson_table_row *row = &l->table.rows[i];
		struct err fault = ERR_INIT;
		struct stat st;

		l->files[i] = file_of(l->path, row->text[COLUMN_FILE]);
		if (l->files[i] == NULL)
			return err_set(err, STATUS_NO_MEMORY, "out of memory");
		if (stat(l->files[i], &st) != 0)
			lesson_table_fault(&l->table, row->line,
					   "there is no '%s'", l->files[i]);
		else if (prepare_needs(&(struct prepare_options){
					       .source = l->files[i] },
				       &l->bytes[i], &fault) != STATUS_OK)
			lesson_table_fault(&l->table, row->line, "%s",
					   fault.text);
	}
	return STATUS_OK;
}

static enum status read_table(struct listing *l, struct err *err)
{
	struct buf file = BUF_INIT;
	enum status status = durable_read(l->path, TABLE_MAX, &file, err);

	if (status == STATUS_OK)
		status = lesson_table_read(buf_bytes(&file), &l->table, err);
	buf_release(&file);
	if (status == STATUS_MALFORMED)
		status = err->status = STATUS_USAGE;
	if (status != STATUS_OK)
		return err_wrap(err, "%s", l->path);
	return find_files(l, err);
}

static void put_text(json_t *fields, const char *key, const char *text)
{
	if (text[0] != 0)
		(void)json_object_set_new(fields, key, json_string(text));
}

static json_t *fields_of(const struct lesson_table_row *row)
{
	static const enum lesson_column texts[] = {
		COLUMN_TITLE,  COLUMN_TOPIC,   COLUMN_REGION,
		COLUMN_LANG,   COLUMN_SUMMARY, COLUMN_DATE,
		COLUMN_EXPIRES, COLUMN_REVISES, COLUMN_INITIALS
	};
	json_t *fields = json_object();
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		put_text(fields, lesson_column_name(texts[i]),
			 row->text[texts[i]]);
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

static bool is_done(const struct listing *l, size_t i)
{
	struct list_event last;

	list_journal_last(l->journal, l->table.rows[i].key, &last);
	return last.step == LIST_DONE;
}

/* Would the office be allowed to say each of them? What is wrong with one is a
 * fault of its row; what is wrong with the office is no row's. */
static enum status try_rows(struct listing *l, struct err *err)
{
	for (size_t i = 0; i < l->table.count; i++) {
		const struct lesson_table_row *row = &l->table.rows[i];
		json_t *fields;
		struct publishing p = { .cli = l->cli };
		enum status status;

		if (is_done(l, i))
			continue;
		fields = fields_of(row);
		p.fields = fields;
		status = publishing_try(&p, err);
		json_decref(fields);
		if (status == STATUS_OK)
			continue;
		if (status != STATUS_USAGE && status != STATUS_NOT_FOUND &&
		    status != STATUS_EXISTS && status != STATUS_OUT_OF_SCOPE)
			return status;
		lesson_table_fault(&l->table, row->line, "%s", err->text);
		*err = (struct err)ERR_INIT;
	}
	return STATUS_OK;
}

static enum status say_faults(const struct listing *l, struct err *err)
{
	const struct lesson_table *t = &l->table;

	if (t->fault_count == 0)
		return STATUS_OK;
	if (!l->cli->json)
		(void)fputs(buf_string(&t->faults), stderr);
	return err_set(err, STATUS_USAGE,
		       "%s: %u faults%s; nothing was published. First: %.*s",
		       l->path, t->fault_count,
		       t->fault_count > LESSON_TABLE_FAULTS_MAX ?
			       " (the first of them are shown)" :
			       "",
		       (int)strcspn(buf_string(&t->faults), "\n"),
		       buf_string(&t->faults));
}

/* --- one row --- */

static void note_row(struct listing *l, const struct lesson_table_row *row,
		     const char *what, const char *id, const char *why,
		     json_t *checks)
{
	json_t *one = json_pack("{s:i, s:s, s:s, s:s}", "line",
				(int)row->line, "file",
				row->text[COLUMN_FILE], "title",
				row->text[COLUMN_TITLE], "result", what);

	put_text(one, "id", id);
	put_text(one, "why", why);
	if (checks != NULL)
		(void)json_object_set(one, "checks", checks);
	(void)json_array_append_new(l->rows, one);
}

/* Was it published before the power went, though that is not written down? */
static bool was_published(const struct listing *l, const struct list_event *e)
{
	struct err ignored = ERR_INIT;
	json_t *lesson;
	bool published;

	if (e->id[0] == 0 ||
	    cli_ask(l->cli,
		    json_pack("{s:s, s:s}", "verb", "show", "id", e->id),
		    &lesson, &ignored) != STATUS_OK)
		return false;
	published = cli_number(lesson, "rev") >= e->rev;
	json_decref(lesson);
	return published;
}

static enum status write_step(struct listing *l, struct list_event *e,
			      enum list_step step, struct err *err)
{
	e->step = step;
	return list_journal_add(l->journal, e, err);
}

/* Publish it under the id that was written down (a failure may have come when
 * it was said already), or a new one. */
static enum status run_row(struct listing *l, struct publishing *p,
			   struct list_event *e, struct err *err)
{
	enum status status = publishing_options(p, err);

	if (status == STATUS_OK)
		status = publishing_try(p, err);
	if (status != STATUS_OK)
		return status;
	if (e->id[0] != 0 && e->rev == p->rev) {
		memcpy(p->id, e->id, sizeof(p->id));
	} else {
		memcpy(e->id, p->id, sizeof(e->id));
		e->rev = p->rev;
		status = write_step(l, e, LIST_BEGUN, err);
	}
	if (status == STATUS_OK)
		status = publishing_run(p, err);
	if (status == STATUS_OK)
		status = write_step(l, e, LIST_DONE, err);
	if (status == STATUS_OK)
		publishing_forget(p);
	return status;
}

/* Of the disk, the keys, the log: the next row would fare no better. */
static bool ends_it_all(enum status status)
{
	return status == STATUS_NO_ROOM || status == STATUS_NO_MEMORY ||
	       status == STATUS_LOCKED || status == STATUS_FORKED ||
	       status == STATUS_CANCELLED || status == STATUS_READ_ONLY ||
	       status == STATUS_UNTRUSTED;
}

static void print_left(const struct listing *l, size_t i)
{
	double spent = cli_now() - l->started;
	char left[24] = "";

	if (l->cli->json)
		return;
	if (l->worked > 0 && l->total > l->worked)
		text_duration((uint64_t)((double)(l->total - l->worked) *
					 spent / (double)l->worked),
			      left);
	(void)fprintf(stderr, "[%zu/%zu] %s%s%s\n", i + 1, l->table.count,
		      l->table.rows[i].text[COLUMN_TITLE],
		      left[0] == 0 ? "" : tr("   time left: "), left);
}

static enum status publish_row(struct listing *l, size_t i, struct err *err)
{
	const struct lesson_table_row *row = &l->table.rows[i];
	json_t *fields;
	struct publishing p = { .cli = l->cli, .source = l->files[i] };
	struct list_event e;
	enum status status = STATUS_OK;

	list_journal_last(l->journal, row->key, &e);
	memcpy(e.key, row->key, sizeof(e.key));
	if (e.step == LIST_DONE || was_published(l, &e)) {
		if (e.step != LIST_DONE)
			status = write_step(l, &e, LIST_DONE, err);
		publishing_forget(&p);
		note_row(l, row, "before", e.id, "", NULL);
		l->before++;
		return status;
	}
	print_left(l, i);
	fields = fields_of(row);
	p.fields = fields;
	status = run_row(l, &p, &e, err);
	l->worked += l->bytes[i];
	if (status == STATUS_OK) {
		l->published++;
		note_row(l, row, "published", e.id, p.made.notes, p.checks);
		if (!l->cli->json)
			publishing_print_checks(p.checks, stderr);
	} else {
		struct err ignored = ERR_INIT;

		l->failed++;
		note_row(l, row, "failed", "", err->text, p.checks);
		if (!l->cli->json)
			(void)fprintf(stderr, "  %s: %s\n", tr("failed"),
				      err->text);
		if (!ends_it_all(status))
			(void)write_step(l, &e, LIST_FAILED, &ignored);
	}
	json_decref(fields);
	publishing_release(&p);
	return ends_it_all(status) ? status : STATUS_OK;
}

/* --- all of them --- */

static void print_report(const struct listing *l)
{
	const json_t *row;
	size_t i;

	printf("%s: %u   %s: %u   %s: %u\n", tr("published"), l->published,
	       tr("published before"), l->before, tr("failed"), l->failed);
	json_array_foreach(l->rows, i, row) {
		if (strcmp(cli_text(row, "result"), "failed") == 0) {
			printf(tr("line %llu: %s: %s\n"),
			       (unsigned long long)cli_number(row, "line"),
			       cli_text(row, "title"), cli_text(row, "why"));
		} else if (json_array_size(json_object_get(row, "checks")) >
			   0) {
			printf(tr("line %llu: %s\n"),
			       (unsigned long long)cli_number(row, "line"),
			       cli_text(row, "title"));
			publishing_print_checks(
				json_object_get(row, "checks"), stdout);
		}
	}
}

static void show(struct listing *l)
{
	if (!l->cli->json) {
		print_report(l);
		return;
	}
	cli_print_json(json_pack("{s:i, s:i, s:i, s:O}", "published",
				 (int)l->published, "before", (int)l->before,
				 "failed", (int)l->failed, "rows", l->rows));
	l->cli->answered = true;
}

static enum status publish_rows(struct listing *l, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < l->table.count; i++)
		if (!is_done(l, i))
			l->total += l->bytes[i];
	l->started = cli_now();
	for (size_t i = 0; i < l->table.count && status == STATUS_OK; i++) {
		*err = (struct err)ERR_INIT;
		status = publish_row(l, i, err);
	}
	show(l);
	if (status != STATUS_OK)
		return err_wrap(err, "stopped");
	*err = (struct err)ERR_INIT;
	if (l->failed > 0)
		return err_set(err, STATUS_IO,
			       "%u of %zu lessons could not be published: "
			       "mend them and say it again, what is published "
			       "is not published twice",
			       l->failed, l->table.count);
	return STATUS_OK;
}

static enum status open_journal(struct listing *l, struct err *err)
{
	char *path = NULL;
	enum status status;

	if (asprintf(&path, "%s.done", l->path) < 0)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = list_journal_open(&l->journal, path, err);
	free(path);
	return status;
}

static enum status check_words(const struct cli *cli, struct err *err)
{
	static const char *const each[] = { "title",   "topic",	  "region",
					    "lang",    "summary", "date",
					    "expires", "revises", "series",
					    "number",  "initials",
					    "no-save" };

	if (cli->n_words > 0)
		return err_set(err, STATUS_USAGE,
			       "files stand in the table, not beside --list");
	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++)
		if (cli_given(cli, each[i]))
			return err_set(err, STATUS_USAGE,
				       "--%s is a column of the table, not an "
				       "option beside --list",
				       each[i]);
	return STATUS_OK;
}

enum status publish_list(struct cli *cli, struct err *err)
{
	struct listing l = { .cli = cli,
			     .path = cli_value(cli, "list"),
			     .table = LESSON_TABLE_INIT,
			     .rows = json_array() };
	enum status status = check_words(cli, err);

	if (status == STATUS_OK)
		status = read_table(&l, err);
	if (status == STATUS_OK)
		status = say_faults(&l, err);
	if (status == STATUS_OK)
		status = open_journal(&l, err);
	if (status == STATUS_OK)
		status = try_rows(&l, err);
	if (status == STATUS_OK)
		status = say_faults(&l, err);
	if (status == STATUS_OK)
		status = publish_rows(&l, err);
	for (size_t i = 0; l.files != NULL && i < l.table.count; i++)
		free(l.files[i]);
	free(l.files);
	free(l.bytes);
	list_journal_free(l.journal);
	lesson_table_release(&l.table);
	json_decref(l.rows);
	return status;
}

enum status publish_list_template(struct cli *cli, struct err *err)
{
	struct buf out = BUF_INIT;
	enum status status = STATUS_OK;

	(void)cli;
	/* In the language that the user reads. */
	lesson_table_template(strcmp(tr("published"), "published") != 0, &out);
	if (buf_status(&out) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	else
		(void)fwrite(out.data, 1, out.size, stdout);
	buf_release(&out);
	return status;
}
