#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/control.h"
#include "node/control_client.h"
#include "node/control_path.h"
#include "proto/bytes.h"
#include "tests/support/loop.h"

/* A control socket on a loop, and a client in a thread. */
struct stage {
	uv_loop_t loop;
	struct control *control;
	char dir[3000];
	void (*client)(struct stage *s);
	uv_thread_t thread;
	uv_async_t client_done;
	struct control_call *held;
	bool closed;
	_Atomic size_t calls;
	_Atomic size_t gone;
};

static char root[] = "/tmp/xiangtu-test-control-XXXXXX";

static void call_gone(void *owner, struct control_call *call)
{
	struct stage *s = owner;

	CHECK(call == s->held);
	s->held = NULL;
	atomic_fetch_add(&s->gone, 1);
}

static void closed(void *owner)
{
	struct stage *s = owner;

	s->closed = true;
}

static void called(void *owner, struct control_call *call, json_t *request)
{
	struct stage *s = owner;
	const char *verb =
		json_string_value(json_object_get(request, "verb"));
	struct err err = ERR_INIT;

	atomic_fetch_add(&s->calls, 1);
	if (verb == NULL) {
		control_call_fail(call, STATUS_USAGE, "no verb");
	} else if (strcmp(verb, "echo") == 0) {
		control_call_finish(call, json_incref(request));
	} else if (strcmp(verb, "count") == 0) {
		for (int i = 1; i <= 3; i++)
			control_call_progress(call, json_integer(i));
		control_call_finish(call, json_string("counted"));
	} else if (strcmp(verb, "flood") == 0) {
		char *text = malloc(100001);

		CHECK(text != NULL);
		memset(text, 'x', 100000);
		text[100000] = '\0';
		for (int i = 0; i < 200; i++)
			control_call_progress(call, json_string(text));
		for (int i = 0; i < 20; i++)
			control_call_part(call, json_integer(i));
		control_call_finish(call, json_string(text));
		free(text);
	} else if (strcmp(verb, "fail") == 0) {
		(void)err_set(&err, STATUS_FORKED, "log '%s' is forked", "x");
		control_call_fail_err(call, &err);
	} else if (strcmp(verb, "bad-text") == 0) {
		control_call_fail(call, STATUS_IO, "open '\xff': no");
	} else if (strcmp(verb, "nothing") == 0) {
		control_call_finish(call, NULL);
	} else if (strcmp(verb, "hold") == 0) {
		s->held = call;
		control_call_on_gone(call, call_gone, s);
	} else if (strcmp(verb, "hold-deaf") == 0) {
		s->held = call;
	} else if (strcmp(verb, "close") == 0) {
		s->held = call;
		control_close(s->control, closed);
		s->control = NULL;
	}
}

static void client_ended(uv_async_t *handle)
{
	struct stage *s = handle->data;

	CHECK(uv_thread_join(&s->thread) == 0);
	uv_close((uv_handle_t *)&s->client_done, NULL);
	if (s->control != NULL)
		control_close(s->control, closed);
	if (s->held != NULL) { /* one that did not hear of the end */
		control_call_progress(s->held, json_integer(1));
		control_call_finish(s->held, json_integer(2));
	}
}

static void client_thread(void *owner)
{
	struct stage *s = owner;

	s->client(s);
	(void)uv_async_send(&s->client_done);
}

static void play_in(const char *dir, void (*client)(struct stage *))
{
	struct stage *s = calloc(1, sizeof(*s));
	struct err err = ERR_INIT;
	char socket[3100];

	CHECK(s != NULL);
	(void)snprintf(s->dir, sizeof(s->dir), "%s", dir);
	CHECK(uv_loop_init(&s->loop) == 0);
	CHECK(control_open(&s->control, &s->loop, dir, called, s, &err) ==
	      STATUS_OK);
	CHECK(uv_async_init(&s->loop, &s->client_done, client_ended) == 0);
	s->client_done.data = s;
	s->client = client;
	CHECK(uv_thread_create(&s->thread, client_thread, s) == 0);
	loop_finish(&s->loop);
	CHECK(s->closed);
	(void)snprintf(socket, sizeof(socket), "%s/control.sock", dir);
	CHECK(access(socket, F_OK) != 0 && errno == ENOENT);
	free(s);
}

static void play(void (*client)(struct stage *))
{
	play_in(root, client);
}

static struct control_client *connected(struct stage *s)
{
	struct control_client *c = NULL;
	struct err err = ERR_INIT;

	CHECK(control_connect(s->dir, &c, &err) == STATUS_OK);
	return c;
}

