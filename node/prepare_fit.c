/* The files of a lesson one after another: videos (prepare_video.c), subtitles
 * (prepare_subtitles.c), the rest as it is. */
#include <stdio.h>
#include <string.h>

#include "node/media_plan.h"
#include "node/prepare_parts.h"
#include "proto/text.h"

bool prepare_path_as(const char *path, const char *middle, const char *ending,
		     char out[static SAFENAME_PATH_MAX + 1])
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	const char *name = slash == NULL ? path : slash + 1;
	int stem = dot == NULL || dot <= name ? (int)strlen(path) :
						(int)(dot - path);

	return snprintf(out, SAFENAME_PATH_MAX + 1, "%.*s%s%s.%s", stem, path,
			middle[0] == 0 ? "" : ".", middle,
			ending) <= SAFENAME_PATH_MAX;
}

static enum status fit_one(struct preparation *p, size_t i, struct err *err)
{
	const struct prepare_source_file *file = &p->source.files[i];
	bool media = prepare_is_media(file->path);

	if (file->size == 0 || (!media && !prepare_is_subtitles(file->path)))
		return STATUS_OK;
	if (p->options->file != NULL)
		p->options->file(p->options->owner, file->path);
	if (media)
		return prepare_fit_video(p, i, err);
	return p->options->as_is ? STATUS_OK :
				   prepare_fit_subtitles(p, i, err);
}

/* A rendition is another payload beside the lesson: it has a name of its
 * own. */
static void name_rendition(struct preparation *p)
{
	char *name = p->source.name, *dot = strrchr(name, '.');
	char made[sizeof(p->source.name)];
	int stem = dot == NULL || p->source.many ? (int)strlen(name) :
						   (int)(dot - name);
	int tail = (int)strlen(name) - stem;
	char wish[24];
	size_t most;

	(void)snprintf(wish, sizeof(wish), " %up", p->options->lines);
	most = SAFENAME_MAX - strlen(wish) - (size_t)tail;
	if ((size_t)stem > most)
		stem = (int)text_cut(name, most);
	(void)snprintf(made, sizeof(made), "%.*s%s%s", stem, name, wish,
		       name + strlen(name) - tail);
	strcpy(name, made);
}

/* Is there a picture that would become smaller? Asked before hours go into
 * a rendition that nobody needs. */
static enum status check_rendition(struct preparation *p, struct err *err)
{
	for (size_t i = 0; i < p->source.count; i++) {
		struct err ignored = ERR_INIT;
		char path[PATH_MAX];
		struct media_facts facts;
		struct media_plan plan;

		if (prepare_check_cancel(p, err) != STATUS_OK)
			return err->status;
		if (!prepare_is_media(p->source.files[i].path) ||
		    !prepare_source_full_path(&p->source, i, path,
					      sizeof(path)) ||
		    media_look(&p->tools, path, &facts, &ignored) != STATUS_OK)
			continue;
		media_decide(&facts, MEDIA_INDEX_FIRST, p->options->lines,
			     &plan);
		if ((plan.why & MEDIA_WHY_SIZE) != 0)
			return STATUS_OK;
	}
	return err_set(err, STATUS_EXISTS,
		       "no picture in it has more than %u lines",
		       p->options->lines);
}

enum status prepare_fit(struct preparation *p, struct err *err)
{
	size_t count = p->source.count; /* what is added is fit */
	enum status status = prepare_work_open(&p->work, p->options, err);

	if (status == STATUS_OK && p->options->lines > 0)
		status = check_rendition(p, err);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = prepare_check_cancel(p, err);
		if (status == STATUS_OK)
			status = fit_one(p, i, err);
	}
	if (status != STATUS_OK)
		return status;
	/* As when ffmpeg is missing. */
	if (p->options->lines > 0 && p->smaller == 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "nothing of it could be made smaller");
	if (p->options->lines > 0)
		name_rendition(p);
	return prepare_source_sort(&p->source, err);
}
