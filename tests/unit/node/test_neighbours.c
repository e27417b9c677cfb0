#include "node/neighbours.h"

#include <string.h>

#include "node/own_statement.h"
#include "signing/digest.h"
#include "tests/support/check.h"

static struct neighbours table;
static struct neighbour_news news;

/* The n-th node of a world, as it announces itself. */
static struct datagram node(uint32_t n)
{
	struct datagram d = { .boot = 1,
			      .seq = 1,
			      .http_port = 7433,
			      .swarm_port = 7434,
			      .trust_version = 1,
			      .root_version = 1,
			      .region = "431081101" };

	memcpy(d.key, "node", 4);
	memcpy(d.key + 4, &n, sizeof(n));
	memcpy(d.instance, &n, sizeof(n));
	return d;
}

static void set_head(struct datagram *d, uint8_t origin, uint64_t size)
{
	struct datagram_head *h = &d->heads[d->head_count++];

	memset(h->origin, origin, sizeof(h->origin));
	h->size = size;
}

static struct statement statement_of(const struct datagram *d, uint32_t seq)
{
	struct statement st = { .boot = d->boot,
				.seq = seq,
				.name = "罗围站",
				.region = "431081101203",
				.swarm_port = d->swarm_port,
				.trust_version = d->trust_version,
				.root_version = d->root_version };

	memcpy(st.key, d->key, sizeof(st.key));
	memcpy(st.instance, d->instance, sizeof(st.instance));
	return st;
}

static enum status hear(const struct datagram *d, uint32_t from, int64_t now)
{
	memset(&news, 0x5a, sizeof(news));
	return neighbours_hear(&table, d, from, now, &news);
}

static struct neighbour *heard(uint32_t n, uint32_t from, int64_t now)
{
	struct datagram d = node(n);

	CHECK(hear(&d, from, now) == STATUS_OK);
	CHECK(news.row != NULL);
	return news.row;
}

static void confirm(struct neighbour *row, uint32_t n, int64_t now)
{
	struct datagram d = node(n);
	struct statement st = statement_of(&d, 1);

	CHECK(neighbours_answered(&table, row->id, &st, now, &news) ==
	      STATUS_OK);
	CHECK(news.row->confirmed);
}

static void a_node_appears_changes_and_goes(void)
{
	struct datagram d = node(1);
	struct neighbour gone;

	CHECK(neighbours_init(&table) == STATUS_OK);
	set_head(&d, 7, 10);
	CHECK(hear(&d, 0xc0a80005, 1000) == STATUS_OK);
	CHECK((news.what & NEIGHBOUR_APPEARED) != 0 && !news.has_gone);
	CHECK(strcmp(news.row->url, "http://192.168.0.5:7433") == 0);
	CHECK(!news.row->confirmed && neighbour_is_alive(news.row, 1000));

	d.seq = 2;
	CHECK(hear(&d, 0xc0a80005, 11000) == STATUS_OK && news.what == 0);
	d.seq = 3;
	d.heads[0].size = 11;
	CHECK(hear(&d, 0xc0a80005, 21000) == STATUS_OK);
	CHECK(news.what == NEIGHBOUR_HEADS);
	d.seq = 4;
	d.heads[0].root[0] ^= 1;
	CHECK(hear(&d, 0xc0a80005, 22000) == STATUS_OK);
	CHECK(news.what == NEIGHBOUR_HEADS);
	d.seq = 5;
	d.statement_version = 1;
	d.trust_version = 2;
	CHECK(hear(&d, 0xc0a80005, 23000) == STATUS_OK);
	CHECK(news.what == (NEIGHBOUR_STATEMENT | NEIGHBOUR_TRUST));

	CHECK(!neighbours_take_gone(&table, 83000, &gone));
	CHECK(neighbours_take_gone(&table, 83001, &gone));
	CHECK(memcmp(gone.key, d.key, sizeof(d.key)) == 0);
	CHECK(table.count == 0 && neighbours_find(&table, d.key) == NULL);
	neighbours_release(&table);
}

