/* The calls of glibc, libstdc++, libtorrent and this program, as seen with
 * strace under the tests and by reading (docs/engine.md). Whatever is not here
 * seems to be missing from the kernel. */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/torrent/call_filter.h"
#include "node/torrent/confine.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif
#define THREAD_FLAGS                                                       \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |               \
	 CLONE_CHILD_CLEARTID)

static const int harmless[] = {
	/* data of what is open already */
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64,
	SYS_preadv, SYS_pwritev, SYS_lseek, SYS_close, SYS_fstat, SYS_statx,
	SYS_newfstatat, SYS_fstatfs, SYS_ftruncate, SYS_fallocate, SYS_fsync,
	SYS_fdatasync, SYS_fadvise64, SYS_getdents64,
	/* names: Landlock and the user say which */
	SYS_openat, SYS_mkdirat, SYS_faccessat, SYS_statfs, SYS_getcwd,
	/* memory, but for what is executed */
	SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk,
	/* threads and time */
	SYS_futex, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq,
	SYS_sched_yield, SYS_sched_getaffinity, SYS_set_tid_address,
	SYS_gettid, SYS_getpid, SYS_getppid, SYS_getuid, SYS_geteuid,
	SYS_getgid, SYS_getegid, SYS_exit, SYS_exit_group,
	SYS_restart_syscall, SYS_rt_sigaction, SYS_rt_sigprocmask,
	SYS_rt_sigreturn, SYS_sigaltstack, SYS_clock_gettime,
	SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep,
	SYS_gettimeofday, SYS_times, SYS_getrusage, SYS_getcpu,
	SYS_getrandom, SYS_sysinfo, SYS_uname,
	/* waiting */
	SYS_ppoll, SYS_pselect6, SYS_epoll_create1, SYS_epoll_ctl,
	SYS_epoll_pwait, SYS_eventfd2, SYS_timerfd_create,
	SYS_timerfd_settime, SYS_timerfd_gettime, SYS_pipe2,
	/* sockets, once they are there */
	SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_getsockname,
	SYS_getpeername, SYS_getsockopt, SYS_recvfrom, SYS_recvmsg,
	SYS_shutdown,
#ifdef __x86_64__
	/* the older names, which arm64 does without */
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_mkdir, SYS_poll,
	SYS_select, SYS_epoll_wait, SYS_epoll_create, SYS_time,
#endif
#if defined(__SANITIZE_ADDRESS__)
	/* reports, and the shadow of their own memory */
	SYS_readlinkat, SYS_sched_getscheduler, SYS_sched_getparam,
#ifdef __x86_64__
	SYS_readlink,
#endif
#endif
};

/* Refused and not missing: those who ask for these mean it. */
static const int refused[] = {
	SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv,
	SYS_process_vm_writev, SYS_kill, SYS_tkill, SYS_unshare, SYS_setns,
	SYS_mount, SYS_umount2, SYS_chroot, SYS_pivot_root, SYS_linkat,
	SYS_symlinkat, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mknodat,
	SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_setxattr,
	SYS_fsetxattr, SYS_sendmmsg, SYS_socketpair, SYS_setuid,
	SYS_setresuid, SYS_setgid, SYS_capset, SYS_keyctl, SYS_add_key,
	SYS_bpf, SYS_perf_event_open, SYS_personality, SYS_memfd_create,
#ifdef __x86_64__
	SYS_link, SYS_symlink, SYS_rename, SYS_unlink, SYS_rmdir, SYS_mknod,
	SYS_chmod, SYS_chown, SYS_fork, SYS_vfork,
#endif
};

static void put_memory(struct call_filter *f)
{
	static const int calls[] = { SYS_mmap, SYS_mprotect };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		call_filter_case(f, calls[i]);
		call_filter_if_any(f, 2, PROT_EXEC, CALL_REFUSED);
		call_filter_done(f, SECCOMP_RET_ALLOW);
	}
}

static void put_processes(struct call_filter *f)
{
	/* Threads like those of glibc; clone3() hides its flags in memory, and
	 * missing it, glibc takes clone(). */
	call_filter_answer(f, SYS_clone3, CALL_UNKNOWN);
	call_filter_case(f, SYS_clone);
	call_filter_if_any(f, 0, ~(uint32_t)THREAD_FLAGS, CALL_REFUSED);
	call_filter_if_any(f, 0, CLONE_THREAD, SECCOMP_RET_ALLOW);
	call_filter_done(f, CALL_REFUSED);
	/* Only to itself, as abort() does. */
	call_filter_case(f, SYS_tgkill);
	call_filter_if(f, 0, (uint32_t)getpid(), SECCOMP_RET_ALLOW);
	call_filter_done(f, CALL_REFUSED);
	call_filter_case(f, SYS_prlimit64);
	call_filter_if_set(f, 2, CALL_REFUSED);
	call_filter_if(f, 0, 0, SECCOMP_RET_ALLOW);
	call_filter_done(f, CALL_REFUSED);
	call_filter_case(f, SYS_prctl);
	call_filter_if(f, 0, PR_SET_NAME, SECCOMP_RET_ALLOW);
	call_filter_if(f, 0, PR_SET_VMA, SECCOMP_RET_ALLOW);
	call_filter_done(f, CALL_REFUSED);
}

