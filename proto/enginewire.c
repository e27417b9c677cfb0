#include "proto/enginewire.h"

#include <string.h>

#include "proto/metainfo.h"
#include "proto/text.h"

void engine_address_v4(struct engine_address *address,
		       const uint8_t ip4[4], uint16_t port)
{
	memset(address->ip, 0, 10);
	address->ip[10] = address->ip[11] = 0xff;
	memcpy(address->ip + 12, ip4, 4);
	address->port = port;
}

bool engine_have_fits(struct bytes map, uint32_t pieces)
{
	uint32_t spare;

	if (pieces == 0 || pieces > ENGINEWIRE_PIECES_MAX ||
	    map.size != havemap_size(pieces))
		return false;
	spare = 8 * (uint32_t)map.size - pieces;
	return (map.data[map.size - 1] & ((1u << spare) - 1)) == 0;
}

/* --- Frames --- */

/* Leave room for the length, to be filled in by frame_end(). */
static size_t frame_begin(struct buf *out, uint8_t type, uint32_t slot)
{
	size_t start = out->size;

	buf_put_u32(out, 0);
	buf_put_u8(out, type);
	buf_put_u32(out, slot);
	return start;
}

static enum status frame_undo(struct buf *out, size_t start,
			      enum status status)
{
	out->size = start;
	return status;
}

static enum status frame_end(struct buf *out, size_t start)
{
	size_t size;

	if (buf_status(out) != STATUS_OK)
		return frame_undo(out, start, STATUS_NO_MEMORY);
	size = out->size - start - ENGINEWIRE_LENGTH_SIZE;
	if (size > ENGINEWIRE_FRAME_MAX)
		return frame_undo(out, start, STATUS_MALFORMED);
	for (size_t i = 0; i < ENGINEWIRE_LENGTH_SIZE; i++)
		out->data[start + i] = (uint8_t)(size >> (8 * i));
	return STATUS_OK;
}

enum status enginewire_next(struct bytes stream, struct bytes *frame,
			    size_t *taken)
{
	struct bytes_reader r;
	uint32_t size;

	bytes_reader_init(&r, stream);
	if (bytes_read_u32(&r, &size) != STATUS_OK) {
		*taken = 0;
		return STATUS_OK;
	}
	if (size < ENGINEWIRE_FIXED_SIZE || size > ENGINEWIRE_FRAME_MAX)
		return STATUS_MALFORMED;
	if (r.left < size) {
		*taken = 0;
		return STATUS_OK;
	}
	*frame = (struct bytes){ .data = r.next, .size = size };
	*taken = ENGINEWIRE_LENGTH_SIZE + (size_t)size;
	return STATUS_OK;
}

/* --- Pieces of frames. A reader that met a fault stays faulty, so that a
 * run of reads is checked once. --- */

struct reading {
	struct bytes_reader from;
	bool bad;
};

static uint8_t take_u8(struct reading *r)
{
	uint8_t value = 0;

	r->bad |= bytes_read_u8(&r->from, &value) != STATUS_OK;
	return value;
}

static uint16_t take_u16(struct reading *r)
{
	uint16_t value = 0;

	r->bad |= bytes_read_u16(&r->from, &value) != STATUS_OK;
	return value;
}

static uint32_t take_u32(struct reading *r)
{
	uint32_t value = 0;

	r->bad |= bytes_read_u32(&r->from, &value) != STATUS_OK;
	return value;
}

static uint64_t take_u64(struct reading *r)
{
	uint64_t value = 0;

	r->bad |= bytes_read_u64(&r->from, &value) != STATUS_OK;
	return value;
}

static bool take_bool(struct reading *r)
{
	uint8_t value = take_u8(r);

	r->bad |= value > 1;
	return value == 1;
}

static void take_copy(struct reading *r, uint8_t *out, size_t size)
{
	r->bad |= bytes_read_copy(&r->from, out, size) != STATUS_OK;
}

/* A run behind its u32 length. */
static struct bytes take_run(struct reading *r)
{
	struct bytes run = { .data = NULL, .size = 0 };
	uint32_t size = take_u32(r);

	if (!r->bad)
		r->bad |= bytes_read_run(&r->from, size, &run) != STATUS_OK;
	return run;
}

static void put_run(struct buf *out, struct bytes run)
{
	/* Longer than a length can say is longer than a frame: frame_end()
	 * refuses it. */
	buf_put_u32(out, (uint32_t)run.size);
	if (run.size > ENGINEWIRE_FRAME_MAX)
		run.size = ENGINEWIRE_FRAME_MAX;
	buf_put_bytes(out, run);
}

