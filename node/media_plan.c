#include "node/media_plan.h"

#include <stdlib.h>
#include <string.h>

enum { HEIGHT_MAX = 1080, LEVEL_MAX = 52 };

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* ffprobe names a container by all the names of its reader. */
static bool container_has(const struct media_facts *f, const char *name)
{
	size_t size = strlen(name);
	const char *at = f->container;

	while ((at = strstr(at, name)) != NULL) {
		if ((at == f->container || at[-1] == ',') &&
		    (at[size] == 0 || at[size] == ','))
			return true;
		at += size;
	}
	return false;
}

static bool picture_plays(const struct media_stream *s)
{
	static const char *const profiles[] = { "Baseline", "Main", "High",
						"Constrained Baseline",
						"Constrained High", NULL };
	static const char *const pixels[] = { "yuv420p", "yuvj420p", NULL };

	return strcmp(s->codec, "h264") == 0 &&
	       is_one_of(s->profile, profiles) &&
	       is_one_of(s->pixels, pixels) && s->level <= LEVEL_MAX;
}

static bool sound_plays(const struct media_stream *s)
{
	static const char *const profiles[] = { "LC", "HE-AAC", "HE-AACv2",
						"", NULL };

	return strcmp(s->codec, "mp3") == 0 ||
	       (strcmp(s->codec, "aac") == 0 &&
		is_one_of(s->profile, profiles));
}

/* A file of sound alone that needs nothing. */
static bool sound_file_plays(const struct media_facts *f,
			     const struct media_stream *s)
{
	static const char *const pcm[] = { "pcm_s16le", "pcm_u8", NULL };

	if (container_has(f, "mp3"))
		return strcmp(s->codec, "mp3") == 0;
	if (container_has(f, "flac"))
		return true;
	if (container_has(f, "wav"))
		return is_one_of(s->codec, pcm);
	return container_has(f, "mp4") && sound_plays(s);
}

static bool is_quicktime(const struct media_facts *f)
{
	return f->brand[0] == 0 || strcmp(f->brand, "qt  ") == 0;
}

void media_shown_size(const struct media_stream *s, unsigned *width,
		      unsigned *height)
{
	uint64_t wide = (uint64_t)s->width * s->wide / s->high;
	uint64_t high = s->height;
	bool turned = s->rotation == 90 || s->rotation == 270;

	/* A pixel taller than wide makes the picture higher, not narrower. */
	if (s->wide < s->high) {
		wide = s->width;
		high = (uint64_t)s->height * s->high / s->wide;
	}
	*width = (unsigned)(turned ? high : wide);
	*height = (unsigned)(turned ? wide : high);
}

static unsigned even(double value)
{
	unsigned whole = (unsigned)(value / 2 + 0.5) * 2;

	return whole < 2 ? 2 : whole;
}

/* Fit the picture into `lines` of the shorter side and 16:9 of that. */
static void fit(const struct media_stream *s, unsigned lines,
		struct media_plan *p)
{
	unsigned width, height, shorter, longer;
	double scale, by_longer;

	media_shown_size(s, &width, &height);
	if (width == 0 || height == 0)
		return;
	shorter = width < height ? width : height;
	longer = width < height ? height : width;
	scale = (double)lines / shorter;
	by_longer = (double)even(lines * 16.0 / 9) / longer;
	scale = by_longer < scale ? by_longer : scale;
	scale = scale > 1 ? 1 : scale;
	p->width = even(width * scale);
	p->height = even(height * scale);
}

static bool is_larger(const struct media_stream *s, unsigned lines)
{
	unsigned width, height;

	media_shown_size(s, &width, &height);
	return (width < height ? width : height) > lines;
}

static void decide_picture(const struct media_stream *s, unsigned height,
			   struct media_plan *p)
{
	static const char *const wide[] = { "smpte2084", "arib-std-b67",
					    NULL };

	p->video = (int)s->index;
	if (!picture_plays(s))
		p->why |= MEDIA_WHY_VIDEO;
	if (s->interlaced)
		p->why |= MEDIA_WHY_FIELDS;
	if (height > 0 && is_larger(s, height))
		p->why |= MEDIA_WHY_SIZE;
	p->copy_video = (p->why & (MEDIA_WHY_VIDEO | MEDIA_WHY_FIELDS |
				   MEDIA_WHY_SIZE)) == 0;
	if (p->copy_video)
		return;
	p->deinterlace = s->interlaced;
	p->tonemap = is_one_of(s->transfer, wide);
	fit(s, height > 0 && height < HEIGHT_MAX ? height : HEIGHT_MAX, p);
}

static void decide_sound(const struct media_facts *f,
			 const struct media_stream *s, struct media_plan *p)
{
	p->sound = (int)s->index;
	p->copy_sound = sound_plays(s);
	if (!p->copy_sound)
		p->why |= MEDIA_WHY_SOUND;
	if (media_facts_count(f, MEDIA_STREAM_AUDIO) > 1)
		p->why |= MEDIA_WHY_TRACKS;
}

static enum media_verdict verdict_of(const struct media_plan *p,
				     enum media_layout layout)
{
	bool video = p->video < 0 || p->copy_video,
	     sound = p->sound < 0 || p->copy_sound;

	if (!video || !sound)
		return MEDIA_CONVERT;
	if ((p->why & MEDIA_WHY_CONTAINER) != 0)
		return MEDIA_REWRAP;
	return layout == MEDIA_INDEX_LAST ? MEDIA_MOVE_INDEX : MEDIA_PLAYS;
}

void media_decide(const struct media_facts *facts, enum media_layout layout,
		  unsigned height, struct media_plan *out)
{
	const struct media_stream *video = media_facts_main(
		facts, MEDIA_STREAM_VIDEO);
	const struct media_stream *sound = media_facts_main(
		facts, MEDIA_STREAM_AUDIO);
	bool mp4 = container_has(facts, "mp4");
	struct media_plan p = { .video = -1, .sound = -1 };

	p.form = video == NULL ? MEDIA_M4A : MEDIA_MP4;
	if (video != NULL)
		decide_picture(video, height, &p);
	if (sound != NULL)
		decide_sound(facts, sound, &p);
	if (!mp4 || is_quicktime(facts))
		p.why |= MEDIA_WHY_CONTAINER;
	p.verdict = verdict_of(&p, layout);
	if (video == NULL && sound_file_plays(facts, sound)) {
		p.why &= MEDIA_WHY_TRACKS;
		p.verdict = mp4 && layout == MEDIA_INDEX_LAST ?
				    MEDIA_MOVE_INDEX :
				    MEDIA_PLAYS;
	}
	/* ffprobe reads an MP4 that was cut short, if its index is there. */
	if (layout == MEDIA_CUT)
		p.verdict = MEDIA_BROKEN;
	*out = p;
}

void media_plan_level(struct media_plan *plan)
{
	plan->why |= MEDIA_WHY_LOUD;
	plan->copy_sound = false;
	plan->verdict = MEDIA_CONVERT;
}

unsigned media_time_limit(double seconds, uint64_t bytes)
{
	enum { LEAST_S = 600, MOST_S = 48 * 3600 };
	/* Twelve times as long as it plays; what does not say how long that is,
	 * as if it had 64 kB a second. */
	double limit = seconds > 0 ? seconds * 12 : (double)bytes / 64e3 * 12;

	limit += LEAST_S;
	return limit > MOST_S ? MOST_S : (unsigned)limit;
}
