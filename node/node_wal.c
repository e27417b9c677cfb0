/* What was written derived gets to the disk beside the loop.
 *
 * The write-ahead log is written from its beginning again once all of it has
 * been moved into the file and nobody wrote meanwhile; so whoever writes much
 * waits for that. A log of hundreds of megabytes would otherwise fall on the
 * next commit, which has it flushed or cut off while the loop waits. */
#include <stdio.h>

#include "node/node_inside.h"

static void wal_on_pool(uv_work_t *work)
{
	struct node *n = work->data;
	struct err err = ERR_INIT;

	if (catalog_checkpoint_wal(catalog_path(n->house.catalog), &err) !=
	    STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}

static void wal_done(uv_work_t *work, int cancelled)
{
	struct node *n = work->data;

	(void)cancelled;
	n->wal_busy = false;
	node_index_soon(n);
}

void node_flush_wal(struct node *n, int most)
{
	int pages = catalog_wal_pages(n->house.catalog);

	if (n->wal_busy || pages <= most || pages == n->wal_pages)
		return;
	n->wal_work.data = n;
	n->wal_busy = uv_queue_work(n->loop, &n->wal_work, wal_on_pool,
				    wal_done) == 0;
	if (n->wal_busy)
		n->wal_pages = pages;
}
