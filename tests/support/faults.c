#include "tests/support/faults.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the linker makes of our calls, and the true functions. */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);
char *__wrap_strdup(const char *string);
char *__wrap_strndup(const char *string, size_t max);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);

enum { LIVE_MAX = 1 << 16 };

static size_t fail_at, counted;
static bool fail_onward, hit;

/* Open addressing; a freed place keeps a mark so that searches go on. */
static uintptr_t live[LIVE_MAX];
static size_t live_count;
#define FREED ((uintptr_t)1)

static size_t place_of(uintptr_t at)
{
	return (size_t)((at >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 48);
}

static void *remember(void *made)
{
	uintptr_t at = (uintptr_t)made;
	size_t i = place_of(at);

	if (made == NULL)
		return NULL;
	if (live_count == LIVE_MAX / 2) {
		fprintf(stderr, "faults: too much allocated at once\n");
		abort();
	}
	while (live[i] > FREED)
		i = (i + 1) % LIVE_MAX;
	live[i] = at;
	live_count++;
	return made;
}

/* What a shared library allocated is not ours: passed over. */
static void forget(const void *old)
{
	uintptr_t at = (uintptr_t)old;
	size_t i = place_of(at);

	for (size_t steps = 0; steps < LIVE_MAX && live[i] != 0; steps++) {
		if (live[i] == at) {
			live[i] = FREED;
			live_count--;
			return;
		}
		i = (i + 1) % LIVE_MAX;
	}
}

void faults_fail_at(size_t n, bool onward)
{
	fail_at = n;
	fail_onward = onward;
	counted = 0;
	hit = false;
}

size_t faults_count(void)
{
	return counted;
}

bool faults_hit(void)
{
	return hit;
}

size_t faults_live(void)
{
	return live_count;
}

bool faults_strike(void)
{
	counted++;
	if (fail_at == 0 || counted < fail_at ||
	    (counted > fail_at && !fail_onward))
		return false;
	hit = true;
	return true;
}

void *faults_malloc(size_t size)
{
	return faults_strike() ? NULL : remember(__real_malloc(size));
}

void *faults_calloc(size_t count, size_t size)
{
	return faults_strike() ? NULL : remember(__real_calloc(count, size));
}

void *faults_realloc(void *old, size_t size)
{
	void *made;

	if (faults_strike())
		return NULL;
	forget(old);
	made = __real_realloc(old, size);
	if (made == NULL && size > 0)
		remember(old);
	return remember(made);
}

void faults_free(void *old)
{
	if (old != NULL)
		forget(old);
	__real_free(old);
}

void *__wrap_malloc(size_t size)
{
	return faults_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return faults_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return faults_realloc(old, size);
}

void __wrap_free(void *old)
{
	faults_free(old);
}

char *__wrap_strndup(const char *string, size_t max)
{
	size_t size = strnlen(string, max);
	char *made = faults_malloc(size + 1);

	if (made == NULL)
		return NULL;
	memcpy(made, string, size);
	made[size] = 0;
	return made;
}

char *__wrap_strdup(const char *string)
{
	return __wrap_strndup(string, strlen(string));
}

static void judge(const char *name, size_t n, bool onward, bool right,
		  enum status status)
{
	if (right)
		return;
	fprintf(stderr, "%s: failing at %zu%s: %s, %zu still allocated\n",
		name, n, onward ? " and onward" : "", status_name(status),
		live_count);
	abort();
}

size_t faults_torture(const char *name,
		      enum status (*story)(void *context, bool *tolerated),
		      void *context, enum status expected)
{
	size_t before = live_count, needed;
	bool tolerated = false;
	enum status status;

	faults_fail_at(0, false);
	status = story(context, &tolerated);
	needed = counted;
	judge(name, 0, false, status == STATUS_OK && live_count == before,
	      status);
	for (int onward = 0; onward < 2; onward++)
		for (size_t n = 1;; n++) {
			tolerated = false;
			faults_fail_at(n, onward != 0);
			status = story(context, &tolerated);
			fail_at = 0;
			judge(name, n, onward != 0,
			      live_count == before &&
				      status == (hit && !tolerated ?
							 expected :
							 STATUS_OK),
			      status);
			if (!hit)
				break;
		}
	printf("%s: %zu places to fail\n", name, needed);
	return needed;
}
