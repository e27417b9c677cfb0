/* Neighbours by the hundred, invented but with real keys:
 *
 *     crowd TARGET-ADDRESS HTTP-PORT ANNOUNCE-PORT FINGERPRINT FIRST COUNT
 *
 * Each has an address of its own (FIRST and those behind it), announces itself
 * to the target every 8 to 12 s, answers GET /node with its statement, makes a
 * new one every 30 s, sends it up (POST /node) once a minute, and waits at the
 * target's /heads. They hold the heads that the target shows, and half of its
 * lessons each. Runs until SIGTERM, then prints what it did as JSON. */
#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/http_server.h"
#include "node/own_statement.h"
#include "proto/datagram.h"
#include "proto/encoding.h"
#include "signing/checkpoint.h"
#include "tests/support/loop.h"

enum {
	LOGS_MAX = 4,
	ANSWER_MAX = 4 * 1024 * 1024,
	ANNOUNCE_MS = 8000,
	STATEMENT_MS = 30000,
	POST_MS = 60000
};

struct member {
	struct crowd *crowd;
	struct secret_key *key;
	uint32_t address;
	uint8_t instance[8];
	int udp;
	uint32_t announced, version; /* seq of datagrams, of statements */
	uint64_t after;		     /* at /heads */
	uint64_t announce_ms, statement_ms, post_ms; /* when next */
	bool polling;
	struct buf note;
};

struct crowd {
	uv_loop_t *loop;
	struct sockaddr_in target, announce;
	uint8_t community[8];
	uint16_t port; /* of our server */
	struct http_server *server;
	uv_timer_t tick;
	uv_signal_t sigterm;
	bool ending;
	struct checkpoint logs[LOGS_MAX];
	size_t n_logs;
	struct member *members;
	size_t count;
	unsigned long announced, asked, polls, poll_failures, posts, refused,
		post_failures;
	uint64_t post_worst_ms;
};

static uint32_t dice(uint32_t below)
{
	uint32_t random;

	signing_random(&random, sizeof(random));
	return random % below;
}

/* --- one request over a connection of its own --- */

struct exchange {
	struct member *member;
	uv_tcp_t tcp;
	uv_connect_t connect;
	uv_write_t write;
	struct buf request, answer;
	uint64_t begun_ms;
	/* `code` 0: it failed. */
	void (*done)(struct exchange *x, unsigned code, struct bytes body);
	bool over;
};

static void exchange_closed(uv_handle_t *handle)
{
	struct exchange *x = handle->data;

	buf_release(&x->request);
	buf_release(&x->answer);
	free(x);
}

static void exchange_end(struct exchange *x, unsigned code, struct bytes body)
{
	if (x->over)
		return;
	x->over = true;
	x->done(x, code, body);
	uv_close((uv_handle_t *)&x->tcp, exchange_closed);
}

static void give_room(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
	struct exchange *x = handle->data;

	(void)hint;
	out->base = (char *)buf_reserve(&x->answer, 65536);
	out->len = out->base == NULL || x->answer.size > ANSWER_MAX ? 0 : 65536;
}

/* We ask for the connection to be closed, so the end is the end. */
static void came(uv_stream_t *stream, ssize_t n, const uv_buf_t *unused)
{
	struct exchange *x = stream->data;
	const char *text, *end;
	unsigned code = 0;

	(void)unused;
	if (n > 0) {
		buf_grew(&x->answer, (size_t)n);
		return;
	}
	if (n == 0)
		return;
	text = buf_string(&x->answer);
	end = strstr(text, "\r\n\r\n");
	if (n != UV_EOF || end == NULL ||
	    sscanf(text, "HTTP/1.1 %u", &code) != 1) {
		exchange_end(x, 0, (struct bytes){ NULL, 0 });
		return;
	}
	end += 4;
	exchange_end(x, code,
		     (struct bytes){ (const uint8_t *)end,
				     x->answer.size - (size_t)(end - text) });
}

static void sent(uv_write_t *write, int status)
{
	struct exchange *x = write->data;

	if (status != 0)
		exchange_end(x, 0, (struct bytes){ NULL, 0 });
}

