/* The engine as a process: how it starts, dies, is believed and is ended. The
 * engines that misbehave are this program itself, started by node/engine.c
 * with two arguments; the port says how. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "tests/support/engines.h"

enum misbehaviour {
	ENDS_AT_ONCE = 1,
	SENDS_A_HUGE_LENGTH,
	SENDS_A_TORN_EVENT,
	IS_READY_TWICE,
	SPEAKS_OF_A_STRANGER,
	SPEAKS_LIKE_A_NODE,
	CLOSES_AND_LINGERS,
	NEVER_READS,
	MISBEHAVIOURS,
};

static struct scratch scratch;
static uv_loop_t loop;

/* --- The other side: an engine that misbehaves --- */

static void put_event(struct buf *out, enum engine_event_type type,
		      uint32_t slot)
{
	struct engine_event e = { .type = type, .slot = slot };

	if (type == ENGINE_READY)
		e.ready = (struct engine_ready){ 1, 20008 };
	CHECK(engine_event_encode(out, &e) == STATUS_OK);
}

static void put_misbehaviour(struct buf *out, enum misbehaviour how)
{
	struct engine_command c = { .type = ENGINE_COMMAND_STATS };

	switch (how) {
	case SENDS_A_HUGE_LENGTH:
		buf_put_u32(out, 0x7fffffff);
		break;
	case SENDS_A_TORN_EVENT:
		buf_put_u32(out, 6);
		buf_put(out, "\x40\0\0\0\0\1", 6);
		break;
	case IS_READY_TWICE:
		put_event(out, ENGINE_READY, 0);
		put_event(out, ENGINE_READY, 0);
		break;
	case SPEAKS_OF_A_STRANGER:
		put_event(out, ENGINE_READY, 0);
		put_event(out, ENGINE_FINISHED, 77);
		break;
	case SPEAKS_LIKE_A_NODE:
		CHECK(engine_command_encode(out, &c) == STATUS_OK);
		break;
	case NEVER_READS:
		put_event(out, ENGINE_READY, 0);
		break;
	default:
		break;
	}
}

static int misbehave(enum misbehaviour how)
{
	struct buf out = BUF_INIT;

	if (how == ENDS_AT_ONCE)
		return 3;
	put_misbehaviour(&out, how);
	if (out.size > 0)
		CHECK(write(3, out.data, out.size) == (ssize_t)out.size);
	buf_release(&out);
	if (how == CLOSES_AND_LINGERS)
		close(3);
	for (;;)
		pause();
}

/* --- This side --- */

static uint64_t patience_ms;

static struct engine_options options_for(int how, const char *listen)
{
	static char address[32];

	(void)snprintf(address, sizeof(address), "127.0.0.1:%d", how);
	return (struct engine_options){
		.payload_dir = scratch.top,
		.listen = listen == NULL ? address : listen,
		.patience_ms = patience_ms,
	};
}

static void open_bad(struct station *s, enum misbehaviour how)
{
	struct engine_options options = options_for((int)how, NULL);
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct err err = ERR_INIT;

	CHECK(n > 0);
	self[n] = '\0';
	options.program = self;
	memset(s, 0, sizeof(*s));
	CHECK(engine_open(&s->engine, &loop, &options, station_told, s,
			  &err) == STATUS_OK);
}

static void begin(void)
{
	scratch_init(&scratch);
	CHECK(uv_loop_init(&loop) == 0);
}

static void end(void)
{
	loop_finish(&loop);
	scratch_release(&scratch);
}

