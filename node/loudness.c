#include "node/loudness.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most the filter takes. */
#define RANGE_MAX 20.0
#define RANGE_USUAL 11.0

static bool take(const json_t *all, const char *key, double low, double high,
		 double *out)
{
	const char *text = json_string_value(json_object_get(all, key));
	char *end;
	double value;

	if (text == NULL)
		return false;
	value = strtod(text, &end);
	if (end == text || *end != 0 || !isfinite(value) || value < low ||
	    value > high)
		return false;
	*out = value;
	return true;
}

/* Where the last "{" stands. */
static const uint8_t *last_brace(struct bytes text)
{
	for (size_t i = text.size; i > 0; i--)
		if (text.data[i - 1] == '{')
			return text.data + i - 1;
	return NULL;
}

enum status loudness_read(struct bytes text, struct loudness *out)
{
	const uint8_t *from = last_brace(text);
	struct loudness l;
	json_t *all;
	bool good;

	if (from == NULL)
		return STATUS_MALFORMED;
	all = json_loadb((const char *)from,
			 text.size - (size_t)(from - text.data),
			 JSON_DISABLE_EOF_CHECK, NULL);
	good = take(all, "input_i", -99, 99, &l.loud) &&
	       take(all, "input_tp", -99, 99, &l.peak) &&
	       take(all, "input_lra", 0, 99, &l.range) &&
	       take(all, "input_thresh", -99, 0, &l.threshold) &&
	       take(all, "target_offset", -99, 99, &l.offset);
	json_decref(all);
	if (good)
		*out = l;
	return good ? STATUS_OK : STATUS_MALFORMED;
}

bool loudness_wants_level(const struct loudness *l)
{
	if (l->loud <= -60)
		return false; /* a hum is no speech */
	return l->loud < LOUDNESS_LOW || l->loud > LOUDNESS_HIGH;
}

void loudness_measure_filter(char out[static LOUDNESS_FILTER_MAX])
{
	(void)snprintf(out, LOUDNESS_FILTER_MAX,
		       "loudnorm=I=%.1f:TP=%.1f:LRA=%.1f:print_format=json",
		       LOUDNESS_TARGET, LOUDNESS_PEAK, RANGE_USUAL);
}

void loudness_level_filter(const struct loudness *l,
			   char out[static LOUDNESS_FILTER_MAX])
{
	double range = l->range < RANGE_USUAL ? RANGE_USUAL : l->range;

	range = range > RANGE_MAX ? RANGE_MAX : range;
	/* Its range is kept: then one gain does for all of it, unless that
	 * would push a peak beyond what there is. */
	(void)snprintf(out, LOUDNESS_FILTER_MAX,
		       "loudnorm=I=%.1f:TP=%.1f:LRA=%.2f:measured_I=%.2f:"
		       "measured_TP=%.2f:measured_LRA=%.2f:"
		       "measured_thresh=%.2f:offset=%.2f:linear=true",
		       LOUDNESS_TARGET, LOUDNESS_PEAK, range, l->loud, l->peak,
		       l->range, l->threshold, l->offset);
}
