#include "node/media_plan.h"

#include <string.h>

#include "tests/support/check.h"

#define H264 \
	"\"codec_type\":\"video\",\"codec_name\":\"h264\",\"profile\":\"High\"," \
	"\"level\":40,\"pix_fmt\":\"yuv420p\",\"width\":1280,\"height\":720," \
	"\"field_order\":\"progressive\",\"avg_frame_rate\":\"25/1\""
#define AAC \
	"{\"index\":1,\"codec_type\":\"audio\",\"codec_name\":\"aac\","      \
	"\"profile\":\"LC\",\"channels\":2}"
#define MP4                                                       \
	"\"format\":{\"format_name\":\"mov,mp4,m4a,3gp,3g2,mj2\"," \
	"\"duration\":\"60.0\",\"tags\":{\"major_brand\":\"isom\"}}"
#define FORMAT(name) \
	"\"format\":{\"format_name\":\"" name "\",\"duration\":\"60.0\"}"
#define FILE_OF(video, rest, format) \
	"{\"streams\":[{\"index\":0," video "}" rest "]," format "}"

static struct media_facts facts_of(const char *json)
{
	struct media_facts facts;
	struct err err = ERR_INIT;

	if (media_facts_read(bytes_of(json), &facts, &err) != STATUS_OK) {
		fprintf(stderr, "%s\n%s\n", json, err.text);
		abort();
	}
	return facts;
}

/* As enum media_layout has them. */
enum { F = MEDIA_INDEX_FIRST, L = MEDIA_INDEX_LAST, O = MEDIA_OTHER };

struct planned {
	const char *what, *json;
	int layout;
	enum media_verdict verdict;
	unsigned why;
};

static const struct planned films[] = {
	{ "as it should be", FILE_OF(H264, "," AAC, MP4), F,
	  MEDIA_PLAYS, 0 },
	{ "its index last", FILE_OF(H264, "," AAC, MP4), L,
	  MEDIA_MOVE_INDEX, 0 },
	{ "cut short", FILE_OF(H264, "," AAC, MP4), MEDIA_CUT,
	  MEDIA_BROKEN, 0 },
	{ "without sound", FILE_OF(H264, "", MP4), F, MEDIA_PLAYS, 0 },
	{ "H.264 in Matroska",
	  FILE_OF(H264, "," AAC, FORMAT("matroska,webm")), O,
	  MEDIA_REWRAP, MEDIA_WHY_CONTAINER },
	{ "H.264 in FLV", FILE_OF(H264, "," AAC, FORMAT("flv")), O,
	  MEDIA_REWRAP, MEDIA_WHY_CONTAINER },
	{ "H.264 in TS", FILE_OF(H264, "," AAC, FORMAT("mpegts")), O,
	  MEDIA_REWRAP, MEDIA_WHY_CONTAINER },
	{ "H.264 in QuickTime",
	  FILE_OF(H264, "," AAC,
		  "\"format\":{\"format_name\":\"mov,mp4,m4a,3gp,"
		  "3g2,mj2\",\"tags\":{\"major_brand\":\"qt  \"}}"),
	  F, MEDIA_REWRAP, MEDIA_WHY_CONTAINER },
	{ "HEVC",
	  FILE_OF("\"codec_type\":\"video\",\"codec_name\":\"hevc\","
		  "\"profile\":\"Main\",\"pix_fmt\":\"yuv420p\","
		  "\"width\":640,\"height\":480", "," AAC, MP4),
	  F, MEDIA_CONVERT, MEDIA_WHY_VIDEO },
	{ "10 bits",
	  FILE_OF("\"codec_type\":\"video\",\"codec_name\":\"h264\","
		  "\"profile\":\"High 10\",\"pix_fmt\":"
		  "\"yuv420p10le\",\"width\":640,\"height\":480", "",
		  MP4),
	  F, MEDIA_CONVERT, MEDIA_WHY_VIDEO },
	{ "level 6",
	  FILE_OF("\"codec_type\":\"video\",\"codec_name\":\"h264\","
		  "\"profile\":\"High\",\"pix_fmt\":\"yuv420p\","
		  "\"level\":60,\"width\":7680,\"height\":4320", "",
		  MP4),
	  F, MEDIA_CONVERT, MEDIA_WHY_VIDEO },
	{ "interlaced",
	  FILE_OF("\"codec_type\":\"video\",\"codec_name\":\"h264\","
		  "\"profile\":\"Main\",\"pix_fmt\":\"yuv420p\","
		  "\"level\":30,\"width\":720,\"height\":576,"
		  "\"field_order\":\"tt\"", "," AAC, MP4),
	  F, MEDIA_CONVERT, MEDIA_WHY_FIELDS },
	{ "sound of a telephone",
	  FILE_OF(H264, ",{\"index\":1,\"codec_type\":\"audio\","
		  "\"codec_name\":\"amr_nb\"}", MP4),
	  F, MEDIA_CONVERT, MEDIA_WHY_SOUND },
	{ "AAC Main", FILE_OF(H264, ",{\"index\":1,\"codec_type\":"
		  "\"audio\",\"codec_name\":\"aac\",\"profile\":"
		  "\"Main\"}", MP4),
	  F, MEDIA_CONVERT, MEDIA_WHY_SOUND },
	{ "VP9 and Opus",
	  FILE_OF("\"codec_type\":\"video\",\"codec_name\":\"vp9\","
		  "\"pix_fmt\":\"yuv420p\",\"width\":640,"
		  "\"height\":480",
		  ",{\"index\":1,\"codec_type\":\"audio\","
		  "\"codec_name\":\"opus\"}",
		  FORMAT("matroska,webm")),
	  O, MEDIA_CONVERT,
	  MEDIA_WHY_VIDEO | MEDIA_WHY_SOUND | MEDIA_WHY_CONTAINER },
};

