/* Needs ffmpeg and ffprobe for most of it; says so and passes without. */
#include "node/media.h"

#include "node/child.h"
#include "tests/support/programs.h"
#include "tests/support/scratch.h"

static struct scratch scratch;
static const struct media_tools usual = { .timeout_s = 0 };

static bool make_video(const char *path, const char *flags)
{
	const char *argv[] = { "ffmpeg", "-v", "error", "-nostdin", "-y",
			       "-f", "lavfi", "-i",
			       "testsrc=duration=3:size=320x240:rate=10",
			       "-f", "lavfi", "-i", "sine=duration=3",
			       "-c:v", "mpeg4", "-c:a", "aac", "-shortest",
			       "-movflags", flags, path, NULL };

	return run(argv);
}

static enum media_layout layout_of(const char *path)
{
	int fd = open(path, O_RDONLY);
	enum media_layout layout;

	CHECK(fd >= 0);
	layout = media_layout(fd);
	CHECK(close(fd) == 0);
	return layout;
}

static void put_file(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	CHECK(close(fd) == 0);
}

static void boxes_tell_where_the_index_is(void)
{
	const char *path = scratch_path(&scratch, "boxes");
	static const struct {
		const char *bytes;
		size_t size;
		enum media_layout layout;
	} cases[] = {
#define C(text, layout) { text, sizeof(text) - 1, layout }
		C("", MEDIA_OTHER),
		C("\0\0\0\x08moov\0\0\0\x08mdat", MEDIA_INDEX_FIRST),
		C("\0\0\0\x08mdat\0\0\0\x08moov", MEDIA_INDEX_LAST),
		C("\0\0\0\x08" "free\0\0\0\x08mdat\0\0\0\x08moov\0\0\0\x08mdat",
		  MEDIA_INDEX_LAST),
		C("\0\0\0\x08mdat", MEDIA_OTHER),
		C("\0\0\0\x08mdat\0\0\0\x09moov", MEDIA_OTHER),
		C("\0\0\0\x08mdat\0\0\0\x07moov", MEDIA_OTHER),
		C("\0\0\0\x08moov\0\0\0\0mdat and so on", MEDIA_INDEX_FIRST),
		C("\0\0\0\x01mdat\0\0\0\0\0\0\0\x10\0\0\0\x08moov",
		  MEDIA_INDEX_LAST),
		C("\0\0\0\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x08"
		  "moov", MEDIA_OTHER),
		C("\0\0\0\x01mdat\0\0\0\0", MEDIA_OTHER),
		C("a text about goats", MEDIA_OTHER),
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put_file(path, cases[i].bytes, cases[i].size);
		CHECK(layout_of(path) == cases[i].layout);
	}
}

static void a_video_is_probed_and_shown(void)
{
	const char *path = scratch_path(&scratch, "-黑山羊: 1.mp4");
	struct media_info info;
	struct buf jpeg = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(make_video(path, "0"));
	CHECK(media_probe(&usual, path, &info, &err) == STATUS_OK);
	CHECK(info.video && info.audio && info.width == 320);
	CHECK(info.seconds > 2.5 && info.seconds < 3.5);
	CHECK(media_poster(&usual, path, &info, &jpeg, &err) == STATUS_OK);
	CHECK(jpeg.size > 500 && jpeg.size <= MEDIA_POSTER_MAX);
	CHECK(jpeg.data[0] == 0xff && jpeg.data[1] == 0xd8);
	/* A length that promises more than there is. */
	buf_clear(&jpeg);
	info.seconds = 5000;
	CHECK(media_poster(&usual, path, &info, &jpeg, &err) == STATUS_OK);
	CHECK(jpeg.size > 500);
	buf_release(&jpeg);
}

