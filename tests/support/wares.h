/* Payloads made in memory, of any shape: what a cargo is read and written
 * against. */
#ifndef TESTS_SUPPORT_WARES_H
#define TESTS_SUPPORT_WARES_H

#include <string.h>

#include "node/torrentfile.h"
#include "node/torrentmaker.h"
#include "tests/support/check.h"

/* Repeatable numbers. */
static inline uint32_t wares_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

struct ware {
	const char *path; /* in the folder; NULL for the only file */
	uint64_t size;
};

struct wares {
	struct torrentfile *tf;
	uint8_t *data; /* all files, one behind the other */
	size_t starts[METAINFO_FILES_MAX];
};

/* A payload `name` of `files` (in order), its bytes by `seed`. */
static inline void wares_make(struct wares *w, const char *name, bool folder,
			      const struct ware *files, size_t count,
			      uint32_t piece_length, uint64_t seed)
{
	struct torrentmaker *m = torrentmaker_new(name, folder, piece_length);
	struct buf torrent = BUF_INIT;
	struct err err = ERR_INIT;
	uint64_t total = 0, at = 0;
	uint8_t btmh[32];

	for (size_t i = 0; i < count; i++)
		total += files[i].size;
	w->data = malloc(total);
	CHECK(m != NULL && w->data != NULL);
	for (uint64_t i = 0; i < total; i += 4) {
		uint32_t word = wares_random(&seed);

		memcpy(w->data + i, &word, total - i < 4 ? total - i : 4);
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t done = 0;

		w->starts[i] = (size_t)at;
		CHECK(torrentmaker_file(m, files[i].path, files[i].size) ==
		      STATUS_OK);
		while (done < files[i].size) {
			size_t room;
			uint8_t *block = torrentmaker_room(m, &room);

			if (room > files[i].size - done)
				room = (size_t)(files[i].size - done);
			memcpy(block, w->data + at + done, room);
			CHECK(torrentmaker_add(m, room) == STATUS_OK);
			done += room;
		}
		at += files[i].size;
	}
	CHECK(torrentmaker_finish(m, &torrent, btmh) == STATUS_OK);
	torrentmaker_free(m);
	CHECK(torrentfile_open_bytes(&w->tf, buf_bytes(&torrent), btmh,
				     &err) == STATUS_OK);
	buf_release(&torrent);
}

/* A random shape: one file or many, empty ones among them, pieces of
 * 16 KiB to 256 KiB. */
static inline void wares_make_any(struct wares *w, uint64_t seed)
{
	enum { FILES_MAX = 40 };
	static char paths[FILES_MAX][32];
	struct ware files[FILES_MAX];
	uint32_t piece_length = 16384u << wares_random(&seed) % 5;
	bool folder = wares_random(&seed) % 4 != 0;
	size_t count = folder ? 1 + wares_random(&seed) % FILES_MAX : 1;

	for (size_t i = 0; i < count; i++) {
		uint32_t kind = wares_random(&seed) % 8;
		uint32_t any = wares_random(&seed);

		/* Zeros in front keep them in order. */
		(void)sprintf(paths[i], i % 3 == 2 ? "%02zu/片段" : "%02zu.mp4",
			      i);
		files[i].path = folder ? paths[i] : NULL;
		files[i].size = kind == 0 ? 0 :
				kind == 1 ? piece_length :
				kind < 6  ? any % 9000 :
					    any % (6 * piece_length);
		if (i == 0)
			files[i].size += 1;
	}
	wares_make(w, folder ? "课" : "课.mp4", folder, files, count,
		   piece_length, seed);
}

static inline const uint8_t *wares_piece(const struct wares *w, uint32_t piece)
{
	struct metainfo_piece at = metainfo_piece(&w->tf->mi, piece);

	return w->data + w->starts[at.file] + at.offset;
}

/* As pump.read, with the wares as `from`. */
static inline enum status wares_read(void *wares, uint32_t piece,
				     uint8_t *data, struct err *err)
{
	const struct wares *w = wares;

	(void)err;
	memcpy(data, wares_piece(w, piece),
	       metainfo_piece(&w->tf->mi, piece).length);
	return STATUS_OK;
}

static inline void wares_release(struct wares *w)
{
	torrentfile_free(w->tf);
	free(w->data);
}

#endif
