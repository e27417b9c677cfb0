/* Entries on their way into the tables: what is counted, and an end on the
 * way. */
#include "node/office/import_flow.h"

#include "catalog/imported.h"
#include "catalog/records_db.h"
#include "tests/support/check.h"
#include "tests/support/scratch.h"

enum { ENTRIES = 3 };

struct source {
	struct import_watch watch;
	int64_t row;
	unsigned gathered; /* times */
	unsigned stop_at;  /* the time at which it is told to stop; 0: never */
};

/* Entries that nobody can open: they are passed over, and done. */
static enum status gather(void *owner, struct chunk *chunk, struct err *err)
{
	struct source *s = owner;

	(void)err;
	s->gathered++;
	if (s->gathered == s->stop_at)
		s->watch.stop = true;
	if (s->gathered > 1)
		return STATUS_OK;
	for (uint64_t i = 0; i < ENTRIES; i++) {
		struct piece *p = &chunk->pieces[chunk->count++];

		*p = (struct piece){ .row = &s->row, .entry = i };
		buf_put(&p->sealed, "nothing", 7);
	}
	s->watch.waiting = ENTRIES;
	return STATUS_OK;
}

/* How many are in after a run that is told to stop then. */
static void run(unsigned stop_at, uint64_t done)
{
	struct source source = { .stop_at = stop_at };
	struct import_flow *flow = calloc(1, sizeof(*flow));
	struct err err = ERR_INIT;
	struct scratch scratch;
	struct seal_key *key;
	uint64_t in = 0;

	scratch_init(&scratch);
	CHECK(flow != NULL);
	CHECK(seal_key_new(&key, "office") == STATUS_OK);
	flow->watch = &source.watch;
	flow->key = key;
	flow->gather = gather;
	flow->owner = &source;
	CHECK(records_db_open(&flow->office,
			      scratch_path(&scratch, "records.db"),
			      &err) == STATUS_OK);
	CHECK(import_flow_run(flow, &err) == STATUS_OK);
	CHECK(source.watch.imported == done);
	CHECK(source.watch.waiting == ENTRIES - done);
	CHECK(!catalog_in_transaction(flow->office));
	if (source.row != 0)
		CHECK(imported_done(flow->office, source.row, &in, &err) ==
		      STATUS_OK);
	CHECK(in == done);
	catalog_free(flow->office);
	seal_key_free(key);
	free(flow);
	scratch_release(&scratch);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	run(0, ENTRIES);
	run(1, 0);
	/* While the first chunk waits to be written: what is begun is ended. */
	run(2, 1);
	return 0;
}
