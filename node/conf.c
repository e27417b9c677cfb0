#include "node/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/interfaces.h"
#include "proto/bytes.h"
#include "proto/text.h"

void conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->level = LEVEL_STATION;
	(void)snprintf(conf->http, sizeof(conf->http), "0.0.0.0:%d",
		       CONF_PORT_HTTP);
	(void)snprintf(conf->swarm, sizeof(conf->swarm), "0.0.0.0:%d",
		       CONF_PORT_SWARM);
	conf->announce = true;
	conf->announce_port = CONF_PORT_ANNOUNCE;
	conf->scrub_s = CONF_SCRUB_S;
	conf->study_keep_months = CONF_STUDY_KEEP;
	conf->norm_min = CONF_NORM_MIN;
	conf->records_keep = CONF_RECORDS_KEEP;
}

enum status conf_url(const char *text, char out[static CONF_URL_MAX])
{
	size_t size = strlen(text);
	const char *host;

	while (size > 0 && text[size - 1] == '/')
		size--;
	if (size >= CONF_URL_MAX)
		return STATUS_MALFORMED;
	if (strncmp(text, "http://", 7) == 0)
		host = text + 7;
	else if (strncmp(text, "https://", 8) == 0)
		host = text + 8;
	else
		return STATUS_MALFORMED;
	if (host >= text + size || *host == '/' || *host == ':')
		return STATUS_MALFORMED;
	for (const char *c = text; c < text + size; c++)
		if (*c <= ' ' || *c > '~' || *c == '#' || *c == '?')
			return STATUS_MALFORMED;
	memcpy(out, text, size);
	out[size] = 0;
	return STATUS_OK;
}

static enum status set_address(char out[static CONF_ADDRESS_MAX],
			       const char *key, const char *value,
			       struct err *err)
{
	const char *colon = strrchr(value, ':');
	uint64_t port;

	if (colon == NULL || colon == value ||
	    strlen(value) >= CONF_ADDRESS_MAX ||
	    decimal_parse(bytes_of(colon + 1), &port) != STATUS_OK ||
	    port > 65535)
		return err_set(err, STATUS_MALFORMED,
			       "%s: '%s' is not ADDRESS:PORT, like "
			       "0.0.0.0:7433",
			       key, value);
	memcpy(out, value, strlen(value) + 1);
	return STATUS_OK;
}

static enum status add_url(char (*list)[CONF_URL_MAX], unsigned *count,
			   unsigned max, const char *key, const char *value,
			   struct err *err)
{
	if (*count == max)
		return err_set(err, STATUS_NO_ROOM, "%s: at most %u of them",
			       key, max);
	if (conf_url(value, list[*count]) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "%s: '%s' is not a URL like "
			       "http://10.0.0.1:7433",
			       key, value);
	(*count)++;
	return STATUS_OK;
}

static enum status set_name(struct conf *conf, const char *value,
			    struct err *err)
{
	if (value[0] == 0 || strlen(value) > CONF_NAME_MAX ||
	    !text_is_plain(bytes_of(value)))
		return err_set(err, STATUS_MALFORMED,
			       "name: one line of text, at most %d bytes",
			       CONF_NAME_MAX);
	memcpy(conf->name, value, strlen(value) + 1);
	return STATUS_OK;
}

static enum status set_region(struct conf *conf, const char *value,
			      struct err *err)
{
	if (region_check(value) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "region: '%s' is not a code of 2, 4, 6, 9 or "
			       "12 digits, like 431081",
			       value);
	memcpy(conf->region, value, strlen(value) + 1);
	return STATUS_OK;
}

static enum status set_announce_port(struct conf *conf, const char *value,
				     struct err *err)
{
	uint64_t port;

	if (decimal_parse(bytes_of(value), &port) != STATUS_OK || port == 0 ||
	    port > 65535)
		return err_set(err, STATUS_MALFORMED,
			       "announce-port: '%s' is no port number", value);
	conf->announce_port = (unsigned)port;
	return STATUS_OK;
}

