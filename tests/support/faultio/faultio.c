/* LD_PRELOAD=libfaultio.so: files below one folder fail when the test says so.
 *
 *   FAULTIO_PREFIX=FOLDER  which files (an absolute path without links)
 *   FAULTIO_CALL=FAMILY    write, fsync, rename, read or open; see below
 *   FAULTIO_N=N            the N-th call of that family fails (none when absent)
 *   FAULTIO_ERRNO=NUMBER   with this error (EIO)
 *   FAULTIO_AFTER=once     only that one (the usual)
 *                 gone     so does every later call on the folder, opening and
 *                          looking included: the drive was pulled out
 *                 kill     the program is killed there
 *   FAULTIO_TORN=1         a write that fails has written its first half
 *   FAULTIO_STATE=FILE     counts, shared by every process that names the file:
 *                          eight 64-bit numbers: calls of the five families in
 *                          the order above, whether it has gone off, whether
 *                          the folder is gone, and, written by the test,
 *                          whether to let everything pass uncounted
 *
 * A family is the calls that do one thing: `write` also cuts, reserves and
 * copies, `rename` is every change of names (links, folders and removals too).
 * What is mapped into memory and what the C library does inside itself (stdio)
 * is not seen. openat2 has no wrapper in glibc 2.36: it comes as syscall(). */

/* Both spellings of every call, under their own names. */
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum family { WRITE, FSYNC, RENAME, READ, OPEN, FAMILIES };
static const char *const family_names[] = { "write", "fsync", "rename", "read",
					    "open" };

struct state {
	_Atomic uint64_t calls[FAMILIES];
	_Atomic uint64_t fired, gone, paused;
};

static struct state own_state;
static struct state *state = &own_state;
static char prefix[PATH_MAX];
static size_t prefix_size;
static enum family wanted = FAMILIES;
static uint64_t wanted_number;
static int wanted_errno = EIO;
static bool stays_gone, kills, tears;

static long raw(long number, long a, long b, long c, long d)
{
	long (*real)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(number, a, b, c, d);
}

static void share_state(const char *path)
{
	int fd = (int)raw(SYS_openat, AT_FDCWD, (long)path,
			  O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	if (raw(SYS_ftruncate, fd, sizeof(*state), 0, 0) == 0) {
		void *map = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, 0);
		if (map != MAP_FAILED)
			state = map;
	}
	close(fd);
}

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("FAULTIO_STATE");
	if (text)
		share_state(text);
	if ((text = getenv("FAULTIO_CALL")))
		for (int f = 0; f < FAMILIES; f++)
			if (strcmp(text, family_names[f]) == 0)
				wanted = (enum family)f;
	if ((text = getenv("FAULTIO_N")))
		wanted_number = strtoull(text, NULL, 10);
	if ((text = getenv("FAULTIO_ERRNO")))
		wanted_errno = atoi(text);
	text = getenv("FAULTIO_AFTER");
	stays_gone = text && strcmp(text, "gone") == 0;
	kills = text && strcmp(text, "kill") == 0;
	tears = getenv("FAULTIO_TORN") != NULL;
	/* Last: from here on calls are looked at. */
	text = getenv("FAULTIO_PREFIX");
	if (text && strlen(text) < sizeof(prefix)) {
		strcpy(prefix, text);
		prefix_size = strlen(prefix);
	}
}

static bool is_below(const char *path)
{
	return prefix_size && strncmp(path, prefix, prefix_size) == 0 &&
	       (path[prefix_size] == '/' || path[prefix_size] == 0 ||
		path[prefix_size] == ' ');
}

static bool fd_path(int fd, char out[PATH_MAX])
{
	char link[64];
	if (fd == AT_FDCWD)
		strcpy(link, "/proc/self/cwd");
	else
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t size = readlink(link, out, PATH_MAX - 1);
	if (size < 0)
		return false;
	out[size] = 0;
	return true;
}

