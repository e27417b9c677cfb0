/* Finding lessons by what people type.
 *
 * Text is folded (NFKC, case) and cut into tokens: every Chinese, Japanese or
 * Korean character by itself, runs of other letters and digits as words. A
 * phrase of one-character tokens then finds any substring of a title, one
 * character as well as ten. What is typed is split at spaces into terms that
 * must all be found; a term finds
 *
 *   - its tokens in a row, in title, series, topic or summary, the last word
 *     by its beginning ("tila" finds Tilapia);
 *   - when it is letters and digits only, also any run of the initials ("ys"
 *     finds 黑山羊);
 *   - when it holds a '/', also all lessons at or below that topic.
 *
 * Nothing typed reaches the search engine's own syntax. */
#ifndef CATALOG_SEARCH_H
#define CATALOG_SEARCH_H

#include "catalog/catalog.h"
#include "catalog/lesson.h"

enum { SEARCH_TERMS_MAX = 8, SEARCH_TEXT_MAX = 400 /* bytes looked at */ };

/* Append the tokens of `text`, lower case, one space after each. Bytes that
 * are not UTF-8 separate. STATUS_OK or STATUS_NO_MEMORY. */
enum status search_tokens(const char *text, struct buf *out);

/* What was typed, made ready for the search engine. */
struct search {
	struct buf all;   /* what fits a lesson somewhere; "" when no term is */
	struct buf title; /* what fits its title or initials */
	/* Terms with '/': each needs its topic, or its tokens. */
	size_t path_count;
	struct {
		char topic[TOPIC_MAX + 1];
		struct buf tokens; /* "" when it has none */
	} paths[SEARCH_TERMS_MAX];
};

/*
 * Read what was typed; terms beyond SEARCH_TERMS_MAX and bytes beyond
 * SEARCH_TEXT_MAX are not looked at. Release it with search_release() whatever
 * is returned: STATUS_OK; STATUS_NOT_FOUND when there is nothing to look for
 * (punctuation alone finds nothing); STATUS_NO_MEMORY.
 */
enum status search_read(const char *text, struct search *out);
void search_release(struct search *search);

/*
 * Bring the search index closer to the logs: at most `max_entries` entries,
 * in one derived transaction. It follows the logs, not the trust: what was
 * refused or replaced is found by nobody because no lesson has its number.
 * `*did` is 0 when all is done.
 */
enum status search_step(struct catalog *c, unsigned max_entries, unsigned *did,
			struct err *err);

/*
 * Steps leave the index in as many parts as there were steps; once too many
 * lie there, the next step, be it of one entry, puts them all together. Do
 * some of that work now, about SEARCH_TIDY_PAGES pages of it, in one derived
 * transaction. Call it after search_step() has done all there is, until
 * `*did` is false.
 */
enum { SEARCH_TIDY_PAGES = 128 };
enum status search_tidy(struct catalog *c, bool *did, struct err *err);

/* How many entries search does not know yet. */
enum status search_behind(struct catalog *c, uint64_t *entries,
			  struct err *err);

#endif
