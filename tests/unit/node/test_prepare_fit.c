/* What offices have becomes what browsers and TVs play. Needs ffmpeg; says so
 * and passes without. */
#include <dirent.h>

#include "node/child.h"
#include "node/durable.h"
#include "node/media_plan.h"
#include "node/payload.h"
#include "node/prepare.h"
#include "proto/encoding.h"
#include "tests/support/scratch.h"

static struct scratch scratch;
static struct prepare_options options;
static struct prepared out;
static struct err err;
static struct buf said; /* "file what detail\n" for each thing told */

static void told(void *owner, const struct prepare_check *check)
{
	(void)owner;
	CHECK(prepare_what_text(check->what)[0] != 0);
	buf_printf(&said, "%s %s%s%s\n", check->file,
		   prepare_what_name(check->what),
		   check->detail[0] == 0 ? "" : " ", check->detail);
}

static void set_up(void)
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

static bool run(const char *const *argv)
{
	struct child_options child = { .argv = argv,
				       .timeout_s = 60,
				       .output_max = 1 << 20 };
	struct buf output = BUF_INIT;
	struct err failed = ERR_INIT;
	enum status status = child_run(&child, &output, &failed);

	buf_release(&output);
	return status == STATUS_OK;
}

/* Two seconds of bars, and of a tone as loud as `volume`. */
static void make(const char *name, const char *size, const char *volume,
		 const char *video, const char *sound, const char *format)
{
	char source[100], filter[100];
	const char *argv[] = { "ffmpeg", "-v", "error", "-nostdin", "-y",
			       "-f", "lavfi", "-i", source, "-f", "lavfi",
			       "-i", "sine=duration=2:sample_rate=44100",
			       "-af", filter, "-c:v", video, "-pix_fmt",
			       "yuv420p", "-c:a", sound, "-f", format,
			       scratch_path(&scratch, name), NULL };

	(void)snprintf(source, sizeof(source),
		       "testsrc=duration=2:size=%s:rate=10", size);
	(void)snprintf(filter, sizeof(filter), "volume=%s", volume);
	CHECK(run(argv));
}

static enum status prepare(const char *name)
{
	options.source = scratch_path(&scratch, name);
	err = (struct err)ERR_INIT;
	buf_clear(&said);
	return prepare_payload(&options, &out, &err);
}

static void must_prepare(const char *name)
{
	if (prepare(name) != STATUS_OK) {
		fprintf(stderr, "%s: %s\n", name, err.text);
		abort();
	}
}

static void must_say(const char *text)
{
	if (strcmp(buf_string(&said), text) != 0) {
		fprintf(stderr, "said:\n%s", buf_string(&said));
		abort();
	}
}

/* "<payload>/<name>" of what was prepared last. */
static const char *stored(const char *name)
{
	static char path[512];
	char hex[65];

	hex_encode((struct bytes){ out.btmh, 32 }, hex);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", options.payload_dir,
		       hex, name);
	return path;
}

static bool is_there(const char *name)
{
	return access(stored(name), R_OK) == 0;
}

/* It is what a browser plays, and begins to before its last byte is here. */
static void plays(const char *name, unsigned height)
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

static size_t count_entries(const char *path)
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

static void what_browsers_lack_is_converted(void)
{
	make("防疫.rmvb", "176x144", "1.8", "rv20", "ac3", "rm");
	must_prepare("防疫.rmvb");
	must_say("防疫.rmvb converted rv20 176x144, ac3\n");
	CHECK(strcmp(out.name, "防疫.mp4") == 0 && out.files == 1);
	plays("防疫.mp4", 144);
	CHECK(out.rewrote && out.has_poster && out.seconds == 2);
}

static void what_is_in_the_wrong_box_is_put_into_another(void)
{
	make("讲课.flv", "160x120", "1.8", "libx264", "aac", "flv");
	must_prepare("讲课.flv");
	must_say("讲课.flv rewrapped h264 160x120, aac\n");
	plays("讲课.mp4", 120);
}

