#include "node/wiped_json.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>

#include "signing/key.h"

static void free_wiped(void *memory)
{
	if (memory == NULL)
		return;
	signing_wipe(memory, malloc_usable_size(memory));
	free(memory);
}

void wiped_json_init(void)
{
	json_set_alloc_funcs(malloc, free_wiped);
}
