/* Chance that repeats: the same seed gives the same world. */
#ifndef TESTS_SIM_CHANCE_H
#define TESTS_SIM_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

uint64_t chance_bits(struct chance *c);
/* 0 up to, not including, `n`; `n` is not 0. */
uint32_t chance_below(struct chance *c, uint32_t n);
/* low … high, both included. */
unsigned chance_between(struct chance *c, unsigned low, unsigned high);
double chance_unit(struct chance *c); /* 0 … below 1 */
bool chance_of(struct chance *c, double probability);
/* Times between things that happen by chance, on average `mean` apart. */
double chance_gap(struct chance *c, double mean);
/* Every size class is as likely as any other. */
double chance_size(struct chance *c, double low, double high);
void chance_fill(struct chance *c, uint8_t *out, size_t size);
double chance_spread(struct chance *c, double low, double high);

#endif
