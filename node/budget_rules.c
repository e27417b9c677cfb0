/* The rules of a budget: reading and writing them, and which counts when.
 *
 * A rule that goes over midnight belongs to the day it begins on: "sun
 * 22:00-06:00" ends on Monday at six. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/budget.h"
#include "proto/bytes.h"

enum {
	DAYS = 7,
	DAY_MIN = 24 * 60,
	RATE_LEAST = 1000, /* bits a second that are not nothing */
};
#define RATE_MOST UINT64_C(1000000000000)

static const char day_names[DAYS][4] = { "mon", "tue", "wed", "thu",
					 "fri", "sat", "sun" };

/* --- reading --- */

static bool day_parse(const char *text, size_t size, unsigned *day)
{
	for (*day = 0; *day < DAYS; (*day)++)
		if (size == 3 && memcmp(text, day_names[*day], 3) == 0)
			return true;
	return false;
}

/* "mon", or "fri-mon", which goes on over Sunday. */
static bool days_add(const char *text, size_t size, uint8_t *days)
{
	unsigned from, to;

	if (size == 3 && day_parse(text, 3, &from)) {
		*days |= (uint8_t)(1u << from);
		return true;
	}
	if (size != 7 || text[3] != '-' || !day_parse(text, 3, &from) ||
	    !day_parse(text + 4, 3, &to))
		return false;
	for (unsigned day = from;; day = (day + 1) % DAYS) {
		*days |= (uint8_t)(1u << day);
		if (day == to)
			return true;
	}
}

static bool days_parse(const char *text, size_t size, uint8_t *days)
{
	*days = 0;
	if (size == 1 && text[0] == '*') {
		*days = (1u << DAYS) - 1;
		return true;
	}
	for (;;) {
		const char *comma = memchr(text, ',', size);
		size_t part = comma == NULL ? size : (size_t)(comma - text);

		if (!days_add(text, part, days))
			return false;
		if (comma == NULL)
			return true;
		text += part + 1;
		size -= part + 1;
	}
}

static bool minute_parse(const char *text, uint16_t *minute)
{
	unsigned hour, min;

	for (int i = 0; i < 5; i++)
		if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9')
			return false;
	hour = (unsigned)(10 * (text[0] - '0') + text[1] - '0');
	min = (unsigned)(10 * (text[3] - '0') + text[4] - '0');
	*minute = (uint16_t)(60 * hour + min);
	return min < 60 && *minute <= DAY_MIN;
}

/* "08:00-18:00"; the same twice would be either nothing or a whole day. */
static bool hours_parse(const char *text, size_t size, struct budget_rule *rule)
{
	return size == 11 && text[5] == '-' &&
	       minute_parse(text, &rule->from_min) &&
	       minute_parse(text + 6, &rule->to_min) &&
	       rule->from_min < DAY_MIN && rule->from_min != rule->to_min;
}

/* "2M": bits a second, in powers of 1000; kept as bytes. */
static bool rate_parse(const char *text, size_t size, uint64_t *rate)
{
	static const char units[] = "KMG";
	const char *unit;
	uint64_t bits, scale = 1;

	if (size == 3 && memcmp(text, "max", 3) == 0) {
		*rate = BUDGET_FREE;
		return true;
	}
	unit = size == 0 ? NULL : memchr(units, text[size - 1], 3);
	if (unit != NULL) {
		size--;
		for (const char *u = units; u <= unit; u++)
			scale *= 1000;
	}
	if (decimal_parse((struct bytes){ (const uint8_t *)text, size },
			  &bits) != STATUS_OK ||
	    bits > RATE_MOST / scale)
		return false;
	*rate = bits * scale / 8;
	return bits == 0 || bits * scale >= RATE_LEAST;
}

/* The next word of `*at`, which moves behind it; false at the end. */
static bool next_word(const char **at, const char **word, size_t *size)
{
	*at += strspn(*at, " \t");
	*word = *at;
	*size = strcspn(*at, " \t");
	*at += *size;
	return *size > 0;
}

static bool rates_parse(const char *at, struct budget_rule *rule)
{
	const char *word;
	bool given[2] = { false, false };
	size_t size;

	rule->rate[BUDGET_DOWN] = rule->rate[BUDGET_UP] = BUDGET_FREE;
	while (next_word(&at, &word, &size)) {
		enum budget_way way = size == 4 ? BUDGET_DOWN : BUDGET_UP;

		if (strncmp(word, way == BUDGET_DOWN ? "down" : "up", size) !=
			    0 ||
		    (way == BUDGET_UP && size != 2) || given[way])
			return false;
		given[way] = true;
		if (!next_word(&at, &word, &size) ||
		    !rate_parse(word, size, &rule->rate[way]))
			return false;
	}
	return given[BUDGET_DOWN] || given[BUDGET_UP];
}

enum status budget_rule_parse(const char *text, struct budget_rule *out,
			      struct err *err)
{
	struct budget_rule rule = { 0 };
	const char *at = text, *word;
	const char *wrong = NULL;
	size_t size;

