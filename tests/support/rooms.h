/* A room with a clock that stands still until it is told to go on, players that
 * post to it, and what it then has for the office. */
#ifndef TESTS_SUPPORT_ROOMS_H
#define TESTS_SUPPORT_ROOMS_H

#include <string.h>

#include "catalog/outbox.h"
#include "catalog/records_db.h"
#include "node/study/room_fields.h"
#include "node/study/room_inside.h"
#include "tests/support/scratch.h"

#define LESSON "xiangtu.zixing#7f3k9w2a"
#define OTHER "xiangtu.zixing#7f3k9w2b"
enum { NOW_S = 1790000000, BOOT_MS = 5000 };

struct scene {
	struct scratch scratch;
	struct catalog *records;
	struct room *room;
	struct err err;
	uint64_t now_ms;
	int64_t set_s; /* the wall clock is off by so much */
	bool unset;    /* it has no clock */
	uint64_t boot;
	unsigned changed, ended;
	uint64_t next_id;
	unsigned step_s; /* between posts */
};

static void tell_time(void *owner, struct when *out)
{
	const struct scene *s = owner;

	*out = (struct when){ .s = s->unset ?
					   0 :
					   (uint64_t)(NOW_S + s->set_s) +
						   s->now_ms / 1000,
			      .boot = s->boot,
			      .mono = s->now_ms / 1000,
			      .floor = NOW_S - 86400 };
}

static void has_changed(void *owner)
{
	((struct scene *)owner)->changed++;
}

static void has_ended(void *owner)
{
	((struct scene *)owner)->ended++;
}

static void open_room(struct scene *s)
{
	const struct room_options options = { .owner = s,
					      .records = s->records,
					      .when = tell_time,
					      .changed = has_changed,
					      .ended = has_ended };

	CHECK(room_open(&s->room, &options, s->now_ms, &s->err) == STATUS_OK);
}

static void scene_init(struct scene *s)
{
	*s = (struct scene){ .err = ERR_INIT, .now_ms = BOOT_MS, .boot = 1,
			     .next_id = 100, .step_s = 10 };
	scratch_init(&s->scratch);
	CHECK(records_db_open(&s->records,
			      scratch_path(&s->scratch, "records.db"),
			      &s->err) == STATUS_OK);
	open_room(s);
}

static void scene_release(struct scene *s)
{
	room_close(s->room, s->now_ms);
	catalog_free(s->records);
	scratch_release(&s->scratch);
}

/* The power goes, and comes back `away_s` later. */
MAYBE_UNUSED static void power_cut(struct scene *s, int64_t away_s)
{
	room_free(s->room);
	s->set_s += (int64_t)(s->now_ms / 1000) + away_s;
	s->now_ms = BOOT_MS;
	s->boot++;
	open_room(s);
}

/* Time goes on, in seconds. */
static void pass(struct scene *s, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		s->now_ms += 1000;
		room_tick(s->room, s->now_ms);
	}
}

/* --- players --- */

struct player {
	uint64_t id;
	const char *lesson;
	bool here;
	const char *cookies;
	uint64_t in;
	uint64_t source;
	uint64_t at_ms;
	unsigned keys; /* with the next post */
	bool end;
	struct room_said said;
};

static enum status post(struct scene *s, struct player *p)
{
	struct room_asker asker = { .here = p->here, .source = p->source,
				    .cookies = p->cookies };
	struct room_post said = { .play = p->id, .rev = 1, .as = ROOM_VIDEO,
				  .of = 6 * 3600, .in = p->in,
				  .keys = p->keys, .end = p->end, .count = 1 };
	enum status status;

	(void)snprintf(said.lesson, sizeof(said.lesson), "%s", p->lesson);
	said.samples[0] = (struct playcount_sample){
		.t_ms = s->now_ms, .at = p->at_ms, .rate = 1000, .running = true
	};
	status = room_take(s->room, &said, &asker, "养羊", s->now_ms, &p->said,
			   &s->err);
	p->keys = 0;
	return status;
}

