#include "node/trust_diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/text.h"

static const char *const texts[] = {
#define X(kind, name, text) [TRUST_CHANGE_##kind] = text,
	TRUST_CHANGE_MAP(X)
#undef X
};

const char *trust_change_text(enum trust_change_kind kind)
{
	return texts[kind];
}

const char *trust_change_name(enum trust_change_kind kind)
{
	static const char *const names[] = {
#define X(kind, name, text) [TRUST_CHANGE_##kind] = name,
		TRUST_CHANGE_MAP(X)
#undef X
	};

	return names[kind];
}

void trust_key_label(const struct public_key *key,
		     char out[static VKEY_MAX + 1])
{
	public_key_format(key, out);
	if (!text_is_plain(bytes_of(out)))
		(void)snprintf(out, VKEY_MAX + 1, "(%08" PRIx32 ")", key->id);
}

struct diff {
	trust_change_cb each;
	void *owner;
	struct buf now; /* of the change in the making */
	bool failed;
};

static void tell(struct diff *d, enum trust_change_kind kind, const char *of)
{
	struct trust_change change = { kind, of, buf_string(&d->now) };

	d->failed = d->failed || buf_status(&d->now) != STATUS_OK;
	if (!d->failed)
		d->each(d->owner, &change);
	buf_clear(&d->now);
}

