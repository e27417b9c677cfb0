/* The state of a read:
 *
 *     IDLE -- nothing in memory: ask --> ASKED -- done, and taken --> READY
 *      ^                                                               |
 *      +--------------- the block has been given out ------------------+
 *
 * The struct belongs to the answer; when that ends while a thread reads, to the
 * thread. */
#include "node/aside_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/warm.h"

enum state { IDLE, ASKED, READY };

struct aside_read {
	struct aside_task task; /* first: a task is its read */
	struct aside *disk;
	uint64_t who;
	struct aside_source source;
	struct http_sleeper *sleeper;
	enum state state;

	/* of the task while it is ASKED */
	uint64_t at;
	size_t wanted;
	uint8_t *block;
	ssize_t size; /* what is in it; below 1: it failed */
};

static void read_free(struct aside_read *r)
{
	r->source.release(r->source.owner);
	free(r->block);
	free(r);
}

/* --- on the disk's threads --- */

static void work(struct aside_task *task)
{
	struct aside_read *r = (struct aside_read *)task;

	r->size = -1;
	r->block = malloc(r->wanted);
	if (r->block != NULL)
		r->size = r->source.read(r->source.owner, r->at, r->block,
					 r->wanted);
}

static void done(struct aside_task *task)
{
	struct aside_read *r = (struct aside_read *)task;

	http_sleeper_wake(r->sleeper);
}

static void release(struct aside_task *task)
{
	read_free((struct aside_read *)task);
}

/* --- on the server's --- */

struct aside_read *aside_read_new(struct aside *disk, uint64_t who,
				  const struct aside_source *source)
{
	struct aside_read *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		source->release(source->owner);
		return NULL;
	}
	r->task = (struct aside_task){ .work = work,
				       .done = done,
				       .release = release };
	r->disk = disk;
	r->who = who;
	r->source = *source;
	return r;
}

void aside_read_begin(void *read, struct http_sleeper *sleeper)
{
	struct aside_read *r = read;

	r->sleeper = sleeper;
}

/* Out of the block; -1 when there is none. The server asks for what follows,
 * or for the same again. */
static ssize_t give(struct aside_read *r, uint64_t offset, uint8_t *to,
		    size_t size)
{
	size_t skip = (size_t)(offset - r->at), here;

	if (r->size < 1 || offset < r->at || skip >= (size_t)r->size)
		return -1;
	here = (size_t)r->size - skip;
	if (size > here)
		size = here;
	memcpy(to, r->block + skip, size);
	if (size == here) {
		free(r->block);
		r->block = NULL;
		r->state = IDLE;
	}
	return (ssize_t)size;
}

static ssize_t ask(struct aside_read *r, uint64_t offset, size_t size)
{
	r->at = offset;
	r->wanted = size < ASIDE_READ_BLOCK ? size : ASIDE_READ_BLOCK;
	if (!aside_ask(r->disk, &r->task, r->who))
		return -1;
	r->state = ASKED;
	return 0;
}

ssize_t aside_read_some(void *read, uint64_t offset, uint8_t *to, size_t size)
{
	struct aside_read *r = read;
	ssize_t n = 0;

	if (r->state == ASKED) {
		if (!aside_take(r->disk, &r->task))
			return aside_is_still(r->disk) ? -1 : 0;
		r->state = READY;
	}
	if (r->state == READY)
		return give(r, offset, to, size);
	if (r->source.now != NULL)
		n = r->source.now(r->source.owner, offset, to, size);
	return n != 0 ? n : ask(r, offset, size);
}

void aside_read_close(void *read)
{
	struct aside_read *r = read;

	if (aside_leave(r->disk, &r->task))
		read_free(r);
}

/* --- files --- */

/* The kernel may begin to read what it does not have, and a disk that does not
 * take requests any more would keep it waiting there: not of a late one. */
ssize_t aside_read_warm(struct aside *disk, int fd, uint64_t at, uint8_t *to,
			size_t size)
{
	if (aside_is_late(disk) && !warm_has(fd, at, size))
		return 0;
	return warm_read(fd, to, size, at);
}

struct file {
	struct aside *disk;
	int fd;
	uint64_t base;
};

static ssize_t file_now(void *owner, uint64_t offset, uint8_t *to, size_t size)
{
	struct file *f = owner;

	return aside_read_warm(f->disk, f->fd, f->base + offset, to, size);
}

static ssize_t file_read(void *owner, uint64_t offset, uint8_t *to,
			 size_t size)
{
	struct file *f = owner;
	ssize_t n = pread(f->fd, to, size, (off_t)(f->base + offset));

	return n > 0 ? n : -1; /* shorter than it was */
}

static void file_release(void *owner)
{
	struct file *f = owner;

	(void)close(f->fd);
	free(f);
}

void aside_read_file(struct http_answer *answer, uint64_t who)
{
	struct aside_read *r = NULL;
	struct file *f;

	if (answer->fd < 0)
		return;
	f = malloc(sizeof(*f));
	if (f != NULL) {
		*f = (struct file){ answer->disk, answer->fd, answer->offset };
		answer->fd = -1;
		answer->reader = (struct http_reader){ f, NULL, file_read,
						       file_release };
		if (answer->disk == NULL)
			return;
		r = aside_read_new(answer->disk, who,
				   &(struct aside_source){ f, file_now,
							   file_read,
							   file_release });
		answer->reader = (struct http_reader){ r, aside_read_begin,
						       aside_read_some,
						       aside_read_close };
	}
	if (r == NULL) {
		answer->reader.read = NULL;
		http_answer_release(answer);
		answer->code = 503;
	}
}