/* All of them play on, posting every so often. */
static void play_all(struct scene *s, struct player **all, size_t count,
		     unsigned seconds)
{
	for (size_t i = 0; i < count; i++)
		CHECK(post(s, all[i]) == STATUS_OK);
	for (unsigned t = s->step_s; t <= seconds; t += s->step_s) {
		pass(s, s->step_s);
		for (size_t i = 0; i < count; i++) {
			all[i]->at_ms += s->step_s * 1000;
			CHECK(post(s, all[i]) == STATUS_OK);
		}
	}
}

static void play(struct scene *s, struct player *p, unsigned seconds)
{
	play_all(s, &p, 1, seconds);
}

static struct player tv(struct scene *s)
{
	return (struct player){ .id = s->next_id++, .lesson = LESSON,
				.here = true, .keys = 1 };
}

static struct player phone(struct scene *s, uint64_t source)
{
	return (struct player){ .id = s->next_id++, .lesson = LESSON,
				.source = source };
}

/* --- what waits for the office --- */

struct look {
	const char *kind;
	uint64_t id; /* 0: any */
	json_t *found; /* the last that fits */
	unsigned count;
};

static bool look_at(void *owner, const struct outbox_item *item)
{
	struct look *l = owner;
	char id[STUDY_ID_TEXT + 1];

	study_id_format(l->id == 0 ? 1 : l->id, id);
	if (strcmp(item->kind, l->kind) != 0 ||
	    (l->id != 0 && strcmp(item->id, id) != 0))
		return true;
	json_decref(l->found);
	l->found = json_loadb((const char *)item->json.data, item->json.size,
			      0, NULL);
	CHECK(l->found != NULL);
	l->count++;
	return true;
}

/* The item; a new reference, NULL: there is none. */
static json_t *told(struct scene *s, const char *kind, uint64_t id,
		    unsigned *count)
{
	struct look l = { .kind = kind, .id = id };

	CHECK(outbox_each_waiting(s->records, look_at, &l, &s->err) ==
	      STATUS_OK);
	if (count != NULL)
		*count = l.count;
	return l.found;
}

static int64_t number(const json_t *item, const char *key)
{
	CHECK(json_is_integer(json_object_get(item, key)));
	return json_integer_value(json_object_get(item, key));
}

MAYBE_UNUSED static unsigned flags_of(const json_t *item)
{
	CHECK(json_is_array(json_object_get(item, "flags")));
	return room_flags_read(json_object_get(item, "flags"));
}

static uint64_t id_of(const json_t *study)
{
	uint64_t id = 0;

	CHECK(study_id_parse(json_string_value(json_object_get(study, "id")),
			     &id) == STATUS_OK);
	return id;
}

static uint64_t begin(struct scene *s, json_t *request)
{
	json_t *titles = json_pack("[s]", "养羊"), *out = NULL;
	uint64_t id;

	CHECK(room_begin(s->room, request, titles, "A", s->now_ms, &out,
			 &s->err) == STATUS_OK);
	id = id_of(out);
	json_decref(request);
	json_decref(titles);
	json_decref(out);
	return id;
}

MAYBE_UNUSED static enum status change(struct scene *s, uint64_t id,
				       json_t *request,
				       const struct room_card *card)
{
	struct room_change change = { .request = request, .cards = card,
				      .n_cards = card != NULL };
	json_t *out = NULL;
	enum status status = room_change(s->room, id, &change, s->now_ms, &out,
					 &s->err);

	json_decref(request);
	json_decref(out);
	return status;
}

MAYBE_UNUSED static enum status
move(struct scene *s, uint64_t id,
     enum status (*how)(struct room *, uint64_t, uint64_t, json_t **,
			struct err *))
{
	json_t *out = NULL;
	enum status status = how(s->room, id, s->now_ms, &out, &s->err);

	json_decref(out);
	return status;
}

MAYBE_UNUSED static void sign_in(struct scene *s, uint64_t card, uint8_t salt,
				 char set[static ROOM_SET_COOKIE_MAX])
{
	uint8_t token[ROOM_TOKEN_SIZE];

	memset(token, salt, sizeof(token));
	CHECK(room_sign_in(s->room, card, "4711", false, token, s->now_ms, set,
			   &s->err) == STATUS_OK);
	*strchr(set, ';') = 0;
}

#endif
