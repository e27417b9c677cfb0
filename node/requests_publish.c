/* What writes to this node's own log: lessons, withdrawals, enrolments. */
#include <stdio.h>
#include <string.h>

#include "catalog/initials.h"
#include "catalog/log.h"
#include "catalog/stations.h"
#include "node/clock.h"
#include "node/own_kept.h"
#include "node/own_statement.h"
#include "node/requests_internal.h"
#include "node/tidy.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"
#include "proto/text.h"

/* Is this disk the one that was signed on last, as far as can be told? */
static enum status may_sign(struct requests *r, struct err *err)
{
	struct own_log_facts facts;
	enum status status = own_kept_facts(r->house, &facts, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "there is no log '%s' here",
			       r->house->conf.origin);
	if (status != STATUS_OK)
		return status;
	facts.alone = r->alone;
	if (r->live != NULL && r->live->own_log != NULL)
		r->live->own_log(r->live->node, &facts);
	return own_log_may_sign(&facts, err);
}

enum status request_may_publish(struct requests *r, struct err *err)
{
	const struct authority *a = house_authority(r->house);
	const char *origin = r->house->conf.origin;
	const struct cutoff *end = authority_cutoff(a, origin);

	if (!house_is_publisher(r->house) || origin[0] == 0)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "this node has no log of its own: lessons are "
			       "published at the county");
	if (authority_publisher(a, origin) == NULL)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "neither the trust note nor another office's "
			       "log says that '%s' may publish yet: give "
			       "office.request, in the data directory, to those "
			       "who hold the root, who take it in with 'xiangtu "
			       "trust publisher add --request FILE', or to the "
			       "office above, with 'xiangtu trust delegate "
			       "--request FILE'",
			       origin);
	if (end != NULL)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "'%s' was ended at %llu entries%s%s%s", origin,
			       (unsigned long long)end->size,
			       end->successor[0] == 0 ? "" : "; '",
			       end->successor,
			       end->successor[0] == 0 ? "" : "' goes on");
	if (r->live != NULL && r->live->has_twin != NULL &&
	    r->live->has_twin(r->live->node))
		return err_set(err, STATUS_FORKED,
			       "another machine speaks with this node's key: "
			       "publishing from both would fork the log. Find "
			       "the copy and run 'xiangtu init --new-identity' "
			       "there");
	if (house_need_key(r->house, HOUSE_PUBLISHER, err) != STATUS_OK)
		return err->status;
	return may_sign(r, err);
}

enum status request_own_confirmed(struct requests *r, struct err *err)
{
	enum status status = own_kept_confirm(r->house, err);

	if (status == STATUS_OK && r->live != NULL &&
	    r->live->own_confirmed != NULL)
		r->live->own_confirmed(r->live->node);
	return status;
}

/* An entry beyond the limit would count for nothing. */
static enum status check_count(struct requests *r, struct err *err)
{
	const struct publisher *p = authority_publisher(
		house_authority(r->house), r->house->conf.origin);
	struct log_info info;
	enum status status = log_find(r->house->catalog,
				      r->house->conf.origin, &info, err);

	if (status == STATUS_OK && p != NULL && p->entries_max > 0 &&
	    info.size >= p->entries_max)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "this office's log has %llu entries and may "
			       "have at most %llu",
			       (unsigned long long)info.size,
			       (unsigned long long)p->entries_max);
	/* A log that is not here yet is said where it is to be written. */
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status request_append(struct requests *r, struct bytes entry,
			   struct err *err)
{
	struct log_info info;
	enum status status = log_find(r->house->catalog, r->house->conf.origin,
				      &info, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "there is no log '%s' here",
			       r->house->conf.origin);
	if (status == STATUS_OK)
		status = check_count(r, err);
	if (status == STATUS_OK)
		status = may_sign(r, err);
	/* From here on this disk is the one: nobody holds more. */
	if (status == STATUS_OK)
		status = request_own_confirmed(r, err);
	if (status == STATUS_OK)
		status = log_append(r->house->catalog, info.id, &entry, 1,
				    r->house->publisher_key, err);
	/* Others hear of it before we have made anything of it ourselves. */
	if (status == STATUS_OK && r->live != NULL &&
	    r->live->log_grown != NULL)
		r->live->log_grown(r->live->node, info.id);
	if (status == STATUS_OK)
		status = request_index(r, err);
	return status;
}

