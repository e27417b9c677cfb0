/* What a visit came to: what a failure in it means, what is said of it, and
 * what it ends with. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/drive/sync_inside.h"
#include "proto/text.h"

enum { TOLD_MAX = 300 }; /* of each list, to the node */

json_t *visit_text(struct bytes text)
{
	return json_stringn((const char *)text.data, text.size);
}

/* What was cut through a character, and the names of folders, may be anything:
 * a '?' for each byte that is not UTF-8. */
static json_t *shown_text(const char *text)
{
	struct buf shown = BUF_INIT;
	struct bytes_reader r;
	json_t *string;
	uint32_t code;

	bytes_reader_init(&r, bytes_of(text));
	while (r.left > 0) {
		const uint8_t *from = r.next;

		if (text_next(&r, &code)) {
			buf_put_bytes(&shown, (struct bytes){
						      from, (size_t)(r.next -
								     from) });
			continue;
		}
		buf_puts(&shown, "?");
		r.next++;
		r.left--;
	}
	string = visit_text(buf_bytes(&shown));
	buf_release(&shown);
	return string;
}

void visit_trouble(struct visit *v, const char *fmt, ...)
{
	char text[2 * ERR_TEXT_MAX + 200];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (json_array_size(v->trouble) < SYNC_TROUBLE_MAX)
		(void)json_array_append_new(v->trouble, shown_text(text));
}

void visit_left(struct visit *v, const char *id, const char *title,
		uint64_t bytes, bool in, const char *why)
{
	(void)json_array_append_new(
		v->left, json_pack("{s:s, s:s, s:I, s:s, s:s}", "id", id,
				   "title", title, "bytes", (json_int_t)bytes,
				   "way", in ? "in" : "out", "why", why));
}

/* --- failures --- */

static void remember(struct visit *v, const struct err *err)
{
	if (v->worst.status == STATUS_OK)
		v->worst = *err;
}

enum status visit_failed(struct visit *v, struct err *err, const char *fmt,
			 ...)
{
	char what[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (err->status == STATUS_IO && mount_is_gone(v->m))
		err->status = STATUS_UNREACHABLE;
	switch (err->status) {
	case STATUS_OK:
		return STATUS_OK;
	case STATUS_UNREACHABLE:
		if (!mount_is_gone(v->m)) /* the node does not answer */
			return err_wrap(err, "%s", what);
		v->gone = true;
		return err_set(err, STATUS_UNREACHABLE,
			       "the drive was pulled out: plug it in again, "
			       "and the rest follows");
	case STATUS_CANCELLED:
	case STATUS_NO_MEMORY:
		v->gone = true;
		return err->status;
	case STATUS_UNTRUSTED:
	case STATUS_MALFORMED:
	case STATUS_DAMAGED:
	case STATUS_FORKED:
		remember(v, err);
		break;
	default:
		break;
	}
	visit_trouble(v, "%s: %s", what, err->text);
	if (v->worst.status == STATUS_OK && err->status == STATUS_IO)
		remember(v, err);
	*err = (struct err)ERR_INIT;
	return STATUS_OK;
}

/* --- the report --- */

static const char *state_of(const struct visit *v, enum status status)
{
	if (status == STATUS_UNREACHABLE && v->gone)
		return "pulled";
	if (status != STATUS_OK || v->worst.status == STATUS_IO)
		return "failed";
	/* Nor has it all when it took not even small things. */
	return json_array_size(v->left) > 0 || v->out_of_time || v->full ||
			       (!v->writable && !v->o->only_in) ||
			       v->worst.status != STATUS_OK ?
		       "some_left" :
		       "done";
}

static json_t *make_report(struct visit *v, enum status status)
{
	/* Whatever happened: after a failed write or flush it is safe to pull
	 * it out, too, for nothing goes on. It is said when all is on it. */
	bool safe = status == STATUS_OK && v->worst.status != STATUS_IO;
	char id[2 * MARK_ID_SIZE + 1] = "";

	if (v->has_mark)
		mark_id_text(&v->mark, id);
	return json_pack(
		"{s:s, s:o, s:I, s:I, s:i, s:I, s:I, s:I, s:I, s:O, s:I, s:O, "
		"s:I, s:O, s:O, s:O, s:b, s:s}",
		"drive", id, "path", shown_text(mount_path(v->m)), "at",
		(json_int_t)clock_s(), "seconds",
		(json_int_t)(visit_clock() - v->started + 0.5), "trust",
		(int)v->trust, "entries", (json_int_t)v->entries,
		"records_in", (json_int_t)v->records_in, "records_out",
		(json_int_t)v->records_out, "acks", (json_int_t)v->acks, "in",
		v->in, "in_bytes", (json_int_t)v->in_bytes, "out", v->out,
		"out_bytes", (json_int_t)v->out_bytes, "removed", v->removed,
		"left", v->left, "trouble", v->trouble, "safe", safe, "state",
		state_of(v, status));
}

/* A request has its limit, and nobody reads a thousand lines on a screen. */
static void tell_report(struct visit *v, json_t *report)
{
	static const char *const lists[] = { "in", "out", "removed", "left" };
	json_t *told = json_copy(report), *list;
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		list = json_copy(json_object_get(report, lists[i]));
		while (json_array_size(list) > TOLD_MAX)
			(void)json_array_remove(list,
						json_array_size(list) - 1);
		(void)json_object_set_new(told, lists[i], list);
	}
	(void)visit_tell(v,
			 json_pack("{s:s, s:o, s:I}", "verb", "drive-done",
				   "report", told, "pid",
				   (json_int_t)getpid()),
			 &ignored);
}

json_t *visit_report(struct visit *v, enum status status)
{
	json_t *report = make_report(v, status);

	tell_report(v, report);
	return report;
}

enum status visit_sum_up(struct visit *v, enum status status,
			  struct err *err)
{
	if (status == STATUS_OK && v->worst.status != STATUS_OK) {
		*err = v->worst;
		return err->status;
	}
	return status;
}
