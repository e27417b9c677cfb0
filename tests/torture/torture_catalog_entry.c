/* Reading and writing entries, with each allocation failing in turn. jansson's
 * go through its hooks: a short memory must never pass for bad input. */
#include <jansson.h>

#include "catalog/entry.h"
#include "tests/support/faults.h"
#include "tests/support/lessons.h"

static enum status lesson_story(void *context, bool *tolerated)
{
	const struct lesson *lesson = context;
	struct lesson back;
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	enum status status;

	(void)tolerated;
	memset(&back, 0x77, sizeof(back));
	status = lesson_format(lesson, &json, &err);
	if (status != STATUS_OK)
		CHECK(json.size == 0);
	if (status == STATUS_OK) {
		status = lesson_parse(buf_bytes(&json), &back, &err);
		CHECK(status == STATUS_OK ?
			      memcmp(&back, lesson, sizeof(back)) == 0 :
			      back.title[0] == 0x77);
	}
	buf_release(&json);
	return status;
}

static enum status station_story(void *context, bool *tolerated)
{
	const struct entry_station *station = context;
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct entry entry;
	enum status status;

	(void)tolerated;
	status = entry_format_station(station, &json, &err);
	if (status == STATUS_OK)
		status = entry_parse(buf_bytes(&json), &entry, &err);
	if (status == STATUS_OK)
		CHECK(memcmp(&entry.station, station, sizeof(*station)) == 0);
	buf_release(&json);
	return status;
}

static enum status withdraw_story(void *context, bool *tolerated)
{
	const struct entry_withdraw *withdraw = context;
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct entry entry;
	enum status status;

	(void)tolerated;
	status = entry_format_withdraw(withdraw, &json, &err);
	if (status == STATUS_OK)
		status = entry_parse(buf_bytes(&json), &entry, &err);
	buf_release(&json);
	return status;
}

int main(void)
{
	struct lesson lesson = lessons_make(LESSONS_ORIGIN, 5);
	struct entry_withdraw withdraw = { .reason = "内容有误" };
	struct entry_station station = { .region = "431081101203",
					 .name = "东江村",
					 .group_count = 2,
					 .groups = { "管区一", "学校" } };
	const uint8_t seed[KEY_SEED_SIZE] = { 1 };
	struct secret_key *secret;

	CHECK(signing_init() == STATUS_OK);
	json_object_seed(1);
	json_set_alloc_funcs(faults_malloc, faults_free);
	strcpy(lesson.series.title, "黑山羊入门");
	lesson.series.n = 2;
	strcpy(lesson.summary, "选种、建栏、防疫、饲料，逐一讲解");
	lesson.also_count = 1;
	strcpy(lesson.also[0].as, "480p");
	lesson.also[0].bytes = 5;
	strcpy(withdraw.id, lesson.id);
	CHECK(secret_key_from_seed(&secret, "node-a", KEY_ED25519, seed) ==
	      STATUS_OK);
	station.key = *secret_key_public(secret);
	secret_key_free(secret);
	faults_torture("lesson", lesson_story, &lesson, STATUS_NO_MEMORY);
	faults_torture("station", station_story, &station, STATUS_NO_MEMORY);
	faults_torture("withdraw", withdraw_story, &withdraw,
		       STATUS_NO_MEMORY);
	return 0;
}
