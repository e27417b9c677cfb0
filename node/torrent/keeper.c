#include "node/torrent/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "node/torrent/call_filter.h"

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#endif

enum { ENGINE_FD = 3, PROBE = 0x6b656570 };

/* Engine to keeper. First: can you see `probe`, and take my descriptor `fd`?
 * Then: take `fd`, it is the listener. */
struct order {
	const int *probe;
	int fd;
};

struct keeper {
	const struct keeper_rules *rules;
	pid_t engine;
	int engine_pidfd;
	int listener;
};

static int take_fd(const struct keeper *k, int fd)
{
	return (int)syscall(SYS_pidfd_getfd, k->engine_pidfd, fd, 0);
}

/* --- a connection --- */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Is it an address of this machine? What can be bound to is; so is what
 * cannot be told. */
static bool is_here(const union address *to, socklen_t size)
{
	int fd = socket(to->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	union address own = *to;
	bool elsewhere;

	if (fd < 0)
		return true;
	if (to->any.sa_family == AF_INET)
		own.v4.sin_port = 0;
	else
		own.v6.sin6_port = 0;
	elsewhere = bind(fd, &own.any, size) != 0 && errno == EADDRNOTAVAIL;
	close(fd);
	return !elsewhere;
}

/* A TCP socket that does not block. */
static bool is_fit(int fd)
{
	socklen_t size = sizeof(int);
	int type = 0, flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_NONBLOCK) != 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       type == SOCK_STREAM;
}

/* 0, or an errno. */
static int connect_it(const struct keeper *k, int fd, const union address *to,
		      socklen_t size)
{
	struct engine_address address;

	if (!keeper_address_read(&to->any, size, &address))
		return EAFNOSUPPORT;
	if (!is_fit(fd) ||
	    !keeper_may_connect(k->rules, &address, is_here(to, size)))
		return EACCES;
	return connect(fd, &to->any, size) == 0 ? 0 : errno;
}

static int read_address(const struct seccomp_notif *asked, union address *to,
			size_t size)
{
	struct iovec here = { to, size }, there = {
		(void *)(uintptr_t)asked->data.args[1], size
	};
	ssize_t n = process_vm_readv((pid_t)asked->pid, &here, 1, &there, 1, 0);

	return n == (ssize_t)size ? 0 : EFAULT;
}

static int answer(const struct keeper *k, const struct seccomp_notif *asked)
{
	uint64_t size = asked->data.args[2] & UINT32_MAX;
	union address to;
	int fd, error;

	memset(&to, 0, sizeof(to));
	if (size < sizeof(sa_family_t) || size > sizeof(to))
		return EINVAL;
	error = read_address(asked, &to, (size_t)size);
	/* Is the one we read from still the one who asks? */
	if (error != 0 || ioctl(k->listener, SECCOMP_IOCTL_NOTIF_ID_VALID,
				&asked->id) != 0)
		return EFAULT;
	fd = take_fd(k, (int)asked->data.args[0]);
	if (fd < 0)
		return EBADF;
	error = connect_it(k, fd, &to, (socklen_t)size);
	close(fd);
	return error;
}

