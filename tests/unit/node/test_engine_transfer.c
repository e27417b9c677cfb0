/* Real engine programs over loopback. */
#include <dirent.h>
#include <linux/landlock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "node/payload.h"
#include "tests/support/engines.h"

enum { K = 1024, M = 1024 * K };

static struct scratch scratch;
static uv_loop_t loop;

static struct engine_limits limits;

static void limit(struct station *s, uint64_t rate_down, bool lan)
{
	memset(&limits, 0, sizeof(limits));
	limits.rate_down = rate_down;
	if (lan) {
		struct engine_address loopback;

		engine_address_v4(&loopback, (const uint8_t[]){ 127, 0, 0, 0 },
				  0);
		memcpy(limits.lan[0].ip, loopback.ip, 16);
		limits.lan[0].bits = 96 + 8;
		limits.lan_count = 1;
	}
	CHECK(engine_limits(s->engine, &limits) == STATUS_OK);
}

static bool whole_at(const struct lesson *l, const char *station)
{
	uint8_t have[64] = { 0 };
	struct err err = ERR_INIT;
	char dir[512];

	(void)snprintf(dir, sizeof(dir), "%s/%s", station, l->hex);
	CHECK(payload_verify(scratch_path(&scratch, dir), &l->mi, NULL, have,
			     &err) == STATUS_OK);
	return havemap_count(have, l->mi.pieces) == l->mi.pieces;
}

/* Does the engine hold a file below its payload folder open? */
static bool has_payload_open(const struct station *s)
{
	char path[64], target[512];
	bool found = false;
	struct dirent *entry;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd",
		       engine_pid(s->engine));
	dir = opendir(path);
	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target,
				       sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		found |= strncmp(target, scratch.top, strlen(scratch.top)) == 0;
	}
	closedir(dir);
	return found;
}

static struct station seed, leech;

static void begin(void)
{
	scratch_init(&scratch);
	CHECK(uv_loop_init(&loop) == 0);
	scratch_folder(&scratch, "seed");
	scratch_folder(&scratch, "leech");
	station_open(&seed, &loop, scratch_path(&scratch, "seed"));
	station_open(&leech, &loop, scratch_path(&scratch, "leech"));
}

static void end(struct lesson *l)
{
	station_close(&seed, &loop);
	station_close(&leech, &loop);
	lesson_release(l);
	loop_finish(&loop);
	scratch_release(&scratch);
}

static void make_one(struct lesson *l, size_t size, uint64_t number)
{
	scratch_file(&scratch, "课.mp4", size, number);
	lesson_make(l, &scratch, ".", "课.mp4", NULL, 64 * K, "seed");
}

static void a_file_goes_from_one_to_the_other(void)
{
	struct lesson l;

	begin();
	make_one(&l, 3 * M + 12345, 1);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.finished == 1);
	CHECK(leech.added == 1 && seed.added == 1);
	CHECK(leech.pieces == l.mi.pieces);
	CHECK(whole_at(&l, "leech"));
	CHECK(engine_peers(leech.engine, l.btmh) == STATUS_OK);
	RUN_UNTIL(&loop, leech.peers_told == 1);
	CHECK(leech.peers == 1);
	station_stats(&leech, &loop);
	CHECK(leech.stats.payload_down >= l.mi.total);
	CHECK(leech.stats.payload_down < l.mi.total + 64 * K);
	CHECK(leech.stats.pieces_failed == 0);

	/* It serves what it got until it is told to let go. */
	CHECK(engine_loaded(leech.engine) == 1);
	CHECK(engine_release(leech.engine, l.btmh) == STATUS_OK);
	CHECK(engine_release(leech.engine, l.btmh) == STATUS_OK);
	RUN_UNTIL(&loop, leech.released == 1);
	CHECK(havemap_count(leech.have, l.mi.pieces) == l.mi.pieces);
	CHECK(!has_payload_open(&leech));
	CHECK(engine_release(leech.engine, l.btmh) == STATUS_NOT_FOUND);
	CHECK(engine_release(seed.engine, l.btmh) == STATUS_OK);
	RUN_UNTIL(&loop, seed.released == 1);
	CHECK(havemap_count(seed.have, l.mi.pieces) == l.mi.pieces);
	end(&l);
}