static enum status ask(struct control_client *c, const char *verb,
		       control_progress_cb on_progress, void *owner,
		       json_t **reply, struct err *err)
{
	json_t *request = json_pack("{s:s}", "verb", verb);
	enum status status;

	CHECK(request != NULL);
	status = control_client_call(c, request, on_progress, owner, reply,
				     err);
	json_decref(request);
	return status;
}

static void expect_echo(struct control_client *c)
{
	struct err err = ERR_INIT;
	json_t *reply = NULL;

	CHECK(ask(c, "echo", NULL, NULL, &reply, &err) == STATUS_OK);
	CHECK(strcmp(json_string_value(json_object_get(reply, "verb")),
		     "echo") == 0);
	json_decref(reply);
}

/* ---- */

static void questions_are_answered(struct stage *s)
{
	struct control_client *c = connected(s);
	struct control_client *other = connected(s);

	for (int i = 0; i < 100; i++) {
		expect_echo(c);
		expect_echo(other);
	}
	control_client_free(other);
	control_client_free(c);
	control_client_free(NULL);
}

static void a_large_request_passes_up_to_the_cap(struct stage *s)
{
	struct control_client *c = connected(s);
	char *text = malloc(CONTROL_REQUEST_MAX + 1);
	struct err err = ERR_INIT;
	json_t *request = json_object();
	json_t *reply = NULL;

	CHECK(text != NULL && request != NULL);
	memset(text, 'x', CONTROL_REQUEST_MAX);
	text[CONTROL_REQUEST_MAX - 100] = '\0';
	CHECK(json_object_set_new(request, "verb", json_string("echo")) == 0);
	CHECK(json_object_set_new(request, "text", json_string(text)) == 0);
	CHECK(control_client_call(c, request, NULL, NULL, &reply, &err) ==
	      STATUS_OK);
	CHECK(json_equal(request, reply));
	json_decref(reply);
	reply = NULL;

	text[CONTROL_REQUEST_MAX - 100] = 'x';
	text[CONTROL_REQUEST_MAX] = '\0';
	CHECK(json_object_set_new(request, "text", json_string(text)) == 0);
	/* Refused while it is sent: the refusal may get lost on the way. */
	CHECK(control_client_call(c, request, NULL, NULL, &reply, &err) !=
	      STATUS_OK);
	CHECK(err.status == STATUS_MALFORMED ||
	      err.status == STATUS_UNREACHABLE);
	CHECK(reply == NULL);
	json_decref(request);
	control_client_free(c);
	free(text);
}

static bool sum(void *owner, json_t *value)
{
	*(json_int_t *)owner += json_integer_value(value);
	return true;
}

static bool stop_at_two(void *owner, json_t *value)
{
	(void)owner;
	return json_integer_value(value) < 2;
}

static void progress_comes_before_the_reply(struct stage *s)
{
	struct control_client *c = connected(s);
	struct err err = ERR_INIT;
	json_t *reply = NULL;
	json_int_t total = 0;

	CHECK(ask(c, "count", sum, &total, &reply, &err) == STATUS_OK);
	CHECK(total == 6);
	CHECK(strcmp(json_string_value(reply), "counted") == 0);
	json_decref(reply);
	reply = NULL;
	CHECK(ask(c, "count", NULL, NULL, &reply, &err) == STATUS_OK);
	json_decref(reply);
	CHECK(ask(c, "count", stop_at_two, NULL, &reply, &err) ==
	      STATUS_CANCELLED);
	control_client_free(c);
}

static void a_slow_reader_misses_progress_but_no_part(struct stage *s)
{
	struct control_client *c = connected(s);
	struct err err = ERR_INIT;
	json_t *reply = NULL;
	json_int_t total = 0;

	CHECK(ask(c, "flood", sum, &total, &reply, &err) == STATUS_OK);
	CHECK(total == 190);
	CHECK(json_string_length(reply) == 100000);
	json_decref(reply);
	expect_echo(c);
	control_client_free(c);
}

static void failures_keep_their_status_and_text(struct stage *s)
{
	struct control_client *c = connected(s);
	struct err err = ERR_INIT;
	json_t *reply = NULL;

	CHECK(ask(c, "fail", NULL, NULL, &reply, &err) == STATUS_FORKED);
	CHECK(strcmp(err.text, "log 'x' is forked") == 0);
	CHECK(ask(c, "bad-text", NULL, NULL, &reply, &err) == STATUS_IO);
	CHECK(ask(c, "nothing", NULL, NULL, &reply, &err) ==
	      STATUS_NO_MEMORY);
	CHECK(reply == NULL);
	expect_echo(c);
	control_client_free(c);
}

static void wait_for(_Atomic size_t *counter, size_t value)
{
	for (int i = 0; i < 12000 && atomic_load(counter) < value; i++)
		uv_sleep(5);
	CHECK(atomic_load(counter) == value);
}

