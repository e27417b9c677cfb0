/* Who has the cookie is logged in, for a while. */
#include "node/page/sessions.h"

#include <string.h>

#include "proto/encoding.h"
#include "tests/support/check.h"

/* The Cookie header that a browser sends after this Set-Cookie. */
static const char *cookie_of(const char *set)
{
	static char cookie[128];

	(void)snprintf(cookie, sizeof(cookie), "%.*s",
		       (int)strcspn(set, ";"), set);
	return cookie;
}

static const char *open_one(struct sessions *s, enum page_role role,
			    const char *who, uint8_t seed, uint64_t now)
{
	static char set[SESSION_SET_MAX];
	uint8_t token[SESSION_TOKEN_SIZE];

	memset(token, seed, sizeof(token));
	sessions_open(s, role, who, token, now, set);
	return set;
}

static bool is(struct sessions *s, const char *cookies, uint64_t now,
	       enum page_role role, const char *who)
{
	char found[32] = "?";

	return sessions_role_of(s, cookies, true, now, found) == role &&
	       strcmp(found, who) == 0;
}

static void the_cookie_says_who_it_is(void)
{
	struct sessions *s = sessions_new();
	char mine[128], other[300];

	(void)snprintf(mine, sizeof(mine), "%s",
		       cookie_of(open_one(s, PAGE_OPERATOR, "A", 0xff, 1000)));
	CHECK(strcmp(mine, "xt_session="
			   "__________________________________________8") == 0);
	CHECK(is(s, mine, 1000, PAGE_OPERATOR, "A"));
	(void)snprintf(other, sizeof(other), "lang=zh; %s; x=1", mine);
	CHECK(is(s, other, 1000, PAGE_OPERATOR, "A"));
	/* Somebody else on this machine has set one of our name. */
	(void)snprintf(other, sizeof(other), "xt_session=abc;%s", mine);
	CHECK(is(s, other, 1000, PAGE_OPERATOR, "A"));

	CHECK(is(s, NULL, 1000, PAGE_VIEWER, ""));
	CHECK(is(s, "", 1000, PAGE_VIEWER, ""));
	CHECK(is(s, "xt_session=", 1000, PAGE_VIEWER, ""));
	CHECK(is(s, "xt_session", 1000, PAGE_VIEWER, ""));
	/* The hash that is kept opens nothing: it is 32 bytes like another. */
	CHECK(is(s,
		 "xt_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		 1000, PAGE_VIEWER, ""));
	/* One spelling each: other tail bits, other alphabet, more. */
	mine[strlen(mine) - 1] = '9';
	CHECK(is(s, mine, 1000, PAGE_VIEWER, ""));
	CHECK(is(s,
		 "xt_session=//////////////////////////////////////////8",
		 1000, PAGE_VIEWER, ""));
	CHECK(is(s,
		 "xt_session=__________________________________________8A",
		 1000, PAGE_VIEWER, ""));
	CHECK(is(s,
		 "not_xt_session=__________________________________________8",
		 1000, PAGE_VIEWER, ""));
	sessions_free(s);
}

static void no_script_and_no_other_site_gets_the_cookie(void)
{
	struct sessions *s = sessions_new();
	const char *set = open_one(s, PAGE_OFFICE, "office", 1, 0);

	CHECK(strstr(set, "; HttpOnly") != NULL);
	CHECK(strstr(set, "; SameSite=Strict") != NULL);
	CHECK(strstr(set, "; Path=/") != NULL);
	CHECK(strstr(SESSION_CLEAR, "Max-Age=0") != NULL);
	sessions_free(s);
}

static void it_ends_when_it_is_not_used(void)
{
	struct sessions *s = sessions_new();
	char a[128], office[128], who[32];

	(void)snprintf(a, sizeof(a), "%s",
		       cookie_of(open_one(s, PAGE_OPERATOR, "A", 1, 0)));
	(void)snprintf(office, sizeof(office), "%s",
		       cookie_of(open_one(s, PAGE_OFFICE, "office", 2, 0)));
	CHECK(is(s, a, SESSION_OPERATOR_MS - 1, PAGE_OPERATOR, "A"));
	CHECK(is(s, a, 2 * SESSION_OPERATOR_MS - 2, PAGE_OPERATOR, "A"));
	/* A look is no use. */
	CHECK(sessions_role_of(s, a, false, 3 * SESSION_OPERATOR_MS - 4, who) ==
	      PAGE_OPERATOR);
	CHECK(is(s, a, 3 * SESSION_OPERATOR_MS - 2, PAGE_VIEWER, ""));
	CHECK(is(s, a, 0, PAGE_VIEWER, "")); /* and does not come back */
	CHECK(is(s, office, SESSION_OFFICE_MS - 1, PAGE_OFFICE, "office"));
	CHECK(is(s, office, 2 * SESSION_OFFICE_MS, PAGE_VIEWER, ""));
	CHECK(sessions_count(s) == 0);
	sessions_free(s);
}

static void it_ends_after_a_day_however_much_it_is_used(void)
{
	struct sessions *s = sessions_new();
	char a[128];
	uint64_t now = 0;

	(void)snprintf(a, sizeof(a), "%s",
		       cookie_of(open_one(s, PAGE_OPERATOR, "A", 1, 0)));
	while (is(s, a, now, PAGE_OPERATOR, "A"))
		now += 60 * 1000;
	CHECK(now == SESSION_LIFE_MS);
	sessions_free(s);
}

static void logging_out_ends_one_and_a_new_secret_all_of_that_person(void)
{
	struct sessions *s = sessions_new();
	char tv[128], phone[128], other[128];

	(void)snprintf(tv, sizeof(tv), "%s",
		       cookie_of(open_one(s, PAGE_OPERATOR, "A", 1, 0)));
	(void)snprintf(phone, sizeof(phone), "%s",
		       cookie_of(open_one(s, PAGE_OPERATOR, "A", 2, 0)));
	(void)snprintf(other, sizeof(other), "%s",
		       cookie_of(open_one(s, PAGE_OPERATOR, "B", 3, 0)));
	sessions_close(s, tv);
	sessions_close(s, "xt_session=nothing");
	sessions_close(s, NULL);
	CHECK(is(s, tv, 1, PAGE_VIEWER, ""));
	CHECK(is(s, phone, 1, PAGE_OPERATOR, "A"));
	sessions_close_all(s, "A");
	CHECK(is(s, phone, 1, PAGE_VIEWER, ""));
	CHECK(is(s, other, 1, PAGE_OPERATOR, "B"));
	sessions_free(s);
}

static void there_are_so_many_and_who_has_many_loses_his_own(void)
{
	struct sessions *s = sessions_new();
	char a[128], first[128];
	unsigned i;

	(void)snprintf(a, sizeof(a), "%s",
		       cookie_of(open_one(s, PAGE_OPERATOR, "A", 200, 0)));
	(void)snprintf(first, sizeof(first), "%s",
		       cookie_of(open_one(s, PAGE_OPERATOR, "B", 0, 1)));
	for (i = 1; i < SESSIONS_OF_ONE; i++)
		open_one(s, PAGE_OPERATOR, "B", (uint8_t)i, 1 + i);
	CHECK(is(s, first, 50, PAGE_OPERATOR, "B")); /* just used */
	open_one(s, PAGE_OPERATOR, "B", (uint8_t)i, 51);
	CHECK(sessions_count(s) == 1 + SESSIONS_OF_ONE);
	CHECK(is(s, first, 52, PAGE_OPERATOR, "B"));
	CHECK(is(s, a, 52, PAGE_OPERATOR, "A"));
	/* Many people: who was away for longest goes. */
	for (i = 0; i < SESSIONS_MAX; i++) {
		char who[8];

		(void)snprintf(who, sizeof(who), "P%u", i);
		open_one(s, PAGE_OFFICE, who, (uint8_t)(100 + i), 60 + i);
	}
	CHECK(sessions_count(s) == SESSIONS_MAX);
	CHECK(is(s, a, 200, PAGE_VIEWER, ""));
	sessions_free(s);
}

int main(void)
{
	the_cookie_says_who_it_is();
	no_script_and_no_other_site_gets_the_cookie();
	it_ends_when_it_is_not_used();
	it_ends_after_a_day_however_much_it_is_used();
	logging_out_ends_one_and_a_new_secret_all_of_that_person();
	there_are_so_many_and_who_has_many_loses_his_own();
	return 0;
}
