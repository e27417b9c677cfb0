#include "proto/recordlog.h"

#include <string.h>

#include "tests/support/check.h"

static void an_origin_names_the_key(void)
{
	uint8_t key[RECORDLOG_KEY_SIZE], again[RECORDLOG_KEY_SIZE];
	char origin[RECORDLOG_ORIGIN_SIZE + 1];

	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 9);
	recordlog_origin(key, origin);
	CHECK(strncmp(origin, "xiangtu/records/0009121b", 24) == 0);
	CHECK(strlen(origin) == RECORDLOG_ORIGIN_SIZE);
	CHECK(origin_check(origin) == STATUS_OK);
	CHECK(recordlog_key(origin, again));
	CHECK(memcmp(key, again, sizeof(key)) == 0);
}

static void other_origins_name_none(void)
{
	static const char good[] = "xiangtu/records/"
				   "0123456789abcdef0123456789abcdef"
				   "0123456789abcdef0123456789abcdef";
	uint8_t key[RECORDLOG_KEY_SIZE], before[RECORDLOG_KEY_SIZE];
	char text[200];

	CHECK(recordlog_key(good, key));
	memcpy(before, key, sizeof(key));
	CHECK(!recordlog_key("", key));
	CHECK(!recordlog_key("xiangtu/records/", key));
	CHECK(!recordlog_key("county.example/lessons", key));
	strcpy(text, good);
	text[RECORDLOG_ORIGIN_SIZE - 1] = 0; /* one short */
	CHECK(!recordlog_key(text, key));
	strcpy(text, good);
	strcat(text, "0");
	CHECK(!recordlog_key(text, key));
	strcpy(text, good);
	text[20] = 'A'; /* another spelling */
	CHECK(!recordlog_key(text, key));
	strcpy(text, good);
	text[0] = 'X';
	CHECK(!recordlog_key(text, key));
	CHECK(memcmp(before, key, sizeof(key)) == 0);
}

int main(void)
{
	an_origin_names_the_key();
	other_origins_name_none();
	return 0;
}
