/* What is being studied at this node: plays, the collective study that runs,
 * and who has signed in with a card (docs/formats-records.md, "How minutes are
 * counted").
 *
 *     a page says how its player stands  -> room_take()
 *     a collective study is begun …      -> room_begin(), room_change() …
 *     somebody signs in with a card      -> room_sign_in()
 *     once a second                      -> room_tick(): ends what is silent,
 *                                           writes down what goes on
 *
 *         begin            node ended            12 h, or another begins
 *     o --------> RUNS ----------------> INTERRUPTED ------------------> ENDED
 *                  ^  \                     |                              ^
 *                  |   `--------------------|--- end, 3 h of silence ------'
 *                  `--- resume, or its lesson plays on the screen again
 *
 * What runs is written to records.db within ROOM_SAVE_MS, all of it in one
 * durable transaction, so that a power cut loses no more; what has ended goes
 * into the outbox in the same one. What cannot be written stays in memory and
 * is tried again.
 *
 * Every number is bounded. `now_ms` is monotonic and handed in, never going
 * back; the time of day comes from `when`.
 *
 * Threads: the loop. */
#ifndef NODE_STUDY_ROOM_H
#define NODE_STUDY_ROOM_H

#include "catalog/catalog.h"
#include "catalog/moment.h"
#include "catalog/study.h"
#include "node/study/room_post.h"
#include "signing/cardid.h"

enum {
	ROOM_PLAYS_MAX = 256,	  /* at once, with those not written yet */
	ROOM_PLAYS_OF_ONE = 16,	  /* of one address, but this machine's */
	ROOM_PLAYS_OF_SCREEN = 16, /* of all, left to this machine */
	/* In 24 hours by the stopwatch, of one run of the node. */
	ROOM_PLAYS_A_DAY = 5000,
	/* Of both, for the screen, studies and cards alone. */
	ROOM_PLAYS_KEPT = 48,
	ROOM_PLAYS_KEPT_A_DAY = 1000,
	ROOM_STUDIES_A_DAY = 50,
	ROOM_PERSONALS_MAX = 64,  /* at once */
	ROOM_COOKIES_MAX = 128,
	ROOM_SAVE_MS = 10 * 1000,
	ROOM_SILENCE_MS = 60 * 1000,	      /* ends a play */
	ROOM_STUDY_SILENCE_MS = 3 * 3600 * 1000, /* ends a study */
	ROOM_RESUME_S = 12 * 3600,	      /* after a power cut */
	ROOM_CHANGE_S = 7 * 86400,	      /* notes, after the end */
	ROOM_CARD_MS = 2 * 3600 * 1000,	      /* signed in, at most */
	ROOM_CARD_IDLE_MS = 10 * 60 * 1000,   /* … without a sample */
	ROOM_LEAST_MS = 1000,		      /* less is no play */
	ROOM_TOKEN_SIZE = 32,
	ROOM_SET_COOKIE_MAX = 160
};
#define ROOM_COOKIE "xt_card"
#define ROOM_COOKIE_CLEAR \
	ROOM_COOKIE "=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"

struct room;

struct room_options {
	struct catalog *records; /* outlives the room */
	void *owner;
	/* The time of day. */
	void (*when)(void *owner, struct when *out);
	/* What is shown of a collective study has changed. */
	void (*changed)(void *owner);
	/* A study or a personal has ended: it may go to the office. */
	void (*ended)(void *owner);
};

/*
 * What ran when the node ended is interrupted: plays and personals have ended
 * then, a study may go on.
 *
 * Returns: STATUS_OK; what the database failed with; STATUS_NO_MEMORY.
 */
enum status room_open(struct room **out, const struct room_options *options,
		      uint64_t now_ms, struct err *err);
/* Plays and personals end, what is not written is; a study that runs will go
 * on. NULL is allowed. */
void room_close(struct room *r, uint64_t now_ms);
/* Once a second. */
void room_tick(struct room *r, uint64_t now_ms);
/* Write down all that has changed. What fails stays to be written. */
enum status room_save(struct room *r, uint64_t now_ms, struct err *err);

/* --- plays (room_play.c) --- */

