#include "catalog/index.h"

#include <sqlite3.h>

#include "catalog/entry.h"
#include "catalog/payloads.h"
#include "tests/support/shelf.h"

static struct lesson nth(unsigned n)
{
	return lessons_make(LESSONS_ORIGIN, n);
}

static void a_lesson_in_a_log_becomes_known_and_wanted(void)
{
	struct lesson l = nth(1);
	const struct index_change *changes;
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t count;
	bool many;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	CHECK(!shelf_get(s, l.id, &row));
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row));
	CHECK(memcmp(&row.lesson, &l, sizeof(l)) == 0);
	CHECK(row.wanted && row.why == WANT_REASON_OURS);
	CHECK(row.log == s->logs[0].id && row.entry == 0);
	CHECK(lesson_row_state(&row) == LESSON_WANTED);
	index_take_changes(s->x, &changes, &count, &many);
	CHECK(count == 1 && !many && changes[0].row == row.row);
	CHECK(memcmp(changes[0].btmh, l.btmh, 32) == 0);
	index_take_changes(s->x, &changes, &count, &many);
	CHECK(count == 0 && !many);
	shelf_release(s);
}

static void all_fields_survive_the_database(void)
{
	struct lesson l = nth(1);
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	strcpy(l.series.title, "黑山羊入门");
	l.series.n = 4;
	strcpy(l.expires, "2031-01-01");
	strcpy(l.summary, "一\n二");
	l.has_poster = true;
	memset(l.poster, 9, sizeof(l.poster));
	l.keep = true;
	strcpy(l.office, "资兴市农业农村局");
	l.also_count = LESSON_ALSO_MAX;
	for (size_t i = 0; i < LESSON_ALSO_MAX; i++) {
		(void)snprintf(l.also[i].as, sizeof(l.also[i].as), "r%zu", i);
		memset(l.also[i].btmh, (int)i + 1, 32);
		l.also[i].bytes = i + 1;
	}
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row));
	CHECK(memcmp(&row.lesson, &l, sizeof(l)) == 0);
	shelf_release(s);
}

static void the_higher_revision_wins_in_any_order(void)
{
	struct lesson l = nth(1);
	const struct index_change *changes;
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t count;
	bool many;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	index_take_changes(s->x, &changes, &count, &many);
	l.rev = 3;
	l.btmh[31] = 3;
	strcpy(l.title, "新版");
	shelf_log_lesson(s, 0, &l);
	l.rev = 2;
	l.btmh[31] = 2;
	strcpy(l.title, "旧版");
	shelf_log_lesson(s, 0, &l);
	l.rev = 3;
	strcpy(l.title, "重复");
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row));
	CHECK(row.lesson.rev == 3 && row.entry == 1);
	CHECK(strcmp(row.lesson.title, "新版") == 0);
	CHECK(shelf_summary(s).known == 1);
	index_take_changes(s->x, &changes, &count, &many);
	CHECK(count == 2 && changes[0].row == 0 && changes[1].row == row.row);
	shelf_release(s);
}

static void a_withdrawal_is_for_good(void)
{
	struct lesson l = nth(1), later = nth(2);
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_withdraw(s, 0, l.id);
	shelf_withdraw(s, 0, later.id);
	shelf_log_lesson(s, 0, &later);
	l.rev = 2;
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row));
	CHECK(row.withdrawn && !row.wanted && row.lesson.rev == 2);
	CHECK(shelf_get(s, later.id, &row) && row.withdrawn);
	CHECK(lesson_row_state(&row) == LESSON_WITHDRAWN);
	CHECK(shelf_summary(s).withdrawn == 2);
	CHECK(shelf_summary(s).known == 0);
	shelf_release(s);
}

struct refusals {
	unsigned count[REFUSED_ENDED + 1];
	unsigned with_lesson;
};

static bool count_refusal(void *context, const struct refused *refused)
{
	struct refusals *r = context;

	r->count[refused->why]++;
	r->with_lesson += refused->lesson != NULL;
	CHECK(refusal_text(refused->why)[0] != 0);
	CHECK(strcmp(refused->origin, LESSONS_ORIGIN) == 0);
	return true;
}

