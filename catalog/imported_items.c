#include "catalog/imported_items.h"

#include <string.h>

#include "catalog/entry.h"
#include "catalog/imported.h"
#include "catalog/lesson.h"
#include "proto/encoding.h"

/* --- fields --- */

/* False when it is there and no integer from 0 to `most`, or `required` and
 * not there; else *out is it, or as it was. */
static bool number(const json_t *item, const char *key, bool required,
		   int64_t most, int64_t *out)
{
	const json_t *value = json_object_get(item, key);

	if (value == NULL)
		return !required;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > most)
		return false;
	*out = json_integer_value(value);
	return true;
}

static bool id_field(const json_t *item, const char *key, int64_t *out)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text != NULL && imported_id(text, out);
}

/* Which of `count` names it is. */
static bool choice(const json_t *item, const char *key,
		   const char *const *names, size_t count, int64_t *out)
{
	const char *text = json_string_value(json_object_get(item, key));

	for (size_t i = 0; text != NULL && i < count; i++)
		if (strcmp(text, names[i]) == 0) {
			*out = (int64_t)i;
			return true;
		}
	return false;
}

static bool optional_text(const json_t *item, const char *key, size_t most,
			  const char **out)
{
	const json_t *value = json_object_get(item, key);

	*out = NULL;
	if (value == NULL)
		return true;
	*out = json_string_value(value);
	return *out != NULL &&
	       ((*out)[0] == '\0' || plain_is_good(*out, most, true));
}

/* Absent, or an array of at most `count` texts of at most `most` bytes. */
static bool texts(const json_t *item, const char *key, size_t count,
		  size_t most, const json_t **out)
{
	const json_t *value = json_object_get(item, key), *text;
	size_t i;

	*out = value;
	if (value == NULL)
		return true;
	if (!json_is_array(value) || json_array_size(value) > count)
		return false;
	json_array_foreach(value, i, text)
		if (!json_is_string(text) ||
		    !plain_is_good(json_string_value(text), most, false))
			return false;
	return true;
}

/* Names of flags that are not known say nothing. */
static bool read_flags(const json_t *item, int64_t *out)
{
	const json_t *value = json_object_get(item, "flags"), *flag;
	size_t i;

	*out = 0;
	if (value == NULL)
		return true;
	if (!json_is_array(value))
		return false;
	json_array_foreach(value, i, flag)
		for (unsigned bit = 0; bit < IMPORTED_FLAGS; bit++)
			if (json_is_string(flag) &&
			    strcmp(json_string_value(flag),
				   imported_flag_name(bit)) == 0)
				*out |= 1 << bit;
	/* These are the office's own to set. */
	*out &= ~(int64_t)(IMPORTED_REPLAY | IMPORTED_CLOCK_UNVERIFIED);
	return true;
}

/* --- marks --- */

static void mix(uint64_t *mark, uint64_t value)
{
	*mark = (*mark ^ value) * 0x9e3779b97f4a7c15u;
	*mark ^= *mark >> 29;
}

static void mix_text(uint64_t *mark, const char *text)
{
	mix(mark, text == NULL ? 0 : 1);
	for (; text != NULL && *text != '\0'; text++)
		mix(mark, (uint8_t)*text);
}

static void mix_head(uint64_t *mark, const struct item_head *h)
{
	*mark = 1;
	mix(mark, h->w.boot);
	mix(mark, h->w.mono);
	mix(mark, h->w.s);
	mix(mark, (uint64_t)h->ms);
	mix(mark, (uint64_t)h->own);
	mix(mark, (uint64_t)h->flags);
}

static int64_t short_mark(uint64_t mark)
{
	return (int64_t)(mark >> 33);
}

/* Of whatever the item holds. */
static bool mark_of_all(const json_t *item, int64_t *out)
{
	char *text = json_dumps(item, JSON_COMPACT | JSON_SORT_KEYS);
	uint64_t mark = 1;

	if (text == NULL)
		return false;
	mix_text(&mark, text);
	free(text);
	*out = short_mark(mark);
	return true;
}

/* --- items --- */

