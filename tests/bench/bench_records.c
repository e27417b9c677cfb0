/* How fast an office takes in sealed daily batches, and how fast its month's
 * report is:
 *
 *     bench_records STATIONS SESSIONS [A_DAY [FOLDER]]
 *
 * Invents so many stations and so many sessions of them, A_DAY (40) in each
 * daily batch: a study with its plays, two people with cards, the rest open;
 * a batch also tells of the machine. The batches are written, signed, padded
 * and sealed as stations do, in memory; that time is not counted. They come in
 * day by day, all stations of a day in a new order.
 *
 * Prints one JSON object. `bare` is the same entries only opened and verified,
 * by the same two threads; both are sessions a second. `strip_s` is how long it
 * takes when the time of all that is personal is over. The database is made
 * below FOLDER (/tmp), which must lie on a disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "catalog/imported.h"
#include "catalog/report.h"
#include "node/office/import_flow.h"
#include "proto/month.h"
#include "proto/recordlog.h"
#include "tests/support/batches.h"
#include "tests/support/dice.h"

enum {
	FIRST_DAY_S = 1790784000, /* 2026-10-01, 00:00 in Beijing */
	LESSONS = 3000, /* of the county; of a station some 60 */
	PLAY_MS = 11 * 60 * 1000,
	DAYS_MAX = 10000,
	SAY_SESSIONS = 2000000,
	BARE_ENTRIES = 2048
};

struct bench {
	uint32_t stations;
	uint64_t sessions; /* to be made */
	unsigned a_day;
	struct place place;
	char node_db[96];
	struct err err;
	struct seal_key *key;
	struct catalog *office;
	int64_t *rows; /* of each station */
	uint32_t *order;
	uint8_t *publics; /* 32 bytes each */

	/* the next batch */
	uint32_t at, day;
	uint64_t made;	   /* sessions */
	uint64_t bytes;	   /* sealed */
	uint64_t entries;
	double making_s, making_cpu_s;
	uint64_t last_made; /* where the last tenth began */
	double last_begun;  /* and when, without what was made until then */
	uint64_t said_made; /* the same for what is told on the way */
	double said;
};

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of a processor, all threads together: what a busy machine does not hide. */
static double cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#define OK(b, call)                                                       \
	do {                                                              \
		if ((call) != STATUS_OK) {                                \
			(void)fprintf(stderr, "%s\n", (b)->err.text);     \
			exit(1);                                          \
		}                                                         \
	} while (0)

/* --- batches --- */

/* As stations make them: docs/formats-records.md, "Items". */
static uint64_t new_id(const struct bench *b, unsigned s)
{
	return (uint64_t)(FIRST_DAY_S + b->day * 86400ul + s) << 32 |
	       dice(UINT64_C(1) << 32);
}

static void put_when(struct buf *t, const struct bench *b, unsigned s)
{
	buf_printf(t, "\"w\":[%lu,%u,%u,%u,1]",
		   FIRST_DAY_S + b->day * 86400ul + s, b->day + 1, s,
		   FIRST_DAY_S - 86400);
}

static void put_play(struct buf *t, const struct bench *b, unsigned i,
		     uint64_t in, uint64_t card)
{
	uint32_t lesson = (b->order[b->at] * 61 + (uint32_t)dice(60)) % LESSONS;

	buf_printf(t, "{\"k\":\"play\",\"id\":\"%016lx\",",
		   new_id(b, 30000 + i * 600));
	put_when(t, b, 30000 + i * 600);
	buf_printf(t,
		   ",\"lesson\":\"zixing.example/431081/lessons#%08x\","
		   "\"rev\":1,\"as\":\"video\",\"on\":\"%s\",\"ms\":%u,"
		   "\"own\":%u,\"shown\":[0,%u],\"of\":900",
		   lesson, card != 0 ? "phone" : "tv", PLAY_MS - i,
		   PLAY_MS - i, 660 - i);
	if (in != 0)
		buf_printf(t, ",\"in\":\"%016lx\"", in);
	if (card != 0)
		buf_printf(t, ",\"card\":\"%016lx\"", card);
	buf_puts(t, ",\"keys\":4,\"flags\":[]}");
}

static void put_study(struct buf *t, const struct bench *b, uint64_t id)
{
	buf_printf(t, "{\"k\":\"study\",\"id\":\"%016lx\",\"v\":1,", id);
	put_when(t, b, 29000);
	buf_puts(t,
		 ",\"heads\":14,"
		 "\"names\":[\"李明\",\"王芳\",\"张伟\",\"刘洋\"],"
		 "\"ms\":3960000,\"own\":3960000,\"parts\":1,\"flags\":[]}");
}

