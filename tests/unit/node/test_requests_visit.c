/* What else a visit of a drive is: trust, statements, records, its report, and
 * two visits at once. */
#include "node/requests_visit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catalog/due.h"
#include "catalog/stations.h"
#include "node/own_statement.h"
#include "node/records.h"
#include "tests/support/brought.h"

/* --- trust --- */

static void resign_trust(struct world *w, unsigned version,
			 const struct publisher *more, struct buf *note)
{
	struct trust *trust = &w->county.house.trust.trust;
	struct secret_key *root;
	struct buf text = BUF_INIT;

	trust->version = version;
	if (more != NULL)
		CHECK(trust_add_publisher(trust, more) == STATUS_OK);
	CHECK(trust_format(trust, &text) == STATUS_OK);
	OFFICE_OK(&w->county, house_read_key(w->county.dir, "root.key", &root,
					     &w->county.err));
	CHECK(note_sign(buf_bytes(&text), root, note) == STATUS_OK);
	secret_key_free(root);
	buf_release(&text);
}

static void newer_trust_is_taken_and_acted_upon(void)
{
	static const char origin[] = "example/431081101/lessons";
	struct world w;
	struct publisher p;
	struct secret_key *key;
	struct log_info log;
	struct buf two = BUF_INIT, three = BUF_INIT;

	world_make(&w);
	CHECK(publisher_init(&p, origin) == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081101") == STATUS_OK);
	CHECK(publisher_add_topic(&p, "*") == STATUS_OK);
	CHECK(secret_key_new(&key, origin, KEY_ED25519) == STATUS_OK);
	CHECK(publisher_add_key(&p, secret_key_public(key)) == STATUS_OK);
	secret_key_free(key);
	resign_trust(&w, 2, NULL, &two);
	resign_trust(&w, 3, &p, &three);
	CHECK(log_find(w.station.house.catalog, origin, &log,
		       &w.station.err) == STATUS_NOT_FOUND);
	CHECK(answers(&w.station, with_note("trust-take", buf_bytes(&three)),
		      "result", "taken"));
	CHECK(log_find(w.station.house.catalog, origin, &log,
		       &w.station.err) == STATUS_OK);
	CHECK(w.station.house.trust.trust.version == 3);
	CHECK(answers(&w.station, with_note("trust-take", buf_bytes(&two)),
		      "result", "old"));
	three.data[20] ^= 1;
	CHECK(office_refuses(&w.station,
			     with_note("trust-take", buf_bytes(&three))) !=
	      STATUS_OK);
	CHECK(office_refuses(&w.station, verb("trust-take")) == STATUS_USAGE);
	buf_release(&two);
	buf_release(&three);
	world_end(&w);
}

static void sign_next_root(struct world *w, unsigned version,
			   struct buf *note)
{
	struct root next = w->county.house.trust.root;
	struct secret_key *root;
	struct buf text = BUF_INIT;

	next.version = version;
	OFFICE_OK(&w->county, house_read_key(w->county.dir, "root.key", &root,
					     &w->county.err));
	CHECK(root_format(&next, &text) == STATUS_OK);
	CHECK(note_sign(buf_bytes(&text), root, note) == STATUS_OK);
	secret_key_free(root);
	buf_release(&text);
}

static void roots_are_walked_one_by_one(void)
{
	struct world w;
	struct buf two = BUF_INIT, three = BUF_INIT;

	world_make(&w);
	sign_next_root(&w, 2, &two);
	sign_next_root(&w, 3, &three);
	CHECK(office_refuses(&w.station,
			     with_note("root-take", buf_bytes(&three))) ==
	      STATUS_NOT_FOUND);
	CHECK(answers(&w.station, with_note("root-take", buf_bytes(&two)),
		      "result", "taken"));
	CHECK(answers(&w.station, with_note("root-take", buf_bytes(&two)),
		      "result", "old"));
	CHECK(answers(&w.station, with_note("root-take", buf_bytes(&three)),
		      "result", "taken"));
	CHECK(w.station.house.trust.root.version == 3);
	buf_release(&two);
	buf_release(&three);
	world_end(&w);
}

/* --- statements --- */

static void read_own(struct office *o, struct buf *note, struct statement *st)
{
	json_t *answer = office_ask(o, verb("own-statement"));
	const json_t *text = json_object_get(answer, "note");

	buf_clear(note);
	buf_put_bytes(note, (struct bytes){
				    (const uint8_t *)json_string_value(text),
				    json_string_length(text) });
	CHECK(statement_open(buf_bytes(note), st) == STATUS_OK);
	json_decref(answer);
}

static bool is_newer(const struct statement *a, const struct statement *b)
{
	return a->boot > b->boot || (a->boot == b->boot && a->seq > b->seq);
}

static void each_own_statement_is_newer_than_the_last(void)
{
	struct world w;
	struct buf a = BUF_INIT, b = BUF_INIT, c = BUF_INIT;
	struct statement first, second, third;

	world_make(&w);
	read_own(&w.station, &a, &first);
	read_own(&w.station, &b, &second);
	CHECK(first.boot == 1 && first.seq == 1);
	CHECK(is_newer(&second, &first));
	office_close(&w.station);
	office_open(&w.station);
	read_own(&w.station, &c, &third);
	CHECK(third.boot > second.boot && third.seq == 1);
	CHECK(third.swarm_port == 0);
	buf_release(&a);
	buf_release(&b);
	buf_release(&c);
	world_end(&w);
}

static void a_statement_tells_what_is_due(void)
{
	struct world w;
	struct offered l;
	struct buf note = BUF_INIT;
	struct statement st;
	struct statement_walk walk;
	struct statement_line line;
	bool due = false;

	world_make(&w);
	scratch_file(&w.scratch, "a.bin", 5000, 1);
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "一", &l);
	export_drive(&w);
	CHECK(take_log(&w) == STATUS_OK);
	json_decref(office_ask(&w.station, verb("indexed")));
	OFFICE_OK(&w.station, due_set(w.station.house.catalog, l.id,
				      "2031-05-01", &w.station.err));
	read_own(&w.station, &note, &st);
	statement_walk_init(&walk, &st);
	while (statement_walk_next(&walk, &line))
		due |= line.kind == STATEMENT_DUE && line.entry == MANY &&
		       bytes_is(line.date, "2031-05-01");
	CHECK(due);
	buf_release(&note);
	world_end(&w);
}

