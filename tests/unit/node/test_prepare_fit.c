/* Videos that offices have become what browsers play. Needs ffmpeg; says so and
 * passes without. */
#include "tests/support/fitting.h"

static void what_browsers_lack_is_converted(void)
{
	make("防疫.rmvb", "176x144", "1.8", "rv20", "ac3", "rm");
	must_prepare("防疫.rmvb");
	must_say("防疫.rmvb converted rv20 176x144, ac3\n");
	CHECK(strcmp(out.name, "防疫.mp4") == 0 && out.files == 1);
	plays("防疫.mp4", 144);
	CHECK(out.rewrote && out.has_poster && out.seconds == 1);
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
	CHECK(truncate(scratch_path(&scratch, "好.mp4"), 9000) == 0);
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
	scratch_file(&scratch, "讲义.pdf", 5000, 1);
	must_prepare("讲义.pdf");
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
	set_up();
	if (has_ffmpeg()) {
		what_browsers_lack_is_converted();
		what_is_in_the_wrong_box_is_put_into_another();
		what_plays_is_left_to_the_byte();
		a_whisper_is_made_as_loud_as_others();
		a_rendition_is_a_payload_of_its_own();
		what_was_converted_waits_until_it_is_published();
		without_ffmpeg_nothing_is_checked_and_that_is_said();
	}
	tear_down();
	return 0;
}
