/* Videos that play in a browser of 2019, whatever they came as.
 *
 *     probe -> decide -> listen -> (nothing | move index | make) -> told
 *
 * What is made is written under an unfinished name, flushed, and renamed: a
 * made file that is there is whole. Beside it "<file>.<how>.loud" keeps what
 * was heard before, for telling. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/media_work.h"
#include "node/payload.h"
#include "node/payload_walk.h"
#include "node/prepare_parts.h"

/* One video on its way. */
struct fitting {
	struct preparation *p;
	size_t index;
	char file[SAFENAME_PATH_MAX + 1]; /* as it was called at first */
	char from[PATH_MAX], made[PATH_MAX];
	uint64_t bytes;
	enum prepare_phase phase;
	struct media_facts facts;
	struct media_plan plan;
	struct media_work work;
	struct loudness loud;
	bool level;
};

static void worked_off(void *owner, double done)
{
	const struct fitting *f = owner;

	prepare_tell(f->p, f->phase, (uint64_t)(done * (double)f->bytes),
		     f->bytes);
}

static enum media_layout layout_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum media_layout layout = fd < 0 ? MEDIA_OTHER : media_layout(fd);

	if (fd >= 0)
		(void)close(fd);
	return layout;
}

static bool is_known_as_media(const struct fitting *f)
{
	/* Discs of old have films in it; so have many others something else. */
	return prepare_is_media(f->file) &&
	       strcasecmp(f->file + strlen(f->file) -
				  (strlen(f->file) < 4 ? 0 : 4),
			  ".dat") != 0;
}

/* What is in it, in a few words: "hevc 3840x2160, aac". */
static void describe(const struct media_facts *facts, char out[static 160])
{
	const struct media_stream *v = media_facts_main(facts,
							MEDIA_STREAM_VIDEO);
	const struct media_stream *s = media_facts_main(facts,
							MEDIA_STREAM_AUDIO);

	(void)snprintf(out, 160, "%s", "");
	if (v != NULL)
		(void)snprintf(out, 160, "%s %ux%u%s%s%s%s", v->codec,
			       v->width, v->height,
			       strstr(v->pixels, "10") != NULL ? " 10 bit" :
								 "",
			       v->interlaced ? " interlaced" : "",
			       s == NULL ? "" : ", ",
			       s == NULL ? "" : s->codec);
	else if (s != NULL)
		(void)snprintf(out, 160, "%s", s->codec);
}

/* --- what is found --- */

/* It plays nowhere, as far as ffmpeg can tell. */
static enum status refuse(struct fitting *f, struct err *err)
{
	char why[ERR_TEXT_MAX];

	memcpy(why, err->text, sizeof(why));
	if (f->p->options->as_is) {
		prepare_say(f->p, f->file, PREPARE_AS_IS, "%s", why);
		return STATUS_OK;
	}
	return err_set(err, STATUS_USAGE,
		       "'%s' does not play (%s): publish another copy of it, "
		       "or this one as it is, with --as-is",
		       f->file, why);
}

/* Without ffprobe the index can still be seen, and moved by who has only
 * ffmpeg. */
static enum status not_checked(struct fitting *f, const struct err *why,
			       bool *move)
{
	prepare_say(f->p, f->file, PREPARE_NOT_CHECKED, "%s", why->text);
	*move = prepare_is_mp4(f->file) && !f->p->options->as_is &&
		layout_of(f->from) == MEDIA_INDEX_LAST;
	return STATUS_OK;
}

/* How loud it is; that it is silent, or cannot be heard, is no failure. */
static enum status listen(struct fitting *f, struct err *err)
{
	enum status status;

	if (f->plan.sound < 0)
		return STATUS_OK;
	f->phase = PREPARE_LISTENING;
	prepare_tell(f->p, f->phase, 0, f->bytes);
	status = media_measure(&f->work, &f->plan, &f->loud, err);
	if (status == STATUS_MALFORMED) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	f->level = loudness_wants_level(&f->loud);
	if (f->level)
		media_plan_level(&f->plan);
	return STATUS_OK;
}

/* --- what is made --- */

static enum status flush(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum status status = STATUS_OK;

	if (fd < 0 || fsync(fd) != 0)
		status = payload_walk_error(err, path, errno);
	if (fd >= 0)
		(void)close(fd);
	return status;
}

static enum status find_room(struct fitting *f, struct err *err)
{
	const struct prepare_options *o = f->p->options;
	uint64_t room;
	enum status status = payload_room(f->p->work.dir, &room, err);

	if (status != STATUS_OK)
		return status;
	if (room <= o->keep_free)
		return err_set(err, STATUS_NO_ROOM, "the disk is full");
	f->work.room = room - o->keep_free;
	return STATUS_OK;
}

static enum status keep_loud(struct fitting *f, struct err *err)
{
	char path[PATH_MAX], text[32];

	if (!f->level)
		return STATUS_OK;
	if (snprintf(path, sizeof(path), "%s.loud", f->made) >=
	    (int)sizeof(path))
		return payload_walk_error(err, f->made, ENAMETOOLONG);
	(void)snprintf(text, sizeof(text), "%.1f", f->loud.loud);
	return durable_write(path, bytes_of(text), 0600, err);
}

