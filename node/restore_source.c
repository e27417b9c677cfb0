#include "node/restore_source.h"

#include <stdio.h>

#include "node/drive/mount.h"
#include "node/fetch_once.h"
#include "proto/drive.h"

enum status restore_source_open(struct restore_source *s, bool is_drive,
				struct err *err)
{
	s->is_drive = is_drive;
	return s->base[0] != 0 ? STATUS_OK : mount_open(&s->m, s->given, err);
}

void restore_source_release(struct restore_source *s)
{
	join_release(&s->join);
	if (s->m != NULL)
		mount_free(s->m);
	s->m = NULL;
}

enum status restore_source_read(struct restore_source *s, const char *path,
				size_t max, struct buf *out, struct err *err)
{
	char whole[CONF_URL_MAX + 256];

	if (s->m == NULL) {
		(void)snprintf(whole, sizeof(whole), "%s/%s", s->base, path);
		return fetch_once(whole, max, out, err);
	}
	(void)snprintf(whole, sizeof(whole), "%s%s",
		       s->is_drive ? DRIVE_SYSTEM "/" : "", path);
	return mount_read(s->m, whole, max, out, err);
}