static int raw(struct stage *s)
{
	struct err err = ERR_INIT;
	int fd;

	CHECK(control_dial(s->dir, &fd, &err) == STATUS_OK);
	return fd;
}

static void say(int fd, const char *text)
{
	CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) ==
	      (ssize_t)strlen(text));
}

static void hanging_up_cancels(struct stage *s)
{
	int fd;

	for (size_t i = 1; i <= 5; i++) {
		fd = raw(s);
		say(fd, "{\"verb\":\"hold\"}\n");
		wait_for(&s->calls, i);
		(void)close(fd);
		wait_for(&s->gone, i);
	}
}

static void an_answer_is_waited_for_as_long_as_was_said(struct stage *s)
{
	struct control_client *c = connected(s);
	json_t *request = json_pack("{s:s}", "verb", "hold"), *reply = NULL;
	struct err err = ERR_INIT;

	control_client_patience(c, 1);
	CHECK(!control_client_is_gone(c));
	CHECK(control_client_call(c, request, NULL, NULL, &reply, &err) ==
	      STATUS_UNREACHABLE);
	CHECK(reply == NULL);
	/* What comes later is no answer to another question. */
	CHECK(control_client_is_gone(c));
	control_client_free(c);
	wait_for(&s->gone, 1);
	json_decref(request);
}

static void a_call_may_outlive_its_client(struct stage *s)
{
	struct control_client *c;
	int fd = raw(s);

	say(fd, "{\"verb\":\"hold-deaf\"}\n");
	wait_for(&s->calls, 1);
	(void)close(fd);
	c = connected(s);
	expect_echo(c);
	control_client_free(c);
}

static void expect_refusal(struct stage *s, const char *text)
{
	char answer[300] = "";
	int fd = raw(s);
	size_t got = 0;
	ssize_t n;

	say(fd, text);
	while ((n = recv(fd, answer + got, sizeof(answer) - 1 - got, 0)) > 0)
		got += (size_t)n;
	CHECK(strncmp(answer, "{\"failed\":{\"status\":\"malformed\"", 31) ==
	      0);
	(void)close(fd);
}

static void what_is_no_request_is_refused(struct stage *s)
{
	expect_refusal(s, "hello\n");
	expect_refusal(s, "\n");
	expect_refusal(s, "[1]\n");
	expect_refusal(s, "\"verb\"\n");
	expect_refusal(s, "{\"verb\":1,\"verb\":2}\n");
	expect_refusal(s, "{\"verb\":\"\xff\"}\n");
	CHECK(atomic_load(&s->calls) == 0);
}

static void requests_in_a_row_are_answered_in_order(struct stage *s)
{
	static const char expected[] =
		"{\"reply\":{\"verb\":\"echo\"}}\n"
		"{\"failed\":{\"status\":\"forked\","
		"\"text\":\"log 'x' is forked\"}}\n"
		"{\"reply\":{\"verb\":\"echo\"}}\n";
	char answer[300] = "";
	int fd = raw(s);
	size_t got = 0;

	say(fd, "{\"verb\":\"echo\"}\n{\"verb\":\"fail\"}\n{\"verb\":\"ec");
	say(fd, "ho\"}\n");
	while (got < strlen(expected)) {
		ssize_t n = recv(fd, answer + got, sizeof(answer) - 1 - got,
				 0);

		CHECK(n > 0);
		got += (size_t)n;
	}
	CHECK(strcmp(answer, expected) == 0);
	(void)close(fd);
}

static void talking_over_a_running_call_ends_it(struct stage *s)
{
	int fd = raw(s);
	char byte;

	say(fd, "{\"verb\":\"hold\"}\n{\"verb\":\"echo\"}\n");
	CHECK(recv(fd, &byte, 1, 0) <= 0);
	wait_for(&s->gone, 1);
	(void)close(fd);
}

static void closing_hangs_up_on_everybody(struct stage *s)
{
	struct control_client *c = connected(s);
	struct control_client *idle = connected(s);
	struct err err = ERR_INIT;
	json_t *reply = NULL;

	expect_echo(idle);
	CHECK(ask(c, "close", NULL, NULL, &reply, &err) ==
	      STATUS_UNREACHABLE);
	CHECK(ask(idle, "echo", NULL, NULL, &reply, &err) ==
	      STATUS_UNREACHABLE);
	control_client_free(c);
	control_client_free(idle);
}