static const struct planned sounds[] = {
	{ "MP3 with a cover",
	  FILE_OF("\"codec_type\":\"audio\",\"codec_name\":\"mp3\"",
		  ",{\"index\":1,\"codec_type\":\"video\","
		  "\"codec_name\":\"mjpeg\",\"disposition\":{"
		  "\"attached_pic\":1}}", FORMAT("mp3")),
	  O, MEDIA_PLAYS, 0 },
	{ "WMA", FILE_OF("\"codec_type\":\"audio\",\"codec_name\":"
		 "\"wmav2\"", "", FORMAT("asf")),
	  O, MEDIA_CONVERT, MEDIA_WHY_SOUND | MEDIA_WHY_CONTAINER },
	{ "M4A", FILE_OF("\"codec_type\":\"audio\",\"codec_name\":"
		 "\"aac\",\"profile\":\"LC\"", "", MP4),
	  L, MEDIA_MOVE_INDEX, 0 },
	{ "FLAC", FILE_OF("\"codec_type\":\"audio\",\"codec_name\":"
		  "\"flac\"", "", FORMAT("flac")),
	  O, MEDIA_PLAYS, 0 },
	{ "Ogg", FILE_OF("\"codec_type\":\"audio\",\"codec_name\":"
		 "\"vorbis\"", "", FORMAT("ogg")),
	  O, MEDIA_CONVERT, MEDIA_WHY_SOUND | MEDIA_WHY_CONTAINER },
};

static void check_plans(const struct planned *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct media_facts facts = facts_of(cases[i].json);
		struct media_plan p;

		media_decide(&facts, cases[i].layout, 0, &p);
		if (p.verdict != cases[i].verdict || p.why != cases[i].why) {
			fprintf(stderr, "%s: %d, %x\n", cases[i].what,
				(int)p.verdict, p.why);
			abort();
		}
	}
}

static void what_a_browser_of_2019_plays_is_left(void)
{
	check_plans(films, sizeof(films) / sizeof(*films));
	check_plans(sounds, sizeof(sounds) / sizeof(*sounds));
}

static void the_good_streams_of_a_file_are_copied(void)
{
	struct media_facts facts = facts_of(
		FILE_OF(H264, ",{\"index\":1,\"codec_type\":\"audio\","
			      "\"codec_name\":\"ac3\"}", FORMAT("mpegts")));
	struct media_plan p;

	media_decide(&facts, MEDIA_OTHER, 0, &p);
	CHECK(p.verdict == MEDIA_CONVERT && p.copy_video && !p.copy_sound);

	facts = facts_of(FILE_OF(H264, "," AAC, MP4));
	media_decide(&facts, MEDIA_INDEX_FIRST, 0, &p);
	media_plan_level(&p);
	CHECK(p.verdict == MEDIA_CONVERT && p.copy_video && !p.copy_sound);
	CHECK(p.why == MEDIA_WHY_LOUD);
}

static void of_several_sounds_the_default_one_is_kept(void)
{
	struct media_facts facts = facts_of(
		FILE_OF(H264,
			",{\"index\":1,\"codec_type\":\"audio\","
			"\"codec_name\":\"aac\",\"profile\":\"LC\"}"
			",{\"index\":2,\"codec_type\":\"audio\","
			"\"codec_name\":\"aac\",\"profile\":\"LC\","
			"\"disposition\":{\"default\":1}}",
			FORMAT("matroska,webm")));
	struct media_plan p;

	media_decide(&facts, MEDIA_OTHER, 0, &p);
	CHECK(p.sound == 2 && (p.why & MEDIA_WHY_TRACKS) != 0);
	facts.streams[2].is_default = false;
	media_decide(&facts, MEDIA_OTHER, 0, &p);
	CHECK(p.sound == 1);
}

