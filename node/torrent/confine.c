#include "node/torrent/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum status confine_to_parent(int socket_fd, struct err *err)
{
	struct ucred maker;
	socklen_t size = sizeof(maker);

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &maker, &size) != 0)
		return err_set(err, STATUS_USAGE, "descriptor %d: %s",
			       socket_fd, strerror(errno));
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return err_set(err, STATUS_IO, "prctl: %s", strerror(errno));
	/* It may have died before the line above. */
	if (getppid() != maker.pid)
		return err_set(err, STATUS_UNREACHABLE,
			       "the node that started it is gone");
	if (close_range((unsigned)socket_fd + 1, ~0u, 0) != 0)
		return err_set(err, STATUS_IO, "close_range: %s",
			       strerror(errno));
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file too large is an error, no end */
	return STATUS_OK;
}

/* --- Landlock: files --- */

/* Rights newer than the headers we may be built with. */
#define RIGHT_REFER (1ULL << 13)
#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHT_IOCTL_DEV (1ULL << 15)

static uint64_t rights_known(long abi)
{
	uint64_t rights = (1ULL << 13) - 1;

	if (abi >= 2)
		rights |= RIGHT_REFER;
	if (abi >= 3)
		rights |= RIGHT_TRUNCATE;
	if (abi >= 5)
		rights |= RIGHT_IOCTL_DEV;
	return rights;
}

static int allow_beneath(int ruleset, const char *dir, uint64_t rights)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = rights };
	long rc;

	beneath.parent_fd = open(dir, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return -1;
	rc = syscall(SYS_landlock_add_rule, ruleset,
		     LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	close(beneath.parent_fd);
	return rc == 0 ? 0 : -1;
}

static bool lock_files(const char *dir, const char **weaker)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr = { .handled_access_fs = 0 };
	uint64_t known, payload;
	int ruleset;
	bool locked;

	if (abi < 1) {
		*weaker = "this kernel has no Landlock";
		return true;
	}
	known = rights_known(abi);
	payload = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
		  LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
		  LANDLOCK_ACCESS_FS_MAKE_REG |
		  LANDLOCK_ACCESS_FS_REMOVE_FILE |
		  LANDLOCK_ACCESS_FS_REMOVE_DIR | RIGHT_TRUNCATE;
	attr.handled_access_fs = known;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
			       sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return false;
	locked = allow_beneath(ruleset, dir, payload & known) == 0;
	/* libtorrent looks at what kind of disk there is. */
	(void)allow_beneath(ruleset, "/sys",
			    LANDLOCK_ACCESS_FS_READ_FILE |
				    LANDLOCK_ACCESS_FS_READ_DIR);
	locked = locked &&
		 syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close(ruleset);
	return locked;
}

/* --- seccomp: programs, other processes, sockets --- */

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE
#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define DENY BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define IF_EQUAL(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define DENY_CALL(name) IF_EQUAL(SYS_##name, 0, 1), DENY

static bool lock_calls(void)
{
	struct sock_filter filter[] = {
		LOAD(arch),
		IF_EQUAL(ARCHITECTURE, 1, 0),
		DENY,
		LOAD(nr),
		/* The x32 numbers of x86-64; no other architecture has them. */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
		DENY,
		DENY_CALL(execve),
		DENY_CALL(execveat),
		DENY_CALL(ptrace),
		DENY_CALL(process_vm_readv),
		DENY_CALL(process_vm_writev),
		DENY_CALL(pidfd_getfd),
		DENY_CALL(pidfd_send_signal),
		DENY_CALL(kill),
		DENY_CALL(io_uring_setup),
		DENY_CALL(bpf),
		DENY_CALL(unshare),
		DENY_CALL(setns),
		DENY_CALL(add_key),
		DENY_CALL(request_key),
		DENY_CALL(keyctl),
		DENY_CALL(perf_event_open),
		DENY_CALL(userfaultfd),
		/* Only to itself, as abort() does. */
		IF_EQUAL(SYS_tgkill, 0, 4),
		LOAD(args[0]),
		IF_EQUAL((uint32_t)getpid(), 1, 0),
		DENY,
		ALLOW,
		IF_EQUAL(SYS_socket, 0, 5),
		LOAD(args[0]),
		IF_EQUAL(AF_INET, 3, 0),
		IF_EQUAL(AF_INET6, 2, 0),
		IF_EQUAL(AF_NETLINK, 1, 0),
		DENY,
		ALLOW,
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#endif

/* Root without the powers of root, but for reaching the payload folder
 * whoever owns it. A process that is not root has none of them anyway. */
static bool drop_powers(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
		.pid = 0,
	};
	struct __user_cap_data_struct have[2], keep[2];

	if (syscall(SYS_capget, &header, have) != 0)
		return false;
	memset(keep, 0, sizeof(keep));
	keep[0].permitted =
		have[0].permitted &
		((1u << CAP_DAC_OVERRIDE) | (1u << CAP_FOWNER) |
		 (1u << CAP_NET_BIND_SERVICE));
	keep[0].effective = have[0].effective & keep[0].permitted;
	return syscall(SYS_capset, &header, keep) == 0;
}

enum status confine_to_folder(const char *dir, const char **weaker,
			      struct err *err)
{
	const char *reason = NULL;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set(err, STATUS_IO, "no_new_privs: %s",
			       strerror(errno));
	if (!lock_files(dir, &reason))
		return err_set(err, STATUS_IO, "folder '%s': %s", dir,
			       strerror(errno));
	if (!drop_powers())
		return err_set(err, STATUS_IO, "capabilities: %s",
			       strerror(errno));
#ifdef ARCHITECTURE
	if (!lock_calls()) {
		if (errno != EINVAL && errno != ENOSYS)
			return err_set(err, STATUS_IO, "seccomp: %s",
				       strerror(errno));
		reason = "this kernel has no seccomp filters";
	}
#else
	reason = "no seccomp filter for this kind of processor";
#endif
	*weaker = reason;
	return STATUS_OK;
}
