#include "node/page/secret_rules.h"

#include <string.h>

#include "proto/text.h"

enum page_role secret_role(const char *who)
{
	size_t size = strlen(who);

	if (size == 0 || size > SECRET_WHO_MAX || who[0] == ' ' ||
	    who[size - 1] == ' ' || !text_is_plain(bytes_of(who)))
		return PAGE_VIEWER;
	return strcmp(who, "A") == 0 || strcmp(who, "B") == 0 ? PAGE_OPERATOR :
								PAGE_OFFICE;
}

/* Does each byte follow from the one before by the same step of -1, 0 or 1? */
static bool is_run(struct bytes s)
{
	int step = s.size < 2 ? 0 : s.data[1] - s.data[0];

	for (size_t i = 1; i < s.size; i++)
		if (s.data[i] - s.data[i - 1] != step)
			return false;
	return step >= -1 && step <= 1;
}

static bool is_digits(struct bytes s)
{
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	return true;
}

static enum status pin_good(struct bytes pin, struct err *err)
{
	if (!is_digits(pin) || pin.size < PIN_LEAST || pin.size > PIN_MOST)
		return err_set(err, STATUS_USAGE,
			       "a PIN is %d to %d digits, and nothing else",
			       PIN_LEAST, PIN_MOST);
	if (is_run(pin))
		return err_set(err, STATUS_USAGE,
			       "everybody tries 0000 and 1234 first: take "
			       "another PIN");
	return STATUS_OK;
}

/* --- passwords --- */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool is_same(struct bytes a, const char *b)
{
	if (a.size != strlen(b))
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (lower(a.data[i]) != lower((uint8_t)b[i]))
			return false;
	return true;
}

/* What lists of stolen passwords begin with, here and elsewhere. */
static bool is_common(struct bytes s)
{
	static const char *const common[] = {
		"password",	"password1",	"password123", "passw0rd",
		"p@ssw0rd",	"p@ssword",	"qwertyui",    "qwertyuiop",
		"qwerty12",	"qwerty123",	"asdfghjk",    "asdfghjkl",
		"zxcvbnm1",	"1q2w3e4r",	"1q2w3e4r5t",  "1qaz2wsx",
		"qazwsxedc",	"q1w2e3r4",	"admin123",    "admin888",
		"administrator", "root1234",	"letmein1",    "welcome1",
		"iloveyou",	"iloveyou1",	"woaini520",   "woaini521",
		"woaini1314",	"woaini123",	"a1234567",    "a12345678",
		"a123456789",	"abc12345",	"abc123456",   "abcd1234",
		"aa123456",	"aa12345678",	"qq123456",    "qq123456789",
		"123456aa",	"123456abc",	"123456789a",  "1234qwer",
		"12345678a",	"5201314a",	"xiangtu1",    "xiangtu123",
		"xiangtu1234",	"zhongguo",	"zhongguo1",   "changeme",
	};

	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		if (is_same(s, common[i]))
			return true;
	return false;
}

/* Of how many different bytes is it made, three and more told apart from
 * fewer? */
static bool is_made_of_two(struct bytes s)
{
	uint8_t other = s.data[0];

	for (size_t i = 1; i < s.size; i++) {
		if (s.data[i] == s.data[0] || s.data[i] == other)
			continue;
		if (other != s.data[0])
			return false;
		other = s.data[i];
	}
	return true;
}

static enum status password_good(const char *who, struct bytes password,
				 struct err *err)
{
	struct bytes_reader r;
	size_t characters = 0;
	uint32_t code;

	bytes_reader_init(&r, password);
	while (text_next(&r, &code))
		characters++;
	if (r.left > 0 || !text_is_plain(password))
		return err_set(err, STATUS_USAGE,
			       "a password is one line of text");
	if (characters < PASSWORD_LEAST)
		return err_set(err, STATUS_USAGE,
			       "a password has at least %d characters; a few "
			       "words of your own are good",
			       PASSWORD_LEAST);
	if (is_digits(password) && password.size <= PIN_MOST)
		return err_set(err, STATUS_USAGE,
			       "a password of digits only is soon guessed: a "
			       "birthday, a telephone number");
	if (is_run(password) || is_made_of_two(password) ||
	    is_common(password) || is_same(password, who))
		return err_set(err, STATUS_USAGE,
			       "this password is one of those that are tried "
			       "first: take another one");
	return STATUS_OK;
}

enum status secret_good(const char *who, struct bytes secret, struct err *err)
{
	if (secret.size > SECRET_MAX)
		return err_set(err, STATUS_USAGE,
			       "a PIN or password has at most %d bytes",
			       SECRET_MAX);
	return secret_role(who) == PAGE_OPERATOR ?
		       pin_good(secret, err) :
		       password_good(who, secret, err);
}
