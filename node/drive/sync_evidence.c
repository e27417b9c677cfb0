/* Proofs of forks, from drive to node and back: whoever carries one carries it
 * to the office, too. */
#include <string.h>

#include "catalog/forks.h"
#include "node/drive/sync_inside.h"

/* --- in --- */

static enum status proof_in(struct visit *v, const uint8_t *id,
			    struct buf *text, struct err *err)
{
	char path[DRIVE_PATH_MAX];
	enum status status;

	buf_clear(text);
	status = forks_read(visit_catalog(v), id, text, err);
	if (status != STATUS_NOT_FOUND) /* known */
		return status;
	drive_path(DRIVE_EVIDENCE, id, path);
	status = visit_read(v, path, FORK_TEXT_MAX, text, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = visit_tell(v,
				    json_pack("{s:s, s:o, s:s}", "verb",
					      "evidence-take", "note",
					      visit_text(buf_bytes(text)),
					      "source", "drive"),
				    err);
	/* Of logs that are not known here, or by keys that are not: whoever
	 * knows them takes it. What is forged is as good as not there. */
	if (status == STATUS_NOT_FOUND || status == STATUS_UNTRUSTED) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "a proof of a fork on the drive");
}

enum status sync_evidence_in(struct visit *v, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = STATUS_OK;

	visit_look(v);
	for (size_t i = 0; i < v->proofs.count && i < FORKS_MAX &&
			   status == STATUS_OK && visit_may_go_on(v) &&
			   visit_may_look(v, i);
	     i++)
		status = proof_in(v, v->proofs.list[i], &text, err);
	buf_release(&text);
	return status;
}

/* --- out --- */

static enum status proof_out(struct visit *v, const uint8_t *id,
			     struct buf *text, struct buf *theirs,
			     struct err *err)
{
	char path[DRIVE_PATH_MAX];
	struct err ignored = ERR_INIT;
	enum status status;

	buf_clear(text);
	status = forks_read(visit_catalog(v), id, text, err);
	if (status != STATUS_OK)
		return status;
	drive_path(DRIVE_EVIDENCE, id, path);
	if (visit_read(v, path, FORK_TEXT_MAX, theirs, &ignored) ==
		    STATUS_OK &&
	    bytes_equal(buf_bytes(theirs), buf_bytes(text)))
		return STATUS_OK;
	return visit_write(v, path, buf_bytes(text), err);
}

enum status sync_evidence_out(struct visit *v, struct err *err)
{
	struct buf names = BUF_INIT, text = BUF_INIT, theirs = BUF_INIT;
	struct hashes ours = HASHES_INIT;
	enum status status = forks_names(visit_catalog(v), &names, err);

	for (size_t i = 0; i < names.size && status == STATUS_OK;
	     i += SHA256_SIZE)
		if (hashes_put(&ours, names.data + i) == STATUS_NO_MEMORY)
			status = err_set(err, STATUS_NO_MEMORY, "proofs");
	if (status == STATUS_OK && names.size > 0)
		status = visit_write_list(v, DRIVE_EVIDENCE, &v->proofs, &ours,
					  FORKS_MAX, err);
	for (size_t i = 0; i < names.size && status == STATUS_OK && v->writable;
	     i += SHA256_SIZE)
		status = proof_out(v, names.data + i, &text, &theirs, err);
	hashes_release(&ours);
	buf_release(&names);
	buf_release(&text);
	buf_release(&theirs);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put proofs of forks on the drive");
}
