/* The door to a node: through its control socket when it runs, else through
 * its directory. The running node here is a child that counts requests. */
#include "node/drive/door.h"

#include <signal.h>
#include <sys/wait.h>
#include <uv.h>

#include "node/control.h"
#include "tests/support/offices.h"

static struct scratch scratch;
static char dir[4096];
static struct err err;

/* --- a child that answers as a node would --- */

static void answer(void *owner, struct control_call *call, json_t *request)
{
	int *count = owner;
	const char *verb = json_string_value(json_object_get(request, "verb"));

	if (strcmp(verb, "refuse") == 0)
		control_call_fail(call, STATUS_OUT_OF_SCOPE, "not here");
	else if (strcmp(verb, "die") == 0)
		_exit(0);
	else
		control_call_finish(call, json_pack("{s:i, s:i}", "count",
						    ++*count, "pid",
						    (int)getpid()));
}

static pid_t start_node(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct control *control;
		uv_loop_t loop;
		int count = 0;

		(void)signal(SIGPIPE, SIG_IGN);
		CHECK(uv_loop_init(&loop) == 0);
		CHECK(control_open(&control, &loop, dir, answer, &count,
				   &err) == STATUS_OK);
		CHECK(write(ready[1], "r", 1) == 1);
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		_exit(1);
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return pid;
}

static void stop_node(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static json_t *verb(const char *name)
{
	return json_pack("{s:s}", "verb", name);
}

static int count_of(struct door *door)
{
	json_t *reply = NULL;
	int count;

	CHECK(door_ask(door, verb("count"), &reply, &err) == STATUS_OK);
	count = (int)json_integer_value(json_object_get(reply, "count"));
	json_decref(reply);
	return count;
}

/* --- without a node --- */

static void no_node_in_a_directory_is_not_found(void)
{
	struct door *door;

	CHECK(door_open(&door, scratch_folder(&scratch, "empty"), &err) ==
	      STATUS_NOT_FOUND);
}

static void without_a_running_node_the_directory_answers(void)
{
	struct door *door;
	json_t *reply;

	CHECK(door_open(&door, dir, &err) == STATUS_OK);
	CHECK(!door_is_live(door));
	CHECK(door_house(door) != NULL);
	CHECK(door_ask(door, verb("status"), &reply, &err) == STATUS_OK);
	CHECK(json_is_false(json_object_get(reply, "running")));
	json_decref(reply);
	CHECK(door_ask(door, verb("dance"), &reply, &err) == STATUS_USAGE);
	CHECK(door_ask(door, NULL, &reply, &err) == STATUS_USAGE);
	CHECK(door_refresh(door, &err) == STATUS_OK);
	door_close(door);
	door_close(NULL);
}

static void an_open_door_keeps_other_writers_out(void)
{
	struct door *door, *other;

	CHECK(door_open(&door, dir, &err) == STATUS_OK);
	CHECK(door_open(&other, dir, &err) == STATUS_BUSY);
	door_close(door);
	CHECK(door_open(&door, dir, &err) == STATUS_OK);
	door_close(door);
}

/* --- with one --- */

static void a_running_node_is_asked_over_one_connection(void)
{
	pid_t pid = start_node();
	struct door *door;
	json_t *reply = NULL;

	CHECK(door_open(&door, dir, &err) == STATUS_OK);
	CHECK(door_is_live(door));
	CHECK(door_house(door)->catalog != NULL);
	for (int i = 1; i <= 5; i++)
		CHECK(count_of(door) == i);
	err = (struct err)ERR_INIT;
	CHECK(door_ask(door, verb("refuse"), &reply, &err) ==
	      STATUS_OUT_OF_SCOPE);
	CHECK(strcmp(err.text, "not here") == 0);
	CHECK(reply == NULL);
	CHECK(count_of(door) == 6);
	CHECK(door_refresh(door, &err) == STATUS_OK);
	CHECK(door_house(door)->trust.trust.version == 1);
	door_close(door);
	stop_node(pid);
}

static void a_door_to_ask_opens_nothing_beside_a_node(void)
{
	pid_t pid = start_node();
	struct door *door;

	CHECK(door_open_to_ask(&door, dir, &err) == STATUS_OK);
	CHECK(door_house(door) == NULL);
	CHECK(count_of(door) == 1);
	CHECK(door_refresh(door, &err) == STATUS_OK);
	door_close(door);
	stop_node(pid);
}

static void a_node_started_again_is_found_again(void)
{
	pid_t pid = start_node();
	struct door *door;
	json_t *reply;

	CHECK(door_open(&door, dir, &err) == STATUS_OK);
	CHECK(count_of(door) == 1);
	stop_node(pid);
	CHECK(door_ask(door, verb("count"), &reply, &err) ==
	      STATUS_UNREACHABLE);
	pid = start_node();
	CHECK(count_of(door) == 1);
	CHECK(count_of(door) == 2);
	/* Nothing was asked while it was away: nobody notices. */
	stop_node(pid);
	pid = start_node();
	CHECK(count_of(door) == 1);
	door_close(door);
	stop_node(pid);
}

/* It may have been done: a lesson is not to be published twice. */
static void a_request_that_ended_a_node_is_not_repeated(void)
{
	pid_t first = start_node(), second;
	struct door *door;
	json_t *reply;

	CHECK(door_open(&door, dir, &err) == STATUS_OK);
	CHECK(door_ask(door, verb("die"), &reply, &err) ==
	      STATUS_UNREACHABLE);
	CHECK(waitpid(first, NULL, 0) == first);
	second = start_node();
	CHECK(count_of(door) == 1);
	door_close(door);
	stop_node(second);
}

/* --- the spool --- */

static void what_is_spooled_lies_in_the_directory(void)
{
	struct door *door;
	char name[64], other[64], path[8192], back[8] = "";
	struct stat st;
	int fd;

	CHECK(door_open(&door, dir, &err) == STATUS_OK);
	CHECK(door_spool(door, bytes_of("bundle"), name, &err) == STATUS_OK);
	CHECK(door_spool(door, bytes_of("other"), other, &err) == STATUS_OK);
	CHECK(strcmp(name, other) != 0);
	CHECK(strncmp(name, ".tmp-", 5) == 0);
	(void)snprintf(path, sizeof(path), "%s/spool", dir);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0700);
	(void)snprintf(path, sizeof(path), "%s/spool/%s", dir, name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, back, 8) == 6);
	CHECK(memcmp(back, "bundle", 6) == 0);
	(void)close(fd);
	door_close(door);
	/* Who opens the directory next removes what nobody took. */
	CHECK(access(path, F_OK) == 0);
	CHECK(door_open(&door, dir, &err) == STATUS_OK);
	CHECK(access(path, F_OK) != 0);
	door_close(door);
}

int main(void)
{
	struct office county;

	scratch_init(&scratch);
	office_county(&county, &scratch);
	(void)snprintf(dir, sizeof(dir), "%s", county.dir);
	office_close(&county);
	no_node_in_a_directory_is_not_found();
	without_a_running_node_the_directory_answers();
	an_open_door_keeps_other_writers_out();
	a_running_node_is_asked_over_one_connection();
	a_door_to_ask_opens_nothing_beside_a_node();
	a_node_started_again_is_found_again();
	a_request_that_ended_a_node_is_not_repeated();
	what_is_spooled_lies_in_the_directory();
	scratch_release(&scratch);
	return 0;
}
