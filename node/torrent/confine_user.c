#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/torrent/confine.h"

/* Root without the powers of root, but for reaching the payload folder
 * whoever owns it. A process that is not root has none of them anyway. */
static enum status drop_powers(struct err *err)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
		.pid = 0,
	};
	struct __user_cap_data_struct have[2], keep[2];

	if (syscall(SYS_capget, &header, have) != 0)
		return err_set(err, STATUS_IO, "capabilities: %s",
			       strerror(errno));
	memset(keep, 0, sizeof(keep));
	keep[0].permitted = have[0].permitted & ((1u << CAP_DAC_OVERRIDE) |
						 (1u << CAP_FOWNER) |
						 (1u << CAP_NET_BIND_SERVICE));
	keep[0].effective = have[0].effective & keep[0].permitted;
	if (syscall(SYS_capset, &header, keep) != 0)
		return err_set(err, STATUS_IO, "capabilities: %s",
			       strerror(errno));
	return STATUS_OK;
}

/* The folder as the root directory lets it be reached however private the
 * folders above it are. Capabilities go with the user. */
static enum status change_user(const char *dir, uid_t uid, gid_t gid,
			       struct err *err)
{
	pid_t parent = getppid();

	if (chdir(dir) != 0 || chroot(".") != 0 || chdir("/") != 0)
		return err_set(err, STATUS_IO, "folder '%s': %s", dir,
			       strerror(errno));
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return err_set(err, STATUS_IO, "user %ld: %s", (long)uid,
			       strerror(errno));
	/* Both went with the user. The keeper has to see into it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
	    prctl(PR_SET_DUMPABLE, 1) != 0)
		return err_set(err, STATUS_IO, "prctl: %s", strerror(errno));
	if (getppid() != parent)
		return err_set(err, STATUS_UNREACHABLE,
			       "the node that started it is gone");
	return STATUS_OK;
}

enum status confine_user(const char *dir, uid_t uid, gid_t gid,
			 struct err *err)
{
	return uid == 0 ? drop_powers(err) : change_user(dir, uid, gid, err);
}
