/* Chance for tests, the same for a seed. */
#ifndef TESTS_SUPPORT_DICE_H
#define TESTS_SUPPORT_DICE_H

#include <stddef.h>
#include <stdint.h>

static uint64_t dice_state = 1;

static inline uint64_t dice(uint64_t bound)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (dice_state >> 11) % bound;
}

static inline void dice_begin(uint64_t seed)
{
	dice_state = seed * 0x9e3779b97f4a7c15 | 1;
	for (int i = 0; i < 8; i++)
		(void)dice(2);
}

static inline void dice_bytes(uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)dice(256);
}

#endif