static void put_descriptors(struct call_filter *f)
{
	static const uint32_t orders[] = { F_GETFL, F_SETFL, F_GETFD, F_SETFD,
					   F_DUPFD_CLOEXEC };
	static const uint32_t requests[] = { FIONBIO,	   FIONREAD,
					     FIOCLEX,	   SIOCGIFNAME,
					     SIOCGIFINDEX, SIOCGIFMTU,
					     SIOCGIFFLAGS };

	/* No leases, no locks, and no signals to whoever is named as owner. */
	call_filter_case(f, SYS_fcntl);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		call_filter_if(f, 1, orders[i], SECCOMP_RET_ALLOW);
	call_filter_done(f, CALL_REFUSED);
	call_filter_case(f, SYS_ioctl);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		call_filter_if(f, 1, requests[i], SECCOMP_RET_ALLOW);
	call_filter_done(f, CALL_REFUSED);
}

static void put_socket(struct call_filter *f)
{
	static const struct {
		uint32_t family, type, protocol;
	} kinds[] = {
		{ AF_INET, SOCK_STREAM, 0 },
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET, SOCK_DGRAM, 0 },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET6, SOCK_STREAM, 0 },
		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_DGRAM, 0 },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE },
		{ AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE },
	};
	const uint32_t all = UINT32_MAX;
	const uint32_t type = ~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK);

	call_filter_case(f, SYS_socket);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct call_test tests[] = {
			{ 0, all, kinds[i].family },
			{ 1, type, kinds[i].type },
			{ 2, all, kinds[i].protocol },
		};

		call_filter_if_all(f, tests, 3, SECCOMP_RET_ALLOW);
	}
	call_filter_done(f, CALL_REFUSED);
}

/* Not among them: what would share a port with the node (SO_REUSEPORT), send
 * before connect() was asked (TCP_FASTOPEN), or put programs into the kernel
 * (SO_ATTACH_FILTER). */
static void put_options(struct call_filter *f)
{
	static const struct {
		uint32_t level, name;
	} options[] = {
		{ SOL_SOCKET, SO_REUSEADDR },
		{ SOL_SOCKET, SO_BINDTODEVICE },
		{ SOL_SOCKET, SO_SNDBUF },
		{ SOL_SOCKET, SO_RCVBUF },
		{ SOL_SOCKET, SO_LINGER },
		{ SOL_SOCKET, SO_KEEPALIVE },
		{ SOL_SOCKET, SO_PRIORITY },
		{ SOL_TCP, TCP_NODELAY },
		{ SOL_TCP, TCP_NOTSENT_LOWAT },
		{ SOL_IP, IP_TOS },
		{ SOL_IP, IP_MTU_DISCOVER },
		{ SOL_IP, IP_BIND_ADDRESS_NO_PORT },
		{ SOL_IPV6, IPV6_V6ONLY },
		{ SOL_IPV6, IPV6_TCLASS },
		{ SOL_IPV6, IPV6_MTU_DISCOVER },
		{ SOL_NETLINK, NETLINK_NO_ENOBUFS },
		{ SOL_NETLINK, NETLINK_ADD_MEMBERSHIP },
	};

	call_filter_case(f, SYS_setsockopt);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct call_test tests[] = {
			{ 1, UINT32_MAX, options[i].level },
			{ 2, UINT32_MAX, options[i].name },
		};

		call_filter_if_all(f, tests, 2, SECCOMP_RET_ALLOW);
	}
	call_filter_done(f, CALL_REFUSED);
}

/* What would connect without connect(). */
static void put_sending(struct call_filter *f)
{
	call_filter_case(f, SYS_sendto);
	call_filter_if_set(f, 4, CALL_REFUSED);
	call_filter_if_any(f, 3, MSG_FASTOPEN, CALL_REFUSED);
	call_filter_done(f, SECCOMP_RET_ALLOW);
	/* Its address lies in memory. Of the sockets there can be, only UDP
	 * ones heed it, and those have nothing here to talk to. */
	call_filter_case(f, SYS_sendmsg);
	call_filter_if_any(f, 2, MSG_FASTOPEN, CALL_REFUSED);
	call_filter_done(f, SECCOMP_RET_ALLOW);
}

enum status confine_calls(bool supervised, int *listener,
			  enum engine_lack *lack, struct err *err)
{
	struct call_filter f;
	int result;

	*lack = ENGINE_LACKS_NOTHING;
	if (!call_filter_begin(&f)) {
		*lack = ENGINE_LACKS_PROCESSOR;
		return STATUS_OK;
	}
	call_filter_allow(&f, harmless, sizeof(harmless) / sizeof(harmless[0]));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		call_filter_answer(&f, refused[i], CALL_REFUSED);
	call_filter_answer(&f, SYS_connect,
			   supervised ? SECCOMP_RET_USER_NOTIF :
					SECCOMP_RET_ALLOW);
	put_memory(&f);
	put_processes(&f);
	put_descriptors(&f);
	put_socket(&f);
	put_options(&f);
	put_sending(&f);
	result = call_filter_install(
		&f, CALL_UNKNOWN,
		supervised ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
	if (result < 0 && !supervised && (errno == EINVAL || errno == ENOSYS)) {
		*lack = ENGINE_LACKS_KERNEL;
		return STATUS_OK;
	}
	if (result < 0)
		return err_set(err, STATUS_IO, "seccomp: %s", strerror(errno));
	if (supervised)
		*listener = result;
	return STATUS_OK;
}