static void a_folder_with_an_empty_file_goes_over_too(void)
{
	static const char *const paths[] = { "a.pdf", "b/empty", "b/片.mp4",
					     "c.txt", NULL };
	struct lesson l;
	char path[512];
	struct stat st;

	begin();
	scratch_folder(&scratch, "一课");
	scratch_folder(&scratch, "一课/b");
	scratch_file(&scratch, "一课/a.pdf", 70 * K, 1);
	scratch_file(&scratch, "一课/b/empty", 0, 2);
	scratch_file(&scratch, "一课/b/片.mp4", M + 7, 3);
	scratch_file(&scratch, "一课/c.txt", 1, 4);
	lesson_make(&l, &scratch, ".", "一课", paths, 32 * K, "seed");
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.finished == 1);
	CHECK(whole_at(&l, "leech"));
	(void)snprintf(path, sizeof(path), "leech/%s/一课/b/empty", l.hex);
	CHECK(stat(scratch_path(&scratch, path), &st) == 0 && st.st_size == 0);
	(void)snprintf(path, sizeof(path), "leech/%s/.pad", l.hex);
	CHECK(stat(scratch_path(&scratch, path), &st) != 0);
	CHECK(seed.failed == 0 && leech.failed == 0);
	end(&l);
}

/* Stop half-way by `stop`, go on from the have-map, and count what crosses. */
static void go_on_after(void (*stop)(const struct lesson *l))
{
	uint64_t held;
	struct lesson l;

	begin();
	make_one(&l, 4 * M, 2);
	limit(&leech, M, false);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.pieces >= 16 && leech.progress.rate_down > 0);
	CHECK(leech.progress.peers == 1 && leech.progress.bytes > 0);
	stop(&l);
	held = lesson_bytes_of(&l, leech.have);
	CHECK(held >= 10 * 64 * K && held < l.mi.total);
	limit(&leech, 0, false);

	station_stats(&seed, &loop);
	uint64_t before = seed.stats.payload_up;

	station_add(&leech, &l, ENGINE_FETCH, leech.have, false);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.finished == 1);
	CHECK(whole_at(&l, "leech"));
	/* Of the pieces it had, none crossed again. */
	CHECK(leech.pieces ==
	      l.mi.pieces - havemap_count(leech.have, l.mi.pieces));
	station_stats(&seed, &loop);
	CHECK(seed.stats.payload_up - before <= l.mi.total - held + 64 * K);
	CHECK(leech.failed == 0);
	end(&l);
}

static void stop_by_kill(const struct lesson *l)
{
	CHECK(engine_flush(leech.engine, l->btmh) == STATUS_OK);
	RUN_UNTIL(&loop, leech.haves == 1);
	CHECK(kill(engine_pid(leech.engine), SIGKILL) == 0);
	RUN_UNTIL(&loop, leech.died == 1);
	CHECK(strstr(leech.failure_text, "signal 9") != NULL);
	CHECK(!engine_has(leech.engine, l->btmh));
	CHECK(engine_flush(leech.engine, l->btmh) == STATUS_NOT_FOUND);
	RUN_UNTIL(&loop, leech.ready == 2);
	CHECK(engine_restarts(leech.engine) == 1);
}

static void stop_by_release(const struct lesson *l)
{
	CHECK(engine_release(leech.engine, l->btmh) == STATUS_OK);
	RUN_UNTIL(&loop, leech.released == 1);
	CHECK(!has_payload_open(&leech));
}

static void a_killed_engine_goes_on_where_it_was(void)
{
	go_on_after(stop_by_kill);
}

static void a_released_payload_goes_on_where_it_was(void)
{
	go_on_after(stop_by_release);
}

static void nothing_missing_is_finished_at_once(void)
{
	uint8_t have[64];
	struct lesson l;

	begin();
	make_one(&l, M, 3);
	memset(have, 0, sizeof(have));
	for (uint32_t i = 0; i < l.mi.pieces; i++)
		havemap_set(have, i);
	station_add(&seed, &l, ENGINE_FETCH, have, false);
	RUN_UNTIL(&loop, seed.finished == 1);
	CHECK(seed.pieces == 0);
	end(&l);
}

static void what_is_released_as_soon_as_it_was_added_keeps_its_map(void)
{
	uint8_t have[64] = { 0 };
	struct lesson l;

	begin();
	make_one(&l, M, 10);
	havemap_set(have, 2);
	havemap_set(have, 15);
	station_add(&seed, &l, ENGINE_FETCH, have, false);
	CHECK(engine_release(seed.engine, l.btmh) == STATUS_OK);
	CHECK(engine_flush(seed.engine, l.btmh) == STATUS_OK);
	RUN_UNTIL(&loop, seed.released == 1);
	CHECK(memcmp(seed.have, have, seed.have_size) == 0);
	CHECK(seed.have_size == havemap_size(l.mi.pieces));
	CHECK(seed.haves == 0);
	end(&l);
}

