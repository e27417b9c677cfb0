/* An allocator that fails when it is told to, so that every error path can be
 * walked: the N-th allocation of a story fails, for every N.
 *
 * A program linked with `faults` (tests/tests.cmake) has malloc, calloc,
 * realloc, strdup, strndup, free and sodium_malloc of our own objects wrapped
 * by the linker (ld --wrap); shared libraries go on with the true ones, and a
 * library with allocator hooks (SQLite, jansson, zstd) can be given
 * faults_malloc() and its sisters. Works the same under ASan. One thread. */
#ifndef TESTS_SUPPORT_FAULTS_H
#define TESTS_SUPPORT_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/status.h"

/* Let the n-th allocation from now fail, and if `onward` all after it; 0 lets
 * none fail. Starts counting anew. */
void faults_fail_at(size_t n, bool onward);
/* Allocations asked for since then. */
size_t faults_count(void);
/* Has one failed since then? */
bool faults_hit(void);
/* Allocations, of those that were wrapped, that are not freed yet. */
size_t faults_live(void);

/* Count an operation of another kind (a write, an fsync of a fake) like an
 * allocation, and say whether it is the one to fail. */
bool faults_strike(void);

/* For libraries with allocator hooks. */
void *faults_malloc(size_t size);
void *faults_calloc(size_t count, size_t size);
void *faults_realloc(void *old, size_t size);
void faults_free(void *old);

/*
 * Run `story` with no failure, then with the 1st, 2nd, … allocation failing,
 * once that one alone and once all from there on, until it is through.
 *
 * The story builds its world, checks for itself that outputs of a call that
 * failed are untouched, takes its world down, and returns the status of the
 * first call that failed. It must return `expected` whenever an allocation
 * failed, STATUS_OK when none did, and leave nothing allocated; anything else
 * ends the program with a message that names N. A story that may do without
 * an allocation (a cache, say) returns STATUS_OK and sets *tolerated.
 *
 * Returns: the number of allocations of a story without failures.
 */
size_t faults_torture(const char *name,
		      enum status (*story)(void *context, bool *tolerated),
		      void *context, enum status expected);

#endif
