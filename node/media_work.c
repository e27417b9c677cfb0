#include "node/media_work.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/media_inside.h"

enum { ARGUMENTS_MAX = 96 };

/* A command line that is put together. */
struct command {
	const char *argv[ARGUMENTS_MAX];
	unsigned count;
	char from[MEDIA_URL_MAX], to[MEDIA_URL_MAX];
	char video[16], sound[16];
	char picture[400], filter[LOUDNESS_FILTER_MAX + 64];
};

static void put(struct command *c, const char *const *words)
{
	for (; *words != NULL; words++)
		if (c->count + 1 < ARGUMENTS_MAX)
			c->argv[c->count++] = *words;
	c->argv[c->count] = NULL;
}

#define PUT(c, ...) put(c, (const char *const[]){ __VA_ARGS__, NULL })

bool media_progress_line(const char *line, int64_t *us)
{
	static const char key[] = "out_time_us=";
	char *end;
	long long value;

	if (strncmp(line, key, sizeof(key) - 1) != 0)
		return false;
	line += sizeof(key) - 1;
	value = strtoll(line, &end, 10);
	/* Before the first picture it says "N/A", or less than nothing. */
	if (end == line || *end != 0 || value < 0 ||
	    value > (long long)1e13)
		return false;
	*us = value;
	return true;
}

static void line_came(void *owner, const char *line)
{
	const struct media_work *w = owner;
	double done;
	int64_t us;

	if (w->progress == NULL || w->facts->seconds <= 0 ||
	    !media_progress_line(line, &us))
		return;
	done = (double)us / 1e6 / w->facts->seconds;
	w->progress(w->owner, done > 1 ? 1 : done);
}

static enum status begin(struct command *c, const struct media_work *work,
			 const char *loglevel, struct err *err)
{
	enum status status = media_url(work->from, c->from, err);

	PUT(c, media_program(work->tools->ffmpeg, "ffmpeg"), "-v", loglevel,
	    "-nostdin", "-nostats", "-n", "-progress", "pipe:1",
	    "-stats_period", "0.5", MEDIA_INPUT, "-fflags", "+genpts", "-i",
	    c->from);
	return status;
}

static enum status run(const struct media_work *work, struct command *c,
		       struct buf *errors, struct err *err)
{
	unsigned limit = media_time_limit(work->facts->seconds, work->bytes);
	struct child_options o = {
		.argv = c->argv,
		.timeout_s = work->tools->timeout_s == 0 ?
				     limit :
				     work->tools->timeout_s,
		.cancel = work->tools->cancel,
		.line = line_came,
		.owner = (void *)work,
		.errors = errors,
		.file_max = work->room
	};

	return media_run(&o, NULL, err);
}

static void put_stream(struct command *c, char *text, size_t room, int stream)
{
	(void)snprintf(text, room, "0:%d", stream);
	PUT(c, "-map", text);
}

/* Pictures of telephones with a wider range of brightness than a TV shows. */
#define TONEMAP                                                            \
	"zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"         \
	"tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,"

static void put_picture(struct command *c, const struct media_plan *plan)
{
	char scale[64] = "";

	if (plan->copy_video) {
		PUT(c, "-c:v", "copy");
		return;
	}
	if (plan->width > 0)
		(void)snprintf(scale, sizeof(scale), "scale=%u:%u,setsar=1,",
			       plan->width, plan->height);
	(void)snprintf(c->picture, sizeof(c->picture), "%s%s%sformat=yuv420p",
		       plan->deinterlace ? "yadif," : "", scale,
		       plan->tonemap ? TONEMAP : "");
	PUT(c, "-c:v", "libx264", "-preset", "fast", "-profile:v", "high",
	    "-vf", c->picture, "-fpsmax", "60",
	    /* Two seconds or three after any place there is one to seek to. */
	    "-force_key_frames", "expr:gte(t,n_forced*3)", "-g", "240");
	/* What is made smaller is meant for thin lines. */
	if ((plan->why & MEDIA_WHY_SIZE) != 0)
		PUT(c, "-crf", "25", "-maxrate", "1200k", "-bufsize", "2400k");
	else
		PUT(c, "-crf", "22", "-maxrate", "8M", "-bufsize", "16M");
}

