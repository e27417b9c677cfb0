#include "node/media.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/child.h"
#include "node/media_inside.h"
#include "proto/text.h"

const char *media_program(const char *given, const char *usual)
{
	return given == NULL ? usual : given;
}

enum status media_url(const char *path, char url[static MEDIA_URL_MAX],
		      struct err *err)
{
	int size = snprintf(url, MEDIA_URL_MAX, "file:%s", path);

	if (size < 0 || size >= MEDIA_URL_MAX)
		return err_set(err, STATUS_USAGE, "the path is too long");
	return STATUS_OK;
}

/* The last line that says something, without the address of who says it
 * ("[mov,mp4 @ 0x55d0] moov atom not found"). */
static void last_line(const struct buf *errors, char out[static 160])
{
	const char *text = buf_string(errors), *end = text + strlen(text),
		   *line, *close;
	size_t size;

	while (end > text && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	line = end;
	while (line > text && line[-1] != '\n' && line[-1] != '\r')
		line--;
	close = memchr(line, ']', (size_t)(end - line));
	if (line[0] == '[' && close != NULL && close + 2 < end)
		line = close + 2;
	size = (size_t)(end - line) < 159 ? (size_t)(end - line) : 159;
	memcpy(out, line, size);
	out[size] = 0;
	if (!text_is_plain(bytes_of(out)))
		out[text_cut(out, size)] = 0;
	if (!text_is_plain(bytes_of(out)))
		out[0] = 0;
}

enum status media_run(struct child_options *run, struct buf *output,
		      struct err *err)
{
	struct buf errors = BUF_INIT;
	enum status status;
	char said[160];

	if (run->errors == NULL)
		run->errors = &errors;
	run->behind_others = true;
	run->memory_max = MEDIA_MEMORY_MAX;
	status = child_run(run, output, err);
	if (status == STATUS_MALFORMED) {
		last_line(run->errors, said);
		if (said[0] != 0)
			(void)err_set(err, status, "%s says: %s",
				      run->argv[0], said);
	}
	buf_release(&errors);
	return status;
}

void media_info_of(const struct media_facts *facts, struct media_info *info)
{
	const struct media_stream *video = media_facts_main(
		facts, MEDIA_STREAM_VIDEO);

	*info = (struct media_info){
		.video = video != NULL,
		.audio = media_facts_count(facts, MEDIA_STREAM_AUDIO) > 0,
		.seconds = facts->seconds,
		.width = video == NULL ? 0 : video->width,
		.height = video == NULL ? 0 : video->height
	};
}

enum status media_look(const struct media_tools *tools, const char *path,
		       struct media_facts *facts, struct err *err)
{
	char url[MEDIA_URL_MAX];
	const char *argv[] = { media_program(tools->ffprobe, "ffprobe"),
			       "-v", "error", MEDIA_INPUT, "-of", "json",
			       "-show_entries", media_facts_entries, url,
			       NULL };
	struct child_options run = {
		.argv = argv,
		.timeout_s = tools->timeout_s == 0 ? 60 : tools->timeout_s,
		.output_max = 256 * 1024,
		.cancel = tools->cancel
	};
	struct buf output = BUF_INIT;
	enum status status = media_url(path, url, err);

	if (status == STATUS_OK)
		status = media_run(&run, &output, err);
	if (status == STATUS_OK)
		status = media_facts_read(buf_bytes(&output), facts, err);
	buf_release(&output);
	return status;
}

enum status media_probe(const struct media_tools *tools, const char *path,
			struct media_info *info, struct err *err)
{
	struct media_facts facts;
	enum status status = media_look(tools, path, &facts, err);

	if (status == STATUS_OK)
		media_info_of(&facts, info);
	return status;
}

/* One frame at `second` as JPEG, at most `width` wide. */
static enum status take_frame(const struct media_tools *tools, const char *url,
			      double second, unsigned width, unsigned quality,
			      struct buf *jpeg, struct err *err)
{
	char at[32], scale[64], q[16];
	const char *argv[] = {
		media_program(tools->ffmpeg, "ffmpeg"),
		"-v", "error", "-nostdin",
		MEDIA_INPUT,
		"-ss", at,
		"-i", url,
		"-map", "0:V:0", "-frames:v", "1",
		"-vf", scale, "-pix_fmt", "yuvj420p",
		"-c:v", "mjpeg", "-q:v", q,
		"-f", "image2pipe", "pipe:1", NULL
	};
	struct child_options run = {
		.argv = argv,
		.timeout_s = tools->timeout_s == 0 ? 60 : tools->timeout_s,
		.output_max = 4 << 20,
		.cancel = tools->cancel
	};

	(void)snprintf(at, sizeof(at), "%.3f", second);
	(void)snprintf(scale, sizeof(scale), "scale='min(%u,iw)':-2", width);
	(void)snprintf(q, sizeof(q), "%u", quality);
	return media_run(&run, jpeg, err);
}

enum status media_poster(const struct media_tools *tools, const char *path,
			 const struct media_info *info, struct buf *jpeg,
			 struct err *err)
{
	static const struct {
		unsigned width, quality;
	} tries[] = { { 640, 4 }, { 640, 8 }, { 480, 10 }, { 320, 12 },
		      { 160, 20 } };
	double second = info->seconds / 10;
	char url[MEDIA_URL_MAX];
	struct buf frame = BUF_INIT;
	enum status status = media_url(path, url, err);

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries) &&
			   status == STATUS_OK;
	     i++) {
		buf_clear(&frame);
		status = take_frame(tools, url, second, tries[i].width,
				    tries[i].quality, &frame, err);
		/* Nothing there so far in: take the very first. */
		if (second > 0 && frame.size == 0 &&
		    (status == STATUS_OK || status == STATUS_MALFORMED)) {
			second = 0;
			status = take_frame(tools, url, 0, tries[i].width,
					    tries[i].quality, &frame, err);
		}
		if (status != STATUS_OK || frame.size == 0)
			break;
		if (frame.size > MEDIA_POSTER_MAX)
			continue;
		buf_put_bytes(jpeg, buf_bytes(&frame));
		buf_release(&frame);
		return buf_status(jpeg) == STATUS_OK ?
			       STATUS_OK :
			       err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	buf_release(&frame);
	return status != STATUS_OK ?
		       status :
		       err_set(err, STATUS_MALFORMED, "no picture to be had");
}

