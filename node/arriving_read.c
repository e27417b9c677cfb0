/* Answers from what is arriving. All of it runs on the server's threads, but
 * for opening and reading files, aside. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/arriving_inside.h"
#include "node/pace.h"
#include "node/payload.h"
#include "node/serve_file.h"
#include "proto/encoding.h"

static void lock(struct arrivals *all)
{
	(void)pthread_mutex_lock(&all->lock);
}

static void unlock(struct arrivals *all)
{
	(void)pthread_mutex_unlock(&all->lock);
}

/* --- readers --- */

static struct share *share_of(const struct reader *r)
{
	return r->file == NULL ? &r->a->all->polls : &r->a->all->readers;
}

/* Under the lock: one more, or NULL when there are too many of those that may
 * have to wait. */
static struct reader *reader_new(struct arriving *a,
				 const struct arriving_file *file,
				 const struct http_head *head, bool waits)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->a = a;
	r->source = pace_source(http_head_address(head));
	r->counted = waits;
	r->file = file;
	if (waits && !share_take(share_of(r), r->source)) {
		free(r);
		return NULL;
	}
	r->since_ms = arriving_now();
	r->next = a->readers;
	if (r->next != NULL)
		r->next->previous = r;
	a->readers = r;
	return r;
}

/* A viewer who reads ranges one after the other is soon back. */
static void leave_trail(struct arriving *a, const struct arriving_file *file,
			uint64_t at)
{
	a->trail = NO_PIECE;
	if (at >= file->length)
		return;
	a->trail = arriving_piece_at(a, file, at);
	a->trail_end = arriving_piece_at(a, file, file->length - 1) + 1;
	a->trail_ms = arriving_now();
}

static void reader_closes(void *owner)
{
	struct reader *r = owner;
	struct arriving *a = r->a;
	struct arrivals *all = a->all;

	lock(all);
	if (r->previous != NULL)
		r->previous->next = r->next;
	else
		a->readers = r->next;
	if (r->next != NULL)
		r->next->previous = r->previous;
	if (r->counted)
		share_give(share_of(r), r->source);
	if (r->file != NULL && r->viewer && r->at > r->last)
		leave_trail(a, r->file, r->at);
	arriving_unless_used(a);
	unlock(all);
	if (r->bytes != NULL)
		aside_read_close(r->bytes);
	buf_release(&r->map);
	free(r);
}

static void reader_begins(void *owner, struct http_sleeper *sleeper)
{
	struct reader *r = owner;

	lock(r->a->all);
	r->sleeper = sleeper;
	unlock(r->a->all);
	if (r->bytes != NULL)
		aside_read_begin(r->bytes, sleeper);
}

/* Under the lock: nothing is here for it; 0, or -1 when its time is over. */
static ssize_t sleep_on(struct reader *r)
{
	if (arriving_now() - r->since_ms >= r->a->all->o.patience_ms)
		return -1;
	r->asleep = true;
	return 0;
}

/* --- files --- */

/* Under the lock: how many of `size` bytes from `offset` on are verified. */
static size_t verified(const struct arriving *a,
		       const struct arriving_file *file, uint64_t offset,
		       uint64_t size)
{
	uint64_t at = offset;

	while (at < offset + size &&
	       havemap_has(a->have, arriving_piece_at(a, file, at)))
		at = (at / a->piece_length + 1) * a->piece_length;
	return (size_t)(at - offset < size ? at - offset : size);
}

/* Where a reader's bytes come from; outlives it and its payload where a read
 * does not return. */
struct source {
	struct aside *disk;
	int fd; /* -1: not yet open */
	char *path;
	char dir[];
};

static ssize_t source_now(void *owner, uint64_t offset, uint8_t *to,
			  size_t size)
{
	const struct source *s = owner;

	return s->fd < 0 ? 0 :
			   aside_read_warm(s->disk, s->fd, offset, to, size);
}

static ssize_t source_read(void *owner, uint64_t offset, uint8_t *to,
			   size_t size)
{
	struct source *s = owner;
	struct err err = ERR_INIT;
	uint64_t length;
	ssize_t n;

	if (s->fd < 0 && payload_file_open(s->dir, s->path, &s->fd, &length,
					   &err) != STATUS_OK)
		return -1;
	n = pread(s->fd, to, size, (off_t)offset);
	return n > 0 ? n : -1;
}

static void source_release(void *owner)
{
	struct source *s = owner;

	if (s->fd >= 0)
		(void)close(s->fd);
	free(s);
}

/* NULL when out of memory. */
static struct aside_read *bytes_of_file(const struct reader *r)
{
	size_t dir = strlen(r->a->dir) + 1, path = strlen(r->file->path) + 1;
	struct source *s = malloc(sizeof(*s) + dir + path);

