/* The small things of a visit in their order, and the lists they are in. */
#include "node/drive/sync_inside.h"

enum status sync_small_in(struct visit *v, struct err *err)
{
	enum status status;

	if (v->foreign) /* of nobody we know */
		return STATUS_OK;
	status = sync_evidence_in(v, err);
	if (status == STATUS_OK)
		status = sync_statements_in(v, err);
	return status == STATUS_OK ? sync_records_in(v, err) : status;
}

enum status visit_write_list(struct visit *v, enum drive_kind kind,
			      const struct hashes *had,
			      const struct hashes *ours, size_t looked_at,
			      struct err *err)
{
	bool many = had->count + ours->count > looked_at;
	const struct hashes *order[2] = { many ? ours : had,
					  many ? had : ours };
	struct hashes list = HASHES_INIT;
	char path[DRIVE_PATH_MAX];
	struct buf text = BUF_INIT;
	enum status status = STATUS_OK;

	for (size_t n = 0; n < 2; n++)
		for (size_t i = 0; i < order[n]->count && status == STATUS_OK;
		     i++)
			status = hashes_put(&list, order[n]->list[i]);
	hashes_write(&list, &text);
	hashes_release(&list);
	if (status == STATUS_NO_MEMORY) {
		buf_release(&text);
		return err_set(err, status, "out of memory");
	}
	drive_path_list(kind, path);
	status = buf_status(&text) != STATUS_OK ?
			 err_set(err, STATUS_NO_MEMORY, "out of memory") :
		 text.size == 0 ? STATUS_OK :
				  visit_write(v, path, buf_bytes(&text), err);
	buf_release(&text);
	return status;
}

static enum status write_route(struct visit *v, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status;

	if (v->o->route_count == 0)
		return STATUS_OK;
	drive_route_format(v->route, v->route_count, &text);
	status = visit_write(v, DRIVE_ROUTE, buf_bytes(&text), err);
	buf_release(&text);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put the route on the drive");
}

enum status sync_small_out(struct visit *v, struct err *err)
{
	enum status status;

	if (!v->writable)
		return STATUS_OK;
	status = write_route(v, err);
	if (status == STATUS_OK)
		status = sync_evidence_out(v, err);
	if (status == STATUS_OK)
		status = sync_records_out(v, err);
	if (status == STATUS_OK)
		status = sync_statements_out(v, err);
	return status == STATUS_OK ? sync_statement_out(v, err) : status;
}
