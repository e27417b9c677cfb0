/* Who has signed in with a card, and their visits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/study/room_inside.h"
#include "proto/encoding.h"

enum { TRIED = 4 /* cookies of our name in one header */ };

void room_personal_release(struct room_personal *p)
{
	free(p->time);
	memset(p, 0, sizeof(*p));
}

struct room_personal *room_personal_of(struct room *r, uint64_t id)
{
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX && id != 0; i++)
		if (r->personals[i].id == id && !r->personals[i].ended)
			return &r->personals[i];
	return NULL;
}

/* --- cookies --- */

static bool is_over(const struct room_cookie *c, uint64_t now_ms)
{
	return now_ms >= c->until_ms || now_ms >= c->idle_ms;
}

static struct room_cookie *cookie_of(struct room *r, const char *text,
				     size_t size, uint64_t now_ms)
{
	uint8_t token[ROOM_TOKEN_SIZE], hash[SHA256_SIZE];
	struct room_cookie *found = NULL;

	if (hex_decode((struct bytes){ (const uint8_t *)text, size }, token,
		       sizeof(token)) != STATUS_OK)
		return NULL;
	sha256(token, sizeof(token), hash);
	signing_wipe(token, sizeof(token));
	for (unsigned i = 0; i < ROOM_COOKIES_MAX; i++)
		if (r->cookies[i].personal != 0 &&
		    !is_over(&r->cookies[i], now_ms) &&
		    memcmp(r->cookies[i].hash, hash, sizeof(hash)) == 0)
			found = &r->cookies[i];
	return found;
}

/* Another server of this machine may have set one of our name, too. */
static struct room_cookie *cookie_in(struct room *r, const char *cookies,
				     uint64_t now_ms)
{
	static const char name[] = ROOM_COOKIE "=";
	struct room_cookie *found = NULL;
	size_t size;

	for (int tried = 0;
	     cookies != NULL && found == NULL && tried < TRIED;) {
		cookies += strspn(cookies, " ;");
		size = strcspn(cookies, ";");
		if (strncmp(cookies, name, sizeof(name) - 1) == 0) {
			found = cookie_of(r, cookies + sizeof(name) - 1,
					  size - (sizeof(name) - 1), now_ms);
			tried++;
		}
		cookies = strchr(cookies, ';');
	}
	return found;
}

struct room_personal *room_personal_by(struct room *r, const char *cookies,
				       bool used, uint64_t now_ms)
{
	struct room_cookie *c = cookie_in(r, cookies, now_ms);

	if (c == NULL)
		return NULL;
	if (used)
		c->idle_ms = now_ms + ROOM_CARD_IDLE_MS;
	return room_personal_of(r, c->personal);
}

bool room_who(struct room *r, const char *cookies, uint64_t now_ms,
	      struct room_signed_in *out)
{
	struct room_cookie *c = cookie_in(r, cookies, now_ms);
	struct room_personal *p;
	uint64_t ends_ms;

	if (c == NULL || (p = room_personal_of(r, c->personal)) == NULL)
		return false;
	ends_ms = c->until_ms < c->idle_ms ? c->until_ms : c->idle_ms;
	out->card = p->card;
	memcpy(out->tail, p->tail, sizeof(out->tail));
	out->ends_s = (ends_ms - now_ms) / 1000;
	return true;
}

/* --- visits --- */

static void end_personal(struct room *r, struct room_personal *p)
{
	room_end_plays_of(r, p->id);
	p->ended = p->dirty = true;
	for (unsigned i = 0; i < ROOM_COOKIES_MAX; i++)
		if (r->cookies[i].personal == p->id)
			memset(&r->cookies[i], 0, sizeof(r->cookies[i]));
}

static bool has_cookie(const struct room *r, uint64_t personal)
{
	for (unsigned i = 0; i < ROOM_COOKIES_MAX; i++)
		if (r->cookies[i].personal == personal)
			return true;
	return false;
}

void room_tick_personals(struct room *r, uint64_t now_ms)
{
	for (unsigned i = 0; i < ROOM_COOKIES_MAX; i++)
		if (r->cookies[i].personal != 0 &&
		    is_over(&r->cookies[i], now_ms))
			memset(&r->cookies[i], 0, sizeof(r->cookies[i]));
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		if (r->personals[i].id != 0 && !r->personals[i].ended &&
		    !has_cookie(r, r->personals[i].id))
			end_personal(r, &r->personals[i]);
}

void room_end_personals(struct room *r)
{
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		if (r->personals[i].id != 0)
			end_personal(r, &r->personals[i]);
}

static struct room_personal *personal_of_card(struct room *r, uint64_t card)
{
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		if (r->personals[i].id != 0 && !r->personals[i].ended &&
		    r->personals[i].card == card)
			return &r->personals[i];
	return NULL;
}

static struct room_personal *new_personal(struct room *r, uint64_t card,
					  const char *tail, bool here)
{
	struct when when = room_when(r);
	struct room_personal *p = NULL;

	for (unsigned i = 0; i < ROOM_PERSONALS_MAX && p == NULL; i++)
		if (r->personals[i].id == 0)
			p = &r->personals[i];
	if (p == NULL)
		return NULL;
	p->time = calloc(1, sizeof(*p->time));
	if (p->time == NULL)
		return NULL;
	p->id = room_new_id(&when);
	p->card = card;
	(void)snprintf(p->tail, sizeof(p->tail), "%s", tail);
	p->on_tv = here;
	p->began = when;
	p->began_s = p->last_s = room_wall_s(&when);
	return p;
}

/* A free one, else that which was not used for longest. */
static struct room_cookie *place_for(struct room *r)
{
	struct room_cookie *oldest = &r->cookies[0];

	for (unsigned i = 0; i < ROOM_COOKIES_MAX; i++) {
		if (r->cookies[i].personal == 0)
			return &r->cookies[i];
		if (r->cookies[i].idle_ms < oldest->idle_ms)
			oldest = &r->cookies[i];
	}
	return oldest;
}

enum status room_sign_in(struct room *r, uint64_t card, const char *tail,
			 bool here, const uint8_t token[static ROOM_TOKEN_SIZE],
			 uint64_t now_ms, char set[static ROOM_SET_COOKIE_MAX],
			 struct err *err)
{
	struct room_personal *p = personal_of_card(r, card);
	char text[2 * ROOM_TOKEN_SIZE + 1];
	struct room_cookie *c;

	if (p == NULL)
		p = new_personal(r, card, tail, here);
	if (p == NULL)
		return err_set(err, STATUS_LIMITED,
			       "too many have signed in with cards: wait "
			       "until somebody has ended");
	c = place_for(r);
	sha256(token, ROOM_TOKEN_SIZE, c->hash);
	c->personal = p->id;
	c->until_ms = now_ms + ROOM_CARD_MS;
	c->idle_ms = now_ms + ROOM_CARD_IDLE_MS;
	hex_encode((struct bytes){ token, ROOM_TOKEN_SIZE }, text);
	(void)snprintf(set, ROOM_SET_COOKIE_MAX,
		       ROOM_COOKIE "=%s; HttpOnly; SameSite=Strict; Path=/",
		       text);
	signing_wipe(text, sizeof(text));
	return STATUS_OK;
}

void room_sign_out(struct room *r, const char *cookies, uint64_t now_ms)
{
	struct room_cookie *c = cookie_in(r, cookies, now_ms);

	if (c != NULL)
		memset(c, 0, sizeof(*c));
	room_tick_personals(r, now_ms);
}
