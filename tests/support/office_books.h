/* An office's two databases with stations and sums put in by hand, for tests
 * of reports. */
#ifndef TESTS_SUPPORT_OFFICE_BOOKS_H
#define TESTS_SUPPORT_OFFICE_BOOKS_H

#include <stdarg.h>
#include <stdio.h>

#include "catalog/records_db.h"
#include "catalog/report.h"
#include "catalog/sql.h"
#include "proto/month.h"
#include "signing/key.h"
#include "tests/support/scratch.h"

struct books {
	struct scratch scratch;
	struct catalog *node, *records;
	struct err err;
};

#define BOOKS_OK(b, call)                                                 \
	do {                                                              \
		if ((call) != STATUS_OK) {                                \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__,    \
				      __LINE__, (b)->err.text);           \
			abort();                                          \
		}                                                         \
	} while (0)

static inline void books_init(struct books *b)
{
	CHECK(signing_init() == STATUS_OK);
	*b = (struct books){ .err = ERR_INIT };
	scratch_init(&b->scratch);
	BOOKS_OK(b, catalog_open(&b->node, scratch_path(&b->scratch, "node.db"),
				 &b->err));
	BOOKS_OK(b, records_db_open(&b->records,
				    scratch_path(&b->scratch, "records.db"),
				    &b->err));
}

static inline void books_release(struct books *b)
{
	catalog_free(b->node);
	catalog_free(b->records);
	scratch_release(&b->scratch);
}

__attribute__((format(printf, 3, 4))) static inline void
books_sql(struct books *b, struct catalog *c, const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	CHECK(vasprintf(&text, format, args) > 0);
	va_end(args);
	BOOKS_OK(b, sql_script(c, text, &b->err));
	free(text);
}

/* Node n's key; and as SQL writes it. */
static inline struct public_key books_key(unsigned n)
{
	const uint8_t seed[KEY_SEED_SIZE] = { 77, (uint8_t)n,
					      (uint8_t)(n >> 8) };
	struct secret_key *secret;
	struct public_key key;

	CHECK(secret_key_from_seed(&secret, "node", KEY_ED25519, seed) ==
	      STATUS_OK);
	key = *secret_key_public(secret);
	secret_key_free(secret);
	return key;
}

static inline void books_hex(unsigned n, char out[static 68])
{
	const struct public_key key = books_key(n);

	out[0] = 'x';
	out[1] = '\'';
	for (int i = 0; i < PUBLIC_KEY_SIZE; i++)
		(void)snprintf(out + 2 + 2 * i, 3, "%02x", key.bytes[i]);
	(void)strcpy(out + 66, "'");
}

struct books_station {
	const char *region, *name, *groups, *since, *until;
	bool ended;
	unsigned replaces; /* 0: none */
	const char *through; /* a day whose end was heard of; NULL: nothing */
};

/* Enrolled, and known to records.db under its number, where it was heard. */
static inline void books_station(struct books *b, unsigned n,
				 const struct books_station *s)
{
	const struct public_key key = books_key(n);
	char hex[68], replaces[68] = "NULL", vkey[VKEY_MAX + 1];
	int64_t day;

	books_hex(n, hex);
	if (s->replaces != 0)
		books_hex(s->replaces, replaces);
	public_key_format(&key, vkey);
	books_sql(b, b->node,
		  "INSERT INTO station (key, log, entry, vkey, region, name,"
		  " groups, ended, since, until, replaces) VALUES"
		  " (%s, 1, %u, '%s', '%s', '%s', '%s', %d, '%s', '%s', %s)",
		  hex, n, vkey, s->region, s->name,
		  s->groups == NULL ? "" : s->groups, s->ended,
		  s->since == NULL ? "" : s->since,
		  s->until == NULL ? "" : s->until, replaces);
	if (s->through == NULL)
		return;
	CHECK(day_parse(bytes_of(s->through), &day) == STATUS_OK);
	books_sql(b, b->records,
		  "INSERT INTO station (id, key, through_s, heard_s) VALUES"
		  " (%u, %s, %lld, 1)",
		  n, hex, (long long)((day + 1) * 86400 - MONTH_ZONE_S));
}

static inline int books_month(const char *text)
{
	int month;

	CHECK(month_parse(bytes_of(text), &month) == STATUS_OK);
	return month;
}

static inline void books_sums(struct books *b, const char *table, int month,
			      unsigned station, int64_t day,
			      const struct report_sums *s)
{
	books_sql(b, b->records,
		  "INSERT INTO %s VALUES (%d, %u, %.0lld%s %lld, %lld, %lld,"
		  " %lld, %lld, %lld, %lld, %lld, %lld, %u)",
		  table, month, station, (long long)day,
		  day > 0 ? "," : "", (long long)s->ms[REPORT_OPEN],
		  (long long)s->ms[REPORT_COLLECTIVE],
		  (long long)s->ms[REPORT_PERSONAL],
		  (long long)s->ms[REPORT_HAND], (long long)s->doubtful_ms,
		  (long long)s->collective, (long long)s->personal,
		  (long long)s->people, (long long)s->lessons, s->flags);
}

/* The second of that day at which an office looks. */
static inline int64_t books_noon(const char *day_text)
{
	int64_t day;

	CHECK(day_parse(bytes_of(day_text), &day) == STATUS_OK);
	return day * 86400 - MONTH_ZONE_S + 12 * 3600;
}

static inline struct report *books_report(struct books *b, const char *month,
					  const char *today)
{
	const struct report_query q = { .month = books_month(month),
					.region = "431081",
					.now_s = books_noon(today),
					.norm_min = 240 };
	struct report *r;

	BOOKS_OK(b, report_make(&r, b->node, b->records, &q, &b->err));
	return r;
}

#endif