static void put_address(struct buf *out, const struct engine_address *address)
{
	buf_put(out, address->ip, sizeof(address->ip));
	buf_put_u16(out, address->port);
}

static void take_address(struct reading *r, struct engine_address *address)
{
	take_copy(r, address->ip, sizeof(address->ip));
	address->port = take_u16(r);
}

/* --- Commands --- */

static bool put_limits(struct buf *out, const struct engine_limits *limits)
{
	if (limits->lan_count > ENGINEWIRE_LAN_MAX)
		return false;
	buf_put_u64(out, limits->rate_up);
	buf_put_u64(out, limits->rate_down);
	buf_put_u32(out, limits->connections);
	buf_put_u32(out, limits->lan_count);
	for (uint32_t i = 0; i < limits->lan_count; i++) {
		if (limits->lan[i].bits > 128)
			return false;
		buf_put(out, limits->lan[i].ip, sizeof(limits->lan[i].ip));
		buf_put_u8(out, limits->lan[i].bits);
	}
	return true;
}

static void take_limits(struct reading *r, struct engine_limits *limits)
{
	limits->rate_up = take_u64(r);
	limits->rate_down = take_u64(r);
	limits->connections = take_u32(r);
	limits->lan_count = take_u32(r);
	r->bad |= limits->lan_count > ENGINEWIRE_LAN_MAX;
	for (uint32_t i = 0; !r->bad && i < limits->lan_count; i++) {
		take_copy(r, limits->lan[i].ip, sizeof(limits->lan[i].ip));
		limits->lan[i].bits = take_u8(r);
		r->bad |= limits->lan[i].bits > 128;
	}
}

static bool mode_known(enum engine_mode mode)
{
	return mode == ENGINE_SEED || mode == ENGINE_FETCH;
}

static bool put_add(struct buf *out, const struct engine_add *add)
{
	if (!mode_known(add->mode) ||
	    (add->mode == ENGINE_SEED && add->have.size != 0))
		return false;
	buf_put(out, add->btmh, sizeof(add->btmh));
	buf_put_u8(out, (uint8_t)add->mode);
	buf_put_u8(out, add->lan_only);
	put_run(out, add->torrent);
	put_run(out, add->have);
	return true;
}

static void take_add(struct reading *r, struct engine_add *add)
{
	take_copy(r, add->btmh, sizeof(add->btmh));
	add->mode = (enum engine_mode)take_u8(r);
	add->lan_only = take_bool(r);
	add->torrent = take_run(r);
	add->have = take_run(r);
	r->bad |= !mode_known(add->mode) ||
		  (add->mode == ENGINE_SEED && add->have.size != 0);
}

static void put_door(struct buf *out, const struct engine_door *door)
{
	buf_put_u8(out, door->known_only);
	buf_put(out, door->node_key, sizeof(door->node_key));
}

static void take_door(struct reading *r, struct engine_door *door)
{
	door->known_only = take_bool(r);
	take_copy(r, door->node_key, sizeof(door->node_key));
}

static enum engine_verdict take_verdict(struct reading *r)
{
	uint8_t value = take_u8(r);

	r->bad |= value >= ENGINE_VERDICTS;
	return (enum engine_verdict)value;
}

/* Commands about the engine have slot 0, all others have another one. */
static bool command_slot_fits(enum engine_command_type type, uint32_t slot)
{
	bool whole = type == ENGINE_COMMAND_LIMITS ||
		     type == ENGINE_COMMAND_STATS ||
		     type == ENGINE_COMMAND_DOOR;

	return whole == (slot == 0);
}

enum status engine_command_encode(struct buf *out,
				  const struct engine_command *command)
{
	size_t start = frame_begin(out, (uint8_t)command->type, command->slot);
	bool good = command_slot_fits(command->type, command->slot);

	switch (command->type) {
	case ENGINE_COMMAND_LIMITS:
		good = good && put_limits(out, &command->limits);
		break;
	case ENGINE_COMMAND_ADD:
		good = good && put_add(out, &command->add);
		break;
	case ENGINE_COMMAND_CONNECT:
		put_address(out, &command->connect);
		break;
	case ENGINE_COMMAND_REACH:
		buf_put_u8(out, command->lan_only);
		break;
	case ENGINE_COMMAND_DOOR:
		put_door(out, &command->door);
		break;
	case ENGINE_COMMAND_PROVE:
		buf_put_u64(out, command->prove.peer);
		buf_put(out, command->prove.signature,
			sizeof(command->prove.signature));
		break;
	case ENGINE_COMMAND_ADMIT:
		buf_put_u64(out, command->admit.peer);
		good = good && command->admit.verdict < ENGINE_VERDICTS;
		buf_put_u8(out, (uint8_t)command->admit.verdict);
		break;
	case ENGINE_COMMAND_RELEASE:
	case ENGINE_COMMAND_FLUSH:
	case ENGINE_COMMAND_PEERS:
	case ENGINE_COMMAND_STATS:
		break;
	default:
		good = false;
	}
	if (!good)
		return frame_undo(out, start, STATUS_MALFORMED);
	return frame_end(out, start);
}

