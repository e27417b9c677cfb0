/* What a request asks and what an answer holds: the parts of
 * node/http_server.h that know of no server. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "node/http_listen.h"
#include "node/http_server.h"
#include "proto/url.h"

const char *http_head_header(const struct http_head *head, const char *name)
{
	if (head->connection == NULL)
		return NULL;
	return MHD_lookup_connection_value(head->connection, MHD_HEADER_KIND,
					   name);
}

const struct sockaddr *http_head_address(const struct http_head *head)
{
	return (const struct sockaddr *)&head->address;
}

bool http_head_reached(const struct http_head *head,
		       struct sockaddr_storage *address)
{
	const union MHD_ConnectionInfo *info;
	struct sockaddr_storage found;
	socklen_t size = sizeof(found);

	if (head->connection == NULL)
		return false;
	info = MHD_get_connection_info(head->connection,
				       MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info == NULL || getsockname(info->connect_fd,
					(struct sockaddr *)&found,
					&size) != 0)
		return false;
	if (found.ss_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, &found, sizeof(in6));
		http_unmap_address(&in6, address);
	} else {
		*address = found;
	}
	return true;
}

bool http_head_is_own(const struct http_head *head)
{
	const struct sockaddr *from = http_head_address(head);
	struct sockaddr_storage reached;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (from->sa_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		if (v4.sin_addr.s_addr == htonl(INADDR_LOOPBACK))
			return true;
		if (!http_head_reached(head, &reached) ||
		    reached.ss_family != AF_INET)
			return false;
		return memcmp(&v4.sin_addr,
			      &((struct sockaddr_in *)&reached)->sin_addr,
			      sizeof(v4.sin_addr)) == 0;
	}
	memcpy(&v6, from, sizeof(v6));
	return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

bool http_head_accepts(const struct http_head *head, const char *coding)
{
	const char *at = http_head_header(head, "Accept-Encoding");
	size_t length = strlen(coding);

	while (at != NULL && *at != '\0') {
		size_t size;

		at += strspn(at, " \t,");
		size = strcspn(at, ",");
		if (strncmp(at, coding, length) == 0 &&
		    strchr(" \t,;", at[length]) != NULL) {
			const char *q = strstr(at, "q=");

			return q == NULL || q > at + size ||
			       strtod(q + 2, NULL) > 0;
		}
		at += size;
	}
	return false;
}

enum status http_head_query(const struct http_head *head, const char *name,
			    char *out, size_t room, size_t *size)
{
	const char *value;
	size_t value_size;
	size_t got;

	if (head->connection == NULL ||
	    MHD_lookup_connection_value_n(head->connection,
					  MHD_GET_ARGUMENT_KIND, name,
					  strlen(name), &value,
					  &value_size) != MHD_YES)
		return STATUS_NOT_FOUND;
	if (value == NULL)
		value_size = 0;
	if (room == 0 ||
	    url_decode_value((struct bytes){ (const uint8_t *)value,
					     value_size },
			     (uint8_t *)out, room - 1, &got) != STATUS_OK)
		return STATUS_MALFORMED;
	out[got] = '\0';
	if (size != NULL)
		*size = got;
	else if (strlen(out) != got)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

enum status http_head_query_number(const struct http_head *head,
				   const char *name, uint64_t *value)
{
	enum status status;
	char text[24];

	status = http_head_query(head, name, text, sizeof(text), NULL);
	if (status != STATUS_OK)
		return status;
	return decimal_parse(bytes_of(text), value);
}

enum range_kind http_head_range(const struct http_head *head, uint64_t length,
				struct range *range)
{
	return range_parse(http_head_header(head, "Range"), length, range);
}

static bool is_header_text(const char *text)
{
	for (; *text != '\0'; text++)
		if ((uint8_t)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

enum status http_answer_header(struct http_answer *answer, const char *name,
			       const char *value)
{
	size_t name_size = strlen(name) + 1;
	size_t value_size = strlen(value) + 1;
	char *at = answer->headers + answer->headers_size;

	if (name_size == 1 || !is_header_text(name) || !is_header_text(value))
		return STATUS_MALFORMED;
	if (name_size + value_size >
	    sizeof(answer->headers) - answer->headers_size)
		return STATUS_NO_ROOM;
	memcpy(at, name, name_size);
	memcpy(at + name_size, value, value_size);
	answer->headers_size += name_size + value_size;
	return STATUS_OK;
}

void http_answer_take_buf(struct http_answer *answer, struct buf *b)
{
	answer->body = buf_bytes(b);
	answer->flags |= HTTP_TAKE_BODY;
	*b = (struct buf)BUF_INIT;
}

void http_answer_release(struct http_answer *answer)
{
	if (answer->flags & HTTP_TAKE_BODY)
		free((void *)(uintptr_t)answer->body.data);
	answer->flags &= ~(unsigned)HTTP_TAKE_BODY;
	answer->body = (struct bytes){ NULL, 0 };
	if (answer->fd >= 0)
		(void)close(answer->fd);
	answer->fd = -1;
	if (answer->reader.read != NULL)
		answer->reader.close(answer->reader.owner);
	answer->reader.read = NULL;
	if (answer->look.look != NULL)
		answer->look.release(answer->look.owner);
	answer->look.look = NULL;
}
