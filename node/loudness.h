/* How loud a lesson is, by EBU R128, and whether to level it: next to one
 * another, lessons are to be neither a whisper nor a shout. Pure. */
#ifndef NODE_LOUDNESS_H
#define NODE_LOUDNESS_H

#include <stdbool.h>

#include "proto/bytes.h"

/* In LUFS. What is between the ends is left as it is. */
#define LOUDNESS_TARGET (-17.0)
#define LOUDNESS_LOW (-20.0)
#define LOUDNESS_HIGH (-14.0)
#define LOUDNESS_PEAK (-1.5) /* dBTP */

/* As ffmpeg's filter loudnorm measures it. */
struct loudness {
	double loud;	  /* LUFS; below -70 there is as good as nothing */
	double peak;	  /* dBTP */
	double range;	  /* LU */
	double threshold; /* LUFS */
	double offset;	  /* LU */
};

/* What loudnorm printed at the end of `text`. STATUS_MALFORMED when there is
 * none, or no numbers (a silent track has none). */
enum status loudness_read(struct bytes text, struct loudness *out);

bool loudness_wants_level(const struct loudness *l);

enum { LOUDNESS_FILTER_MAX = 300 };
/* The filter of the first pass, and of the second. */
void loudness_measure_filter(char out[static LOUDNESS_FILTER_MAX]);
void loudness_level_filter(const struct loudness *l,
			   char out[static LOUDNESS_FILTER_MAX]);

#endif
