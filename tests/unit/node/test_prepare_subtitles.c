/* Subtitles become what browsers and TVs read. Needs ffmpeg; says so and passes
 * without. */
#include "tests/support/fitting.h"

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

int main(void)
{
	set_up();
	if (has_ffmpeg()) {
		subtitles_are_for_browsers_and_tvs();
		subtitles_inside_are_put_beside();
	}
	tear_down();
	return 0;
}
