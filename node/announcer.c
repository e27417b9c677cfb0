#include "node/announcer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/announcer_socket.h"
#include "node/carrier.h"

enum { RECEIVE_SLICE = 64, FIRST_MS = 50, CHANGE_JITTER_MS = 20 };

static_assert((int)SIGNATURE_SIZE == (int)DATAGRAM_SIGNATURE_SIZE &&
		      (int)PUBLIC_KEY_SIZE == (int)DATAGRAM_KEY_SIZE,
	      "Ed25519 in both");

static int64_t now_of(const struct announcer *a)
{
	return (int64_t)uv_now(a->loop);
}

/* A number below `bound`, by xorshift: for jitter, not for secrets. */
static uint64_t below(struct announcer *a, uint64_t bound)
{
	a->random ^= a->random << 13;
	a->random ^= a->random >> 7;
	a->random ^= a->random << 17;
	return a->random % bound;
}

static bool is_closing(const struct announcer *a)
{
	return a->on_closed != NULL;
}

/* --- speaking --- */

/* The domain and what follows it, as the signature covers it. */
struct covered {
	uint8_t bytes[sizeof(DATAGRAM_DOMAIN) - 1 + DATAGRAM_MAX];
	size_t size;
};

static void cover(struct covered *c, struct bytes body)
{
	size_t domain = sizeof(DATAGRAM_DOMAIN) - 1;

	memcpy(c->bytes, DATAGRAM_DOMAIN, domain);
	memcpy(c->bytes + domain, body.data, body.size);
	c->size = domain + body.size;
}

static bool says_fetches(const struct datagram *d)
{
	for (size_t i = 0; i < d->fetch_count; i++)
		if (d->fetches[i].saying & CARRIER_WANTS)
			return true;
	return false;
}

/* 0 when the owner filled in what cannot be said. */
static size_t compose(struct announcer *a, uint16_t flags,
		      uint8_t wire[static DATAGRAM_MAX])
{
	const struct announcer_options *o = &a->options;
	struct datagram d = { .boot = o->boot,
			      .seq = ++a->seq,
			      .http_port = o->http_port,
			      .swarm_port = o->swarm_port };
	struct covered covered;
	size_t size;

	memcpy(d.community, o->community, sizeof(d.community));
	memcpy(d.instance, o->instance, sizeof(d.instance));
	memcpy(d.key, a->key, sizeof(d.key));
	o->on_fill(a, &d);
	d.flags |= flags;
	a->busy = says_fetches(&d);
	if (datagram_encode(&d, wire, &size) != STATUS_OK)
		return 0;
	cover(&covered, (struct bytes){ wire, size });
	secret_key_sign(o->secret,
			(struct bytes){ covered.bytes, covered.size },
			wire + size);
	return size + DATAGRAM_SIGNATURE_SIZE;
}

static void send_to(struct announcer *a, const struct interface *via,
		    uint32_t to, struct bytes wire)
{
	uint32_t source = a->options.only != 0 ? a->options.only : via->address;

	if (announcer_socket_send(a->fd, via->index, source, to,
				  a->options.port, wire))
		a->counts.sent++;
	else
		a->counts.send_failed++;
}

/* Is this the interface of the one address to announce from? */
static bool is_used(const struct announcer *a, const struct interface *it)
{
	uint32_t only = a->options.only;

	if (only == 0 || only == it->address)
		return true;
	return it->loopback && only >> 24 == 127;
}

static bool is_first_of_its_index(const struct interfaces *all, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (all->list[j].index == all->list[i].index)
			return false;
	return true;
}

static void announce(struct announcer *a, uint16_t flags)
{
	const struct interfaces *all = &a->interfaces;
	uint8_t wire[DATAGRAM_MAX];
	struct bytes run = { wire, 0 };

	a->sent_ms = now_of(a);
	if (a->fd < 0)
		return;
	run.size = compose(a, flags, wire);
	if (run.size == 0)
		a->counts.send_failed++;
	for (size_t i = 0; i < all->count && run.size > 0; i++) {
		const struct interface *it = &all->list[i];

		if (!is_used(a, it))
			continue;
		if (it->multicast && (a->options.only != 0 ||
				      is_first_of_its_index(all, i)))
			send_to(a, it, ANNOUNCER_GROUP, run);
		if (it->broadcast != 0)
			send_to(a, it, it->broadcast, run);
	}
}

/* A fifth more or less. */
static uint64_t about(struct announcer *a, uint64_t ms)
{
	return ms * 4 / 5 + below(a, ms * 2 / 5);
}

