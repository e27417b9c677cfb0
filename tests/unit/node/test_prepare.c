#include "node/prepare.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include "node/durable.h"
#include "node/payload.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"
#include "tests/support/programs.h"
#include "tests/support/scratch.h"

enum { K = 1024, M = 1024 * 1024 };

static struct scratch scratch;
static struct prepare_options options;
static struct prepared out;
static struct err err;

static void set_up(void)
{
	static char payload[128], torrent[128], blob[128];

	scratch_init(&scratch);
	strcpy(payload, scratch_folder(&scratch, "payload"));
	strcpy(torrent, scratch_folder(&scratch, "torrent"));
	strcpy(blob, scratch_folder(&scratch, "blob"));
	options = (struct prepare_options){ .payload_dir = payload,
					    .torrent_dir = torrent,
					    .blob_dir = blob };
}

static size_t count_entries(const char *path)
{
	DIR *list = opendir(path);
	size_t count = 0;

	CHECK(list != NULL);
	while (readdir(list) != NULL)
		count++;
	closedir(list);
	return count - 2;
}

/* Forget all payloads, so that the next count starts at none. */
static void empty_stores(void)
{
	CHECK(payload_delete(options.payload_dir, &err) == STATUS_OK);
	CHECK(payload_delete(options.torrent_dir, &err) == STATUS_OK);
	CHECK(payload_delete(options.blob_dir, &err) == STATUS_OK);
	scratch_folder(&scratch, "payload");
	scratch_folder(&scratch, "torrent");
	scratch_folder(&scratch, "blob");
}

static const char *hex_of(const uint8_t *hash)
{
	static char hex[65];

	hex_encode((struct bytes){ hash, 32 }, hex);
	return hex;
}

static enum status prepare(const char *name)
{
	options.source = scratch_path(&scratch, name);
	err = (struct err)ERR_INIT;
	return prepare_payload(&options, &out, &err);
}

static void payload_of(const uint8_t *btmh, char path[static 256])
{
	(void)snprintf(path, 256, "%s/%s", options.payload_dir, hex_of(btmh));
}

/* What was prepared stands in the stores, proved, whole and alone. */
static void check_stored(void)
{
	char path[256], dir[256];
	uint8_t have[256] = { 0 };
	struct torrentfile *tf;

	(void)snprintf(path, sizeof(path), "%s/%s", options.torrent_dir,
		       hex_of(out.btmh));
	CHECK(torrentfile_open(&tf, path, out.btmh, &err) == STATUS_OK);
	CHECK(tf->mi.total == out.bytes && tf->mi.file_count == out.files);
	payload_of(out.btmh, dir);
	CHECK(payload_verify(dir, &tf->mi, NULL, have, &err) == STATUS_OK);
	CHECK(havemap_count(have, tf->mi.pieces) == tf->mi.pieces);
	CHECK(count_entries(dir) == 1);
	torrentfile_free(tf);
}

static void a_document_becomes_a_payload(void)
{
	char path[300], dir[256];

	scratch_file(&scratch, "养羊手册.pdf", 300 * K + 1, 1);
	CHECK(prepare("养羊手册.pdf") == STATUS_OK);
	CHECK(strcmp(out.name, "养羊手册.pdf") == 0);
	CHECK(out.bytes == 300 * K + 1 && out.files == 1);
	CHECK(!out.has_poster && !out.has_seconds && !out.reused);
	CHECK(strlen(out.notes) > 0);
	check_stored();
	payload_of(out.btmh, dir);
	(void)snprintf(path, sizeof(path), "%s/养羊手册.pdf", dir);
	CHECK(access(path, R_OK) == 0);
	CHECK(count_entries(options.payload_dir) == 1);
	CHECK(count_entries(options.torrent_dir) == 1);
	CHECK(count_entries(options.blob_dir) == 0);
}

static void the_same_file_again_is_the_same_payload(void)
{
	uint8_t before[32];
	char path[300], dir[256];
	struct stat st;
	ino_t inode;

	memcpy(before, out.btmh, 32);
	payload_of(out.btmh, dir);
	(void)snprintf(path, sizeof(path), "%s/养羊手册.pdf", dir);
	CHECK(stat(path, &st) == 0);
	inode = st.st_ino;
	CHECK(prepare("养羊手册.pdf") == STATUS_OK);
	CHECK(memcmp(before, out.btmh, 32) == 0 && out.reused);
	CHECK(stat(path, &st) == 0 && st.st_ino == inode);
	CHECK(count_entries(options.payload_dir) == 1);

	/* One that lacks something is replaced. */
	CHECK(truncate(path, 1000) == 0);
	CHECK(prepare("养羊手册.pdf") == STATUS_OK);
	CHECK(memcmp(before, out.btmh, 32) == 0 && !out.reused);
	check_stored();
	CHECK(count_entries(options.payload_dir) == 1);
	empty_stores();
}

