/* The HTTP resources of a node (docs/formats-http.md), as far as the loop
 * answers them; held files are served by node/shelf.c on the server's own
 * threads, which leaves them to here only when they are not there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/log.h"
#include "node/node_inside.h"
#include "node/own_statement.h"
#include "node/torrentfile.h"
#include "proto/bencode.h"
#include "proto/encoding.h"
#include "proto/url.h"

void resources_answer(struct http_request *request, const char *type,
		      unsigned flags, struct bytes body)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	answer.type = type;
	answer.flags = flags;
	answer.body = body;
	http_request_answer(request, &answer);
}

void resources_come_back(struct http_request *request, unsigned code,
			 unsigned seconds)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	char text[16];

	answer.code = code;
	answer.type = "text/plain; charset=utf-8";
	answer.body = bytes_of("come back later\n");
	(void)snprintf(text, sizeof(text), "%u", seconds);
	(void)http_answer_header(&answer, "Retry-After", text);
	http_request_answer(request, &answer);
}

void resources_not_found(struct http_request *request)
{
	http_request_refuse(request, 404, "not here");
}

/* --- /trust/… --- */

static void serve_trust(struct node *n, struct http_request *request,
			const char *rest)
{
	const struct trust_book *book = &n->house.trust;
	struct buf note = BUF_INIT;
	struct err err = ERR_INIT;
	unsigned version;
	char expected[64];

	if (strcmp(rest, "trust.note") == 0 && book->trust.version > 0) {
		resources_answer(request, "text/plain; charset=utf-8",
			     HTTP_NO_CACHE, buf_bytes(&book->note));
		return;
	}
	version = strncmp(rest, "root/", 5) == 0 ?
			  (unsigned)strtoul(rest + 5, NULL, 10) :
			  0;
	(void)snprintf(expected, sizeof(expected), "root/%u.note", version);
	if (version == 0 || version > book->root.version ||
	    strcmp(rest, expected) != 0 ||
	    trust_book_root_note(book, version, &note, &err) != STATUS_OK)
		resources_not_found(request);
	else
		resources_answer(request, "text/plain; charset=utf-8",
			     HTTP_IMMUTABLE, buf_bytes(&note));
	buf_release(&note);
}

/* --- /tlog/<origin hash>/… --- */

static void serve_checkpoint(struct node *n, struct http_request *request,
			     int64_t log)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct buf note = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t hash[SHA256_SIZE];

	if (log_read_note(n->house.catalog, log, &note, &err) != STATUS_OK) {
		resources_not_found(request);
	} else {
		sha256(note.data, note.size, hash);
		hex_encode((struct bytes){ hash, 8 }, answer.etag);
		answer.type = "text/plain; charset=utf-8";
		answer.flags = HTTP_NO_CACHE;
		answer.body = buf_bytes(&note);
		http_request_answer(request, &answer);
	}
	buf_release(&note);
}

static void serve_tile(struct node *n, struct http_request *request,
		       int64_t log, const struct tile_path *path)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct buf body = BUF_INIT;
	struct err err = ERR_INIT;
	bool zstd = false;
	enum status status;

	if (path->kind == TILE_ENTRIES)
		status = log_read_bundle(n->house.catalog, log, path->n,
					 path->width, true, &body, &zstd,
					 &err);
	else
		status = log_read_tile(n->house.catalog, log, path->level,
				       path->n, path->width, &body, &err);
	if (status != STATUS_OK) {
		resources_not_found(request);
	} else {
		answer.type = "application/octet-stream";
		answer.flags = HTTP_IMMUTABLE;
		if (zstd)
			answer.flags |= HTTP_IS_ZSTD;
		else if (path->kind == TILE_ENTRIES)
			answer.flags |= HTTP_ALLOW_ZSTD;
		http_answer_take_buf(&answer, &body);
		http_request_answer(request, &answer);
	}
	buf_release(&body);
}

static void serve_tlog(struct node *n, struct http_request *request,
		       const char *rest)
{
	char hash[ORIGIN_HASH_SIZE + 1];
	struct log_info info;
	struct tile_path path;
	struct err err = ERR_INIT;

	if (strlen(rest) < ORIGIN_HASH_SIZE + 2 ||
	    rest[ORIGIN_HASH_SIZE] != '/') {
		resources_not_found(request);
		return;
	}
	memcpy(hash, rest, ORIGIN_HASH_SIZE);
	hash[ORIGIN_HASH_SIZE] = 0;
	rest += ORIGIN_HASH_SIZE + 1;
	if (log_find_hash(n->house.catalog, hash, &info, &err) != STATUS_OK) {
		resources_not_found(request);
		return;
	}
	if (info.size > 0)
		node_own_given(n, info.id);
	if (strcmp(rest, "checkpoint") == 0)
		serve_checkpoint(n, request, info.id);
	else if (tile_path_parse(bytes_of(rest), &path) == STATUS_OK)
		serve_tile(n, request, info.id, &path);
	else
		resources_not_found(request);
}

