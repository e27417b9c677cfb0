#include "node/page/desk_arriving.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/live_picture.h"
#include "proto/encoding.h"

enum { NAMED_MAX = 96 /* payloads whose lesson is remembered */ };

/* Of which lesson a payload is. */
struct named {
	uint8_t btmh[32];
	char id[LESSON_ID_MAX + 1];
	char title[LESSON_TITLE_MAX + 1];
};

struct desk_arriving {
	struct node *n;
	struct named named[NAMED_MAX];
	unsigned n_named, next_named;
};

struct desk_arriving *desk_arriving_new(struct node *n)
{
	struct desk_arriving *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->n = n;
	return a;
}

void desk_arriving_free(struct desk_arriving *a)
{
	free(a);
}

static const struct named *name_of(struct desk_arriving *a, const uint8_t *btmh)
{
	struct named *slot = &a->named[a->next_named];
	struct lesson_row *row;
	struct err ignored = ERR_INIT;
	char hex[65];

	for (unsigned i = 0; i < a->n_named; i++)
		if (memcmp(a->named[i].btmh, btmh, 32) == 0)
			return &a->named[i];
	row = malloc(sizeof(*row));
	hex_encode((struct bytes){ btmh, 32 }, hex);
	if (row != NULL && lessons_get(a->n->house.catalog, hex, row,
				       &ignored) == STATUS_OK) {
		memcpy(slot->btmh, btmh, 32);
		(void)snprintf(slot->id, sizeof(slot->id), "%s",
			       row->lesson.id);
		(void)snprintf(slot->title, sizeof(slot->title), "%s",
			       row->lesson.title);
		a->next_named = (a->next_named + 1) % NAMED_MAX;
		a->n_named += a->n_named < NAMED_MAX;
	} else {
		slot = NULL;
	}
	free(row);
	return slot;
}

static void put_name(struct desk_arriving *a, const uint8_t *btmh, json_t *to)
{
	const struct named *named = name_of(a, btmh);

	(void)json_object_set_new(
		to, "id", json_string(named == NULL ? "" : named->id));
	(void)json_object_set_new(
		to, "title", json_string(named == NULL ? "" : named->title));
}

static json_t *transfer_json(struct desk_arriving *a, const uint8_t *btmh)
{
	json_t *job = fetcher_job(a->n->fetcher, btmh);
	uint64_t from[FROM_WAYS];

	if (job == NULL)
		return NULL;
	(void)fetcher_from(a->n->fetcher, btmh, from);
	put_name(a, btmh, job);
	(void)json_object_set_new(job, "from", live_from_json(from));
	(void)json_object_set_new(job, "trouble",
				  json_string(a->n->live.trouble(a->n, btmh)));
	(void)json_object_del(job, "http_bytes");
	(void)json_object_del(job, "reused");
	return job;
}

/* What was here of it when it was lent. */
static uint64_t lent_from(struct desk_arriving *a, const uint8_t *btmh,
			  uint64_t total, uint64_t from[static FROM_WAYS])
{
	struct payload_row row = { .pieces = 0 };
	struct buf have = BUF_INIT;
	struct err ignored = ERR_INIT;
	uint64_t sum = 0;

	if (payload_get(a->n->house.catalog, btmh, &row, &have, &ignored) ==
		    STATUS_OK &&
	    have.size == havemap_size(row.pieces))
		fetcher_lent_from(a->n->fetcher, btmh, row.pieces, have.data,
				  total, from);
	buf_release(&have);
	for (int i = 0; i < FROM_WAYS; i++)
		sum += from[i];
	return sum;
}

/* What a drive's visit writes; how far it is with it, only that knows. */
static json_t *loan_json(struct desk_arriving *a, const uint8_t *btmh)
{
	uint64_t from[FROM_WAYS] = { 0 }, verified;
	struct payload_standing standing = { .bytes = 0 };
	struct err ignored = ERR_INIT;
	char hex[65];
	json_t *loan;

	(void)lessons_standing(a->n->house.catalog, btmh, &standing, &ignored);
	verified = lent_from(a, btmh, standing.bytes, from);
	hex_encode((struct bytes){ btmh, 32 }, hex);
	loan = json_pack("{s:s, s:s, s:I, s:I, s:f, s:i, s:i, s:b, s:s, s:o}",
			 "btmh", hex, "way", "drive", "bytes",
			 (json_int_t)standing.bytes, "verified",
			 (json_int_t)verified, "progress",
			 standing.bytes == 0 ? 0.0 :
					       (double)verified /
						       (double)standing.bytes,
			 "rate", 0, "peers", 0, "carries", false, "trouble",
			 "", "from", live_from_json(from));
	if (loan != NULL)
		put_name(a, btmh, loan);
	return loan;
}

json_t *desk_transfers_json(struct desk_arriving *a)
{
	struct fetcher_share shares[FETCHER_SHARES_MAX];
	uint8_t lent[FETCHER_LENT_MAX][32];
	unsigned jobs = fetcher_shares(a->n->fetcher, shares);
	unsigned loans = fetcher_loans(a->n->fetcher, lent, FETCHER_LENT_MAX);
	json_t *list = json_array();

	for (unsigned i = 0; i < jobs; i++)
		(void)json_array_append_new(list,
					    transfer_json(a, shares[i].btmh));
	for (unsigned i = 0; i < loans; i++)
		(void)json_array_append_new(list, loan_json(a, lent[i]));
	return list;
}

json_t *desk_arrived_json(struct desk_arriving *a)
{
	const struct fetcher_arrived *arrived;
	unsigned count = fetcher_arrived(a->n->fetcher, &arrived);
	json_t *list = json_array();

	for (unsigned i = 0; i < count; i++) {
		int64_t ago = node_now(a->n) - arrived[i].at_ms;
		json_t *one = json_pack(
			"{s:I, s:I, s:o}", "bytes",
			(json_int_t)arrived[i].bytes, "ago_s",
			(json_int_t)live_age((uint64_t)ago / 1000), "from",
			live_from_json(arrived[i].from));

		if (one != NULL)
			put_name(a, arrived[i].btmh, one);
		(void)json_array_append_new(list, one);
	}
	return list;
}