static void what_plays_is_left_to_the_byte(void)
{
	struct buf before = BUF_INIT, after = BUF_INIT;

	make("好.mkv", "160x120", "1.8", "libx264", "aac", "matroska");
	CHECK(run((const char *const[]){
		"ffmpeg", "-v", "error", "-i",
		scratch_path(&scratch, "好.mkv"), "-c", "copy", "-movflags",
		"+faststart", scratch_path(&scratch, "好.mp4"), NULL }));
	must_prepare("好.mp4");
	must_say("好.mp4 plays\n");
	CHECK(durable_read(scratch_path(&scratch, "好.mp4"), 1 << 20, &before,
			   &err) == STATUS_OK);
	CHECK(durable_read(stored("好.mp4"), 1 << 20, &after, &err) ==
	      STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&before), buf_bytes(&after)));
	CHECK(!out.rewrote);
	buf_release(&before);
	buf_release(&after);

	/* One that was cut off in copying says so. */
	CHECK(truncate(scratch_path(&scratch, "好.mp4"), 12000) == 0);
	CHECK(prepare("好.mp4") == STATUS_USAGE);
	CHECK(strstr(err.text, "ends before it should") != NULL);
	CHECK(strstr(err.text, "--as-is") != NULL);
}

static void a_whisper_is_made_as_loud_as_others(void)
{
	make("轻.mkv", "160x120", "0.02", "libx264", "aac", "matroska");
	must_prepare("轻.mkv");
	CHECK(strstr(buf_string(&said), "轻.mkv leveled -") != NULL);
	CHECK(strstr(buf_string(&said), " -> -17.0 LUFS\n") != NULL);
	CHECK(strstr(buf_string(&said), "converted") == NULL);
	plays("轻.mp4", 120);
}

/* 第一句 in GBK */
static const char gbk_srt[] =
	"1\r\n00:00:00,500 --> 00:00:01,500\r\n\xb5\xda\xd2\xbb\xbe\xe4\r\n";

static void write_file(const char *name, const char *text, size_t size)
{
	CHECK(durable_write(scratch_path(&scratch, name),
			    (struct bytes){ (const uint8_t *)text, size },
			    0644, &err) == STATUS_OK);
}

static void subtitles_are_for_browsers_and_tvs(void)
{
	struct buf text = BUF_INIT;

	scratch_folder(&scratch, "课");
	make("课/片.avi", "160x120", "1.8", "mpeg4", "mp3", "avi");
	write_file("课/片.srt", gbk_srt, sizeof(gbk_srt) - 1);
	write_file("课/坏.srt", "no times\n", 9);
	scratch_file(&scratch, "课/讲义.pdf", 5000, 1);
	must_prepare("课");
	CHECK(strstr(buf_string(&said), "片.srt subtitles GB18030\n") != NULL);
	CHECK(strstr(buf_string(&said), "坏.srt subtitles-bad no subtitle") !=
	      NULL);
	CHECK(out.files == 5);
	plays("课/片.mp4", 120);
	CHECK(durable_read(stored("课/片.vtt"), 1000, &text, &err) ==
	      STATUS_OK);
	CHECK(strcmp(buf_string(&text),
		     "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\n第一句\n") == 0);
	buf_clear(&text);
	CHECK(durable_read(stored("课/片.srt"), 1000, &text, &err) ==
	      STATUS_OK);
	CHECK(strstr(buf_string(&text), "第一句\r\n") != NULL);
	CHECK(is_there("课/坏.srt") && is_there("课/讲义.pdf"));
	buf_release(&text);

	/* As it is, byte for byte. */
	options.as_is = true;
	must_prepare("课");
	CHECK(strstr(buf_string(&said), "片.avi as-is mpeg4 160x120, mp3\n") !=
	      NULL);
	CHECK(out.files == 4 && !out.rewrote && is_there("课/片.avi"));
	options.as_is = false;
}

