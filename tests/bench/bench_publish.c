/* bench_publish [MEGABYTES [DIR]]
 *
 * How fast a file becomes a payload (copied, hashed twice over, durable),
 * against `sha256sum` and then `cp` of the same file in the same run. Prints
 * one line of "name value unit" each and a ratio, which is what counts. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/child.h"
#include "node/payload.h"
#include "node/prepare.h"
#include "tests/support/check.h"

enum { ROUNDS = 3 };

static double now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double run(const char *const *argv)
{
	struct child_options options = { .argv = argv,
					 .timeout_s = 600,
					 .output_max = 4096 };
	struct buf output = BUF_INIT;
	struct err err = ERR_INIT;
	double start = now_s();

	CHECK(child_run(&options, &output, &err) == STATUS_OK);
	buf_release(&output);
	return now_s() - start;
}

static void make_file(const char *path, size_t megabytes)
{
	static uint64_t block[(1 << 20) / 8];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	uint64_t x = 1;

	CHECK(fd >= 0);
	for (size_t i = 0; i < megabytes; i++) {
		for (size_t k = 0; k < sizeof(block) / 8; k++)
			block[k] = x = x * 6364136223846793005u + 1442695040888963407u;
		CHECK(write(fd, block, sizeof(block)) == sizeof(block));
	}
	CHECK(fsync(fd) == 0 && close(fd) == 0);
}

static double prepare(const char *source, const char *top)
{
	char payload[512], torrent[512], blob[512];
	struct prepare_options options = { .source = source,
					   .payload_dir = payload,
					   .torrent_dir = torrent,
					   .blob_dir = blob,
					   .no_media = true };
	struct prepared out;
	struct err err = ERR_INIT;
	double start, seconds;

	(void)snprintf(payload, sizeof(payload), "%s/payload", top);
	(void)snprintf(torrent, sizeof(torrent), "%s/torrent", top);
	(void)snprintf(blob, sizeof(blob), "%s/blob", top);
	CHECK(mkdir(payload, 0755) == 0 && mkdir(torrent, 0755) == 0 &&
	      mkdir(blob, 0755) == 0);
	start = now_s();
	if (prepare_payload(&options, &out, &err) != STATUS_OK) {
		fprintf(stderr, "bench_publish: %s\n", err.text);
		exit(1);
	}
	seconds = now_s() - start;
	CHECK(payload_delete(payload, &err) == STATUS_OK);
	CHECK(payload_delete(torrent, &err) == STATUS_OK);
	CHECK(payload_delete(blob, &err) == STATUS_OK);
	return seconds;
}

static double least(double a, double b)
{
	return a == 0 || b < a ? b : a;
}

int main(int argc, char **argv)
{
	size_t megabytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 256;
	char top[256], file[300], copy[300];
	const char *const sum[] = { "sha256sum", file, NULL };
	const char *const cp[] = { "cp", file, copy, NULL };
	const char *const sync[] = { "sync", copy, NULL };
	double of_sum = 0, of_cp = 0, of_sync = 0, of_ours = 0, size, theirs;
	struct err err = ERR_INIT;

	(void)snprintf(top, sizeof(top), "%s/xiangtu-bench-XXXXXX",
		       argc > 2 ? argv[2] : "/tmp");
	CHECK(megabytes > 0 && mkdtemp(top) != NULL);
	(void)snprintf(file, sizeof(file), "%s/file.bin", top);
	(void)snprintf(copy, sizeof(copy), "%s/copy.bin", top);
	make_file(file, megabytes);
	for (int i = 0; i < ROUNDS; i++) {
		of_sum = least(of_sum, run(sum));
		of_cp = least(of_cp, run(cp));
		of_sync = least(of_sync, run(sync));
		CHECK(unlink(copy) == 0);
		of_ours = least(of_ours, prepare(file, top));
	}
	CHECK(payload_delete(top, &err) == STATUS_OK);

	size = (double)megabytes * (1 << 20) / 1e6;
	theirs = of_sum + of_cp;
	printf("publish_sha256sum %.0f MB/s\n", size / of_sum);
	printf("publish_cp %.0f MB/s\n", size / of_cp);
	printf("publish_cp_and_sync %.0f MB/s\n", size / (of_cp + of_sync));
	printf("publish_sha256sum_and_cp %.0f MB/s\n", size / theirs);
	printf("publish_ours_durable %.0f MB/s\n", size / of_ours);
	printf("publish_ratio %.2f (target 0.5)\n", theirs / of_ours);
	return 0;
}
