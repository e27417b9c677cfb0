/* Who is logged in at the desks (docs/formats-page.md, 1).
 *
 * A session is a cookie of 32 random bytes. Only its SHA-256 is kept, in
 * memory: who reads this node's memory or disk gets no cookie from it, and a
 * node that starts anew has no sessions. It ends when it is closed, when it
 * was not used for a while, when it is SESSION_LIFE_MS old, and when the
 * secret it was opened with is changed. There is a bounded number; where there
 * is no place, the one that was not used for longest goes: of the same person,
 * when that person has many.
 *
 * Pure, apart from memory: `now_ms` is monotonic and handed in, as is what is
 * random.
 *
 * Threads: one. */
#ifndef NODE_PAGE_SESSIONS_H
#define NODE_PAGE_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "node/page/page.h"
#include "proto/status.h"

struct http_head;

#define SESSION_COOKIE "xt_session"

enum {
	SESSIONS_MAX = 64,
	SESSIONS_OF_ONE = 16, /* of one person: TV, phone, PC */
	SESSION_WHO_MAX = 31, /* bytes: "A", "B", "office" or a name */
	SESSION_TOKEN_SIZE = 32,
	SESSION_TEXT_SIZE = 43, /* base64url of a token */
	/* "xt_session=…; HttpOnly; SameSite=Strict; Path=/" and a zero */
	SESSION_SET_MAX = 128,
	SESSION_OPERATOR_MS = 30 * 60 * 1000,	/* without use */
	SESSION_OFFICE_MS = 8 * 60 * 60 * 1000, /* without use */
	SESSION_LIFE_MS = 24 * 60 * 60 * 1000	/* in all */
};

struct sessions;

/* NULL: out of memory. */
struct sessions *sessions_new(void);
/* NULL is allowed. */
void sessions_free(struct sessions *s);

/*
 * Open a session of `who`, an operator or the office, with 32 fresh random
 * bytes; the caller wipes them. `set` is what goes into Set-Cookie.
 */
void sessions_open(struct sessions *s, enum page_role role, const char *who,
		   const uint8_t token[static SESSION_TOKEN_SIZE],
		   uint64_t now_ms, char set[static SESSION_SET_MAX]);

/* What Set-Cookie says when a session is over. */
#define SESSION_CLEAR \
	SESSION_COOKIE "=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"

/* Who asks, by the cookie of the request, and counts as a use of the session;
 * PAGE_VIEWER and "" when there is no session. `who` has room for
 * SESSION_WHO_MAX bytes and a zero. */
enum page_role sessions_role(struct sessions *s, const struct http_head *head,
			     uint64_t now_ms, char who[static 32]);
/* The same, without counting as a use: for what asks by itself, such as a
 * stream that wants to know whether it may go on. */
enum page_role sessions_look(struct sessions *s, const struct http_head *head,
			     uint64_t now_ms, char who[static 32]);
/* The same two by the value of a Cookie header, which may be NULL. */
enum page_role sessions_role_of(struct sessions *s, const char *cookies,
				bool used, uint64_t now_ms,
				char who[static 32]);

/* End the session of this Cookie header, if there is one. */
void sessions_close(struct sessions *s, const char *cookies);
/* End all sessions of `who`. */
void sessions_close_all(struct sessions *s, const char *who);

/* How many there are. */
unsigned sessions_count(const struct sessions *s);

#endif