static enum status set_swarm_peers(struct conf *conf, const char *value,
				   struct err *err)
{
	if (strcmp(value, "any") != 0 && strcmp(value, "known") != 0)
		return err_set(err, STATUS_MALFORMED,
			       "swarm-peers: any or known, not '%s'", value);
	conf->swarm_known = strcmp(value, "known") == 0;
	return STATUS_OK;
}

static enum status set_pages(struct conf *conf, const char *value,
			     struct err *err)
{
	if (strcmp(value, "lan") != 0 && strcmp(value, "everywhere") != 0)
		return err_set(err, STATUS_MALFORMED,
			       "pages: lan or everywhere, not '%s'", value);
	conf->pages_everywhere = strcmp(value, "everywhere") == 0;
	return STATUS_OK;
}

static enum status add_host(struct conf *conf, const char *value,
			    struct err *err)
{
	enum status status = http_names_add(&conf->hosts, value);

	if (status == STATUS_NO_ROOM)
		return err_set(err, status, "host: at most %d of them",
			       HTTP_NAMES_MAX);
	if (status != STATUS_OK)
		return err_set(err, status,
			       "host: '%s' is not a name like "
			       "lessons.zixing.example, without a port",
			       value);
	return STATUS_OK;
}

static enum status add_lan(struct conf *conf, const char *value,
			   struct err *err)
{
	struct interfaces check = { .count = 0 };

	if (conf->lans == CONF_LANS_MAX)
		return err_set(err, STATUS_NO_ROOM, "lan: at most %d of them",
			       CONF_LANS_MAX);
	if (strlen(value) >= CONF_PREFIX_MAX ||
	    interfaces_add_prefix(&check, value) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "lan: '%s' is not a network like "
			       "192.168.5.0/24",
			       value);
	memcpy(conf->lan[conf->lans++], value, strlen(value) + 1);
	return STATUS_OK;
}

static enum status add_limit(struct budget_plan *plan, const char *value,
			     struct err *err)
{
	if (plan->count == BUDGET_RULES_MAX)
		return err_set(err, STATUS_NO_ROOM, "limit: at most %d of them",
			       BUDGET_RULES_MAX);
	if (budget_rule_parse(value, &plan->rules[plan->count], err) !=
	    STATUS_OK)
		return err_wrap(err, "limit");
	plan->count++;
	return STATUS_OK;
}

static enum status set_size(uint64_t *out, const char *key, const char *value,
			    struct err *err)
{
	if (size_parse(value, out) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "%s: '%s' is not a size like 20G or 500M", key,
			       value);
	return STATUS_OK;
}

static enum status set_yes(bool *out, const char *key, const char *value,
			   struct err *err)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return err_set(err, STATUS_MALFORMED, "%s: yes or no, not '%s'",
			       key, value);
	*out = strcmp(value, "yes") == 0;
	return STATUS_OK;
}

static enum status set_rendition(struct conf *conf, const char *value,
				 struct err *err)
{
	if (!rendition_is_setting(value))
		return err_set(err, STATUS_MALFORMED,
			       "rendition: '%s' is neither original, nor all, "
			       "nor a size like 480p",
			       value);
	memcpy(conf->rendition, value, strlen(value) + 1);
	return STATUS_OK;
}

const char *conf_rendition(const struct conf *conf)
{
	if (conf->rendition[0] != 0)
		return conf->rendition;
	return conf->level == LEVEL_STATION ? "original" : "all";
}

static enum status set_quota(struct conf *conf, const char *value,
			     struct err *err)
{
	uint64_t quota = 0;
	enum status status = set_size(&quota, "quota", value, err);

	if (status == STATUS_OK && quota == 0)
		return err_set(err, STATUS_MALFORMED,
			       "quota: nothing would fit into it; without the "
			       "line the disk is the quota");
	if (status == STATUS_OK)
		conf->quota = quota;
	return status;
}

static enum status set_floor(struct conf *conf, const char *value,
			     struct err *err)
{
	enum status status = set_size(&conf->floor, "floor", value, err);