static bool fd_is_below(int fd)
{
	char path[PATH_MAX];
	int error = errno;
	bool below = prefix_size && fd_path(fd, path) && is_below(path);
	errno = error;
	return below;
}

static bool name_is_below(int folder, const char *name)
{
	char path[PATH_MAX * 2];
	if (!prefix_size || !name)
		return false;
	if (name[0] == '/')
		return is_below(name);
	int error = errno;
	bool known = fd_path(folder, path);
	errno = error;
	if (!known)
		return false;
	size_t size = strlen(path);
	snprintf(path + size, sizeof(path) - size, "/%s", name);
	return is_below(path);
}

static bool is_gone(void)
{
	if (!atomic_load(&state->gone) || atomic_load(&state->paused))
		return false;
	errno = wanted_errno;
	return true;
}

enum failure { WORKS, FAILS_HERE, FAILS_SINCE };

/* Count a call on a file below the folder; does it fail, with errno? */
static enum failure fails(enum family family)
{
	if (atomic_load(&state->paused))
		return WORKS;
	if (is_gone())
		return FAILS_SINCE;
	uint64_t number = atomic_fetch_add(&state->calls[family], 1) + 1;
	if (family != wanted || number != wanted_number)
		return WORKS;
	atomic_store(&state->fired, 1);
	if (stays_gone)
		atomic_store(&state->gone, 1);
	if (kills && !(tears && family == WRITE))
		kill(getpid(), SIGKILL);
	errno = wanted_errno;
	return FAILS_HERE;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* --- calls on a descriptor --------------------------------------------- */

/* A call that fails when the descriptor's file does. */
#define ON_FD(family, result, name, parameters, arguments)             \
	result name parameters                                         \
	{                                                              \
		static __typeof__(&name) real;                         \
		if (!real)                                             \
			real = REAL(name);                             \
		if (fd_is_below(fd) && fails(family))                  \
			return (result)-1;                             \
		return real arguments;                                 \
	}

/* The same of one that writes bytes: half of them may have been written. */
#define WRITES(name, parameters, arguments, half)                      \
	ssize_t name parameters                                        \
	{                                                              \
		static __typeof__(&name) real;                         \
		if (!real)                                             \
			real = REAL(name);                             \
		enum failure failure = fd_is_below(fd) ? fails(WRITE)  \
						       : WORKS;        \
		if (failure == WORKS)                                  \
			return real arguments;                         \
		if (failure == FAILS_HERE && tears)                    \
			(void)!real half;                              \
		if (failure == FAILS_HERE && kills)                    \
			kill(getpid(), SIGKILL);                       \
		errno = wanted_errno;                                  \
		return -1;                                             \
	}

WRITES(write, (int fd, const void *bytes, size_t size), (fd, bytes, size),
       (fd, bytes, size / 2))
WRITES(pwrite, (int fd, const void *bytes, size_t size, off_t at),
       (fd, bytes, size, at), (fd, bytes, size / 2, at))
WRITES(pwrite64, (int fd, const void *bytes, size_t size, off64_t at),
       (fd, bytes, size, at), (fd, bytes, size / 2, at))
WRITES(writev, (int fd, const struct iovec *list, int count),
       (fd, list, count), (fd, list, count / 2))
WRITES(pwritev, (int fd, const struct iovec *list, int count, off_t at),
       (fd, list, count, at), (fd, list, count / 2, at))
WRITES(pwritev64, (int fd, const struct iovec *list, int count, off64_t at),
       (fd, list, count, at), (fd, list, count / 2, at))

ON_FD(WRITE, int, ftruncate, (int fd, off_t size), (fd, size))
ON_FD(WRITE, int, ftruncate64, (int fd, off64_t size), (fd, size))
ON_FD(WRITE, int, fallocate, (int fd, int mode, off_t at, off_t size),
      (fd, mode, at, size))
ON_FD(WRITE, int, fallocate64, (int fd, int mode, off64_t at, off64_t size),
      (fd, mode, at, size))

ON_FD(FSYNC, int, fsync, (int fd), (fd))
ON_FD(FSYNC, int, fdatasync, (int fd), (fd))
ON_FD(FSYNC, int, syncfs, (int fd), (fd))
ON_FD(FSYNC, int, sync_file_range,
      (int fd, off64_t at, off64_t size, unsigned flags),
      (fd, at, size, flags))

ON_FD(READ, ssize_t, read, (int fd, void *bytes, size_t size),
      (fd, bytes, size))
ON_FD(READ, ssize_t, pread, (int fd, void *bytes, size_t size, off_t at),
      (fd, bytes, size, at))
ON_FD(READ, ssize_t, pread64, (int fd, void *bytes, size_t size, off64_t at),
      (fd, bytes, size, at))
ON_FD(READ, ssize_t, readv, (int fd, const struct iovec *list, int count),
      (fd, list, count))
ON_FD(READ, ssize_t, preadv,
      (int fd, const struct iovec *list, int count, off_t at),
      (fd, list, count, at))
ON_FD(READ, ssize_t, preadv64,
      (int fd, const struct iovec *list, int count, off64_t at),
      (fd, list, count, at))

/* These give the error itself, not -1. */
int posix_fallocate(int fd, off_t at, off_t size)
{
	if (fd_is_below(fd) && fails(WRITE))
		return errno;
	return REAL(posix_fallocate)(fd, at, size);
}

int posix_fallocate64(int fd, off64_t at, off64_t size)
{
	if (fd_is_below(fd) && fails(WRITE))
		return errno;
	return REAL(posix_fallocate64)(fd, at, size);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at,
			size_t size, unsigned flags)
{
	if ((fd_is_below(from) && fails(READ)) ||
	    (fd_is_below(to) && fails(WRITE)))
		return -1;
	return REAL(copy_file_range)(from, from_at, to, to_at, size, flags);
}

/* --- calls on names ---------------------------------------------------- */

#define ON_NAME(name, parameters, arguments, below)                    \
	int name parameters                                            \
	{                                                              \
		if ((below) && fails(RENAME))                          \
			return -1;                                     \
		return REAL(name) arguments;                           \
	}

ON_NAME(rename, (const char *from, const char *to), (from, to),
	name_is_below(AT_FDCWD, from) || name_is_below(AT_FDCWD, to))
ON_NAME(renameat, (int from_fd, const char *from, int to_fd, const char *to),
	(from_fd, from, to_fd, to),
	name_is_below(from_fd, from) || name_is_below(to_fd, to))
ON_NAME(renameat2,
	(int from_fd, const char *from, int to_fd, const char *to,
	 unsigned flags),
	(from_fd, from, to_fd, to, flags),
	name_is_below(from_fd, from) || name_is_below(to_fd, to))
ON_NAME(link, (const char *from, const char *to), (from, to),
	name_is_below(AT_FDCWD, to))
ON_NAME(linkat,
	(int from_fd, const char *from, int to_fd, const char *to, int flags),
	(from_fd, from, to_fd, to, flags), name_is_below(to_fd, to))
ON_NAME(unlink, (const char *path), (path), name_is_below(AT_FDCWD, path))
ON_NAME(unlinkat, (int fd, const char *path, int flags), (fd, path, flags),
	name_is_below(fd, path))
ON_NAME(rmdir, (const char *path), (path), name_is_below(AT_FDCWD, path))
ON_NAME(mkdir, (const char *path, mode_t mode), (path, mode),
	name_is_below(AT_FDCWD, path))
ON_NAME(mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode),
	name_is_below(fd, path))

