#include "node/announcer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/carrier.h"
#include "tests/support/check.h"
#include "tests/support/loop.h"

static uint16_t port;
static uv_loop_t loop;
static uv_timer_t tick;

/* A node as far as it announces itself. */
struct station {
	struct announcer announcer;
	struct neighbours table;
	struct secret_key *secret;
	uint64_t head;
	struct datagram_fetch fetch; /* said when `saying` is not 0 */
	struct datagram_fetch last;  /* heard */
	unsigned appeared, heads, gone, twins;
	unsigned to_all, to_us; /* announcements heard */
	bool closed;
};

static void fill(struct announcer *a, struct datagram *d)
{
	const struct station *s = a->owner;

	strcpy(d->region, "431081101203");
	d->statement_version = 1;
	d->head_count = 1;
	memset(d->heads[0].origin, 7, sizeof(d->heads[0].origin));
	d->heads[0].size = s->head;
	d->fetch_count = s->fetch.saying != 0;
	d->fetches[0] = s->fetch;
}

static void note_heard(struct announcer *a, const struct datagram *d,
		       uint32_t from, bool from_lan)
{
	struct station *s = a->owner;

	CHECK(from >> 24 != 0);
	if (from_lan)
		s->to_all++;
	else
		s->to_us++;
	s->last = d->fetches[0];
}

static void note_news(struct announcer *a, const struct neighbour_news *news)
{
	struct station *s = a->owner;

	s->appeared += (news->what & NEIGHBOUR_APPEARED) != 0;
	s->heads += (news->what & NEIGHBOUR_HEADS) != 0;
	s->gone += news->has_gone;
}

static void note_twin(struct announcer *a, const struct datagram *d,
		      uint32_t from)
{
	struct station *s = a->owner;

	CHECK(memcmp(d->instance, a->options.instance, 8) != 0 && from != 0);
	s->twins++;
}

static struct secret_key *key_of(uint8_t seed_byte)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	memset(seed, seed_byte, sizeof(seed));
	CHECK(secret_key_from_seed(&key, "node", KEY_ED25519, seed) ==
	      STATUS_OK);
	return key;
}

static void open_station(struct station *s, uint8_t seed, uint8_t instance,
			 uint8_t community, uint32_t only)
{
	struct announcer_options o = { .table = &s->table,
				       .port = port,
				       .only = only,
				       .boot = 1,
				       .http_port = 8000,
				       .swarm_port = 9000,
				       .on_fill = fill,
				       .on_news = note_news,
				       .on_heard = note_heard,
				       .on_twin = note_twin };
	struct err err = ERR_INIT;

	memset(s, 0, sizeof(*s));
	memset(o.community, community, sizeof(o.community));
	memset(o.instance, instance, sizeof(o.instance));
	CHECK(neighbours_init(&s->table) == STATUS_OK);
	s->secret = key_of(seed);
	o.secret = s->secret;
	s->announcer.owner = s;
	CHECK(announcer_open(&s->announcer, &loop, &o, &err) == STATUS_OK);
}

static void station_closed(struct announcer *a)
{
	struct station *s = a->owner;

	s->closed = true;
}

static void tick_fired(uv_timer_t *timer)
{
	(void)timer;
}

static void open_loop(void)
{
	CHECK(uv_loop_init(&loop) == 0);
	CHECK(uv_timer_init(&loop, &tick) == 0);
	CHECK(uv_timer_start(&tick, tick_fired, 5, 5) == 0);
}

/* Run until the condition holds; it must within `ms`. */
#define RUN_UNTIL(condition, ms)                                  \
	do {                                                      \
		uint64_t deadline = uv_hrtime() / 1000000 + (ms); \
		while (!(condition)) {                            \
			CHECK(uv_hrtime() / 1000000 < deadline);  \
			uv_run(&loop, UV_RUN_ONCE);               \
		}                                                 \
	} while (0)

static void run_for(uint64_t ms)
{
	uint64_t end = uv_hrtime() / 1000000 + ms;

	while (uv_hrtime() / 1000000 < end)
		uv_run(&loop, UV_RUN_ONCE);
}

static void close_station(struct station *s)
{
	announcer_close(&s->announcer, station_closed);
	RUN_UNTIL(s->closed, 30000);
	neighbours_release(&s->table);
	secret_key_free(s->secret);
}

static void close_loop(void)
{
	uv_close((uv_handle_t *)&tick, NULL);
	loop_finish(&loop);
}

static struct station one, two;

static void two_nodes_find_each_other_and_say_goodbye(void)
{
	struct neighbour *row;

	open_loop();
	open_station(&one, 1, 1, 9, 0);
	open_station(&two, 2, 2, 9, 0);
	CHECK(one.announcer.trouble[0] == 0);
	RUN_UNTIL(one.appeared == 1 && two.appeared == 1, 30000);
	row = neighbours_find(&one.table, secret_key_public(two.secret)->bytes);
	CHECK(row != NULL && row->http_port == 8000 && row->swarm_port == 9000);
	CHECK(strcmp(row->region, "431081101203") == 0);
	CHECK(interfaces_own(&one.announcer.interfaces, row->address));

	/* A change is heard at once; a thousand are few datagrams. */
	two.head = 5;
	one.heads = 0;
	for (int i = 0; i < 1000; i++)
		announcer_changed(&two.announcer);
	RUN_UNTIL(one.heads == 1, 5000);
	CHECK(row->heads[0].size == 5);
	run_for(600);
	CHECK(two.announcer.seq <= 5);
	CHECK(one.announcer.counts.repeated > 0);
	CHECK(one.announcer.counts.forged == 0);

	close_station(&two);
	RUN_UNTIL(one.gone == 1, 30000);
	CHECK(one.table.count == 0);
	close_station(&one);
	close_loop();
}

