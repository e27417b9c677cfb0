#include "tests/sim/chance.h"

#include <math.h>

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t chance_bits(struct chance *c)
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t chance_below(struct chance *c, uint32_t n)
{
	return (uint32_t)((chance_bits(c) >> 32) * n >> 32);
}

unsigned chance_between(struct chance *c, unsigned low, unsigned high)
{
	return low + chance_below(c, high - low + 1);
}

double chance_unit(struct chance *c)
{
	return (double)(chance_bits(c) >> 11) * 0x1p-53;
}

bool chance_of(struct chance *c, double probability)
{
	return chance_unit(c) < probability;
}

double chance_gap(struct chance *c, double mean)
{
	return -log(1 - chance_unit(c)) * mean;
}

double chance_spread(struct chance *c, double low, double high)
{
	return low + (high - low) * chance_unit(c);
}

double chance_size(struct chance *c, double low, double high)
{
	return exp(chance_spread(c, log(low), log(high)));
}

void chance_fill(struct chance *c, uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(chance_bits(c) >> 40);
}