/* --- /torrent/<btmh> --- */

/* "/torrent/<btmh>.torrent": for ordinary clients, with our tracker and our
 * web seed written around the same info. */
static void serve_client_torrent(struct node *n, struct http_request *request,
				 const uint8_t *btmh, const char *hex)
{
	const char *host = http_head_header(http_request_head(request), "Host");
	struct torrentfile *tf;
	struct bencode_value root, part;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	char url[512];

	if (house_open_torrent(&n->house, btmh, &tf, &err) != STATUS_OK) {
		resources_not_found(request);
		return;
	}
	bencode_put_dict(&out);
	(void)snprintf(url, sizeof(url), "http://%.200s/announce",
		       host == NULL ? "127.0.0.1:7433" : host);
	bencode_puts(&out, "announce");
	bencode_puts(&out, url);
	bencode_puts(&out, "info");
	buf_put_bytes(&out, tf->mi.info);
	if (bencode_parse(buf_bytes(&tf->bytes), &root) == STATUS_OK &&
	    bencode_find(&root, "piece layers", &part)) {
		bencode_puts(&out, "piece layers");
		buf_put_bytes(&out, part.raw);
	}
	(void)snprintf(url, sizeof(url), "http://%.200s/payload/%s/",
		       host == NULL ? "127.0.0.1:7433" : host, hex);
	bencode_puts(&out, "url-list");
	bencode_puts(&out, url);
	bencode_put_end(&out);
	announce_remember(n, tf);
	torrentfile_free(tf);
	if (buf_status(&out) != STATUS_OK)
		http_request_refuse(request, 500, "out of memory");
	else
		resources_answer(request, "application/x-bittorrent", 0,
			     buf_bytes(&out));
	buf_release(&out);
}

static void serve_torrent(struct node *n, struct http_request *request,
			  const char *rest)
{
	uint8_t btmh[32];
	char hex[65];

	if (!resources_hash(rest, false, btmh)) {
		resources_not_found(request);
		return;
	}
	memcpy(hex, rest, 64);
	hex[64] = 0;
	if (strcmp(rest + 64, ".torrent") == 0)
		serve_client_torrent(n, request, btmh, hex);
	else if (rest[64] == 0)
		resources_wait(n, request, btmh, WAITING_TORRENT);
	else
		resources_not_found(request);
}

/* --- /node --- */

/* Who sends many is asked to come back: by address before anything is looked
 * at, by key once it is known that the key's owner wrote this. */
static bool too_many_statements(struct node *n, struct http_request *request,
				enum status *status)
{
	uint64_t wait_ms = 0, key;
	struct statement st;

	if (pace_admit(&n->statements_from,
		       pace_source(http_request_address(request)),
		       node_now(n), &wait_ms)) {
		*status = statement_open(http_request_body(request), &st);
		if (*status != STATUS_OK)
			return false;
		memcpy(&key, st.key, sizeof(key));
		if (pace_admit(&n->statements_of, key, node_now(n), &wait_ms))
			return false;
	}
	resources_come_back(request, 429, (unsigned)((wait_ms + 999) / 1000));
	return true;
}

static void take_statement(struct node *n, struct http_request *request)
{
	struct err err = ERR_INIT;
	uint64_t age = 0;
	enum status status;

	if (http_head_query_number(http_request_head(request), "age", &age) ==
	    STATUS_MALFORMED) {
		http_request_refuse(request, 400, "age wants a number");
		return;
	}
	if (too_many_statements(n, request, &status))
		return;
	if (status == STATUS_OK)
		status = node_statement_take(n, http_request_body(request),
					     age, true, &err);
	if (status == STATUS_OK || status == STATUS_OLD) {
		struct http_answer answer = HTTP_ANSWER_INIT;

		answer.code = 204;
		http_request_answer(request, &answer);
	} else {
		http_request_refuse(request,
				    status == STATUS_NO_ROOM ? 503 : 400,
				    status_text(status));
	}
}

/* --- /join.json --- */

static void serve_join(struct node *n, struct http_request *request)
{
	const char *host = http_head_header(http_request_head(request), "Host");
	struct err err = ERR_INIT;
	char url[CONF_URL_MAX];
	json_t *answer, *asked;

	/* The name the asker used is one that works for the asker. */
	if (n->house.conf.url[0] == 0 && host != NULL)
		(void)snprintf(url, sizeof(url), "http://%.200s", host);
	else
		(void)snprintf(url, sizeof(url), "%s", n->house.conf.url);
	asked = json_pack("{s:s, s:s}", "verb", "join-file", "url", url);
	if (requests_answer(&n->requests, asked, &answer, &err) != STATUS_OK) {
		http_request_refuse(request, 500, err.text);
	} else {
		resources_answer(request, "application/json", HTTP_NO_CACHE,
			     bytes_of(json_string_value(
				     json_object_get(answer, "text"))));
		json_decref(answer);
	}
	json_decref(asked);
}