static void put_sound(struct command *c, const struct media_plan *plan,
		      const struct loudness *level)
{
	char filter[LOUDNESS_FILTER_MAX];

	if (plan->copy_sound) {
		PUT(c, "-c:a", "copy");
		return;
	}
	/* Holes in the sound of recordings are filled, so that lips fit. */
	strcpy(c->filter, "aresample=async=1000");
	if (level != NULL) {
		loudness_level_filter(level, filter);
		(void)snprintf(c->filter, sizeof(c->filter),
			       "aresample=async=1000,%s", filter);
	}
	PUT(c, "-c:a", "aac", "-b:a",
	    (plan->why & MEDIA_WHY_SIZE) != 0 ? "96k" : "128k", "-ac", "2",
	    "-ar", "48000", "-af", c->filter);
}

static enum status convert(const struct media_work *work,
			   const struct media_plan *plan,
			   const struct loudness *level, const char *to,
			   struct err *err)
{
	struct command *c = calloc(1, sizeof(*c));
	enum status status;

	if (c == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = begin(c, work, "error", err);
	if (status == STATUS_OK)
		status = media_url(to, c->to, err);
	if (plan->video >= 0) {
		put_stream(c, c->video, sizeof(c->video), plan->video);
		put_picture(c, plan);
	}
	if (plan->sound >= 0) {
		put_stream(c, c->sound, sizeof(c->sound), plan->sound);
		put_sound(c, plan, level);
	}
	PUT(c, "-sn", "-dn", "-max_muxing_queue_size", "4096", "-movflags",
	    "+faststart", "-f", "mp4", c->to);
	if (status == STATUS_OK)
		status = run(work, c, NULL, err);
	free(c);
	return status;
}

static bool is_good(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && media_layout(fd) == MEDIA_INDEX_FIRST;

	if (fd >= 0)
		(void)close(fd);
	return good;
}

/* What is tried next when ffmpeg cannot follow a plan; false: nothing. */
static bool ease(struct media_plan *plan)
{
	if (plan->tonemap) { /* it was built without what that takes */
		plan->tonemap = false;
		return true;
	}
	/* Streams whose time stamps another container does not take. */
	if ((plan->video < 0 || !plan->copy_video) &&
	    (plan->sound < 0 || !plan->copy_sound))
		return false;
	plan->copy_video = plan->copy_sound = false;
	return true;
}

enum status media_convert(const struct media_work *work,
			  const struct media_plan *plan,
			  const struct loudness *level, const char *to,
			  struct err *err)
{
	struct media_plan p = *plan;
	enum status status;

	if (access(to, F_OK) == 0)
		return err_set(err, STATUS_EXISTS, "%s is there already", to);
	do {
		*err = (struct err)ERR_INIT;
		status = convert(work, &p, level, to, err);
		if (status == STATUS_OK && !is_good(to))
			status = err_set(err, STATUS_MALFORMED,
					 "what ffmpeg wrote does not play");
		if (status != STATUS_OK)
			(void)unlink(to);
	} while (status == STATUS_MALFORMED && ease(&p));
	return status;
}

enum status media_measure(const struct media_work *work,
			  const struct media_plan *plan, struct loudness *out,
			  struct err *err)
{
	struct command *c = calloc(1, sizeof(*c));
	struct buf errors = BUF_INIT;
	enum status status;

	if (c == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = begin(c, work, "info", err);
	put_stream(c, c->sound, sizeof(c->sound), plan->sound);
	loudness_measure_filter(c->filter);
	PUT(c, "-vn", "-sn", "-dn", "-af", c->filter, "-f", "null", "-");
	if (status == STATUS_OK)
		status = run(work, c, &errors, err);
	if (status == STATUS_OK &&
	    loudness_read(buf_bytes(&errors), out) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED, "it is silent");
	buf_release(&errors);
	free(c);
	return status;
}

enum status media_subtitles(const struct media_work *work, unsigned stream,
			    struct buf *srt, struct err *err)
{
	char url[MEDIA_URL_MAX], map[16];
	const char *argv[] = {
		media_program(work->tools->ffmpeg, "ffmpeg"),
		"-v", "error", "-nostdin", MEDIA_INPUT, "-i", url, "-map", map,
		"-f", "srt", "pipe:1", NULL
	};
	unsigned limit = media_time_limit(0, work->bytes);
	struct child_options o = {
		.argv = argv,
		.timeout_s = work->tools->timeout_s == 0 ?
				     limit :
				     work->tools->timeout_s,
		.output_max = MEDIA_SUBTITLES_MAX,
		.cancel = work->tools->cancel
	};
	enum status status = media_url(work->from, url, err);

	(void)snprintf(map, sizeof(map), "0:%u", stream);
	return status == STATUS_OK ? media_run(&o, srt, err) : status;
}
