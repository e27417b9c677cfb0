/* work/made-<32 digits of the source's path>/<32 digits of a file>.<how>: what
 * was made of a file. The digits of a file follow from what it is (device,
 * inode, size, time of change), so that what was made of an earlier one under
 * the same name is not taken for it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "node/durable.h"
#include "node/payload.h"
#include "node/payload_walk.h"
#include "node/prepare_parts.h"
#include "proto/encoding.h"

#define MADE "made-"

/* Nobody comes back for it after so long. */
enum { KEPT_S = 30 * 86400, NAME_BYTES = 16 };

static bool name_of(const char *text, size_t size,
		    char out[static HEX_SIZE(NAME_BYTES) + 1])
{
	uint8_t hash[32];

	if (EVP_Digest(text, size, hash, NULL, EVP_sha256(), NULL) != 1)
		return false;
	hex_encode((struct bytes){ hash, NAME_BYTES }, out);
	return true;
}

static enum status folder_of(const struct prepare_options *o,
			     char out[static PATH_MAX], struct err *err)
{
	char *real = realpath(o->source, NULL);
	char name[HEX_SIZE(NAME_BYTES) + 1];
	enum status status = STATUS_OK;

	if (real == NULL)
		return payload_walk_error(err, o->source, errno);
	if (!name_of(real, strlen(real), name))
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	else if (snprintf(out, PATH_MAX, "%s/" MADE "%s", o->work_dir, name) >=
		 PATH_MAX)
		status = payload_walk_error(err, o->work_dir, ENAMETOOLONG);
	free(real);
	return status;
}

/* What other sources left behind and nobody works at. */
static void drop_old(const char *work_dir)
{
	DIR *list = opendir(work_dir);
	struct err ignored = ERR_INIT;
	struct dirent *entry;
	char path[PATH_MAX];
	struct stat st;

	while (list != NULL && (entry = readdir(list)) != NULL) {
		if (strncmp(entry->d_name, MADE, strlen(MADE)) == 0 &&
		    snprintf(path, sizeof(path), "%s/%s", work_dir,
			     entry->d_name) < (int)sizeof(path) &&
		    stat(path, &st) == 0 &&
		    st.st_mtim.tv_sec + KEPT_S < time(NULL))
			(void)payload_delete(path, &ignored);
	}
	if (list != NULL)
		(void)closedir(list);
}

static enum status open_kept(struct prepare_work *w,
			     const struct prepare_options *o, struct err *err)
{
	enum status status = folder_of(o, w->dir, err);

	if (status != STATUS_OK)
		return status;
	drop_old(o->work_dir);
	status = durable_make_dir(w->dir, 0700, err);
	if (status != STATUS_OK)
		return status;
	w->lock = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->lock < 0)
		return payload_walk_error(err, w->dir, errno);
	if (flock(w->lock, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, STATUS_BUSY,
			       "'%s' is being prepared already", o->source);
	w->kept = true;
	/* What was being made when the power went. */
	return prepare_cleanup(w->dir, err);
}

enum status prepare_work_open(struct prepare_work *w,
			      const struct prepare_options *options,
			      struct err *err)
{
	if (options->work_dir != NULL)
		return open_kept(w, options, err);
	if (snprintf(w->dir, sizeof(w->dir), "%s/" DURABLE_UNFINISHED "XXXXXX",
		     options->payload_dir) >= (int)sizeof(w->dir) ||
	    mkdtemp(w->dir) == NULL) {
		w->dir[0] = 0;
		return payload_walk_error(err, options->payload_dir, errno);
	}
	return STATUS_OK;
}

void prepare_work_close(struct prepare_work *w)
{
	struct err ignored = ERR_INIT;

	if (w->lock >= 0)
		(void)close(w->lock);
	w->lock = -1;
	if (!w->kept && w->dir[0] != 0)
		(void)payload_delete(w->dir, &ignored);
	/* Where nothing had to be made, nothing stays. */
	if (w->kept)
		(void)rmdir(w->dir);
}

void prepare_forget(const struct prepare_options *options)
{
	struct err ignored = ERR_INIT;
	char path[PATH_MAX];

	if (options->work_dir != NULL &&
	    folder_of(options, path, &ignored) == STATUS_OK)
		(void)payload_delete(path, &ignored);
}

enum status prepare_made_path(const struct preparation *p, size_t index,
			      const char *how, char out[static PATH_MAX],
			      struct err *err)
{
	const struct prepare_source_file *file = &p->source.files[index];
	char name[HEX_SIZE(NAME_BYTES) + 1];
	struct buf what = BUF_INIT;
	bool named;

	/* The first number is for another way of making the same. */
	buf_printf(&what, "1 %s %" PRIu64 " %ju %jd.%09ld %s", p->source.top,
		   file->size, (uintmax_t)file->inode,
		   (intmax_t)file->changed.tv_sec, file->changed.tv_nsec,
		   file->path);
	named = buf_status(&what) == STATUS_OK &&
		name_of((const char *)what.data, what.size, name);
	buf_release(&what);
	if (!named)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (snprintf(out, PATH_MAX, "%s/%s.%s", p->work.dir, name, how) >=
	    PATH_MAX)
		return payload_walk_error(err, p->work.dir, ENAMETOOLONG);
	return STATUS_OK;
}
