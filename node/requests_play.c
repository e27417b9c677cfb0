/* Drives that lessons may be played from while they are plugged in. Only a
 * running node serves anybody: without one there is nothing to do. */
#include "node/requests_internal.h"

enum status request_drive_here(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	const char *path = request_text(request, "path");
	pid_t pid;
	enum status status = request_pid(request, &pid, err);

	if (status == STATUS_OK && path == NULL)
		status = err_set(err, STATUS_USAGE, "which drive?");
	if (status == STATUS_OK && r->live != NULL &&
	    r->live->drive_here != NULL)
		status = r->live->drive_here(r->live->node, path, pid, err);
	if (status == STATUS_OK)
		*answer = json_object();
	return status;
}

enum status request_drive_gone(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	const char *path = request_text(request, "path");
	enum status status = STATUS_OK;

	if (path == NULL)
		return err_set(err, STATUS_USAGE, "which drive?");
	if (r->live != NULL && r->live->drive_gone != NULL)
		status = r->live->drive_gone(r->live->node, path, err);
	if (status == STATUS_OK)
		*answer = json_object();
	return status;
}
