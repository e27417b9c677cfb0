/* Needs ffmpeg for its last part; says so and passes without. */
#include "node/media_work.h"

#include "tests/support/programs.h"
#include "tests/support/scratch.h"

static struct scratch scratch;
static const struct media_tools usual = { .timeout_s = 0 };

static const char measured[] =
	"Input #0, mov,mp4, from 'file:x.mp4':\n  title : {\n"
	"[Parsed_loudnorm_0 @ 0x55] \n{\n\t\"input_i\" : \"-31.20\",\n"
	"\t\"input_tp\" : \"-17.00\",\n\t\"input_lra\" : \"4.00\",\n"
	"\t\"input_thresh\" : \"-41.50\",\n\t\"output_i\" : \"-17.1\",\n"
	"\t\"normalization_type\" : \"dynamic\",\n"
	"\t\"target_offset\" : \"0.10\"\n}\n";

static void loudness_is_read_and_judged(void)
{
	struct loudness l;
	char filter[LOUDNESS_FILTER_MAX];

	CHECK(loudness_read(bytes_of(measured), &l) == STATUS_OK);
	CHECK(l.loud == -31.2 && l.peak == -17 && l.range == 4 &&
	      l.threshold == -41.5 && l.offset == 0.1);
	CHECK(loudness_wants_level(&l));
	loudness_level_filter(&l, filter);
	CHECK(strcmp(filter, "loudnorm=I=-17.0:TP=-1.5:LRA=11.00:"
			     "measured_I=-31.20:measured_TP=-17.00:"
			     "measured_LRA=4.00:measured_thresh=-41.50:"
			     "offset=0.10:linear=true") == 0);
	l.range = 35;
	loudness_level_filter(&l, filter);
	CHECK(strstr(filter, ":LRA=20.00:") != NULL);
	for (double loud = -80; loud < 0; loud += 0.5) {
		l.loud = loud;
		CHECK(loudness_wants_level(&l) ==
		      ((loud > -60 && loud < -20) || loud > -14));
	}
}

