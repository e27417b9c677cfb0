#include "node/engine_user.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/house.h"

static bool has_powers(void)
{
	static const unsigned needed =
		1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER |
		1u << CAP_KILL | 1u << CAP_SETUID | 1u << CAP_SETGID |
		1u << CAP_SYS_CHROOT;
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
		.pid = 0,
	};
	struct __user_cap_data_struct have[2];

	return syscall(SYS_capget, &header, have) == 0 &&
	       (have[0].effective & needed) == needed;
}

/* In a container there may be no such number; some file systems (FAT, exFAT)
 * have one owner for all, and some only say that they changed it. */
static bool can_own(const char *payload_dir, uid_t uid, gid_t gid)
{
	char path[HOUSE_PATH_MAX + 32];
	struct stat st;
	bool owns;
	int fd;

	if (snprintf(path, sizeof(path), "%s/.tmp-owner", payload_dir) >=
	    (int)sizeof(path))
		return false;
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return false;
	owns = fchown(fd, uid, gid) == 0 && fstat(fd, &st) == 0 &&
	       st.st_uid == uid && st.st_gid == gid;
	(void)close(fd);
	(void)unlink(path);
	return owns;
}

void engine_user_find(const char *payload_dir, struct engine_user *out)
{
	struct engine_user user = { ENGINE_USER_ID, ENGINE_USER_ID,
				    ENGINE_LACKS_NOTHING };
	const struct passwd *named;

	*out = (struct engine_user){ .lack = ENGINE_LACKS_ROOT };
	if (geteuid() != 0)
		return;
	out->lack = ENGINE_LACKS_POWERS;
	if (!has_powers())
		return;
	named = getpwnam(ENGINE_USER_NAME);
	if (named != NULL && named->pw_uid != 0 && named->pw_gid != 0) {
		user.uid = named->pw_uid;
		user.gid = named->pw_gid;
	}
	out->lack = ENGINE_LACKS_OWNERS;
	if (can_own(payload_dir, user.uid, user.gid))
		*out = user;
}
