/* Subtitles beside a video: WebVTT for browsers, SRT for TVs, both in UTF-8.
 * What an office has put there itself is not replaced by what could be made,
 * unless nobody can read it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "catalog/charset.h"
#include "node/cues.h"
#include "node/durable.h"
#include "node/media_work.h"
#include "node/payload_walk.h"
#include "node/prepare_parts.h"

enum { TAKEN_MAX = 8 };

/* Write what was made, and put it in the place of a file or beside it. */
static enum status put(struct preparation *p, size_t source, size_t index,
		       const char *path, const struct buf *content,
		       struct err *err)
{
	char how[80], made[PATH_MAX];
	enum status status;

	if (buf_status(content) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	/* Of one file several may be made. */
	(void)snprintf(how, sizeof(how), "%zu-%s", p->source.count,
		       strrchr(path, '.') + 1);
	status = prepare_made_path(p, source, how, made, err);
	if (status == STATUS_OK)
		status = durable_write(made, buf_bytes(content), 0644, err);
	if (status == STATUS_OK)
		status = prepare_source_replace(&p->source, index, path, made,
						content->size, err);
	if (status == STATUS_OK)
		p->out.rewrote = true;
	return status;
}

/* Put one beside, unless there is one of that name. */
static enum status add(struct preparation *p, size_t source, const char *path,
		       const struct cues *cues, bool vtt, struct err *err)
{
	struct buf out = BUF_INIT;
	enum status status;

	if (prepare_source_has(&p->source, path) ||
	    safename_path_check(bytes_of(path)) != STATUS_OK)
		return STATUS_OK;
	if (vtt)
		cues_write_vtt(cues, &out);
	else
		cues_write_srt(cues, &out);
	status = put(p, source, SIZE_MAX, path, &out, err);
	buf_release(&out);
	return status;
}

/* "film.srt" or, of a language, "film.zh.srt"; and the same as WebVTT. */
static enum status add_both(struct preparation *p, size_t source,
			    const char *file, const char *middle,
			    const struct cues *cues, struct err *err)
{
	char path[SAFENAME_PATH_MAX + 1];
	enum status status = STATUS_OK;

	if (prepare_path_as(file, middle, "srt", path))
		status = add(p, source, path, cues, false, err);
	if (status == STATUS_OK && prepare_path_as(file, middle, "vtt", path))
		status = add(p, source, path, cues, true, err);
	return status;
}

static enum status read_all(struct preparation *p, size_t index,
			    struct cues *cues, enum charset *charset,
			    enum cue_format *format, struct err *err)
{
	struct buf raw = BUF_INIT, text = BUF_INIT;
	char path[PATH_MAX];
	enum status status;

	if (!prepare_source_full_path(&p->source, index, path, sizeof(path)))
		return payload_walk_error(err, path, ENAMETOOLONG);
	status = durable_read(path, MEDIA_SUBTITLES_MAX, &raw, err);
	if (status == STATUS_OK)
		status = charset_to_utf8(buf_bytes(&raw), &text, charset, err);
	if (status == STATUS_OK)
		status = cues_read(buf_bytes(&text), cues, format, err);
	buf_release(&raw);
	buf_release(&text);
	return status;
}

/* In place of what TVs and browsers take for noise. */
static enum status rewrite(struct preparation *p, size_t index,
			   const char *file, const struct cues *cues,
			   enum cue_format format, struct err *err)
{
	struct buf out = BUF_INIT;
	enum status status;

	if (format == CUES_ASS)
		return STATUS_OK; /* kept for who has a player for it */
	if (format == CUES_VTT)
		cues_write_vtt(cues, &out);
	else
		cues_write_srt(cues, &out);
	status = put(p, index, index, file, &out, err);
	buf_release(&out);
	return status;
}

enum status prepare_fit_subtitles(struct preparation *p, size_t index,
				  struct err *err)
{
	struct cues cues = CUES_INIT;
	char file[SAFENAME_PATH_MAX + 1];
	enum charset charset = CHARSET_UTF8;
	enum cue_format format = CUES_SRT;
	enum status status;

