#include "proto/enginewire.h"

#include <string.h>

#include "proto/metainfo.h"
#include "tests/support/check.h"

static struct engine_scratch scratch;

/* The frame of what was encoded, without its length. */
static struct bytes frame_of(const struct buf *b)
{
	struct bytes frame = { NULL, 0 };
	size_t taken = 0;

	CHECK(enginewire_next(buf_bytes(b), &frame, &taken) == STATUS_OK);
	CHECK(taken == b->size);
	CHECK(frame.size == b->size - ENGINEWIRE_LENGTH_SIZE);
	return frame;
}

/* Every prefix and one byte too many are refused, and the exact frame is
 * encoded to the same bytes again. */
static void command_is_strict(const struct engine_command *command,
			      struct engine_command *back)
{
	struct buf b = BUF_INIT, again = BUF_INIT;
	struct engine_command other;
	struct bytes frame;

	CHECK(engine_command_encode(&b, command) == STATUS_OK);
	frame = frame_of(&b);
	for (size_t size = 0; size < frame.size; size++)
		CHECK(engine_command_decode((struct bytes){ frame.data, size },
					    &other) == STATUS_MALFORMED);
	CHECK(engine_command_decode(frame, back) == STATUS_OK);
	CHECK(engine_command_encode(&again, back) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&b), buf_bytes(&again)));
	buf_put_u8(&b, 0);
	frame.data = b.data + ENGINEWIRE_LENGTH_SIZE;
	frame.size++;
	CHECK(engine_command_decode(frame, &other) == STATUS_MALFORMED);
	buf_release(&again);
	buf_release(&b);
}

static void event_is_strict(const struct engine_event *event)
{
	struct buf b = BUF_INIT, again = BUF_INIT;
	struct engine_event back, other;
	struct bytes frame;

	CHECK(engine_event_encode(&b, event) == STATUS_OK);
	frame = frame_of(&b);
	for (size_t size = 0; size < frame.size; size++)
		CHECK(engine_event_decode((struct bytes){ frame.data, size },
					  &scratch, &other) ==
		      STATUS_MALFORMED);
	CHECK(engine_event_decode(frame, &scratch, &back) == STATUS_OK);
	CHECK(back.type == event->type && back.slot == event->slot);
	CHECK(engine_event_encode(&again, &back) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&b), buf_bytes(&again)));
	buf_put_u8(&b, 0);
	frame.data = b.data + ENGINEWIRE_LENGTH_SIZE;
	frame.size++;
	CHECK(engine_event_decode(frame, &scratch, &other) ==
	      STATUS_MALFORMED);
	buf_release(&again);
	buf_release(&b);
}

