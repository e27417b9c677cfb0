/* Films made by ffmpeg, prepared as an office does, and looked at as they are
 * stored. For tests of one file each: all of it is that file's own. */
#ifndef TESTS_SUPPORT_FITTING_H
#define TESTS_SUPPORT_FITTING_H

#include <dirent.h>

#include "node/durable.h"
#include "node/media_plan.h"
#include "node/payload.h"
#include "node/prepare.h"
#include "proto/encoding.h"
#include "tests/support/programs.h"
#include "tests/support/scratch.h"

static struct scratch scratch;
static struct prepare_options options;
static struct prepared out;
static struct err err;
static struct buf said; /* "file what detail\n" for each thing told */

MAYBE_UNUSED static void told(void *owner, const struct prepare_check *check)
{
	(void)owner;
	CHECK(prepare_what_text(check->what)[0] != 0);
	buf_printf(&said, "%s %s%s%s\n", check->file,
		   prepare_what_name(check->what),
		   check->detail[0] == 0 ? "" : " ", check->detail);
}

MAYBE_UNUSED static void set_up(void)
{
	static char payload[128], torrent[128], blob[128], work[128];

	scratch_init(&scratch);
	strcpy(payload, scratch_folder(&scratch, "payload"));
	strcpy(torrent, scratch_folder(&scratch, "torrent"));
	strcpy(blob, scratch_folder(&scratch, "blob"));
	strcpy(work, scratch_path(&scratch, "work"));
	options = (struct prepare_options){ .payload_dir = payload,
					    .torrent_dir = torrent,
					    .blob_dir = blob,
					    .work_dir = work,
					    .told = told };
}

/* One second of bars, and of a tone as loud as `volume`. */
MAYBE_UNUSED static void make(const char *name, const char *size,
			      const char *volume, const char *video,
			      const char *sound, const char *format)
{
	char source[100], filter[100];
	const char *argv[] = { "ffmpeg", "-v", "error", "-nostdin", "-y",
			       "-f", "lavfi", "-i", source, "-f", "lavfi",
			       "-i", "sine=duration=1:sample_rate=44100",
			       "-af", filter, "-c:v", video, "-pix_fmt",
			       "yuv420p", "-c:a", sound, "-f", format,
			       scratch_path(&scratch, name), NULL };

	(void)snprintf(source, sizeof(source),
		       "testsrc=duration=1:size=%s:rate=10", size);
	(void)snprintf(filter, sizeof(filter), "volume=%s", volume);
	CHECK(run(argv));
}

MAYBE_UNUSED static enum status prepare(const char *name)
{
	options.source = scratch_path(&scratch, name);
	err = (struct err)ERR_INIT;
	buf_clear(&said);
	return prepare_payload(&options, &out, &err);
}

MAYBE_UNUSED static void must_prepare(const char *name)
{
	if (prepare(name) != STATUS_OK) {
		fprintf(stderr, "%s: %s\n", name, err.text);
		abort();
	}
}

MAYBE_UNUSED static void must_say(const char *text)
{
	if (strcmp(buf_string(&said), text) != 0) {
		fprintf(stderr, "said:\n%s", buf_string(&said));
		abort();
	}
}

/* "<payload>/<name>" of what was prepared last. */
MAYBE_UNUSED static const char *stored(const char *name)
{
	static char path[512];
	char hex[65];

	hex_encode((struct bytes){ out.btmh, 32 }, hex);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", options.payload_dir,
		       hex, name);
	return path;
}

MAYBE_UNUSED static bool is_there(const char *name)
{
	return access(stored(name), R_OK) == 0;
}

/* It is what a browser plays, and begins to before its last byte is here. */
MAYBE_UNUSED static void plays(const char *name, unsigned height)
{
	static const struct media_tools usual = { .timeout_s = 0 };
	struct media_facts facts;
	struct media_plan plan;
	int fd = open(stored(name), O_RDONLY);

	CHECK(fd >= 0);
	CHECK(media_look(&usual, stored(name), &facts, &err) == STATUS_OK);
	media_decide(&facts, media_layout(fd), 0, &plan);
	CHECK(plan.verdict == MEDIA_PLAYS && plan.sound >= 0);
	CHECK(facts.streams[plan.video].height == height);
	CHECK(close(fd) == 0);
}

MAYBE_UNUSED static size_t count_entries(const char *path)
{
	DIR *list = opendir(path);
	size_t count = 0;

	if (list == NULL)
		return 0;
	while (readdir(list) != NULL)
		count++;
	closedir(list);
	return count - 2;
}

MAYBE_UNUSED static void tear_down(void)
{
	buf_release(&said);
	scratch_release(&scratch);
}

#endif