static void old_words_are_not_heard_again(void)
{
	struct datagram d = node(1);
	bool known;

	CHECK(neighbours_init(&table) == STATUS_OK);
	d.seq = 5;
	CHECK(neighbours_expect(&table, &d, 9, 0, &known) && !known);
	CHECK(hear(&d, 9, 0) == STATUS_OK);
	CHECK(!neighbours_expect(&table, &d, 9, 0, &known));
	CHECK(hear(&d, 9, 0) == STATUS_OLD && news.row != NULL);
	d.seq = 4;
	CHECK(hear(&d, 9, 1) == STATUS_OLD);
	d.boot = 0;
	d.seq = 99;
	CHECK(hear(&d, 9, 1) == STATUS_OLD);
	d.boot = 2;
	d.seq = 1;
	d.instance[0] ^= 1;
	CHECK(neighbours_expect(&table, &d, 9, 2, &known));
	CHECK(hear(&d, 9, 2) == STATUS_OK);
	CHECK(news.what == NEIGHBOUR_RESTARTED);
	neighbours_release(&table);
}

static void a_copied_node_is_seen_and_not_believed(void)
{
	struct datagram d = node(1), copy = node(1);
	bool known;

	CHECK(neighbours_init(&table) == STATUS_OK);
	copy.instance[0] ^= 1;
	copy.seq = 50;
	CHECK(hear(&d, 9, 0) == STATUS_OK);
	CHECK(hear(&copy, 10, 100) == STATUS_OLD);
	CHECK(news.row->twin_ms == 100 && news.row->address == 9);
	/* Not every word of it is worth a signature check. */
	copy.seq = 51;
	CHECK(!neighbours_expect(&table, &copy, 10, 200, &known));
	CHECK(neighbours_expect(&table, &copy, 10, 5100, &known));
	/* When the first is silent long enough, the other is the node: a
	 * disk put back from a backup. */
	CHECK(hear(&copy, 10, 61000) == STATUS_OK);
	CHECK(news.row->address == 10);
	neighbours_release(&table);
}

static void a_node_on_two_networks_keeps_its_address(void)
{
	struct datagram d = node(1);
	bool known;

	CHECK(neighbours_init(&table) == STATUS_OK);
	CHECK(hear(&d, 9, 0) == STATUS_OK);
	for (int64_t now = 10000; now <= 50000; now += 10000) {
		/* Its other network is faster now, */
		d.seq++;
		CHECK(hear(&d, 10, now) == STATUS_OK && news.what == 0);
		CHECK(news.row->address == 9);
		/* and the repetition says that the first still works. */
		CHECK(!neighbours_expect(&table, &d, 9, now + 1, &known));
	}
	d.seq++;
	CHECK(hear(&d, 10, 75000) == STATUS_OK);
	CHECK(news.row->address == 9);
	d.seq++;
	CHECK(hear(&d, 10, 76000) == STATUS_OK);
	CHECK(news.what == NEIGHBOUR_MOVED && news.row->address == 10);
	CHECK(strcmp(news.row->url, "http://0.0.0.10:7433") == 0);
	neighbours_release(&table);
}

static void goodbye_ends_a_row_at_once(void)
{
	struct datagram d = node(1);

	CHECK(neighbours_init(&table) == STATUS_OK);
	d.flags = DATAGRAM_LEAVING;
	CHECK(hear(&d, 9, 0) == STATUS_OK && news.row == NULL);
	CHECK(!news.has_gone && table.count == 0);
	heard(1, 9, 1);
	d.seq = 2;
	CHECK(hear(&d, 9, 2) == STATUS_OK && news.row == NULL);
	CHECK(news.has_gone && table.count == 0);
	neighbours_release(&table);
}

static void a_flood_of_invented_nodes_displaces_nobody_real(void)
{
	CHECK(neighbours_init(&table) == STATUS_OK);
	for (uint32_t n = 0; n < 50; n++)
		confirm(heard(n, 0xc0a80001 + n, 0), n, 1);
	CHECK(neighbours_add_url(&table, "http://up.example:7433", 1) ==
	      STATUS_OK);
	/* From as many addresses, and all from one. */
	for (uint32_t n = 1000; n < 101000; n++) {
		CHECK(heard(n, n % 2 ? 0x0a000000 + n : 0xc0a800ff, 2 + n) !=
		      NULL);
		CHECK(table.count <= NEIGHBOURS_MAX);
	}
	CHECK(table.count == NEIGHBOURS_MAX);
	for (uint32_t n = 0; n < 50; n++) {
		struct datagram d = node(n);

		CHECK(neighbours_find(&table, d.key) != NULL);
	}
	neighbours_release(&table);
}