static enum status take_text(const json_t *request, const char *key, char *out,
			     size_t room, const char *usual, struct err *err)
{
	const char *text = request_text(request, key);

	if (text == NULL)
		text = usual;
	if (strlen(text) >= room)
		return err_set(err, STATUS_MALFORMED, "%s: too long (at most "
						      "%zu bytes)",
			       key, room - 1);
	memcpy(out, text, strlen(text) + 1);
	return STATUS_OK;
}

static enum status take_hash(const json_t *request, const char *key,
			     uint8_t out[static 32], bool *given,
			     struct err *err)
{
	const char *hex = request_text(request, key);

	*given = hex != NULL;
	if (hex != NULL && hex_decode(bytes_of(hex), out, 32) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "%s: not a hash", key);
	return STATUS_OK;
}

static enum status take_texts(struct requests *r, const json_t *q,
			      struct lesson *l, struct err *err)
{
	const json_t *series = json_object_get(q, "series");
	char today[11];
	const struct {
		const char *key;
		char *out;
		size_t room;
		const char *usual;
	} texts[] = {
		{ "title", l->title, sizeof(l->title), "" },
		{ "topic", l->topic, sizeof(l->topic), "" },
		{ "region", l->region, sizeof(l->region),
		  r->house->conf.region },
		{ "lang", l->lang, sizeof(l->lang), "zh-CN" },
		{ "date", l->date, sizeof(l->date), today },
		{ "expires", l->expires, sizeof(l->expires), "" },
		{ "summary", l->summary, sizeof(l->summary), "" },
		{ "initials", l->initials, sizeof(l->initials), "" },
	};

	clock_today(today);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		enum status status = take_text(q, texts[i].key, texts[i].out,
					       texts[i].room, texts[i].usual,
					       err);

		if (status != STATUS_OK)
			return status;
	}
	if (series == NULL)
		return STATUS_OK;
	l->series.n = (uint32_t)request_number(series, "n");
	return take_text(series, "title", l->series.title,
			 sizeof(l->series.title), "", err);
}

static enum status make_initials(struct lesson *l, struct err *err)
{
	struct buf initials = BUF_INIT;
	enum status status;

	if (l->initials[0] != 0)
		return STATUS_OK;
	status = initials_of(l->title, LESSON_INITIALS_MAX, &initials, err);
	if (status == STATUS_OK)
		(void)snprintf(l->initials, sizeof(l->initials), "%s",
			       buf_string(&initials));
	buf_release(&initials);
	initials_forget(); /* some megabytes, needed once in a while */
	return status;
}

/* A new id, or the next revision of the lesson named. */
static enum status take_id(struct requests *r, const json_t *request,
			   struct lesson *l, struct err *err)
{
	const char *revises = request_text(request, "revises");
	uint8_t random[LESSON_SHORT_BYTES];
	char origin[ORIGIN_MAX + 1];
	struct lesson_row row;
	uint64_t short_id;
	enum status status;

	if (revises == NULL) {
		signing_random(random, sizeof(random));
		lesson_id_make(r->house->conf.origin, random, l->id);
		l->rev = 1;
		return STATUS_OK;
	}
	status = lessons_get(r->house->catalog, revises, &row, err);
	if (status != STATUS_OK)
		return status;
	status = lesson_id_split(row.lesson.id, origin, &short_id);
	if (status != STATUS_OK ||
	    !authority_succeeds(house_authority(r->house),
				r->house->conf.origin, origin))
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "'%s' is another office's lesson",
			       row.lesson.title);
	memcpy(l->id, row.lesson.id, sizeof(l->id));
	l->rev = row.lesson.rev + 1;
	return STATUS_OK;
}

