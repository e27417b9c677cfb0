/* status, neighbours, transfers: how things are. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/cli/verbs.h"
#include "proto/text.h"

void cli_age(uint64_t seconds, char out[static 64])
{
	if (seconds < 120)
		(void)snprintf(out, 64, "%s", tr("just now"));
	else if (seconds < 7200)
		(void)snprintf(out, 64, "%" PRIu64 " %s", seconds / 60,
			       tr("min ago"));
	else if (seconds < 172800)
		(void)snprintf(out, 64, "%" PRIu64 " %s", seconds / 3600,
			       tr("h ago"));
	else
		(void)snprintf(out, 64, "%" PRIu64 " %s", seconds / 86400,
			       tr("days ago"));
}

void cli_ago(uint64_t when_s, char out[static 64])
{
	time_t now = time(NULL);
	uint64_t ago = now > 0 && (uint64_t)now > when_s ?
			       (uint64_t)now - when_s :
			       0;

	if (when_s == 0)
		(void)snprintf(out, 64, "%s", tr("never"));
	else
		cli_age(ago, out);
}

static void log_state(const json_t *log, uint64_t trust, char out[static 160])
{
	const char *text = "";

	out[0] = 0;
	if (json_is_true(json_object_get(log, "forked")))
		text = tr("FORKED: no longer followed");
	else if (cli_number(log, "needs_trust") > 0)
		(void)snprintf(out, 160, "%s %" PRIu64 ", %s %" PRIu64,
			       tr("needs trust note"),
			       cli_number(log, "needs_trust"), tr("has"),
			       trust);
	else if (json_object_get(log, "ended_at") != NULL)
		(void)snprintf(out, 160, "%s %" PRIu64, tr("ended at entry"),
			       cli_number(log, "ended_at"));
	else if (cli_number(log, "seen") > cli_number(log, "size"))
		text = tr("entries are missing here");
	else if (json_is_true(json_object_get(log, "own")))
		text = tr("our own");
	else if (json_is_false(json_object_get(log, "publisher")))
		text = tr("nobody may publish here now");
	if (text[0] != 0)
		(void)snprintf(out, 160, "%s", text);
}

static void print_logs(const json_t *logs, uint64_t trust,
		       bool clock_good)
{
	const char *titles[] = { tr("Log"), tr("Office"), tr("Entries"),
				 tr("Heard"), "" };
	struct table *table = table_new(5, titles);
	const json_t *log;
	size_t i;

	json_array_foreach(logs, i, log) {
		char size[24], heard[96];
		bool own = json_is_true(json_object_get(log, "own"));
		char state[160];
		const char *cells[] = { cli_text(log, "origin"),
					cli_text(log, "office"), size, heard,
					state };

		(void)snprintf(size, sizeof(size), "%" PRIu64,
			       cli_number(log, "size"));
		cli_heard(json_object_get(log, "news"), clock_good, heard);
		log_state(log, trust, state);
		if (own)
			heard[0] = 0;
		table_row(table, cells);
	}
	table_print(table);
}

static void print_upstreams(const json_t *upstreams)
{
	const json_t *up;
	size_t i;

	json_array_foreach(upstreams, i, up)
		printf("%s %s  %s%s%s\n", tr("Upstream"), cli_text(up, "url"),
		       json_is_true(json_object_get(up, "ok")) ? tr("ok") :
								 tr("away"),
		       cli_text(up, "trouble")[0] != 0 ? ": " : "",
		       cli_text(up, "trouble"));
}

/* What the line may carry, where that is limited at all. */
static void print_limits(const json_t *limits)
{
	char spent[16], cap[16], why[CLI_TROUBLE_ROOM];
	const char *rule = cli_text(limits, "rule");

	if (cli_number(limits, "rules") > 0)
		printf("%s: %s\n", tr("Limit beyond the LAN"),
		       rule[0] != 0 ? rule : tr("none now"));
	if (cli_number(limits, "cap") > 0) {
		text_size(cli_number(limits, "spent"), spent);
		text_size(cli_number(limits, "cap"), cap);
		printf("%s: %s %s %s\n", tr("This month"), spent,
		       tr("of at most"), cap);
	}
	if (cli_text(limits, "closed")[0] == 0)
		return;
	cli_trouble(cli_text(limits, "closed"), why);
	printf("%s: %" PRIu64 " (%s)\n", tr("Lessons that wait"),
	       cli_number(limits, "waiting"), why);
}

static const char *visit_text(const char *state)
{
	if (strcmp(state, "done") == 0)
		return tr("done");
	if (strcmp(state, "some_left") == 0)
		return tr("done, but some lessons were left");
	if (strcmp(state, "pulled") == 0)
		return tr("pulled out early");
	return tr("failed");
}

/* Of a node that ever had something to tell its office. */
static void print_sent(const json_t *sent)
{
	if (cli_number(sent, "pending") > 0 || cli_number(sent, "last_s") > 0)
		cli_print_sent(sent);
}

