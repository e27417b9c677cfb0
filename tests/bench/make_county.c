/* Fills a node's data directory, made by `xiangtu init`, so that a real
 * `xiangtu run` serves it:
 *
 *     make_county append DIR LESSONS [HELD [BYTES [sparse]]]
 *     make_county hold DIR
 *
 * `append` signs that many lessons into the node's own log, in batches; every
 * so-many-th of them, HELD in all, has a real payload of BYTES (65,536) in DIR
 * and is for the whole region of the node. With `sparse` their files are holes
 * of that length, which must be a multiple of the length of a piece. The others
 * have payloads that exist nowhere and are for a neighbouring place two digits
 * below, so that stations elsewhere know them and want none. The last title is
 * "末课". Lessons, search and all are brought up to date. Prints {"lessons",
 * "entry_bytes", "last"}.
 *
 * `hold` says of every payload in DIR, put there with its torrent file by
 * whoever calls, that it is held. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/index.h"
#include "catalog/initials.h"
#include "catalog/log.h"
#include "catalog/payloads.h"
#include "catalog/search.h"
#include "node/clock.h"
#include "node/house.h"
#include "node/prepare.h"
#include "node/merkle.h"
#include "node/torrentfile.h"
#include "node/torrentwriter.h"
#include "proto/encoding.h"
#include "tests/support/check.h"

enum { BATCH = 2048, STEP = 20000, HELD_BYTES = 65536 };

static struct err err = ERR_INIT;

#define MUST(call)                                                         \
	do {                                                               \
		if ((call) != STATUS_OK) {                                 \
			fprintf(stderr, "make_county: %s\n", err.text);    \
			exit(1);                                           \
		}                                                          \
	} while (0)

static uint64_t random_state = 88172645463325252u;

static uint64_t dice(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 11;
}

static void dice_bytes(uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)dice();
}

/* --- lessons as an office writes them --- */

static const char *pick(const char *const *from, size_t count)
{
	return from[dice() % count];
}

#define PICK(array) pick(array, sizeof(array) / sizeof(*(array)))

static void put_words(struct lesson *l, uint64_t n)
{
	static const char *const subjects[] = {
		"黑山羊", "东江鱼", "杂交水稻制种", "狗脑贡茶", "甜玉米",
		"罗非鱼", "叉尾鮰", "脐橙", "生猪", "油茶",
		"蜂蜜", "食用菌", "楠竹", "烤烟", "辣椒"
	};
	static const char *const what[] = {
		"养殖技术", "病虫害防治", "春季管理", "疫病预防", "饲料配制",
		"育苗要点", "采收与贮藏", "网箱养殖", "市场与销售",
		"常见问题解答"
	};
	static const char *const topics[] = {
		"产业/养殖/黑山羊", "产业/养殖/鱼", "产业/种植/水稻",
		"产业/种植/茶", "生活/健康", "党建/学习"
	};
	static const char *const summaries[] = {
		"请县农业局的老师讲解，带字幕。", "适合初学的农户，分三段。",
		"上机操作演示，附讲义。", "去年冬天在村里拍的。"
	};
	struct buf initials = BUF_INIT;

	(void)snprintf(l->title, sizeof(l->title), "%s%s（第%u讲）",
		       PICK(subjects), PICK(what), 1 + (unsigned)(dice() % 30));
	(void)snprintf(l->topic, sizeof(l->topic), "%s", PICK(topics));
	if (dice() % 3 == 0)
		(void)snprintf(l->summary, sizeof(l->summary), "%s%s",
			       PICK(subjects), PICK(summaries));
	/* Offices publish some twenty lessons a day. */
	(void)snprintf(l->date, sizeof(l->date), "20%02u-%02u-%02u",
		       12 + (unsigned)(n / 6720 % 14),
		       1 + (unsigned)(n / 560 % 12),
		       1 + (unsigned)(n / 20 % 28));
	MUST(initials_of(l->title, LESSON_INITIALS_MAX, &initials, &err));
	(void)snprintf(l->initials, sizeof(l->initials), "%s",
		       buf_string(&initials));
	buf_release(&initials);
}

static struct lesson make_lesson(const struct house *h, uint64_t n)
{
	uint8_t id[LESSON_SHORT_BYTES];
	struct lesson l;