static void a_folder_becomes_a_payload(void)
{
	scratch_folder(&scratch, "课程");
	scratch_folder(&scratch, "课程/a");
	scratch_folder(&scratch, "课程/a/b");
	scratch_file(&scratch, "课程/a.txt", 100, 1);
	scratch_file(&scratch, "课程/a/b/c", 2 * M + 5, 2);
	scratch_file(&scratch, "课程/a/空", 0, 3);
	scratch_file(&scratch, "课程/z", 64 * K, 4);
	scratch_file(&scratch, "课程/.DS_Store", 64 * K, 5);
	scratch_file(&scratch, "课程/a/Thumbs.db", 64 * K, 6);
	CHECK(prepare("课程/") == STATUS_OK);
	CHECK(strcmp(out.name, "课程") == 0);
	CHECK(out.files == 4 && out.bytes == 100 + 2 * M + 5 + 64 * K);
	CHECK(strstr(out.notes, "2 hidden files were left out.") != NULL);
	check_stored();
	options.name = "另一个名字";
	CHECK(prepare("课程") == STATUS_OK);
	CHECK(strcmp(out.name, "另一个名字") == 0);
	CHECK(!out.reused);
	check_stored();
	options.name = NULL;
	empty_stores();
}

static void refused(const char *source, const char *reason)
{
	struct prepared before = out;

	if (prepare(source) != STATUS_USAGE ||
	    strstr(err.text, reason) == NULL) {
		fprintf(stderr, "%s: %s\n", source, err.text);
		abort();
	}
	CHECK(memcmp(&before, &out, sizeof(out)) == 0);
	CHECK(count_entries(options.payload_dir) == 0);
	CHECK(count_entries(options.torrent_dir) == 0);
}

static void what_cannot_be_a_payload_is_refused(void)
{
	char deep[200] = "deep";

	scratch_folder(&scratch, "empty");
	refused("empty", "nothing in it");
	scratch_file(&scratch, "empty/zero", 0, 1);
	refused("empty", "nothing in it");
	refused("empty/zero", "nothing in it");
	scratch_file(&scratch, "CON.txt", 5, 1);
	refused("CON.txt", "reserved on Windows");
	scratch_folder(&scratch, "bad");
	scratch_file(&scratch, "bad/fine", 5, 1);
	scratch_file(&scratch, "bad/what?", 5, 1);
	refused("bad", "'what?' holds one of");
	CHECK(unlink(scratch_path(&scratch, "bad/what?")) == 0);
	scratch_file(&scratch, "bad/Fine", 5, 1);
	refused("bad", "differ only in case");
	CHECK(unlink(scratch_path(&scratch, "bad/Fine")) == 0);
	CHECK(symlink("fine", scratch_path(&scratch, "bad/link")) == 0);
	refused("bad", "'link' is a link");
	CHECK(unlink(scratch_path(&scratch, "bad/link")) == 0);
	CHECK(mkfifo(scratch_path(&scratch, "bad/pipe"), 0600) == 0);
	refused("bad", "'pipe' is no ordinary file");
	refused("bad/pipe", "neither a file nor a folder");
	for (int i = 0; i < 16; i++) {
		scratch_folder(&scratch, deep);
		strcat(deep, "/d");
	}
	scratch_file(&scratch, deep, 5, 1);
	refused("deep", "too deep");
	CHECK(prepare("no such file") == STATUS_NOT_FOUND);
}

enum disturbance { APPEND, REWRITE, CANCEL };

struct trouble {
	enum disturbance kind;
	const char *path;
	uint64_t when;
	bool done;
	atomic_bool cancel;
};

