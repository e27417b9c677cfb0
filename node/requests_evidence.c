/* Evidence against logs: what is kept, as proofs and as notes, and what others
 * bring. */
#include <string.h>

#include "catalog/forks.h"
#include "node/clock.h"
#include "node/evidence.h"
#include "node/requests_internal.h"
#include "node/requests_visit.h"
#include "proto/encoding.h"

/* One thing that is kept, whatever it comes to. */
struct piece {
	const char *kind; /* "proof", "unproven", "notes" */
	uint8_t id[SHA256_SIZE];
	const char *origin, *why, *source;
	uint64_t found_s;
	const struct fork *fork; /* NULL for "notes" */
	struct buf text;
};

/* What a walk over all of it is for: a list, or the text of one. */
struct evidence_walk {
	struct requests *r;
	json_t *list;	     /* NULL: */
	const uint8_t *find; /* the text of this one */
	struct buf *text;
	struct buf proven; /* names of proofs */
};

static json_t *head_json(const struct checkpoint *head)
{
	char root[BASE64_SIZE(SHA256_SIZE) + 1];

	base64_encode((struct bytes){ head->root, SHA256_SIZE }, root);
	return json_pack("{s:I, s:s}", "size", (json_int_t)head->size, "root",
			 root);
}

static void show(struct evidence_walk *w, const struct piece *p)
{
	char id[65];
	json_t *object;

	if (w->list == NULL) {
		if (memcmp(w->find, p->id, SHA256_SIZE) == 0 &&
		    w->text->size == 0)
			buf_put_bytes(w->text, buf_bytes(&p->text));
		return;
	}
	hex_encode((struct bytes){ p->id, SHA256_SIZE }, id);
	object = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "id", id, "kind",
			   p->kind, "origin", p->origin, "found_s",
			   (json_int_t)p->found_s, "source", p->source, "why",
			   p->why);
	if (p->fork != NULL) {
		(void)json_object_set_new(object, "small",
					  head_json(&p->fork->small));
		(void)json_object_set_new(object, "large",
					  head_json(&p->fork->large));
	}
	(void)json_array_append_new(w->list, object);
}

static enum status show_proof(void *owner, const struct fork_row *row,
			      struct err *err)
{
	struct piece p = { .kind = "proof",
			   .origin = row->origin,
			   .why = "",
			   .source = row->source,
			   .found_s = row->found_s };
	struct evidence_walk *w = owner;
	struct fork fork;

	(void)err;
	if (fork_parse(row->text, &fork) != STATUS_OK)
		return STATUS_OK; /* damaged: told by nobody */
	memcpy(p.id, row->id, sizeof(p.id));
	p.fork = &fork;
	buf_put_bytes(&p.text, row->text);
	buf_put(&w->proven, row->id, SHA256_SIZE);
	show(w, &p);
	buf_release(&p.text);
	return STATUS_OK;
}

static bool is_proven(const struct evidence_walk *w, const uint8_t *id)
{
	for (size_t i = 0; i < w->proven.size; i += SHA256_SIZE)
		if (memcmp(w->proven.data + i, id, SHA256_SIZE) == 0)
			return true;
	return false;
}

/* Two notes without what connects them, or one alone: for people to look
 * at. */
static enum status show_notes(void *owner, const struct log_evidence *e,
			      struct err *err)
{
	struct piece p = { .kind = "unproven",
			   .why = e->why,
			   .source = "",
			   .found_s = e->found_s };
	struct evidence_walk *w = owner;
	struct log_info log;
	struct fork fork;

	if (log_get(w->r->house->catalog, e->log, &log, err) != STATUS_OK)
		return STATUS_OK;
	p.origin = log.origin;
	if (fork_init(&fork, e->ours, e->theirs) == STATUS_OK) {
		fork_id(&fork, p.id);
		if (is_proven(w, p.id))
			return STATUS_OK;
		p.fork = &fork;
		if (fork_check(&fork) == STATUS_OK)
			p.kind = "proof";
		(void)fork_format(&fork, &p.text);
	} else {
		p.kind = "notes";
		buf_put_bytes(&p.text, e->ours);
		buf_put_bytes(&p.text, e->theirs);
		sha256(p.text.data, p.text.size, p.id);
	}
	show(w, &p);
	buf_release(&p.text);
	return STATUS_OK;
}

