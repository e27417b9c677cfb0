#include "node/root_chain.h"

#include <stdlib.h>
#include <string.h>

enum { NOTES_MAX = 4 * ROOT_VERSION_MAX };

struct root_chain_note {
	uint32_t version;
	bool believed; /* the copy that is in the chain */
	struct buf note;
};

void root_chain_release(struct root_chain *chain)
{
	for (size_t i = 0; i < chain->note_count; i++)
		buf_release(&chain->notes[i].note);
	free(chain->notes);
	free(chain->roots);
	*chain = (struct root_chain)ROOT_CHAIN_INIT;
}

enum status root_chain_offer(struct root_chain *chain, struct bytes whole)
{
	struct root_chain_note *notes;
	struct root_chain_note made = { .note = BUF_INIT };
	struct note note;
	struct root root;

	if (note_parse(whole, ROOT_NOTE_MAX, &note) != STATUS_OK ||
	    root_parse(note.text, &root) != STATUS_OK)
		return STATUS_OK;
	if (chain->note_count == NOTES_MAX)
		return STATUS_NO_ROOM;
	notes = realloc(chain->notes,
			(chain->note_count + 1) * sizeof(*notes));
	if (notes == NULL)
		return STATUS_NO_MEMORY;
	chain->notes = notes;
	made.version = root.version;
	buf_put_bytes(&made.note, whole);
	if (buf_status(&made.note) != STATUS_OK)
		return STATUS_NO_MEMORY;
	notes[chain->note_count++] = made;
	return STATUS_OK;
}

/* Does one of the copies of `version` verify, after `before` (NULL: by itself
 * alone)? */
static bool find(struct root_chain *chain, uint32_t version,
		 const struct root *before, struct root *out)
{
	for (size_t i = 0; i < chain->note_count; i++) {
		struct bytes whole = buf_bytes(&chain->notes[i].note);
		struct note note;
		struct root root;

		if (chain->notes[i].version != version)
			continue;
		chain->notes[i].believed =
			before != NULL ?
				root_open_next(before, whole, &root) ==
					STATUS_OK :
				note_parse(whole, ROOT_NOTE_MAX, &note) ==
						STATUS_OK &&
					root_parse(note.text, &root) ==
						STATUS_OK &&
					root_verify(&root, &note) == STATUS_OK;
		if (chain->notes[i].believed) {
			*out = root;
			return true;
		}
	}
	return false;
}

static uint32_t highest(const struct root_chain *chain)
{
	uint32_t found = 0;

	for (size_t i = 0; i < chain->note_count; i++)
		if (chain->notes[i].version > found)
			found = chain->notes[i].version;
	return found;
}

enum status root_chain_walk(struct root_chain *chain)
{
	uint32_t last = highest(chain), version;
	const struct root *before = NULL;
	struct root *roots;

	chain->count = 0;
	chain->missing = 0;
	chain->from_first = false;
	for (size_t i = 0; i < chain->note_count; i++)
		chain->notes[i].believed = false;
	if (last == 0)
		return STATUS_OK;
	roots = realloc(chain->roots, last * sizeof(*roots));
	if (roots == NULL)
		return STATUS_NO_MEMORY;
	chain->roots = roots;
	for (version = 1; version <= last; version++) {
		if (find(chain, version, before, &roots[chain->count]))
			before = &roots[chain->count++];
		else if (before != NULL)
			break;
	}
	if (before != NULL && version <= last)
		chain->missing = version;
	if (before != NULL && roots[0].version == 1)
		chain->from_first =
			root_fingerprint(root_chain_note(chain, 1),
					 chain->fingerprint) == STATUS_OK;
	return STATUS_OK;
}

const struct root *root_chain_at(const struct root_chain *chain,
				 uint64_t version)
{
	if (chain->count == 0 || version < chain->roots[0].version ||
	    version - chain->roots[0].version >= chain->count)
		return NULL;
	return &chain->roots[version - chain->roots[0].version];
}

const struct root *root_chain_newest(const struct root_chain *chain)
{
	return chain->count == 0 ? NULL : &chain->roots[chain->count - 1];
}

struct bytes root_chain_note(const struct root_chain *chain, uint64_t version)
{
	for (size_t i = 0; i < chain->note_count; i++)
		if (chain->notes[i].believed &&
		    chain->notes[i].version == version)
			return buf_bytes(&chain->notes[i].note);
	return (struct bytes){ NULL, 0 };
}
