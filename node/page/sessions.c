/* A table of hashes. All of it is looked through, and every hash compared
 * wholly, whatever was asked: how long it takes tells nothing. */
#include "node/page/sessions.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/http_server.h"
#include "proto/encoding.h"
#include "signing/digest.h"
#include "signing/key.h"

enum { TRIED = 4 /* cookies of our name in one header */ };

struct session {
	enum page_role role; /* PAGE_VIEWER: nobody's */
	char who[SESSION_WHO_MAX + 1];
	uint8_t hash[SHA256_SIZE];
	uint64_t opened_ms;
	uint64_t used_ms;
};

struct sessions {
	struct session all[SESSIONS_MAX];
};

struct sessions *sessions_new(void)
{
	return calloc(1, sizeof(struct sessions));
}

void sessions_free(struct sessions *s)
{
	free(s);
}

static void end(struct session *one)
{
	signing_wipe(one, sizeof(*one));
	one->role = PAGE_VIEWER;
}

static bool is_over(const struct session *one, uint64_t now_ms)
{
	uint64_t idle = one->role == PAGE_OFFICE ? SESSION_OFFICE_MS :
						   SESSION_OPERATOR_MS;

	return now_ms - one->used_ms >= idle ||
	       now_ms - one->opened_ms >= SESSION_LIFE_MS;
}

static void end_old(struct sessions *s, uint64_t now_ms)
{
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (s->all[i].role != PAGE_VIEWER &&
		    is_over(&s->all[i], now_ms))
			end(&s->all[i]);
}

/* --- the text of a token --- */

static void token_text(const uint8_t token[static SESSION_TOKEN_SIZE],
		       char out[static SESSION_TEXT_SIZE + 2])
{
	base64_encode((struct bytes){ token, SESSION_TOKEN_SIZE }, out);
	out[SESSION_TEXT_SIZE] = 0; /* without '=' */
	for (char *c = out; *c != 0; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
}

static bool token_of(const char *text, size_t size,
		     uint8_t token[static SESSION_TOKEN_SIZE])
{
	char plain[SESSION_TEXT_SIZE + 1];
	size_t got = 0;
	bool good;

	if (size != SESSION_TEXT_SIZE)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '+' || text[i] == '/')
			return false; /* that is not how we spell it */
		plain[i] = text[i];
		if (plain[i] == '-')
			plain[i] = '+';
		else if (plain[i] == '_')
			plain[i] = '/';
	}
	plain[SESSION_TEXT_SIZE] = '=';
	good = base64_decode((struct bytes){ (uint8_t *)plain, sizeof(plain) },
			     token, SESSION_TOKEN_SIZE, &got) == STATUS_OK &&
	       got == SESSION_TOKEN_SIZE;
	signing_wipe(plain, sizeof(plain));
	return good;
}

/* --- opening --- */

/* Where the next one goes: a free place, or that of who was not seen for
 * longest, among those of `who` when these are too many. */
static struct session *place_for(struct sessions *s, const char *who)
{
	struct session *free_one = NULL, *oldest = NULL, *own = NULL;
	unsigned of_one = 0;

	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		struct session *one = &s->all[i];

		if (one->role == PAGE_VIEWER) {
			free_one = one;
			continue;
		}
		if (oldest == NULL || one->used_ms < oldest->used_ms)
			oldest = one;
		if (strcmp(one->who, who) != 0)
			continue;
		of_one++;
		if (own == NULL || one->used_ms < own->used_ms)
			own = one;
	}
	if (of_one >= SESSIONS_OF_ONE)
		return own;
	return free_one != NULL ? free_one : oldest;
}

void sessions_open(struct sessions *s, enum page_role role, const char *who,
		   const uint8_t token[static SESSION_TOKEN_SIZE],
		   uint64_t now_ms, char set[static SESSION_SET_MAX])
{
	char text[SESSION_TEXT_SIZE + 2];
	struct session *one;

	assert(role == PAGE_OPERATOR || role == PAGE_OFFICE);
	assert(who[0] != 0 && strlen(who) <= SESSION_WHO_MAX);

	end_old(s, now_ms);
	one = place_for(s, who);
	one->role = role;
	(void)snprintf(one->who, sizeof(one->who), "%s", who);
	sha256(token, SESSION_TOKEN_SIZE, one->hash);
	one->opened_ms = now_ms;
	one->used_ms = now_ms;
	token_text(token, text);
	(void)snprintf(set, SESSION_SET_MAX,
		       SESSION_COOKIE
		       "=%s; HttpOnly; SameSite=Strict; Path=/",
		       text);
	signing_wipe(text, sizeof(text));
}

/* --- finding --- */

static struct session *session_of(struct sessions *s, const char *text,
				  size_t size)
{
	uint8_t token[SESSION_TOKEN_SIZE], hash[SHA256_SIZE];
	struct session *found = NULL;

	if (!token_of(text, size, token))
		return NULL;
	sha256(token, sizeof(token), hash);
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (signing_same(s->all[i].hash, hash, sizeof(hash)) &&
		    s->all[i].role != PAGE_VIEWER)
			found = &s->all[i];
	signing_wipe(token, sizeof(token));
	return found;
}

/* Another server of this machine may have set a cookie of our name too: the
 * first that is a session counts. */
static struct session *session_in(struct sessions *s, const char *cookies)
{
	static const char name[] = SESSION_COOKIE "=";
	struct session *found = NULL;
	unsigned tried = 0;

	while (cookies != NULL && found == NULL && tried < TRIED) {
		size_t size;

		cookies += strspn(cookies, " ;");
		size = strcspn(cookies, ";");
		if (strncmp(cookies, name, sizeof(name) - 1) == 0) {
			found = session_of(s, cookies + sizeof(name) - 1,
					   size - (sizeof(name) - 1));
			tried++;
		}
		cookies = strchr(cookies, ';');
	}
	return found;
}

enum page_role sessions_role_of(struct sessions *s, const char *cookies,
				bool used, uint64_t now_ms,
				char who[static 32])
{
	struct session *one;

	end_old(s, now_ms);
	one = session_in(s, cookies);
	who[0] = 0;
	if (one == NULL)
		return PAGE_VIEWER;
	if (used)
		one->used_ms = now_ms;
	(void)snprintf(who, SESSION_WHO_MAX + 1, "%s", one->who);
	return one->role;
}

enum page_role sessions_role(struct sessions *s, const struct http_head *head,
			     uint64_t now_ms, char who[static 32])
{
	return sessions_role_of(s, http_head_header(head, "Cookie"), true,
				now_ms, who);
}

enum page_role sessions_look(struct sessions *s, const struct http_head *head,
			     uint64_t now_ms, char who[static 32])
{
	return sessions_role_of(s, http_head_header(head, "Cookie"), false,
				now_ms, who);
}

/* --- ending --- */

void sessions_close(struct sessions *s, const char *cookies)
{
	struct session *one = session_in(s, cookies);

	if (one != NULL)
		end(one);
}

void sessions_close_all(struct sessions *s, const char *who)
{
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (s->all[i].role != PAGE_VIEWER &&
		    strcmp(s->all[i].who, who) == 0)
			end(&s->all[i]);
}

unsigned sessions_count(const struct sessions *s)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		count += s->all[i].role != PAGE_VIEWER;
	return count;
}
