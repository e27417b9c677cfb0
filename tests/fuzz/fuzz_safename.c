/* File names: whatever the title, a safe one comes out; orders and collisions
 * are the same from both sides. The input is two names, a zero byte between
 * them. */
#include "proto/safename.h"
#include "tests/fuzz/fuzz.h"

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void make(struct bytes title)
{
	char name[SAFENAME_MAX + 1], second[SAFENAME_MAX + 1];

	safename_make(title, name);
	CHECK(safename_check(bytes_of(name)) == STATUS_OK);
	CHECK(safename_path_check(bytes_of(name)) == STATUS_OK);
	safename_make(bytes_of(name), second);
	CHECK(strcmp(name, second) == 0);
}

static void compare(struct bytes a, struct bytes b)
{
	bool same = bytes_equal(a, b);

	CHECK(safename_path_collide(a, b) == safename_path_collide(b, a));
	CHECK(sign(safename_path_compare(a, b)) ==
	      -sign(safename_path_compare(b, a)));
	CHECK(sign(safename_fold_compare(a, b)) ==
	      -sign(safename_fold_compare(b, a)));
	CHECK(!same || safename_path_compare(a, b) == 0);
	CHECK(same || safename_path_compare(a, b) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };
	struct bytes a = fuzz_until_zero(&r), b = { r.next, r.left };

	make(a);
	CHECK((safename_check(a) == STATUS_OK) == (safename_why(a) == NULL));
	if (safename_check(a) == STATUS_OK) {
		CHECK(a.size <= SAFENAME_MAX &&
		      memchr(a.data, '/', a.size) == NULL);
		CHECK(safename_path_check(a) == STATUS_OK);
		if (safename_check(b) == STATUS_OK)
			CHECK(safename_collide(a, b) ==
			      safename_collide(b, a));
	}
	if (safename_path_check(a) == STATUS_OK &&
	    safename_path_check(b) == STATUS_OK)
		compare(a, b);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("黑山羊春季防疫.mp4");
	fuzz_seed("a/b/C.txt\0a/B/c.txt", 19);
	fuzz_seed_text("CON.txt");
	fuzz_seed_text("..");
	fuzz_seed_text("what? a: name. ");
	fuzz_seed("COM\xc2\xb9\0com1", 10);
}