enum status engine_command_decode(struct bytes frame,
				  struct engine_command *command)
{
	struct reading r = { .bad = false };
	struct engine_command c;

	memset(&c, 0, sizeof(c));
	bytes_reader_init(&r.from, frame);
	c.type = (enum engine_command_type)take_u8(&r);
	c.slot = take_u32(&r);
	r.bad |= !command_slot_fits(c.type, c.slot);
	switch (c.type) {
	case ENGINE_COMMAND_LIMITS:
		take_limits(&r, &c.limits);
		break;
	case ENGINE_COMMAND_ADD:
		take_add(&r, &c.add);
		break;
	case ENGINE_COMMAND_CONNECT:
		take_address(&r, &c.connect);
		break;
	case ENGINE_COMMAND_REACH:
		c.lan_only = take_bool(&r);
		break;
	case ENGINE_COMMAND_DOOR:
		take_door(&r, &c.door);
		break;
	case ENGINE_COMMAND_PROVE:
		c.prove.peer = take_u64(&r);
		take_copy(&r, c.prove.signature, sizeof(c.prove.signature));
		break;
	case ENGINE_COMMAND_ADMIT:
		c.admit.peer = take_u64(&r);
		c.admit.verdict = take_verdict(&r);
		break;
	case ENGINE_COMMAND_RELEASE:
	case ENGINE_COMMAND_FLUSH:
	case ENGINE_COMMAND_PEERS:
	case ENGINE_COMMAND_STATS:
		break;
	default:
		r.bad = true;
	}
	if (r.bad || r.from.left != 0)
		return STATUS_MALFORMED;
	*command = c;
	return STATUS_OK;
}

/* --- Events --- */

static bool event_slot_fits(enum engine_event_type type, uint32_t slot)
{
	if (type == ENGINE_FAILED)
		return true;
	return (type == ENGINE_READY || type == ENGINE_STATS ||
		type == ENGINE_CAGE) == (slot == 0);
}

static bool status_is_failure(enum status status)
{
	switch (status) {
#define X(name, value, text)    \
	case STATUS_##name:     \
		return (value) < 0;
		STATUS_MAP(X)
#undef X
	}
	return false;
}

/* Printable and UTF-8, whatever libtorrent put into its message. */
static void put_text(struct buf *out, const char *text)
{
	char clean[ENGINEWIRE_TEXT_MAX + 1];
	size_t size = strnlen(text, ENGINEWIRE_TEXT_MAX);

	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)text[i];

		clean[i] = c < 0x20 || c == 0x7f ? '?' : text[i];
	}
	/* Cut in the middle of a character, or never UTF-8: plain ASCII. */
	for (size_t cut = 0; cut < 4 && cut < size; cut++) {
		struct bytes b = { (const uint8_t *)clean, size - cut };

		if (text_is_plain(b)) {
			put_run(out, b);
			return;
		}
	}
	for (size_t i = 0; i < size; i++)
		if ((uint8_t)clean[i] >= 0x80)
			clean[i] = '?';
	put_run(out, (struct bytes){ (const uint8_t *)clean, size });
}

static bool put_failure(struct buf *out, const struct engine_failure *failed)
{
	if (!status_is_failure(failed->status))
		return false;
	buf_put_u32(out, (uint32_t)-(int)failed->status);
	put_text(out, failed->text);
	put_run(out, failed->have);
	return true;
}

static void take_failure(struct reading *r, struct engine_scratch *scratch,
			 struct engine_failure *failed)
{
	uint32_t status = take_u32(r);
	struct bytes text = take_run(r);

	r->bad |= status > 1000 ||
		  !status_is_failure((enum status)-(int)(status % 1001));
	r->bad |= text.size > ENGINEWIRE_TEXT_MAX;
	r->bad |= !r->bad && !text_is_plain(text);
	if (r->bad)
		return;
	failed->status = (enum status)-(int)status;
	if (text.size > 0)
		memcpy(scratch->text, text.data, text.size);
	scratch->text[text.size] = '\0';
	failed->text = scratch->text;
	failed->have = take_run(r);
}