static void commands_come_back_as_they_went(void)
{
	static const uint8_t have[] = { 0xff, 0x80 };
	struct engine_command c, back;

	c = (struct engine_command){ .type = ENGINE_COMMAND_LIMITS };
	c.limits.rate_up = 1u << 20;
	c.limits.rate_down = UINT64_MAX;
	c.limits.connections = 17;
	c.limits.lan_count = 2;
	c.limits.lan[0].bits = 128;
	c.limits.lan[1].ip[15] = 7;
	command_is_strict(&c, &back);
	CHECK(back.limits.rate_down == UINT64_MAX);
	CHECK(back.limits.lan_count == 2 && back.limits.lan[1].ip[15] == 7);

	c = (struct engine_command){ .type = ENGINE_COMMAND_ADD, .slot = 3 };
	c.add.mode = ENGINE_FETCH;
	c.add.lan_only = true;
	c.add.btmh[31] = 9;
	c.add.torrent = bytes_of("d4:infodee");
	c.add.have = (struct bytes){ have, sizeof(have) };
	/* command_is_strict() frees what the runs point into: look at `c`. */
	command_is_strict(&c, &back);
	CHECK(back.slot == 3 && back.add.mode == ENGINE_FETCH);
	CHECK(back.add.lan_only && back.add.btmh[31] == 9);
	CHECK(back.add.torrent.size == c.add.torrent.size);
	CHECK(back.add.have.size == 2);

	c = (struct engine_command){ .type = ENGINE_COMMAND_CONNECT,
				     .slot = 1 };
	engine_address_v4(&c.connect, (const uint8_t[]){ 10, 0, 0, 1 }, 7434);
	command_is_strict(&c, &back);
	CHECK(back.connect.port == 7434 && back.connect.ip[12] == 10);
	CHECK(back.connect.ip[11] == 0xff && back.connect.ip[9] == 0);

	c = (struct engine_command){ .type = ENGINE_COMMAND_REACH,
				     .slot = UINT32_MAX,
				     .lan_only = true };
	command_is_strict(&c, &back);
	CHECK(back.lan_only && back.slot == UINT32_MAX);
	c = (struct engine_command){ .type = ENGINE_COMMAND_DOOR };
	c.door.known_only = true;
	c.door.node_key[31] = 8;
	command_is_strict(&c, &back);
	CHECK(back.door.known_only && back.door.node_key[31] == 8);
	c = (struct engine_command){ .type = ENGINE_COMMAND_PROVE, .slot = 2 };
	c.prove.peer = UINT64_MAX;
	c.prove.signature[63] = 7;
	command_is_strict(&c, &back);
	CHECK(back.prove.peer == UINT64_MAX && back.prove.signature[63] == 7);
	c = (struct engine_command){ .type = ENGINE_COMMAND_ADMIT, .slot = 2 };
	c.admit.peer = 9;
	c.admit.verdict = ENGINE_SILENT;
	command_is_strict(&c, &back);
	CHECK(back.admit.peer == 9 && back.admit.verdict == ENGINE_SILENT);
	for (int type = 0; type < 4; type++) {
		static const enum engine_command_type bare[] = {
			ENGINE_COMMAND_RELEASE, ENGINE_COMMAND_FLUSH,
			ENGINE_COMMAND_PEERS, ENGINE_COMMAND_STATS
		};

		c = (struct engine_command){ .type = bare[type] };
		c.slot = bare[type] == ENGINE_COMMAND_STATS ? 0 : 5;
		command_is_strict(&c, &back);
	}
}

static void events_come_back_as_they_went(void)
{
	static const uint8_t have[] = { 0xa0 };
	struct engine_peer peers[2] = {
		{ .bytes_from = 1, .rate_to = 4, .seed = true },
		{ .bytes_to = 2, .rate_from = 3, .outgoing = true },
	};
	struct engine_event e = { .type = ENGINE_READY };

	e.ready.port = 7434;
	e.ready.version = 20008;
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_ADDED, .slot = 1 };
	e.added = (struct engine_added){ 3, 16384, 40000 };
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_PIECE,
				   .slot = 1,
				   .piece = 2 };
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_PROGRESS, .slot = 1 };
	e.progress = (struct engine_progress){ 1, 2, 3, 4, 5, 6 };
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_FINISHED, .slot = 1 };
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_HAVE, .slot = 1 };
	e.have = (struct bytes){ have, sizeof(have) };
	event_is_strict(&e);
	e.type = ENGINE_RELEASED;
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_FAILED, .slot = 0 };
	e.failed.status = STATUS_BUSY;
	e.failed.text = "port 7434 is taken";
	event_is_strict(&e);
	e.slot = 4;
	e.failed.have = (struct bytes){ have, sizeof(have) };
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_PEERS, .slot = 1 };
	e.peers.count = 2;
	e.peers.peer = peers;
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_STATS };
	e.stats = (struct engine_stats){ 1, 2, 3, 4,  5, 6,
					   7, 8, 9, 10, 11 };
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_HELLO, .slot = 1 };
	e.token.peer = UINT64_MAX;
	e.token.key[0] = 1;
	e.token.nonce[31] = 2;
	e.token.our_nonce[0] = 3;
	event_is_strict(&e);
	e.type = ENGINE_PROOF;
	e.token.reached[15] = 5;
	e.token.local[0] = 6;
	e.token.signature[63] = 4;
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_TURNED, .slot = 1 };
	e.turned.verdict = ENGINE_BAD_PROOF;
	e.turned.by_peer = true;
	event_is_strict(&e);
	e = (struct engine_event){ .type = ENGINE_CAGE };
	e.cage.lack[ENGINE_LAYER_FILES] = ENGINE_LACKS_KERNEL;
	event_is_strict(&e);
}