static mode_t mode_of(int flags, va_list arguments)
{
	return flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))
		       ? (mode_t)va_arg(arguments, int) : 0;
}

#define OPENS(name)                                                    \
	int name(const char *path, int flags, ...)                     \
	{                                                              \
		va_list arguments;                                     \
		va_start(arguments, flags);                            \
		mode_t mode = mode_of(flags, arguments);               \
		va_end(arguments);                                     \
		if (name_is_below(AT_FDCWD, path) && fails(OPEN))      \
			return -1;                                     \
		return REAL(name)(path, flags, mode);                  \
	}

#define OPENS_AT(name)                                                 \
	int name(int fd, const char *path, int flags, ...)             \
	{                                                              \
		va_list arguments;                                     \
		va_start(arguments, flags);                            \
		mode_t mode = mode_of(flags, arguments);               \
		va_end(arguments);                                     \
		if (name_is_below(fd, path) && fails(OPEN))            \
			return -1;                                     \
		return REAL(name)(fd, path, flags, mode);              \
	}

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

/* --- looking: it only fails when the drive is gone ---------------------- */

#define LOOKS(name, parameters, arguments, below)                      \
	int name parameters                                            \
	{                                                              \
		if ((below) && is_gone())                              \
			return -1;                                     \
		return REAL(name) arguments;                           \
	}

