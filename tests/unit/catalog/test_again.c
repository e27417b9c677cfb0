/* Whatever trust notes and delegations follow upon one another, in slices of
 * any size, stopped and begun again anywhere: what comes out is what an index
 * makes that never knew anything else. On the way nothing that stays is ever away,
 * and once what must go is gone it does not come back. */
#include "catalog/again.h"

#include <sqlite3.h>

#include "catalog/delegations.h"
#include "catalog/entry.h"
#include "tests/support/shelf.h"

enum { IDS = 5, ROUNDS = 14 };

static uint32_t state;
static bool cites; /* newer trust notes than there are */

static uint32_t any(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % below;
}

static const char *const origins[SHELF_LOGS] = { LESSONS_ORIGIN, "a.example/x",
						 "town/lessons",
						 "z.example/x" };
static const char *const regions[] = { "43", "4310", "431081", "431081101",
				       "431082" };
static const char *const topics[] = { "产业", "产业/养殖", "学校" };

/* --- what the logs say --- */

static struct public_key node_key(uint8_t n)
{
	uint8_t seed[KEY_SEED_SIZE] = { 99, n };
	struct secret_key *secret;
	struct public_key key;

	CHECK(secret_key_from_seed(&secret, "node", KEY_ED25519, seed) ==
	      STATUS_OK);
	key = *secret_key_public(secret);
	secret_key_free(secret);
	return key;
}

static struct lesson random_lesson(size_t log, uint64_t trust)
{
	const char *origin = origins[any(3) == 0 ? any(SHELF_LOGS) : log];
	struct lesson l = lessons_make(origin, any(IDS));

	l.rev = 1 + any(3);
	l.btmh[8] = (uint8_t)l.rev;
	l.btmh[9] = (uint8_t)log;
	l.btmh[10] = (uint8_t)any(2);
	l.bytes = 1 + any(1000);
	strcpy(l.region, regions[any(5)]);
	strcpy(l.topic, topics[any(3)]);
	for (uint32_t n = any(4); n > 0; n--)
		strcat(l.summary, "一二三四五六七八九十");
	if (any(4) == 0) {
		l.also_count = 1;
		strcpy(l.also[0].as, "480p");
		memcpy(l.also[0].btmh, l.btmh, sizeof(l.btmh));
		l.also[0].btmh[11] = 1;
		l.also[0].bytes = 1 + any(2000);
	}
	l.trust = cites && any(40) == 0 ? trust + 1 : 1;
	return l;
}

static struct publisher random_scope(struct shelf *s, size_t log)
{
	struct publisher p = shelf_publisher(s, log, regions[any(4)]);

	if (any(3) == 0) {
		p.topic_count = 0;
		CHECK(publisher_add_topic(&p, topics[any(3)]) == STATUS_OK);
	}
	p.entries_max = any(4) == 0 ? 1 + any(30) : 0;
	p.entry_bytes_max = any(4) == 0 ? 350 + any(150) : 0;
	p.lesson_bytes_max = any(4) == 0 ? 1 + any(1500) : 0;
	p.may_delegate = any(2) == 0;
	return p;
}

static struct cutoff random_end(struct shelf *s, size_t log)
{
	struct cutoff end = { .size = 0 };
	struct log_info info;

	SHELF_OK(log_get(s->c, s->logs[log].id, &info, &s->err));
	strcpy(end.origin, origins[log]);
	end.size = any((uint32_t)info.size + 1);
	SHELF_OK(log_root_at(s->c, info.id, end.size, end.root, &s->err));
	if (any(8) == 0 && end.size > 0)
		end.root[0] ^= 1;
	if (any(2) == 0)
		strcpy(end.successor, origins[(log + 1 + any(3)) % SHELF_LOGS]);
	return end;
}