static void one_address_makes_room_among_its_own(void)
{
	struct datagram first = node(7);

	CHECK(neighbours_init(&table) == STATUS_OK);
	heard(7, 0x0a000001, 0);
	for (uint32_t n = 1000; n < 1100; n++) {
		struct neighbour *row = heard(n, 0x0a000002, (int64_t)n);

		confirm(row, n, n);
		if (n == 1000 + NEIGHBOURS_PER_ADDRESS - 1)
			break;
	}
	for (uint32_t n = 2000; n < 2100; n++) {
		struct datagram d = node(n);

		CHECK(hear(&d, 0x0a000002, n) == STATUS_NO_ROOM);
	}
	CHECK(neighbours_find(&table, first.key) != NULL);
	CHECK(table.count == 1 + NEIGHBOURS_PER_ADDRESS);
	/* Many on one machine are no flood. */
	for (uint32_t n = 3000; n < 3100; n++)
		heard(n, 0x7f000001, n);
	neighbours_release(&table);
}

static void a_table_of_confirmed_nodes_takes_no_more(void)
{
	struct datagram d = node(99999);

	CHECK(neighbours_init(&table) == STATUS_OK);
	for (uint32_t n = 0; n < NEIGHBOURS_MAX; n++)
		confirm(heard(n, 0x0a000000 + n, 0), n, 1);
	CHECK(hear(&d, 5, 2) == STATUS_NO_ROOM && news.row == NULL);
	CHECK(neighbours_add_url(&table, "http://x/", 2) == STATUS_NO_ROOM);
	neighbours_release(&table);
}

/* One who has many addresses and answers at all of them. */
static void who_fills_the_table_gives_way_to_newcomers(void)
{
	uint32_t oldest[2] = { 100000, 100001 };

	CHECK(neighbours_init(&table) == STATUS_OK);
	for (uint32_t n = 0; n < 2; n++)
		confirm(heard(oldest[n], 0xc0a80001 + n, 0), oldest[n], 0);
	for (uint32_t n = 0; table.count < NEIGHBOURS_MAX; n++)
		confirm(heard(n, 0x0a000000 + n % 20, 1 + n), n, 1 + n);
	for (uint32_t n = 1; n <= 100; n++) {
		struct neighbour *row =
			heard(200000 + n, 0xc0a80100 + n, 1000);

		CHECK(news.has_gone && news.gone.address >> 24 == 10);
		confirm(row, 200000 + n, 1000);
	}
	CHECK(table.count == NEIGHBOURS_MAX);
	for (uint32_t n = 0; n < 20; n++) {
		struct datagram d = node(n); /* the first of each address */

		CHECK(neighbours_find(&table, d.key) != NULL);
	}
	neighbours_release(&table);
}

static unsigned asked_in(int64_t from, int64_t to, uint32_t *real,
			 unsigned *real_asked)
{
	unsigned asked = 0;

	*real_asked = 0;
	for (int64_t now = from; now < to; now += 10) {
		struct neighbour *row;

		while ((row = neighbours_next_to_ask(&table, now)) != NULL) {
			asked++;
			*real_asked += real != NULL && row->address == *real;
			neighbours_failed(&table, row->id, now);
		}
	}
	return asked;
}