LOOKS(stat, (const char *restrict path, struct stat *restrict out),
      (path, out), name_is_below(AT_FDCWD, path))
LOOKS(lstat, (const char *restrict path, struct stat *restrict out),
      (path, out), name_is_below(AT_FDCWD, path))
LOOKS(fstat, (int fd, struct stat *out), (fd, out), fd_is_below(fd))
LOOKS(fstatat,
      (int fd, const char *restrict path, struct stat *restrict out,
       int flags),
      (fd, path, out, flags), name_is_below(fd, path))
LOOKS(stat64, (const char *restrict path, struct stat64 *restrict out),
      (path, out), name_is_below(AT_FDCWD, path))
LOOKS(lstat64, (const char *restrict path, struct stat64 *restrict out),
      (path, out), name_is_below(AT_FDCWD, path))
LOOKS(fstat64, (int fd, struct stat64 *out), (fd, out), fd_is_below(fd))
LOOKS(fstatat64,
      (int fd, const char *restrict path, struct stat64 *restrict out,
       int flags),
      (fd, path, out, flags), name_is_below(fd, path))
LOOKS(statfs, (const char *path, struct statfs *out), (path, out),
      name_is_below(AT_FDCWD, path))
LOOKS(fstatfs, (int fd, struct statfs *out), (fd, out), fd_is_below(fd))
LOOKS(statvfs, (const char *restrict path, struct statvfs *restrict out),
      (path, out), name_is_below(AT_FDCWD, path))
LOOKS(fstatvfs, (int fd, struct statvfs *out), (fd, out), fd_is_below(fd))
LOOKS(statfs64, (const char *path, struct statfs64 *out), (path, out),
      name_is_below(AT_FDCWD, path))
LOOKS(fstatfs64, (int fd, struct statfs64 *out), (fd, out), fd_is_below(fd))
LOOKS(statvfs64, (const char *restrict path, struct statvfs64 *restrict out),
      (path, out), name_is_below(AT_FDCWD, path))
LOOKS(fstatvfs64, (int fd, struct statvfs64 *out), (fd, out),
      fd_is_below(fd))
LOOKS(access, (const char *path, int mode), (path, mode),
      name_is_below(AT_FDCWD, path))
LOOKS(faccessat, (int fd, const char *path, int mode, int flags),
      (fd, path, mode, flags), name_is_below(fd, path))

/* --- what comes as a bare system call ----------------------------------- */

static bool syscall_fails(long number, const long *a)
{
	switch (number) {
	case SYS_openat2:
		return name_is_below((int)a[0], (const char *)a[1]) &&
		       fails(OPEN);
	case SYS_renameat2:
		return (name_is_below((int)a[0], (const char *)a[1]) ||
			name_is_below((int)a[2], (const char *)a[3])) &&
		       fails(RENAME);
	case SYS_syncfs:
		return fd_is_below((int)a[0]) && fails(FSYNC);
	default:
		return false;
	}
}

long syscall(long number, ...)
{
	static long (*real)(long, ...);
	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long a[6];
	va_list arguments;
	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (syscall_fails(number, a))
		return -1;
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
