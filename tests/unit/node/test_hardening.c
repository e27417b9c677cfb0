/* What is done once, before anything else, so that secrets stay inside. */
#include "node/hardening.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "tests/support/check.h"

/* Linked with --wrap=free: what is freed is looked at before it goes. */
void __real_free(void *memory);
void __wrap_free(void *memory);

static const char *watched;
static size_t watched_size;
static bool was_wiped;

void __wrap_free(void *memory)
{
	if (memory != NULL && memory == watched) {
		was_wiped = true;
		for (size_t i = 0; i < watched_size; i++)
			was_wiped = was_wiped && watched[i] == 0;
		watched = NULL;
	}
	__real_free(memory);
}

static void json_is_wiped_when_it_is_freed(void)
{
	static const char secret[] = "a secret of some length, in JSON";
	json_t *text = json_string(secret);

	watched = json_string_value(text);
	watched_size = strlen(secret);
	json_decref(text);
	CHECK(watched == NULL && was_wiped);
}

static void what_was_put_together_is_freed_as_anything_else(void)
{
	json_t *object = json_pack("{s:s}", "key", "value");
	char *text = json_dumps(object, JSON_COMPACT);

	CHECK(strcmp(text, "{\"key\":\"value\"}") == 0);
	free(text);
	json_decref(object);
}

static void there_is_no_core_and_no_reader(void)
{
	struct rlimit core;

	CHECK(getrlimit(RLIMIT_CORE, &core) == 0);
	CHECK(core.rlim_cur == 0 && core.rlim_max == 0);
	CHECK(prctl(PR_GET_DUMPABLE) == 0);
}

int main(void)
{
	hardening_begin();
	json_is_wiped_when_it_is_freed();
	what_was_put_together_is_freed_as_anything_else();
	there_is_no_core_and_no_reader();
	return 0;
}
