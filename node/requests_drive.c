/* What a drive visit asks of a node: trust, logs and statements from the
 * drive, this node's statement for it, and the report in the end. */
#include "node/requests_internal.h"

void requests_release(struct requests *r)
{
	r->taking = NULL;
}