static void print_visit(const json_t *visit)
{
	char ago[64], in[16], out[16];

	if (visit == NULL)
		return;
	cli_ago(cli_number(visit, "at"), ago);
	text_size(cli_number(visit, "in_bytes"), in);
	text_size(cli_number(visit, "out_bytes"), out);
	printf("%s: %s, %s; %s %" PRIu64 " (%s), %s %" PRIu64
	       " (%s), %s %" PRIu64 "\n",
	       tr("Last drive"), ago, visit_text(cli_text(visit, "state")),
	       tr("lessons in"), cli_number(visit, "in"), in, tr("lessons out"),
	       cli_number(visit, "out"), out, tr("left"),
	       cli_number(visit, "left"));
}

static const char *lack_text(const char *why)
{
	if (strcmp(why, "not_root") == 0)
		return tr("the node was not started by root");
	if (strcmp(why, "no_owners") == 0)
		return tr("the payload folder's file system knows no owners");
	if (strcmp(why, "no_capabilities") == 0)
		return tr("root lacks the capabilities for it here");
	if (strcmp(why, "processor") == 0)
		return tr("not known for this kind of processor");
	if (strcmp(why, "no_sight") == 0)
		return tr("processes may not look into each other here");
	return tr("this kernel cannot");
}

/* What the engine's cage is made of, and what it lacks here. */
static void print_cage(const json_t *cage)
{
	const struct {
		const char *key, *name;
	} layers[] = {
		{ "user", tr("own user") },
		{ "files", tr("files") },
		{ "calls", tr("system calls") },
		{ "connections", tr("connections") },
	};

	if (json_object_size(cage) == 0)
		return;
	printf("%s:", tr("Engine's cage"));
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		const json_t *layer = json_object_get(cage, layers[i].key);
		bool in_force =
			json_is_true(json_object_get(layer, "in_force"));

		printf("%s %s", i == 0 ? "" : ",", layers[i].name);
		if (!in_force)
			printf(" – %s (%s)", tr("NOT in force"),
			       lack_text(cli_text(layer, "why")));
	}
	puts("");
}

/* An engine that ended again and again, or is away now. */
static void print_engine(const json_t *engine)
{
	char ago[64];

	if (engine == NULL)
		return;
	print_cage(json_object_get(engine, "cage"));
	if (cli_number(engine, "in_a_row") == 0)
		return;
	cli_age(cli_number(engine, "last_end_ago_s"), ago);
	printf("%s: %" PRIu64 " (%s, %s). ",
	       tr("WARNING: the engine ended, times in a row"),
	       cli_number(engine, "in_a_row"), cli_text(engine, "last_end"),
	       ago);
	if (strcmp(cli_text(engine, "state"), "resting") == 0)
		printf("%s: %" PRIu64 " s. ", tr("Started again in"),
		       cli_number(engine, "next_try_s"));
	puts(tr("Lessons go on over HTTP meanwhile."));
}

static const char *turned_text(const char *why)
{
	if (strcmp(why, "unknown") == 0)
		return tr("a node that is not enrolled, code");
	if (strcmp(why, "bad_proof") == 0)
		return tr("a bad proof of which node it is");
	if (strcmp(why, "elsewhere") == 0)
		return tr("a proof made for another address than this node's");
	return tr("it did not prove which node it is");
}

/* Who was turned away, where not everybody is given pieces. */
static void print_swarm(const json_t *swarm)
{
	const json_t *last = json_object_get(swarm, "last");
	const char *why, *code = cli_text(last, "code");
	json_t *counts = json_object_get(swarm, "turned_away"), *count;
	uint64_t sum = 0;
	char ago[64];

	if (strcmp(cli_text(swarm, "peers"), "known") != 0)
		return;
	json_object_foreach(counts, why, count)
		sum += (uint64_t)json_integer_value(count);
	printf("%s: %" PRIu64,
	       tr("Peers turned away (beyond the LAN only known nodes get "
		  "pieces)"),
	       sum);
	if (sum > 0) {
		cli_age(cli_number(last, "ago_s"), ago);
		printf("; %s: %s, %s, %s%s%s", tr("last"),
		       cli_text(last, "address"), ago,
		       turned_text(cli_text(last, "why")),
		       code[0] != 0 ? " " : "", code);
	}
	puts("");
}

static void print_warnings(const json_t *status)
{
	if (!json_is_true(json_object_get(status, "running")))
		puts(tr("No node runs here: start it with 'xiangtu run'."));
	if (cli_text(status, "twin")[0] != 0)
		printf("%s %s. %s\n",
		       tr("WARNING: another machine speaks with this node's "
			  "key, at"),
		       cli_text(status, "twin"),
		       tr("Give the copy an identity of its own: xiangtu init "
			  "--new-identity"));
	if (json_array_size(json_object_get(status, "evidence")) > 0)
		puts(tr("There is evidence against a log: xiangtu trust "
			"evidence"));
	cli_print_locked(json_object_get(status, "keys"));
	if (!json_is_true(json_object_get(status, "clock_set")))
		puts(tr("The clock is not set; dates shown may be wrong."));
}