	memset(&l, 0, sizeof(l));
	dice_bytes(id, sizeof(id));
	lesson_id_make(h->conf.origin, id, l.id);
	l.rev = 1;
	put_words(&l, n);
	(void)snprintf(l.region, sizeof(l.region), "%.6s1%02u",
		       h->conf.region, 2 + (unsigned)(dice() % 20));
	strcpy(l.lang, "zh-CN");
	l.seconds = 600 + (uint32_t)(dice() % 3000);
	dice_bytes(l.btmh, sizeof(l.btmh));
	l.bytes = 50000000 + dice() % 1500000000;
	l.files = 1;
	l.has_poster = true;
	dice_bytes(l.poster, sizeof(l.poster));
	l.trust = h->trust.trust.version;
	return l;
}

/* --- payloads --- */

static void remember_payload(const struct house *h, const char *hex)
{
	char path[HOUSE_PATH_MAX + 96];
	struct torrentfile *tf;
	uint8_t btmh[32];

	CHECK(hex_decode(bytes_of(hex), btmh, 32) == STATUS_OK);
	(void)snprintf(path, sizeof(path), "%s/%s", h->torrent_dir, hex);
	MUST(torrentfile_open(&tf, path, btmh, &err));
	MUST(payload_put_held(h->catalog, btmh, tf->mi.total, tf->mi.pieces,
			      clock_s(), &err));
	torrentfile_free(tf);
}

/* The hashes of a file of zeros, which differs from its like by its name. */
struct hole {
	struct merkle *hasher;
	uint32_t piece;
	uint8_t v1[SHA1_SIZE], v2[32];
};

static void hole_init(struct hole *hole, uint64_t bytes)
{
	uint8_t *zeros;

	hole->hasher = merkle_new();
	hole->piece = torrentfile_piece_length(bytes);
	zeros = calloc(1, hole->piece);
	CHECK(zeros != NULL && hole->hasher != NULL &&
	      bytes % hole->piece == 0);
	sha1(zeros, hole->piece, hole->v1);
	merkle_piece(hole->hasher, zeros, hole->piece,
		     hole->piece / METAINFO_BLOCK, hole->v2);
	free(zeros);
}

static void hole_torrent(const struct hole *hole, const char *name,
			 uint64_t bytes, struct buf *torrent,
			 uint8_t btmh[static 32])
{
	struct torrentwriter w;
	struct torrentwriter_file *file;
	struct bytes info;

	CHECK(torrentwriter_init(&w, name, false, hole->piece) == STATUS_OK);
	CHECK(torrentwriter_file(&w, NULL, bytes) == STATUS_OK);
	file = torrentwriter_last(&w);
	for (uint64_t at = 0; at < bytes; at += hole->piece) {
		buf_put(&file->layer, hole->v2, sizeof(hole->v2));
		buf_put(&w.v1_pieces, hole->v1, sizeof(hole->v1));
	}
	merkle_layer_root(hole->hasher, buf_bytes(&file->layer), hole->piece,
			  file->root);
	CHECK(torrentwriter_write(&w, torrent, &info) == STATUS_OK);
	merkle_hash(hole->hasher, info.data, info.size, btmh);
	torrentwriter_release(&w);
}

static int create_in(const char *folder, const char *name)
{
	char path[HOUSE_PATH_MAX + 400];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	CHECK(fd >= 0);
	return fd;
}

static void make_hole(const struct house *h, struct lesson *l, uint64_t n,
		      uint64_t bytes)
{
	static struct hole hole;
	static struct buf torrent;
	char name[32], hex[65], folder[HOUSE_PATH_MAX + 96];
	uint32_t pieces;
	int fd;

	if (hole.hasher == NULL)
		hole_init(&hole, bytes);
	(void)snprintf(name, sizeof(name), "lesson-%llu.mp4",
		       (unsigned long long)n);
	buf_clear(&torrent);
	hole_torrent(&hole, name, bytes, &torrent, l->btmh);
	pieces = (uint32_t)(bytes / hole.piece);
	hex_encode((struct bytes){ l->btmh, 32 }, hex);
	(void)snprintf(folder, sizeof(folder), "%s/%s", h->payload_dir, hex);
	CHECK(mkdir(folder, 0755) == 0);
	fd = create_in(folder, name);
	CHECK(ftruncate(fd, (off_t)bytes) == 0 && close(fd) == 0);
	fd = create_in(h->torrent_dir, hex);
	CHECK(write(fd, torrent.data, torrent.size) == (ssize_t)torrent.size &&
	      close(fd) == 0);
	l->bytes = bytes;
	l->has_poster = false;
	memcpy(l->region, h->conf.region, sizeof(l->region));
	MUST(payload_put_held(h->catalog, l->btmh, bytes, pieces, clock_s(),
			      &err));
}

