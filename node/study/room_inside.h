/* The inside of a room (node/study/room.h), for the files room*.c only. */
#ifndef NODE_STUDY_ROOM_INSIDE_H
#define NODE_STUDY_ROOM_INSIDE_H

#include "catalog/outbox.h"
#include "node/study/room.h"
#include "node/study/room_flags.h"
#include "node/study/room_run.h"
#include "proto/spans.h"
#include "signing/digest.h"

struct room_play {
	uint64_t id;
	char lesson[LESSON_ID_MAX + 1];
	char title[LESSON_TITLE_MAX + 1];
	uint64_t rev;
	enum room_as as;
	bool on_tv;
	uint64_t of; /* seconds, or pages */
	uint64_t study, personal; /* at most one of the two is not 0 */
	uint64_t card;		  /* of the personal */
	struct when began;
	int64_t began_s, last_s;
	uint64_t source;

	struct playcount count;
	uint64_t own;
	uint64_t overlap_ms; /* with another screen */
	uint64_t keys;
	unsigned flags;

	uint64_t heard_ms;
	uint64_t counted_ms; /* when something of it last counted */
	bool dirty, ended;
};

/* What is said of a study lives in its item; what is counted here. */
struct room_study {
	uint64_t id; /* 0: there is none */
	enum study_state state;
	json_t *item, *more;
	int64_t began_s, last_s;
	uint64_t ms, own;
	struct spans time; /* of this node, that was counted */
	uint32_t parts, version;
	unsigned flags;
	uint64_t heard_ms;  /* a sample, or somebody's change */
	uint64_t until_ms;  /* interrupted: it may go on */
	bool dirty;
};

struct room_personal {
	uint64_t id; /* 0: free */
	uint64_t card;
	char tail[CARD_TAIL_DIGITS + 1];
	bool on_tv;
	struct when began;
	int64_t began_s, last_s;
	uint64_t ms, own, plays;
	unsigned flags;
	struct spans *time; /* of this node, that was counted */
	bool dirty, ended;
};

/* What was counted since a day began, by the stopwatch: of a clock that stands
 * still, or that was ahead once, every day would be the same one. */
struct room_day {
	uint64_t since_ms;
	unsigned plays, studies;
};

struct room_cookie {
	uint8_t hash[SHA256_SIZE]; /* of the token */
	uint64_t personal;	   /* 0: free */
	uint64_t until_ms;	   /* at the latest */
	uint64_t idle_ms;	   /* unless it is used */
};

struct room {
	struct room_options options;
	struct room_play *plays[ROOM_PLAYS_MAX];
	unsigned n_plays;
	struct room_study study; /* that runs or is interrupted */
	struct room_personal personals[ROOM_PERSONALS_MAX];
	struct room_cookie cookies[ROOM_COOKIES_MAX];
	struct spans own;    /* time in which anything was counted */
	struct spans firm;   /* … that is not of a phone alone */
	struct spans screen; /* … on the screen, or in the study */
	struct room_run run; /* of the screen, with nobody there */
	/* Plays of a run that had ended before it was long enough. */
	uint64_t marks[ROOM_RUN_MAX];
	size_t n_marks;
	struct when last_when;
	struct room_day day; /* by room_today() */
	uint64_t saved_ms, failed_ms;
};

/* --- room.c --- */
struct when room_when(const struct room *r);
/* What rows are ordered by: the wall clock, else the earliest it can be. */
int64_t room_wall_s(const struct when *when);
/* The id of an item (docs/formats-records.md, "Items"): the seconds of when it
 * began, then 32 bits at random, so that those of a station that lie side by
 * side in time lie side by side in an office's index, too. Never zero. */
uint64_t room_item_id(const struct when *began, uint64_t random);
uint64_t room_new_id(const struct when *began);
struct room_day *room_today(struct room *r, uint64_t now_ms);
/* Say that a save failed: not all the time. */
void room_complain(struct room *r, uint64_t now_ms, const struct err *err);

/* --- room_play.c --- */
void room_end_plays_of(struct room *r, uint64_t part_of);
void room_tick_plays(struct room *r, uint64_t now_ms);
void room_flag_all(struct room *r, unsigned flags);
void room_drop_play(struct room *r, unsigned at);
/* Without writing anything down, as when the power goes. */
void room_free(struct room *r);

/* --- room_collective.c --- */
/* The running one takes a play: what was counted of it, and how much of that
 * is the station's. */
void room_study_counts(struct room *r, const struct span *counted,
		       uint64_t own, int64_t now_s, uint64_t now_ms);
void room_study_plays(struct room *r, const char *lesson, const char *title);
/* An interrupted one goes on by itself when its lesson plays again. */
void room_study_heard(struct room *r, const struct room_post *post, bool here,
		      uint64_t now_ms);
/* What is interrupted and was found when the node started. */
void room_study_found(struct room *r, const struct study_row *row,
		      uint64_t now_ms);
void room_tick_study(struct room *r, uint64_t now_ms);
void room_study_release(struct room_study *s);
/* Take it out of a row; false: out of memory. */
bool room_study_read(struct room_study *s, const struct study_row *row);
/* It is to be written, and others are to be shown it. */
void room_study_touch(struct room *r, struct room_study *s, uint64_t now_ms);
/* Put a request's lessons into it, where it has any. */
enum status room_study_lessons(struct room_study *s, const json_t *request,
			       const json_t *titles, struct err *err);
/* What is answered to who may lead it. */
enum status room_study_answer(const struct room *r, const struct room_study *s,
			      json_t **out, struct err *err);
/* Is this text in an array? */
bool room_has_text(const json_t *list, const char *text);

/* --- room_personal.c --- */
struct room_personal *room_personal_of(struct room *r, uint64_t id);
/* By a Cookie header; `used`: it stays signed in for longer. */
struct room_personal *room_personal_by(struct room *r, const char *cookies,
				       bool used, uint64_t now_ms);
void room_tick_personals(struct room *r, uint64_t now_ms);
/* Nobody is signed in any more. */
void room_end_personals(struct room *r);
void room_personal_release(struct room_personal *p);

/* --- room_items.c: rows of what is in memory; new references in them --- */
enum status room_put_play(struct room *r, const struct room_play *p,
			  struct err *err);
/* Mark a play that is written down already; what was told is told again, as the
 * next version. STATUS_OK also when it is not there any more. */
enum status room_mark_play(struct room *r, uint64_t id, unsigned flags,
			   struct err *err);
/* What an item may have at most: 24 hours. */
uint64_t room_item_ms(uint64_t ms);
unsigned room_study_flags(const struct room_study *s);
enum status room_put_study(struct room *r, struct room_study *s, bool tell,
			   struct err *err);
enum status room_put_personal(struct room *r, const struct room_personal *p,
			      struct err *err);
/* Rows that ran when the node ended: plays and personals end. */
enum status room_take_up(struct room *r, uint64_t now_ms, struct err *err);

/* --- room_show.c --- */
/* One that is in memory. */
json_t *room_study_now(const struct room *r, const struct room_study *s,
		       bool private);
json_t *room_study_json(const json_t *item, const json_t *more,
			enum study_state state, int64_t began_s, bool private,
			int64_t now_s);

#endif
