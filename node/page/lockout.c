#include "node/page/lockout.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signing/digest.h"

enum { HOUR_MS = 60 * 60 * 1000 };

void lockout_init(struct lockout *l)
{
	memset(l, 0, sizeof(*l));
}

/* --- addresses --- */

/* An address as 16 bytes, IPv4 as ::ffff:a.b.c.d; false for no such thing. */
static bool bytes_of_address(const struct sockaddr *from, uint8_t ip[static 16])
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (from != NULL && from->sa_family == AF_INET) {
		memcpy(&in, from, sizeof(in));
		memset(ip, 0, 10);
		memset(ip + 10, 0xff, 2);
		memcpy(ip + 12, &in.sin_addr, 4);
		return true;
	}
	if (from != NULL && from->sa_family == AF_INET6) {
		memcpy(&in6, from, sizeof(in6));
		memcpy(ip, &in6.sin6_addr, 16);
		return true;
	}
	return false;
}

static bool is_loopback(const uint8_t ip[static 16])
{
	static const uint8_t one[16] = { [15] = 1 };
	static const uint8_t mapped[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1
	};

	return memcmp(ip, one, 16) == 0 || memcmp(ip, mapped, 16) == 0;
}

uint64_t lockout_source(const struct sockaddr *from,
			const struct sockaddr *reached)
{
	uint8_t ip[16], own[16], hash[SHA256_SIZE];
	uint64_t source;

	/* Nobody knows who: strange, and one of them. */
	if (!bytes_of_address(from, ip))
		return 1;
	if (is_loopback(ip) ||
	    (bytes_of_address(reached, own) && memcmp(ip, own, 16) == 0))
		return LOCKOUT_HERE;
	sha256(ip, sizeof(ip), hash);
	memcpy(&source, hash, sizeof(source));
	return source == LOCKOUT_HERE ? 1 : source;
}

/* --- one person from one address --- */

static uint64_t wait_of(unsigned wrong)
{
	uint64_t wait = LOCKOUT_WAIT_MS;

	if (wrong < LOCKOUT_FREE)
		return 0;
	for (unsigned i = LOCKOUT_FREE; i < wrong && wait < LOCKOUT_WAIT_MAX_MS;
	     i++)
		wait *= 2;
	return wait < LOCKOUT_WAIT_MAX_MS ? wait : LOCKOUT_WAIT_MAX_MS;
}

static struct lockout_row *row_of(struct lockout *l, const char *who,
				  uint64_t source)
{
	for (unsigned i = 0; i < LOCKOUT_ROWS; i++)
		if (l->rows[i].source == source &&
		    strcmp(l->rows[i].who, who) == 0)
			return &l->rows[i];
	return NULL;
}

/* Who gives way: a free row, else who has guessed least and longest ago. */
static bool gives_way(const struct lockout_row *row,
		      const struct lockout_row *to)
{
	if (row->who[0] == 0 || to->who[0] == 0)
		return to->who[0] != 0;
	if (row->wrong != to->wrong)
		return row->wrong < to->wrong;
	return row->tried_ms < to->tried_ms;
}

static struct lockout_row *make_row(struct lockout *l, const char *who,
				    uint64_t source)
{
	struct lockout_row *row = row_of(l, who, source);

	if (row != NULL)
		return row;
	row = &l->rows[0];
	for (unsigned i = 1; i < LOCKOUT_ROWS; i++)
		if (gives_way(&l->rows[i], row))
			row = &l->rows[i];
	memset(row, 0, sizeof(*row));
	(void)snprintf(row->who, sizeof(row->who), "%s", who);
	row->source = source;
	return row;
}

/* --- one person from wherever --- */

static struct lockout_person *person_of(struct lockout *l, const char *who)
{
	for (unsigned i = 0; i < LOCKOUT_PEOPLE; i++)
		if (strcmp(l->people[i].who, who) == 0)
			return &l->people[i];
	return NULL;
}

static struct lockout_person *make_person(struct lockout *l, const char *who)
{
	struct lockout_person *person = person_of(l, who);

	if (person != NULL)
		return person;
	person = &l->people[0];
	for (unsigned i = 0; i < LOCKOUT_PEOPLE; i++) {
		if (l->people[i].who[0] == 0) {
			person = &l->people[i];
			break;
		}
		if (l->people[i].tried_ms < person->tried_ms)
			person = &l->people[i];
	}
	memset(person, 0, sizeof(*person));
	(void)snprintf(person->who, sizeof(person->who), "%s", who);
	return person;
}

static bool is_strange(const struct lockout_person *person, uint64_t source)
{
	for (unsigned i = 0; i < person->friend_count; i++)
		if (person->friends[i] == source)
			return false;
	return source != LOCKOUT_HERE;
}

static void befriend(struct lockout_person *person, uint64_t source)
{
	unsigned i = 0;

	while (i < person->friend_count && person->friends[i] != source)
		i++;
	if (i == LOCKOUT_FRIENDS)
		i--; /* who was here longest ago goes */
	else if (i == person->friend_count)
		person->friend_count++;
	memmove(person->friends + 1, person->friends,
		i * sizeof(*person->friends));
	person->friends[0] = source;
}

