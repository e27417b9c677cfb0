/* What all runs of ffmpeg and ffprobe have in common. Private to
 * node/media*.c. */
#ifndef NODE_MEDIA_INSIDE_H
#define NODE_MEDIA_INSIDE_H

#include "node/child.h"
#include "node/media.h"

/* Containers that hold what is played. Left out on purpose: playlists, which
 * open other files, and readers that take any text for a moving picture. */
#define MEDIA_CONTAINERS                                                     \
	"mov,matroska,webm,avi,flv,mpeg,mpegts,mpegvideo,asf,rm,ogg,mp3,aac," \
	"flac,wav,w64,amr,ape,ac3,dts,aiff,caf,wv,tta,dv,mxf,gxf,nut,swf,"    \
	"h264,hevc,m4v"

/* What stands before -i, whoever made the file: nothing but itself is opened
 * for it. */
#define MEDIA_INPUT                                              \
	"-protocol_whitelist", "file,pipe", "-format_whitelist", \
		MEDIA_CONTAINERS

enum { MEDIA_URL_MAX = 4096 + 8 };

/* The memory a decoder may take: 4K at 10 bits with a thread a core stays
 * well below it, a file that claims to be endless does not. */
#define MEDIA_MEMORY_MAX (UINT64_C(4) << 30)

/* "file:PATH", which no dash or colon in the path can make something else. */
enum status media_url(const char *path, char url[static MEDIA_URL_MAX],
		      struct err *err);

const char *media_program(const char *given, const char *usual);

/* child_run(); of a program that fails the last line it said stands in
 * `err`. */
enum status media_run(struct child_options *run, struct buf *output,
		      struct err *err);

#endif