static void pictures_fit_their_screen(void)
{
	static const struct {
		unsigned width, height, wide, high;
		int rotation;
		unsigned lines, out_width, out_height;
	} cases[] = {
		{ 3840, 2160, 1, 1, 0, 0, 1920, 1080 },
		{ 1440, 1080, 1, 1, 0, 0, 1440, 1080 },
		{ 321, 241, 1, 1, 0, 0, 322, 242 },
		{ 720, 576, 64, 45, 0, 0, 1024, 576 },
		{ 720, 480, 8, 9, 0, 0, 720, 540 },
		{ 3840, 1600, 1, 1, 0, 0, 1920, 800 },
		{ 3840, 2160, 1, 1, 90, 0, 1080, 1920 },
		{ 1920, 1080, 1, 1, 0, 480, 854, 480 },
		{ 1080, 1920, 1, 1, 0, 480, 480, 854 },
		{ 1024, 768, 1, 1, 0, 480, 640, 480 },
		{ 320, 240, 1, 1, 0, 480, 320, 240 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct media_facts facts = facts_of(
			FILE_OF("\"codec_type\":\"video\",\"codec_name\":"
				"\"mpeg2video\",\"width\":9,\"height\":9", "",
				FORMAT("mpeg")));
		struct media_stream *s = &facts.streams[0];
		struct media_plan p;

		s->width = cases[i].width;
		s->height = cases[i].height;
		s->wide = cases[i].wide;
		s->high = cases[i].high;
		s->rotation = cases[i].rotation;
		media_decide(&facts, MEDIA_OTHER, cases[i].lines, &p);
		if (p.width != cases[i].out_width ||
		    p.height != cases[i].out_height) {
			fprintf(stderr, "case %zu: %ux%u\n", i, p.width,
				p.height);
			abort();
		}
	}
}

static void smaller_is_made_only_of_what_is_larger(void)
{
	struct media_facts facts = facts_of(FILE_OF(H264, "," AAC, MP4));
	struct media_plan p;

	media_decide(&facts, MEDIA_INDEX_FIRST, 480, &p);
	CHECK(p.verdict == MEDIA_CONVERT && p.why == MEDIA_WHY_SIZE);
	CHECK(p.width == 854 && p.height == 480 && p.copy_sound);
	media_decide(&facts, MEDIA_INDEX_FIRST, 720, &p);
	CHECK(p.verdict == MEDIA_PLAYS && p.why == 0);
}

static void what_a_file_claims_is_bounded(void)
{
	struct media_facts facts = facts_of(
		"{\"streams\":[{\"codec_type\":\"video\",\"codec_name\":"
		"\"a name that is longer than any codec has\",\"width\":-5,"
		"\"height\":99999999,\"sample_aspect_ratio\":\"1000:1\","
		"\"avg_frame_rate\":\"1/0\",\"tags\":{\"language\":"
		"\"\\u202e\"}}],\"format\":{\"duration\":\"nan\"}}");
	const struct media_stream *s = &facts.streams[0];
	struct err err = ERR_INIT;

	CHECK(s->codec[0] == 0 && s->width == 0 && s->height == 0);
	CHECK(s->wide == 1 && s->high == 1 && s->fps == 0);
	CHECK(s->language[0] == 0 && facts.seconds == 0);
	CHECK(media_facts_read(bytes_of("{}"), &facts, &err) ==
	      STATUS_MALFORMED);
	CHECK(media_facts_read(bytes_of("{\"streams\":[{\"codec_type\":"
					"\"subtitle\"}]}"),
			       &facts, &err) == STATUS_MALFORMED);
	CHECK(media_time_limit(0, 0) == 600);
	CHECK(media_time_limit(100, 0) == 1800);
	CHECK(media_time_limit(1e6, 0) == 48 * 3600);
	CHECK(media_time_limit(0, UINT64_MAX) == 48 * 3600);
}

int main(void)
{
	what_a_browser_of_2019_plays_is_left();
	the_good_streams_of_a_file_are_copied();
	of_several_sounds_the_default_one_is_kept();
	pictures_fit_their_screen();
	smaller_is_made_only_of_what_is_larger();
	what_a_file_claims_is_bounded();
	return 0;
}
