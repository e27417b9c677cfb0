/* The collective study that runs: begun, gone on with after a power cut,
 * ended. */
#include <string.h>

#include "node/study/room_fields.h"
#include "node/study/room_inside.h"

void room_study_release(struct room_study *s)
{
	json_decref(s->item);
	json_decref(s->more);
	memset(s, 0, sizeof(*s));
}

static enum status no_memory(struct err *err)
{
	return err_set(err, STATUS_NO_MEMORY, "a study");
}

void room_study_touch(struct room *r, struct room_study *s, uint64_t now_ms)
{
	s->dirty = true;
	s->heard_ms = now_ms;
	r->options.changed(r->options.owner);
}

/* --- what plays do to it --- */

void room_study_counts(struct room *r, const struct span *counted,
		       uint64_t own, int64_t now_s, uint64_t now_ms)
{
	r->study.ms += spans_add(&r->study.time, counted->from, counted->to);
	r->study.own += own;
	r->study.last_s = now_s;
	r->study.heard_ms = now_ms;
	r->study.dirty = true;
}

bool room_has_text(const json_t *list, const char *text)
{
	const char *one;

	for (size_t i = 0; i < json_array_size(list); i++) {
		one = json_string_value(json_array_get(list, i));
		if (one != NULL && strcmp(one, text) == 0)
			return true;
	}
	return false;
}

static bool has_lesson(const struct room_study *s, const char *lesson)
{
	return room_has_text(json_object_get(s->item, "lessons"), lesson);
}

/* What was shown belongs to the register, chosen before or not. */
void room_study_plays(struct room *r, const char *lesson, const char *title)
{
	json_t *all = json_object_get(r->study.item, "lessons");
	json_t *titles = json_object_get(r->study.more, "titles");

	if (has_lesson(&r->study, lesson) ||
	    json_array_size(all) >= ROOM_LESSONS_MAX)
		return;
	(void)json_array_append_new(all, json_string(lesson));
	(void)json_array_append_new(titles, json_string(title));
	r->study.dirty = true;
	r->options.changed(r->options.owner);
}

static void go_on(struct room *r, uint64_t now_ms)
{
	r->study.state = STUDY_RUNS;
	r->study.parts++;
	room_study_touch(r, &r->study, now_ms);
}

void room_study_heard(struct room *r, const struct room_post *post, bool here,
		      uint64_t now_ms)
{
	if (here && r->study.id != 0 &&
	    r->study.state == STUDY_INTERRUPTED &&
	    has_lesson(&r->study, post->lesson))
		go_on(r, now_ms);
}

/* --- after a power cut --- */

/* Take it out of a row; false: out of memory. */
bool room_study_read(struct room_study *s, const struct study_row *row)
{
	memset(s, 0, sizeof(*s));
	s->item = json_deep_copy(row->item);
	s->more = json_deep_copy(row->more);
	if (s->item == NULL || s->more == NULL) {
		room_study_release(s);
		return false;
	}
	s->id = row->id;
	s->state = row->state;
	s->began_s = row->began_s;
	s->last_s = row->last_s;
	s->ms = row->ms;
	s->own = row->own;
	s->parts = (uint32_t)json_integer_value(
		json_object_get(s->item, "parts"));
	s->flags = room_flags_read(json_object_get(s->item, "flags"));
	if (row->state == STUDY_ENDED) /* before, nobody was told of it */
		s->version = (uint32_t)json_integer_value(
			json_object_get(s->item, "v"));
	return true;
}

static void end_study(struct room_study *s)
{
	s->state = STUDY_ENDED;
	s->version++;
	s->dirty = true;
}

void room_study_found(struct room *r, const struct study_row *row,
		      uint64_t now_ms)
{
	struct when when = room_when(r);
	int64_t away_s = room_wall_s(&when) - row->last_s;

	if (!room_study_read(&r->study, row))
		return; /* the next start finds it again */
	r->study.state = STUDY_INTERRUPTED;
	r->study.flags |= ROOM_INTERRUPTED;
	r->study.dirty = true;
	/* A clock that is not set says nothing. */
	if (away_s < 0 || when.s == 0)
		away_s = 0;
	if (away_s >= ROOM_RESUME_S)
		end_study(&r->study);
	else
		r->study.until_ms = now_ms + (uint64_t)(ROOM_RESUME_S -
							away_s) * 1000;
}

void room_tick_study(struct room *r, uint64_t now_ms)
{
	struct room_study *s = &r->study;

	if (s->id == 0 || s->state == STUDY_ENDED)
		return;
	if (s->state == STUDY_RUNS ?
		    now_ms - s->heard_ms < ROOM_STUDY_SILENCE_MS :
		    now_ms < s->until_ms)
		return;
	room_end_plays_of(r, s->id);
	end_study(s);
	r->options.changed(r->options.owner);
}

/* --- what people do --- */

enum status room_study_answer(const struct room *r, const struct room_study *s,
			      json_t **out, struct err *err)
{
	*out = room_study_now(r, s, true);
	return *out == NULL ? no_memory(err) : STATUS_OK;
}

