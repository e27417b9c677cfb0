/* The loop's side of what is arriving: payloads come, grow and go; readers are
 * woken; what they wait for is told. Their own side is node/arriving_read.c. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/arriving_inside.h"
#include "proto/encoding.h"

enum {
	TELL_MS = 4,   /* between two tellings, at least */
	TICK_MS = 1000,
	TOLD_AT_ONCE = 128
};

int64_t arriving_now(void)
{
	return (int64_t)(uv_hrtime() / 1000000);
}

static void lock(struct arrivals *all)
{
	(void)pthread_mutex_lock(&all->lock);
}

static void unlock(struct arrivals *all)
{
	(void)pthread_mutex_unlock(&all->lock);
}

struct arriving *arriving_find(struct arrivals *all, const uint8_t *btmh)
{
	struct arriving *a = all->list;

	while (a != NULL && memcmp(a->btmh, btmh, 32) != 0)
		a = a->next;
	return a;
}

uint32_t arriving_piece_at(const struct arriving *a,
			   const struct arriving_file *file, uint64_t offset)
{
	return file->first_piece + (uint32_t)(offset / a->piece_length);
}

/* --- telling the owner --- */

void arriving_tell(struct arrivals *all)
{
	(void)uv_async_send(&all->wake);
}

struct news {
	uint8_t btmh[32];
	bool begun, urgent;
};

/* The callbacks may call anything here: they come without the lock. */
static void tell(uv_timer_t *timer)
{
	struct arrivals *all = timer->data;
	struct news news[TOLD_AT_ONCE];
	unsigned count = 0;

	all->told_ms = arriving_now();
	lock(all);
	for (struct arriving *a = all->list; a != NULL; a = a->next) {
		if (!a->begun && !a->urgent)
			continue;
		if (count == TOLD_AT_ONCE) {
			arriving_tell(all); /* the rest in another round */
			break;
		}
		memcpy(news[count].btmh, a->btmh, 32);
		news[count].begun = a->begun;
		news[count++].urgent = a->urgent;
		a->begun = a->urgent = false;
	}
	unlock(all);
	for (unsigned i = 0; i < count && all->on_closed == NULL; i++) {
		if (news[i].begun && all->o.on_begun != NULL)
			all->o.on_begun(all->o.owner, news[i].btmh);
		if (news[i].urgent && all->o.on_urgent != NULL)
			all->o.on_urgent(all->o.owner, news[i].btmh);
	}
}

static void woken(uv_async_t *wake)
{
	struct arrivals *all = wake->data;
	int64_t since = arriving_now() - all->told_ms;

	if (all->on_closed != NULL || uv_is_active((uv_handle_t *)&all->soon))
		return;
	(void)uv_timer_start(&all->soon, tell,
			     since >= TELL_MS ? 0 : (uint64_t)(TELL_MS - since),
			     0);
}

/* --- time --- */

void reader_wake(struct reader *r)
{
	if (r->asleep)
		http_sleeper_wake(r->sleeper);
	r->asleep = false;
}

/* Those that sleep look whether their time is over and their client still
 * there. */
static void wake_sleepers(struct arriving *a)
{
	for (struct reader *r = a->readers; r != NULL; r = r->next)
		reader_wake(r);
}

static void ticked(uv_timer_t *timer)
{
	struct arrivals *all = timer->data;
	uint8_t read[TOLD_AT_ONCE][32];
	unsigned count = 0;

	lock(all);
	for (struct arriving *a = all->list; a != NULL; a = a->next) {
		wake_sleepers(a);
		if (a->readers != NULL && count < TOLD_AT_ONCE)
			memcpy(read[count++], a->btmh, 32);
	}
	unlock(all);
	for (unsigned i = 0; i < count && all->on_closed == NULL; i++)
		if (all->o.on_read != NULL)
			all->o.on_read(all->o.owner, read[i]);
}

/* --- payloads --- */

static void arriving_free(struct arriving *a)
{
	if (a == NULL)
		return;
	free(a->dir);
	free(a->files);
	free(a->paths);
	free(a->have);
	free(a->marked);
	free(a);
}

void arriving_unless_used(struct arriving *a)
{
	if (a->ended && a->readers == NULL)
		arriving_free(a);
}

/* The names, lengths and places of its files. */
static bool copy_files(struct arriving *a, const struct metainfo *mi)
{
	size_t size = 0;
	char *at;

	for (uint32_t i = 0; i < mi->file_count; i++)
		size += strlen(mi->files[i].path) + 1;
	a->paths = malloc(size);
	a->files = calloc(mi->file_count, sizeof(*a->files));
	if (a->paths == NULL || a->files == NULL)
		return false;
	at = a->paths;
	for (uint32_t i = 0; i < mi->file_count; i++) {
		size = strlen(mi->files[i].path) + 1;
		memcpy(at, mi->files[i].path, size);
		a->files[i] = (struct arriving_file){
			at, mi->files[i].length, mi->files[i].first_piece
		};
		at += size;
	}
	a->file_count = mi->file_count;
	return true;
}

static bool copy_dir(struct arriving *a)
{
	size_t size = strlen(a->all->payload_dir);

	a->dir = malloc(size + 66);
	if (a->dir == NULL)
		return false;
	memcpy(a->dir, a->all->payload_dir, size);
	a->dir[size] = '/';
	hex_encode((struct bytes){ a->btmh, 32 }, a->dir + size + 1);
	return true;
}