static void what_is_out_of_scope_is_refused_and_harms_nothing(void)
{
	struct lesson l = nth(1);
	struct refusals refusals = { .with_lesson = 0 };
	struct publisher p;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	shelf_new_trust(s);
	p = shelf_publisher(s, 0, "431081");
	p.lesson_bytes_max = 100000000;
	p.entry_bytes_max = 1000;
	p.entries_max = 9;
	CHECK(trust_add_publisher(shelf_trust(s), &p) == STATUS_OK);
	CHECK(!shelf_use_trust(s));
	shelf_log_text(s, 0, "not JSON");
	shelf_log_text(s, 0, "{\"type\":\"lesson\"}");
	strcpy(l.region, "431082");
	shelf_log_lesson(s, 0, &l); /* another county */
	strcpy(l.region, "431081");
	l.bytes = 100000001;
	shelf_log_lesson(s, 0, &l); /* too large */
	l = lessons_make("other.example/x", 1);
	shelf_log_lesson(s, 0, &l); /* not its own */
	shelf_withdraw(s, 0, l.id);
	l = nth(2);
	memset(l.summary, 'a', 1000);
	shelf_log_lesson(s, 0, &l); /* entry too long */
	shelf_log_text(s, 0, "{\"type\":\"programme\"}");
	l = nth(3);
	shelf_log_lesson(s, 0, &l); /* good */
	l = nth(4);
	shelf_log_lesson(s, 0, &l); /* one too many */
	shelf_settle(s);
	CHECK(shelf_summary(s).known == 1);
	CHECK(shelf_summary(s).refused == 8);
	SHELF_OK(lessons_refused(s->c, 0, 0, count_refusal, &refusals,
				 &s->err));
	CHECK(refusals.count[REFUSED_MALFORMED] == 2);
	CHECK(refusals.count[REFUSED_SCOPE] == 3);
	CHECK(refusals.count[REFUSED_FOREIGN] == 2);
	CHECK(refusals.count[REFUSED_COUNT] == 1);
	CHECK(refusals.with_lesson == 5);
	shelf_release(s);
}

static void a_cutoff_ends_a_log_and_its_successor_goes_on(void)
{
	struct lesson l = nth(1), beyond = nth(2), own;
	struct cutoff cutoff = { .size = 1 };
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t next;

	shelf_init(s);
	next = shelf_log(s, "zixing.example/431081/lessons-2");
	shelf_log_lesson(s, 0, &l);
	shelf_log_lesson(s, 0, &beyond);
	l.rev = 2;
	shelf_log_lesson(s, next, &l);
	own = lessons_make(s->logs[next].origin, 9);
	shelf_log_lesson(s, next, &own);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row) && row.lesson.rev == 1);
	CHECK(shelf_get(s, beyond.id, &row));
	CHECK(!shelf_get(s, own.id, &row)); /* nobody vouches for it yet */

	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431081");
	shelf_trust_publisher(s, next, "431081");
	strcpy(cutoff.origin, LESSONS_ORIGIN);
	strcpy(cutoff.successor, s->logs[next].origin);
	SHELF_OK(log_root_at(s->c, s->logs[0].id, cutoff.size, cutoff.root,
			     &s->err));
	CHECK(trust_add_cutoff(shelf_trust(s), &cutoff) == STATUS_OK);
	CHECK(shelf_use_trust(s));
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row) && row.lesson.rev == 2);
	CHECK(row.log == s->logs[next].id);
	CHECK(!shelf_get(s, beyond.id, &row));
	CHECK(shelf_get(s, own.id, &row));
	CHECK(shelf_summary(s).refused == 1);
	shelf_withdraw(s, next, l.id);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row) && row.withdrawn);
	shelf_release(s);
}