static bool put_peers(struct buf *out, const struct engine_peers *peers)
{
	if (peers->count > ENGINEWIRE_PEERS_MAX)
		return false;
	buf_put_u32(out, peers->count);
	for (uint32_t i = 0; i < peers->count; i++) {
		const struct engine_peer *p = &peers->peer[i];

		put_address(out, &p->address);
		buf_put_u64(out, p->bytes_from);
		buf_put_u64(out, p->bytes_to);
		buf_put_u64(out, p->rate_from);
		buf_put_u64(out, p->rate_to);
		buf_put_u8(out, p->seed);
		buf_put_u8(out, p->outgoing);
	}
	return true;
}

static void take_peers(struct reading *r, struct engine_scratch *scratch,
		       struct engine_peers *peers)
{
	peers->count = take_u32(r);
	peers->peer = scratch->peer;
	r->bad |= peers->count > ENGINEWIRE_PEERS_MAX;
	for (uint32_t i = 0; !r->bad && i < peers->count; i++) {
		struct engine_peer *p = &scratch->peer[i];

		take_address(r, &p->address);
		p->bytes_from = take_u64(r);
		p->bytes_to = take_u64(r);
		p->rate_from = take_u64(r);
		p->rate_to = take_u64(r);
		p->seed = take_bool(r);
		p->outgoing = take_bool(r);
	}
}

static void put_progress(struct buf *out, const struct engine_progress *p)
{
	buf_put_u32(out, p->pieces);
	buf_put_u64(out, p->bytes);
	buf_put_u64(out, p->rate_down);
	buf_put_u64(out, p->rate_up);
	buf_put_u32(out, p->peers);
	buf_put_u32(out, p->seeds);
}

static void take_progress(struct reading *r, struct engine_progress *p)
{
	p->pieces = take_u32(r);
	p->bytes = take_u64(r);
	p->rate_down = take_u64(r);
	p->rate_up = take_u64(r);
	p->peers = take_u32(r);
	p->seeds = take_u32(r);
}

static void put_stats(struct buf *out, const struct engine_stats *s)
{
	buf_put_u64(out, s->bytes_down);
	buf_put_u64(out, s->bytes_up);
	buf_put_u64(out, s->payload_down);
	buf_put_u64(out, s->payload_up);
	buf_put_u64(out, s->bytes_redundant);
	buf_put_u64(out, s->bytes_failed);
	buf_put_u64(out, s->pieces_failed);
	buf_put_u32(out, s->payloads);
	buf_put_u32(out, s->peers);
	buf_put_u64(out, s->beyond_down);
	buf_put_u64(out, s->beyond_up);
}

static void take_stats(struct reading *r, struct engine_stats *s)
{
	s->bytes_down = take_u64(r);
	s->bytes_up = take_u64(r);
	s->payload_down = take_u64(r);
	s->payload_up = take_u64(r);
	s->bytes_redundant = take_u64(r);
	s->bytes_failed = take_u64(r);
	s->pieces_failed = take_u64(r);
	s->payloads = take_u32(r);
	s->peers = take_u32(r);
	s->beyond_down = take_u64(r);
	s->beyond_up = take_u64(r);
}

static void put_token(struct buf *out, const struct engine_event *e)
{
	const struct engine_token *t = &e->token;

	buf_put_u64(out, t->peer);
	put_address(out, &t->address);
	buf_put(out, t->key, sizeof(t->key));
	buf_put(out, t->nonce, sizeof(t->nonce));
	buf_put(out, t->our_nonce, sizeof(t->our_nonce));
	if (e->type != ENGINE_PROOF)
		return;
	buf_put(out, t->reached, sizeof(t->reached));
	buf_put(out, t->local, sizeof(t->local));
	buf_put(out, t->signature, sizeof(t->signature));
}

static void take_token(struct reading *r, struct engine_event *e)
{
	struct engine_token *t = &e->token;

	t->peer = take_u64(r);
	take_address(r, &t->address);
	take_copy(r, t->key, sizeof(t->key));
	take_copy(r, t->nonce, sizeof(t->nonce));
	take_copy(r, t->our_nonce, sizeof(t->our_nonce));
	if (e->type != ENGINE_PROOF)
		return;
	take_copy(r, t->reached, sizeof(t->reached));
	take_copy(r, t->local, sizeof(t->local));
	take_copy(r, t->signature, sizeof(t->signature));
}

static bool put_turned(struct buf *out, const struct engine_turned *t)
{
	put_address(out, &t->address);
	buf_put_u8(out, (uint8_t)t->verdict);
	buf_put_u8(out, t->by_peer);
	return t->verdict != ENGINE_ADMITTED && t->verdict < ENGINE_VERDICTS;
}

