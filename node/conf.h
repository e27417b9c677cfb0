/* node.conf: what an administrator writes about one node.
 *
 * Lines of `key = value`; `#` begins a comment line; empty lines are free.
 * `upstream`, `neighbour`, `host`, `lan` and `limit` may repeat. An unknown key
 * is a mistake and is named with its line, so that a typing error does not pass
 * unseen. */
#ifndef NODE_CONF_H
#define NODE_CONF_H

#include <stdbool.h>

#include "node/budget.h"
#include "node/http_names.h"
#include "node/renditions.h"
#include "proto/err.h"
#include "proto/place.h"

enum {
	CONF_NAME_MAX = 200,
	CONF_URL_MAX = 300,
	CONF_ADDRESS_MAX = 80,
	CONF_UPSTREAMS_MAX = 8,
	CONF_NEIGHBOURS_MAX = 32,
	CONF_LANS_MAX = 16,
	CONF_PREFIX_MAX = 20, /* "255.255.255.255/32" */
	CONF_PORT_HTTP = 7433,
	CONF_PORT_SWARM = 7434,
	CONF_PORT_ANNOUNCE = 7433,
	CONF_SCRUB_S = 30 * 86400,
	CONF_STUDY_KEEP = 12, /* months */
	CONF_STUDY_KEEP_MOST = 1200,
	CONF_NORM_MIN = 240, /* minutes a month */
	CONF_NORM_MOST = 44640, /* a month has no more */
	CONF_RECORDS_KEEP = 36, /* months */
	CONF_RECORDS_KEEP_MOST = 1200
};

struct conf {
	char name[CONF_NAME_MAX + 1];
	enum level level;
	char region[REGION_MAX + 1];
	char origin[ORIGIN_MAX + 1]; /* what this node publishes, or "" */

	char http[CONF_ADDRESS_MAX];  /* ADDR:PORT */
	char swarm[CONF_ADDRESS_MAX]; /* ADDR:PORT */
	char url[CONF_URL_MAX];       /* how others reach us, or "" */
	struct http_names hosts;      /* by which names besides, `host` */
	char upstream[CONF_UPSTREAMS_MAX][CONF_URL_MAX];
	unsigned upstreams;
	char neighbour[CONF_NEIGHBOURS_MAX][CONF_URL_MAX];
	unsigned neighbours;
	char lan[CONF_LANS_MAX][CONF_PREFIX_MAX]; /* see node/lan.h */
	unsigned lans;
	bool announce;
	unsigned announce_port;
	bool approval; /* a second person, before anything is published */
	bool pages_everywhere; /* the pages answer beyond the LAN, too */
	bool swarm_known; /* peers beyond the LAN must be known nodes */
	struct budget_plan plan; /* limit, cap, cap-reserve, lan-only */

	struct renditions make; /* those made when it publishes */
	char rendition[LESSON_AS_MAX + 1]; /* "": as is usual (below) */

	/* See node/cache.h and node/scrub.h. */
	uint64_t quota;	  /* bytes of payloads; 0: as the disk allows */
	uint64_t floor;	  /* bytes of the disk that stay free */
	bool has_floor;	  /* else what is usual for the disk */
	uint64_t scrub_s; /* for one round; 0: off */

	unsigned study_keep_months; /* of what was studied here that are kept */
	unsigned norm_min; /* minutes of study a month that are the norm */
	/* Months for which an office keeps names, cards, notes and photos; the
	 * sums stay. */
	unsigned records_keep;
};

/* The usual: no name, station, ports 7433 and 7434 on every address. */
void conf_init(struct conf *conf);

/*
 * Set one key from text, as a line of the file or an option of `init` does.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED with a text that says what the value
 *          must look like (`conf` untouched); STATUS_NOT_FOUND for a key that
 *          does not exist; STATUS_NO_ROOM for one upstream too many.
 */
enum status conf_set(struct conf *conf, const char *key, const char *value,
		     struct err *err);

/* Parse a whole file over conf_init()'s values. Errors name the line. */
enum status conf_parse(struct conf *conf, const char *text, struct err *err);

/* Which renditions of lessons it takes, as catalog/want.h has it: what
 * node.conf says; else a township and a county all of them, since those below
 * ask them, and a station the lesson as it was published. */
const char *conf_rendition(const struct conf *conf);

struct buf;
/* Write what conf_parse() reads back to the same values. */
void conf_format(const struct conf *conf, struct buf *out);

/* "http://HOST:PORT" in one spelling: no path, no trailing slash.
 * STATUS_MALFORMED when it is no such URL. A path is kept (a static mirror may
 * live in one). */
enum status conf_url(const char *text, char out[static CONF_URL_MAX]);

#endif
