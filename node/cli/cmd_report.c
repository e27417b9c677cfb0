/* report month, report close, report attention. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "catalog/attention.h"
#include "node/cli/records_waiting.h"
#include "node/cli/report_words.h"
#include "proto/month.h"

enum {
	BAR_CELLS = 20,
	STATIONS_SHOWN = 60 /* without a region; more is a book, no answer */
};

static void number(int64_t value, char out[static 24])
{
	(void)snprintf(out, 24, "%" PRId64, value);
}

/* --- regions and groups --- */

static void bar(int64_t ms, int64_t most, char out[static 4 * BAR_CELLS])
{
	int64_t cells = most <= 0 ? 0 : (ms * BAR_CELLS + most - 1) / most;
	struct buf line = BUF_INIT;

	for (int64_t i = 0; i < cells && i < BAR_CELLS; i++)
		buf_puts(&line, "█");
	(void)snprintf(out, 4 * BAR_CELLS, "%s", buf_string(&line));
	buf_release(&line);
}

static void change(const struct report_row *row, char out[static 24])
{
	int64_t minutes = report_all_ms(&row->sums) / 60000 -
			  row->before_ms / 60000;

	if (row->has_before)
		(void)snprintf(out, 24, "%+" PRId64, minutes);
	else
		(void)snprintf(out, 24, "-");
}

static void add_row(struct table *table, const struct report_row *row,
		    int64_t most, bool ranked)
{
	char minutes[24], stations[24], reached[24], below[24], zero[24],
		silent[24], collective[24], personal[24], people[24],
		uncertain[24], changed[24], rank[24], chart[4 * BAR_CELLS];
	const char *cells[] = { row->region, row->name, stations,  minutes,
				reached,     below,	zero,	   silent,
				collective,  personal,	people,	   uncertain,
				changed,     rank,	chart };

	number(row->stations, stations);
	number(report_all_ms(&row->sums) / 60000, minutes);
	number(row->state[REPORT_REACHED], reached);
	number(row->state[REPORT_BELOW], below);
	number(row->state[REPORT_ZERO], zero);
	number(row->state[REPORT_SILENT], silent);
	number(row->sums.collective, collective);
	number(row->sums.personal, personal);
	number(row->sums.people, people);
	number(row->uncertain_ms / 60000, uncertain);
	number(row->rank, rank);
	change(row, changed);
	bar(report_all_ms(&row->sums), most, chart);
	if (!ranked)
		rank[0] = 0;
	table_row(table, cells);
}

static void print_rows(const char *title, const struct report_row *rows,
		       size_t count, bool ranked)
{
	const char *titles[] = { tr("Region"),	   title,
				 tr("Stations"),   tr("Minutes"),
				 tr("Reached"),	   tr("Below"),
				 tr("Zero"),	   tr("Not heard"),
				 tr("Collective"), tr("Personal"),
				 tr("People"),	   tr("Uncertain min"),
				 tr("Change"),	   ranked ? tr("Rank") : "",
				 "" };
	struct table *table;
	int64_t most = 0;

	if (count == 0)
		return;
	table = table_new(15, titles);
	for (size_t i = 0; i < count; i++)
		if (report_all_ms(&rows[i].sums) > most)
			most = report_all_ms(&rows[i].sums);
	for (size_t i = 0; i < count; i++)
		add_row(table, &rows[i], most, ranked);
	printf("\n");
	table_print(table);
}

/* --- stations --- */

static void state_text(const struct report_station *s, char *out, size_t room)
{
	char day[DAY_TEXT];

	if (s->state != REPORT_SILENT) {
		(void)snprintf(out, room, "%s",
			       tr(report_state_name(s->state)));
		return;
	}
	day_format(day_of(s->through_s), day);
	if (s->through_s == 0)
		(void)snprintf(out, room, "%s", tr("never heard from"));
	else
		(void)snprintf(out, room, tr("not heard from since %s"), day);
}

static void add_station(struct table *table, const struct report_station *s)
{
	const struct report_row *row = &s->row;
	char code[KEY_CODE_SIZE + 1], minutes[24], doubtful[24],
		collective[24], personal[24], people[24], changed[24],
		state[96];
	const char *cells[] = { row->region, code,	 row->name,
				minutes,     doubtful,	 collective,
				personal,    people,	 changed,
				state };

	key_code(s->key, code);
	number(report_all_ms(&row->sums) / 60000, minutes);
	number(row->sums.doubtful_ms / 60000, doubtful);
	number(row->sums.collective, collective);
	number(row->sums.personal, personal);
	number(row->sums.people, people);
	change(row, changed);
	state_text(s, state, sizeof(state));
	table_row(table, cells);
}

static void print_stations(const struct report *r, bool all)
{
	const char *titles[] = { tr("Region"),	 tr("Code"),
				 tr("Station"),	 tr("Minutes"),
				 tr("Doubtful"), tr("Collective"),
				 tr("Personal"), tr("People"),
				 tr("Change"),	 tr("State") };
	struct table *table;

	if (r->station_count == 0)
		return;
	if (!all && r->station_count > STATIONS_SHOWN) {
		printf("\n%s\n", tr("For each station say --region CODE, or "
				    "--csv FILE."));
		return;
	}
	table = table_new(10, titles);
	for (size_t i = 0; i < r->station_count; i++)
		add_station(table, &r->stations[i]);
	printf("\n");
	table_print(table);
}

/* --- all of a month --- */

