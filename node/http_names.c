#include "node/http_names.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* A host as it stands in a header, taken apart. */
struct asked {
	char host[URL_HOST_MAX + 1]; /* lower case, no final dot */
	bool address;
	unsigned port; /* 0: not said */
};

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_';
}

/* "7433", or nothing. */
static bool read_port(const char *text, unsigned *port)
{
	uint64_t value;

	*port = 0;
	if (*text == '\0')
		return true;
	if (*text != ':')
		return false;
	if (text[1] == '\0')
		return true; /* RFC 3986 allows it empty */
	if (decimal_parse(bytes_of(text + 1), &value) != STATUS_OK ||
	    value == 0 || value > 65535)
		return false;
	*port = (unsigned)value;
	return true;
}

/* "[::1]" and what follows it. */
static bool read_ipv6(const char *text, struct asked *out)
{
	const char *end = strchr(text, ']');
	struct in6_addr ignored;
	size_t size;

	if (end == NULL)
		return false;
	size = (size_t)(end - text) - 1;
	if (size >= sizeof(out->host))
		return false;
	memcpy(out->host, text + 1, size);
	out->host[size] = '\0';
	out->address = true;
	return inet_pton(AF_INET6, out->host, &ignored) == 1 &&
	       read_port(end + 1, &out->port);
}

/* Browsers take a name whose last label is one for an IPv4 address, in
 * spellings of old that nobody needs. */
static bool is_number(const char *label)
{
	static const char digits[] = "0123456789abcdef";
	bool hex = strncmp(label, "0x", 2) == 0;
	const char *first = hex ? label + 2 : label;

	return first[strspn(first, hex ? digits : "0123456789")] == '\0';
}

/* Labels of 1 to 63 bytes, and no name that some would take for a number. */
static bool is_name(const char *host)
{
	const char *label = host;

	for (;;) {
		size_t size = strcspn(label, ".");

		if (size == 0 || size > 63)
			return false;
		if (label[size] == '\0')
			return !is_number(label);
		label += size + 1;
	}
}

static bool read_host(const char *text, struct asked *out)
{
	size_t size = strcspn(text, ":");
	struct in_addr ignored;

	if (text[0] == '[')
		return read_ipv6(text, out);
	if (size == 0 || size > URL_HOST_MAX ||
	    !read_port(text + size, &out->port))
		return false;
	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!is_name_byte(c))
			return false;
		out->host[i] = c;
	}
	if (size > 1 && out->host[size - 1] == '.')
		size--;
	out->host[size] = '\0';
	out->address = inet_pton(AF_INET, out->host, &ignored) == 1;
	return out->address || is_name(out->host);
}

/* Names that nobody can own in the DNS. */
static bool is_private(const char *host)
{
	static const char *const endings[] = { ".local", ".lan", ".home.arpa",
					       ".internal", ".localhost" };
	size_t size = strlen(host);

	if (strchr(host, '.') == NULL)
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		size_t ending = strlen(endings[i]);

		if (size > ending &&
		    strcmp(host + size - ending, endings[i]) == 0)
			return true;
	}
	return false;
}

static bool has(const struct http_names *names, const char *host)
{
	for (unsigned i = 0; i < names->count; i++)
		if (strcmp(names->list[i], host) == 0)
			return true;
	return false;
}

enum status http_names_add(struct http_names *names, const char *name)
{
	struct asked asked;

	if (!read_host(name, &asked) || asked.port != 0 ||
	    strchr(name, ':') != NULL)
		return STATUS_MALFORMED;
	if (asked.address || has(names, asked.host))
		return STATUS_OK;
	if (names->count == HTTP_NAMES_MAX)
		return STATUS_NO_ROOM;
	(void)snprintf(names->list[names->count++], URL_HOST_MAX + 1, "%s",
		       asked.host);
	return STATUS_OK;
}

enum status http_names_add_url(struct http_names *names, const char *url)
{
	struct url parts;

	if (url[0] == '\0')
		return STATUS_OK;
	if (url_parse(url, &parts) != STATUS_OK)
		return STATUS_MALFORMED;
	if (parts.host[0] == '[')
		return STATUS_OK;
	return http_names_add(names, parts.host);
}

enum http_name_kind http_names_judge(const struct http_names *names,
				     const char *host)
{
	struct asked asked;

	if (!read_host(host, &asked))
		return HTTP_NAME_BROKEN;
	if (asked.address || is_private(asked.host) || has(names, asked.host))
		return HTTP_NAME_OURS;
	return HTTP_NAME_FOREIGN;
}

bool http_names_same_origin(const char *origin, const char *host)
{
	struct asked from, to;
	unsigned usual;

	if (strncmp(origin, "http://", 7) == 0) {
		origin += 7;
		usual = 80;
	} else if (strncmp(origin, "https://", 8) == 0) {
		origin += 8; /* a reverse proxy may speak TLS for us */
		usual = 443;
	} else {
		return false;
	}
	if (!read_host(origin, &from) || !read_host(host, &to))
		return false;
	if (from.port == 0)
		from.port = usual;
	if (to.port == 0)
		to.port = usual;
	return strcmp(from.host, to.host) == 0 && from.port == to.port;
}
