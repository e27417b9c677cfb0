/* Lessons for tests: one that is whole, to be changed where a test cares. */
#ifndef TESTS_SUPPORT_LESSONS_H
#define TESTS_SUPPORT_LESSONS_H

#include <string.h>

#include "catalog/lesson.h"
#include "tests/support/check.h"

#define LESSONS_ORIGIN "zixing.example/431081/lessons"

/* The `n`-th lesson of an origin: its own id and btmh, all else the same. */
static inline struct lesson lessons_make(const char *origin, unsigned n)
{
	const uint8_t random[LESSON_SHORT_BYTES] = {
		(uint8_t)(n * 37), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
		(uint8_t)n, 1 };
	struct lesson l = {
		.rev = 1,
		.title = "黑山羊养殖技术",
		.topic = "产业/养殖/黑山羊",
		.region = "431081",
		.lang = "zh-CN",
		.seconds = 1260,
		.date = "2024-03-05",
		.initials = "hsyyzjs",
		.bytes = 52428800,
		.files = 1,
		.trust = 1,
	};

	lesson_id_make(origin, random, l.id);
	memset(l.btmh, 0x5a, sizeof(l.btmh));
	for (size_t i = 0; i < 4; i++)
		l.btmh[i] = (uint8_t)(n >> (8 * i));
	return l;
}

#endif
