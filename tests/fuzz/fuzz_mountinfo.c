/* /proc/self/mountinfo, where somebody else chose the names of folders. */
#include "node/drive/mountinfo.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mountinfo m;
	struct bytes rest = { data, size };
	size_t before = size;

	while (mountinfo_next(&rest, &m)) {
		CHECK(rest.size < before);
		before = rest.size;
		CHECK(m.path[0] == '/' && m.type[0] != 0 && m.source[0] != 0);
		CHECK(strlen(m.path) <= MOUNTINFO_PATH_MAX &&
		      strlen(m.type) <= MOUNTINFO_NAME_MAX);
	}
	CHECK(rest.size == 0);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("36 35 98:0 / /mnt\\040a rw,noatime master:1 - vfat "
		       "/dev/sdb1 rw\n");
	fuzz_seed_text("42 27 254:0 /run/netns /run/netns rw shared:1 "
		       "propagate_from:2 - ext4 /dev/vda rw\n22 27 0:21 / "
		       "/proc rw - proc proc rw\n");
}