static void too_many_clients_are_turned_away(struct stage *s)
{
	int fds[CONTROL_CONNECTIONS_MAX + 10];
	size_t refused = 0;
	char byte;

	for (size_t i = 0; i < CONTROL_CONNECTIONS_MAX + 10; i++) {
		fds[i] = raw(s);
		(void)send(fds[i], "{\"verb\":\"echo\"}\n", 16, MSG_NOSIGNAL);
	}
	for (size_t i = 0; i < CONTROL_CONNECTIONS_MAX + 10; i++)
		refused += recv(fds[i], &byte, 1, 0) <= 0;
	CHECK(refused == 10);
	for (size_t i = 0; i < CONTROL_CONNECTIONS_MAX + 10; i++)
		(void)close(fds[i]);
}

static void a_second_node_is_refused_and_only_we_may_call(struct stage *s)
{
	struct control *second = NULL;
	struct control_client *c;
	struct err err = ERR_INIT;
	char path[3100];
	struct stat info;
	uv_loop_t loop;

	(void)snprintf(path, sizeof(path), "%s/control.sock", s->dir);
	CHECK(stat(path, &info) == 0 && S_ISSOCK(info.st_mode));
	CHECK((info.st_mode & 0777) == 0600);
	CHECK(uv_loop_init(&loop) == 0);
	CHECK(control_open(&second, &loop, s->dir, called, s, &err) ==
	      STATUS_BUSY);
	CHECK(second == NULL);
	loop_finish(&loop);
	c = connected(s);
	expect_echo(c);
	control_client_free(c);
}

static void nobody_is_not_found(void)
{
	struct control_client *c = NULL;
	struct err err = ERR_INIT;

	CHECK(control_connect(root, &c, &err) == STATUS_NOT_FOUND);
	CHECK(control_connect("/no/such/folder", &c, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(c == NULL);
}

/* What a node leaves behind that was killed. */
static void leave_a_dead_socket(const char *dir)
{
	struct control_path path;
	struct err err = ERR_INIT;
	int fd;

	CHECK(control_listen(dir, &path, &fd, &err) == STATUS_OK);
	CHECK(close(fd) == 0);
	control_path_close(&path);
}

static void a_dead_socket_is_replaced(void)
{
	char path[200];
	int fd;

	leave_a_dead_socket(root);
	nobody_is_not_found();
	leave_a_dead_socket(root);
	play(questions_are_answered);
	/* Whatever else stands there gives way as well. */
	(void)snprintf(path, sizeof(path), "%s/control.sock", root);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && close(fd) == 0);
	play(questions_are_answered);
}

static void long_folders_are_no_trouble(void)
{
	char dir[3000];
	size_t size;

	(void)snprintf(dir, sizeof(dir), "%s", root);
	for (int i = 0; i < 10; i++) {
		size = strlen(dir);
		(void)snprintf(dir + size, sizeof(dir) - size,
			       "/乡土课件分发节点的数据目录-%02d-"
			       "0123456789012345678901234567890123456789", i);
		CHECK(mkdir(dir, 0700) == 0);
	}
	CHECK(strlen(dir) > 500);
	play_in(dir, questions_are_answered);
	leave_a_dead_socket(dir);
	play_in(dir, hanging_up_cancels);
}

static void folders_that_will_not_do_are_told(void)
{
	struct control *control = NULL;
	struct err err = ERR_INIT;
	uv_loop_t loop;

	CHECK(uv_loop_init(&loop) == 0);
	CHECK(control_open(&control, &loop, "/no/such/folder", called, NULL,
			   &err) == STATUS_NOT_FOUND);
	CHECK(strstr(err.text, "/no/such/folder") != NULL);
	CHECK(control_open(&control, &loop, "/proc/self", called, NULL,
			   &err) == STATUS_IO);
	CHECK(control == NULL);
	loop_finish(&loop);
}

int main(void)
{
	char command[100];

	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	CHECK(mkdtemp(root) != NULL);
	play(questions_are_answered);
	play(a_large_request_passes_up_to_the_cap);
	play(progress_comes_before_the_reply);
	play(a_slow_reader_misses_progress_but_no_part);
	play(failures_keep_their_status_and_text);
	play(hanging_up_cancels);
	play(an_answer_is_waited_for_as_long_as_was_said);
	play(a_call_may_outlive_its_client);
	play(what_is_no_request_is_refused);
	play(requests_in_a_row_are_answered_in_order);
	play(talking_over_a_running_call_ends_it);
	play(closing_hangs_up_on_everybody);
	play(too_many_clients_are_turned_away);
	play(a_second_node_is_refused_and_only_we_may_call);
	nobody_is_not_found();
	a_dead_socket_is_replaced();
	long_folders_are_no_trouble();
	folders_that_will_not_do_are_told();
	(void)snprintf(command, sizeof(command), "rm -r %s", root);
	CHECK(system(command) == 0);
	return 0;
}
