/* An office's long requests (node/office/office_work.h), answered here and now
 * for who asks where no node runs. */
#include "node/office/office_work.h"
#include "node/requests_internal.h"

struct telling {
	struct requests *r;
	struct office_work *w;
};

static void tell(void *owner, const struct people_watch *watch)
{
	const struct telling *t = owner;

	(void)watch;
	t->r->told(t->r->told_owner, office_work_progress(t->w));
}

enum status request_office(struct requests *r, const json_t *request,
			   json_t **answer, struct err *err)
{
	struct telling t = { .r = r };
	enum status status = office_work_new(&t.w, r->house, request, err);

	if (status != STATUS_OK)
		return status;
	if (r->told != NULL) {
		office_work_watch(t.w)->tell = tell;
		office_work_watch(t.w)->owner = &t;
	}
	status = office_work_do(t.w, r->house->catalog, answer, err);
	office_work_free(t.w);
	return status;
}