static void read_loud(struct fitting *f)
{
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s.loud", f->made) <
		    (int)sizeof(path) &&
	    durable_read(path, 31, &text, &ignored) == STATUS_OK) {
		f->level = true;
		f->loud.loud = strtod(buf_string(&text), NULL);
		f->plan.why |= MEDIA_WHY_LOUD;
		f->plan.verdict = MEDIA_CONVERT;
	}
	buf_release(&text);
}

static enum status make(struct fitting *f, struct err *err)
{
	char part[PATH_MAX];
	enum status status = find_room(f, err);

	if (status != STATUS_OK)
		return status;
	if (snprintf(part, sizeof(part), "%s/" DURABLE_UNFINISHED "%zu.mp4",
		     f->p->work.dir, f->index) >= (int)sizeof(part))
		return payload_walk_error(err, f->p->work.dir, ENAMETOOLONG);
	(void)unlink(part);
	f->phase = f->plan.verdict == MEDIA_CONVERT ? PREPARE_CONVERTING :
						      PREPARE_REWRITING;
	prepare_tell(f->p, f->phase, 0, f->bytes);
	status = f->plan.verdict == MEDIA_MOVE_INDEX ?
			 media_faststart(&f->p->tools, f->from, part, err) :
			 media_convert(&f->work, &f->plan,
				       f->level ? &f->loud : NULL, part, err);
	if (status == STATUS_OK)
		status = flush(part, err);
	if (status == STATUS_OK)
		status = keep_loud(f, err);
	if (status == STATUS_OK && rename(part, f->made) != 0)
		status = payload_walk_error(err, f->made, errno);
	if (status == STATUS_OK)
		status = durable_sync_dir(f->p->work.dir, err);
	if (status != STATUS_OK)
		(void)unlink(part);
	return status;
}

/* What it is called now: another container has another ending, unless
 * somebody is called so already. */
static bool new_path(const struct fitting *f,
		     char out[static SAFENAME_PATH_MAX + 1])
{
	const char *ending = f->plan.form == MEDIA_M4A ? "m4a" : "mp4";
	const char *dot = strrchr(f->file, '.');

	if (f->plan.verdict == MEDIA_MOVE_INDEX ||
	    (dot != NULL && strcasecmp(dot + 1, ending) == 0))
		return snprintf(out, SAFENAME_PATH_MAX + 1, "%s", f->file) <=
		       SAFENAME_PATH_MAX;
	if (!prepare_path_as(f->file, "", ending, out))
		return false;
	if (!f->p->source.folder || !prepare_source_has(&f->p->source, out))
		return true;
	return snprintf(out, SAFENAME_PATH_MAX + 1, "%s.%s", f->file,
			ending) <= SAFENAME_PATH_MAX;
}

static enum status take_place(struct fitting *f, struct err *err)
{
	struct prepare_source *s = &f->p->source;
	char path[SAFENAME_PATH_MAX + 1];
	enum status status;
	struct stat st;
	int fd;

	/* It is still what it was made of? */
	status = prepare_source_open(s, f->index, &fd, err);
	if (status != STATUS_OK)
		return status;
	(void)close(fd);
	if (stat(f->made, &st) != 0)
		return payload_walk_error(err, f->made, errno);
	if (!new_path(f, path) ||
	    safename_path_check(bytes_of(path)) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "'%s' has too long a name",
			       f->file);
	status = prepare_source_replace(s, f->index, path, f->made,
					(uint64_t)st.st_size, err);
	if (status == STATUS_OK && !s->folder && strlen(path) <= SAFENAME_MAX)
		memcpy(s->name, path, strlen(path) + 1);
	f->p->out.rewrote = true;
	return status;
}

static void say_made(const struct fitting *f)
{
	const unsigned why = f->plan.why;
	char was[160];

	describe(&f->facts, was);
	if (f->plan.verdict == MEDIA_MOVE_INDEX)
		prepare_say(f->p, f->file, PREPARE_INDEX_MOVED, "%s", "");
	else if ((why & MEDIA_WHY_SIZE) != 0)
		prepare_say(f->p, f->file, PREPARE_SMALLER, "%ux%u",
			    f->plan.width, f->plan.height);
	else if ((why & (MEDIA_WHY_VIDEO | MEDIA_WHY_SOUND |
			 MEDIA_WHY_FIELDS)) != 0)
		prepare_say(f->p, f->file, PREPARE_CONVERTED, "%s", was);
	else if ((why & MEDIA_WHY_CONTAINER) != 0)
		prepare_say(f->p, f->file, PREPARE_REWRAPPED, "%s", was);
	if (f->level)
		prepare_say(f->p, f->file, PREPARE_LEVELED,
			    "%.1f -> %.1f LUFS", f->loud.loud,
			    LOUDNESS_TARGET);
}

