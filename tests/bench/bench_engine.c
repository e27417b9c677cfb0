/* One payload from one engine to another over loopback, and the same between
 * two plain libtorrent sessions, in turn; medians and their ratio.
 *
 *   bench_engine [MIB [ROUNDS [FOLDER]]]      512 3 /dev/shm */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tests/support/engines.h"

enum { ROUNDS_MAX = 15 };

static struct scratch scratch;
static uv_loop_t loop;
static char torrent_path[4096];
static char plain_program[4096];

static long memory_of(int pid, const char *what)
{
	char path[64], line[256];
	long kib = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			kib = atol(line + strlen(what) + 1);
	if (file != NULL)
		fclose(file);
	return kib;
}

static void remove_tree(const char *name)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", scratch.top, name);
	(void)nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static double seconds_of(uint64_t since_ns)
{
	return (double)(uv_hrtime() - since_ns) / 1e9;
}

/* --- Ours --- */

static double run_ours(const struct lesson *l, long *memory_idle,
		       long *memory_after, long *memory_peak)
{
	struct station seed, fetch;
	uint64_t began;
	double seconds;

	scratch_folder(&scratch, "fetch");
	station_open(&seed, &loop, scratch_path(&scratch, "seed"));
	station_open(&fetch, &loop, scratch_path(&scratch, "fetch"));
	*memory_idle = memory_of(engine_pid(fetch.engine), "VmRSS:");
	station_add(&seed, l, ENGINE_SEED, NULL, false);
	RUN_UNTIL(&loop, seed.added == 1);
	station_add(&fetch, l, ENGINE_FETCH, NULL, false);
	began = uv_hrtime();
	station_connect(&fetch, l, seed.port);
	RUN_UNTIL(&loop, fetch.finished == 1);
	seconds = seconds_of(began);
	CHECK(engine_release(fetch.engine, l->btmh) == STATUS_OK);
	RUN_UNTIL(&loop, fetch.released == 1);
	began = uv_hrtime();
	RUN_UNTIL(&loop, seconds_of(began) > 2);
	*memory_after = memory_of(engine_pid(fetch.engine), "VmRSS:");
	*memory_peak = memory_of(engine_pid(fetch.engine), "VmHWM:");
	station_close(&seed, &loop);
	station_close(&fetch, &loop);
	remove_tree("fetch");
	return seconds;
}

/* --- Plain --- */

static pid_t start_plain(const char *what, const char *folder, const char *port,
			 FILE **answer)
{
	posix_spawn_file_actions_t actions;
	const char *arguments[] = { plain_program, what, torrent_path,
				    folder,	   port, NULL };
	int out[2];
	pid_t pid;

	CHECK(pipe(out) == 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_addclose(&actions, out[0]);
	CHECK(posix_spawn(&pid, plain_program, &actions, NULL,
			  (char *const *)(uintptr_t)arguments, environ) == 0);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	*answer = fdopen(out[0], "r");
	CHECK(*answer != NULL);
	return pid;
}

static void first_line(FILE *answer, char *line, int size)
{
	CHECK(fgets(line, size, answer) != NULL);
	line[strcspn(line, "\n")] = '\0';
	fclose(answer);
}

static double run_plain(const struct lesson *l)
{
	char folder[4096], port[64], seconds[64];
	pid_t seed, fetch;
	FILE *answer;
	int status;

	(void)snprintf(folder, sizeof(folder), "%s/seed/%s", scratch.top,
		       l->hex);
	seed = start_plain("seed", folder, NULL, &answer);
	first_line(answer, port, sizeof(port));
	fetch = start_plain("fetch", scratch_folder(&scratch, "fetch"), port,
			    &answer);
	first_line(answer, seconds, sizeof(seconds));
	CHECK(waitpid(fetch, &status, 0) == fetch && status == 0);
	CHECK(kill(seed, SIGKILL) == 0);
	CHECK(waitpid(seed, &status, 0) == seed);
	remove_tree("fetch");
	return atof(seconds);
}

/* --- Both --- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 2];
}

static void find_plain(void)
{
	ssize_t n = readlink("/proc/self/exe", plain_program,
			     sizeof(plain_program) - 64);

	CHECK(n > 0);
	plain_program[n] = '\0';
	strcpy(strrchr(plain_program, '/') + 1, "bench_plain_torrent");
}

static void prepare(struct lesson *l, size_t mib, const char *folder)
{
	int fd;

	CHECK(snprintf(scratch.top, sizeof(scratch.top), "%s/xiangtu-bench-%d",
		       folder, (int)getpid()) < (int)sizeof(scratch.top));
	CHECK(mkdir(scratch.top, 0755) == 0);
	scratch_folder(&scratch, "seed");
	scratch_file(&scratch, "lesson.mp4", mib << 20, 1);
	lesson_make(l, &scratch, ".", "lesson.mp4", NULL, 1 << 20, "seed");
	(void)snprintf(torrent_path, sizeof(torrent_path), "%s/torrent",
		       scratch.top);
	fd = open(torrent_path, O_WRONLY | O_CREAT, 0644);
	CHECK(fd >= 0 && write(fd, l->torrent.data, l->torrent.size) ==
				 (ssize_t)l->torrent.size);
	close(fd);
}

int main(int argc, char **argv)
{
	size_t mib = argc > 1 ? (size_t)atol(argv[1]) : 512;
	int rounds = argc > 2 ? atoi(argv[2]) : 3;
	double ours[ROUNDS_MAX], plain[ROUNDS_MAX];
	long idle = 0, after = 0, peak = 0;
	double rate_ours, rate_plain;
	struct lesson l;

	CHECK(mib > 0 && rounds > 0 && rounds <= ROUNDS_MAX);
	CHECK(uv_loop_init(&loop) == 0);
	find_plain();
	prepare(&l, mib, argc > 3 ? argv[3] : "/dev/shm");
	for (int i = 0; i < rounds; i++) {
		plain[i] = run_plain(&l);
		ours[i] = run_ours(&l, &idle, &after, &peak);
		fprintf(stderr, "round %d: engine %.1f, library %.1f MB/s\n",
			i + 1, (double)mib * 1.048576 / ours[i],
			(double)mib * 1.048576 / plain[i]);
	}
	rate_ours = (double)mib * 1.048576 / median(ours, rounds);
	rate_plain = (double)mib * 1.048576 / median(plain, rounds);
	printf("engine %.1f MB/s, plain library %.1f MB/s, ratio %.2f "
	       "(target 0.90)\n",
	       rate_ours, rate_plain, rate_ours / rate_plain);
	printf("engine memory: idle %ld KiB, after %zu MiB %ld KiB, peak %ld "
	       "KiB (target 65536)\n",
	       idle, mib, after, peak);
	lesson_release(&l);
	loop_finish(&loop);
	scratch_release(&scratch);
	return 0;
}