static void what_is_out_of_range_is_not_encoded(void)
{
	struct engine_command c = { .type = ENGINE_COMMAND_LIMITS };
	struct engine_event e = { .type = ENGINE_DIED };
	struct buf b = BUF_INIT;

	buf_puts(&b, "kept");
	c.limits.lan_count = ENGINEWIRE_LAN_MAX + 1;
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	c.limits.lan_count = 1;
	c.limits.lan[0].bits = 129;
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	c = (struct engine_command){ .type = ENGINE_COMMAND_ADD, .slot = 1 };
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	c.add.mode = ENGINE_SEED;
	c.add.have = bytes_of("x");
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	c = (struct engine_command){ .type = ENGINE_COMMAND_FLUSH };
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	c = (struct engine_command){ .type = ENGINE_COMMAND_STATS, .slot = 1 };
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	CHECK(engine_event_encode(&b, &e) == STATUS_MALFORMED);
	e = (struct engine_event){ .type = ENGINE_PROOF };
	CHECK(engine_event_encode(&b, &e) == STATUS_MALFORMED);
	c = (struct engine_command){ .type = ENGINE_COMMAND_ADMIT };
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	c = (struct engine_command){ .type = ENGINE_COMMAND_ADMIT, .slot = 1 };
	c.admit.verdict = ENGINE_VERDICTS;
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	e = (struct engine_event){ .type = ENGINE_TURNED, .slot = 1 };
	CHECK(engine_event_encode(&b, &e) == STATUS_MALFORMED);
	e.turned.verdict = ENGINE_VERDICTS;
	CHECK(engine_event_encode(&b, &e) == STATUS_MALFORMED);
	e = (struct engine_event){ .type = ENGINE_FAILED };
	e.failed.text = "all is well";
	CHECK(engine_event_encode(&b, &e) == STATUS_MALFORMED);
	e = (struct engine_event){ .type = ENGINE_CAGE };
	e.cage.lack[ENGINE_LAYER_CALLS] = ENGINE_LACK_COUNT;
	CHECK(engine_event_encode(&b, &e) == STATUS_MALFORMED);
	e = (struct engine_event){ .type = ENGINE_PEERS, .slot = 1 };
	e.peers.count = ENGINEWIRE_PEERS_MAX + 1;
	CHECK(engine_event_encode(&b, &e) == STATUS_MALFORMED);
	CHECK(bytes_is(buf_bytes(&b), "kept"));
	buf_release(&b);
}

static void a_frame_beyond_the_cap_is_refused_on_both_ways(void)
{
	struct engine_command c = { .type = ENGINE_COMMAND_ADD, .slot = 1 };
	uint8_t *large = calloc(1, ENGINEWIRE_FRAME_MAX);
	struct buf b = BUF_INIT;
	struct bytes frame;
	size_t taken = 7;

	CHECK(large != NULL);
	c.add.mode = ENGINE_FETCH;
	c.add.torrent = (struct bytes){ large, ENGINEWIRE_FRAME_MAX };
	CHECK(engine_command_encode(&b, &c) == STATUS_MALFORMED);
	CHECK(b.size == 0);
	c.add.torrent.size = ENGINEWIRE_FRAME_MAX - ENGINEWIRE_FIXED_SIZE -
			     ENGINE_BTMH_SIZE - 2 - 4 - 4;
	CHECK(engine_command_encode(&b, &c) == STATUS_OK);
	CHECK(enginewire_next(buf_bytes(&b), &frame, &taken) == STATUS_OK);
	CHECK(taken == b.size && frame.size == ENGINEWIRE_FRAME_MAX);

	buf_clear(&b);
	buf_put_u32(&b, ENGINEWIRE_FRAME_MAX + 1);
	CHECK(enginewire_next(buf_bytes(&b), &frame, &taken) ==
	      STATUS_MALFORMED);
	buf_clear(&b);
	buf_put_u32(&b, ENGINEWIRE_FIXED_SIZE - 1);
	CHECK(enginewire_next(buf_bytes(&b), &frame, &taken) ==
	      STATUS_MALFORMED);
	buf_release(&b);
	free(large);
}