static void the_index_moves_to_the_front(void)
{
	const char *from = scratch_path(&scratch, "last.mp4");
	const char *to = scratch_path(&scratch, "first.mp4");
	struct media_info info;
	struct err err = ERR_INIT;

	CHECK(make_video(from, "0"));
	CHECK(layout_of(from) == MEDIA_INDEX_LAST);
	CHECK(media_faststart(&usual, from, to, &err) == STATUS_OK);
	CHECK(layout_of(to) == MEDIA_INDEX_FIRST);
	CHECK(media_probe(&usual, to, &info, &err) == STATUS_OK);
	CHECK(info.video && info.audio);
	CHECK(media_faststart(&usual, from, to, &err) == STATUS_EXISTS);
}

static void what_is_no_media_is_said_to_be_none(void)
{
	static const char *const texts[] = {
		"a text about goats\nin two lines\n",
		"#EXTM3U\n#EXTINF:3,\nlast.mp4\n",
		"ffconcat version 1.0\nfile last.mp4\n",
		"1\n00:00:00,000 --> 00:00:02,000\nhello\n",
	};
	const char *path = scratch_path(&scratch, "text");
	struct media_info info;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		put_file(path, texts[i], strlen(texts[i]));
		CHECK(media_probe(&usual, path, &info, &err) ==
		      STATUS_MALFORMED);
		CHECK(media_faststart(&usual, path,
				      scratch_path(&scratch, "out"), &err) ==
		      STATUS_MALFORMED);
		CHECK(access(scratch_path(&scratch, "out"), F_OK) != 0);
	}
}

static void missing_programs_are_named(void)
{
	struct media_tools none = { .ffmpeg = "no-ffmpeg-here",
				    .ffprobe = "no-ffprobe-here" };
	struct media_info info = { .seconds = 3 };
	struct buf jpeg = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(media_probe(&none, "/dev/null", &info, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(strcmp(err.text, "no-ffprobe-here is not installed") == 0);
	CHECK(media_poster(&none, "/dev/null", &info, &jpeg, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(jpeg.size == 0);
}

static void a_program_that_hangs_is_ended(void)
{
	atomic_bool cancel = true;
	const char *argv[] = { "sh", "-c", "echo x; sleep 60 & sleep 60",
			       NULL };
	struct child_options options = { .argv = argv,
					 .timeout_s = 1,
					 .output_max = 100 };
	struct buf output = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(child_run(&options, &output, &err) == STATUS_UNREACHABLE);
	CHECK(bytes_is(buf_bytes(&output), "x\n"));
	/* Nor does one that closes its output and stays. */
	argv[2] = "exec >&-; sleep 60";
	CHECK(child_run(&options, &output, &err) == STATUS_UNREACHABLE);
	options.cancel = &cancel;
	CHECK(child_run(&options, &output, &err) == STATUS_CANCELLED);
	buf_release(&output);
}

static void a_program_that_talks_too_much_is_ended(void)
{
	const char *argv[] = { "yes", NULL };
	struct child_options options = { .argv = argv,
					 .timeout_s = 10,
					 .output_max = 100000 };
	struct buf output = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(child_run(&options, &output, &err) == STATUS_MALFORMED);
	buf_release(&output);
}

static void a_program_gets_nothing_of_ours(void)
{
	const char *argv[] = { "sh", "-c", "ls /proc/self/fd | wc -l; wc -c",
			       NULL };
	struct child_options options = { .argv = argv,
					 .timeout_s = 10,
					 .output_max = 100 };
	struct buf output = BUF_INIT;
	struct err err = ERR_INIT;
	int leak = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */

	CHECK(leak > 2);
	CHECK(child_run(&options, &output, &err) == STATUS_OK);
	/* 0, 1, 2 and the one ls reads the list with; nothing on 0. */
	CHECK(bytes_is(buf_bytes(&output), "4\n0\n"));
	CHECK(close(leak) == 0);
	buf_release(&output);
}

int main(void)
{
	scratch_init(&scratch);
	boxes_tell_where_the_index_is();
	missing_programs_are_named();
	a_program_that_hangs_is_ended();
	a_program_that_talks_too_much_is_ended();
	a_program_gets_nothing_of_ours();
	if (has_ffmpeg()) {
		a_video_is_probed_and_shown();
		the_index_moves_to_the_front();
		what_is_no_media_is_said_to_be_none();
	}
	scratch_release(&scratch);
	return 0;
}