static void invented_nodes_make_us_ask_little(void)
{
	uint32_t real = 0xc0a80005;
	unsigned asked, real_asked;

	CHECK(neighbours_init(&table) == STATUS_OK);
	for (uint32_t n = 1000; n < 1400; n++)
		heard(n, 0x0a000000 + n % 250, 0);
	heard(7, real, 0);
	asked = asked_in(0, 10000, &real, &real_asked);
	CHECK(asked >= NEIGHBOUR_ASKS_STRANGERS &&
	      asked <= NEIGHBOUR_ASKS_STRANGERS +
			       10000 / NEIGHBOUR_ASKS_STRANGERS_MS);
	neighbours_release(&table);

	/* Who has come by himself is asked among the first. */
	CHECK(neighbours_init(&table) == STATUS_OK);
	for (uint32_t n = 1000; n < 1400; n++)
		heard(n, 0x0a000000 + n % 250, 0);
	heard(7, real, 0);
	neighbours_met(&table, real, 0);
	(void)asked_in(0, 20, &real, &real_asked);
	CHECK(real_asked == 1);
	neighbours_release(&table);

	/* One address does not have all of it, and not for ever. */
	CHECK(neighbours_init(&table) == STATUS_OK);
	for (uint32_t n = 1000; n < 1032; n++)
		heard(n, real, 0);
	asked = asked_in(0, 10000, NULL, &real_asked);
	CHECK(asked <= NEIGHBOUR_ASKS_OF + 10000 / NEIGHBOUR_ASKS_OF_MS);
	CHECK(neighbours_has_met(&table, real, 0) == false);
	neighbours_met(&table, real, 5);
	CHECK(neighbours_has_met(&table, real, 500000));
	CHECK(!neighbours_has_met(&table, real, 700000));
	neighbours_release(&table);
}

static void who_has_been_met_makes_room_last(void)
{
	uint32_t real = 0xc0a80005;
	struct datagram d = node(7);
	bool known;

	CHECK(neighbours_init(&table) == STATUS_OK);
	heard(7, real, 0);
	CHECK(neighbours_expect(&table, &(struct datagram){ .seq = 1 }, real, 0,
				&known) && !known);
	neighbours_met(&table, real, 0);
	CHECK(neighbours_expect(&table, &(struct datagram){ .seq = 1 }, real, 0,
				&known) && known);
	for (uint32_t n = 1000; n < 3000; n++)
		heard(n, 0x0a000000 + n, 1);
	CHECK(neighbours_find(&table, d.key) != NULL);
	neighbours_release(&table);
}

/* Its announcements are drowned in those that others make up. */
static void a_silent_neighbour_is_asked_before_it_is_gone(void)
{
	struct neighbour *row, gone;

	CHECK(neighbours_init(&table) == STATUS_OK);
	confirm(heard(7, 9, 0), 7, 0);
	CHECK(neighbours_next_to_ask(&table, NEIGHBOUR_POLL_MS - 1) == NULL);
	row = neighbours_next_to_ask(&table, NEIGHBOUR_POLL_MS);
	CHECK(row != NULL);
	confirm(row, 7, NEIGHBOUR_POLL_MS);
	CHECK(!neighbours_take_gone(&table, NEIGHBOUR_GONE_MS + 1, &gone));
	neighbours_release(&table);
}

static void who_has_more_is_found_largest_first(void)
{
	uint8_t origin[DATAGRAM_ORIGIN_SIZE];
	struct neighbour *rows[3];

	CHECK(neighbours_init(&table) == STATUS_OK);
	memset(origin, 7, sizeof(origin));
	for (uint32_t n = 1; n <= 5; n++) {
		struct datagram d = node(n);

		set_head(&d, 8, 99);
		set_head(&d, 7, n == 4 ? 30 : n * 10);
		CHECK(hear(&d, n, n) == STATUS_OK);
	}
	/* What strangers show leads to nothing. */
	CHECK(neighbours_with_head(&table, origin, 0, 10, rows, 3) == 0);
	CHECK(neighbours_with_trust(&table, 0, 1, 10, rows, 3) == 0);
	for (size_t i = 0; i < table.count; i++)
		table.rows[i].confirmed = true;
	/* sizes 10, 20, 30, 30, 50; 4 was heard after 3 */
	CHECK(neighbours_with_head(&table, origin, 20, 10, rows, 3) == 3);
	CHECK(rows[0]->address == 5 && rows[1]->address == 4 &&
	      rows[2]->address == 3);
	CHECK(neighbours_with_head(&table, origin, 50, 10, rows, 3) == 0);
	CHECK(neighbours_with_head(&table, origin, 0, 10, rows, 2) == 2);
	CHECK(rows[1]->address == 4);
	CHECK(neighbours_with_head(&table, origin, 0, 60004, rows, 3) == 2);
	/* Each of them in turn, whatever the others say. */
	for (uint32_t n = 2; n <= 5; n++) {
		unsigned turn = 0;

		do
			rows[0] = neighbours_turn_with_head(&table, origin, 10,
							    10, turn);
		while (rows[0]->address != n && ++turn < 5);
		CHECK(turn < 5);
	}
	CHECK(neighbours_turn_with_head(&table, origin, 50, 10, 3) == NULL);
	origin[0] = 9;
	CHECK(neighbours_with_head(&table, origin, 0, 10, rows, 3) == 0);
	CHECK(neighbours_turn_with_head(&table, origin, 0, 10, 0) == NULL);
	CHECK(neighbours_with_trust(&table, 1, 1, 10, rows, 3) == 0);
	CHECK(neighbours_with_trust(&table, 0, 1, 10, rows, 3) == 3);
	neighbours_release(&table);
}

