/* One play after what its page says: counted, flagged, ended. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "node/study/room_inside.h"

enum { BESIDE_MS = 20 * 1000 /* another screen was heard of just now */ };

/* --- which there are --- */

static struct room_play *play_of(const struct room *r, uint64_t id)
{
	for (unsigned i = 0; i < r->n_plays; i++)
		if (r->plays[i]->id == id && !r->plays[i]->ended)
			return r->plays[i];
	return NULL;
}

bool room_has_play(const struct room *r, uint64_t id)
{
	return play_of(r, id) != NULL;
}

void room_drop_play(struct room *r, unsigned at)
{
	free(r->plays[at]);
	r->plays[at] = r->plays[--r->n_plays];
}

static void end_play(struct room_play *p)
{
	p->ended = p->dirty = true;
}

void room_end_plays_of(struct room *r, uint64_t part_of)
{
	for (unsigned i = 0; i < r->n_plays; i++)
		if (r->plays[i]->study == part_of ||
		    r->plays[i]->personal == part_of)
			end_play(r->plays[i]);
}

void room_tick_plays(struct room *r, uint64_t now_ms)
{
	for (unsigned i = 0; i < r->n_plays; i++)
		if (!r->plays[i]->ended &&
		    now_ms - r->plays[i]->heard_ms >= ROOM_SILENCE_MS)
			end_play(r->plays[i]);
}

void room_flag_all(struct room *r, unsigned flags)
{
	for (unsigned i = 0; i < r->n_plays; i++) {
		r->plays[i]->flags |= flags;
		r->plays[i]->dirty = true;
	}
	if (r->study.id != 0 && r->study.state == STUDY_RUNS) {
		r->study.flags |= flags;
		r->study.dirty = true;
	}
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++) {
		r->personals[i].flags |= flags;
		r->personals[i].dirty = true;
	}
}

/* --- one that begins --- */

static bool forget_it(void *context, const struct study_row *row)
{
	(void)context;
	(void)row;
	return false;
}

/* Has it been here, and ended? */
static enum status look_for_ended(struct room *r, uint64_t id,
				  struct err *err)
{
	enum status status = study_get(r->options.records, STUDY_PLAY, id,
				       forget_it, NULL, err);

	for (unsigned i = 0; i < r->n_plays && status == STATUS_NOT_FOUND; i++)
		if (r->plays[i]->id == id)
			status = STATUS_OK;
	if (status == STATUS_OK)
		return err_set(err, STATUS_NOT_FOUND,
			       "this play has ended: begin another");
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What anybody on the LAN can begin leaves room for the screen, and for what is
 * of a study or a card. */
static enum status look_for_room(struct room *r,
				 const struct room_asker *asker, bool firm,
				 uint64_t now_ms, struct err *err)
{
	unsigned most = asker->here ? ROOM_PLAYS_MAX :
				      ROOM_PLAYS_MAX - ROOM_PLAYS_OF_SCREEN -
					      (firm ? 0 : ROOM_PLAYS_KEPT);
	unsigned a_day = ROOM_PLAYS_A_DAY - (firm ? 0 : ROOM_PLAYS_KEPT_A_DAY);
	unsigned of_one = 0;

	for (unsigned i = 0; i < r->n_plays; i++)
		of_one += r->plays[i]->source == asker->source;
	if (r->n_plays >= most ||
	    (!asker->here && of_one >= ROOM_PLAYS_OF_ONE))
		return err_set(err, STATUS_LIMITED,
			       "too much is played at once to be counted");
	if (room_today(r, now_ms)->plays >= a_day)
		return err_set(err, STATUS_LIMITED,
			       "more was played today than is counted");
	return STATUS_OK;
}

/* Does another machine's screen, or the node's own, show the study now? */
static bool shown_elsewhere(const struct room *r, uint64_t source,
			    uint64_t now_ms)
{
	for (unsigned i = 0; i < r->n_plays; i++) {
		const struct room_play *p = r->plays[i];

		if (p->study == r->study.id && !p->ended &&
		    now_ms - p->counted_ms <= BESIDE_MS &&
		    (p->on_tv || p->source != source))
			return true;
	}
	return false;
}

/* The node's own screen shows the study: it is the one that does. What another
 * goes on to show is another play. */
static void take_over(struct room *r)
{
	for (unsigned i = 0; i < r->n_plays; i++)
		if (r->plays[i]->study == r->study.id && !r->plays[i]->on_tv)
			end_play(r->plays[i]);
}

/* To whom a play belongs. */
struct owner {
	uint64_t study, personal, card;
	bool second; /* another screen shows that study already */
};

/* On the screen a study that runs goes before a card that is still signed in
 * there; on a phone the card goes before all. */
static struct owner owner_of(struct room *r, const struct room_post *post,
			     const struct room_asker *asker, uint64_t now_ms)
{
	bool runs = r->study.id != 0 && r->study.state == STUDY_RUNS;
	struct room_personal *personal;

	if (runs && asker->here)
		return (struct owner){ .study = r->study.id };
	personal = room_personal_by(r, asker->cookies, true, now_ms);
	if (personal != NULL)
		return (struct owner){ .personal = personal->id,
				       .card = personal->card };
	if (!runs || post->in != r->study.id)
		return (struct owner){ 0 };
	if (shown_elsewhere(r, asker->source, now_ms))
		return (struct owner){ .second = true };
	return (struct owner){ .study = r->study.id };
}

static enum status begin_play(struct room *r, const struct room_post *post,
			      const struct room_asker *asker,
			      const char *title, uint64_t now_ms,
			      struct room_play **out, struct err *err)
{
	struct when when = room_when(r);
	enum status status = look_for_ended(r, post->play, err);
	struct owner owner;
	struct room_play *p;