static void put_personal(struct buf *t, const struct bench *b, uint64_t id,
			 uint64_t card)
{
	buf_printf(t, "{\"k\":\"personal\",\"id\":\"%016lx\",\"v\":1,", id);
	put_when(t, b, 28000);
	buf_printf(t,
		   ",\"card\":\"%016lx\",\"on\":\"phone\",\"ms\":1320000,"
		   "\"own\":1320000,\"plays\":2,\"flags\":[]}",
		   card);
}

/* Of one of twenty who live there, now and then of somebody from elsewhere. */
static uint64_t some_card(const struct bench *b)
{
	uint64_t home = dice(50) == 0 ? dice(b->stations) : b->order[b->at];

	return (home * 20 + dice(20) + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

/* A day of one station: plays, the first six in a study, two each by two
 * people; sessions are all of these. */
static void put_items(struct buf *t, const struct bench *b)
{
	uint64_t study = new_id(b, 29000);
	uint64_t visit[2] = { new_id(b, 28000), new_id(b, 28000) };
	uint64_t card[2] = { some_card(b), some_card(b) };
	unsigned plays = b->a_day > 3 ? b->a_day - 3 : 1;

	for (unsigned i = 0; i < plays; i++) {
		bool person = i >= 6 && i < 10;
		unsigned who = i < 8 ? 0 : 1;

		put_play(t, b, i,
			 i < 6	? study :
			 person ? visit[who] :
				  0,
			 person ? card[who] : 0);
		buf_puts(t, ",");
	}
	put_study(t, b, study);
	for (unsigned who = 0; who < 2; who++) {
		buf_puts(t, ",");
		put_personal(t, b, visit[who], card[who]);
	}
	buf_puts(t, ",{\"k\":\"machine\",");
	put_when(t, b, 80000);
	buf_puts(t, ",\"up_s\":50000,\"disk_total\":1000000000000,"
		    "\"disk_free\":400000000000,\"smart\":\"ok\","
		    "\"version\":\"1.0\",\"held\":900,\"wanted\":910,"
		    "\"flags\":[]}");
}

static void seed_of(uint32_t station, uint8_t out[static KEY_SEED_SIZE])
{
	memset(out, 7, KEY_SEED_SIZE);
	memcpy(out, &station, sizeof(station));
}

static struct secret_key *station_key(const uint8_t *public, uint32_t station)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1] = "x";
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	seed_of(station, seed);
	if (public != NULL)
		recordlog_origin(public, origin);
	CHECK(secret_key_from_seed(&key, origin, KEY_ED25519, seed) ==
	      STATUS_OK);
	return key;
}

static void make_piece(struct bench *b, struct piece *p)
{
	uint32_t station = b->order[b->at];
	const uint8_t *public = b->publics + 32 * (size_t)station;
	struct secret_key *key = station_key(public, station);
	struct buf text = BUF_INIT, inner = BUF_INIT;

	*p = (struct piece){ .row = &b->rows[station],
			     .taken_s = FIRST_DAY_S + 86400l * (b->day + 1),
			     .entry = b->day };
	memcpy(p->station, public, 32);
	buf_printf(&text,
		   "xiangtu-batch/v1\n{\"v\":1,\"to\":\"%08x\",\"seq\":%u,",
		   seal_key_public(b->key)->id, b->day);
	put_when(&text, b, 86000);
	buf_puts(&text, ",\"part\":[1,1],\"items\":[");
	put_items(&text, b);
	buf_puts(&text, "]}\n");
	CHECK(note_sign(buf_bytes(&text), key, &inner) == STATUS_OK);
	CHECK(seal(buf_bytes(&inner), seal_key_public(b->key), &p->sealed) ==
	      STATUS_OK);
	b->bytes += p->sealed.size;
	b->entries++;
	b->made += b->a_day;
	buf_release(&text);
	buf_release(&inner);
	secret_key_free(key);
}

static void next_station(struct bench *b)
{
	if (++b->at < b->stations)
		return;
	b->at = 0;
	b->day++;
	for (uint32_t i = b->stations; i > 1; i--) {
		uint32_t k = (uint32_t)dice(i), was = b->order[i - 1];

		b->order[i - 1] = b->order[k];
		b->order[k] = was;
	}
}

/* `so_far`: seconds of importing. */
static void say_how_far(struct bench *b, double so_far)
{
	if (b->made - b->said_made < SAY_SESSIONS)
		return;
	(void)fprintf(stderr, "%lu of %lu sessions are in, the last at %.0f/s\n",
		      b->made, b->sessions,
		      (double)(b->made - b->said_made) / (so_far - b->said));
	b->said_made = b->made;
	b->said = so_far;
}

static enum status gather(void *owner, struct chunk *chunk, struct err *err)
{
	struct bench *b = owner;
	double begun = now(), cpu_begun = cpu();