static void what_a_thief_withdrew_beyond_the_end_is_back(void)
{
	struct lesson l = nth(1);
	struct cutoff cutoff = { .size = 1 };
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_withdraw(s, 0, l.id);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row) && row.withdrawn);

	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431081");
	strcpy(cutoff.origin, LESSONS_ORIGIN);
	SHELF_OK(log_root_at(s->c, s->logs[0].id, cutoff.size, cutoff.root,
			     &s->err));
	CHECK(trust_add_cutoff(shelf_trust(s), &cutoff) == STATUS_OK);
	CHECK(shelf_use_trust(s));
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row) && !row.withdrawn && row.wanted);
	shelf_release(s);
}

static void a_successor_is_foreign_until_it_is_named(void)
{
	struct lesson l = nth(1);
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t next;

	shelf_init(s);
	next = shelf_log(s, "a.example/x");
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431081");
	shelf_trust_publisher(s, next, "431081");
	CHECK(!shelf_use_trust(s));
	l.rev = 9;
	shelf_log_lesson(s, next, &l);
	shelf_withdraw(s, next, l.id);
	l.rev = 1;
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row));
	CHECK(row.lesson.rev == 1 && !row.withdrawn);
	CHECK(shelf_summary(s).refused == 2);
	shelf_release(s);
}

static void only_a_changed_standing_makes_all_again(void)
{
	static const char witness_name[] = "witness";
	struct lesson l = nth(1);
	struct public_key witness;
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431081");
	CHECK(public_key_init(&witness, witness_name, KEY_COSIGNER,
			      secret_key_public(s->logs[0].key)->bytes) ==
	      STATUS_OK);
	CHECK(trust_add_witness(shelf_trust(s), &witness) == STATUS_OK);
	CHECK(!shelf_use_trust(s));
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431082");
	CHECK(shelf_use_trust(s));
	shelf_settle(s);
	CHECK(!shelf_get(s, l.id, &row));
	CHECK(shelf_summary(s).refused == 1);
	shelf_new_trust(s); /* no publisher at all */
	CHECK(shelf_use_trust(s));
	shelf_settle(s);
	CHECK(shelf_summary(s).refused == 0);
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "4310");
	CHECK(!shelf_use_trust(s)); /* starts at its beginning anyway */
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row));
	shelf_release(s);
}

static void choices_are_kept_for_later_revisions(void)
{
	struct lesson l = nth(1), far = nth(2);
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	strcpy(far.region, "431081102");
	shelf_log_lesson(s, 0, &l);
	shelf_log_lesson(s, 0, &far);
	shelf_settle(s);
	CHECK(shelf_get(s, far.id, &row) && !row.wanted);
	SHELF_OK(index_choose(s->x, &row, CHOICE_PIN, &s->err));
	CHECK(shelf_get(s, far.id, &row));
	CHECK(row.wanted && row.choice == CHOICE_PIN);
	CHECK(shelf_get(s, l.id, &row) && row.wanted);
	SHELF_OK(index_choose(s->x, &row, CHOICE_DROP, &s->err));
	CHECK(shelf_get(s, l.id, &row) && !row.wanted);
	l.rev = far.rev = 2;
	shelf_log_lesson(s, 0, &l);
	shelf_log_lesson(s, 0, &far);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row) && !row.wanted);
	CHECK(row.why == WANT_REASON_DROPPED);
	CHECK(shelf_get(s, far.id, &row) && row.wanted);
	SHELF_OK(index_choose(s->x, &row, CHOICE_NONE, &s->err));
	CHECK(shelf_get(s, far.id, &row) && !row.wanted);
	shelf_release(s);
}

