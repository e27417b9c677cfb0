#include "node/engine_process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/enginewire.h"

enum { READ_SIZE = 64 << 10, KEPT_ROOM = 1 << 20, EOF_GRACE_MS = 1000 };

struct sending {
	uv_write_t request;
	struct buf frames;
};

/* The first reason stays. */
static void because(struct engine_process *p, const char *why)
{
	size_t size = strlen(why);

	if (p->how[0] != '\0')
		return;
	if (size >= sizeof(p->how))
		size = sizeof(p->how) - 1;
	memcpy(p->how, why, size);
	p->how[size] = '\0';
}

static void handle_closed(uv_handle_t *handle)
{
	struct engine_process *p = handle->data;

	if (--p->open_handles > 0)
		return;
	buf_release(&p->in);
	p->on_end(p->owner, p->how);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, handle_closed);
}

static void close_all(struct engine_process *p)
{
	p->closing = true;
	close_handle((uv_handle_t *)&p->pipe);
	close_handle((uv_handle_t *)&p->patience);
	close_handle((uv_handle_t *)&p->child);
}

static void child_ended(uv_process_t *child, int64_t code, int signal_number)
{
	struct engine_process *p = child->data;
	char how[64];

	if (signal_number != 0)
		snprintf(how, sizeof(how), "ended by signal %d",
			 signal_number);
	else
		snprintf(how, sizeof(how), "ended with code %d", (int)code);
	because(p, how);
	p->running = false;
	close_all(p);
}

static void patience_over(uv_timer_t *timer)
{
	struct engine_process *p = timer->data;

	if (p->running)
		uv_process_kill(&p->child, SIGKILL);
}

static void wait_for_end(struct engine_process *p, uint64_t ms)
{
	p->closing = true;
	if (p->running && !uv_is_closing((uv_handle_t *)&p->patience))
		uv_timer_start(&p->patience, patience_over, ms, 0);
}

void engine_process_kill(struct engine_process *p, const char *why)
{
	because(p, why);
	p->closing = true;
	if (p->running)
		uv_process_kill(&p->child, SIGKILL);
}

void engine_process_close(struct engine_process *p)
{
	because(p, "was told to end");
	close_handle((uv_handle_t *)&p->pipe);
	wait_for_end(p, ENGINE_PROCESS_GRACE_MS);
}

int engine_process_pid(const struct engine_process *p)
{
	return p->running ? p->child.pid : 0;
}

/* --- Frames in --- */

static void room_wanted(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
	struct engine_process *p = handle->data;

	(void)suggested;
	room->base = (char *)buf_reserve(&p->in, READ_SIZE);
	room->len = room->base == NULL ? 0 : READ_SIZE;
}

static void deliver(struct engine_process *p)
{
	size_t done = 0;

	while (!p->closing) {
		struct bytes left = { p->in.data + done, p->in.size - done };
		struct bytes frame;
		size_t taken;

		if (enginewire_next(left, &frame, &taken) != STATUS_OK) {
			engine_process_kill(p, "sent a malformed frame");
			return;
		}
		if (taken == 0)
			break;
		if (!p->on_frame(p->owner, frame)) {
			engine_process_kill(p, "sent a frame without sense");
			return;
		}
		done += taken;
	}
	if (done == p->in.size && done > KEPT_ROOM) {
		buf_release(&p->in);
		return;
	}
	if (done > 0)
		memmove(p->in.data, p->in.data + done, p->in.size - done);
	p->in.size -= done;
}

static void has_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *room)
{
	struct engine_process *p = stream->data;

	(void)room;
	if (n > 0) {
		buf_grew(&p->in, (size_t)n);
		deliver(p);
	} else if (n < 0) {
		/* Its end follows at once, and says why. */
		uv_read_stop(stream);
		wait_for_end(p, n == UV_EOF ? EOF_GRACE_MS : 0);
	}
}

/* --- Frames out --- */