/* Files lie there, the have-map says nothing of them: they count for nothing,
 * and are not read through either. */
static void what_lies_there_unclaimed_is_fetched_again(void)
{
	struct lesson l;
	char path[512];

	begin();
	make_one(&l, M, 4);
	(void)snprintf(path, sizeof(path), "leech/%s", l.hex);
	scratch_folder(&scratch, path);
	(void)snprintf(path, sizeof(path), "leech/%s/课.mp4", l.hex);
	scratch_file(&scratch, path, M, 4);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	CHECK(engine_flush(leech.engine, l.btmh) == STATUS_OK);
	RUN_UNTIL(&loop, leech.haves == 1);
	CHECK(havemap_count(leech.have, l.mi.pieces) == 0);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.finished == 1);
	CHECK(whole_at(&l, "leech"));
	end(&l);
}

static void claims_without_bytes_are_damage(void)
{
	uint8_t have[64] = { 0 };
	struct lesson l;
	char path[512];

	begin();
	make_one(&l, M, 5);
	havemap_set(have, 3);
	station_add(&leech, &l, ENGINE_FETCH, have, false);
	RUN_UNTIL(&loop, leech.failed == 1);
	CHECK(leech.failure == STATUS_DAMAGED);
	CHECK(engine_loaded(leech.engine) == 0);
	station_add(&leech, &l, ENGINE_SEED, NULL, false);
	RUN_UNTIL(&loop, leech.failed == 2);
	CHECK(leech.failure == STATUS_DAMAGED);

	(void)snprintf(path, sizeof(path), "seed/%s/课.mp4", l.hex);
	CHECK(truncate(scratch_path(&scratch, path), M - 1) == 0);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	RUN_UNTIL(&loop, seed.failed == 1);
	CHECK(seed.failure == STATUS_DAMAGED);
	CHECK(unlink(scratch_path(&scratch, path)) == 0);
	CHECK(symlink("/etc/passwd", scratch_path(&scratch, path)) == 0);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	RUN_UNTIL(&loop, seed.failed == 2);
	CHECK(seed.failure == STATUS_DAMAGED);
	end(&l);
}

static void a_rotten_piece_is_noticed_before_it_is_sent(void)
{
	struct lesson l;
	char path[512];
	struct stat before, after;
	int fd;

	begin();
	make_one(&l, 2 * M, 6);
	(void)snprintf(path, sizeof(path), "seed/%s/课.mp4", l.hex);
	fd = open(scratch_path(&scratch, path), O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, "rot", 3, M) == 3 && close(fd) == 0);
	CHECK(stat(scratch_path(&scratch, path), &before) == 0);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, seed.failed == 1);
	CHECK(seed.failure == STATUS_DAMAGED);
	CHECK(!has_payload_open(&seed));
	CHECK(stat(scratch_path(&scratch, path), &after) == 0);
	CHECK(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	station_stats(&leech, &loop);
	CHECK(leech.stats.pieces_failed == 0 && leech.finished == 0);
	end(&l);
}

static void another_torrent_is_refused(void)
{
	struct lesson l;

	begin();
	make_one(&l, M, 7);
	l.btmh[5] ^= 1;
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	RUN_UNTIL(&loop, leech.failed == 1);
	CHECK(leech.failure == STATUS_MALFORMED);
	l.btmh[5] ^= 1;
	l.torrent.data[l.torrent.size / 2] ^= 1;
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	RUN_UNTIL(&loop, leech.failed == 2);
	CHECK(leech.failure == STATUS_MALFORMED);
	l.torrent.data[l.torrent.size / 2] ^= 1;
	l.torrent.size--;
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	RUN_UNTIL(&loop, leech.failed == 3);
	CHECK(leech.failure == STATUS_MALFORMED);
	l.torrent.size++;
	CHECK(leech.died == 0);
	end(&l);
}