static void subscriptions_change_what_is_wanted_step_by_step(void)
{
	const struct subscription exclude = { .topic = "产业/养殖",
					      .exclude = true };
	const struct subscription neighbour = { .region = "431081102" };
	const struct subscription bad = { .topic = "a//b" };
	const struct subscription empty = { .exclude = true };
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	for (unsigned n = 0; n < 20; n++) {
		struct lesson l = nth(n);

		if (n % 2)
			strcpy(l.region, "431081102");
		shelf_log_lesson(s, 0, &l);
	}
	shelf_settle(s);
	CHECK(shelf_summary(s).wanted == 10);
	SHELF_OK(index_subscribe(s->x, &neighbour, &s->err));
	shelf_settle(s);
	CHECK(shelf_summary(s).wanted == 20);
	CHECK(index_subscribe(s->x, &neighbour, &s->err) == STATUS_EXISTS);
	CHECK(index_subscribe(s->x, &bad, &s->err) == STATUS_MALFORMED);
	CHECK(index_subscribe(s->x, &empty, &s->err) == STATUS_MALFORMED);
	SHELF_OK(index_subscribe(s->x, &exclude, &s->err));
	CHECK(index_place(s->x)->subscription_count == 2);
	shelf_open_index(s, LEVEL_STATION, "431081101203");
	CHECK(index_place(s->x)->subscription_count == 2);
	shelf_settle(s);
	CHECK(shelf_summary(s).wanted == 0);
	SHELF_OK(index_unsubscribe(s->x, &exclude, &s->err));
	CHECK(index_unsubscribe(s->x, &exclude, &s->err) == STATUS_NOT_FOUND);
	shelf_settle(s);
	CHECK(shelf_summary(s).wanted == 20);
	shelf_release(s);
}

static void another_place_wants_other_lessons(void)
{
	struct lesson l = nth(1);
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	strcpy(l.region, "431081102");
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row) && !row.wanted);
	shelf_open_index(s, LEVEL_COUNTY, "431081");
	shelf_settle(s);
	CHECK(shelf_get(s, l.id, &row) && row.wanted);
	CHECK(row.why == WANT_REASON_INSIDE);
	shelf_release(s);
}

static void many_changes_are_told_as_many(void)
{
	const struct index_change *changes;
	struct shelf shelf;
	struct shelf *s = &shelf;
	struct buf json[100];
	struct bytes entries[100];
	size_t count;
	bool many;

	shelf_init(s);
	for (unsigned batch = 0; batch < 42; batch++) {
		for (unsigned i = 0; i < 100; i++) {
			struct lesson l = nth(batch * 100 + i);

			json[i] = (struct buf)BUF_INIT;
			SHELF_OK(lesson_format(&l, &json[i], &s->err));
			entries[i] = buf_bytes(&json[i]);
		}
		SHELF_OK(log_append(s->c, s->logs[0].id, entries, 100,
				    s->logs[0].key, &s->err));
		for (unsigned i = 0; i < 100; i++)
			buf_release(&json[i]);
	}
	for (unsigned did = 1; did > 0;)
		SHELF_OK(index_step(s->x, 1000, &did, &s->err));
	index_take_changes(s->x, &changes, &count, &many);
	CHECK(many && count == INDEX_CHANGES_MAX);
	CHECK(shelf_summary(s).known == 4200);
	shelf_release(s);
}

/* --- delegation --- */

static void may_delegate(struct shelf *s, size_t log, const char *region)
{
	struct publisher p = shelf_publisher(s, log, region);

	p.may_delegate = true;
	CHECK(trust_add_publisher(shelf_trust(s), &p) == STATUS_OK);
}

static struct publisher child_of(struct shelf *s, size_t child,
				 const char *region, const char *topic)
{
	struct publisher p = shelf_publisher(s, child, region);

	p.topic_count = 0;
	CHECK(publisher_add_topic(&p, topic) == STATUS_OK);
	p.may_delegate = true;
	return p;
}

static void log_delegate(struct shelf *s, size_t log,
			 const struct publisher *p)
{
	const struct entry_delegate said = { .publisher = *p };
	struct buf json = BUF_INIT;

	SHELF_OK(entry_format_delegate(&said, &json, &s->err));
	shelf_log_entry(s, log, buf_bytes(&json));
	buf_release(&json);
}

/* All that the county may, to be delegated on. */
static void log_delegate_all(struct shelf *s, size_t log, size_t child)
{
	const struct publisher p = child_of(s, child, "431081", "*");

	log_delegate(s, log, &p);
}