static void two_processes_share_the_port(void)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	open_loop();
	if (child == 0) {
		open_station(&two, 2, 2, 9, 0);
		RUN_UNTIL(two.appeared == 1, 20000);
		/* Stays until the parent has heard it, too. */
		RUN_UNTIL(two.gone == 1, 20000);
		_exit(0);
	}
	open_station(&one, 1, 1, 9, 0);
	RUN_UNTIL(one.appeared == 1, 20000);
	for (uint64_t end = uv_hrtime() + 3000000000u;
	     one.announcer.seq < 2 && uv_hrtime() < end;)
		uv_run(&loop, UV_RUN_ONCE);
	close_station(&one);
	close_loop();
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void a_copied_data_directory_is_noticed(void)
{
	open_loop();
	open_station(&one, 1, 1, 9, 0);
	open_station(&two, 1, 2, 9, 0);
	RUN_UNTIL(one.twins > 0 && two.twins > 0, 30000);
	CHECK(one.table.count == 0 && two.table.count == 0);
	close_station(&two);
	close_station(&one);
	close_loop();
}

static void other_communities_are_not_heard(void)
{
	open_loop();
	open_station(&one, 1, 1, 9, 0);
	open_station(&two, 2, 2, 8, 0);
	RUN_UNTIL(one.announcer.counts.foreign > 0 &&
			  two.announcer.counts.foreign > 0,
		  10000);
	CHECK(one.table.count == 0 && one.announcer.counts.checked == 0);
	close_station(&two);
	close_station(&one);
	close_loop();
}

static void a_node_bound_to_one_address_announces_that(void)
{
	struct neighbour *row;

	open_loop();
	open_station(&one, 1, 1, 9, 0x7f000005);
	open_station(&two, 2, 2, 9, 0x7f000006);
	RUN_UNTIL(one.appeared == 1 && two.appeared == 1, 30000);
	row = neighbours_find(&one.table, secret_key_public(two.secret)->bytes);
	CHECK(row != NULL && row->address == 0x7f000006);
	CHECK(strcmp(row->url, "http://127.0.0.6:8000") == 0);
	close_station(&two);
	close_station(&one);
	close_loop();
}

/* A datagram of a node with its own key, signed. */
static struct bytes signed_datagram(const struct secret_key *key,
				    uint8_t wire[static DATAGRAM_MAX])
{
	struct datagram d = { .boot = 3, .seq = 1, .http_port = 80 };
	struct buf covered = BUF_INIT;
	size_t size;

	memset(d.community, 9, sizeof(d.community));
	memcpy(d.key, secret_key_public(key)->bytes, sizeof(d.key));
	CHECK(datagram_encode(&d, wire, &size) == STATUS_OK);
	buf_puts(&covered, DATAGRAM_DOMAIN);
	buf_put(&covered, wire, size);
	secret_key_sign(key, buf_bytes(&covered), wire + size);
	buf_release(&covered);
	return (struct bytes){ wire, size + DATAGRAM_SIGNATURE_SIZE };
}

static bool is_believed(struct bytes wire)
{
	struct buf message = BUF_INIT;
	struct datagram d;
	struct bytes covered;
	const uint8_t *signature;
	enum status status = datagram_decode(wire, &d, &covered, &signature);

	if (status == STATUS_OK) {
		buf_puts(&message, DATAGRAM_DOMAIN);
		buf_put_bytes(&message, covered);
		status = key_verify(d.key, buf_bytes(&message), signature);
		buf_release(&message);
	}
	return status == STATUS_OK;
}

static void no_flipped_bit_is_believed(void)
{
	struct secret_key *key = key_of(5);
	uint8_t wire[DATAGRAM_MAX];
	struct bytes all = signed_datagram(key, wire);

	CHECK(is_believed(all));
	for (size_t bit = 0; bit < 8 * all.size; bit++) {
		wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!is_believed(all));
		wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	secret_key_free(key);
}

static void send_raw(int fd, struct bytes run)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	CHECK(sendto(fd, run.data, run.size, 0, (struct sockaddr *)&to,
		     sizeof(to)) == (ssize_t)run.size);
}