	if (!next_word(&at, &word, &size) ||
	    !days_parse(word, size, &rule.days))
		wrong = "begins with days: *, mon-fri or sat,sun";
	else if (!next_word(&at, &word, &size) ||
		 !hours_parse(word, size, &rule))
		wrong = "has hours after the days: 08:00-18:00, or 00:00-24:00 "
			"for the whole day";
	else if (!rates_parse(at, &rule))
		wrong = "ends with rates in bits a second: down 2M up 500K; 0 "
			"for nothing, max for no limit";
	if (wrong != NULL)
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is no rule: it %s, like mon-fri "
			       "08:00-18:00 down 2M up 500K",
			       text, wrong);
	*out = rule;
	return STATUS_OK;
}

/* --- writing --- */

/* Runs of three and more days are joined; Monday is where weeks begin. */
static int days_format(uint8_t days, char *out, size_t room)
{
	int size = 0;

	if (days == (1u << DAYS) - 1)
		return snprintf(out, room, "*");
	for (unsigned day = 0; day < DAYS; day++) {
		unsigned last = day;

		if (!(days & 1u << day))
			continue;
		while (last + 1 < DAYS && days & 1u << (last + 1))
			last++;
		if (last < day + 2)
			last = day;
		size += snprintf(out + size, room - (size_t)size, "%s%s%s%s",
				 size == 0 ? "" : ",", day_names[day],
				 last == day ? "" : "-",
				 last == day ? "" : day_names[last]);
		day = last;
	}
	return size;
}

static int rate_format(const char *way, uint64_t rate, char *out, size_t room)
{
	static const char units[] = "\0KMG";
	uint64_t bits = rate * 8;
	unsigned unit = 0;

	if (rate == BUDGET_FREE)
		return snprintf(out, room, " %s max", way);
	while (bits > 0 && unit < 3 && bits % 1000 == 0) {
		bits /= 1000;
		unit++;
	}
	return snprintf(out, room, " %s %" PRIu64 "%.1s", way, bits,
			&units[unit]);
}

void budget_rule_format(const struct budget_rule *rule,
			char out[static BUDGET_RULE_ROOM])
{
	const size_t room = BUDGET_RULE_ROOM;
	bool up = rule->rate[BUDGET_UP] != BUDGET_FREE;
	int size = days_format(rule->days, out, room);

	size += snprintf(out + size, room - (size_t)size,
			 " %02d:%02d-%02d:%02d", rule->from_min / 60,
			 rule->from_min % 60, rule->to_min / 60,
			 rule->to_min % 60);
	if (rule->rate[BUDGET_DOWN] != BUDGET_FREE || !up)
		size += rate_format("down", rule->rate[BUDGET_DOWN],
				    out + size, room - (size_t)size);
	if (up)
		(void)rate_format("up", rule->rate[BUDGET_UP], out + size,
				  room - (size_t)size);
}

/* --- judging --- */

static bool fits(const struct budget_rule *rule, unsigned weekday,
		 unsigned minute)
{
	unsigned before = (weekday + DAYS - 1) % DAYS;
	bool today = rule->days & 1u << weekday;

	if (rule->from_min < rule->to_min)
		return today && minute >= rule->from_min &&
		       minute < rule->to_min;
	return (today && minute >= rule->from_min) ||
	       (rule->days & 1u << before && minute < rule->to_min);
}

const struct budget_rule *budget_rule_at(const struct budget_plan *plan,
					 const struct budget_time *time)
{
	if (time->known)
		for (unsigned i = 0; i < plan->count; i++)
			if (fits(&plan->rules[i], time->weekday, time->minute))
				return &plan->rules[i];
	return NULL;
}

uint64_t budget_rate(const struct budget_plan *plan,
		     const struct budget_time *time, enum budget_way way)
{
	const struct budget_rule *rule = budget_rule_at(plan, time);
	uint64_t slowest = BUDGET_FREE;
	bool open = plan->count == 0;

	if (time->known)
		return rule == NULL ? BUDGET_FREE : rule->rate[way];
	for (unsigned i = 0; i < plan->count; i++) {
		uint64_t rate = plan->rules[i].rate[way];

		/* Closed hours end: they do not close a box for ever that never
		 * learns when they do. */
		open |= rate > 0;
		if (rate > 0 && rate < slowest)
			slowest = rate;
	}
	return open ? slowest : 0;
}

bool budget_opens(const struct budget_plan *plan,
		  const struct budget_time *time, enum budget_way way,
		  struct budget_time *when)
{
	struct budget_time t = *time;

	for (unsigned i = 0; t.known && i < DAYS * DAY_MIN; i++) {
		if (budget_rate(plan, &t, way) > 0) {
			*when = t;
			return true;
		}
		if (++t.minute == DAY_MIN) {
			t.minute = 0;
			t.weekday = (t.weekday + 1) % DAYS;
		}
	}
	return false;
}