static bool keep_age(void *context, const struct statement_row *row)
{
	*(uint64_t *)context = row->age_s;
	return true;
}

static void others_statements_are_kept_newest_first(void)
{
	struct world w;
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct statement st;
	uint64_t age = 0;
	json_t *request;

	world_make(&w);
	read_own(&w.station, &a, &st);
	read_own(&w.station, &b, &st);
	request = with_note("statement-take", buf_bytes(&b));
	(void)json_object_set_new(request, "age", json_integer(86400));
	CHECK(answers(&w.county, request, "result", "taken"));
	CHECK(answers(&w.county, with_note("statement-take", buf_bytes(&b)),
		      "result", "old"));
	CHECK(answers(&w.county, with_note("statement-take", buf_bytes(&a)),
		      "result", "old"));
	OFFICE_OK(&w.county, statements_list(w.county.house.catalog, keep_age,
					     &age, &w.county.err));
	CHECK(age == 86400);
	/* Our own, come back. */
	CHECK(answers(&w.station, with_note("statement-take", buf_bytes(&b)),
		      "result", "old"));
	b.data[b.size - 5] ^= 1;
	CHECK(office_refuses(&w.county, with_note("statement-take",
						  buf_bytes(&b))) !=
	      STATUS_OK);
	CHECK(office_refuses(&w.county, with_note("statement-take",
						  bytes_of("junk"))) ==
	      STATUS_MALFORMED);
	buf_release(&a);
	buf_release(&b);
	world_end(&w);
}

/* --- records --- */

static void take_records(struct world *w, struct log_info *from)
{
	struct office *o = &w->county;
	struct buf note = BUF_INIT, body = BUF_INIT;
	json_t *want;
	bool zstd;

	OFFICE_OK(&w->station, log_read_note(w->station.house.catalog, from->id,
					     &note, &w->station.err));
	CHECK(answers(o, log_take("records", buf_bytes(&note)), "state",
		      "get"));
	for (;;) {
		struct tile_path path;

		want = office_ask(o, verb("log-next"));
		if (json_is_true(json_object_get(want, "done")))
			break;
		CHECK(tile_path_parse(bytes_of(json_string_value(
					      json_object_get(want, "path"))),
				      &path) == STATUS_OK);
		buf_clear(&body);
		OFFICE_OK(&w->station,
			  log_read_bundle(w->station.house.catalog, from->id,
					  path.n, path.width, false, &body,
					  &zstd, &w->station.err));
		spool(o, ".tmp-7-1", buf_bytes(&body));
		json_decref(office_ask(o, log_body(".tmp-7-1", 0)));
		json_decref(want);
	}
	json_decref(want);
	buf_release(&note);
	buf_release(&body);
}

