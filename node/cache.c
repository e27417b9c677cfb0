/* Who has how much is kept in one sorted table; what may go is read from the
 * catalog when room is needed, and only then.
 *
 *     asked for room --fits--> reserved --> fetched --> released: measured
 *          \--lacks--> chosen (node/evict.h) --> deleting --> asked again */
#include "node/cache_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "catalog/deletions.h"
#include "catalog/payloads.h"
#include "catalog/standings.h"
#include "node/payload.h"
#include "node/tidy.h"
#include "proto/encoding.h"
#include "proto/text.h"

enum {
	BLOCK = 4096,
	FILES_UNKNOWN = 16,
	TRIES = 100,
	WAITING_TICKS = 60, /* for whom room is made and who does not ask */
	TIDY_TICKS = 60 /* between looks for deletions that failed */
};

static const uint64_t usual_floor = UINT64_C(1) << 30;

/* --- what lies here --- */

/* Blocks are not cut, and folders are files, too. */
static uint64_t charge(uint64_t bytes, uint32_t files)
{
	return bytes + (2 * (uint64_t)files + 1) * BLOCK;
}

static uint64_t charge_of(struct cache *c, const uint8_t *btmh, uint64_t bytes)
{
	uint32_t files = standings_files(c->o.house->catalog, btmh);

	return charge(bytes, files == 0 ? FILES_UNKNOWN : files);
}

static uint64_t on_disk(const struct cache *c, const uint8_t *btmh)
{
	char path[HOUSE_PATH_MAX + 96], hex[65];

	hex_encode((struct bytes){ btmh, 32 }, hex);
	(void)snprintf(path, sizeof(path), "%s/%s", c->o.house->payload_dir,
		       hex);
	return payload_disk(path);
}

static size_t place_of(const struct cache *c, const uint8_t *btmh, bool *found)
{
	size_t at;

	*found = bytes_find32(c->rows, c->count, sizeof(*c->rows), btmh, &at);
	return at;
}

static void row_remove(struct cache *c, const uint8_t *btmh)
{
	bool found;
	size_t at = place_of(c, btmh, &found);

	if (!found)
		return;
	c->used -= c->rows[at].bytes;
	c->count--;
	memmove(c->rows + at, c->rows + at + 1,
		(c->count - at) * sizeof(*c->rows));
}

static enum status row_put(struct cache *c, const uint8_t *btmh,
			   uint64_t bytes)
{
	bool found;
	size_t at = place_of(c, btmh, &found);

	if (!found && c->count == c->room) {
		size_t room = c->room == 0 ? 64 : 2 * c->room;
		struct lying *grown =
			realloc(c->rows, room * sizeof(*c->rows));

		if (grown == NULL)
			return STATUS_NO_MEMORY;
		c->rows = grown;
		c->room = room;
	}
	if (!found) {
		memmove(c->rows + at + 1, c->rows + at,
			(c->count - at) * sizeof(*c->rows));
		memcpy(c->rows[at].btmh, btmh, 32);
		c->rows[at].bytes = 0;
		c->count++;
	}
	c->used = c->used - c->rows[at].bytes + bytes;
	c->rows[at].bytes = bytes;
	return STATUS_OK;
}

uint64_t cache_row_bytes(const struct cache *c, const uint8_t *btmh)
{
	bool found;
	size_t at = place_of(c, btmh, &found);

	return found ? c->rows[at].bytes : 0;
}

