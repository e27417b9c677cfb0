/* A connection reads lines; a line becomes a call; a call writes lines. A call
 * is a thing of its own because it may outlive its connection: its holder lets
 * go of it by finishing it. */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "node/control.h"
#include "node/control_path.h"
#include "proto/bytes.h"

enum {
	BACKLOG = 16, /* as control_listen() has set it */
	READ_STEP = 16 * 1024,
	/* Unread bytes from which on progress is dropped. */
	SLOW_READER = 64 * 1024
};

struct link {
	struct control *control;
	struct link *next;
	struct link *previous;
	uv_pipe_t pipe;
	struct buf in;
	struct control_call *call; /* the one that runs */
	bool is_closing;
	bool close_when_written;
};

struct control_call {
	struct link *link; /* NULL once the client is gone */
	control_gone_cb on_gone;
	void *gone_owner;
};

struct control {
	void *owner;
	control_call_cb on_call;
	control_closed_cb on_closed; /* NULL until closing */
	uv_pipe_t listener;
	struct link *links;
	size_t link_count;
	size_t open_things; /* the listener and the links */
	struct control_path path;
};

struct line_write {
	uv_write_t request;
	char *text;
};

static void thing_closed(struct control *control)
{
	if (--control->open_things > 0)
		return;
	control_path_close(&control->path);
	control->on_closed(control->owner);
	free(control);
}

/* What was read is gone, also from where a buffer's rest lies: a request may
 * open keys. */
static void wipe(struct link *link, size_t keep)
{
	if (link->in.data != NULL && link->in.size > keep)
		explicit_bzero(link->in.data + keep, link->in.size - keep);
}

static void link_closed(uv_handle_t *pipe)
{
	struct link *link = pipe->data;
	struct control *control = link->control;

	wipe(link, 0);
	buf_release(&link->in);
	free(link);
	thing_closed(control);
}

/* Hang up: what runs is told, or left to its holder. */
static void link_close(struct link *link)
{
	struct control_call *call = link->call;
	struct control *control = link->control;

	if (link->is_closing)
		return;
	link->is_closing = true;
	link->call = NULL;
	if (link->previous != NULL)
		link->previous->next = link->next;
	else
		control->links = link->next;
	if (link->next != NULL)
		link->next->previous = link->previous;
	control->link_count--;
	uv_close((uv_handle_t *)&link->pipe, link_closed);
	if (call == NULL)
		return;
	call->link = NULL;
	if (call->on_gone != NULL) {
		call->on_gone(call->gone_owner, call);
		free(call);
	}
}

static void line_written(uv_write_t *request, int status)
{
	struct line_write *write = request->data;
	struct link *link = request->handle->data;

	free(write->text);
	free(write);
	if (status != 0 ||
	    (link->close_when_written &&
	     uv_stream_get_write_queue_size((uv_stream_t *)&link->pipe) == 0))
		link_close(link);
}

/* Send what `head`, `text` and `tail` are together; takes over `text` (NULL:
 * there was no memory for it). False when it cannot be sent: the connection is
 * then as good as lost. */
static bool send_text(struct link *link, const char *head, char *text,
		      const char *tail)
{
	struct line_write *write = calloc(1, sizeof(*write));
	uv_buf_t parts[3];

	if (write == NULL || text == NULL) {
		free(write);
		free(text);
		return false;
	}
	write->text = text;
	write->request.data = write;
	parts[0] = uv_buf_init((char *)(uintptr_t)head,
			       (unsigned)strlen(head));
	parts[1].base = text;
	parts[1].len = strlen(text);
	parts[2] = uv_buf_init((char *)(uintptr_t)tail,
			       (unsigned)strlen(tail));
	if (uv_write(&write->request, (uv_stream_t *)&link->pipe, parts, 3,
		     line_written) != 0) {
		free(write->text);
		free(write);
		return false;
	}
	return true;
}

/* Send {name: value}; takes over the reference. */
static bool send_line(struct link *link, const char *name, json_t *value)
{
	json_t *message = json_pack("{s:o}", name, value);
	char *text = message == NULL ? NULL :
				       json_dumps(message, JSON_COMPACT);

	json_decref(message);
	return send_text(link, "", text, "\n");
}

void control_call_on_gone(struct control_call *call, control_gone_cb on_gone,
			  void *owner)
{
	assert(call->on_gone == NULL && on_gone != NULL);

	call->on_gone = on_gone;
	call->gone_owner = owner;
}

void control_call_part(struct control_call *call, json_t *value)
{
	if (call->link == NULL)
		json_decref(value);
	else
		(void)send_line(call->link, "progress", value);
}

void control_call_progress(struct control_call *call, json_t *value)
{
	if (call->link != NULL &&
	    uv_stream_get_write_queue_size(
		    (uv_stream_t *)&call->link->pipe) > SLOW_READER)
		json_decref(value);
	else
		control_call_part(call, value);
}

/* The last line of a call. */
static void call_end(struct control_call *call, const char *name,
		     json_t *value)
{
	struct link *link = call->link;

	free(call);
	if (link == NULL) {
		json_decref(value);
		return;
	}
	link->call = NULL;
	if (!send_line(link, name, value))
		link_close(link);
}

static json_t *failure(enum status status, const char *text)
{
	json_t *value = json_pack("{s:s, s:s}", "status", status_name(status),
				  "text", text);

	/* Text that is not UTF-8, such as a file's name. */
	return value != NULL ? value
			     : json_pack("{s:s, s:s}", "status",
					 status_name(status), "text",
					 status_text(status));
}