static void take_turned(struct reading *r, struct engine_turned *t)
{
	take_address(r, &t->address);
	t->verdict = take_verdict(r);
	r->bad |= t->verdict == ENGINE_ADMITTED;
	t->by_peer = take_bool(r);
}

static bool put_cage(struct buf *out, const struct engine_cage *cage)
{
	for (int i = 0; i < ENGINE_LAYERS; i++) {
		if (cage->lack[i] >= ENGINE_LACK_COUNT)
			return false;
		buf_put_u8(out, (uint8_t)cage->lack[i]);
	}
	return true;
}

static void take_cage(struct reading *r, struct engine_cage *cage)
{
	for (int i = 0; i < ENGINE_LAYERS; i++) {
		cage->lack[i] = (enum engine_lack)take_u8(r);
		r->bad |= cage->lack[i] >= ENGINE_LACK_COUNT;
	}
}

enum status engine_event_encode(struct buf *out,
				const struct engine_event *event)
{
	size_t start = frame_begin(out, (uint8_t)event->type, event->slot);
	bool good = event_slot_fits(event->type, event->slot);

	switch (event->type) {
	case ENGINE_READY:
		buf_put_u16(out, event->ready.port);
		buf_put_u32(out, event->ready.version);
		break;
	case ENGINE_ADDED:
		buf_put_u32(out, event->added.pieces);
		buf_put_u32(out, event->added.piece_size);
		buf_put_u64(out, event->added.bytes);
		break;
	case ENGINE_PIECE:
		buf_put_u32(out, event->piece);
		break;
	case ENGINE_PROGRESS:
		put_progress(out, &event->progress);
		break;
	case ENGINE_FINISHED:
		break;
	case ENGINE_HAVE:
	case ENGINE_RELEASED:
		put_run(out, event->have);
		break;
	case ENGINE_FAILED:
		good = good && put_failure(out, &event->failed);
		break;
	case ENGINE_PEERS:
		good = good && put_peers(out, &event->peers);
		break;
	case ENGINE_STATS:
		put_stats(out, &event->stats);
		break;
	case ENGINE_HELLO:
	case ENGINE_PROOF:
		put_token(out, event);
		break;
	case ENGINE_CAGE:
		good = good && put_cage(out, &event->cage);
		break;
	case ENGINE_TURNED:
		good = good && put_turned(out, &event->turned);
		break;
	case ENGINE_DIED:
	default:
		good = false;
	}
	if (!good)
		return frame_undo(out, start, STATUS_MALFORMED);
	return frame_end(out, start);
}

static void take_event(struct reading *r, struct engine_scratch *scratch,
		       struct engine_event *e)
{
	switch (e->type) {
	case ENGINE_READY:
		e->ready.port = take_u16(r);
		e->ready.version = take_u32(r);
		break;
	case ENGINE_ADDED:
		e->added.pieces = take_u32(r);
		e->added.piece_size = take_u32(r);
		e->added.bytes = take_u64(r);
		break;
	case ENGINE_PIECE:
		e->piece = take_u32(r);
		break;
	case ENGINE_PROGRESS:
		take_progress(r, &e->progress);
		break;
	case ENGINE_FINISHED:
		break;
	case ENGINE_HAVE:
	case ENGINE_RELEASED:
		e->have = take_run(r);
		break;
	case ENGINE_FAILED:
		take_failure(r, scratch, &e->failed);
		break;
	case ENGINE_PEERS:
		take_peers(r, scratch, &e->peers);
		break;
	case ENGINE_STATS:
		take_stats(r, &e->stats);
		break;
	case ENGINE_HELLO:
	case ENGINE_PROOF:
		take_token(r, e);
		break;
	case ENGINE_CAGE:
		take_cage(r, &e->cage);
		break;
	case ENGINE_TURNED:
		take_turned(r, &e->turned);
		break;
	case ENGINE_DIED:
	default:
		r->bad = true;
	}
}

enum status engine_event_decode(struct bytes frame,
				struct engine_scratch *scratch,
				struct engine_event *event)
{
	struct reading r = { .bad = false };
	struct engine_event e;

	memset(&e, 0, sizeof(e));
	bytes_reader_init(&r.from, frame);
	e.type = (enum engine_event_type)take_u8(&r);
	e.slot = take_u32(&r);
	r.bad |= !event_slot_fits(e.type, e.slot);
	take_event(&r, scratch, &e);
	if (r.bad || r.from.left != 0)
		return STATUS_MALFORMED;
	*event = e;
	return STATUS_OK;
}