	if (s == NULL)
		return NULL;
	s->disk = r->a->all->o.disk;
	s->fd = -1;
	s->path = s->dir + dir;
	memcpy(s->dir, r->a->dir, dir);
	memcpy(s->path, r->file->path, path);
	return aside_read_new(s->disk, r->source,
			      &(struct aside_source){ s, source_now,
						      source_read,
						      source_release });
}

/* Under the lock: it has run into what is missing. */
static ssize_t run_dry(struct reader *r)
{
	if (!r->dry) {
		r->dry = true;
		r->since_ms = arriving_now();
		r->a->urgent = true;
		arriving_tell(r->a->all);
	}
	return sleep_on(r);
}

static ssize_t read_file(void *owner, uint64_t offset, uint8_t *to,
			 size_t size)
{
	struct reader *r = owner;
	struct arriving *a = r->a;
	ssize_t result = -1;
	size_t here;

	lock(a->all);
	r->asleep = false;
	r->at = offset;
	here = verified(a, r->file, offset, size);
	if (a->ended && !a->held)
		here = 0;
	else if (here == 0)
		result = run_dry(r);
	else
		r->dry = false;
	if (r->viewer)
		a->viewed_ms = arriving_now();
	unlock(a->all);
	if (here > 0)
		result = aside_read_some(r->bytes, offset, to, here);
	if (result > 0) {
		lock(a->all);
		r->at = offset + (uint64_t)result;
		unlock(a->all);
	}
	return result;
}

/* --- polls --- */

void arriving_map(struct buf *out, uint32_t pieces, const uint8_t *have)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_put_u8(out, (uint8_t)(pieces >> shift));
	if (have != NULL) {
		buf_put(out, have, havemap_size(pieces));
		return;
	}
	for (uint32_t i = 0; i < pieces / 8; i++)
		buf_put_u8(out, 0xff);
	if (pieces % 8 != 0)
		buf_put_u8(out, (uint8_t)(0xff << (8 - pieces % 8)));
}

/* Under the lock: 1 when there is an answer, which stays the same until it is
 * sent; else what a reader returns. */
static ssize_t settle_poll(struct reader *r)
{
	const struct arriving *a = r->a;

	if (r->map.size > 0)
		return 1;
	if (a->ended && !a->held)
		return -1;
	if (a->count <= r->after && !a->held && sleep_on(r) == 0)
		return 0;
	arriving_map(&r->map, a->pieces, a->have);
	return buf_status(&r->map) == STATUS_OK ? 1 : -1;
}

static ssize_t read_map(void *owner, uint64_t offset, uint8_t *to,
			size_t size)
{
	struct reader *r = owner;
	ssize_t result;

	lock(r->a->all);
	r->asleep = false;
	result = settle_poll(r);
	unlock(r->a->all);
	if (result <= 0)
		return result;
	if (offset >= r->map.size)
		return -1;
	if (size > r->map.size - offset)
		size = r->map.size - (size_t)offset;
	memcpy(to, r->map.data + offset, size);
	return (ssize_t)size;
}

/* --- answering --- */

static void refuse(struct http_answer *answer, unsigned code,
		   const char *text)
{
	answer->code = code;
	answer->type = "text/plain; charset=utf-8";
	answer->body = bytes_of(text);
	if (code == 503)
		(void)http_answer_header(answer, "Retry-After", "5");
}

static bool has_query(const struct http_head *head, const char *name)
{
	char value[8];

	return http_head_query(head, name, value, sizeof(value), NULL) !=
	       STATUS_NOT_FOUND;
}

bool arriving_is_viewer(const struct http_head *head)
{
	uint64_t watch = 0;

	(void)http_head_query_number(head, "watch", &watch);
	return watch == 1 ||
	       (!has_query(head, "wait") && !has_query(head, "pull"));
}

static bool may_wait(const struct http_head *head)
{
	uint64_t wait = 1;

	(void)http_head_query_number(head, "wait", &wait);
	return wait != 0;
}

/* What will be sent of it. Whether an If-Range holds is the server's to say:
 * the worst is assumed. */
static void asked_range(const struct http_head *head, uint64_t length,
			struct range *range)
{
	if (http_head_header(head, "If-Range") != NULL ||
	    http_head_range(head, length, range) != RANGE_PART)
		*range = (struct range){ 0, length - 1 };
}

/* Under the lock. */
static const struct arriving_file *find_file(const struct arriving *a,
					     const char *path)
{
	for (uint32_t i = 0; i < a->file_count; i++)
		if (strcmp(a->files[i].path, path) == 0)
			return &a->files[i];
	return NULL;
}