	(void)err;
	say_how_far(b, begun - b->making_s);
	if (b->last_begun == 0 && b->made >= b->sessions / 10 * 9) {
		b->last_begun = begun - b->making_s;
		b->last_made = b->made;
	}
	while (chunk->count < IMPORT_CHUNK && b->made < b->sessions) {
		make_piece(b, &chunk->pieces[chunk->count++]);
		next_station(b);
	}
	b->making_s += now() - begun;
	b->making_cpu_s += cpu() - cpu_begun;
	return STATUS_OK;
}

/* --- the office --- */

static void enrol(struct bench *b)
{
	struct catalog *c;

	OK(b, catalog_open(&c, b->node_db, &b->err));
	OK(b, catalog_begin(c, CATALOG_DERIVED, &b->err));
	for (uint32_t i = 0; i < b->stations; i++) {
		static const char put[] =
			"INSERT INTO station (key, log, entry, vkey, region,"
			" name, groups, since, ended)"
			" VALUES (?, 1, ?, ?, ?, ?, '', '', 0)";
		const uint8_t *raw = b->publics + 32 * (size_t)i;
		char region[13], name[20], vkey[VKEY_MAX + 1];
		struct public_key key;
		struct sql q;

		(void)snprintf(region, sizeof(region), "431081%03u%03u",
			       100 + i / 200 % 100, 200 + i % 200);
		(void)snprintf(name, sizeof(name), "村%u", i);
		CHECK(public_key_init(&key, "village", KEY_ED25519, raw) ==
		      STATUS_OK);
		public_key_format(&key, vkey);
		sql_start(&q, c, put);
		sql_put_blob(&q, (struct bytes){ raw, 32 });
		sql_put_int(&q, i);
		sql_put_text(&q, vkey);
		sql_put_text(&q, region);
		sql_put_text(&q, name);
		OK(b, sql_run(&q, &b->err));
	}
	OK(b, catalog_commit(c, &b->err));
	catalog_free(c);
}

static void start(struct bench *b, const char *folder)
{
	b->err = (struct err)ERR_INIT;
	CHECK(signing_init() == STATUS_OK);
	place_make_in(&b->place, folder);
	(void)snprintf(b->node_db, sizeof(b->node_db), "%s/stations.db",
		       b->place.dir);
	CHECK(seal_key_new(&b->key, "bench") == STATUS_OK);
	b->rows = calloc(b->stations, sizeof(*b->rows));
	b->order = calloc(b->stations, sizeof(*b->order));
	b->publics = calloc(b->stations, 32);
	CHECK(b->rows != NULL && b->order != NULL && b->publics != NULL);
	for (uint32_t i = 0; i < b->stations; i++) {
		struct secret_key *key = station_key(NULL, i);

		memcpy(b->publics + 32 * (size_t)i,
		       secret_key_public(key)->bytes, 32);
		b->order[i] = i;
		secret_key_free(key);
	}
	enrol(b);
	OK(b, records_db_open(&b->office, b->place.path, &b->err));
	OK(b, records_db_be_roomy(b->office, import_cache_kib(), &b->err));
}

/* Seconds for opening and verifying so many entries and nothing else. */
static double bare(struct bench *b, double *cpu_s)
{
	struct chunk *chunk = calloc(1, sizeof(*chunk));
	double spent = 0, worked = 0;
	unsigned entries = 0;

	CHECK(chunk != NULL);
	chunk->key = b->key;
	while (entries < BARE_ENTRIES) {
		double begun, cpu_begun;

		while (chunk->count < IMPORT_CHUNK) {
			make_piece(b, &chunk->pieces[chunk->count++]);
			next_station(b);
		}
		begun = now();
		cpu_begun = cpu();
		chunk_start(chunk, NULL);
		chunk_finish(chunk);
		spent += now() - begun;
		worked += cpu() - cpu_begun;
		entries += IMPORT_CHUNK;
		for (size_t i = 0; i < chunk->count; i++)
			CHECK(chunk->pieces[i].state == PIECE_READ);
		chunk_clear(chunk);
	}
	free(chunk);
	b->made = b->bytes = b->entries = 0;
	b->at = b->day = 0;
	*cpu_s = worked / entries;
	return spent / entries;
}

