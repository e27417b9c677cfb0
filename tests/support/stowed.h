/* Wares put on a drive, and what is there looked at. */
#ifndef TESTS_SUPPORT_STOWED_H
#define TESTS_SUPPORT_STOWED_H

#include "node/drive/cargo.h"
#include "node/drive/pump.h"
#include "tests/support/wares.h"

#define STOWED_FOLDER "乡土课件/产业/养殖/黑山羊"

/* The usual options. */
static inline struct stow_options stowed_options(const struct wares *w,
						 struct mount *m)
{
	return (struct stow_options){
		.m = m,
		.btmh = w->tf->btmh,
		.mi = &w->tf->mi,
		.topic = "产业/养殖",
		.title = "黑山羊",
		.mark = "k3f9w2aa",
	};
}

/* Put it there, from where an earlier one ended. `*written` (may be NULL):
 * pieces that were not there already. */
static inline enum status stowed_put(struct wares *w,
				     const struct stow_options *options,
				     uint32_t *written, struct err *err)
{
	uint32_t pieces = w->tf->mi.pieces;
	uint8_t *have = calloc(2, havemap_size(pieces));
	uint8_t *want = have + havemap_size(pieces);
	struct pump_result result = { 0 };
	struct stowing *s = NULL;
	enum status status;
	struct pump pump = {
		.mi = &w->tf->mi,
		.want = want,
		.read = wares_read,
		.from = w,
		.write = stow_write,
	};

	CHECK(have != NULL);
	status = stow_open(&s, options, err);
	if (status == STATUS_OK)
		status = stow_have(s, have, err);
	for (uint32_t i = 0; i < pieces; i++)
		if (!havemap_has(have, i))
			havemap_set(want, i);
	pump.to = s;
	if (status == STATUS_OK)
		status = pump_run(&pump, have, &result, err);
	if (status == STATUS_OK)
		status = stow_finish(s, err);
	stow_free(s);
	free(have);
	if (written != NULL)
		*written = result.moved;
	return status;
}

/* Keeps nothing. */
static inline enum status stowed_drop(void *to, uint32_t piece,
				      const uint8_t *data, struct err *err)
{
	(void)to;
	(void)piece;
	(void)data;
	(void)err;
	return STATUS_OK;
}

/* Read all of it. */
static inline struct pump_result stowed_read(const struct wares *w,
					     struct cargo *c)
{
	uint32_t pieces = w->tf->mi.pieces;
	uint8_t *want = calloc(2, havemap_size(pieces));
	struct pump_result result;
	struct err err = ERR_INIT;
	const struct pump pump = {
		.mi = &w->tf->mi,
		.want = want,
		.read = cargo_read,
		.from = c,
		.write = stowed_drop,
	};

	CHECK(want != NULL);
	for (uint32_t i = 0; i < pieces; i++)
		havemap_set(want, i);
	CHECK(pump_run(&pump, want + havemap_size(pieces), &result, &err) ==
	      STATUS_OK);
	free(want);
	return result;
}

/* How many pieces of it are there and right; -1 when there is none. `*whole`
 * (may be NULL) as cargo_is_whole(). */
static inline int stowed_good(const struct wares *w, struct mount *m,
			      bool *whole)
{
	struct err err = ERR_INIT;
	struct pump_result result;
	struct cargo *c;
	enum status status;

	status = cargo_open(&c, m, w->tf->btmh, &w->tf->mi, &err);
	if (whole != NULL)
		*whole = status == STATUS_OK && cargo_is_whole(c);
	if (status == STATUS_NOT_FOUND)
		return -1;
	CHECK(status == STATUS_OK);
	result = stowed_read(w, c);
	cargo_free(c);
	return (int)result.moved;
}

#endif
