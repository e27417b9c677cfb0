/* Loading a drive at an office: the facts for pack_plan(), and its plan
 * carried out as far as the time goes. */
#ifndef TESTS_SIM_PACKING_H
#define TESTS_SIM_PACKING_H

#include "tests/sim/couriers.h"

/* `stops` are nodes ahead, `seconds` what there is time for. */
void drive_load(struct world *w, struct drive *d, uint32_t office,
		const uint32_t *stops, uint32_t count, double seconds);

#endif