/* `*last`: sessions a second of the last tenth, when the tables are full. */
static double import_all(struct bench *b, double *cpu_s, double *last)
{
	struct import_watch watch = { .stop = false };
	struct import_flow *flow = calloc(1, sizeof(*flow));
	double begun = now(), cpu_begun = cpu(), spent;

	CHECK(flow != NULL);
	*flow = (struct import_flow){ .office = b->office,
				      .watch = &watch,
				      .now_s = FIRST_DAY_S + 86400l * DAYS_MAX,
				      .key = b->key,
				      .gather = gather,
				      .owner = b };
	b->making_s = b->making_cpu_s = b->last_begun = 0;
	b->said = begun;
	OK(b, import_flow_run(flow, &b->err));
	OK(b, catalog_checkpoint_wal(b->place.path, &b->err));
	spent = now() - begun - b->making_s;
	*cpu_s = cpu() - cpu_begun - b->making_cpu_s;
	*last = (double)(b->made - b->last_made) /
		(now() - b->making_s - b->last_begun);
	CHECK(watch.imported == b->entries && watch.odd == 0);
	free(flow);
	return spent;
}

/* The best of three, as a page's worker makes it. */
static double report(struct bench *b, bool json, double *cpu_s)
{
	double best = 1e9;

	*cpu_s = 1e9;

	for (int i = 0; i < 3; i++) {
		const struct report_query q = {
			.month = month_of(FIRST_DAY_S),
			.region = "",
			.now_s = FIRST_DAY_S + 86400l * (b->day + 1),
			.norm_min = 240
		};
		struct catalog *stations, *records;
		struct report *r;
		double begun = now(), cpu_begun = cpu(), spent;

		OK(b, catalog_open_reader(&stations, b->node_db, &b->err));
		OK(b, records_db_open_reader(&records, b->place.path,
					     &b->err));
		OK(b, report_make(&r, stations, records, &q, &b->err));
		CHECK(r->station_count == b->stations);
		if (json)
			json_decref(report_json(r, true));
		spent = now() - begun;
		best = spent < best ? spent : best;
		spent = cpu() - cpu_begun;
		*cpu_s = spent < *cpu_s ? spent : *cpu_s;
		report_free(r);
		catalog_free(stations);
		catalog_free(records);
	}
	return best;
}

/* Names and cards of all of them go: what one month's end makes at the most. */
static double strip(struct bench *b, int64_t *rows)
{
	double begun = now();

	OK(b, imported_strip(b->office,
			     month_of(FIRST_DAY_S + 86400l * (b->day + 40)),
			     rows, &b->err));
	return now() - begun;
}

int main(int argc, char **argv)
{
	struct bench b = { .a_day = 40 };
	double bare_s, bare_cpu_s, spent, cpu_s, last, made_s, made_cpu_s,
		json_s, json_cpu_s, strip_s;
	int64_t stripped = 0;
	struct stat st;

	if (argc < 3) {
		(void)fprintf(stderr, "bench_records STATIONS SESSIONS"
				      " [A_DAY [FOLDER]]\n");
		return 2;
	}
	b.stations = (uint32_t)strtoul(argv[1], NULL, 10);
	b.sessions = strtoull(argv[2], NULL, 10);
	if (argc > 3)
		b.a_day = (unsigned)strtoul(argv[3], NULL, 10);
	dice_begin(1);
	start(&b, argc > 4 ? argv[4] : "/tmp");
	bare_s = bare(&b, &bare_cpu_s);
	spent = import_all(&b, &cpu_s, &last);
	made_s = report(&b, false, &made_cpu_s);
	json_s = report(&b, true, &json_cpu_s);
	strip_s = strip(&b, &stripped);
	CHECK(stat(b.place.path, &st) == 0);
	printf("{\"stations\": %u, \"sessions\": %lu, \"a_day\": %u,"
	       " \"days\": %u, \"entries\": %lu, \"entry_bytes\": %lu,"
	       " \"db_bytes\": %lld, \"import_s\": %.2f,"
	       " \"import_cpu_s\": %.2f, \"import_rate\": %.0f,"
	       " \"import_last_rate\": %.0f,",
	       b.stations, b.made, b.a_day, b.day + (b.at > 0), b.entries,
	       b.bytes / b.entries, (long long)st.st_size, spent, cpu_s,
	       (double)b.made / spent, last);
	printf(" \"bare_rate\": %.0f, \"bare_entries\": %.0f,"
	       " \"bare_cpu_s\": %.7f, \"report_s\": %.3f,"
	       " \"report_cpu_s\": %.3f, \"report_json_s\": %.3f,"
	       " \"report_json_cpu_s\": %.3f, \"strip_s\": %.2f,"
	       " \"stripped\": %ld}\n",
	       b.a_day / bare_s, 1 / bare_s, bare_cpu_s, made_s, made_cpu_s,
	       json_s, json_cpu_s, strip_s, stripped);
	catalog_free(b.office);
	seal_key_free(b.key);
	free(b.rows);
	free(b.order);
	free(b.publics);
	(void)unlink(b.node_db);
	place_remove(&b.place);
	return 0;
}