/* What people type wrongly most often, said in words they can use. */
static enum status check_typed(const struct lesson *l, struct err *err)
{
	if (l->title[0] == 0 || !text_is_plain(bytes_of(l->title)))
		return err_set(err, STATUS_USAGE,
			       "--title: one line of text is wanted");
	if (topic_check(l->topic) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "--topic: '%s' is no path of words joined by "
			       "'/', like 产业/养殖/黑山羊",
			       l->topic);
	if (region_check(l->region) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "--region: '%s' is no code of 2, 4, 6, 9 or 12 "
			       "digits",
			       l->region);
	if (!date_is_good(l->date) ||
	    (l->expires[0] != 0 && !date_is_good(l->expires)))
		return err_set(err, STATUS_USAGE,
			       "--date, --expires: a day like 2026-11-21 is "
			       "wanted");
	return STATUS_OK;
}

static enum status fill_lesson(struct requests *r, const json_t *request,
			       struct lesson *l, struct err *err)
{
	bool has_btmh;
	enum status status;

	memset(l, 0, sizeof(*l));
	status = take_id(r, request, l, err);
	if (status == STATUS_OK)
		status = take_texts(r, request, l, err);
	if (status == STATUS_OK)
		status = check_typed(l, err);
	if (status == STATUS_OK)
		status = make_initials(l, err);
	if (status == STATUS_OK)
		status = take_hash(request, "btmh", l->btmh, &has_btmh, err);
	if (status == STATUS_OK)
		status = take_hash(request, "poster", l->poster,
				   &l->has_poster, err);
	l->bytes = request_number(request, "bytes");
	l->files = (uint32_t)request_number(request, "files");
	l->seconds = (uint32_t)request_number(request, "seconds");
	l->trust = r->house->trust.trust.version;
	return status;
}

static void list_scope(const char *first, size_t count, size_t stride,
		       char *out, size_t room)
{
	size_t used = 0;

	out[0] = 0;
	for (size_t i = 0; i < count && used < room; i++) {
		const char *item = first + i * stride;
		int n = snprintf(out + used, room - used, "%s%s",
				 i == 0 ? "" : ", ",
				 item[0] == 0 ? "*" : item);

		used += n < 0 ? 0 : (size_t)n;
	}
}

/* Which limit stands against it, and what it is. */
static enum status say_limit(const struct publisher *p, const struct lesson *l,
			     size_t entry_size, struct err *err)
{
	char scope[300];

	if (p->lesson_bytes_max > 0 && l->bytes > p->lesson_bytes_max)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "it has %llu bytes; this office may publish "
			       "lessons of at most %llu",
			       (unsigned long long)l->bytes,
			       (unsigned long long)p->lesson_bytes_max);
	if (p->entry_bytes_max > 0 && entry_size > p->entry_bytes_max)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "what is said of it takes %zu bytes; this "
			       "office may write at most %llu: shorten title "
			       "or summary",
			       entry_size,
			       (unsigned long long)p->entry_bytes_max);
	for (size_t i = 0; i < p->region_count; i++)
		if (region_contains(p->regions[i], l->region)) {
			list_scope(p->topics[0], p->topic_count,
				   sizeof(p->topics[0]), scope,
				   sizeof(scope));
			return err_set(err, STATUS_OUT_OF_SCOPE,
				       "topic '%s' is not this office's, which "
				       "may publish about %s",
				       l->topic, scope);
		}
	list_scope(p->regions[0], p->region_count, sizeof(p->regions[0]),
		   scope, sizeof(scope));
	return err_set(err, STATUS_OUT_OF_SCOPE,
		       "region %s is not this office's, which may publish for "
		       "%s",
		       l->region, scope);
}

/* May it be said at all? Asked before a gigabyte is copied, too. */
static enum status check_lesson(struct requests *r, const struct lesson *l,
				struct buf *entry, struct err *err)
{
	const struct publisher *p = authority_publisher(
		house_authority(r->house), r->house->conf.origin);
	enum status status = lesson_format(l, entry, err);