	if (status == STATUS_OK)
		conf->has_floor = true;
	return status;
}

/* "30d", "12h", "90s", "off". */
static enum status set_scrub(struct conf *conf, const char *value,
			     struct err *err)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { 'd', 86400 }, { 'h', 3600 }, { 's', 1 } };
	struct bytes text = bytes_of(value);
	uint64_t number = 0;

	if (strcmp(value, "off") == 0) {
		conf->scrub_s = 0;
		return STATUS_OK;
	}
	for (size_t i = 0; text.size > 1 && i < 3; i++)
		if (text.data[text.size - 1] == units[i].unit &&
		    decimal_parse((struct bytes){ text.data, text.size - 1 },
				  &number) == STATUS_OK &&
		    number > 0 && number <= 36500) {
			conf->scrub_s = number * units[i].seconds;
			return STATUS_OK;
		}
	return err_set(err, STATUS_MALFORMED,
		       "scrub: '%s' is no time like 30d or 12h, nor 'off'",
		       value);
}

static enum status set_study_keep(struct conf *conf, const char *value,
				  struct err *err)
{
	uint64_t months;

	if (decimal_parse(bytes_of(value), &months) != STATUS_OK ||
	    months == 0 || months > CONF_STUDY_KEEP_MOST)
		return err_set(err, STATUS_MALFORMED,
			       "study-keep: '%s' is no number of months, like "
			       "12",
			       value);
	conf->study_keep_months = (unsigned)months;
	return STATUS_OK;
}

static enum status set_norm(struct conf *conf, const char *value,
			    struct err *err)
{
	uint64_t minutes;

	if (decimal_parse(bytes_of(value), &minutes) != STATUS_OK ||
	    minutes == 0 || minutes > CONF_NORM_MOST)
		return err_set(err, STATUS_MALFORMED,
			       "norm: '%s' is no number of minutes a month, "
			       "like 240",
			       value);
	conf->norm_min = (unsigned)minutes;
	return STATUS_OK;
}

static enum status set_records_keep(struct conf *conf, const char *value,
				    struct err *err)
{
	uint64_t months;

	if (decimal_parse(bytes_of(value), &months) != STATUS_OK ||
	    months == 0 || months > CONF_RECORDS_KEEP_MOST)
		return err_set(err, STATUS_MALFORMED,
			       "records-keep: '%s' is no number of months, "
			       "like 36",
			       value);
	conf->records_keep = (unsigned)months;
	return STATUS_OK;
}

static void format_cache(const struct conf *conf, struct buf *out)
{
	char size[SIZE_ROOM];

	if (conf->rendition[0] != 0)
		buf_printf(out, "rendition = %s\n", conf->rendition);
	for (unsigned i = 0; i < conf->make.count; i++)
		buf_printf(out, "make-rendition = %up\n",
			   conf->make.lines[i]);
	if (conf->quota > 0) {
		size_format(conf->quota, size);
		buf_printf(out, "quota = %s\n", size);
	}
	if (conf->has_floor) {
		size_format(conf->floor, size);
		buf_printf(out, "floor = %s\n", size);
	}
	if (conf->scrub_s == 0)
		buf_puts(out, "scrub = off\n");
	else if (conf->scrub_s == CONF_SCRUB_S)
		return;
	else if (conf->scrub_s % 3600 != 0)
		buf_printf(out, "scrub = %llus\n",
			   (unsigned long long)conf->scrub_s);
	else if (conf->scrub_s % 86400 != 0)
		buf_printf(out, "scrub = %lluh\n",
			   (unsigned long long)conf->scrub_s / 3600);
	else
		buf_printf(out, "scrub = %llud\n",
			   (unsigned long long)conf->scrub_s / 86400);
}

/* What no single line can show. */
static enum status check_plan(const struct budget_plan *plan, struct err *err)
{
	if (plan->reserve > 0 && plan->reserve >= plan->cap)
		return err_set(err, STATUS_MALFORMED,
			       "cap-reserve: is a part of cap, and must be "
			       "smaller");
	return STATUS_OK;
}