/* How long until strangers may once more. */
static uint64_t strangers_wait(const struct lockout_person *person,
			       uint64_t now_ms)
{
	static const uint64_t all = (uint64_t)LOCKOUT_STRANGE *
				    LOCKOUT_STRANGE_MS;
	uint64_t after = person->full_ms > now_ms ? person->full_ms : now_ms;

	after += LOCKOUT_STRANGE_MS;
	return after - now_ms > all ? after - now_ms - all : 0;
}

static void strangers_pay(struct lockout_person *person, uint64_t now_ms)
{
	if (person->full_ms < now_ms)
		person->full_ms = now_ms;
	person->full_ms += LOCKOUT_STRANGE_MS;
}

static void strangers_have_back(struct lockout_person *person)
{
	person->full_ms -= person->full_ms < LOCKOUT_STRANGE_MS ?
				   person->full_ms :
				   LOCKOUT_STRANGE_MS;
}

/* --- tries --- */

bool lockout_admit(struct lockout *l, const char *who, uint64_t source,
		   uint64_t now_ms, unsigned *wait_s)
{
	struct lockout_person *person = make_person(l, who);
	struct lockout_row *row = row_of(l, who, source);
	bool strange = is_strange(person, source);
	uint64_t wait = strange ? strangers_wait(person, now_ms) : 0;

	if (row != NULL && row->until_ms > now_ms &&
	    row->until_ms - now_ms > wait)
		wait = row->until_ms - now_ms;
	if (wait > 0) {
		*wait_s = (unsigned)((wait + 999) / 1000);
		return false;
	}
	row = make_row(l, who, source);
	row->wrong++;
	row->tried_ms = now_ms;
	row->until_ms = row->wrong < LOCKOUT_FREE ? 0 :
						    now_ms + wait_of(row->wrong);
	person->tried_ms = now_ms;
	if (strange)
		strangers_pay(person, now_ms);
	l->changed = true;
	return true;
}

static void count_wrong(struct lockout *l, uint64_t now_ms)
{
	uint64_t hour = now_ms / HOUR_MS;
	size_t at = hour % LOCKOUT_HOURS;

	if (l->wrong[at].hour != hour)
		l->wrong[at].count = 0;
	l->wrong[at].hour = hour;
	l->wrong[at].count++;
}

unsigned lockout_wrong_lately(const struct lockout *l, uint64_t now_ms)
{
	unsigned sum = 0;

	for (size_t i = 0; i < LOCKOUT_HOURS; i++)
		if (l->wrong[i].hour + LOCKOUT_HOURS > now_ms / HOUR_MS)
			sum += l->wrong[i].count;
	return sum;
}

unsigned lockout_wrong(struct lockout *l, const char *who, uint64_t source,
		       uint64_t now_ms)
{
	struct lockout_row *row = row_of(l, who, source);

	count_wrong(l, now_ms);
	if (row == NULL)
		return 0;
	/* The wait begins when it is said. */
	row->tried_ms = now_ms;
	if (row->wrong >= LOCKOUT_FREE)
		row->until_ms = now_ms + wait_of(row->wrong);
	l->changed = true;
	return row->wrong < LOCKOUT_FREE ? LOCKOUT_FREE - row->wrong : 0;
}

unsigned lockout_waits_s(const struct lockout *l, const char *who,
			 uint64_t source, uint64_t now_ms)
{
	struct lockout_row *row = row_of((struct lockout *)(uintptr_t)l, who,
					 source);

	return row == NULL || row->until_ms <= now_ms ?
		       0 :
		       (unsigned)((row->until_ms - now_ms + 999) / 1000);
}

void lockout_right(struct lockout *l, const char *who, uint64_t source,
		   uint64_t now_ms)
{
	struct lockout_person *person = make_person(l, who);
	struct lockout_row *row = row_of(l, who, source);

	if (row != NULL)
		memset(row, 0, sizeof(*row));
	if (is_strange(person, source)) {
		strangers_have_back(person);
		befriend(person, source);
	} else if (source != LOCKOUT_HERE) {
		befriend(person, source);
	}
	person->tried_ms = now_ms;
	l->changed = true;
}

void lockout_undecided(struct lockout *l, const char *who, uint64_t source,
		       uint64_t now_ms)
{
	struct lockout_person *person = make_person(l, who);
	struct lockout_row *row = row_of(l, who, source);

	if (row != NULL && row->wrong > 0) {
		row->wrong--;
		row->until_ms = 0;
	}
	if (row != NULL && row->wrong == 0)
		memset(row, 0, sizeof(*row));
	if (is_strange(person, source))
		strangers_have_back(person);
	person->tried_ms = now_ms;
	l->changed = true;
}