static void log_undelegate(struct shelf *s, size_t log, size_t child,
			   const uint64_t *size, const char *successor)
{
	struct entry_undelegate said = { .has_end = size != NULL };
	struct buf json = BUF_INIT;

	strcpy(said.end.origin, s->logs[child].origin);
	if (size != NULL) {
		said.end.size = *size;
		SHELF_OK(log_root_at(s->c, s->logs[child].id, *size,
				     said.end.root, &s->err));
		strcpy(said.end.successor, successor);
	}
	SHELF_OK(entry_format_undelegate(&said, &json, &s->err));
	shelf_log_entry(s, log, buf_bytes(&json));
	buf_release(&json);
}

static void cut_at(struct shelf *s, size_t log, uint64_t size,
		   const char *successor)
{
	struct cutoff cutoff = { .size = size };

	strcpy(cutoff.origin, s->logs[log].origin);
	strcpy(cutoff.successor, successor);
	SHELF_OK(log_root_at(s->c, s->logs[log].id, size, cutoff.root,
			     &s->err));
	CHECK(trust_add_cutoff(shelf_trust(s), &cutoff) == STATUS_OK);
}

static struct lesson lesson_of(struct shelf *s, size_t log, unsigned n,
			       const char *region, const char *topic)
{
	struct lesson l = lessons_make(s->logs[log].origin, n);

	strcpy(l.region, region);
	strcpy(l.topic, topic);
	return l;
}

/* One of the county's region, in its log. */
static struct lesson log_lesson(struct shelf *s, size_t log, unsigned n)
{
	const struct lesson l = lesson_of(s, log, n, "431081", "a");

	shelf_log_lesson(s, log, &l);
	return l;
}

static bool is_known(struct shelf *s, const struct lesson *l)
{
	struct lesson_row row;

	return shelf_get(s, l->id, &row);
}

static void shelf_family(struct shelf *s, size_t *town, size_t *dept)
{
	shelf_init(s);
	*town = shelf_log(s, "town/lessons");
	*dept = shelf_log(s, "dept/lessons");
	shelf_new_trust(s);
	may_delegate(s, 0, "431081");
	(void)shelf_use_trust(s);
}

static void a_delegated_log_counts_within_its_scope(void)
{
	struct shelf shelf;
	struct shelf *s = &shelf;
	struct lesson in, out, below, near;
	struct publisher p;
	size_t town, dept;

	shelf_family(s, &town, &dept);
	in = lesson_of(s, town, 1, "431081101", "产业/养殖");
	out = lesson_of(s, town, 2, "431081102", "产业/养殖");
	near = lesson_of(s, town, 3, "431081101", "产业/养");
	below = lesson_of(s, dept, 4, "431081101", "产业/养殖/羊");
	shelf_log_lesson(s, town, &in);
	shelf_log_lesson(s, town, &out);
	shelf_log_lesson(s, town, &near);
	shelf_log_lesson(s, dept, &below);
	p = child_of(s, dept, "43", "产业");
	log_delegate(s, town, &p);
	shelf_settle(s);
	CHECK(!is_known(s, &in) && !is_known(s, &below));
	CHECK(!index_take_delegated(s->x));
	p = child_of(s, town, "431081101", "产业/养殖");
	log_delegate(s, 0, &p);
	shelf_settle(s);
	CHECK(index_take_delegated(s->x));
	CHECK(!index_take_delegated(s->x));
	CHECK(is_known(s, &in) && is_known(s, &below));
	CHECK(!is_known(s, &out) && !is_known(s, &near));
	CHECK(shelf_summary(s).refused == 2);
	/* Narrower, and what was said is judged again; wider, too. */
	p = child_of(s, town, "431081101", "产业/养殖/羊");
	log_delegate(s, 0, &p);
	shelf_settle(s);
	CHECK(!is_known(s, &in) && is_known(s, &below));
	log_delegate_all(s, 0, town);
	shelf_settle(s);
	CHECK(is_known(s, &in) && is_known(s, &out) && is_known(s, &near));
	CHECK(is_known(s, &below));
	CHECK(shelf_summary(s).refused == 0);
	shelf_release(s);
}

