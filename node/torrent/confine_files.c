#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/torrent/confine.h"

/* What is newer than the headers we may be built with. */
#define RIGHT_REFER (1ULL << 13)
#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHT_IOCTL_DEV (1ULL << 15)
#define SCOPE_ABSTRACT_SOCKETS (1ULL << 0)
#define SCOPE_SIGNALS (1ULL << 1)

struct ruleset {
	uint64_t files;
	uint64_t net;
	uint64_t scoped;
};

/* As many of its members as the kernel knows. */
static size_t fill(struct ruleset *r, long abi)
{
	*r = (struct ruleset){ .files = (1ULL << 13) - 1 };
	if (abi >= 2)
		r->files |= RIGHT_REFER;
	if (abi >= 3)
		r->files |= RIGHT_TRUNCATE;
	if (abi >= 5)
		r->files |= RIGHT_IOCTL_DEV;
	if (abi < 6)
		return sizeof(r->files);
	r->scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
	return sizeof(*r);
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

enum status confine_files(const char *dir, bool make, enum engine_lack *lack,
			  struct err *err)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t rights = LANDLOCK_ACCESS_FS_READ_FILE |
			  LANDLOCK_ACCESS_FS_READ_DIR |
			  LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_TRUNCATE;
	struct ruleset all;
	bool locked;
	size_t size;
	int ruleset;

	*lack = abi < 1 ? ENGINE_LACKS_KERNEL : ENGINE_LACKS_NOTHING;
	if (abi < 1)
		return STATUS_OK;
	if (make)
		rights |= LANDLOCK_ACCESS_FS_MAKE_DIR |
			  LANDLOCK_ACCESS_FS_MAKE_REG;
	size = fill(&all, abi);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
	locked = ruleset >= 0 &&
		 allow_beneath(ruleset, dir, rights & all.files) == 0 &&
		 syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	if (!locked)
		(void)err_set(err, STATUS_IO, "folder '%s': %s", dir,
			      strerror(errno));
	if (ruleset >= 0)
		close(ruleset);
	return locked ? STATUS_OK : STATUS_IO;
}