void lockout_forget(struct lockout *l, const char *who)
{
	struct lockout_person *person = person_of(l, who);

	for (unsigned i = 0; i < LOCKOUT_ROWS; i++)
		if (strcmp(l->rows[i].who, who) == 0)
			memset(&l->rows[i], 0, sizeof(l->rows[i]));
	if (person != NULL)
		memset(person, 0, sizeof(*person));
	l->changed = true;
}

void lockout_tick(struct lockout *l, uint64_t now_ms)
{
	for (unsigned i = 0; i < LOCKOUT_ROWS; i++) {
		struct lockout_row *row = &l->rows[i];

		if (row->who[0] == 0)
			continue;
		if (row->until_ms != 0 && row->until_ms <= now_ms) {
			row->until_ms = 0;
			l->changed = true;
		}
		if (row->until_ms == 0 &&
		    now_ms - row->tried_ms >= LOCKOUT_QUIET_MS) {
			memset(row, 0, sizeof(*row));
			l->changed = true;
		}
	}
}

bool lockout_changed(const struct lockout *l)
{
	return l->changed;
}

/* --- written down --- */

/* Whole 64 bits: JSON's numbers are said to be no larger than 2^53. */
static json_t *source_json(uint64_t source)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%016" PRIx64, source);
	return json_string(text);
}

static bool source_of_json(const json_t *json, uint64_t *source)
{
	const char *text = json_string_value(json);
	char *end;

	if (text == NULL || strlen(text) != 16 ||
	    strspn(text, "0123456789abcdef") != 16)
		return false;
	*source = strtoull(text, &end, 16);
	return true;
}

static json_t *row_json(const struct lockout_row *row, uint64_t now_ms)
{
	return json_pack("{s:s, s:o, s:i, s:b}", "who", row->who, "from",
			 source_json(row->source), "wrong", (int)row->wrong,
			 "waits", row->until_ms > now_ms);
}

static json_t *person_json(const struct lockout_person *person, uint64_t now_ms)
{
	json_t *friends = json_array();

	for (unsigned i = 0; i < person->friend_count; i++)
		(void)json_array_append_new(friends,
					    source_json(person->friends[i]));
	return json_pack("{s:s, s:I, s:o}", "who", person->who, "full_ms",
			 (json_int_t)(person->full_ms > now_ms ?
					      person->full_ms - now_ms :
					      0),
			 "friends", friends);
}

json_t *lockout_put(struct lockout *l, uint64_t now_ms)
{
	json_t *rows = json_array(), *people = json_array();

	for (unsigned i = 0; i < LOCKOUT_ROWS; i++)
		if (l->rows[i].who[0] != 0)
			(void)json_array_append_new(
				rows, row_json(&l->rows[i], now_ms));
	for (unsigned i = 0; i < LOCKOUT_PEOPLE; i++)
		if (l->people[i].who[0] != 0)
			(void)json_array_append_new(
				people, person_json(&l->people[i], now_ms));
	l->changed = false;
	return json_pack("{s:o, s:o}", "tries", rows, "people", people);
}

/* A name as it stands there, or NULL. */
static const char *who_of(const json_t *json)
{
	const char *who = json_string_value(json_object_get(json, "who"));

	return who == NULL || who[0] == 0 || strlen(who) > LOCKOUT_WHO_MAX ?
		       NULL :
		       who;
}

static void take_row(struct lockout *l, const json_t *json, uint64_t now_ms)
{
	json_int_t wrong = json_integer_value(json_object_get(json, "wrong"));
	const char *who = who_of(json);
	struct lockout_row *row;
	uint64_t source;

	if (who == NULL || wrong <= 0 || wrong > 1000000 ||
	    !source_of_json(json_object_get(json, "from"), &source))
		return;
	row = make_row(l, who, source);
	row->wrong = (unsigned)wrong;
	row->tried_ms = now_ms;
	if (json_is_true(json_object_get(json, "waits")))
		row->until_ms = now_ms + wait_of(row->wrong);
}

static void take_person(struct lockout *l, const json_t *json, uint64_t now_ms)
{
	json_int_t full = json_integer_value(json_object_get(json, "full_ms"));
	const json_t *friends = json_object_get(json, "friends");
	const char *who = who_of(json);
	struct lockout_person *person;

	if (who == NULL || full < 0 ||
	    full > (json_int_t)LOCKOUT_STRANGE * LOCKOUT_STRANGE_MS)
		return;
	person = make_person(l, who);
	person->full_ms = full == 0 ? 0 : now_ms + (uint64_t)full;
	person->tried_ms = now_ms;
	for (size_t i = json_array_size(friends); i > 0; i--) {
		uint64_t source;

		if (source_of_json(json_array_get(friends, i - 1), &source))
			befriend(person, source);
	}
}

void lockout_take(struct lockout *l, const json_t *json, uint64_t now_ms)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(json, "tries"), i, one)
		take_row(l, one, now_ms);
	json_array_foreach(json_object_get(json, "people"), i, one)
		take_person(l, one, now_ms);
	l->changed = false;
}
