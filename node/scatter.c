#include "node/scatter.h"

/* The finalizer of MurmurHash3. */
uint64_t scatter(uint64_t source, uint64_t seed)
{
	uint64_t mixed = source ^ seed;

	mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccd;
	mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53;
	return mixed ^ mixed >> 33;
}