	if (status == STATUS_MALFORMED)
		return err->status = STATUS_USAGE; /* somebody typed it */
	if (status != STATUS_OK)
		return status;
	status = publisher_allows(p, l->region, l->topic, l->bytes,
				  entry->size);
	if (status != STATUS_OK)
		return say_limit(p, l, entry->size, err);
	return check_count(r, err);
}

static enum status remember_payload(struct requests *r, const struct lesson *l,
				    struct err *err)
{
	struct torrentfile *tf;
	enum status status;

	status = house_open_torrent(r->house, l->btmh, &tf, err);
	if (status != STATUS_OK)
		return status;
	status = payload_put_held(r->house->catalog, l->btmh, tf->mi.total,
				  tf->mi.pieces, clock_s(), err);
	torrentfile_free(tf);
	return status;
}

/* With "try" nothing is written: is everything said well? */
enum status request_publish(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	bool only_try = json_is_true(json_object_get(request, "try"));
	struct buf entry = BUF_INIT;
	struct lesson_row row;
	struct lesson l;
	enum status status = request_may_publish(r, err);

	if (status == STATUS_OK)
		status = fill_lesson(r, request, &l, err);
	if (status == STATUS_MALFORMED)
		status = err->status = STATUS_USAGE; /* somebody typed it */
	if (status == STATUS_OK && only_try) {
		/* What only the payload will tell. */
		memset(l.btmh, 1, sizeof(l.btmh));
		l.bytes = l.bytes == 0 ? 1 : l.bytes;
		l.files = 1;
	}
	if (status == STATUS_OK)
		status = check_lesson(r, &l, &entry, err);
	if (status == STATUS_OK && only_try) {
		buf_release(&entry);
		*answer = json_pack("{s:s}", "title", l.title);
		return STATUS_OK;
	}
	/* Data first, names last: the payload is on disk, then it is held,
	 * then the log says so. */
	if (status == STATUS_OK)
		status = remember_payload(r, &l, err);
	if (status == STATUS_OK)
		status = request_append(r, buf_bytes(&entry), err);
	buf_release(&entry);
	if (status == STATUS_OK && r->live != NULL &&
	    r->live->published != NULL)
		r->live->published(r->live->node, l.btmh);
	if (status == STATUS_OK)
		status = lessons_get(r->house->catalog, l.id, &row, err);
	if (status == STATUS_OK)
		*answer = lesson_json(r, &row, true);
	return status;
}

enum status request_withdraw(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err)
{
	struct entry_withdraw withdraw = { .reason = "" };
	struct buf entry = BUF_INIT;
	char origin[ORIGIN_MAX + 1];
	struct lesson_row row;
	uint64_t short_id;
	enum status status = request_may_publish(r, err);

	if (status == STATUS_OK)
		status = request_lesson(r, request, &row, err);
	if (status != STATUS_OK)
		return status;
	if (row.withdrawn)
		return err_set(err, STATUS_EXISTS, "'%s' is withdrawn already",
			       row.lesson.title);
	status = lesson_id_split(row.lesson.id, origin, &short_id);
	if (status != STATUS_OK ||
	    !authority_succeeds(house_authority(r->house),
				r->house->conf.origin, origin))
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "'%s' is another office's lesson",
			       row.lesson.title);
	memcpy(withdraw.id, row.lesson.id, sizeof(withdraw.id));
	withdraw.trust = r->house->trust.trust.version;
	status = take_text(request, "reason", withdraw.reason,
			   sizeof(withdraw.reason), "", err);
	if (status == STATUS_OK)
		status = entry_format_withdraw(&withdraw, &entry, err);
	if (status == STATUS_OK)
		status = request_append(r, buf_bytes(&entry), err);
	buf_release(&entry);
	if (status == STATUS_OK && r->live == NULL)
		status = tidy_unwelcome(r->house, err);
	if (status == STATUS_OK)
		status = lessons_get(r->house->catalog, row.lesson.id, &row,
				     err);
	if (status == STATUS_OK)
		*answer = lesson_json(r, &row, true);
	return status;
}