static void subtitles_inside_are_put_beside(void)
{
	write_file("字.srt", "1\n00:00:00,500 --> 00:00:01,500\n第一句\n\n", 42);
	make("里.mkv", "160x120", "1.8", "libx264", "aac", "matroska");
	CHECK(run((const char *const[]){
		"ffmpeg", "-v", "error", "-i",
		scratch_path(&scratch, "里.mkv"), "-i",
		scratch_path(&scratch, "字.srt"), "-c", "copy",
		"-metadata:s:s:0", "language=chi",
		scratch_path(&scratch, "有字.mkv"), NULL }));
	must_prepare("有字.mkv");
	must_say("有字.mkv rewrapped h264 160x120, aac\n"
		 "有字.mp4 subtitles-taken subrip, chi\n");
	CHECK(strcmp(out.name, "有字") == 0 && out.files == 3);
	plays("有字/有字.mp4", 120);
	CHECK(is_there("有字/有字.zh.srt") && is_there("有字/有字.zh.vtt"));
}

static void a_rendition_is_a_payload_of_its_own(void)
{
	uint8_t large[32];

	make("大.mkv", "320x240", "1.8", "libx264", "aac", "matroska");
	must_prepare("大.mkv");
	memcpy(large, out.btmh, 32);
	options.lines = 120;
	must_prepare("大.mkv");
	must_say("大.mkv smaller 160x120\n");
	CHECK(memcmp(large, out.btmh, 32) != 0);
	CHECK(strcmp(out.name, "大 120p.mp4") == 0);
	plays("大 120p.mp4", 120);
	options.lines = 480;
	CHECK(prepare("大.mkv") == STATUS_EXISTS);
	options.lines = 0;
}

static void what_was_converted_waits_until_it_is_published(void)
{
	size_t before;

	prepare_forget(&options); /* 大.mkv */
	before = count_entries(options.work_dir);
	make("等.rm", "176x144", "0.02", "rv20", "ac3", "rm");
	must_prepare("等.rm");
	CHECK(count_entries(options.work_dir) == before + 1);
	/* No ffmpeg is needed for it any more, nor any time. */
	options.tools.ffmpeg = "no-ffmpeg-here";
	must_prepare("等.rm");
	CHECK(strstr(buf_string(&said), "等.rm converted") != NULL);
	CHECK(strstr(buf_string(&said), "等.rm leveled -") != NULL);
	CHECK(out.reused);
	/* Another film under the name is another film. */
	options.tools.ffmpeg = NULL;
	make("等.rm", "352x288", "1.8", "rv20", "ac3", "rm");
	must_prepare("等.rm");
	CHECK(!out.reused);
	plays("等.mp4", 288);
	prepare_forget(&options);
	CHECK(count_entries(options.work_dir) == before);
	plays("等.mp4", 288);
}

static void without_ffmpeg_nothing_is_checked_and_that_is_said(void)
{
	options.tools = (struct media_tools){ .ffmpeg = "no-ffmpeg-here",
					      .ffprobe = "no-ffprobe-here" };
	must_prepare("防疫.rmvb");
	must_say("防疫.rmvb not-checked no-ffprobe-here is not installed\n");
	CHECK(strcmp(out.name, "防疫.rmvb") == 0);
	must_prepare("课/讲义.pdf");
	must_say("");
	options.tools.ffprobe = NULL;
	options.source = scratch_path(&scratch, "防疫.rmvb");
	prepare_forget(&options);
	must_prepare("防疫.rmvb");
	must_say("防疫.rmvb not-checked no-ffmpeg-here is not installed\n");
	options.tools = (struct media_tools){ .ffmpeg = NULL };
}

int main(void)
{
	static const char *const ffmpeg[] = { "ffmpeg", "-version", NULL };

	set_up();
	if (run(ffmpeg)) {
		what_browsers_lack_is_converted();
		what_is_in_the_wrong_box_is_put_into_another();
		what_plays_is_left_to_the_byte();
		a_whisper_is_made_as_loud_as_others();
		subtitles_are_for_browsers_and_tvs();
		subtitles_inside_are_put_beside();
		a_rendition_is_a_payload_of_its_own();
		what_was_converted_waits_until_it_is_published();
		without_ffmpeg_nothing_is_checked_and_that_is_said();
	} else {
		printf("ffmpeg is not installed: its part is left out\n");
	}
	buf_release(&said);
	scratch_release(&scratch);
	return 0;
}
