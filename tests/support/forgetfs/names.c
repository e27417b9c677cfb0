#include "tests/support/forgetfs/names.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/forgetfs/image.h"

struct name *names_find(const struct names *names, const char *text)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i].text, text) == 0)
			return &names->list[i];
	return NULL;
}

void names_remove(struct names *names, const char *text)
{
	struct name *name = names_find(names, text);
	if (!name)
		return;
	free(name->text);
	size_t index = (size_t)(name - names->list);
	names->count--;
	memmove(name, name + 1, (names->count - index) * sizeof(*name));
}

void names_set(struct names *names, const char *text,
		      struct inode *inode)
{
	struct name *name = names_find(names, text);
	if (name) {
		name->inode = inode;
		return;
	}
	if (names->count == names->room) {
		names->room = names->room ? names->room * 2 : 8;
		names->list = must(realloc(
			names->list, names->room * sizeof(*names->list)));
	}
	names->list[names->count++] =
		(struct name){ must(strdup(text)), inode };
}

void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i].text);
	free(names->list);
	*names = (struct names){ 0 };
}

void names_copy(struct names *to, const struct names *from)
{
	names_clear(to);
	for (size_t i = 0; i < from->count; i++)
		names_set(to, from->list[i].text, from->list[i].inode);
}