static void a_stream_is_cut_where_frames_end(void)
{
	struct engine_event e = { .type = ENGINE_FINISHED, .slot = 1 };
	struct buf b = BUF_INIT;
	struct bytes frame;
	size_t taken = 7, one;

	CHECK(engine_event_encode(&b, &e) == STATUS_OK);
	one = b.size;
	e.slot = 2;
	CHECK(engine_event_encode(&b, &e) == STATUS_OK);
	for (size_t size = 0; size < one; size++) {
		struct bytes part = { b.data, size };

		CHECK(enginewire_next(part, &frame, &taken) == STATUS_OK);
		CHECK(taken == 0);
	}
	CHECK(enginewire_next(buf_bytes(&b), &frame, &taken) == STATUS_OK);
	CHECK(taken == one);
	CHECK(engine_event_decode(frame, &scratch, &e) == STATUS_OK);
	CHECK(e.slot == 1);
	buf_release(&b);
}

/* Change every byte of a frame to every value: decoding either refuses it or
 * reads something that encodes to the same bytes. */
static void no_byte_has_two_readings(void)
{
	struct engine_event e = { .type = ENGINE_FAILED, .slot = 4 };
	struct buf b = BUF_INIT, again = BUF_INIT;

	e.failed.status = STATUS_DAMAGED;
	e.failed.text = "甲.mp4";
	e.failed.have = bytes_of("\xf0");
	CHECK(engine_event_encode(&b, &e) == STATUS_OK);
	for (size_t i = ENGINEWIRE_LENGTH_SIZE; i < b.size; i++) {
		uint8_t was = b.data[i];

		for (int value = 0; value < 256; value++) {
			b.data[i] = (uint8_t)value;
			if (engine_event_decode(frame_of(&b), &scratch, &e) !=
			    STATUS_OK)
				continue;
			buf_clear(&again);
			CHECK(engine_event_encode(&again, &e) == STATUS_OK);
			CHECK(bytes_equal(buf_bytes(&b), buf_bytes(&again)));
		}
		b.data[i] = was;
	}
	buf_release(&again);
	buf_release(&b);
}

static void texts_are_made_fit_to_show(void)
{
	struct engine_event e = { .type = ENGINE_FAILED }, back;
	char text[ENGINEWIRE_TEXT_MAX + 10];
	struct buf b = BUF_INIT;

	e.failed.status = STATUS_IO;
	e.failed.text = "a\nb\x1b[2J\xff";
	CHECK(engine_event_encode(&b, &e) == STATUS_OK);
	CHECK(engine_event_decode(frame_of(&b), &scratch, &back) == STATUS_OK);
	CHECK(strcmp(back.failed.text, "a?b?[2J?") == 0 ||
	      strcmp(back.failed.text, "a?b?[2J") == 0);

	memset(text, 'x', sizeof(text));
	memcpy(text + ENGINEWIRE_TEXT_MAX - 1, "乡土", sizeof("乡土"));
	e.failed.text = text;
	buf_clear(&b);
	CHECK(engine_event_encode(&b, &e) == STATUS_OK);
	CHECK(engine_event_decode(frame_of(&b), &scratch, &back) == STATUS_OK);
	CHECK(strlen(back.failed.text) == ENGINEWIRE_TEXT_MAX - 1);
	buf_release(&b);
}

static void a_have_map_has_its_size_and_no_spare_bits(void)
{
	static const uint8_t map[] = { 0xff, 0x80, 0x00 };

	CHECK(engine_have_fits((struct bytes){ map, 2 }, 9));
	CHECK(engine_have_fits((struct bytes){ map, 2 }, 16));
	CHECK(engine_have_fits((struct bytes){ map, 1 }, 8));
	CHECK(!engine_have_fits((struct bytes){ map, 1 }, 7));
	CHECK(!engine_have_fits((struct bytes){ map, 3 }, 9));
	CHECK(!engine_have_fits((struct bytes){ map, 1 }, 9));
	CHECK(!engine_have_fits((struct bytes){ map, 0 }, 0));
}

int main(void)
{
	commands_come_back_as_they_went();
	events_come_back_as_they_went();
	what_is_out_of_range_is_not_encoded();
	a_frame_beyond_the_cap_is_refused_on_both_ways();
	a_stream_is_cut_where_frames_end();
	no_byte_has_two_readings();
	texts_are_made_fit_to_show();
	a_have_map_has_its_size_and_no_spare_bits();
	return 0;
}
