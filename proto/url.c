#include <string.h>

#include "proto/text.h"
#include "proto/url.h"

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* RFC 3986 section 2.3. */
static bool is_unreserved(uint8_t c)
{
	return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static enum status parse_port(struct bytes text, bool zero_allowed,
			      uint16_t *port)
{
	uint64_t value;

	if (decimal_parse(text, &value) != STATUS_OK || value > UINT16_MAX ||
	    (value == 0 && !zero_allowed))
		return STATUS_MALFORMED;
	*port = (uint16_t)value;
	return STATUS_OK;
}

/* The length of the host at the head of `text`: a name, an IPv4 address, or an
 * IPv6 one in brackets. 0 when there is none. */
static size_t host_size(struct bytes text)
{
	size_t n = 0;

	if (text.size > 0 && text.data[0] == '[') {
		n = 1;
		while (n < text.size &&
		       (is_alnum(text.data[n]) || text.data[n] == ':' ||
			text.data[n] == '.' || text.data[n] == '%'))
			n++;
		return n > 1 && n < text.size && text.data[n] == ']' ? n + 1
								     : 0;
	}
	while (n < text.size && is_unreserved(text.data[n]))
		n++;
	return n;
}

/* Split "host" or "host:port"; `*port` stays as it is without one. */
static enum status parse_authority(struct bytes text, bool zero_allowed,
				   char host[static URL_HOST_MAX + 1],
				   uint16_t *port)
{
	size_t size = host_size(text);
	struct bytes rest = { text.data + size, text.size - size };

	if (size == 0 || size > URL_HOST_MAX)
		return STATUS_MALFORMED;
	if (rest.size > 0) {
		if (rest.data[0] != ':')
			return STATUS_MALFORMED;
		rest.data++;
		rest.size--;
		if (parse_port(rest, zero_allowed, port) != STATUS_OK)
			return STATUS_MALFORMED;
	}
	for (size_t i = 0; i < size; i++) {
		char c = (char)text.data[i];

		host[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	host[size] = '\0';
	return STATUS_OK;
}

enum status url_parse(const char *text, struct url *url)
{
	struct bytes all = bytes_of(text);
	struct bytes authority;
	struct url made = { .port = 80 };
	size_t n = 0;

	if (bytes_start_with(all, "http://")) {
		all.data += 7;
		all.size -= 7;
	} else if (bytes_start_with(all, "https://")) {
		all.data += 8;
		all.size -= 8;
		made.tls = true;
		made.port = 443;
	} else {
		return STATUS_MALFORMED;
	}
	for (size_t i = 0; i < all.size; i++) {
		uint8_t c = all.data[i];

		if (c <= ' ' || c >= 0x7f || strchr("?#\\\"<>^`{|}", c) != NULL)
			return STATUS_MALFORMED;
	}
	while (n < all.size && all.data[n] != '/')
		n++;
	authority = (struct bytes){ all.data, n };
	if (parse_authority(authority, false, made.host, &made.port) !=
	    STATUS_OK)
		return STATUS_MALFORMED;
	all.data += n;
	all.size -= n;
	if (all.size == 0)
		all = bytes_of("/");
	if (bytes_to_string(all, made.path, sizeof(made.path)) != STATUS_OK)
		return STATUS_MALFORMED;
	*url = made;
	return STATUS_OK;
}

static void put_escaped(struct buf *b, uint8_t c)
{
	static const char digits[] = "0123456789ABCDEF";

	buf_put_u8(b, '%');
	buf_put_u8(b, (uint8_t)digits[c >> 4]);
	buf_put_u8(b, (uint8_t)digits[c & 15]);
}

void url_put_path(struct buf *b, const char *path)
{
	for (const char *at = path; *at != '\0'; at++) {
		uint8_t c = (uint8_t)*at;

		if (is_unreserved(c) || c == '/')
			buf_put_u8(b, c);
		else
			put_escaped(b, c);
	}
}

void url_put_query_value(struct buf *b, struct bytes value)
{
	for (size_t i = 0; i < value.size; i++) {
		if (is_unreserved(value.data[i]))
			buf_put_u8(b, value.data[i]);
		else
			put_escaped(b, value.data[i]);
	}
}

void url_put_join(struct buf *b, const struct url *base, const char *path)
{
	size_t size = strlen(base->path);

	buf_printf(b, "%s://%s", base->tls ? "https" : "http", base->host);
	if (base->port != (base->tls ? 443 : 80))
		buf_printf(b, ":%u", (unsigned)base->port);
	if (path[0] == '\0') {
		buf_puts(b, base->path);
		return;
	}
	if (base->path[size - 1] == '/')
		size--;
	buf_put(b, base->path, size);
	if (path[0] != '/')
		buf_put_u8(b, '/');
	url_put_path(b, path);
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum status url_decode_value(struct bytes text, uint8_t *out, size_t room,
			     size_t *size)
{
	size_t n = 0;

	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (c == '%') {
			int high;
			int low;

			if (text.size - i < 3)
				return STATUS_MALFORMED;
			high = hex_digit(text.data[i + 1]);
			low = hex_digit(text.data[i + 2]);
			if (high < 0 || low < 0)
				return STATUS_MALFORMED;
			c = (uint8_t)(high << 4 | low);
			i += 2;
		}
		if (n == room)
			return STATUS_MALFORMED;
		out[n++] = c;
	}
	*size = n;
	return STATUS_OK;
}

/* Is a component of this decoded path "." or ".."? */
static bool has_dots(const char *path)
{
	const char *at = path;

	while (*at != '\0') {
		size_t size;

		at += strspn(at, "/");
		size = strcspn(at, "/");
		if ((size == 1 && at[0] == '.') ||
		    (size == 2 && at[0] == '.' && at[1] == '.'))
			return true;
		at += size;
	}
	return false;
}

enum status url_decode_path(const char *text, char *out, size_t room)
{
	size_t size;

	if (text[0] != '/' || room == 0)
		return STATUS_MALFORMED;
	if (url_decode_value(bytes_of(text), (uint8_t *)out, room - 1, &size) !=
	    STATUS_OK)
		return STATUS_MALFORMED;
	out[size] = '\0';
	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)out[i];

		if (c < ' ' || c == 0x7f)
			return STATUS_MALFORMED;
	}
	if (!text_is_utf8((struct bytes){ (uint8_t *)out, size }) ||
	    has_dots(out))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

enum status url_parse_address(const char *text,
			      char host[static URL_HOST_MAX + 1],
			      uint16_t *port)
{
	char found[URL_HOST_MAX + 1];
	uint16_t got = 0;
	struct bytes all = bytes_of(text);
	size_t size = host_size(all);

	/* parse_authority() takes a missing port for the usual one. */
	if (size == 0 || size == all.size)
		return STATUS_MALFORMED;
	if (parse_authority(all, true, found, &got) != STATUS_OK)
		return STATUS_MALFORMED;
	if (found[0] == '[') {
		size_t inner = strlen(found) - 2;

		memmove(found, found + 1, inner);
		found[inner] = '\0';
	}
	memcpy(host, found, strlen(found) + 1);
	*port = got;
	return STATUS_OK;
}
