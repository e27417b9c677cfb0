/* What was written derived gets to the disk beside the loop.
 *
 * The write-ahead log is written from its beginning again once all of it has
 * been moved into the file and nobody wrote meanwhile; so whoever writes much
 * waits for that. A log of hundreds of megabytes would otherwise fall on the
 * next commit, which has it flushed or cut off while the loop waits. */
#include <stdio.h>

#include "node/node_inside.h"

static void move(const struct catalog *c)
{
	struct err err = ERR_INIT;

	if (catalog_checkpoint_wal(catalog_path(c), &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}

static void wal_on_pool(uv_work_t *work)
{
	move(((struct node *)work->data)->house.catalog);
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

/* --- records.db --- */

static void records_on_pool(uv_work_t *work)
{
	move(((struct node *)work->data)->house.records);
}

static void records_done(uv_work_t *work, int cancelled)
{
	(void)cancelled;
	((struct node *)work->data)->records_wal_busy = false;
}

void node_flush_records(struct node *n)
{
	const struct catalog *records = n->house.records;
	int pages = records == NULL ? 0 : catalog_wal_pages(records);

	if (n->records_wal_busy || pages <= NODE_RECORDS_WAL_PAGES ||
	    pages == n->records_wal_pages)
		return;
	n->records_wal_work.data = n;
	n->records_wal_busy = uv_queue_work(n->loop, &n->records_wal_work,
					    records_on_pool,
					    records_done) == 0;
	if (n->records_wal_busy)
		n->records_wal_pages = pages;
}
