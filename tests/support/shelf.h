/* A catalog in a directory of its own with logs that grow at a word, a trust
 * note that can be changed, and an index over both. */
#ifndef TESTS_SUPPORT_SHELF_H
#define TESTS_SUPPORT_SHELF_H

#include "catalog/index.h"
#include "catalog/log.h"
#include "catalog/search.h"
#include "tests/support/lessons.h"
#include "tests/support/scratch.h"

enum { SHELF_LOGS = 4 };

struct shelf {
	struct scratch scratch;
	struct catalog *c;
	struct index *x;
	struct trust trust[2]; /* the present one is trust[turn] */
	int turn;
	struct err err;
	size_t log_count;
	struct {
		char origin[ORIGIN_MAX + 1];
		int64_t id;
		struct secret_key *key;
	} logs[SHELF_LOGS];
};

#define SHELF_OK(call)                                              \
	do {                                                        \
		if ((call) != STATUS_OK) {                          \
			fprintf(stderr, "%s:%d: %s\n", __FILE__,    \
				__LINE__, s->err.text);             \
			abort();                                    \
		}                                                   \
	} while (0)

static inline struct trust *shelf_trust(struct shelf *s)
{
	return &s->trust[s->turn];
}

/* A publisher of a county's lessons on all topics. */
static inline struct publisher shelf_publisher(struct shelf *s, size_t log,
					       const char *region)
{
	struct publisher p;

	CHECK(publisher_init(&p, s->logs[log].origin) == STATUS_OK);
	CHECK(publisher_add_key(&p, secret_key_public(s->logs[log].key)) ==
	      STATUS_OK);
	CHECK(publisher_add_region(&p, region) == STATUS_OK);
	CHECK(publisher_add_topic(&p, "*") == STATUS_OK);
	return p;
}

/* Follow another log; its publisher is to be added to the trust. */
static inline size_t shelf_log(struct shelf *s, const char *origin)
{
	uint8_t seed[KEY_SEED_SIZE] = { (uint8_t)(s->log_count + 1) };
	size_t n = s->log_count++;

	CHECK(n < SHELF_LOGS);
	strcpy(s->logs[n].origin, origin);
	CHECK(secret_key_from_seed(&s->logs[n].key, origin, KEY_ED25519,
				   seed) == STATUS_OK);
	SHELF_OK(log_follow(s->c, origin, true, &s->logs[n].id, &s->err));
	return n;
}

static inline void shelf_trust_publisher(struct shelf *s, size_t log,
					 const char *region)
{
	struct publisher p = shelf_publisher(s, log, region);

	CHECK(trust_add_publisher(shelf_trust(s), &p) == STATUS_OK);
}

/* Begin a new trust note, which shelf_use_trust() puts in force. */
static inline void shelf_new_trust(struct shelf *s)
{
	s->turn = !s->turn;
	trust_release(shelf_trust(s));
	trust_init(shelf_trust(s));
	shelf_trust(s)->version = 2;
}

static inline bool shelf_use_trust(struct shelf *s)
{
	bool again;

	SHELF_OK(index_set_trust(s->x, shelf_trust(s), &again, &s->err));
	return again;
}

static inline void shelf_open_index(struct shelf *s, enum level level,
				    const char *region)
{
	index_free(s->x);
	SHELF_OK(index_open(&s->x, s->c, level, region, &s->err));
	(void)shelf_use_trust(s);
}

/* A station in a village, one log LESSONS_ORIGIN of its county. */
static inline void shelf_init(struct shelf *s)
{
	memset(s, 0, sizeof(*s));
	CHECK(signing_init() == STATUS_OK);
	scratch_init(&s->scratch);
	SHELF_OK(catalog_open(&s->c, scratch_path(&s->scratch, "node.db"),
			      &s->err));
	trust_init(&s->trust[0]);
	trust_init(&s->trust[1]);
	shelf_trust_publisher(s, shelf_log(s, LESSONS_ORIGIN), "431081");
	shelf_open_index(s, LEVEL_STATION, "431081101203");
}

static inline void shelf_release(struct shelf *s)
{
	index_free(s->x);
	catalog_free(s->c);
	trust_release(&s->trust[0]);
	trust_release(&s->trust[1]);
	for (size_t i = 0; i < s->log_count; i++)
		secret_key_free(s->logs[i].key);
	scratch_release(&s->scratch);
}

static inline void shelf_log_entry(struct shelf *s, size_t log,
				   struct bytes entry)
{
	SHELF_OK(log_append(s->c, s->logs[log].id, &entry, 1,
			    s->logs[log].key, &s->err));
}

static inline void shelf_log_text(struct shelf *s, size_t log,
				  const char *entry)
{
	shelf_log_entry(s, log, bytes_of(entry));
}

static inline void shelf_log_lesson(struct shelf *s, size_t log,
				    const struct lesson *lesson)
{
	struct buf json = BUF_INIT;

	SHELF_OK(lesson_format(lesson, &json, &s->err));
	shelf_log_entry(s, log, buf_bytes(&json));
	buf_release(&json);
}

static inline void shelf_withdraw(struct shelf *s, size_t log, const char *id)
{
	char entry[400];

	(void)snprintf(entry, sizeof(entry),
		       "{\"type\":\"withdraw\",\"id\":\"%s\"}", id);
	shelf_log_text(s, log, entry);
}

/* Step until all is done; search, too. */
static inline void shelf_settle(struct shelf *s)
{
	unsigned did;

	do
		SHELF_OK(index_step(s->x, 3, &did, &s->err));
	while (did > 0);
	do
		SHELF_OK(search_step(s->c, 3, &did, &s->err));
	while (did > 0);
}

/* Everything about one lesson; false when it is not known. */
static inline bool shelf_get(struct shelf *s, const char *name,
			     struct lesson_row *row)
{
	enum status status = lessons_get(s->c, name, row, &s->err);

	CHECK(status == STATUS_OK || status == STATUS_NOT_FOUND);
	return status == STATUS_OK;
}

static inline struct lessons_summary shelf_summary(struct shelf *s)
{
	struct lessons_summary summary;

	SHELF_OK(lessons_summary(s->c, &summary, &s->err));
	return summary;
}

#endif