struct arriving *arriving_begin(struct arrivals *all,
				const uint8_t btmh[static 32],
				const struct torrentfile *tf,
				const uint8_t *have)
{
	const struct metainfo *mi = &tf->mi;
	size_t size = havemap_size(mi->pieces);
	struct arriving *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->all = all;
	memcpy(a->btmh, btmh, 32);
	a->piece_length = mi->piece_length;
	a->pieces = mi->pieces;
	a->trail = NO_PIECE;
	a->have = malloc(size + 1); /* there may be no piece at all */
	a->marked = calloc(1, size + 1);
	if (a->have == NULL || a->marked == NULL || !copy_dir(a) ||
	    !copy_files(a, mi)) {
		arriving_free(a);
		return NULL;
	}
	memcpy(a->have, have, size);
	a->count = havemap_count(have, mi->pieces);
	a->begun = true;
	lock(all);
	assert(arriving_find(all, btmh) == NULL);
	a->next = all->list;
	all->list = a;
	arriving_tell(all);
	unlock(all);
	return a;
}

static bool waits_for(const struct reader *r, uint32_t piece)
{
	return r->file == NULL ?
		       r->a->count > r->after :
		       r->dry && arriving_piece_at(r->a, r->file, r->at) ==
					 piece;
}

void arriving_piece(struct arriving *a, uint32_t piece)
{
	struct arrivals *all = a->all;

	assert(piece < a->pieces);
	lock(all);
	if (!havemap_has(a->have, piece)) {
		havemap_set(a->have, piece);
		a->count++;
		for (struct reader *r = a->readers; r != NULL; r = r->next)
			if (waits_for(r, piece))
				reader_wake(r);
	}
	unlock(all);
}

bool arriving_is(struct arriving *a, const uint8_t *have)
{
	bool same;

	lock(a->all);
	same = memcmp(a->have, have, havemap_size(a->pieces)) == 0;
	unlock(a->all);
	return same;
}

void arriving_end(struct arriving *a, bool held)
{
	struct arrivals *all = a->all;
	struct arriving **at = &all->list;

	lock(all);
	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	a->ended = true;
	a->held = held;
	if (held) {
		for (uint32_t i = 0; i < a->pieces; i++)
			havemap_set(a->have, i);
		a->count = a->pieces;
	}
	wake_sleepers(a);
	arriving_unless_used(a);
	unlock(all);
}

bool arriving_watched(struct arriving *a)
{
	bool watched;

	(void)pthread_mutex_lock(&a->all->lock);
	watched = a->viewed_ms != 0 &&
		  arriving_now() - a->viewed_ms < ARRIVING_LINGER_MS;
	for (struct reader *r = a->readers; r != NULL && !watched; r = r->next)
		watched = r->viewer;
	(void)pthread_mutex_unlock(&a->all->lock);
	return watched;
}

/* --- lifetime --- */

enum status arrivals_open(struct arrivals **out,
			  const struct arrivals_options *options,
			  struct err *err)
{
	struct arrivals *all = calloc(1, sizeof(*all));
	uint64_t seed = uv_hrtime();

	if (all == NULL || (all->payload_dir = strdup(
				    options->payload_dir)) == NULL) {
		free(all);
		return err_set(err, STATUS_NO_MEMORY, "arrivals");
	}
	all->o = *options;
	all->o.payload_dir = all->payload_dir;
	if (all->o.patience_ms == 0)
		all->o.patience_ms = ARRIVING_PATIENCE_MS;
	(void)uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL);
	share_init(&all->readers, seed, ARRIVING_READERS_MAX);
	share_init(&all->polls, seed, ARRIVING_READERS_MAX);
	if (pthread_mutex_init(&all->lock, NULL) != 0)
		goto free_all;
	if (uv_async_init(options->loop, &all->wake, woken) != 0)
		goto destroy_lock;
	(void)uv_timer_init(options->loop, &all->soon); /* cannot fail */
	(void)uv_timer_init(options->loop, &all->tick);
	all->wake.data = all->soon.data = all->tick.data = all;
	all->open_handles = 3;
	(void)uv_timer_start(&all->tick, ticked, TICK_MS, TICK_MS);
	*out = all;
	return STATUS_OK;

destroy_lock:
	(void)pthread_mutex_destroy(&all->lock);
free_all:
	free(all->payload_dir);
	free(all);
	return err_set(err, STATUS_IO, "arrivals: no lock or wake-up");
}

static void handle_closed(uv_handle_t *handle)
{
	struct arrivals *all = handle->data;
	void (*on_closed)(void *) = all->on_closed;
	void *owner = all->closed_owner;

	if (--all->open_handles > 0)
		return;
	(void)pthread_mutex_destroy(&all->lock);
	free(all->payload_dir);
	free(all);
	on_closed(owner);
}

void arrivals_close(struct arrivals *all, void (*on_closed)(void *owner),
		    void *owner)
{
	assert(all->list == NULL && all->readers.taken == 0 &&
	       all->polls.taken == 0);

	all->on_closed = on_closed;
	all->closed_owner = owner;
	uv_close((uv_handle_t *)&all->wake, handle_closed);
	uv_close((uv_handle_t *)&all->soon, handle_closed);
	uv_close((uv_handle_t *)&all->tick, handle_closed);
}