static void send_timer_fired(uv_timer_t *timer)
{
	struct announcer *a = timer->data;
	bool again = a->changed;
	uint64_t wait;

	a->changed = false;
	announce(a, 0);
	wait = about(a, a->busy ? ANNOUNCER_BUSY_MS : ANNOUNCER_PERIOD_MS);
	if (again)
		wait = ANNOUNCER_REPEAT_MS + below(a, ANNOUNCER_GAP_MS);
	uv_timer_start(&a->send_timer, send_timer_fired, wait, 0);
}

static void say_soon(struct announcer *a, int64_t gap)
{
	int64_t since = now_of(a) - a->sent_ms;
	uint64_t wait = below(a, CHANGE_JITTER_MS);

	if (is_closing(a))
		return;
	if (since < gap)
		wait += (uint64_t)(gap - since);
	a->changed = true;
	if (uv_timer_get_due_in(&a->send_timer) > wait)
		uv_timer_start(&a->send_timer, send_timer_fired, wait, 0);
}

void announcer_changed(struct announcer *a)
{
	say_soon(a, ANNOUNCER_GAP_MS);
}

void announcer_urgent(struct announcer *a)
{
	say_soon(a, ANNOUNCER_URGENT_MS);
}

/* --- hearing --- */

static bool is_signed(const struct datagram *d, struct bytes body,
		      const uint8_t *signature)
{
	struct covered covered;

	cover(&covered, body);
	return key_verify(d->key,
			  (struct bytes){ covered.bytes, covered.size },
			  signature) == STATUS_OK;
}

/* May the signature be checked, and is it good? */
static bool is_genuine(struct announcer *a, const struct datagram *d,
		       struct bytes body, const uint8_t *signature,
		       uint32_t from, bool known)
{
	if (!gate_admit(&a->gate, from, known, now_of(a))) {
		a->counts.limited++;
		return false;
	}
	a->counts.checked++;
	if (is_signed(d, body, signature))
		return true;
	a->counts.forged++;
	return false;
}

/* One old datagram of our own, played back by somebody, is no twin: it takes
 * two that follow each other. */
static bool is_second_of_twin(struct announcer *a, const struct datagram *d)
{
	bool follows = a->twin.heard &&
		       memcmp(a->twin.instance, d->instance,
			      sizeof(d->instance)) == 0 &&
		       datagram_sequence_after(d->boot, d->seq, a->twin.boot,
					       a->twin.seq);

	memcpy(a->twin.instance, d->instance, sizeof(d->instance));
	a->twin.boot = d->boot;
	a->twin.seq = d->seq;
	a->twin.heard = true;
	return follows;
}

static void take(struct announcer *a, struct bytes wire, uint32_t from,
		 bool from_lan)
{
	struct neighbour_news news;
	struct datagram d;
	struct bytes body;
	const uint8_t *signature;
	enum status status = datagram_peek(wire, a->options.community);
	bool known;

	if (status == STATUS_NOT_FOUND) {
		a->counts.foreign++;
		return;
	}
	if (status != STATUS_OK ||
	    datagram_decode(wire, &d, &body, &signature) != STATUS_OK) {
		a->counts.malformed++;
		return;
	}
	if (memcmp(d.key, a->key, sizeof(d.key)) == 0) {
		if (memcmp(d.instance, a->options.instance,
			   sizeof(d.instance)) != 0 &&
		    is_genuine(a, &d, body, signature, from, false) &&
		    is_second_of_twin(a, &d) && a->options.on_twin != NULL)
			a->options.on_twin(a, &d, from);
		return;
	}
	a->counts.heard++;
	if (!neighbours_expect(a->options.table, &d, from, now_of(a), &known)) {
		a->counts.repeated++;
		return;
	}
	if (!is_genuine(a, &d, body, signature, from, known))
		return;
	status = neighbours_hear(a->options.table, &d, from, now_of(a), &news);
	if (status == STATUS_OK && a->options.on_heard != NULL)
		a->options.on_heard(a, &d, from, from_lan);
	if (news.what != 0 || news.has_gone)
		a->options.on_news(a, &news);
}

static void socket_readable(uv_poll_t *poll, int status, int events)
{
	struct announcer *a = poll->data;
	uint8_t wire[DATAGRAM_MAX + 1]; /* one more shows what is too long */

	(void)status;
	(void)events;
	for (int i = 0; i < RECEIVE_SLICE && !is_closing(a); i++) {
		struct announcer_received got;

		if (!announcer_socket_receive(a->fd, wire, sizeof(wire), &got))
			return;
		if (got.from != 0)
			take(a, (struct bytes){ wire, got.size }, got.from,
			     got.to_all);
	}
}

/* --- interfaces --- */