static void say_sounds(const struct fitting *f)
{
	unsigned count = media_facts_count(&f->facts, MEDIA_STREAM_AUDIO);
	const struct media_stream *s = media_facts_main(&f->facts,
							MEDIA_STREAM_AUDIO);

	if ((f->plan.why & MEDIA_WHY_TRACKS) != 0)
		prepare_say(f->p, f->file, PREPARE_ONE_SOUND, "%u: %s%s%s",
			    count, s->codec, s->language[0] == 0 ? "" : ", ",
			    s->language);
}

/* Leave it, make something of it, or find what was made of it before. */
static enum status work_at(struct fitting *f, struct err *err)
{
	char how[32];
	bool there;
	enum status status;

	(void)snprintf(how, sizeof(how), "%u.mp4", f->p->options->lines);
	status = prepare_made_path(f->p, f->index, how, f->made, err);
	if (status != STATUS_OK)
		return status;
	there = access(f->made, R_OK) == 0;
	if (there)
		read_loud(f);
	else
		status = listen(f, err);
	if (status == STATUS_OK && f->plan.verdict == MEDIA_PLAYS) {
		prepare_say(f->p, f->file, PREPARE_PLAYS, "%s", "");
		say_sounds(f);
		return STATUS_OK;
	}
	if (status == STATUS_OK && !there)
		status = make(f, err);
	if (status == STATUS_OK)
		status = take_place(f, err);
	if (status != STATUS_OK)
		return status;
	f->p->smaller += (f->plan.why & MEDIA_WHY_SIZE) != 0;
	say_made(f);
	say_sounds(f);
	return STATUS_OK;
}

static enum status say_as_is(struct fitting *f)
{
	char was[160];

	describe(&f->facts, was);
	if (f->plan.verdict == MEDIA_PLAYS)
		prepare_say(f->p, f->file, PREPARE_PLAYS, "%s", "");
	else
		prepare_say(f->p, f->file, PREPARE_AS_IS, "%s%s", was,
			    f->plan.verdict == MEDIA_MOVE_INDEX ?
				    ", index last" :
			    f->plan.verdict == MEDIA_BROKEN ? ", cut short" :
							      "");
	return STATUS_OK;
}

/* Move the index with what is there: ffmpeg alone. */
static enum status move_blindly(struct fitting *f, struct err *err)
{
	enum status status;

	f->plan.verdict = MEDIA_MOVE_INDEX;
	status = prepare_made_path(f->p, f->index, "0.mp4", f->made, err);
	if (status == STATUS_OK && access(f->made, R_OK) != 0)
		status = make(f, err);
	if (status == STATUS_OK)
		status = take_place(f, err);
	if (status == STATUS_OK)
		prepare_say(f->p, f->file, PREPARE_INDEX_MOVED, "%s", "");
	if (status == STATUS_OK || prepare_is_fatal(status) ||
	    status == STATUS_BUSY || status == STATUS_NO_ROOM)
		return status;
	prepare_note(f->p,
		     "'%s' has its index at the end and was left so: it plays "
		     "only when it has come whole (%s).",
		     f->file, err->text);
	*err = (struct err)ERR_INIT;
	return STATUS_OK;
}

static enum status after_probe(struct fitting *f, struct err *err)
{
	enum status status;

	media_decide(&f->facts, layout_of(f->from), f->p->options->lines,
		     &f->plan);
	if (f->p->options->as_is)
		return say_as_is(f);
	if (f->plan.verdict == MEDIA_BROKEN) {
		(void)err_set(err, STATUS_MALFORMED,
			      "it ends before it should");
		return refuse(f, err);
	}
	status = work_at(f, err);
	if (status == STATUS_NOT_FOUND) { /* ffprobe is there, ffmpeg not */
		prepare_say(f->p, f->file, PREPARE_NOT_CHECKED, "%s",
			    err->text);
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (status == STATUS_MALFORMED || status == STATUS_UNREACHABLE)
		return refuse(f, err);
	if (status != STATUS_OK)
		return status;
	return prepare_take_subtitles(f->p, f->index, f->from, &f->facts, err);
}

enum status prepare_fit_video(struct preparation *p, size_t index,
			      struct err *err)
{
	struct fitting f = { .p = p,
			     .index = index,
			     .bytes = p->source.files[index].size };
	enum status status;
	bool move = false;

	(void)snprintf(f.file, sizeof(f.file), "%s",
		       p->source.files[index].path);
	if (!prepare_source_full_path(&p->source, index, f.from,
				      sizeof(f.from)))
		return payload_walk_error(err, f.file, ENAMETOOLONG);
	f.work = (struct media_work){ .tools = &p->tools,
				      .from = f.from,
				      .facts = &f.facts,
				      .bytes = f.bytes,
				      .progress = worked_off,
				      .owner = &f };
	status = media_look(&p->tools, f.from, &f.facts, err);
	if (status == STATUS_OK)
		return after_probe(&f, err);
	if (status == STATUS_NOT_FOUND) {
		status = not_checked(&f, err, &move);
		*err = (struct err)ERR_INIT;
		return move ? move_blindly(&f, err) : status;
	}
	if (status != STATUS_MALFORMED && status != STATUS_UNREACHABLE)
		return status;
	if (is_known_as_media(&f))
		return refuse(&f, err);
	*err = (struct err)ERR_INIT; /* a document, or whatever it is */
	return STATUS_OK;
}
