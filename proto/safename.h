/* File names that mean one thing on every machine a lesson may travel to:
 * Linux, FAT32, exFAT, NTFS and a person's eye.
 *
 * Refused in a component: the empty name, "." and "..", '/' and '\', any
 * other character FAT and NTFS forbid (< > : " | ? *), C0, DEL and C1
 * controls, line separators, bidirectional and zero-width characters (the
 * list of text_is_plain()), a dot or space at the end, reserved DOS names
 * with or without extensions (CON, PRN, AUX, NUL, CONIN$, CONOUT$, CLOCK$,
 * COM0-9, LPT0-9, and COM and LPT with the digits ¹²³), names of more than
 * SAFENAME_MAX bytes and bytes that are not UTF-8.
 * docs/formats-payload.md, "Names". */
#ifndef PROTO_SAFENAME_H
#define PROTO_SAFENAME_H

#include "proto/bytes.h"

enum {
	SAFENAME_MAX = 240,	   /* bytes in one component */
	SAFENAME_PATH_MAX = 1024,  /* bytes in a relative path */
	SAFENAME_DEPTH_MAX = 16	   /* components in a relative path */
};

/* May this be the name of a file or folder? STATUS_MALFORMED if not. */
enum status safename_check(struct bytes name);
/* Why not, in words for a person ("ends in a dot"); NULL when it may. Static
 * text. */
const char *safename_why(struct bytes name);

/* May this be a relative path: safe components joined by single '/'? */
enum status safename_path_check(struct bytes path);

/*
 * Folding stands for a file system that ignores case: it joins the letters of
 * ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic and the full-width forms.
 * Composed and decomposed spellings of one letter are not joined; whoever
 * makes a payload brings names to NFC first.
 */

/* Do two names count as one where case is ignored? */
bool safename_collide(struct bytes a, struct bytes b);
/* Can two different relative paths not stand side by side: does one lead
 * through the other, or do they part at names that collide? */
bool safename_path_collide(struct bytes a, struct bytes b);

/* Order of two relative paths as a BEP 52 file tree has them: component by
 * component, each bytewise. Below, equal or above zero. */
int safename_path_compare(struct bytes a, struct bytes b);
/* The same after folding. In a list sorted this way, if any two paths
 * collide then two neighbours do. */
int safename_fold_compare(struct bytes a, struct bytes b);

/* Turn any UTF-8 title into one safe component: what is refused becomes '_'
 * or goes, what is too long is cut at a character, and what is left empty
 * reads "_". Always a name safename_check() accepts. */
void safename_make(struct bytes title, char out[static SAFENAME_MAX + 1]);

#endif
