/* What the command line and the desks may ask: the input is requests, a line
 * each. Whatever they say, each is answered or refused with a sentence. */
#include "catalog/log.h"
#include "tests/fuzz/town.h"
#include "tests/support/lessons.h"

enum { REQUESTS_MAX = 8 };

static struct town town;

/* One lesson, whose payload is not here. */
static void publish(struct office *o)
{
	struct lesson lesson = lessons_make(o->house.conf.origin, 1);
	struct buf json = BUF_INIT;
	struct log_info info;
	struct bytes entry;

	OFFICE_OK(o, lesson_format(&lesson, &json, &o->err));
	OFFICE_OK(o, log_find(o->house.catalog, o->house.conf.origin, &info,
			      &o->err));
	entry = buf_bytes(&json);
	OFFICE_OK(o, log_append(o->house.catalog, info.id, &entry, 1,
				o->house.publisher_key, &o->err));
	office_index(o);
	buf_release(&json);
}

void fuzz_begin(void)
{
	town_make(&town, publish);
}

static void ask(struct bytes line)
{
	json_t *request = json_loadb((const char *)line.data, line.size,
				     JSON_REJECT_DUPLICATES, NULL);
	json_t *answer = NULL;
	struct err err = ERR_INIT;
	enum status status;

	if (json_is_object(request)) {
		(void)requests_is_long(request);
		status = requests_answer(&town.office.requests, request,
					 &answer, &err);
		if (status == STATUS_OK)
			CHECK(answer != NULL);
		else
			CHECK(err.text[0] != 0 && answer == NULL);
	}
	json_decref(answer);
	json_decref(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };

	town_open(&town);
	for (unsigned i = 0; i < REQUESTS_MAX && r.left > 0; i++) {
		const uint8_t *end = memchr(r.next, '\n', r.left);

		ask(fuzz_run(&r, end == NULL ? r.left :
					       (size_t)(end - r.next)));
		(void)fuzz_u8(&r);
	}
	town_close(&town);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("{\"verb\":\"lessons\",\"query\":\"羊\",\"topic\":"
		       "\"产业\",\"region\":\"431081\",\"state\":\"wanted\","
		       "\"limit\":5,\"all\":true}\n{\"verb\":\"status\"}\n"
		       "{\"verb\":\"trust\"}\n{\"verb\":\"join-file\",\"url\":"
		       "\"http://10.0.0.1:7433\"}");
	fuzz_seed_text("{\"verb\":\"publish\",\"title\":\"x\",\"topic\":\"产业"
		       "\",\"region\":\"431081101\",\"btmh\":\"00112233445566"
		       "778899aabbccddeeff00112233445566778899aabbccddeeff\","
		       "\"bytes\":5,\"files\":1,\"seconds\":3,\"date\":"
		       "\"2026-01-01\"}\n{\"verb\":\"withdrawals\"}");
	fuzz_seed_text("{\"verb\":\"subscribe\",\"topic\":\"产业\",\"exclude\":"
		       "true}\n{\"verb\":\"subscribe\",\"remove\":1}\n{\"verb"
		       "\":\"pin\",\"id\":\"0\",\"by\":\"2026-04-30\"}\n"
		       "{\"verb\":\"known\",\"btmh\":\"0011\"}");
	fuzz_seed_text("{\"verb\":\"log-take\",\"origin\":\"x\",\"note\":\"a\\n"
		       "\\n— b c\\n\"}\n{\"verb\":\"log-next\"}\n{\"verb\":"
		       "\"log-body\",\"file\":\".tmp-1\",\"from\":0}\n"
		       "{\"verb\":\"log-missing\"}\n{\"verb\":\"indexed\"}");
	fuzz_seed_text("{\"verb\":\"station-accept\",\"code\":\"abcd1234\","
		       "\"name\":\"村\",\"region\":\"431081101203\"}\n{\"verb"
		       "\":\"station-list\",\"all\":true}\n{\"verb\":"
		       "\"statement-take\",\"note\":\"x\",\"age\":5}\n{\"verb"
		       "\":\"own-statement\"}\n{\"verb\":\"records\"}");
	fuzz_seed_text("{\"verb\":\"drive-progress\",\"pid\":1,\"step\":\"in\","
		       "\"done\":1,\"total\":2}\n{\"verb\":\"drive-done\","
		       "\"report\":{\"in\":[{\"state\":\"held\"}],\"out\":[],"
		       "\"safe\":true}}\n{\"verb\":\"status\"}");
	fuzz_seed_text("{\"verb\":\"held\",\"btmh\":\"00112233445566778899aabb"
		       "ccddeeff00112233445566778899aabbccddeeff\",\"pieces\":"
		       "5,\"bytes\":5}\n{\"verb\":\"damaged\",\"btmh\":\"0011"
		       "2233445566778899aabbccddeeff00112233445566778899aabbcc"
		       "ddeeff\",\"pieces\":\"f0\"}\n{\"verb\":\"journal\"}");
	fuzz_seed_text("{\"verb\":\"lend\",\"btmh\":\"00112233445566778899aabb"
		       "ccddeeff00112233445566778899aabbccddeeff\",\"pid\":1}"
		       "\n{\"verb\":\"room\",\"bytes\":9,\"pid\":1}\n{\"verb\":"
		       "\"root-take\",\"note\":\"x\"}\n{\"verb\":\"trust-take\""
		       ",\"note\":\"x\"}");
}