static void make_payload(const struct house *h, struct lesson *l, size_t bytes)
{
	char path[HOUSE_PATH_MAX + 32], hex[65];
	struct prepare_options options = { .source = path,
					   .payload_dir = h->payload_dir,
					   .torrent_dir = h->torrent_dir,
					   .blob_dir = h->blob_dir,
					   .no_media = true };
	struct prepared made;
	uint8_t *data = malloc(bytes);
	FILE *file;

	CHECK(data != NULL);
	dice_bytes(data, bytes);
	(void)snprintf(path, sizeof(path), "%s/lesson.mp4", h->dir);
	file = fopen(path, "wb");
	CHECK(file != NULL && fwrite(data, 1, bytes, file) == bytes &&
	      fclose(file) == 0);
	MUST(prepare_payload(&options, &made, &err));
	CHECK(unlink(path) == 0);
	free(data);
	memcpy(l->btmh, made.btmh, sizeof(l->btmh));
	l->bytes = made.bytes;
	l->has_poster = false;
	memcpy(l->region, h->conf.region, sizeof(l->region));
	hex_encode((struct bytes){ made.btmh, 32 }, hex);
	remember_payload(h, hex);
}

static void hold(const struct house *h)
{
	DIR *dir = opendir(h->torrent_dir);
	const struct dirent *entry;

	CHECK(dir != NULL);
	MUST(catalog_begin(h->catalog, CATALOG_DURABLE, &err));
	while ((entry = readdir(dir)) != NULL)
		if (strlen(entry->d_name) == 64)
			remember_payload(h, entry->d_name);
	MUST(catalog_commit(h->catalog, &err));
	closedir(dir);
}

/* --- the log --- */

static void bring_up_to_date(const struct house *h)
{
	struct index *index;
	unsigned did;

	MUST(index_open(&index, h->catalog, h->conf.level, h->conf.region,
			&err));
	MUST(index_set_trust(index, &h->trust.trust, NULL, &err));
	do
		MUST(index_step(index, STEP, &did, &err));
	while (did > 0);
	do
		MUST(search_step(h->catalog, STEP, &did, &err));
	while (did > 0);
	index_free(index);
	MUST(catalog_checkpoint_wal(catalog_path(h->catalog), &err));
}

static void append(const struct house *h, uint64_t lessons, uint64_t held,
		   size_t held_bytes, bool sparse)
{
	static struct buf json[BATCH];
	static struct bytes entries[BATCH];
	uint64_t every = held > 0 ? lessons / held : 0, bytes = 0;
	struct log_info log;
	struct lesson l;

	MUST(log_find(h->catalog, h->conf.origin, &log, &err));
	for (uint64_t n = 0; n < lessons;) {
		size_t some = 0;

		MUST(catalog_begin(h->catalog, CATALOG_DERIVED, &err));
		for (; some < BATCH && n < lessons; some++, n++) {
			l = make_lesson(h, n);
			if (every > 0 && n % every == 0 && n / every < held) {
				if (sparse)
					make_hole(h, &l, n, held_bytes);
				else
					make_payload(h, &l, held_bytes);
			}
			if (n + 1 == lessons)
				strcpy(l.title, "末课");
			buf_clear(&json[some]);
			MUST(lesson_format(&l, &json[some], &err));
			entries[some] = buf_bytes(&json[some]);
			bytes += json[some].size;
		}
		MUST(catalog_commit(h->catalog, &err));
		MUST(log_append(h->catalog, log.id, entries, some,
				h->publisher_key, &err));
	}
	for (size_t i = 0; i < BATCH; i++)
		buf_release(&json[i]);
	bring_up_to_date(h);
	printf("{\"lessons\": %llu, \"entry_bytes\": %.1f, \"last\": \"%s\"}\n",
	       (unsigned long long)lessons, (double)bytes / (double)lessons,
	       l.id);
}

int main(int argc, char **argv)
{
	struct house h;

	if (argc < 3 || (strcmp(argv[1], "append") == 0 && argc < 4)) {
		fprintf(stderr, "usage: make_county append DIR LESSONS [HELD "
				"[BYTES [sparse]]] | hold DIR\n");
		return 2;
	}
	CHECK(signing_init() == STATUS_OK);
	MUST(house_open(&h, argv[2], HOUSE_WRITE, &err));
	if (strcmp(argv[1], "append") == 0)
		append(&h, strtoull(argv[3], NULL, 10),
		       argc > 4 ? strtoull(argv[4], NULL, 10) : 0,
		       argc > 5 ? strtoull(argv[5], NULL, 10) : HELD_BYTES,
		       argc > 6 && strcmp(argv[6], "sparse") == 0);
	else
		hold(&h);
	house_close(&h);
	return 0;
}