static enum status save_and_show(struct room *r, uint64_t now_ms, json_t **out,
				 struct err *err)
{
	enum status status = room_save(r, now_ms, err);

	if (status != STATUS_OK)
		return err_wrap(err, "the study cannot be written down");
	*out = room_show(r, STUDY_RUNS, true);
	return *out == NULL ? no_memory(err) : STATUS_OK;
}

/* Room for another one. */
static enum status make_way(struct room *r, uint64_t now_ms, struct err *err)
{
	if (r->study.id != 0 && r->study.state == STUDY_RUNS)
		return err_set(err, STATUS_BUSY,
			       "a collective study runs already: end it "
			       "first");
	if (room_today(r, now_ms)->studies >= ROOM_STUDIES_A_DAY)
		return err_set(err, STATUS_LIMITED,
			       "there were %d collective studies today "
			       "already",
			       ROOM_STUDIES_A_DAY);
	if (r->study.id == 0)
		return STATUS_OK;
	if (r->study.state == STUDY_INTERRUPTED)
		end_study(&r->study);
	return room_save(r, now_ms, err);
}

static json_t *new_item(uint64_t id, const struct when *when, const char *by)
{
	char text[STUDY_ID_TEXT + 1];
	json_t *item;

	study_id_format(id, text);
	item = json_pack("{s:s, s:s, s:i, s:o, s:i, s:[], s:[], s:[]}", "k",
			 "study", "id", text, "v", 1, "w", when_json(when),
			 "heads", 0, "names", "cards", "lessons");
	if (item != NULL && by[0] != 0)
		(void)json_object_set_new(item, "by", json_string(by));
	return item;
}

enum status room_study_lessons(struct room_study *s, const json_t *request,
			       const json_t *titles, struct err *err)
{
	const json_t *lessons = json_object_get(request, "lessons");
	enum status status;

	if (lessons == NULL)
		return STATUS_OK;
	status = room_fields_lessons(lessons, err);
	if (status != STATUS_OK)
		return status;
	if (json_object_set_new(s->item, "lessons",
				json_deep_copy(lessons)) != 0 ||
	    json_object_set_new(s->more, "titles", json_deep_copy(titles)) != 0)
		return no_memory(err);
	return STATUS_OK;
}

enum status room_begin(struct room *r, const json_t *request,
		       const json_t *titles, const char *by, uint64_t now_ms,
		       json_t **out, struct err *err)
{
	struct when when = room_when(r);
	struct room_study s = { .id = room_new_id(&when), .parts = 1 };
	enum status status = make_way(r, now_ms, err);

	if (status != STATUS_OK)
		return status;
	s.item = new_item(s.id, &when, by);
	s.more = json_pack("{s:[], s:[], s:i}", "titles", "cards", "photo", 0);
	s.began_s = s.last_s = room_wall_s(&when);
	if (s.item == NULL || s.more == NULL)
		status = no_memory(err);
	if (status == STATUS_OK)
		status = room_study_lessons(&s, request, titles, err);
	if (status == STATUS_OK)
		status = room_fields_put(s.item, request, err);
	if (status != STATUS_OK) {
		room_study_release(&s);
		return status;
	}
	r->study = s;
	room_run_end(&r->run);
	room_today(r, now_ms)->studies++;
	room_study_touch(r, &r->study, now_ms);
	return save_and_show(r, now_ms, out, err);
}

/* --- the one that is here --- */

static enum status is_here(const struct room *r, uint64_t study,
			   struct err *err)
{
	if (r->study.id == 0 || r->study.id != study)
		return err_set(err, STATUS_NOT_FOUND,
			       "this study does not run");
	return STATUS_OK;
}

enum status room_end(struct room *r, uint64_t study, uint64_t now_ms,
		     json_t **out, struct err *err)
{
	enum status status = is_here(r, study, err);

	if (status != STATUS_OK)
		return status;
	room_end_plays_of(r, study);
	if (r->study.state != STUDY_ENDED)
		end_study(&r->study);
	status = room_study_answer(r, &r->study, out, err);
	if (status != STATUS_OK)
		return status;
	r->options.changed(r->options.owner);
	status = room_save(r, now_ms, err);
	if (status == STATUS_OK)
		return STATUS_OK;
	json_decref(*out);
	*out = NULL;
	return err_wrap(err, "the study cannot be written down");
}

enum status room_resume(struct room *r, uint64_t study, uint64_t now_ms,
			json_t **out, struct err *err)
{
	enum status status = is_here(r, study, err);

	if (status == STATUS_OK && r->study.state == STUDY_ENDED)
		status = err_set(err, STATUS_NOT_FOUND,
				 "this study does not run");
	if (status != STATUS_OK)
		return status;
	if (r->study.state == STUDY_INTERRUPTED)
		go_on(r, now_ms);
	return save_and_show(r, now_ms, out, err);
}
