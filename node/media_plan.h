/* What is to be done with a file so that it plays in a browser of 2019
 * (Chrome 70, Safari 12) and starts without its last bytes. A decision, made
 * from facts alone.
 *
 * What plays there:
 *
 *   container  MP4 (not QuickTime), MP3; sound alone also in M4A, WAV, FLAC
 *   video      H.264 Baseline, Main, High; 4:2:0, 8 bit; up to level 5.2;
 *              not interlaced
 *   sound      AAC-LC, HE-AAC, MP3; FLAC and PCM only in files of their own
 *
 * WebM, Ogg and Opus play in Chrome and not in Safari 12, HEVC in Safari and
 * not in Chrome: they count as not playing. The streams of a file that are good are
 * copied, not made anew, whatever the others need. */
#ifndef NODE_MEDIA_PLAN_H
#define NODE_MEDIA_PLAN_H

#include "node/media.h"
#include "node/media_facts.h"

enum media_verdict {
	MEDIA_PLAYS,
	MEDIA_MOVE_INDEX, /* only its index must go to the front */
	MEDIA_REWRAP,	  /* into another container, without loss */
	MEDIA_CONVERT,	  /* picture, sound, or both are made anew */
	MEDIA_BROKEN	  /* plays nowhere: a part of it is missing */
};

/* Why it is not left as it is, bits. */
enum media_why {
	MEDIA_WHY_CONTAINER = 1 << 0,
	MEDIA_WHY_VIDEO = 1 << 1,  /* another codec, profile, depth, level */
	MEDIA_WHY_SOUND = 1 << 2,
	MEDIA_WHY_FIELDS = 1 << 3, /* interlaced */
	MEDIA_WHY_SIZE = 1 << 4,   /* smaller was asked for */
	MEDIA_WHY_TRACKS = 1 << 5, /* several sound tracks; one is kept */
	MEDIA_WHY_LOUD = 1 << 6	   /* its loudness is leveled */
};

enum media_form { MEDIA_MP4, MEDIA_M4A }; /* what comes out */

struct media_plan {
	enum media_verdict verdict;
	unsigned why;
	enum media_form form;
	int video, sound; /* ffmpeg's numbers of the streams taken; -1: none */
	bool copy_video, copy_sound;
	bool deinterlace;
	bool tonemap;		/* from the wide range of newer telephones */
	unsigned width, height; /* of a picture made anew */
};

/* `height` 0: as large as it is, at most 1080 lines where it is made anew.
 * Else no more than so many lines (of the shorter side, for upright ones). */
void media_decide(const struct media_facts *facts, enum media_layout layout,
		  unsigned height, struct media_plan *out);

/* A plan whose sound is leveled too. */
void media_plan_level(struct media_plan *plan);

/* The size a picture is shown at, upright and with square pixels. */
void media_shown_size(const struct media_stream *s, unsigned *width,
		      unsigned *height);

/* Seconds after which a conversion of so long a video is given up. */
unsigned media_time_limit(double seconds, uint64_t bytes);

#endif