static void taking_back_ends_at_a_size_or_wholly(void)
{
	struct shelf shelf;
	struct shelf *s = &shelf;
	struct lesson first, later, below;
	const uint64_t two = 2;
	size_t town, dept;

	shelf_family(s, &town, &dept);
	log_delegate_all(s, 0, town);
	first = log_lesson(s, town, 1);
	log_delegate_all(s, town, dept);
	later = log_lesson(s, town, 2);
	below = log_lesson(s, dept, 3);
	shelf_settle(s);
	CHECK(is_known(s, &later) && is_known(s, &below));
	log_undelegate(s, 0, town, &two, "dept/lessons");
	shelf_settle(s);
	CHECK(is_known(s, &first) && !is_known(s, &later));
	CHECK(is_known(s, &below)); /* delegated before the end */
	/* The successor may revise, which was delegated by the one it follows;
	 * and the end is for good. */
	first.rev = 2;
	shelf_log_lesson(s, dept, &first);
	log_delegate_all(s, 0, town);
	shelf_settle(s);
	{
		struct lesson_row row;

		CHECK(shelf_get(s, first.id, &row) && row.lesson.rev == 2);
		CHECK(!is_known(s, &later));
	}
	CHECK(shelf_summary(s).refused == 2); /* `later`, and that entry */
	log_undelegate(s, town, dept, NULL, "");
	shelf_settle(s); /* beyond its end nobody can take back, either */
	CHECK(is_known(s, &below));
	shelf_release(s);
}

static void a_delegation_taken_back_without_an_end_leaves_nothing(void)
{
	struct shelf shelf;
	struct shelf *s = &shelf;
	struct lesson first, below;
	size_t town, dept;

	shelf_family(s, &town, &dept);
	log_delegate_all(s, 0, town);
	first = log_lesson(s, town, 1);
	log_delegate_all(s, town, dept);
	below = log_lesson(s, dept, 3);
	shelf_settle(s);
	CHECK(is_known(s, &first) && is_known(s, &below));
	log_undelegate(s, 0, town, NULL, "");
	shelf_settle(s);
	CHECK(!is_known(s, &first) && !is_known(s, &below));
	log_delegate_all(s, 0, town);
	shelf_settle(s);
	CHECK(is_known(s, &first) && is_known(s, &below));
	shelf_release(s);
}

static void cutting_the_parent_ends_those_delegated_after(void)
{
	struct shelf shelf;
	struct shelf *s = &shelf;
	struct lesson before, after;
	size_t town, dept;

	shelf_family(s, &town, &dept);
	log_delegate_all(s, 0, town);
	log_delegate_all(s, 0, dept);
	before = log_lesson(s, town, 1);
	after = log_lesson(s, dept, 2);
	shelf_settle(s);
	CHECK(is_known(s, &before) && is_known(s, &after));
	shelf_new_trust(s);
	may_delegate(s, 0, "431081");
	cut_at(s, 0, 1, "");
	CHECK(shelf_use_trust(s));
	shelf_settle(s);
	CHECK(is_known(s, &before) && !is_known(s, &after));
	shelf_release(s);
}

/* The log's key has signed another tree of the size at which it was ended. */
static void another_history_than_the_named_one_counts_for_nothing(void)
{
	struct cutoff cutoff = { .origin = LESSONS_ORIGIN,
				 .size = 1,
				 .root = { 9 } };
	struct lesson l = nth(1);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(is_known(s, &l));
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431081");
	CHECK(trust_add_cutoff(shelf_trust(s), &cutoff) == STATUS_OK);
	CHECK(shelf_use_trust(s));
	shelf_settle(s);
	CHECK(!is_known(s, &l));
	shelf_release(s);
}

