/* Lines of mountinfo as kernels write them, and as nobody does. */
#include "node/drive/mountinfo.h"

#include <string.h>

#include "tests/support/check.h"

static struct mountinfo m;

static bool reads(const char *text)
{
	struct bytes rest = bytes_of(text);
	bool found = mountinfo_next(&rest, &m);

	CHECK(found || rest.size == 0);
	return found;
}

static void a_line_says_what_is_mounted_where(void)
{
	CHECK(reads("36 35 8:17 / /media/root/\\344\\271\\241\\040a "
		    "rw,nosuid shared:2 master:1 - vfat /dev/sdb1 rw,utf8\n"));
	CHECK(m.major == 8 && m.minor == 17 && m.whole);
	CHECK(strcmp(m.path, "/media/root/乡 a") == 0);
	CHECK(strcmp(m.type, "vfat") == 0);
	CHECK(strcmp(m.source, "/dev/sdb1") == 0);
	/* No tags, no last newline, a folder of something. */
	CHECK(reads("1 2 254:0 /run/netns /run/netns rw - ext4 /dev/vda rw"));
	CHECK(!m.whole && strcmp(m.path, "/run/netns") == 0);
	CHECK(reads("1 2 0:50 / /a\\134b rw - fuseblk /dev/sdc1 rw\n"));
	CHECK(strcmp(m.path, "/a\\b") == 0);
	/* A backslash that escapes nothing stays. */
	CHECK(reads("1 2 0:50 / /a\\9z rw - fuseblk x rw\n"));
	CHECK(strcmp(m.path, "/a\\9z") == 0);
}

static void lines_of_another_kind_are_passed_over(void)
{
	static char wide[9000];

	CHECK(!reads("") && !reads("\n\n") && !reads("words\n"));
	CHECK(!reads("1 2 8 / /a rw - vfat x rw\n"));
	CHECK(!reads("1 2 8:x / /a rw - vfat x rw\n"));
	CHECK(!reads("1 2 8:99999999999 / /a rw - vfat x rw\n"));
	CHECK(!reads("1 2 8:1 / a rw - vfat x rw\n"));
	CHECK(!reads("1 2 8:1 / /a\\000b rw - vfat x rw\n"));
	CHECK(!reads("1 2 8:1 / /a rw shared:1\n"));
	CHECK(!reads("1 2 8:1 / /a rw - vfat\n"));
	CHECK(!reads("1 2 8:1 / /a rw -\n"));
	memset(wide, 'a', sizeof(wide) - 1);
	memcpy(wide, "1 2 8:1 / /", 11);
	memcpy(wide + 8000, " rw - vfat x rw\n", 16);
	wide[8016] = 0;
	CHECK(!reads(wide));
	CHECK(reads("1 2 8:1\nnothing\n1 2 8:2 / /b rw - ext4 x rw\n"));
	CHECK(m.minor == 2 && strcmp(m.path, "/b") == 0);
}

static void one_line_follows_another(void)
{
	struct bytes rest = bytes_of("1 2 8:1 / /a rw - vfat x rw\n"
				     "1 2 8:2 / /b rw - ext4 y rw\n");

	CHECK(mountinfo_next(&rest, &m) && strcmp(m.path, "/a") == 0);
	CHECK(mountinfo_next(&rest, &m) && strcmp(m.path, "/b") == 0);
	CHECK(!mountinfo_next(&rest, &m) && rest.size == 0);
}

int main(void)
{
	a_line_says_what_is_mounted_where();
	lines_of_another_kind_are_passed_over();
	one_line_follows_another();
	return 0;
}