/* Who says it. */
struct room_asker {
	bool here;	   /* the screen of this machine */
	uint64_t source;   /* an address, as node/page/lockout.h tells them */
	const char *cookies; /* the header, or NULL */
};

struct room_said {
	uint64_t ms, own;
	uint64_t in; /* its study or personal; 0: none */
	unsigned flags;
};

/* Is there such a play now? Of one that is new the caller looks whether there
 * is such a lesson. */
bool room_has_play(const struct room *r, uint64_t id);

/*
 * Take what a page says of its player. `title` is the lesson's.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND when that play has ended: the page
 *          begins another; STATUS_LIMITED: too many; what the database failed
 *          with.
 */
enum status room_take(struct room *r, const struct room_post *post,
		      const struct room_asker *asker, const char *title,
		      uint64_t now_ms, struct room_said *out, struct err *err);

/* --- collective studies (room_collective.c, room_register.c) ---
 *
 * `lessons` of a request are ids; `titles` is an array of as many titles. What
 * is answered is a STUDY of docs/formats-page.md, a new reference. */

/* STATUS_BUSY when one runs; STATUS_MALFORMED; STATUS_LIMITED. One that is
 * interrupted ends. `by` may be "". */
enum status room_begin(struct room *r, const json_t *request,
		       const json_t *titles, const char *by, uint64_t now_ms,
		       json_t **out, struct err *err);

/* A card for the roll, by what the number became. */
struct room_card {
	uint64_t id;
	char tail[CARD_TAIL_DIGITS + 1];
	bool known;
};
struct room_change {
	const json_t *request; /* fields, lessons, "drop_card" */
	const json_t *titles;  /* of its lessons; NULL where there are none */
	bool all_cards;	       /* these are all, else they come besides */
	const struct room_card *cards;
	size_t n_cards;
};
/* STATUS_NOT_FOUND; STATUS_OLD when it ended more than a week ago;
 * STATUS_MALFORMED; STATUS_LIMITED: too many cards. */
enum status room_change(struct room *r, uint64_t study,
			const struct room_change *change, uint64_t now_ms,
			json_t **out, struct err *err);
enum status room_photo(struct room *r, uint64_t study, struct bytes jpeg,
		       uint64_t now_ms, json_t **out, struct err *err);
/* STATUS_NOT_FOUND when it is not the one that runs or is interrupted. */
enum status room_end(struct room *r, uint64_t study, uint64_t now_ms,
		     json_t **out, struct err *err);
enum status room_resume(struct room *r, uint64_t study, uint64_t now_ms,
			json_t **out, struct err *err);

/* --- personal studies (room_personal.c) --- */

/*
 * Sign in by a card that was found good. `token` is random; `set` is what goes
 * into Set-Cookie. Who has signed in with this card already goes on with that
 * personal.
 *
 * Returns: STATUS_OK; STATUS_LIMITED: too many have.
 */
enum status room_sign_in(struct room *r, uint64_t card, const char *tail,
			 bool here, const uint8_t token[static ROOM_TOKEN_SIZE],
			 uint64_t now_ms, char set[static ROOM_SET_COOKIE_MAX],
			 struct err *err);
void room_sign_out(struct room *r, const char *cookies, uint64_t now_ms);

struct room_signed_in {
	uint64_t card;
	char tail[CARD_TAIL_DIGITS + 1];
	uint64_t ends_s; /* from now */
};
/* Who asks, by a Cookie header, which may be NULL; false: nobody. */
bool room_who(struct room *r, const char *cookies, uint64_t now_ms,
	      struct room_signed_in *out);

/* --- what is shown (room_show.c): new references, NULL when out of memory
 * --- */

/* The study that runs, or is interrupted; JSON null where there is none.
 * `private`: names, cards and note, too. */
json_t *room_show(const struct room *r, enum study_state state, bool private);
/* The two below read records.db, by any connection on its thread, and see what
 * was written down: within ROOM_SAVE_MS all. */
/* What GET /api/study/register answers, of [from_s, to_s). */
json_t *room_register(struct catalog *records, int64_t now_s, int64_t from_s,
		      int64_t to_s, struct err *err);
/* What GET /api/card/mine answers, without `kept`. */
json_t *room_mine(struct catalog *records, uint64_t card, struct err *err);

#endif