static void print_head(const struct report *r)
{
	char month[MONTH_TEXT], day[DAY_TEXT];

	month_format(r->month, month);
	if (r->closed_s != 0) {
		day_format(day_of(r->closed_s), day);
		printf(tr("%s, closed on %s\n"), month, day);
	} else {
		printf(tr("%s, not closed\n"), month);
	}
	printf(tr("%u stations: %u reached the norm of %u minutes, %u are "
		  "below, %u at zero, %u not heard from\n"),
	       r->total.stations, r->total.state[REPORT_REACHED], r->norm_min,
	       r->total.state[REPORT_BELOW], r->total.state[REPORT_ZERO],
	       r->total.state[REPORT_SILENT]);
	printf(tr("%lld minutes: %lld collective, %lld personal, %lld nobody "
		  "signed in, %lld by hand; %lld of them doubtful\n"),
	       (long long)report_all_ms(&r->total.sums) / 60000,
	       (long long)r->total.sums.ms[REPORT_COLLECTIVE] / 60000,
	       (long long)r->total.sums.ms[REPORT_PERSONAL] / 60000,
	       (long long)r->total.sums.ms[REPORT_OPEN] / 60000,
	       (long long)r->total.sums.ms[REPORT_HAND] / 60000,
	       (long long)r->total.sums.doubtful_ms / 60000);
}

static void print_late(const struct report *r)
{
	char day[DAY_TEXT];

	if (r->late_day == 0)
		return;
	day_format(r->late_day, day);
	printf(tr("\nSupplement, what came later until %s: %lld minutes, "
		  "%lld studies, %lld visits\n"),
	       day, (long long)report_all_ms(&r->late) / 60000,
	       (long long)r->late.collective, (long long)r->late.personal);
}

static enum status show_month(struct cli *cli, struct reporting *reporting,
			      struct err *err)
{
	struct report *r;
	enum status status = report_make(&r, reporting->house.catalog,
					 reporting->records,
					 &reporting->asked.query, err);

	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(report_json(r, true));
	} else {
		print_head(r);
		print_rows(tr("Name"), r->places, r->place_count, r->ranked);
		print_rows(tr("Group"), r->groups, r->group_count, r->ranked);
		print_stations(r, cli_given(cli, "region") ||
					  cli_given(cli, "group"));
		print_late(r);
	}
	report_free(r);
	return STATUS_OK;
}

enum status cmd_report_month(struct cli *cli, struct err *err)
{
	const char *csv = cli_value(cli, "csv");
	struct reporting r;
	enum status status = reporting_open(
		&r, cli, cli->n_words > 0 ? cli->words[0] : NULL, err);

	if (status != STATUS_OK)
		return status;
	r.asked.query.rank = cli_given(cli, "rank");
	if (csv != NULL) {
		const struct table_wish wish = {
			.table = TABLE_STATIONS,
			.query = &r.asked.query,
			.chinese = reporting_chinese()
		};

		status = reporting_csv(&r, &wish, csv, err);
	} else {
		status = show_month(cli, &r, err);
	}
	reporting_close(&r);
	if (status == STATUS_OK && !cli->json)
		records_print_waiting(cli);
	return status;
}

/* --- closing --- */

static void print_closed(const json_t *answer)
{
	printf(tr("%s is closed: %llu stations, %llu reached the norm, %llu "
		  "at zero\n"),
	       cli_text(answer, "month"),
	       (unsigned long long)cli_number(answer, "stations"),
	       (unsigned long long)cli_number(answer, "reached"),
	       (unsigned long long)cli_number(answer, "zero"));
	if (cli_number(answer, "silent") > 0)
		printf(tr("%llu were not heard from; what comes from them "
			  "later stands in the supplement\n"),
		       (unsigned long long)cli_number(answer, "silent"));
}

enum status cmd_report_close(struct cli *cli, struct err *err)
{
	json_t *answer;
	enum status status =
		cli_ask(cli, json_pack("{s:s, s:s}", "verb", "report-close",
				       "month", cli->words[0]),
			&answer, err);

	if (status == STATUS_OK)
		cli_show(cli, answer, print_closed);
	return status;
}

/* --- attention --- */

static void print_attention(const json_t *list)
{
	const char *titles[] = { tr("Region"), tr("Code"), tr("Station"),
				 tr("What"),   tr("Since"), tr("Text") };
	struct table *table = table_new(6, titles);
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row) {
		uint64_t since_s = cli_number(row, "since_s");
		char day[DAY_TEXT] = "-";
		const char *cells[] = { cli_text(row, "region"),
					cli_text(row, "code"),
					cli_text(row, "name"),
					tr(cli_text(row, "why")), day,
					cli_text(row, "text") };

		if (since_s > 0)
			day_format(day_of((int64_t)since_s), day);
		table_row(table, cells);
	}
	table_print(table);
}

enum status cmd_report_attention(struct cli *cli, struct err *err)
{
	struct reporting r;
	json_t *answer;
	enum status status = reporting_open(&r, cli, NULL, err);

	if (status != STATUS_OK)
		return status;
	status = attention_find(&answer, r.house.catalog, r.records,
				&r.asked.query, house_node_public(&r.house),
				err);
	reporting_close(&r);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(answer);
		return STATUS_OK;
	}
	if (json_array_size(json_object_get(answer, "township")) == 0)
		printf("%s\n", tr("Nothing wants looking at."));
	else
		print_attention(json_object_get(answer, "township"));
	if (json_array_size(json_object_get(answer, "county")) > 0) {
		printf("\n%s\n", tr("Of these for the county:"));
		print_attention(json_object_get(answer, "county"));
	}
	json_decref(answer);
	return STATUS_OK;
}
