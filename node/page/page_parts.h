/* The files of a lesson as the pages show them (docs/formats-page.md, "A
 * part"): what each is, where it is read, which film a subtitle belongs to.
 *
 * Pure. */
#ifndef NODE_PAGE_PAGE_PARTS_H
#define NODE_PAGE_PAGE_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/metainfo.h"

struct page_part {
	const char *path; /* below `base` */
	uint64_t bytes;
	const char *base; /* of its URL: "/payload/<btmh>/" */
	double available; /* 0 to 1 */
	bool on_drive;
};

/* "video", "audio", "subtitle", "document", "picture" or "other": by the
 * ending of the name. Static. */
const char *page_kind_of(const char *name);

/* One part; a new reference, NULL when out of memory. */
json_t *page_part_json(const struct page_part *part);

/* Say of each subtitle in a list of parts which film it belongs to (the one
 * whose name it has, up to the ending) and in which language: "羊.zh.srt" is
 * of "羊.mp4". */
void page_parts_link(json_t *parts);

/* All of a payload. `have` is its have-map, or NULL where nothing is here;
 * `held`: everything is. */
json_t *page_parts_json(const struct metainfo *mi, const uint8_t btmh[static 32],
			const uint8_t *have, bool held, bool on_drive);

#endif
