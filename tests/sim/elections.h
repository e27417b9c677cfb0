/* Who of a LAN carries what: the neighbours' announcements go through
 * carriers_heard() of each, and carriers_role() decides. */
#ifndef TESTS_SIM_ELECTIONS_H
#define TESTS_SIM_ELECTIONS_H

#include "tests/sim/jobs.h"

struct crossing *lan_crossing(struct lan *lan, uint32_t lesson);
/* What the job may do now; job->carries says so afterwards. */
enum carrier_role election_role(struct world *w, uint32_t node,
				struct job *job);
/* All jobs of a LAN ask for their role anew. */
void election_look(struct world *w, uint32_t lan);
/* Somebody of the LAN is gone: look when the others have noticed. */
void election_gone(struct world *w, uint32_t lan);
#endif