static void enrol(struct world *w)
{
	struct buf note = BUF_INIT;
	struct statement st;
	char code[KEY_CODE_SIZE + 1];

	read_own(&w->station, &note, &st);
	CHECK(answers(&w->county, with_note("statement-take", buf_bytes(&note)),
		      "result", "taken"));
	key_code(st.key, code);
	json_decref(office_ask(&w->county,
			       json_pack("{s:s, s:s}", "verb",
					 "station-accept", "code", code)));
	buf_release(&note);
}

static void records_come_up_and_are_acknowledged(void)
{
	struct world w;
	struct log_info log;
	struct buf ack = BUF_INIT;
	int64_t id;

	world_make(&w);
	enrol(&w);
	OFFICE_OK(&w.station, records_add(&w.station.house, bytes_of("sealed"),
					  &id, &w.station.err));
	OFFICE_OK(&w.station, log_get(w.station.house.catalog, id, &log,
				      &w.station.err));
	take_records(&w, &log);
	CHECK(log_of(&w.county, log.origin).size == 1);
	CHECK(log_of(&w.county, log.origin).acked == 1);
	OFFICE_OK(&w.county,
		  log_read_ack(w.county.house.catalog,
			       log_of(&w.county, log.origin).id, &ack,
			       &w.county.err));
	CHECK(answers(&w.station, log_take("ack", buf_bytes(&ack)), "state",
		      "taken"));
	CHECK(log_of(&w.station, log.origin).acked == 1);
	CHECK(answers(&w.station, log_take("ack", buf_bytes(&ack)), "state",
		      "old"));
	buf_release(&ack);
	world_end(&w);
}

/* --- beside a running node --- */

struct told {
	unsigned trust, forks, statements;
	int64_t grown;
	uint64_t age_s;
};

static void told_trust(void *node)
{
	((struct told *)node)->trust++;
}

static void told_fork(void *node, const char *origin)
{
	CHECK(origin[0] != 0);
	((struct told *)node)->forks++;
}

static void told_grown(void *node, int64_t log)
{
	((struct told *)node)->grown = log;
}

static enum status told_statement(void *node, struct bytes note,
				  uint64_t age_s, struct err *err)
{
	struct told *told = node;

	CHECK(note.size > 0);
	told->age_s = age_s;
	return told->statements++ == 0 ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_ROOM, "too many");
}

static struct bytes told_own(void *node)
{
	(void)node;
	return bytes_of("our own");
}

static void a_running_node_is_told_and_does_the_rest_itself(void)
{
	struct world w;
	struct told told = { .grown = 0 };
	const struct live live = { .node = &told,
				   .trust_taken = told_trust,
				   .forked = told_fork,
				   .log_grown = told_grown,
				   .statement_take = told_statement,
				   .own_statement = told_own };
	struct buf note = BUF_INIT;
	json_t *answer;

	world_make(&w);
	w.station.requests.live = &live;
	resign_trust(&w, 2, NULL, &note);
	CHECK(answers(&w.station, with_note("trust-take", buf_bytes(&note)),
		      "result", "taken"));
	CHECK(answers(&w.station, with_note("trust-take", buf_bytes(&note)),
		      "result", "old"));
	CHECK(told.trust == 1);
	CHECK(take_log(&w) == STATUS_OK);
	CHECK(told.grown == county_log(&w, &w.station).id);
	answer = office_ask(&w.station, verb("indexed"));
	CHECK(json_integer_value(json_object_get(answer, "behind")) == MANY);
	json_decref(answer);
	answer = json_pack("{s:s, s:s, s:i}", "verb", "statement-take", "note",
			   "theirs", "age", 60);
	CHECK(answers(&w.station, answer, "result", "taken"));
	CHECK(told.age_s == 60);
	CHECK(office_refuses(&w.station,
			     with_note("statement-take", bytes_of("x"))) ==
	      STATUS_NO_ROOM);
	CHECK(answers(&w.station, verb("own-statement"), "note", "our own"));
	forget_log(&w);
	grow(&w.county, 9, 'z');
	(void)snprintf(w.drive, sizeof(w.drive), "%s",
		       scratch_path(&w.scratch, "other"));
	export_drive(&w);
	buf_clear(&note);
	CHECK(read_drive(&w, "checkpoint", &note));
	for (int i = 0; i < 2; i++)
		CHECK(office_refuses(&w.station,
				     log_take("lessons", buf_bytes(&note))) ==
		      STATUS_FORKED);
	CHECK(told.forks == 1); /* not at every visit */
	w.station.requests.live = NULL;
	buf_release(&note);
	world_end(&w);
}