static void serve_hello(struct node *n, struct http_request *request)
{
	struct buf text = BUF_INIT;

	buf_printf(&text,
		   "xiangtu %s\n%s\n\n/join.json  what others join with\n"
		   "/heads      what is new\n/node       this node's "
		   "statement\n/drive      the last visit of a USB drive\n",
		   level_name(n->house.conf.level), n->house.conf.name);
	resources_answer(request, "text/plain; charset=utf-8", HTTP_NO_CACHE,
		     buf_bytes(&text));
	buf_release(&text);
}

/* --- all of them --- */

static void serve_get(struct node *n, struct http_request *request,
		      const char *path)
{
	uint8_t btmh[32];

	if (strncmp(path, "/trust/", 7) == 0)
		serve_trust(n, request, path + 7);
	else if (strncmp(path, "/tlog/", 6) == 0)
		serve_tlog(n, request, path + 6);
	else if (strncmp(path, "/torrent/", 9) == 0)
		serve_torrent(n, request, path + 9);
	else if (strncmp(path, "/payload/", 9) == 0 &&
		 resources_hash(path + 9, false, btmh))
		resources_wait(n, request, btmh, WAITING_PAYLOAD);
	else if (strncmp(path, "/pieces/", 8) == 0 &&
		 resources_hash(path + 8, true, btmh))
		resources_wait(n, request, btmh, WAITING_PIECES);
	else if (strcmp(path, "/heads") == 0)
		heads_request(n->heads, request);
	else if (strcmp(path, "/node") == 0)
		resources_answer(request, "text/plain; charset=utf-8",
			     HTTP_NO_CACHE | HTTP_ALLOW_ZSTD,
			     node_statement(n));
	else if (strcmp(path, "/announce") == 0)
		announce_request(n, request);
	else if (strcmp(path, "/join.json") == 0)
		serve_join(n, request);
	else if (strcmp(path, "/drive") == 0 ||
		 strcmp(path, "/drive.json") == 0)
		drive_request(n, request, path[6] == '.');
	else if (strcmp(path, "/evidence") == 0)
		evidence_request(n, request);
	else if (strncmp(path, "/evidence/", 10) == 0)
		evidence_one_request(n, request, path + 10);
	else if (strcmp(path, "/metrics") == 0)
		metrics_request(n, request);
	else if (strcmp(path, "/") == 0)
		serve_hello(n, request);
	else
		resources_not_found(request);
}

/* Somebody really is there. */
static void note_address(struct node *n, const struct sockaddr *from)
{
	struct sockaddr_in in;

	if (from->sa_family != AF_INET)
		return;
	memcpy(&in, from, sizeof(in));
	neighbours_met(&n->neighbours, ntohl(in.sin_addr.s_addr), node_now(n));
}

/* "/tlog/<origin hash>/checkpoint"? */
static bool is_checkpoint(const char *path,
			  char hash[static ORIGIN_HASH_SIZE + 1])
{
	if (strncmp(path, "/tlog/", 6) != 0 ||
	    strlen(path) != 6 + ORIGIN_HASH_SIZE + strlen("/checkpoint") ||
	    strcmp(path + 6 + ORIGIN_HASH_SIZE, "/checkpoint") != 0)
		return false;
	memcpy(hash, path + 6, ORIGIN_HASH_SIZE);
	hash[ORIGIN_HASH_SIZE] = 0;
	return true;
}

void resources_request(void *node, struct http_request *request)
{
	const struct http_head *head = http_request_head(request);
	char hash[ORIGIN_HASH_SIZE + 1];
	struct node *n = node;

	note_address(n, http_request_address(request));
	if (n->stopping)
		http_request_refuse(request, 503, "this node is stopping");
	else if (page_has(head))
		page_request(n, request);
	else if (head->method == HTTP_GET)
		serve_get(n, request, head->path);
	else if (strcmp(head->path, "/node") == 0)
		take_statement(n, request);
	else if (strncmp(head->path, "/up/", 4) == 0)
		upload_request(n, request);
	else if (strcmp(head->path, "/evidence") == 0)
		evidence_take_request(n, request);
	else if (is_checkpoint(head->path, hash))
		lines_request(n, request, hash);
	else
		http_request_refuse(request, 405, "only GET here");
}
