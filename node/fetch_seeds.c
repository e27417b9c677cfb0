/* Held payloads the engine has loaded because somebody near wants them; let go
 * when nobody does any more. */
#include <stdio.h>
#include <string.h>

#include "node/fetch_job.h"
#include "node/payload_owner.h"
#include "proto/encoding.h"

enum { SEED_IDLE_MS = 10 * 60 * 1000, SEED_BUSY_MS = 10 * 1000 };

struct seed *seed_find(struct fetcher *f, const uint8_t *btmh)
{
	for (unsigned i = 0; i < f->n_seeds; i++)
		if (memcmp(f->seeds[i].btmh, btmh, 32) == 0)
			return &f->seeds[i];
	return NULL;
}

void seed_release(struct fetcher *f, const uint8_t *btmh)
{
	struct seed *seed = seed_find(f, btmh);

	if (engine_release(f->o.engine, btmh) == STATUS_OK && seed != NULL)
		seed->leaving = true;
}

static void seed_remove(struct fetcher *f, struct seed *seed)
{
	*seed = f->seeds[--f->n_seeds];
}

/* Let go of the one that was idle longest. */
static void make_room(struct fetcher *f)
{
	struct seed *oldest = NULL;

	for (unsigned i = 0; i < f->n_seeds; i++)
		if (!f->seeds[i].leaving &&
		    (oldest == NULL || f->seeds[i].used_ms < oldest->used_ms))
			oldest = &f->seeds[i];
	if (oldest != NULL &&
	    engine_release(f->o.engine, oldest->btmh) == STATUS_OK)
		oldest->leaving = true;
}

void seed_adopt(struct fetcher *f, const uint8_t *btmh)
{
	struct seed *seed = seed_find(f, btmh);

	if (seed == NULL) {
		if (f->n_seeds == FETCHER_SEEDS_MAX) {
			make_room(f);
			(void)engine_release(f->o.engine, btmh);
			return;
		}
		seed = &f->seeds[f->n_seeds++];
		memcpy(seed->btmh, btmh, 32);
		seed->leaving = false;
		seed->ready = true;
		seed->peers_ms = 0;
	}
	seed->used_ms = fetcher_now(f);
}

/* Made under a strict umask, it would seem to be damaged. */
static void let_read(const struct fetcher *f, const uint8_t *btmh)
{
	char hex[65], dir[HOUSE_PATH_MAX + 96];

	if (f->o.engine_user == NULL || f->o.engine_user->uid == 0)
		return;
	hex_encode((struct bytes){ btmh, 32 }, hex);
	(void)snprintf(dir, sizeof(dir), "%s/%s", f->o.house->payload_dir,
		       hex);
	payload_set_modes(dir);
}

static bool seed_load(struct fetcher *f, const uint8_t *btmh)
{
	struct torrentfile *tf;
	struct err err = ERR_INIT;
	struct engine_payload payload = { .btmh = btmh, .mode = ENGINE_SEED };
	enum status status;

	if (f->n_seeds == FETCHER_SEEDS_MAX) {
		make_room(f);
		return false;
	}
	if (house_open_torrent(f->o.house, btmh, &tf, &err) != STATUS_OK)
		return false;
	payload.torrent = buf_bytes(&tf->bytes);
	payload.pieces = tf->mi.pieces;
	let_read(f, btmh);
	status = engine_add(f->o.engine, &payload, &err);
	torrentfile_free(tf);
	if (status != STATUS_OK)
		return false;
	seed_adopt(f, btmh);
	seed_find(f, btmh)->ready = false; /* until ENGINE_ADDED */
	return true;
}

bool fetcher_must_load(struct fetcher *f, const uint8_t *btmh)
{
	return seed_find(f, btmh) == NULL && shelf_has(f->o.shelf, btmh);
}

enum fetcher_part fetcher_serve(struct fetcher *f, const uint8_t *btmh)
{
	struct seed *seed = seed_find(f, btmh);

	if (seed != NULL && !seed->leaving) {
		seed->used_ms = seed->peers_ms = fetcher_now(f);
		return seed->ready ? FETCHER_SEEDS : FETCHER_LOADING;
	}
	if (shelf_has(f->o.shelf, btmh))
		return seed == NULL && seed_load(f, btmh) ? FETCHER_LOADING :
							    FETCHER_NO_PART;
	return engine_has(f->o.engine, btmh) ? FETCHER_FETCHES :
					       FETCHER_NO_PART;
}

void seed_event(struct fetcher *f, const struct engine_event *event)
{
	struct seed *seed = seed_find(f, event->btmh);
	struct err err = ERR_INIT;
	bool damaged;

	if (seed == NULL)
		return;
	switch (event->type) {
	case ENGINE_ADDED:
		seed->ready = true;
		f->o.on_loaded(f->o.owner, event->btmh);
		break;
	case ENGINE_PROGRESS:
		if (event->progress.peers > 0)
			seed->used_ms = seed->peers_ms = fetcher_now(f);
		break;
	case ENGINE_RELEASED:
		seed_remove(f, seed);
		break;
	case ENGINE_FAILED:
		damaged = event->failed.status == STATUS_DAMAGED;
		seed_remove(f, seed);
		/* Nothing of it counts until it has been hashed again. */
		if (damaged)
			(void)fetcher_damaged(f, event->btmh,
					      (struct bytes){ NULL, 0 }, &err);
		break;
	default:
		break;
	}
}

void seeds_forget(struct fetcher *f)
{
	f->n_seeds = 0;
}

void seeds_tick(struct fetcher *f)
{
	int64_t now = fetcher_now(f);

	for (unsigned i = 0; i < f->n_seeds; i++)
		if (!f->seeds[i].leaving &&
		    now - f->seeds[i].used_ms > SEED_IDLE_MS &&
		    engine_release(f->o.engine, f->seeds[i].btmh) == STATUS_OK)
			f->seeds[i].leaving = true;
}

bool fetcher_is_busy(const struct fetcher *f, const uint8_t *btmh)
{
	const struct seed *seed = NULL;

	for (unsigned i = 0; i < f->n_seeds && seed == NULL; i++)
		if (memcmp(f->seeds[i].btmh, btmh, 32) == 0)
			seed = &f->seeds[i];
	return fetcher_find(f, btmh) != NULL || lent_is(f, btmh) ||
	       (seed != NULL && seed->peers_ms > 0 &&
		fetcher_now(f) - seed->peers_ms < SEED_BUSY_MS);
}
