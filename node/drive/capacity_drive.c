/* The blocks of a measurement as files on a drive. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/drive/capacity.h"

#define TEST_FOLDER DRIVE_SYSTEM "/test"

enum {
	FILE_BLOCKS = 512,
	FILES_MAX = 10000
};

struct test_files {
	struct mount *m;
	int fd;	       /* of the file under way, or -1 */
	uint64_t file; /* its number */
	bool reading;
};

static void file_path(uint64_t n, char out[static 64])
{
	(void)snprintf(out, 64, TEST_FOLDER "/%04u", (unsigned)n);
}

/* What is still cached here would be read from memory the next time, and prove
 * nothing about the drive. */
static void forget_cached(struct test_files *t)
{
	(void)posix_fadvise(t->fd, 0, 0, POSIX_FADV_DONTNEED);
}

static void close_file(struct test_files *t)
{
	if (t->fd >= 0) {
		forget_cached(t);
		(void)close(t->fd);
	}
	t->fd = -1;
}

static enum status failed(struct test_files *t, const char *what, int error,
			  struct err *err)
{
	if (mount_is_gone(t->m))
		return err_set(err, STATUS_UNREACHABLE,
			       "the drive was pulled out");
	return err_set(err, mount_status(error), "%s: %s", what,
		       strerror(error));
}

static enum status flush_file(void *owner, struct err *err)
{
	struct test_files *t = owner;

	if (t->fd < 0 || t->reading)
		return STATUS_OK;
	if (fsync(t->fd) != 0)
		return failed(t, "flush", errno, err);
	forget_cached(t);
	return STATUS_OK;
}

/* Have the file of block `n` open. */
static enum status turn_to(struct test_files *t, uint64_t n, bool reading,
			   struct err *err)
{
	uint64_t file = n / FILE_BLOCKS, size;
	enum status status = STATUS_OK;
	char path[64];

	if (t->fd >= 0 && t->file == file && t->reading == reading)
		return STATUS_OK;
	if (!t->reading)
		status = flush_file(t, err);
	close_file(t);
	if (status != STATUS_OK)
		return status;
	if (file >= FILES_MAX)
		return err_set(err, STATUS_NO_ROOM, "enough was tested");
	file_path(file, path);
	t->file = file;
	t->reading = reading;
	return reading ? mount_open_file(t->m, path, &t->fd, &size, err) :
			 mount_open_to_write(t->m, path, &t->fd, err);
}

static enum status write_block(void *owner, uint64_t n, const uint8_t *block,
			       struct err *err)
{
	struct test_files *t = owner;
	off_t at = (off_t)(n % FILE_BLOCKS * CAPACITY_BLOCK);
	enum status status = turn_to(t, n, false, err);

	for (size_t done = 0; done < CAPACITY_BLOCK && status == STATUS_OK;) {
		ssize_t put = pwrite(t->fd, block + done, CAPACITY_BLOCK - done,
				     at + (off_t)done);

		if (put > 0)
			done += (size_t)put;
		else if (put == 0 || errno != EINTR)
			status = failed(t, "write", put == 0 ? EIO : errno,
					err);
	}
	return status;
}

static enum status read_block(void *owner, uint64_t n, uint8_t *block,
			      struct err *err)
{
	struct test_files *t = owner;
	off_t at = (off_t)(n % FILE_BLOCKS * CAPACITY_BLOCK);
	enum status status = turn_to(t, n, true, err);

	for (size_t done = 0; done < CAPACITY_BLOCK && status == STATUS_OK;) {
		ssize_t got = pread(t->fd, block + done, CAPACITY_BLOCK - done,
				    at + (off_t)done);

		if (got > 0)
			done += (size_t)got;
		else if (got == 0 || errno != EINTR)
			status = failed(t, "read", got == 0 ? EIO : errno,
					err);
	}
	return status;
}

enum status capacity_clean(struct mount *m, struct err *err)
{
	uint64_t size, files = 0;
	enum status status = STATUS_OK;
	char path[64];

	/* They were made in order, and go from the last to the first: what is
	 * there is always 0000 … without a gap. */
	for (; files < FILES_MAX && status == STATUS_OK; files++) {
		file_path(files, path);
		status = mount_size(m, path, &size, err);
		if (status != STATUS_OK)
			break;
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	for (status = STATUS_OK; files > 0 && status == STATUS_OK; files--) {
		file_path(files - 1, path);
		status = mount_remove(m, path, err);
	}
	mount_remove_empty(m, TEST_FOLDER, NULL);
	mount_remove_empty(m, DRIVE_SYSTEM, NULL);
	return status;
}

enum status capacity_of_drive(struct mount *m,
			      const struct capacity_options *options,
			      struct capacity_result *result, struct err *err)
{
	struct test_files t = { .m = m, .fd = -1 };
	struct capacity_disk disk = { .write = write_block,
				      .flush = flush_file,
				      .read = read_block,
				      .owner = &t };
	struct err ignored = ERR_INIT;
	struct mount_facts facts;
	enum status status = mount_look(m, &facts, err);

	*result = (struct capacity_result){ .written = 0 };
	if (status == STATUS_OK && facts.read_only)
		status = err_set(err, STATUS_READ_ONLY,
				 "the drive is write-protected: its capacity "
				 "cannot be tested");
	if (status == STATUS_OK)
		status = capacity_clean(m, err);
	/* What the last one left counts as room again. */
	if (status == STATUS_OK)
		status = mount_look(m, &facts, err);
	if (status != STATUS_OK)
		return status;
	status = capacity_measure(&disk, facts.room, options, result, err);
	close_file(&t);
	(void)capacity_clean(m, &ignored);
	return status;
}