static void entries_wait_for_the_trust_note_they_cite(void)
{
	struct lesson before = nth(1), ahead = nth(2), behind = nth(3), far;
	const struct index_wait *waits;
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t count, other;

	shelf_init(s);
	other = shelf_log(s, "a.example/x");
	shelf_new_trust(s);
	shelf_trust(s)->version = 5;
	shelf_trust_publisher(s, 0, "431081");
	shelf_trust_publisher(s, other, "431081");
	(void)shelf_use_trust(s);
	ahead.trust = 7;
	shelf_log_lesson(s, 0, &before);
	shelf_log_lesson(s, 0, &ahead);
	shelf_log_lesson(s, 0, &behind);
	far = lessons_make(s->logs[other].origin, 4);
	far.trust = UINT64_C(1) << 50; /* absurd: it stops itself only */
	shelf_log_lesson(s, other, &far);
	shelf_settle(s);
	CHECK(is_known(s, &before));
	CHECK(!is_known(s, &ahead) && !is_known(s, &behind));
	waits = index_waits(s->x, &count);
	CHECK(count == 2);
	CHECK(waits[0].log == s->logs[0].id || waits[1].log == s->logs[0].id);
	for (size_t i = 0; i < count; i++)
		if (waits[i].log == s->logs[0].id)
			CHECK(waits[i].entry == 1 && waits[i].trust == 7);
	{
		uint64_t left;

		SHELF_OK(index_behind(s->x, &left, &s->err));
		CHECK(left == 0); /* nothing to do about it here */
	}
	/* A restart finds the same. */
	shelf_open_index(s, LEVEL_STATION, "431081101203");
	shelf_settle(s);
	(void)index_waits(s->x, &count);
	CHECK(count == 2 && !is_known(s, &ahead));
	/* Version 6 is not enough, 7 is. */
	for (uint64_t version = 6; version <= 7; version++) {
		CHECK(!is_known(s, &ahead));
		shelf_new_trust(s);
		shelf_trust(s)->version = version;
		shelf_trust_publisher(s, 0, "431081");
		shelf_trust_publisher(s, other, "431081");
		(void)shelf_use_trust(s);
		shelf_settle(s);
	}
	CHECK(is_known(s, &ahead) && is_known(s, &behind));
	CHECK(!is_known(s, &far));
	(void)index_waits(s->x, &count);
	CHECK(count == 1);
	/* Ended before it, the log waits no more. */
	shelf_new_trust(s);
	shelf_trust(s)->version = 8;
	shelf_trust_publisher(s, 0, "431081");
	shelf_trust_publisher(s, other, "431081");
	cut_at(s, other, 0, "");
	(void)shelf_use_trust(s);
	shelf_settle(s);
	(void)index_waits(s->x, &count);
	CHECK(count == 0 && !is_known(s, &far));
	shelf_release(s);
}

