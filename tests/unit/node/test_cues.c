#include "node/cues.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "catalog/charset.h"
#include "node/durable.h"
#include "tests/support/check.h"

#define GOLDEN TESTS_DIR "/golden/subtitles"

static struct buf read_file(const char *path)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(durable_read(path, 1 << 20, &b, &err) == STATUS_OK);
	return b;
}

/* With XIANGTU_GOLDEN set what is written is kept, to be looked at. */
static void same_as(const struct buf *made, const char *path)
{
	struct buf golden = BUF_INIT;
	struct err err = ERR_INIT;

	if (getenv("XIANGTU_GOLDEN") != NULL)
		CHECK(durable_write(path, buf_bytes(made), 0644, &err) ==
		      STATUS_OK);
	golden = read_file(path);
	if (!bytes_equal(buf_bytes(made), buf_bytes(&golden))) {
		fprintf(stderr, "not what %s says:\n%s\n", path,
			buf_string(made));
		abort();
	}
	buf_release(&golden);
}

/* "gbk.in.srt" is to become "gbk.srt.vtt" and "gbk.srt.srt". */
static void convert(const char *name)
{
	const char *in = strstr(name, ".in.");
	char path[500];
	struct buf raw, text = BUF_INIT, out = BUF_INIT;
	struct cues cues = CUES_INIT;
	struct err err = ERR_INIT;
	enum cue_format format;

	(void)snprintf(path, sizeof(path), GOLDEN "/%s", name);
	raw = read_file(path);
	CHECK(charset_to_utf8(buf_bytes(&raw), &text, NULL, &err) ==
	      STATUS_OK);
	CHECK(cues_read(buf_bytes(&text), &cues, &format, &err) ==
	      STATUS_OK);
	cues_write_vtt(&cues, &out);
	(void)snprintf(path, sizeof(path), GOLDEN "/%.*s.%s.vtt",
		       (int)(in - name), name, in + 4);
	same_as(&out, path);
	buf_clear(&out);
	cues_write_srt(&cues, &out);
	(void)snprintf(path, sizeof(path), GOLDEN "/%.*s.%s.srt",
		       (int)(in - name), name, in + 4);
	same_as(&out, path);
	buf_release(&raw);
	buf_release(&text);
	buf_release(&out);
	cues_release(&cues);
}

static void subtitles_of_all_kinds_become_what_they_became_before(void)
{
	DIR *list = opendir(GOLDEN);
	struct dirent *entry;
	unsigned count = 0;

	CHECK(list != NULL);
	while ((entry = readdir(list)) != NULL)
		if (strstr(entry->d_name, ".in.") != NULL) {
			convert(entry->d_name);
			count++;
		}
	CHECK(closedir(list) == 0);
	CHECK(count == 7);
}

static enum status read_text(const char *text, struct cues *cues,
			     enum cue_format *format)
{
	struct err err = ERR_INIT;

	*cues = (struct cues)CUES_INIT;
	return cues_read(bytes_of(text), cues, format, &err);
}

static void what_has_no_subtitle_is_refused(void)
{
	static const char *const bad[] = {
		"", "\n\n", "a text about goats\nin two lines\n",
		"1\n00:00:01,000 -> 00:00:02,000\nno\n",
		"1\n00:00:01,000 --> 00:00:01,000\nno time\n",
		"1\n00:61:01,000 --> 00:62:01,000\nno time\n",
		"1\n100:00:01,000 --> 100:00:02,000\ntoo late\n",
		"1\n00:00:01,000 --> 00:00:02,000x\nbad end\n",
		"1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i></i>\n",
		"WEBVTT\n\nNOTE\n00:01.000 --> 00:02.000\nno\n",
		"[Script Info]\n\nDialogue: 0,0:00:01.00,0:00:02.00,a,b,0,0,"
		"0,,not in events\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct cues cues;
		enum cue_format format;

		if (read_text(bad[i], &cues, &format) != STATUS_MALFORMED) {
			fprintf(stderr, "taken: %s\n", bad[i]);
			abort();
		}
		cues_release(&cues);
	}
}

static void too_many_are_refused_and_too_long_ones_cut(void)
{
	struct buf text = BUF_INIT;
	struct cues cues = CUES_INIT;
	struct err err = ERR_INIT;
	enum cue_format format;

	for (unsigned i = 0; i <= CUES_MAX; i++)
		buf_printf(&text, "%02u:%02u:%02u,000 --> 99:00:00,000\nx\n\n",
			   i / 3600, i / 60 % 60, i % 60);
	CHECK(cues_read(buf_bytes(&text), &cues, &format, &err) ==
	      STATUS_NO_ROOM);
	cues_release(&cues);
	buf_clear(&text);
	buf_puts(&text, "00:00:01,000 --> 00:00:02,000\nshort\n");
	for (unsigned i = 0; i < CUE_TEXT_MAX; i++)
		buf_puts(&text, "long");
	CHECK(cues_read(buf_bytes(&text), &cues, &format, &err) ==
	      STATUS_OK);
	CHECK(cues.count == 1 && cues.list[0].size == 5);
	cues_release(&cues);
	buf_release(&text);
}

int main(void)
{
	subtitles_of_all_kinds_become_what_they_became_before();
	what_has_no_subtitle_is_refused();
	too_many_are_refused_and_too_long_ones_cut();
	return 0;
}