static void put_station(struct shelf *s, struct buf *out)
{
	struct entry_station e = { .key = node_key((uint8_t)any(4)) };
	struct entry_station_end end = { .key = node_key((uint8_t)any(4)) };

	strcpy(e.region, regions[any(5)]);
	strcpy(e.name, "联坪村");
	if (any(3) == 0) {
		e.has_replaces = true;
		e.replaces = node_key((uint8_t)any(4));
		e.has_replaces = !public_key_same(&e.key, &e.replaces);
	}
	if (any(3) == 0)
		SHELF_OK(entry_format_station_end(&end, out, &s->err));
	else
		SHELF_OK(entry_format_station(&e, out, &s->err));
}

/* Few cards of few PINs, so that logs say different things of the same. */
static void put_cards(struct shelf *s, struct buf *out)
{
	struct entry_cards cards = { .batch = "0c0001r1" };
	struct entry_cards_end end = { .trust = 0 };
	uint8_t ids[3 * ENTRY_CARD_SIZE] = { 0 };
	size_t count = 1 + any(3);
	bool ends = any(3) == 0;
	size_t each = ends ? CARD_ID_SIZE : ENTRY_CARD_SIZE;

	strcpy(cards.region, regions[any(5)]);
	for (size_t i = 0; i < count; i++) {
		ids[i * each] = (uint8_t)any(4);
		if (!ends)
			ids[i * each + CARD_ID_SIZE] = (uint8_t)any(3);
	}
	SHELF_OK(ends ? entry_format_cards_end(
				&end, (struct bytes){ ids, count * each }, out,
				&s->err) :
			entry_format_cards(&cards,
					   (struct bytes){ ids, count * each },
					   out, &s->err));
}

static void put_delegation(struct shelf *s, size_t log, struct buf *out)
{
	size_t child = (log + 1 + any(3)) % SHELF_LOGS;
	struct entry_delegate on = { .publisher = random_scope(s, child) };
	struct entry_undelegate off = { .has_end = any(3) == 0 };

	if (any(3) > 0) {
		SHELF_OK(entry_format_delegate(&on, out, &s->err));
		return;
	}
	strcpy(off.end.origin, origins[child]);
	if (off.has_end)
		off.end = random_end(s, child);
	SHELF_OK(entry_format_undelegate(&off, out, &s->err));
}

static void grow(struct shelf *s, size_t log, bool delegations)
{
	struct entry_withdraw w = { .reason = "" };
	struct buf out = BUF_INIT;
	struct lesson l = random_lesson(log, shelf_trust(s)->version);
	uint32_t what = any(24);

	if (what < 12) {
		SHELF_OK(lesson_format(&l, &out, &s->err));
	} else if (what < 14) {
		strcpy(w.id, l.id);
		SHELF_OK(entry_format_withdraw(&w, &out, &s->err));
	} else if (what < 17) {
		put_station(s, &out);
	} else if (what < 19 && delegations) {
		put_delegation(s, log, &out);
	} else if (what >= 20) {
		put_cards(s, &out);
	} else {
		buf_puts(&out, what == 19 ? "{}" : "{\"type\":\"notice\"}");
	}
	shelf_log_entry(s, log, buf_bytes(&out));
	buf_release(&out);
}

static void new_trust(struct shelf *s)
{
	uint64_t version = shelf_trust(s)->version;

	shelf_new_trust(s);
	shelf_trust(s)->version = version + 1;
	for (size_t log = 0; log < SHELF_LOGS; log++) {
		struct publisher p = random_scope(s, log);
		struct cutoff end = random_end(s, log);

		if (any(4) > 0)
			CHECK(trust_add_publisher(shelf_trust(s), &p) ==
			      STATUS_OK);
		if (any(5) == 0)
			CHECK(trust_add_cutoff(shelf_trust(s), &end) ==
			      STATUS_OK);
	}
}

/* --- what came of it --- */

static sqlite3 *open_raw(const char *path)
{
	sqlite3 *db;

	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	return db;
}

static void run_raw(const char *path, const char *sql)
{
	sqlite3 *db = open_raw(path);

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s\n", sqlite3_errmsg(db));
		abort();
	}
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static int put_line(void *context, int count, char **values, char **names)
{
	struct buf *out = context;

	(void)names;
	for (int i = 0; i < count; i++)
		buf_printf(out, "%s ", values[i] == NULL ? "-" : values[i]);
	buf_puts(out, "\n");
	return 0;
}