/* --- the report --- */

static void the_last_visit_is_shown_by_status(void)
{
	struct world w;
	json_t *status, *drive, *report;

	world_make(&w);
	status = office_ask(&w.station, verb("status"));
	CHECK(json_object_get(status, "drive") == NULL);
	json_decref(status);
	CHECK(office_refuses(&w.station, verb("drive-done")) == STATUS_USAGE);
	report = json_pack(
		"{s:s, s:s, s:i, s:[{s:s, s:s}, {s:s, s:s}], s:i, s:[{s:s}], "
		"s:[{s:s}, {s:s}, {s:s}], s:b, s:s, s:[s]}",
		"drive", "d1", "path", "/media/u", "at", 1700000000, "in",
		"title", "一", "state", "held", "title", "二", "state",
		"partial", "in_bytes", 77, "out", "title", "三", "left",
		"title", "四", "title", "五", "title", "六", "safe", true,
		"state", "some_left", "trouble", "slow");
	json_decref(office_ask(&w.station,
			       json_pack("{s:s, s:o}", "verb", "drive-done",
					 "report", report)));
	status = office_ask(&w.station, verb("status"));
	drive = json_object_get(status, "drive");
	CHECK(json_integer_value(json_object_get(drive, "at")) == 1700000000);
	CHECK(json_integer_value(json_object_get(drive, "in")) == 1);
	CHECK(json_integer_value(json_object_get(drive, "in_bytes")) == 77);
	CHECK(json_integer_value(json_object_get(drive, "out")) == 1);
	CHECK(json_integer_value(json_object_get(drive, "left")) == 3);
	CHECK(json_is_true(json_object_get(drive, "safe")));
	CHECK(strcmp(json_string_value(json_object_get(drive, "state")),
		     "some_left") == 0);
	CHECK(json_array_size(json_object_get(drive, "trouble")) == 1);
	json_decref(status);
	world_end(&w);
}

/* --- processes --- */

static pid_t somebody(void)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	return pid;
}

