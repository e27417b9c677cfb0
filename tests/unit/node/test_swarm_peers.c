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
	struct swarm_announce what = { "http://h:1", btmh, key, 7434, 12345 };
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

int main(void)
{
	compact_peers_of_both_families_are_read();
	refusals_and_junk_are_told_apart();
	the_url_says_who_asks_for_what();
	return 0;
}