static void measure(struct cache *c, const uint8_t *btmh)
{
	uint64_t bytes = on_disk(c, btmh);

	if (bytes == 0)
		row_remove(c, btmh);
	else if (row_put(c, btmh, bytes) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: out of memory\n");
}

/* --- promises --- */

struct promise *cache_promise_of(struct cache *c, const uint8_t *btmh)
{
	for (unsigned i = 0; i < c->n_promises; i++)
		if (memcmp(c->promises[i].btmh, btmh, 32) == 0)
			return &c->promises[i];
	return NULL;
}

static void promise_end(struct cache *c, struct promise *p)
{
	if (p->has_who)
		alive_release(&p->who);
	*p = c->promises[--c->n_promises];
}

/* What is still to be written for all promises but that of `except`; in
 * `counted` what they count for beyond their rows. */
static void add_promises(const struct cache *c, const uint8_t *except,
			 uint64_t *to_write, uint64_t *counted)
{
	*to_write = *counted = 0;
	for (unsigned i = 0; i < c->n_promises; i++) {
		const struct promise *p = &c->promises[i];
		uint64_t row = cache_row_bytes(c, p->btmh), here;

		if (except != NULL && memcmp(p->btmh, except, 32) == 0)
			continue;
		here = on_disk(c, p->btmh);
		*to_write += p->bytes > here ? p->bytes - here : 0;
		*counted += p->bytes > row ? p->bytes - row : 0;
	}
}

/* --- room --- */

static bool disk_of(const struct cache *c, uint64_t *free_bytes,
		    uint64_t *size)
{
	struct statvfs st;

	if (statvfs(c->o.house->payload_dir, &st) != 0)
		return false;
	*free_bytes = (uint64_t)st.f_bavail * st.f_frsize;
	*size = (uint64_t)st.f_blocks * st.f_frsize;
	return true;
}

static uint64_t beyond(uint64_t needed, uint64_t there)
{
	return needed > there ? needed - there : 0;
}

struct lack {
	uint64_t quota; /* bytes above it */
	uint64_t floor; /* bytes below it */
};

/* What lacks for `more` bytes beside all promises but that of `btmh`, whose row
 * is counted already. */
static struct lack lack_for(const struct cache *c, const uint8_t *btmh,
			    uint64_t bytes, uint64_t here)
{
	uint64_t row = btmh == NULL ? 0 : cache_row_bytes(c, btmh);
	uint64_t to_write, counted, free_bytes, size;
	struct lack lack = { 0, 0 };

	add_promises(c, btmh, &to_write, &counted);
	if (c->quota > 0)
		lack.quota = beyond(c->used + counted + beyond(bytes, row),
				    c->quota);
	if (disk_of(c, &free_bytes, &size))
		lack.floor = beyond(c->floor + to_write + beyond(bytes, here),
				    free_bytes);
	/* Nothing to write: a disk that is too full is nobody's fault here. */
	if (bytes <= here)
		lack.floor = 0;
	return lack;
}

static uint64_t larger(const struct lack *lack)
{
	return lack->quota > lack->floor ? lack->quota : lack->floor;
}

/* --- asked for room --- */

static enum status say_lack(const struct lack *lack, uint64_t lacking,
			    const struct evict_for *what,
			    const struct cache *c, struct err *err)
{
	char size[16], limit[16];

	text_size(lacking, size);
	text_size(lack->quota >= lack->floor ? c->quota : c->floor, limit);
	return err_set(err, STATUS_NO_ROOM,
		       lack->quota >= lack->floor ?
			       "no room: %s lack below the quota of %s%s" :
			       "no room: %s lack above the %s of disk that "
			       "stay free%s",
		       size, limit,
		       what->first ? "" : ", and nothing older may go");
}

static enum status promise(struct cache *c, const uint8_t *btmh,
			   uint64_t bytes, struct alive *who, struct err *err)
{
	struct promise *p = cache_promise_of(c, btmh);

	if (p == NULL && c->n_promises == CACHE_RESERVED_MAX)
		return err_set(err, STATUS_BUSY,
			       "too much is being fetched: ask again");
	if (p == NULL) {
		p = &c->promises[c->n_promises++];
		memset(p, 0, sizeof(*p));
		memcpy(p->btmh, btmh, 32);
		p->has_who = who != NULL;
		if (who != NULL)
			p->who = *who;
	}
	p->bytes = bytes;
	p->waiting = false;
	return STATUS_OK;
}

/* What is being deleted for it is not for others: what has just gone is wanted
 * still, as a rule, and would take the room back. */
static void claim(struct cache *c, const uint8_t *btmh, uint64_t bytes,
		  const struct alive *who)
{
	struct err ignored = ERR_INIT;
	bool is_new = cache_promise_of(c, btmh) == NULL;
	struct promise *p;

	if (who != NULL ||
	    (!is_new && !cache_promise_of(c, btmh)->waiting) ||
	    promise(c, btmh, bytes, NULL, &ignored) != STATUS_OK)
		return;
	p = cache_promise_of(c, btmh);
	p->waiting = true;
	p->idle = 0;
}

static void unclaim(struct cache *c, const uint8_t *btmh)
{
	struct promise *p = cache_promise_of(c, btmh);

	if (p != NULL && p->waiting)
		promise_end(c, p);
}

/* What it outranks: a payload no lesson here wants, nothing. */
static void rank(struct cache *c, const uint8_t *btmh, bool first,
		 struct evict_for *what)
{
	struct err ignored = ERR_INIT;
	struct fetch newest;

	*what = (struct evict_for){ .first = first };
	if (first || payload_wanted_by(c->o.house->catalog, btmh, &newest,
				       &ignored) != STATUS_OK)
		return;
	memcpy(what->age.date, newest.date, sizeof(what->age.date));
	what->age.row = newest.row;
}

static enum status reserve(struct cache *c, const uint8_t *btmh,
			   uint64_t bytes, uint64_t here, bool first,
			   struct alive *who, struct err *err)
{
	struct lack lack = lack_for(c, btmh, bytes, here);
	struct evict_for what;
	uint64_t lacking;
	enum status status;

	if (larger(&lack) > 0)
		rank(c, btmh, first, &what);

	/* Deleting may be done at once: then look again. */
	for (unsigned tries = 0; larger(&lack) > 0; tries++) {
		status = cache_make_room(c, larger(&lack), &what, true,
					 &lacking, err);
		if (status != STATUS_BUSY)
			unclaim(c, btmh);
		if (status == STATUS_NO_ROOM)
			return say_lack(&lack, lacking, &what, c, err);
		if (status != STATUS_BUSY)
			return status;
		claim(c, btmh, bytes, who);
		if (c->n_leaving > 0 || tries == TRIES)
			return err_set(err, STATUS_BUSY,
				       "room is being made");
		lack = lack_for(c, btmh, bytes, here);
	}
	return promise(c, btmh, bytes, who, err);
}

enum status cache_reserve(struct cache *c, const uint8_t *btmh,
			  uint64_t bytes, uint64_t here, bool first,
			  struct err *err)
{
	uint64_t lies = on_disk(c, btmh);

	return reserve(c, btmh, charge_of(c, btmh, bytes),
		       lies > here ? lies : here, first, NULL, err);
}

void cache_release(struct cache *c, const uint8_t *btmh)
{
	struct promise *p = cache_promise_of(c, btmh);

	if (p != NULL)
		promise_end(c, p);
	measure(c, btmh);
}

/* No payload is called like that. */
static void name_of(pid_t pid, uint8_t out[static 32])
{
	memset(out, 0, 32);
	memcpy(out, &pid, sizeof(pid));
}

enum status cache_reserve_for(struct cache *c, pid_t pid, uint64_t bytes,
			      struct err *err)
{
	uint8_t name[32];
	struct promise *p;
	struct alive who;
	enum status status;

	name_of(pid, name);
	p = cache_promise_of(c, name);
	if (bytes == 0) {
		if (p != NULL)
			promise_end(c, p);
		return STATUS_OK;
	}
	status = alive_init(&who, pid, err);
	if (status != STATUS_OK)
		return status;
	status = reserve(c, name, charge(bytes, FILES_UNKNOWN), 0, true, &who,
			 err);
	/* One that was there keeps its own. */
	if (status != STATUS_OK || p != NULL)
		alive_release(&who);
	return status;
}

void cache_held(struct cache *c, const uint8_t *btmh)
{
	measure(c, btmh);
}

void cache_deleted(struct cache *c, const uint8_t *btmh)
{
	for (unsigned i = 0; i < c->n_leaving; i++)
		if (memcmp(c->leaving[i].btmh, btmh, 32) == 0)
			c->leaving[i--] = c->leaving[--c->n_leaving];
	c->deleted++;
	c->deleted_bytes += cache_row_bytes(c, btmh);
	row_remove(c, btmh);
	cache_next_stale(c);
}

/* --- now and then --- */

static void give_back_of_the_dead(struct cache *c)
{
	for (unsigned i = c->n_promises; i > 0; i--) {
		struct promise *p = &c->promises[i - 1];

		if ((p->has_who && !alive_still(&p->who)) ||
		    (p->waiting && ++p->idle > WAITING_TICKS))
			promise_end(c, p);
	}
}

static bool try_again(void *context, const uint8_t btmh[static 32],
		      const char *why)
{
	struct cache *c = context;

	if (c->n_again < CACHE_DELETING_MAX) {
		memcpy(c->again[c->n_again].btmh, btmh, 32);
		(void)snprintf(c->again[c->n_again++].why,
			       sizeof(c->again[0].why), "%s", why);
	}
	return c->n_again < CACHE_DELETING_MAX;
}

/* Deletions that failed, or that nobody went on with. */
static void finish_deletions(struct cache *c)
{
	struct err err = ERR_INIT;

	c->n_again = 0;
	(void)deletions_list(c->o.house->catalog, try_again, c, &err);
	for (unsigned i = 0; i < c->n_again; i++)
		c->o.discard(c->o.owner, c->again[i].btmh, c->again[i].why);
}

void cache_tick(struct cache *c)
{
	static const struct evict_for wanted_more = { .first = true },
				      nothing = { .first = false };
	struct err err = ERR_INIT;
	struct lack lack;
	uint64_t lacking = 0, free_bytes, size;

	give_back_of_the_dead(c);
	lack = (struct lack){ 0, 0 };
	if (c->quota > 0)
		lack.quota = beyond(c->used, c->quota);
	if (disk_of(c, &free_bytes, &size))
		lack.floor = beyond(c->floor, free_bytes);
	if (lack.quota > 0)
		(void)cache_make_room(c, lack.quota, &wanted_more, false,
				      &lacking, &err);
	else if (lack.floor > 0 && c->ticks % TIDY_TICKS == 0)
		(void)cache_make_room(c, lack.floor, &nothing, false, &lacking,
				      &err);
	c->over = lack.quota > 0 ? lacking : 0;
	if (++c->ticks % TIDY_TICKS == 0)
		finish_deletions(c);
}

/* --- questions --- */

struct cache_counts cache_count(const struct cache *c)
{
	struct cache_counts counts = { .quota = c->quota,
				       .floor = c->floor,
				       .used = c->used,
				       .deleted = c->deleted,
				       .deleted_bytes = c->deleted_bytes };
	uint64_t to_write;

	add_promises(c, NULL, &to_write, &counts.reserved);
	return counts;
}

uint64_t cache_floor(const struct cache *c)
{
	return c->floor;
}

json_t *cache_status(struct cache *c)
{
	uint64_t to_write, counted, free_bytes = 0, size = 0;

	add_promises(c, NULL, &to_write, &counted);
	(void)disk_of(c, &free_bytes, &size);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "quota",
			 (json_int_t)c->quota, "floor", (json_int_t)c->floor,
			 "used", (json_int_t)c->used, "reserved",
			 (json_int_t)counted, "free", (json_int_t)free_bytes,
			 "deleting", (json_int_t)cache_leaving(c), "over",
			 (json_int_t)c->over, "next", cache_next(c));
}