static void raw_sql(struct shelf *s, const char *sql)
{
	sqlite3 *db;

	CHECK(sqlite3_open(scratch_path(&s->scratch, "node.db"), &db) ==
	      SQLITE_OK);
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static void shelf_close(struct shelf *s)
{
	index_free(s->x);
	s->x = NULL;
	catalog_free(s->c);
	s->c = NULL;
}

/* Whether everything was made again. */
static bool shelf_open_again(struct shelf *s)
{
	SHELF_OK(catalog_open(&s->c, scratch_path(&s->scratch, "node.db"),
			      &s->err));
	SHELF_OK(index_open(&s->x, s->c, LEVEL_STATION, "431081101203",
			    &s->err));
	return shelf_use_trust(s);
}

/* As the program before delegations left it: what stood in the logs about them
 * was passed over, and logs were judged by standings written otherwise. */
static void a_database_of_version_4_is_judged_again_once(void)
{
	static const char back[] =
		"DROP TABLE card;"
		"DROP TABLE said; DROP TABLE again; DROP INDEX station_log;"
		"DROP INDEX withdrawn_log; DROP TABLE fork;"
		"DROP TABLE cosigned;"
		"DROP TABLE heard; DROP INDEX lesson_here; DROP INDEX lesson_fetch;"
		"DROP INDEX lesson_take; DROP INDEX rendition_fetch;"
		"ALTER TABLE station DROP COLUMN since;"
		"ALTER TABLE station DROP COLUMN until;"
		"ALTER TABLE station DROP COLUMN replaces;"
		"ALTER TABLE lesson DROP COLUMN keep;"
		"ALTER TABLE lesson DROP COLUMN office;"
		"ALTER TABLE lesson DROP COLUMN take;"
		"ALTER TABLE rendition DROP COLUMN wanted;"
		"ALTER TABLE rendition DROP COLUMN held;"
		"CREATE INDEX lesson_fetch ON lesson (date) WHERE wanted = 1 "
		"AND held = 0;"
		"DELETE FROM meta WHERE key IN"
		" ('delegation.number', 'index.said');"
		"UPDATE indexed SET judged = randomblob(32);"
		"PRAGMA user_version = 4";
	struct subscription topic = { .topic = "产业" };
	struct lesson held = nth(1), pinned = nth(2), gone = nth(3), below;
	struct payload_row payload;
	struct lesson_row row;
	struct publisher p;
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t town, dept;

	shelf_family(s, &town, &dept);
	strcpy(pinned.region, "431081102"); /* not ours */
	shelf_log_lesson(s, 0, &held);
	shelf_log_lesson(s, 0, &pinned);
	shelf_log_lesson(s, 0, &gone);
	shelf_withdraw(s, 0, gone.id);
	p = child_of(s, town, "431081101", "*");
	log_delegate(s, 0, &p);
	shelf_settle(s);
	SHELF_OK(payload_put_held(s->c, held.btmh, held.bytes, 7, 1,
				  &s->err));
	SHELF_OK(index_subscribe(s->x, &topic, &s->err));
	CHECK(shelf_get(s, pinned.id, &row));
	SHELF_OK(index_choose(s->x, &row, CHOICE_PIN, &s->err));
	shelf_settle(s);
	shelf_close(s);
	raw_sql(s, back);

	CHECK(shelf_open_again(s));
	below = lesson_of(s, town, 4, "431081101", "产业/养殖");
	shelf_log_lesson(s, town, &below);
	shelf_settle(s);
	CHECK(shelf_get(s, held.id, &row) && row.wanted);
	CHECK(lesson_row_state(&row) == LESSON_HELD);
	SHELF_OK(payload_get(s->c, held.btmh, &payload, NULL, &s->err));
	CHECK(payload.state == PAYLOAD_HELD && payload.pieces == 7);
	CHECK(shelf_get(s, pinned.id, &row) && row.wanted &&
	      row.choice == CHOICE_PIN);
	CHECK(shelf_get(s, gone.id, &row) && row.withdrawn);
	CHECK(index_place(s->x)->subscription_count == 1);
	CHECK(is_known(s, &below)); /* the delegation was found */
	shelf_close(s);
	CHECK(!shelf_open_again(s));
	CHECK(shelf_summary(s).known == 3);
	shelf_release(s);
}

int main(void)
{
	a_database_of_version_4_is_judged_again_once();
	a_lesson_in_a_log_becomes_known_and_wanted();
	all_fields_survive_the_database();
	the_higher_revision_wins_in_any_order();
	a_withdrawal_is_for_good();
	what_is_out_of_scope_is_refused_and_harms_nothing();
	a_cutoff_ends_a_log_and_its_successor_goes_on();
	what_a_thief_withdrew_beyond_the_end_is_back();
	a_successor_is_foreign_until_it_is_named();
	a_delegated_log_counts_within_its_scope();
	taking_back_ends_at_a_size_or_wholly();
	a_delegation_taken_back_without_an_end_leaves_nothing();
	cutting_the_parent_ends_those_delegated_after();
	another_history_than_the_named_one_counts_for_nothing();
	entries_wait_for_the_trust_note_they_cite();
	only_a_changed_standing_makes_all_again();
	choices_are_kept_for_later_revisions();
	subscriptions_change_what_is_wanted_step_by_step();
	another_place_wants_other_lessons();
	many_changes_are_told_as_many();
	return 0;
}
