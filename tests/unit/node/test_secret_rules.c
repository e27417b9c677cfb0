#include "node/page/secret_rules.h"

#include <string.h>

#include "tests/support/check.h"

static bool good(const char *who, const char *secret)
{
	struct err err = ERR_INIT;
	enum status status = secret_good(who, bytes_of(secret), &err);

	CHECK(status == STATUS_OK || status == STATUS_USAGE);
	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	return status == STATUS_OK;
}

static void a_pin_is_four_to_twelve_digits(void)
{
	CHECK(good("A", "7193") && good("B", "719371937193"));
	CHECK(!good("A", "719") && !good("A", "7193719371937"));
	CHECK(!good("A", "") && !good("A", "719a") && !good("A", " 7193"));
	CHECK(!good("A", "７１９３"));
}

static void what_everybody_tries_first_is_no_pin(void)
{
	static const char *const silly[] = { "0000", "9999",   "1234",
					     "4321", "456789", "111111",
					     "9876", "0123" };

	for (size_t i = 0; i < sizeof(silly) / sizeof(*silly); i++)
		CHECK(!good("A", silly[i]));
	CHECK(good("A", "1235") && good("A", "1357") && good("A", "0001"));
}

static void a_password_has_eight_characters_that_are_not_silly(void)
{
	static const char *const silly[] = {
		"1234567",  "password",	  "PassWord1",	"12345678",
		"87654321", "aaaaaaaa",	  "abababab",	"abcdefgh",
		"19800101", "13812345678", "Admin123",	"woaini1314",
		"春天春天春天", "two\nlines",
	};

	for (size_t i = 0; i < sizeof(silly) / sizeof(*silly); i++)
		CHECK(!good("office", silly[i]));
	CHECK(good("office", "三月放羊东山坡")  == false); /* seven */
	CHECK(good("office", "三月里放羊东山坡"));
	CHECK(good("office", "goat dung hill"));
	CHECK(good("office", "4711081547110815"));
	CHECK(!good("office", "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"));
	CHECK(good("wang-li-the-second", "wang-li-the-second2"));
	CHECK(!good("wang-li-the-second", "Wang-Li-The-Second"));
}

static void nothing_is_longer_than_it_may_be(void)
{
	char longest[SECRET_MAX + 2];

	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = (char)('a' + i * i % 23);
	longest[SECRET_MAX] = 0;
	CHECK(good("office", longest));
	longest[SECRET_MAX] = 'x';
	longest[SECRET_MAX + 1] = 0;
	CHECK(!good("office", longest));
}

static void names_say_what_somebody_is(void)
{
	CHECK(secret_role("A") == PAGE_OPERATOR);
	CHECK(secret_role("B") == PAGE_OPERATOR);
	CHECK(secret_role("office") == PAGE_OFFICE);
	CHECK(secret_role("a") == PAGE_OFFICE);
	CHECK(secret_role("王丽") == PAGE_OFFICE);
	CHECK(secret_role("") == PAGE_VIEWER);
	CHECK(secret_role(" A") == PAGE_VIEWER);
	CHECK(secret_role("A ") == PAGE_VIEWER);
	CHECK(secret_role("A\n") == PAGE_VIEWER);
	CHECK(secret_role("\xe2\x80\x8b" "A") == PAGE_VIEWER); /* unseen */
	CHECK(secret_role("0123456789012345678901234567890") == PAGE_OFFICE);
	CHECK(secret_role("01234567890123456789012345678901") == PAGE_VIEWER);
}

int main(void)
{
	a_pin_is_four_to_twelve_digits();
	what_everybody_tries_first_is_no_pin();
	a_password_has_eight_characters_that_are_not_silly();
	nothing_is_longer_than_it_may_be();
	names_say_what_somebody_is();
	return 0;
}
