/* What ffprobe found in a file, as far as it matters for playing it. Pure:
 * JSON in, facts out; whatever the file claims is bounded here. */
#ifndef NODE_MEDIA_FACTS_H
#define NODE_MEDIA_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	MEDIA_STREAMS_MAX = 32, /* more are not looked at */
	MEDIA_SIDE_MAX = 16384,
	MEDIA_WORD_MAX = 31
};

enum media_kind {
	MEDIA_STREAM_OTHER,
	MEDIA_STREAM_VIDEO,
	MEDIA_STREAM_AUDIO,
	MEDIA_STREAM_SUBTITLE
};

struct media_stream {
	enum media_kind kind;
	unsigned index;			   /* ffmpeg's own */
	char codec[MEDIA_WORD_MAX + 1];	   /* "h264" */
	char profile[MEDIA_WORD_MAX + 1];  /* "High 10"; "" when not said */
	char pixels[MEDIA_WORD_MAX + 1];   /* "yuv420p" */
	char transfer[MEDIA_WORD_MAX + 1]; /* "smpte2084" */
	char language[MEDIA_WORD_MAX + 1]; /* "chi" */
	int level;			   /* 41; 0 when not said */
	unsigned width, height;
	unsigned wide, high; /* shape of a pixel; 1:1 when not said */
	int rotation;	     /* 0, 90, 180 or 270 */
	unsigned channels;
	double fps; /* on average; 0 when not said */
	bool interlaced;
	bool cover; /* a picture that comes along, no moving one */
	bool is_default;
};

struct media_facts {
	char container[64]; /* "mov,mp4,m4a,3gp,3g2,mj2" */
	char brand[5];	    /* of an MP4 or MOV: "isom", "qt  " */
	double seconds;	    /* 0 when unknown */
	unsigned count;
	struct media_stream streams[MEDIA_STREAMS_MAX];
};

/* What media_facts_read() wants of ffprobe, for -show_entries. */
extern const char media_facts_entries[];

/* STATUS_MALFORMED when there is neither video nor sound in it; `out` is
 * then untouched. */
enum status media_facts_read(struct bytes json, struct media_facts *out,
			     struct err *err);

/* The stream a player takes: the default one of its kind, else the first;
 * NULL when there is none. A cover is no video. */
const struct media_stream *media_facts_main(const struct media_facts *facts,
					    enum media_kind kind);
/* How many of a kind, covers left out. */
unsigned media_facts_count(const struct media_facts *facts,
			   enum media_kind kind);

#endif
