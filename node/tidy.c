#include "node/tidy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "catalog/deletions.h"
#include "catalog/lessons.h"
#include "catalog/withdrawals.h"
#include "node/clock.h"
#include "node/drive/hashes.h"
#include "node/payload.h"
#include "proto/encoding.h"

enum { PATH_SIZE = HOUSE_PATH_MAX + 96 };

static void path_of(const char *folder, const uint8_t *hash,
		    char out[static PATH_SIZE])
{
	char hex[65];

	hex_encode((struct bytes){ hash, 32 }, hex);
	(void)snprintf(out, PATH_SIZE, "%s/%s", folder, hex);
}

enum status tidy_remove(const struct house *h, const uint8_t btmh[static 32],
			struct err *err)
{
	char path[PATH_SIZE];
	enum status status;
	int fd, error = 0;

	path_of(h->payload_dir, btmh, path);
	status = payload_delete(path, err);
	if (status != STATUS_OK)
		return status;
	fd = open(h->payload_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		error = errno;
	if (fd >= 0)
		(void)close(fd);
	if (error != 0)
		return err_set(err, STATUS_IO, "flush '%s': %s",
			       h->payload_dir, strerror(error));
	return STATUS_OK;
}

static bool remove_poster(void *context, const uint8_t hash[static 32])
{
	const struct house *h = context;
	char path[PATH_SIZE];

	path_of(h->blob_dir, hash, path);
	(void)unlink(path);
	return true;
}

void tidy_small(struct house *h, const uint8_t btmh[static 32])
{
	struct payload_standing standing;
	struct err err = ERR_INIT;
	char path[PATH_SIZE];

	if (lessons_standing(h->catalog, btmh, &standing, &err) !=
		    STATUS_OK ||
	    standing.known)
		return;
	path_of(h->torrent_dir, btmh, path);
	(void)unlink(path);
	(void)withdrawals_posters(h->catalog, btmh, remove_poster, h, &err);
}

enum status tidy_end(struct house *h, const uint8_t btmh[static 32],
		     struct err *err)
{
	tidy_small(h, btmh);
	return deletion_end(h->catalog, btmh, err);
}

static enum status finish(struct house *h, const uint8_t *btmh,
			  struct err *err)
{
	enum status status = deletion_begin(h->catalog, btmh, clock_s(), err);

	if (status == STATUS_OK)
		status = tidy_remove(h, btmh, err);
	if (status == STATUS_OK)
		status = tidy_end(h, btmh, err);
	return status;
}

enum status tidy_discard(struct house *h, const uint8_t btmh[static 32],
			 const char *why, struct err *err)
{
	enum status status = deletion_intend(h->catalog, btmh, why, err);

	return status == STATUS_OK ? finish(h, btmh, err) : status;
}

static bool note(void *context, const uint8_t btmh[static 32], const char *why)
{
	(void)why;
	return hashes_put(context, btmh) == STATUS_OK;
}

void tidy_finish(struct house *h)
{
	struct hashes pending = HASHES_INIT;
	struct err err = ERR_INIT;

	if (deletions_list(h->catalog, note, &pending, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
	for (size_t i = 0; i < pending.count; i++) {
		err = (struct err)ERR_INIT;
		if (finish(h, pending.list[i], &err) != STATUS_OK)
			(void)fprintf(stderr, "xiangtu: delete: %s\n",
				      err.text);
	}
	hashes_release(&pending);
}

/* `name` is that of a payload the catalog does not know. */
static bool is_stray(struct house *h, const char *name, uint8_t btmh[32])
{
	struct payload_row row;
	struct err err = ERR_INIT;

	return hex_decode(bytes_of(name), btmh, 32) == STATUS_OK &&
	       payload_get(h->catalog, btmh, &row, NULL, &err) ==
		       STATUS_NOT_FOUND &&
	       !deletion_is_pending(h->catalog, btmh);
}

enum status tidy_adopt(struct house *h, struct err *err)
{
	static const struct bytes nothing = { NULL, 0 };
	DIR *list = opendir(h->payload_dir);
	const struct dirent *entry;
	enum status status = STATUS_OK;
	uint8_t btmh[32];

	if (list == NULL)
		return err_set(err, STATUS_IO, "cannot list '%s'",
			       h->payload_dir);
	while (status == STATUS_OK && (entry = readdir(list)) != NULL)
		if (is_stray(h, entry->d_name, btmh))
			status = payload_put(h->catalog, btmh, 0, 0, nothing,
					     clock_s(), err);
	(void)closedir(list);
	return status;
}

static bool collect(void *context, const struct payload_row *payload)
{
	return hashes_put(context, payload->btmh) == STATUS_OK;
}

enum status tidy_unwelcome(struct house *h, struct err *err)
{
	static const enum payload_state states[] = { PAYLOAD_NONE,
						     PAYLOAD_PARTIAL,
						     PAYLOAD_HELD };
	struct payload_standing standing;
	struct hashes here = HASHES_INIT;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < sizeof(states) / sizeof(*states) &&
			   status == STATUS_OK;
	     i++)
		status = payloads_list(h->catalog, states[i], collect, &here,
				       err);
	for (size_t i = 0; i < here.count && status == STATUS_OK; i++) {
		status = lessons_standing(h->catalog, here.list[i], &standing,
					  err);
		if (status == STATUS_OK && !standing.wanted &&
		    standing.unwelcome)
			status = tidy_discard(h, here.list[i],
					      standing.withdrawn ?
						      "withdrawn" :
						      "dropped here",
					      err);
	}
	hashes_release(&here);
	return status;
}
