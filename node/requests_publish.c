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

static uint64_t largest_payload(const struct lesson *l)
{
	uint64_t most = l->bytes;

	for (size_t i = 0; i < l->also_count; i++)
		if (l->also[i].bytes > most)
			most = l->also[i].bytes;
	return most;
}

/* Which limit stands against it, and what it is. */
static enum status say_limit(const struct publisher *p, const struct lesson *l,
			     size_t entry_size, struct err *err)
{
	char scope[300];

	if (p->lesson_bytes_max > 0 &&
	    largest_payload(l) > p->lesson_bytes_max)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "it has %llu bytes; this office may publish "
			       "lessons of at most %llu",
			       (unsigned long long)largest_payload(l),
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
	status = publisher_allows(p, l->region, l->topic, largest_payload(l),
				  entry->size);
	if (status != STATUS_OK)
		return say_limit(p, l, entry->size, err);
	return check_count(r, err);
}

static enum status remember_payload(struct requests *r,
				    const uint8_t btmh[static 32],
				    struct err *err)
{
	struct torrentfile *tf;
	enum status status;

	status = house_open_torrent(r->house, btmh, &tf, err);
	if (status != STATUS_OK)
		return status;
	status = payload_put_held(r->house->catalog, btmh, tf->mi.total,
				  tf->mi.pieces, clock_s(), err);
	torrentfile_free(tf);
	return status;
}

static enum status remember_payloads(struct requests *r,
				     const struct lesson *l, struct err *err)
{
	enum status status = remember_payload(r, l->btmh, err);

	for (size_t i = 0; i < l->also_count && status == STATUS_OK; i++)
		status = remember_payload(r, l->also[i].btmh, err);
	return status;
}

static void tell_published(struct requests *r, const struct lesson *l)
{
	if (r->live == NULL || r->live->published == NULL)
		return;
	r->live->published(r->live->node, l->btmh);
	for (size_t i = 0; i < l->also_count; i++)
		r->live->published(r->live->node, l->also[i].btmh);
}

/* Was just this said before, as the request tells: an id that a try has
 * promised, and the revision it was to be? */
static bool is_published(struct requests *r, const json_t *request,
			 const struct lesson *l, struct lesson_row *row)
{
	uint64_t rev = request_number(request, "rev");
	struct err ignored = ERR_INIT;

	return rev > 0 &&
	       lessons_get(r->house->catalog, l->id, row, &ignored) ==
		       STATUS_OK &&
	       row->lesson.rev == rev &&
	       memcmp(row->lesson.btmh, l->btmh, sizeof(l->btmh)) == 0;
}

/* Nobody else shall have said something under that id meanwhile. */
static enum status check_rev(struct requests *r, const json_t *request,
			     const struct lesson *l, struct err *err)
{
	uint64_t rev = request_number(request, "rev");
	struct err ignored = ERR_INIT;
	struct lesson_row row;

	if (rev > 0 && l->rev != rev)
		return err_set(err, STATUS_OLD,
			       "'%s' was revised meanwhile: look at it, and "
			       "say it again",
			       l->title);
	if (request_text(request, "id") != NULL &&
	    request_text(request, "revises") == NULL &&
	    lessons_get(r->house->catalog, l->id, &row, &ignored) ==
		    STATUS_OK)
		return err_set(err, STATUS_EXISTS,
			       "the id of '%s' is taken by '%s'", l->title,
			       row.lesson.title);
	return STATUS_OK;
}

/* Which renditions this office makes of its lessons. */
static json_t *renditions_made(const struct requests *r)
{
	const struct renditions *make = &r->house->conf.make;
	json_t *list = json_array();
	char as[16];

	for (unsigned i = 0; i < make->count; i++) {
		(void)snprintf(as, sizeof(as), "%up", make->lines[i]);
		(void)json_array_append_new(list, json_string(as));
	}
	return list;
}

/* With "try" nothing is written: is everything said well? It promises an id
 * and a revision. */
enum status request_publish(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	bool only_try = json_is_true(json_object_get(request, "try"));
	struct buf entry = BUF_INIT;
	struct lesson_row row;
	struct lesson l;
	enum status status = request_may_publish(r, err);

	if (status == STATUS_OK)
		status = request_fill_lesson(r, request, &l, err);
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
		*answer = json_pack("{s:s, s:s, s:I, s:o}", "title", l.title,
				    "id", l.id, "rev", (json_int_t)l.rev,
				    "renditions", renditions_made(r));
		return STATUS_OK;
	}
	if (status == STATUS_OK && is_published(r, request, &l, &row)) {
		buf_release(&entry);
		*answer = lesson_json(r, &row, true);
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = check_rev(r, request, &l, err);
	/* Data first, names last: the payload is on disk, then it is held,
	 * then the log says so. */
	if (status == STATUS_OK)
		status = remember_payloads(r, &l, err);
	if (status == STATUS_OK)
		status = request_append(r, buf_bytes(&entry), err);
	buf_release(&entry);
	if (status == STATUS_OK)
		tell_published(r, &l);
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
	status = request_take_text(request, "reason", withdraw.reason,
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