static void was_sent(uv_write_t *request, int rc)
{
	struct engine_process *p = request->handle->data;
	struct sending *s = request->data;

	if (rc == 0) /* else its end is on the way, and tells */
		p->frames_taken++;
	buf_release(&s->frames);
	free(s);
}

size_t engine_process_queued(const struct engine_process *p)
{
	return p->closing ? 0 :
			    uv_stream_get_write_queue_size(
				    (const uv_stream_t *)&p->pipe);
}

enum status engine_process_take(struct engine_process *p, struct buf *frames)
{
	size_t queued = uv_stream_get_write_queue_size((uv_stream_t *)&p->pipe);
	enum status status = STATUS_NO_MEMORY;
	struct sending *s;
	uv_buf_t run;

	if (p->closing) {
		status = STATUS_UNREACHABLE;
		goto drop;
	}
	if (queued > 0 && queued + frames->size > ENGINE_PROCESS_QUEUE_MAX) {
		status = STATUS_BUSY;
		goto drop;
	}
	s = malloc(sizeof(*s));
	if (s == NULL)
		goto drop;
	s->frames = *frames;
	s->request.data = s;
	run = uv_buf_init((char *)frames->data, (unsigned)frames->size);
	if (uv_write(&s->request, (uv_stream_t *)&p->pipe, &run, 1,
		     was_sent) != 0) {
		free(s);
		status = STATUS_UNREACHABLE;
		goto drop;
	}
	*frames = (struct buf)BUF_INIT;
	return STATUS_OK;

drop:
	buf_release(frames);
	return status;
}

/* --- The child --- */

/* Nothing of our environment goes along but what makes a program work: no
 * pass-phrase or token that somebody put there. */
static char **environment(void)
{
	static const char *const names[] = {
		"PATH", "TZ", "LANG", "LC_ALL", "LD_LIBRARY_PATH",
		"ASAN_OPTIONS", "UBSAN_OPTIONS",
	};
	enum { NAMES = sizeof(names) / sizeof(names[0]) };
	static char *list[NAMES + 1];
	static char text[NAMES][1024];
	size_t count = 0;

	for (size_t i = 0; i < NAMES; i++) {
		const char *value = getenv(names[i]);
		int size;

		if (value == NULL)
			continue;
		size = snprintf(text[i], sizeof(text[i]), "%s=%s", names[i],
				value);
		if (size > 0 && (size_t)size < sizeof(text[i]))
			list[count++] = text[i];
	}
	list[count] = NULL;
	return list;
}

void engine_process_start(struct engine_process *p, uv_loop_t *loop,
			  char *const *arguments,
			  engine_process_frame_cb on_frame,
			  engine_process_end_cb on_end, void *owner)
{
	uv_stdio_container_t stdio[4] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = 2 },
		{ .flags = UV_INHERIT_FD, .data.fd = 2 },
		{ .flags = UV_CREATE_PIPE | UV_READABLE_PIPE |
			   UV_WRITABLE_PIPE,
		  .data.stream = (uv_stream_t *)&p->pipe },
	};
	uv_process_options_t options = {
		.exit_cb = child_ended,
		.file = arguments[0],
		/* libuv does not write to them. */
		.args = (char **)(uintptr_t)arguments,
		.env = environment(),
		.cwd = "/",
		.stdio_count = 4,
		.stdio = stdio,
	};
	int rc;

	memset(p, 0, sizeof(*p));
	p->owner = owner;
	p->on_frame = on_frame;
	p->on_end = on_end;
	uv_timer_init(loop, &p->patience);
	uv_pipe_init(loop, &p->pipe, 0);
	p->child.data = p->pipe.data = p->patience.data = p;
	p->open_handles = 3;
	rc = uv_spawn(loop, &p->child, &options);
	p->running = rc == 0;
	if (rc == 0)
		rc = uv_read_start((uv_stream_t *)&p->pipe, room_wanted,
				   has_read);
	if (rc == 0)
		return;
	snprintf(p->how, sizeof(p->how), "could not be started: %s",
		 uv_strerror(rc));
	if (p->running)
		engine_process_kill(p, p->how);
	else
		close_all(p);
}
