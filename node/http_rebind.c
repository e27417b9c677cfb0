#include "node/http_rebind.h"

#include <string.h>
#include <strings.h>

/* One header that may be there once. */
struct single {
	const char *name;
	const char *value;
	unsigned count;
};

static enum MHD_Result count_one(void *owner, enum MHD_ValueKind kind,
				 const char *name, const char *value)
{
	struct single *s = owner;

	(void)kind;
	if (strcasecmp(name, s->name) == 0) {
		s->count++;
		s->value = value == NULL ? "" : value;
	}
	return MHD_YES;
}

static struct single look_up(struct MHD_Connection *connection,
			     const char *name)
{
	struct single s = { name, NULL, 0 };

	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_one,
					&s);
	return s;
}

static unsigned refuses_host(const struct http_names *names,
			     const struct single *host, bool writes,
			     bool is_1_0, const char **text)
{
	if (host->count == 0 && is_1_0 && !writes)
		return 0;
	if (host->count != 1) {
		*text = "one Host header is needed\n";
		return MHD_HTTP_BAD_REQUEST;
	}
	if (names == NULL)
		return 0;
	switch (http_names_judge(names, host->value)) {
	case HTTP_NAME_OURS:
		return 0;
	case HTTP_NAME_BROKEN:
		*text = "the Host header is no host name\n";
		return MHD_HTTP_BAD_REQUEST;
	case HTTP_NAME_FOREIGN:
		break;
	}
	*text = "This node does not know that it has this name. Ask it by its "
		"address, or write the line 'host = NAME' into its node.conf "
		"and start it again.\n"
		"本节点不知道自己有这个名字。请用它的地址访问，或在它的 "
		"node.conf 中加一行“host = 名字”后重新启动。\n";
	return MHD_HTTP_MISDIRECTED_REQUEST;
}

/* A browser says where the page is from, unless it is very old. */
static unsigned refuses_origin(struct MHD_Connection *connection,
			       const struct single *host, const char **text)
{
	struct single origin = look_up(connection, "Origin");
	struct single site = look_up(connection, "Sec-Fetch-Site");

	*text = "pages of other sites may not write here\n";
	if (origin.count > 1 ||
	    (origin.count == 1 &&
	     !http_names_same_origin(origin.value, host->value)))
		return MHD_HTTP_FORBIDDEN;
	if (site.count > 1 ||
	    (site.count == 1 && strcmp(site.value, "same-origin") != 0 &&
	     strcmp(site.value, "none") != 0))
		return MHD_HTTP_FORBIDDEN;
	return 0;
}

unsigned http_rebind_refuses(struct MHD_Connection *connection,
			     const struct http_names *names, bool writes,
			     bool is_1_0, const char **text)
{
	struct single host = look_up(connection, "Host");
	unsigned code = refuses_host(names, &host, writes, is_1_0, text);

	if (code == 0 && writes)
		code = refuses_origin(connection, &host, text);
	return code;
}