static void try_socket(struct announcer *a)
{
	struct err err = ERR_INIT;
	int rc;

	if (a->fd >= 0)
		return;
	if (announcer_socket_open(a->options.port, &a->fd, &err) != STATUS_OK) {
		snprintf(a->trouble, sizeof(a->trouble), "%.120s", err.text);
		return;
	}
	rc = uv_poll_init(a->loop, &a->poll, a->fd);
	if (rc == 0) {
		a->open_handles++;
		a->polling = true;
		a->poll.data = a;
		rc = uv_poll_start(&a->poll, UV_READABLE, socket_readable);
		assert(rc == 0);
		return;
	}
	snprintf(a->trouble, sizeof(a->trouble), "poll: %s", uv_strerror(rc));
	close(a->fd);
	a->fd = -1;
}

static bool is_joined(const struct announcer *a, unsigned index)
{
	for (size_t i = 0; i < a->joined_count; i++)
		if (a->joined[i] == index)
			return true;
	return false;
}

static bool is_present(const struct announcer *a, unsigned index)
{
	for (size_t i = 0; i < a->interfaces.count; i++)
		if (a->interfaces.list[i].index == index)
			return true;
	return false;
}

/* Returns whether the group was joined somewhere anew. */
static bool join_all(struct announcer *a)
{
	bool news = false;

	for (size_t i = a->joined_count; i > 0; i--) {
		if (is_present(a, a->joined[i - 1]))
			continue;
		announcer_socket_leave(a->fd, a->joined[i - 1]);
		a->joined[i - 1] = a->joined[--a->joined_count];
	}
	for (size_t i = 0; i < a->interfaces.count; i++) {
		const struct interface *it = &a->interfaces.list[i];

		if (!it->multicast || !is_used(a, it) ||
		    is_joined(a, it->index) ||
		    !announcer_socket_join(a->fd, it->index))
			continue;
		a->joined[a->joined_count++] = it->index;
		news = true;
	}
	return news;
}

static bool scan(struct announcer *a)
{
	struct err err = ERR_INIT;

	a->trouble[0] = 0;
	try_socket(a);
	if (interfaces_read(&a->interfaces, &err) != STATUS_OK)
		snprintf(a->trouble, sizeof(a->trouble), "%.120s", err.text);
	return a->fd >= 0 && join_all(a);
}

static void scan_timer_fired(uv_timer_t *timer)
{
	struct announcer *a = timer->data;

	if (scan(a))
		announcer_changed(a);
}

/* --- life --- */

static void prepare(struct announcer *a, uv_loop_t *loop,
		    const struct announcer_options *options)
{
	uint64_t seed;

	a->options = *options;
	if (a->options.port == 0)
		a->options.port = ANNOUNCER_PORT;
	memcpy(a->key, secret_key_public(options->secret)->bytes,
	       sizeof(a->key));
	a->counts = (struct announcer_counts){ .sent = 0 };
	a->loop = loop;
	a->fd = -1;
	a->polling = false;
	a->open_handles = 0;
	a->seq = 0;
	a->joined_count = 0;
	a->busy = false;
	a->changed = true; /* the first one is said twice, too */
	a->twin.heard = false;
	a->on_closed = NULL;
	signing_random(&a->random, sizeof(a->random));
	a->random |= 1;
	signing_random(&seed, sizeof(seed));
	uv_update_time(loop);
	a->sent_ms = now_of(a) - ANNOUNCER_GAP_MS;
	gate_init(&a->gate, seed, now_of(a));
}

enum status announcer_open(struct announcer *a, uv_loop_t *loop,
			   const struct announcer_options *options,
			   struct err *err)
{
	int rc;

	assert(options->table != NULL && options->secret != NULL);
	assert(options->on_fill != NULL && options->on_news != NULL);
	(void)err; /* timers do not fail; what may is tried again */

	prepare(a, loop, options);
	rc = uv_timer_init(loop, &a->send_timer);
	assert(rc == 0);
	rc = uv_timer_init(loop, &a->scan_timer);
	assert(rc == 0);
	(void)rc;
	a->open_handles = 2;
	a->send_timer.data = a;
	a->scan_timer.data = a;
	scan(a);
	uv_timer_start(&a->send_timer, send_timer_fired, below(a, FIRST_MS), 0);
	uv_timer_start(&a->scan_timer, scan_timer_fired, ANNOUNCER_SCAN_MS,
		       ANNOUNCER_SCAN_MS);
	return STATUS_OK;
}

static void handle_closed(uv_handle_t *handle)
{
	struct announcer *a = handle->data;

	if (--a->open_handles > 0)
		return;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->on_closed(a);
}

void announcer_close(struct announcer *a, announcer_closed_cb on_closed)
{
	assert(!is_closing(a) && on_closed != NULL);

	announce(a, DATAGRAM_LEAVING);
	a->on_closed = on_closed;
	uv_close((uv_handle_t *)&a->send_timer, handle_closed);
	uv_close((uv_handle_t *)&a->scan_timer, handle_closed);
	if (a->polling)
		uv_close((uv_handle_t *)&a->poll, handle_closed);
}
