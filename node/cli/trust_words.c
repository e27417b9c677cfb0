#include "node/cli/trust_words.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/trust_diff.h"

/* --- changes --- */

static void print_change(void *owner, const struct trust_change *change)
{
	unsigned *count = owner;

	++*count;
	printf("  %s: %s\n", change->of,
	       tr(trust_change_text(change->kind)));
	if (change->now[0] != 0)
		printf("      %s\n", change->now);
}

void trust_words_print_heading(const struct trust_draft *draft)
{
	if (draft->kind == TRUST_DRAFT_ROOT)
		printf(tr("Root note %llu"),
		       (unsigned long long)draft->version);
	else
		printf(tr("Trust note %llu, under root %lu"),
		       (unsigned long long)draft->version,
		       (unsigned long)draft->trust.root);
	puts("");
}

static void each_change(const struct trust_draft *draft,
			const struct trust_before *before,
			trust_change_cb each, void *owner)
{
	/* Out of memory a list is shorter; what is signed is the note. */
	if (draft->kind == TRUST_DRAFT_ROOT)
		(void)root_diff(before->root, &draft->root, each, owner);
	else
		(void)trust_diff(before->trust, &draft->trust, each, owner);
}

void trust_words_print_changes(const struct trust_draft *draft,
			       const struct trust_before *before)
{
	bool known = draft->kind == TRUST_DRAFT_ROOT ? before->root != NULL :
						       before->trust != NULL;
	unsigned count = 0;

	trust_words_print_heading(draft);
	if (!known && draft->version > 1)
		puts(tr("The note before it is not known here, so all of it is "
			"shown (--against FILE tells what changes):"));
	each_change(draft, before, print_change, &count);
	if (count == 0)
		puts(tr("  nothing else changes"));
}

static void add_change(void *owner, const struct trust_change *change)
{
	json_t *object = json_pack(
		"{s:s, s:s}", "change", trust_change_name(change->kind), "of",
		change->of);

	if (change->now[0] != 0)
		(void)json_object_set_new(object, "now",
					  json_string(change->now));
	(void)json_array_append_new(owner, object);
}

json_t *trust_words_changes(const struct trust_draft *draft,
			    const struct trust_before *before)
{
	json_t *list = json_array();

	each_change(draft, before, add_change, list);
	return list;
}

/* --- signatures --- */

static void print_tally(const struct root *root,
			const struct trust_tally *tally)
{
	printf(tr("For root %lu, of whose %zu keys %lu must sign:"),
	       (unsigned long)root->version, root->key_count,
	       (unsigned long)root->threshold);
	puts("");
	for (size_t i = 0; i < root->key_count; i++) {
		char label[VKEY_MAX + 1];

		if (!tally->good[i] && !tally->bad[i])
			continue;
		trust_key_label(&root->keys[i], label);
		printf("  %s  %s\n",
		       tally->good[i] ? tr("signed") :
					tr("does not verify, and is left out"),
		       label);
	}
	if (tally->lacking == 0)
		puts(tr("  that is enough"));
	else
		printf(tr("  still lacking: %u"), tally->lacking);
	if (tally->lacking > 0)
		puts("");
}

void trust_words_print_signers(const struct trust_draft *draft,
			       const struct root *const *roots, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct trust_tally tally;

		trust_draft_tally(draft, roots[i], &tally);
		print_tally(roots[i], &tally);
	}
	if (count == 1 && draft->kind == TRUST_DRAFT_ROOT &&
	    draft->version > 1)
		printf(tr("Root %llu must sign, too; it is not known here, so "
			  "who did cannot be told (--root FILE).\n"),
		       (unsigned long long)draft->version - 1);
}

static json_t *labels(const struct root *root, const bool *which)
{
	json_t *list = json_array();

	for (size_t i = 0; i < root->key_count; i++) {
		char vkey[VKEY_MAX + 1];

		public_key_format(&root->keys[i], vkey);
		if (which[i])
			(void)json_array_append_new(list, json_string(vkey));
	}
	return list;
}

json_t *trust_words_signers(const struct trust_draft *draft,
			    const struct root *const *roots, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		struct trust_tally tally;

		trust_draft_tally(draft, roots[i], &tally);
		(void)json_array_append_new(
			list,
			json_pack("{s:I, s:I, s:I, s:o, s:o, s:I}", "root",
				  (json_int_t)roots[i]->version, "keys",
				  (json_int_t)roots[i]->key_count, "threshold",
				  (json_int_t)roots[i]->threshold, "signed",
				  labels(roots[i], tally.good), "bad",
				  labels(roots[i], tally.bad), "lacking",
				  (json_int_t)tally.lacking));
	}
	return list;
}

bool trust_words_complete(const struct trust_draft *draft,
			  const struct root *const *roots, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct trust_tally tally;

		trust_draft_tally(draft, roots[i], &tally);
		if (tally.lacking > 0)
			return false;
	}
	/* Where the root before it is not known, nobody can tell. */
	return count == (draft->kind == TRUST_DRAFT_ROOT &&
					 draft->version > 1 ?
				 2 :
				 1);
}

json_t *trust_words_draft(const char *file, const struct trust_draft *draft,
			  const struct trust_before *before,
			  const struct root *const *roots, size_t count)
{
	return json_pack(
		"{s:s, s:s, s:I, s:o, s:o, s:b}", "file", file, "kind",
		draft->kind == TRUST_DRAFT_ROOT ? "root" : "trust", "version",
		(json_int_t)draft->version, "changes",
		trust_words_changes(draft, before), "signers",
		trust_words_signers(draft, roots, count), "complete",
		trust_words_complete(draft, roots, count));
}