static enum status finish(struct diff *d)
{
	buf_release(&d->now);
	return d->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

static void put_key(struct diff *d, const struct public_key *key)
{
	char label[VKEY_MAX + 1];

	trust_key_label(key, label);
	buf_printf(&d->now, "%s%s", d->now.size == 0 ? "" : " ", label);
}

static void tell_key(struct diff *d, enum trust_change_kind kind,
		     const struct public_key *key)
{
	char label[VKEY_MAX + 1];

	trust_key_label(key, label);
	tell(d, kind, label);
}

/* --- roots --- */

static bool root_has(const struct root *root, const struct public_key *key)
{
	for (size_t i = 0; root != NULL && i < root->key_count; i++)
		if (public_key_same(&root->keys[i], key))
			return true;
	return false;
}

enum status root_diff(const struct root *before, const struct root *after,
		      trust_change_cb each, void *owner)
{
	struct diff d = { .each = each, .owner = owner, .now = BUF_INIT };
	char of[32];

	if (before == NULL || before->threshold != after->threshold ||
	    before->key_count != after->key_count) {
		(void)snprintf(of, sizeof(of), "%" PRIu32 "/%zu",
			       after->threshold, after->key_count);
		if (before != NULL)
			buf_printf(&d.now, "%" PRIu32 "/%zu",
				   before->threshold, before->key_count);
		tell(&d, TRUST_CHANGE_ROOT_THRESHOLD, of);
	}
	for (size_t i = 0; i < after->key_count; i++)
		if (!root_has(before, &after->keys[i]))
			tell_key(&d, TRUST_CHANGE_ROOT_KEY_ADDED,
				 &after->keys[i]);
	for (size_t i = 0; before != NULL && i < before->key_count; i++)
		if (!root_has(after, &before->keys[i]))
			tell_key(&d, TRUST_CHANGE_ROOT_KEY_REMOVED,
				 &before->keys[i]);
	return finish(&d);
}

/* --- publishers --- */

static void put_keys(struct diff *d, const struct publisher *p)
{
	for (size_t i = 0; i < p->key_count; i++)
		put_key(d, &p->keys[i]);
}

static void put_regions(struct diff *d, const struct publisher *p)
{
	for (size_t i = 0; i < p->region_count; i++)
		buf_printf(&d->now, "%s%s", i == 0 ? "" : ",", p->regions[i]);
}

static void put_topics(struct diff *d, const struct publisher *p)
{
	for (size_t i = 0; i < p->topic_count; i++)
		buf_printf(&d->now, "%s%s", i == 0 ? "" : ",",
			   p->topics[i][0] == 0 ? "*" : p->topics[i]);
}

static void put_limit(struct diff *d, const char *name, uint64_t limit)
{
	if (limit > 0)
		buf_printf(&d->now, "%s%s=%" PRIu64,
			   d->now.size == 0 ? "" : " ", name, limit);
}

static void put_limits(struct diff *d, const struct publisher *p)
{
	put_limit(d, "entries", p->entries_max);
	put_limit(d, "entry-bytes", p->entry_bytes_max);
	put_limit(d, "lesson-bytes", p->lesson_bytes_max);
}

/* All fields, as where nothing was before. */
static void put_publisher(struct diff *d, const struct publisher *p)
{
	buf_puts(&d->now, "region=");
	put_regions(d, p);
	buf_puts(&d->now, " topic=");
	put_topics(d, p);
	put_limits(d, p);
	buf_puts(&d->now, p->may_delegate ? " delegate=yes key=" : " key=");
	for (size_t i = 0; i < p->key_count; i++) {
		char label[VKEY_MAX + 1];

		trust_key_label(&p->keys[i], label);
		buf_printf(&d->now, "%s%s", i == 0 ? "" : ",", label);
	}
}

static bool same_keys(const struct publisher *a, const struct publisher *b)
{
	if (a->key_count != b->key_count)
		return false;
	for (size_t i = 0; i < a->key_count; i++)
		if (!public_key_same(&a->keys[i], &b->keys[i]))
			return false;
	return true;
}

static bool same_regions(const struct publisher *a, const struct publisher *b)
{
	if (a->region_count != b->region_count)
		return false;
	for (size_t i = 0; i < a->region_count; i++)
		if (strcmp(a->regions[i], b->regions[i]) != 0)
			return false;
	return true;
}

static bool same_topics(const struct publisher *a, const struct publisher *b)
{
	if (a->topic_count != b->topic_count)
		return false;
	for (size_t i = 0; i < a->topic_count; i++)
		if (strcmp(a->topics[i], b->topics[i]) != 0)
			return false;
	return true;
}

static bool same_limits(const struct publisher *a, const struct publisher *b)
{
	return a->entries_max == b->entries_max &&
	       a->entry_bytes_max == b->entry_bytes_max &&
	       a->lesson_bytes_max == b->lesson_bytes_max;
}

static void compare_publisher(struct diff *d, const struct publisher *before,
			      const struct publisher *after)
{
	if (!same_keys(before, after)) {
		put_keys(d, after);
		tell(d, TRUST_CHANGE_PUBLISHER_KEYS, after->origin);
	}
	if (!same_regions(before, after)) {
		put_regions(d, after);
		tell(d, TRUST_CHANGE_PUBLISHER_REGIONS, after->origin);
	}
	if (!same_topics(before, after)) {
		put_topics(d, after);
		tell(d, TRUST_CHANGE_PUBLISHER_TOPICS, after->origin);
	}
	if (!same_limits(before, after)) {
		put_limits(d, after);
		tell(d, TRUST_CHANGE_PUBLISHER_LIMITS, after->origin);
	}
	if (before->may_delegate != after->may_delegate) {
		buf_puts(&d->now, after->may_delegate ? "delegate=yes" : "");
		tell(d, TRUST_CHANGE_PUBLISHER_DELEGATION, after->origin);
	}
}

static void compare_publishers(struct diff *d, const struct trust *before,
			       const struct trust *after)
{
	for (size_t i = 0; i < after->publisher_count; i++) {
		const struct publisher *p = &after->publishers[i];
		const struct publisher *old = trust_publisher(before,
							      p->origin);

		if (old != NULL) {
			compare_publisher(d, old, p);
			continue;
		}
		put_publisher(d, p);
		tell(d, TRUST_CHANGE_PUBLISHER_ADDED, p->origin);
	}
	for (size_t i = 0; i < before->publisher_count; i++)
		if (trust_publisher(after, before->publishers[i].origin) ==
		    NULL)
			tell(d, TRUST_CHANGE_PUBLISHER_REMOVED,
			     before->publishers[i].origin);
}

/* --- cut-offs --- */

static void put_cutoff(struct diff *d, const struct cutoff *c)
{
	char root[BASE64_SIZE(SHA256_SIZE) + 1];

	base64_encode((struct bytes){ c->root, SHA256_SIZE }, root);
	buf_printf(&d->now, "size=%" PRIu64 " root=%s", c->size, root);
	if (c->successor[0] != 0)
		buf_printf(&d->now, " successor=%s", c->successor);
}

static bool same_cutoff(const struct cutoff *a, const struct cutoff *b)
{
	return a->size == b->size &&
	       memcmp(a->root, b->root, SHA256_SIZE) == 0 &&
	       strcmp(a->successor, b->successor) == 0;
}

static void compare_cutoffs(struct diff *d, const struct trust *before,
			    const struct trust *after)
{
	for (size_t i = 0; i < after->cutoff_count; i++) {
		const struct cutoff *c = &after->cutoffs[i];
		const struct cutoff *old = trust_cutoff(before, c->origin);

		if (old != NULL && same_cutoff(old, c))
			continue;
		put_cutoff(d, c);
		tell(d, old == NULL ? TRUST_CHANGE_CUTOFF_ADDED :
				      TRUST_CHANGE_CUTOFF_CHANGED,
		     c->origin);
	}
	for (size_t i = 0; i < before->cutoff_count; i++)
		if (trust_cutoff(after, before->cutoffs[i].origin) == NULL)
			tell(d, TRUST_CHANGE_CUTOFF_REMOVED,
			     before->cutoffs[i].origin);
}

/* --- recipients and witnesses --- */

static const struct recipient *recipient_of(const struct trust *trust,
					    const char *region)
{
	for (size_t i = 0; i < trust->recipient_count; i++)
		if (strcmp(trust->recipients[i].region, region) == 0)
			return &trust->recipients[i];
	return NULL;
}

static bool same_recipient(const struct recipient *a,
			   const struct recipient *b)
{
	return public_key_same(&a->key, &b->key) &&
	       a->ack.type == b->ack.type &&
	       (a->ack.type == 0 || public_key_same(&a->ack, &b->ack));
}

static void compare_recipients(struct diff *d, const struct trust *before,
			       const struct trust *after)
{
	for (size_t i = 0; i < after->recipient_count; i++) {
		const struct recipient *r = &after->recipients[i];
		const struct recipient *old = recipient_of(before, r->region);

		if (old != NULL && same_recipient(old, r))
			continue;
		put_key(d, &r->key);
		if (r->ack.type != 0)
			put_key(d, &r->ack);
		tell(d, old == NULL ? TRUST_CHANGE_RECIPIENT_ADDED :
				      TRUST_CHANGE_RECIPIENT_CHANGED,
		     r->region);
	}
	for (size_t i = 0; i < before->recipient_count; i++)
		if (recipient_of(after, before->recipients[i].region) == NULL)
			tell(d, TRUST_CHANGE_RECIPIENT_REMOVED,
			     before->recipients[i].region);
}

static bool has_witness(const struct trust *trust,
			const struct public_key *key)
{
	for (size_t i = 0; i < trust->witness_count; i++)
		if (public_key_same(&trust->witnesses[i], key))
			return true;
	return false;
}

static void compare_witnesses(struct diff *d, const struct trust *before,
			      const struct trust *after)
{
	for (size_t i = 0; i < after->witness_count; i++)
		if (!has_witness(before, &after->witnesses[i]))
			tell_key(d, TRUST_CHANGE_WITNESS_ADDED,
				 &after->witnesses[i]);
	for (size_t i = 0; i < before->witness_count; i++)
		if (!has_witness(after, &before->witnesses[i]))
			tell_key(d, TRUST_CHANGE_WITNESS_REMOVED,
				 &before->witnesses[i]);
}

/* --- statements of later versions; trust_parse() has seen to it that they
 * hide nothing --- */

static bool has_other(const struct trust *trust, struct bytes line)
{
	struct bytes_reader r;
	struct bytes other;

	bytes_reader_init(&r, buf_bytes(&trust->others));
	while (bytes_read_line(&r, &other) == STATUS_OK)
		if (bytes_equal(other, line))
			return true;
	return false;
}

static void compare_others(struct diff *d, const struct trust *in,
			   const struct trust *not_in,
			   enum trust_change_kind kind)
{
	struct buf of = BUF_INIT;
	struct bytes_reader r;
	struct bytes line;

	bytes_reader_init(&r, buf_bytes(&in->others));
	while (bytes_read_line(&r, &line) == STATUS_OK) {
		if (has_other(not_in, line))
			continue;
		buf_clear(&of);
		buf_put_bytes(&of, line);
		d->failed = d->failed || buf_status(&of) != STATUS_OK;
		tell(d, kind, buf_string(&of));
	}
	buf_release(&of);
}

enum status trust_diff(const struct trust *before, const struct trust *after,
		       trust_change_cb each, void *owner)
{
	struct diff d = { .each = each, .owner = owner, .now = BUF_INIT };
	struct trust nothing;

	trust_init(&nothing);
	if (before == NULL)
		before = &nothing;
	compare_publishers(&d, before, after);
	compare_recipients(&d, before, after);
	compare_cutoffs(&d, before, after);
	compare_witnesses(&d, before, after);
	compare_others(&d, after, before, TRUST_CHANGE_STATEMENT_ADDED);
	compare_others(&d, before, after, TRUST_CHANGE_STATEMENT_REMOVED);
	return finish(&d);
}
