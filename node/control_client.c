#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "node/control_client.h"
#include "node/control_path.h"
#include "proto/bytes.h"

enum { READ_STEP = 64 * 1024, LINE_MAX_BYTES = 256 * 1024 * 1024 };

struct control_client {
	int fd;
	struct buf in;
	size_t searched; /* bytes of `in` known to hold no line end */
	bool given_up; /* an answer may still come that nobody waits for */
};

enum status control_connect(const char *dir, struct control_client **out,
			    struct err *err)
{
	struct control_client *client = calloc(1, sizeof(*client));
	enum status status;

	if (client == NULL)
		return err_set(err, STATUS_NO_MEMORY, "control client");
	status = control_dial(dir, &client->fd, err);
	if (status != STATUS_OK) {
		free(client);
		return status;
	}
	*out = client;
	return STATUS_OK;
}

void control_client_free(struct control_client *client)
{
	if (client == NULL)
		return;
	(void)close(client->fd);
	buf_release(&client->in);
	free(client);
}

/* Between calls a node says nothing: what there is to read is the end. */
bool control_client_is_gone(const struct control_client *client)
{
	struct pollfd end = { .fd = client->fd, .events = POLLIN };

	return client->given_up || poll(&end, 1, 0) != 0;
}

void control_client_patience(struct control_client *client, unsigned seconds)
{
	struct timeval most = { .tv_sec = (time_t)seconds };

	(void)setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &most,
			 sizeof(most));
	(void)setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &most,
			 sizeof(most));
}

static enum status went_away(struct err *err)
{
	return err_set(err, STATUS_UNREACHABLE, "the node went away");
}

static enum status send_all(struct control_client *client, const char *data,
			    size_t size, struct err *err)
{
	while (size > 0) {
		ssize_t sent = send(client->fd, data, size,
				    MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			client->given_up = true; /* half a request */
			return went_away(err);
		}
		data += sent;
		size -= (size_t)sent;
	}
	return STATUS_OK;
}

static enum status send_request(struct control_client *client,
				json_t *request, struct err *err)
{
	char *text = json_dumps(request, JSON_COMPACT);
	enum status status;

	if (text == NULL)
		return err_set(err, STATUS_NO_MEMORY, "control request");
	status = send_all(client, text, strlen(text), err);
	if (status == STATUS_OK)
		status = send_all(client, "\n", 1, err);
	explicit_bzero(text, strlen(text)); /* it may open keys */
	free(text);
	return status;
}

static enum status read_more(struct control_client *client, struct err *err)
{
	uint8_t *at;
	ssize_t got;

	if (client->in.size > LINE_MAX_BYTES)
		return err_set(err, STATUS_MALFORMED,
			       "the node's answer does not end");
	at = buf_reserve(&client->in, READ_STEP);
	if (at == NULL)
		return err_set(err, STATUS_NO_MEMORY, "the node's answer");
	do {
		got = recv(client->fd, at, READ_STEP, 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		client->given_up = true;
		return err_set(err, STATUS_UNREACHABLE,
			       "the node does not answer");
	}
	if (got <= 0)
		return went_away(err);
	buf_grew(&client->in, (size_t)got);
	return STATUS_OK;
}

/* Read one message, an object; the caller's reference. */
static enum status read_message(struct control_client *client, json_t **out,
				struct err *err)
{
	enum status status;
	json_t *message;
	uint8_t *end;
	size_t size;

	for (;;) {
		end = client->in.size == client->searched
			      ? NULL
			      : memchr(client->in.data + client->searched,
				       '\n',
				       client->in.size - client->searched);
		if (end != NULL)
			break;
		client->searched = client->in.size;
		status = read_more(client, err);
		if (status != STATUS_OK)
			return status;
	}
	size = (size_t)(end - client->in.data);
	message = json_loadb((char *)client->in.data, size, 0, NULL);
	client->in.size -= size + 1;
	memmove(client->in.data, end + 1, client->in.size);
	client->searched = 0;
	if (!json_is_object(message)) {
		json_decref(message);
		return err_set(err, STATUS_MALFORMED,
			       "the node's answer is not ours");
	}
	*out = message;
	return STATUS_OK;
}

/* A status by the name status_name() gives it. */
static enum status status_called(const char *name)
{
	static const enum status all[] = {
#define X(name, value, text) STATUS_##name,
		STATUS_MAP(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] != STATUS_OK &&
		    strcmp(status_name(all[i]), name) == 0)
			return all[i];
	return STATUS_IO;
}

static enum status take_failure(json_t *failed, struct err *err)
{
	const char *name = json_string_value(json_object_get(failed,
							     "status"));
	const char *text = json_string_value(json_object_get(failed, "text"));

	if (name == NULL || text == NULL)
		return err_set(err, STATUS_MALFORMED,
			       "the node's answer is not ours");
	return err_set(err, status_called(name), "%s", text);
}

enum status control_client_call(struct control_client *client,
				json_t *request,
				control_progress_cb on_progress, void *owner,
				json_t **reply, struct err *err)
{
	enum status status = send_request(client, request, err);

	while (status == STATUS_OK) {
		json_t *message = NULL;
		json_t *value;
		bool is_last = true;

		status = read_message(client, &message, err);
		if (status != STATUS_OK)
			break;
		if ((value = json_object_get(message, "reply")) != NULL) {
			*reply = json_incref(value);
		} else if ((value = json_object_get(message, "failed")) !=
			   NULL) {
			status = take_failure(value, err);
		} else if ((value = json_object_get(message, "progress")) !=
			   NULL) {
			is_last = false;
			if (on_progress != NULL && !on_progress(owner, value))
				status = err_set(err, STATUS_CANCELLED,
						 "stopped");
		} else {
			status = err_set(err, STATUS_MALFORMED,
					 "the node's answer is not ours");
		}
		json_decref(message);
		if (is_last)
			break;
	}
	return status;
}
