/* The names in a directory at one moment, in the order in which they came. */
#ifndef TESTS_SUPPORT_FORGETFS_NAMES_H
#define TESTS_SUPPORT_FORGETFS_NAMES_H

#include <stddef.h>

struct inode;

struct name {
	char *text;
	struct inode *inode;
};

struct names {
	struct name *list;
	size_t count, room;
};

/* NULL if there is none; valid until the next change. */
struct name *names_find(const struct names *names, const char *text);
/* Removing what is not there is fine. */
void names_remove(struct names *names, const char *text);
/* Add the name, or give it to another inode. */
void names_set(struct names *names, const char *text, struct inode *inode);
void names_clear(struct names *names);
void names_copy(struct names *to, const struct names *from);

#endif
