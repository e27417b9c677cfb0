#include "node/drive/capacity.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "signing/key.h"

enum {
	FLUSH_EVERY = 64,   /* blocks: progress is the drive's own */
	LOOK_EVERY = 1024,
	ERRORS_IN_A_ROW = 64 /* then the rest is not asked for */
};

struct measuring {
	const struct capacity_disk *disk;
	const struct capacity_options *o;
	struct capacity_result *r;
	uint64_t seed;
	uint64_t goal;	  /* blocks */
	uint64_t written; /* blocks */
	uint8_t *block, *back;
};

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* No two blocks of a seed begin or go on alike. */
static void fill_block(uint64_t seed, uint64_t n, uint8_t *block)
{
	uint64_t x = seed ^ (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < CAPACITY_BLOCK; i += sizeof(x)) {
		uint64_t word;

		x = x * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
		word = x ^ x >> 29;
		memcpy(block + i, &word, sizeof(word));
	}
}

static bool tell(struct measuring *m, bool reading, uint64_t done,
		 uint64_t total)
{
	return m->o->progress == NULL ||
	       m->o->progress(m->o->owner, reading, done * CAPACITY_BLOCK,
			      total * CAPACITY_BLOCK);
}

/* STATUS_DAMAGED when other bytes come back; what the disk fails with. */
static enum status look_at(struct measuring *m, uint64_t n, struct err *err)
{
	enum status status = m->disk->read(m->disk->owner, n, m->back, err);

	if (status != STATUS_OK)
		return status;
	fill_block(m->seed, n, m->block);
	return memcmp(m->block, m->back, CAPACITY_BLOCK) == 0 ?
		       STATUS_OK :
		       STATUS_DAMAGED;
}

/* The first, a middle and the last block so far: does it still keep them? */
static enum status look_early(struct measuring *m, struct err *err)
{
	const uint64_t which[] = { 0, m->written / 2, m->written - 1 };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < 3 && status == STATUS_OK; i++)
		status = look_at(m, which[i], err);
	return status;
}

static enum status flush(struct measuring *m, struct err *err)
{
	double began = now();
	enum status status = m->disk->flush(m->disk->owner, err);

	m->r->write_s += now() - began;
	return status;
}

static enum status write_one(struct measuring *m, struct err *err)
{
	enum status status;
	double began;

	fill_block(m->seed, m->written, m->block);
	began = now();
	status = m->disk->write(m->disk->owner, m->written, m->block, err);
	m->r->write_s += now() - began;
	if (status == STATUS_OK) {
		m->written++;
		m->r->written = m->written * CAPACITY_BLOCK;
	}
	return status;
}

static enum status write_all(struct measuring *m, struct err *err)
{
	unsigned every = m->o->look_every == 0 ? LOOK_EVERY : m->o->look_every;
	enum status status = STATUS_OK;

	while (m->written < m->goal && status == STATUS_OK) {
		status = write_one(m, err);
		if (status != STATUS_OK)
			break;
		if (m->written % FLUSH_EVERY == 0 || m->written % every == 0)
			status = flush(m, err);
		if (status == STATUS_OK && m->written % every == 0)
			status = look_early(m, err);
		if (status == STATUS_OK &&
		    !tell(m, false, m->written, m->goal))
			status = STATUS_CANCELLED;
	}
	if (status == STATUS_OK || status == STATUS_NO_ROOM)
		status = flush(m, err);
	return status;
}

static enum status read_all(struct measuring *m, struct err *err)
{
	unsigned row = 0;

	for (uint64_t n = 0; n < m->written; n++) {
		double began = now();
		enum status status = look_at(m, n, err);

		m->r->read_s += now() - began;
		if (status == STATUS_UNREACHABLE)
			return status;
		if (status == STATUS_OK)
			m->r->kept += CAPACITY_BLOCK;
		else if (status != STATUS_DAMAGED)
			m->r->errors += CAPACITY_BLOCK;
		row = status == STATUS_OK || status == STATUS_DAMAGED ?
			      0 :
			      row + 1;
		if (row == ERRORS_IN_A_ROW)
			break;
		if (!tell(m, true, n + 1, m->written))
			return STATUS_CANCELLED;
	}
	return STATUS_OK;
}

static enum status measure(struct measuring *m, struct err *err)
{
	enum status status = write_all(m, err);

	if (status == STATUS_CANCELLED)
		return err_set(err, status, "stopped; nothing was decided");
	if (status == STATUS_UNREACHABLE || status == STATUS_NO_MEMORY)
		return status;
	/* A disk that failed to write or gave back other bytes is read all
	 * the same: people want to know how much it keeps. */
	m->r->stopped = status != STATUS_OK;
	m->r->full = m->written < m->goal && !m->r->stopped;
	if (m->written == 0)
		return m->r->stopped ? status :
				       err_set(err, STATUS_NO_ROOM,
					       "no room for one MiB");
	*err = (struct err)ERR_INIT;
	status = read_all(m, err);
	if (status == STATUS_CANCELLED)
		return err_set(err, status, "stopped; nothing was decided");
	if (status != STATUS_OK)
		return status;
	if (m->r->kept == m->r->written && !m->r->stopped)
		return STATUS_OK;
	return err_set(err, STATUS_DAMAGED,
		       "it does not give back what was written to it: do not "
		       "carry lessons on it");
}

enum status capacity_measure(const struct capacity_disk *disk, uint64_t room,
			     const struct capacity_options *options,
			     struct capacity_result *result, struct err *err)
{
	uint64_t bytes = options->first != 0 && options->first < room ?
				 options->first :
				 room;
	struct measuring m = { .disk = disk,
			       .o = options,
			       .r = result,
			       .goal = bytes / CAPACITY_BLOCK };
	enum status status;

	*result = (struct capacity_result){ .written = 0 };
	if (m.goal == 0)
		return err_set(err, STATUS_NO_ROOM, "no room for one MiB");
	signing_random(&m.seed, sizeof(m.seed));
	m.block = malloc(CAPACITY_BLOCK);
	m.back = malloc(CAPACITY_BLOCK);
	if (m.block == NULL || m.back == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "measure");
	else
		status = measure(&m, err);
	free(m.block);
	free(m.back);
	return status;
}