static void heads_that_are_not_repeated_are_remembered(void)
{
	struct datagram d = node(1);
	uint8_t origin[DATAGRAM_ORIGIN_SIZE];

	CHECK(neighbours_init(&table) == STATUS_OK);
	for (int round = 0; round < 5; round++) {
		d.seq++;
		d.head_count = 0;
		for (int i = 0; i < 20; i++)
			set_head(&d, (uint8_t)(round * 20 + i), 5);
		CHECK(hear(&d, 1, round) == STATUS_OK);
		CHECK((news.what & NEIGHBOUR_HEADS) != 0);
	}
	CHECK(news.row->head_count == NEIGHBOUR_HEADS_MAX);
	memset(origin, 45, sizeof(origin));
	CHECK(neighbour_head(news.row, origin) != NULL);
	memset(origin, 5, sizeof(origin));
	CHECK(neighbour_head(news.row, origin) == NULL);
	neighbours_release(&table);
}

static void a_statement_confirms_and_fills(void)
{
	struct datagram d = node(1), other = node(2);
	struct statement st = statement_of(&other, 1);
	char logs[] = "log a.example/1 12 "
		      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
	uint8_t hash[SHA256_SIZE];
	uint64_t id;

	CHECK(neighbours_init(&table) == STATUS_OK);
	d.statement_version = 3;
	CHECK(hear(&d, 9, 0) == STATUS_OK);
	id = news.row->id;
	CHECK(neighbours_answered(&table, id, &st, 1, &news) ==
	      STATUS_UNTRUSTED);
	CHECK(!news.row->confirmed && news.row->failures == 1);

	st = statement_of(&d, 3);
	st.lists = bytes_of(logs);
	CHECK(neighbours_answered(&table, id, &st, 2, &news) == STATUS_OK);
	CHECK(news.what == (NEIGHBOUR_STATEMENT | NEIGHBOUR_HEADS |
			    NEIGHBOUR_CONFIRMED));
	CHECK(news.row->confirmed && news.row->failures == 0);
	CHECK(strcmp(news.row->name, "罗围站") == 0);
	sha256("a.example/1", 11, hash);
	CHECK(neighbour_head(news.row, hash)->size == 12);
	CHECK(neighbours_answered(&table, id, &st, 3, &news) == STATUS_OK);
	CHECK(news.what == 0);
	CHECK(neighbours_answered(&table, 12345, &st, 3, &news) ==
	      STATUS_NOT_FOUND);
	neighbours_release(&table);
}

