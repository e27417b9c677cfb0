#include "node/swarm_peers.h"
#include "tests/support/check.h"

#include <string.h>

struct seen {
	unsigned count;
	struct engine_address last;
};

static void see(void *owner, const struct engine_address *peer)
{
	struct seen *seen = owner;

	seen->count++;
	seen->last = *peer;
}

static void compact_peers_of_both_families_are_read(void)
{
	static const char answer[] = "d8:intervali90e5:peers12:"
				     "\x0a\x00\x00\x01\x1d\x0a"
				     "\x0a\x00\x00\x02\x00\x00"
				     "6:peers618:"
				     "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
				     "\x1d\x0b"
				     "e";
	struct seen seen = { 0 };

	CHECK(swarm_peers_read((struct bytes){ (const uint8_t *)answer,
					       sizeof(answer) - 1 },
			       see, &seen) == STATUS_OK);
	CHECK(seen.count == 2); /* port 0 is nobody */
	CHECK(seen.last.port == 0x1d0b && seen.last.ip[0] == 0xfe);
}

static void refusals_and_junk_are_told_apart(void)
{
	struct seen seen = { 0 };

	CHECK(swarm_peers_read(bytes_of("d14:failure reason4:nonee"), see,
			       &seen) == STATUS_NOT_FOUND);
	CHECK(swarm_peers_read(bytes_of("d5:peers5:abcdee"), see, &seen) ==
	      STATUS_MALFORMED);
	CHECK(swarm_peers_read(bytes_of("<html>"), see, &seen) ==
	      STATUS_MALFORMED);
	CHECK(seen.count == 0);
}

static void the_url_says_who_asks_for_what(void)
{
	uint8_t btmh[32], key[32];
	struct swarm_announce what = { .url = "http://h:1",
				       .btmh = btmh,
				       .node_key = key,
				       .port = 7434,
				       .left = 12345 };
	struct buf url = BUF_INIT;

	memset(btmh, 'a', sizeof(btmh));
	memset(key, 0x5c, sizeof(key));
	swarm_announce_url(&what, &url);
	CHECK(strcmp(buf_string(&url),
		     "http://h:1/announce?info_hash=aaaaaaaaaaaaaaaaaaaa"
		     "&peer_id=-XT0100-5c5c5c5c5c5c&port=7434&uploaded=0"
		     "&downloaded=0&left=12345&compact=1&numwant=50") == 0);
	buf_release(&url);
}

struct met {
	unsigned count;
	struct swarm_node last;
};

static void meet(void *owner, const struct swarm_node *node)
{
	struct met *m = owner;

	m->count++;
	m->last = *node;
}

static enum status nodes_in(const char *answer, size_t size, struct met *m)
{
	*m = (struct met){ 0 };
	return swarm_nodes_read(
		(struct bytes){ (const uint8_t *)answer, size }, meet, m);
}

#define TEXT(text) text, sizeof(text) - 1
#define NODE(port, id)                                                       \
	"\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01" port               \
	"\0\0\0\0\0\0\x01" id

static void nodes_that_swap_are_read(void)
{
	struct met m;
	struct buf many = BUF_INIT;

	CHECK(nodes_in(TEXT("d5:nodes52:" NODE("\x1d\x09", "\x02")
			    NODE("\x1d\x0a", "\x03") "e"),
		       &m) == STATUS_OK);
	CHECK(m.count == 2 && m.last.id == 0x0103);
	CHECK(m.last.at.port == 0x1d0a && m.last.at.ip[15] == 1);
	CHECK(nodes_in(TEXT("d5:nodes26:" NODE("\0\0", "\x02") "e"), &m) ==
	      STATUS_OK);
	CHECK(m.count == 0); /* port 0 is nobody */
	CHECK(nodes_in(TEXT("d5:peers0:e"), &m) == STATUS_OK && m.count == 0);
	CHECK(nodes_in(TEXT("d5:nodesi5ee"), &m) == STATUS_OK && m.count == 0);
	CHECK(nodes_in(TEXT("d5:nodes25:0123456789012345678901234e"), &m) ==
	      STATUS_MALFORMED);
	CHECK(nodes_in(TEXT("d14:failure reason1:xe"), &m) ==
	      STATUS_NOT_FOUND);
	CHECK(nodes_in(TEXT("nonsense"), &m) == STATUS_MALFORMED);
	buf_puts(&many, "d5:nodes5200:");
	for (int i = 0; i < 200; i++)
		buf_put(&many, TEXT(NODE("\x1d\x09", "\x02")));
	buf_puts(&many, "e");
	CHECK(nodes_in((const char *)many.data, many.size, &m) == STATUS_OK);
	CHECK(m.count == SWARM_NODES_MAX);
	buf_release(&many);
}

static void who_swaps_says_where(void)
{
	static const uint8_t btmh[32] = "aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbb";
	static const uint8_t key[32] = { 1, 2, 3, 4, 5, 6, 7, 0xf8, 9 };
	struct swarm_announce what = { .url = "http://h:1",
				       .btmh = btmh,
				       .node_key = key,
				       .port = 7434,
				       .left = 1 };
	struct buf url = BUF_INIT;

	swarm_announce_url(&what, &url);
	CHECK(strstr(buf_string(&url), "http=") == NULL &&
	      strstr(buf_string(&url), "event=") == NULL);
	buf_clear(&url);
	what.http_port = 7433;
	what.event = "started";
	swarm_announce_url(&what, &url);
	CHECK(strstr(buf_string(&url), "&event=started&http=7433"
				       "&node=01020304050607f8") != NULL);
	buf_release(&url);
}

static void an_address_is_written_as_people_do(void)
{
	struct engine_address at;
	char text[SWARM_ADDRESS_SIZE];

	engine_address_v4(&at, (const uint8_t[]){ 192, 0, 2, 1 }, 7434);
	swarm_address_text(&at, text);
	CHECK(strcmp(text, "192.0.2.1:7434") == 0);
	at = (struct engine_address){ .ip = { 0x20, 1, [15] = 7 }, .port = 1 };
	swarm_address_text(&at, text);
	CHECK(strcmp(text, "[2001::7]:1") == 0);
}

int main(void)
{
	an_address_is_written_as_people_do();
	compact_peers_of_both_families_are_read();
	refusals_and_junk_are_told_apart();
	the_url_says_who_asks_for_what();
	nodes_that_swap_are_read();
	who_swaps_says_where();
	return 0;
}