/* --- lifetime --- */

/* What is whole takes what it is long; the rest is looked at. */
static bool count_in(void *context, const struct standing_row *row)
{
	struct cache *c = context;
	uint64_t bytes = row->state == PAYLOAD_HELD ?
				 charge(row->bytes, row->files == 0 ?
							    FILES_UNKNOWN :
							    row->files) :
				 on_disk(c, row->btmh);

	return bytes == 0 || row_put(c, row->btmh, bytes) == STATUS_OK;
}

void cache_conf_changed(struct cache *c)
{
	const struct conf *conf = &c->o.house->conf;
	uint64_t free_bytes, size = 0;

	c->quota = conf->quota;
	(void)disk_of(c, &free_bytes, &size);
	c->floor = conf->has_floor	    ? conf->floor :
		   size / 10 < usual_floor ? size / 10 :
					     usual_floor;
}

enum status cache_open(struct cache **out, const struct cache_options *options,
		       struct err *err)
{
	struct cache *c = calloc(1, sizeof(*c));
	enum status status;

	if (c == NULL)
		return err_set(err, STATUS_NO_MEMORY, "cache");
	c->o = *options;
	cache_conf_changed(c);
	status = tidy_adopt(options->house, err);
	if (status == STATUS_OK)
		status = standings_list(options->house->catalog, count_in, c,
					err);
	if (status != STATUS_OK) {
		cache_free(c);
		return status;
	}
	*out = c;
	return STATUS_OK;
}

static void discard_now(void *owner, const uint8_t *btmh, const char *why)
{
	struct cache *c = owner;
	struct err err = ERR_INIT;

	if (tidy_discard(c->o.house, btmh, why, &err) == STATUS_OK) {
		cache_deleted(c, btmh);
		return;
	}
	(void)fprintf(stderr, "xiangtu: delete: %s\n", err.text);
	for (unsigned i = 0; i < c->n_leaving; i++)
		if (memcmp(c->leaving[i].btmh, btmh, 32) == 0)
			c->leaving[i--] = c->leaving[--c->n_leaving];
}

enum status cache_open_alone(struct cache **out, struct house *house,
			     struct err *err)
{
	const struct cache_options options = { .house = house,
					       .discard = discard_now };
	enum status status = cache_open(out, &options, err);

	if (status == STATUS_OK)
		(*out)->o.owner = *out;
	return status;
}

void cache_free(struct cache *c)
{
	if (c == NULL)
		return;
	while (c->n_promises > 0)
		promise_end(c, &c->promises[0]);
	cache_next_stale(c);
	free(c->rows);
	free(c);
}
