/* POST /api/study/play: what a page says of its player. */
#include <stdlib.h>

#include "catalog/lessons.h"
#include "node/node_inside.h"
#include "node/page/page_study.h"
#include "node/study/room_flags.h"

/* The title of the lesson that begins to play; there must be one. */
static enum status find_title(struct node *n, const struct room_post *post,
			      char title[static LESSON_TITLE_MAX + 1],
			      struct err *err)
{
	struct lesson_row *row = malloc(sizeof(*row));
	enum status status;

	if (row == NULL)
		return err_set(err, STATUS_NO_MEMORY, "lesson");
	status = lessons_get(n->house.catalog, post->lesson, row, err);
	if (status == STATUS_OK)
		(void)snprintf(title, LESSON_TITLE_MAX + 1, "%s",
			       row->lesson.title);
	else if (status == STATUS_NOT_FOUND)
		/* 404 is for plays: the page would begin another. */
		status = err_set(err, STATUS_USAGE,
				 "lesson: this node knows none of this id");
	free(row);
	return status;
}

static json_t *said_json(const struct room_said *said)
{
	json_t *out = json_pack("{s:I, s:I, s:o}", "ms", (json_int_t)said->ms,
				"own", (json_int_t)said->own, "flags",
				room_flags_json(said->flags));
	char id[STUDY_ID_TEXT + 1];

	if (out != NULL && said->in != 0) {
		study_id_format(said->in, id);
		(void)json_object_set_new(out, "in", json_string(id));
	}
	return out;
}

static void take(struct page_call *call, struct room *room,
		 const struct room_post *post)
{
	char title[LESSON_TITLE_MAX + 1] = "";
	struct err err = ERR_INIT;
	struct room_asker asker;
	struct room_said said;
	enum status status = STATUS_OK;

	if (!room_has_play(room, post->play))
		status = find_title(call->node, post, title, &err);
	page_study_asker(call, &asker);
	if (status == STATUS_OK)
		status = room_take(room, post, &asker, title,
				   page_study_now(), &said, &err);
	if (status == STATUS_OK)
		page_answer_json(call->request, said_json(&said));
	else
		page_fail_err(call->request, &err);
}

void page_study_play(struct page_call *call)
{
	struct room *room = page_study_room(call);
	struct err err = ERR_INIT;
	struct room_post *post;
	json_t *body = NULL;

	if (room == NULL)
		return;
	post = malloc(sizeof(*post));
	if (post == NULL)
		page_fail(call->request, STATUS_NO_MEMORY, "out of memory",
			  NULL);
	else if (page_body_json(call->request, &body, &err) != STATUS_OK ||
		 room_post_read(body, post, &err) != STATUS_OK)
		page_fail_err(call->request, &err);
	else
		take(call, room, post);
	json_decref(body);
	free(post);
}