static void answer_reading(struct reader *r, const struct http_head *head,
			   bool all_here, struct http_answer *answer)
{
	answer->length = r->file->length;
	answer->type = content_type_of(r->file->path);
	answer->flags |= HTTP_IMMUTABLE | HTTP_NO_SNIFF;
	r->bytes = bytes_of_file(r);
	if (r->bytes == NULL || (!all_here && !may_wait(head))) {
		bool no_memory = r->bytes == NULL;

		reader_closes(r);
		*answer = (struct http_answer)HTTP_ANSWER_INIT;
		if (no_memory)
			refuse(answer, 503, "out of memory\n");
		else
			refuse(answer, 404, "not here yet\n");
		return;
	}
	answer->reader = (struct http_reader){ r, reader_begins, read_file,
					       reader_closes };
}

static bool try_payload(struct arrivals *all, const struct http_head *head,
			const uint8_t *btmh, const char *path,
			struct http_answer *answer)
{
	const struct arriving_file *file = NULL;
	const char *empty = NULL; /* the type of an empty file */
	struct reader *r = NULL;
	struct range range;
	bool all_here = false;
	struct arriving *a;

	lock(all);
	a = arriving_find(all, btmh);
	if (a != NULL)
		file = find_file(a, path);
	if (file != NULL && file->length == 0)
		empty = content_type_of(file->path);
	if (file != NULL && file->length > 0) {
		uint64_t size;

		asked_range(head, file->length, &range);
		size = range.last - range.first + 1;
		all_here = verified(a, file, range.first, size) == size;
		r = reader_new(a, file, head, !all_here);
	}
	if (r != NULL) {
		r->viewer = arriving_is_viewer(head);
		r->at = range.first;
		r->last = range.last;
		if (r->viewer)
			a->viewed_ms = arriving_now();
	}
	unlock(all);
	if (a == NULL)
		return false;
	if (file == NULL)
		refuse(answer, 404, "not here\n");
	else if (r != NULL)
		answer_reading(r, head, all_here, answer);
	else if (empty != NULL)
		answer->type = empty;
	else
		refuse(answer, 503, "too many read what is on its way\n");
	return true;
}

static bool try_pieces(struct arrivals *all, const struct http_head *head,
		       const uint8_t *btmh, struct http_answer *answer)
{
	struct reader *r = NULL;
	struct buf map = BUF_INIT;
	uint64_t after = 0;
	bool at_once = false;
	struct arriving *a;

	if (http_head_query_number(head, "after", &after) == STATUS_MALFORMED) {
		refuse(answer, 400, "after wants a number\n");
		return true;
	}
	lock(all);
	a = arriving_find(all, btmh);
	if (a != NULL) {
		at_once = !has_query(head, "after") || a->count > after ||
			  !may_wait(head);
		if (at_once)
			arriving_map(&map, a->pieces, a->have);
		else
			r = reader_new(a, NULL, head, true);
	}
	if (r != NULL) {
		r->after = after;
		answer->length = 4 + havemap_size(a->pieces);
	}
	unlock(all);
	if (a == NULL)
		return false;
	answer->type = "application/octet-stream";
	answer->flags |= HTTP_NO_CACHE;
	if (r != NULL)
		answer->reader = (struct http_reader){
			r, reader_begins, read_map, reader_closes
		};
	else if (at_once && buf_status(&map) == STATUS_OK)
		http_answer_take_buf(answer, &map);
	else
		refuse(answer, 503, "too many wait for pieces\n");
	buf_release(&map);
	return true;
}

bool arrivals_try(void *arrivals, const struct http_head *head,
		  struct http_answer *answer)
{
	bool is_payload = strncmp(head->path, "/payload/", 9) == 0;
	bool is_pieces = strncmp(head->path, "/pieces/", 8) == 0;
	const char *hex = head->path + (is_payload ? 9 : 8);
	uint8_t btmh[32];

	if ((!is_payload && !is_pieces) || strlen(hex) < 64 ||
	    hex_decode((struct bytes){ (const uint8_t *)hex, 64 }, btmh,
		       32) != STATUS_OK)
		return false;
	if (is_payload && hex[64] == '/' && hex[65] != '\0')
		return try_payload(arrivals, head, btmh, hex + 65, answer);
	if (is_pieces && hex[64] == '\0')
		return try_pieces(arrivals, head, btmh, answer);
	return false;
}

bool arrivals_has(struct arrivals *all, const uint8_t btmh[static 32])
{
	bool has;

	lock(all);
	has = arriving_find(all, btmh) != NULL;
	unlock(all);
	return has;
}