enum status cmd_status(struct cli *cli, struct err *err)
{
	const json_t *lessons;
	json_t *s;
	char bytes[16];
	enum status status = cli_ask(cli, json_pack("{s:s}", "verb", "status"),
				     &s, err);

	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(s);
		return STATUS_OK;
	}
	lessons = json_object_get(s, "lessons");
	text_size(cli_number(lessons, "bytes"), bytes);
	printf("%s  %s  %s  %s %s\n", cli_text(s, "name"),
	       tr(cli_text(s, "level")), cli_text(s, "region"), tr("code"),
	       cli_text(s, "code"));
	printf("%s %s\n\n", tr("Root"), cli_text(s, "words_zh"));
	printf("%s: %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " %s (%s)\n",
	       tr("Lessons"), cli_number(lessons, "known"), tr("known"),
	       cli_number(lessons, "wanted"), tr("wanted"),
	       cli_number(lessons, "held"), tr("held"), bytes);
	if (cli_number(lessons, "refused") > 0)
		printf("%s: %" PRIu64 "\n", tr("Entries refused"),
		       cli_number(lessons, "refused"));
	printf("%s: %" PRIu64 "\n", tr("Neighbours"),
	       cli_number(s, "neighbours"));
	print_upstreams(json_object_get(s, "upstreams"));
	print_limits(json_object_get(s, "limits"));
	cli_print_cache(json_object_get(s, "cache"));
	print_visit(json_object_get(s, "drive"));
	print_sent(json_object_get(s, "records"));
	print_swarm(json_object_get(s, "swarm"));
	print_engine(json_object_get(s, "engine"));
	puts("");
	print_logs(json_object_get(s, "logs"), cli_number(s, "trust"),
		   json_is_true(json_object_get(s, "clock_good")));
	cli_print_heard(s);
	print_warnings(s);
	json_decref(s);
	return STATUS_OK;
}

static void print_neighbours(const json_t *list)
{
	const char *titles[] = { tr("Name"), tr("Level"), tr("Region"),
				 tr("Address"), tr("Heard") };
	struct table *table;
	const json_t *row;
	size_t i;

	table = table_new(5, titles);
	json_array_foreach(list, i, row) {
		char heard[64];
		const char *cells[] = { cli_text(row, "name"),
					tr(cli_text(row, "level")),
					cli_text(row, "region"),
					cli_text(row, "url"), heard };

		(void)snprintf(heard, sizeof(heard), "%" PRIu64 " s%s",
			       cli_number(row, "heard_ago_s"),
			       json_is_true(json_object_get(row, "alive")) ?
				       "" :
				       "  –");
		table_row(table, cells);
	}
	table_print(table);
}

enum status cmd_neighbours(struct cli *cli, struct err *err)
{
	return cli_show_list(cli, json_pack("{s:s}", "verb", "neighbours"),
			     NULL, print_neighbours, err);
}

static void print_transfers(const json_t *transfers)
{
	const char *titles[] = { tr("Payload"), tr("Way"),  tr("Here"),
				 tr("Of"),	tr("Speed"), tr("Peers"),
				 tr("Trouble") };
	const json_t *list = json_object_get(transfers, "fetching"), *job;
	struct table *table = table_new(7, titles);
	size_t i;

	json_array_foreach(list, i, job) {
		double share =
			json_number_value(json_object_get(job, "progress"));
		char name[16], here[16], of[16], speed[24], rate[16], peers[16];
		char trouble[CLI_TROUBLE_ROOM];
		const char *cells[] = { name,
					tr(cli_text(job, "way")),
					here,
					of,
					speed,
					peers,
					trouble };

		cli_trouble(cli_text(job, "trouble"), trouble);
		(void)snprintf(name, sizeof(name), "%.12s",
			       cli_text(job, "btmh"));
		(void)snprintf(here, sizeof(here), "%.0f%%", 100 * share);
		text_size(cli_number(job, "bytes"), of);
		text_size(cli_number(job, "rate"), rate);
		(void)snprintf(speed, sizeof(speed), "%s/s", rate);
		(void)snprintf(peers, sizeof(peers), "%" PRIu64,
			       cli_number(job, "peers"));
		table_row(table, cells);
	}
	table_print(table);
	if (json_array_size(list) == 0)
		puts(tr("Nothing is arriving."));
}

enum status cmd_transfers(struct cli *cli, struct err *err)
{
	bool watch = cli_given(cli, "watch");
	enum status status;

	do {
		json_t *transfers;

		status = cli_ask(cli, json_pack("{s:s}", "verb", "transfers"),
				 &transfers, err);
		if (status != STATUS_OK)
			break;
		if (watch && isatty(STDOUT_FILENO) && !cli->json)
			(void)fputs("\x1b[H\x1b[2J", stdout);
		if (cli->json) {
			cli_print_json(transfers);
		} else {
			print_transfers(transfers);
			json_decref(transfers);
		}
		(void)fflush(stdout);
		if (watch)
			(void)sleep(1);
	} while (watch);
	return status;
}