static bool read_id(const json_t *item, int64_t *id, int64_t *v)
{
	*v = 1;
	return id_field(item, "id", id) &&
	       number(item, "v", false, UINT32_MAX, v);
}

static bool read_when(const json_t *item, struct when *w)
{
	return when_read(json_object_get(item, "w"), w) == STATUS_OK;
}

static bool read_head(const json_t *item, struct item_head *h)
{
	*h = (struct item_head){ .v = 1 };
	return read_id(item, &h->id, &h->v) && read_when(item, &h->w) &&
	       number(item, "ms", true, ITEM_MS_MAX, &h->ms) &&
	       number(item, "own", true, ITEM_MS_MAX, &h->own) &&
	       read_flags(item, &h->flags);
}

/* The sum of [from, to, from, to, …], which ascend. */
static bool read_shown(const json_t *item, int64_t *out)
{
	const json_t *spans = json_object_get(item, "shown"), *value;
	int64_t last = 0, sum = 0;
	size_t i;

	if (spans == NULL)
		return true;
	if (!json_is_array(spans) || json_array_size(spans) % 2 != 0)
		return false;
	json_array_foreach(spans, i, value) {
		int64_t at = json_integer_value(value);

		if (!json_is_integer(value) || at < last ||
		    at > ENTRY_INTEGER_MAX)
			return false;
		sum += i % 2 == 0 ? 0 : at - last;
		last = at;
	}
	*out = sum;
	return true;
}

static bool optional_id(const json_t *item, const char *key, bool *there,
			int64_t *out)
{
	*there = json_object_get(item, key) != NULL;
	return !*there || id_field(item, key, out);
}

static const char *const screens[] = { "phone", "tv" };

bool item_play_read(const json_t *item, struct item_play *out)
{
	static const char *const media[] = { "video", "audio", "document",
					     "picture" };
	struct item_play p = { .lesson = NULL };
	uint64_t mark;
	int64_t on;

	if (!read_head(item, &p.head) ||
	    !choice(item, "as", media, 4, &p.media) ||
	    !choice(item, "on", screens, 2, &on) ||
	    !optional_id(item, "in", &p.in_there, &p.in) ||
	    !optional_id(item, "card", &p.card_there, &p.card) ||
	    !number(item, "keys", false, ENTRY_INTEGER_MAX, &p.keys) ||
	    !number(item, "of", false, ENTRY_INTEGER_MAX, &p.of) ||
	    !read_shown(item, &p.shown))
		return false;
	p.on_tv = on == 1;
	if (p.head.own > p.head.ms) /* it is a part of it */
		p.head.own = p.head.ms;
	p.lesson = json_string_value(json_object_get(item, "lesson"));
	if (p.lesson == NULL || !plain_is_good(p.lesson, LESSON_ID_MAX, false))
		return false;
	mix_head(&mark, &p.head);
	mix_text(&mark, p.lesson);
	mix(&mark, (uint64_t)p.in);
	mix(&mark, (uint64_t)p.card);
	mix(&mark, (uint64_t)(p.keys * 8 + p.media * 2 + on));
	mix(&mark, (uint64_t)p.shown);
	p.head.mark = short_mark(mark);
	*out = p;
	return true;
}

static bool read_outside(const json_t *item, struct item_study *s)
{
	static const char *const kinds[] = { "satellite", "disc", "teacher",
					     "other" };
	int64_t kind, minutes = 0;
	const char *title;

	s->outside = json_object_get(item, "outside");
	if (s->outside == NULL)
		return true;
	if (!json_is_object(s->outside) ||
	    !choice(s->outside, "kind", kinds, 4, &kind) ||
	    !optional_text(s->outside, "title", ITEM_TITLE_MAX, &title) ||
	    !number(s->outside, "minutes", true, 24 * 60, &minutes))
		return false;
	s->hand_ms = minutes * 60000;
	s->head.flags |= IMPORTED_BY_HAND;
	return true;
}

static bool cards_are_good(const json_t *cards)
{
	const json_t *card;
	int64_t id;
	size_t i;

	json_array_foreach(cards, i, card)
		if (!imported_id(json_string_value(card), &id))
			return false;
	return true;
}