enum status conf_set(struct conf *conf, const char *key, const char *value,
		     struct err *err)
{
	if (strcmp(key, "name") == 0)
		return set_name(conf, value, err);
	if (strcmp(key, "region") == 0)
		return set_region(conf, value, err);
	if (strcmp(key, "announce-port") == 0)
		return set_announce_port(conf, value, err);
	if (strcmp(key, "http") == 0)
		return set_address(conf->http, key, value, err);
	if (strcmp(key, "swarm") == 0)
		return set_address(conf->swarm, key, value, err);
	if (strcmp(key, "swarm-peers") == 0)
		return set_swarm_peers(conf, value, err);
	if (strcmp(key, "pages") == 0)
		return set_pages(conf, value, err);
	if (strcmp(key, "approval") == 0)
		return set_yes(&conf->approval, key, value, err);
	if (strcmp(key, "upstream") == 0)
		return add_url(conf->upstream, &conf->upstreams,
			       CONF_UPSTREAMS_MAX, key, value, err);
	if (strcmp(key, "neighbour") == 0)
		return add_url(conf->neighbour, &conf->neighbours,
			       CONF_NEIGHBOURS_MAX, key, value, err);
	if (strcmp(key, "host") == 0)
		return add_host(conf, value, err);
	if (strcmp(key, "lan") == 0)
		return add_lan(conf, value, err);
	if (strcmp(key, "limit") == 0)
		return add_limit(&conf->plan, value, err);
	if (strcmp(key, "cap") == 0)
		return set_size(&conf->plan.cap, key, value, err);
	if (strcmp(key, "cap-reserve") == 0)
		return set_size(&conf->plan.reserve, key, value, err);
	if (strcmp(key, "quota") == 0)
		return set_quota(conf, value, err);
	if (strcmp(key, "floor") == 0)
		return set_floor(conf, value, err);
	if (strcmp(key, "scrub") == 0)
		return set_scrub(conf, value, err);
	if (strcmp(key, "study-keep") == 0)
		return set_study_keep(conf, value, err);
	if (strcmp(key, "norm") == 0)
		return set_norm(conf, value, err);
	if (strcmp(key, "records-keep") == 0)
		return set_records_keep(conf, value, err);
	if (strcmp(key, "rendition") == 0)
		return set_rendition(conf, value, err);
	if (strcmp(key, "make-rendition") == 0)
		return renditions_add(&conf->make, value, err);
	if (strcmp(key, "lan-only") == 0)
		return set_yes(&conf->plan.lan_only, key, value, err);
	if (strcmp(key, "url") == 0) {
		if (conf_url(value, conf->url) != STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "url: '%s' is not a URL like "
				       "http://10.0.0.1:7433",
				       value);
		return STATUS_OK;
	}
	if (strcmp(key, "level") == 0) {
		if (level_parse(value, &conf->level) != STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "level: '%s' is none of county, "
				       "township, station",
				       value);
		return STATUS_OK;
	}
	if (strcmp(key, "origin") == 0) {
		if (origin_check(value) != STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "origin: '%s' is not a name like "
				       "zixing.example/431081/lessons",
				       value);
		memcpy(conf->origin, value, strlen(value) + 1);
		return STATUS_OK;
	}
	if (strcmp(key, "announce") == 0) {
		if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
			return err_set(err, STATUS_MALFORMED,
				       "announce: on or off, not '%s'", value);
		conf->announce = strcmp(value, "on") == 0;
		return STATUS_OK;
	}
	return err_set(err, STATUS_NOT_FOUND, "'%s' is not a setting", key);
}

/* Cut white space off both ends of [start, end), in place. */
static char *trim(char *start, char *end)
{
	while (start < end && strchr(" \t\r", *start) != NULL)
		start++;
	while (end > start && strchr(" \t\r", end[-1]) != NULL)
		end--;
	*end = 0;
	return start;
}

