#include "node/drive/route.h"

#include "tests/support/villages.h"

#define HUANGCAO "431081101203"
#define BAILANG "431081101204"

static void make(struct shelf *s)
{
	shelf_init(s);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_enrol(s, 2, BAILANG, "白廊村");
	village_enrol(s, 3, "431081102201", "白廊村"); /* another township's */
	village_tell(s, 1, &(struct village_says){ .region = HUANGCAO,
						   .name = "黄草" });
	village_tell(s, 4, &(struct village_says){ .region = "431081103205",
						   .name = "新村" });
}

static void gives(struct shelf *s, const char *names, const char *regions)
{
	struct drive_stop stops[8];
	char all[128] = "";
	size_t count = 0;

	SHELF_OK(route_resolve(s->c, names, stops, 8, &count, &s->err));
	for (size_t i = 0; i < count; i++)
		(void)strcat(strcat(all, i == 0 ? "" : " "),
			     stops[i].region);
	CHECK(strcmp(all, regions) == 0);
}

static void fails(struct shelf *s, const char *names, enum status status,
		  const char *words)
{
	struct drive_stop stops[2];
	size_t count = 1;

	strcpy(stops[0].region, "43");
	s->err = (struct err)ERR_INIT;
	CHECK(route_resolve(s->c, names, stops, 2, &count, &s->err) ==
	      status);
	CHECK(count == 1 && strstr(s->err.text, words) != NULL);
}

static void villages_are_known_by_name_region_and_code(void)
{
	const struct public_key key = village_public(1);
	char code[KEY_CODE_SIZE + 1];
	struct shelf shelf, *s = &shelf;

	make(s);
	gives(s, "黄草村", HUANGCAO);
	gives(s, "黄草", HUANGCAO); /* what it calls itself */
	/* Two boxes in one village are one place. */
	village_tell(s, 5, &(struct village_says){ .region = HUANGCAO,
						   .name = "黄草村" });
	gives(s, "黄草村", HUANGCAO);
	gives(s, "新村", "431081103205");
	gives(s, BAILANG, BAILANG);
	key_code(key.bytes, code);
	gives(s, code, HUANGCAO);
	gives(s, "431081101", "431081101"); /* a township: known to nobody */
	shelf_release(s);
}

static void a_list_keeps_its_order_and_each_place_once(void)
{
	struct shelf shelf, *s = &shelf;

	make(s);
	gives(s, "新村, " BAILANG "，黄草村、黄草,", "431081103205 " BAILANG
						     " " HUANGCAO);
	shelf_release(s);
}

static void a_name_of_nobody_or_of_several_is_said_with_what_there_is(void)
{
	struct shelf shelf, *s = &shelf;

	make(s);
	fails(s, "白廊村", STATUS_EXISTS, "431081102201");
	fails(s, "白廊村", STATUS_EXISTS, BAILANG);
	fails(s, "白廊", STATUS_NOT_FOUND, "白廊村 (" BAILANG ")");
	fails(s, "黄草村二组", STATUS_NOT_FOUND, "黄草村 (" HUANGCAO ")");
	fails(s, "瑶岗仙", STATUS_NOT_FOUND, "station list");
	fails(s, "4310811", STATUS_NOT_FOUND, "4310811");
	fails(s, " , ", STATUS_USAGE, "--route");
	fails(s, "新村,黄草村", STATUS_NO_ROOM, "at most 2");
	fails(s, "新村,\x1b[2J", STATUS_NOT_FOUND, "called that");
	shelf_release(s);
}

static void who_was_retired_is_on_no_route(void)
{
	struct shelf shelf, *s = &shelf;

	make(s);
	village_end(s, 1);
	fails(s, "黄草村", STATUS_NOT_FOUND, "黄草村");
	fails(s, "黄草", STATUS_NOT_FOUND, "黄草");
	village_end(s, 3);
	gives(s, "白廊村", BAILANG); /* only one is left */
	shelf_release(s);
}

int main(void)
{
	villages_are_known_by_name_region_and_code();
	a_list_keeps_its_order_and_each_place_once();
	a_name_of_nobody_or_of_several_is_said_with_what_there_is();
	who_was_retired_is_on_no_route();
	return 0;
}