static void lan_only_keeps_to_the_lan(void)
{
	struct lesson l, other;

	begin();
	make_one(&l, M, 8);
	make_one(&other, M, 88);
	limit(&leech, 0, false);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&seed, &other, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, true);
	station_connect(&leech, &l, seed.port);
	/* While all of another one comes from there, nothing of this one. */
	station_add(&leech, &other, ENGINE_FETCH, NULL, false);
	station_connect(&leech, &other, seed.port);
	RUN_UNTIL(&loop, leech.finished == 1);
	CHECK(leech.pieces == other.mi.pieces);
	CHECK(engine_flush(leech.engine, l.btmh) == STATUS_OK);
	RUN_UNTIL(&loop, leech.haves == 1);
	CHECK(havemap_count(leech.have, l.mi.pieces) == 0);
	CHECK(engine_reach(leech.engine, l.btmh, false) == STATUS_OK);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.finished == 2);
	CHECK(engine_release(leech.engine, l.btmh) == STATUS_OK);
	RUN_UNTIL(&loop, leech.released == 1);

	/* Inside the LAN it may, and without the rate for those beyond. */
	limit(&leech, 10 * K, true);
	memset(leech.have, 0, sizeof(leech.have));
	station_add(&leech, &l, ENGINE_FETCH, leech.have, true);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.finished == 3);
	CHECK(whole_at(&l, "leech"));
	/* The first two came from beyond it, and the seed has no LAN. */
	station_stats(&leech, &loop);
	CHECK(leech.stats.beyond_down >= 2 * M &&
	      leech.stats.beyond_down < 2 * M + 64 * K);
	CHECK(leech.stats.payload_down >= 3 * M);
	CHECK(leech.stats.beyond_up == 0);
	station_stats(&seed, &loop);
	CHECK(seed.stats.beyond_up >= 3 * M);
	lesson_release(&other);
	end(&l);
}

static void inside_all_is_lan_only(void)
{
	struct lesson l, other;

	begin();
	make_one(&l, M, 8);
	make_one(&other, M, 88);
	limit(&leech, 0, false);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&seed, &other, ENGINE_SEED, NULL, false);
	/* One is loaded before, one while it is inside. */
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	engine_stay_inside(leech.engine, true);
	station_add(&leech, &other, ENGINE_FETCH, NULL, false);
	CHECK(engine_reach(leech.engine, l.btmh, false) == STATUS_OK);
	RUN_UNTIL(&loop, leech.added == 2);
	station_connect(&leech, &l, seed.port);
	station_connect(&leech, &other, seed.port);
	for (int i = 0; i < 3; i++)
		station_stats(&leech, &loop), uv_sleep(200);
	CHECK(leech.stats.payload_down == 0);
	engine_stay_inside(leech.engine, false);
	station_connect(&leech, &l, seed.port);
	station_connect(&leech, &other, seed.port);
	RUN_UNTIL(&loop, leech.finished == 2);
	lesson_release(&other);
	end(&l);
}

/* No file may grow beyond 1 MiB: the nearest thing to a full disk that needs
 * no privilege. */
static void a_full_disk_is_told_with_what_was_written(void)
{
	struct rlimit small = { M, RLIM_INFINITY }, was;
	struct lesson l;

	begin();
	make_one(&l, 3 * M, 9);
	CHECK(getrlimit(RLIMIT_FSIZE, &was) == 0);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	station_close(&leech, &loop);
	station_open(&leech, &loop, scratch_path(&scratch, "leech"));
	CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.failed == 1);
	CHECK(leech.failure == STATUS_NO_ROOM);
	CHECK(!has_payload_open(&leech));
	CHECK(leech.have_size == havemap_size(l.mi.pieces));
	CHECK(leech.finished == 0 && leech.died == 0);
	end(&l);
}

/* The payload's folder is a link to elsewhere. Without Landlock (an old
 * kernel) nothing stops it, and there is nothing to prove. */
static void a_link_out_of_the_folder_leads_nowhere(void)
{
	struct lesson l;
	char link[512];

	if (syscall(SYS_landlock_create_ruleset, NULL, 0,
		    LANDLOCK_CREATE_RULESET_VERSION) < 1)
		return;
	begin();
	make_one(&l, M, 11);
	(void)snprintf(link, sizeof(link), "leech/%s", l.hex);
	CHECK(symlink(scratch_folder(&scratch, "elsewhere"),
		      scratch_path(&scratch, link)) == 0);
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.failed == 1);
	CHECK(leech.failure == STATUS_IO);
	CHECK(rmdir(scratch_path(&scratch, "elsewhere")) == 0);
	end(&l);
}

int main(void)
{
	a_file_goes_from_one_to_the_other();
	a_folder_with_an_empty_file_goes_over_too();
	a_killed_engine_goes_on_where_it_was();
	a_released_payload_goes_on_where_it_was();
	nothing_missing_is_finished_at_once();
	what_is_released_as_soon_as_it_was_added_keeps_its_map();
	what_lies_there_unclaimed_is_fetched_again();
	claims_without_bytes_are_damage();
	a_rotten_piece_is_noticed_before_it_is_sent();
	another_torrent_is_refused();
	lan_only_keeps_to_the_lan();
	inside_all_is_lan_only();
	a_full_disk_is_told_with_what_was_written();
	a_link_out_of_the_folder_leads_nowhere();
	return 0;
}
