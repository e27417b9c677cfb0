/* How fast a log is verified and stored, and what an entry costs on the wire:
 *
 *     bench_log [entries [folder]]
 *
 * The databases are made below the folder (/tmp), which must lie on a disk for
 * "durable" to mean anything; its file system is printed.
 *
 * Prints figures for realistic lesson entries at several zstd levels, and for
 * intakes of lessons as they come and of at least 400 bytes, in one process on
 * one core. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>

#include <linux/magic.h>

#include "catalog/pack.h"
#include "proto/encoding.h"
#include "tests/support/logs.h"

static const char *folder = "/tmp";

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t random_state = 88172645463325252u;

static uint64_t dice(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void random_hex(size_t bytes, char *out)
{
	uint8_t raw[32];

	for (size_t i = 0; i < bytes; i++)
		raw[i] = (uint8_t)(dice() >> 20);
	hex_encode((struct bytes){ raw, bytes }, out);
}

/* A lesson as an office writes it: random where it is random, repetitive where
 * it repeats. */
static size_t lesson_entry(uint64_t i, size_t at_least, char out[600])
{
	static const char *const subjects[] = {
		"黑山羊", "东江鱼",   "杂交水稻制种", "狗脑贡茶", "甜玉米",
		"罗非鱼", "叉尾鮰", "脐橙",	    "生猪",	"油茶",
		"蜂蜜",	  "食用菌", "楠竹",	    "烤烟",	"辣椒"
	};
	static const char *const what[] = {
		"养殖技术", "病虫害防治", "春季管理", "疫病预防",   "饲料配制",
		"育苗要点", "采收与贮藏", "网箱养殖", "市场与销售", "常见问题解答"
	};
	static const char *const topics[] = { "产业/养殖/黑山羊", "产业/养殖/鱼",
					      "产业/种植/水稻",	  "产业/种植/茶",
					      "生活/健康",	  "党建/学习" };
	uint8_t id[5];
	char short_id[9], btmh[65], poster[65];
	size_t size;

	for (size_t k = 0; k < sizeof(id); k++)
		id[k] = (uint8_t)(dice() >> 30);
	base32_encode((struct bytes){ id, sizeof(id) }, short_id);
	random_hex(32, btmh);
	random_hex(32, poster);
	size = (size_t)snprintf(
		out, 600,
		"{\"type\":\"lesson\",\"id\":\"" TEST_ORIGIN "#%s\",\"rev\":%u,"
		"\"title\":\"%s%s（第%u讲）\",\"topic\":\"%s\","
		"\"region\":\"431081\",\"seconds\":%u,"
		"\"date\":\"20%02u-%02u-%02u\","
		"\"btmh\":\"%s\",\"bytes\":%u,\"poster\":\"%s\",\"trust\":%u",
		short_id, 1 + (unsigned)(dice() % 40 == 0),
		subjects[dice() % 15], what[dice() % 10],
		1 + (unsigned)(dice() % 30), topics[dice() % 6],
		600 + (unsigned)(dice() % 3000), 18 + (unsigned)(i / 9000 % 9),
		1 + (unsigned)(i / 700 % 12), 1 + (unsigned)(i / 25 % 28), btmh,
		50000000 + (unsigned)(dice() % 1500000000), poster,
		1 + (unsigned)(i / 4000));
	if (size + 14 < at_least) {
		size += (size_t)snprintf(out + size, 600 - size,
					 ",\"summary\":\"");
		while (size + 5 < at_least)
			size += (size_t)snprintf(out + size, 600 - size, "%s",
						 subjects[dice() % 15]);
		size += (size_t)snprintf(out + size, 600 - size, "\"");
	}
	size += (size_t)snprintf(out + size, 600 - size, "}");
	return size;
}

static void append_lessons(struct catalog *c, int64_t id,
			   const struct secret_key *key, uint64_t count,
			   size_t at_least, uint64_t *raw)
{
	struct err err = ERR_INIT;
	struct bytes entries[BUNDLE_ENTRIES * 8];
	static char texts[BUNDLE_ENTRIES * 8][600];

	*raw = 0;
	for (uint64_t done = 0; done < count;) {
		size_t some = sizeof(entries) / sizeof(entries[0]);

		if (some > count - done)
			some = (size_t)(count - done);
		for (size_t i = 0; i < some; i++) {
			entries[i] = (struct bytes){
				(uint8_t *)texts[i],
				lesson_entry(done + i, at_least, texts[i])
			};
			*raw += entries[i].size;
		}
		CHECK(log_append(c, id, entries, some, key, &err) ==
		      STATUS_OK);
		done += some;
	}
}

