#include "node/office/import_open.h"

#include <stdatomic.h>
#include <stdio.h>

/* Read what was inside. */
static void read_inner(struct piece *p, struct bytes inner, uint32_t to)
{
	struct err err = ERR_INIT;
	enum status status = batch_read(inner, p->station, to, p->entry,
					&p->batch, &err);

	if (status == STATUS_OK) {
		p->read = imported_read(p->batch.items);
		p->state = PIECE_READ;
	} else if (status == STATUS_NO_MEMORY) {
		p->state = PIECE_FAILED;
	} else {
		p->state = PIECE_ODD;
		(void)snprintf(p->why, sizeof(p->why), "%.*s",
			       (int)sizeof(p->why) - 1, err.text);
	}
}

static void open_piece(struct piece *p, const struct seal_key *key,
		       const struct seal_key *before)
{
	struct buf inner = BUF_INIT;
	enum status status = seal_open(buf_bytes(&p->sealed), key, &inner);

	if (status == STATUS_UNTRUSTED && before != NULL) {
		key = before;
		status = seal_open(buf_bytes(&p->sealed), key, &inner);
	}
	switch (status) {
	case STATUS_OK:
		read_inner(p, buf_bytes(&inner), seal_key_public(key)->id);
		break;
	case STATUS_UNTRUSTED:
		p->state = PIECE_OTHERS;
		break;
	case STATUS_NO_MEMORY:
		p->state = PIECE_FAILED;
		break;
	default:
		p->state = PIECE_ODD;
		(void)snprintf(p->why, sizeof(p->why), "no sealed entry");
	}
	signing_wipe_buf(&inner);
	buf_release(&p->sealed);
}

static void open_pieces(void *arg)
{
	struct chunk *c = arg, *done = atomic_exchange(&c->done, NULL);

	if (done != NULL)
		chunk_clear(done);
	for (;;) {
		size_t i = c->next++;

		if (i >= c->count)
			return;
		open_piece(&c->pieces[i], c->key, c->before);
	}
}

void chunk_start(struct chunk *c, struct chunk *done)
{
	c->next = 0;
	c->done = done;
	c->helped = c->count > 0 &&
		    uv_thread_create(&c->helper, open_pieces, c) == 0;
}

void chunk_finish(struct chunk *c)
{
	open_pieces(c);
	if (c->helped)
		(void)uv_thread_join(&c->helper);
	c->helped = false;
}

void chunk_clear(struct chunk *c)
{
	for (size_t i = 0; i < c->count; i++) {
		buf_release(&c->pieces[i].sealed);
		if (c->pieces[i].state != PIECE_READ)
			continue;
		imported_read_free(c->pieces[i].read);
		batch_release(&c->pieces[i].batch);
	}
	c->count = c->bytes = 0;
}