static void a_listed_node_never_goes_and_becomes_one_with_its_own_row(void)
{
	struct datagram d = node(1);
	struct statement st = statement_of(&d, 1);
	struct neighbour gone, *row;
	uint64_t id;

	CHECK(neighbours_init(&table) == STATUS_OK);
	CHECK(neighbours_add_url(&table, "ftp://x", 0) == STATUS_MALFORMED);
	CHECK(neighbours_add_url(&table, "", 0) == STATUS_MALFORMED);
	CHECK(neighbours_add_url(&table, "http://10.0.0.7:80/", 0) ==
	      STATUS_OK);
	CHECK(neighbours_add_url(&table, "http://10.0.0.7:80", 0) ==
	      STATUS_EXISTS);
	CHECK(!neighbours_take_gone(&table, 1000000, &gone));
	row = neighbours_next_to_ask(&table, 0);
	CHECK(row != NULL && strcmp(row->url, "http://10.0.0.7:80") == 0);
	CHECK(row->address == 0x0a000007 && !neighbour_is_alive(row, 0));
	id = row->id;
	row->owner = &id;
	set_head(&d, 7, 3);
	CHECK(hear(&d, 0x0a000007, 10) == STATUS_OK);
	CHECK(table.count == 2);

	CHECK(neighbours_answered(&table, id, &st, 20, &news) == STATUS_OK);
	CHECK(news.has_gone && news.gone.id != id && table.count == 1);
	row = neighbours_find(&table, d.key);
	CHECK(row == news.row && row->id == id && row->owner == &id);
	CHECK(row->head_count == 1 && row->listed && row->confirmed);
	CHECK(strcmp(row->url, "http://10.0.0.7:80") == 0);

	/* A goodbye leaves it listed, silent, asked now and then. */
	d.seq = 2;
	d.flags = DATAGRAM_LEAVING;
	CHECK(hear(&d, 0x0a000007, 30) == STATUS_OK && !news.has_gone);
	CHECK(!neighbour_is_alive(row, 30));
	CHECK(neighbours_next_to_ask(&table, 20000) == row);
	CHECK(neighbours_answered(&table, id, &st, 20001, &news) == STATUS_OK);
	CHECK(news.what == NEIGHBOUR_APPEARED);

	/* Another box under the same URL. */
	d = node(2);
	st = statement_of(&d, 1);
	CHECK(neighbours_answered(&table, id, &st, 20002, &news) == STATUS_OK);
	CHECK(memcmp(news.row->key, d.key, sizeof(d.key)) == 0);
	CHECK(news.row->head_count == 0 && table.count == 1);
	neighbours_release(&table);
}

static void two_urls_of_one_node_are_not_asked_without_end(void)
{
	struct datagram d = node(1);
	struct statement st = statement_of(&d, 1);
	unsigned asked = 0;

	CHECK(neighbours_init(&table) == STATUS_OK);
	CHECK(neighbours_add_url(&table, "http://a", 0) == STATUS_OK);
	CHECK(neighbours_add_url(&table, "http://b", 0) == STATUS_OK);
	for (int64_t now = 0; now < 60000; now += 100) {
		struct neighbour *row = neighbours_next_to_ask(&table, now);

		if (row == NULL)
			continue;
		asked++;
		CHECK(neighbours_answered(&table, row->id, &st, now, &news) ==
		      STATUS_OK);
	}
	CHECK(asked >= 4 && asked <= 8);
	neighbours_release(&table);
}

static void the_silent_are_asked_less_and_less(void)
{
	unsigned asked = 0;

	CHECK(neighbours_init(&table) == STATUS_OK);
	for (int64_t now = 0; now < 300000; now += 50) {
		struct neighbour *row;

		if (now % 10000 == 0) {
			struct datagram d = node(1);

			d.seq = (uint32_t)(now / 10000 + 1);
			CHECK(hear(&d, 9, now) == STATUS_OK);
		}
		row = neighbours_next_to_ask(&table, now);
		if (row == NULL)
			continue;
		asked++;
		CHECK(neighbours_next_to_ask(&table, now + 5000) == NULL);
		neighbours_failed(&table, row->id, now);
	}
	/* after 0, 1, 2, 4, 8, 16, 32 and then every 60 s */
	CHECK(asked >= 9 && asked <= 12);
	neighbours_release(&table);
}

int main(void)
{
	a_node_appears_changes_and_goes();
	old_words_are_not_heard_again();
	a_copied_node_is_seen_and_not_believed();
	a_node_on_two_networks_keeps_its_address();
	goodbye_ends_a_row_at_once();
	a_flood_of_invented_nodes_displaces_nobody_real();
	one_address_makes_room_among_its_own();
	a_table_of_confirmed_nodes_takes_no_more();
	who_fills_the_table_gives_way_to_newcomers();
	invented_nodes_make_us_ask_little();
	who_has_been_met_makes_room_last();
	a_silent_neighbour_is_asked_before_it_is_gone();
	who_has_more_is_found_largest_first();
	heads_that_are_not_repeated_are_remembered();
	a_statement_confirms_and_fills();
	a_listed_node_never_goes_and_becomes_one_with_its_own_row();
	two_urls_of_one_node_are_not_asked_without_end();
	the_silent_are_asked_less_and_less();
	return 0;
}