static enum status walk(struct evidence_walk *w, struct err *err)
{
	enum status status = forks_each(w->r->house->catalog, show_proof, w,
					err);

	if (status == STATUS_OK)
		status = log_each_evidence(w->r->house->catalog, show_notes, w,
					   err);
	buf_release(&w->proven);
	return status;
}

enum status request_evidence(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err)
{
	struct evidence_walk w = { .r = r, .list = json_array() };
	enum status status = walk(&w, err);

	(void)request;
	if (status == STATUS_OK)
		*answer = w.list;
	else
		json_decref(w.list);
	return status;
}

enum status request_evidence_text(struct requests *r, const json_t *request,
				  json_t **answer, struct err *err)
{
	struct buf text = BUF_INIT, id = BUF_INIT;
	struct evidence_walk w = { .r = r, .text = &text };
	enum status status = request_hex(request, "id", &id, err);

	if (status == STATUS_OK && id.size != SHA256_SIZE)
		status = err_set(err, STATUS_USAGE, "which evidence?");
	w.find = id.data;
	if (status == STATUS_OK)
		status = walk(&w, err);
	if (status == STATUS_OK && text.size == 0)
		status = err_set(err, STATUS_NOT_FOUND,
				 "there is no such evidence here");
	if (status == STATUS_OK)
		*answer = json_pack("{s:s%}", "text", (const char *)text.data,
				    text.size);
	buf_release(&text);
	buf_release(&id);
	return status;
}

enum status request_evidence_take(struct requests *r, const json_t *request,
				  json_t **answer, struct err *err)
{
	const char *source = request_text(request, "source");
	char origin[ORIGIN_MAX + 1];
	struct bytes text;
	bool stopped = false;
	enum status status = request_note(request, &text, err);

	if (status == STATUS_OK)
		status = evidence_take(r->house, text,
				       source == NULL ? "" : source, clock_s(),
				       origin, &stopped, err);
	if ((status == STATUS_OK || stopped) && r->live != NULL &&
	    r->live->evidence_changed != NULL)
		r->live->evidence_changed(r->live->node, origin, stopped);
	if (status != STATUS_OK && status != STATUS_EXISTS)
		return status;
	*answer = json_pack("{s:s}", "result",
			    status == STATUS_OK ? "taken" : "known");
	return STATUS_OK;
}

/* --- of one log, for status --- */

/* Is it stopped because its parent has ended it elsewhere? */
static bool is_ended_elsewhere(struct requests *r, const char *origin)
{
	const struct authority *a = house_authority(r->house);
	const struct cutoff *cutoff = authority_cutoff(a, origin);
	struct err err = ERR_INIT;
	struct checkpoint end;
	struct log_info log;
	bool other = false;

	if (cutoff == NULL || !authority_ended_by_parent(a, origin) ||
	    log_find(r->house->catalog, origin, &log, &err) != STATUS_OK)
		return false;
	cutoff_checkpoint(cutoff, &end);
	return log_end_is_other(r->house->catalog, log.id, &end, &other,
				&err) == STATUS_OK &&
	       other;
}

json_t *request_fork_json(struct requests *r, const char *origin)
{
	struct forks_span span;
	struct err err = ERR_INIT;
	json_t *object;

	if (forks_span(r->house->catalog, origin, &span, &err) != STATUS_OK)
		return json_pack("{s:b, s:b}", "proven", false,
				 "ended_elsewhere",
				 is_ended_elsewhere(r, origin));
	object = json_pack("{s:b, s:I}", "proven", true, "differ_at",
			   (json_int_t)span.differ);
	if (span.agree_known)
		(void)json_object_set_new(object, "agree_up_to",
					  json_integer((json_int_t)span.agree));
	return object;
}