static bool process_lives(int pid)
{
	char path[64], text[512];
	const char *state;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	text[0] = '\0';
	CHECK(fgets(text, sizeof(text), file) != NULL || text[0] == '\0');
	fclose(file);
	state = strrchr(text, ')');
	return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

static void it_opens_and_closes_without_leaving_anything(void)
{
	struct station s;
	int pid;

	begin();
	station_open(&s, &loop, scratch.top);
	CHECK(s.port != 0);
	pid = engine_pid(s.engine);
	CHECK(pid > 0 && process_lives(pid));
	station_close(&s, &loop);
	CHECK(!process_lives(pid));
	CHECK(s.died == 0);
	end();
}

static bool status_line(int pid, const char *line)
{
	char path[64], read[256];
	bool found = false;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	CHECK(file != NULL);
	while (fgets(read, sizeof(read), file) != NULL)
		found |= strcmp(read, line) == 0;
	fclose(file);
	return found;
}

static void it_has_given_up_what_it_does_not_need(void)
{
	struct station s;

	begin();
	station_open(&s, &loop, scratch.top);
	CHECK(status_line(engine_pid(s.engine), "NoNewPrivs:\t1\n"));
#if defined(__x86_64__) || defined(__aarch64__)
	CHECK(status_line(engine_pid(s.engine), "Seccomp:\t2\n"));
#endif
	station_close(&s, &loop);
	end();
}

/* With a user of its own, where root runs this; what is in force is told. */
static void it_tells_what_its_cage_is_made_of(void)
{
	struct engine_options options = options_for(0, NULL);
	struct engine_health health;
	struct engine_user user;
	struct err err = ERR_INIT;
	char line[64];
	struct station s;

	begin();
	engine_user_find(scratch.top, &user);
	options.user = &user;
	options.keep_off = "127.0.0.1:7433";
	memset(&s, 0, sizeof(s));
	CHECK(engine_open(&s.engine, &loop, &options, station_told, &s,
			  &err) == STATUS_OK);
	RUN_UNTIL(&loop, s.ready == 1);
	engine_health(s.engine, &health);
	CHECK(health.state == ENGINE_RUNNING && health.cage_known);
	CHECK(health.in_a_row == 0 && health.last_end[0] == '\0');
	CHECK(health.cage.lack[ENGINE_LAYER_USER] == user.lack);
	(void)snprintf(line, sizeof(line), "Uid:\t%lu\t%lu\t%lu\t%lu\n",
		       (unsigned long)user.uid, (unsigned long)user.uid,
		       (unsigned long)user.uid, (unsigned long)user.uid);
	if (user.uid != 0) {
		CHECK(status_line(engine_pid(s.engine), line));
		CHECK(status_line(engine_pid(s.engine),
				  "CapPrm:\t0000000000000000\n"));
		CHECK(status_line(engine_pid(s.engine), "Groups:\t \n"));
	}
	engine_end(s.engine, "is of no use");
	RUN_UNTIL(&loop, s.died == 1);
	engine_health(s.engine, &health);
	CHECK(health.state == ENGINE_RESTING && health.in_a_row == 1);
	CHECK(strcmp(health.last_end, "is of no use") == 0);
	CHECK(health.next_try_ms <= 200);
	RUN_UNTIL(&loop, s.ready == 2);
	station_close(&s, &loop);
	end();
}

static void it_may_be_closed_before_it_is_ready(void)
{
	struct engine_options options = options_for(0, "127.0.0.1:0");
	struct err err = ERR_INIT;
	struct station s;

	begin();
	options.payload_dir = scratch.top;
	memset(&s, 0, sizeof(s));
	CHECK(engine_open(&s.engine, &loop, &options, station_told, &s,
			  &err) == STATUS_OK);
	CHECK(!engine_is_ready(s.engine));
	engine_close(s.engine, station_closed);
	loop_finish(&loop);
	CHECK(s.closed == 1 && s.ready == 0 && s.died == 0);
	scratch_release(&scratch);
}

static void what_it_cannot_start_with_is_said_at_once(void)
{
	struct engine_options options = options_for(0, "127.0.0.1:0");
	struct err err = ERR_INIT;
	struct engine *e = NULL;

	begin();
	options.program = "/no/such/engine";
	CHECK(engine_open(&e, &loop, &options, station_told, NULL, &err) ==
	      STATUS_NOT_FOUND);
	options.program = NULL;
	options.payload_dir = "/no/such/folder";
	CHECK(engine_open(&e, &loop, &options, station_told, NULL, &err) ==
	      STATUS_NOT_FOUND);
	options.payload_dir = scratch.top;
	static const char *const wrong[] = { "127.0.0.1", "host:1",
					     "127.0.0.1:65536", "::1:5",
					     "127.0.0.1:", "" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		options.listen = wrong[i];
		CHECK(engine_open(&e, &loop, &options, station_told, NULL,
				  &err) == STATUS_USAGE);
	}
	CHECK(e == NULL);
	end();
}

static void one_that_misbehaves_is_replaced(void)
{
	for (int how = ENDS_AT_ONCE; how < NEVER_READS; how++) {
		struct station s;

		begin();
		open_bad(&s, (enum misbehaviour)how);
		RUN_UNTIL(&loop, s.died == 2);
		CHECK(engine_restarts(s.engine) >= 1);
		CHECK(s.finished == 0 && s.ready <= 2);
		CHECK(!engine_is_ready(s.engine));
		station_close(&s, &loop);
		end();
	}
}

/* The rest between two starts doubles: five starts take at least
 * 0.2 + 0.4 + 0.8 + 1.6 s. */
static void one_that_keeps_dying_is_given_ever_longer_rests(void)
{
	struct station s;
	uint64_t began;

	begin();
	open_bad(&s, ENDS_AT_ONCE);
	began = uv_hrtime();
	RUN_UNTIL(&loop, s.died == 5);
	CHECK(uv_hrtime() - began > 2900 * (uint64_t)1000000);
	CHECK(strstr(s.failure_text, "code 3") != NULL);
	station_close(&s, &loop);
	end();
}

/* Add until it is busy; the number of those that were taken. */
static uint32_t fill(struct station *s)
{
	struct engine_payload payload = { .pieces = 1, .mode = ENGINE_FETCH };
	uint8_t *torrent = calloc(1, 8 << 20);
	enum status status = STATUS_OK;
	uint8_t btmh[32] = { 0 };
	struct err err = ERR_INIT;
	uint32_t sent = 0;

	CHECK(torrent != NULL);
	payload.torrent = (struct bytes){ torrent, 8 << 20 };
	payload.btmh = btmh;
	while (status == STATUS_OK) {
		btmh[0]++;
		status = engine_add(s->engine, &payload, &err);
		CHECK(++sent < 20);
	}
	CHECK(status == STATUS_BUSY);
	CHECK(!engine_has(s->engine, btmh));
	free(torrent);
	return sent - 1;
}

static void one_that_never_reads_makes_us_busy_not_large(void)
{
	struct station s;

	begin();
	open_bad(&s, NEVER_READS);
	RUN_UNTIL(&loop, s.ready == 1);
	CHECK(fill(&s) == engine_loaded(s.engine));
	station_close(&s, &loop); /* by force, after its grace */
	end();
}

static void one_that_never_reads_is_replaced(void)
{
	struct station s;

	begin();
	patience_ms = 160;
	open_bad(&s, NEVER_READS);
	RUN_UNTIL(&loop, s.ready == 1);
	(void)fill(&s);
	RUN_UNTIL(&loop, s.died == 1);
	CHECK(strcmp(s.failure_text, "did not take what it was told") == 0);
	RUN_UNTIL(&loop, s.ready == 2);
	CHECK(engine_loaded(s.engine) == 0);
	station_close(&s, &loop);
	patience_ms = 0;
	end();
}

static void one_that_does_not_answer_is_replaced(void)
{
	struct station s;

	begin();
	patience_ms = 160;
	open_bad(&s, NEVER_READS);
	RUN_UNTIL(&loop, s.ready == 1);
	CHECK(engine_stats(s.engine) == STATUS_OK);
	RUN_UNTIL(&loop, s.died == 1);
	CHECK(strcmp(s.failure_text, "did not answer") == 0);
	RUN_UNTIL(&loop, s.ready == 2);
	station_close(&s, &loop);
	patience_ms = 0;
	end();
}

/* One who never says that a payload was added is waited for: that may take as
 * long as it takes. Not so one who is to let go. */
static void one_that_does_not_let_go_is_replaced(void)
{
	static const uint8_t btmh[32] = { 1 };
	struct engine_payload payload = { .btmh = btmh,
					  .pieces = 1,
					  .mode = ENGINE_FETCH };
	struct err err = ERR_INIT;
	struct station s;
	uint64_t until;

	begin();
	patience_ms = 160;
	open_bad(&s, NEVER_READS);
	RUN_UNTIL(&loop, s.ready == 1);
	CHECK(engine_add(s.engine, &payload, &err) == STATUS_OK);
	until = seconds_now() + 2;
	RUN_UNTIL(&loop, seconds_now() >= until);
	CHECK(s.died == 0);
	CHECK(engine_release(s.engine, btmh) == STATUS_OK);
	CHECK(engine_release(s.engine, btmh) == STATUS_OK);
	RUN_UNTIL(&loop, s.died == 1);
	CHECK(strcmp(s.failure_text, "did not let go of a payload") == 0);
	CHECK(!engine_has(s.engine, btmh) && engine_loaded(s.engine) == 0);
	/* The next one is not held to what it never heard. */
	RUN_UNTIL(&loop, s.ready == 2);
	until = seconds_now() + 2;
	RUN_UNTIL(&loop, seconds_now() >= until);
	CHECK(s.died == 1 && engine_restarts(s.engine) == 1);
	station_close(&s, &loop);
	patience_ms = 0;
	end();
}

static void commands_about_nothing_are_refused(void)
{
	struct engine_payload payload = { .pieces = 9, .mode = ENGINE_FETCH };
	static const uint8_t btmh[32] = { 1 }, have[2] = { 0, 1 };
	struct engine_address address = { .port = 1 };
	static struct engine_limits limits;
	struct err err = ERR_INIT;
	struct station s;

	begin();
	station_open(&s, &loop, scratch.top);
	CHECK(engine_connect(s.engine, btmh, &address) == STATUS_NOT_FOUND);
	CHECK(engine_flush(s.engine, btmh) == STATUS_NOT_FOUND);
	CHECK(engine_release(s.engine, btmh) == STATUS_NOT_FOUND);
	CHECK(engine_reach(s.engine, btmh, true) == STATUS_NOT_FOUND);
	CHECK(engine_peers(s.engine, btmh) == STATUS_NOT_FOUND);
	limits.lan_count = 1;
	limits.lan[0].bits = 200;
	CHECK(engine_limits(s.engine, &limits) == STATUS_MALFORMED);
	payload.btmh = btmh;
	payload.torrent = bytes_of("not a torrent");
	payload.have = (struct bytes){ have, 2 };
	CHECK(engine_add(s.engine, &payload, &err) == STATUS_MALFORMED);
	payload.have.size = 0;
	CHECK(engine_add(s.engine, &payload, &err) == STATUS_OK);
	CHECK(engine_add(s.engine, &payload, &err) == STATUS_EXISTS);
	RUN_UNTIL(&loop, s.failed == 1);
	CHECK(s.failure == STATUS_MALFORMED && s.died == 0);
	CHECK(engine_add(s.engine, &payload, &err) == STATUS_OK);
	RUN_UNTIL(&loop, s.failed == 2);
	station_close(&s, &loop);
	end();
}

static void a_taken_port_is_told_and_waited_for(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct engine_options options = options_for(0, NULL);
	int holder = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(address);
	char listen_on[32], text[64];
	struct err err = ERR_INIT;
	struct station s;

	begin();
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(holder, (struct sockaddr *)&address, size) == 0);
	CHECK(listen(holder, 1) == 0);
	CHECK(getsockname(holder, (struct sockaddr *)&address, &size) == 0);
	(void)snprintf(listen_on, sizeof(listen_on), "127.0.0.1:%d",
		       ntohs(address.sin_port));
	(void)snprintf(text, sizeof(text), "port %d is taken",
		       ntohs(address.sin_port));
	options.listen = listen_on;
	options.payload_dir = scratch.top;
	memset(&s, 0, sizeof(s));
	CHECK(engine_open(&s.engine, &loop, &options, station_told, &s,
			  &err) == STATUS_OK);
	RUN_UNTIL(&loop, s.engine_failed == 1);
	CHECK(s.failure == STATUS_BUSY);
	CHECK(strcmp(s.failure_text, text) == 0);
	CHECK(s.ready == 0 && s.died == 0);
	CHECK(close(holder) == 0);
	RUN_UNTIL(&loop, s.ready == 1);
	CHECK(s.port == ntohs(address.sin_port) && s.engine_failed == 1);
	station_close(&s, &loop);
	end();
}

