/* Names and codes as they are read in Hunan: real enough to talk about. */
#ifndef TESTS_SIM_PLACENAMES_H
#define TESTS_SIM_PLACENAMES_H

#include <stddef.h>
#include <stdint.h>

#include "proto/place.h"

enum { CITIES = 14 };

void county_called(uint32_t n, char *name, size_t size,
		   char region[REGION_MAX + 1]);
void township_called(uint32_t county, uint32_t n, const char *of, char *name,
		     size_t size, char region[REGION_MAX + 1]);
void village_called(uint32_t n, uint32_t salt, char *name, size_t size);
const char *topic_called(uint32_t n);
void lesson_called(uint32_t n, char *name, size_t size);

#endif