static void serve(const struct keeper *k)
{
	struct seccomp_notif asked;
	struct seccomp_notif_resp told;

	memset(&asked, 0, sizeof(asked));
	/* Whoever asked may be gone by now. */
	if (ioctl(k->listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
		return;
	memset(&told, 0, sizeof(told));
	told.id = asked.id;
	told.error = -answer(k, &asked);
	(void)ioctl(k->listener, SECCOMP_IOCTL_NOTIF_SEND, &told);
}

/* --- its own process --- */

static bool lock_itself(void)
{
	static const int calls[] = {
		SYS_read, SYS_write, SYS_close, SYS_ppoll, SYS_connect, SYS_bind,
		SYS_getsockopt, SYS_process_vm_readv, SYS_exit_group,
		SYS_rt_sigreturn, SYS_restart_syscall, SYS_futex,
#ifdef __x86_64__
		SYS_poll,
#endif
#if defined(__SANITIZE_ADDRESS__)
		SYS_mmap, SYS_munmap, SYS_madvise, SYS_getpid,
		SYS_gettid, SYS_rt_sigprocmask, SYS_sched_yield,
		SYS_sigaltstack,
#endif
	};
	struct call_filter f;

	(void)call_filter_begin(&f);
	call_filter_allow(&f, calls, sizeof(calls) / sizeof(calls[0]));
	call_filter_case(&f, SYS_socket);
	call_filter_if(&f, 1, SOCK_DGRAM | SOCK_CLOEXEC, SECCOMP_RET_ALLOW);
	call_filter_done(&f, CALL_REFUSED);
	call_filter_case(&f, SYS_fcntl);
	call_filter_if(&f, 1, F_GETFL, SECCOMP_RET_ALLOW);
	call_filter_done(&f, CALL_REFUSED);
	call_filter_case(&f, SYS_ioctl);
	call_filter_if(&f, 1, (uint32_t)SECCOMP_IOCTL_NOTIF_RECV,
		       SECCOMP_RET_ALLOW);
	call_filter_if(&f, 1, (uint32_t)SECCOMP_IOCTL_NOTIF_SEND,
		       SECCOMP_RET_ALLOW);
	call_filter_if(&f, 1, (uint32_t)SECCOMP_IOCTL_NOTIF_ID_VALID,
		       SECCOMP_RET_ALLOW);
	call_filter_done(&f, CALL_REFUSED);
	call_filter_answer(&f, SYS_pidfd_getfd, SECCOMP_RET_ALLOW);
	return call_filter_install(&f, CALL_REFUSED, 0) == 0;
}

static _Noreturn void watch(const struct keeper *k)
{
	for (;;) {
		struct pollfd wait[2] = {
			{ .fd = ENGINE_FD, .events = POLLIN },
			{ .fd = k->listener, .events = POLLIN },
		};

		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		/* The engine has nothing more to say to us but its end. */
		if (wait[0].revents != 0 ||
		    (wait[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
			_exit(0);
		if ((wait[1].revents & POLLIN) != 0)
			serve(k);
	}
}

static enum engine_lack look(struct keeper *k, const struct order *order)
{
	struct seccomp_notif_sizes sizes = { 0 };
	int seen = 0, fd;
	struct iovec here = { &seen, sizeof(seen) }, there = {
		(void *)(uintptr_t)order->probe, sizeof(seen)
	};

	k->engine_pidfd = (int)syscall(SYS_pidfd_open, k->engine, 0);
	if (k->engine_pidfd < 0 ||
	    syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0 ||
	    sizes.seccomp_notif > sizeof(struct seccomp_notif) ||
	    sizes.seccomp_notif_resp > sizeof(struct seccomp_notif_resp))
		return ENGINE_LACKS_KERNEL;
	fd = take_fd(k, order->fd);
	if (fd < 0)
		return errno == ENOSYS ? ENGINE_LACKS_KERNEL :
					 ENGINE_LACKS_SIGHT;
	close(fd);
	if (process_vm_readv(k->engine, &here, 1, &there, 1, 0) !=
		    sizeof(seen) ||
	    seen != PROBE)
		return ENGINE_LACKS_SIGHT;
	return ENGINE_LACKS_NOTHING;
}

static _Noreturn void be_keeper(int fd, pid_t engine,
				const struct keeper_rules *rules)
{
	struct keeper k = { .rules = rules, .engine = engine };
	struct order order;
	uint8_t lack;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != engine ||
	    prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    prctl(PR_SET_NAME, "xiangtu-keeper") != 0 ||
	    dup2(fd, ENGINE_FD) < 0 || close_range(ENGINE_FD + 1, ~0u, 0) != 0)
		_exit(1);
	if (read(ENGINE_FD, &order, sizeof(order)) != sizeof(order))
		_exit(1);
	lack = (uint8_t)look(&k, &order);
	if (write(ENGINE_FD, &lack, 1) != 1 || lack != 0 ||
	    read(ENGINE_FD, &order, sizeof(order)) != sizeof(order))
		_exit(0);
	k.listener = take_fd(&k, order.fd);
	if (k.listener < 0 || !lock_itself())
		_exit(1);
	/* Only now: whatever the engine connects is judged. */
	if (write(ENGINE_FD, &lack, 1) != 1)
		_exit(1);
	watch(&k);
}

/* --- the engine's side --- */

static bool ask(int fd, const struct order *order, uint8_t *answered)
{
	return write(fd, order, sizeof(*order)) == sizeof(*order) &&
	       read(fd, answered, 1) == 1;
}

enum status keeper_start(const struct keeper_rules *rules, int *fd,
			 enum engine_lack *lack, struct err *err)
{
	static const int probe = PROBE;
	pid_t engine = getpid(), pid;
	struct order order = { .probe = &probe };
	uint8_t answered;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_set(err, STATUS_IO, "socketpair: %s",
			       strerror(errno));
	signal(SIGCHLD, SIG_IGN); /* nobody waits for it */
	pid = fork();
	if (pid == 0)
		be_keeper(pair[1], engine, rules);
	close(pair[1]);
	/* Where Yama lets only ancestors look, it may. */
	if (pid > 0)
		(void)prctl(PR_SET_PTRACER, pid, 0, 0, 0);
	order.fd = pair[0];
	if (pid < 0 || !ask(pair[0], &order, &answered)) {
		close(pair[0]);
		return err_set(err, STATUS_IO, "no keeper: %s",
			       pid < 0 ? strerror(errno) : "it ended");
	}
	*lack = (enum engine_lack)answered;
	*fd = pair[0];
	if (answered != 0) {
		close(pair[0]);
		*fd = -1;
	}
	return STATUS_OK;
}

enum status keeper_give(int fd, int listener, struct err *err)
{
	struct order order = { .fd = listener };
	uint8_t answered;
	bool taken = ask(fd, &order, &answered);

	close(listener);
	return taken ? STATUS_OK :
		       err_set(err, STATUS_IO,
			       "the keeper does not take over connections");
}