/* A node of its own, for being killed: tells the engine's pid and port. */
static _Noreturn void be_a_node(int tell_fd, const char *listen)
{
	struct engine_options options = options_for(0, listen);
	struct err err = ERR_INIT;
	struct station s;
	int told[2];

	options.payload_dir = scratch.top;
	memset(&s, 0, sizeof(s));
	CHECK(uv_loop_init(&loop) == 0);
	CHECK(engine_open(&s.engine, &loop, &options, station_told, &s,
			  &err) == STATUS_OK);
	RUN_UNTIL(&loop, s.ready == 1);
	told[0] = engine_pid(s.engine);
	told[1] = s.port;
	CHECK(write(tell_fd, told, sizeof(told)) == sizeof(told));
	for (;;)
		uv_run(&loop, UV_RUN_ONCE);
}

/* Start one, and say what it told. */
static int start_node(const char *listen, int told[2])
{
	int tell[2];
	int pid;

	CHECK(pipe(tell) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		be_a_node(tell[1], listen);
	close(tell[1]);
	CHECK(read(tell[0], told, 2 * sizeof(told[0])) ==
	      2 * (ssize_t)sizeof(told[0]));
	close(tell[0]);
	return pid;
}

static void a_killed_node_leaves_no_orphan_and_gets_its_port_again(void)
{
	char listen_on[32] = "127.0.0.1:0";
	uint64_t deadline;
	int told[2];

	scratch_init(&scratch);
	for (int round = 0; round < 3; round++) {
		int node = start_node(listen_on, told);

		CHECK(process_lives(told[0]));
		(void)snprintf(listen_on, sizeof(listen_on), "127.0.0.1:%d",
			       told[1]);
		CHECK(kill(node, SIGKILL) == 0);
		CHECK(waitpid(node, NULL, 0) == node);
		deadline = seconds_now() + ENGINES_PATIENCE_S;
		while (process_lives(told[0])) {
			CHECK(seconds_now() < deadline);
			poll(NULL, 0, 5);
		}
	}
	scratch_release(&scratch);
}

/* A stopped engine cannot see its socket close: it must be killed. */
static void one_that_hangs_is_ended_by_force(void)
{
	struct station s;
	int pid;

	begin();
	station_open(&s, &loop, scratch.top);
	pid = engine_pid(s.engine);
	CHECK(kill(pid, SIGSTOP) == 0);
	station_close(&s, &loop);
	CHECK(!process_lives(pid));
	end();
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return misbehave((enum misbehaviour)atoi(
			strrchr(argv[2], ':') + 1));
	/* First, since it forks: no loop exists yet. */
	a_killed_node_leaves_no_orphan_and_gets_its_port_again();
	it_opens_and_closes_without_leaving_anything();
	it_has_given_up_what_it_does_not_need();
	it_tells_what_its_cage_is_made_of();
	it_may_be_closed_before_it_is_ready();
	what_it_cannot_start_with_is_said_at_once();
	one_that_misbehaves_is_replaced();
	one_that_keeps_dying_is_given_ever_longer_rests();
	one_that_never_reads_makes_us_busy_not_large();
	one_that_never_reads_is_replaced();
	one_that_does_not_answer_is_replaced();
	one_that_does_not_let_go_is_replaced();
	commands_about_nothing_are_refused();
	a_taken_port_is_told_and_waited_for();
	one_that_hangs_is_ended_by_force();
	return 0;
}
