/* A room whose memory runs out anywhere: what it cannot do it says, and nothing
 * falls over or is left behind. */

#include "catalog/records_db.h"
#include "node/study/room.h"
#include "tests/support/faults.h"
#include "tests/support/scratch.h"

#define LESSON "xiangtu.zixing#7f3k9w2a"

struct world {
	struct catalog *records;
	uint64_t now_ms;
	uint64_t next; /* id of a play */
	uint64_t card;
};

static void tell_time(void *owner, struct when *out)
{
	const struct world *w = owner;

	*out = (struct when){ .s = 1790000000 + w->now_ms / 1000, .boot = 1,
			      .mono = w->now_ms / 1000 };
}

static void nothing(void *owner)
{
	(void)owner;
}

static enum status play(struct world *w, struct room *r, struct err *err)
{
	const struct room_asker tv = { .here = true };
	struct room_post post = { .play = ++w->next, .lesson = LESSON,
				  .of = 600, .count = 1, .keys = 1 };
	struct room_said said;
	enum status status = STATUS_OK;

	for (int i = 0; i < 3 && status == STATUS_OK; i++) {
		post.samples[0] = (struct playcount_sample){
			.t_ms = w->now_ms, .at = (uint64_t)i * 10000,
			.rate = 1000, .running = true
		};
		post.end = i == 2;
		status = room_take(r, &post, &tv, "养羊", w->now_ms, &said,
				   err);
		w->now_ms += 10000;
		room_tick(r, w->now_ms);
	}
	return status;
}

static enum status change(struct world *w, struct room *r, uint64_t id,
			  struct err *err)
{
	const struct room_card card = { 5, "4711", true };
	json_t *request = json_pack("{s:[s], s:s}", "names", "张三", "note",
				    "记");
	struct room_change c = { .request = request, .cards = &card,
				 .n_cards = 1 };
	json_t *out = NULL;
	enum status status = STATUS_NO_MEMORY;

	if (request != NULL)
		status = room_change(r, id, &c, w->now_ms, &out, err);
	json_decref(request);
	json_decref(out);
	return status;
}

static enum status lead(struct world *w, struct room *r, struct err *err)
{
	static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff, 0, 0xff, 0xd9 };
	json_t *request = json_pack("{s:[s], s:i}", "lessons", LESSON, "heads",
				    3);
	json_t *titles = json_pack("[s]", "养羊"), *out = NULL;
	enum status status = STATUS_NO_MEMORY;
	uint64_t id = 0;

	if (request != NULL && titles != NULL)
		status = room_begin(r, request, titles, "A", w->now_ms, &out,
				    err);
	json_decref(request);
	json_decref(titles);
	if (status != STATUS_OK)
		return status;
	CHECK(out != NULL);
	if (json_object_get(out, "id") == NULL) {
		json_decref(out);
		return STATUS_NO_MEMORY;
	}
	(void)study_id_parse(json_string_value(json_object_get(out, "id")),
			     &id);
	json_decref(out);
	out = NULL;
	status = play(w, r, err);
	if (status == STATUS_OK)
		status = change(w, r, id, err);
	if (status == STATUS_OK)
		status = room_photo(r, id, (struct bytes){ jpeg, sizeof(jpeg) },
				    w->now_ms, &out, err);
	json_decref(out);
	out = NULL;
	if (status == STATUS_OK)
		status = room_end(r, id, w->now_ms, &out, err);
	json_decref(out);
	return status;
}

static enum status visit(struct world *w, struct room *r, struct err *err)
{
	const uint8_t token[ROOM_TOKEN_SIZE] = { 1 };
	char set[ROOM_SET_COOKIE_MAX];
	enum status status;

	w->card = w->next;
	status = room_sign_in(r, w->card, "4711", true, token, w->now_ms, set,
			      err);

	if (status == STATUS_LIMITED) /* no memory for one more */
		return STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		status = play(w, r, err);
	room_sign_out(r, set, w->now_ms);
	return status;
}

static enum status show(struct world *w, struct err *err)
{
	/* Of this story only. */
	int64_t now_s = 1790000000 + (int64_t)(w->now_ms / 1000);
	json_t *out = room_register(w->records, now_s, now_s - 3600,
				    now_s + 3600, err);
	bool shown = out != NULL;

	json_decref(out);
	out = room_mine(w->records, w->card, err);
	shown &= out != NULL;
	json_decref(out);
	return shown ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status story(void *context, bool *tolerated)
{
	struct world *w = context;
	struct room_options options = { .records = w->records,
					.owner = w,
					.when = tell_time,
					.changed = nothing,
					.ended = nothing };
	struct err err = ERR_INIT;
	struct room *r = NULL;
	enum status status;

	status = room_open(&r, &options, w->now_ms, &err);
	/* A day later: as many may be begun again. */
	w->now_ms += 86400 * 1000;
	if (status == STATUS_OK)
		status = lead(w, r, &err);
	if (status == STATUS_OK)
		status = visit(w, r, &err);
	w->now_ms += 20000;
	if (r != NULL)
		room_tick(r, w->now_ms);
	room_close(r, w->now_ms);
	if (status == STATUS_OK)
		status = show(w, &err);
	/* Something shown may lack a part. */
	*tolerated = status == STATUS_OK;
	return status;
}

int main(void)
{
	struct world w = { .now_ms = 1000, .next = 1000 };
	struct err err = ERR_INIT;
	struct scratch scratch;

	scratch_init(&scratch);
	CHECK(records_db_open(&w.records, scratch_path(&scratch, "records.db"),
			      &err) == STATUS_OK);
	json_set_alloc_funcs(faults_malloc, faults_free);
	CHECK(faults_torture("room", story, &w, STATUS_NO_MEMORY) > 100);
	catalog_free(w.records);
	scratch_release(&scratch);
	return 0;
}
