/* What the node reads from the engine; a broken engine is an attacker. */
#include "proto/enginewire.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"

static struct engine_scratch scratch, second;

static void check_event(const struct engine_event *event)
{
	if (event->type == ENGINE_FAILED) {
		CHECK(event->failed.text != NULL &&
		      strlen(event->failed.text) <= ENGINEWIRE_TEXT_MAX);
		/* It names a status that is one, and a failure. */
		CHECK(event->failed.status != STATUS_OK);
		CHECK(strcmp(status_name(event->failed.status), "") != 0);
	}
	if (event->type == ENGINE_PEERS)
		CHECK(event->peers.count <= ENGINEWIRE_PEERS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes stream = { data, size }, frame;
	struct engine_event event, event_again;
	struct buf again = BUF_INIT;
	size_t taken = 0;

	if (enginewire_next(stream, &frame, &taken) != STATUS_OK ||
	    taken == 0 ||
	    engine_event_decode(frame, &scratch, &event) != STATUS_OK)
		return 0;
	check_event(&event);
	CHECK(engine_event_encode(&again, &event) == STATUS_OK);
	/* Text may have been cut; then it is the same the second time. */
	CHECK(enginewire_next(buf_bytes(&again), &frame, &taken) ==
		      STATUS_OK &&
	      taken == again.size);
	CHECK(engine_event_decode(frame, &second, &event_again) ==
	      STATUS_OK);
	CHECK(event.type == event_again.type &&
	      event.slot == event_again.slot);
	if (event.type != ENGINE_FAILED)
		CHECK(again.size <= size &&
		      memcmp(again.data, data, again.size) == 0);
	buf_release(&again);
	return 0;
}

void fuzz_seeds(void)
{
	struct engine_peer peers[2] = {
		{ .address = { .port = 1 }, .seed = true },
		{ .address = { .port = 2 }, .outgoing = true, .rate_to = 9 }
	};
	struct engine_event all[] = {
		{ .type = ENGINE_READY,
		  .ready = { .port = 7434, .version = 20008 } },
		{ .type = ENGINE_ADDED,
		  .slot = 1,
		  .added = { .pieces = 9, .piece_size = 16384, .bytes = 99 } },
		{ .type = ENGINE_PIECE, .slot = 1, .piece = 3 },
		{ .type = ENGINE_PROGRESS,
		  .slot = 1,
		  .progress = { .pieces = 3, .bytes = 5000, .peers = 2 } },
		{ .type = ENGINE_FINISHED, .slot = 1 },
		{ .type = ENGINE_HAVE, .slot = 1, .have = bytes_of("\xf0") },
		{ .type = ENGINE_RELEASED,
		  .slot = 1,
		  .have = bytes_of("\xf0\x80") },
		{ .type = ENGINE_FAILED,
		  .slot = 1,
		  .failed = { .status = STATUS_IO,
			      .text = "disk",
			      .have = bytes_of("\x80") } },
		{ .type = ENGINE_PEERS,
		  .slot = 1,
		  .peers = { .count = 2, .peer = peers } },
		{ .type = ENGINE_PROOF, .slot = 1, .token = { .peer = 3 } },
		{ .type = ENGINE_TURNED,
		  .slot = 1,
		  .turned = { .verdict = ENGINE_SILENT, .by_peer = true } },
		{ .type = ENGINE_STATS, .stats = { .bytes_down = 7 } },
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		CHECK(engine_event_encode(&b, &all[i]) == STATUS_OK);
		fuzz_seed_buf(&b);
	}
}