bool item_study_read(const json_t *item, struct item_study *out)
{
	struct item_study s = { .parts = 1 };

	if (!read_head(item, &s.head) ||
	    !number(item, "heads", true, ITEM_HEADS_MAX, &s.heads) ||
	    !number(item, "parts", false, 1 << 20, &s.parts) ||
	    !texts(item, "names", ITEM_NAMES_MAX, ITEM_NAME_MAX, &s.names) ||
	    !texts(item, "cards", ITEM_HEADS_MAX, 16, &s.cards) ||
	    !cards_are_good(s.cards) ||
	    !texts(item, "lessons", ITEM_HEADS_MAX, LESSON_ID_MAX,
		   &s.lessons) ||
	    !read_outside(item, &s) ||
	    !optional_text(item, "note", ITEM_NOTE_MAX, &s.note) ||
	    !optional_text(item, "by", ITEM_NAME_MAX, &s.by) ||
	    !mark_of_all(item, &s.head.mark))
		return false;
	*out = s;
	return true;
}

bool item_personal_read(const json_t *item, struct item_personal *out)
{
	struct item_personal p = { .plays = 0 };
	uint64_t mark;
	int64_t on;

	if (!read_head(item, &p.head) || !id_field(item, "card", &p.card) ||
	    !choice(item, "on", screens, 2, &on) ||
	    !number(item, "plays", false, 1 << 20, &p.plays))
		return false;
	p.on_tv = on == 1;
	mix_head(&mark, &p.head);
	mix(&mark, (uint64_t)p.card);
	mix(&mark, (uint64_t)p.plays * 2 + p.on_tv);
	p.head.mark = short_mark(mark);
	*out = p;
	return true;
}

bool item_photo_read(const json_t *item, int64_t *study, struct buf *jpeg)
{
	const char *text = json_string_value(json_object_get(item, "jpeg"));
	size_t length = text == NULL ? 0 : strlen(text), size = 0;
	int64_t id;
	uint8_t *at;

	if (!id_field(item, "study", &id) || length == 0 ||
	    length > BASE64_SIZE(ITEM_PHOTO_MAX))
		return false;
	at = buf_reserve(jpeg, length);
	if (at == NULL ||
	    base64_decode(bytes_of(text), at, length, &size) != STATUS_OK ||
	    size > ITEM_PHOTO_MAX || size < 4 || at[0] != 0xff ||
	    at[1] != 0xd8)
		return false;
	buf_grew(jpeg, size);
	*study = id;
	return true;
}

bool item_equipment_read(const json_t *item, struct item_told *out)
{
	static const char *const states[] = { "good", "broken", "lent",
					      "gone" };
	struct item_told told = { .text = NULL };
	const char *name, *note;
	int64_t state, count;

	if (!read_id(item, &told.id, &told.v) ||
	    !choice(item, "state", states, 4, &state) ||
	    !number(item, "count", true, ENTRY_INTEGER_MAX, &count) ||
	    !optional_text(item, "name", ITEM_TITLE_MAX, &name) ||
	    name == NULL || !optional_text(item, "note", ITEM_NOTE_MAX, &note))
		return false;
	*out = told;
	return true;
}

bool item_fault_read(const json_t *item, struct item_told *out)
{
	static const char *const whats[] = { "tv",    "box",  "network",
					     "power", "disk", "other" };
	struct item_told told = { .text = NULL };
	int64_t what, fixed = 0;

	if (!read_id(item, &told.id, &told.v) || !read_when(item, &told.w) ||
	    !choice(item, "what", whats, 6, &what) ||
	    !optional_text(item, "text", ITEM_TEXT_MAX, &told.text) ||
	    !number(item, "fixed", false, 1, &fixed))
		return false;
	told.fixed = fixed == 1;
	*out = told;
	return true;
}

bool item_wish_read(const json_t *item, struct item_told *out)
{
	struct item_told told = { .text = NULL };

	if (!read_id(item, &told.id, &told.v) || !read_when(item, &told.w) ||
	    !optional_text(item, "text", ITEM_TEXT_MAX, &told.text) ||
	    told.text == NULL)
		return false;
	*out = told;
	return true;
}

bool item_machine_read(const json_t *item, struct when *w)
{
	return read_when(item, w);
}