static void connected(uv_connect_t *connect, int status)
{
	struct exchange *x = connect->data;
	uv_buf_t out = uv_buf_init((char *)x->request.data,
				   (unsigned)x->request.size);

	if (status != 0 ||
	    uv_read_start((uv_stream_t *)&x->tcp, give_room, came) != 0 ||
	    uv_write(&x->write, (uv_stream_t *)&x->tcp, &out, 1, sent) != 0)
		exchange_end(x, 0, (struct bytes){ NULL, 0 });
}

static struct exchange *exchange_new(struct member *m)
{
	struct exchange *x = calloc(1, sizeof(*x));
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(m->address) };

	CHECK(x != NULL && uv_tcp_init(m->crowd->loop, &x->tcp) == 0);
	x->member = m;
	x->tcp.data = x->connect.data = x->write.data = x;
	x->begun_ms = uv_now(m->crowd->loop);
	CHECK(uv_tcp_bind(&x->tcp, (struct sockaddr *)&from, 0) == 0);
	return x;
}

static void exchange_go(struct exchange *x)
{
	CHECK(uv_tcp_connect(&x->connect, &x->tcp,
			     (struct sockaddr *)&x->member->crowd->target,
			     connected) == 0);
}

/* --- /heads --- */

static void learn_log(struct crowd *c, const json_t *note)
{
	struct checkpoint head;
	struct note n;
	size_t at = 0;

	if (note_parse(bytes_of(json_string_value(note)), NOTE_MAX, &n) !=
		    STATUS_OK ||
	    checkpoint_parse(n.text, &head) != STATUS_OK)
		return;
	while (at < c->n_logs && strcmp(c->logs[at].origin, head.origin) != 0)
		at++;
	if (at == LOGS_MAX)
		return;
	c->logs[at] = head;
	c->n_logs += at == c->n_logs;
}

static void polled(struct exchange *x, unsigned code, struct bytes body)
{
	struct member *m = x->member;
	json_t *root = code == 200 ? json_loadb((const char *)body.data,
						body.size, 0, NULL) :
				     NULL;
	const json_t *note;
	size_t i;

	m->polling = false;
	if (root == NULL) {
		m->crowd->poll_failures += !m->crowd->ending;
		return;
	}
	m->crowd->polls++;
	m->after = (uint64_t)json_integer_value(json_object_get(root, "n"));
	json_array_foreach(json_object_get(root, "logs"), i, note)
		learn_log(m->crowd, note);
	json_decref(root);
}

static void poll_heads(struct member *m)
{
	struct exchange *x = exchange_new(m);

	buf_printf(&x->request,
		   "GET /heads?after=%llu HTTP/1.1\r\nHost: x\r\n"
		   "Connection: close\r\n\r\n",
		   (unsigned long long)m->after);
	x->done = polled;
	m->polling = true;
	exchange_go(x);
}

/* --- statements --- */

static void put_have(struct member *m, struct buf *text,
		     const struct checkpoint *log)
{
	struct buf bits = BUF_INIT, zstd = BUF_INIT;
	size_t size = (size_t)(log->size + 7) / 8;

	if (size > 0 && buf_reserve(&bits, size) != NULL) {
		signing_random(bits.data, size);
		if (log->size % 8 != 0)
			bits.data[size - 1] &=
				(uint8_t)((1U << log->size % 8) - 1);
		buf_grew(&bits, size);
		CHECK(bitmap_compress(buf_bytes(&bits), &zstd) == STATUS_OK);
		statement_put_have(text, log->origin, buf_bytes(&zstd));
	}
	(void)m;
	buf_release(&bits);
	buf_release(&zstd);
}

static void make_statement(struct member *m)
{
	struct crowd *c = m->crowd;
	const struct public_key *key = secret_key_public(m->key);
	struct statement st = { .boot = 1,
				.seq = ++m->version,
				.level = LEVEL_STATION,
				.root_version = 1,
				.trust_version = 1 };
	char vkey[VKEY_MAX + 1], url[64];
	struct buf text = BUF_INIT;
	struct in_addr ip = { htonl(m->address) };

	public_key_format(key, vkey);
	CHECK(bytes_to_string(bytes_of(vkey), st.vkey, sizeof(st.vkey)) ==
	      STATUS_OK);
	memcpy(st.key, key->bytes, sizeof(st.key));
	memcpy(st.instance, m->instance, sizeof(st.instance));
	(void)snprintf(st.region, sizeof(st.region), "431081101203");
	(void)snprintf(st.program, sizeof(st.program), "crowd/1");
	statement_begin(&text, &st);
	(void)snprintf(url, sizeof(url), "http://%s:%u", inet_ntoa(ip),
		       c->port);
	statement_put_url(&text, url);
	for (size_t i = 0; i < c->n_logs; i++)
		statement_put_log(&text, c->logs[i].origin, c->logs[i].size,
				  c->logs[i].root);
	for (size_t i = 0; i < c->n_logs; i++)
		put_have(m, &text, &c->logs[i]);
	buf_clear(&m->note);
	CHECK(statement_sign(buf_bytes(&text), m->key, &m->note) == STATUS_OK);
	buf_release(&text);
}