static void ends(pid_t pid)
{
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static json_t *log_take_by(pid_t pid, struct bytes note)
{
	json_t *request = log_take("lessons", note);

	(void)json_object_set_new(request, "pid", json_integer(pid));
	return request;
}

/* Else parts of the one would be taken for parts of the other. */
static void two_drives_have_their_logs_taken_in_by_turns(void)
{
	struct buf note = BUF_INIT;
	pid_t other = somebody();
	struct world w;

	world_make(&w);
	CHECK(read_drive(&w, "checkpoint", &note));
	CHECK(answers(&w.station, log_take_by(other, buf_bytes(&note)),
		      "state", "get"));
	CHECK(office_refuses(&w.station,
			     log_take_by(getpid(), buf_bytes(&note))) ==
	      STATUS_BUSY);
	/* Its own next one takes the place of that. */
	CHECK(answers(&w.station, log_take_by(other, buf_bytes(&note)),
		      "state", "get"));
	ends(other);
	CHECK(answers(&w.station, log_take_by(getpid(), buf_bytes(&note)),
		      "state", "get"));
	json_decref(office_ask(&w.station, verb("log-drop")));
	buf_release(&note);
	world_end(&w);
}

static json_t *step_by(pid_t pid, const char *step)
{
	return json_pack("{s:s, s:s, s:I}", "verb", "drive-progress", "step",
			 step, "pid", (json_int_t)pid);
}

static json_t *progress_by(pid_t pid)
{
	return step_by(pid, "flushing");
}

static json_t *done_by(pid_t pid)
{
	return json_pack("{s:s, s:{s:s, s:b}, s:I}", "verb", "drive-done",
			 "report", "state", "done", "safe", true, "pid",
			 (json_int_t)pid);
}

static bool is_last(struct office *o, const char *state)
{
	json_t *report = request_drive_report(&o->requests);
	bool same = strcmp(json_string_value(json_object_get(report, "state")),
			   state) == 0;

	json_decref(report);
	return same;
}

static void a_visit_that_was_killed_is_not_shown_as_the_one_before(void)
{
	struct office *o;
	struct world w;
	pid_t other = somebody();

	world_make(&w);
	o = &w.station;
	json_decref(office_ask(o, done_by(getpid())));
	json_decref(office_ask(o, progress_by(other)));
	/* Another drive's end is not this one's. */
	json_decref(office_ask(o, done_by(getpid())));
	CHECK(request_drive_now(&o->requests) != NULL);
	CHECK(is_last(o, "done"));
	ends(other);
	CHECK(request_drive_now(&o->requests) == NULL);
	CHECK(is_last(o, "failed"));
	/* The end of one that said it. */
	json_decref(office_ask(o, progress_by(getpid())));
	json_decref(office_ask(o, done_by(getpid())));
	CHECK(request_drive_now(&o->requests) == NULL);
	CHECK(is_last(o, "done"));
	world_end(&w);
}

/* Nothing is added to our records until each drive that is here has shown what
 * it has of them. */
static void drives_are_read_until_they_say_so(void)
{
	struct office *o;
	struct world w;
	pid_t other = somebody();

	world_make(&w);
	o = &w.station;
	CHECK(!request_drive_reads(&o->requests));
	json_decref(office_ask(o, step_by(other, "looking")));
	json_decref(office_ask(o, step_by(getpid(), "logs-in")));
	CHECK(request_drive_reads(&o->requests));
	json_decref(office_ask(o, step_by(getpid(), "small-out")));
	CHECK(request_drive_reads(&o->requests));
	ends(other);
	CHECK(!request_drive_reads(&o->requests));
	/* Who seals has read, also where its progress was not heard. */
	json_decref(office_ask(o, step_by(getpid(), "looking")));
	json_decref(office_ask(o, json_pack("{s:s, s:I}", "verb",
					    "records-send", "pid",
					    (json_int_t)getpid())));
	CHECK(!request_drive_reads(&o->requests));
	json_decref(office_ask(o, step_by(getpid(), "logs-in")));
	json_decref(office_ask(o, done_by(getpid())));
	CHECK(!request_drive_reads(&o->requests));
	world_end(&w);
}

/* A drive with the office's word alone says how much of our log there is. */
static void what_was_acknowledged_and_lost_is_not_signed_again(void)
{
	struct world w;
	struct log_info log, there;
	struct buf ack = BUF_INIT;
	struct err err = ERR_INIT;
	int64_t id;

	world_make(&w);
	enrol(&w);
	OFFICE_OK(&w.station, records_add(&w.station.house, bytes_of("one"),
					  &id, &w.station.err));
	OFFICE_OK(&w.station, log_get(w.station.house.catalog, id, &log,
				      &w.station.err));
	take_records(&w, &log);
	there = log_of(&w.county, log.origin);
	OFFICE_OK(&w.county, log_read_ack(w.county.house.catalog, there.id,
					  &ack, &w.county.err));
	lose_database(&w.station);
	/* Also where nothing is left of it at all. */
	CHECK(answers(&w.station, log_take("ack", buf_bytes(&ack)), "state",
		      "unknown"));
	CHECK(office_refuses(&w.station, log_take("ack", buf_bytes(&ack))) ==
	      STATUS_OUT_OF_SCOPE);
	CHECK(log_of(&w.station, log.origin).size == 0);
	CHECK(log_of(&w.station, log.origin).seen == 1);
	CHECK(records_add(&w.station.house, bytes_of("two"), &id, &err) ==
	      STATUS_OLD);
	buf_release(&ack);
	world_end(&w);
}

int main(void)
{
	newer_trust_is_taken_and_acted_upon();
	roots_are_walked_one_by_one();
	each_own_statement_is_newer_than_the_last();
	a_statement_tells_what_is_due();
	others_statements_are_kept_newest_first();
	records_come_up_and_are_acknowledged();
	a_running_node_is_told_and_does_the_rest_itself();
	the_last_visit_is_shown_by_status();
	two_drives_have_their_logs_taken_in_by_turns();
	a_visit_that_was_killed_is_not_shown_as_the_one_before();
	drives_are_read_until_they_say_so();
	what_was_acknowledged_and_lost_is_not_signed_again();
	return 0;
}