static void ask_raw(const char *path, const char *sql, struct buf *out)
{
	sqlite3 *db = open_raw(path);

	CHECK(sqlite3_exec(db, sql, put_line, out, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static void dump(const char *path, struct buf *out)
{
	static const char *const all[] = {
		"SELECT 'lesson', l.row >> 40, l.row & 1048575, o.name,"
		" l.short, l.rev, l.withdrawn, l.wanted, l.why, l.bytes"
		" FROM lesson l JOIN origin o ON o.id = l.origin"
		" ORDER BY l.row",
		"SELECT 'rendition', row, n FROM rendition ORDER BY row, n",
		"SELECT 'withdrawn', o.name, w.short, w.log > 0"
		" FROM withdrawn w JOIN origin o ON o.id = w.origin"
		" ORDER BY o.name, w.short",
		"SELECT 'refused', log, entry, why, text FROM refused"
		" ORDER BY log, entry",
		"SELECT 'station', hex(key), log, entry, region FROM station"
		" WHERE ended = 0 ORDER BY key, log",
		"SELECT 'card', id, log, entry, hex(pin), region, ended"
		" FROM card ORDER BY id, log",
		"SELECT 'log', id, size, indexed FROM logs ORDER BY id",
		"SELECT 'again', log FROM again",
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		ask_raw(path, all[i], out);
}

/* An index over the same logs that begins with this trust note. */
static void dump_of_a_new_one(struct shelf *s, struct buf *out)
{
	static const char forget[] =
		"DELETE FROM lesson; DELETE FROM rendition;"
		"DELETE FROM withdrawn; DELETE FROM refused;"
		"DELETE FROM station; DELETE FROM said; DELETE FROM again;"
		"DELETE FROM card;"
		"DELETE FROM indexed; DELETE FROM former;"
		"UPDATE logs SET indexed = 0";
	const char *path = scratch_path(&s->scratch, "new.db");
	struct index *x;
	struct catalog *c;
	unsigned did;
	char sql[4200];

	(void)remove(path);
	(void)snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", path);
	run_raw(catalog_path(s->c), sql);
	run_raw(path, forget);
	SHELF_OK(catalog_open(&c, path, &s->err));
	SHELF_OK(index_open(&x, c, LEVEL_STATION, "431081101203", &s->err));
	SHELF_OK(index_set_trust(x, shelf_trust(s), NULL, &s->err));
	do
		SHELF_OK(index_step(x, 7, &did, &s->err));
	while (did > 0);
	index_free(x);
	catalog_free(c);
	dump(path, out);
}

static void check_same(struct shelf *s, uint32_t seed, unsigned round)
{
	struct buf ours = BUF_INIT, fresh = BUF_INIT;

	dump(catalog_path(s->c), &ours);
	dump_of_a_new_one(s, &fresh);
	if (!bytes_equal(buf_bytes(&ours), buf_bytes(&fresh))) {
		fprintf(stderr, "seed %u, round %u\n--- made again\n%s"
				"--- made anew\n%s",
			seed, round, buf_string(&ours), buf_string(&fresh));
		abort();
	}
	buf_release(&ours);
	buf_release(&fresh);
}

/* --- on the way --- */

static bool step(struct shelf *s)
{
	unsigned did;

	if (any(12) == 0)
		shelf_open_index(s, LEVEL_STATION, "431081101203");
	SHELF_OK(index_step(s->x, 1 + any(6), &did, &s->err));
	return did > 0;
}

/* A line for each lesson: its entry, or its id; and for each station. */
static void rows_of(struct shelf *s, struct buf *out)
{
	buf_clear(out);
	ask_raw(catalog_path(s->c),
		"SELECT '<' || row || '>' FROM lesson UNION ALL"
		" SELECT '<' || hex(substr(key, 1, 8)) || log || '#' || entry"
		" || '>' FROM station WHERE ended = 0 UNION ALL"
		" SELECT '<c' || id || '.' || log || '#' || entry || '>'"
		" FROM card WHERE ended IS NULL",
		out);
}

static void ids_of(struct shelf *s, struct buf *out)
{
	buf_clear(out);
	ask_raw(catalog_path(s->c),
		"SELECT '<' || short || '#' || origin || '>' FROM lesson",
		out);
}

/* Is each line of `a` in `b`, those aside that are not in `only` (or NULL)? */
static bool all_in(struct buf *a, struct buf *b, struct buf *only)
{
	char line[64];

	for (const char *at = buf_string(a), *end;
	     (end = strchr(at, '\n')) != NULL; at = end + 1) {
		(void)snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
		if (strstr(buf_string(b), line) == NULL &&
		    (only == NULL || strstr(buf_string(only), line) != NULL))
			return false;
	}
	return true;
}

static bool is_being_stripped(struct shelf *s)
{
	struct again again;
	enum status status = again_next(s->c, true, &again, &s->err);

	CHECK(status == STATUS_OK || status == STATUS_NOT_FOUND);
	return status == STATUS_OK;
}

/* What is there before and after a change is there all the time; and once all
 * is stripped, every lesson that is there stays, if in another revision. */
static void change_and_watch(struct shelf *s)
{
	enum { SEEN_MAX = 4000 };
	static struct buf seen[SEEN_MAX];
	struct buf before = BUF_INIT, after = BUF_INIT, left = BUF_INIT,
		   ids = BUF_INIT;
	size_t count = 0;
	bool stripped = false;

	rows_of(s, &before);
	new_trust(s);
	(void)shelf_use_trust(s);
	do {
		CHECK(count < SEEN_MAX);
		seen[count] = (struct buf)BUF_INIT;
		rows_of(s, &seen[count++]);
		if (!stripped && !is_being_stripped(s)) {
			stripped = true;
			ids_of(s, &left);
		}
	} while (step(s));
	rows_of(s, &after);
	ids_of(s, &ids);
	CHECK(stripped && all_in(&left, &ids, NULL));
	for (size_t i = 0; i < count; i++) {
		CHECK(all_in(&before, &seen[i], &after));
		buf_release(&seen[i]);
	}
	buf_release(&before);
	buf_release(&after);
	buf_release(&left);
	buf_release(&ids);
}

static void finish_all(struct shelf *s)
{
	unsigned steps = 0;

	while (step(s))
		CHECK(++steps < 20000);
}

static void start(struct shelf *s, uint32_t seed)
{
	state = seed * 7919;
	shelf_init(s);
	for (size_t log = 1; log < SHELF_LOGS; log++)
		(void)shelf_log(s, origins[log]);
	shelf_trust(s)->version = 1;
}

static void whatever_changes_it_is_as_if_made_anew(uint32_t seed)
{
	struct shelf shelf;
	struct shelf *s = &shelf;

	cites = true;
	start(s, seed);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (uint32_t n = any(25); n > 0; n--)
			grow(s, any(SHELF_LOGS), true);
		for (uint32_t n = any(8); n > 0; n--)
			(void)step(s);
		if (any(3) > 0) {
			new_trust(s);
			(void)shelf_use_trust(s);
		}
		for (uint32_t n = any(30); n > 0; n--)
			(void)step(s);
		if (any(2) == 0) {
			finish_all(s);
			check_same(s, seed, round);
		}
	}
	shelf_release(s);
}

static void what_stays_is_never_away(uint32_t seed)
{
	struct shelf shelf;
	struct shelf *s = &shelf;

	cites = false;
	start(s, seed);
	new_trust(s);
	(void)shelf_use_trust(s);
	for (unsigned round = 0; round < 6; round++) {
		for (uint32_t n = any(40); n > 0; n--)
			grow(s, any(SHELF_LOGS), false);
		finish_all(s);
		change_and_watch(s);
	}
	shelf_release(s);
}

/* --- what one can have others do --- */

enum { LESSONS = 400, SLICE = 10 };

static void many_lessons(struct shelf *s, size_t log)
{
	for (unsigned i = 0; i < LESSONS; i++) {
		struct lesson l = lessons_make(origins[log], i);

		strcpy(l.region, "431081101");
		shelf_log_lesson(s, log, &l);
	}
}

/* The first one may delegate; the third is the child. */
static void start_a_family(struct shelf *s)
{
	struct publisher p;

	start(s, 1);
	shelf_new_trust(s);
	p = shelf_publisher(s, 0, "431081");
	p.may_delegate = true;
	CHECK(trust_add_publisher(shelf_trust(s), &p) == STATUS_OK);
	(void)shelf_use_trust(s);
	many_lessons(s, 2);
}

/* Delegated for a region, or taken back (NULL). */
static void say(struct shelf *s, const char *region)
{
	struct entry_undelegate off = { .has_end = false };
	struct entry_delegate on = { .trust = 0 };
	struct buf out = BUF_INIT;

	strcpy(off.end.origin, origins[2]);
	if (region != NULL)
		on.publisher = shelf_publisher(s, 2, region);
	if (region == NULL)
		SHELF_OK(entry_format_undelegate(&off, &out, &s->err));
	else
		SHELF_OK(entry_format_delegate(&on, &out, &s->err));
	shelf_log_entry(s, 0, buf_bytes(&out));
	buf_release(&out);
}

/* Step until all is done; no step may do more than a slice. How many steps
 * found something to judge again. */
static unsigned settle_in_slices(struct shelf *s)
{
	const struct index_change *changes;
	unsigned did, again_steps = 0;
	struct again again;
	size_t count;
	bool many;

	do {
		again_steps += again_next(s->c, false, &again, &s->err) ==
			       STATUS_OK;
		SHELF_OK(index_step(s->x, SLICE, &did, &s->err));
		index_take_changes(s->x, &changes, &count, &many);
		CHECK(count <= SLICE + 1 && !many);
	} while (did > 0);
	return again_steps;
}

static uint64_t known(struct shelf *s)
{
	return shelf_summary(s).known;
}

static void it_goes_in_slices_and_only_where_something_changed(void)
{
	enum { ONCE = 2 * LESSONS / SLICE + 10 };
	struct shelf shelf;
	struct shelf *s = &shelf;

	start_a_family(s);
	say(s, "431081101");
	CHECK(settle_in_slices(s) == 0 && known(s) == LESSONS);
	/* The same again. */
	say(s, "431081101");
	CHECK(settle_in_slices(s) == 0 && known(s) == LESSONS);
	say(s, "431081");
	CHECK(settle_in_slices(s) <= 2 * ONCE && known(s) == LESSONS);
	say(s, NULL);
	CHECK(settle_in_slices(s) <= ONCE && known(s) == 0);
	say(s, "431081");
	CHECK(settle_in_slices(s) == 0 && known(s) == LESSONS);
	/* Others are not touched by it. */
	many_lessons(s, 0);
	(void)settle_in_slices(s);
	say(s, NULL);
	CHECK(settle_in_slices(s) <= ONCE && known(s) == LESSONS);
	shelf_release(s);
}

static void a_change_of_mind_costs_nothing_and_many_cost_one(void)
{
	enum { ONCE = 2 * LESSONS / SLICE + 10 };
	struct shelf shelf;
	struct shelf *s = &shelf;

	start_a_family(s);
	say(s, "431081101");
	(void)settle_in_slices(s);
	say(s, "431081101"); /* no slice ends where it is as before */
	for (unsigned i = 0; i < 50; i++) {
		say(s, NULL);
		say(s, "431081101");
	}
	CHECK(settle_in_slices(s) == 0 && known(s) == LESSONS);
	for (unsigned i = 0; i < 50; i++)
		say(s, i % 2 == 0 ? NULL : "431081101");
	say(s, NULL);
	CHECK(settle_in_slices(s) <= ONCE && known(s) == 0);
	shelf_release(s);
}

/* While it is under way it is not begun again, whatever is said meanwhile. */
static void who_goes_on_saying_does_not_begin_it_again(void)
{
	struct shelf shelf;
	struct shelf *s = &shelf;
	unsigned did, steps = 0, begun = 0;
	bool strips = false;

	start_a_family(s);
	say(s, "431081");
	(void)settle_in_slices(s);
	for (; steps < 400; steps++) {
		if (steps % 4 == 0)
			say(s, steps % 8 == 0 ? "431081101" : "431081");
		SHELF_OK(index_step(s->x, SLICE, &did, &s->err));
		begun += !strips && is_being_stripped(s);
		strips = is_being_stripped(s);
		CHECK(known(s) == LESSONS); /* they count either way */
	}
	CHECK(begun > 1 && begun <= 1 + steps / (2 * LESSONS / SLICE));
	shelf_release(s);
}

static void of_one_log_so_much_is_read(void)
{
	enum { MANY = DELEGATIONS_SAID_MAX + 100 };
	struct entry_delegate on = { .trust = 0 };
	struct authority *a = authority_new();
	struct buf out = BUF_INIT;
	struct shelf shelf;
	struct shelf *s = &shelf;
	unsigned said;

	start_a_family(s);
	say(s, "431081101");
	for (unsigned i = 1; i < MANY; i++) {
		uint8_t seed[KEY_SEED_SIZE] = { 5 };
		struct secret_key *key;
		char origin[40];

		(void)snprintf(origin, sizeof(origin), "many.example/%u", i);
		CHECK(secret_key_from_seed(&key, origin, KEY_ED25519, seed) ==
		      STATUS_OK);
		on.publisher = shelf_publisher(s, 2, "431081101");
		strcpy(on.publisher.origin, origin);
		on.publisher.keys[0] = *secret_key_public(key);
		buf_clear(&out);
		SHELF_OK(entry_format_delegate(&on, &out, &s->err));
		shelf_log_entry(s, 0, buf_bytes(&out));
		secret_key_free(key);
	}
	shelf_settle(s);
	SHELF_OK(delegations_said(s->c, s->logs[0].id, ENTRY_DELEGATE, &said,
				  &s->err));
	CHECK(said == DELEGATIONS_SAID_MAX);
	SHELF_OK(delegations_authority(s->c, shelf_trust(s), a, &s->err));
	CHECK(authority_count(a) == 1 + AUTHORITY_CHILDREN_MAX);
	CHECK(known(s) == LESSONS);
	/* Later ones are refused like those beyond the children; what was
	 * given can be taken back still. */
	CHECK(shelf_summary(s).refused == MANY - AUTHORITY_CHILDREN_MAX);
	say(s, "431081");
	say(s, NULL);
	shelf_settle(s);
	CHECK(known(s) == 0);
	say(s, "431081");
	shelf_settle(s);
	CHECK(known(s) == 0);
	check_same(s, 0, 0);
	buf_release(&out);
	authority_free(a);
	shelf_release(s);
}

/* --- two logs that speak of the same lessons --- */

static struct lesson_row lesson_now(struct shelf *s, const struct lesson *l)
{
	struct lesson_row row;

	CHECK(shelf_get(s, l->id, &row));
	return row;
}

/* The second log goes on where the first has ended, for this region. */
static void successor_for(struct shelf *s, const char *region)
{
	struct cutoff end = { .size = 1 };

	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431081");
	shelf_trust_publisher(s, 1, region);
	strcpy(end.origin, origins[0]);
	strcpy(end.successor, origins[1]);
	SHELF_OK(log_root_at(s->c, s->logs[0].id, 1, end.root, &s->err));
	CHECK(trust_add_cutoff(shelf_trust(s), &end) == STATUS_OK);
	(void)shelf_use_trust(s);
	shelf_settle(s);
}

static void what_another_log_had_said_is_back(void)
{
	struct lesson l = lessons_make(origins[0], 1);
	struct shelf shelf;
	struct shelf *s = &shelf;

	start(s, 1);
	shelf_log_lesson(s, 0, &l);
	l.rev = 2;
	shelf_log_lesson(s, 1, &l);
	successor_for(s, "431081");
	CHECK(lesson_now(s, &l).lesson.rev == 2);
	successor_for(s, "431082");
	CHECK(lesson_now(s, &l).lesson.rev == 1);
	check_same(s, 0, 4);
	successor_for(s, "431081");
	CHECK(lesson_now(s, &l).lesson.rev == 2);
	shelf_release(s);
}

/* --- logs that change below the index --- */

static void trust_until(struct shelf *s, uint64_t version, const uint64_t *size)
{
	struct cutoff end = { .size = 0 };

	shelf_new_trust(s);
	shelf_trust(s)->version = version;
	shelf_trust_publisher(s, 0, "431081");
	if (size != NULL) {
		end.size = *size;
		strcpy(end.origin, origins[0]);
		SHELF_OK(log_root_at(s->c, s->logs[0].id, *size, end.root,
				     &s->err));
		CHECK(trust_add_cutoff(shelf_trust(s), &end) == STATUS_OK);
	}
	CHECK(shelf_use_trust(s));
	shelf_settle(s);
}

/* It was beyond the end, where nobody asks what an entry cites. */
static void what_counts_again_may_have_to_wait(void)
{
	const uint64_t one = 1;
	const struct index_wait *waits;
	struct log_info info;
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t count;

	start(s, 1);
	for (unsigned i = 0; i < 3; i++) {
		struct lesson l = lessons_make(origins[0], i);

		l.trust = i == 1 ? 9 : 1;
		shelf_log_lesson(s, 0, &l);
	}
	shelf_settle(s);
	trust_until(s, 2, &one);
	CHECK(known(s) == 1);
	trust_until(s, 3, NULL);
	CHECK(known(s) == 1 && shelf_summary(s).refused == 0);
	waits = index_waits(s->x, &count);
	CHECK(count == 1 && waits[0].entry == 1 && waits[0].trust == 9);
	SHELF_OK(log_get(s->c, s->logs[0].id, &info, &s->err));
	CHECK(info.indexed == 1);
	check_same(s, 0, 1);
	trust_until(s, 4, &one);
	trust_until(s, 9, NULL);
	CHECK(known(s) == 3);
	check_same(s, 0, 2);
	shelf_release(s);
}

static void of_a_log_that_is_cut_or_begins_anew_nothing_is_left(void)
{
	struct checkpoint end = { .size = 5 };
	struct shelf shelf;
	struct shelf *s = &shelf;
	unsigned said;
	bool changed;

	start_a_family(s);
	say(s, "431081");
	many_lessons(s, 0);
	(void)settle_in_slices(s);
	CHECK(known(s) == 2 * LESSONS);
	SHELF_OK(log_root_at(s->c, s->logs[0].id, 5, end.root, &s->err));
	strcpy(end.origin, origins[0]);
	SHELF_OK(log_end_at(s->c, s->logs[0].id, &end, LOG_END_BY_TRUST, 1,
			    &changed, &s->err));
	CHECK(changed);
	(void)settle_in_slices(s);
	CHECK(known(s) == LESSONS + 4);
	SHELF_OK(log_begin_anew(s->c, s->logs[0].id, &s->err));
	SHELF_OK(delegations_said(s->c, s->logs[0].id, ENTRY_DELEGATE, &said,
				  &s->err));
	CHECK(said == 0);
	(void)settle_in_slices(s);
	CHECK(known(s) == 0);
	check_same(s, 0, 3);
	shelf_release(s);
}

int main(int argc, char **argv)
{
	/* Each has shown a fault once. */
	static const uint32_t seeds[] = { 3, 5, 23, 59, 78 };

	it_goes_in_slices_and_only_where_something_changed();
	a_change_of_mind_costs_nothing_and_many_cost_one();
	who_goes_on_saying_does_not_begin_it_again();
	of_one_log_so_much_is_read();
	what_another_log_had_said_is_back();
	what_counts_again_may_have_to_wait();
	of_a_log_that_is_cut_or_begins_anew_nothing_is_left();
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		uint32_t seed = argc > 1 ? (uint32_t)atoi(argv[1]) : seeds[i];

		whatever_changes_it_is_as_if_made_anew(seed);
		what_stays_is_never_away(seed);
	}
	return 0;
}