static void posted(struct exchange *x, unsigned code, struct bytes body)
{
	struct crowd *c = x->member->crowd;
	uint64_t took = uv_now(c->loop) - x->begun_ms;

	(void)body;
	if (took > c->post_worst_ms)
		c->post_worst_ms = took;
	if (code == 204)
		c->posts++;
	else if (code == 429)
		c->refused++;
	else
		c->post_failures += !c->ending;
}

static void post_statement(struct member *m)
{
	struct exchange *x = exchange_new(m);

	buf_printf(&x->request,
		   "POST /node HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n"
		   "Connection: close\r\n\r\n",
		   m->note.size);
	buf_put_bytes(&x->request, buf_bytes(&m->note));
	x->done = posted;
	exchange_go(x);
}

static void asked(void *owner, struct http_request *request)
{
	struct crowd *c = owner;
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct sockaddr_storage reached;
	struct sockaddr_in v4 = { .sin_family = AF_UNSPEC };
	size_t at;

	if (http_request_reached(request, &reached))
		memcpy(&v4, &reached, sizeof(v4));
	at = ntohl(v4.sin_addr.s_addr) - c->members[0].address;
	if (at >= c->count ||
	    strcmp(http_request_head(request)->path, "/node") != 0) {
		http_request_refuse(request, 404, "");
		return;
	}
	c->asked++;
	answer.body = buf_bytes(&c->members[at].note);
	http_request_answer(request, &answer);
}

/* --- announcing --- */

static void announce(struct member *m)
{
	static const size_t domain = sizeof(DATAGRAM_DOMAIN) - 1;
	struct crowd *c = m->crowd;
	struct datagram d = { .boot = 1,
			      .seq = ++m->announced,
			      .http_port = c->port,
			      .level = LEVEL_STATION,
			      .statement_version = m->version,
			      .trust_version = 1,
			      .root_version = 1 };
	uint8_t wire[DATAGRAM_MAX], covered[sizeof(DATAGRAM_DOMAIN) +
					    DATAGRAM_MAX];
	size_t size;

	memcpy(d.community, c->community, sizeof(d.community));
	memcpy(d.key, secret_key_public(m->key)->bytes, sizeof(d.key));
	memcpy(d.instance, m->instance, sizeof(d.instance));
	(void)snprintf(d.region, sizeof(d.region), "431081101203");
	for (size_t i = 0; i < c->n_logs; i++) {
		struct datagram_head *head = &d.heads[d.head_count++];
		uint8_t hash[SHA256_SIZE];

		sha256(c->logs[i].origin, strlen(c->logs[i].origin), hash);
		memcpy(head->origin, hash, sizeof(head->origin));
		head->size = c->logs[i].size;
		memcpy(head->root, c->logs[i].root, sizeof(head->root));
	}
	CHECK(datagram_encode(&d, wire, &size) == STATUS_OK);
	memcpy(covered, DATAGRAM_DOMAIN, domain);
	memcpy(covered + domain, wire, size);
	secret_key_sign(m->key, (struct bytes){ covered, domain + size },
			wire + size);
	size += DATAGRAM_SIGNATURE_SIZE;
	c->announced += sendto(m->udp, wire, size, 0,
			       (struct sockaddr *)&c->announce,
			       sizeof(c->announce)) == (ssize_t)size;
}

/* --- all of them --- */

