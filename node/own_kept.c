#include "node/own_kept.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/house.h"

enum { CONTINUITY_MAX = 160 /* a line end included */ };

static const char confirmed_key[] = "own.confirmed"; /* a continuity */
static const char shown_key[] = "own.shown";	     /* the same */
static const char drives_key[] = "own.drives";
static const char elsewhere_key[] = "own.elsewhere"; /* 0 or 1 */

/* "" when it cannot be told, which is like nothing. */
static void continuity(struct catalog *c, char out[static CONTINUITY_MAX])
{
	struct err ignored = ERR_INIT;
	struct buf boot = BUF_INIT;
	struct statx file;

	out[0] = 0;
	if (durable_read("/proc/sys/kernel/random/boot_id", 128, &boot,
			 &ignored) == STATUS_OK &&
	    statx(AT_FDCWD, catalog_path(c), 0, STATX_INO | STATX_BTIME,
		  &file) == 0) {
		bool born = (file.stx_mask & STATX_BTIME) != 0;

		(void)snprintf(out, CONTINUITY_MAX, "%.36s %u:%u %llu %lld.%u",
			       buf_string(&boot), file.stx_dev_major,
			       file.stx_dev_minor,
			       (unsigned long long)file.stx_ino,
			       born ? (long long)file.stx_btime.tv_sec : 0,
			       born ? file.stx_btime.tv_nsec : 0);
	}
	buf_release(&boot);
}

static bool is_now(struct catalog *c, const char *key)
{
	char now[CONTINUITY_MAX];
	struct err ignored = ERR_INIT;
	struct buf kept = BUF_INIT;
	bool same;

	continuity(c, now);
	same = now[0] != 0 &&
	       catalog_get_blob(c, key, &kept, &ignored) == STATUS_OK &&
	       bytes_is(buf_bytes(&kept), now);
	buf_release(&kept);
	return same;
}

static enum status set_now(struct catalog *c, const char *key, struct err *err)
{
	char now[CONTINUITY_MAX];

	if (is_now(c, key))
		return STATUS_OK;
	continuity(c, now);
	return catalog_set_blob(c, key, bytes_of(now), err);
}

enum status own_kept_log(const struct house *h, struct log_info *log,
			 struct err *err)
{
	enum status status;

	if (!house_is_publisher(h) || h->conf.origin[0] == 0)
		return STATUS_NOT_FOUND;
	status = log_find(h->catalog, h->conf.origin, log, err);
	if (status == STATUS_OK && (!log->own || log->kind != LOG_LESSONS))
		status = STATUS_NOT_FOUND;
	return status;
}

/* The database is older than the log when the node has been started before:
 * then the log is one that this node was given later. */
static bool was_started(struct catalog *c)
{
	struct err ignored = ERR_INIT;
	int64_t boot = 0;

	return catalog_get_int(c, "node.boot", &boot, &ignored) ==
		       STATUS_OK &&
	       boot > 0;
}

enum status own_kept_begin(struct house *h, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	enum status status;

	house_path(h->dir, OWN_KEPT_NEW_LOG, path);
	if (access(path, F_OK) != 0 && !was_started(h->catalog))
		return own_kept_elsewhere(h, err);
	status = catalog_set_int(h->catalog, elsewhere_key, 0, err);
	if (status == STATUS_OK)
		status = own_kept_confirm(h, err);
	return status;
}

void own_kept_begun(const struct house *h)
{
	char path[HOUSE_PATH_MAX + 16];
	struct err ignored = ERR_INIT;

	house_path(h->dir, OWN_KEPT_NEW_LOG, path);
	if (unlink(path) == 0)
		(void)durable_sync_dir(h->dir, &ignored);
}

enum status own_kept_confirm(struct house *h, struct err *err)
{
	return set_now(h->catalog, confirmed_key, err);
}

enum status own_kept_shown(struct house *h, struct err *err)
{
	return set_now(h->catalog, shown_key, err);
}

/* "<continuity>\n<drive>\n<drive>\n…"; only the continuity when it is of
 * another. */
static void read_drives(struct catalog *c, struct buf *out)
{
	char now[CONTINUITY_MAX];
	struct err ignored = ERR_INIT;

	continuity(c, now);
	(void)strcat(now, "\n");
	(void)catalog_get_blob(c, drives_key, out, &ignored);
	if (bytes_start_with(buf_bytes(out), now))
		return;
	buf_clear(out);
	buf_puts(out, now);
}

static bool has_line(struct bytes text, const char *line)
{
	struct bytes_reader r;
	struct bytes one;

	bytes_reader_init(&r, text);
	while (bytes_read_line(&r, &one) == STATUS_OK)
		if (bytes_is(one, line))
			return true;
	return false;
}

enum status own_kept_to_drive(struct house *h, const char *drive,
			      struct err *err)
{
	enum { LINE_MAX = 128 };
	struct buf drives = BUF_INIT;
	enum status status = STATUS_OK;

	if (is_now(h->catalog, confirmed_key) || strlen(drive) > LINE_MAX ||
	    strchr(drive, '\n') != NULL)
		return STATUS_OK;
	read_drives(h->catalog, &drives);
	if (drives.size < OWN_KEPT_DRIVES * LINE_MAX &&
	    !has_line(buf_bytes(&drives), drive)) {
		buf_printf(&drives, "%s\n", drive);
		status = catalog_set_blob(h->catalog, drives_key,
					  buf_bytes(&drives), err);
	}
	buf_release(&drives);
	return status;
}

bool own_kept_is_from_here(struct house *h, const char *drive)
{
	struct buf drives = BUF_INIT;
	bool found;

	read_drives(h->catalog, &drives);
	found = has_line(buf_bytes(&drives), drive);
	buf_release(&drives);
	return found;
}

/* A log without the mark is from before there was one: it may be anywhere. */
static bool is_elsewhere(struct catalog *c, const struct log_info *log)
{
	struct err ignored = ERR_INIT;
	int64_t mark = 0;

	if (catalog_get_int(c, elsewhere_key, &mark, &ignored) != STATUS_OK)
		return log->size > 0;
	return mark != 0;
}

enum status own_kept_elsewhere(struct house *h, struct err *err)
{
	int64_t mark = 0;

	if (catalog_get_int(h->catalog, elsewhere_key, &mark, err) ==
		    STATUS_OK &&
	    mark == 1)
		return STATUS_OK;
	return catalog_set_int(h->catalog, elsewhere_key, 1, err);
}

enum status own_kept_facts(struct house *h, struct own_log_facts *facts,
			   struct err *err)
{
	struct log_info log;
	enum status status = own_kept_log(h, &log, err);

	if (status != STATUS_OK)
		return status;
	*facts = (struct own_log_facts){
		.size = log.size,
		.seen = log.seen,
		.forked = log.forked,
		.elsewhere = is_elsewhere(h->catalog, &log),
		.continues = is_now(h->catalog, confirmed_key),
		.shown_ms = is_now(h->catalog, shown_key) ? 0 : -1,
		.claimed_ms = -1,
		.run_ms = -1,
	};
	return STATUS_OK;
}
