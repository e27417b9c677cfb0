#include "node/media.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/child.h"

/* Containers that hold what is played. Left out on purpose: playlists, which
 * open other files, and readers that take any text for a moving picture. */
#define CONTAINERS                                                           \
	"mov,matroska,webm,avi,flv,mpeg,mpegts,mpegvideo,asf,rm,ogg,mp3,aac," \
	"flac,wav,w64,amr,ape,ac3,dts,aiff,caf,wv,tta,dv,mxf,gxf,nut,swf,"    \
	"h264,hevc,m4v"

enum { PATH_TEXT = 4096 + 8 };

static const char *or_usual(const char *program, const char *usual)
{
	return program == NULL ? usual : program;
}

/* "file:PATH", which no dash or colon in the path can make something else. */
static enum status file_url(const char *path, char url[static PATH_TEXT],
			    struct err *err)
{
	int size = snprintf(url, PATH_TEXT, "file:%s", path);

	if (size < 0 || size >= PATH_TEXT)
		return err_set(err, STATUS_USAGE, "the path is too long");
	return STATUS_OK;
}

static void read_stream(json_t *stream, struct media_info *info)
{
	const char *type = json_string_value(json_object_get(stream,
							     "codec_type"));
	json_t *disposition = json_object_get(stream, "disposition");
	json_t *cover = json_object_get(disposition, "attached_pic");

	if (type == NULL)
		return;
	if (strcmp(type, "audio") == 0)
		info->audio = true;
	if (strcmp(type, "video") != 0 || json_integer_value(cover) != 0 ||
	    info->video)
		return;
	info->video = true;
	info->width = (unsigned)json_integer_value(json_object_get(stream,
								   "width"));
	info->height = (unsigned)json_integer_value(json_object_get(stream,
								    "height"));
}

enum status media_read(struct bytes text, struct media_info *info,
		       struct err *err)
{
	json_t *all = json_loadb((const char *)text.data, text.size, 0, NULL);
	struct media_info found = { .seconds = 0 };
	const char *seconds;
	json_t *stream;
	size_t i;

	json_array_foreach(json_object_get(all, "streams"), i, stream)
		read_stream(stream, &found);
	seconds = json_string_value(json_object_get(
		json_object_get(all, "format"), "duration"));
	if (seconds != NULL)
		found.seconds = strtod(seconds, NULL);
	json_decref(all);
	if (!(found.seconds > 0 && found.seconds < 1e7))
		found.seconds = 0;
	if (!found.video && !found.audio)
		return err_set(err, STATUS_MALFORMED,
			       "neither video nor sound in it");
	*info = found;
	return STATUS_OK;
}

enum status media_probe(const struct media_tools *tools, const char *path,
			struct media_info *info, struct err *err)
{
	char url[PATH_TEXT];
	const char *argv[] = {
		or_usual(tools->ffprobe, "ffprobe"),
		"-v", "error",
		"-protocol_whitelist", "file",
		"-format_whitelist", CONTAINERS,
		"-of", "json",
		"-show_entries",
		"format=duration:stream=codec_type,width,height:"
		"stream_disposition=attached_pic",
		url, NULL
	};
	struct child_options run = {
		.argv = argv,
		.timeout_s = tools->timeout_s == 0 ? 60 : tools->timeout_s,
		.output_max = 256 * 1024,
		.cancel = tools->cancel
	};
	struct buf output = BUF_INIT;
	enum status status = file_url(path, url, err);

	if (status == STATUS_OK)
		status = child_run(&run, &output, err);
	if (status == STATUS_OK)
		status = media_read(buf_bytes(&output), info, err);
	buf_release(&output);
	return status;
}

/* One frame at `second` as JPEG, at most `width` wide. */
static enum status take_frame(const struct media_tools *tools, const char *url,
			      double second, unsigned width, unsigned quality,
			      struct buf *jpeg, struct err *err)
{
	char at[32], scale[64], q[16];
	const char *argv[] = {
		or_usual(tools->ffmpeg, "ffmpeg"),
		"-v", "error", "-nostdin",
		"-protocol_whitelist", "file",
		"-format_whitelist", CONTAINERS,
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
	return child_run(&run, jpeg, err);
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
	char url[PATH_TEXT];
	struct buf frame = BUF_INIT;
	enum status status = file_url(path, url, err);

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
	enum { BOXES_MAX = 1000 };
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
			return MEDIA_OTHER;
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
	char in[PATH_TEXT], out[PATH_TEXT];
	const char *argv[] = {
		or_usual(tools->ffmpeg, "ffmpeg"),
		"-v", "error", "-nostdin", "-n",
		"-protocol_whitelist", "file",
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
	enum status status = file_url(from, in, err);

	if (status == STATUS_OK)
		status = file_url(to, out, err);
	if (status == STATUS_OK && access(to, F_OK) == 0)
		return err_set(err, STATUS_EXISTS, "%s is there already", to);
	if (status == STATUS_OK)
		status = child_run(&run, &output, err);
	buf_release(&output);
	if (status == STATUS_OK && !has_index_first(to))
		status = err_set(err, STATUS_MALFORMED,
				 "the index did not move to the front");
	if (status != STATUS_OK)
		(void)unlink(to);
	return status;
}