static void ticked(uv_timer_t *timer)
{
	struct crowd *c = timer->data;
	uint64_t now = uv_now(c->loop);

	for (size_t i = 0; i < c->count; i++) {
		struct member *m = &c->members[i];

		if (!m->polling)
			poll_heads(m);
		if (now >= m->statement_ms && c->n_logs > 0) {
			m->statement_ms = now + STATEMENT_MS;
			make_statement(m);
			m->announce_ms = now;
		}
		if (now >= m->announce_ms && m->version > 0) {
			m->announce_ms = now + ANNOUNCE_MS + dice(4000);
			announce(m);
		}
		if (now >= m->post_ms && m->version > 0) {
			m->post_ms = now + POST_MS;
			post_statement(m);
		}
	}
}

static void join(struct crowd *c, size_t i, uint32_t first)
{
	struct member *m = &c->members[i];
	struct secret_key *key;
	char name[STATEMENT_NODE_NAME_SIZE + 1];
	struct sockaddr_in from = { .sin_family = AF_INET };

	m->crowd = c;
	m->address = first + (uint32_t)i;
	m->note = (struct buf)BUF_INIT;
	signing_random(m->instance, sizeof(m->instance));
	CHECK(secret_key_new(&key, "x", KEY_ED25519) == STATUS_OK);
	statement_node_name(secret_key_public(key)->bytes, name);
	CHECK(secret_key_named(&m->key, key, name) == STATUS_OK);
	secret_key_free(key);
	m->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	from.sin_addr.s_addr = htonl(m->address);
	CHECK(m->udp >= 0 && bind(m->udp, (struct sockaddr *)&from,
				  sizeof(from)) == 0);
	/* They did not all start in the same second. */
	m->statement_ms = uv_now(c->loop) + 500 + dice(STATEMENT_MS / 3);
	m->post_ms = uv_now(c->loop) + dice(POST_MS / 2);
}

static void server_closed(void *owner)
{
	(void)owner;
}

static void told_to_end(uv_signal_t *signal, int number)
{
	struct crowd *c = signal->data;

	(void)number;
	printf("{\"announced\": %lu, \"asked\": %lu, \"polls\": %lu, "
	       "\"poll_failures\": %lu, \"posts\": %lu, \"refused\": %lu, "
	       "\"post_failures\": %lu, \"post_worst_ms\": %llu}\n",
	       c->announced, c->asked, c->polls, c->poll_failures, c->posts,
	       c->refused, c->post_failures,
	       (unsigned long long)c->post_worst_ms);
	(void)fflush(stdout);
	http_server_close(c->server, server_closed);
	_exit(0);
}

static struct sockaddr_in address_of(const char *ip, const char *port)
{
	struct sockaddr_in out;

	CHECK(uv_ip4_addr(ip, atoi(port), &out) == 0);
	return out;
}

int main(int argc, char **argv)
{
	static struct http_server_options options = { .address = "0.0.0.0:0",
						      .threads = 1 };
	struct crowd c = { .loop = uv_default_loop() };
	struct err err = ERR_INIT;
	uint8_t fingerprint[32];

	if (argc != 7) {
		(void)fprintf(stderr,
			      "usage: crowd TARGET HTTP-PORT "
			      "ANNOUNCE-PORT FINGERPRINT FIRST COUNT\n");
		return 2;
	}
	CHECK(signing_init() == STATUS_OK);
	c.target = address_of(argv[1], argv[2]);
	c.announce = address_of(argv[1], argv[3]);
	CHECK(hex_decode(bytes_of(argv[4]), fingerprint, 32) == STATUS_OK);
	memcpy(c.community, fingerprint, sizeof(c.community));
	c.count = (size_t)atoi(argv[6]);
	c.members = calloc(c.count, sizeof(*c.members));
	CHECK(c.members != NULL);
	CHECK(http_server_open(&c.server, c.loop, &options, asked, NULL, &c,
			       &err) == STATUS_OK);
	c.port = http_server_port(c.server);
	for (size_t i = 0; i < c.count; i++)
		join(&c, i, ntohl(address_of(argv[5], "1").sin_addr.s_addr));
	CHECK(uv_timer_init(c.loop, &c.tick) == 0);
	CHECK(uv_signal_init(c.loop, &c.sigterm) == 0);
	c.tick.data = c.sigterm.data = &c;
	CHECK(uv_signal_start(&c.sigterm, told_to_end, SIGTERM) == 0);
	CHECK(uv_timer_start(&c.tick, ticked, 0, 50) == 0);
	return uv_run(c.loop, UV_RUN_DEFAULT);
}
