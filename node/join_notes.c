#include "node/join_notes.h"

#include "node/note_files.h"
#include "node/root_chain.h"
#include "signing/trust.h"

struct reading {
	struct root_chain chain;
	struct buf trust; /* the highest, once the roots are known */
	uint64_t version;
};

static enum status keep_root(void *owner, const char *path,
			     struct bytes whole, struct err *err)
{
	struct reading *r = owner;
	enum status status = root_chain_offer(&r->chain, whole);

	return status == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, status, "'%s': %s", path,
			       status_text(status));
}

static enum status keep_trust(void *owner, const char *path,
			      struct bytes whole, struct err *err)
{
	struct reading *r = owner;
	struct trust trust;
	enum status status = trust_open(whole, root_chain_newest(&r->chain),
					&trust);

	if (status == STATUS_NO_MEMORY)
		return err_set(err, status, "'%s'", path);
	if (status != STATUS_OK)
		return STATUS_OK; /* another's, or no trust note at all */
	if (trust.version > r->version) {
		r->version = trust.version;
		buf_clear(&r->trust);
		buf_put_bytes(&r->trust, whole);
	}
	trust_release(&trust);
	return STATUS_OK;
}

static enum status fill(struct join *join, const struct reading *r,
			struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < r->chain.count && status == STATUS_OK; i++)
		status = join_add_root(
			join, root_chain_note(&r->chain,
					      r->chain.roots[i].version));
	buf_put_bytes(&join->trust, buf_bytes(&r->trust));
	if (status == STATUS_OK)
		status = buf_status(&join->trust);
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "join");
}

enum status join_notes_read(struct join *out, const char *path,
			    struct err *err)
{
	struct reading r = { .chain = ROOT_CHAIN_INIT, .trust = BUF_INIT };
	struct join join = JOIN_INIT;
	enum status status = note_files_each(path, keep_root, &r, err);

	if (status == STATUS_OK)
		status = root_chain_walk(&r.chain);
	if (status == STATUS_OK && !r.chain.from_first)
		status = err_set(err, STATUS_NOT_FOUND,
				 "there is no root note 1 in '%s' that enough "
				 "of its own keys have signed",
				 path);
	if (status == STATUS_OK)
		status = note_files_each(path, keep_trust, &r, err);
	if (status == STATUS_OK)
		status = fill(&join, &r, err);
	if (status != STATUS_OK)
		join_release(&join);
	*out = join;
	root_chain_release(&r.chain);
	buf_release(&r.trust);
	return status;
}