static enum status parse_line(struct conf *conf, char *line, struct err *err)
{
	char *equals = strchr(line, '=');
	char *text = trim(line, line + strlen(line));

	if (*text == 0 || *text == '#')
		return STATUS_OK;
	if (equals == NULL)
		return err_set(err, STATUS_MALFORMED, "'%s': no '=' in it",
			       text);
	return conf_set(conf, trim(line, equals),
			trim(equals + 1, equals + 1 + strlen(equals + 1)), err);
}

enum status conf_parse(struct conf *conf, const char *text, struct err *err)
{
	char *copy = strdup(text), *next = copy, *line;
	enum status status = STATUS_OK;
	unsigned number = 0;

	if (copy == NULL)
		return err_set(err, STATUS_NO_MEMORY, "node.conf");
	conf_init(conf);
	while (status == STATUS_OK && (line = strsep(&next, "\n")) != NULL) {
		number++;
		status = parse_line(conf, line, err);
	}
	free(copy);
	if (status != STATUS_OK)
		return err_wrap(err, "node.conf line %u", number);
	if (check_plan(&conf->plan, err) != STATUS_OK)
		return err_wrap(err, "node.conf");
	return STATUS_OK;
}

static void format_plan(const struct budget_plan *plan, struct buf *out)
{
	char rule[BUDGET_RULE_ROOM], size[SIZE_ROOM];

	for (unsigned i = 0; i < plan->count; i++) {
		budget_rule_format(&plan->rules[i], rule);
		buf_printf(out, "limit = %s\n", rule);
	}
	if (plan->cap > 0) {
		size_format(plan->cap, size);
		buf_printf(out, "cap = %s\n", size);
	}
	if (plan->reserve > 0) {
		size_format(plan->reserve, size);
		buf_printf(out, "cap-reserve = %s\n", size);
	}
	if (plan->lan_only)
		buf_puts(out, "lan-only = yes\n");
}

void conf_format(const struct conf *conf, struct buf *out)
{
	if (conf->name[0] != 0)
		buf_printf(out, "name = %s\n", conf->name);
	buf_printf(out, "level = %s\n", level_name(conf->level));
	if (conf->region[0] != 0)
		buf_printf(out, "region = %s\n", conf->region);
	if (conf->origin[0] != 0)
		buf_printf(out, "origin = %s\n", conf->origin);
	buf_printf(out, "http = %s\nswarm = %s\n", conf->http, conf->swarm);
	if (conf->url[0] != 0)
		buf_printf(out, "url = %s\n", conf->url);
	if (conf->swarm_known)
		buf_puts(out, "swarm-peers = known\n");
	if (conf->pages_everywhere)
		buf_puts(out, "pages = everywhere\n");
	if (conf->approval)
		buf_puts(out, "approval = yes\n");
	if (conf->study_keep_months != CONF_STUDY_KEEP)
		buf_printf(out, "study-keep = %u\n", conf->study_keep_months);
	if (conf->norm_min != CONF_NORM_MIN)
		buf_printf(out, "norm = %u\n", conf->norm_min);
	if (conf->records_keep != CONF_RECORDS_KEEP)
		buf_printf(out, "records-keep = %u\n", conf->records_keep);
	for (unsigned i = 0; i < conf->hosts.count; i++)
		buf_printf(out, "host = %s\n", conf->hosts.list[i]);
	for (unsigned i = 0; i < conf->upstreams; i++)
		buf_printf(out, "upstream = %s\n", conf->upstream[i]);
	for (unsigned i = 0; i < conf->neighbours; i++)
		buf_printf(out, "neighbour = %s\n", conf->neighbour[i]);
	for (unsigned i = 0; i < conf->lans; i++)
		buf_printf(out, "lan = %s\n", conf->lan[i]);
	buf_printf(out, "announce = %s\n", conf->announce ? "on" : "off");
	if (conf->announce_port != CONF_PORT_ANNOUNCE)
		buf_printf(out, "announce-port = %u\n", conf->announce_port);
	format_plan(&conf->plan, out);
	format_cache(conf, out);
}