static uint64_t big_endian(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | at[i];
	return value;
}

enum media_layout media_layout(int fd)
{
	enum { BOXES_MAX = 200000 }; /* long ones in pieces have many */
	bool index = false, samples = false;
	enum media_layout layout = MEDIA_OTHER;
	off_t end = lseek(fd, 0, SEEK_END);
	uint64_t at = 0;

	for (int i = 0; i < BOXES_MAX && (off_t)at < end; i++) {
		uint64_t left = (uint64_t)end - at, size;
		uint8_t head[16];
		ssize_t n = pread(fd, head, sizeof(head), (off_t)at);

		if (n < 8)
			return MEDIA_OTHER;
		size = big_endian(head, 4);
		if (size == 0)
			size = left;
		else if (size == 1)
			size = n < 16 ? 0 : big_endian(head + 8, 8);
		if (size < 8 || size > left)
			return index && size > left ? MEDIA_CUT : MEDIA_OTHER;
		if (memcmp(head + 4, "moov", 4) == 0)
			index = true;
		if (memcmp(head + 4, "mdat", 4) == 0)
			samples = true;
		if (index && samples && layout == MEDIA_OTHER)
			layout = memcmp(head + 4, "moov", 4) == 0 ?
					 MEDIA_INDEX_LAST :
					 MEDIA_INDEX_FIRST;
		at += size;
	}
	return (off_t)at == end ? layout : MEDIA_OTHER;
}

/* QuickTime's own brand, or none at all (older than brands). */
static bool is_quicktime(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t head[12];
	bool quicktime = false;

	if (fd < 0)
		return false;
	if (pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head))
		quicktime = memcmp(head + 4, "ftyp", 4) != 0 ||
			    memcmp(head + 8, "qt  ", 4) == 0;
	(void)close(fd);
	return quicktime;
}

static bool has_index_first(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool first = fd >= 0 && media_layout(fd) == MEDIA_INDEX_FIRST;

	if (fd >= 0)
		(void)close(fd);
	return first;
}

enum status media_faststart(const struct media_tools *tools, const char *from,
			    const char *to, struct err *err)
{
	char in[MEDIA_URL_MAX], out[MEDIA_URL_MAX];
	const char *argv[] = {
		media_program(tools->ffmpeg, "ffmpeg"),
		"-v", "error", "-nostdin", "-n",
		"-protocol_whitelist", "file,pipe",
		"-format_whitelist", "mov",
		"-i", in,
		"-map", "0", "-c", "copy", "-map_metadata", "0",
		"-movflags", "+faststart",
		"-f", is_quicktime(from) ? "mov" : "mp4", out, NULL
	};
	struct child_options run = {
		.argv = argv,
		.timeout_s = tools->timeout_s == 0 ? 3600 : tools->timeout_s,
		.output_max = 64 * 1024,
		.cancel = tools->cancel
	};
	struct buf output = BUF_INIT;
	enum status status = media_url(from, in, err);

	if (status == STATUS_OK)
		status = media_url(to, out, err);
	if (status == STATUS_OK && access(to, F_OK) == 0)
		return err_set(err, STATUS_EXISTS, "%s is there already", to);
	if (status == STATUS_OK)
		status = media_run(&run, &output, err);
	buf_release(&output);
	if (status == STATUS_OK && !has_index_first(to))
		status = err_set(err, STATUS_MALFORMED,
				 "the index did not move to the front");
	if (status != STATUS_OK)
		(void)unlink(to);
	return status;
}
