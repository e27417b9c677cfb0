#include "node/page/page_me.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/node_inside.h"
#include "node/own_url.h"
#include "node/page/desk.h"
#include "node/requests_internal.h"
#include "node/version.h"

/* One range of Accept-Language: how much it is wanted, 0 to 1. */
static double weight_of(const char *range, size_t size)
{
	const char *q = memmem(range, size, "q=", 2);

	return q == NULL ? 1 : strtod(q + 2, NULL);
}

const char *page_language(const char *accept)
{
	const char *best = "en";
	double most = 0;

	while (accept != NULL && *accept != 0) {
		size_t size;
		double weight;
		bool chinese;

		accept += strspn(accept, " \t,");
		size = strcspn(accept, ",");
		weight = weight_of(accept, size);
		chinese = strncasecmp(accept, "zh", 2) == 0;
		if ((chinese || strncasecmp(accept, "en", 2) == 0) &&
		    weight > most) {
			best = chinese ? "zh" : "en";
			most = weight;
		}
		accept += size;
	}
	return best;
}

/* Is the program anywhere in PATH? */
static bool is_in_path(const char *program)
{
	const char *at = getenv("PATH");
	struct buf path = BUF_INIT;
	bool found = false;

	while (at != NULL && *at != 0 && !found) {
		size_t size = strcspn(at, ":");

		buf_clear(&path);
		buf_put(&path, at, size);
		buf_printf(&path, "/%s", program);
		found = buf_status(&path) == STATUS_OK &&
			access(buf_string(&path), X_OK) == 0;
		at += size;
		at += *at == ':';
	}
	buf_release(&path);
	return found;
}

static json_t *node_json(struct node *n)
{
	const struct conf *conf = &n->house.conf;

	return json_pack("{s:s, s:s, s:s, s:s}", "name", conf->name, "level",
			 level_name(conf->level), "region", conf->region,
			 "version", XIANGTU_VERSION);
}

/* Port 0 of the settings is another one by now. */
static void phone_url(struct node *n, char out[static CONF_URL_MAX])
{
	struct conf conf = n->house.conf;
	size_t size = strlen(conf.http);

	if (size > 2 && strcmp(conf.http + size - 2, ":0") == 0)
		(void)snprintf(conf.http + size - 1,
			       sizeof(conf.http) - size + 1, "%u",
			       http_server_port(n->server));
	own_url(&conf, out);
}

json_t *page_me_json(const struct page_call *call)
{
	struct node *n = call->node;
	const char *accept = http_head_header(call->head, "Accept-Language");
	json_t *me, *keys;
	char url[CONF_URL_MAX];

	phone_url(n, url);
	me = json_pack("{s:s, s:s, s:o, s:s, s:s, s:b, s:b, s:I}", "role",
		       call->role == PAGE_OFFICE   ? "office" :
		       call->role == PAGE_OPERATOR ? "operator" :
						     "viewer",
		       "who", call->who, "node", node_json(n), "lang",
		       page_language(accept), "url", url, "ffmpeg",
		       is_in_path("ffmpeg") && is_in_path("ffprobe"),
		       "clock_good", clock_is_set() != 0, "now_s",
		       (json_int_t)clock_s());
	(void)json_object_set_new(me, "secrets",
				  desk_secrets_json(n->page->desk));
	if (me == NULL || n->house.conf.origin[0] == 0)
		return me;
	keys = request_keys_json(&n->house);
	(void)json_object_set_new(me, "keys", keys);
	return me;
}

void page_me(struct page_call *call)
{
	page_answer_json(call->request, page_me_json(call));
}