static void what_is_no_measurement_is_refused(void)
{
	static const char *const bad[] = {
		"", "{", "}", "no braces",
		"{\"input_i\":\"-inf\",\"input_tp\":\"-inf\",\"input_lra\":"
		"\"0.00\",\"input_thresh\":\"-70.00\",\"target_offset\":"
		"\"inf\"}",
		"{\"input_i\":-31.2}",
		"{\"input_i\":\"-31.2 \",\"input_tp\":\"-1\",\"input_lra\":"
		"\"0.00\",\"input_thresh\":\"-70.00\",\"target_offset\":"
		"\"1\"}",
	};
	struct loudness l = { .loud = 5 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(loudness_read(bytes_of(bad[i]), &l) ==
		      STATUS_MALFORMED);
	CHECK(l.loud == 5);
}

static void progress_is_what_ffmpeg_says(void)
{
	static const struct {
		const char *line;
		bool good;
		int64_t us;
	} cases[] = {
		{ "out_time_us=1500000", true, 1500000 },
		{ "out_time_us=0", true, 0 },
		{ "out_time_us=N/A", false, 0 },
		{ "out_time_us=-20000", false, 0 },
		{ "out_time_us=", false, 0 },
		{ "out_time_us=12x", false, 0 },
		{ "out_time_us=99999999999999999999", false, 0 },
		{ "out_time_ms=1500000", false, 0 },
		{ "progress=end", false, 0 },
		{ "", false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t us = -1;

		CHECK(media_progress_line(cases[i].line, &us) ==
		      cases[i].good);
		CHECK(us == (cases[i].good ? cases[i].us : -1));
	}
}

/* Quiet, interlaced, with pixels that are not square. */
static const char *make_vob(void)
{
	const char *path = scratch_path(&scratch, "黑山羊.vob");
	const char *argv[] = {
		"ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi",
		"-i", "testsrc=duration=4:size=352x288:rate=25", "-f", "lavfi",
		"-i", "sine=duration=4:sample_rate=48000", "-af",
		"volume=-20dB", "-c:v", "mpeg2video", "-flags",
		"+ildct+ilme", "-top", "1", "-aspect", "16:9", "-c:a", "mp2",
		"-f", "vob", path, NULL };

	CHECK(run(argv));
	return path;
}

static void told(void *owner, double done)
{
	double *last = owner;

	CHECK(done >= 0 && done <= 1);
	*last = done;
}

static void a_disc_becomes_an_mp4_as_loud_as_others(void)
{
	const char *from = make_vob();
	const char *to = scratch_path(&scratch, "黑山羊.mp4");
	double last = -1;
	struct media_facts facts, made;
	struct err err = ERR_INIT;
	struct media_work work = { .tools = &usual,
				   .from = from,
				   .facts = &facts,
				   .bytes = 1000000,
				   .progress = told,
				   .owner = &last };
	struct media_plan plan, again;
	struct loudness l;

	CHECK(media_look(&usual, from, &facts, &err) == STATUS_OK);
	media_decide(&facts, MEDIA_OTHER, 0, &plan);
	CHECK(plan.verdict == MEDIA_CONVERT && plan.deinterlace);
	CHECK(plan.width == 512 && plan.height == 288);
	CHECK(media_measure(&work, &plan, &l, &err) == STATUS_OK);
	CHECK(loudness_wants_level(&l) && l.loud < -30);
	media_plan_level(&plan);

	work.room = 1000;
	CHECK(media_convert(&work, &plan, &l, to, &err) == STATUS_NO_ROOM);
	CHECK(access(to, F_OK) != 0);
	work.room = 10000000;
	CHECK(media_convert(&work, &plan, &l, to, &err) == STATUS_OK);
	CHECK(last > 0.9);
	work.from = to;
	CHECK(media_look(&usual, to, &made, &err) == STATUS_OK);
	media_decide(&made, MEDIA_INDEX_FIRST, 0, &again);
	CHECK(again.verdict == MEDIA_PLAYS && again.why == 0);
	CHECK(made.streams[0].width == 512 && made.streams[0].wide == 1);
	CHECK(media_measure(&work, &again, &l, &err) == STATUS_OK);
	CHECK(l.loud > LOUDNESS_TARGET - 1.5 &&
	      l.loud < LOUDNESS_TARGET + 1.5);
	CHECK(media_convert(&work, &plan, &l, to, &err) == STATUS_EXISTS);
}

static void a_broken_one_leaves_nothing_and_says_why(void)
{
	const char *from = scratch_path(&scratch, "noise.mp4");
	const char *to = scratch_path(&scratch, "out.mp4");
	struct media_facts facts = { .seconds = 1 };
	struct err err = ERR_INIT;
	struct media_work work = { .tools = &usual,
				   .from = from,
				   .facts = &facts };
	struct media_plan plan = { .video = 0, .sound = -1 };

	scratch_file(&scratch, "noise.mp4", 100000, 3);
	CHECK(media_look(&usual, from, &facts, &err) == STATUS_MALFORMED);
	CHECK(strstr(err.text, "ffprobe says: ") != NULL);
	CHECK(media_convert(&work, &plan, NULL, to, &err) ==
	      STATUS_MALFORMED);
	CHECK(strstr(err.text, "ffmpeg says: ") != NULL);
	CHECK(access(to, F_OK) != 0);
}

int main(void)
{
	scratch_init(&scratch);
	loudness_is_read_and_judged();
	what_is_no_measurement_is_refused();
	progress_is_what_ffmpeg_says();
	if (has_ffmpeg()) {
		a_disc_becomes_an_mp4_as_loud_as_others();
		a_broken_one_leaves_nothing_and_says_why();
	}
	scratch_release(&scratch);
	return 0;
}
