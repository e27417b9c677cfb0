/* What the engine reads from the node. */
#include "proto/enginewire.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes stream = { data, size }, frame;
	struct engine_command command;
	struct buf again = BUF_INIT;
	size_t taken = 0;

	if (enginewire_next(stream, &frame, &taken) != STATUS_OK ||
	    taken == 0)
		return 0;
	CHECK(taken <= size &&
	      frame.data + frame.size == data + taken);
	if (engine_command_decode(frame, &command) != STATUS_OK)
		return 0;
	CHECK(engine_command_encode(&again, &command) == STATUS_OK);
	CHECK(again.size == taken && memcmp(again.data, data, taken) == 0);
	buf_release(&again);
	return 0;
}

void fuzz_seeds(void)
{
	struct engine_command all[] = {
		{ .type = ENGINE_COMMAND_LIMITS,
		  .limits = { .rate_up = 1000,
			      .lan_count = 2,
			      .lan = { { .bits = 120 }, { .bits = 64 } } } },
		{ .type = ENGINE_COMMAND_ADD,
		  .slot = 1,
		  .add = { .mode = ENGINE_SEED,
			   .torrent = bytes_of("d4:infodee") } },
		{ .type = ENGINE_COMMAND_ADD,
		  .slot = 2,
		  .add = { .mode = ENGINE_FETCH,
			   .lan_only = true,
			   .torrent = bytes_of("d4:infodee"),
			   .have = bytes_of("\xf0") } },
		{ .type = ENGINE_COMMAND_CONNECT,
		  .slot = 2,
		  .connect = { .port = 7434 } },
		{ .type = ENGINE_COMMAND_RELEASE, .slot = 2 },
		{ .type = ENGINE_COMMAND_FLUSH, .slot = 2 },
		{ .type = ENGINE_COMMAND_REACH, .slot = 2, .lan_only = true },
		{ .type = ENGINE_COMMAND_PEERS, .slot = 2 },
		{ .type = ENGINE_COMMAND_STATS },
	};
	struct buf b = BUF_INIT;

	engine_address_v4(&all[3].connect, (const uint8_t *)"\x0a\0\0\1",
			  7434);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		CHECK(engine_command_encode(&b, &all[i]) == STATUS_OK);
		fuzz_seed_buf(&b);
	}
}