static void try_levels(struct catalog *c, int64_t id)
{
	static const int levels[] = { 1, 3, 6, 9, 12, 15, 17, 19, 22 };
	struct err err = ERR_INIT;
	bool is_zstd;

	for (size_t l = 0; l < sizeof(levels) / sizeof(levels[0]); l++) {
		struct buf raw = BUF_INIT, packed = BUF_INIT;
		double start, taken = 0;
		uint64_t bytes = 0;

		for (uint64_t n = 0; n < 16; n++) {
			buf_clear(&raw);
			buf_clear(&packed);
			CHECK(log_read_bundle(c, id, n, 256, false, &raw,
					      &is_zstd, &err) == STATUS_OK);
			start = now();
			CHECK(pack_compress(buf_bytes(&raw), levels[l],
					    &packed) == STATUS_OK);
			taken += now() - start;
			bytes += packed.size;
		}
		printf("  zstd level %2d: %6.1f bytes per entry, %6.2f ms per "
		       "bundle\n",
		       levels[l], (double)bytes / (16 * 256),
		       taken / 16 * 1e3);
		buf_release(&raw);
		buf_release(&packed);
	}
}

static void measure_intake(struct catalog *publisher, int64_t theirs,
			   const struct secret_key *key, uint64_t count,
			   bool zstd)
{
	struct place place;
	struct catalog *c;
	struct err err = ERR_INIT;
	int64_t id;
	struct buf note = BUF_INIT;
	struct source source = { .catalog = publisher, .log = theirs,
				 .zstd = zstd };
	struct intake_options options = { .keys = secret_key_public(key),
					  .key_count = 1 };
	struct intake *in;
	struct intake_want want;
	double taken = 0, start, parts[4] = { 0 };
	uint64_t from;
	bool is_zstd;

	place_make_in(&place, folder);
	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
	CHECK(log_follow(c, TEST_ORIGIN, false, &id, &err) == STATUS_OK);
	CHECK(log_read_note(publisher, theirs, &note, &err) == STATUS_OK);
	start = now();
	CHECK(intake_open(&in, c, id, buf_bytes(&note), &options, &err) ==
	      STATUS_OK);
	taken += now() - start;
	while (!intake_done(in)) {
		struct buf body = BUF_INIT;
		struct intake_part *part;
		double before;

		start = now();
		CHECK(intake_next(in, &want, &err) == STATUS_OK);
		taken += now() - start;
		CHECK(source_get(&source, &want, &body, &from, &is_zstd) ==
		      STATUS_OK);
		start = now();
		CHECK(intake_check(&want, buf_bytes(&body), from, is_zstd,
				   &part, &err) == STATUS_OK);
		before = now();
		parts[0] += before - start;
		CHECK(intake_accept(in, part, &err) == STATUS_OK);
		parts[1] += now() - before;
		taken += now() - start;
		buf_release(&body);
	}
	start = now();
	CHECK(intake_commit(in, &err) == STATUS_OK);
	parts[2] = now() - start;
	taken += parts[2];
	intake_free(in);
	start = now();
	CHECK(catalog_checkpoint_wal(place.path, &err) == STATUS_OK);
	parts[3] = now() - start;
	printf("  intake %-4s %8.0f entries/s verified and durable (check "
	       "%.3f s, accept %.3f s, commit %.3f s; WAL into the file "
	       "afterwards %.3f s), %.1f bytes per entry on the wire\n",
	       zstd ? "zstd" : "raw", (double)count / taken, parts[0],
	       parts[1], parts[2], parts[3],
	       ((double)source.bytes + (double)note.size) / (double)count);
	buf_release(&note);
	catalog_free(c);
	place_remove(&place);
}

static void measure(uint64_t count, size_t at_least)
{
	struct place place;
	struct catalog *publisher;
	struct err err = ERR_INIT;
	struct secret_key *key = test_key(1);
	struct bytes one;
	char text[600];
	uint64_t raw;
	int64_t theirs;
	double start;

	place_make_in(&place, folder);
	CHECK(catalog_open(&publisher, place.path, &err) == STATUS_OK);
	CHECK(log_follow(publisher, TEST_ORIGIN, true, &theirs, &err) ==
	      STATUS_OK);
	start = now();
	append_lessons(publisher, theirs, key, count, at_least, &raw);
	printf("%llu entries of %.0f bytes: appended and signed at %.0f "
	       "entries/s\n",
	       (unsigned long long)count, (double)raw / (double)count,
	       (double)count / (now() - start));
	try_levels(publisher, theirs);
	measure_intake(publisher, theirs, key, count, true);
	measure_intake(publisher, theirs, key, count, false);
	one = (struct bytes){ (uint8_t *)text,
			      lesson_entry(count, at_least, text) };
	start = now();
	CHECK(log_append(publisher, theirs, &one, 1, key, &err) == STATUS_OK);
	printf("  one more entry, durable: %.2f ms\n", (now() - start) * 1e3);
	secret_key_free(key);
	catalog_free(publisher);
	place_remove(&place);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;

	struct statfs where;

	if (argc > 2)
		folder = argv[2];
	CHECK(count >= 256 * 16);
	CHECK(statfs(folder, &where) == 0);
	printf("in %s, %s\n", folder,
	       where.f_type == TMPFS_MAGIC || where.f_type == RAMFS_MAGIC ?
		       "IN MEMORY: nothing below is durable" :
		       "on a disk");
	measure(count, 0);
	measure(count, 400);
	return 0;
}