	/* By itself it is a document like any other. */
	if (!p->source.folder)
		return STATUS_OK;
	(void)snprintf(file, sizeof(file), "%s", p->source.files[index].path);
	status = read_all(p, index, &cues, &charset, &format, err);
	if (status == STATUS_MALFORMED || status == STATUS_NO_ROOM) {
		prepare_say(p, file, PREPARE_SUBTITLES_BAD, "%s", err->text);
		*err = (struct err)ERR_INIT;
		cues_release(&cues);
		return STATUS_OK;
	}
	/* First beside it: what is made is named by what it is made of. */
	if (status == STATUS_OK)
		status = add_both(p, index, file, "", &cues, err);
	if (status == STATUS_OK && charset != CHARSET_UTF8)
		status = rewrite(p, index, file, &cues, format, err);
	if (status == STATUS_OK)
		prepare_say(p, file, PREPARE_SUBTITLES, "%s",
			    charset_name(charset));
	cues_release(&cues);
	return status;
}

/* --- those inside a video --- */

static bool is_text(const struct media_stream *s)
{
	static const char *const codecs[] = { "subrip", "ass", "ssa", "webvtt",
					      "mov_text", "text", NULL };

	for (size_t i = 0; codecs[i] != NULL; i++)
		if (strcmp(s->codec, codecs[i]) == 0)
			return s->kind == MEDIA_STREAM_SUBTITLE;
	return false;
}

/* As browsers name languages; others as they are named. */
static const char *language_of(const struct media_stream *s)
{
	static const char *const names[][2] = {
		{ "chi", "zh" }, { "zho", "zh" }, { "eng", "en" },
		{ "jpn", "ja" }, { "tib", "bo" }, { "bod", "bo" },
		{ "mon", "mn" }, { "uig", "ug" }, { "kaz", "kk" },
		{ "kor", "ko" }, { "und", "" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(s->language, names[i][0]) == 0)
			return names[i][1];
	for (const char *c = s->language; *c != 0; c++)
		if ((*c < 'a' || *c > 'z') && *c != '-')
			return "";
	return s->language;
}

/* The film has become a folder with subtitles in it. */
static void become_folder(struct preparation *p)
{
	char name[sizeof(p->source.name)];
	char *dot;

	if (p->source.many || p->source.count == 1)
		return;
	memcpy(name, p->source.name, sizeof(name));
	dot = strrchr(name, '.');
	if (dot != NULL && dot > name)
		*dot = 0;
	if (safename_check(bytes_of(name)) == STATUS_OK)
		memcpy(p->source.name, name, sizeof(name));
	p->source.many = true;
}

static enum status take_one(struct preparation *p, size_t index,
			    const struct media_work *work, const char *file,
			    const struct media_stream *s, unsigned number,
			    struct err *err)
{
	struct buf srt = BUF_INIT;
	struct cues cues = CUES_INIT;
	enum cue_format format;
	const char *language = language_of(s);
	char middle[MEDIA_WORD_MAX + 16];
	enum status status = media_subtitles(work, s->index, &srt, err);

	if (status == STATUS_OK)
		status = cues_read(buf_bytes(&srt), &cues, &format, err);
	buf_release(&srt);
	/* The first needs no number; of a language there may be several. */
	(void)snprintf(middle, sizeof(middle), "%s", language);
	if (number > 1)
		(void)snprintf(middle, sizeof(middle), "%s%s%u", language,
			       language[0] == 0 ? "" : "-", number);
	if (status == STATUS_OK)
		status = add_both(p, index, file, middle, &cues, err);
	cues_release(&cues);
	if (status == STATUS_OK)
		prepare_say(p, file, PREPARE_SUBTITLES_TAKEN, "%s%s%s",
			    s->codec, s->language[0] == 0 ? "" : ", ",
			    s->language);
	if (status == STATUS_MALFORMED || status == STATUS_UNREACHABLE) {
		prepare_say(p, file, PREPARE_SUBTITLES_BAD, "%s", err->text);
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	return status;
}

enum status prepare_take_subtitles(struct preparation *p, size_t index,
				   const char *path,
				   const struct media_facts *facts,
				   struct err *err)
{
	struct media_work work = { .tools = &p->tools,
				   .from = path,
				   .facts = facts,
				   .bytes = p->source.files[index].size };
	enum status status = STATUS_OK;
	char file[SAFENAME_PATH_MAX + 1];
	unsigned taken = 0;

	(void)snprintf(file, sizeof(file), "%s", p->source.files[index].path);
	for (unsigned i = 0; i < facts->count && status == STATUS_OK; i++)
		if (is_text(&facts->streams[i]) && taken < TAKEN_MAX)
			status = take_one(p, index, &work, file,
					  &facts->streams[i], ++taken, err);
	if (status == STATUS_OK)
		become_folder(p);
	return status;
}