static void hostile_datagrams_cost_little_and_change_nothing(void)
{
	const struct announcer_counts *c = &one.announcer.counts;
	struct secret_key *key = key_of(5);
	uint8_t wire[2 * DATAGRAM_MAX] = { 0 };
	struct bytes all = signed_datagram(key, wire);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t checked;

	open_loop();
	open_station(&one, 1, 1, 9, 0);
	send_raw(fd, (struct bytes){ wire, 0 });
	send_raw(fd, (struct bytes){ wire, 40 });
	send_raw(fd, (struct bytes){ wire, all.size - 1 });
	send_raw(fd, (struct bytes){ wire, sizeof(wire) });
	RUN_UNTIL(c->malformed == 4, 30000);
	wire[all.size - 1] ^= 1;
	send_raw(fd, all);
	RUN_UNTIL(c->forged == 1, 30000);
	CHECK(one.table.count == 0);

	checked = c->checked;
	for (int round = 0; round < 100; round++) {
		for (uint32_t i = 0; i < 50; i++) {
			wire[20] = (uint8_t)i; /* another key */
			send_raw(fd, all);
		}
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	RUN_UNTIL(c->limited > 1000, 30000);
	CHECK(c->checked - checked <= 5 * GATE_PER_SOURCE);
	CHECK(one.table.count == 0 && one.appeared == 0);
	close(fd);
	close_station(&one);
	close_loop();
	secret_key_free(key);
}

/* The second one, so soon, does not wait as long as others do. */
static bool two_urgent_ones_are_heard_at_once(uint32_t pieces)
{
	uint64_t begun = uv_hrtime() / 1000000, first, second;

	one.fetch.pieces = pieces;
	announcer_urgent(&one.announcer);
	RUN_UNTIL(two.last.pieces == pieces, 30000);
	first = uv_hrtime() / 1000000 - begun;
	one.fetch.pieces = pieces + 1;
	announcer_urgent(&one.announcer);
	RUN_UNTIL(two.last.pieces == pieces + 1, 30000);
	second = uv_hrtime() / 1000000 - begun;
	if (first >= 200 || second >= 200 + ANNOUNCER_URGENT_MS) {
		run_for(ANNOUNCER_URGENT_MS); /* the next try is a first one */
		return false;
	}
	return true;
}

static void what_is_urgent_is_heard_at_once_and_fetches_often(void)
{
	unsigned heard, tries = 0;

	open_loop();
	open_station(&one, 1, 1, 9, 0);
	open_station(&two, 2, 2, 9, 0);
	RUN_UNTIL(two.to_all > 0, 30000);
	run_for(2000); /* the first is said twice, then it is quiet */
	CHECK(two.last.saying == 0);
	one.fetch = (struct datagram_fetch){ .name = { 5 },
					     .saying = CARRIER_WANTS };
	/* A busy machine may be late once, and is not every time. */
	while (!two_urgent_ones_are_heard_at_once(100 + 2 * tries))
		CHECK(++tries < 20);
	CHECK(two.last.name[0] == 5 && two.last.saying == CARRIER_WANTS);
	/* And once more a second later, and from then on every few. */
	run_for(ANNOUNCER_REPEAT_MS + 500);
	heard = two.to_all;
	one.fetch.pieces = 5;
	/* While it does not fetch, it were 8 to 12 s. */
	RUN_UNTIL(two.last.pieces == 5, ANNOUNCER_BUSY_MS * 6 / 5 + 3000);
	CHECK(two.to_all > heard && two.to_us == 0);
	close_station(&one);
	close_station(&two);
	close_loop();
}

static void what_was_sent_to_us_alone_is_not_of_the_lan(void)
{
	struct secret_key *key = key_of(5);
	uint8_t wire[DATAGRAM_MAX];
	struct bytes all = signed_datagram(key, wire);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	open_loop();
	open_station(&one, 1, 1, 9, 0);
	send_raw(fd, all);
	RUN_UNTIL(one.to_us == 1, 30000);
	CHECK(one.to_all == 0 && one.appeared == 1);
	close(fd);
	close_station(&one);
	close_loop();
	secret_key_free(key);
}

static void a_taken_port_is_said_and_is_no_failure(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
				   .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0);
	open_loop();
	open_station(&one, 1, 1, 9, 0);
	CHECK(strstr(one.announcer.trouble, "UDP port") != NULL);
	run_for(120);
	announcer_changed(&one.announcer);
	CHECK(one.announcer.counts.sent == 0);

	/* Once it is free, the next look at the interfaces takes it. */
	close(fd);
	uv_timer_set_repeat(&one.announcer.scan_timer, 1);
	CHECK(uv_timer_again(&one.announcer.scan_timer) == 0);
	RUN_UNTIL(one.announcer.counts.sent > 0, 5000);
	CHECK(one.announcer.trouble[0] == 0);
	close_station(&one);
	close_loop();
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	port = (uint16_t)(20000 + getpid() % 10000);
	two_processes_share_the_port();
	two_nodes_find_each_other_and_say_goodbye();
	a_copied_data_directory_is_noticed();
	other_communities_are_not_heard();
	a_node_bound_to_one_address_announces_that();
	no_flipped_bit_is_believed();
	hostile_datagrams_cost_little_and_change_nothing();
	what_is_urgent_is_heard_at_once_and_fetches_often();
	what_was_sent_to_us_alone_is_not_of_the_lan();
	a_taken_port_is_said_and_is_no_failure();
	return 0;
}