void control_call_finish(struct control_call *call, json_t *value)
{
	if (value == NULL)
		control_call_fail(call, STATUS_NO_MEMORY,
				  status_text(STATUS_NO_MEMORY));
	else
		call_end(call, "reply", value);
}

void control_call_finish_text(struct control_call *call, char *text)
{
	struct link *link = call->link;

	free(call);
	if (link == NULL) {
		free(text);
		return;
	}
	link->call = NULL;
	if (!send_text(link, "{\"reply\":", text, "}\n"))
		link_close(link);
}

void control_call_fail(struct control_call *call, enum status status,
		       const char *text)
{
	assert(status != STATUS_OK);

	call_end(call, "failed", failure(status, text));
}

void control_call_fail_err(struct control_call *call, const struct err *err)
{
	control_call_fail(call, err->status, err->text);
}

/* Say what is wrong with a request and hang up: what follows cannot be
 * understood either. */
static void refuse(struct link *link, const char *text)
{
	link->close_when_written = true;
	(void)uv_read_stop((uv_stream_t *)&link->pipe);
	if (!send_line(link, "failed", failure(STATUS_MALFORMED, text)))
		link_close(link);
}

static void run_line(struct link *link, struct bytes line)
{
	struct control_call *call;
	json_t *request;

	if (line.size > CONTROL_REQUEST_MAX) {
		refuse(link, "request too large");
		return;
	}
	request = json_loadb((const char *)line.data, line.size,
			     JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(request)) {
		json_decref(request);
		refuse(link, "a request is a JSON object on one line");
		return;
	}
	call = calloc(1, sizeof(*call));
	if (call == NULL) {
		json_decref(request);
		link_close(link);
		return;
	}
	call->link = link;
	link->call = call;
	link->control->on_call(link->control->owner, call, request);
	json_decref(request);
}

static void lines_came(struct link *link)
{
	struct bytes_reader r;
	struct bytes line;

	bytes_reader_init(&r, buf_bytes(&link->in));
	while (!link->is_closing && !link->close_when_written &&
	       link->call == NULL &&
	       bytes_read_line(&r, &line) == STATUS_OK)
		run_line(link, line);
	if (link->is_closing || link->close_when_written)
		return;
	if (r.left > 0 && link->call != NULL) {
		link_close(link); /* one request at a time */
		return;
	}
	if (r.left > CONTROL_REQUEST_MAX) {
		refuse(link, "request too large");
		return;
	}
	if (r.left > 0)
		memmove(link->in.data, r.next, r.left);
	wipe(link, r.left);
	link->in.size = r.left;
}

static void room_wanted(uv_handle_t *pipe, size_t suggested, uv_buf_t *room)
{
	struct link *link = pipe->data;
	uint8_t *at = buf_reserve(&link->in, READ_STEP);

	(void)suggested;
	/* Of length 0, libuv comes back with UV_ENOBUFS. */
	*room = uv_buf_init((char *)at, at == NULL ? 0 : READ_STEP);
}

static void bytes_came(uv_stream_t *pipe, ssize_t size, const uv_buf_t *room)
{
	struct link *link = pipe->data;

	(void)room;
	if (size < 0) {
		link_close(link);
		return;
	}
	if (size == 0)
		return;
	buf_grew(&link->in, (size_t)size);
	lines_came(link);
}

static void client_came(uv_stream_t *listener, int status)
{
	struct control *control = listener->data;
	struct link *link;

	if (status != 0 || control->on_closed != NULL)
		return;
	link = calloc(1, sizeof(*link));
	if (link == NULL)
		return; /* it stays in the queue until the next comes */
	link->control = control;
	(void)uv_pipe_init(listener->loop, &link->pipe, 0);
	link->pipe.data = link;
	link->next = control->links;
	if (control->links != NULL)
		control->links->previous = link;
	control->links = link;
	control->link_count++;
	control->open_things++;
	if (uv_accept(listener, (uv_stream_t *)&link->pipe) != 0 ||
	    control->link_count > CONTROL_CONNECTIONS_MAX ||
	    uv_read_start((uv_stream_t *)&link->pipe, room_wanted,
			  bytes_came) != 0)
		link_close(link);
}

enum status control_open(struct control **out, uv_loop_t *loop,
			 const char *dir, control_call_cb on_call, void *owner,
			 struct err *err)
{
	struct control *control;
	enum status status;
	int fd = -1;
	int rc;

	control = calloc(1, sizeof(*control));
	if (control == NULL)
		return err_set(err, STATUS_NO_MEMORY, "control socket");
	status = control_listen(dir, &control->path, &fd, err);
	if (status != STATUS_OK) {
		free(control);
		return status;
	}
	control->owner = owner;
	control->on_call = on_call;
	control->open_things = 1;
	control->listener.data = control;
	/* None of these can fail for a descriptor that already listens. */
	rc = uv_pipe_init(loop, &control->listener, 0);
	assert(rc == 0);
	rc = uv_pipe_open(&control->listener, fd);
	assert(rc == 0);
	rc = uv_listen((uv_stream_t *)&control->listener, BACKLOG,
		       client_came);
	assert(rc == 0);
	(void)rc;
	*out = control;
	return STATUS_OK;
}

static void listener_closed(uv_handle_t *listener)
{
	thing_closed(listener->data);
}

void control_close(struct control *control, control_closed_cb on_closed)
{
	assert(control->on_closed == NULL && on_closed != NULL);

	control->on_closed = on_closed;
	control_path_remove(&control->path);
	uv_close((uv_handle_t *)&control->listener, listener_closed);
	while (control->links != NULL)
		link_close(control->links);
}