	if (status != STATUS_OK)
		return status;
	room_study_heard(r, post, asker->here, now_ms);
	owner = owner_of(r, post, asker, now_ms);
	status = look_for_room(r, asker,
			       asker->here || owner.study != 0 ||
				       owner.personal != 0,
			       now_ms, err);
	if (status != STATUS_OK)
		return status;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a play");
	p->id = post->play;
	(void)snprintf(p->lesson, sizeof(p->lesson), "%s", post->lesson);
	(void)snprintf(p->title, sizeof(p->title), "%s", title);
	p->rev = post->rev;
	p->as = post->as;
	p->on_tv = asker->here;
	p->source = asker->source;
	p->counted_ms = now_ms;
	p->began = when;
	p->began_s = p->last_s = room_wall_s(&when);
	p->count.kind = post->as == ROOM_VIDEO || post->as == ROOM_AUDIO ?
				PLAYCOUNT_MEDIA :
				PLAYCOUNT_PAGES;
	p->personal = owner.personal;
	p->card = owner.card;
	p->flags = owner.second ? ROOM_TWO_SCREENS : 0;
	if (owner.study != 0 && p->on_tv)
		take_over(r);
	p->study = owner.study;
	if (p->study != 0)
		room_study_plays(r, p->lesson, p->title);
	r->plays[r->n_plays++] = p;
	*out = p;
	return STATUS_OK;
}

/* --- counting --- */

static bool is_screen(const struct room_play *p)
{
	return p->on_tv || p->study != 0;
}

static bool is_firm(const struct room_play *p)
{
	return is_screen(p) || p->personal != 0;
}

/* On the screen, with nobody there. */
static bool is_alone(const struct room_play *p)
{
	return p->on_tv && p->study == 0 && p->personal == 0;
}

/* Phones at which nobody has signed in give up so much that the station has of
 * them: how much they had. */
static uint64_t take_back(struct room *r, uint64_t ms)
{
	uint64_t left = ms;

	for (unsigned i = 0; i < r->n_plays && left > 0; i++) {
		struct room_play *p = r->plays[i];
		uint64_t taken = p->own < left ? p->own : left;

		if (is_firm(p))
			continue;
		p->own -= taken;
		p->dirty |= taken > 0;
		left -= taken;
	}
	return ms - left;
}

/* How much of this is the station's by this play. */
static uint64_t own_of(struct room *r, const struct room_play *p,
		       const struct span *c)
{
	uint64_t own = spans_add(&r->own, c->from, c->to);
	uint64_t firm;

	if (!is_firm(p))
		return own;
	firm = spans_add(&r->firm, c->from, c->to);
	return own + (firm > own ? take_back(r, firm - own) : 0);
}

/* A run was to an empty room: so was what of it had ended before. */
static void mark_run(struct room *r)
{
	for (size_t i = 0; i < room_run_known(&r->run); i++) {
		struct room_play *p = NULL;

		for (unsigned k = 0; k < r->n_plays && p == NULL; k++)
			if (r->plays[k]->id == r->run.plays[i])
				p = r->plays[k];
		if (p != NULL) {
			p->dirty |= (p->flags & ROOM_EMPTY_ROOM) == 0;
			p->flags |= ROOM_EMPTY_ROOM;
		} else if (r->n_marks < ROOM_RUN_MAX) {
			r->marks[r->n_marks++] = r->run.plays[i];
		}
	}
	r->run.count = 0; /* they are marked; the run goes on */
}

static void follow_run(struct room *r, const struct room_play *p,
		       const struct span *c, uint64_t fresh_ms)
{
	if (!is_alone(p))
		room_run_end(&r->run);
	else if (room_run_counts(&r->run, p->id, c, fresh_ms))
		mark_run(r);
}

/* What was counted, to all whose it is. */
static void credit(struct room *r, struct room_play *p,
		   struct room_personal *personal, const struct span *c,
		   uint64_t now_ms)
{
	uint64_t own = own_of(r, p, c);
	uint64_t fresh_ms;

	p->own += own;
	if (is_screen(p)) {
		fresh_ms = spans_add(&r->screen, c->from, c->to);
		p->overlap_ms += c->to - c->from - fresh_ms;
		if (p->on_tv)
			follow_run(r, p, c, fresh_ms);
	}
	if (p->study != 0)
		room_study_counts(r, c, own, p->last_s, now_ms);
	if (personal != NULL) {
		personal->ms += spans_add(personal->time, c->from, c->to);
		personal->own += own;
		personal->dirty = true;
	}
}

/* Two screens at once are both remarkable. */
static void flag_screens(struct room *r, struct room_play *p, uint64_t now_ms)
{
	if (!room_two_screens(p->overlap_ms) ||
	    (p->flags & ROOM_TWO_SCREENS) != 0)
		return;
	p->flags |= ROOM_TWO_SCREENS;
	for (unsigned i = 0; i < r->n_plays; i++) {
		struct room_play *other = r->plays[i];

		if (other == p || !is_screen(other) || other->ended ||
		    now_ms - other->heard_ms > BESIDE_MS)
			continue;
		other->flags |= ROOM_TWO_SCREENS;
		other->dirty = true;
	}
	if (p->study != 0 && r->study.id == p->study)
		r->study.flags |= ROOM_TWO_SCREENS;
}

static void flag(struct room *r, struct room_play *p, uint64_t now_ms)
{
	flag_screens(r, p, now_ms);
	if (p->count.clock_jump)
		p->flags |= ROOM_CLOCK_JUMP;
}

static void feed(struct room *r, struct room_play *p,
		 const struct room_post *post, uint64_t now_ms)
{
	struct room_personal *personal = room_personal_of(r, p->personal);
	struct span credits[PLAYCOUNT_SAMPLES_MAX];
	bool touched = post->keys > 0, became;
	uint64_t before_ms = p->count.ms;
	size_t n;

	if (post->of != 0) {
		p->of = post->of;
		p->count.of = p->count.kind == PLAYCOUNT_MEDIA ? p->of * 1000 :
								 p->of;
	}
	if (touched && p->on_tv)
		room_run_end(&r->run);
	p->keys += post->keys;
	n = playcount_take(&p->count, post->samples, post->count, touched,
			   now_ms, credits);
	if (n > 0) {
		struct when when = room_when(r);

		p->counted_ms = now_ms;
		p->last_s = room_wall_s(&when);
	}
	for (size_t i = 0; i < n; i++)
		credit(r, p, personal, &credits[i], now_ms);
	became = before_ms < ROOM_LEAST_MS && p->count.ms >= ROOM_LEAST_MS;
	room_today(r, now_ms)->plays += became;
	if (personal != NULL) {
		personal->last_s = p->last_s;
		personal->plays += became;
	}
	p->heard_ms = now_ms;
	p->dirty = true;
	flag(r, p, now_ms);
}

enum status room_take(struct room *r, const struct room_post *post,
		      const struct room_asker *asker, const char *title,
		      uint64_t now_ms, struct room_said *out, struct err *err)
{
	struct room_play *p = play_of(r, post->play);
	enum status status = STATUS_OK;

	if (p == NULL)
		status = begin_play(r, post, asker, title, now_ms, &p, err);
	if (status != STATUS_OK)
		return status;
	/* Who signed in stays so while something of theirs plays. */
	if (p->personal != 0)
		(void)room_personal_by(r, asker->cookies, true, now_ms);
	feed(r, p, post, now_ms);
	*out = (struct room_said){
		.ms = p->count.ms,
		.own = p->own,
		.in = p->study != 0 ? p->study : p->personal,
		.flags = p->flags,
	};
	if (post->end)
		end_play(p);
	return STATUS_OK;
}