static void trouble_came(void *owner, enum prepare_phase phase, uint64_t done,
			 uint64_t total)
{
	struct trouble *t = owner;
	int fd;

	CHECK(done <= total);
	if (phase != PREPARE_COPYING || t->done || done < t->when)
		return;
	t->done = true;
	if (t->kind == CANCEL) {
		atomic_store(&t->cancel, true);
		return;
	}
	fd = open(t->path, O_WRONLY | (t->kind == APPEND ? O_APPEND : 0));
	CHECK(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
}

static void trouble_while_copying_leaves_nothing(void)
{
	static const struct {
		enum disturbance kind;
		uint64_t when;
		enum status status;
	} cases[] = {
		{ APPEND, 0, STATUS_BUSY },   { APPEND, 8 * M, STATUS_BUSY },
		{ REWRITE, 0, STATUS_BUSY },  { REWRITE, 8 * M, STATUS_BUSY },
		{ CANCEL, 0, STATUS_CANCELLED },
		{ CANCEL, 8 * M, STATUS_CANCELLED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct trouble t = { .kind = cases[i].kind,
				     .when = cases[i].when };

		scratch_file(&scratch, "large", 20 * M, 7);
		t.path = scratch_path(&scratch, "large");
		/* Long ago, so that a change shows however coarse the clock. */
		CHECK(utimensat(AT_FDCWD, t.path,
				(struct timespec[]){ { 1000000000, 0 },
						     { 1000000000, 0 } },
				0) == 0);
		options.progress = trouble_came;
		options.owner = &t;
		options.cancel = &t.cancel;
		CHECK(prepare("large") == cases[i].status);
		CHECK(t.done);
		CHECK(count_entries(options.payload_dir) == 0);
		CHECK(count_entries(options.torrent_dir) == 0);
	}
	options.progress = NULL;
	options.cancel = NULL;
}

static void a_full_disk_is_said_and_cleared(void)
{
	struct rlimit limit = { 10 * M, RLIM_INFINITY };

	options.keep_free = UINT64_MAX / 2;
	CHECK(prepare("large") == STATUS_NO_ROOM);
	options.keep_free = 0;
	/* A file may not grow beyond 10 MiB: the write fails half way. */
	(void)signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHECK(prepare("large") == STATUS_NO_ROOM);
	CHECK(count_entries(options.payload_dir) == 0);
	limit.rlim_cur = RLIM_INFINITY;
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHECK(prepare("large") == STATUS_OK);
	check_stored();
	empty_stores();
}

static void what_earlier_lives_left_is_cleared(void)
{
	scratch_folder(&scratch, "payload/.tmp-abc");
	scratch_folder(&scratch, "payload/.tmp-abc/n");
	scratch_file(&scratch, "payload/.tmp-abc/n/f", 5, 1);
	scratch_folder(&scratch, "payload/0123");
	scratch_file(&scratch, "torrent/.tmp-x", 5, 1);
	scratch_file(&scratch, "torrent/0123", 5, 1);
	CHECK(prepare_cleanup(options.payload_dir, &err) == STATUS_OK);
	CHECK(prepare_cleanup(options.torrent_dir, &err) == STATUS_OK);
	CHECK(prepare_cleanup("/nowhere/at/all", &err) == STATUS_OK);
	CHECK(count_entries(options.payload_dir) == 1);
	CHECK(count_entries(options.torrent_dir) == 1);
	empty_stores();
}

static bool make_video(const char *path)
{
	const char *argv[] = { "ffmpeg", "-v", "error", "-nostdin", "-y",
			       "-f", "lavfi", "-i",
			       "testsrc=duration=3:size=320x240:rate=10",
			       "-c:v", "libx264", "-pix_fmt", "yuv420p",
			       path, NULL };

	return run(argv);
}

static void a_video_gets_poster_length_and_its_index_in_front(void)
{
	char path[300];
	struct buf jpeg = BUF_INIT;

	CHECK(make_video(scratch_path(&scratch, "课 1.mp4")));
	CHECK(prepare("课 1.mp4") == STATUS_OK);
	CHECK(out.rewrote && out.has_seconds && out.seconds == 3);
	CHECK(out.has_poster && out.notes[0] == 0);
	check_stored();
	(void)snprintf(path, sizeof(path), "%s/%s", options.blob_dir,
		       hex_of(out.poster));
	CHECK(durable_read(path, MEDIA_POSTER_MAX, &jpeg, &err) == STATUS_OK);
	CHECK(jpeg.data[0] == 0xff && jpeg.data[1] == 0xd8);
	buf_release(&jpeg);
	empty_stores();

	/* In a folder, with a file that only pretends. */
	scratch_folder(&scratch, "两课");
	scratch_folder(&scratch, "两课/一");
	CHECK(make_video(scratch_path(&scratch, "两课/一/a.mp4")));
	CHECK(make_video(scratch_path(&scratch, "两课/b.mp4")));
	scratch_file(&scratch, "两课/c.mp4", 1000, 1);
	refused("两课", "c.mp4' does not play (ffprobe says: ");
	options.as_is = true;
	CHECK(prepare("两课") == STATUS_OK);
	CHECK(!out.rewrote && out.seconds == 6 && out.has_poster);
	options.as_is = false;
	empty_stores();
	CHECK(unlink(scratch_path(&scratch, "两课/c.mp4")) == 0);
	scratch_file(&scratch, "两课/c.dat", 1000, 1);
	CHECK(prepare("两课") == STATUS_OK);
	CHECK(out.rewrote && out.seconds == 6 && out.has_poster);
	CHECK(out.files == 3);
	CHECK(strstr(out.notes, "c.dat") != NULL);
	check_stored();
	empty_stores();
}

static void without_ffmpeg_it_is_published_as_it_is(void)
{
	options.tools.ffmpeg = "no-ffmpeg-here";
	options.tools.ffprobe = "no-ffprobe-here";
	CHECK(prepare("课 1.mp4") == STATUS_OK);
	CHECK(!out.rewrote && !out.has_poster && !out.has_seconds);
	CHECK(strstr(out.notes, "no-ffprobe-here is not installed") != NULL);
	CHECK(strstr(out.notes, "no-ffmpeg-here is not installed") != NULL);
	check_stored();
	options.tools = (struct media_tools){ .ffmpeg = NULL };
	empty_stores();
}

int main(void)
{
	set_up();
	a_document_becomes_a_payload();
	the_same_file_again_is_the_same_payload();
	a_folder_becomes_a_payload();
	what_cannot_be_a_payload_is_refused();
	trouble_while_copying_leaves_nothing();
	a_full_disk_is_said_and_cleared();
	what_earlier_lives_left_is_cleared();
	if (has_ffmpeg()) {
		a_video_gets_poster_length_and_its_index_in_front();
		without_ffmpeg_it_is_published_as_it_is();
	}
	scratch_release(&scratch);
	return 0;
}
